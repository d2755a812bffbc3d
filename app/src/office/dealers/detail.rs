//! `/office/dealers/{id}`: one company, its users and its history.

use std::sync::Arc;

use identity::{DealerDetail, DealerStatus, permit};
use kernel::DealerId;
use leptos::prelude::*;

use super::forms::{FactsForm, PapersForm, StatusForm};
use super::strikes::{StrikesPanel, bar_banner};
use super::{PapersBadge, StandingBadge, strike_confirm};
use crate::company::guests;
use crate::context::{PageContext, page as cx};
use crate::i18n::{t, t_with};
use crate::office::users::forms::NewDealerUser;
use crate::office::users::people::People;
use crate::office::users::trail::TrailPanel;
use crate::page::{PageResult, PageView};
use crate::routes::is_open_to;
use crate::ui::*;

/// Draws it.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let who = cx.who()?;
    let lang = cx.lang;
    let id: DealerId = cx.id("id")?;
    let dealer = cx.services.identity.dealer(who, id).await.map_err(|error| error.into_problem())?;
    let outlook = strike_confirm::load(&cx, id).await?;
    let keeps = permit::keeps_dealers(who);
    let title = dealer.row.name.clone();
    let status = dealer.row.status;
    let suspended = (status == DealerStatus::Suspended).then(|| {
        let why = dealer.status_reason.clone().unwrap_or_default();
        view! { <Banner tone=Tone::Warn>{t_with(lang, "identity.dealer.suspended_because", &[("why", &why)])}</Banner> }
    });
    let barred = bar_banner(lang, dealer.row.strike_bar, cx.now);
    let confirm = outlook.map(|outlook| strike_confirm::panel(&cx, &dealer, outlook));
    let standing = dealer.row.standing(cx.now);
    let deposit = format!("/office/deposits/{id}");
    let to_deposit = is_open_to("/office/deposits/{id}", Some(who)).then(|| {
        view! { <LinkButton href=deposit icon=Icon::Wallet>{t(lang, "deposit.open")}</LinkButton> }
    });
    let body = view! {
        <PageHead
            title=title.clone()
            crumbs=vec![Crumb::new(t(lang, "identity.dealers.title"), "/office/dealers")]
            badge=view! { <StandingBadge standing/> }.into_any()
        >
            {to_deposit}
        </PageHead>
        {confirm}
        {suspended}
        {barred}
        <div class="grid gap-4 lg:grid-cols-3">
            <div class="grid gap-4 content-start lg:col-span-2">
                <FactsPanel dealer=dealer.clone() keeps/>
                <StrikesPanel dealer=dealer.clone()/>
                <PeoplePanel dealer=dealer.clone() keeps/>
                {guests::panel(dealer.guests, keeps.then_some("/office/users"), false)}
            </div>
            <div><TrailPanel lines=dealer.trail/></div>
        </div>
    };
    Ok(PageView::office(title, body))
}

#[component]
fn FactsPanel(dealer: DealerDetail, keeps: bool) -> impl IntoView {
    let lang = cx().lang;
    let word = |name: &str| t(lang, &format!("identity.dealer.{name}"));
    let row = dealer.row.clone();
    let facts = vec![
        Fact::new(word("city"), row.city),
        Fact::new(word("phone"), row.phone),
        Fact::text(word("group"), dealer.group.clone()),
        Fact::new(word("papers"), view! { <PapersBadge papers=row.papers/> }),
        Fact::new(word("users"), row.users),
        Fact::new(word("created"), view! { <Time at=row.created_at form=TimeForm::Day/> }),
    ];
    view! {
        <Panel title=word("facts").into_owned()>
            <Facts facts/>
            {keeps.then(|| view! {
                <div class="grid gap-2 mt-4">
                    <FactsForm dealer=dealer.clone()/>
                    <PapersForm dealer=dealer.clone()/>
                    <StatusForm dealer/>
                </div>
            })}
        </Panel>
    }
}

#[component]
fn PeoplePanel(dealer: DealerDetail, keeps: bool) -> impl IntoView {
    let cx = cx();
    let lang = cx.lang;
    let nobody = dealer.users.is_empty();
    let people = if nobody {
        view! { <EmptyState icon=Icon::Users title=t(lang, "identity.dealer.no_people")/> }.into_any()
    } else {
        let base = if keeps { "/office/users" } else { "" };
        view! { <People users=dealer.users base caption=t(lang, "identity.dealer.people").into_owned()/> }
            .into_any()
    };
    let form = keeps.then(|| {
        view! {
            <div class="panel__body">
                <Disclosure label=t(lang, "identity.dealer.new_user") open=nobody || cx.form.of("user").is_refused()>
                    <NewDealerUser/>
                </Disclosure>
            </div>
        }
    });
    view! { <Panel title=t(lang, "identity.dealer.people").into_owned() flush=true>{people}{form}</Panel> }
}
