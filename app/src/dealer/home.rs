//! `/my`: what this dealer has to do now: pay, bid again, keep an eye on where it leads.

use std::collections::BTreeMap;
use std::sync::Arc;

use auction::{HallFilter, HallLot, NegotiationFilter, NegotiationRow, NegotiationState};
use bidding::LotStatus;
use finance::{ReceivableFilter, ReceivableState};
use kernel::{DealerId, Fen, OrderId, Principal, Problem};
use leptos::prelude::*;
use order::{OrderFilter, OrderPage, OrderRow, PaymentFilter};
use platform_db::CommandError;

use super::duties;
use super::negotiations::list::line;
use crate::context::PageContext;
use crate::i18n::{t, t_with};
use crate::office::orders::parts::{due_words, still_owed};
use crate::page::{PageResult, PageView};
use crate::routes::is_open_to;
use crate::ui::*;

/// So many lines a list shows; the rest is a page away.
const LINES: usize = 8;

/// Draws it.
pub async fn page(cx: Arc<PageContext>) -> PageResult {
    let who = cx.who()?;
    let lang = cx.lang;
    let seat = who.dealer().ok_or_else(Problem::not_found)?;
    let running = running(&cx, who, seat.dealer_id).await?;
    let unpaid = OrderFilter { payment: Some(PaymentFilter::Open), page: 1, ..OrderFilter::default() };
    let unpaid = cx.services.order.orders(who, &unpaid).await.map_err(CommandError::into_problem)?;
    let owed = still_owed(&cx, &unpaid.rows).await;
    let debt_fen = debt(&cx, who).await.unwrap_or(unpaid.totals.total_fen);
    let waiting = NegotiationFilter {
        state: Some(NegotiationState::Buyer),
        ascending: true,
        page: 1,
        ..NegotiationFilter::default()
    };
    let waiting =
        cx.services.auction.negotiations(who, &waiting).await.map_err(CommandError::into_problem)?;
    let asked = cx.services.auction.bid_duties(who).await.map_err(CommandError::into_problem)?;
    let (leading, mut outbid): (Vec<HallLot>, Vec<HallLot>) =
        running.into_iter().partition(|lot| lot.mine.leading);
    // a sealed lot leads nobody before its close
    // and a bid that was voided was outbid by nobody
    outbid.retain(|lot| !lot.format().is_sealed() && lot.mine.max_fen.is_some());
    let is_quiet = leading.is_empty()
        && outbid.is_empty()
        && unpaid.rows.is_empty()
        && waiting.rows.is_empty()
        && asked.is_empty();
    let (company, selling) = (company_link(&cx, who), selling_link(&cx, who));
    let group = (cx.stores.len() > 1).then(|| {
        view! { <LinkButton href="/my/group" icon=Icon::Building>{t(lang, "group.title")}</LinkButton> }
    });
    let body = view! {
        <PageHead title=seat.dealer_name.clone() note=t_with(lang, "home.greeting", &[("name", &who.display_name)])>
            <LinkButton href="/my/negotiations" icon=Icon::Handshake>{t(lang, "negotiation.my_title")}</LinkButton>
            {selling}
            <LinkButton href="/my/practice" icon=Icon::Gavel>{t(lang, "practice.title")}</LinkButton>
            <LinkButton href="/my/deposit" icon=Icon::Wallet>{t(lang, "deposit.mine")}</LinkButton>
            {group}
            {company}
        </PageHead>
        {tiles(&cx, leading.len(), outbid.len(), (&unpaid, debt_fen), waiting.buyers_turn)}
        {is_quiet.then(|| nothing_to_do(&cx))}
        {duties::view(&cx, asked)}
        {negotiations(&cx, waiting.rows)}
        {orders(&cx, unpaid.rows, &owed)}
        {lots(&cx, "home.bid_again", outbid)}
        {lots(&cx, "home.you_lead", leading)}
    };
    Ok(PageView::dealer(t(lang, "home.dealer_title"), body))
}

/// The lots one has bid on and can still bid on, the next to end first.
async fn running(cx: &PageContext, who: &Principal, dealer_id: DealerId) -> Result<Vec<HallLot>, Problem> {
    let status = "open".to_owned();
    let bid_on = HallFilter { bid_by: Some(dealer_id), status, page: 1, ..HallFilter::default() };
    Ok(cx.services.auction.hall(who, &bid_on).await.map_err(CommandError::into_problem)?.lots)
}

/// All that is still to be paid: what the deposit has paid is no debt.
async fn debt(cx: &PageContext, who: &Principal) -> Option<Fen> {
    let open = ReceivableFilter { state: Some(ReceivableState::Open), ..ReceivableFilter::default() };
    let found = cx.services.finance.receivables(who, &open).await.ok()?;
    (found.totals.count > 0).then_some(found.totals.outstanding_fen)
}

fn company_link(cx: &PageContext, who: &Principal) -> Option<AnyView> {
    let label = t(cx.lang, "home.company");
    is_open_to("/my/company", Some(who))
        .then(|| view! { <LinkButton href="/my/company" icon=Icon::Users>{label}</LinkButton> }.into_any())
}

/// For a company that sells: on a phone there is no other way.
fn selling_link(cx: &PageContext, who: &Principal) -> Option<AnyView> {
    let label = t(cx.lang, "nav.selling");
    let sells = cx.services.auction.is_seller(who);
    sells.then(|| view! { <LinkButton href="/my/selling" icon=Icon::Car>{label}</LinkButton> }.into_any())
}

fn tiles(
    cx: &PageContext,
    leading: usize,
    outbid: usize,
    (unpaid, debt_fen): (&OrderPage, Fen),
    to_answer: i64,
) -> AnyView {
    let lang = cx.lang;
    let alarm = |count: usize, tone: Tone| if count > 0 { tone } else { Tone::Neutral };
    let owes = usize::try_from(unpaid.totals.count).unwrap_or(usize::MAX);
    let owed = if owes > 0 { debt_fen.yuan() } else { String::new() };
    // most dealers have none: a figure that is always nought would be in the way
    let to_answer = (to_answer > 0).then(|| {
        view! { <Tile label=t(lang, "negotiation.home.tile") value=to_answer.to_string() href="/my/negotiations?state=buyer" tone=Tone::Warn/> }
    });
    view! {
        <Tiles>
            {to_answer}
            <Tile label=t(lang, "home.to_pay") value=owes.to_string() note=owed href="/my/orders?payment=open" tone=alarm(owes, Tone::Warn)/>
            <Tile label=t(lang, "home.outbid") value=outbid.to_string() href="/my/bids?outcome=outbid" tone=alarm(outbid, Tone::Bad)/>
            <Tile label=t(lang, "home.leading") value=leading.to_string() href="/my/bids?outcome=leading" tone=alarm(leading, Tone::Good)/>
        </Tiles>
    }
    .into_any()
}

fn nothing_to_do(cx: &PageContext) -> AnyView {
    let lang = cx.lang;
    view! {
        <Panel>
            <EmptyState icon=Icon::Gavel title=t(lang, "home.no_bids") text=t(lang, "home.no_bids_text")>
                <LinkButton href="/auctions" kind=ButtonKind::Primary>{t(lang, "home.to_hall")}</LinkButton>
                <LinkButton href="/my/practice">{t(lang, "practice.try")}</LinkButton>
            </EmptyState>
        </Panel>
    }
    .into_any()
}

fn lots(cx: &PageContext, title: &'static str, lots: Vec<HallLot>) -> Option<AnyView> {
    let lang = cx.lang;
    let now = cx.now;
    let row = move |lot: HallLot| {
        let href = format!("/auctions/lots/{}", lot.id);
        let max = lot.mine.max_fen.map(|max| {
            view! { <span>{t(lang, "auction.live.my_max")} " " <Money fen=max/></span> }
        });
        let (price, ends) = (lot.price_at(now), lot.lot.end_at);
        // the clock of a paused lot stands still
        let ends = match lot.lot.status {
            LotStatus::Paused => t(lang, "auction.live.paused").into_any(),
            _ => view! { {t(lang, "home.ends")} " " <Ago at=ends/> }.into_any(),
        };
        view! {
            <WorkRow href title=lot.title value=view! { <Money fen=price/> }.into_any()>
                <span>{ends}</span> {max}
            </WorkRow>
        }
    };
    let more = (lots.len() > LINES)
        .then(|| view! { <LinkButton href="/my/bids" kind=ButtonKind::Quiet small=true>{t(lang, "home.all")}</LinkButton> }.into_any());
    (!lots.is_empty()).then(|| {
        view! {
            <Panel title=t(lang, title) actions=more flush=true>
                <WorkList>{lots.into_iter().take(LINES).map(row).collect_view()}</WorkList>
            </Panel>
        }
        .into_any()
    })
}

/// What waits for an answer, the next deadline first.
fn negotiations(cx: &PageContext, rows: Vec<NegotiationRow>) -> Option<AnyView> {
    let lang = cx.lang;
    let more = view! { <LinkButton href="/my/negotiations" kind=ButtonKind::Quiet small=true>{t(lang, "home.all")}</LinkButton> };
    let lines: Vec<_> = rows.into_iter().take(LINES).map(|row| line(cx, row)).collect();
    (!lines.is_empty()).then(|| {
        view! {
            <Panel title=t(lang, "negotiation.home.mine") actions=more.into_any() flush=true>
                <WorkList>{lines}</WorkList>
            </Panel>
        }
        .into_any()
    })
}

fn orders(cx: &PageContext, mut rows: Vec<OrderRow>, owed: &BTreeMap<OrderId, Fen>) -> Option<AnyView> {
    let lang = cx.lang;
    let has_any = !rows.is_empty();
    // without a date finance has not spoken yet: that is the least urgent
    rows.sort_by_key(|row| row.due_at.map_or(i64::MAX, |at| at.0));
    let row = move |order: OrderRow| {
        let href = format!("/my/orders/{}", order.id);
        let due = order.due_at.map(|at| due_words(lang, at, order.overdue));
        let tone = if order.overdue { Tone::Bad } else { Tone::Warn };
        let still = owed.get(&order.id).copied().unwrap_or(order.total_fen);
        let title = order.title;
        view! {
            <WorkRow href title value=view! { <Money fen=still/> }.into_any()>
                {due.map(|due| view! { <Badge tone>{due}</Badge> })}
                <span>{order.order_no}</span>
            </WorkRow>
        }
    };
    let more = (rows.len() > LINES)
        .then(|| view! { <LinkButton href="/my/orders?payment=open" kind=ButtonKind::Quiet small=true>{t(lang, "home.all")}</LinkButton> }.into_any());
    let lines = rows.into_iter().take(LINES).map(row).collect_view();
    has_any.then(|| {
        view! {
            <Panel title=t(lang, "home.pay_now") actions=more flush=true>
                <WorkList>{lines}</WorkList>
            </Panel>
        }
        .into_any()
    })
}
