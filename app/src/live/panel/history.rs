//! The newest bids, by alias: nobody sees who the others are.

use leptos::prelude::*;

use super::super::room::Phase;
use super::super::words::Word;
use super::{Screen, follow};

/// The list, newest first.
pub(super) fn view(screen: Screen) -> AnyView {
    let lines = move || {
        screen.room.with(|room| {
            let line = |(line, is_void): (&bidding::BidLine, bool)| {
                let is_mine = room.mine.alias == Some(line.alias);
                let who = if is_mine {
                    screen.word(Word::Me)
                } else {
                    screen.with(Word::Bidder, "n", &line.alias.to_string())
                };
                let void = if is_void { screen.word(Word::HistoryVoid) } else { String::new() };
                let time = screen.words.with_value(|words| words.time(line.at));
                view! {
                    <li class="bid-history__line" data-mine=is_mine.to_string() data-void=is_void.to_string()>
                        <span class="bid-history__who">{who} " " <em class="bid-history__void">{void}</em></span>
                        <span class="bid-history__price">{line.price_fen.yuan()}</span>
                        <span class="bid-history__time">{time}</span>
                    </li>
                }
                .into_any()
            };
            room.history.iter().zip(room.voided()).map(line).collect_view().into_any()
        })
    };
    let is_empty = move || screen.room.with(|room| room.history.is_empty());
    // until it opens nobody can have bid
    let is_hidden = move || screen.phase.get() == Phase::Upcoming && is_empty();
    view! {
        <section class="bid-history" hidden=follow(is_hidden)>
            <h2 class="bid-history__title">{screen.word(Word::HistoryTitle)}</h2>
            <p class="bid-history__empty" hidden=follow(move || !is_empty())>{screen.word(Word::HistoryEmpty)}</p>
            <ol class="bid-history__list" data-testid="history">{follow(lines)}</ol>
        </section>
    }
    .into_any()
}
