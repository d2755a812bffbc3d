//! What becomes of a sale's unsold cars: what was decided, what came of it, and the form that decides.

use auction::{FollowOnDetail, FollowOnLine, SaleTemplate};
use leptos::prelude::*;

use super::form::{NO_TEMPLATE, follow_on_fields, hours};
use crate::context::PageContext;
use crate::i18n::{t, t_with};
use crate::ui::*;

/// The panel; nothing for who cannot decide, where nothing was decided.
pub(super) fn panel(
    cx: &PageContext,
    id: kernel::SaleId,
    detail: FollowOnDetail,
    templates: Option<Vec<SaleTemplate>>,
) -> Option<AnyView> {
    let lang = cx.lang;
    let may_decide = detail.followed.is_none();
    if detail == FollowOnDetail::default() && templates.is_none() {
        return None;
    }
    let now = said(cx, &detail);
    let came_from = detail.made_from.clone().map(|(sale, name)| {
        let href = format!("/office/sales/{sale}");
        view! { <p>{t(lang, "sale.follow_on.made_from")} " " <a href=href>{name}</a></p> }
    });
    let form = templates.filter(|_| may_decide).map(|templates| form(cx, id, &detail, &templates));
    let steps: Vec<Step> = detail.lines.into_iter().map(|line| step(cx, line)).collect();
    let history = (!steps.is_empty()).then(|| view! { <div class="mt-4"><Timeline steps/></div> });
    let title = t(lang, "sale.follow_on").into_owned();
    Some(
        view! {
            <div id="follow-on">
                <Panel title>
                    {now}
                    {came_from}
                    {form}
                    {history}
                </Panel>
            </div>
        }
        .into_any(),
    )
}

/// What will be, or what was made.
fn said(cx: &PageContext, detail: &FollowOnDetail) -> AnyView {
    let lang = cx.lang;
    match (&detail.followed, detail.holds()) {
        (Some(followed), _) => {
            let at = followed.at;
            let left_out = followed.left_out.to_string();
            let left_out = (followed.left_out > 0).then(|| {
                view! { <p class="mt-2">{t_with(lang, "sale.follow_on.left_out", &[("n", &left_out)])}</p> }
            });
            match &followed.next {
                Some((sale, name)) => {
                    let words = t_with(lang, "sale.follow_on.made", &[("n", &followed.cars.to_string())]);
                    let (href, name) = (format!("/office/sales/{sale}"), name.clone());
                    view! { <p>{words} " " <a href=href>{name}</a> " · " <Time at=at/></p> {left_out} }
                        .into_any()
                }
                None if followed.left_out > 0 => view! { {left_out} }.into_any(),
                None => view! { <p>{t(lang, "sale.follow_on.nothing")} " · " <Time at=at/></p> }.into_any(),
            }
        }
        (None, Some((follow_on, name))) => {
            let hours = hours(*follow_on).to_string();
            let words = t_with(lang, "sale.follow_on.will", &[("hours", &hours), ("name", name)]);
            view! { <p class="mb-3">{words}</p> }.into_any()
        }
        (None, None) => view! { <p class="muted mb-3">{t(lang, "sale.follow_on.not_set")}</p> }.into_any(),
    }
}

fn form(
    cx: &PageContext,
    id: kernel::SaleId,
    detail: &FollowOnDetail,
    templates: &[SaleTemplate],
) -> AnyView {
    let lang = cx.lang;
    if templates.is_empty() {
        return view! {
            <p class="muted">
                {t(lang, "sale.follow_on.no_template")} " "
                <a href="/office/sales/templates/new">{t(lang, "sale.template.new")}</a>
            </p>
        }
        .into_any();
    }
    let (template, wait) = match detail.holds() {
        Some((follow_on, _)) => (follow_on.template_id.to_string(), hours(*follow_on).to_string()),
        None => (NO_TEMPLATE.to_owned(), "24".to_owned()),
    };
    let fields = follow_on_fields(lang, templates, (template, wait));
    view! {
        <PostForm action=format!("/office/sales/{id}/follow-on") class="form form--columns">
            {fields}
            <div class="form__end"><Button>{t(lang, "sale.follow_on.save")}</Button></div>
        </PostForm>
    }
    .into_any()
}

fn step(cx: &PageContext, line: FollowOnLine) -> Step {
    let what = match line.follow_on {
        Some((follow_on, name)) => {
            let hours = hours(follow_on).to_string();
            t_with(cx.lang, "sale.follow_on.line", &[("hours", &hours), ("name", &name)])
        }
        None => t(cx.lang, "sale.follow_on.none").into_owned(),
    };
    Step::new(line.at, what, line.by_name)
}
