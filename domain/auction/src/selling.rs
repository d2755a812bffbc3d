//! What a company reads of the lots that it sells, where staff have linked it to a seller (`seller_link.rs`). It sees its own
//! reserve, and everything else as bidders see it: no max, and no bidder's name before it is settled what becomes of the lot
//! (domain rules §10.1). Why its looks at its reserve are not written down stands in the decision about linked sellers.

use bidding::{BidLine, LotStatus, Outcome};
use kernel::{DealerId, Fen, LotId, NegotiationId, Principal, Problem, UnixMs};
use platform_db::CommandError;

use crate::Service;
use crate::reveal::{Reveal, SHOWN};
use crate::seller_record::SellerRecord;
use crate::store::lists::HallLot;
use crate::store::selling::{self as store, Own};
use crate::store::{lots, reveals};

/// How many a page shows.
const PAGE_SIZE: i64 = 50;
/// At most so many lines a file.
const EXPORT_MAX: i64 = 10_000;
/// So many bids a lot's page shows.
const BIDS_SHOWN: i64 = 50;

/// Where a lot is in its life, for who sells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SellingState {
    /// It has not closed.
    On,
    /// Closed below the reserve, and negotiated.
    Negotiated,
    /// Sold.
    Sold,
    /// Over without a buyer.
    Unsold,
    /// Taken out of its sale.
    Withdrawn,
}

impl SellingState {
    /// All of them, in the order of filters.
    pub const ALL: [SellingState; 5] = [
        SellingState::On,
        SellingState::Negotiated,
        SellingState::Sold,
        SellingState::Unsold,
        SellingState::Withdrawn,
    ];

    /// The name in addresses and text keys.
    pub const fn name(self) -> &'static str {
        match self {
            SellingState::On => "on",
            SellingState::Negotiated => "negotiated",
            SellingState::Sold => "sold",
            SellingState::Unsold => "unsold",
            SellingState::Withdrawn => "withdrawn",
        }
    }

    /// The state of that name.
    pub fn from_name(name: &str) -> Option<SellingState> {
        SellingState::ALL.into_iter().find(|state| state.name() == name)
    }

    const fn of(outcome: Option<Outcome>) -> SellingState {
        match outcome {
            None => SellingState::On,
            Some(Outcome::Provisional) => SellingState::Negotiated,
            Some(Outcome::Sold) => SellingState::Sold,
            Some(Outcome::Unsold) => SellingState::Unsold,
            Some(Outcome::Withdrawn) => SellingState::Withdrawn,
        }
    }
}

/// Which of a company's lots, which page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SellingFilter {
    /// Words of the title, or a VIN.
    pub search: String,
    /// Only these.
    pub state: Option<SellingState>,
    /// The page, from 1.
    pub page: u32,
}

/// A lot as its seller sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SellingLot {
    /// What everybody sees.
    pub lot: HallLot,
    /// Where it is in its life.
    pub state: SellingState,
    /// The price; of a sealed lot none before it closes.
    pub price_fen: Option<Fen>,
    /// The reserve, where it has one.
    pub reserve_fen: Option<Fen>,
    /// How far below it the car is sold without a question.
    pub gap_fen: Fen,
    /// How many companies bid; of a sealed lot not told before it closes.
    pub bidders: Option<u32>,
    /// How many persons keep an eye on it.
    pub watchers: i64,
    /// What is or was negotiated about it, last.
    pub negotiation: Option<NegotiationId>,
    /// Until when the seller has the word in it.
    pub answer_by: Option<UnixMs>,
    /// Who bought it.
    pub buyer_name: Option<String>,
}

/// How many of a company's lots are where.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SellingCounts {
    /// Not closed.
    pub on: i64,
    /// Negotiated.
    pub negotiated: i64,
    /// Sold.
    pub sold: i64,
    /// Unsold.
    pub unsold: i64,
}

/// One page of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SellingPage {
    /// All that match.
    pub total: i64,
    /// Those of this page.
    pub lots: Vec<SellingLot>,
    /// How many a page has.
    pub page_size: i64,
    /// How many there are of each kind, whatever the filter.
    pub counts: SellingCounts,
    /// The company's last twelve months.
    pub record: SellerRecord,
}

/// Something that was said for the seller on a lot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SellingWord {
    /// `reserve_lowered`, `reserve_published`, `gap_set`: the command.
    pub what: String,
    /// The amount, where there is one.
    pub amount_fen: Option<Fen>,
    /// Who said it: one of the company, or staff for it.
    pub by_name: String,
    /// When.
    pub at: UnixMs,
}

/// A lot's page for its seller.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SellingDetail {
    /// The lot.
    pub own: SellingLot,
    /// Its newest bids; none of a sealed lot, whose offers are nobody's but their bidders'.
    pub history: Vec<BidLine>,
    /// Who bid, by number: once it is settled what becomes of the lot, and nobody before.
    pub bidders: Vec<(u32, String)>,
    /// What was said for the seller, the newest first.
    pub words: Vec<SellingWord>,
    /// Who of the staff looked at the reserve, the newest first.
    pub reveals: Vec<Reveal>,
}

impl Service {
    /// Whether this person's company is a seller: it has pages of its own then.
    pub fn is_seller(&self, who: &Principal) -> bool {
        who.dealer().is_some_and(|seat| self.dealers.known().sellers_of(seat.dealer_id).next().is_some())
    }

    /// The lots that this person's company sells; none of a company that is no seller.
    ///
    /// # Errors
    /// `NOT_FOUND` for staff.
    pub async fn selling(
        &self,
        who: &Principal,
        filter: &SellingFilter,
    ) -> Result<SellingPage, CommandError> {
        let company = company(who)?;
        let names: Vec<String> = self.dealers.known().sellers_of(company).map(str::to_owned).collect();
        let (total, found) = store::list(&self.db, (company, who.user_id), filter, PAGE_SIZE).await?;
        Ok(SellingPage {
            total,
            lots: found.into_iter().map(SellingLot::of).collect(),
            page_size: PAGE_SIZE,
            counts: store::counts(&self.db, company).await?,
            record: self.record_of_all(&names).await?,
        })
    }

    /// All of the filter, for files.
    ///
    /// # Errors
    /// `NOT_FOUND` for staff.
    pub async fn export_selling(
        &self,
        who: &Principal,
        filter: &SellingFilter,
    ) -> Result<Vec<SellingLot>, CommandError> {
        let all = SellingFilter { page: 1, ..filter.clone() };
        let (_, found) = store::list(&self.db, (company(who)?, who.user_id), &all, EXPORT_MAX).await?;
        Ok(found.into_iter().map(SellingLot::of).collect())
    }

    /// A lot's page for its seller.
    ///
    /// # Errors
    /// `NOT_FOUND` for everybody else's.
    pub async fn selling_lot(&self, who: &Principal, lot_id: LotId) -> Result<SellingDetail, CommandError> {
        let found = store::one(&self.db, (company(who)?, who.user_id), lot_id).await?;
        let own = SellingLot::of(found.ok_or_else(Problem::not_found)?);
        let is_settled = matches!(own.state, SellingState::Sold | SellingState::Unsold);
        let history = match own.lot.format().is_sealed() {
            true => Vec::new(),
            false => lots::history(&mut *self.db.acquire().await?, lot_id, BIDS_SHOWN).await?,
        };
        Ok(SellingDetail {
            history,
            bidders: if is_settled { store::bidders(&self.db, lot_id).await? } else { Vec::new() },
            words: store::words(&self.db, lot_id, SHOWN).await?,
            reveals: reveals::of_lot(&self.db, lot_id, SHOWN).await?,
            own,
        })
    }
}

/// The company that this person sells for.
fn company(who: &Principal) -> Result<DealerId, Problem> {
    who.dealer().map(|seat| seat.dealer_id).ok_or_else(Problem::not_found)
}

impl SellingLot {
    fn of(own: Own) -> SellingLot {
        let Own { lot, watchers, negotiation, answer_by, buyer_name } = own;
        let state = &lot.state;
        SellingLot {
            state: SellingState::of(state.outcome.filter(|_| state.status == LotStatus::Closed)),
            price_fen: state.price_fen.filter(|_| !state.is_sealed_now()),
            reserve_fen: state.reserve_fen,
            gap_fen: state.gap_fen,
            bidders: (!state.is_sealed_now()).then_some(lot.lot.bidders),
            watchers,
            negotiation,
            answer_by,
            buyer_name,
            lot,
        }
    }
}
