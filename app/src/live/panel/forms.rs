//! The forms: three quick amounts, and a max of one's own.

use bidding::ReserveLight;
use kernel::{Fen, parse_amount};
use leptos::ev::SubmitEvent;
use leptos::html::Input;
use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use web_sys::HtmlButtonElement;

use super::super::props::drawn_for;
use super::super::room::{Notice, Room};
use super::super::words::Word;
use super::{Screen, follow};

/// Both forms, hidden while nothing can be bid.
pub(super) fn view(screen: Screen) -> AnyView {
    let note = move || {
        let below = screen.room.with(|room| room.lot.reserve == ReserveLight::NotMet);
        if below { screen.word(Word::ReserveNote) } else { String::new() }
    };
    if !screen.is_rising() && !screen.is_sealed() {
        // a price that falls is taken, not bid
        return ().into_any();
    }
    view! {
        <div class="bid-forms" id="offer" hidden=follow(move || !screen.takes_bids())>
            {screen.is_rising().then(|| quick(screen))}
            {max(screen)}
            <p class="bid-forms__note">{follow(note)}</p>
        </div>
    }
    .into_any()
}

/// What every form of the panel sends besides its amount.
pub(super) fn hidden(screen: Screen) -> AnyView {
    let (key, report) = screen.facts.with_value(|facts| (facts.key.clone(), facts.report.clone()));
    view! {
        <input type="hidden" name="key" value=key/>
        <input type="hidden" name="report" value=report/>
        <input type="hidden" name="store" value=drawn_for()/>
    }
    .into_any()
}

fn is_pending(screen: Screen) -> bool {
    screen.room.with(|room| room.pending.is_some())
}

/// One tap, one bid: the amount stands on the button.
fn quick(screen: Screen) -> AnyView {
    let action = screen.facts.with_value(|facts| facts.action.clone());
    let title =
        move || screen.word(if screen.room.with(Room::leads) { Word::RaiseTitle } else { Word::QuickTitle });
    let buttons = [0, 1, 2].map(|index| button(screen, index));
    view! {
        <form class="bid-quick" method="post" action=action on:submit=move |event| submit_quick(screen, &event)>
            {hidden(screen)}
            <span class="bid-quick__title">{follow(title)}</span>
            <div class="bid-quick__buttons">{buttons}</div>
        </form>
    }
    .into_any()
}

/// One of the three quick buttons.
pub(super) fn button(screen: Screen, index: usize) -> AnyView {
    let amount = move || screen.room.with(|room| room.quick()[index]);
    let verb =
        move || screen.word(if screen.room.with(Room::leads) { Word::RaiseTo } else { Word::QuickBid });
    view! {
        <button
            class="bid-quick__button"
            type="submit"
            name="quick_fen"
            value=follow(move || amount().0.to_string())
            title=follow(move || amount().yuan())
            disabled=follow(move || is_pending(screen))
            data-testid="quick"
        >
            <span class="bid-quick__verb">{follow(verb)}</span>
            <strong class="bid-quick__amount">{follow(move || screen.short(amount()))}</strong>
        </button>
    }
    .into_any()
}

/// The amount of the button that was pressed becomes a bid.
pub(super) fn submit_quick(screen: Screen, event: &SubmitEvent) {
    let pressed = event.submitter().and_then(|element| element.dyn_into::<HtmlButtonElement>().ok());
    let amount = pressed.and_then(|button| button.value().parse().ok()).map(Fen);
    // a browser that does not say which button it was sends the form
    if let Some(amount) = amount
        && screen.live.place_quick(amount)
    {
        event.prevent_default();
    }
}

/// The highest amount one authorises (委托价).
fn max(screen: Screen) -> AnyView {
    let action = screen.facts.with_value(|facts| facts.action.clone());
    let input = NodeRef::<Input>::new();
    let before = screen.facts.with_value(|facts| facts.typed.clone());
    let typed = RwSignal::new(before.clone());
    let submit = move |event: SubmitEvent| {
        let Some(input) = input.get_untracked() else { return };
        // what was typed before the page came alive stands in the field only
        match amount_of(&input.value()) {
            // what was typed stays until it is accepted
            Ok(amount) if screen.live.place(amount) => event.prevent_default(),
            Ok(_) => {}
            Err(_) => {
                event.prevent_default();
                // what the last bid was refused for is not what is wrong now
                screen.live.dismiss();
                typed.set(input.value());
            }
        }
    };
    let accepted = Memo::new(move |_| screen.room.with(accepted));
    Effect::new(move |_| {
        let (accepted, Some(input)) = (accepted.get(), input.get_untracked()) else { return };
        if accepted.is_some() && amount_of(&input.value()).ok() == accepted {
            input.set_value("");
            typed.set(String::new());
        }
    });
    let tick = screen.facts.with_value(|facts| facts.tick_fen);
    let look = move || if typed.with(|typed| is_refused(typed, tick)) { "wrong" } else { "" };
    view! {
        <form class="bid-max" method="post" action=action on:submit=submit>
            {hidden(screen)}
            <label class="bid-max__label" for="max">{screen.word(Word::MaxLabel)}</label>
            <div class="bid-max__row">
                <input
                    node_ref=input
                    class="bid-max__field"
                    id="max"
                    name="max"
                    inputmode="decimal"
                    autocomplete="off"
                    required
                    maxlength="16"
                    value=before
                    placeholder=follow(move || screen.room.with(|room| room.quick()[0]).yuan_plain())
                    aria-describedby="max-hint"
                    on:input=move |event| typed.set(event_target_value(&event))
                />
                <button class="bid-button bid-button--primary" type="submit" disabled=follow(move || is_pending(screen)) data-testid="place-max">
                    {screen.word(Word::MaxSubmit)}
                </button>
            </div>
            <p class="bid-max__hint" id="max-hint" aria-live="polite" data-look=follow(look)>{follow(move || hint(screen, &typed.get()))}</p>
        </form>
    }
    .into_any()
}

/// What was typed is no amount, or none that can be bid.
fn is_refused(typed: &str, tick: Fen) -> bool {
    !typed.trim().is_empty() && !amount_of(typed).is_ok_and(|amount| is_on_tick(amount, tick))
}

fn is_on_tick(amount: Fen, tick: Fen) -> bool {
    amount.0 % tick.0.max(1) == 0
}

/// The typed amount, or what is wrong with it.
fn amount_of(typed: &str) -> Result<Fen, Word> {
    match parse_amount(typed) {
        Ok(amount) if amount > Fen::ZERO => Ok(amount),
        Ok(_) => Err(Word::NotPositive),
        Err(_) => Err(Word::NoAmount),
    }
}

/// The amount of the last bid, once it is accepted.
fn accepted(room: &Room) -> Option<Fen> {
    match &room.notice {
        Some(Notice::Accepted { max_fen, .. }) => Some(*max_fen),
        _ => None,
    }
}

/// What the typed amount is in 万元, and what it would do.
fn hint(screen: Screen, typed: &str) -> String {
    let tick = screen.facts.with_value(|facts| facts.tick_fen);
    if typed.trim().is_empty() {
        return screen.with(Word::MaxHint, "tick", &tick.yuan());
    }
    let amount = match amount_of(typed) {
        Ok(amount) => amount,
        Err(word) => return screen.word(word),
    };
    let mut text = screen.with(Word::InWan, "amount", &screen.short(amount));
    if let Some(total) = screen.landed(amount) {
        text.push_str(" · ");
        text.push_str(&screen.with(Word::LandedTyped, "amount", &total.yuan()));
    }
    let more = screen.room.with(|room| {
        let own = room.mine.max_fen.filter(|_| room.leads());
        match own {
            _ if !is_on_tick(amount, tick) => screen.with(Word::OffTick, "tick", &tick.yuan()),
            Some(max) if amount < max => screen.with(Word::WillLower, "amount", &max.yuan()),
            None if amount < room.lot.min_next_fen => {
                screen.with(Word::TooLow, "amount", &room.lot.min_next_fen.yuan())
            }
            _ => String::new(),
        }
    });
    if !more.is_empty() {
        text.push_str(" · ");
        text.push_str(&more);
    }
    text
}
