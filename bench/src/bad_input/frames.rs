//! Frames that are none.

use kernel::LotId;
use rand::RngExt as _;
use tokio_tungstenite::tungstenite::protocol::frame::Frame;
use tokio_tungstenite::tungstenite::protocol::frame::coding::{Data, OpCode};
use tokio_tungstenite::tungstenite::{Bytes, Message};
use uuid::Uuid;

/// The server's limit.
const MESSAGE_MAX: usize = 4 * 1024;

/// A kind of malformed frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    RandomText,
    NotUtf8,
    Truncated,
    WrongTypes,
    UnknownType,
    TwoAmounts,
    BeyondI64,
    Fraction,
    Nested,
    Empty,
    Binary,
    TooLong,
    TooLongBinary,
}

impl Kind {
    pub(super) const ALL: [Kind; 13] = [
        Kind::RandomText,
        Kind::NotUtf8,
        Kind::Truncated,
        Kind::WrongTypes,
        Kind::UnknownType,
        Kind::TwoAmounts,
        Kind::BeyondI64,
        Kind::Fraction,
        Kind::Nested,
        Kind::Empty,
        Kind::Binary,
        Kind::TooLong,
        Kind::TooLongBinary,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Kind::RandomText => "frame: random text",
            Kind::NotUtf8 => "frame: text that is not UTF-8",
            Kind::Truncated => "frame: a bid cut off",
            Kind::WrongTypes => "frame: fields of wrong types",
            Kind::UnknownType => "frame: unknown type",
            Kind::TwoAmounts => "frame: a field twice",
            Kind::BeyondI64 => "frame: amount beyond i64",
            Kind::Fraction => "frame: amount with a fraction",
            Kind::Nested => "frame: nested a thousand deep",
            Kind::Empty => "frame: empty",
            Kind::Binary => "frame: binary",
            Kind::TooLong => "frame: over 4 KiB",
            Kind::TooLongBinary => "frame: binary over 4 KiB",
        }
    }

    /// What may come back: an error frame; for what breaks the protocol itself, the end of the connection.
    pub(super) fn expected(self) -> &'static [&'static str] {
        match self {
            Kind::NotUtf8 | Kind::TooLong | Kind::TooLongBinary => &["closed"],
            _ => &["BAD_FRAME"],
        }
    }

    /// A frame of this kind; no two are alike.
    pub(super) fn make(self, lot_id: LotId) -> Message {
        let key = Uuid::now_v7();
        let bid = |amount: &str| {
            format!(r#"{{"type":"place_max","key":"{key}","lot_id":"{lot_id}","max_fen":{amount}}}"#)
        };
        let mut random = rand::rng();
        match self {
            Kind::RandomText => Message::text(
                (0..random.random_range(1..200)).map(|_| random.random::<char>()).collect::<String>(),
            ),
            Kind::NotUtf8 => {
                let mut bytes: Vec<u8> = (0..64).map(|_| random.random()).collect();
                bytes[0] = 0xff;
                Message::Frame(Frame::message(Bytes::from(bytes), OpCode::Data(Data::Text), true))
            }
            Kind::Truncated => {
                let whole = bid("100000000");
                Message::text(&whole[..random.random_range(1..whole.len())])
            }
            Kind::WrongTypes => {
                let wrong = [r#""100000000""#, "null", "true", "[1]", "{}"];
                Message::text(bid(wrong[random.random_range(0..wrong.len())]))
            }
            Kind::UnknownType => {
                Message::text(format!(r#"{{"type":"close_lot","key":"{key}","lot_id":"{lot_id}"}}"#))
            }
            Kind::TwoAmounts => Message::text(bid(r#"100000000,"max_fen":200000000"#)),
            Kind::BeyondI64 => {
                let beyond =
                    ["9223372036854775808", "-9223372036854775809", "1e30", "1e400", "99999999999999999999"];
                Message::text(bid(beyond[random.random_range(0..beyond.len())]))
            }
            Kind::Fraction => Message::text(bid("100000000.5")),
            Kind::Nested => Message::text("[".repeat(random.random_range(1000..2000))),
            Kind::Empty => Message::text(""),
            Kind::Binary => Message::binary(bid("100000000").into_bytes()),
            Kind::TooLong => Message::text(" ".repeat(random.random_range(MESSAGE_MAX + 1..4 * MESSAGE_MAX))),
            Kind::TooLongBinary => {
                Message::binary(vec![0; random.random_range(MESSAGE_MAX + 1..4 * MESSAGE_MAX)])
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use bidding::ClientFrame;

    use super::*;

    #[test]
    fn none_of_them_is_a_frame() {
        let lot_id = LotId(Uuid::now_v7());
        for kind in Kind::ALL {
            for _ in 0..50 {
                if let Message::Text(text) = kind.make(lot_id) {
                    assert!(serde_json::from_str::<ClientFrame>(text.as_str()).is_err(), "{kind:?}: {text}");
                }
            }
        }
        let whole = r#"{"type":"place_max","key":"018f0000-0000-7000-8000-000000000000","lot_id":
            "018f0000-0000-7000-8000-000000000000","max_fen":100000000}"#;
        assert!(serde_json::from_str::<ClientFrame>(whole).is_ok(), "or the others would prove nothing");
        assert!(
            Kind::TooLong.make(lot_id).len() > MESSAGE_MAX
                && Kind::TooLongBinary.make(lot_id).len() > MESSAGE_MAX
        );
    }
}
