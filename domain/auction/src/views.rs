//! What pages, sockets and the JSON API read.

use bidding::{Bar, BidLine, FirstOffer, Refusal, Terms};
use kernel::{DealerId, Fen, LotId, Principal, Problem, SaleId, UnixMs, VehicleId};
use platform_db::CommandError;
use uuid::Uuid;

use crate::Service;
use crate::audience::Kin;
use crate::confirmation::Meant;
use crate::engine::Recorded;
use crate::reserve_approval::ReserveApproval;
use crate::reveal::{self, Reveal};
use crate::seller_record::SellerRecord;
use crate::store::cars::{self, OfferableCar};
use crate::store::facets;
use crate::store::lists::{self, HallFilter, HallLot, LotPage, OneLot, Viewer, VoidedBid};
use crate::store::log::{self, LogLine};
use crate::store::lots;
use crate::store::my_bids::{self, BidFilter, MyBid};
use crate::store::power::{self, BuyingPower};
use crate::store::sales::{self, SaleFilter, SaleLine, SaleSearch};
use crate::store::voids::{self, VoidRequest};
use crate::store::{reserve_approvals, reveals};
use crate::void_bid::VoidPreview;

/// How many lines of a lot's log staff see.
const LOG_SHOWN: i64 = 500;
/// How many lots a page of a sale shows staff.
const SALE_PAGE: i64 = 100;
/// At most so many sales a file.
const SALES_EXPORTED_MAX: i64 = 10_000;
/// So many sales a calendar shows at most.
const CALENDAR_MAX: i64 = 500;

/// A lot's page.
#[derive(Clone, Debug)]
pub struct LotDetail {
    /// The lot as this dealer sees it.
    pub lot: HallLot,
    /// Its newest bids.
    pub history: Vec<BidLine>,
    /// The bids that were voided, the newest first.
    pub voided: Vec<VoidedBid>,
    /// Its terms.
    pub terms: Terms,
    /// What became of its seller's lots lately; none of a seller without any.
    pub seller: Option<SellerRecord>,
    /// What the dealer who looks is to its seller: he may not bid on it then.
    pub kin: Option<Kin>,
    /// What the seller's own group is offered before the opening: only for a dealer of it.
    pub first_offer: Option<FirstOffer>,
    /// The server's clock.
    pub server_time: UnixMs,
    /// Who looked at the reserve, the newest first: staff only, empty for dealers. The reserve itself is told to who asks.
    pub reveals: Vec<Reveal>,
    /// The log with names and maxes: staff only, empty for dealers.
    pub log: Vec<LogLine>,
    /// Where its reserve needed a second person: what was asked and said. None for who may not look at reserves.
    pub reserve_approval: Option<ReserveApproval>,
    /// What was asked to be voided, and by whom: staff only, empty for dealers.
    pub voids: Vec<VoidRequest>,
    /// What those that wait for a second person would leave: staff only, and only who may know the bidders.
    pub void_previews: Vec<VoidPreview>,
    /// Whether the log has numbers in the place of bidders' names, because the lot is not over.
    pub bidders_hidden: bool,
}

/// A sale's page for staff.
#[derive(Clone, Debug)]
pub struct SaleDetail {
    /// The sale.
    pub sale: SaleLine,
    /// Its lots.
    pub lots: Vec<HallLot>,
    /// Those that wait for somebody to agree to their reserves; empty for who may not look at reserves.
    pub reserves_wait: Vec<LotId>,
}

/// Why a bid was judged as it was.
#[derive(Clone, Debug, PartialEq)]
pub enum BidReason {
    /// Accepted: the branch of the rules that decided, with its inputs.
    Accepted(bidding::Explanation),
    /// Refused.
    Refused(Box<Problem>),
}

/// What came of a bid that was sent as a form, for the page that follows.
#[derive(Clone, Debug, PartialEq)]
pub enum BidOutcome {
    /// Accepted, with the note's code if there is one.
    Accepted {
        /// The amount.
        max_fen: Option<Fen>,
        /// `TIED_EARLIER_WINS`, `OUTBID_AT_ONCE`.
        note: Option<bidding::Note>,
    },
    /// Refused.
    Refused(Box<Problem>),
}

impl Service {
    /// The hall: lots of the filter as this person sees them.
    pub async fn hall(&self, who: &Principal, filter: &HallFilter) -> Result<LotPage, CommandError> {
        let viewer = viewer(who);
        let (total, lots) = lists::hall(&self.db, viewer, filter, lists::PAGE_SIZE).await?;
        let facets = facets::facets(&self.db, viewer).await?;
        Ok(LotPage { total, lots, page_size: lists::PAGE_SIZE, facets })
    }

    /// Up to `limit` lots of the filter, for exports.
    pub async fn hall_export(
        &self,
        who: &Principal,
        filter: &HallFilter,
        limit: i64,
    ) -> Result<Vec<HallLot>, CommandError> {
        let viewer = viewer(who);
        Ok(lists::hall(&self.db, viewer, &HallFilter { page: 1, ..filter.clone() }, limit).await?.1)
    }

    /// A lot's page. Staff also get the log, and who looked at the reserve.
    pub async fn lot(&self, who: &Principal, lot_id: LotId) -> Result<LotDetail, CommandError> {
        let viewer = viewer(who);
        let OneLot { lot, history, voided } =
            lists::one(&self.db, viewer, lot_id).await?.ok_or_else(Problem::not_found)?;
        let knows_bidders = reveal::may_know_bidders(who, &lot.state);
        let (reveals, log, voids, void_previews) = match who.is_staff() {
            true => {
                // offers of a sealed lot are nobody's business until the close
                let with_bids = !lot.state.is_sealed_now();
                let log = log::lines(&self.db, lot_id, with_bids, LOG_SHOWN).await?;
                let told = log.into_iter().map(|line| reveal::without_sellers_word(line, &lot.state));
                let told = told.map(|line| reveal::without_secret_max(line, &lot.state));
                let log = told.map(|line| if knows_bidders { line } else { reveal::without_bidder(line) });
                let log = log.collect();
                let reveals = reveals::of_lot(&self.db, lot_id, reveal::SHOWN).await?;
                let voids = voids::of_lot(&self.db, lot_id).await?;
                let previews = match knows_bidders {
                    true => self.preview_voids(lot_id, &voids).await?,
                    false => Vec::new(),
                };
                (reveals, log, voids, previews)
            }
            false => (Vec::new(), Vec::new(), Vec::new(), Vec::new()),
        };
        // that it was asked for tells that the reserve is far above the guide price
        let reserve_approval = match reveal::may_look(who) {
            true => reserve_approvals::of_lot(&self.db, lot_id).await?,
            false => None,
        };
        let seller = self.seller_record(&lot.seller_name).await?;
        let first_offer = self.first_offer(who, &lot);
        let kin = self.kin_of_seller(who, &lot);
        let terms = lot.state.terms.clone();
        let server_time = self.now();
        let bidders_hidden = who.is_staff() && !knows_bidders;
        Ok(LotDetail {
            lot,
            history,
            voided,
            terms,
            seller,
            kin,
            first_offer,
            server_time,
            reveals,
            log,
            reserve_approval,
            voids,
            void_previews,
            bidders_hidden,
        })
    }

    /// What is recorded of this dealer's bid under `key`; `None` when there is nothing.
    pub async fn bid_outcome(&self, who: &Principal, key: Uuid) -> Result<Option<BidOutcome>, CommandError> {
        let Some(seat) = who.dealer() else { return Ok(None) };
        let recorded = lots::recorded(&self.db, &[(seat.dealer_id.0, key)]).await?;
        let Some((_, recorded)) = recorded.into_iter().next() else { return Ok(None) };
        let max_fen = recorded.max_fen.unwrap_or_default();
        let (actor, user_id) = (seat.dealer_id.0, Some(who.user_id));
        let meant = Meant { key, lot_id: recorded.lot_id, actor, user_id, max_fen };
        Ok(Some(outcome_of(key, recorded, |refusal| self.confirmations.ask(refusal, &meant, self.now()))))
    }

    /// Why this dealer's bid under `key` was judged as it was; `None` when there is none.
    pub async fn bid_reason(&self, who: &Principal, key: Uuid) -> Result<Option<BidReason>, CommandError> {
        let Some(seat) = who.dealer() else { return Ok(None) };
        let recorded = lots::recorded(&self.db, &[(seat.dealer_id.0, key)]).await?;
        Ok(recorded.into_iter().next().and_then(|(_, recorded)| reason_of(key, recorded)))
    }

    /// This dealer's deposit and what is held of it.
    pub async fn buying_power(&self, dealer_id: DealerId) -> Result<BuyingPower, CommandError> {
        Ok(power::buying_power(&self.db, dealer_id).await?)
    }

    /// Dealers whose lots do not hold together what their buying power says: always none.
    pub async fn unbalanced_holds(&self) -> Result<Vec<DealerId>, CommandError> {
        Ok(power::unbalanced(&self.db).await?)
    }

    /// What this dealer may still hold, as the bid path of this process knows it: at most a second old, and free of cost
    /// on the page that is asked for most.
    pub fn free_power(&self, who: &Principal) -> Result<Fen, Problem> {
        let seat = who.dealer().ok_or_else(Problem::not_found)?;
        Ok(self.powers.free(seat.dealer_id))
    }

    /// What keeps this person's company from bidding anywhere at this moment: staff, or its strikes.
    pub fn ban_of(&self, who: &Principal) -> Option<Bar> {
        self.dealers.known().ban(who.dealer()?.dealer_id, self.now())
    }

    /// This dealer's newest bids of the filter, accepted and refused.
    pub async fn my_bids(
        &self,
        who: &Principal,
        filter: &BidFilter,
        limit: i64,
    ) -> Result<Vec<MyBid>, CommandError> {
        let seat = who.dealer().ok_or_else(Problem::not_found)?;
        Ok(my_bids::my_bids(&self.db, seat.dealer_id, filter, limit).await?)
    }

    /// The sales that this person may see, newest first, and how many there are. With `current` only those not over
    /// yet.
    pub async fn sales(
        &self,
        who: &Principal,
        current: bool,
        page: u32,
    ) -> Result<(i64, Vec<SaleLine>), CommandError> {
        self.find_sales(who, &SaleSearch { current, ..SaleSearch::default() }, page).await
    }

    /// Those of them that are asked for.
    pub async fn find_sales(
        &self,
        who: &Principal,
        asked: &SaleSearch,
        page: u32,
    ) -> Result<(i64, Vec<SaleLine>), CommandError> {
        let offset = SALE_PAGE * i64::from(page.saturating_sub(1));
        Ok(sales::list(&self.db, self.asked(who, asked), SALE_PAGE, offset).await?)
    }

    /// The same all at once, for a file.
    pub async fn export_sales(
        &self,
        who: &Principal,
        asked: &SaleSearch,
    ) -> Result<Vec<SaleLine>, CommandError> {
        Ok(sales::list(&self.db, self.asked(who, asked), SALES_EXPORTED_MAX, 0).await?.1)
    }

    fn asked(&self, who: &Principal, asked: &SaleSearch) -> SaleFilter {
        SaleFilter {
            name: asked.name.clone(),
            format: asked.format.clone(),
            ends_from: asked.current.then(|| self.now()),
            opens_from: asked.opens_from,
            opens_to: asked.opens_before,
            seen_by: viewer(who).dealer_id,
            ..SaleFilter::default()
        }
    }

    /// The sales that touch the time from `from` to `to`, as this person may see them, the first to open first.
    pub async fn calendar(
        &self,
        who: &Principal,
        from: UnixMs,
        to: UnixMs,
    ) -> Result<Vec<SaleLine>, CommandError> {
        let seen_by = viewer(who).dealer_id;
        let filter =
            SaleFilter { ends_from: Some(from), opens_to: Some(to), seen_by, ..SaleFilter::default() };
        let (_, mut sales) = sales::list(&self.db, filter, CALENDAR_MAX, 0).await?;
        sales.reverse();
        Ok(sales)
    }

    /// The names of all dealer groups, for forms that invite them.
    pub async fn dealer_groups(&self) -> Result<Vec<String>, CommandError> {
        Ok(cars::groups(&self.db).await?)
    }

    /// A sale with its lots, as this person may see it.
    pub async fn sale(&self, who: &Principal, sale_id: SaleId) -> Result<SaleDetail, CommandError> {
        let seen_by = viewer(who).dealer_id;
        let one = SaleFilter { id: Some(sale_id), seen_by, ..SaleFilter::default() };
        let (_, mut found) = sales::list(&self.db, one, 1, 0).await?;
        let sale = found.pop().ok_or_else(Problem::not_found)?;
        let filter = HallFilter { sale_id: Some(sale_id), page: 1, ..HallFilter::default() };
        let limit = i64::try_from(crate::MAX_LOTS_A_SALE).unwrap_or(i64::MAX);
        let viewer = viewer(who);
        let (_, lots) = lists::hall(&self.db, viewer, &filter, limit).await?;
        let reserves_wait = match reveal::may_look(who) {
            true => reserve_approvals::waiting_in(&self.db, sale_id).await?,
            false => Vec::new(),
        };
        Ok(SaleDetail { sale, lots, reserves_wait })
    }

    /// Priced cars that are on offer nowhere.
    pub async fn offerable_cars(
        &self,
        search: &str,
        limit: i64,
    ) -> Result<(i64, Vec<OfferableCar>), CommandError> {
        Ok(cars::offerable(&self.db, search, limit).await?)
    }

    /// The newest lot of a car, for links from other pages.
    pub async fn lot_of_vehicle(&self, vehicle_id: VehicleId) -> Result<Option<LotId>, CommandError> {
        Ok(lots::newest_of_vehicle(&self.db, vehicle_id).await?)
    }

    /// Who sells a lot, for the document of the order that came of it: the buyer's contract names him, even where the buyer may not
    /// see the lot any more.
    pub async fn seller_of_lot(&self, lot_id: LotId) -> Result<Option<String>, CommandError> {
        Ok(lots::seller_name(&self.db, lot_id).await?)
    }

    /// Which of these cars are negotiated just now.
    pub async fn negotiated_cars(&self, vehicle_ids: &[VehicleId]) -> Result<Vec<VehicleId>, CommandError> {
        let ids: Vec<Uuid> = vehicle_ids.iter().map(|id| id.0).collect();
        Ok(lots::negotiated(&self.db, &ids).await?)
    }
}

pub(crate) fn viewer(who: &Principal) -> Viewer {
    Viewer { dealer_id: who.dealer().map(|seat| seat.dealer_id), user_id: who.user_id }
}

fn reason_of(key: Uuid, recorded: Recorded) -> Option<BidReason> {
    if recorded.code.is_none() {
        return serde_json::from_value(recorded.explanation).ok().map(BidReason::Accepted);
    }
    match outcome_of(key, recorded, |_| {}) {
        BidOutcome::Refused(problem) => Some(BidReason::Refused(problem)),
        BidOutcome::Accepted { .. } => None,
    }
}

fn outcome_of(key: Uuid, recorded: Recorded, ask: impl FnOnce(&mut Refusal)) -> BidOutcome {
    match recorded.code {
        None => BidOutcome::Accepted { max_fen: recorded.max_fen, note: recorded.note },
        Some(code) => {
            // the page that follows may offer to send the same amount again, confirmed, on the same lot
            let mut data = recorded.explanation;
            if let Some(data) = data.as_object_mut() {
                data.insert("max_fen".to_owned(), serde_json::json!(recorded.max_fen));
                data.insert("lot_id".to_owned(), serde_json::json!(recorded.lot_id));
            }
            let mut refusal = Refusal { code, data };
            ask(&mut refusal);
            let answer = crate::Answer {
                key,
                lot_id: recorded.lot_id,
                outcome: crate::Outcome::Refused(refusal),
                proof: None,
            };
            BidOutcome::Refused(Box::new(answer.refusal().unwrap_or_else(Problem::internal)))
        }
    }
}
