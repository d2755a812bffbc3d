//! `/office/vehicles/import/{id}`: one import, at whatever step it is. While it runs the browser asks again by
//! itself, without a script.

use std::sync::Arc;

use leptos::prelude::*;
use platform_db::CommandError;
use uuid::Uuid;
use vehicle::import::{ImportJob, JobStatus};

use super::mapping::MappingForm;
use super::result::{Counters, Findings, findings_of};
use super::{JobBadge, size};
use crate::context::PageContext;
use crate::i18n::{t, t_with};
use crate::page::{PageResult, PageView};
use crate::ui::*;

/// How often a running import is looked at.
const REFRESH_S: u32 = 2;

/// Draws it.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let who = cx.who()?;
    let lang = cx.lang;
    let id: Uuid = cx.id("id")?;
    let job = cx.services.vehicle.show_import(who, id).await.map_err(CommandError::into_problem)?;
    let findings = match job.status.is_running() {
        true => None,
        false => Some(findings_of(&cx, &job).await?),
    };
    let size = size(job.file_bytes);
    let by = t_with(
        lang,
        "vehicle.import.by",
        &[("name", &job.who_name), ("source", &job.source), ("size", &size)],
    );
    let crumbs = vec![
        Crumb::new(t(lang, "vehicle.title"), "/office/vehicles"),
        Crumb::new(t(lang, "vehicle.import.title"), "/office/vehicles/import"),
    ];
    let title = job.file_name.clone();
    let (status, is_running, is_waiting) = (job.status, job.status.is_running(), job.is_waiting(cx.now));
    let (step, actions) = (step(&cx, &job), actions(&cx, &job));
    let counters = (status != JobStatus::Uploaded).then(|| view! { <Counters job=job.clone()/> });
    let problem = job.failure.clone().map(|problem| view! { <ProblemBanner problem/> });
    let findings =
        findings.filter(|_| status != JobStatus::Uploaded).map(|findings| view! { <Findings job findings/> });
    let body = view! {
        <PageHead title=title.clone() crumbs badge=view! { <JobBadge status is_waiting/> }.into_any() note=by>
            {actions}
        </PageHead>
        {problem}
        {step}
        {counters}
        {findings}
    };
    let view = PageView::office(title, body);
    Ok(if is_running { view.refreshing(REFRESH_S) } else { view })
}

/// What can be done now.
fn actions(cx: &PageContext, job: &ImportJob) -> AnyView {
    let lang = cx.lang;
    let action = |name: &str| format!("/office/vehicles/import/{}/{name}", job.id);
    let may_discard = matches!(job.status, JobStatus::Uploaded | JobStatus::Checked | JobStatus::Failed);
    let good = grouped(job.counts.good);
    view! {
        {may_discard.then(|| view! {
            <ConfirmButton
                action=action("discard")
                label=t(lang, "vehicle.import.discard")
                question=t_with(lang, "vehicle.import.discard_question", &[("name", &job.file_name)])
                confirm=t(lang, "vehicle.import.discard")
            />
        })}
        {(job.status == JobStatus::Failed).then(|| view! {
            <PostButton action=action("restart") icon=Icon::Refresh>{t(lang, "vehicle.import.restart")}</PostButton>
        })}
        {(job.status == JobStatus::Checked && job.counts.good > 0).then(|| view! {
            <PostButton action=action("apply") kind=ButtonKind::Primary icon=Icon::Check>
                {t_with(lang, "vehicle.import.apply", &[("n", &good)])}
            </PostButton>
        })}
        {(job.status == JobStatus::Done).then(|| view! {
            <LinkButton href=format!("/office/vehicles?source={}", job.source) kind=ButtonKind::Primary icon=Icon::Car>
                {t(lang, "vehicle.import.to_vehicles")}
            </LinkButton>
        })}
    }
    .into_any()
}

/// The form of the columns, or the bar.
fn step(cx: &PageContext, job: &ImportJob) -> AnyView {
    let lang = cx.lang;
    match job.status {
        JobStatus::Uploaded | JobStatus::Failed => view! { <MappingForm job=job.clone()/> }.into_any(),
        JobStatus::Checked => {
            let key = if job.counts.good > 0 { "checked_note" } else { "checked_nothing" };
            let taken = job.layout.is_first_line_doubtful().then(|| {
                view! { <Banner tone=Tone::Warn>{t(lang, "vehicle.import.first_line_taken")}</Banner> }
            });
            view! {
                {taken}
                <Banner tone=Tone::Warn>{t(lang, &format!("vehicle.import.{key}"))}</Banner>
            }
            .into_any()
        }
        JobStatus::Checking | JobStatus::Applying => {
            let (n, total) = match job.status {
                JobStatus::Applying => (grouped(job.counts.applied), grouped(job.counts.good)),
                _ => (grouped(job.counts.read), String::new()),
            };
            let key = match job.status {
                _ if job.is_waiting(cx.now) => "vehicle.import.waiting_now",
                JobStatus::Applying => "vehicle.import.applying_now",
                _ => "vehicle.import.checking_now",
            };
            let percent = job.percent();
            let text = t_with(lang, key, &[("n", &n), ("total", &total)]);
            view! {
                <Panel title=t(lang, "vehicle.import.progress").into_owned()>
                    <p class="mb-2 flex justify-between gap-3" role="status">
                        <span>{text}</span>
                        <span class="tabular-nums">{percent} "%"</span>
                    </p>
                    <progress class="progress" max="100" value=percent aria-label=t(lang, "vehicle.import.progress")>
                        {percent} "%"
                    </progress>
                    <p class="text-xs opacity-70 mt-2">{t(lang, "vehicle.import.may_leave")}</p>
                </Panel>
            }
            .into_any()
        }
        _ => ().into_any(),
    }
}
