//! What it costs now, and what the next bid must be.

use bidding::{Outcome, PublicLot, ReserveLight};
use kernel::Fen;
use leptos::prelude::*;

use super::super::room::{Phase, Room};
use super::super::words::Word;
use super::{Screen, follow, shape};

/// What it costs now; of a sealed lot, as long as that is secret, what this dealer offers.
pub(super) fn amount(screen: Screen) -> Fen {
    let step = screen.step.get().map(|step| step.price_fen);
    step.unwrap_or_else(|| screen.room.with(|room| room.lot.price_fen.unwrap_or_else(|| next(room))))
}

/// The price that the next bid is about: one's own offer where it is sealed, else the least that can be bid.
fn next(room: &Room) -> Fen {
    let own = room.mine.max_fen.filter(|_| room.lot.reserve == ReserveLight::Secret);
    own.unwrap_or(room.lot.min_next_fen)
}

/// What the large price is called.
fn name(screen: Screen) -> Word {
    match (screen.step.get(), screen.room.with(|room| next(room) != room.lot.min_next_fen)) {
        (Some(_), _) => Word::CurrentPrice,
        (None, true) => Word::MyMax,
        (None, false) => screen.room.with(|room| label(&room.lot)),
    }
}

/// What its price is called: on the lot's page and on cards alike.
pub fn label(lot: &PublicLot) -> Word {
    match (lot.price_fen, lot.outcome) {
        (None, _) => Word::StartPrice,
        (Some(_), Some(Outcome::Sold)) => Word::HammerPrice,
        (Some(_), Some(_)) => Word::HighestBid,
        (Some(_), None) => Word::CurrentPrice,
    }
}

/// The price, large.
pub(super) fn view(screen: Screen) -> AnyView {
    // a price that has just changed blinks once; two names, because only a new name starts an animation again
    let bump = move || {
        let seq = screen.room.with(|room| room.lot.seq);
        let is_first = screen.facts.with_value(|facts| facts.first_seq == seq);
        if is_first {
            ""
        } else if seq % 2 == 0 {
            "even"
        } else {
            "odd"
        }
    };
    view! {
        <div class="bid-price" data-bump=follow(bump)>
            <span class="bid-price__label">{follow(move || screen.word(name(screen)))}</span>
            <strong class="bid-price__yuan" data-testid="price">{follow(move || amount(screen).yuan())}</strong>
            <span class="bid-price__wan">{follow(move || screen.wan(amount(screen)))}</span>
            // a price that falls meets no reserve, and of a sealed lot it is nobody's business
            {screen.is_rising().then(|| light(screen))}
        </div>
        {published(screen)}
    }
    .into_any()
}

/// A reserve that everybody knows, and what that means while it can still be reached.
fn published(screen: Screen) -> AnyView {
    let is_secret = move || screen.room.with(|room| room.lot.reserve_fen.is_none());
    let text = move || {
        let (reserve, is_over) = screen.room.with(|room| (room.lot.reserve_fen, room.lot.outcome.is_some()));
        let word = if is_over { Word::ReserveAt } else { Word::ReservePublic };
        reserve.map(|reserve| screen.with(word, "amount", &reserve.yuan())).unwrap_or_default()
    };
    view! { <p class="bid-reserve" data-testid="published-reserve" hidden=follow(is_secret)>{follow(text)}</p> }.into_any()
}

/// The reserve light: a shape, a colour and words.
fn light(screen: Screen) -> AnyView {
    let light = move || {
        screen.room.with(|room| match room.lot.light() {
            // no lot whose price rises is sealed
            None | Some(ReserveLight::Secret) => ("secret", shape::HALF, None),
            // nothing that could be met
            Some(ReserveLight::None) => ("none", shape::CIRCLE, Some(Word::ReserveNone)),
            Some(ReserveLight::NotMet) => ("not-met", shape::HALF, Some(Word::ReserveNotMet)),
            Some(ReserveLight::Met) => ("met", shape::CHECK, Some(Word::ReserveMet)),
        })
    };
    let is_dark = move || screen.room.with(|room| room.lot.light().is_none());
    view! {
        <span class="reserve-light" data-light=follow(move || light().0) hidden=follow(is_dark)>
            {shape::icon(follow(move || light().1))} {follow(move || light().2.map(|word| screen.word(word)).unwrap_or_default())}
        </span>
    }
    .into_any()
}

/// The numbers below the forms.
pub(super) fn facts(screen: Screen) -> AnyView {
    let my_max = move || match screen.room.with(|room| room.mine.max_fen) {
        Some(max) => [max.yuan(), screen.wan(max)].join(" ").trim_end().to_owned(),
        None => screen.word(Word::NoMax),
    };
    let bidders = move || {
        let count = screen.room.with(|room| room.lot.bidders);
        screen.with(Word::BiddersCount, "n", &count.to_string())
    };
    let is_over = move || matches!(screen.phase.get(), Phase::Over(_));
    let step = move || screen.room.with(|room| room.lot.step_fen).yuan();
    let free = move || screen.room.with(|room| room.free_fen);
    let min_next = move || screen.room.with(|room| room.lot.min_next_fen).yuan();
    // what the next bid costs at the door: every price moves it
    let landed = move || {
        let step = screen.step.get().map(|step| step.price_fen);
        let next = step.unwrap_or_else(|| screen.room.with(next));
        screen.landed(next).map(Fen::yuan).unwrap_or_default()
    };
    // who bought it outright never gave a max
    let bought = move || {
        screen.room.with(|room| room.mine.leading && room.history.first().is_some_and(|line| line.bought))
    };
    // one's own car is watched, not bid on
    let barred = screen.facts.with_value(|facts| facts.barred);
    let (rises, falls) = (screen.is_rising(), screen.facts.with_value(|facts| facts.falling.is_some()));
    let lands_nowhere = move || is_over() || screen.facts.with_value(|facts| facts.landing.is_none());
    view! {
        <dl class="bid-facts">
            <div class="bid-facts__mine" hidden=follow(move || falls || barred || bought())>
                <dt>{screen.word(Word::MyMax)}</dt>
                <dd data-testid="my-max">{follow(my_max)}</dd>
            </div>
            <div hidden=follow(move || falls || barred || is_over())>
                <dt>{screen.word(Word::MinNext)}</dt>
                <dd data-testid="min-next">{follow(min_next)}</dd>
            </div>
            <div hidden=follow(lands_nowhere)>
                <dt>{screen.word(Word::LandedNext)}</dt>
                <dd data-testid="landed-next">{follow(landed)}</dd>
            </div>
            <div hidden=follow(move || !rises || is_over())>
                <dt>{screen.word(Word::Step)}</dt>
                <dd>{follow(step)}</dd>
            </div>
            <div hidden=follow(move || !rises && (falls || !is_over()))>
                <dt>{screen.word(Word::Bidders)}</dt>
                <dd>{follow(bidders)}</dd>
            </div>
            <div hidden=follow(move || is_over() || barred || free().is_none())>
                <dt>{screen.word(Word::FreePower)}</dt>
                <dd data-testid="free-power">{follow(move || free().map(Fen::yuan).unwrap_or_default())}</dd>
            </div>
        </dl>
    }
    .into_any()
}
