//! Forms that change something: posted to the page's own path, shown again with what was typed when refused.

use kernel::Problem;
use leptos::context::Provider;
use leptos::prelude::*;

use crate::context::page;
use crate::form::FormState;

use super::banner::ProblemBanner;

/// The form around a field: its name and what was typed into it before it was refused.
#[derive(Clone)]
pub(super) struct FormScope {
    name: &'static str,
    state: FormState,
}

impl FormScope {
    /// The scope of the field that is being drawn; outside a [`PostForm`], the page's only form. Where the refused form is one of
    /// several, which only its own fields know, a field outside is as on a first look: it must not take what it was not sent for.
    pub(super) fn current() -> FormScope {
        use_context::<FormScope>().unwrap_or_else(|| FormScope { name: "", state: page().form.unnamed() })
    }

    /// The element's id: two forms of a page may have fields of the same name.
    pub(super) fn id(&self, field: &str) -> String {
        if self.name.is_empty() { format!("f-{field}") } else { format!("f-{}-{field}", self.name) }
    }

    pub(super) fn state(&self) -> &FormState {
        &self.state
    }
}

/// Hidden fields of every form: a fresh key, the id of the command this form makes, so that a double click sends the same one; and
/// for which store of a group the page was drawn, so that no other one is bound.
#[component]
pub fn FormKey() -> impl IntoView {
    view! {
        <input type="hidden" name="key" value=platform_db::new_id().to_string()/>
        {store_field()}
    }
}

/// The second of them, for a form whose command needs no key.
pub(crate) fn store_field() -> Option<AnyView> {
    let store = page().store()?.to_string();
    Some(view! { <input type="hidden" name="store" value=store/> }.into_any())
}

/// What was typed and not sent is not left without a question.
const GUARD: &str = "let typed = false; for (const form of document.querySelectorAll('form[data-guards]')) { \
    form.addEventListener('input', () => typed = true); form.addEventListener('submit', () => typed = false); } \
    addEventListener('beforeunload', (event) => { if (typed) event.preventDefault(); });";

/// A form with its key, its refusal above the fields, and fields that know what was typed.
#[component]
pub fn PostForm(
    /// Tells the forms of one page apart; sent as the hidden field `form`.
    #[prop(optional)]
    name: &'static str,
    /// Where it goes, if not to the page's own path.
    #[prop(optional, into)]
    action: Option<String>,
    /// A field of it has the focus again after a refusal that is no field's fault: for work that goes on at once.
    #[prop(optional)]
    keeps_focus: bool,
    /// It carries files.
    #[prop(optional)]
    upload: bool,
    /// Whoever has typed in it is asked before the page is left: for long forms.
    #[prop(optional)]
    guards: bool,
    /// The layout of its fields: `form` stacks them, `form form--columns` lays them side by side.
    #[prop(default = "form")]
    class: &'static str,
    children: Children,
) -> impl IntoView {
    let cx = page();
    let state = if name.is_empty() { cx.form.clone() } else { cx.form.of(name) };
    let problem = state.problem.clone();
    let action = action.unwrap_or_else(|| cx.path.clone());
    view! {
        <form method="post" action=action class=class data-guards=guards.then_some("") enctype=upload.then_some("multipart/form-data")>
            <FormKey/>
            {(!name.is_empty()).then(|| view! { <input type="hidden" name="form" value=name/> })}
            {problem.map(|problem| above(name, problem, keeps_focus))}
            <Provider value=FormScope { name, state }>{children()}</Provider>
        </form>
        {guards.then(|| view! { <script type="module" nonce=cx.nonce.clone()>{GUARD}</script> })}
    }
}

/// Why the form was refused. Where no field is at fault and it is one of several forms of its page, the page leads here.
fn above(name: &str, problem: Problem, keeps_focus: bool) -> AnyView {
    let leads = !keeps_focus && problem.fields.is_empty() && !name.is_empty();
    let banner = view! { <ProblemBanner problem/> };
    match leads {
        true => view! { <div tabindex="-1" autofocus>{banner}</div> }.into_any(),
        false => banner.into_any(),
    }
}
