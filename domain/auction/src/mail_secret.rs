//! What only this database's processes can make: the codes that confirm addresses, and the signatures of links in mails.
//!
//! A code stands nowhere. It is made of its row's id and the address under the secret of this database, so that the mail can be
//! sent again, and who reads the table alone learns none.

use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use uuid::Uuid;

use crate::confirmation::keyed;

/// Codes are of so many digits: they are typed from one screen to another.
const CODES: u64 = 1_000_000;
/// A signature in a link, in bytes: as hard to guess as a key of AES.
const SIGNATURE_BYTES: usize = 16;

/// The secret, for mails.
pub(crate) struct MailSecret<'a>(&'a [u8; 32]);

impl MailSecret<'_> {
    /// The secret of this database.
    pub(crate) fn of(secret: &[u8; 32]) -> MailSecret<'_> {
        MailSecret(secret)
    }

    /// What is sent to an address, and typed by who reads it there.
    pub(crate) fn code(&self, code_id: Uuid, address: &str) -> String {
        let bytes = self.mac("mail code", &[code_id.as_bytes(), address.as_bytes()]).finalize().into_bytes();
        let number = bytes.iter().take(8).fold(0u64, |number, byte| number << 8 | u64::from(*byte));
        format!("{:06}", number % CODES)
    }

    /// By which a box is counted, however its address is written, also when the address itself is forgotten.
    pub(crate) fn box_hash(&self, address: &str) -> Vec<u8> {
        let folded = address.to_lowercase();
        self.mac("mail box", &[folded.as_bytes()]).finalize().into_bytes().to_vec()
    }

    /// What a link carries that ends a kind of mails to an address.
    pub(crate) fn signature(&self, address_id: Uuid, what: &str) -> String {
        let bytes = self.link(address_id, what).finalize().into_bytes();
        bytes.iter().take(SIGNATURE_BYTES).map(|byte| format!("{byte:02x}")).collect()
    }

    /// Whether a link is ours.
    pub(crate) fn signed(&self, address_id: Uuid, what: &str, signature: &str) -> bool {
        let nibbles: Option<Vec<u8>> =
            signature.chars().map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect();
        let Some(nibbles) = nibbles.filter(|nibbles| nibbles.len() == 2 * SIGNATURE_BYTES) else {
            return false;
        };
        let bytes: Vec<u8> = nibbles.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect();
        // the library's comparison: the time that it takes does not tell how close a guess was
        self.link(address_id, what).verify_truncated_left(&bytes).is_ok()
    }

    fn link(&self, address_id: Uuid, what: &str) -> Hmac<Sha256> {
        self.mac("mail link", &[address_id.as_bytes(), what.as_bytes()])
    }

    /// What it is for stands before it, and the length before each part: no two say the same.
    fn mac(&self, purpose: &str, parts: &[&[u8]]) -> Hmac<Sha256> {
        let mut mac = keyed(self.0);
        for part in [purpose.as_bytes()].iter().chain(parts) {
            mac.update(&u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            mac.update(part);
        }
        mac
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_is_six_digits_and_of_one_row_and_one_address() {
        let (one, two) = ([1; 32], [2; 32]);
        let (first, second) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let secret = MailSecret::of(&one);
        let code = secret.code(first, "an@example.com");
        assert!(code.len() == 6 && code.chars().all(|c| c.is_ascii_digit()), "{code}");
        assert_eq!(code, secret.code(first, "an@example.com"));
        assert_ne!(code, secret.code(second, "an@example.com"));
        assert_ne!(code, secret.code(first, "bo@example.com"));
        assert_ne!(code, MailSecret::of(&two).code(first, "an@example.com"));
        assert_eq!(secret.box_hash("An@Example.com"), secret.box_hash("an@example.com"));
    }

    #[test]
    fn a_link_holds_as_it_was_written_only() {
        let secret = MailSecret::of(&[1; 32]);
        let id = Uuid::from_u128(1);
        let signature = secret.signature(id, "outbid");
        assert!(secret.signed(id, "outbid", &signature));
        assert!(!secret.signed(id, "all", &signature));
        assert!(!secret.signed(Uuid::from_u128(2), "outbid", &signature));
        for odd in
            ["", "zz", &signature[2..], &format!("{signature}00"), &signature.replace(&signature[..1], "g")]
        {
            assert!(!secret.signed(id, "outbid", odd), "{odd}");
        }
    }
}
