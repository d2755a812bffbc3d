//! The filter of a list: a form that asks, so that the address holds it and can be shared.

use leptos::prelude::*;

use crate::context::page;
use crate::i18n::{t, t_with};

use super::badge::Tone;
use super::banner::Banner;
use super::field_choice::{Choice, options};
use super::icon::{Icon, IconView};

/// What a filter keeps without showing it.
const KEPT: [&str; 2] = ["sort", "order"];

/// A search field, the list's other filters (the children) and a way back to everything. The rest of the address that
/// is not a filter (the order) is kept.
#[component]
pub fn FilterBar(
    /// What the search field looks for: 车架号、品牌、订单号.
    #[prop(into)]
    search: String,
    #[prop(optional)] children: Option<Children>,
    /// To the right: exports.
    #[prop(default = None, into)]
    actions: Option<AnyView>,
    /// Where nothing is filtered, if not at the page's own path.
    #[prop(default = None, into)]
    clear: Option<String>,
) -> impl IntoView {
    let cx = page();
    let lang = cx.lang;
    let clear = clear.unwrap_or_else(|| cx.path.clone());
    let keep = |name: &&'static str| cx.query.get(name).map(|value| (*name, value.to_owned()));
    let kept = KEPT
        .iter()
        .filter_map(keep)
        .map(|(name, value)| view! { <input type="hidden" name=name value=value/> });
    let typed = cx.query.get("q").unwrap_or_default().to_owned();
    view! {
        <form method="get" action=cx.path.clone() class="filter" role="search">
            {kept.collect_view()}
            <div class="filter__search">
                <IconView icon=Icon::Search/>
                <input class="input" type="search" name="q" value=typed placeholder=search.clone() aria-label=search/>
            </div>
            {children.map(|children| children())}
            <button class="button" type="submit"><IconView icon=Icon::Filter/>{t(lang, "ui.filter")}</button>
            {cx.query.is_filtered().then(|| view! { <a class="button button--quiet" href=clear>{t(lang, "ui.clear")}</a> })}
            {actions.map(|actions| view! { <div class="filter__actions">{actions}</div> })}
        </form>
    }
}

/// One filter with given answers. An answer that is asked for and not given any more (a remembered one, or a link's)
/// stays in the list: nobody could see otherwise what empties the page.
#[component]
pub fn FilterSelect(
    name: &'static str,
    #[prop(into)] label: String,
    mut choices: Vec<Choice>,
    /// How an answer is shown that is not given any more, with `%{value}`; as it stands in the address otherwise.
    #[prop(default = None)]
    gone: Option<&'static str>,
) -> impl IntoView {
    let cx = page();
    let value = cx.query.get(name).unwrap_or_default().to_owned();
    if !value.is_empty() && !choices.iter().any(|choice| choice.value == value) {
        let words = gone.map(|key| t_with(cx.lang, key, &[("value", &value)]));
        choices.push(Choice::new(value.clone(), words.unwrap_or_else(|| value.clone())));
    }
    let class = if value.is_empty() { "input input--select" } else { "input input--select input--set" };
    view! {
        <select class=class name=name aria-label=label.clone()>
            <option value="">{label.clone()}</option>
            {options(choices, &value)}
        </select>
    }
}

/// One filter that is typed: a day, an amount.
#[component]
pub fn FilterField(
    name: &'static str,
    #[prop(into)] label: String,
    /// `date`, `number`; text by itself.
    #[prop(default = "text")]
    kind: &'static str,
) -> impl IntoView {
    let value = page().query.get(name).unwrap_or_default().to_owned();
    let placeholder = (kind != "date").then(|| label.clone());
    view! {
        <label class="filter__field">
            {(kind == "date").then(|| label.clone())}
            <input class="input" type=kind name=name value=value placeholder=placeholder.clone() aria-label=placeholder/>
        </label>
    }
}

/// One filter that is on or off.
#[component]
pub fn FilterCheck(name: &'static str, #[prop(into)] label: String) -> impl IntoView {
    let is_on = page().query.get(name).is_some();
    view! {
        <label class="filter__check">
            <input type="checkbox" name=name value="1" checked=is_on/>
            {label}
        </label>
    }
}

/// From one day until another, both included: `?from=&until=`.
#[component]
pub fn FilterDays(
    /// What happens on these days: 截止日.
    #[prop(into)]
    label: String,
) -> impl IntoView {
    let until = t(page().lang, "ui.until_day");
    view! {
        <span class="filter__range">
            <FilterField name="from" label kind="date"/>
            <FilterField name="until" label=until kind="date"/>
        </span>
    }
}

/// Lines above a list: what of its filter cannot be meant so.
pub fn doubts(lines: impl IntoIterator<Item = String>) -> AnyView {
    let lines = lines.into_iter().map(|text| view! { <Banner tone=Tone::Warn>{text}</Banner> });
    lines.collect_view().into_any()
}
