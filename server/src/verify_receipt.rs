//! `server verify-receipt FILE`: checks a receipt or an evidence file, without a database and without a connection.
#![expect(clippy::print_stdout, reason = "the command answers at the terminal")]

use std::error::Error;
use std::path::{Path, PathBuf};
use std::{fs, io};

use clap::Args;
use proof::{Evidence, EvidenceVerdict, PublicKey, Receipt};

use crate::timestamps;
use crate::witness::time_of_ms;

/// No evidence is larger: a lot with a hundred thousand bids.
const FILE_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// What to check, and whom to believe.
#[derive(Debug, Args)]
pub struct VerifyReceipt {
    /// `receipt-….json` or `evidence-….json`.
    file: PathBuf,
    /// A public key that is known to be the platform's, in base64 (from `/proof/keys.json`); may be given several times.
    /// Without one the keys in an evidence file are taken.
    #[arg(long, value_name = "BASE64")]
    key: Vec<String>,
    /// The root certificates by which an authority for time stamps is believed, in PEM, from the authority. With them the time
    /// in an evidence file is checked.
    #[arg(long, value_name = "PEM")]
    roots: Option<PathBuf>,
}

/// Checks, says what was found, and fails if anything is wrong.
pub fn run(what: &VerifyReceipt) -> Result<(), Box<dyn Error + Send + Sync>> {
    let text = read(&what.file)?;
    let evidence = match serde_json::from_str::<Evidence>(&text) {
        Ok(evidence) => evidence,
        Err(_) => {
            let receipt: Receipt = serde_json::from_str(&text)
                .map_err(|error| format!("{} is no receipt and no evidence: {error}", what.file.display()))?;
            Evidence::of_receipt(receipt)
        }
    };
    let trusted: Vec<PublicKey> = what
        .key
        .iter()
        .map(|key| PublicKey::from_base64(key).map_err(|_| format!("{key} is no public key")))
        .collect::<Result<_, _>>()?;
    let keys = if trusted.is_empty() { evidence.public_keys() } else { trusted };
    if keys.is_empty() {
        return Err("a receipt holds no key: give the platform's with --key".into());
    }
    let verdict = evidence.check(&keys);
    print(&evidence, &verdict, what.key.is_empty());
    let has_time = tell_time(&evidence, what.roots.as_deref())?;
    match verdict.is_good() && has_time {
        true => Ok(()),
        false => Err("something does not hold".into()),
    }
}

fn read(path: &PathBuf) -> io::Result<String> {
    if fs::metadata(path)?.len() > FILE_BYTES_MAX {
        return Err(io::Error::other("the file is too large to be evidence"));
    }
    fs::read_to_string(path)
}

fn print(evidence: &Evidence, verdict: &EvidenceVerdict, by_its_own_keys: bool) {
    let row = &evidence.receipt.row;
    let amount = evidence.receipt.secret.amount_fen.map_or_else(|| "-".to_owned(), |amount| amount.yuan());
    let outcome = match (row.seq, &row.code) {
        (Some(seq), _) => format!("accepted as number {seq}"),
        (None, code) => format!("refused: {}", code.as_deref().unwrap_or("-")),
    };
    println!("{} of {amount} on lot {}, {outcome}", row.command, row.lot_id);
    println!("receipt      {}", word(verdict.receipt.as_ref().err().map(|fault| format!("{fault:?}"))));
    if let Some(log) = &verdict.log {
        println!("lot's log    {}", word(log.as_ref().err().map(|fault| format!("{fault:?}"))));
    }
    let holds = |holds: Option<bool>, bad: &str| holds.map(|holds| word((!holds).then(|| bad.to_owned())));
    if let Some(said) = holds(verdict.in_log, "the bid is not in it") {
        println!("bid in log   {said}");
    }
    match holds(verdict.in_checkpoint, "it does not hold, or does not cover the bid") {
        Some(said) => println!("checkpoint   {said}"),
        None => println!("checkpoint   none in the file"),
    }
    if by_its_own_keys {
        println!("Checked with the keys in the file. Compare them with the platform's: /proof/keys.json");
        for key in evidence.public_keys() {
            println!("  {} {}", key.id().0, key.to_base64());
        }
    }
}

/// Says when the checkpoint was there, and whether that holds as far as it can be checked.
fn tell_time(evidence: &Evidence, roots: Option<&Path>) -> Result<bool, Box<dyn Error + Send + Sync>> {
    let (Some(file), Some(inclusion)) = (&evidence.timestamp, &evidence.inclusion) else {
        println!("time stamp   none in the file");
        return Ok(roots.is_none());
    };
    let Some(roots) = roots else {
        println!(
            "time stamp   NOT CHECKED, give the authority's roots with --roots. It says {}",
            time_of_ms(file.at)
        );
        return Ok(true);
    };
    let (roots, reply) = (timestamps::roots(roots)?, file.reply().unwrap_or_default());
    match connector_timestamp::check(&reply, inclusion.checkpoint.text(), &roots) {
        Ok(stamp) => {
            println!("time stamp   good: there at {}, says {}", time_of_ms(stamp.at), stamp.authority);
            Ok(true)
        }
        Err(fault) => {
            println!("time stamp   NOT GOOD: {fault}");
            Ok(false)
        }
    }
}

fn word(fault: Option<String>) -> String {
    fault.map_or_else(|| "good".to_owned(), |fault| format!("NOT GOOD: {fault}"))
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use kernel::{Fen, LotId, UnixMs};
    use proof::{Hash, Row, Secret, Signer, Stamp};
    use uuid::Uuid;

    use super::*;

    fn receipt(signer: &Signer) -> Receipt {
        let (nil, before) = (Uuid::nil(), Hash::of(&[b"before"]));
        let secret = Secret { entity: nil, user: nil, amount_fen: Some(Fen(5_800_000)), salt: nil };
        let row = Row {
            lot_id: LotId(nil),
            seq: None,
            judged_seq: 2,
            command: "place_max".into(),
            key: nil,
            alias: 0,
            secret: secret.commitment(),
            report: "ab".repeat(32),
            admitted_at: UnixMs(1),
            code: Some("BELOW_MIN".into()),
            price_fen: None,
            leader: None,
            status: "open".into(),
            end_at: UnixMs(2),
        };
        let hash = row.hash(before);
        let stamp = Stamp::on(&[hash], signer).pop().unwrap();
        Receipt { v: 1, row, before, hash, secret, key: signer.id().clone(), stamp }
    }

    fn verify(text: &str, keys: &[String]) -> Result<(), String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        fs::write(file.path(), text).unwrap();
        let what = VerifyReceipt { file: file.path().to_owned(), key: keys.to_vec(), roots: None };
        run(&what).map_err(|error| error.to_string())
    }

    #[test]
    fn a_receipt_needs_a_key_and_evidence_brings_its_own() {
        let signer = Signer::from_seed(&[7; 32]);
        let (receipt, key) = (receipt(&signer), signer.public().to_base64());
        let text = serde_json::to_string(&receipt).unwrap();
        assert_eq!(verify(&text, std::slice::from_ref(&key)), Ok(()));
        assert!(verify(&text, &[]).unwrap_err().contains("--key"));
        let stranger = Signer::from_seed(&[8; 32]).public().to_base64();
        assert!(verify(&text, &[stranger]).is_err());
        assert!(verify(&text, &["nonsense".into()]).unwrap_err().contains("no public key"));
        let evidence = Evidence { keys: vec![key], ..Evidence::of_receipt(receipt) };
        let text = serde_json::to_string(&evidence).unwrap();
        assert_eq!(verify(&text, &[]), Ok(()));
        assert!(verify(&text.replace("BELOW_MIN", "NOT_TICK"), &[]).unwrap_err().contains("does not hold"));
        assert!(verify("{}", &[]).unwrap_err().contains("no receipt"));
    }
}
