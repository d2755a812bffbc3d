//! The frames of the live channel (`docs/live-protocol.md`): JSON, one object a message, version 1.

use kernel::{Fen, LotId, UnixMs};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use uuid::Uuid;

use crate::{Note, PublicLot, Refusal};

/// One line of a lot's bid history: what the price was after a bid, who led at it, and who bid, where that is another: then
/// the leader's standing max was raised for him.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Value")]
pub struct BidLine {
    /// The lot's number of this bid.
    pub seq: i64,
    /// The alias of who led after it (1 = first bidder).
    pub alias: u32,
    /// The price after it.
    pub price_fen: Fen,
    /// When it was admitted.
    pub at: UnixMs,
    /// The alias of who bid, where he did not get the lead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<u32>,
    /// Whether it bought the car outright: at the buy-now price, or at its group's first look.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub bought: bool,
}

/// What only this dealer sees of a lot.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Value")]
pub struct MyPosition {
    /// The dealer's alias, once it has bid.
    pub alias: Option<u32>,
    /// Whether it leads.
    pub leading: bool,
    /// Its highest accepted max.
    pub max_fen: Option<Fen>,
}

/// What a browser or a dealer's system sends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ClientFrame {
    /// Follow a lot; answered by a snapshot, then deltas.
    Watch {
        /// The lot.
        lot_id: LotId,
    },
    /// Follow it no longer.
    Unwatch {
        /// The lot.
        lot_id: LotId,
    },
    /// Ask for the whole state: after a gap, a reconnect, a wake.
    Snapshot {
        /// The lot.
        lot_id: LotId,
    },
    /// A bid.
    PlaceMax {
        /// The command's key, made by the sender; a repeat gets the first answer.
        key: Uuid,
        /// The lot.
        lot_id: LotId,
        /// The highest amount authorised.
        max_fen: Fen,
        /// The token that came with the question about an unusually high amount. Sent under the key that came with it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        confirmation: Option<String>,
        /// The hash of the condition report that the bidder sees.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        report_hash: Option<String>,
    },
    /// Accept a step of a Dutch lot.
    AcceptStep {
        /// The command's key.
        key: Uuid,
        /// The lot.
        lot_id: LotId,
        /// The step, from 0.
        step: u32,
        /// The price that was seen for it.
        price_fen: Fen,
        /// The hash of the condition report that was seen.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        report_hash: Option<String>,
    },
}

impl ClientFrame {
    /// The frame as it is sent. Written by hand for the browsers' file, as [`ServerFrame`] is read by hand there: it
    /// needs no writer for every kind of value.
    pub fn to_json(&self) -> String {
        let of_lot = |kind: &str, lot_id: &LotId| {
            [r#"{"type":""#, kind, r#"","lot_id":""#, &lot_id.to_string(), r#""}"#].concat()
        };
        // tokens and hashes are figures, letters and hyphens
        let word = |name: &str, value: &Option<String>| match value {
            Some(value) => [r#",""#, name, r#"":""#, value, r#"""#].concat(),
            None => String::new(),
        };
        match self {
            ClientFrame::Watch { lot_id } => of_lot("watch", lot_id),
            ClientFrame::Unwatch { lot_id } => of_lot("unwatch", lot_id),
            ClientFrame::Snapshot { lot_id } => of_lot("snapshot", lot_id),
            ClientFrame::PlaceMax { key, lot_id, max_fen, confirmation, report_hash } => [
                r#"{"type":"place_max","key":""#,
                &key.to_string(),
                r#"","lot_id":""#,
                &lot_id.to_string(),
                r#"","max_fen":"#,
                &max_fen.0.to_string(),
                &word("confirmation", confirmation),
                &word("report_hash", report_hash),
                "}",
            ]
            .concat(),
            ClientFrame::AcceptStep { key, lot_id, step, price_fen, report_hash } => [
                r#"{"type":"accept_step","key":""#,
                &key.to_string(),
                r#"","lot_id":""#,
                &lot_id.to_string(),
                r#"","step":"#,
                &step.to_string(),
                r#","price_fen":"#,
                &price_fen.0.to_string(),
                &word("report_hash", report_hash),
                "}",
            ]
            .concat(),
        }
    }
}

/// What else a dealer's system sends: taking a lot at its buy-now price. Our own pages use a form for it, so the browsers'
/// file does not know this frame.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum TakeFrame {
    /// Take the lot at its buy-now price.
    BuyNow {
        /// The command's key, made by the sender; a repeat gets the first answer.
        key: Uuid,
        /// The lot.
        lot_id: LotId,
        /// The price that was seen.
        price_fen: Fen,
        /// The hash of the condition report that was seen.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        report_hash: Option<String>,
    },
}

/// What the server sends.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", try_from = "Value")]
pub enum ServerFrame {
    /// The whole visible state; replaces what the client has.
    Snapshot {
        /// Protocol version.
        v: u16,
        /// The lot.
        lot_id: LotId,
        /// What everybody sees.
        lot: PublicLot,
        /// What this dealer sees.
        mine: MyPosition,
        /// The newest bids, newest first.
        history: Vec<BidLine>,
        /// The server's clock.
        server_time: UnixMs,
    },
    /// The state after one or more commands; apply only when `from_seq` is the client's `seq`.
    Delta {
        /// Protocol version.
        v: u16,
        /// The lot.
        lot_id: LotId,
        /// The `seq` before.
        from_seq: i64,
        /// What everybody sees now.
        lot: PublicLot,
        /// The bids in between, newest first.
        history: Vec<BidLine>,
        /// The server's clock.
        server_time: UnixMs,
    },
    /// What this dealer sees of a lot changed, perhaps by a command on another of its screens.
    Mine {
        /// Protocol version.
        v: u16,
        /// The lot.
        lot_id: LotId,
        /// What this dealer sees now.
        mine: MyPosition,
    },
    /// A command of this client was accepted and is durable.
    Accepted {
        /// Protocol version.
        v: u16,
        /// The command's key.
        key: Uuid,
        /// The lot.
        lot_id: LotId,
        /// The lot's number of this command.
        seq: i64,
        /// What everybody sees now.
        lot: PublicLot,
        /// What this dealer sees now.
        mine: MyPosition,
        /// What the bidder should know besides.
        note: Option<Note>,
    },
    /// A command of this client was refused.
    Refused {
        /// Protocol version.
        v: u16,
        /// The command's key.
        key: Uuid,
        /// The lot.
        lot_id: LotId,
        /// Why, with the data that explains it.
        refusal: Refusal,
    },
    /// A command could not be taken or understood; nothing was changed.
    Error {
        /// Protocol version.
        v: u16,
        /// The command's key, if it could be read.
        key: Option<Uuid>,
        /// `BUSY`, `BAD_FRAME`, `NOT_FOUND`, `UNAVAILABLE`, `SIGN_IN_NEEDED`.
        code: String,
    },
    /// What this dealer may still hold of its deposit became another; told first soon after the connection opens.
    Power {
        /// Protocol version.
        v: u16,
        /// What is free.
        free_fen: Fen,
    },
    /// Nothing happened; the connection lives.
    Heartbeat {
        /// Protocol version.
        v: u16,
        /// The server's clock.
        server_time: UnixMs,
    },
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use super::*;

    #[test]
    fn what_is_sent_is_what_is_read() {
        let (key, lot_id) = (Uuid::from_u128(1), LotId(Uuid::from_u128(2)));
        for frame in [
            ClientFrame::Watch { lot_id },
            ClientFrame::Unwatch { lot_id },
            ClientFrame::Snapshot { lot_id },
            ClientFrame::PlaceMax {
                key,
                lot_id,
                max_fen: Fen(-5),
                confirmation: Some("1764166000000-0a".to_owned()),
                report_hash: Some("ab".to_owned()),
            },
            ClientFrame::PlaceMax {
                key,
                lot_id,
                max_fen: Fen(i64::MAX),
                confirmation: None,
                report_hash: None,
            },
            ClientFrame::AcceptStep {
                key,
                lot_id,
                step: 3,
                price_fen: Fen(7),
                report_hash: Some("ab".to_owned()),
            },
            ClientFrame::AcceptStep { key, lot_id, step: 0, price_fen: Fen(1), report_hash: None },
        ] {
            assert_eq!(serde_json::from_str::<ClientFrame>(&frame.to_json()).unwrap(), frame);
        }
    }
}
