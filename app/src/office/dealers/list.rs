//! `/office/dealers`: all companies.

use std::sync::Arc;

use identity::{DealerRow, DealerStatus, PAGE_SIZE, permit};
use kernel::UnixMs;
use leptos::prelude::*;

use super::{StandingBadge, filter_of};
use crate::context::PageContext;
use crate::i18n::t;
use crate::page::{PageResult, PageView};
use crate::ui::*;

/// Draws it.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let who = cx.who()?;
    let lang = cx.lang;
    let filter = filter_of(&cx.query);
    let found = cx.services.identity.dealers(who, &filter).await.map_err(|error| error.into_problem())?;
    let register = permit::keeps_dealers(who).then(|| {
        view! {
            <LinkButton href="/office/dealers/new" kind=ButtonKind::Primary icon=Icon::Plus>
                {t(lang, "identity.dealers.new")}
            </LinkButton>
        }
    });
    let statuses = DealerStatus::ALL.map(|status| {
        Choice::new(status.name(), t(lang, &format!("identity.dealer_status.{}", status.name())))
    });
    let exports = view! { <Exports csv=cx.query.href("/office/dealers.csv") xlsx=cx.query.href("/office/dealers.xlsx")/> };
    let rows = found.rows.into_iter().map(|dealer| row(dealer, cx.now)).collect_view();
    let list = if found.total == 0 {
        view! {
            <EmptyState
                icon=Icon::Building
                title=t(lang, "identity.dealers.empty")
                text=t(lang, "identity.dealers.empty_next").into_owned()
            />
        }
        .into_any()
    } else {
        view! {
            <Table columns=columns(&cx) caption=t(lang, "identity.dealers.title") default_sort="created">{rows}</Table>
            <Pager current=found.page total=found.total page_size=PAGE_SIZE/>
        }
        .into_any()
    };
    let body = view! {
        <PageHead title=t(lang, "identity.dealers.title")>{register}</PageHead>
        <FilterBar search=t(lang, "identity.dealers.search") actions=exports.into_any()>
            <FilterSelect name="status" label=t(lang, "identity.dealer.status") choices=statuses.to_vec()/>
        </FilterBar>
        <Panel flush=true>{list}</Panel>
    };
    Ok(PageView::office(t(lang, "identity.dealers.title"), body))
}

fn columns(cx: &PageContext) -> Vec<Column> {
    let word = |name: &str| t(cx.lang, &format!("identity.dealer.{name}"));
    vec![
        Column::new(word("name")).sort("name"),
        Column::new(word("city")).sort("city"),
        Column::new(word("phone")),
        Column::new(word("status")),
        Column::number(word("users")).sort_down("users"),
        Column::new(word("created")).sort_down("created"),
    ]
}

fn row(dealer: DealerRow, now: UnixMs) -> impl IntoView {
    let standing = dealer.standing(now);
    view! {
        <tr>
            <td><a class="row-link" href=format!("/office/dealers/{}", dealer.id)>{dealer.name}</a></td>
            <td>{dealer.city}</td>
            <td>{dealer.phone}</td>
            <td><StandingBadge standing/></td>
            <td class="num">{dealer.users}</td>
            <td><Time at=dealer.created_at/></td>
        </tr>
    }
}

/// The list as files.
#[component]
pub(crate) fn Exports(csv: String, xlsx: String) -> impl IntoView {
    view! {
        <LinkButton href=csv small=true kind=ButtonKind::Quiet download=true icon=Icon::Download>"CSV"</LinkButton>
        <LinkButton href=xlsx small=true kind=ButtonKind::Quiet download=true icon=Icon::Download>"Excel"</LinkButton>
    }
}
