//! Witnesses: others who saw a checkpoint, found that it continues the one they saw before, and say so under their own keys.
//!
//! A cosignature is a line of the same signed note, as C2SP defines it (tlog-cosignature, `cosignature/v1`): Ed25519 over a
//! time and the checkpoint's text. Who believes a witness believes that everybody who asks it is shown one history.

use std::fmt;
use std::str::FromStr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::{Hash, KeyError, PublicKey, SignedCheckpoint, Signer, is_beginning};

/// The mark of an Ed25519 cosignature in a signed note.
const COSIGNATURE: u8 = 4;
/// The mark of a log's own Ed25519 signature.
const ED25519: u8 = 1;
/// Name, time and signature: key id, eight bytes, 64 bytes.
const COSIGNATURE_BYTES: usize = 4 + 8 + 64;

/// Whose signatures count: a name with a public key, `name+id+base64` as text, as tools for signed notes take it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteKey {
    name: String,
    mark: u8,
    key: PublicKey,
}

/// Why a witness does not sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WitnessFault {
    /// The log has not signed it.
    NotSigned,
    /// It is of another log.
    OtherLog,
    /// It does not continue what was seen before: history was rewritten, or hidden.
    NotContinued,
}

impl NoteKey {
    /// The key of a witness of this name.
    ///
    /// # Errors
    /// [`KeyError`] for a name with blanks or a plus sign, or none: it could not be read back.
    pub fn witness(name: &str, key: PublicKey) -> Result<NoteKey, KeyError> {
        let is_plain = !name.is_empty() && !name.chars().any(|char| char.is_whitespace() || char == '+');
        is_plain.then(|| NoteKey { name: name.to_owned(), mark: COSIGNATURE, key }).ok_or(KeyError)
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether it is a witness's; otherwise a log's own.
    pub fn is_witness(&self) -> bool {
        self.mark == COSIGNATURE
    }

    fn id(&self) -> [u8; 4] {
        let hash = Hash::of(&[self.name.as_bytes(), b"\n", &[self.mark], self.key.bytes()]);
        [hash.0[0], hash.0[1], hash.0[2], hash.0[3]]
    }
}

impl fmt::Display for NoteKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes = [&[self.mark][..], self.key.bytes()].concat();
        write!(f, "{}+{}+{}", self.name, hex::encode(self.id()), STANDARD.encode(bytes))
    }
}

impl FromStr for NoteKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<NoteKey, KeyError> {
        // base64 has plus signs too: the name and the id end at the first two
        let mut parts = text.trim().splitn(3, '+');
        let (Some(name), Some(id), Some(key)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(KeyError);
        };
        let bytes = STANDARD.decode(key).map_err(|_| KeyError)?;
        let (mark, key) = bytes.split_first().ok_or(KeyError)?;
        let key = PublicKey::from_base64(&STANDARD.encode(key))?;
        let read = NoteKey { name: name.to_owned(), mark: *mark, key };
        let is_known = [ED25519, COSIGNATURE].contains(mark) && !name.is_empty();
        (is_known && hex::encode(read.id()) == id).then_some(read).ok_or(KeyError)
    }
}

impl SignedCheckpoint {
    /// Whether the log itself signed it: the key is the log's, and goes by the log's name.
    pub fn is_signed_by_log(&self, key: &NoteKey) -> bool {
        key.mark == ED25519 && key.name == self.checkpoint().origin && self.is_signed_by(&key.key)
    }

    /// When this witness says that he saw it, in seconds; none where he did not sign.
    pub fn cosigned_by(&self, witness: &NoteKey) -> Option<u64> {
        let id = witness.id();
        let of_his_name = |(name, bytes): &(&str, &[u8])| {
            witness.is_witness() && *name == witness.name && bytes.len() == COSIGNATURE_BYTES
        };
        self.signatures().filter(of_his_name).find_map(|(_, bytes)| {
            let (named, rest) = bytes.split_first_chunk::<4>()?;
            let (time, signature) = rest.split_first_chunk::<8>()?;
            let (time_s, signature) = (u64::from_be_bytes(*time), <&[u8; 64]>::try_from(signature).ok()?);
            let holds = witness.key.has_signed(&cosigned_text(time_s, self.text()), signature);
            (*named == id && holds).then_some(time_s)
        })
    }

    /// Takes over this witness's line of another copy of the same checkpoint. Whether there was one.
    pub fn take_cosignature(&mut self, of: &SignedCheckpoint, witness: &NoteKey) -> bool {
        if of.text() != self.text() || of.cosigned_by(witness).is_none() {
            return false;
        }
        let id = witness.id();
        let line = of.signatures().find(|(name, bytes)| *name == witness.name && bytes.starts_with(&id));
        let Some(bytes) = line.map(|(_, bytes)| bytes.to_vec()) else { return false };
        self.add(&witness.name, bytes);
        true
    }

    /// Adds a witness's line, at this time in seconds.
    ///
    /// # Errors
    /// [`KeyError`] for a name that a note cannot hold.
    pub fn cosign(&mut self, name: &str, signer: &Signer, time_s: u64) -> Result<(), KeyError> {
        let witness = NoteKey::witness(name, signer.public())?;
        let signature = signer.sign(&cosigned_text(time_s, self.text()));
        self.add(name, [&witness.id()[..], &time_s.to_be_bytes()[..], &signature[..]].concat());
        Ok(())
    }
}

/// Whether a witness who saw `seen` (nothing at first) may sign this one. `proof` shows that the one continues the other; the
/// same once more needs none.
///
/// # Errors
/// The first [`WitnessFault`]; [`WitnessFault::NotContinued`] is what a witness is there for.
pub fn may_cosign(
    seen: Option<&SignedCheckpoint>,
    shown: &SignedCheckpoint,
    log: &NoteKey,
    proof: &[Hash],
) -> Result<(), WitnessFault> {
    if shown.checkpoint().origin != log.name() {
        return Err(WitnessFault::OtherLog);
    }
    if !shown.is_signed_by_log(log) {
        return Err(WitnessFault::NotSigned);
    }
    let Some(seen) = seen.map(SignedCheckpoint::checkpoint) else { return Ok(()) };
    let shown = shown.checkpoint();
    if seen.origin != shown.origin {
        return Err(WitnessFault::OtherLog);
    }
    let is_same = (seen.size, seen.root) == (shown.size, shown.root);
    let goes_on =
        seen.size < shown.size && is_beginning((seen.size, seen.root), (shown.size, shown.root), proof);
    (is_same || goes_on).then_some(()).ok_or(WitnessFault::NotContinued)
}

fn cosigned_text(time_s: u64, text: &str) -> String {
    format!("cosignature/v1\ntime {time_s}\n{text}")
}
