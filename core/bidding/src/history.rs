//! What a lot went through, as far as its price depends on it: what voiding a bid works on.

use kernel::{DealerId, Fen};
use serde::{Deserialize, Serialize};

use crate::{Event, Group};

/// The accepted commands of a lot from its first on. Made by whoever keeps the log, from the log's own events.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct History {
    /// The number of the newest command in it.
    pub(crate) seq: i64,
    /// The reserve before it was ever lowered.
    pub(crate) reserve_fen: Option<Fen>,
    /// How often soft close had moved the end by then.
    extensions: u32,
    pub(crate) steps: Vec<Step>,
}

/// One change that mattered for the price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Step {
    pub(crate) seq: i64,
    /// How often soft close had moved the end before it: the ladder's step depends on it, and no void rewinds it.
    pub(crate) extensions: u32,
    pub(crate) change: Change,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Change {
    PreBid {
        dealer_id: DealerId,
        max_fen: Fen,
    },
    PreBidLowered {
        dealer_id: DealerId,
        max_fen: Fen,
    },
    Withdrawn {
        dealer_id: DealerId,
    },
    /// With the pre-bidders that entered: others were barred, or had not confirmed a new report.
    Opened {
        entered: Vec<DealerId>,
    },
    Placed {
        dealer_id: DealerId,
        max_fen: Fen,
    },
    Lowered {
        dealer_id: DealerId,
        max_fen: Fen,
    },
    ReserveLowered {
        reserve_fen: Fen,
    },
    /// Stays even where the bid with which it became known is voided.
    Grouped {
        dealer_id: DealerId,
        group: Option<Group>,
    },
    Voided {
        bid_seq: i64,
        price_fen: Option<Fen>,
    },
}

impl History {
    /// Before the first command of a lot that began with this reserve.
    pub const fn beginning(reserve_fen: Option<Fen>) -> History {
        History { seq: 0, reserve_fen, extensions: 0, steps: Vec::new() }
    }

    /// Takes up the next accepted command.
    pub fn follow(&mut self, seq: i64, events: &[Event]) {
        // a gap leaves the number behind, and the fold refuses what was told of only half
        if seq != self.seq.saturating_add(1) {
            return;
        }
        self.seq = seq;
        let extensions = self.extensions;
        let opens = events.contains(&Event::Opened);
        for event in events {
            let change = match event {
                Event::Opened => Change::Opened { entered: entered(events) },
                Event::MaxPlaced { dealer_id, max_fen } if !opens => {
                    Change::Placed { dealer_id: *dealer_id, max_fen: *max_fen }
                }
                Event::MaxLowered { dealer_id, max_fen } => {
                    Change::Lowered { dealer_id: *dealer_id, max_fen: *max_fen }
                }
                Event::GroupKnown { dealer_id, group } => {
                    Change::Grouped { dealer_id: *dealer_id, group: *group }
                }
                Event::ReserveLowered { reserve_fen } => Change::ReserveLowered { reserve_fen: *reserve_fen },
                // only a raise takes a place of its own
                Event::PreBidPlaced { dealer_id, max_fen, since } if *since != seq => {
                    Change::PreBidLowered { dealer_id: *dealer_id, max_fen: *max_fen }
                }
                Event::PreBidPlaced { dealer_id, max_fen, .. } => {
                    Change::PreBid { dealer_id: *dealer_id, max_fen: *max_fen }
                }
                Event::PreBidWithdrawn { dealer_id } | Event::OfferVoided { dealer_id, .. } => {
                    Change::Withdrawn { dealer_id: *dealer_id }
                }
                Event::BidVoided { bid_seq, price_fen, .. } => {
                    Change::Voided { bid_seq: *bid_seq, price_fen: *price_fen }
                }
                Event::Extended { .. } => {
                    self.extensions = self.extensions.saturating_add(1);
                    continue;
                }
                _ => continue,
            };
            self.steps.push(Step { seq, extensions, change });
        }
    }

    /// Who made the bid of this number; `None` when there is none, and when it is voided already.
    pub fn bidder_of(&self, bid_seq: i64) -> Option<DealerId> {
        if self.is_voided(bid_seq) {
            return None;
        }
        self.steps.iter().find_map(|step| match step.change {
            Change::PreBid { dealer_id, .. } | Change::Placed { dealer_id, .. } if step.seq == bid_seq => {
                Some(dealer_id)
            }
            _ => None,
        })
    }

    /// The number of this entity's newest bid that stands; a lowering is none.
    pub fn newest_bid_of(&self, dealer_id: DealerId) -> Option<i64> {
        let numbers = self.steps.iter().rev().map(|step| step.seq);
        numbers.into_iter().find(|seq| self.bidder_of(*seq) == Some(dealer_id))
    }

    pub(crate) fn is_voided(&self, bid_seq: i64) -> bool {
        let voids =
            |step: &Step| matches!(step.change, Change::Voided { bid_seq: voided, .. } if voided == bid_seq);
        self.steps.iter().any(voids)
    }
}

fn entered(events: &[Event]) -> Vec<DealerId> {
    let placed = |event: &Event| match event {
        Event::MaxPlaced { dealer_id, .. } => Some(*dealer_id),
        _ => None,
    };
    events.iter().filter_map(placed).collect()
}
