//! What came of the last attempt: waiting, accepted, refused and why, to be confirmed, unknown.

use bidding::Note;
use kernel::Fen;
use leptos::ev::{KeyboardEvent, MouseEvent, SubmitEvent};
use leptos::html::Form;
use leptos::prelude::*;

use super::super::amount_words::in_words;
use super::super::notice::is_held_already;
use super::super::props::drawn_for;
use super::super::room::{Notice, Question};
use super::super::words::{Word, fill, shape_of};
use super::{Screen, follow, shape, take};

/// The notice, where there is one.
pub(super) fn view(screen: Screen) -> AnyView {
    let notice = Memo::new(move |_| {
        screen.room.with(|room| (room.pending.as_ref().map(|pending| pending.max_fen), room.notice.clone()))
    });
    let content = move || match notice.get() {
        (Some(max_fen), _) => pending(screen, max_fen),
        (None, Some(Notice::Accepted { max_fen, note })) => accepted(screen, max_fen, note),
        (None, Some(Notice::Refused { code, data })) => {
            let why = screen.words.with_value(|words| words.refusal(&code, &data));
            let link = match shape_of(&code, &data) {
                // what is missing can be paid in
                "BUYING_POWER_BY" | "BUYING_POWER" => Some(("/my/deposit".to_owned(), Word::TopUpLink)),
                // what this page shows is not what is
                "NEED_RECONFIRM_CR" | "KEY_REUSED" | "NOT_APPLICABLE" | "BAD_FRAME" | "STORE_SWITCHED" => {
                    Some((screen.facts.with_value(|facts| facts.path.clone()), Word::OpenNew))
                }
                _ => None,
            };
            let link = link.map(|(href, word)| view! { " " <a href=href>{screen.word(word)}</a> }.into_any());
            match is_held_already(&code, &data) {
                // nothing has failed
                true => banner(screen, ("accepted", shape::CHECK), why, (String::new(), None)),
                false => banner(screen, ("refused", shape::CROSS), screen.word(Word::Refused), (why, link)),
            }
        }
        (None, Some(Notice::Confirm { max_fen, asked })) => confirm(screen, max_fen, asked),
        (None, Some(Notice::Unknown { key, max_fen })) => unknown(screen, &key.to_string(), max_fen),
        (None, None) => ().into_any(),
    };
    view! { <div class="bid-notices" aria-live="assertive">{follow(content)}</div> }.into_any()
}

fn pending(screen: Screen, max_fen: Fen) -> AnyView {
    // without a connection it waits, and says so
    let word = if screen.freshness.get().is_open() { Word::Sending } else { Word::Waiting };
    let text = screen.with(word, "amount", &max_fen.yuan());
    banner(screen, ("pending", shape::CIRCLE), text, (String::new(), None))
}

fn accepted(screen: Screen, max_fen: Fen, note: Option<Note>) -> AnyView {
    let title = screen.with(Word::Accepted, "amount", &max_fen.yuan());
    match note {
        None => banner(screen, ("accepted", shape::CHECK), title, (String::new(), None)),
        Some(Note::TiedEarlierWins) => {
            banner(screen, ("outbid", shape::DOWN), title, (screen.word(Word::TiedEarlierWins), None))
        }
        Some(Note::OutbidAtOnce) => {
            banner(screen, ("outbid", shape::DOWN), title, (screen.word(Word::OutbidAtOnce), None))
        }
    }
}

fn banner(
    screen: Screen,
    (kind, path): (&'static str, &'static str),
    title: String,
    (text, link): (String, Option<AnyView>),
) -> AnyView {
    view! {
        <div class="bid-notice" data-kind=kind data-testid="notice">
            {shape::icon(follow(move || path))}
            <p><strong>{title}</strong> " " <span>{text}</span> {link}</p>
            {dismiss(screen, "bid-notice__close", Word::Dismiss)}
        </div>
    }
    .into_any()
}

/// Takes the notice away. Without scripts it is a link to the page as it is now.
fn dismiss(screen: Screen, class: &'static str, word: Word) -> AnyView {
    let href = screen.facts.with_value(|facts| facts.path.clone());
    let click = move |event: MouseEvent| {
        event.prevent_default();
        screen.live.dismiss();
    };
    view! { <a class=class href=href on:click=click>{screen.word(word)}</a> }.into_any()
}

fn unknown(screen: Screen, key: &str, max_fen: Fen) -> AnyView {
    let href = screen.facts.with_value(|facts| [&facts.path, "?answer=", key, "#bid"].concat());
    view! {
        <div class="bid-notice" data-kind="unknown" data-testid="notice">
            {shape::icon(follow(|| shape::HALF))}
            <p>
                <strong>{screen.with(Word::Unknown, "amount", &max_fen.yuan())}</strong> " "
                <a href=href>{screen.word(Word::UnknownLink)}</a>
            </p>
        </div>
    }
    .into_any()
}

/// The amount in figures and in words, and the same bid again with what confirms it. Works as a form too.
fn confirm(screen: Screen, max_fen: Fen, asked: Question) -> AnyView {
    let Question { key, token, limit_fen, by_guide, than } = asked;
    let in_words = screen.words.with_value(|words| in_words(words.lang(), max_fen));
    let (action, report) = screen.facts.with_value(|facts| (facts.action.clone(), facts.report.clone()));
    let brought = token.clone();
    let wan = screen.wan(max_fen);
    let amount = if wan.is_empty() { max_fen.yuan() } else { [&max_fen.yuan(), "（", &wan, "）"].concat() };
    let why = if by_guide { Word::ConfirmGuide } else { Word::ConfirmSteps };
    let text = fill(&screen.with(why, "amount", &amount), "limit", &limit_fen.yuan());
    let text = fill(&text, "n", &than.to_string());
    // more than the car is to be had for at once
    let at_once = take::offered(screen).map(|(_, price)| price).filter(|price| *price <= max_fen);
    let at_once = at_once.map(|price| {
        let text = screen.with(Word::ConfirmBuyNow, "price", &price.yuan());
        view! { <p data-testid="at-once">{text}</p> }.into_any()
    });
    let submit = move |event: SubmitEvent| {
        if screen.live.confirm(key, max_fen, token.clone()) {
            event.prevent_default();
        }
    };
    let leave = move |event: KeyboardEvent| {
        if event.key() == "Escape" {
            screen.live.dismiss();
        }
    };
    // in view and read out: on a desk it opens at the lower end of the panel
    let form = NodeRef::<Form>::new();
    Effect::new(move |_| {
        if let Some(form) = form.get() {
            drop(form.focus());
        }
    });
    view! {
        <form class="bid-confirm" method="post" action=action on:submit=submit on:keydown=leave data-testid="confirm" tabindex="-1" node_ref=form>
            <strong class="bid-confirm__title">{screen.word(Word::ConfirmTitle)}</strong>
            <p>{text}</p>
            {at_once}
            <p class="bid-confirm__words">{screen.with(Word::ConfirmWords, "words", &in_words)}</p>
            <input type="hidden" name="key" value=key.to_string()/>
            <input type="hidden" name="quick_fen" value=max_fen.0.to_string()/>
            <input type="hidden" name="confirmation" value=brought/>
            <input type="hidden" name="report" value=report/>
            <input type="hidden" name="store" value=drawn_for()/>
            <div class="bid-confirm__buttons">
                <button class="bid-button bid-button--danger" type="submit">
                    {screen.with(Word::ConfirmYes, "amount", &max_fen.yuan())}
                </button>
                {dismiss(screen, "bid-button", Word::ConfirmNo)}
            </div>
        </form>
    }
    .into_any()
}
