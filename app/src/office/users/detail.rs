//! `/office/users/{id}`: one person and what happened to them.

use std::sync::Arc;

use identity::{UserDetail, UserRow, UserSeat, permit};
use kernel::{Principal, UserId};
use leptos::prelude::*;

use super::forms::PersonForms;
use super::people::{ActiveBadge, LastSignIn};
use super::stores::{self, StoresPanel};
use super::trail::TrailPanel;
use super::words::seat_words;
use crate::context::{PageContext, page as cx};
use crate::i18n::t;
use crate::page::{PageResult, PageView};
use crate::ui::*;

/// Draws it.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let who = cx.who()?;
    let person = load(&cx, who).await?;
    let stores = match &person.row.seat {
        UserSeat::Dealer { .. } => stores::load(&cx, who, person.row.id).await?,
        UserSeat::Staff(_) => None,
    };
    let crumbs = vec![Crumb::new(t(cx.lang, "identity.users.title"), "/office/users")];
    let title = person.row.display_name.clone();
    let problem =
        cx.form.of("take_store").problem.map(|problem| view! { <ProblemBanner problem/> }.into_any());
    let stores = stores.map(|stores| view! { {problem} <StoresPanel stores/> }.into_any());
    Ok(PageView::office(title, view! { <Person person who=who.clone() crumbs beside=stores/> }))
}

/// The person of the page's address.
pub(crate) async fn load(cx: &PageContext, who: &Principal) -> Result<UserDetail, kernel::Problem> {
    let id: UserId = cx.id("id")?;
    cx.services.identity.user(who, id).await.map_err(|error| error.into_problem())
}

/// A person with what this viewer may change.
#[component]
pub(crate) fn Person(
    person: UserDetail,
    who: Principal,
    crumbs: Vec<Crumb>,
    /// What stands below the facts.
    #[prop(default = None)]
    beside: Option<AnyView>,
) -> impl IntoView {
    let UserDetail { row, trail } = person;
    let keeps = match &row.seat {
        UserSeat::Staff(_) => permit::keeps_staff(&who),
        UserSeat::Dealer { id, .. } => permit::keeps_users_of(&who, *id),
    };
    let is_self = who.user_id == row.id;
    let active = row.active;
    view! {
        <PageHead title=row.display_name.clone() crumbs badge=view! { <ActiveBadge active/> }.into_any()/>
        <div class="grid gap-4 lg:grid-cols-3">
            <div class="grid gap-4 content-start lg:col-span-2">
                <Panel title=t(cx().lang, "identity.user.facts").into_owned()>
                    <PersonFacts user=row.clone() links=who.is_staff()/>
                    {keeps.then(|| view! { <PersonForms user=row is_self/> })}
                </Panel>
                {beside}
            </div>
            <div><TrailPanel lines=trail/></div>
        </div>
    }
}

#[component]
fn PersonFacts(user: UserRow, links: bool) -> impl IntoView {
    let lang = cx().lang;
    let word = |name: &str| t(lang, &format!("identity.user.{name}"));
    let roles = seat_words(lang, &user.seat);
    let company = match user.seat {
        UserSeat::Staff(_) => view! { {t(lang, "identity.user.seat_staff")} }.into_any(),
        UserSeat::Dealer { id, name, .. } if links => {
            view! { <a href=format!("/office/dealers/{id}")>{name}</a> }.into_any()
        }
        UserSeat::Dealer { name, .. } => view! { {name} }.into_any(),
    };
    let facts = vec![
        Fact::new(word("login"), user.login),
        Fact::new(word("seat"), company),
        Fact::new(word("roles"), roles),
        Fact::new(word("last_signed_in"), view! { <LastSignIn at=user.last_signed_in_at/> }),
        Fact::new(word("created"), view! { <Time at=user.created_at form=TimeForm::Day/> }),
    ];
    view! { <Facts facts/> }
}
