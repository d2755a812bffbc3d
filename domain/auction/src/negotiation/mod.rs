//! After the hammer (domain rules §8): what follows a lot that closed with a bid below its reserve.
//!
//! The rules are the fold of `core/deal`. A negotiation is a row that one transaction locks, decides on and writes with a
//! line of its log, so two who act at once come one after the other. `act.rs` has the commands of both sides, `sweep.rs`
//! opens negotiations, ends them at their deadlines and gives back the time of outages, `end.rs` settles the lot in the
//! transaction of the end, `next_bidder.rs` says who is asked then.
//! `views.rs` is what pages read.

mod act;
mod end;
mod next_bidder;
mod sweep;
mod views;

use deal::{Kind, Side, Status};
use kernel::{DealerId, Fen, LotId, NegotiationId, SaleId, UnixMs};

pub use act::{Act, Negotiate, Negotiated};
pub use views::{Detail, Filter, NextBidder, Page, State};

pub(crate) use act::side_of;
pub(crate) use sweep::sweep;

/// The order of a list of negotiations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sort {
    /// What must be answered first; what is over comes last.
    #[default]
    Deadline,
    /// When it began.
    Opened,
    /// The bid it began with.
    Bid,
}

/// What is negotiated about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lot {
    /// The lot.
    pub id: LotId,
    /// Its number in the sale.
    pub no: i32,
    /// The sale.
    pub sale_id: SaleId,
    /// The sale's name.
    pub sale_name: String,
    /// The car's title.
    pub title: String,
    /// Its VIN.
    pub vin: String,
}

/// A negotiation in a list. Nothing secret is in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The negotiation.
    pub id: NegotiationId,
    /// What it is about.
    pub lot: Lot,
    /// Between whom.
    pub kind: Kind,
    /// Where it stands.
    pub status: Status,
    /// Who has the word, while it is open.
    pub turn: Side,
    /// Until when.
    pub deadline_at: UnixMs,
    /// The bid it began with.
    pub bid_fen: Fen,
    /// What the buyer offers.
    pub buyer_fen: Fen,
    /// What the seller asks for.
    pub seller_fen: Option<Fen>,
    /// The agreed price.
    pub price_fen: Option<Fen>,
    /// The buyer.
    pub buyer_dealer_id: DealerId,
    /// His name, where the auction has heard of him.
    pub buyer_name: String,
    /// When it began.
    pub opened_at: UnixMs,
    /// When it was over.
    pub ended_at: Option<UnixMs>,
}

/// One step of a negotiation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Move {
    /// `counter`, `accept` …; its text is `negotiation.move.<what>`.
    pub what: String,
    /// When.
    pub at: UnixMs,
    /// Who; none for the system.
    pub side: Option<Side>,
    /// The amount; of the other side's secret limits none.
    pub amount_fen: Option<Fen>,
    /// The person, for who may know it.
    pub who: Option<String>,
    /// Whether it was one of the staff who spoke for the seller.
    pub by_staff: bool,
}
