//! What pages read of negotiations.

use deal::{Kind, Side, Status, View};
use kernel::{DealerId, Fen, LotId, NegotiationId, Principal, Problem, VehicleId};
use platform_db::CommandError;

use super::{Move, Row, Sort};
use crate::Service;
use crate::reveal::{Reveal, SHOWN, may_look_in_negotiation};
use crate::store;
use crate::store::negotiation_lists::{self as lists, Whose};

/// How many a page shows.
const PAGE_SIZE: i64 = 50;
/// At most so many lines a file.
const EXPORT_MAX: i64 = 10_000;

/// Which negotiations of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// All that run.
    Open,
    /// The seller has the word.
    Seller,
    /// The buyer has the word.
    Buyer,
    /// There is a price.
    Agreed,
    /// It came to nothing.
    Failed,
}

/// Which, in which order, which page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    /// Words of the title, a VIN, the sale; for staff the buyer.
    pub search: String,
    /// Only these.
    pub state: Option<State>,
    /// The order.
    pub sort: Sort,
    /// The smallest first.
    pub ascending: bool,
    /// The page, from 1.
    pub page: u32,
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// All that match.
    pub total: i64,
    /// Those of this page.
    pub rows: Vec<Row>,
    /// How many a page has.
    pub page_size: i64,
    /// How many wait for the seller.
    pub sellers_turn: i64,
    /// How many wait for a buyer.
    pub buyers_turn: i64,
}

/// The best of those who did not get the lot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextBidder {
    /// Who.
    pub dealer_id: DealerId,
    /// His name, where the auction has heard of him.
    pub name: String,
    /// The most he authorised: what he would pay.
    pub max_fen: Fen,
}

/// A negotiation's page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Detail {
    /// What it is.
    pub row: Row,
    /// The car.
    pub vehicle_id: VehicleId,
    /// What this side may see and do.
    pub view: View,
    /// What has happened, oldest first.
    pub moves: Vec<Move>,
    /// Whether this person may act in it.
    pub may_act: bool,
    /// Whether this person may ask to see the reserve.
    pub may_look: bool,
    /// The reserve: for the company that sells only.
    pub reserve_fen: Option<Fen>,
    /// Who looked at the lot's reserve, newest first: for staff only.
    pub reveals: Vec<Reveal>,
    /// Who would be asked next: for staff only, while it is negotiated with the high bidder.
    pub next_bidder: Option<NextBidder>,
    /// Whether he will be.
    pub then_next_bidder: bool,
    /// The offer to the next bidder, or the negotiation before it: for staff only.
    pub other: Option<NegotiationId>,
}

impl State {
    /// All of them, in the order in which filters show them.
    pub const ALL: [State; 5] = [State::Open, State::Seller, State::Buyer, State::Agreed, State::Failed];

    /// The name in addresses and in text keys.
    pub const fn name(self) -> &'static str {
        match self {
            State::Open => "open",
            State::Seller => "seller",
            State::Buyer => "buyer",
            State::Agreed => "agreed",
            State::Failed => "failed",
        }
    }

    /// The state of that name.
    pub fn from_name(name: &str) -> Option<State> {
        State::ALL.into_iter().find(|state| state.name() == name)
    }
}

impl Sort {
    /// The order of that name.
    pub fn from_name(name: &str) -> Option<Sort> {
        [Sort::Deadline, Sort::Opened, Sort::Bid].into_iter().find(|sort| sort.name() == name)
    }
}

impl Service {
    /// The negotiations of the filter; a dealer sees his own.
    pub async fn negotiations(&self, who: &Principal, filter: &Filter) -> Result<Page, CommandError> {
        let dealer = who.dealer().map(|seat| seat.dealer_id);
        let (total, rows) = lists::list(&self.db, dealer, filter, PAGE_SIZE).await?;
        let (sellers_turn, buyers_turn) = lists::counts(&self.db, dealer, self.now()).await?;
        Ok(Page { total, rows, page_size: PAGE_SIZE, sellers_turn, buyers_turn })
    }

    /// How many wait for the seller, how many for a buyer; of a dealer's own only.
    pub async fn negotiations_waiting(&self, who: &Principal) -> Result<(i64, i64), CommandError> {
        let dealer = who.dealer().map(|seat| seat.dealer_id);
        Ok(lists::counts(&self.db, dealer, self.now()).await?)
    }

    /// All of the filter, for files.
    pub async fn export_negotiations(
        &self,
        who: &Principal,
        filter: &Filter,
    ) -> Result<Vec<Row>, CommandError> {
        let dealer = who.dealer().map(|seat| seat.dealer_id);
        let all = Filter { page: 1, ..filter.clone() };
        Ok(lists::list(&self.db, dealer, &all, EXPORT_MAX).await?.1)
    }

    /// One negotiation, for its buyer or for staff. Another dealer's is not there.
    pub async fn negotiation(&self, who: &Principal, id: NegotiationId) -> Result<Detail, CommandError> {
        let whose = who.dealer().map_or(Whose::Anybodys, |seat| Whose::Buyers(seat.dealer_id));
        let found = lists::one(&self.db, whose, id).await?.ok_or_else(Problem::not_found)?;
        match whose {
            Whose::Buyers(_) => self.seen(found, (Side::Buyer, false)).await,
            _ => self.seen_by_staff(who, found).await,
        }
    }

    /// One negotiation, for the company that sells: with its reserve, and without the buyer's name before there is a deal.
    /// Another company's is not there.
    pub async fn selling_negotiation(
        &self,
        who: &Principal,
        id: NegotiationId,
    ) -> Result<Detail, CommandError> {
        let seat = who.dealer().ok_or_else(Problem::not_found)?;
        let found = lists::one(&self.db, Whose::Sellers(seat.dealer_id), id).await?;
        let found = found.ok_or_else(Problem::not_found)?;
        let reserve_fen = (found.row.kind == Kind::HighBidder).then_some(found.state.terms.reserve_fen);
        let mut detail = self.seen(found, (Side::Seller, false)).await?;
        detail.reserve_fen = reserve_fen;
        if detail.row.status != Status::Agreed {
            detail.row.buyer_name.clear();
        }
        Ok(detail)
    }

    async fn seen_by_staff(&self, who: &Principal, found: lists::Found) -> Result<Detail, CommandError> {
        let (id, lot_id) = (found.row.id, found.row.lot.id);
        let is_first = found.row.kind == Kind::HighBidder;
        let then_next_bidder = found.then_next_bidder;
        let mut detail = self.seen(found, (Side::Seller, true)).await?;
        detail.reveals = store::reveals::of_lot(&self.db, lot_id, SHOWN).await?;
        let of_lot = lists::of_lot(&self.db, None, lot_id).await?;
        detail.other = of_lot.into_iter().map(|(one, _)| one).find(|one| *one != id);
        if detail.row.status == Status::Open && is_first {
            let next = self.next_bidder(&mut *self.db.acquire().await?, lot_id).await?;
            detail.next_bidder = next.map(|next| NextBidder {
                dealer_id: next.dealer_id,
                name: next.name.unwrap_or_default(),
                max_fen: next.max_fen,
            });
        }
        detail.may_act = detail.may_act && super::act::side_of(who).is_ok();
        detail.may_look = is_first && may_look_in_negotiation(who);
        detail.then_next_bidder = then_next_bidder;
        Ok(detail)
    }

    /// What a side sees, whoever speaks for it.
    async fn seen(
        &self,
        found: lists::Found,
        (side, is_staff): (Side, bool),
    ) -> Result<Detail, CommandError> {
        Ok(Detail {
            vehicle_id: found.vehicle_id,
            view: found.state.seen_by(side, self.now()),
            moves: lists::moves(&self.db, found.row.id, side, is_staff).await?,
            may_act: found.row.status == Status::Open,
            may_look: false,
            reserve_fen: None,
            reveals: Vec::new(),
            next_bidder: None,
            then_next_bidder: false,
            other: None,
            row: found.row,
        })
    }

    /// The newest negotiation about a lot that this person may see.
    pub async fn negotiation_of_lot(
        &self,
        who: &Principal,
        lot_id: LotId,
    ) -> Result<Option<(NegotiationId, Kind)>, CommandError> {
        let dealer = who.dealer().map(|seat| seat.dealer_id);
        Ok(lists::of_lot(&self.db, dealer, lot_id).await?.into_iter().next())
    }
}
