//! Everything that proves one bid, in one file: for a dispute, for a court, for somebody without a connection to us.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use kernel::UnixMs;
use serde::{Deserialize, Serialize};

use crate::{Hash, LogFault, PublicKey, PublishedLog, Receipt, ReceiptFault, SignedCheckpoint, root_of_path};

/// A leaf's place in the tree of a signed checkpoint.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inclusion {
    /// What the leaf holds: the hash of a lot's newest row, or of a refused bid's.
    pub leaf: Hash,
    /// Its place, from 0.
    pub index: u64,
    /// The way to the root, from below.
    pub path: Vec<Hash>,
    /// The checkpoint.
    pub checkpoint: SignedCheckpoint,
}

impl Inclusion {
    /// Whether the leaf is in the checkpoint, and the checkpoint signed by one of the keys.
    pub fn holds(&self, keys: &[PublicKey]) -> bool {
        let of = self.checkpoint.checkpoint();
        root_of_path(self.leaf, self.index, of.size, &self.path) == Some(of.root)
            && keys.iter().any(|key| self.checkpoint.is_signed_by(key))
    }
}

/// What an authority outside said about the time of a checkpoint (RFC 3161). Its answer is checked where certificates can be:
/// by `server verify-receipt`. The other two fields only repeat it, for people to read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeStampFile {
    /// The authority's answer as it came, in base64: a `TimeStampResp` in DER, of the checkpoint's text.
    pub reply: String,
    /// The time that it tells.
    pub at: UnixMs,
    /// Who tells it.
    pub authority: String,
}

impl TimeStampFile {
    /// Of an answer in DER.
    pub fn new(reply: &[u8], at: UnixMs, authority: String) -> TimeStampFile {
        TimeStampFile { reply: STANDARD.encode(reply), at, authority }
    }

    /// The answer in DER; none where it is no base64.
    pub fn reply(&self) -> Option<Vec<u8>> {
        STANDARD.decode(&self.reply).ok()
    }
}

/// The file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// The version of this document.
    pub v: u16,
    /// The bid.
    pub receipt: Receipt,
    /// The public keys that ever signed, in base64.
    pub keys: Vec<String>,
    /// The lot's whole log with its terms, once the lot has closed.
    pub log: Option<PublishedLog>,
    /// The lot's newest head that a checkpoint holds; for a refused bid its own row.
    pub inclusion: Option<Inclusion>,
    /// The time of that checkpoint, from outside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timestamp: Option<TimeStampFile>,
}

/// What the file proves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EvidenceVerdict {
    /// The receipt with its signature.
    pub receipt: Result<(), ReceiptFault>,
    /// The lot's log; none when it is not in the file.
    pub log: Option<Result<(), LogFault>>,
    /// Whether the bid stands in that log.
    pub in_log: Option<bool>,
    /// Whether the checkpoint holds, and covers this bid; none when there is none in the file.
    pub in_checkpoint: Option<bool>,
}

impl EvidenceVerdict {
    /// Whether nothing is wrong. What is not in the file is not wrong.
    pub fn is_good(&self) -> bool {
        self.receipt.is_ok()
            && self.log.is_none_or(|log| log.is_ok())
            && self.in_log != Some(false)
            && self.in_checkpoint != Some(false)
    }
}

impl Evidence {
    /// The keys in the file. Whether they are ours must be known from elsewhere.
    pub fn public_keys(&self) -> Vec<PublicKey> {
        self.keys.iter().filter_map(|key| PublicKey::from_base64(key).ok()).collect()
    }

    /// The file of a receipt alone.
    pub fn of_receipt(receipt: Receipt) -> Evidence {
        Evidence { v: 1, receipt, keys: Vec::new(), log: None, inclusion: None, timestamp: None }
    }

    /// Checks all of it against these keys. The time stamp is not part of it: for that one needs roots.
    pub fn check(&self, keys: &[PublicKey]) -> EvidenceVerdict {
        let log = self.log.as_ref();
        EvidenceVerdict {
            receipt: self.receipt.check_with(keys),
            log: log.map(PublishedLog::check),
            in_log: log.map(|log| log.agrees_with(&self.receipt)),
            in_checkpoint: self
                .inclusion
                .as_ref()
                .map(|inclusion| inclusion.holds(keys) && self.is_covered_by(inclusion.leaf)),
        }
    }

    /// A refused bid is a leaf itself; an accepted one stands in the log below the head that is.
    fn is_covered_by(&self, leaf: Hash) -> bool {
        leaf == self.receipt.hash
            || self.log.as_ref().is_some_and(|log| {
                let height = |hash: Hash| log.rows.iter().position(|row| row.hash == hash);
                match (height(self.receipt.hash), height(leaf)) {
                    (Some(own), Some(head)) => own <= head,
                    _ => false,
                }
            })
    }
}
