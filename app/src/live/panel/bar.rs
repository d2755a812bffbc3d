//! The bar at the thumb: on phones it stays at the bottom, whatever is scrolled.

use leptos::prelude::*;

use super::{Screen, clock, forms, live, standing};

/// Price, standing, time left and the next bid.
pub(super) fn view(screen: Screen) -> AnyView {
    let (action, key) = screen.facts.with_value(|facts| (facts.action.clone(), facts.key.clone()));
    let price = move || screen.room.with(|room| room.lot.price_fen.unwrap_or(room.lot.min_next_fen));
    view! {
        <div class="bid-bar" data-look=live(move || screen.look())>
            <a class="bid-bar__state" href="#bid">
                {standing::short(screen)}
                <strong class="bid-bar__price">{live(move || price().yuan())}</strong>
                <span class="bid-bar__time" data-pace=live(move || clock::pace(screen))>{live(move || clock::text(screen))}</span>
            </a>
            <form
                class="bid-bar__form" method="post" action=action hidden=live(move || !screen.takes_bids())
                on:submit=move |event| forms::submit_quick(screen, &event)
            >
                <input type="hidden" name="key" value=key/>
                {forms::button(screen, 0)}
            </form>
        </div>
    }
    .into_any()
}
