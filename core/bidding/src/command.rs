//! What can be asked of a lot, what happens when it is accepted, and why it is refused.

use kernel::{DealerId, Fen, UnixMs};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Call, Group, History, HouseRules, Leader, Note, Outcome, VoidReason};

/// Everything that changes a lot is a command in the lot's queue.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum Command {
    /// A bid: the entity authorises up to `max_fen`. Lower than its own standing max: a lowering.
    PlaceMax {
        /// The buyer entity.
        dealer_id: DealerId,
        /// The highest amount it authorises.
        max_fen: Fen,
        /// Whether the bidder confirmed an unusually high amount (fat-finger guard). Whoever asks the fold has checked what he
        /// confirms it with.
        confirmed: bool,
        /// What the caller already knows about the entity's right to bid here; the first bar in the fixed
        /// order is the answer.
        bar: Option<Bar>,
        /// What the entity may hold for this lot: what is free of its deposit, and what it holds here already. `None`
        /// where nobody counts (a replay: what was accepted had the power then).
        power_fen: Option<Fen>,
        /// The hash of the condition report that the bidder saw, where his page or program says so.
        seen_report: Option<String>,
        /// The entity's dealer group, unless its stores may bid against each other here.
        group: Option<Group>,
    },
    /// A bid from the floor of a lane, taken by the clerk: the entity's max like any other. It counts while the floor's bids are
    /// recorded offline, too.
    FloorBid {
        /// The buyer entity.
        dealer_id: DealerId,
        /// The amount that was called, said aloud before it was entered: that is its confirmation.
        max_fen: Fen,
        /// As in `PlaceMax`.
        bar: Option<Bar>,
        /// As in `PlaceMax`.
        power_fen: Option<Fen>,
        /// As in `PlaceMax`.
        group: Option<Group>,
    },
    /// Somebody takes the lot at its buy-now price.
    BuyNow {
        /// The buyer entity.
        dealer_id: DealerId,
        /// The price that it saw.
        price_fen: Fen,
        /// As in `PlaceMax`.
        bar: Option<Bar>,
        /// As in `PlaceMax`.
        power_fen: Option<Fen>,
        /// As in `PlaceMax`.
        seen_report: Option<String>,
    },
    /// A store of the seller's group takes the lot before it opens (内部调拨).
    FirstLook {
        /// The buyer entity.
        dealer_id: DealerId,
        /// The shadow price that it saw.
        price_fen: Fen,
        /// Whether it is of the seller's group. Known outside the fold.
        of_sellers_group: bool,
        /// As in `PlaceMax`.
        bar: Option<Bar>,
        /// As in `PlaceMax`.
        power_fen: Option<Fen>,
        /// As in `PlaceMax`.
        seen_report: Option<String>,
    },
    /// Somebody accepts a step of a Dutch lot.
    Accept {
        /// The buyer entity.
        dealer_id: DealerId,
        /// The step: the current one, or an earlier one.
        step: u32,
        /// The price that it saw for it.
        price_fen: Fen,
        /// As in `PlaceMax`.
        bar: Option<Bar>,
        /// As in `PlaceMax`.
        power_fen: Option<Fen>,
        /// As in `PlaceMax`.
        seen_report: Option<String>,
    },
    /// The seller lowers his reserve.
    ReserveLowered {
        /// The new, lower reserve.
        reserve_fen: Fen,
    },
    /// The seller lets everybody know his reserve.
    PublishReserve,
    /// The seller says how far below his reserve he sells without being asked.
    SetGap {
        /// So far; nothing: he wants to be asked.
        gap_fen: Fen,
    },
    /// The auctioneer of a lane calls.
    Call {
        /// What.
        call: Call,
    },
    /// The auctioneer of a lane passes the lot.
    Pass,
    /// The auctioneer of a lane lets the hammer fall before the time is over.
    Hammer,
    /// The clerk of a lane records the floor's bids offline: nobody else bids, and the lot waits for what he brings.
    GoOffline,
    /// He has brought it, or gives it up: bidding goes on.
    BackOnline,
    /// Bidding begins.
    Open,
    /// Bidding stops until resumed.
    Pause,
    /// Bidding goes on; the lot keeps at least what the house says.
    Resume,
    /// The commit path was away over `[from, to]` (outage rule). The new end is `to + max(W, what the house says)`.
    ExtendBySystem {
        /// When it went away.
        from: UnixMs,
        /// When it came back.
        to: UnixMs,
    },
    /// The end has come. Refused while `now < end_at`.
    Close,
    /// As `Open`, without the pre-bids of these entities.
    OpenWithout {
        /// Who may not bid any more.
        barred: Vec<DealerId>,
        /// Who lacks the deposit for his max: part of it was held until now.
        uncovered: Vec<DealerId>,
    },
    /// A max that waits for the opening is taken back. After the opening nobody takes back anything.
    Withdraw {
        /// The buyer entity.
        dealer_id: DealerId,
    },
    /// The sale's times were changed before it opened.
    Reschedule {
        /// When bidding opens.
        opens_at: UnixMs,
        /// When it ends.
        end_at: UnixMs,
        /// The soft-close window.
        window_ms: i64,
        /// How far soft close may move the end.
        cap_at: UnixMs,
        /// Why, for everybody to read; may be empty.
        reason: String,
    },
    /// The fine print of the sale was changed before it opened.
    ChangeTerms {
        /// Every amount is a multiple of it.
        tick_fen: Fen,
        /// After so many extensions the ladder doubles.
        double_after_extensions: Option<u32>,
        /// The numbers of the rules that the house chose.
        house: HouseRules,
    },
    /// The lot is taken out of its sale before it opens (撤拍).
    WithdrawLot,
    /// A bid never was: the price becomes what the log without it gives. Two persons stand behind it.
    VoidBid {
        /// The number of the bid.
        bid_seq: i64,
        /// Why.
        reason: VoidReason,
        /// What the lot went through until now. The fold itself does not keep it.
        history: History,
        /// What each entity that has bid may hold for this lot: whoever leads again may lack the deposit by now. Empty where
        /// nobody counts.
        powers: Vec<(DealerId, Fen)>,
    },
    /// What an entity has standing and nobody sees yet never was: its max before the opening, or its sealed offer. It may not
    /// bid any more.
    VoidOffer {
        /// The buyer entity.
        dealer_id: DealerId,
        /// Why.
        reason: VoidReason,
    },
    /// The car has a new condition report.
    ReportChanged {
        /// The hash of the new report.
        report_hash: String,
        /// That of the report which it replaces.
        before_hash: String,
        /// Whether it changes what the car is worth: structure, odometer, flood, fire, powertrain, papers. Then an open lot stands
        /// still until those who bid could read it.
        material: bool,
    },
    /// A bidder has seen the new condition report and stands by his max.
    ConfirmReport {
        /// The buyer entity.
        dealer_id: DealerId,
        /// The hash of the report that was seen.
        report_hash: String,
    },
    /// The leader whom a void brought back has the deposit by now.
    ToppedUp {
        /// Who.
        dealer_id: DealerId,
    },
    /// The negotiation with the high bidder came to nothing, and the next bidder is asked.
    PassOver {
        /// Who that is, and what is held of his deposit meanwhile.
        next: Option<crate::Chance>,
    },
    /// The negotiation after the hammer has ended: a provisional lot is sold, or not.
    Settle {
        /// To whom at what price; none when there is no deal.
        deal: Option<crate::Deal>,
        /// How it came about.
        basis: crate::Basis,
    },
}

/// A reason, known outside the fold, why an entity may not bid here (eligibility rules 3–7).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Bar {
    /// Outside the sale's buyer groups.
    NotInvited,
    /// A step of the on-boarding is missing.
    KycMissing,
    /// Banned or suspended.
    Banned,
    /// Barred by strikes for what it did not stand by: until then, or without an end.
    Struck {
        /// Until when.
        until: Option<UnixMs>,
    },
    /// His deposit is frozen: a ban as well.
    DepositFrozen,
    /// The seller, or close to him.
    SellerOrAffiliate,
    /// Another store of the group leads.
    SisterRooftopLeads,
}

/// What an accepted command did. Applied in order they lead from one state to the next.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// Bidding began.
    Opened,
    /// A bidder is of this group, whose stores count as one bidder here, from now on.
    GroupKnown {
        /// Who.
        dealer_id: DealerId,
        /// Its group; none: of none any more.
        group: Option<Group>,
    },
    /// A max was accepted.
    MaxPlaced {
        /// By whom.
        dealer_id: DealerId,
        /// The max.
        max_fen: Fen,
    },
    /// The leader lowered his max.
    MaxLowered {
        /// By whom.
        dealer_id: DealerId,
        /// The new max.
        max_fen: Fen,
    },
    /// The lead, the price or the reserve light changed.
    PriceChanged {
        /// The leader now, with his max.
        leader: crate::Leader,
        /// The second-best max.
        second_max_fen: Option<Fen>,
        /// The price now.
        price_fen: Fen,
        /// Whether the reserve is met now.
        met: bool,
    },
    /// The reserve was lowered.
    ReserveLowered {
        /// To.
        reserve_fen: Fen,
    },
    /// Everybody knows the reserve from now on.
    ReservePublished,
    /// The seller authorised another gap.
    GapSet {
        /// So far below the reserve he sells without being asked.
        gap_fen: Fen,
    },
    /// The price lies below the reserve, and within the gap that the seller authorised: he takes it.
    GapAccepted,
    /// Nobody but the seller may know of this command.
    Hushed,
    /// Soft close moved the end.
    Extended {
        /// The new end.
        end_at: UnixMs,
    },
    /// The outage rule moved the end, and the cap with it.
    ExtendedBySystem {
        /// When the outage began.
        from: UnixMs,
        /// When it was over.
        to: UnixMs,
        /// The new end.
        end_at: UnixMs,
        /// The new cap, moved by as much as the end.
        cap_at: UnixMs,
    },
    /// The steps of a Dutch lot began, or began again after a pause.
    StepsBegan {
        /// When step 0 began, or would have.
        from: UnixMs,
        /// When the step that is current began, anew or for the first time. Not in logs from before outages moved steps.
        #[serde(default)]
        at: Option<UnixMs>,
        /// The end, after the last step.
        end_at: UnixMs,
        /// The cap.
        cap_at: UnixMs,
    },
    /// A pause holds this step of a Dutch lot.
    StepHeld {
        /// The step.
        step: u32,
    },
    /// The lot came on the block of its lane.
    LaneBegan {
        /// The end.
        end_at: UnixMs,
        /// The cap, moved by as much as the end.
        cap_at: UnixMs,
    },
    /// The auctioneer called.
    Called {
        /// What.
        call: Call,
        /// When; not in logs from before the hammer could follow it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        at: Option<UnixMs>,
    },
    /// The clerk of a lane began to record the floor's bids offline.
    WentOffline {
        /// When.
        at: UnixMs,
    },
    /// Bidding stopped.
    Paused {
        /// What was left then. Not in logs from before a lane went on with what was left.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        left_ms: Option<i64>,
    },
    /// Bidding goes on.
    Resumed {
        /// The end, perhaps moved to leave enough time.
        end_at: UnixMs,
        /// The cap, moved by as much as the end.
        cap_at: UnixMs,
    },
    /// A store of the seller's group took it before it opened.
    Transferred {
        /// Which one.
        dealer_id: DealerId,
        /// The shadow price.
        price_fen: Fen,
    },
    /// It ends before its time: bought, accepted, transferred, hammered or passed. Not in older logs.
    EndedEarly,
    /// The hammer fell.
    Closed {
        /// How it ended.
        outcome: Outcome,
    },
    /// A max waits for the opening.
    PreBidPlaced {
        /// By whom.
        dealer_id: DealerId,
        /// The max.
        max_fen: Fen,
        /// Its place in the order in which they will enter: the number of the last raise.
        since: i64,
    },
    /// A max no longer waits for the opening.
    PreBidWithdrawn {
        /// Whose.
        dealer_id: DealerId,
    },
    /// It has other times.
    Rescheduled {
        /// When bidding opens.
        opens_at: UnixMs,
        /// When it ends.
        end_at: UnixMs,
        /// The soft-close window.
        window_ms: i64,
        /// How far soft close may move the end.
        cap_at: UnixMs,
        /// Why; empty where no reason was given, and in logs from before it was told.
        #[serde(default, skip_serializing_if = "String::is_empty")]
        reason: String,
    },
    /// Other terms hold from now on.
    TermsChanged {
        /// Every amount is a multiple of it.
        tick_fen: Fen,
        /// After so many extensions the ladder doubles.
        double_after_extensions: Option<u32>,
        /// The numbers of the rules that the house chose.
        house: HouseRules,
    },
    /// A bid was voided: this is what the log without it gives, and the lot gets more time.
    BidVoided {
        /// The number of the bid.
        bid_seq: i64,
        /// Whose it was.
        dealer_id: DealerId,
        /// Why.
        reason: VoidReason,
        /// What is left of this bidder's max: an earlier bid of his.
        own_max_fen: Option<Fen>,
        /// The leader now, with his max.
        leader: Option<Leader>,
        /// The second-best max.
        second_max_fen: Option<Fen>,
        /// The price now: never above what it was.
        price_fen: Option<Fen>,
        /// Whether the reserve is met now.
        met: bool,
        /// The end, moved to leave everybody a full window.
        end_at: UnixMs,
        /// The cap, moved by as much as the end.
        cap_at: UnixMs,
    },
    /// A max before the opening or a sealed offer counts no more; it stays in the log.
    OfferVoided {
        /// Whose.
        dealer_id: DealerId,
        /// Why.
        reason: VoidReason,
    },
    /// Who leads again has to top up his deposit first.
    TopUpDue(crate::TopUp),
    /// Nobody has to top up any more.
    TopUpOver,
    /// The car has a new condition report.
    ReportChanged {
        /// Its hash.
        report_hash: String,
        /// The hash of the report on which those who must confirm gave their maxes.
        before_hash: String,
        /// Who has a max that was given on another report, and has to say whether he stands by it.
        must_confirm: Vec<DealerId>,
        /// It, and the reports before it that say the same of what matters.
        #[serde(default)]
        alike: Vec<String>,
        /// When the lot goes on by itself, if it was stopped for this.
        resume_at: Option<UnixMs>,
        /// Until when it can be confirmed, if that runs already.
        confirm_by: Option<UnixMs>,
    },
    /// Whoever has to confirm has until then.
    ConfirmationDue {
        /// Until when.
        confirm_by: UnixMs,
    },
    /// The lot stands still longer for those who read its new condition report: an outage took of that time.
    ReadingProlonged {
        /// When it goes on by itself.
        resume_at: UnixMs,
    },
    /// A bidder stands by his max on the new report.
    ReportConfirmed {
        /// Who.
        dealer_id: DealerId,
    },
    /// The high bidder is out, the next bidder is asked.
    PassedOver {
        /// Who that is, and what is held of his deposit; not in lines from before such holds.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        next: Option<crate::Chance>,
    },
    /// A provisional lot was sold after all, or not.
    Settled {
        /// Sold or unsold.
        outcome: Outcome,
        /// The buyer; without a deal the high bidder, as before.
        leader: Option<crate::Leader>,
        /// The agreed price; without a deal the highest bid, as before.
        price_fen: Option<Fen>,
        /// How it came about.
        basis: crate::Basis,
    },
}

/// Which branch of the rules decided, with its inputs: why the price is what it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Explanation {
    /// The rule's branch. Bids: `first_bid`, `overtook`, `below_leader`, `tied`, `own_raise`, `group_raise`, `lowered`, and
    /// `reserve_jump` when the light turned to met, `pre_bid` and `pre_bid_changed`, `transferred` before the opening; `bought_now`,
    /// `accepted_step`, `sealed_offer` in their formats. Others: `reserve_lowered`, `opened`, `paused`, `resumed`,
    /// `extended_by_system`, `called`, `passed`, `hammered`, `closed`, `withdrawn`, `bid_voided`, `offer_voided`,
    /// `went_offline`, `back_online`, `report_changed`, `report_confirmed`, `passed_over`, `settled`, `gap_set`, `topped_up`,
    /// `rescheduled`, `terms_changed`, `lot_withdrawn`.
    pub branch: String,
    /// Inputs and formula, other entities' maxes redacted to what is public. The reserve and the gap stand only in
    /// those of `reserve_lowered` and `gap_set`, which are for the seller.
    pub data: Value,
}

/// An accepted command.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Accepted {
    /// What happened, in order.
    pub events: Vec<Event>,
    /// What the bidder should know besides.
    pub note: Option<Note>,
    /// Why.
    pub explanation: Explanation,
}

impl Command {
    /// The entity, where the command is a bidder's.
    pub const fn bidder(&self) -> Option<DealerId> {
        match self {
            Command::PlaceMax { dealer_id, .. }
            | Command::FloorBid { dealer_id, .. }
            | Command::BuyNow { dealer_id, .. }
            | Command::FirstLook { dealer_id, .. }
            | Command::Accept { dealer_id, .. }
            | Command::Withdraw { dealer_id }
            | Command::ConfirmReport { dealer_id, .. } => Some(*dealer_id),
            _ => None,
        }
    }

    /// Whether an entity binds itself by it.
    pub const fn is_bid(&self) -> bool {
        matches!(
            self,
            Command::PlaceMax { .. }
                | Command::FloorBid { .. }
                | Command::BuyNow { .. }
                | Command::FirstLook { .. }
                | Command::Accept { .. }
        )
    }

    /// The same command with the group whose stores count as one bidder.
    pub fn of_group(mut self, of: Option<Group>) -> Command {
        if let Command::PlaceMax { group, .. } | Command::FloorBid { group, .. } = &mut self {
            *group = of;
        }
        self
    }

    /// The same command with whether its bidder is of the seller's group, where that matters.
    pub fn of_sellers_group(mut self, is: bool) -> Command {
        if let Command::FirstLook { of_sellers_group, .. } = &mut self {
            *of_sellers_group = is;
        }
        self
    }

    /// The same command with what is known of its bidder: what speaks against him, unless there is something already,
    /// and what he may hold for this lot.
    pub fn known(&self, against: Option<Bar>, power: Fen) -> Command {
        let mut known = self.clone();
        if let Command::PlaceMax { bar, power_fen, .. }
        | Command::FloorBid { bar, power_fen, .. }
        | Command::BuyNow { bar, power_fen, .. }
        | Command::FirstLook { bar, power_fen, .. }
        | Command::Accept { bar, power_fen, .. } = &mut known
        {
            *bar = bar.or(against);
            *power_fen = Some(power);
        }
        known
    }
}
