//! The numbers of the rules that a house may choose for each sale. What it leaves as it is, is as the domain rules have it.

use kernel::Fen;
use serde::{Deserialize, Serialize};

use crate::FirstLook;

/// They freeze with the rest of a lot's terms. Terms from before a number could be chosen have the usual one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct HouseRules {
    /// A max above this share of the guide price is confirmed twice, in percent; none: the guide price asks nothing.
    pub confirm_guide_percent: Option<u32>,
    /// A max more than so many steps above the price is confirmed twice; none: the price asks nothing.
    pub confirm_steps: Option<u32>,
    /// The buy-now price is offered only below this share of it, in percent.
    pub buy_now_end_percent: u32,
    /// So long a leader has to top up his deposit, who leads again after a void and lacks it.
    pub top_up_ms: i64,
    /// In so much business time the first answer about a bid below the reserve is due.
    pub offer_ms: i64,
    /// How long each reply after it may take.
    pub reply_ms: i64,
    /// How many counters each side has.
    pub counters_max: u32,
    /// What of his hold the bidder keeps meanwhile, in percent: he can bid elsewhere with the rest.
    pub negotiation_hold_percent: u32,
    /// So much time is left at least when a paused lot goes on. A lane has its own measure.
    pub resume_left_ms: i64,
    /// So long an open lot stands still for a condition report that changed in what matters: time to hear of it and to read.
    pub reading_ms: i64,
    /// So much time an outage leaves at least that touched a lot's last moments, or an answer in its negotiation.
    pub outage_left_ms: i64,
    /// What of a lead's hold a max holds that waits for the opening, in percent. At the opening it enters with all of it.
    pub early_hold_percent: u32,
    /// What a leader's own raise may do that is smaller than a step.
    pub small_raise: SmallRaise,
    /// When the seller's own group may take a car before the opening, and for how much; none: it may not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_look: Option<FirstLook>,
}

/// What becomes of a leader's raise by less than a step. It is no bid against anybody, but below the reserve it may move the price.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SmallRaise {
    /// It counts, and gives nobody more time to answer.
    #[default]
    NoTime,
    /// It counts like one of a whole step: where it moves the price in the last moments, so does the end.
    Time,
    /// It is refused: a raise is a step at least.
    Refused,
}

impl SmallRaise {
    /// All of them.
    pub const ALL: [SmallRaise; 3] = [SmallRaise::NoTime, SmallRaise::Time, SmallRaise::Refused];

    /// `no_time`: the word in forms, in text keys and in the database.
    pub const fn as_str(self) -> &'static str {
        match self {
            SmallRaise::NoTime => "no_time",
            SmallRaise::Time => "time",
            SmallRaise::Refused => "refused",
        }
    }
}

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;

impl Default for HouseRules {
    fn default() -> HouseRules {
        HouseRules {
            confirm_guide_percent: Some(130),
            confirm_steps: Some(30),
            buy_now_end_percent: 85,
            top_up_ms: 30 * MINUTE_MS,
            offer_ms: 4 * HOUR_MS,
            reply_ms: 2 * HOUR_MS,
            counters_max: 3,
            negotiation_hold_percent: 50,
            resume_left_ms: 10 * MINUTE_MS,
            reading_ms: 2 * MINUTE_MS,
            outage_left_ms: 5 * MINUTE_MS,
            early_hold_percent: 100,
            small_raise: SmallRaise::NoTime,
            first_look: None,
        }
    }
}

/// The smallest unit of bids unless a sale has another: ¥100.
pub const USUAL_TICK: Fen = Fen(10_000);
/// After so many extensions the ladder doubles unless a sale says otherwise.
pub const USUAL_DOUBLING: u32 = 20;

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn words_are_those_that_are_kept() {
        for one in SmallRaise::ALL {
            assert_eq!(serde_json::to_value(one).unwrap(), json!(one.as_str()));
        }
    }

    #[test]
    fn what_was_not_chosen_is_usual_and_what_was_taken_away_is_not() {
        let read = |text: serde_json::Value| serde_json::from_value::<HouseRules>(text).unwrap();
        assert_eq!(read(json!({})), HouseRules::default());
        let quiet = read(json!({ "confirm_guide_percent": null, "buy_now_end_percent": 90 }));
        let usual = HouseRules::default();
        let expected = HouseRules { confirm_guide_percent: None, buy_now_end_percent: 90, ..usual };
        assert_eq!(quiet, expected);
        assert_eq!(read(serde_json::to_value(expected).unwrap()), expected);
    }
}
