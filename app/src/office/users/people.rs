//! A company's people as a table.

use identity::UserRow;
use leptos::prelude::*;

use super::words::{active_key, seat_words};
use crate::context::page;
use crate::i18n::t;
use crate::ui::*;

/// Whether a person may sign in, as a badge.
#[component]
pub(crate) fn ActiveBadge(active: bool) -> impl IntoView {
    let tone = if active { Tone::Good } else { Tone::Neutral };
    view! { <Badge tone>{t(page().lang, active_key(active))}</Badge> }
}

/// The table. `base` is where a person's page is; without one the names lead nowhere.
#[component]
pub(crate) fn People(users: Vec<UserRow>, base: &'static str, caption: String) -> impl IntoView {
    let lang = page().lang;
    let word = |name: &str| t(lang, &format!("identity.user.{name}"));
    let columns = vec![
        Column::new(word("name")),
        Column::new(word("login")),
        Column::new(word("roles")),
        Column::new(word("status")),
        Column::new(word("last_signed_in")),
    ];
    let rows = users.into_iter().map(|user| person(user, base)).collect_view();
    view! { <Table columns caption>{rows}</Table> }
}

fn person(user: UserRow, base: &'static str) -> impl IntoView {
    let lang = page().lang;
    let name = match base {
        "" => view! { {user.display_name} }.into_any(),
        base => view! { <a class="row-link" href=format!("{base}/{}", user.id)>{user.display_name}</a> }
            .into_any(),
    };
    view! {
        <tr>
            <td>{name}</td>
            <td>{user.login}</td>
            <td>{seat_words(lang, &user.seat)}</td>
            <td><ActiveBadge active=user.active/></td>
            <td><LastSignIn at=user.last_signed_in_at/></td>
        </tr>
    }
}

/// When somebody signed in last, or that they never did.
#[component]
pub(crate) fn LastSignIn(at: Option<kernel::UnixMs>) -> impl IntoView {
    match at {
        Some(at) => view! { <Ago at/> }.into_any(),
        None => view! { <span class="none">{t(page().lang, "identity.user.never")}</span> }.into_any(),
    }
}
