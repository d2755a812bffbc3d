//! The bodies of the JSON API. Amounts are integers in fen, times milliseconds since 1970 UTC.

use auction::{BidProof, HallLot, MyBid};
use bidding::{DutchSteps, FirstOffer, LotStatus, MyPosition, Outcome, PublicLot, StepClock};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// A bid.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct BidBody {
    /// The highest amount you authorise, in fen; a multiple of the lot's tick. Lower than your own standing max: a
    /// lowering.
    #[schema(example = 12850000)]
    pub max_fen: i64,
    /// The `token` of a `FAT_FINGER_CONFIRM`, to confirm its amount. Send it under the `key` that came with it.
    #[serde(default)]
    pub confirmation: Option<String>,
    /// The lot's `report_hash` as you saw it. When the report has changed since in what matters, the answer is
    /// `NEED_RECONFIRM_CR`. Without it the newest report is taken for seen.
    #[serde(default)]
    pub report_hash: Option<String>,
}

/// Taking a lot at a price that is printed on it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct TakeBody {
    /// The price that you saw, in fen; another one buys nothing.
    #[schema(example = 13500000)]
    pub price_fen: i64,
    /// The lot's `report_hash` as you saw it. When the report has changed since in what matters, the answer is
    /// `NEED_RECONFIRM_CR`. Without it the newest report is taken for seen.
    #[serde(default)]
    pub report_hash: Option<String>,
}

/// Accepting a step of a Dutch lot.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct AcceptStepBody {
    /// The step, from 0.
    pub step: u32,
    /// The price that you saw for it, in fen.
    #[schema(example = 12850000)]
    pub price_fen: i64,
    /// The lot's `report_hash` as you saw it. When the report has changed since in what matters, the answer is
    /// `NEED_RECONFIRM_CR`. Without it the newest report is taken for seen.
    #[serde(default)]
    pub report_hash: Option<String>,
}

/// How the price of a Dutch lot falls. Step `n` costs `max(start_fen − n × step_fen, floor_fen)`; step
/// `(now − from_ms) / step_ms` is current.
#[derive(Debug, Serialize, ToSchema)]
pub struct DutchBody {
    /// The price falls by so much with each step.
    pub step_fen: i64,
    /// So long each step lasts.
    pub step_ms: i64,
    /// The price falls no further.
    pub floor_fen: i64,
    /// When step 0 began, or would have, by the server's clock; `null` before the opening and while paused.
    pub from_ms: Option<i64>,
    /// The step that a pause holds.
    pub held_step: Option<u32>,
}

/// What the other stores of the group that sells a car are offered before the lot opens; nobody else is told.
#[derive(Debug, Serialize, ToSchema)]
pub struct FirstOfferBody {
    /// The price.
    pub price_fen: i64,
    /// From when on it can be taken.
    pub from_ms: i64,
    /// Until when: the lot opens then.
    pub until_ms: i64,
}

/// An accepted bid. It is durable.
#[derive(Debug, Serialize, ToSchema)]
pub struct AcceptedBody {
    /// The key you sent.
    pub key: Uuid,
    /// The lot's number of this bid.
    pub seq: i64,
    /// `TIED_EARLIER_WINS`: the leader's max is equal and earlier. `OUTBID_AT_ONCE`: it is higher.
    pub note: Option<String>,
    /// The lot now.
    pub lot: LotBody,
    /// Proves that the bid was recorded: `hash` of its line in the log, `key` that signed, `stamp`. Keep it.
    #[schema(value_type = Option<Object>)]
    pub receipt: Option<BidProof>,
}

/// What everybody sees of a lot, and your own position.
#[derive(Debug, Serialize, ToSchema)]
pub struct LotBody {
    /// The number of commands accepted so far.
    pub seq: i64,
    /// `scheduled`, `open`, `paused` or `closed`.
    pub status: String,
    /// The current price, once there is a bid.
    pub price_fen: Option<i64>,
    /// The least acceptable next amount.
    pub min_next_fen: i64,
    /// `none`, `not_met` or `met`; `secret` while the offers of a sealed lot are.
    pub reserve: String,
    /// The reserve, where the lot publishes it.
    pub reserve_fen: Option<i64>,
    /// How many companies have bid.
    pub bidders: u32,
    /// The effective end, which late bids move.
    pub end_at_ms: i64,
    /// `sold`, `provisional`, `unsold` or `withdrawn` (before it opened), once closed.
    pub outcome: Option<String>,
    /// Whether you lead.
    pub leading: bool,
    /// Your highest accepted max.
    pub my_max_fen: Option<i64>,
}

/// A lot with its car.
#[derive(Debug, Serialize, ToSchema)]
pub struct LotWithCarBody {
    /// The lot's id.
    pub id: Uuid,
    /// Its number in the sale.
    pub lot_no: i32,
    /// The sale's id.
    pub sale_id: Uuid,
    /// The sale's name.
    pub sale_name: String,
    /// The car's title.
    pub title: String,
    /// Its VIN; empty where it is not known.
    pub vin: String,
    /// Its make.
    pub make: String,
    /// Its model.
    pub model: String,
    /// Its model year.
    pub model_year: i32,
    /// Its mileage.
    pub mileage_km: i64,
    /// Its colour.
    pub colour: String,
    /// Its grade.
    pub grade: String,
    /// Where it stands.
    pub city: String,
    /// SHA-256 of the condition report that bids bind to.
    pub report_hash: String,
    /// The start price.
    pub start_fen: i64,
    /// Every amount is a multiple of it.
    pub tick_fen: i64,
    /// When bidding opens.
    pub opens_at_ms: i64,
    /// `timed`, `flash`, `sealed_first`, `sealed_second`, `dutch` or `lane`.
    pub format: String,
    /// The buy-now price while it is offered.
    pub buy_now_fen: Option<i64>,
    /// What your group is offered before the lot opens, where it sells the car.
    pub first_look: Option<FirstOfferBody>,
    /// The steps of a Dutch lot.
    pub dutch: Option<DutchBody>,
    /// What the auctioneer of a lane called at this price: `attention`, `last_call`.
    pub call: Option<String>,
    /// The bidding.
    pub lot: LotBody,
}

/// A page of lots.
#[derive(Debug, Serialize, ToSchema)]
pub struct LotsBody {
    /// All that match.
    pub total: i64,
    /// Those of this page.
    pub lots: Vec<LotWithCarBody>,
}

/// One of your bids.
#[derive(Debug, Serialize, ToSchema)]
pub struct MyBidBody {
    /// The lot.
    pub lot_id: Uuid,
    /// The amount.
    pub max_fen: i64,
    /// The lot's number of this bid, if it was accepted.
    pub seq: Option<i64>,
    /// Why it was refused, if it was.
    pub code: Option<String>,
    /// The price after it.
    pub price_fen: Option<i64>,
    /// When it was admitted.
    pub admitted_at_ms: i64,
}

/// The server's clock.
#[derive(Debug, Serialize, ToSchema)]
pub struct TimeBody {
    /// Milliseconds since 1970 UTC, by the clock that opens and closes lots.
    pub now_ms: i64,
}

/// Why something was not done.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProblemBody {
    /// A stable code.
    #[schema(example = "BELOW_MIN")]
    pub code: String,
    /// The text, in your language.
    pub message: String,
    /// What explains it.
    pub data: serde_json::Value,
    /// The id under which our log knows this call.
    pub reference: String,
}

/// Which lots.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(default)]
#[into_params(parameter_in = Query)]
pub struct LotsQuery {
    /// Words of the title, or a VIN.
    pub search: String,
    /// The make.
    pub make: String,
    /// The city.
    pub city: String,
    /// `open`, `scheduled`, `closed`, `all`, or nothing for what can still be bid on.
    pub status: String,
    /// The page, from 1.
    pub page: u32,
}

impl LotBody {
    /// A lot as this dealer sees it.
    pub fn new(lot: &PublicLot, mine: &MyPosition) -> LotBody {
        LotBody {
            seq: lot.seq,
            status: match lot.status {
                LotStatus::Scheduled => "scheduled",
                LotStatus::Open => "open",
                LotStatus::Paused => "paused",
                LotStatus::Closed => "closed",
            }
            .to_owned(),
            price_fen: lot.price_fen.map(|price| price.0),
            min_next_fen: lot.min_next_fen.0,
            reserve: lot.reserve.as_str().to_owned(),
            reserve_fen: lot.reserve_fen.map(|reserve| reserve.0),
            bidders: lot.bidders,
            end_at_ms: lot.end_at.0,
            outcome: lot.outcome.map(|outcome| {
                match outcome {
                    Outcome::Sold => "sold",
                    Outcome::Provisional => "provisional",
                    Outcome::Unsold => "unsold",
                    Outcome::Withdrawn => "withdrawn",
                }
                .to_owned()
            }),
            leading: mine.leading,
            my_max_fen: mine.max_fen.map(|max| max.0),
        }
    }
}

impl LotWithCarBody {
    /// A lot as this dealer sees it, with what his group is offered on it.
    pub fn new(lot: &HallLot, first_offer: Option<FirstOffer>) -> LotWithCarBody {
        LotWithCarBody {
            id: lot.id.0,
            lot_no: lot.lot_no,
            sale_id: lot.sale_id.0,
            sale_name: lot.sale_name.clone(),
            title: lot.title.clone(),
            vin: lot.vin.clone(),
            make: lot.make.clone(),
            model: lot.model.clone(),
            model_year: lot.model_year,
            mileage_km: lot.mileage_km,
            colour: lot.colour.clone(),
            grade: lot.grade.clone(),
            city: lot.city.clone(),
            report_hash: lot.report_hash.clone(),
            start_fen: lot.start_fen.0,
            tick_fen: lot.tick_fen().0,
            opens_at_ms: lot.opens_at.0,
            format: lot.format().as_str().to_owned(),
            buy_now_fen: lot.buy_now().map(|price| price.0),
            first_look: first_offer.map(|offer| FirstOfferBody {
                price_fen: offer.price_fen.0,
                from_ms: offer.from.0,
                until_ms: offer.until.0,
            }),
            dutch: lot.format().dutch().map(|steps| DutchBody::new(steps, lot.step_clock())),
            call: lot.call().map(|call| call.as_str().to_owned()),
            lot: LotBody::new(&lot.lot, &lot.mine),
        }
    }
}

impl DutchBody {
    fn new(steps: DutchSteps, clock: Option<StepClock>) -> DutchBody {
        let (from_ms, held_step) = match clock {
            Some(StepClock::From(from)) => (Some(from.0), None),
            Some(StepClock::Held(step)) => (None, Some(step)),
            None => (None, None),
        };
        let (step_fen, step_ms, floor_fen) = (steps.step_fen.0, steps.step_ms, steps.floor_fen.0);
        DutchBody { step_fen, step_ms, floor_fen, from_ms, held_step }
    }
}

impl From<MyBid> for MyBidBody {
    fn from(bid: MyBid) -> MyBidBody {
        MyBidBody {
            lot_id: bid.lot_id.0,
            max_fen: bid.max_fen.0,
            seq: bid.seq,
            code: bid.code,
            price_fen: bid.price_fen.map(|price| price.0),
            admitted_at_ms: bid.admitted_at.0,
        }
    }
}
