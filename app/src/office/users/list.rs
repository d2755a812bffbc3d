//! `/office/users`: everybody who can sign in.

use std::sync::Arc;

use identity::{PAGE_SIZE, UserRow, UserSeat, permit};
use kernel::Role;
use leptos::prelude::*;

use super::people::{ActiveBadge, LastSignIn};
use super::words::seat_words;
use super::{active_key, filter_of};
use crate::context::{PageContext, page as cx};
use crate::i18n::t;
use crate::office::dealers::list::Exports;
use crate::page::{PageResult, PageView};
use crate::ui::*;

/// Draws it.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let who = cx.who()?;
    let lang = cx.lang;
    let filter = filter_of(&cx.query);
    let found = cx.services.identity.users(who, &filter).await.map_err(|error| error.into_problem())?;
    let register = permit::keeps_staff(who).then(|| {
        view! {
            <LinkButton href="/office/users/new" kind=ButtonKind::Primary icon=Icon::Plus>
                {t(lang, "identity.users.new")}
            </LinkButton>
        }
    });
    let rows = found.rows.into_iter().map(row).collect_view();
    let list = if found.total == 0 {
        view! {
            <EmptyState
                icon=Icon::Users
                title=t(lang, "identity.users.empty")
                text=t(lang, "identity.users.empty_next").into_owned()
            />
        }
        .into_any()
    } else {
        view! {
            <Table columns=columns(&cx) caption=t(lang, "identity.users.title") default_sort="created">{rows}</Table>
            <Pager current=found.page total=found.total page_size=PAGE_SIZE/>
        }
        .into_any()
    };
    let body = view! {
        <PageHead title=t(lang, "identity.users.title")>{register}</PageHead>
        <Filters/>
        <Panel flush=true>{list}</Panel>
    };
    Ok(PageView::office(t(lang, "identity.users.title"), body))
}

#[component]
fn Filters() -> impl IntoView {
    let cx = cx();
    let lang = cx.lang;
    let seats = vec![
        Choice::new("staff", t(lang, "identity.user.seat_staff")),
        Choice::new("dealer", t(lang, "identity.user.seat_dealer")),
    ];
    let roles = Role::ALL.map(|role| Choice::new(role.name(), t(lang, &format!("role.{}", role.name()))));
    let states =
        vec![Choice::new("yes", t(lang, active_key(true))), Choice::new("no", t(lang, active_key(false)))];
    let exports =
        view! { <Exports csv=cx.query.href("/office/users.csv") xlsx=cx.query.href("/office/users.xlsx")/> };
    view! {
        <FilterBar search=t(lang, "identity.users.search") actions=exports.into_any()>
            <FilterSelect name="seat" label=t(lang, "identity.user.seat") choices=seats/>
            <FilterSelect name="role" label=t(lang, "identity.user.roles") choices=roles.to_vec()/>
            <FilterSelect name="active" label=t(lang, "identity.user.status") choices=states/>
        </FilterBar>
    }
}

fn columns(cx: &PageContext) -> Vec<Column> {
    let word = |name: &str| t(cx.lang, &format!("identity.user.{name}"));
    vec![
        Column::new(word("name")).sort("name"),
        Column::new(word("login")).sort("login"),
        Column::new(word("seat")),
        Column::new(word("roles")),
        Column::new(word("status")),
        Column::new(word("last_signed_in")).sort_down("signed_in"),
        Column::new(word("created")).sort_down("created"),
    ]
}

fn row(user: UserRow) -> impl IntoView {
    let lang = cx().lang;
    let company = match &user.seat {
        UserSeat::Staff(_) => t(lang, "identity.user.seat_staff").into_owned(),
        UserSeat::Dealer { name, .. } => name.clone(),
    };
    view! {
        <tr>
            <td><a class="row-link" href=format!("/office/users/{}", user.id)>{user.display_name}</a></td>
            <td>{user.login}</td>
            <td>{company}</td>
            <td>{seat_words(lang, &user.seat)}</td>
            <td><ActiveBadge active=user.active/></td>
            <td><LastSignIn at=user.last_signed_in_at/></td>
            <td><Time at=user.created_at form=TimeForm::Day/></td>
        </tr>
    }
}
