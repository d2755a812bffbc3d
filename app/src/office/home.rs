//! `/office`: today's work. Everybody sees the figures of the pages that are open to them; a role's own come first.

use std::sync::Arc;

use auction::SaleLine;
use finance::{ReceivableFilter, ReceivableState};
use kernel::{Fen, Principal, Problem, Role};
use leptos::prelude::*;
use order::{OrderFilter, PaymentFilter};
use platform_db::CommandError;
use vehicle::Status;

use crate::context::PageContext;
use crate::i18n::{t, t_with};
use crate::page::{PageResult, PageView};
use crate::routes::is_open_to;
use crate::ui::*;

/// So many dead letters are counted; more are shown as "and more".
const LETTERS_MAX: i64 = 99;

/// One area's figures, and whose daily work they are.
struct Area {
    title: &'static str,
    roles: &'static [Role],
    tiles: AnyView,
}

/// Draws it.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let who = cx.who()?;
    let (_, sales) = cx.services.auction.sales(true, 1).await.map_err(CommandError::into_problem)?;
    let mut areas = vec![sales_area(&cx, &sales)];
    areas.extend(cars(&cx, who).await?);
    areas.extend(settlement(&cx, who).await?);
    areas.extend(system(&cx, who).await?);
    // a stable sort: what is not one's own keeps the order of a car's way
    areas.sort_by_key(|area| !area.roles.iter().any(|role| who.has_role(*role)));
    let areas = areas.into_iter().map(|area| {
        view! {
            <section class="area">
                <h2>{t(cx.lang, area.title)}</h2>
                <Tiles>{area.tiles}</Tiles>
            </section>
        }
    });
    let body = view! {
        <PageHead title=t(cx.lang, "home.office_title") note=t_with(cx.lang, "home.greeting", &[("name", &who.display_name)])/>
        {areas.collect_view()}
        {current_sales(&cx, sales)}
    };
    Ok(PageView::office(t(cx.lang, "home.office_title"), body))
}

fn sales_area(cx: &PageContext, sales: &[SaleLine]) -> Area {
    let sum = |of: fn(&SaleLine) -> i64| sales.iter().map(of).sum::<i64>();
    let (open, provisional) = (sum(|sale| sale.count.open), sum(|sale| sale.count.provisional));
    let (sold, hammer) = (sum(|sale| sale.count.sold), Fen(sum(|sale| sale.count.hammer_fen.0)));
    let href = "/office/sales?state=current";
    let tiles = view! {
        <Tile label=t(cx.lang, "home.open_lots") value=open.to_string() href=href/>
        <Tile label=t(cx.lang, "home.scheduled_lots") value=sum(|sale| sale.count.scheduled).to_string() href=href/>
        <Tile label=t(cx.lang, "home.provisional_lots") value=provisional.to_string() href=href tone=alarm(provisional, Tone::Warn)/>
        <Tile label=t(cx.lang, "home.sold_lots") value=sold.to_string() note=hammer.yuan() href=href/>
    };
    Area { title: "home.area_sales", roles: &[Role::Auctioneer], tiles: tiles.into_any() }
}

async fn cars(cx: &PageContext, who: &Principal) -> Result<Option<Area>, Problem> {
    if !is_open_to("/office/vehicles", Some(who)) {
        return Ok(None);
    }
    let counts = cx.services.vehicle.vehicle_counts(who).await.map_err(CommandError::into_problem)?;
    let tile = |status: Status, label: &'static str, tone: Tone| {
        let count = counts.iter().find(|line| line.status == status).map_or(0, |line| line.count);
        let href = format!("/office/vehicles?status={}", status.name());
        view! { <Tile label=t(cx.lang, label) value=count.to_string() href=href tone=alarm(count, tone)/> }
    };
    let tiles = view! {
        {tile(Status::Received, "home.to_inspect", Tone::Warn)}
        {tile(Status::Inspected, "home.to_price", Tone::Warn)}
        {tile(Status::Priced, "home.to_offer", Tone::Neutral)}
        {tile(Status::Listed, "home.listed", Tone::Neutral)}
    };
    Ok(Some(Area {
        title: "home.area_cars",
        roles: &[Role::Inspector, Role::Pricing],
        tiles: tiles.into_any(),
    }))
}

async fn settlement(cx: &PageContext, who: &Principal) -> Result<Option<Area>, Problem> {
    if !is_open_to("/office/orders", Some(who)) {
        return Ok(None);
    }
    let unpaid = OrderFilter { payment: Some(PaymentFilter::Open), page: 1, ..OrderFilter::default() };
    let unpaid = cx.services.order.orders(who, &unpaid).await.map_err(CommandError::into_problem)?.totals;
    let overdue = match is_open_to("/office/receivables", Some(who)) {
        true => {
            let late = ReceivableFilter {
                state: Some(ReceivableState::Overdue),
                page: 1,
                ..ReceivableFilter::default()
            };
            Some(
                cx.services.finance.receivables(who, &late).await.map_err(CommandError::into_problem)?.totals,
            )
        }
        false => None,
    };
    let overdue = overdue.map(|late| {
        view! {
            <Tile
                label=t(cx.lang, "home.overdue")
                value=late.count.to_string()
                note=late.overdue_fen.yuan()
                href="/office/receivables?state=overdue"
                tone=alarm(late.count, Tone::Bad)
            />
        }
    });
    let tiles = view! {
        <Tile
            label=t(cx.lang, "home.unpaid_orders")
            value=unpaid.count.to_string()
            note=unpaid.total_fen.yuan()
            href="/office/orders?payment=open"
        />
        {overdue}
    };
    let roles = &[Role::Sales, Role::Service, Role::Finance];
    Ok(Some(Area { title: "home.area_settlement", roles, tiles: tiles.into_any() }))
}

async fn system(cx: &PageContext, who: &Principal) -> Result<Option<Area>, Problem> {
    if !is_open_to("/office/dead-letters", Some(who)) {
        return Ok(None);
    }
    let letters = cx.bus.dead_letters(who, LETTERS_MAX).await.map_err(CommandError::into_problem)?.len();
    let count = i64::try_from(letters).unwrap_or(i64::MAX);
    let value = if count == LETTERS_MAX { format!("{count}+") } else { count.to_string() };
    let tiles = view! {
        <Tile label=t(cx.lang, "home.dead_letters") value=value href="/office/dead-letters" tone=alarm(count, Tone::Bad)/>
    };
    Ok(Some(Area { title: "home.area_system", roles: &[], tiles: tiles.into_any() }))
}

/// A figure alarms only when there is something to do.
fn alarm(count: i64, tone: Tone) -> Tone {
    if count > 0 { tone } else { Tone::Neutral }
}

fn current_sales(cx: &PageContext, sales: Vec<SaleLine>) -> AnyView {
    let lang = cx.lang;
    if sales.is_empty() {
        return view! {
            <Panel title=t(lang, "home.current_sales")>
                <EmptyState icon=Icon::Gavel title=t(lang, "home.no_sales") text=t(lang, "home.no_sales_text")>
                    <LinkButton href="/office/sales">{t(lang, "nav.sales")}</LinkButton>
                </EmptyState>
            </Panel>
        }
        .into_any();
    }
    let columns = vec![
        Column::new(t(lang, "sale.name")),
        Column::new(t(lang, "sale.opens_at")),
        Column::new(t(lang, "sale.last_end_at")),
        Column::number(t(lang, "sale.lots")),
        Column::number(t(lang, "sale.open_lots")),
        Column::number(t(lang, "home.sold_lots")),
        Column::number(t(lang, "sale.hammer")),
    ];
    let row = move |sale: SaleLine| {
        view! {
            <tr>
                <td><a class="row-link" href=format!("/office/sales/{}", sale.id)>{sale.name}</a></td>
                <td><Time at=sale.opens_at/></td>
                <td><Ago at=sale.last_end_at/></td>
                <td class="num">{sale.count.lots}</td>
                <td class="num">{sale.count.open}</td>
                <td class="num">{sale.count.sold}</td>
                <td class="num"><Money fen=sale.count.hammer_fen wan=true/></td>
            </tr>
        }
    };
    view! {
        <Panel title=t(lang, "home.current_sales") flush=true>
            <Table columns caption=t(lang, "home.current_sales")>{sales.into_iter().map(row).collect_view()}</Table>
        </Panel>
    }
    .into_any()
}
