//! `/search`: everything that this person may see, by what is known of it: a VIN, a number, a name. The finder of every
//! page ([`crate::ui::frame`]) shows the same list over the page where it was opened.

mod ask;
mod lines;

use std::sync::Arc;

use kernel::Lang;
use leptos::prelude::*;

use crate::context::PageContext;
use crate::i18n::{t, t_with};
use crate::page::{PageResult, PageView};
use crate::ui::*;

use lines::Group;

/// Where it is.
pub const PATH: &str = "/search";
/// So many of each kind; the rest is in the list of that kind.
const SHOWN: usize = 6;

/// Draws it.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let lang = cx.lang;
    let typed = cx.query.get("q").unwrap_or_default().to_owned();
    let groups = match typed.is_empty() {
        true => None,
        false => Some(ask::all(&cx, &typed).await?),
    };
    // no view before this line: views stay on the thread that makes them, and each await may change it
    let found =
        groups.map_or_else(|| start(&cx), |found| list(lang, lines::groups(&cx, found, &typed), &typed));
    let body = view! {
        <PageHead title=t(lang, "search.title")/>
        <form method="get" action=PATH class="filter" role="search">
            <div class="filter__search">
                <IconView icon=Icon::Search/>
                <input
                    class="input" type="search" name="q" value=typed maxlength="100" autofocus=true
                    placeholder=hint(&cx) aria-label=hint(&cx)
                />
            </div>
            <Button kind=ButtonKind::Primary icon=Icon::Search>{t(lang, "search.go")}</Button>
        </form>
        <div id="found">{found}</div>
    };
    Ok(PageView::shared(&cx, t(lang, "search.title"), body))
}

/// What can be typed.
pub(crate) fn hint(cx: &PageContext) -> String {
    let is_staff = cx.principal.as_ref().is_some_and(kernel::Principal::is_staff);
    t(cx.lang, if is_staff { "search.hint_office" } else { "search.hint" }).into_owned()
}

/// Nothing was typed yet.
fn start(cx: &PageContext) -> AnyView {
    view! { <EmptyState icon=Icon::Search title=t(cx.lang, "search.start") text=t(cx.lang, "search.start_text").into_owned()/> }
        .into_any()
}

fn list(lang: Lang, groups: Vec<Group>, typed: &str) -> AnyView {
    let count: usize = groups.iter().map(|group| group.lines.len()).sum();
    let failed = groups.iter().filter(|group| group.failed).map(|group| t(lang, group.title).into_owned());
    let failed: Vec<String> = failed.collect();
    let failed = (!failed.is_empty()).then(|| {
        let kinds = failed.join(&t(lang, "identity.list_separator"));
        view! { <Banner tone=Tone::Warn>{t_with(lang, "search.failed", &[("kinds", &kinds)])}</Banner> }
    });
    if count == 0 {
        let title = t_with(lang, "search.none", &[("typed", typed)]);
        let text = t(lang, "search.none_text").into_owned();
        return view! { {failed} <EmptyState icon=Icon::Search title text/> }.into_any();
    }
    let said = t_with(lang, "search.count", &[("n", &grouped(i64::try_from(count).unwrap_or(i64::MAX)))]);
    let groups = groups.into_iter().filter(|group| !group.lines.is_empty()).map(|group| panel(lang, group));
    view! { {failed} <p class="sr-only" data-found=count>{said}</p> {groups.collect_view()} }.into_any()
}

fn panel(lang: Lang, group: Group) -> AnyView {
    let more = group.more.map(|href| view! { <a href=href>{t(lang, "search.more")}</a> }.into_any());
    view! {
        <Panel title=t(lang, group.title) actions=more flush=true><WorkList>{group.lines}</WorkList></Panel>
    }
    .into_any()
}
