//! What can be asked of a negotiation, what happens when it is accepted, and why it is refused.

use kernel::{Fen, UnixMs};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Side, Status};

/// Everything that changes a negotiation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "command", rename_all = "snake_case")]
pub enum Command {
    /// Takes the other side's standing offer. The amount is named, so that nobody accepts what he has not read.
    Accept {
        /// Who.
        side: Side,
        /// The offer that is accepted.
        offer_fen: Fen,
    },
    /// Makes an offer of one's own.
    Counter {
        /// Who.
        side: Side,
        /// How much.
        amount_fen: Fen,
    },
    /// The buyer neither moves nor leaves: his offer stands, and the seller has the word.
    StandBy,
    /// Ends it: the seller declines, or the buyer walks away from a counter.
    Decline {
        /// Who.
        side: Side,
    },
    /// Enters a limit that the other side never sees.
    EnterSecret {
        /// Who.
        side: Side,
        /// The seller's floor, or the buyer's ceiling.
        amount_fen: Fen,
    },
    /// The way to us was closed over `[from, to]`: the time is given back.
    GiveTime {
        /// When it closed.
        from: UnixMs,
        /// When it opened again.
        to: UnixMs,
    },
    /// The deadline has passed.
    Expire,
}

/// How a price came about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// One side took the other's offer.
    Accepted,
    /// A counter reached the other's offer.
    Crossed,
    /// The secret limits crossed.
    Secret,
}

/// What an accepted command did. Applied in order they lead from one state to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// An offer was made.
    Countered {
        /// By whom.
        side: Side,
        /// How much.
        amount_fen: Fen,
    },
    /// The buyer's offer stands as it is.
    StoodBy,
    /// The other side has the word.
    TurnPassed {
        /// Who has it now.
        to: Side,
        /// Since when.
        since: UnixMs,
        /// Until when.
        deadline_at: UnixMs,
    },
    /// A secret limit was entered.
    SecretEntered {
        /// By whom.
        side: Side,
        /// How much.
        amount_fen: Fen,
    },
    /// Time was given back.
    TimeGiven {
        /// When the way to us was closed.
        from: UnixMs,
        /// When it was open again.
        to: UnixMs,
        /// The new deadline.
        deadline_at: UnixMs,
    },
    /// There is a price.
    Agreed {
        /// The price.
        price_fen: Fen,
        /// How it came about.
        how: How,
    },
    /// It ended without a deal.
    Failed {
        /// How.
        status: Status,
    },
}

/// Why a command is refused. The order of the variants is the order of the checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RefusalCode {
    /// It has ended, or its deadline has passed.
    NegotiationOver,
    /// The other side has the word.
    NotYourTurn,
    /// The next bidder can accept or decline, nothing else.
    OnlyAcceptOrDecline,
    /// The offer that was accepted is not the one that stands.
    OfferChanged,
    /// All counters of this side are used.
    CountersUsedUp,
    /// Not a multiple of the tick.
    NotTick,
    /// Not more than what one has already offered, or (seller) not above the bid.
    CounterTooLow,
    /// Not less than what the seller has already asked.
    CounterTooHigh,
    /// More than the reserve, before the seller has asked for anything. It does not say how much that is: whoever speaks for
    /// the seller may not know it.
    AboveReserve,
    /// A secret limit only moves towards the other side.
    SecretNotBetter,
    /// A system command that does not fit: nothing is due.
    NotDue,
}

/// A refused command: the state is untouched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// Why.
    pub code: RefusalCode,
    /// What explains it: a JSON object.
    pub data: Value,
}

impl Command {
    /// `counter`: the word in the log.
    pub const fn name(&self) -> &'static str {
        match self {
            Command::Accept { .. } => "accept",
            Command::Counter { .. } => "counter",
            Command::StandBy => "stand_by",
            Command::Decline { .. } => "decline",
            Command::EnterSecret { .. } => "enter_secret",
            Command::GiveTime { .. } => "give_time",
            Command::Expire => "expire",
        }
    }

    /// Who asks; `None` for the system.
    pub const fn side(&self) -> Option<Side> {
        match self {
            Command::Accept { side, .. }
            | Command::Counter { side, .. }
            | Command::Decline { side }
            | Command::EnterSecret { side, .. } => Some(*side),
            Command::StandBy => Some(Side::Buyer),
            Command::GiveTime { .. } | Command::Expire => None,
        }
    }

    /// The amount it names.
    pub const fn amount(&self) -> Option<Fen> {
        match self {
            Command::Accept { offer_fen: amount, .. }
            | Command::Counter { amount_fen: amount, .. }
            | Command::EnterSecret { amount_fen: amount, .. } => Some(*amount),
            Command::StandBy | Command::Decline { .. } | Command::GiveTime { .. } | Command::Expire => None,
        }
    }
}

impl RefusalCode {
    /// All of them, in the order of the checks.
    pub const ALL: [RefusalCode; 11] = [
        RefusalCode::NegotiationOver,
        RefusalCode::NotYourTurn,
        RefusalCode::OnlyAcceptOrDecline,
        RefusalCode::OfferChanged,
        RefusalCode::CountersUsedUp,
        RefusalCode::NotTick,
        RefusalCode::CounterTooLow,
        RefusalCode::CounterTooHigh,
        RefusalCode::AboveReserve,
        RefusalCode::SecretNotBetter,
        RefusalCode::NotDue,
    ];

    /// `NOT_YOUR_TURN`: the code in answers, in the log and in text keys.
    pub const fn as_str(self) -> &'static str {
        match self {
            RefusalCode::NegotiationOver => "NEGOTIATION_OVER",
            RefusalCode::NotYourTurn => "NOT_YOUR_TURN",
            RefusalCode::OnlyAcceptOrDecline => "ONLY_ACCEPT_OR_DECLINE",
            RefusalCode::OfferChanged => "OFFER_CHANGED",
            RefusalCode::CountersUsedUp => "COUNTERS_USED_UP",
            RefusalCode::NotTick => "NOT_TICK",
            RefusalCode::CounterTooLow => "COUNTER_TOO_LOW",
            RefusalCode::CounterTooHigh => "COUNTER_TOO_HIGH",
            RefusalCode::AboveReserve => "ABOVE_RESERVE",
            RefusalCode::SecretNotBetter => "SECRET_NOT_BETTER",
            RefusalCode::NotDue => "NOT_DUE",
        }
    }
}
