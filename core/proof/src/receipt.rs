//! A receipt: all that is needed to check one row.

use serde::{Deserialize, Serialize};

use crate::{Hash, KeyId, PublicKey, Row, Secret, Stamp};

/// What a bidder keeps of a bid, accepted or refused. Whoever gets it learns the bid.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// The version of this document.
    pub v: u16,
    /// The row.
    pub row: Row,
    /// The hash of the chain that the row stands on.
    pub before: Hash,
    /// The row's own hash.
    pub hash: Hash,
    /// Who asked for how much.
    pub secret: Secret,
    /// Which key signed.
    pub key: KeyId,
    /// The row's place in the signed batch.
    pub stamp: Stamp,
}

/// What is wrong with a receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ReceiptFault {
    /// The row's text does not give its hash: the row was changed.
    RowChanged,
    /// The secret is not the one that the row commits to: bidder or amount were changed.
    SecretChanged,
    /// The key is not the one that is named.
    OtherKey,
    /// The signature is not this key's on this row.
    NotSigned,
}

impl Receipt {
    /// Checks it against the one of these keys that it names.
    pub fn check_with(&self, keys: &[PublicKey]) -> Result<(), ReceiptFault> {
        let named = keys.iter().find(|key| *key.id() == self.key);
        named.map_or(Err(ReceiptFault::OtherKey), |key| self.check(key))
    }

    /// Checks it against the key that is known to be ours.
    pub fn check(&self, key: &PublicKey) -> Result<(), ReceiptFault> {
        if self.row.hash(self.before) != self.hash {
            return Err(ReceiptFault::RowChanged);
        }
        if self.secret.commitment() != self.row.secret {
            return Err(ReceiptFault::SecretChanged);
        }
        if *key.id() != self.key {
            return Err(ReceiptFault::OtherKey);
        }
        match self.stamp.proves(self.hash, key) {
            true => Ok(()),
            false => Err(ReceiptFault::NotSigned),
        }
    }
}
