//! The auction as a fold.
//!
//! `decide(state, command, now)` gives the events of an accepted command or the refusal with the data that
//! explains it; `apply(state, event)` leads to the next state. No IO, no clock, no randomness: the same crate
//! decides on the server, replays the log, and explains a price in the browser.
//!
//! `decide.rs` sends each command to its rule: `place_max.rs` (with `eligibility.rs` before it), `lower_reserve.rs`,
//! `publish_reserve.rs`, `gap.rs`, `system.rs`, `settle.rs`, and those of the formats (`format.rs`): `buy_now.rs`, `sealed.rs`, `dutch.rs`, `lane.rs`.
//! What the seller's own group may take before the opening is in `first_look.rs`.
//! Stores of one group that count as one bidder are in `group.rs`. Who leads at what price is decided in `resolve.rs`
//! alone, whether the end moves in `soft_close.rs`.
//! `hold.rs` says what a lot holds of deposits. `view.rs` makes what everybody may see, `frame.rs` carries it to
//! browsers, `json.rs` and `read.rs` read it there. The rules are the domain rules §3–§7.
//! Maxes before the opening are in `pre_bid.rs`, what happens to a lot of a sale that is changed or called off in
//! `before_opening.rs`, what a changed condition report does in `report.rs`. Voiding a bid
//! (`void_bid.rs`, then `top_up.rs`) resolves the accepted maxes again, without one of them; the caller gives what the lot went through
//! as a `History`, because the state does not keep it. What nobody sees yet is simply dropped (`void_offer.rs`).
//!
//! To add a command: a variant in `command.rs`, its rule in a file of its name, called from `decide.rs`, its effect
//! in `apply.rs`, a test vector in `tests/vectors/`, and a line in the random histories of `tests/invariants.rs`.
#![deny(missing_docs)]

mod apply;
mod before_opening;
mod buy_now;
mod command;
mod decide;
mod dutch;
mod eligibility;
mod first_look;
mod format;
mod frame;
mod gap;
mod group;
mod history;
mod hold;
mod house;
mod json;
mod ladder;
mod lane;
mod lower_reserve;
mod note;
mod place_max;
mod pre_bid;
mod publish_reserve;
mod read;
mod reasons;
mod refusal;
mod report;
mod resolve;
mod sealed;
mod settle;
mod soft_close;
mod state;
mod system;
mod top_up;
mod view;
mod void_bid;
mod void_offer;
mod void_reason;

pub use apply::{advance, apply, apply_all};
pub use command::{Accepted, Bar, Command, Event, Explanation};
pub use decide::{decide, decide_knowing};
pub use dutch::StepClock;
pub use first_look::{FirstLook, FirstOffer};
pub use format::{DutchSteps, Format, LaneTimes};
pub use frame::{BidLine, ClientFrame, MyPosition, ServerFrame, TakeFrame};
pub use group::Group;
pub use history::History;
pub use house::{HouseRules, SmallRaise, USUAL_DOUBLING, USUAL_TICK};
pub use json::{Json, Node};
pub use ladder::{Band, Ladder};
pub use lane::{Call, can_pass};
pub use note::Note;
pub use reasons::{BID_BRANCHES, BID_FORMULAS};
pub use refusal::{Refusal, RefusalCode};
pub use sealed::Offer;
pub use settle::{Basis, Deal};
pub use state::{
    BelowReserve, Chance, Leader, LotState, LotStatus, NewReport, Outcome, PreBid, ReserveLight, Terms,
    Unseen,
};
pub use top_up::TopUp;
pub use view::{PublicLot, quick_bids};
pub use void_reason::VoidReason;
