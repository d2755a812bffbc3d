//! Asks every service at once. Each answers with what this person may see of its own; which are asked at all is the
//! list of pages' to say.

use auction::{
    HallFilter, HallLot, SaleLine, SaleSearch, SellerFilter, SellerRecord, SellingFilter, SellingLot,
};
use futures_util::future::{OptionFuture, join, join3, join5};
use identity::{DealerFilter, DealerRow, UserFilter, UserRow};
use kernel::{Principal, Problem, VehicleId};
use order::{OrderFilter, OrderRow};
use platform_db::CommandError;
use vehicle::{VehicleFilter, VehicleLine};

use super::SHOWN;
use crate::context::PageContext;
use crate::routes::is_open_to;

/// None where this person has no such list. One more than is shown tells that there are more.
pub(super) type Answer<T> = Option<Result<Vec<T>, CommandError>>;

/// What was found of each kind.
pub(super) struct Found {
    /// Each with whether its price is negotiated.
    pub(super) cars: Answer<(VehicleLine, bool)>,
    pub(super) lots: Answer<HallLot>,
    pub(super) selling: Answer<SellingLot>,
    pub(super) orders: Answer<OrderRow>,
    pub(super) sales: Answer<SaleLine>,
    pub(super) dealers: Answer<DealerRow>,
    pub(super) users: Answer<UserRow>,
    pub(super) sellers: Answer<SellerRecord>,
}

/// Everything that what was typed finds.
///
/// # Errors
/// `SIGN_IN_NEEDED`. A service that does not answer is one answer less.
pub(super) async fn all(cx: &PageContext, typed: &str) -> Result<Found, Problem> {
    let who = cx.who()?;
    let sees = |path: &str| is_open_to(path, Some(who));
    let sees_sales = sees("/office/sales") || sees("/auctions");
    let sells = who.dealer().is_some() && cx.services.auction.is_seller(who);
    let trade = join5(
        OptionFuture::from(sees("/office/vehicles").then(|| cars(cx, who, typed))),
        OptionFuture::from(sees_sales.then(|| lots(cx, who, typed))),
        OptionFuture::from(sells.then(|| selling(cx, who, typed))),
        OptionFuture::from((sees("/office/orders") || sees("/my/orders")).then(|| orders(cx, who, typed))),
        OptionFuture::from(sees_sales.then(|| sales(cx, who, typed))),
    );
    let people = join3(
        OptionFuture::from(sees("/office/dealers").then(|| dealers(cx, who, typed))),
        OptionFuture::from(sees("/office/users").then(|| users(cx, who, typed))),
        OptionFuture::from(sees("/office/sellers").then(|| sellers(cx, who, typed))),
    );
    let ((cars, lots, selling, orders, sales), (dealers, users, sellers)) = join(trade, people).await;
    Ok(Found { cars, lots, selling, orders, sales, dealers, users, sellers })
}

async fn cars(
    cx: &PageContext,
    who: &Principal,
    typed: &str,
) -> Result<Vec<(VehicleLine, bool)>, CommandError> {
    let per_page = u32::try_from(SHOWN + 1).unwrap_or(u32::MAX);
    let filter = VehicleFilter { search: typed.to_owned(), per_page, ..VehicleFilter::default() };
    let lines = cx.services.vehicle.list_vehicles(who, &filter).await?.lines;
    let ids: Vec<VehicleId> = lines.iter().map(|line| line.id).collect();
    let negotiated = cx.services.auction.negotiated_cars(&ids).await?;
    let told = |line: VehicleLine| {
        let is_negotiated = negotiated.contains(&line.id);
        (line, is_negotiated)
    };
    Ok(lines.into_iter().map(told).collect())
}

async fn lots(cx: &PageContext, who: &Principal, typed: &str) -> Result<Vec<HallLot>, CommandError> {
    let filter =
        HallFilter { search: typed.to_owned(), status: "all".to_owned(), page: 1, ..HallFilter::default() };
    let limit = i64::try_from(SHOWN + 1).unwrap_or(i64::MAX);
    cx.services.auction.hall_export(who, &filter, limit).await
}

async fn selling(cx: &PageContext, who: &Principal, typed: &str) -> Result<Vec<SellingLot>, CommandError> {
    let filter = SellingFilter { search: typed.to_owned(), state: None, page: 1 };
    Ok(cx.services.auction.selling(who, &filter).await?.lots)
}

async fn orders(cx: &PageContext, who: &Principal, typed: &str) -> Result<Vec<OrderRow>, CommandError> {
    let filter = OrderFilter { search: typed.to_owned(), page: 1, ..OrderFilter::default() };
    Ok(cx.services.order.orders(who, &filter).await?.rows)
}

async fn sales(cx: &PageContext, who: &Principal, typed: &str) -> Result<Vec<SaleLine>, CommandError> {
    let named = SaleSearch { name: typed.to_owned(), ..SaleSearch::default() };
    Ok(cx.services.auction.find_sales(who, &named, 1).await?.1)
}

async fn dealers(cx: &PageContext, who: &Principal, typed: &str) -> Result<Vec<DealerRow>, CommandError> {
    let filter = DealerFilter { search: typed.to_owned(), page: 1, ..DealerFilter::default() };
    Ok(cx.services.identity.dealers(who, &filter).await?.rows)
}

async fn users(cx: &PageContext, who: &Principal, typed: &str) -> Result<Vec<UserRow>, CommandError> {
    let filter = UserFilter { search: typed.to_owned(), page: 1, ..UserFilter::default() };
    Ok(cx.services.identity.users(who, &filter).await?.rows)
}

async fn sellers(cx: &PageContext, who: &Principal, typed: &str) -> Result<Vec<SellerRecord>, CommandError> {
    let filter = SellerFilter { search: typed.to_owned(), ..SellerFilter::default() };
    cx.services.auction.sellers(who, &filter).await
}
