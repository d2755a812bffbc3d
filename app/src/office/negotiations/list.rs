//! `/office/negotiations`: what waits for an answer, by deadline.

use std::sync::Arc;

use auction::{NegotiationPage, NegotiationRow, NegotiationState};
use deal::{Side, Status};
use leptos::prelude::*;
use platform_db::CommandError;

use crate::context::PageContext;
use crate::i18n::t;
use crate::negotiation::{StatusBadge, filter_of};
use crate::office::orders::list::exports;
use crate::page::{PageResult, PageView};
use crate::ui::*;

/// Draws it.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let lang = cx.lang;
    let filter = filter_of(&cx.query);
    let found = cx.services.auction.negotiations(cx.who()?, &filter).await;
    let list = found.map_err(CommandError::into_problem)?;
    let choice = |state: NegotiationState| {
        Choice::new(state.name(), t(lang, &format!("negotiation.state.{}", state.name())))
    };
    let choices = NegotiationState::ALL.into_iter().map(choice).collect();
    let body = view! {
        <PageHead title=t(lang, "negotiation.title") note=t(lang, "negotiation.note")/>
        <FilterBar search=t(lang, "negotiation.search") actions=exports("/office/negotiations")>
            <FilterSelect name="state" label=t(lang, "negotiation.filter.state") choices/>
        </FilterBar>
        {content(&cx, filter.page, list)}
    };
    Ok(PageView::office(t(lang, "negotiation.title"), body))
}

fn content(cx: &PageContext, page: u32, list: NegotiationPage) -> AnyView {
    let lang = cx.lang;
    if list.rows.is_empty() {
        let which = if cx.query.is_filtered() { "empty" } else { "none" };
        let words = |part: &str| t(lang, &format!("negotiation.{which}.{part}"));
        return view! { <EmptyState icon=Icon::Gavel title=words("title") text=words("text")/> }.into_any();
    }
    let column = |name: &str| t(lang, &format!("negotiation.column.{name}")).into_owned();
    let columns = vec![
        Column::new(column("car")),
        Column::new(column("buyer")),
        Column::number(column("bid")).sort_down("bid"),
        Column::number(column("offer")),
        Column::number(column("ask")),
        Column::number(column("price")),
        Column::new(column("state")),
        Column::new(column("deadline")).sort("deadline"),
        Column::new(column("opened")).sort_down("opened"),
    ];
    let rows: Vec<_> = list.rows.into_iter().map(|one| row(cx, one)).collect();
    view! {
        <Table columns caption=t(lang, "negotiation.title") default_sort="deadline">{rows}</Table>
        <Pager current=page total=list.total page_size=list.page_size/>
    }
    .into_any()
}

fn row(cx: &PageContext, row: NegotiationRow) -> AnyView {
    let lang = cx.lang;
    let href = format!("/office/negotiations/{}", row.id);
    let kind = t(lang, &format!("negotiation.kind.{}", row.kind.as_str()));
    let lot = format!("{} · {}", row.lot.sale_name, row.lot.no);
    let deadline = (row.status == Status::Open).then(|| {
        let at = row.deadline_at;
        view! { <Time at/> <span class="block text-xs opacity-70"><Ago at/></span> }
    });
    let (opened, bid, offer, ask, price) =
        (row.opened_at, row.bid_fen, row.buyer_fen, row.seller_fen, row.price_fen);
    view! {
        <tr>
            <td class="text">
                <a class="row-link" href=href>{row.lot.title.clone()}</a>
                <span class="block text-xs opacity-70">{lot} " · " {kind}</span>
            </td>
            <td>{row.buyer_name.clone()}</td>
            <td class="num"><Money fen=bid/></td>
            <td class="num"><Money fen=offer/></td>
            <td class="num"><Money fen=ask/></td>
            <td class="num font-semibold"><Money fen=price/></td>
            <td><StatusBadge row=row viewer=Side::Seller/></td>
            <td>{deadline}</td>
            <td><Time at=opened/></td>
        </tr>
    }
    .into_any()
}
