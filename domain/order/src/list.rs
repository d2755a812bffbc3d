//! The list of orders: everybody's for staff, its own for a dealer.

use kernel::{DealerId, Fen, LotId, OrderId, Principal, UnixMs, VehicleId};
use platform_db::CommandError;

use crate::Service;
use crate::basis::Basis;
use crate::store::list as store;

/// Rows on a page.
pub const PAGE_SIZE: u32 = 25;
/// Rows in an export; beyond that the filter has to be narrower.
pub const MAX_EXPORT: u32 = 50_000;
/// Orders that another service is asked about at once; beyond that the filter has to be narrower.
pub const MAX_ASKED: u32 = 20_000;
/// No list is paged further than this: a deeper offset only heats the database.
const LAST_PAGE: u32 = 10_000;

/// Which orders, in which order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OrderFilter {
    /// Part of the order number, VIN, title or buyer's name.
    pub search: String,
    /// A state of the commercial axis; another word finds nothing.
    pub commercial: Option<String>,
    /// How far the payment is.
    pub payment: Option<PaymentFilter>,
    /// One buyer; a dealer sees its own whatever this says.
    pub buyer: Option<DealerId>,
    /// Made at or after.
    pub from: Option<UnixMs>,
    /// Made before.
    pub until: Option<UnixMs>,
    /// By what.
    pub sort: OrderSort,
    /// Smallest first; the newest and largest come first otherwise.
    pub ascending: bool,
    /// From 1.
    pub page: u32,
}

impl OrderFilter {
    /// Whether it leaves anything out.
    pub fn is_narrow(&self) -> bool {
        let everything = OrderFilter {
            sort: self.sort,
            ascending: self.ascending,
            page: self.page,
            ..OrderFilter::default()
        };
        *self != everything
    }
}

/// How far the payment is, as people ask for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PaymentFilter {
    /// Finance has not spoken yet.
    NotIssued,
    /// Something is owed.
    Open,
    /// Something is owed and its time is over.
    Overdue,
    /// Nothing is owed any more.
    Paid,
}

impl PaymentFilter {
    /// All of them, in the order of the form.
    pub const ALL: [PaymentFilter; 4] =
        [PaymentFilter::NotIssued, PaymentFilter::Open, PaymentFilter::Overdue, PaymentFilter::Paid];

    /// The name in the address and in text keys.
    pub const fn name(self) -> &'static str {
        match self {
            PaymentFilter::NotIssued => "not_issued",
            PaymentFilter::Open => "open",
            PaymentFilter::Overdue => "overdue",
            PaymentFilter::Paid => "paid",
        }
    }

    /// The filter of that name.
    pub fn from_name(name: &str) -> Option<PaymentFilter> {
        PaymentFilter::ALL.into_iter().find(|filter| filter.name() == name)
    }
}

/// What a list of orders can be sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OrderSort {
    /// When it was made.
    #[default]
    Created,
    /// The order number.
    OrderNo,
    /// The buyer's name.
    Buyer,
    /// The hammer price.
    Price,
    /// What the buyer owes in all.
    Total,
    /// When it is due; what is not due at all comes last.
    Due,
}

impl OrderSort {
    /// All of them.
    pub const ALL: [OrderSort; 6] = [
        OrderSort::Created,
        OrderSort::OrderNo,
        OrderSort::Buyer,
        OrderSort::Price,
        OrderSort::Total,
        OrderSort::Due,
    ];

    /// The name in the address.
    pub const fn name(self) -> &'static str {
        match self {
            OrderSort::Created => "created",
            OrderSort::OrderNo => "order_no",
            OrderSort::Buyer => "buyer",
            OrderSort::Price => "price",
            OrderSort::Total => "total",
            OrderSort::Due => "due",
        }
    }

    /// The sorting of that name.
    pub fn from_name(name: &str) -> Option<OrderSort> {
        OrderSort::ALL.into_iter().find(|sort| sort.name() == name)
    }
}

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderRow {
    /// The order.
    pub id: OrderId,
    /// Its number.
    pub order_no: String,
    /// The lot it comes from.
    pub lot_id: LotId,
    /// The car.
    pub vehicle_id: VehicleId,
    /// The car's VIN.
    pub vin: String,
    /// The car's title.
    pub title: String,
    /// The sale.
    pub sale_name: String,
    /// The buyer.
    pub buyer_dealer_id: DealerId,
    /// The buyer's name at the time.
    pub buyer_name: String,
    /// The hammer price.
    pub price_fen: Fen,
    /// All fees.
    pub fees_fen: Fen,
    /// Both.
    pub total_fen: Fen,
    /// When the order was made.
    pub created_at: UnixMs,
    /// What it rests on.
    pub basis: Basis,
    /// The commercial axis.
    pub commercial: String,
    /// The payment axis, once finance has spoken.
    pub payment: Option<String>,
    /// When it is due, once finance has spoken.
    pub due_at: Option<UnixMs>,
    /// Owed although its time is over.
    pub overdue: bool,
    /// The dispute axis.
    pub dispute: Option<String>,
}

/// Sums over all rows of the filter, not only over the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OrderTotals {
    /// How many.
    pub count: i64,
    /// Hammer prices.
    pub price_fen: Fen,
    /// Fees.
    pub fees_fen: Fen,
    /// Both.
    pub total_fen: Fen,
}

/// One page of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OrderPage {
    /// The rows.
    pub rows: Vec<OrderRow>,
    /// Over all pages.
    pub totals: OrderTotals,
    /// Which page this is, from 1.
    pub page: u32,
    /// How many there are, at least 1.
    pub pages: u32,
}

impl Service {
    /// One page of the orders that this person may see.
    pub async fn orders(&self, who: &Principal, filter: &OrderFilter) -> Result<OrderPage, CommandError> {
        let scope = store::Scope { dealer: dealer_of(who), now: self.clock.now() };
        let totals = store::totals(&self.db, scope, filter).await?;
        let pages = u32::try_from(totals.count).unwrap_or(u32::MAX).div_ceil(PAGE_SIZE).clamp(1, LAST_PAGE);
        let page = filter.page.clamp(1, pages);
        let offset = i64::from(page - 1) * i64::from(PAGE_SIZE);
        let rows = store::rows(&self.db, scope, filter, i64::from(PAGE_SIZE), offset).await?;
        Ok(OrderPage { rows, totals, page, pages })
    }

    /// The ids of all orders of the filter, to ask another service about them; nothing when they are more than
    /// [`MAX_ASKED`].
    pub async fn order_ids(
        &self,
        who: &Principal,
        filter: &OrderFilter,
    ) -> Result<Option<Vec<OrderId>>, CommandError> {
        let scope = store::Scope { dealer: dealer_of(who), now: self.clock.now() };
        let ids = store::ids(&self.db, scope, filter, i64::from(MAX_ASKED) + 1).await?;
        Ok((ids.len() <= MAX_ASKED as usize).then_some(ids))
    }

    /// Exactly the orders of the filter, at most [`MAX_EXPORT`], for a file.
    pub async fn export_orders(
        &self,
        who: &Principal,
        filter: &OrderFilter,
    ) -> Result<Vec<OrderRow>, CommandError> {
        let scope = store::Scope { dealer: dealer_of(who), now: self.clock.now() };
        Ok(store::rows(&self.db, scope, filter, i64::from(MAX_EXPORT), 0).await?)
    }
}

/// The company whose orders alone this person may see; `None` is staff, who see all.
pub(crate) fn dealer_of(who: &Principal) -> Option<DealerId> {
    who.dealer().map(|seat| seat.dealer_id)
}
