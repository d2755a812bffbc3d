//! What comes of a command.

use bidding::{MyPosition, Note, PublicLot, Refusal, RefusalCode, ServerFrame};
use bytes::Bytes;
use kernel::{Fen, LotId, Problem, ProblemKind};
use proof::{Hash, KeyId, Stamp};
use serde::Serialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::Job;
use super::plan::{command_name, payload};
use crate::projection::PROTOCOL;

/// A durable answer: accepted or refused, and written down.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The command's key.
    pub key: Uuid,
    /// The lot.
    pub lot_id: LotId,
    /// Accepted or refused.
    pub outcome: Outcome,
    /// Proves that it was recorded; none on lots without a chain.
    pub proof: Option<BidProof>,
}

/// What the bidder keeps: proves, with the whole receipt or without, that the line of this hash was recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BidProof {
    /// The line's hash.
    pub hash: Hash,
    /// Which key signed.
    pub key: KeyId,
    /// The signature over the batch, and the line's place in it.
    pub stamp: Stamp,
}

/// Accepted or refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Accepted under this number.
    Accepted {
        /// The lot's number of the command.
        seq: i64,
        /// What the bidder should know besides.
        note: Option<Note>,
        /// What everybody sees now.
        lot: Box<PublicLot>,
        /// What this dealer sees now.
        mine: MyPosition,
    },
    /// Refused, with the data that explains it.
    Refused(Refusal),
}

/// An answer on the wire: the [`ServerFrame`] of the same name, with the proof. The proof is no part of that frame: it is what
/// browsers' file reads, which has no room for what no page uses yet.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Wire<'a> {
    Accepted {
        v: u16,
        key: Uuid,
        lot_id: LotId,
        seq: i64,
        lot: &'a PublicLot,
        mine: &'a MyPosition,
        note: Option<Note>,
        #[serde(skip_serializing_if = "Option::is_none")]
        receipt: Option<&'a BidProof>,
    },
    Refused {
        v: u16,
        key: Uuid,
        lot_id: LotId,
        refusal: &'a Refusal,
        #[serde(skip_serializing_if = "Option::is_none")]
        receipt: Option<&'a BidProof>,
    },
}

/// Most frames have room in so many bytes, and none has to be moved while it is put into JSON.
const FRAME_BYTES: usize = 1_536;

/// Who got no answer asks again after so long.
const RETRY_AFTER_S: i64 = 1;

/// No answer could be given. A repeat with the same key is safe and finds out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// There is no such lot.
    NotFound,
    /// The queue is full, or an outage is not dealt with yet; nothing was done.
    Busy,
    /// The commit path is away; the outcome is unknown until asked again.
    Unavailable,
}

/// What the log has under a key.
#[derive(Clone, Debug)]
pub(crate) struct Recorded {
    pub(crate) lot_id: LotId,
    pub(crate) command: String,
    pub(crate) max_fen: Option<Fen>,
    pub(crate) seq: Option<i64>,
    pub(crate) code: Option<RefusalCode>,
    pub(crate) note: Option<Note>,
    pub(crate) explanation: Value,
    /// Of its line, where the lot is chained.
    pub(crate) hash: Option<Hash>,
}

impl Recorded {
    /// Whether this command asks for the same thing. If not, its key was used twice: it is refused as `DUPLICATE`. Whether
    /// a confirmation holds is no part of that: a repeat may come when it has expired.
    pub(crate) fn is_of(&self, job: &Job) -> bool {
        let same_amount = self.max_fen == payload(&job.command);
        self.lot_id == job.lot_id && self.command == command_name(&job.command) && same_amount
    }
}

impl Failure {
    /// The code on the wire.
    pub const fn code(self) -> &'static str {
        match self {
            Failure::NotFound => "NOT_FOUND",
            Failure::Busy => "BUSY",
            Failure::Unavailable => "UNAVAILABLE",
        }
    }

    /// The frame that tells a socket.
    pub fn frame(self, key: Uuid) -> ServerFrame {
        ServerFrame::Error { v: PROTOCOL, key: Some(key), code: self.code().to_owned() }
    }
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Problem {
        let kind = match failure {
            Failure::NotFound => ProblemKind::NotFound,
            Failure::Busy => ProblemKind::Busy,
            Failure::Unavailable => ProblemKind::Unavailable,
        };
        let problem = Problem::new(kind, failure.code());
        match failure {
            Failure::NotFound => problem,
            // nothing that can be done now, and soon it can (domain rules §3.8)
            Failure::Busy | Failure::Unavailable => problem.with(json!({ "retry_after_s": RETRY_AFTER_S })),
        }
    }
}

impl Answer {
    /// The frame that tells a socket, with the proof, as bytes.
    pub(crate) fn encode(&self) -> Bytes {
        let (v, key, lot_id, receipt) = (PROTOCOL, self.key, self.lot_id, self.proof.as_ref());
        json_of(&match &self.outcome {
            Outcome::Accepted { seq, note, lot, mine } => {
                Wire::Accepted { v, key, lot_id, seq: *seq, lot, mine, note: *note, receipt }
            }
            Outcome::Refused(refusal) => Wire::Refused { v, key, lot_id, refusal, receipt },
        })
    }

    /// The refusal as a problem, for forms and the JSON API.
    pub fn refusal(&self) -> Option<Problem> {
        match &self.outcome {
            Outcome::Accepted { .. } => None,
            Outcome::Refused(refusal) => {
                let kind = match refusal.code {
                    RefusalCode::NotTick | RefusalCode::BelowMin | RefusalCode::FatFingerConfirm => {
                        ProblemKind::Invalid
                    }
                    RefusalCode::NotInvited
                    | RefusalCode::KycMissing
                    | RefusalCode::Banned
                    | RefusalCode::SellerOrAffiliate => ProblemKind::Forbidden,
                    _ => ProblemKind::Conflict,
                };
                Some(Problem::new(kind, refusal.code.as_str()).with(refusal.data.clone()))
            }
        }
    }
}

/// A frame as bytes on the wire.
pub(crate) fn encode(frame: &ServerFrame) -> Bytes {
    json_of(frame)
}

/// The types of frames hold nothing that JSON cannot: no maps with odd keys, no floats.
fn json_of(frame: &impl Serialize) -> Bytes {
    let mut json = Vec::with_capacity(FRAME_BYTES);
    serde_json::to_writer(&mut json, frame).map(|()| Bytes::copy_from_slice(&json)).unwrap_or_default()
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use proof::Signer;

    use super::*;

    fn lot() -> PublicLot {
        let lot = json!({
            "seq": 7, "status": "open", "format": "timed", "price_fen": 9_100_000, "min_next_fen": 9_150_000, "step_fen": 50_000,
            "reserve": "met", "leader_alias": 2, "bidders": 2, "end_at": 99, "extensions": 0, "moved_for": "“雨”\n",
        });
        serde_json::from_value(lot).unwrap()
    }

    fn proof() -> BidProof {
        let signer = Signer::from_seed(&[7; 32]);
        let hash = Hash::of(&[b"line"]);
        let stamp = Stamp::on(&[hash, Hash::of(&[b"other"])], &signer).swap_remove(0);
        BidProof { hash, key: signer.id().clone(), stamp }
    }

    /// What a client reads: the frame, and the proof beside it.
    fn read(answer: &Answer) -> (ServerFrame, Value) {
        let mut value: Value = serde_json::from_slice(&answer.encode()).unwrap();
        let receipt = value.as_object_mut().unwrap().remove("receipt").unwrap_or_default();
        (serde_json::from_value(value).unwrap(), receipt)
    }

    #[test]
    fn an_answer_is_its_frame_with_the_proof() {
        let (key, lot_id) = (Uuid::from_u128(5), LotId(Uuid::from_u128(6)));
        let mine = MyPosition { alias: Some(2), leading: true, max_fen: Some(Fen(9_900_000)) };
        let refusal = Refusal { code: RefusalCode::BelowMin, data: json!({ "min_next_fen": 1 }) };
        let seen = Box::new(lot());
        let outcomes = [
            Outcome::Accepted {
                seq: 7,
                note: Some(Note::OutbidAtOnce),
                lot: seen.clone(),
                mine: mine.clone(),
            },
            Outcome::Accepted { seq: 6, note: None, lot: seen, mine: MyPosition::default() },
            Outcome::Refused(refusal),
        ];
        for outcome in outcomes {
            for proof in [None, Some(proof())] {
                let answer = Answer { key, lot_id, outcome: outcome.clone(), proof };
                let expected = match outcome.clone() {
                    Outcome::Accepted { seq, note, mine, .. } => {
                        ServerFrame::Accepted { v: PROTOCOL, key, lot_id, seq, lot: lot(), mine, note }
                    }
                    Outcome::Refused(refusal) => ServerFrame::Refused { v: PROTOCOL, key, lot_id, refusal },
                };
                let receipt = answer.proof.as_ref().map_or(Value::Null, |proof| json!(proof));
                assert_eq!(read(&answer), (expected, receipt));
            }
        }
    }

    #[test]
    fn who_got_no_answer_is_told_when_to_ask_again() {
        let wait = |failure: Failure| Problem::from(failure).data["retry_after_s"].as_i64();
        assert_eq!(
            wait(Failure::Unavailable),
            Some(RETRY_AFTER_S),
            "the clock is uncertain, or nothing can be committed"
        );
        assert_eq!(wait(Failure::Busy), Some(RETRY_AFTER_S));
        assert_eq!(wait(Failure::NotFound), None);
    }
}
