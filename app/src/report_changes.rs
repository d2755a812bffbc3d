//! What a version of a condition report says that the one before it does not.

use kernel::Lang;
use vehicle::{BATTERY, Damage, Measures, PANELS, PAPERS, Papers, ReportView, UNTIL, WHEELS, tread_text};

use crate::condition::{graded, violations};
use crate::i18n::{t, t_with};

/// What one report says and the other does not, in words.
pub fn report_changes(lang: Lang, before: &ReportView, now: &ReportView) -> Vec<String> {
    let mut lines = Vec::new();
    if (&before.grade, before.measures.score) != (&now.grade, now.measures.score) {
        let [before, now] = [before, now].map(|report| graded(lang, &report.grade, &report.measures));
        lines.push(t_with(lang, "report_news.grade", &[("before", &before), ("now", &now)]));
    }
    let only_in = |these: &[Damage], those: &[Damage], key: &str| -> Vec<String> {
        let missing = these.iter().filter(|damage| !those.contains(damage));
        missing.map(|damage| t_with(lang, key, &[("damage", &words(lang, damage))])).collect()
    };
    lines.extend(only_in(&now.damages, &before.damages, "report_news.found"));
    lines.extend(only_in(&before.damages, &now.damages, "report_news.gone"));
    lines.extend(changed_readings(lang, &before.measures, &now.measures));
    lines.extend(changed_papers(lang, &before.papers, &now.papers));
    if before.notes != now.notes {
        lines.push(t(lang, "report_news.notes").into_owned());
    }
    lines
}

/// Readings that are others now, and fault codes that came or went.
fn changed_readings(lang: Lang, before: &Measures, now: &Measures) -> Vec<String> {
    let mut lines = Vec::new();
    let mut changed = |label: String, before, now| lines.extend(changed(lang, &label, before, now));
    for (wheel, _) in WHEELS {
        let of = |measures: &Measures| measures.treads.get(wheel).map(|it| format!("{} mm", tread_text(*it)));
        let place = t(lang, &format!("vehicle.wheel.{wheel}"));
        changed(format!("{} {place}", t(lang, "vehicle.treads")), of(before), of(now));
    }
    for (panel, _) in PANELS {
        let of = |measures: &Measures| measures.paint_um.get(panel).map(|um| format!("{um} µm"));
        let place = t(lang, &format!("vehicle.part.{panel}"));
        changed(format!("{} {place}", t(lang, "vehicle.paint")), of(before), of(now));
    }
    for reading in BATTERY {
        let of = |measures: &Measures| measures.battery.get(reading.name).map(|value| reading.text(*value));
        let what = t(lang, &format!("vehicle.battery.{}", reading.name));
        changed(what.into_owned(), of(before), of(now));
    }
    let codes = |measures: &Measures| match measures.fault_codes.as_deref() {
        None => t(lang, "vehicle.obd_unread").into_owned(),
        Some([]) => t(lang, "vehicle.obd_none").into_owned(),
        Some(codes) => codes.join(" "),
    };
    changed(t(lang, "vehicle.obd").into_owned(), Some(codes(before)), Some(codes(now)));
    lines
}

/// Papers that came or went, days, keys, violations.
fn changed_papers(lang: Lang, before: &Papers, now: &Papers) -> Vec<String> {
    let mut lines = Vec::new();
    let word = |key: String| t(lang, &key).into_owned();
    let mut changed = |label: String, before, now| lines.extend(changed(lang, &label, before, now));
    let answer = |area: &str, said: Option<bool>| {
        said.map(|said| word(format!("vehicle.{area}.{}", if said { "yes" } else { "no" })))
    };
    for (name, _) in PAPERS {
        let of = |papers: &Papers| answer("paper", papers.there.get(name).copied());
        changed(word(format!("vehicle.paper.{name}")), of(before), of(now));
    }
    let pledged = |papers: &Papers| answer("pledge", papers.pledged);
    changed(word("vehicle.pledged".into()), pledged(before), pledged(now));
    let moves = |papers: &Papers| papers.moves.as_ref().map(|moves| word(format!("vehicle.moves.{moves}")));
    changed(word("vehicle.moves".into()), moves(before), moves(now));
    for (name, _) in UNTIL {
        let of = |papers: &Papers| papers.until.get(name).cloned();
        changed(word(format!("vehicle.until.{name}")), of(before), of(now));
    }
    let keys =
        |papers: &Papers| papers.keys.map(|n| t_with(lang, "vehicle.keys_n", &[("n", &n.to_string())]));
    changed(word("vehicle.keys".into()), keys(before), keys(now));
    changed(word("vehicle.violations".into()), violations(lang, before), violations(lang, now));
    lines
}

/// `轮胎花纹深度 左前: 6.5 mm → 4.0 mm`, where it is another now.
fn changed(lang: Lang, label: &str, before: Option<String>, now: Option<String>) -> Option<String> {
    (before != now).then(|| {
        let (before, now) = (before.unwrap_or_else(|| "—".into()), now.unwrap_or_else(|| "—".into()));
        t_with(lang, "report_news.reading", &[("what", label), ("before", &before), ("now", &now)])
    })
}

fn words(lang: Lang, damage: &Damage) -> String {
    let parts = [
        t(lang, &format!("vehicle.part.{}", damage.part)),
        t(lang, &format!("vehicle.damage.{}", damage.kind)),
        t(lang, &format!("vehicle.severity.{}", damage.severity)),
    ];
    let note = (!damage.note.is_empty()).then(|| damage.note.clone());
    parts.into_iter().map(std::borrow::Cow::into_owned).chain(note).collect::<Vec<_>>().join(" · ")
}
