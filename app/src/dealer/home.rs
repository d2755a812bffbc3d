//! `/my`: how the company stands: where it leads, where it was outbid, what it owes.

use std::sync::Arc;

use auction::{HallFilter, HallLot};
use bidding::LotStatus;
use kernel::{Principal, Problem};
use leptos::prelude::*;
use order::{OrderFilter, OrderRow, PaymentFilter};
use platform_db::CommandError;

use crate::context::PageContext;
use crate::i18n::{t, t_with};
use crate::page::{PageResult, PageView};
use crate::routes::is_open_to;
use crate::ui::*;

/// So many lines a list shows; the rest is a page away.
const LINES: usize = 6;

/// Draws it.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let who = cx.who()?;
    let lang = cx.lang;
    let seat = who.dealer().ok_or_else(Problem::not_found)?;
    let bid_on = HallFilter { bid_by: Some(seat.dealer_id), page: 1, ..HallFilter::default() };
    let lots = cx.services.auction.hall(who, &bid_on).await.map_err(CommandError::into_problem)?.lots;
    let running: Vec<HallLot> = lots.into_iter().filter(|lot| lot.lot.status != LotStatus::Closed).collect();
    let unpaid = OrderFilter { payment: Some(PaymentFilter::Open), page: 1, ..OrderFilter::default() };
    let unpaid = cx.services.order.orders(who, &unpaid).await.map_err(CommandError::into_problem)?;
    let leading = running.iter().filter(|lot| lot.mine.leading).count();
    let outbid = running.len() - leading;
    let outbid_tone = if outbid > 0 { Tone::Bad } else { Tone::Neutral };
    let debt = unpaid.totals;
    let company = company_link(&cx, who);
    let body = view! {
        <PageHead title=seat.dealer_name.clone() note=t_with(lang, "home.greeting", &[("name", &who.display_name)])>
            {company}
        </PageHead>
        <Tiles>
            <Tile label=t(lang, "home.leading") value=leading.to_string() href="/my/bids"/>
            <Tile label=t(lang, "home.outbid") value=outbid.to_string() href="/my/bids" tone=outbid_tone/>
            <Tile
                label=t(lang, "home.to_pay")
                value=debt.count.to_string()
                note=debt.total_fen.yuan()
                href="/my/orders?payment=open"
            />
        </Tiles>
        {bids(&cx, running)}
        {orders(&cx, unpaid.rows)}
    };
    Ok(PageView::dealer(t(lang, "home.dealer_title"), body))
}

fn company_link(cx: &PageContext, who: &Principal) -> Option<AnyView> {
    let label = t(cx.lang, "home.company");
    is_open_to("/my/company", Some(who))
        .then(|| view! { <LinkButton href="/my/company" icon=Icon::Users>{label}</LinkButton> }.into_any())
}

fn bids(cx: &PageContext, running: Vec<HallLot>) -> AnyView {
    let lang = cx.lang;
    if running.is_empty() {
        return view! {
            <Panel title=t(lang, "home.running")>
                <EmptyState icon=Icon::Gavel title=t(lang, "home.no_bids") text=t(lang, "home.no_bids_text")>
                    <LinkButton href="/auctions" kind=ButtonKind::Primary>{t(lang, "nav.hall")}</LinkButton>
                </EmptyState>
            </Panel>
        }
        .into_any();
    }
    let columns = vec![
        Column::new(t(lang, "home.car")),
        Column::new(t(lang, "home.standing")),
        Column::number(t(lang, "home.price")),
        Column::number(t(lang, "home.my_max")),
        Column::new(t(lang, "home.ends")),
    ];
    let row = move |lot: HallLot| {
        let (tone, word) =
            if lot.mine.leading { (Tone::Good, "home.is_leading") } else { (Tone::Bad, "home.is_outbid") };
        view! {
            <tr>
                <td><a class="row-link" href=format!("/auctions/lots/{}", lot.id)>{lot.title}</a></td>
                <td><Badge tone>{t(lang, word)}</Badge></td>
                <td class="num"><Money fen=lot.lot.price_fen/></td>
                <td class="num"><Money fen=lot.mine.max_fen/></td>
                <td><Ago at=lot.lot.end_at/></td>
            </tr>
        }
    };
    view! {
        <Panel title=t(lang, "home.running") flush=true>
            <Table columns caption=t(lang, "home.running")>
                {running.into_iter().take(LINES).map(row).collect_view()}
            </Table>
        </Panel>
    }
    .into_any()
}

fn orders(cx: &PageContext, rows: Vec<OrderRow>) -> Option<AnyView> {
    let lang = cx.lang;
    if rows.is_empty() {
        return None;
    }
    let columns = vec![
        Column::new(t(lang, "order.column.no")),
        Column::new(t(lang, "home.car")),
        Column::number(t(lang, "order.column.total")),
        Column::new(t(lang, "order.column.due")),
    ];
    let row = move |order: OrderRow| {
        view! {
            <tr>
                <td><a class="row-link" href=format!("/my/orders/{}", order.id)>{order.order_no}</a></td>
                <td>{order.title}</td>
                <td class="num"><Money fen=order.total_fen wan=true/></td>
                <td><Time at=order.due_at/></td>
            </tr>
        }
    };
    let table = view! {
        <Panel title=t(lang, "home.to_pay") flush=true>
            <Table columns caption=t(lang, "home.to_pay")>{rows.into_iter().take(LINES).map(row).collect_view()}</Table>
        </Panel>
    };
    Some(table.into_any())
}
