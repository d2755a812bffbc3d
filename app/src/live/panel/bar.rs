//! The bar at the thumb: on phones it stays at the bottom, whatever is scrolled.

use leptos::prelude::*;

use super::super::room::Phase;
use super::super::words::Word;
use super::{Screen, clock, follow, forms, price, standing};

/// Price, standing, time left and the next bid.
pub(super) fn view(screen: Screen) -> AnyView {
    let action = screen.facts.with_value(|facts| facts.action.clone());
    let form = match screen.is_rising() {
        true => quick(screen, action),
        // what is offered in secret, or taken at once, is not bid by one tap at the edge of the screen
        false => {
            let href = if screen.is_sealed() { "#offer" } else { "#take" };
            view! {
                <a class="bid-bar__go" href=href hidden=follow(move || !screen.takes_bids())>{screen.word(Word::GoToForm)}</a>
            }
            .into_any()
        }
    };
    view! {
        <div class="bid-bar" data-look=follow(move || screen.look())>
            <a class="bid-bar__state" href="#bid">
                {standing::short(screen)}
                <strong class="bid-bar__price">{follow(move || price::amount(screen).yuan())}</strong>
                <span class="bid-bar__time" data-pace=follow(move || clock::pace(screen))>{follow(move || clock::in_bar(screen))}</span>
            </a>
            <a class="bid-bar__go bid-bar__early" href="#pre-bid" hidden=follow(move || screen.phase.get() != Phase::Upcoming)>
                {screen.word(Word::GoToPreBid)}
            </a>
            <a class="bid-bar__order" href="/my/orders">{screen.word(Word::GoToOrders)}</a>
            {form}
        </div>
    }
    .into_any()
}

/// The least bid, one tap away.
fn quick(screen: Screen, action: String) -> AnyView {
    view! {
        <form
            class="bid-bar__form" method="post" action=action hidden=follow(move || !screen.takes_bids())
            on:submit=move |event| forms::submit_quick(screen, &event)
        >
            {forms::hidden(screen)}
            {forms::button(screen, 0)}
        </form>
    }
    .into_any()
}
