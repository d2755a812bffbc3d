//! The bar at the thumb: on phones it stays at the bottom, whatever is scrolled.

use leptos::prelude::*;

use super::super::words::Word;
use super::{Screen, clock, follow, forms, standing};

/// Price, standing, time left and the next bid.
pub(super) fn view(screen: Screen) -> AnyView {
    let action = screen.facts.with_value(|facts| facts.action.clone());
    let price = move || screen.room.with(|room| room.lot.price_fen.unwrap_or(room.lot.min_next_fen));
    view! {
        <div class="bid-bar" data-look=follow(move || screen.look())>
            <a class="bid-bar__state" href="#bid">
                {standing::short(screen)}
                <strong class="bid-bar__price">{follow(move || price().yuan())}</strong>
                <span class="bid-bar__time" data-pace=follow(move || clock::pace(screen))>{follow(move || clock::text(screen))}</span>
            </a>
            <a class="bid-bar__order" href="/my/orders">{screen.word(Word::GoToOrders)}</a>
            <form
                class="bid-bar__form" method="post" action=action hidden=follow(move || !screen.takes_bids())
                on:submit=move |event| forms::submit_quick(screen, &event)
            >
                {forms::hidden(screen)}
                {forms::button(screen, 0)}
            </form>
        </div>
    }
    .into_any()
}
