//! What both ends have.

use std::fmt;
use std::sync::Arc;

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// The key of one purpose. Cheap to clone.
#[derive(Clone)]
pub struct Key(Arc<[u8; 32]>);

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // never the key
        f.write_str("Key")
    }
}

impl Key {
    /// The key of this purpose, out of a secret that serves several.
    pub fn of(secret: &[u8; 32], purpose: &str) -> Key {
        Key(Arc::new(code(secret, &[purpose.as_bytes()]).finalize().into_bytes().into()))
    }

    /// What only an end with the key can say about these.
    pub(crate) fn proof(&self, said: &[&[u8]]) -> [u8; 32] {
        code(&self.0, said).finalize().into_bytes().into()
    }

    /// Whether that was said by an end with the key.
    pub(crate) fn holds(&self, proof: &[u8], said: &[&[u8]]) -> bool {
        // the library's comparison: the time that it takes does not tell how close a guess was
        code(&self.0, said).verify_slice(proof).is_ok()
    }
}

fn code(key: &[u8; 32], said: &[&[u8]]) -> Hmac<Sha256> {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    let mut code = Hmac::<Sha256>::new_from_slice(key).expect("a key of any length");
    said.iter().for_each(|part| code.update(part));
    code
}
