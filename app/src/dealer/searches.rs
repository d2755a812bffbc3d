//! `/my/searches`: searches that a person keeps. With the hall's filter in its address it offers to keep that one.

use std::sync::Arc;

use auction::{HallFilter, SavedSearch};
use leptos::prelude::*;
use platform_db::CommandError;

use super::hall::{chip_texts, filter_of, query_of};
use crate::context::PageContext;
use crate::i18n::{t, t_with};
use crate::page::{PageResult, PageView};
use crate::ui::*;

/// Draws it.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let who = cx.who()?;
    let lang = cx.lang;
    let kept = cx.services.auction.saved_searches(who).await.map_err(CommandError::into_problem)?;
    let filter = filter_of(&cx.query);
    let asked = query_of(&filter);
    let new = asked.is_filtered().then(|| keep(&cx, &filter));
    let body = view! {
        <PageHead title=t(lang, "searches.title") note=t(lang, "searches.note")>
            <LinkButton href="/auctions" icon=Icon::Gavel>{t(lang, "auction.my.to_hall")}</LinkButton>
            <LinkButton href="/my/alerts" icon=Icon::Bell>{t(lang, "alerts.title")}</LinkButton>
        </PageHead>
        {new}
        {list(&cx, kept)}
    };
    Ok(PageView::dealer(t(lang, "searches.title"), body))
}

/// The form that keeps the filter of the address.
fn keep(cx: &PageContext, filter: &HallFilter) -> AnyView {
    let lang = cx.lang;
    let texts = chip_texts(cx, filter);
    let action = cx.href();
    let name: String = texts.join(" ").chars().take(60).collect();
    view! {
        <div class="mb-4">
            <Panel title=t(lang, "searches.keep").into_owned()>
                <PostForm name="keep" action=action>
                    <p>{texts.join(" · ")}</p>
                    <TextField name="name" label=t(lang, "searches.name") value=name required=true max_length=60/>
                    <div class="form__end"><Button kind=ButtonKind::Primary>{t(lang, "searches.save")}</Button></div>
                </PostForm>
            </Panel>
        </div>
    }
    .into_any()
}

fn list(cx: &PageContext, kept: Vec<SavedSearch>) -> AnyView {
    let lang = cx.lang;
    if kept.is_empty() {
        return view! {
            <Panel>
                <EmptyState icon=Icon::Search title=t(lang, "searches.empty_title") text=t(lang, "searches.empty_text")/>
            </Panel>
        }
        .into_any();
    }
    let lines = kept.into_iter().map(|search| line(cx, search)).collect_view();
    view! { <Panel flush=true><ul class="alerts" data-testid="searches">{lines}</ul></Panel> }.into_any()
}

fn line(cx: &PageContext, search: SavedSearch) -> AnyView {
    let lang = cx.lang;
    let href = query_of(&search.filter).href("/auctions");
    let id = search.id.to_string();
    let texts = chip_texts(cx, &search.filter).join(" · ");
    let (state, word, next) = match search.tells {
        true => (t(lang, "searches.tells"), t(lang, "searches.mute"), "mute"),
        false => (t(lang, "searches.muted"), t(lang, "searches.unmute"), "unmute"),
    };
    let tone = if search.tells { Tone::Active } else { Tone::Neutral };
    let toggle = vec![("form", next.to_owned()), ("id", id.clone())];
    let remove = vec![("form", "remove".to_owned()), ("id", id)];
    let question = t_with(lang, "searches.remove_question", &[("name", &search.name)]);
    view! {
        <li class="alerts__line">
            <span class="alerts__what"><Badge tone>{state}</Badge></span>
            <div class="alerts__main">
                <a class="alerts__title" href=href>{search.name}</a>
                <p class="alerts__facts">{texts}</p>
            </div>
            <div class="alerts__actions">
                <PostButton action="/my/searches" kind=ButtonKind::Quiet small=true fields=toggle>{word}</PostButton>
                <ConfirmButton
                    action="/my/searches" small=true label=t(lang, "searches.remove") question
                    confirm=t(lang, "searches.remove") fields=remove
                />
            </div>
        </li>
    }
    .into_any()
}
