//! Whoever has kept a checkpoint can tell whether what he is shown today continues it. A browser does so for its person: many
//! of them, asking at their own times, see whether everybody is shown one history.

use serde::{Deserialize, Serialize};

use crate::{Hash, PublicKey, SignedCheckpoint, WitnessFault, is_beginning};

/// Shows that the log of a checkpoint is the beginning of a later one's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Consistency {
    /// The earlier checkpoint.
    pub first: SignedCheckpoint,
    /// The later.
    pub second: SignedCheckpoint,
    /// RFC 6962 §2.1.2.
    pub path: Vec<Hash>,
}

/// Whether the checkpoint that is shown continues the one that was kept. `proof` says so; the same once more needs none.
///
/// # Errors
/// The first [`WitnessFault`]. Where both are signed by the log and no proof is given, it has two histories.
pub fn continues(
    kept: &SignedCheckpoint,
    shown: &SignedCheckpoint,
    proof: Option<&Consistency>,
    keys: &[PublicKey],
) -> Result<(), WitnessFault> {
    let is_signed = |of: &SignedCheckpoint| keys.iter().any(|key| of.is_signed_by(key));
    if !is_signed(shown) || !is_signed(kept) {
        return Err(WitnessFault::NotSigned);
    }
    let (before, after) = (kept.checkpoint(), shown.checkpoint());
    if before.origin != after.origin {
        return Err(WitnessFault::OtherLog);
    }
    if before == after {
        return Ok(());
    }
    let holds = proof.is_some_and(|proof| {
        (proof.first.checkpoint(), proof.second.checkpoint()) == (before, after)
            && before.size <= after.size
            && is_beginning((before.size, before.root), (after.size, after.root), &proof.path)
    });
    holds.then_some(()).ok_or(WitnessFault::NotContinued)
}
