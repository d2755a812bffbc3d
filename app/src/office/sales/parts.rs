//! What several pages of the auction show alike.

use bidding::{LotStatus, Outcome, PublicLot, ReserveLight};
use kernel::{Lang, UnixMs};
use leptos::prelude::*;

use crate::i18n::t;
use crate::ui::*;

/// Where a lot stands: its outcome once it is closed.
pub fn state_badge(lang: Lang, lot: &PublicLot, now: UnixMs) -> AnyView {
    let (tone, key) = match lot.status {
        LotStatus::Scheduled => (Tone::Neutral, "sale.lot.scheduled"),
        LotStatus::Open if lot.end_at <= now => (Tone::Warn, "sale.lot.closing"),
        LotStatus::Open => (Tone::Active, "sale.lot.open"),
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
    };
    view! { <Badge tone=tone>{t(lang, key)}</Badge> }.into_any()
}

/// The reserve light. Before a bid could reach it, a reserve is no cause for alarm.
pub fn light(lang: Lang, lot: &PublicLot) -> AnyView {
    let (tone, key) = match lot.reserve {
        ReserveLight::NotMet if lot.price_fen.is_none() && lot.status == LotStatus::Scheduled => {
            (Tone::Neutral, "sale.reserve.some")
        }
        ReserveLight::None => (Tone::Neutral, "sale.reserve.none"),
        ReserveLight::NotMet => (Tone::Warn, "sale.reserve.not_met"),
        ReserveLight::Met => (Tone::Good, "sale.reserve.met"),
    };
    view! { <Badge tone=tone>{t(lang, key)}</Badge> }.into_any()
}
