//! A row's place in a signed batch, small enough to travel with every answer.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Hash, PublicKey, Signer, Tree, root_of_path};

const SIGNATURE: usize = 64;
const HEAD: usize = 2 + 2 + SIGNATURE;
const HASH: usize = 32;

/// Proves that a row with a certain hash was recorded by who holds the key.
///
/// As text it is base64 of: the row's index in the batch and the batch's size (two bytes each, the high one first), the
/// signature (64 bytes), the path from the row to the root (32 bytes a hash).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    index: u16,
    size: u16,
    signature: [u8; SIGNATURE],
    path: Vec<Hash>,
}

/// The text is no stamp.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StampError;

impl Stamp {
    /// Signs the rows of a batch at once: a stamp each, in their order. At most 65 535 rows.
    pub fn on(rows: &[Hash], signer: &Signer) -> Vec<Stamp> {
        let size = match u16::try_from(rows.len()) {
            Ok(0) | Err(_) => return Vec::new(),
            Ok(size) => size,
        };
        let tree = Tree::over(rows);
        let signature = signer.sign(&signed_text(tree.root(), size));
        let one = |index: u16| Stamp { index, size, signature, path: tree.path(usize::from(index)) };
        (0..size).map(one).collect()
    }

    /// Whether this key signed a batch with a row of this hash at this place.
    pub fn proves(&self, row: Hash, key: &PublicKey) -> bool {
        let root = root_of_path(row, u64::from(self.index), u64::from(self.size), &self.path);
        root.is_some_and(|root| key.has_signed(&signed_text(root, self.size), &self.signature))
    }

    /// Reads base64.
    pub fn from_base64(text: &str) -> Result<Stamp, StampError> {
        let bytes = STANDARD.decode(text).map_err(|_| StampError)?;
        let (head, path) = bytes.split_at_checked(HEAD).ok_or(StampError)?;
        let (numbers, signature) = head.split_at(4);
        if path.len() % HASH != 0 {
            return Err(StampError);
        }
        let hash = |bytes: &[u8]| <[u8; HASH]>::try_from(bytes).map(Hash).map_err(|_| StampError);
        Ok(Stamp {
            index: u16::from_be_bytes([numbers[0], numbers[1]]),
            size: u16::from_be_bytes([numbers[2], numbers[3]]),
            signature: signature.try_into().map_err(|_| StampError)?,
            path: path.chunks(HASH).map(hash).collect::<Result<_, _>>()?,
        })
    }
}

/// What is signed: a batch by its size and its root.
fn signed_text(root: Hash, size: u16) -> String {
    format!("luochui batch v1\nsize={size}\nroot={root}\n")
}

impl fmt::Display for Stamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = Vec::with_capacity(HEAD + self.path.len() * HASH);
        bytes.extend(self.index.to_be_bytes());
        bytes.extend(self.size.to_be_bytes());
        bytes.extend(self.signature);
        bytes.extend(self.path.iter().flat_map(|hash| hash.0));
        f.write_str(&STANDARD.encode(bytes))
    }
}

impl Serialize for Stamp {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Stamp {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Stamp, D::Error> {
        let text = String::deserialize(deserializer)?;
        Stamp::from_base64(&text).map_err(|_| serde::de::Error::custom("not a stamp"))
    }
}
