//! A small lot's log, and what becomes of it when somebody touches it.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use kernel::{Fen, LotId, UnixMs};
use proof::{
    ChainFault, Genesis, Hash, PublicKey, Receipt, ReceiptFault, Row, Secret, Signer, Stamp, check_chain,
};
use proptest::prelude::*;
use uuid::Uuid;

const LOT: LotId = LotId(Uuid::from_u128(1));

fn genesis() -> Genesis {
    Genesis { lot_id: LOT, terms: Hash::of(&[b"terms"]) }
}

fn secret(n: i64) -> Secret {
    Secret {
        entity: Uuid::from_u128(7),
        user: Uuid::from_u128(8),
        amount_fen: Some(Fen(n * 100)),
        salt: Uuid::from_u128(u128::try_from(n).unwrap()),
    }
}

fn row(n: i64) -> Row {
    Row {
        lot_id: LOT,
        seq: Some(n),
        judged_seq: n - 1,
        command: "place_max".to_owned(),
        key: Uuid::from_u128(u128::try_from(n).unwrap()),
        alias: 1,
        secret: secret(n).commitment(),
        report: "ab".repeat(32),
        admitted_at: UnixMs(1_000 + n),
        code: None,
        price_fen: Some(Fen(n * 100)),
        leader: Some(1),
        status: "open".to_owned(),
        end_at: UnixMs(9_000),
    }
}

fn log(length: i64) -> Vec<(Row, Hash)> {
    let mut before = genesis().hash();
    let rows = (1..=length).map(|n| {
        let row = row(n);
        before = row.hash(before);
        (row, before)
    });
    rows.collect()
}

fn check(rows: &[(Row, Hash)]) -> Result<Hash, ChainFault> {
    check_chain(&genesis(), rows.iter().map(|(row, hash)| (row, *hash)))
}

fn receipt(signer: &Signer) -> Receipt {
    let rows = log(5);
    let hashes: Vec<Hash> = rows.iter().map(|(_, hash)| *hash).collect();
    let stamps = Stamp::on(&hashes, signer);
    Receipt {
        v: 1,
        row: rows[2].0.clone(),
        before: rows[1].1,
        hash: rows[2].1,
        secret: secret(3),
        key: signer.id().clone(),
        stamp: stamps[2].clone(),
    }
}

#[test]
fn the_text_of_a_row_is_what_the_documentation_says() {
    let text = row(3).text();
    let expected = format!(
        "luochui row=v1\nlot=00000000-0000-0000-0000-000000000001\nseq=3\njudged=2\ncommand=place_max\n\
         key=00000000-0000-0000-0000-000000000003\nalias=1\nsecret={}\nreport={}\nadmitted=1003\ncode=-\nprice=300\n\
         leader=1\nstatus=open\nend=9000\n",
        secret(3).commitment(),
        "ab".repeat(32)
    );
    assert_eq!(text, expected);
}

#[test]
fn hashes_never_change_between_releases() {
    let head = check(&log(3)).unwrap();
    assert_eq!(head.to_string(), "6106003136c722f757ea44b9208bf350c8c483fa442484b15dbf7176a95e5507");
    assert_eq!(Signer::from_seed(&[7; 32]).id().0, "beb32ccbb855e13b");
}

#[test]
fn an_untouched_log_gives_its_head() {
    let rows = log(20);
    assert_eq!(check(&rows), Ok(rows[19].1));
    assert_eq!(check(&[]), Ok(genesis().hash()));
}

#[test]
fn a_row_left_out_changed_or_put_in_is_found() {
    let rows = log(6);
    let without = [&rows[..2], &rows[3..]].concat();
    assert_eq!(check(&without), Err(ChainFault::Gap { seq: 3 }));
    let mut raised = rows.clone();
    raised[3].0.price_fen = Some(Fen(450));
    assert_eq!(check(&raised), Err(ChainFault::Changed { seq: 4 }));
    let mut forged = rows.clone();
    forged[3].0.price_fen = Some(Fen(450));
    forged[3].1 = forged[3].0.hash(forged[2].1);
    assert_eq!(check(&forged), Err(ChainFault::Changed { seq: 5 }), "the next row stands on the old one");
    let mut swapped = rows;
    swapped.swap(1, 2);
    assert_eq!(check(&swapped), Err(ChainFault::Gap { seq: 2 }));
}

#[test]
fn a_receipt_holds_for_its_row_its_secret_and_its_key_only() {
    let signer = Signer::from_seed(&[7; 32]);
    let (key, good) = (signer.public(), receipt(&signer));
    assert_eq!(good.check(&key), Ok(()));

    let mut changed = good.clone();
    changed.row.code = Some("BELOW_MIN".to_owned());
    assert_eq!(changed.check(&key), Err(ReceiptFault::RowChanged));
    let mut dearer = good.clone();
    dearer.secret.amount_fen = Some(Fen(301));
    assert_eq!(dearer.check(&key), Err(ReceiptFault::SecretChanged));
    let mut whole = good.clone();
    whole.row.price_fen = Some(Fen(301));
    whole.hash = whole.row.hash(whole.before);
    assert_eq!(whole.check(&key), Err(ReceiptFault::NotSigned), "a new hash needs a new signature");
    let other = Signer::from_seed(&[8; 32]).public();
    assert_eq!(good.check(&other), Err(ReceiptFault::OtherKey));
    let mut renamed = good;
    renamed.key = other.id().clone();
    assert_eq!(renamed.check(&other), Err(ReceiptFault::NotSigned));
}

#[test]
fn receipts_and_keys_survive_being_written_down() {
    let signer = Signer::from_seed(&[7; 32]);
    let good = receipt(&signer);
    let read: Receipt = serde_json::from_str(&serde_json::to_string(&good).unwrap()).unwrap();
    assert_eq!(read, good);
    let key = PublicKey::from_base64(&signer.public().to_base64()).unwrap();
    assert_eq!(read.check(&key), Ok(()));
    assert!(PublicKey::from_base64("AAAA").is_err());
    assert!(Stamp::from_base64("AAAA").is_err());
}

proptest! {
    #[test]
    fn no_changed_byte_of_a_stamp_goes_unnoticed(at in 0_usize..300, bit in 0_u8..8) {
        use base64::Engine as _;
        let signer = Signer::from_seed(&[7; 32]);
        let good = receipt(&signer);
        let text = base64::engine::general_purpose::STANDARD;
        let mut bytes = text.decode(good.stamp.to_string()).unwrap();
        let at = at % bytes.len();
        bytes[at] ^= 1 << bit;
        let holds = match Stamp::from_base64(&text.encode(&bytes)) {
            Ok(stamp) => Receipt { stamp, ..good }.check(&signer.public()).is_ok(),
            Err(_) => false,
        };
        prop_assert!(!holds);
    }
}
