//! What a lot is sold by, to the letter: the numbers that hold from its opening on, folded away.

use auction::LotDetail;
use bidding::{Format, LotStatus, Terms};
use fees::FeeSchedule;
use kernel::{Fen, Lang};
use leptos::prelude::*;

use crate::context::PageContext;
use crate::i18n::{t, t_with};
use crate::office::orders::document::percent;
use crate::ui::{Disclosure, time};

/// One line each.
pub(super) fn folded(cx: &PageContext, detail: &LotDetail, fees: Option<&FeeSchedule>) -> AnyView {
    let lang = cx.lang;
    let terms = &detail.terms;
    let deposit = (terms.deposit_bp > 0)
        .then(|| t_with(lang, "lot_rules.deposit", &[("share", &percent(i64::from(terms.deposit_bp)))]));
    let buy_now = terms.buy_now_fen.map(|fen| t_with(lang, "lot_rules.buy_now", &[("price", &fen.yuan())]));
    let invited = match detail.lot.invite_only {
        true => "lot_rules.invited",
        false => "lot_rules.everybody",
    };
    let lines = [Some(t_with(lang, "lot_rules.tick", &[("tick", &terms.tick_fen.yuan())]))]
        .into_iter()
        .chain(steps(cx, detail))
        .chain([buy_now, deposit, fees.map(|fees| fee_line(lang, fees))])
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

/// How the price rises and the end moves, where it does.
fn steps(cx: &PageContext, detail: &LotDetail) -> Vec<Option<String>> {
    let (lang, terms) = (cx.lang, &detail.terms);
    if !terms.format.is_english() {
        return Vec::new();
    }
    let extends = terms.window_ms > 0;
    let doubles = extends
        .then(|| t_with(lang, "lot_rules.doubles", &[("n", &terms.double_after_extensions.to_string())]));
    // a car of a lane has a cap once it is its turn
    let is_planned = detail.lot.lot.status == LotStatus::Scheduled && matches!(terms.format, Format::Lane(_));
    let cap = (extends && !is_planned)
        .then(|| t_with(lang, "lot_rules.cap", &[("at", &time::exact(terms.cap_at, cx.zone))]));
    vec![Some(ladder(lang, terms)), doubles, cap]
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
