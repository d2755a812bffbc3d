//! How a checkpoint is shown to a witness who is asked over the network (C2SP tlog-witness): what he saw last, the proof that the
//! new one continues it, and the note.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::{CheckpointError, Hash, SignedCheckpoint};

/// A proof over 2^63 leaves has no more hashes.
const PATH_MAX: usize = 63;

/// What is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission {
    /// How many leaves the checkpoint had that the witness saw last; 0 when he saw none.
    pub old: u64,
    /// RFC 6962 §2.1.2, from the old size to the new one.
    pub path: Vec<Hash>,
    /// The new checkpoint.
    pub checkpoint: SignedCheckpoint,
}

impl Submission {
    /// Reads one.
    ///
    /// # Errors
    /// [`CheckpointError`] for anything else.
    pub fn parse(text: &str) -> Result<Submission, CheckpointError> {
        let (head, note) = text.split_once("\n\n").ok_or(CheckpointError)?;
        let mut lines = head.split('\n');
        let size = lines.next().and_then(|line| line.strip_prefix("old ")).ok_or(CheckpointError)?;
        let old: u64 = size.parse().map_err(|_| CheckpointError)?;
        if old.to_string() != size {
            return Err(CheckpointError);
        }
        let hash = |line: &str| {
            let bytes = STANDARD.decode(line).ok().and_then(|bytes| bytes.try_into().ok());
            bytes.map(Hash).ok_or(CheckpointError)
        };
        let path: Vec<Hash> = lines.take(PATH_MAX + 1).map(hash).collect::<Result<_, _>>()?;
        if path.len() > PATH_MAX {
            return Err(CheckpointError);
        }
        Ok(Submission { old, path, checkpoint: SignedCheckpoint::parse(note)? })
    }
}

impl fmt::Display for Submission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "old {}", self.old)?;
        for hash in &self.path {
            writeln!(f, "{}", STANDARD.encode(hash.0))?;
        }
        write!(f, "\n{}", self.checkpoint)
    }
}

impl SignedCheckpoint {
    /// The same with more lines under it, as a witness answers them.
    ///
    /// # Errors
    /// [`CheckpointError`] where they are no lines of a note.
    pub fn with_lines(&self, lines: &str) -> Result<SignedCheckpoint, CheckpointError> {
        SignedCheckpoint::parse(&format!("{self}{lines}"))
    }

    /// The newest line, as a witness answers it.
    pub fn last_line(&self) -> String {
        let note = self.to_string();
        let last = note.trim_end_matches('\n').rsplit('\n').next().unwrap_or_default();
        format!("{last}\n")
    }
}
