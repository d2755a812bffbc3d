//! The list of receivables: everybody's for finance and sales, its own for a dealer.

use std::collections::BTreeMap;

use kernel::{DealerId, Fen, LotId, OrderId, Principal, Problem, ProblemKind, UnixMs, VehicleId};
use platform_db::CommandError;
use uuid::Uuid;

use crate::ageing::AgeBucket;
use crate::store::list as store;
use crate::{READERS, Service};

/// Rows on a page.
pub const PAGE_SIZE: u32 = 25;
/// Rows in an export; beyond that the filter has to be narrower.
pub const MAX_EXPORT: u32 = 50_000;
/// No list is paged further than this: a deeper offset only heats the database.
const LAST_PAGE: u32 = 10_000;

/// Which receivables, in which order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReceivableFilter {
    /// Part of the order number, the car's title or the dealer's name.
    pub search: String,
    /// How far the payment is.
    pub state: Option<ReceivableState>,
    /// How old the claim is.
    pub age: Option<AgeBucket>,
    /// One dealer; a dealer sees its own whatever this says.
    pub dealer: Option<DealerId>,
    /// Only those for these orders; for any when it is empty.
    pub orders: Vec<OrderId>,
    /// How things stood then; now, unless a moment is named.
    pub as_of: Option<UnixMs>,
    /// By what.
    pub sort: ReceivableSort,
    /// Largest and latest first; the nearest due time comes first otherwise.
    pub descending: bool,
    /// From 1.
    pub page: u32,
}

/// How far the payment of a claim is: derived from the ledger and the date.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReceivableState {
    /// Something is owed.
    Open,
    /// Something is owed and its time is over.
    Overdue,
    /// Nothing is owed any more.
    Settled,
}

impl ReceivableState {
    /// All of them, in the order of the form.
    pub const ALL: [ReceivableState; 3] =
        [ReceivableState::Open, ReceivableState::Overdue, ReceivableState::Settled];

    /// The name in the address and in text keys.
    pub const fn name(self) -> &'static str {
        match self {
            ReceivableState::Open => "open",
            ReceivableState::Overdue => "overdue",
            ReceivableState::Settled => "settled",
        }
    }

    /// The state of that name.
    pub fn from_name(name: &str) -> Option<ReceivableState> {
        ReceivableState::ALL.into_iter().find(|state| state.name() == name)
    }

    pub(crate) fn of(outstanding_fen: Fen, due_at: UnixMs, as_of: UnixMs) -> ReceivableState {
        match (outstanding_fen > Fen::ZERO, due_at < as_of) {
            (false, _) => ReceivableState::Settled,
            (true, false) => ReceivableState::Open,
            (true, true) => ReceivableState::Overdue,
        }
    }
}

/// What a list of receivables can be sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReceivableSort {
    /// When it is due.
    #[default]
    Due,
    /// When it was issued.
    Issued,
    /// The order number.
    OrderNo,
    /// The dealer's name.
    Dealer,
    /// The claim.
    Amount,
    /// What is still owed.
    Outstanding,
}

impl ReceivableSort {
    /// All of them.
    pub const ALL: [ReceivableSort; 6] = [
        ReceivableSort::Due,
        ReceivableSort::Issued,
        ReceivableSort::OrderNo,
        ReceivableSort::Dealer,
        ReceivableSort::Amount,
        ReceivableSort::Outstanding,
    ];

    /// The name in the address.
    pub const fn name(self) -> &'static str {
        match self {
            ReceivableSort::Due => "due",
            ReceivableSort::Issued => "issued",
            ReceivableSort::OrderNo => "order_no",
            ReceivableSort::Dealer => "dealer",
            ReceivableSort::Amount => "amount",
            ReceivableSort::Outstanding => "outstanding",
        }
    }

    /// The sorting of that name.
    pub fn from_name(name: &str) -> Option<ReceivableSort> {
        ReceivableSort::ALL.into_iter().find(|sort| sort.name() == name)
    }
}

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceivableRow {
    /// The claim.
    pub id: Uuid,
    /// The order it is for.
    pub order_id: OrderId,
    /// The order's number.
    pub order_no: String,
    /// The lot the order comes from.
    pub lot_id: LotId,
    /// The car.
    pub vehicle_id: VehicleId,
    /// The car's title.
    pub title: String,
    /// Who owes.
    pub dealer_id: DealerId,
    /// Its name at the time.
    pub dealer_name: String,
    /// The claim.
    pub amount_fen: Fen,
    /// What is still owed.
    pub outstanding_fen: Fen,
    /// When it was issued.
    pub issued_at: UnixMs,
    /// Until when it has to be paid.
    pub due_at: UnixMs,
    /// How far the payment is.
    pub state: ReceivableState,
    /// How old the claim is.
    pub age: AgeBucket,
}

/// Sums over all rows of the filter, not only over the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReceivableTotals {
    /// How many.
    pub count: i64,
    /// Claims.
    pub amount_fen: Fen,
    /// Still owed.
    pub outstanding_fen: Fen,
    /// Of that, what should have been paid.
    pub overdue_fen: Fen,
}

/// One page of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReceivablePage {
    /// The rows.
    pub rows: Vec<ReceivableRow>,
    /// Over all pages.
    pub totals: ReceivableTotals,
    /// How things stood then.
    pub as_of: UnixMs,
    /// Which page this is, from 1.
    pub page: u32,
    /// How many there are, at least 1.
    pub pages: u32,
}

impl Service {
    /// One page of the receivables that this person may see.
    pub async fn receivables(
        &self,
        who: &Principal,
        filter: &ReceivableFilter,
    ) -> Result<ReceivablePage, CommandError> {
        let scope = self.scope(who, filter)?;
        let totals = store::totals(&self.db, scope, filter).await?;
        let pages = u32::try_from(totals.count).unwrap_or(u32::MAX).div_ceil(PAGE_SIZE).clamp(1, LAST_PAGE);
        let page = filter.page.clamp(1, pages);
        let offset = i64::from(page - 1) * i64::from(PAGE_SIZE);
        let rows = store::rows(&self.db, scope, filter, i64::from(PAGE_SIZE), offset).await?;
        Ok(ReceivablePage { rows, totals, as_of: scope.as_of, page, pages })
    }

    /// Exactly the receivables of the filter, at most [`MAX_EXPORT`], for a file.
    pub async fn export_receivables(
        &self,
        who: &Principal,
        filter: &ReceivableFilter,
    ) -> Result<Vec<ReceivableRow>, CommandError> {
        let scope = self.scope(who, filter)?;
        Ok(store::rows(&self.db, scope, filter, i64::from(MAX_EXPORT), 0).await?)
    }

    /// What is still owed for each of these orders: those whose claim is booked and that this person may see.
    pub async fn still_owed(
        &self,
        who: &Principal,
        orders: &[OrderId],
    ) -> Result<BTreeMap<OrderId, Fen>, CommandError> {
        if orders.is_empty() {
            return Ok(BTreeMap::new());
        }
        let filter = ReceivableFilter { orders: orders.to_vec(), ..ReceivableFilter::default() };
        let limit = i64::try_from(orders.len()).unwrap_or(i64::MAX);
        let rows = store::rows(&self.db, self.scope(who, &filter)?, &filter, limit, 0).await?;
        Ok(rows.into_iter().map(|row| (row.order_id, row.outstanding_fen)).collect())
    }

    /// What was claimed and what is still owed for these orders in all, or for all orders that this person may see.
    pub async fn claims(
        &self,
        who: &Principal,
        orders: Option<Vec<OrderId>>,
    ) -> Result<ReceivableTotals, CommandError> {
        let filter = match orders {
            Some(none) if none.is_empty() => return Ok(ReceivableTotals::default()),
            Some(orders) => ReceivableFilter { orders, ..ReceivableFilter::default() },
            None => ReceivableFilter::default(),
        };
        Ok(store::totals(&self.db, self.scope(who, &filter)?, &filter).await?)
    }

    /// The moment that is asked for. The future is not known: it shows how things stand now.
    pub(crate) fn moment(&self, as_of: Option<UnixMs>) -> UnixMs {
        let now = self.clock.now();
        as_of.map_or(now, |asked| asked.min(now))
    }

    fn scope(&self, who: &Principal, filter: &ReceivableFilter) -> Result<store::Scope, CommandError> {
        Ok(store::Scope { dealer: dealer_of(who)?, as_of: self.moment(filter.as_of) })
    }
}

/// The company whose receivables alone this person may see; `None` is staff who may see all.
pub(crate) fn dealer_of(who: &Principal) -> Result<Option<DealerId>, Problem> {
    match who.dealer() {
        Some(seat) => Ok(Some(seat.dealer_id)),
        None if READERS.allows(Some(who)) => Ok(None),
        None => Err(Problem::new(ProblemKind::Forbidden, "FORBIDDEN")),
    }
}
