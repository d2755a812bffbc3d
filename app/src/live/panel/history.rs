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
                let name = |alias: u32| match room.mine.alias == Some(alias) {
                    true => screen.word(Word::Me),
                    false => screen.with(Word::Bidder, "n", &alias.to_string()),
                };
                let bidder = line.by.unwrap_or(line.alias);
                let (is_mine, who) = (room.mine.alias == Some(bidder), name(bidder));
                // somebody bid, and another's standing max went above it
                let raised = line.by.map(|_| screen.with(Word::Raised, "who", &name(line.alias)));
                let mark = match (is_void, line.bought) {
                    (true, _) => Some(Word::HistoryVoid),
                    (false, true) => Some(Word::HistoryBought),
                    (false, false) => None,
                };
                let mark = mark.map(|mark| screen.word(mark)).unwrap_or_default();
                let time = screen.words.with_value(|words| words.time(line.at));
                view! {
                    <li class="bid-history__line" data-mine=is_mine.to_string() data-void=is_void.to_string()>
                        <span class="bid-history__who">
                            {who} " " <em class="bid-history__mark">{mark}</em>
                            <small class="bid-history__raised">{raised.unwrap_or_default()}</small>
                        </span>
                        <span class="bid-history__price">{line.price_fen.yuan()}</span>
                        <span class="bid-history__time">{time}</span>
                    </li>
                }
                .into_any()
            };
            let lines = room.history.iter().zip(room.voided()).enumerate();
            let shown = lines.filter(|(index, _)| room.is_news(*index)).map(|(_, shown)| line(shown));
            shown.collect_view().into_any()
        })
    };
    let is_empty = move || screen.room.with(|room| room.history.is_empty());
    // until it opens nobody can have bid
    let is_hidden = move || screen.phase.get() == Phase::Upcoming && is_empty();
    view! {
        <section class="bid-history" hidden=follow(is_hidden)>
            <h2 class="bid-history__title" id="bid-history">{screen.word(Word::HistoryTitle)}</h2>
            <p class="bid-history__empty" hidden=follow(move || !is_empty())>{screen.word(Word::HistoryEmpty)}</p>
            <ol class="bid-history__list" tabindex="0" aria-labelledby="bid-history" data-testid="history">{follow(lines)}</ol>
        </section>
    }
    .into_any()
}
