//! One lot in memory: its state at a `seq`, and what is needed to answer repeats.

use std::collections::{HashMap, VecDeque};

use bidding::{BidLine, Event, LotState, MyPosition, Refusal, RefusalCode, advance};
use kernel::{DealerId, Fen};
use proof::Hash;
use uuid::Uuid;

use super::plan::bid_line;
use super::{Job, LotFacts, Outcome, Recorded};
use crate::store::log::CommittedLine;
use crate::store::lots::{HISTORY_SHOWN, LoadedLot};

/// How many answers an actor remembers; older ones are found in the log.
const ANSWERS_KEPT: usize = 10_000;

/// A lot in memory. It advances only by its own committed batch, by the log's lines, or by a reload.
pub(crate) struct Actor {
    pub(crate) facts: LotFacts,
    pub(crate) state: LotState,
    /// The hash that the next accepted line stands on; none where the lot is not chained.
    pub(crate) chain_head: Option<Hash>,
    maxes: HashMap<DealerId, Fen>,
    pub(crate) history: VecDeque<BidLine>,
    answers: HashMap<(Uuid, Uuid), Recorded>,
    answered: VecDeque<(Uuid, Uuid)>,
}

impl Actor {
    pub(crate) fn new(loaded: LoadedLot) -> Actor {
        Actor {
            facts: loaded.facts,
            state: loaded.state,
            chain_head: loaded.chain_head,
            maxes: loaded.maxes.into_iter().collect(),
            history: loaded.history.into(),
            answers: HashMap::new(),
            answered: VecDeque::new(),
        }
    }

    /// The answer already given under this key.
    pub(crate) fn recorded(&self, actor: Uuid, key: Uuid) -> Option<&Recorded> {
        self.answers.get(&(actor, key))
    }

    /// What a repeat of the command under this record is answered.
    pub(crate) fn repeated(&self, recorded: &Recorded, job: &Job) -> Outcome {
        if !recorded.is_of(job) {
            let data = serde_json::json!({ "key": job.key, "recorded_max_fen": recorded.max_fen });
            return Outcome::Refused(Refusal { code: RefusalCode::Duplicate, data });
        }
        match (recorded.seq, recorded.code) {
            (Some(seq), _) => Outcome::Accepted {
                seq: self.state.answer_seq(seq),
                note: recorded.note,
                lot: Box::new(self.state.public()),
                mine: self.position(DealerId(job.sender.actor)),
            },
            (None, code) => Outcome::Refused(Refusal {
                code: code.unwrap_or(RefusalCode::NotApplicable),
                data: recorded.explanation.clone(),
            }),
        }
    }

    pub(crate) fn remember(&mut self, actor: Uuid, key: Uuid, answer: Recorded) {
        if self.answers.insert((actor, key), answer).is_none() {
            self.answered.push_back((actor, key));
        }
        if self.answered.len() > ANSWERS_KEPT
            && let Some(oldest) = self.answered.pop_front()
        {
            self.answers.remove(&oldest);
        }
    }

    /// Follows the committed events with what the state itself does not keep.
    pub(crate) fn follow(&mut self, events: &[Event]) {
        for event in events {
            match event {
                Event::MaxPlaced { dealer_id, max_fen }
                | Event::MaxLowered { dealer_id, max_fen }
                | Event::PreBidPlaced { dealer_id, max_fen, .. } => {
                    self.maxes.insert(*dealer_id, *max_fen);
                }
                Event::Transferred { dealer_id, price_fen } => {
                    self.maxes.insert(*dealer_id, *price_fen);
                }
                Event::PreBidWithdrawn { dealer_id } | Event::OfferVoided { dealer_id, .. } => {
                    self.maxes.remove(dealer_id);
                }
                Event::BidVoided { dealer_id, own_max_fen, .. } => {
                    match own_max_fen {
                        Some(max_fen) => self.maxes.insert(*dealer_id, *max_fen),
                        None => self.maxes.remove(dealer_id),
                    };
                }
                _ => {}
            }
        }
    }

    /// Follows a line that another process committed; false when it is not the next, or more than a bid: then only a
    /// reload knows what the lot has become.
    pub(crate) fn follow_committed(&mut self, line: &CommittedLine) -> bool {
        if line.seq != self.state.seq.saturating_add(1) || line.command != "place_max" {
            return false;
        }
        advance(&mut self.state, &line.events);
        self.follow(&line.events);
        self.chain_head = self.chain_head.and(line.row_hash);
        if let Some(price_fen) = self.state.price_fen {
            let bidder = line.events.iter().find_map(|event| match event {
                Event::MaxPlaced { dealer_id, .. } => Some(*dealer_id),
                _ => None,
            });
            let bid = bid_line(&self.state, (line.seq, bidder), price_fen, line.admitted_at);
            self.push_history(bid);
        }
        true
    }

    pub(crate) fn push_history(&mut self, line: BidLine) {
        self.history.push_front(line);
        self.history.truncate(usize::try_from(HISTORY_SHOWN).unwrap_or(usize::MAX));
    }

    /// What a dealer sees of this lot beside what everybody sees.
    pub(crate) fn position(&self, dealer_id: DealerId) -> MyPosition {
        self.state.position_of(dealer_id, self.maxes.get(&dealer_id).copied())
    }
}
