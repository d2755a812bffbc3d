//! What the server says on a socket, as far as the generator needs it: reading whole frames would cost it time that
//! the server needs on the same cores.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

/// A frame of the server.
#[derive(Debug, Deserialize)]
pub(crate) struct Heard<'a> {
    #[serde(borrow, rename = "type")]
    pub(crate) kind: Cow<'a, str>,
    #[serde(default)]
    pub(crate) key: Option<Uuid>,
    /// The number of an accepted command.
    #[serde(default)]
    pub(crate) seq: Option<i64>,
    #[serde(borrow, default)]
    pub(crate) note: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    pub(crate) refusal: Option<HeardRefusal<'a>>,
    /// Why a command could not be taken.
    #[serde(borrow, default)]
    pub(crate) code: Option<Cow<'a, str>>,
    #[serde(default)]
    pub(crate) lot: Option<HeardLot>,
}

/// Why a bid was refused.
#[derive(Debug, Deserialize)]
pub(crate) struct HeardRefusal<'a> {
    #[serde(borrow)]
    pub(crate) code: Cow<'a, str>,
    pub(crate) data: Value,
}

/// The public state.
#[derive(Debug, Deserialize)]
pub(crate) struct HeardLot {
    pub(crate) seq: i64,
}

impl Heard<'_> {
    /// Reads a frame.
    pub(crate) fn read(text: &str) -> Result<Heard<'_>, serde_json::Error> {
        serde_json::from_str(text)
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use bidding::{LotStatus, MyPosition, Note, PublicLot, Refusal, RefusalCode, ReserveLight, ServerFrame};
    use kernel::{Fen, LotId, UnixMs};
    use serde_json::json;

    use super::*;

    fn lot(seq: i64) -> PublicLot {
        PublicLot {
            seq,
            status: LotStatus::Open,
            price_fen: Some(Fen(5)),
            min_next_fen: Fen(6),
            step_fen: Fen(1),
            reserve: ReserveLight::None,
            reserve_fen: None,
            leader_alias: Some(1),
            bidders: 1,
            end_at: UnixMs(9),
            extensions: 0,
            outcome: None,
            call: None,
            offline: false,
            opens_at: None,
            moved_for: None,
            steps: None,
        }
    }

    #[test]
    fn reads_what_the_server_writes() {
        let (key, lot_id) = (Uuid::now_v7(), LotId(Uuid::now_v7()));
        let accepted = ServerFrame::Accepted {
            v: 1,
            key,
            lot_id,
            seq: 7,
            lot: lot(8),
            mine: MyPosition::default(),
            note: Some(Note::OutbidAtOnce),
        };
        let text = serde_json::to_string(&accepted).unwrap();
        let heard = Heard::read(&text).unwrap();
        assert_eq!((&*heard.kind, heard.key, heard.seq), ("accepted", Some(key), Some(7)));
        assert_eq!((heard.note.as_deref(), heard.lot.unwrap().seq), (Some("OUTBID_AT_ONCE"), 8));

        let refusal = Refusal { code: RefusalCode::BelowMin, data: json!({ "min_next_fen": 6 }) };
        let text = serde_json::to_string(&ServerFrame::Refused { v: 1, key, lot_id, refusal }).unwrap();
        let heard = Heard::read(&text).unwrap();
        let refusal = heard.refusal.unwrap();
        assert_eq!((&*heard.kind, &*refusal.code), ("refused", "BELOW_MIN"));
        assert_eq!(refusal.data, json!({ "min_next_fen": 6 }));

        let text =
            serde_json::to_string(&ServerFrame::Error { v: 1, key: None, code: "BUSY".into() }).unwrap();
        let heard = Heard::read(&text).unwrap();
        assert_eq!((&*heard.kind, heard.key, heard.code.as_deref()), ("error", None, Some("BUSY")));
    }
}
