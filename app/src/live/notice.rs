//! What a screen says of the last attempt.

use bidding::Note;
use kernel::Fen;
use serde_json::Value;
use uuid::Uuid;

use super::words::shape_of;

/// What the bidder is told of the last attempt.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "ssr", derive(serde::Serialize))]
pub enum Notice {
    /// It counts.
    Accepted {
        /// The amount.
        max_fen: Fen,
        /// What the bidder should know besides.
        note: Option<Note>,
    },
    /// It does not, and why.
    Refused {
        /// The code; its words come as a prop.
        code: String,
        /// What explains it.
        data: Value,
    },
    /// It is unusually high: to be said again, in words.
    Confirm {
        /// The amount.
        max_fen: Fen,
        /// What was asked.
        asked: Question,
    },
    /// No answer came; the page can look it up.
    Unknown {
        /// The command's key.
        key: Uuid,
        /// The amount.
        max_fen: Fen,
    },
}

impl Notice {
    /// Whether it says that the max that leads stands: as bid, or as it was already.
    pub(super) fn is_of_leading(&self) -> bool {
        match self {
            Notice::Accepted { .. } => true,
            Notice::Refused { code, data } => is_held_already(code, data),
            Notice::Confirm { .. } | Notice::Unknown { .. } => false,
        }
    }
}

/// The question about an unusually high amount.
#[derive(Clone, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "ssr", derive(serde::Serialize))]
pub struct Question {
    /// The key under which the amount is said again.
    pub key: Uuid,
    /// What is said with it.
    pub token: String,
    /// What the amount is above.
    pub limit_fen: Fen,
    /// Whether that comes of the guide price; otherwise of the price.
    pub by_guide: bool,
    /// How many percent of the guide price that is, or steps above the price.
    pub than: i64,
}

/// Whether a refusal says that the amount is the max already.
pub(super) fn is_held_already(code: &str, data: &Value) -> bool {
    shape_of(code, data) == "DUPLICATE"
}

pub(super) fn refused(code: String, data: Value, max_fen: Fen) -> Notice {
    match question(&code, &data) {
        Some(asked) => Notice::Confirm { max_fen, asked },
        None => Notice::Refused { code, data },
    }
}

/// The question that a refusal asks about an unusually high amount: what it is above, and what makes that the limit.
pub fn question(code: &str, data: &Value) -> Option<Question> {
    let confirm = data.get("confirm").filter(|_| code == "FAT_FINGER_CONFIRM")?;
    let number = |name| data.get(name).and_then(Value::as_i64);
    let percent = number("guide_percent");
    Some(Question {
        key: confirm.get("key")?.as_str()?.parse().ok()?,
        token: confirm.get("token")?.as_str()?.to_owned(),
        limit_fen: Fen(number("threshold_fen").unwrap_or_default()),
        by_guide: percent.is_some(),
        than: percent.or(number("steps")).unwrap_or_default(),
    })
}
