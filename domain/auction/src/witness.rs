//! Witnesses' lines under checkpoints: checked when they are handed in, and handed on with the note.

use kernel::UnixMs;
use platform_db::CommandError;
use proof::{NoteKey, SignedCheckpoint};
use sqlx::PgPool;

use crate::Service;
use crate::checkpoint::CheckpointLine;
use crate::store::checkpoints;
use crate::store::cosignatures::{self, Stored};

/// A witness who signed a checkpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckpointWitness {
    /// The checkpoint's number.
    pub n: i64,
    /// The witness's name.
    pub name: String,
    /// When, by the witness's clock.
    pub signed_at: UnixMs,
}

/// Why a line is not kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CosignatureFault {
    /// There is no checkpoint of that text.
    #[error("this is none of our checkpoints")]
    Unknown,
    /// The witness has not signed it.
    #[error("this witness has not signed it")]
    NotSigned,
    /// The note has no room for another line.
    #[error("this checkpoint has as many witnesses as a note can hold")]
    Full,
}

/// Keeps a witness's line under the checkpoint that it is of, and says which that is. A repeat changes nothing.
pub async fn keep_cosignature(
    db: &PgPool,
    note: &SignedCheckpoint,
    witness: &NoteKey,
) -> Result<Result<i64, CosignatureFault>, sqlx::Error> {
    let size = i64::try_from(note.checkpoint().size).unwrap_or(i64::MAX);
    for stored in checkpoints::of_size(db, size).await? {
        let Ok(mut ours) = SignedCheckpoint::parse(&stored.note) else { continue };
        if ours.checkpoint() != note.checkpoint() {
            continue;
        }
        if !ours.take_cosignature(note, witness) {
            return Ok(Err(CosignatureFault::NotSigned));
        }
        let signed_s = ours.cosigned_by(witness).and_then(|s| i64::try_from(s).ok()).unwrap_or_default();
        let line = Stored {
            n: stored.n,
            witness: witness.to_string(),
            note: ours.to_string(),
            signed_at: UnixMs(signed_s.saturating_mul(1_000)),
        };
        let is_kept = cosignatures::keep(db, &line).await?;
        return Ok(if is_kept { Ok(stored.n) } else { Err(CosignatureFault::Full) });
    }
    Ok(Err(CosignatureFault::Unknown))
}

impl Service {
    /// A checkpoint as a signed note, with all witnesses' lines.
    ///
    /// # Errors
    /// `NOT_FOUND`.
    pub async fn checkpoint_note(&self, n: i64) -> Result<String, CommandError> {
        let made = self.checkpoint(n).await?;
        let unreadable = |_| CommandError::Inconsistent(format!("checkpoint {n} is not readable"));
        let mut note = SignedCheckpoint::parse(&made.note).map_err(unreadable)?;
        for line in cosignatures::of(&self.db, &[n]).await? {
            let (cosigned, witness) = (SignedCheckpoint::parse(&line.note), line.witness.parse::<NoteKey>());
            if let (Ok(cosigned), Ok(witness)) = (cosigned, witness) {
                note.take_cosignature(&cosigned, &witness);
            }
        }
        Ok(note.to_string())
    }

    /// Who witnessed these checkpoints.
    pub async fn checkpoint_witnesses(
        &self,
        made: &[CheckpointLine],
    ) -> Result<Vec<CheckpointWitness>, CommandError> {
        let numbers: Vec<i64> = made.iter().map(|made| made.n).collect();
        let lines = cosignatures::of(&self.db, &numbers).await?;
        let named = lines.into_iter().filter_map(|line| {
            let witness = line.witness.parse::<NoteKey>().ok()?;
            Some(CheckpointWitness { n: line.n, name: witness.name().to_owned(), signed_at: line.signed_at })
        });
        Ok(named.collect())
    }
}
