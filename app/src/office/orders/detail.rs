//! `/office/orders/{id}`: the document, where it stands, and what happened.

use std::sync::Arc;

use finance::AccountKind;
use futures_util::future::join;
use kernel::{Fen, Lang};
use leptos::prelude::*;
use order::{Basis, OrderDetail};
use platform_db::CommandError;

use super::document::Document;
use super::parts::{
    Axes, CommercialBadge, OrderTrail, PaymentBadge, due_words, lot_href, receivable_href, vehicle_href,
};
use super::payment::{self, Transfer};
use crate::context::{PageContext, page as current};
use crate::i18n::{t, t_with};
use crate::page::{PageResult, PageView};
use crate::ui::*;

/// Draws it.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let found = cx.services.order.order(cx.who()?, cx.id("id")?).await;
    let order = found.map_err(CommandError::into_problem)?;
    let title = t_with(cx.lang, "order.detail_title", &[("no", &order.order_no)]);
    let crumbs = vec![Crumb::new(t(cx.lang, "order.title"), "/office/orders")];
    let (still, seller) = join(still_due(&cx, &order), seller_of(&cx, &order)).await;
    Ok(PageView::office(title.clone(), view! { <Order order still seller title crumbs/> }))
}

/// What is still to be paid for an order, and what the deposit paid of it.
#[derive(Clone, Copy, Debug)]
pub struct StillDue {
    open_fen: Fen,
    deposit_fen: Fen,
}

/// Where the claim is booked and this person may see it. The order's page is there without it.
pub async fn still_due(cx: &PageContext, order: &OrderDetail) -> Option<StillDue> {
    let claim = cx.services.finance.receivable(cx.who().ok()?, order.receivable_id?).await.ok()?;
    let applied = claim.entries.iter().filter(|entry| entry.kind == "deposit_applied");
    let applied = applied.flat_map(|entry| &entry.postings);
    let applied = applied.filter(|posting| posting.account == AccountKind::DealerReceivable);
    let deposit_fen = Fen(-applied.map(|posting| posting.amount_fen.0).sum::<i64>());
    Some(StillDue { open_fen: claim.row.outstanding_fen, deposit_fen })
}

/// Who sells, as the auction knows it of the lot. While that cannot be read the page is there all the same, and the document says so:
/// a contract must not leave out a party without a word.
pub async fn seller_of(cx: &PageContext, order: &OrderDetail) -> Option<String> {
    // the problem is in the log
    let found = cx.services.auction.seller_of_lot(order.lot_id).await.map_err(CommandError::into_problem);
    match found {
        Ok(name) => name.filter(|name| !name.is_empty()),
        Err(_) => Some(t(cx.lang, "order.document.seller_unread").into_owned()),
    }
}

/// An order's page, for whoever may see it.
#[component]
pub fn Order(
    order: OrderDetail,
    still: Option<StillDue>,
    seller: Option<String>,
    title: String,
    crumbs: Vec<Crumb>,
) -> impl IntoView {
    let cx = current();
    let lang = cx.lang;
    let who = cx.principal.as_ref();
    let state = |name: &str| {
        let axis = order.axes.iter().find(|axis| axis.axis.name() == name);
        axis.and_then(|axis| axis.state.as_ref()).map(|(state, _)| state.clone())
    };
    let (commercial, payment, overdue) =
        (state("commercial").unwrap_or_default(), state("payment"), order.overdue);
    let owes = matches!(payment.as_deref(), Some("unpaid" | "part_paid"));
    let due = order.due_at.filter(|_| owes).map(|at| due_words(lang, at, overdue));
    let total_fen = order.total_fen;
    let pays = (owes || payment.is_none()).then(|| {
        payment::panel(Transfer {
            order_no: order.order_no.clone(),
            still_fen: still.map(|still| still.open_fen),
            total_fen,
            due_at: order.due_at,
        })
    });
    let basis = (order.basis != Basis::Auction).then(|| {
        let words = t(lang, &format!("order.basis.{}", order.basis.name()));
        view! { <Badge tone=Tone::Neutral>{words}</Badge> }
    });
    let badge = view! { {basis} <CommercialBadge state=commercial/> <PaymentBadge state=payment overdue/> }
        .into_any();
    let links = [
        (lot_href(who, order.lot_id), Icon::Gavel, "order.to_lot"),
        (vehicle_href(who, order.vehicle_id), Icon::Car, "order.to_vehicle"),
        (receivable_href(who, order.receivable_id), Icon::Coins, "order.to_receivable"),
    ];
    let links = links.into_iter().filter_map(|(href, icon, key)| {
        href.map(|href| view! { <LinkButton href icon>{t(lang, key)}</LinkButton> })
    });
    let links = links.collect_view();
    let (axes, trail) = (order.axes.clone(), order.trail.clone());
    view! {
        <div class="print:hidden">
            <PageHead title crumbs badge note=format!("{} · {}", order.title, order.buyer_name)>
                <PrintButton/>
                {links}
            </PageHead>
            {due.map(|text| view! {
                <Banner tone=if overdue { Tone::Bad } else { Tone::Warn }>
                    {text} " · " {amount_due(lang, total_fen, still)}
                </Banner>
            })}
        </div>
        <div class="grid grid-cols-1 gap-x-4 mt-4 lg:grid-cols-3 print:block">
            <div class="lg:col-span-2"><Document order seller/></div>
            <div class="print:hidden">
                {pays}
                <Panel title=t(lang, "order.axes")><Axes axes overdue/></Panel>
                <Panel title=t(lang, "order.trail")><OrderTrail trail/></Panel>
            </div>
        </div>
    }
}

/// What to pay: the total, or what the deposit left of it.
fn amount_due(lang: Lang, total_fen: Fen, still: Option<StillDue>) -> AnyView {
    match still {
        Some(still) if still.open_fen != total_fen => view! {
            {t(lang, "order.still_due")} " " <strong><Money fen=still.open_fen/></strong>
            " · " {t(lang, "order.line.total")} " " <Money fen=total_fen/>
            {(still.deposit_fen > Fen::ZERO).then(|| view! {
                " · " {t(lang, "order.by_deposit")} " " <Money fen=still.deposit_fen/>
            })}
        }
        .into_any(),
        _ => view! { {t(lang, "order.line.total")} " " <strong><Money fen=total_fen/></strong> }.into_any(),
    }
}

/// Shown by its own script: without one the browser's menu prints.
#[component]
fn PrintButton() -> impl IntoView {
    let cx = current();
    view! {
        <button type="button" class="button" id="print" hidden>
            <IconView icon=Icon::Printer/>
            {t(cx.lang, "order.print")}
        </button>
        <script nonce=cx.nonce.clone()>
            "const print = document.getElementById('print'); print.hidden = false; print.addEventListener('click', () => window.print());"
        </script>
    }
}
