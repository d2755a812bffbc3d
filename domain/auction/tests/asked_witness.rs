//! Witnesses who are asked: each is shown the newest checkpoint with the proof from the one that he signed last.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod common;

use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use auction::{Asked, AskedWitness, CheckpointLine, DeskAnswer, WitnessDesk, ask_witness, checkpoint_now};
use common::{World, accepted};
use kernel::Role;
use platform_testkit::{dealer, staff};
use proof::{NoteKey, SignedCheckpoint, Signer, Submission, may_cosign, note_key};
use uuid::Uuid;

const MINUTE_MS: i64 = 60_000;
const NAME: &str = "witness.example";

fn log_signer() -> Signer {
    Signer::from_seed(&[7; 32])
}

/// A witness with a memory; or one who is away, or answers something else.
#[derive(Default)]
struct Desk {
    seen: Mutex<Option<SignedCheckpoint>>,
    instead: Mutex<Option<Result<DeskAnswer, String>>>,
    shown: Mutex<Vec<(u64, u64)>>,
}

impl Desk {
    fn signer() -> Signer {
        Signer::from_seed(&[9; 32])
    }

    fn answers(&self, instead: Option<Result<DeskAnswer, String>>) {
        *self.instead.lock().unwrap() = instead;
    }

    /// What he was shown: the old size and the new.
    fn shown(&self) -> Vec<(u64, u64)> {
        std::mem::take(&mut self.shown.lock().unwrap())
    }
}

#[async_trait]
impl WitnessDesk for Desk {
    async fn show(&self, submission: &Submission) -> Result<DeskAnswer, String> {
        let mut note = submission.checkpoint.clone();
        self.shown.lock().unwrap().push((submission.old, note.checkpoint().size));
        if let Some(instead) = self.instead.lock().unwrap().clone() {
            return instead;
        }
        let mut seen = self.seen.lock().unwrap();
        let size = seen.as_ref().map_or(0, |seen| seen.checkpoint().size);
        if size != submission.old {
            return Ok(DeskAnswer::Saw(size));
        }
        let log: NoteKey = note_key(&note.checkpoint().origin, &log_signer().public()).parse().unwrap();
        if let Err(fault) = may_cosign(seen.as_ref(), &note, &log, &submission.path) {
            return Ok(DeskAnswer::Refused(format!("{fault:?}")));
        }
        *seen = Some(note.clone());
        note.cosign(NAME, &Desk::signer(), 1_800_000_000).unwrap();
        Ok(DeskAnswer::Lines(note.last_line()))
    }
}

fn witness(desk: &Arc<Desk>) -> AskedWitness {
    let key = NoteKey::witness(NAME, Desk::signer().public()).unwrap();
    AskedWitness { key, desk: desk.clone() }
}

async fn checkpoint(world: &World, yuan: i64) -> CheckpointLine {
    accepted(&world.bid(&dealer("安"), 0, Uuid::now_v7(), yuan).await);
    checkpoint_now(&world.db, &log_signer()).await.unwrap().expect("a bid to sign")
}

async fn lines(world: &World, n: i64) -> usize {
    world.service.checkpoint_note(n).await.unwrap().matches("\n— witness.example ").count()
}

#[tokio::test]
async fn a_witness_signs_each_checkpoint_once_from_where_he_was() {
    let world = World::with_lots_ending_in(1, 60_000).await;
    let (desk, now) = (Arc::new(Desk::default()), world.now());
    let him = witness(&desk);
    assert_eq!(ask_witness(&world.db, &him, now).await.unwrap(), Asked::Nothing, "there is nothing to sign");
    let first = checkpoint(&world, 60_000).await;
    assert_eq!(ask_witness(&world.db, &him, now).await.unwrap(), Asked::Signed(1));
    assert_eq!(ask_witness(&world.db, &him, now).await.unwrap(), Asked::Nothing, "he has");
    let second = checkpoint(&world, 62_000).await;
    assert_eq!(ask_witness(&world.db, &him, now).await.unwrap(), Asked::Signed(2));
    let sizes = (u64::try_from(first.size).unwrap(), u64::try_from(second.size).unwrap());
    assert_eq!(desk.shown(), [(0, sizes.0), sizes], "with the proof from the one before");
    assert_eq!((lines(&world, 1).await, lines(&world, 2).await), (1, 1));

    // a new database forgets what he saw; he tells it
    sqlx::query("UPDATE checkpoint_witness SET seen_size = 0").execute(&world.db).await.unwrap();
    let third = checkpoint(&world, 64_000).await;
    assert_eq!(ask_witness(&world.db, &him, now).await.unwrap(), Asked::Signed(3));
    let last = u64::try_from(third.size).unwrap();
    assert_eq!(desk.shown(), [(0, last), (sizes.1, last)]);
}

#[tokio::test]
async fn who_is_away_is_asked_again_after_growing_pauses_and_what_does_not_hold_is_not_kept() {
    let world = World::with_lots_ending_in(1, 60_000).await;
    let (desk, start) = (Arc::new(Desk::default()), world.now());
    let him = witness(&desk);
    checkpoint(&world, 60_000).await;
    let stranger = {
        let made = world.service.checkpoint(1).await.unwrap();
        let mut note = SignedCheckpoint::parse(&made.note).unwrap();
        note.cosign(NAME, &Signer::from_seed(&[8; 32]), 1).unwrap();
        note.last_line()
    };
    let mut at = start;
    for (pause, instead, said) in [
        (1, Err("away".to_owned()), "away"),
        (2, Ok(DeskAnswer::Refused("no".to_owned())), "no"),
        (4, Ok(DeskAnswer::Lines("<html>".to_owned())), "not readable"),
        (8, Ok(DeskAnswer::Lines(stranger)), "has not signed"),
        (16, Ok(DeskAnswer::Saw(99)), "the log is shorter"),
        (32, Ok(DeskAnswer::Saw(0)), "and then that he did not"),
    ] {
        desk.answers(Some(instead));
        let Asked::Failed(why) = ask_witness(&world.db, &him, at).await.unwrap() else { panic!("{said}") };
        assert!(why.contains(said), "{why}");
        let early = at.plus_ms(pause * MINUTE_MS - 1);
        assert_eq!(ask_witness(&world.db, &him, early).await.unwrap(), Asked::Nothing, "{said}: too early");
        at = at.plus_ms(pause * MINUTE_MS);
    }
    assert_eq!(lines(&world, 1).await, 0);
    let failing = world.service.failing_witnesses(&staff(&[Role::Auctioneer])).await.unwrap();
    assert_eq!((failing.len(), failing[0].name.as_str(), failing[0].since), (1, NAME, Some(start)));
    assert!(failing[0].error.contains("and then that he did not") && failing[0].next_try_at == at);
    assert_eq!(world.service.failing_witnesses(&dealer("安")).await.unwrap(), []);
    desk.answers(None);
    assert_eq!(ask_witness(&world.db, &him, at).await.unwrap(), Asked::Signed(1));
    assert_eq!(world.service.failing_witnesses(&staff(&[Role::Auctioneer])).await.unwrap(), []);
    checkpoint(&world, 62_000).await;
    assert_eq!(ask_witness(&world.db, &him, at).await.unwrap(), Asked::Signed(2), "at once again");
}

#[tokio::test]
async fn many_processes_show_it_once() {
    let world = World::with_lots_ending_in(1, 60_000).await;
    let (desk, now) = (Arc::new(Desk::default()), world.now());
    let him = witness(&desk);
    checkpoint(&world, 60_000).await;
    let asked = common::join_all((0..6).map(|_| ask_witness(&world.db, &him, now))).await;
    let signed = asked.into_iter().map(Result::unwrap).filter(|asked| *asked == Asked::Signed(1)).count();
    assert_eq!((signed, desk.shown().len()), (1, 1));
}
