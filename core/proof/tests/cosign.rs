//! Witnesses sign what continues what they saw, and nothing else.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use proof::{
    Checkpoint, Consistency, Frontier, Hash, NoteKey, PartId, Plan, SignedCheckpoint, Signer, Submission,
    WitnessFault, continues, may_cosign, note_key,
};
use std::collections::HashMap;

const ORIGIN: &str = "luochui/test";
const AT_S: u64 = 1_795_392_000;

fn log() -> Signer {
    Signer::from_seed(&[1; 32])
}

fn log_key() -> NoteKey {
    note_key(ORIGIN, &log().public()).parse().unwrap()
}

fn leaf(number: u32, history: u8) -> Hash {
    Hash::of(&[&number.to_be_bytes(), &[history]])
}

/// A tree over so many leaves of a history, and all its parts.
fn tree(size: u32, history: u8) -> (Frontier, HashMap<PartId, Hash>) {
    let mut frontier = Frontier::of(0, Vec::new()).unwrap();
    let mut parts = HashMap::new();
    for number in 0..size {
        frontier.push(leaf(number, history), |part, hash| {
            parts.insert(part, hash);
        });
    }
    (frontier, parts)
}

fn checkpoint(size: u32, history: u8) -> SignedCheckpoint {
    let (frontier, _) = tree(size, history);
    let checkpoint = Checkpoint { origin: ORIGIN.into(), size: size.into(), root: frontier.root() };
    SignedCheckpoint::sign(checkpoint, &log())
}

fn proof(first: u32, second: u32, history: u8) -> Vec<Hash> {
    let (_, parts) = tree(second, history);
    let plan = Plan::consistency(first.into(), second.into()).unwrap();
    plan.proof(|part| parts.get(&part).copied()).unwrap()
}

#[test]
fn a_cosignature_is_a_line_of_the_note_and_names_its_time() {
    let witness = Signer::from_seed(&[2; 32]);
    let key = NoteKey::witness("witness.example/a", witness.public()).unwrap();
    let mut note = checkpoint(5, 0);
    note.cosign("witness.example/a", &witness, AT_S).unwrap();
    let text = note.to_string();
    assert_eq!(text.matches("\n— ").count(), 2, "{text}");
    let read = SignedCheckpoint::parse(&text).unwrap();
    assert_eq!((read.cosigned_by(&key), read.is_signed_by_log(&log_key())), (Some(AT_S), true));
    let other = NoteKey::witness("witness.example/a", Signer::from_seed(&[3; 32]).public()).unwrap();
    assert_eq!(read.cosigned_by(&other), None, "another key under his name");
    let renamed = NoteKey::witness("witness.example/b", witness.public()).unwrap();
    assert_eq!(read.cosigned_by(&renamed), None, "his key under another name");
    assert_eq!(checkpoint(6, 0).cosigned_by(&key), None);
    // a cosignature under another text is worth nothing
    let (_, line) = text.trim_end().rsplit_once('\n').unwrap();
    let moved = SignedCheckpoint::parse(&format!("{}{line}\n", checkpoint(6, 0))).unwrap();
    assert_eq!(moved.cosigned_by(&key), None);
}

#[test]
fn keys_are_read_as_tools_write_them() {
    let witness = Signer::from_seed(&[2; 32]);
    let key = NoteKey::witness("witness.example/a", witness.public()).unwrap();
    assert_eq!(key.to_string().parse::<NoteKey>().unwrap(), key);
    assert!(key.is_witness() && !log_key().is_witness());
    assert_eq!(log_key().to_string(), note_key(ORIGIN, &log().public()));
    for bad in ["", "a+b", "a+00000000+AAAA", &key.to_string().replace("example", "exampel")] {
        assert!(bad.parse::<NoteKey>().is_err(), "{bad}");
    }
    for name in ["", "a b", "a+b"] {
        assert!(NoteKey::witness(name, witness.public()).is_err(), "{name}");
    }
    let mut note = checkpoint(5, 0);
    assert!(note.cosign("a b", &witness, AT_S).is_err());
}

#[test]
fn a_witness_follows_one_history_only() {
    let key = log_key();
    let (first, second) = (checkpoint(5, 0), checkpoint(13, 0));
    assert_eq!(may_cosign(None, &first, &key, &[]), Ok(()));
    assert_eq!(may_cosign(Some(&first), &first, &key, &[]), Ok(()), "the same once more");
    assert_eq!(may_cosign(Some(&first), &second, &key, &proof(5, 13, 0)), Ok(()));
    let rewritten = checkpoint(13, 7);
    for (shown, path) in [
        (&rewritten, proof(5, 13, 7)),
        (&rewritten, proof(5, 13, 0)),
        (&second, Vec::new()),
        (&checkpoint(4, 0), Vec::new()),
        (&checkpoint(5, 7), Vec::new()),
    ] {
        assert_eq!(may_cosign(Some(&first), shown, &key, &path), Err(WitnessFault::NotContinued));
    }
    let stranger = Signer::from_seed(&[9; 32]);
    let forged = Checkpoint { origin: ORIGIN.into(), size: 13, root: tree(13, 0).0.root() };
    let forged = SignedCheckpoint::sign(forged, &stranger);
    assert_eq!(may_cosign(Some(&first), &forged, &key, &proof(5, 13, 0)), Err(WitnessFault::NotSigned));
    let other = Checkpoint { origin: "luochui/other".into(), size: 13, root: tree(13, 0).0.root() };
    let other = SignedCheckpoint::sign(other, &log());
    assert_eq!(may_cosign(Some(&first), &other, &key, &proof(5, 13, 0)), Err(WitnessFault::OtherLog));
}

#[test]
fn a_line_is_taken_over_to_the_same_checkpoint_only() {
    let witness = Signer::from_seed(&[2; 32]);
    let key = NoteKey::witness("witness.example/a", witness.public()).unwrap();
    let mut seen = checkpoint(5, 0);
    seen.cosign("witness.example/a", &witness, AT_S).unwrap();
    let mut ours = checkpoint(5, 0);
    assert!(ours.take_cosignature(&seen, &key));
    assert_eq!(ours.cosigned_by(&key), Some(AT_S));
    assert!(!checkpoint(6, 0).take_cosignature(&seen, &key));
    assert!(!ours.clone().take_cosignature(&checkpoint(5, 0), &key), "nobody signed that copy");
}

#[test]
fn whoever_kept_a_checkpoint_sees_whether_the_next_continues_it() {
    let keys = [log().public()];
    let (first, second) = (checkpoint(5, 0), checkpoint(13, 0));
    let shows = |first: &SignedCheckpoint, second: &SignedCheckpoint, path| {
        Some(Consistency { first: first.clone(), second: second.clone(), path })
    };
    let good = shows(&first, &second, proof(5, 13, 0));
    assert_eq!(continues(&first, &second, good.as_ref(), &keys), Ok(()));
    assert_eq!(continues(&first, &first, None, &keys), Ok(()), "the same once more");
    let rewritten = checkpoint(13, 7);
    for (kept, shown, proof) in [
        (&first, &second, None),
        (&first, &rewritten, shows(&first, &rewritten, proof(5, 13, 7))),
        // a proof of two others says nothing of these
        (&first, &rewritten, good.clone()),
        (&checkpoint(5, 7), &second, good.clone()),
        (&second, &first, good.clone()),
        (&second, &first, shows(&second, &first, proof(5, 13, 0))),
        (&second, &checkpoint(13, 7), None),
    ] {
        assert_eq!(continues(kept, shown, proof.as_ref(), &keys), Err(WitnessFault::NotContinued));
    }
    let stranger = [Signer::from_seed(&[9; 32]).public()];
    assert_eq!(continues(&first, &second, good.as_ref(), &stranger), Err(WitnessFault::NotSigned));
    let other = Checkpoint { origin: "luochui/other".into(), size: 13, root: tree(13, 0).0.root() };
    let other = SignedCheckpoint::sign(other, &log());
    let none = shows(&first, &other, proof(5, 13, 0));
    assert_eq!(continues(&first, &other, none.as_ref(), &keys), Err(WitnessFault::OtherLog));
}

#[test]
fn a_submission_is_read_as_it_was_written() {
    let second = checkpoint(13, 0);
    let sent = Submission { old: 5, path: proof(5, 13, 0), checkpoint: second.clone() };
    let text = sent.to_string();
    assert!(text.starts_with("old 5\n") && text.ends_with(&format!("\n\n{second}")), "{text}");
    assert_eq!(Submission::parse(&text).unwrap(), sent);
    let first = Submission { old: 0, path: Vec::new(), checkpoint: second.clone() };
    assert_eq!(Submission::parse(&first.to_string()).unwrap(), first);
    let hashes = |count: usize| {
        format!("old 5\n{}\n{second}", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n".repeat(count))
    };
    assert!(Submission::parse(&hashes(63)).is_ok());
    for bad in [
        String::new(),
        second.to_string(),
        text.replace("old 5", "old 05"),
        text.replace("old 5", "old -1"),
        text.replace("old 5", "new 5"),
        text.replace("old 5\n", "old 5\nno hash\n"),
        text.replace('—', "-"),
        hashes(64),
    ] {
        assert!(Submission::parse(&bad).is_err(), "{bad}");
    }
}

#[test]
fn a_witness_answers_with_his_line() {
    let witness = Signer::from_seed(&[2; 32]);
    let key = NoteKey::witness("witness.example/a", witness.public()).unwrap();
    let ours = checkpoint(5, 0);
    let mut his = ours.clone();
    his.cosign("witness.example/a", &witness, AT_S).unwrap();
    let line = his.last_line();
    assert!(line.starts_with("— witness.example/a ") && line.matches('\n').count() == 1, "{line}");
    let back = ours.with_lines(&line).unwrap();
    assert_eq!((back.cosigned_by(&key), &back), (Some(AT_S), &his));
    assert!(ours.with_lines("<html>").is_err());
}
