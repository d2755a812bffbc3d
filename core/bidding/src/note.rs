//! What is said beside "accepted".

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Something the bidder should know beside "accepted".
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE", try_from = "Value")]
pub enum Note {
    /// Equal to the leader's max: the earlier keeps the lead.
    TiedEarlierWins,
    /// The leader's max was higher: outbid at once.
    OutbidAtOnce,
}

impl Note {
    /// All of them.
    pub const ALL: [Note; 2] = [Note::TiedEarlierWins, Note::OutbidAtOnce];

    /// `OUTBID_AT_ONCE`: the word in answers and in the log.
    pub const fn as_str(self) -> &'static str {
        match self {
            Note::TiedEarlierWins => "TIED_EARLIER_WINS",
            Note::OutbidAtOnce => "OUTBID_AT_ONCE",
        }
    }
}
