//! Why a bid is voided: the words of the log, of forms and of text keys.

use serde::{Deserialize, Serialize};

/// Why a bid is voided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum VoidReason {
    /// The bidder meant another amount, and staff could establish it.
    WrongAmount,
    /// The bidder may not bid: it has not paid, or is barred.
    BidderBarred,
    /// Bids that were agreed between bidders or with the seller (围标).
    Collusion,
    /// Our own fault.
    SystemFault,
    /// The bidder did not stand by his bid after the condition report had changed.
    CrChanged,
    /// The deposit does not cover it: that of a bidder who leads again after a void and did not top up in time, or of one whose
    /// max waited for the opening with less.
    NotCovered,
}

impl VoidReason {
    /// All of them.
    pub const ALL: [VoidReason; 6] = [
        VoidReason::WrongAmount,
        VoidReason::BidderBarred,
        VoidReason::Collusion,
        VoidReason::SystemFault,
        VoidReason::CrChanged,
        VoidReason::NotCovered,
    ];

    /// `WRONG_AMOUNT`: the word in the log, in forms and in text keys.
    pub const fn as_str(self) -> &'static str {
        match self {
            VoidReason::WrongAmount => "WRONG_AMOUNT",
            VoidReason::BidderBarred => "BIDDER_BARRED",
            VoidReason::Collusion => "COLLUSION",
            VoidReason::SystemFault => "SYSTEM_FAULT",
            VoidReason::CrChanged => "CR_CHANGED",
            VoidReason::NotCovered => "NOT_COVERED",
        }
    }
}
