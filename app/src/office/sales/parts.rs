//! What several pages of the auction show alike.

use auction::LogLine;
use bidding::{LotStatus, Outcome, PublicLot, ReserveLight};
use kernel::{Lang, UnixMs};
use leptos::prelude::*;

use crate::i18n::{known, t, t_with};
use crate::ui::*;

/// Where a lot stands: its outcome once it is closed.
pub fn state_badge(lang: Lang, lot: &PublicLot, now: UnixMs) -> AnyView {
    let (tone, key) = match lot.status {
        LotStatus::Scheduled => (Tone::Neutral, "sale.lot.scheduled"),
        LotStatus::Open if lot.end_at <= now => (Tone::Warn, "sale.lot.closing"),
        LotStatus::Open => (Tone::Active, "sale.lot.open"),
        LotStatus::Paused if lot.offline => (Tone::Warn, "sale.lot.offline"),
        LotStatus::Paused => (Tone::Warn, "sale.lot.paused"),
        LotStatus::Closed => return lot.outcome.map(|outcome| outcome_badge(lang, outcome)).into_any(),
    };
    view! { <Badge tone=tone>{t(lang, key)}</Badge> }.into_any()
}

/// How a lot ended.
pub fn outcome_badge(lang: Lang, outcome: Outcome) -> AnyView {
    let (tone, key) = match outcome {
        Outcome::Sold => (Tone::Good, "sale.lot.sold"),
        Outcome::Provisional => (Tone::Warn, "sale.lot.provisional"),
        Outcome::Unsold => (Tone::Neutral, "sale.lot.unsold"),
        Outcome::Withdrawn => (Tone::Neutral, "sale.lot.withdrawn"),
    };
    view! { <Badge tone=tone>{t(lang, key)}</Badge> }.into_any()
}

/// The reserve light. Before a bid could reach it, a reserve is no cause for alarm.
pub fn light(lang: Lang, lot: &PublicLot) -> AnyView {
    let (tone, key) = match lot.reserve {
        ReserveLight::NotMet if lot.price_fen.is_none() && no_bid_could(lot) => {
            (Tone::Neutral, "sale.reserve.some")
        }
        ReserveLight::None => (Tone::Neutral, "sale.reserve.none"),
        // sold all the same: what the seller wanted is nothing to worry about any more
        ReserveLight::NotMet if lot.light().is_none() => (Tone::Neutral, "sale.reserve.not_met"),
        ReserveLight::NotMet => (Tone::Warn, "sale.reserve.not_met"),
        ReserveLight::Met => (Tone::Good, "sale.reserve.met"),
        ReserveLight::Secret if lot.reserve_fen.is_some() => (Tone::Neutral, "sale.reserve.public"),
        ReserveLight::Secret => (Tone::Neutral, "sale.reserve.secret"),
    };
    // published, it may stand on any screen
    let amount = lot.reserve_fen.map(|reserve| format!(" {}", reserve.yuan()));
    view! { <Badge tone=tone>{t(lang, key)} {amount}</Badge> }.into_any()
}

/// Whether nobody could bid on it: not yet, or never.
fn no_bid_could(lot: &PublicLot) -> bool {
    lot.status == LotStatus::Scheduled || lot.outcome == Some(Outcome::Withdrawn)
}

/// Who a line of the log is of: the dealer and the person, or the clock.
pub fn line_who(lang: Lang, line: &LogLine) -> String {
    match &line.dealer_name {
        Some(dealer) => format!("{dealer} · {}", line.user_name),
        None if line.by_bidder && line.user_name.is_empty() => match line.alias {
            Some(alias) => t_with(lang, "sale.log.bidder", &[("n", &alias.to_string())]),
            None => t(lang, "sale.log.some_bidder").into_owned(),
        },
        None if line.user_name == "negotiation" => t(lang, "negotiation.title").into_owned(),
        None if line.user_name == "sweeper" => t(lang, "sale.log.by_itself").into_owned(),
        None => line.user_name.clone(),
    }
}

/// What a line of the log asked for; of a call, which.
pub fn line_command(lang: Lang, line: &LogLine) -> String {
    if line.explanation["branch"] == "transferred" {
        return t(lang, "first_look.badge").into_owned();
    }
    let command = t(lang, &format!("sale.command.{}", line.command)).into_owned();
    let call = line.explanation["data"]["call"].as_str();
    match call.and_then(|call| known(lang, &format!("format.call.{call}"))) {
        Some(call) => t_with(lang, "sale.command.with_call", &[("command", &command), ("call", &call)]),
        None => command,
    }
}

/// What came of a line of the log.
pub fn line_answer(lang: Lang, line: &LogLine) -> AnyView {
    let words = |key: String, code: &str| {
        known(lang, &key).map_or_else(|| code.to_owned(), std::borrow::Cow::into_owned)
    };
    let (tone, words) = match (&line.code, &line.note) {
        (Some(code), _) => (Tone::Bad, words(format!("refusal.{code}"), code)),
        (None, Some(note)) => (Tone::Warn, words(format!("error.{note}"), note)),
        (None, None) => (Tone::Good, t(lang, "sale.log.accepted").into_owned()),
    };
    view! { <Badge tone>{words}</Badge> }.into_any()
}
