//! What is signed of the whole log, once a day: its size and its root, as text in the form that witnesses and tools of
//! transparency logs read (C2SP tlog-checkpoint, in a C2SP signed note).

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Hash, PublicKey, Signer};

/// The mark of an Ed25519 key in a signed note.
const ED25519: u8 = 1;
/// A note has few signatures: ours, and those of witnesses.
const SIGNATURES_MAX: usize = 16;
/// No checkpoint is longer.
const BYTES_MAX: usize = 16 * 1024;

/// The log at some moment: which log, how many leaves, the hash over all of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The log's own name; it never changes.
    pub origin: String,
    /// How many leaves.
    pub size: u64,
    /// The hash over all of them.
    pub root: Hash,
}

impl Checkpoint {
    /// The text that is signed.
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root.0))
    }
}

/// A checkpoint with signatures. As text, and in JSON, it is the signed note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedCheckpoint {
    checkpoint: Checkpoint,
    /// As it was signed: lines that we do not know may follow ours.
    text: String,
    signatures: Vec<NoteSignature>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct NoteSignature {
    name: String,
    /// Which key, in four bytes, and its signature.
    bytes: Vec<u8>,
}

/// The text is no signed checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CheckpointError;

impl SignedCheckpoint {
    /// Signs it; the key goes by the log's name.
    pub fn sign(checkpoint: Checkpoint, signer: &Signer) -> SignedCheckpoint {
        let text = checkpoint.text();
        let name = checkpoint.origin.clone();
        let bytes = [&note_key_id(&name, &signer.public())[..], &signer.sign(&text)[..]].concat();
        SignedCheckpoint { checkpoint, text, signatures: vec![NoteSignature { name, bytes }] }
    }

    /// What was signed.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The text that all signatures are under; what a time stamp is of, too.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Who signed, with key ids and signatures as they stand in the note.
    pub(crate) fn signatures(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.signatures.iter().map(|signature| (signature.name.as_str(), signature.bytes.as_slice()))
    }

    /// One more line; the same once more changes nothing.
    pub(crate) fn add(&mut self, name: &str, bytes: Vec<u8>) {
        let line = NoteSignature { name: name.to_owned(), bytes };
        if !self.signatures.contains(&line) {
            self.signatures.push(line);
        }
    }

    /// Whether one of the signatures is this key's under the log's name. Other keys' are nothing to object to.
    pub fn is_signed_by(&self, key: &PublicKey) -> bool {
        let id = note_key_id(&self.checkpoint.origin, key);
        let ours = |signature: &NoteSignature| {
            let (named, bytes) = signature.bytes.split_first_chunk::<4>()?;
            let bytes = <&[u8; 64]>::try_from(bytes).ok()?;
            Some(
                signature.name == self.checkpoint.origin && *named == id && key.has_signed(&self.text, bytes),
            )
        };
        self.signatures.iter().any(|signature| ours(signature) == Some(true))
    }

    /// Reads a signed note.
    pub fn parse(note: &str) -> Result<SignedCheckpoint, CheckpointError> {
        if note.len() > BYTES_MAX {
            return Err(CheckpointError);
        }
        let (text, signatures) = note.split_once("\n\n").ok_or(CheckpointError)?;
        let mut lines = text.split('\n');
        let (origin, size, root) = (lines.next(), lines.next(), lines.next());
        let (Some(origin), Some(size), Some(root)) = (origin, size, root) else {
            return Err(CheckpointError);
        };
        let number: u64 = size.parse().map_err(|_| CheckpointError)?;
        let root: [u8; 32] =
            STANDARD.decode(root).ok().and_then(|bytes| bytes.try_into().ok()).ok_or(CheckpointError)?;
        if origin.is_empty() || number.to_string() != size || lines.any(str::is_empty) {
            return Err(CheckpointError);
        }
        let signatures = signatures.strip_suffix('\n').ok_or(CheckpointError)?.split('\n');
        let signatures: Vec<NoteSignature> = signatures.map(signature).collect::<Result<_, _>>()?;
        if signatures.len() > SIGNATURES_MAX {
            return Err(CheckpointError);
        }
        let checkpoint = Checkpoint { origin: origin.to_owned(), size: number, root: Hash(root) };
        Ok(SignedCheckpoint { checkpoint, text: format!("{text}\n"), signatures })
    }
}

/// `— name base64`.
fn signature(line: &str) -> Result<NoteSignature, CheckpointError> {
    let (name, bytes) =
        line.strip_prefix("— ").and_then(|line| line.split_once(' ')).ok_or(CheckpointError)?;
    let bytes = STANDARD.decode(bytes).map_err(|_| CheckpointError)?;
    match name.is_empty() || bytes.len() < 5 {
        true => Err(CheckpointError),
        false => Ok(NoteSignature { name: name.to_owned(), bytes }),
    }
}

fn note_key_id(name: &str, key: &PublicKey) -> [u8; 4] {
    let hash = Hash::of(&[name.as_bytes(), b"\n", &[ED25519], key.bytes()]);
    [hash.0[0], hash.0[1], hash.0[2], hash.0[3]]
}

/// The key as tools for signed notes take it: `name+id+base64`.
pub fn note_key(name: &str, key: &PublicKey) -> String {
    let bytes = [&[ED25519][..], key.bytes()].concat();
    format!("{name}+{}+{}", hex::encode(note_key_id(name, key)), STANDARD.encode(bytes))
}

impl fmt::Display for SignedCheckpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        for signature in &self.signatures {
            writeln!(f, "— {} {}", signature.name, STANDARD.encode(&signature.bytes))?;
        }
        Ok(())
    }
}

impl Serialize for SignedCheckpoint {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for SignedCheckpoint {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<SignedCheckpoint, D::Error> {
        let text = String::deserialize(deserializer)?;
        SignedCheckpoint::parse(&text).map_err(|_| serde::de::Error::custom("not a signed checkpoint"))
    }
}
