//! The lines of a lot's log, as text that anybody can write again.

use std::fmt::Write as _;

use kernel::{Fen, LotId, UnixMs};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::Hash;

/// What a lot's chain begins with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Genesis {
    /// The lot.
    pub lot_id: LotId,
    /// The hash of the lot's terms as they were when its chain began.
    pub terms: Hash,
}

impl Genesis {
    /// The hash before the first row's.
    pub fn hash(&self) -> Hash {
        let text = format!("luochui lot v1\nlot={}\nterms={}\n", self.lot_id, self.terms);
        Hash::of(&[text.as_bytes()])
    }
}

/// A command with its outcome.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// The lot.
    pub lot_id: LotId,
    /// The number it was accepted under; none when refused.
    pub seq: Option<i64>,
    /// The number of the lot's state that it was judged on.
    pub judged_seq: i64,
    /// What was asked: `place_max`, `close` …
    pub command: String,
    /// The sender's key.
    pub key: Uuid,
    /// The bidder's alias on this lot; 0 for staff, the system, and who has no accepted bid.
    pub alias: u32,
    /// [`crate::Secret::commitment`].
    pub secret: Hash,
    /// The condition report that the bid was made on.
    pub report: String,
    /// When the command was admitted.
    pub admitted_at: UnixMs,
    /// Why it was refused.
    pub code: Option<String>,
    /// The price after it.
    pub price_fen: Option<Fen>,
    /// The alias of who leads after it.
    pub leader: Option<u32>,
    /// The lot's status after it.
    pub status: String,
    /// The end after it.
    pub end_at: UnixMs,
}

impl Row {
    /// The text that is hashed: a line a field, `-` for what is not there, each line ended.
    pub fn text(&self) -> String {
        let mut text = String::with_capacity(480);
        let mut line = |name: &str, value: &dyn std::fmt::Display| {
            // writing into a string cannot fail
            let _ = writeln!(text, "{name}={value}");
        };
        let or_dash = |value: Option<i64>| value.map_or_else(|| "-".to_owned(), |value| value.to_string());
        line("luochui row", &"v1");
        line("lot", &self.lot_id);
        line("seq", &or_dash(self.seq));
        line("judged", &self.judged_seq);
        line("command", &self.command);
        line("key", &self.key);
        line("alias", &self.alias);
        line("secret", &self.secret);
        line("report", &self.report);
        line("admitted", &self.admitted_at.0);
        line("code", &self.code.as_deref().unwrap_or("-"));
        line("price", &or_dash(self.price_fen.map(|price| price.0)));
        line("leader", &or_dash(self.leader.map(i64::from)));
        line("status", &self.status);
        line("end", &self.end_at.0);
        text
    }

    /// Its hash on top of the chain's: for an accepted row the hash of the row before it, for a refused one that of the
    /// row it was judged on.
    pub fn hash(&self, before: Hash) -> Hash {
        Hash::of(&[&before.0, self.text().as_bytes()])
    }
}
