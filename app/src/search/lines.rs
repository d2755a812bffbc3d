//! What was found, a line each, and for each kind the list that has the rest.

use auction::{HallLot, SaleLine, SellerRecord, SellingLot};
use identity::{DealerRow, UserRow, UserSeat};
use kernel::{Lang, Principal};
use leptos::prelude::*;
use order::OrderRow;
use vehicle::VehicleLine;

use super::SHOWN;
use super::ask::{Answer, Found};
use crate::context::PageContext;
use crate::dealer::words::joined;
use crate::i18n::{t, t_with};
use crate::office::dealers::StandingBadge;
use crate::office::orders::parts::{CommercialBadge, PaymentBadge};
use crate::office::sales::state_badge;
use crate::office::sellers::href_of;
use crate::office::users::words::seat_words;
use crate::office::vehicles::StatusBadge;
use crate::query::Query;
use crate::ui::*;

/// All that was found of one kind.
pub(super) struct Group {
    /// The key of its name.
    pub(super) title: &'static str,
    /// Up to [`SHOWN`].
    pub(super) lines: Vec<AnyView>,
    /// The list with the rest, where there is more.
    pub(super) more: Option<String>,
    /// Whether its service did not answer.
    pub(super) failed: bool,
}

/// The kinds that were asked, in the order of the page: what has a number of its own first.
pub(super) fn groups(cx: &PageContext, found: Found, typed: &str) -> Vec<Group> {
    let of = |path: &str, state: &str| Query::default().with("q", typed).with("status", state).href(path);
    let list = |path: &str| of(path, "");
    let is_staff = cx.principal.as_ref().is_some_and(Principal::is_staff);
    let orders = if is_staff { "/office/orders" } else { "/my/orders" };
    let lots = if is_staff { list("/office/lots") } else { of("/auctions", "all") };
    let sales = is_staff.then(|| list("/office/sales"));
    [
        group("order.title", found.orders, Some(list(orders)), |row| order(orders, row)),
        group("vehicle.title", found.cars, Some(list("/office/vehicles")), car),
        group("sale.lots_title", found.lots, Some(lots), |lot| self::lot(cx, is_staff, lot)),
        group("selling.title", found.selling, Some(list("/my/selling")), |own| selling(cx, own)),
        group("sale.title", found.sales, sales, |line| sale(cx.lang, is_staff, line)),
        group("identity.dealers.title", found.dealers, Some(list("/office/dealers")), |row| dealer(cx, row)),
        group("identity.users.title", found.users, Some(list("/office/users")), |row| user(cx.lang, row)),
        group("seller.title", found.sellers, Some(list("/office/sellers")), |record| seller(cx.lang, record)),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn group<T>(
    title: &'static str,
    answer: Answer<T>,
    list: Option<String>,
    line: impl Fn(T) -> AnyView,
) -> Option<Group> {
    let answer = answer?;
    let failed = answer.is_err();
    let found = answer.unwrap_or_default();
    let more = list.filter(|_| found.len() > SHOWN);
    let lines = found.into_iter().take(SHOWN).map(line).collect();
    Some(Group { title, lines, more, failed })
}

fn row(href: String, title: String, value: Option<AnyView>, facts: AnyView) -> AnyView {
    view! { <WorkRow href title value>{facts}</WorkRow> }.into_any()
}

/// What tells it from others, in one line.
fn told(parts: impl IntoIterator<Item = String>) -> AnyView {
    view! { <span>{joined(parts)}</span> }.into_any()
}

fn car((line, negotiated): (VehicleLine, bool)) -> AnyView {
    let reference = line.vin.or(line.external_id).unwrap_or_default();
    let price = line.start_fen.map(|fen| view! { <Money fen/> }.into_any());
    let facts =
        view! { <StatusBadge status=line.status negotiated/> {told([reference, line.city])} }.into_any();
    row(format!("/office/vehicles/{}", line.id), line.title, price, facts)
}

fn lot(cx: &PageContext, is_staff: bool, lot: HallLot) -> AnyView {
    let path = if is_staff { "/office/lots" } else { "/auctions/lots" };
    let number = t_with(cx.lang, "auction.hall.lot_no", &[("n", &lot.lot_no.to_string())]);
    let price = lot.price_at(cx.now).map(|fen| view! { <Money fen/> }.into_any());
    let badge = state_badge(cx.lang, &lot.lot, cx.now);
    let facts = view! { {badge} {told([lot.sale_name, number, lot.vin])} }.into_any();
    row(format!("{path}/{}", lot.id), lot.title, price, facts)
}

fn selling(cx: &PageContext, own: SellingLot) -> AnyView {
    let lot = own.lot;
    let price = own.price_fen.map(|fen| view! { <Money fen/> }.into_any());
    let badge = state_badge(cx.lang, &lot.lot, cx.now);
    let facts = view! { {badge} {told([lot.sale_name, lot.vin])} }.into_any();
    row(format!("/my/selling/lots/{}", lot.id), lot.title, price, facts)
}

fn order(path: &str, order: OrderRow) -> AnyView {
    let total = view! { <Money fen=order.total_fen/> }.into_any();
    let facts = view! {
        <CommercialBadge state=order.commercial/>
        <PaymentBadge state=order.payment overdue=order.overdue/>
        {told([order.title, order.vin, order.buyer_name])}
    };
    row(format!("{path}/{}", order.id), order.order_no, Some(total), facts.into_any())
}

fn sale(lang: Lang, is_staff: bool, sale: SaleLine) -> AnyView {
    let href = match (is_staff, sale.format.as_str()) {
        (true, _) => format!("/office/sales/{}", sale.id),
        (false, "lane") => format!("/auctions/lanes/{}", sale.id),
        (false, _) => format!("/auctions?sale={}", sale.id),
    };
    let count = t_with(lang, "auction.hall.sale_lots", &[("n", &sale.count.lots.to_string())]);
    let format = t(lang, &format!("format.{}", sale.format)).into_owned();
    let opens_at = sale.opens_at;
    let facts =
        view! { {told([format, count])} <span>{t(lang, "sale.opens_at")} " " <Time at=opens_at/></span> };
    row(href, sale.name, None, facts.into_any())
}

fn dealer(cx: &PageContext, dealer: DealerRow) -> AnyView {
    let standing = dealer.standing(cx.now);
    let facts = view! { <StandingBadge standing/> {told([dealer.city, dealer.phone])} }.into_any();
    row(format!("/office/dealers/{}", dealer.id), dealer.name, None, facts)
}

fn user(lang: Lang, user: UserRow) -> AnyView {
    let seat = seat_words(lang, &user.seat);
    let company = match user.seat {
        UserSeat::Dealer { name, .. } => name,
        UserSeat::Staff(_) => t(lang, "identity.user.seat_staff").into_owned(),
    };
    row(format!("/office/users/{}", user.id), user.display_name, None, told([user.login, company, seat]))
}

fn seller(lang: Lang, seller: SellerRecord) -> AnyView {
    let lots = t_with(lang, "auction.hall.sale_lots", &[("n", &seller.lots.to_string())]);
    let company = seller.company.unwrap_or_default();
    row(href_of(&seller.name), seller.name, None, told([company, lots]))
}
