//! `/my/company`: the company and its users.

use std::sync::Arc;

use identity::{DealerStatus, Papers, permit};
use kernel::Problem;
use leptos::prelude::*;
use platform_db::CommandError;

use super::{delivery, guests};

use crate::context::PageContext;
use crate::i18n::t;
use crate::office::dealers::StandingBadge;
use crate::office::dealers::strikes::{bar_banner, strike_lines};
use crate::office::users::forms::NewDealerUser;
use crate::office::users::people::People;
use crate::page::{PageResult, PageView};
use crate::ui::*;

/// Draws it.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let who = cx.who()?;
    let lang = cx.lang;
    let own = who.dealer().ok_or_else(Problem::not_found)?.dealer_id;
    let dealer = cx.services.identity.dealer(who, own).await.map_err(|error| error.into_problem())?;
    let stated = cx.services.auction.delivery_costs(who).await.map_err(CommandError::into_problem)?;
    let keeps = permit::keeps_users_of(who, own);
    let standing = dealer.row.standing(cx.now);
    let suspended = (dealer.row.status == DealerStatus::Suspended)
        .then(|| view! { <Banner tone=Tone::Warn>{t(lang, "identity.company.suspended")}</Banner> });
    let unverified = (dealer.row.papers == Papers::Missing)
        .then(|| view! { <Banner tone=Tone::Warn>{t(lang, "identity.company.papers_missing")}</Banner> });
    let barred = bar_banner(lang, dealer.row.strike_bar, cx.now);
    let strikes = (!dealer.strikes.is_empty()).then(|| {
        let lines = strike_lines(lang, dealer.strikes);
        view! {
            <Panel title=t(lang, "identity.strikes.title").into_owned()>
                {lines}
                <p class="lot-note">{t(lang, "identity.strikes.ladder")}</p>
            </Panel>
        }
    });
    let taken_problem = cx.form.of("take_store").problem.map(|problem| view! { <ProblemBanner problem/> });
    let guests = guests::panel(dealer.guests, None, keeps);
    let base = if keeps { "/my/company/users" } else { "" };
    let form = if keeps {
        view! {
            <Disclosure label=t(lang, "identity.dealer.new_user") open=cx.form.of("user").is_refused()>
                <NewDealerUser/>
            </Disclosure>
        }
        .into_any()
    } else {
        view! { <p class="none">{t(lang, "identity.company.owner_only")}</p> }.into_any()
    };
    let facts = vec![
        Fact::new(t(lang, "identity.dealer.city"), dealer.row.city),
        Fact::new(t(lang, "identity.dealer.phone"), dealer.row.phone),
        Fact::new(
            t(lang, "identity.dealer.created"),
            view! { <Time at=dealer.row.created_at form=TimeForm::Day/> },
        ),
    ];
    let body = view! {
        <PageHead title=dealer.row.name badge=view! { <StandingBadge standing/> }.into_any()/>
        {suspended}
        {barred}
        {unverified}
        <div class="grid gap-4">
            <Panel title=t(lang, "identity.dealer.facts").into_owned()><Facts facts/></Panel>
            {strikes}
            {delivery::panel(&cx, stated)}
            <Panel title=t(lang, "identity.company.users").into_owned() flush=true>
                <People users=dealer.users base caption=t(lang, "identity.company.users").into_owned()/>
                <div class="panel__body">{form}</div>
            </Panel>
            {taken_problem}
            {guests}
        </div>
    };
    Ok(PageView::dealer(t(lang, "identity.company.title"), body))
}
