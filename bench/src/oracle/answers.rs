//! Each answer against the log: there, once, and the same.

use std::collections::HashMap;

use uuid::Uuid;

use super::{Fault, Row, StoredLot, Verdict};
use crate::ledger::{Ack, Answer};

/// Checks every answer of this lot.
pub(super) fn check(verdict: &mut Verdict, stored: &StoredLot, acks: &[&Ack]) {
    let mut rows_of: HashMap<(Uuid, Uuid), &Row> = HashMap::with_capacity(stored.log.len());
    for row in &stored.log {
        // the lot's own commands have system keys, which count as well
        if rows_of.insert((row.actor, row.key), row).is_some() {
            verdict.found(Fault::Doubled, format_args!("key {} of lot {}", row.key, stored.lot_id));
        }
    }
    let mut first_answers: HashMap<(Uuid, Uuid), &Ack> = HashMap::with_capacity(acks.len());
    for ack in acks {
        let key = (ack.dealer_id.0, ack.key);
        match rows_of.get(&key) {
            None => verdict.found(Fault::Lost, format_args!("{ack:?}")),
            Some(row) if !agrees(ack, row) => {
                verdict.found(Fault::AnsweredOtherwise, format_args!("{ack:?}, but the log has {row:?}"));
            }
            Some(_) => {}
        }
        // a repeat must have been answered like the first copy
        if let Some(first) = first_answers.insert(key, ack)
            && recorded(&first.answer) != recorded(&ack.answer)
        {
            verdict.found(Fault::AnsweredOtherwise, format_args!("first {first:?}, then {ack:?}"));
        }
    }
}

/// The answer without the question that goes with it: how an unusually high amount is confirmed is told to who asked, until a
/// moment that each answer names anew, and stands in no log.
fn recorded(answer: &Answer) -> Answer {
    let mut answer = answer.clone();
    if let Answer::Refused { code, data } = &mut answer
        && code == "FAT_FINGER_CONFIRM"
        && let Some(data) = data.as_object_mut()
    {
        data.remove("confirm");
    }
    answer
}

fn agrees(ack: &Ack, row: &Row) -> bool {
    let same_bid = row.max_fen == Some(ack.max_fen.0) && row.command == "place_max";
    same_bid
        && match &recorded(&ack.answer) {
            Answer::Accepted { seq, note } => {
                row.seq == Some(*seq) && row.note == *note && row.code.is_none()
            }
            Answer::Refused { code, data } => {
                row.seq.is_none() && row.code.as_ref() == Some(code) && row.explanation == *data
            }
        }
}
