//! A new condition report: what changed, and the question whether one stands by one's max.

use auction::{LotDetail, ReportNews};
use bidding::LotStatus;
use kernel::{Lang, Problem};
use leptos::prelude::*;
use platform_db::CommandError;
use vehicle::{BATTERY, Damage, Measures, OfferedCar, PANELS, ReportView, WHEELS, tread_text};

use crate::condition::graded;
use crate::context::PageContext;
use crate::i18n::{t, t_with};
use crate::ui::*;

/// The car as the report before described it, where there is a new one on a lot that is not over.
pub(super) async fn load(cx: &PageContext, detail: &LotDetail) -> Result<Option<OfferedCar>, Problem> {
    let lot = &detail.lot;
    let Some(news) = news_of(detail) else { return Ok(None) };
    let before = cx.services.vehicle.offered_car(cx.who()?, lot.vehicle_id, &news.before_hash).await;
    before.map_err(CommandError::into_problem)
}

/// The panel that says what changed.
pub(super) fn view(
    cx: &PageContext,
    detail: &LotDetail,
    before: Option<&OfferedCar>,
    now: Option<&OfferedCar>,
) -> Option<AnyView> {
    let news = news_of(detail)?;
    let changes = match (before, now) {
        (Some(before), Some(now)) => differences(cx.lang, &before.report, &now.report),
        _ => Vec::new(),
    };
    Some(panel(cx, detail, news, changes))
}

fn news_of(detail: &LotDetail) -> Option<&ReportNews> {
    let lot = &detail.lot;
    lot.report_news.as_ref().filter(|_| lot.lot.status != LotStatus::Closed)
}

fn panel(cx: &PageContext, detail: &LotDetail, news: &ReportNews, changes: Vec<String>) -> AnyView {
    let lang = cx.lang;
    let lines = changes.into_iter().map(|line| view! { <li>{line}</li> }).collect_view();
    let confirm = news.must_confirm.then(|| {
        let action = format!("/auctions/lots/{}/report", detail.lot.id);
        let amount = detail.lot.mine.max_fen.map(|fen| fen.yuan()).unwrap_or_default();
        let hash = detail.lot.report_hash.clone();
        view! {
            <p>{t_with(lang, "report_news.question", &[("amount", &amount)])}</p>
            <PostForm action=action name="report">
                <input type="hidden" name="report_hash" value=hash/>
                <Button kind=ButtonKind::Primary>{t(lang, "report_news.confirm")}</Button>
            </PostForm>
        }
    });
    let until = news.confirm_by.filter(|_| news.must_confirm).map(|at| {
        view! { <p>{t(lang, "report_news.until")} " " <Time at=at form=TimeForm::Exact/></p> }
    });
    let resume = news.resume_at.map(|at| {
        view! { <p>{t(lang, "report_news.resumes")} " " <Time at=at form=TimeForm::Exact/></p> }
    });
    view! {
        <Banner tone=Tone::Warn>
            <div class="stack">
                <p><strong>{t(lang, "report_news.note")}</strong></p>
                <ul class="lot-changes">{lines}</ul>
                <div>{resume} {until}</div>
                {confirm}
            </div>
        </Banner>
    }
    .into_any()
}

/// What one report says and the other does not, in words.
fn differences(lang: Lang, before: &ReportView, now: &ReportView) -> Vec<String> {
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
    if before.notes != now.notes {
        lines.push(t(lang, "report_news.notes").into_owned());
    }
    lines
}

/// Readings that are others now, and fault codes that came or went.
fn changed_readings(lang: Lang, before: &Measures, now: &Measures) -> Vec<String> {
    let mut lines = Vec::new();
    let mut changed = |label: String, before: Option<String>, now: Option<String>| {
        if before != now {
            let (before, now) = (before.unwrap_or_else(|| "—".into()), now.unwrap_or_else(|| "—".into()));
            let parts = [("what", label.as_str()), ("before", &before), ("now", &now)];
            lines.push(t_with(lang, "report_news.reading", &parts));
        }
    };
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

fn words(lang: Lang, damage: &Damage) -> String {
    let parts = [
        t(lang, &format!("vehicle.part.{}", damage.part)),
        t(lang, &format!("vehicle.damage.{}", damage.kind)),
        t(lang, &format!("vehicle.severity.{}", damage.severity)),
    ];
    let note = (!damage.note.is_empty()).then(|| damage.note.clone());
    parts.into_iter().map(std::borrow::Cow::into_owned).chain(note).collect::<Vec<_>>().join(" · ")
}
