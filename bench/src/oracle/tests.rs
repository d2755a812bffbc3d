//! An oracle that finds nothing proves nothing: each kind of damage must be found.
#![expect(clippy::unwrap_used, reason = "tests")]

use bidding::{Command, History, LotState, VoidReason, apply_all, decide};
use kernel::{DealerId, Fen, LotId, UnixMs};
use serde_json::{Value, json};
use uuid::Uuid;

use super::*;
use crate::ledger::Answer;
use crate::seed::lots::terms;

const OPENS: UnixMs = UnixMs(1_000);
const STEP: i64 = 500_000;

/// A lot, its log and the answers, as a correct server would leave them.
struct World {
    seeded: LotState,
    stored: StoredLot,
    acks: Vec<Ack>,
    history: History,
}

impl World {
    fn new() -> World {
        let seeded = LotState::scheduled(terms(UnixMs(9_000_000)), OPENS, UnixMs(9_000_000), None);
        let lot_id = LotId(Uuid::now_v7());
        let stored = StoredLot {
            lot_id,
            seq: 0,
            price_fen: None,
            leader: None,
            state: seeded.clone(),
            log: Vec::new(),
        };
        let history = History::beginning(None);
        let mut world = World { seeded, stored, acks: Vec::new(), history };
        world.run(Uuid::nil(), &Command::Open);
        let (early, late) = (DealerId(Uuid::now_v7()), DealerId(Uuid::now_v7()));
        let start = world.seeded.terms.start_fen.0;
        for (dealer_id, steps) in
            [(early, 0), (late, 6), (early, 2), (early, 6), (late, 5), (early, 1), (late, 9)]
        {
            let max_fen = Fen(start + steps * STEP);
            world.run(
                dealer_id.0,
                &Command::PlaceMax {
                    dealer_id,
                    max_fen,
                    confirmed: false,
                    bar: None,
                    power_fen: None,
                    seen_report: None,
                    group: None,
                },
            );
        }
        world
    }

    fn run(&mut self, actor: Uuid, command: &Command) {
        let now = OPENS.plus_ms(10);
        let (key, judged_seq) = (Uuid::now_v7(), self.stored.state.seq);
        let verdict = decide(&self.stored.state, command, now);
        let (seq, code, note, explanation) = match verdict {
            Ok(accepted) => {
                self.stored.state = apply_all(&self.stored.state, &accepted.events);
                self.history.follow(self.stored.state.seq, &accepted.events);
                let note = accepted
                    .note
                    .map(|note| serde_json::to_value(note).unwrap().as_str().unwrap().to_owned());
                (Some(judged_seq + 1), None, note, serde_json::to_value(accepted.explanation).unwrap())
            }
            Err(refusal) => (None, Some(refusal.code.as_str().to_owned()), None, refusal.data),
        };
        let state = &self.stored.state;
        (self.stored.seq, self.stored.price_fen) = (state.seq, state.price_fen.map(|price| price.0));
        self.stored.leader = state.leader.map(|leader| leader.dealer_id.0);
        let (name, max) = match command {
            Command::PlaceMax { max_fen, .. } => ("place_max", Some(*max_fen)),
            Command::VoidBid { .. } => ("void_bid", None),
            _ => ("open", None),
        };
        if let Some(max_fen) = max {
            let answer = match (seq, code.clone()) {
                (Some(seq), _) => Answer::Accepted { seq, note: note.clone() },
                (None, code) => Answer::Refused { code: code.unwrap(), data: explanation.clone() },
            };
            let dealer_id = DealerId(actor);
            self.acks.push(Ack { lot_id: self.stored.lot_id, dealer_id, key, max_fen, answer });
        }
        self.stored.log.push(Row {
            seq,
            judged_seq,
            key,
            actor,
            command: name.to_owned(),
            max_fen: max.map(|max| max.0),
            confirmed: false,
            code,
            note,
            explanation,
            price_fen: self.stored.price_fen,
            leader: self.stored.leader,
            admitted_at: now,
        });
    }

    fn judge(&self) -> Verdict {
        let mut verdict = Verdict::default();
        let acks: Vec<&Ack> = self.acks.iter().collect();
        judge_lot(&mut verdict, &self.seeded, &self.stored, &acks);
        verdict
    }

    fn row_of(&mut self, seq: i64) -> &mut Row {
        self.stored.log.iter_mut().find(|row| row.seq == Some(seq)).unwrap()
    }
}

#[test]
fn a_whole_log_has_no_faults() {
    let world = World::new();
    let verdict = world.judge();
    assert_eq!(verdict.examples(), [] as [String; 0]);
    assert_eq!((verdict.acks, verdict.rows, verdict.lots), (7, 8, 1));
    assert!(
        world.acks.iter().any(|ack| matches!(ack.answer, Answer::Refused { .. })),
        "refusals are in the mix"
    );
    assert!(verdict.line().ends_with("nothing wrong"), "{}", verdict.line());
}

#[test]
fn a_void_may_lower_the_price_and_nothing_else_may() {
    let mut world = World::new();
    let (last, before) = (world.stored.seq, world.stored.price_fen);
    let history = world.history.clone();
    // the second best max, which makes the price
    let void = Command::VoidBid { bid_seq: 5, reason: VoidReason::SystemFault, history, powers: Vec::new() };
    world.run(Uuid::nil(), &void);
    assert!(world.stored.price_fen < before, "nobody else asked for as much");
    assert_eq!(world.judge().examples(), [] as [String; 0]);
    // of another bid it would have been another price
    world.row_of(last + 1).explanation["data"]["bid_seq"] = Value::from(2);
    assert!(world.judge().count(Fault::FoldDiffers) > 0);
}

#[test]
fn a_lost_answer_is_found() {
    let mut world = World::new();
    world.stored.log.retain(|row| row.code.is_none());
    assert!(world.judge().count(Fault::Lost) > 0);
}

#[test]
fn a_lost_accepted_bid_is_a_gap_as_well() {
    let mut world = World::new();
    world.stored.log.retain(|row| row.seq != Some(3));
    let verdict = world.judge();
    assert_eq!((verdict.count(Fault::Lost), verdict.count(Fault::Gap)), (1, 1));
}

#[test]
fn a_log_that_ends_before_its_lot_is_a_gap() {
    let mut world = World::new();
    world.stored.seq += 1;
    assert_eq!(world.judge().count(Fault::Gap), 1);
}

#[test]
fn a_bid_that_landed_twice_is_found() {
    let mut world = World::new();
    let twice = world.row_of(3).clone();
    world.stored.log.push(twice);
    assert_eq!(world.judge().count(Fault::Doubled), 1);
}

#[test]
fn another_number_amount_or_code_than_answered_is_found() {
    let mut world = World::new();
    for ack in &mut world.acks {
        match &mut ack.answer {
            Answer::Accepted { seq, .. } => *seq += 1,
            Answer::Refused { code, .. } => code.push('X'),
        }
    }
    assert_eq!(world.judge().count(Fault::AnsweredOtherwise), 7);
    let mut world = World::new();
    world.acks[0].max_fen = Fen(world.acks[0].max_fen.0 + 1);
    assert_eq!(world.judge().count(Fault::AnsweredOtherwise), 1);
}

#[test]
fn how_an_amount_is_confirmed_is_told_and_not_logged() {
    let question = |until: i64| json!({ "threshold_fen": 9, "confirm": { "token": until.to_string() } });
    let asked = |world: &mut World, code: &str| {
        let at = world.acks.iter().position(|ack| matches!(ack.answer, Answer::Refused { .. })).unwrap();
        let key = world.acks[at].key;
        let row = world.stored.log.iter_mut().find(|row| row.key == key).unwrap();
        (row.code, row.explanation) = (Some(code.to_owned()), json!({ "threshold_fen": 9 }));
        for until in [1, 2] {
            let answer = Answer::Refused { code: code.to_owned(), data: question(until) };
            world.acks.push(Ack { answer, ..world.acks[at].clone() });
        }
        world.acks.remove(at);
    };
    let mut world = World::new();
    asked(&mut world, "FAT_FINGER_CONFIRM");
    assert_eq!(world.judge().count(Fault::AnsweredOtherwise), 0);
    let mut world = World::new();
    asked(&mut world, "BELOW_MIN");
    assert!(world.judge().count(Fault::AnsweredOtherwise) > 0, "no other answer has one");
}

#[test]
fn a_repeat_that_was_answered_otherwise_is_found() {
    let mut world = World::new();
    let mut repeat = world.acks[0].clone();
    repeat.answer = Answer::Refused { code: "DUPLICATE".into(), data: Value::Null };
    world.acks.push(repeat);
    // once against the log, once against the first answer
    assert_eq!(world.judge().count(Fault::AnsweredOtherwise), 2);
}

#[test]
fn a_falling_price_is_found() {
    let mut world = World::new();
    let before = world.row_of(3).price_fen;
    world.row_of(4).price_fen = before.map(|price| price - 1);
    assert_eq!(world.judge().count(Fault::PriceFell), 1);
}

#[test]
fn a_wrong_leader_is_found() {
    let mut world = World::new();
    world.stored.leader = Some(Uuid::now_v7());
    assert_eq!(world.judge().count(Fault::WrongLeader), 1);
    let mut world = World::new();
    let overtaken = world.row_of(2).actor;
    world.row_of(3).leader = Some(overtaken);
    let verdict = world.judge();
    assert_eq!((verdict.count(Fault::WrongLeader), verdict.count(Fault::FoldDiffers)), (1, 1));
}

#[test]
fn a_state_that_is_not_the_fold_of_its_log_is_found() {
    let mut world = World::new();
    world.stored.state.second_max_fen = Some(Fen(1));
    assert_eq!(world.judge().count(Fault::FoldDiffers), 1);
}

#[test]
fn a_bid_that_buying_power_refused_must_have_been_good_otherwise() {
    let mut world = World::new();
    let refused = |amount: i64, world: &World| {
        let mut row = world.stored.log[1].clone();
        (row.seq, row.key, row.note) = (None, Uuid::now_v7(), None);
        (row.judged_seq, row.max_fen) = (world.stored.seq, Some(amount));
        row.code = Some("BUYING_POWER".to_owned());
        row
    };
    let start = world.seeded.terms.start_fen.0;
    world.stored.log.push(refused(start + 90 * STEP, &world));
    assert_eq!(world.judge().examples(), [] as [String; 0]);
    world.stored.log.push(refused(start, &world));
    assert_eq!(world.judge().count(Fault::FoldDiffers), 1, "it was too low in any case");
}
