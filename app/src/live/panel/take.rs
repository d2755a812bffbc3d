//! The button that takes the lot at a price that everybody sees: the step of a price that falls, or the buy-now price. It
//! says what it comes to at the door, and asks for a second press.

use kernel::Fen;
use leptos::ev::{MouseEvent, SubmitEvent};
use leptos::prelude::*;

use super::super::words::{Word, fill};
use super::{Screen, follow, forms};

/// What can be taken now: its step, where it falls, and its price.
pub(super) fn offered(screen: Screen) -> Option<(u32, Fen)> {
    if !screen.takes_bids() {
        return None;
    }
    let fixed = screen.facts.with_value(|facts| facts.buy_now);
    match screen.step.get() {
        Some(step) => Some((step.no, step.price_fen)),
        None => fixed
            .filter(|(_, end)| screen.room.with(|room| room.lot.offers_at_once(*end)))
            .map(|(price, _)| (0, price)),
    }
}

/// What is paid in the end: the price, what comes to it, and the sum.
fn sum(screen: Screen, price: Fen) -> String {
    let Some(total) = screen.landed(price) else { return String::new() };
    let rest = Fen(total.0.saturating_sub(price.0));
    let text = screen.with(Word::TakeSum, "price", &price.yuan());
    fill(&fill(&text, "rest", &rest.yuan()), "total", &total.yuan())
}

/// The button with its question; nothing on a lot that cannot be taken.
pub(super) fn view(screen: Screen) -> AnyView {
    let (falls, fixed) = screen.facts.with_value(|facts| (facts.falling.is_some(), facts.buy_now));
    if !falls && fixed.is_none() {
        return ().into_any();
    }
    let action = screen
        .facts
        .with_value(|facts| [facts.path.as_str(), if falls { "/accept" } else { "/buy-now" }].concat());
    let path = screen.facts.with_value(|facts| facts.path.clone());
    let price = move || offered(screen).map(|(_, price)| price).unwrap_or_default();
    let step = move || offered(screen).map(|(step, _)| step).unwrap_or_default();
    // a buy-now price ends the lot all the same: the page that follows the form says so
    let submit = move |event: SubmitEvent| {
        if falls && screen.live.accept(step(), price()) {
            event.prevent_default();
        }
    };
    let say = move |word| follow(move || screen.with(word, "price", &price().yuan()));
    // without scripts the page is loaded as it was
    let back = move |event: MouseEvent| {
        event.prevent_default();
        if let Some(question) = document().get_element_by_id("take") {
            drop(question.remove_attribute("open"));
        }
    };
    let is_pending = move || screen.room.with(|room| room.pending.is_some());
    let look = if falls { "bid-button bid-button--go" } else { "bid-button" };
    view! {
        <details class="bid-take" id="take" hidden=follow(move || offered(screen).is_none())>
            <summary class=look data-testid="take">{say(Word::TakeAt)}</summary>
            <form class="bid-confirm" method="post" action=action on:submit=submit>
                {forms::hidden(screen)}
                <input type="hidden" name="step" value=follow(move || step().to_string())/>
                <input type="hidden" name="price_fen" value=follow(move || price().0.to_string())/>
                <p>{say(Word::TakeQuestion)}</p>
                <p class="bid-take__sum">{follow(move || sum(screen, price()))}</p>
                <div class="bid-confirm__buttons">
                    <button class="bid-button bid-button--go" type="submit" disabled=follow(is_pending) data-testid="take-confirm">
                        {say(Word::TakeConfirm)}
                    </button>
                    <a class="bid-button" href=path on:click=back>{screen.word(Word::TakeNo)}</a>
                </div>
            </form>
            <p class="bid-forms__note">{screen.word(Word::TakeNote)}</p>
        </details>
    }
    .into_any()
}
