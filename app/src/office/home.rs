//! `/office`: what waits for this person, then the figures of the pages that are open to them, a role's own first.

mod results;
mod work;

use std::sync::Arc;

use auction::SaleLine;
use finance::{ReceivableFilter, ReceivableState, ReceivableTotals, ReturnFilter, ReturnState};
use kernel::{Fen, Principal, Problem, Role, SaleId};
use leptos::prelude::*;
use order::{OrderFilter, OrderTotals, PaymentFilter};
use platform_db::CommandError;
use vehicle::{Status, StatusCount, VehicleFilter};

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

/// What the page counts; nothing where the pages are not open to this person.
struct Figures {
    sales: Vec<SaleLine>,
    /// Negotiations that run: how many wait for the seller, how many for a buyer.
    negotiated: (i64, i64),
    /// Lots that wait for somebody to agree to their reserves, and the sale of the first.
    reserves: (i64, Option<SaleId>),
    cars: Vec<StatusCount>,
    unpaid: Option<OrderTotals>,
    sold: Option<results::Sold>,
    overdue: Option<ReceivableTotals>,
    /// What is still owed on all orders, for who may see claims.
    owed: Option<Fen>,
    /// Deposit money that was asked back and can be paid out: how many requests, how much.
    asked_back: Option<(i64, Fen)>,
    letters: Option<i64>,
}

impl Figures {
    fn cars(&self, status: Status) -> i64 {
        self.cars.iter().find(|line| line.status == status).map_or(0, |line| line.count)
    }

    fn negotiations(&self) -> i64 {
        self.negotiated.0 + self.negotiated.1
    }

    fn lots(&self, of: fn(&SaleLine) -> i64) -> i64 {
        self.sales.iter().map(of).sum()
    }
}

/// Draws it.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let who = cx.who()?;
    let figures = figures(&cx, who).await?;
    let mut areas = vec![sales_area(&cx, &figures)];
    areas.extend(figures.sold.as_ref().map(|sold| results::area(&cx, sold)));
    areas.extend(is_open_to("/office/vehicles", Some(who)).then(|| cars(&cx, &figures)));
    areas.extend(figures.unpaid.as_ref().map(|unpaid| settlement(&cx, unpaid, &figures)));
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
        {work::panel(&cx, who, &figures)}
        {areas.collect_view()}
        {current_sales(&cx, figures.sales)}
    };
    Ok(PageView::office(t(cx.lang, "home.office_title"), body))
}

async fn figures(cx: &PageContext, who: &Principal) -> Result<Figures, Problem> {
    let services = &cx.services;
    let (_, mut sales) = services.auction.sales(who, true, 1).await.map_err(CommandError::into_problem)?;
    // what runs and ends next, then what opens next
    sales.sort_by_key(|sale| match sale.count.open {
        0 => (true, sale.opens_at),
        _ => (false, sale.last_end_at),
    });
    let negotiated = services.auction.negotiations_waiting(who).await.map_err(CommandError::into_problem)?;
    let reserves = services.auction.reserves_waiting(who).await.map_err(CommandError::into_problem)?;
    let mut figures = Figures {
        sales,
        negotiated,
        reserves,
        cars: Vec::new(),
        unpaid: None,
        sold: None,
        overdue: None,
        owed: None,
        asked_back: None,
        letters: None,
    };
    if is_open_to("/office/vehicles", Some(who)) {
        figures.cars = services
            .vehicle
            .vehicle_counts(who, &VehicleFilter::default())
            .await
            .map_err(CommandError::into_problem)?;
    }
    if is_open_to("/office/orders", Some(who)) {
        let open = OrderFilter { payment: Some(PaymentFilter::Open), page: 1, ..OrderFilter::default() };
        let found = services.order.orders(who, &open).await.map_err(CommandError::into_problem)?;
        figures.unpaid = Some(found.totals);
        figures.sold = Some(results::sold(cx, who).await?);
    }
    if is_open_to("/office/receivables", Some(who)) {
        let state = Some(ReceivableState::Overdue);
        let late = ReceivableFilter { state, page: 1, ..ReceivableFilter::default() };
        let found = services.finance.receivables(who, &late).await.map_err(CommandError::into_problem)?;
        figures.overdue = Some(found.totals);
        let open =
            ReceivableFilter { state: Some(ReceivableState::Open), page: 1, ..ReceivableFilter::default() };
        let found = services.finance.receivables(who, &open).await.map_err(CommandError::into_problem)?;
        figures.owed = Some(found.totals.outstanding_fen);
    }
    if is_open_to("/office/deposits/returns", Some(who)) {
        let ready = ReturnFilter { state: Some(ReturnState::Ready), ..ReturnFilter::default() };
        let found =
            services.finance.deposit_returns(who, &ready).await.map_err(CommandError::into_problem)?;
        let money = Fen(found.iter().map(|row| row.amount_fen.0).sum());
        figures.asked_back = i64::try_from(found.len()).ok().map(|count| (count, money));
    }
    if is_open_to("/office/dead-letters", Some(who)) {
        let letters = cx.bus.dead_letters(who, LETTERS_MAX).await.map_err(CommandError::into_problem)?;
        figures.letters = i64::try_from(letters.len()).ok();
    }
    Ok(figures)
}

fn sales_area(cx: &PageContext, figures: &Figures) -> Area {
    let (open, scheduled) = (figures.lots(|sale| sale.count.open), figures.lots(|sale| sale.count.scheduled));
    let provisional = figures.negotiations();
    let (sold, hammer) =
        (figures.lots(|sale| sale.count.sold), Fen(figures.lots(|sale| sale.count.hammer_fen.0)));
    let hammer = if sold > 0 { hammer.yuan() } else { String::new() };
    let href = "/office/sales?state=current";
    let tiles = view! {
        <Tile label=t(cx.lang, "home.open_lots") value=grouped(open) href=href/>
        <Tile label=t(cx.lang, "home.scheduled_lots") value=grouped(scheduled) href=href/>
        <Tile label=t(cx.lang, "home.provisional_lots") value=grouped(provisional) href="/office/negotiations?state=open" tone=alarm(provisional, Tone::Warn)/>
        <Tile label=t(cx.lang, "home.sold_now") value=grouped(sold) note=hammer href=href/>
    };
    Area { title: "home.area_sales", roles: &[Role::Auctioneer], tiles: tiles.into_any() }
}

fn cars(cx: &PageContext, figures: &Figures) -> Area {
    let tile = |status: Status, label: &'static str, tone: Tone| {
        let count = figures.cars(status);
        let href = format!("/office/vehicles?status={}", status.name());
        view! { <Tile label=t(cx.lang, label) value=grouped(count) href=href tone=alarm(count, tone)/> }
    };
    let tiles = view! {
        {tile(Status::Received, "home.to_inspect", Tone::Warn)}
        {tile(Status::Inspected, "home.to_price", Tone::Warn)}
        {tile(Status::Priced, "home.to_offer", Tone::Neutral)}
        {tile(Status::Listed, "home.listed", Tone::Neutral)}
    };
    Area { title: "home.area_cars", roles: &[Role::Inspector, Role::Pricing], tiles: tiles.into_any() }
}

fn settlement(cx: &PageContext, unpaid: &OrderTotals, figures: &Figures) -> Area {
    let beside = |count: i64, sum: Fen| if count > 0 { sum.yuan() } else { String::new() };
    let owed = figures.owed.map(|owed| beside(unpaid.count, owed)).unwrap_or_default();
    let overdue = figures.overdue.as_ref().map(|late| {
        let owed = beside(late.count, late.overdue_fen);
        view! {
            <Tile
                label=t(cx.lang, "home.overdue")
                value=grouped(late.count)
                note=owed
                href="/office/receivables?state=overdue"
                tone=alarm(late.count, Tone::Bad)
            />
        }
    });
    let tiles = view! {
        <Tile
            label=t(cx.lang, "home.unpaid_orders")
            value=grouped(unpaid.count)
            note=owed
            href="/office/orders?payment=open"
        />
        {overdue}
    };
    let roles = &[Role::Sales, Role::Service, Role::Finance];
    Area { title: "home.area_settlement", roles, tiles: tiles.into_any() }
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
