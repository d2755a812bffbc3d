//! The generator's own record of every answer it was given: what the server is held to.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use kernel::{DealerId, Fen, LotId};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

/// A durable answer to a bid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Ack {
    pub(crate) lot_id: LotId,
    pub(crate) dealer_id: DealerId,
    pub(crate) key: Uuid,
    pub(crate) max_fen: Fen,
    pub(crate) answer: Answer,
}

/// Accepted or refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Answer {
    /// Accepted under this number.
    Accepted { seq: i64, note: Option<String> },
    /// Refused, with the data that explains it.
    Refused { code: String, data: Value },
}

/// A file of answers, one JSON object a line.
pub(crate) struct Ledger {
    path: PathBuf,
}

impl Ledger {
    /// A new, empty ledger.
    pub(crate) fn create(path: &Path) -> io::Result<Ledger> {
        File::create(path)?;
        Ok(Ledger { path: path.to_owned() })
    }

    /// Adds answers; they are on disk when this returns.
    pub(crate) fn append(&self, acks: &[Ack]) -> io::Result<()> {
        let mut file = BufWriter::new(OpenOptions::new().append(true).open(&self.path)?);
        for ack in acks {
            serde_json::to_writer(&mut file, ack)?;
            file.write_all(b"\n")?;
        }
        file.into_inner()?.sync_all()
    }

    /// Everything that was added.
    pub(crate) fn read(&self) -> io::Result<Vec<Ack>> {
        let lines = BufReader::new(File::open(&self.path)?).lines();
        lines.map(|line| serde_json::from_str(&line?).map_err(io::Error::from)).collect()
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_was_added_reads_back() {
        let folder = tempfile::tempdir().unwrap();
        let ledger = Ledger::create(&folder.path().join("acks")).unwrap();
        let ack = |answer: Answer| Ack {
            lot_id: LotId(Uuid::now_v7()),
            dealer_id: DealerId(Uuid::now_v7()),
            key: Uuid::now_v7(),
            max_fen: Fen(100),
            answer,
        };
        let first = ack(Answer::Accepted { seq: 3, note: Some("TIED_EARLIER_WINS".into()) });
        let second = ack(Answer::Refused { code: "BELOW_MIN".into(), data: json!({ "min_next_fen": 6 }) });
        ledger.append(std::slice::from_ref(&first)).unwrap();
        ledger.append(std::slice::from_ref(&second)).unwrap();
        assert_eq!(ledger.read().unwrap(), [first, second]);
    }
}
