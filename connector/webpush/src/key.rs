//! The key by which push services know whose messages they are (VAPID, RFC 8292).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::UnixMs;
use p256::ecdsa::signature::Signer as _;
use p256::ecdsa::{Signature, SigningKey};
use serde_json::json;

/// A token is good for so long; a push service takes a day at most.
const TOKEN_S: i64 = 12 * 60 * 60;

/// These bytes are no key.
#[derive(Debug, thiserror::Error)]
#[error("the key for push services is none: 32 bytes of a number of P-256 are expected")]
pub struct KeyError;

/// A key.
pub struct VapidKey {
    key: SigningKey,
    public: String,
}

impl VapidKey {
    /// The secret of a new one.
    pub fn fresh() -> [u8; 32] {
        loop {
            let secret = rand::random::<[u8; 32]>();
            // nearly every number is one
            if SigningKey::from_slice(&secret).is_ok() {
                return secret;
            }
        }
    }

    /// The key of this secret.
    ///
    /// # Errors
    /// When it is none.
    pub fn of(secret: &[u8]) -> Result<VapidKey, KeyError> {
        // a shorter one would be filled up
        let secret: [u8; 32] = secret.try_into().map_err(|_| KeyError)?;
        let key = SigningKey::from_slice(&secret).map_err(|_| KeyError)?;
        let public = URL_SAFE_NO_PAD.encode(key.verifying_key().to_encoded_point(false).as_bytes());
        Ok(VapidKey { key, public })
    }

    /// Its public half, as browsers and push services want it.
    pub fn public(&self) -> &str {
        &self.public
    }

    /// What says to the push service of that origin that the bearer is `contact`, for some hours.
    pub(crate) fn token(&self, origin: &str, contact: &str, now: UnixMs) -> String {
        let part = |value: serde_json::Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let head = part(json!({ "typ": "JWT", "alg": "ES256" }));
        let claims = part(json!({ "aud": origin, "exp": now.0 / 1_000 + TOKEN_S, "sub": contact }));
        let signed = format!("{head}.{claims}");
        let signature: Signature = self.key.sign(signed.as_bytes());
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature.to_bytes()))
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_always_the_same_key_and_not_every_32_bytes_are_one() {
        let secret = VapidKey::fresh();
        assert_ne!(secret, VapidKey::fresh());
        let key = VapidKey::of(&secret).unwrap();
        assert_eq!(key.public(), VapidKey::of(&secret).unwrap().public());
        assert_eq!(key.public().len(), 87, "a point of 65 bytes");
        for odd in [&[0u8; 32][..], &[0xff; 32], &[7; 31], &[]] {
            assert!(VapidKey::of(odd).is_err());
        }
    }
}
