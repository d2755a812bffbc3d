//! A closed lot's published log: checked, compared with receipts, shown again; and one bid's evidence in a file.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use kernel::{Fen, LotId, UnixMs};
use proof::{
    ChainFault, Checkpoint, Evidence, Frontier, Genesis, Hash, Incident, Inclusion, LogFault, NewTerms,
    PublishedLog, PublishedRow, Receipt, ReceiptFault, Replay, Row, Secret, SignedCheckpoint, Signer, Stamp,
    TimeStampFile, incident_key, note_key, terms_key,
};
use proptest::prelude::*;
use uuid::Uuid;

const LOT: LotId = LotId(Uuid::from_u128(1));
const TERMS: &str = "{\"tick_fen\":10000}";
const OTHER_TERMS: &str = "{\"tick_fen\":5000}";

/// A row's command, when it was admitted, the price and the end after it.
type Line = (&'static str, i64, Option<i64>, i64);

fn secret(n: i64) -> Secret {
    let salt = Uuid::from_u128(u128::try_from(n).unwrap());
    Secret { entity: Uuid::from_u128(7), user: Uuid::from_u128(8), amount_fen: Some(Fen(n)), salt }
}

fn log(lines: &[Line]) -> PublishedLog {
    let genesis = Genesis { lot_id: LOT, terms: Hash::of(&[TERMS.as_bytes()]) };
    let mut head = genesis.hash();
    let rows = lines.iter().zip(1..).map(|((command, at, price, end), n)| {
        let row = Row {
            lot_id: LOT,
            seq: Some(n),
            judged_seq: n - 1,
            command: (*command).to_owned(),
            key: match *command {
                "extend_by_system" => incident_key(LOT, UnixMs(at - 10_000), UnixMs(*at)),
                "change_terms" => terms_key(LOT, n, OTHER_TERMS),
                _ => Uuid::from_u128(u128::try_from(n).unwrap()),
            },
            alias: 1,
            secret: secret(n).commitment(),
            report: "ab".repeat(32),
            admitted_at: UnixMs(*at),
            code: None,
            price_fen: price.map(Fen),
            leader: price.map(|_| 1),
            status: if *command == "close" { "closed" } else { "open" }.to_owned(),
            end_at: UnixMs(*end),
        };
        head = row.hash(head);
        PublishedRow { row, hash: head }
    });
    let rows: Vec<PublishedRow> = rows.collect();
    let incidents = rows.iter().enumerate().filter(|(_, row)| row.row.command == "extend_by_system");
    let incidents = incidents.map(|(at, PublishedRow { row, .. })| Incident {
        seq: row.seq.unwrap(),
        from: row.admitted_at.plus_ms(-10_000),
        to: row.admitted_at,
        end_before: rows[at - 1].row.end_at,
        end_at: row.end_at,
    });
    let changed = rows.iter().filter(|row| row.row.command == "change_terms");
    let new_terms = changed
        .map(|row| NewTerms { seq: row.row.seq.unwrap(), terms_text: OTHER_TERMS.to_owned() })
        .collect();
    PublishedLog {
        v: 1,
        genesis,
        terms_text: TERMS.to_owned(),
        incidents: incidents.collect(),
        new_terms,
        head: rows.last().map_or(head, |row| row.hash),
        rows,
    }
}

/// Opened, two bids of which the second comes late, an outage, a bid, the hammer.
fn evening() -> PublishedLog {
    log(&[
        ("open", 0, None, 100_000),
        ("place_max", 20_000, Some(500), 100_000),
        ("place_max", 95_000, Some(600), 125_000),
        ("extend_by_system", 130_000, Some(600), 430_000),
        ("place_max", 300_000, Some(700), 430_000),
        ("close", 430_500, Some(700), 430_000),
    ])
}

fn receipt(log: &PublishedLog, index: usize, signer: &Signer) -> Receipt {
    let row = log.rows[index].row.clone();
    let before = if index == 0 { log.genesis.hash() } else { log.rows[index - 1].hash };
    let hash = log.rows[index].hash;
    let n = i64::try_from(index).unwrap() + 1;
    let stamp = Stamp::on(&[hash], signer).pop().unwrap();
    Receipt { v: 1, row, before, hash, secret: secret(n), key: signer.id().clone(), stamp }
}

/// The log's head as the third leaf of a signed checkpoint of five.
fn inclusion(leaf: Hash, signer: &Signer) -> Inclusion {
    let contents = [Hash::of(&[b"a"]), Hash::of(&[b"b"]), leaf, Hash::of(&[b"c"]), Hash::of(&[b"d"])];
    let mut frontier = Frontier::default();
    contents.iter().for_each(|content| frontier.push(*content, |_, _| {}));
    let checkpoint = Checkpoint { origin: "luochui/test".into(), size: 5, root: frontier.root() };
    let path = proof::Tree::over(&contents).path(2);
    Inclusion { leaf, index: 2, path, checkpoint: SignedCheckpoint::sign(checkpoint, signer) }
}

#[test]
fn a_log_is_checked_in_steps_to_its_end() {
    let log = evening();
    assert_eq!(log.check(), Ok(()));
    let mut check = log.begin().unwrap();
    let mut steps = Vec::new();
    while !check.advance(4).unwrap() {
        steps.push(check.checked());
    }
    assert_eq!((steps, check.checked()), (vec![4], 6));
    let text = serde_json::to_string(&log).unwrap();
    assert_eq!(serde_json::from_str::<PublishedLog>(&text).unwrap(), log);
}

#[test]
fn whatever_is_changed_in_a_log_is_found() {
    let good = evening();
    let fault = |change: fn(&mut PublishedLog)| {
        let mut log = good.clone();
        change(&mut log);
        log.check().unwrap_err()
    };
    assert_eq!(fault(|log| log.terms_text.push(' ')), LogFault::Terms);
    assert_eq!(
        fault(|log| log.rows[1].row.price_fen = Some(Fen(400))),
        LogFault::Chain(ChainFault::Changed { seq: 2 })
    );
    assert_eq!(fault(|log| drop(log.rows.remove(2))), LogFault::Chain(ChainFault::Gap { seq: 3 }));
    assert_eq!(fault(|log| drop(log.rows.pop())), LogFault::Head);
    assert_eq!(fault(|log| log.incidents[0].from = UnixMs(125_000)), LogFault::Incident { seq: 4 });
    assert_eq!(fault(|log| log.incidents[0].seq = 3), LogFault::Incident { seq: 3 });
    assert_eq!(fault(|log| log.incidents[0].seq = i64::MIN), LogFault::Incident { seq: i64::MIN });
}

#[test]
fn a_receipt_stands_in_its_own_log_only() {
    let (log, signer) = (evening(), Signer::from_seed(&[7; 32]));
    assert!(log.agrees_with(&receipt(&log, 1, &signer)));
    let mut refused = receipt(&log, 2, &signer);
    (refused.row.seq, refused.row.code) = (None, Some("BELOW_MIN".into()));
    assert!(log.agrees_with(&refused), "it was judged on the row before");
    refused.before = Hash::of(&[b"another"]);
    assert!(!log.agrees_with(&refused));
    let mut cut = log.clone();
    cut.rows.truncate(4);
    cut.head = cut.rows[3].hash;
    assert_eq!(cut.check(), Ok(()), "a chain does not show that its end is missing");
    assert!(!cut.agrees_with(&receipt(&log, 4, &signer)), "a later receipt does");
}

#[test]
fn a_replay_shows_what_was_to_be_seen_at_each_second() {
    let replay = Replay::of(&evening().rows).unwrap();
    let at = |ms: i64| &replay.moments()[replay.index_at(UnixMs(ms))];
    assert_eq!((replay.from(), replay.to()), (UnixMs(0), UnixMs(430_500)));
    assert_eq!((at(-5).seq, at(0).seq, at(19_999).seq, at(20_000).seq), (1, 1, 1, 2));
    assert_eq!(at(19_999).price_fen, None);
    assert_eq!(at(95_000).left_ms(UnixMs(95_000)), Some(30_000));
    assert_eq!((at(94_999).extensions, at(95_000).extensions), (0, 1));
    assert_eq!(at(140_000).extensions, 1, "what an outage is given is no extension by a bid");
    assert!(at(130_000).is_incident() && at(130_000).moved_end);
    assert_eq!(at(500_000).left_ms(UnixMs(500_000)), None, "closed");
    assert_eq!(replay.line(100), [(4, Fen(500)), (22, Fen(600)), (69, Fen(700))]);
    assert_eq!(Replay::of(&[]), None);
}

#[test]
fn evidence_holds_as_a_whole_and_in_each_part() {
    let (log, signer) = (evening(), Signer::from_seed(&[7; 32]));
    let keys = [signer.public()];
    let good = Evidence {
        v: 1,
        receipt: receipt(&log, 2, &signer),
        keys: vec![signer.public().to_base64()],
        inclusion: Some(inclusion(log.head, &signer)),
        log: Some(log.clone()),
        timestamp: Some(TimeStampFile::new(b"der", UnixMs(9), "an authority".into())),
    };
    let read: Evidence = serde_json::from_str(&serde_json::to_string(&good).unwrap()).unwrap();
    assert_eq!(read, good);
    let verdict = good.check(&good.public_keys());
    assert!(verdict.is_good(), "{verdict:?}");
    assert_eq!((verdict.in_log, verdict.in_checkpoint), (Some(true), Some(true)));

    let stranger = [Signer::from_seed(&[8; 32]).public()];
    let verdict = good.check(&stranger);
    assert_eq!((verdict.receipt, verdict.in_checkpoint), (Err(ReceiptFault::OtherKey), Some(false)));
    let mut earlier = good.clone();
    earlier.inclusion = Some(inclusion(log.rows[1].hash, &signer));
    assert_eq!(earlier.check(&keys).in_checkpoint, Some(false), "a head before the bid does not cover it");
    let mut moved = good.clone();
    moved.inclusion.as_mut().unwrap().index = 3;
    assert_eq!(moved.check(&keys).in_checkpoint, Some(false));
    let mut foreign = good.clone();
    foreign.log.as_mut().unwrap().rows[2].hash = Hash::of(&[b"another"]);
    let verdict = foreign.check(&keys);
    assert!(verdict.log.unwrap().is_err() && verdict.in_log == Some(false) && !verdict.is_good());
    let alone = Evidence { log: None, inclusion: None, ..good };
    assert!(alone.check(&keys).is_good(), "what is not there is not wrong");
    let mut before = serde_json::to_value(&alone).unwrap();
    before.as_object_mut().unwrap().remove("timestamp");
    let before: Evidence = serde_json::from_value(before).unwrap();
    assert_eq!(before.timestamp, None, "files from before there were time stamps");
}

#[test]
fn a_checkpoint_is_a_note_that_other_tools_read() {
    let signer = Signer::from_seed(&[7; 32]);
    let checkpoint = Checkpoint { origin: "luochui/test".into(), size: 5, root: Hash::of(&[b"root"]) };
    let signed = SignedCheckpoint::sign(checkpoint.clone(), &signer);
    let note = signed.to_string();
    let lines: Vec<&str> = note.split('\n').collect();
    assert_eq!(lines[..4], ["luochui/test", "5", "SBNJTRN+FjG7owHVrKtue7eqdM4RhdRWVl71HXN2d7I=", ""]);
    assert!(lines[4].starts_with("— luochui/test "), "{note}");
    assert_eq!(lines[5..], [""]);
    let read = SignedCheckpoint::parse(&note).unwrap();
    assert_eq!(read, signed);
    assert_eq!(read.checkpoint(), &checkpoint);
    assert!(read.is_signed_by(&signer.public()));
    assert!(!read.is_signed_by(&Signer::from_seed(&[8; 32]).public()));
    let key = note_key("luochui/test", &signer.public());
    assert!(key.starts_with("luochui/test+") && key.split('+').nth(1).unwrap().len() == 8, "{key}");
}

#[test]
fn witnesses_may_sign_too_and_lines_may_follow() {
    let signer = Signer::from_seed(&[7; 32]);
    let checkpoint = Checkpoint { origin: "luochui/test".into(), size: 5, root: Hash::of(&[b"root"]) };
    let note = SignedCheckpoint::sign(checkpoint, &signer).to_string();
    let witnessed = format!("{note}— witness.example/w1 AAAAAAAAAAAAAAAA\n");
    let read = SignedCheckpoint::parse(&witnessed).unwrap();
    assert!(read.is_signed_by(&signer.public()));
    assert_eq!(read.to_string(), witnessed);
    for broken in [
        "",
        "a\n1\n",
        "a\n01\nSBNJTRN+FjG7owHVrKtue7eqdM4RhdRWVl71HXN2d7I=\n\n— a AAAAAAAA\n",
        "a\n1\nAAAA\n\n— a AAAAAAAA\n",
        "\n1\nSBNJTRN+FjG7owHVrKtue7eqdM4RhdRWVl71HXN2d7I=\n\n— a AAAAAAAA\n",
        "a\n1\nSBNJTRN+FjG7owHVrKtue7eqdM4RhdRWVl71HXN2d7I=\n\n- a AAAAAAAA\n",
        "a\n1\nSBNJTRN+FjG7owHVrKtue7eqdM4RhdRWVl71HXN2d7I=\n\n— a AAAAAAAA",
    ] {
        assert!(SignedCheckpoint::parse(broken).is_err(), "{broken:?}");
    }
}

proptest! {
    #[test]
    fn no_changed_character_of_a_note_goes_unnoticed(at in 0_usize..400, letter in "[ -~\n]") {
        let signer = Signer::from_seed(&[7; 32]);
        let checkpoint = Checkpoint { origin: "luochui/test".into(), size: 1_234, root: Hash::of(&[b"root"]) };
        let note = SignedCheckpoint::sign(checkpoint, &signer).to_string();
        let letters: Vec<char> = note.chars().collect();
        let at = at % letters.len();
        let mut changed = letters.clone();
        changed[at] = letter.chars().next().unwrap();
        prop_assume!(changed != letters);
        let changed: String = changed.into_iter().collect();
        let holds = SignedCheckpoint::parse(&changed).is_ok_and(|read| read.is_signed_by(&signer.public()));
        prop_assert!(!holds, "{}", changed);
    }

    #[test]
    fn a_price_line_is_never_longer_than_it_is_wide_and_ends_at_the_price(
        steps in proptest::collection::vec((0_i64..5_000, 0_i64..10), 1..200),
        width in 1_u32..64,
    ) {
        let (mut at, mut price) = (0, 100);
        let lines: Vec<Line> = steps.iter().map(|(later, dearer)| {
            (at, price) = (at + later, price + dearer);
            ("place_max", at, Some(price), 10_000_000)
        }).collect();
        let replay = Replay::of(&log(&lines).rows).unwrap();
        let line = replay.line(width);
        prop_assert!(line.len() <= usize::try_from(width).unwrap() + 1);
        prop_assert!(line.is_sorted());
        prop_assert_eq!(line.last().unwrap().1, Fen(price));
        prop_assert!(line.iter().all(|(column, _)| *column <= width));
    }
}

#[test]
fn terms_that_were_changed_before_the_first_max_are_those_of_their_row() {
    let good = log(&[
        ("change_terms", -20_000, None, 100_000),
        ("change_terms", -10_000, None, 100_000),
        ("open", 0, None, 100_000),
        ("close", 100_500, None, 100_000),
    ]);
    assert_eq!(good.check(), Ok(()));
    let text = serde_json::to_string(&good).unwrap();
    assert_eq!(serde_json::from_str::<PublishedLog>(&text).unwrap(), good);
    let fault = |change: fn(&mut PublishedLog)| {
        let mut log = good.clone();
        change(&mut log);
        log.check()
    };
    assert_eq!(fault(|log| log.new_terms[1].terms_text.push(' ')), Err(LogFault::NewTerms { seq: 2 }));
    assert_eq!(fault(|log| drop(log.new_terms.remove(0))), Err(LogFault::NewTerms { seq: 1 }));
    assert_eq!(fault(|log| drop(log.new_terms.pop())), Err(LogFault::NewTerms { seq: 2 }));
    let more = fault(|log| log.new_terms.push(NewTerms { seq: 3, terms_text: String::new() }));
    assert_eq!(more, Err(LogFault::NewTerms { seq: 3 }), "the opening changes nothing");
    assert!(!serde_json::to_string(&evening()).unwrap().contains("new_terms"), "most logs say nothing of it");
}
