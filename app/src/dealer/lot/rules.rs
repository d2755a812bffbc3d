//! What a lot is sold by, to the letter: the numbers that hold from its opening on, folded away.

use auction::LotDetail;
use bidding::{Format, LotStatus, ReserveLight, SmallRaise, Terms};
use fees::FeeSchedule;
use kernel::{Fen, Lang};
use leptos::prelude::*;

use crate::context::PageContext;
use crate::i18n::{t, t_with};
use crate::office::orders::document::percent;
use crate::ui::{Disclosure, time};

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;

/// One line each.
pub(super) fn folded(cx: &PageContext, detail: &LotDetail, fees: Option<&FeeSchedule>) -> AnyView {
    let lang = cx.lang;
    let terms = &detail.terms;
    let deposit = (terms.deposit_bp > 0)
        .then(|| t_with(lang, "lot_rules.deposit", &[("share", &percent(i64::from(terms.deposit_bp)))]));
    let end = terms.house.buy_now_end_percent.to_string();
    let buy_now = terms
        .buy_now_fen
        .map(|fen| t_with(lang, "lot_rules.buy_now", &[("price", &fen.yuan()), ("end", &end)]));
    let invited = match detail.lot.invite_only {
        true => "lot_rules.invited",
        false => "lot_rules.everybody",
    };
    let has_reserve = detail.lot.lot.reserve != ReserveLight::None;
    let lines = amounts(lang, terms)
        .into_iter()
        .map(Some)
        .chain([cap(cx, detail)])
        .chain(has_reserve.then(|| negotiated(lang, terms)).into_iter().flatten().map(Some))
        .chain(interrupted(lang, terms).into_iter().map(Some))
        .chain([top_up(lang, terms), buy_now, deposit, early_hold(lang, terms)])
        // it is for who may use it
        .chain([detail.first_offer.and(first_look(lang, terms))])
        .chain([fees.map(|fees| fee_line(lang, fees))])
        .chain([Some(t(lang, invited).into_owned())])
        .flatten()
        .map(|line| view! { <li>{line}</li> })
        .collect_view();
    view! {
        <Disclosure label=t(lang, "lot_rules.title")>
            <ul class="lot-terms" data-testid="lot-rules">{lines}</ul>
            <p class="muted mt-2">{t(lang, "lot_rules.frozen")}</p>
        </Disclosure>
    }
    .into_any()
}

/// Which amounts can be bid, and which are asked about: the same for every lot of a sale.
pub(crate) fn amounts(lang: Lang, terms: &Terms) -> Vec<String> {
    let is_english = terms.format.is_english();
    let doubles = terms.double_after_extensions.filter(|_| is_english && terms.window_ms > 0);
    [
        Some(t_with(lang, "lot_rules.tick", &[("tick", &terms.tick_fen.yuan())])),
        is_english.then(|| ladder(lang, terms)),
        doubles.map(|n| t_with(lang, "lot_rules.doubles", &[("n", &n.to_string())])),
        small_raise(lang, terms),
        confirmed(lang, terms),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// What follows a bid below the reserve.
pub(crate) fn negotiated(lang: Lang, terms: &Terms) -> Vec<String> {
    let hours = |ms: i64| (ms / 3_600_000).to_string();
    let house = &terms.house;
    let (offer, reply, counters) =
        (hours(house.offer_ms), hours(house.reply_ms), house.counters_max.to_string());
    let words = [("offer", &*offer), ("reply", &*reply), ("n", &*counters)];
    let share = house.negotiation_hold_percent.to_string();
    let hold =
        (terms.deposit_bp > 0).then(|| t_with(lang, "lot_rules.negotiation_hold", &[("share", &share)]));
    [Some(t_with(lang, "lot_rules.negotiated", &words)), hold].into_iter().flatten().collect()
}

/// How much time is left after what stops a lot: the same for every lot of a sale.
pub(crate) fn interrupted(lang: Lang, terms: &Terms) -> Vec<String> {
    let house = &terms.house;
    let line = |key: &str, ms: i64| t_with(lang, key, &[("n", &(ms / MINUTE_MS).to_string())]);
    // a lane goes on with what was left
    let resumed = (!matches!(terms.format, Format::Lane(_)))
        .then(|| line("lot_rules.resume_left", house.resume_left_ms));
    let others =
        [line("lot_rules.reading", house.reading_ms), line("lot_rules.outage_left", house.outage_left_ms)];
    resumed.into_iter().chain(others).collect()
}

/// What a max holds that waits for the opening, and that it enters with all of it.
pub(crate) fn early_hold(lang: Lang, terms: &Terms) -> Option<String> {
    let key = match terms.house.early_hold_percent {
        0 => "lot_rules.early_hold_none",
        1..100 => "lot_rules.early_hold",
        _ => "lot_rules.early_hold_whole",
    };
    let share = terms.house.early_hold_percent.to_string();
    let waits = terms.deposit_bp > 0 && !matches!(terms.format, Format::Dutch(_));
    waits.then(|| t_with(lang, key, &[("share", &share)]))
}

/// When the seller's own group may take a car before the opening, and for how much.
pub(crate) fn first_look(lang: Lang, terms: &Terms) -> Option<String> {
    let rule = terms.house.first_look?;
    let (hours, share) = ((rule.before_ms / HOUR_MS).to_string(), percent(i64::from(rule.price_bp)));
    Some(t_with(lang, "first_look.rule", &[("hours", &hours), ("share", &share)]))
}

/// What a leader's raise by less than a step does.
fn small_raise(lang: Lang, terms: &Terms) -> Option<String> {
    let key = match terms.house.small_raise {
        SmallRaise::NoTime => "lot_rules.small_raise.no_time",
        SmallRaise::Time => "lot_rules.small_raise.time",
        SmallRaise::Refused => "lot_rules.small_raise.refused",
    };
    // without a soft close nothing is extended by any raise
    let matters = terms.window_ms > 0 || terms.house.small_raise == SmallRaise::Refused;
    (terms.format.is_english() && matters).then(|| t(lang, key).into_owned())
}

/// How long a leader has, who is one again and lacks the deposit.
fn top_up(lang: Lang, terms: &Terms) -> Option<String> {
    let minutes = (terms.house.top_up_ms / MINUTE_MS).to_string();
    (terms.deposit_bp > 0 && terms.format.is_english())
        .then(|| t_with(lang, "lot_rules.top_up", &[("n", &minutes)]))
}

/// How far the end moves, where it does.
fn cap(cx: &PageContext, detail: &LotDetail) -> Option<String> {
    let terms = &detail.terms;
    // a car of a lane has a cap once it is its turn
    let is_planned = detail.lot.lot.status == LotStatus::Scheduled && matches!(terms.format, Format::Lane(_));
    let extends = terms.format.is_english() && terms.window_ms > 0;
    (extends && !is_planned)
        .then(|| t_with(cx.lang, "lot_rules.cap", &[("at", &time::exact(terms.cap_at, cx.zone))]))
}

/// Which amounts are asked about before they count, where a price rises or an offer is made.
fn confirmed(lang: Lang, terms: &Terms) -> Option<String> {
    let steps = terms.house.confirm_steps.filter(|_| terms.format.is_english());
    let percent = terms.house.confirm_guide_percent.filter(|_| terms.guide_fen.is_some());
    if !terms.fat_finger_guard || matches!(terms.format, Format::Dutch(_)) {
        return None;
    }
    let by = |key: &str, n: u32| t_with(lang, key, &[("n", &n.to_string())]);
    match (percent, steps) {
        (Some(percent), Some(steps)) => {
            let (percent, steps) = (percent.to_string(), steps.to_string());
            Some(t_with(lang, "lot_rules.confirm_either", &[("percent", &percent), ("steps", &steps)]))
        }
        (Some(percent), None) => Some(by("lot_rules.confirm_guide", percent)),
        (None, Some(steps)) => Some(by("lot_rules.confirm_steps", steps)),
        (None, None) => None,
    }
}

fn ladder(lang: Lang, terms: &Terms) -> String {
    let band = |from: Fen, step: Fen| {
        t_with(lang, "lot_rules.band", &[("from", &from.yuan()), ("step", &step.yuan())])
    };
    let bands: Vec<String> = terms.ladder.0.iter().map(|it| band(it.from_fen, it.step_fen)).collect();
    t_with(lang, "lot_rules.ladder", &[("bands", &bands.join(t(lang, "lot_rules.between").as_ref()))])
}

fn fee_line(lang: Lang, fees: &FeeSchedule) -> String {
    t_with(
        lang,
        "lot_rules.fees",
        &[
            ("version", &fees.version.to_string()),
            ("share", &percent(i64::from(fees.service_fee_bp))),
            ("min", &fees.service_fee_min_fen.yuan()),
            ("max", &fees.service_fee_max_fen.yuan()),
            ("agency", &fees.agency_fee_fen.yuan()),
        ],
    )
}
