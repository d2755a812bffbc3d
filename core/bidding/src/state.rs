//! What a lot is at one `seq`: everything a decision may depend on, and nothing else.

use kernel::{DealerId, Fen, UnixMs};
use serde::{Deserialize, Serialize};

use crate::{Call, Format, Group, HouseRules, Ladder, Offer, StepClock, TopUp};

/// How a max below the reserve is shown; frozen at the first accepted bid and printed on the lot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BelowReserve {
    /// The reserve acts like a hidden bidder who was first: the whole max is placed.
    Full,
    /// The price moves by increments and the max stays secret.
    Stepped,
}

/// The terms of a lot. They freeze at the first accepted bid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Terms {
    /// `S`: the first acceptable amount.
    pub start_fen: Fen,
    /// Every amount is a multiple of it.
    pub tick_fen: Fen,
    /// `inc(p)`.
    pub ladder: Ladder,
    /// `W`: the soft-close window; 0 means no soft close.
    pub window_ms: i64,
    /// Soft close never moves the end beyond this instant.
    pub cap_at: UnixMs,
    /// After this many extensions the ladder doubles; none: never.
    pub double_after_extensions: Option<u32>,
    /// How a max below the reserve is shown.
    pub below_reserve: BelowReserve,
    /// The market reference price used by the fat-finger guard, if there is one.
    pub guide_fen: Option<Fen>,
    /// Whether the fat-finger guard asks for a second confirmation.
    pub fat_finger_guard: bool,
    /// How the lot is sold.
    #[serde(default)]
    pub format: Format,
    /// `B`: the price at which anybody may have it at once, while it is offered.
    #[serde(default)]
    pub buy_now_fen: Option<Fen>,
    /// What a lead holds of the leader's deposit (保证金), in hundredths of a percent of his max; 0 holds nothing.
    #[serde(default)]
    pub deposit_bp: u32,
    /// 公开保留价: the reserve where everybody knows it; none where it is the seller's secret. The only one of the terms that may
    /// still change, and only down.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published_reserve_fen: Option<Fen>,
    /// The numbers of the rules that the house chose.
    #[serde(default)]
    pub house: HouseRules,
}

/// Where a lot is in its life. `CLOSING` is a view, not a status: an open lot past its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LotStatus {
    /// Opens at its time.
    Scheduled,
    /// Takes bids.
    Open,
    /// Takes none until resumed.
    Paused,
    /// Final.
    Closed,
}

impl LotStatus {
    /// All of them.
    pub const ALL: [LotStatus; 4] =
        [LotStatus::Scheduled, LotStatus::Open, LotStatus::Paused, LotStatus::Closed];

    /// `open`: the word on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            LotStatus::Scheduled => "scheduled",
            LotStatus::Open => "open",
            LotStatus::Paused => "paused",
            LotStatus::Closed => "closed",
        }
    }
}

/// How a lot ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The reserve was met, or there was none: sold at the price to the leader.
    Sold,
    /// There is a bid but the reserve was not met: a negotiation (议价) begins.
    Provisional,
    /// Nobody bid, or nothing came of the negotiation.
    Unsold,
    /// 撤拍: taken out of the sale before it opened.
    Withdrawn,
}

impl Outcome {
    /// All of them.
    pub const ALL: [Outcome; 4] = [Outcome::Sold, Outcome::Provisional, Outcome::Unsold, Outcome::Withdrawn];

    /// `sold`: the word on the wire and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            Outcome::Sold => "sold",
            Outcome::Provisional => "provisional",
            Outcome::Unsold => "unsold",
            Outcome::Withdrawn => "withdrawn",
        }
    }
}

/// The reserve light: all that anybody but the seller and the sale's manager may know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReserveLight {
    /// 无保留
    None,
    /// 未达
    NotMet,
    /// 已达
    Met,
    /// Of a sealed lot nothing is said before its offers are opened: not even whether there is a reserve.
    Secret,
}

impl ReserveLight {
    /// All of them.
    pub const ALL: [ReserveLight; 4] =
        [ReserveLight::None, ReserveLight::NotMet, ReserveLight::Met, ReserveLight::Secret];

    /// `not_met`: the word on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            ReserveLight::None => "none",
            ReserveLight::NotMet => "not_met",
            ReserveLight::Met => "met",
            ReserveLight::Secret => "secret",
        }
    }
}

/// The leader and the highest amount he authorised.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leader {
    /// The buyer entity in the lead.
    pub dealer_id: DealerId,
    /// `m1`. Secret: shown to this dealer only.
    pub max_fen: Fen,
}

/// The next bidder, from when he is asked (次高价机会) until the lot is settled; where he buys, from then on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chance {
    /// The buyer entity.
    pub dealer_id: DealerId,
    /// What the lot holds of its deposit. He is not asked before, so it may be less than a share of his max: what was free.
    pub hold_fen: Fen,
}

/// A max that waits for the opening. Secret: shown to this dealer only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreBid {
    /// The buyer entity.
    pub dealer_id: DealerId,
    /// Its max.
    pub max_fen: Fen,
    /// The number of its last raise: its place in the order of entry.
    pub since: i64,
}

/// The condition report that replaced the one the lot was listed with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewReport {
    /// Its hash.
    pub hash: String,
    /// The hash of the report on which those who must confirm gave their maxes.
    pub before: String,
    /// Who has a max that was given on another report and has not said that he stands by it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub must_confirm: Vec<DealerId>,
    /// It, and the reports before it that say the same of what matters. Who bids on another one has not seen this.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alike: Vec<String>,
    /// When the lot goes on by itself, while it stands still because of this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub resume_at: Option<UnixMs>,
    /// Until when it can be confirmed, once the lot is going on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirm_by: Option<UnixMs>,
}

/// Accepted commands that nobody but the seller may know of, and that nothing has followed yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unseen {
    /// The number of the command before them.
    pub after: i64,
    /// The number of the last of them.
    pub to: i64,
}

/// A lot at one `seq`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LotState {
    /// The number of accepted commands; assigned at commit.
    pub seq: i64,
    /// Where it is in its life.
    pub status: LotStatus,
    /// The terms. Kept beside the stored state, which is written far more often.
    #[serde(skip_serializing)]
    pub terms: Terms,
    /// When bidding opens.
    pub opens_at: UnixMs,
    /// How often what everybody sees of it changed before the opening: that was moved, or a published reserve lowered.
    #[serde(default, skip_serializing_if = "is_never")]
    pub moved: u32,
    /// Why it was moved last; empty where nobody said why.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub moved_for: String,
    /// The effective end. Once the lot is open it never moves back.
    pub end_at: UnixMs,
    /// `R`; secret unless the terms publish it. `None`: no reserve.
    pub reserve_fen: Option<Fen>,
    /// 自动成交差额, secret like the reserve: the seller takes a price that is so much below it at most.
    #[serde(default, skip_serializing_if = "is_nothing")]
    pub gap_fen: Fen,
    /// Whether the reserve is met (false without a reserve).
    pub met: bool,
    /// The leader and `m1`.
    pub leader: Option<Leader>,
    /// `m2`: the best max of any other entity ever accepted.
    pub second_max_fen: Option<Fen>,
    /// `P`: the public price.
    pub price_fen: Option<Fen>,
    /// How often soft close moved the end.
    pub extensions: u32,
    /// Entities that ever had an accepted bid, without repeats: the number of bidders, and their aliases in order.
    /// Kept beside the stored state, which would otherwise grow with every bidder.
    #[serde(default, skip_serializing)]
    pub bidders: Vec<DealerId>,
    /// Set when closed.
    pub outcome: Option<Outcome>,
    /// Whether it was ended before its time: by who took it, or by the auctioneer.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub ended_early: bool,
    /// Sold below the reserve, within the gap that the seller had authorised.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub in_gap: bool,
    /// Taken by a store of the seller's group before it opened, at the shadow price, whatever the reserve is.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub transferred: bool,
    /// After the hammer: the high bidder is out, and the next bidder is asked.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub passed_over: bool,
    /// Who is asked instead of him.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chance: Option<Chance>,
    /// The groups of bidders, unless stores of one group may bid against each other. A store without a group is not in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<(DealerId, Group)>,
    /// The live offers of a sealed lot. Secret until the close.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub offers: Vec<Offer>,
    /// How many accepted commands of a sealed lot are nobody's business until the close.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub hidden: i64,
    /// The newest commands, where they are only the seller's business. Something that everybody sees may have followed since.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unseen: Option<Unseen>,
    /// Where the steps of a Dutch lot are, once it opened.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steps: Option<StepClock>,
    /// Since when its steps have run without a break; none where that is since step 0.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steps_since: Option<UnixMs>,
    /// What the auctioneer of a lane called last, at this price.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub call: Option<Call>,
    /// When he called it; none in states from before a pause or an outage silenced him.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub called_at: Option<UnixMs>,
    /// What was left when it was paused; none while it runs, and in states from before a lane went on with what was left.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_ms: Option<i64>,
    /// Since when the clerk of a lane records the floor's bids offline, while the lot waits for what he brings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offline_since: Option<UnixMs>,
    /// Maxes that wait for the opening, one an entity. Empty once it has opened.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pre_bids: Vec<PreBid>,
    /// Who leads again after a void and lacks the deposit, while the lot waits for him.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub top_up: Option<TopUp>,
    /// The condition report, where it is no longer the one that the lot was listed with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<NewReport>,
}

const fn is_nothing(amount: &Fen) -> bool {
    amount.0 == 0
}

const fn is_never(count: &u32) -> bool {
    *count == 0
}

const fn is_zero(count: &i64) -> bool {
    *count == 0
}

impl LotState {
    /// A lot before its first command.
    pub fn scheduled(terms: Terms, opens_at: UnixMs, end_at: UnixMs, reserve_fen: Option<Fen>) -> LotState {
        LotState {
            seq: 0,
            status: LotStatus::Scheduled,
            terms,
            opens_at,
            moved: 0,
            moved_for: String::new(),
            end_at,
            reserve_fen,
            gap_fen: Fen::ZERO,
            met: false,
            leader: None,
            second_max_fen: None,
            price_fen: None,
            extensions: 0,
            bidders: Vec::new(),
            outcome: None,
            ended_early: false,
            in_gap: false,
            transferred: false,
            passed_over: false,
            chance: None,
            groups: Vec::new(),
            offers: Vec::new(),
            hidden: 0,
            unseen: None,
            steps: None,
            steps_since: None,
            call: None,
            called_at: None,
            left_ms: None,
            offline_since: None,
            pre_bids: Vec::new(),
            top_up: None,
            report: None,
        }
    }

    /// `inc(p)` with the multiplier that many extensions bring.
    pub fn increment(&self, price: Fen) -> Fen {
        let doubled = self.terms.double_after_extensions.is_some_and(|most| self.extensions >= most);
        let step = self.terms.ladder.increment(price);
        Fen(step.0.saturating_mul(if doubled { 2 } else { 1 }))
    }

    /// The least amount a challenger must authorise; `S` before the first bid.
    pub fn min_next(&self) -> Fen {
        match self.price_fen {
            None => self.terms.start_fen,
            Some(price) => Fen(price.0.saturating_add(self.increment(price).0)),
        }
    }

    /// What everybody may know of the reserve, once offers that were sealed are open.
    pub fn reserve_light(&self) -> ReserveLight {
        crate::view::light(self.reserve_fen, self.met)
    }

    /// The max of this entity that waits for the opening.
    pub fn pre_bid(&self, dealer_id: DealerId) -> Option<PreBid> {
        self.pre_bids.iter().copied().find(|pre_bid| pre_bid.dealer_id == dealer_id)
    }

    /// Whether this entity has to say first that it stands by its max on the new condition report.
    pub fn must_confirm_report(&self, dealer_id: DealerId) -> bool {
        self.report.as_ref().is_some_and(|report| report.must_confirm.contains(&dealer_id))
    }

    /// Whether this entity leads.
    pub fn is_leader(&self, dealer_id: DealerId) -> bool {
        self.leader.is_some_and(|leader| leader.dealer_id == dealer_id)
    }
}
