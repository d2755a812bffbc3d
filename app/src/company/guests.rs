//! People of other stores of the group who may act for this one: the company is bound by what they do.

use identity::Guest;
use leptos::prelude::*;

use crate::context::page;
use crate::i18n::{t, t_with};
use crate::office::users::stores::TakeButton;
use crate::ui::*;

/// The panel, where there is anybody. With `base` the names lead to the person's page; who manages the company's users takes back here.
pub(crate) fn panel(guests: Vec<Guest>, base: Option<&'static str>, takes: bool) -> Option<AnyView> {
    let lang = page().lang;
    if guests.is_empty() {
        return None;
    }
    let mut columns = vec![
        Column::new(t(lang, "identity.user.name")),
        Column::new(t(lang, "group.home")),
        Column::new(t(lang, "identity.user.roles")),
        Column::new(t(lang, "group.given")),
    ];
    if takes {
        columns.push(Column::new(""));
    }
    let rows = guests.into_iter().map(|guest| row(guest, base, takes)).collect_view();
    Some(
        view! {
            <Panel title=t(lang, "group.guests").into_owned() flush=true>
                <Table columns caption=t(lang, "group.guests")>{rows}</Table>
            </Panel>
        }
        .into_any(),
    )
}

fn row(guest: Guest, base: Option<&'static str>, takes: bool) -> impl IntoView {
    let lang = page().lang;
    let role = if guest.keeps_users { "identity.user.owner" } else { "identity.user.member" };
    let is_self = page().principal.as_ref().is_some_and(|who| who.user_id == guest.user_id);
    let take = takes.then(|| {
        let button = (!is_self).then(|| {
            let fields = vec![("form", "take_store".to_owned()), ("user_id", guest.user_id.to_string())];
            let question = t_with(lang, "group.take_guest", &[("name", &guest.name)]);
            view! { <TakeButton action=page().path.clone() fields question/> }
        });
        view! { <td>{button}</td> }
    });
    let name = match base {
        Some(base) => {
            view! { <a class="row-link" href=format!("{base}/{}", guest.user_id)>{guest.name}</a> }.into_any()
        }
        None => view! { {guest.name} }.into_any(),
    };
    view! {
        <tr>
            <td>{name} " " <span class="cell-note">{guest.login}</span></td>
            <td>{guest.home_name}</td>
            <td>{t(lang, role)}</td>
            <td>{guest.given_by_name} <span class="cell-note"><Time at=guest.given_at form=TimeForm::Day/></span></td>
            {take}
        </tr>
    }
}
