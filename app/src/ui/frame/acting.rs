//! For whom one acts, where one person acts for several stores of a group: on every page, with the choice beside it.

use leptos::prelude::*;

use crate::context::PageContext;
use crate::i18n::t;

use super::super::icon::{Icon, IconView};
use super::super::post_form::FormKey;

/// The line; nothing for who acts for one store only.
pub(super) fn view(cx: &PageContext) -> Option<AnyView> {
    if cx.stores.len() < 2 {
        return None;
    }
    let lang = cx.lang;
    let seat = cx.principal.as_ref()?.dealer()?;
    let (acting, others): (Vec<_>, Vec<_>) =
        cx.stores.iter().cloned().partition(|store| store.id == seat.dealer_id);
    let city = acting.first().map(|store| store.city.clone());
    let choice = |store: identity::Store| {
        view! {
            <form method="post" action="/my/store">
                <FormKey/>
                <input type="hidden" name="next" value=cx.path.clone()/>
                <input type="hidden" name="to" value=store.id.to_string()/>
                <button class="account__link" type="submit">
                    <IconView icon=Icon::Building/>
                    <span>{store.name} " " <small class="muted">{store.city}</small></span>
                </button>
            </form>
        }
    };
    let choices = others.into_iter().map(choice).collect_view();
    Some(
        view! {
            <div class="acting" data-testid="acting">
                <div class="acting__row">
                    <IconView icon=Icon::Building/>
                    <p class="acting__for">
                        <span>{t(lang, "group.acting_for")}</span> " "
                        <strong data-testid="acting-store">{seat.dealer_name.clone()}</strong> " "
                        <small>{city}</small>
                    </p>
                    <details class="menu">
                        <summary class="menu__button">{t(lang, "group.switch")} <IconView icon=Icon::ChevronDown/></summary>
                        <div class="menu__panel">
                            {choices}
                            <a class="account__link" href="/my/group"><IconView icon=Icon::Users/>{t(lang, "group.title")}</a>
                        </div>
                    </details>
                </div>
            </div>
        }
        .into_any(),
    )
}
