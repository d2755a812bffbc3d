//! A new condition report: what changed, and the question whether one stands by one's max.

use auction::{LotDetail, ReportNews};
use bidding::LotStatus;
use kernel::Problem;
use leptos::prelude::*;
use platform_db::CommandError;
use vehicle::OfferedCar;

use crate::context::PageContext;
use crate::i18n::{t, t_with};
use crate::report_changes::report_changes;
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
        (Some(before), Some(now)) => report_changes(cx.lang, &before.report, &now.report),
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
