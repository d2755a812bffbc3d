//! A bid is voided (domain rules §3.4): the lot becomes what its log gives without that bid.
//!
//! What was accepted stays accepted, whatever the price would have been by then; what was refused stays refused;
//! neither the end nor the ladder's doubling is rewound. A void never makes anybody pay more.

use kernel::{DealerId, Fen, UnixMs};
use serde_json::json;

use crate::history::{Change, Step};
use crate::resolve::{self, Resolution};
use crate::system::{accepted, moved_to, not_applicable};
use crate::{
    Accepted, Event, History, Leader, LotState, LotStatus, PreBid, Refusal, VoidReason, apply, group, top_up,
};

/// `Command::VoidBid` as a struct.
pub(crate) struct Void<'a> {
    pub(crate) bid_seq: i64,
    pub(crate) reason: VoidReason,
    pub(crate) history: &'a History,
    pub(crate) powers: &'a [(DealerId, Fen)],
}

/// Judges a void and says what is left. Refused before the opening, when a max can simply be taken back, and after the
/// hammer, when a sale is undone instead; so also for formats whose first acceptance ends the lot, and for sealed
/// offers, which can be changed until the close.
pub(crate) fn void_bid(state: &LotState, void: &Void, now: UnixMs) -> Result<Accepted, Refusal> {
    let runs = state.terms.format.is_english() && matches!(state.status, LotStatus::Open | LotStatus::Paused);
    let bidder = void.history.bidder_of(void.bid_seq);
    let Some(dealer_id) = bidder.filter(|_| runs && void.history.seq == state.seq) else {
        return Err(not_applicable(state, now));
    };
    let left = replay(state, void.history, void.bid_seq);
    let price_fen = match (left.lot.price_fen, state.price_fen) {
        (Some(replayed), Some(before)) => Some(replayed.min(before)),
        (replayed, _) => replayed,
    };
    let (end_at, cap_at) = moved_to(state, now.plus_ms(state.terms.window_ms.max(0)));
    let event = Event::BidVoided {
        bid_seq: void.bid_seq,
        dealer_id,
        reason: void.reason,
        own_max_fen: left.max_of(dealer_id),
        leader: left.lot.leader,
        second_max_fen: left.lot.second_max_fen,
        price_fen,
        met: left.lot.met,
        end_at,
        cap_at,
    };
    let data = json!({
        "bid_seq": void.bid_seq,
        "reason": void.reason,
        "price_before_fen": state.price_fen,
        "price_fen": price_fen,
        "end_before": state.end_at,
        "end_at": end_at,
    });
    let mut voided = accepted(event, "bid_voided", data);
    let mut after = state.clone();
    voided.events.iter().for_each(|event| apply(&mut after, event));
    voided.events.extend(top_up::after_void(state, &after, void.powers, now));
    Ok(voided)
}

/// A lot as it is led through its history again.
struct Replay {
    lot: LotState,
    /// What each entity would pay at most, by its newest bid that had an effect.
    maxes: Vec<(DealerId, Fen)>,
}

/// The lot's history without this bid, and without those that were voided before.
fn replay(state: &LotState, history: &History, without: i64) -> Replay {
    let lot = LotState::scheduled(state.terms.clone(), state.opens_at, state.end_at, history.reserve_fen);
    let mut replay = Replay { lot, maxes: Vec::new() };
    for step in &history.steps {
        let stands = step.seq != without && !history.is_voided(step.seq);
        if stands || matches!(step.change, Change::Grouped { .. }) {
            replay.step(step);
        }
    }
    replay
}

impl Replay {
    fn step(&mut self, step: &Step) {
        self.lot.extensions = step.extensions;
        match &step.change {
            Change::PreBid { dealer_id, max_fen } => self.pre_bid(*dealer_id, *max_fen, step.seq),
            Change::PreBidLowered { dealer_id, max_fen } => {
                let own = self.lot.pre_bids.iter_mut().find(|standing| standing.dealer_id == *dealer_id);
                if let Some(own) = own {
                    own.max_fen = own.max_fen.min(*max_fen);
                }
            }
            Change::Withdrawn { dealer_id } => {
                self.lot.pre_bids.retain(|standing| standing.dealer_id != *dealer_id);
            }
            Change::Opened { entered } => {
                let mut standing = std::mem::take(&mut self.lot.pre_bids);
                standing.retain(|pre_bid| entered.contains(&pre_bid.dealer_id));
                standing.sort_by_key(|pre_bid| pre_bid.since);
                let counting = group::counting(&self.lot, &standing);
                for PreBid { dealer_id, max_fen, .. } in standing {
                    let own = Leader { dealer_id, max_fen };
                    if counting.contains(&dealer_id) { self.placed(own) } else { self.keep(own) }
                }
            }
            Change::Placed { dealer_id, max_fen } => {
                self.placed(Leader { dealer_id: *dealer_id, max_fen: *max_fen });
            }
            Change::Grouped { dealer_id, group } => group::keep(&mut self.lot, *dealer_id, *group),
            Change::Lowered { dealer_id, max_fen } => self.lowered(*dealer_id, *max_fen),
            Change::ReserveLowered { reserve_fen } => {
                self.lot.reserve_fen = Some(*reserve_fen);
                if !self.lot.met
                    && let Some(resolution) = resolve::lower_reserve(&self.lot, *reserve_fen)
                {
                    self.resolved(&resolution);
                }
            }
            // from then on everybody saw this price
            Change::Voided { price_fen, .. } => {
                self.lot.price_fen = match (self.lot.price_fen, price_fen) {
                    (Some(replayed), Some(seen)) => Some(replayed.min(*seen)),
                    (replayed, _) => replayed,
                };
            }
        }
    }

    fn pre_bid(&mut self, dealer_id: DealerId, max_fen: Fen, seq: i64) {
        if self.lot.pre_bid(dealer_id).is_some_and(|standing| max_fen <= standing.max_fen) {
            return;
        }
        self.lot.pre_bids.retain(|standing| standing.dealer_id != dealer_id);
        self.lot.pre_bids.push(PreBid { dealer_id, max_fen, since: seq });
    }

    /// An accepted max. Of who leads by now, himself or by a store of his group, only a higher one has an effect.
    fn placed(&mut self, own: Leader) {
        let resolution = resolve::counted(&self.lot, own);
        if let Some(resolution) = &resolution {
            self.resolved(resolution);
        }
        if resolution.is_some() || !self.lot.is_leader(own.dealer_id) {
            self.keep(own);
        }
    }

    /// A lowering: of who does not lead by now it has no effect, and never below the price.
    fn lowered(&mut self, dealer_id: DealerId, max_fen: Fen) {
        let Some(leader) = self.lot.leader.filter(|leader| leader.dealer_id == dealer_id) else { return };
        let floor = self.lot.price_fen.unwrap_or(max_fen);
        let own = Leader { dealer_id, max_fen: leader.max_fen.min(max_fen.max(floor)) };
        self.lot.leader = Some(own);
        self.keep(own);
    }

    fn resolved(&mut self, resolution: &Resolution) {
        self.lot.leader = Some(resolution.leader);
        self.lot.second_max_fen = resolution.second_max_fen;
        self.lot.price_fen = Some(resolution.price_fen);
        self.lot.met = resolution.met;
    }

    fn keep(&mut self, own: Leader) {
        self.maxes.retain(|(dealer_id, _)| *dealer_id != own.dealer_id);
        self.maxes.push((own.dealer_id, own.max_fen));
    }

    fn max_of(&self, dealer_id: DealerId) -> Option<Fen> {
        self.maxes.iter().find(|(of, _)| *of == dealer_id).map(|(_, max_fen)| *max_fen)
    }
}
