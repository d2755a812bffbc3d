//! Receipts, logs and proofs out of JSON, by the browser's own reader: a second one would be half of this file.
//!
//! A number that JavaScript cannot hold exactly is not read: then the document is refused, not misread.

use js_sys::{Array, JSON, Number, Reflect};
use kernel::{Fen, LotId, UnixMs};
use proof::{
    Consistency, Evidence, Genesis, Hash, Incident, Inclusion, KeyId, NewTerms, PublishedLog, PublishedRow,
    Receipt, Row, Secret, SignedCheckpoint, Stamp, TimeStampFile,
};
use uuid::Uuid;
use wasm_bindgen::{JsCast as _, JsValue};

/// A member of a document, or the whole.
pub(crate) struct Json(JsValue);

/// What can be read out of a document.
pub(crate) trait Read: Sized {
    /// Nothing when it is something else.
    fn read(from: &Json) -> Option<Self>;
}

/// Reads a document.
pub(crate) fn parsed<T: Read>(text: &str) -> Option<T> {
    T::read(&Json(JSON::parse(text).ok()?))
}

impl Json {
    fn member(&self, name: &str) -> Json {
        // of what is no object every member is undefined
        Json(Reflect::get(&self.0, &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED))
    }

    fn get<T: Read>(&self, name: &str) -> Option<T> {
        T::read(&self.member(name))
    }

    /// A member that may be absent or null; what is there and cannot be read makes the document unreadable.
    fn may<T: Read>(&self, name: &str) -> Option<Option<T>> {
        let member = self.member(name);
        if member.0.is_null() || member.0.is_undefined() { Some(None) } else { T::read(&member).map(Some) }
    }
}

impl Read for String {
    fn read(from: &Json) -> Option<String> {
        from.0.as_string()
    }
}

impl Read for i64 {
    fn read(from: &Json) -> Option<i64> {
        Number::is_safe_integer(&from.0).then(|| from.0.as_f64()).flatten().map(|number| number as i64)
    }
}

impl<T: Read> Read for Vec<T> {
    fn read(from: &Json) -> Option<Vec<T>> {
        let list: &Array = from.0.dyn_ref()?;
        list.iter().map(|one| T::read(&Json(one))).collect()
    }
}

/// By way of a text or a number.
macro_rules! read_as {
    ($($type:ty: |$value:ident: $from:ty| $read:expr;)+) => {
        $(impl Read for $type {
            fn read(from: &Json) -> Option<$type> {
                let $value = <$from>::read(from)?;
                $read
            }
        })+
    };
}

read_as! {
    u16: |number: i64| u16::try_from(number).ok();
    u32: |number: i64| u32::try_from(number).ok();
    u64: |number: i64| u64::try_from(number).ok();
    Fen: |number: i64| Some(Fen(number));
    UnixMs: |number: i64| Some(UnixMs(number));
    Uuid: |text: String| text.parse().ok();
    LotId: |text: String| text.parse().ok();
    Hash: |text: String| Hash::from_hex(&text);
    KeyId: |text: String| Some(KeyId(text));
    Stamp: |text: String| Stamp::from_base64(&text).ok();
    SignedCheckpoint: |text: String| SignedCheckpoint::parse(&text).ok();
}

/// An object: its members by name; those in brackets may be absent.
macro_rules! read_object {
    ($($type:ident { $($member:ident),+ $(; [$($optional:ident),+])? })+) => {
        $(impl Read for $type {
            fn read(from: &Json) -> Option<$type> {
                Some($type {
                    $($member: from.get(stringify!($member))?,)+
                    $($($optional: from.may(stringify!($optional))?,)+)?
                })
            }
        })+
    };
}

read_object! {
    Genesis { lot_id, terms }
    PublishedRow { row, hash }
    Incident { seq, from, to, end_before, end_at }
    NewTerms { seq, terms_text }
    Secret { entity, user, salt; [amount_fen] }
    Row {
        lot_id, judged_seq, command, key, alias, secret, report, admitted_at, status, end_at;
        [seq, code, price_fen, leader]
    }
    Receipt { v, row, before, hash, secret, key, stamp }
    Inclusion { leaf, index, path, checkpoint }
    TimeStampFile { reply, at, authority }
    Consistency { first, second, path }
    Newest { n, note }
    Evidence { v, receipt, keys; [log, inclusion, timestamp] }
}

impl Read for PublishedLog {
    fn read(from: &Json) -> Option<PublishedLog> {
        Some(PublishedLog {
            v: from.get("v")?,
            genesis: from.get("genesis")?,
            terms_text: from.get("terms_text")?,
            rows: from.get("rows")?,
            incidents: from.may("incidents")?.unwrap_or_default(),
            new_terms: from.may("new_terms")?.unwrap_or_default(),
            head: from.get("head")?,
        })
    }
}

/// The newest checkpoint, as `/proof/checkpoints/newest` has it.
pub(crate) struct Newest {
    pub(crate) n: i64,
    pub(crate) note: SignedCheckpoint,
}

/// A key as `/proof/keys.json` lists it: in base64.
pub(crate) struct ListedKey(pub(crate) String);

impl Read for ListedKey {
    fn read(from: &Json) -> Option<ListedKey> {
        from.get("public_key").map(ListedKey)
    }
}
