//! The events that the auction publishes, and how a batch of a lot turns into them.

use bidding::{Accepted, Event, LotState, LotStatus, Outcome};
use kernel::{DealerId, EventType, Fen, LotId, SaleId, UnixMs, VehicleId};
use platform_bus::Meta;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::engine::{Actor, Job, LotFacts};
use crate::store::batch::OutRow;

/// A car is on offer: it belongs to a sale now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LotListed {
    /// The lot.
    pub lot_id: LotId,
    /// The sale.
    pub sale_id: SaleId,
    /// Its name.
    pub sale_name: String,
    /// The car.
    pub vehicle_id: VehicleId,
}

/// Bidding on a lot has begun.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LotOpened {
    /// The lot.
    pub lot_id: LotId,
    /// The car.
    pub vehicle_id: VehicleId,
}

/// Some days are holidays, or worked, or what their weekdays say again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BusinessDaysSet {
    /// The first of them, counted from 1970-01-01 where business is done.
    pub first_day: i64,
    /// The last.
    pub last_day: i64,
    /// `holiday`, `workday` or `ordinary`.
    pub kind: String,
    /// Why: 国庆节.
    pub name: String,
}

/// A seller is a company's from now on, or is not any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SellerLinkChanged {
    /// The seller, as he was written when he was linked.
    pub seller_name: String,
    /// The company.
    pub dealer_id: DealerId,
    /// Whether it is he.
    pub linked: bool,
}

/// The hammer fell. Written once, under the fence of the close.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuctionCompleted {
    /// The lot.
    pub lot_id: LotId,
    /// The sale.
    pub sale_id: SaleId,
    /// Its name.
    pub sale_name: String,
    /// The car.
    pub vehicle_id: VehicleId,
    /// Its VIN.
    pub vin: String,
    /// Its title.
    pub title: String,
    /// `sold`, `provisional` or `unsold`.
    pub outcome: String,
    /// The high bidder, if there is one.
    pub buyer_dealer_id: Option<DealerId>,
    /// The high bidder's name as the auction knows it.
    pub buyer_name: Option<String>,
    /// The hammer price, if there was a bid.
    pub price_fen: Option<Fen>,
    /// What the lot holds of the buyer's deposit, when it is sold: it becomes part of the payment.
    #[serde(default)]
    pub deposit_fen: Fen,
    /// Sold below the reserve, as the seller had authorised (自动成交差额).
    #[serde(default)]
    pub in_gap: bool,
    /// Taken by a store of the seller's group before it opened (内部调拨), at the shadow price.
    #[serde(default)]
    pub first_look: bool,
    /// When its sale was made: the fees are those that held then. None in events from before they were frozen.
    #[serde(default)]
    pub terms_at: Option<UnixMs>,
    /// When.
    pub closed_at: UnixMs,
}

/// A provisional lot was sold after all (议价成交): a negotiated contract, not the result of the auction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProvisionalAgreed {
    /// What [`AuctionCompleted`] would say, with the agreed price and the time of the agreement.
    #[serde(flatten)]
    pub completed: AuctionCompleted,
    /// `negotiation`, or `second_chance`.
    pub basis: String,
}

/// A provisional lot was not sold: the car may be offered again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProvisionalDeclined {
    /// What [`AuctionCompleted`] would say, with the highest bid.
    #[serde(flatten)]
    pub completed: AuctionCompleted,
    /// `negotiation`, or `second_chance`.
    pub basis: String,
}

/// A lot was taken out of its sale before it opened: the car may be offered again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LotWithdrawn {
    /// The lot.
    pub lot_id: LotId,
    /// The sale.
    pub sale_id: SaleId,
    /// Its name.
    pub sale_name: String,
    /// The car.
    pub vehicle_id: VehicleId,
}

/// A sale that has not opened got another name or other times.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaleChanged {
    /// The sale.
    pub sale_id: SaleId,
    /// Its name now.
    pub sale_name: String,
    /// When it opens now.
    pub opens_at: UnixMs,
    /// When its first lot ends now.
    pub first_end_at: UnixMs,
}

/// A sale that has not opened got another fine print.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaleTermsChanged {
    /// The sale.
    pub sale_id: SaleId,
    /// Its name.
    pub sale_name: String,
}

/// A sale was called off before it opened; each of its lots tells `LotWithdrawn` besides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaleCalledOff {
    /// The sale.
    pub sale_id: SaleId,
    /// Its name.
    pub sale_name: String,
    /// How many lots it still had.
    pub lots: i64,
    /// Why.
    pub reason: String,
}

/// No hold needs the money that a dealer asked back any more: finance may pay it out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DepositReturnCovered {
    /// The request.
    pub return_id: Uuid,
    /// Whose deposit.
    pub dealer_id: DealerId,
}

macro_rules! event {
    ($type:ident) => {
        impl EventType for $type {
            const NAME: &'static str = stringify!($type);
            const VERSION: u16 = 1;
            const SERVICE: &'static str = "auction";
        }
    };
}
event!(LotListed);
event!(LotOpened);
event!(BusinessDaysSet);
event!(AuctionCompleted);
event!(ProvisionalAgreed);
event!(ProvisionalDeclined);
event!(LotWithdrawn);
event!(SaleChanged);
event!(SaleTermsChanged);
event!(SaleCalledOff);
event!(DepositReturnCovered);
event!(SellerLinkChanged);

/// Whether anybody is told of an accepted command. Bids are told of on the live channel and stand in the log: an event
/// for each batch of them would be written, relayed and thrown away, for nobody consumes it.
pub(crate) fn is_told(accepted: &Accepted) -> bool {
    accepted
        .events
        .iter()
        .any(|event| matches!(event, Event::Opened | Event::Closed { .. } | Event::Settled { .. }))
}

/// The events of one lot's accepted commands, to be written with them. `dealer_name` knows the dealers by what
/// the auction has heard of them.
pub(crate) fn of_batch<'a>(
    actor: &Actor,
    next: &LotState,
    accepted: impl Iterator<Item = (&'a Job, i64, &'a Accepted)>,
    dealer_name: impl Fn(DealerId) -> Option<String>,
) -> Vec<OutRow> {
    let facts = &actor.facts;
    let mut rows = Vec::new();
    for (job, seq, accepted) in accepted {
        for event in &accepted.events {
            match event {
                Event::Opened => {
                    let opened = LotOpened { lot_id: facts.lot_id, vehicle_id: facts.vehicle_id };
                    rows.extend(row(&opened, facts.lot_id, seq, job));
                }
                Event::Closed { outcome: Outcome::Withdrawn } => {
                    let withdrawn = LotWithdrawn {
                        lot_id: facts.lot_id,
                        sale_id: facts.sale_id,
                        sale_name: facts.sale_name.clone(),
                        vehicle_id: facts.vehicle_id,
                    };
                    rows.extend(row(&withdrawn, facts.lot_id, seq, job));
                }
                Event::Closed { outcome } => {
                    let completed = completed(facts, next, *outcome, job, &dealer_name);
                    rows.extend(row(&completed, facts.lot_id, seq, job));
                }
                Event::Settled { outcome, basis, .. } => {
                    let completed = completed(facts, next, *outcome, job, &dealer_name);
                    let basis = basis.as_str().to_owned();
                    rows.extend(match outcome {
                        Outcome::Sold => row(&ProvisionalAgreed { completed, basis }, facts.lot_id, seq, job),
                        _ => row(&ProvisionalDeclined { completed, basis }, facts.lot_id, seq, job),
                    });
                }
                _ => {}
            }
        }
    }
    rows
}

fn completed(
    facts: &LotFacts,
    next: &LotState,
    outcome: Outcome,
    job: &Job,
    dealer_name: impl Fn(DealerId) -> Option<String>,
) -> AuctionCompleted {
    let leader = next.leader.filter(|_| next.status == LotStatus::Closed);
    AuctionCompleted {
        lot_id: facts.lot_id,
        sale_id: facts.sale_id,
        sale_name: facts.sale_name.clone(),
        vehicle_id: facts.vehicle_id,
        vin: facts.vin.clone(),
        title: facts.title.clone(),
        outcome: outcome.as_str().to_owned(),
        buyer_dealer_id: leader.map(|leader| leader.dealer_id),
        buyer_name: leader.and_then(|leader| dealer_name(leader.dealer_id)),
        price_fen: next.price_fen,
        deposit_fen: match outcome {
            Outcome::Sold => next.leading_hold().map_or(Fen::ZERO, |(_, fen)| fen),
            Outcome::Provisional | Outcome::Unsold | Outcome::Withdrawn => Fen::ZERO,
        },
        in_gap: next.in_gap,
        first_look: next.transferred,
        terms_at: Some(facts.terms_at),
        closed_at: job.admitted_at,
    }
}

fn row<E: EventType>(event: &E, lot_id: LotId, seq: i64, job: &Job) -> Option<OutRow> {
    let meta = Meta {
        aggregate: lot_id.0,
        aggregate_seq: seq,
        occurred_at: job.admitted_at,
        actor: actor_name(job),
        correlation_id: job.key,
        causation_id: None,
    };
    let envelope = platform_bus::envelope(event, meta).ok()?;
    let id = envelope.id;
    let event_type = envelope.r#type.clone();
    Some(OutRow { lot_id, id, event_type, envelope: serde_json::to_value(envelope).ok()? })
}

fn actor_name(job: &Job) -> String {
    match job.sender.user_id {
        Some(user_id) => format!("user:{user_id}"),
        None => format!("system:{}", job.sender.user_name),
    }
}

/// The key of a system command that may be issued by any process, any number of times: always the same for the
/// same reason.
pub(crate) fn system_key(lot_id: LotId, reason: &str) -> Uuid {
    kernel::event_id_for(lot_id.0, reason)
}
