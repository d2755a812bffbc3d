//! `/office/vehicles/import`: upload a file, and the newest imports. The form posts to the page's own path.

use std::sync::Arc;

use kernel::{Lang, UnixMs};
use leptos::prelude::*;
use platform_db::CommandError;
use vehicle::import::{ImportJob, JobStatus};

use super::JobBadge;
use crate::context::PageContext;
use crate::i18n::t;
use crate::page::{PageResult, PageView};
use crate::ui::*;

/// Draws it.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let who = cx.who()?;
    let lang = cx.lang;
    let jobs = cx.services.vehicle.list_imports(who).await.map_err(CommandError::into_problem)?;
    let sources = cx.services.vehicle.import_sources(who).await.map_err(CommandError::into_problem)?;
    // who brings files in brings them from the same source most days
    let source = jobs.first().map(|job| job.source.clone()).unwrap_or_default();
    let now = cx.now;
    let body = view! {
        <PageHead
            title=t(lang, "vehicle.import.title")
            crumbs=vec![Crumb::new(t(lang, "vehicle.title"), "/office/vehicles")]
            note=t(lang, "vehicle.import.note").into_owned()
        />
        <Panel title=t(lang, "vehicle.import.upload").into_owned()>
            <PostForm upload=true class="form form--columns">
                <TextField name="source" label=t(lang, "vehicle.import.source") value=source required=true max_length=40
                    hint=t(lang, "vehicle.import.source_hint").into_owned() suggestions=sources autocomplete="off"/>
                <FileField name="file" label=t(lang, "vehicle.import.file") required=true
                    hint=t(lang, "vehicle.import.file_hint").into_owned() accept=".csv,.gz,.txt,.tsv,text/csv"/>
                <div class="form__end">
                    <Button kind=ButtonKind::Primary icon=Icon::Upload>{t(lang, "vehicle.import.continue")}</Button>
                </div>
            </PostForm>
        </Panel>
        <Panel title=t(lang, "vehicle.import.earlier").into_owned() flush=true>
            {match jobs.is_empty() {
                true => view! { <EmptyState icon=Icon::Upload title=t(lang, "vehicle.import.none")/> }.into_any(),
                false => table(lang, jobs, now),
            }}
        </Panel>
    };
    Ok(PageView::office(t(lang, "vehicle.import.title"), body))
}

fn table(lang: Lang, jobs: Vec<ImportJob>, now: UnixMs) -> AnyView {
    let word = |name: &str| t(lang, &format!("vehicle.import.column.{name}"));
    let columns = vec![
        Column::new(word("file")),
        Column::new(t(lang, "vehicle.status")),
        Column::new(t(lang, "vehicle.column.source")),
        Column::number(word("read")),
        Column::number(word("new")),
        Column::number(word("changed")),
        Column::number(word("unchanged")),
        Column::number(word("rejected")),
        Column::number(word("priced")),
        Column::new(word("when")),
    ];
    let row = move |job: ImportJob| {
        let c = job.counts;
        let is_waiting = job.is_waiting(now);
        let percent = (job.status.is_running() && !is_waiting).then(|| format!(" {}%", job.percent()));
        // what was not read or applied yet has no count
        let read = (job.status != JobStatus::Uploaded).then_some(());
        let applied = (job.status == JobStatus::Done).then_some(());
        let figure = |known: Option<()>, n: i64| match known {
            Some(()) => view! { <td class="num">{grouped(n)}</td> }.into_any(),
            None => view! { <td class="num"><span class="none">"—"</span></td> }.into_any(),
        };
        view! {
            <tr>
                <td class="text"><a class="row-link" href=format!("/office/vehicles/import/{}", job.id)>{job.file_name}</a></td>
                <td><JobBadge status=job.status is_waiting/>{percent}</td>
                <td>{job.source}</td>
                {figure(read, c.read)}
                {figure(applied, c.new)}
                {figure(applied, c.changed)}
                {figure(applied, c.unchanged + c.repeated)}
                {figure(read, c.rejected)}
                {figure(applied, c.priced)}
                <td><Time at=job.created_at/> " " {job.who_name}</td>
            </tr>
        }
    };
    view! {
        <Table columns caption=t(lang, "vehicle.import.earlier")>{jobs.into_iter().map(row).collect_view()}</Table>
    }
    .into_any()
}
