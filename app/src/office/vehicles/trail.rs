//! The trail of a car: what was done, by whom, and what it changed.

use kernel::{Fen, Lang};
use leptos::prelude::*;
use serde_json::Value;
use vehicle::TrailView;

use super::{reserve_word, source_name};
use crate::car_words::{About, car_word};
use crate::context::page;
use crate::i18n::{known, t, t_with};
use crate::ui::*;

/// The trail.
#[component]
pub(super) fn TrailPanel(lines: Vec<TrailView>) -> impl IntoView {
    let lang = page().lang;
    let steps = lines.into_iter().map(|line| step(lang, line)).collect();
    view! { <Panel title=t(lang, "vehicle.trail").into_owned()><Timeline steps/></Panel> }
}

fn step(lang: Lang, line: TrailView) -> Step {
    let what = t(lang, &format!("vehicle.trail.{}", deed(&line))).into_owned();
    let tone = match line.what.as_str() {
        "sold" => Tone::Good,
        "not_sold" | "withdrawn" => Tone::Warn,
        "priced" | "listed" | "in_negotiation" => Tone::Active,
        _ => Tone::Neutral,
    };
    // what other services' events have changed was nobody's deed here
    let who = known(lang, &format!("vehicle.who.{}", line.who_name))
        .map_or(line.who_name, |name| name.into_owned());
    let step = Step::new(line.at, what, who).tone(tone);
    match detail(lang, &line.what, &line.data) {
        Some(detail) => step.detail(detail),
        None => step,
    }
}

/// What was done, as its text is called: a source's description is a version of the report, and no inspection.
fn deed(line: &TrailView) -> &str {
    match (line.what.as_str(), line.data["origin"].as_str()) {
        ("inspected", Some("source")) => "described",
        (what, _) => what,
    }
}

fn detail(lang: Lang, what: &str, data: &Value) -> Option<AnyView> {
    let text = |name: &str| data[name].as_str().filter(|text| !text.is_empty());
    let fen = |name: &str| data[name].as_i64().map(|fen| Fen(fen).yuan());
    match what {
        "received" => Some(source_name(lang, text("source")?).into_any()),
        "inspected" => {
            let version = data["version"]
                .as_i64()
                .map(|n| t_with(lang, "vehicle.report_version", &[("n", &n.to_string())]));
            let grade = text("grade").map(|grade| car_word(lang, About::Grade, grade));
            Some(version.into_iter().chain(grade).collect::<Vec<_>>().join(" · ").into_any())
        }
        "priced" => {
            let reserve = reserve_word(lang, data["has_reserve"] == true);
            let amounts = priced(lang, &fen("guide_fen")?, &fen("start_fen")?, &reserve);
            let reason = text("reason").map(str::to_owned);
            Some(view! { <span class="tabular-nums">{amounts}</span> " " {reason} }.into_any())
        }
        "corrected" | "imported" => {
            let changes = data["changes"]
                .as_object()?
                .iter()
                .map(|(name, change)| changed(lang, name, change))
                .collect_view();
            let why = text("reason").or(text("source")).map(str::to_owned);
            Some(view! { <ul>{changes}</ul>{why} }.into_any())
        }
        "listed" | "not_sold" | "withdrawn" | "in_negotiation" => {
            Some(text("sale_name")?.to_owned().into_any())
        }
        "sold" => {
            let buyer = text("buyer_name").unwrap_or_default().to_owned();
            Some(view! { {buyer} " " <span class="money">{fen("price_fen")}</span> }.into_any())
        }
        _ => None,
    }
}

/// `指导价 ¥146,000 · 起拍价 ¥102,200 · 保留价 有保留`: the amount only for who has asked to see it.
pub(super) fn priced(lang: Lang, guide: &str, start: &str, reserve: &str) -> String {
    let word = |name: &str| t(lang, &format!("vehicle.column.{name}"));
    format!("{} {guide} · {} {start} · {} {reserve}", word("guide"), word("start"), word("reserve"))
}

/// `城市: 杭州 → 宁波`.
fn changed(lang: Lang, name: &str, change: &Value) -> AnyView {
    let label = known(lang, &format!("vehicle.field.{name}"))
        .map_or_else(|| name.to_owned(), |text| text.into_owned());
    let word = |value: &Value| match value {
        Value::Null => "—".to_owned(),
        Value::String(text) if text.is_empty() => "—".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    view! { <li>{label} ": " {word(&change[0])} " → " {word(&change[1])}</li> }.into_any()
}
