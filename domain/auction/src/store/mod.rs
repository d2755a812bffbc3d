//! All SQL of the auction, one module a subject. Private to the crate.

pub(crate) mod alerts;
pub(crate) mod batch;
pub(crate) mod cars;
pub(crate) mod checkpoints;
pub(crate) mod cosignatures;
pub(crate) mod delivery;
pub(crate) mod follow;
pub(crate) mod history;
pub(crate) mod lane;
pub(crate) mod lists;
pub(crate) mod log;
pub(crate) mod lots;
pub(crate) mod my_bids;
pub(crate) mod negotiation_alerts;
pub(crate) mod negotiation_lists;
pub(crate) mod negotiations;
pub(crate) mod power;
pub(crate) mod proofs;
pub(crate) mod pulse;
pub(crate) mod report_changes;
pub(crate) mod sales;
pub(crate) mod searches;
pub(crate) mod templates;
pub(crate) mod voids;
pub(crate) mod watch;
