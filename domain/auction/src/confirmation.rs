//! The second look at an unusually high amount (domain rules §3.4): a single-use token that we issue with the question, and
//! that the confirming command brings.
//!
//! A token is a code over who bids, on which lot, how much, until when, and **under which key**. So nothing is kept of
//! it, and no process has to ask another: a key counts once (`lot_log_key_once`), and with it the token does.
//! See `docs/decisions/0008-a-confirmation-names-its-key.md`.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use bidding::{Refusal, RefusalCode};
use hmac::{Hmac, KeyInit as _, Mac as _};
use kernel::{Fen, LotId, UnixMs, UserId, event_id_for};
use proof::Hash;
use serde_json::json;
use sha2::Sha256;
use sqlx::PgPool;
use uuid::Uuid;

use crate::store::confirmation;

/// So long a question waits for its answer: time to read two lines, not to forget them.
const WAITS_MS: i64 = 5 * 60 * 1000;

/// What a person confirms with: the token of a question, as it was read from a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Confirmation {
    until: UnixMs,
    code: Hash,
}

/// The question about an amount, for the page or the program that puts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Question {
    /// The key under which the confirming command must be sent.
    pub key: Uuid,
    /// What it must bring.
    pub token: Confirmation,
}

/// Exactly which bid is confirmed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Meant {
    pub(crate) key: Uuid,
    pub(crate) lot_id: LotId,
    /// The bidding entity.
    pub(crate) actor: Uuid,
    /// The person.
    pub(crate) user_id: Option<UserId>,
    pub(crate) max_fen: Fen,
}

/// Makes and checks confirmations. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Confirmations(Arc<[u8; 32]>);

impl fmt::Debug for Confirmations {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // never the key
        f.write_str("Confirmations")
    }
}

impl Confirmations {
    /// With the key of this database.
    pub(crate) async fn of(db: &PgPool) -> Result<Confirmations, sqlx::Error> {
        let fresh = [Uuid::new_v4(), Uuid::new_v4()].map(Uuid::into_bytes);
        let key = confirmation::key(db, fresh.as_flattened()).await?;
        let key = key.try_into().map_err(|_| sqlx::Error::Decode("a key of another length".into()))?;
        Ok(Confirmations(Arc::new(key)))
    }

    /// The secret of this database, for what else only its processes may know.
    pub(crate) fn secret(&self) -> &[u8; 32] {
        &self.0
    }

    /// What confirms this bid.
    pub(crate) fn of_bid(&self, meant: &Meant, now: UnixMs) -> Confirmation {
        let until = now.plus_ms(WAITS_MS);
        Confirmation { until, code: Hash(self.mac(meant, until).finalize().into_bytes().into()) }
    }

    /// Whether this confirms this very bid, now.
    pub(crate) fn holds(&self, brought: Confirmation, meant: &Meant, now: UnixMs) -> bool {
        // the library's comparison: the time that it takes does not tell how close a guess was
        self.mac(meant, brought.until).verify_slice(&brought.code.0).is_ok() && now < brought.until
    }

    /// The question after the bid under this key was refused for its amount.
    pub(crate) fn question(&self, refused: &Meant, now: UnixMs) -> Question {
        // always the same key for the same question: however often it is put, one answer to it counts
        let key = event_id_for(refused.key, "confirm");
        Question { key, token: self.of_bid(&Meant { key, ..*refused }, now) }
    }

    /// Adds the question to a refusal that asks one. Not to its record: a log is read by others, and later.
    pub(crate) fn ask(&self, refusal: &mut Refusal, refused: &Meant, now: UnixMs) {
        if refusal.code != RefusalCode::FatFingerConfirm {
            return;
        }
        let Question { key, token } = self.question(refused, now);
        if let Some(data) = refusal.data.as_object_mut() {
            let confirm = json!({ "key": key, "token": token.to_string(), "until": token.until });
            data.insert("confirm".to_owned(), confirm);
        }
    }

    fn mac(&self, meant: &Meant, until: UnixMs) -> Hmac<Sha256> {
        let user = meant.user_id.map_or(Uuid::nil(), |id| id.0);
        let ids = [meant.key, meant.lot_id.0, meant.actor, user].map(|id| *id.as_bytes());
        let mut mac = keyed(&self.0);
        mac.update(ids.as_flattened());
        mac.update(&meant.max_fen.0.to_be_bytes());
        mac.update(&until.0.to_be_bytes());
        mac
    }
}

/// HMAC-SHA256 (RFC 2104) under this key.
pub(crate) fn keyed(key: &[u8; 32]) -> Hmac<Sha256> {
    // a short key is one that ends in zeros
    let mut block = [0; 64];
    block[..key.len()].copy_from_slice(key);
    Hmac::new(&block.into())
}

impl fmt::Display for Confirmation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.until.0, self.code)
    }
}

/// No token of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoConfirmation;

impl FromStr for Confirmation {
    type Err = NoConfirmation;

    fn from_str(text: &str) -> Result<Confirmation, NoConfirmation> {
        let (until, code) = text.trim().split_once('-').ok_or(NoConfirmation)?;
        let until = until.parse().map(UnixMs).map_err(|_| NoConfirmation)?;
        Ok(Confirmation { until, code: Hash::from_hex(code).ok_or(NoConfirmation)? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixMs = UnixMs(1_700_000_000_000);

    fn confirmations() -> Confirmations {
        Confirmations(Arc::new([7; 32]))
    }

    fn meant() -> Meant {
        let id = Uuid::from_u128;
        let user_id = Some(UserId(id(4)));
        Meant { key: id(1), lot_id: LotId(id(2)), actor: id(3), user_id, max_fen: Fen(50_000_000) }
    }

    #[test]
    fn the_code_is_hmac_sha256() {
        // RFC 4231, case 1; a short key is one that ends in zeros
        let mut key = [0; 32];
        key[..20].fill(0x0b);
        let expected = "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7";
        let code = keyed(&key).chain_update(b"Hi There").finalize().into_bytes();
        assert_eq!(Some(Hash(code.into())), Hash::from_hex(expected));
    }

    #[test]
    fn a_confirmation_is_for_one_bid_of_one_person_and_not_for_ever() {
        let (ours, bid) = (confirmations(), meant());
        let token = ours.of_bid(&bid, NOW);
        assert!(ours.holds(token, &bid, NOW));
        let id = Uuid::from_u128(9);
        for other in [
            Meant { key: id, ..bid },
            Meant { lot_id: LotId(id), ..bid },
            Meant { actor: id, ..bid },
            Meant { user_id: Some(UserId(id)), ..bid },
            Meant { user_id: None, ..bid },
            Meant { max_fen: Fen(50_010_000), ..bid },
        ] {
            assert!(!ours.holds(token, &other, NOW), "{other:?}");
        }
        assert!(ours.holds(token, &bid, NOW.plus_ms(WAITS_MS - 1)));
        assert!(!ours.holds(token, &bid, NOW.plus_ms(WAITS_MS)));
        let later = Confirmation { until: token.until.plus_ms(1), ..token };
        assert!(!ours.holds(later, &bid, NOW), "nobody gives himself more time");
        assert!(!Confirmations(Arc::new([8; 32])).holds(token, &bid, NOW), "the key of another database");
    }

    #[test]
    fn what_is_written_is_read() {
        let token = confirmations().of_bid(&meant(), NOW);
        assert_eq!(token.to_string().parse(), Ok(token));
        for wrong in ["", "-", "on", "1-", "1-00", "x-00", "true"] {
            assert_eq!(wrong.parse::<Confirmation>(), Err(NoConfirmation), "{wrong}");
        }
    }

    #[test]
    fn one_question_has_one_key_however_often_it_is_put() {
        let (ours, bid) = (confirmations(), meant());
        let (first, second) = (ours.question(&bid, NOW), ours.question(&bid, NOW.plus_ms(60_000)));
        assert_eq!(first.key, second.key);
        assert_ne!(first.key, bid.key);
        assert_ne!(first.token, second.token);
        assert!(ours.holds(second.token, &Meant { key: second.key, ..bid }, NOW.plus_ms(60_000)));
    }
}
