//! Where this dealer stands: one colour, one shape, one word; unmistakable from a metre away.

use bidding::ReserveLight;
use leptos::prelude::*;

use super::super::link::Freshness;
use super::super::room::{Ending, Phase, Room, Standing};
use super::super::words::{Word, loss_text};
use super::{Screen, follow, shape};

/// Shape, word and explanation of what is now.
fn now(screen: Screen) -> (&'static str, Word, Word) {
    if has_offered(screen) {
        return (shape::CHECK, Word::Offered, Word::OfferedHint);
    }
    match (screen.phase.get(), screen.room.with(Room::standing)) {
        (Phase::Over(Ending::Won), _) => (shape::GAVEL, Word::Won, Word::WonHint),
        (Phase::Over(Ending::Lost), _) => (shape::CROSS, Word::Lost, Word::LostHint),
        (Phase::Over(Ending::Sold), _) => (shape::GAVEL, Word::Sold, Word::SoldHint),
        (Phase::Over(Ending::Negotiating), _) => (shape::HALF, Word::Negotiating, Word::NegotiatingHint),
        (Phase::Over(Ending::OthersNegotiate), Standing::Outbid) => {
            (shape::HALF, Word::ResultOpen, Word::ResultOpenHint)
        }
        (Phase::Over(Ending::OthersNegotiate), _) => {
            (shape::HALF, Word::OthersNegotiate, Word::OthersNegotiateHint)
        }
        (Phase::Over(Ending::Unsold), _) => (shape::CROSS, Word::Unsold, Word::UnsoldHint),
        (Phase::Over(Ending::Withdrawn), _) => (shape::CROSS, Word::Withdrawn, Word::WithdrawnHint),
        (_, Standing::Voided) => (shape::CROSS, Word::Voided, Word::VoidedHint),
        (Phase::Upcoming, _) => (shape::CIRCLE, Word::Upcoming, Word::UpcomingHint),
        (Phase::Paused, Standing::Leading) => (shape::UP, Word::Leading, paused(screen)),
        (Phase::Paused, Standing::Outbid) => (shape::DOWN, Word::Outbid, paused(screen)),
        (Phase::Paused, Standing::NotBid) => (shape::CIRCLE, Word::Paused, paused(screen)),
        (Phase::Ending, Standing::Leading) => (shape::UP, Word::Leading, Word::EndingHint),
        (Phase::Ending, Standing::Outbid) => (shape::DOWN, Word::Outbid, Word::EndingHint),
        (Phase::Ending, Standing::NotBid) => (shape::CIRCLE, Word::NotBid, Word::EndingHint),
        (Phase::Running, Standing::Leading) if is_below_reserve(screen) => {
            (shape::UP, Word::Leading, Word::LeadingBelowHint)
        }
        (Phase::Running, Standing::Leading) => (shape::UP, Word::Leading, Word::LeadingHint),
        (Phase::Running, Standing::Outbid) => (shape::DOWN, Word::Outbid, Word::OutbidHint),
        (Phase::Running, Standing::NotBid) => (shape::CIRCLE, Word::NotBid, Word::NotBidHint),
    }
}

/// Whether this dealer has an offer on a lot whose offers are secret, while it takes them.
fn has_offered(screen: Screen) -> bool {
    let stands = screen.room.with(|room| room.mine.max_fen.is_some() && room.mine.alias.is_none());
    stands && screen.is_sealed() && screen.phase.get() == Phase::Running
}

/// The word, for as long as the connection is lost with when it was so.
fn word(screen: Screen) -> String {
    let word = screen.word(now(screen).1);
    let is_over = matches!(screen.phase.get(), Phase::Over(_));
    if screen.freshness.get() != Freshness::Lost || is_over {
        return word;
    }
    let at = screen.live.heard_at.get();
    let time = screen.words.with_value(|words| words.time(at));
    [&screen.with(Word::KnownAt, "time", &time), " · ", &word].concat()
}

/// What explains it; of a lot that is over, why it was not won.
fn hint(screen: Screen) -> String {
    let why = screen.room.with(|room| loss_text(&room.lot, &room.mine, |word| screen.word(word)));
    let hint = why.unwrap_or_else(|| screen.word(now(screen).2));
    match screen.room.with(|room| room.lot.moved_for.clone()) {
        // it was moved, and that is news: first why, then what can be done meanwhile
        Some(reason) => [screen.with(Word::MovedFor, "reason", &reason), hint].concat(),
        None => hint,
    }
}

/// Why it stands still.
fn paused(screen: Screen) -> Word {
    if screen.room.with(|room| room.lot.offline) { Word::OfflineHint } else { Word::PausedHint }
}

/// Who leads below the reserve has not bought anything yet.
fn is_below_reserve(screen: Screen) -> bool {
    screen.room.with(|room| room.lot.reserve == ReserveLight::NotMet)
}

/// The band at the top of the panel.
pub(super) fn view(screen: Screen) -> AnyView {
    // what is negotiated has no order yet
    let is_mine = move || matches!(screen.phase.get(), Phase::Over(Ending::Won));
    view! {
        <div class="bid-standing" role="status">
            {shape::icon(follow(move || now(screen).0))}
            <div>
                <strong class="bid-standing__word">{follow(move || word(screen))}</strong>
                <span class="bid-standing__hint">{follow(move || hint(screen))}</span>
            </div>
            <a class="bid-standing__link" href="/my/orders" hidden=follow(move || !is_mine())>{screen.word(Word::GoToOrders)}</a>
        </div>
    }
    .into_any()
}

/// The same in one word, for the bar: all that is in view of who has scrolled. So it says too when it may be wrong.
pub(super) fn short(screen: Screen) -> AnyView {
    let now = move || match screen.freshness.get() {
        Freshness::Lost => (shape::CROSS, Word::LinkLost),
        _ => (now(screen).0, now(screen).1),
    };
    view! {
        <span class="bid-bar__standing">{shape::icon(follow(move || now().0))} {follow(move || screen.word(now().1))}</span>
    }
    .into_any()
}
