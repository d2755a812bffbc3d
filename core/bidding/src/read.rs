//! Reads what the live channel sends, field by field. A derived reader is compiled anew for every struct; together they
//! were a fifth of the file that a phone loads before it can bid.

use kernel::{Fen, LotId, UnixMs};
use serde_json::Value;
use uuid::Uuid;

use crate::json::{Json, Node};
use crate::{
    BidLine, Call, LotStatus, MyPosition, Note, Outcome, PublicLot, Refusal, RefusalCode, ReserveLight,
    ServerFrame, StepClock,
};

/// An object of which fields are asked for by name. A field that is null is as one that is missing.
struct Object<'a, N>(&'a N);

impl<'a, N: Node> Object<'a, N> {
    fn of(value: &'a N) -> Result<Object<'a, N>, String> {
        if value.is_object() { Ok(Object(value)) } else { Err("not an object".to_owned()) }
    }

    fn may<T>(&self, name: &str, read: fn(&N) -> Option<T>) -> Result<Option<T>, String> {
        match self.0.get(name).filter(|value| !value.is_null()) {
            None => Ok(None),
            Some(value) => read(value).map(Some).ok_or_else(|| ["no such ", name].concat()),
        }
    }

    fn need<T>(&self, name: &str, read: fn(&N) -> Option<T>) -> Result<T, String> {
        self.may(name, read)?.ok_or_else(|| [name, " is missing"].concat())
    }
}

fn count<N: Node>(value: &N) -> Option<u32> {
    value.number().and_then(|number| number.try_into().ok())
}

fn fen<N: Node>(value: &N) -> Option<Fen> {
    value.number().map(Fen)
}

fn instant<N: Node>(value: &N) -> Option<UnixMs> {
    value.number().map(UnixMs)
}

fn id<N: Node>(value: &N) -> Option<Uuid> {
    Uuid::parse_str(value.text()?).ok()
}

fn lot_id<N: Node>(value: &N) -> Option<LotId> {
    id(value).map(LotId)
}

fn text<N: Node>(value: &N) -> Option<String> {
    value.text().map(str::to_owned)
}

fn note<N: Node>(value: &N) -> Option<Note> {
    let name = value.text()?;
    Note::ALL.into_iter().find(|note| note.as_str() == name)
}

fn note_of<N: Node>(value: &N) -> Result<Note, String> {
    note(value).ok_or_else(|| "no such note".to_owned())
}

fn code<N: Node>(value: &N) -> Option<RefusalCode> {
    let name = value.text()?;
    RefusalCode::ALL.into_iter().find(|code| code.as_str() == name)
}

fn status<N: Node>(value: &N) -> Option<LotStatus> {
    let name = value.text()?;
    LotStatus::ALL.into_iter().find(|status| status.as_str() == name)
}

fn outcome<N: Node>(value: &N) -> Option<Outcome> {
    let name = value.text()?;
    Outcome::ALL.into_iter().find(|outcome| outcome.as_str() == name)
}

fn call<N: Node>(value: &N) -> Option<Call> {
    let name = value.text()?;
    Call::ALL.into_iter().find(|call| call.as_str() == name)
}

fn steps<N: Node>(value: &N) -> Option<StepClock> {
    let from = value.get("from").and_then(instant).map(StepClock::From);
    from.or_else(|| value.get("held").and_then(count).map(StepClock::Held))
}

fn light<N: Node>(value: &N) -> Option<ReserveLight> {
    let name = value.text()?;
    ReserveLight::ALL.into_iter().find(|light| light.as_str() == name)
}

fn history<N: Node>(value: &N) -> Option<Vec<BidLine>> {
    value.list()?.iter().map(|line| bid_line(line).ok()).collect()
}

fn bid_line<N: Node>(value: &N) -> Result<BidLine, String> {
    let o = Object::of(value)?;
    Ok(BidLine {
        seq: o.need("seq", N::number)?,
        alias: o.need("alias", count)?,
        price_fen: o.need("price_fen", fen)?,
        at: o.need("at", instant)?,
        by: o.may("by", count)?,
        bought: o.may("bought", N::bool)?.unwrap_or_default(),
    })
}

fn my_position<N: Node>(value: &N) -> Result<MyPosition, String> {
    let o = Object::of(value)?;
    Ok(MyPosition {
        alias: o.may("alias", count)?,
        leading: o.need("leading", N::bool)?,
        max_fen: o.may("max_fen", fen)?,
    })
}

fn public_lot<N: Node>(value: &N) -> Result<PublicLot, String> {
    let o = Object::of(value)?;
    Ok(PublicLot {
        seq: o.need("seq", N::number)?,
        status: o.need("status", status)?,
        price_fen: o.may("price_fen", fen)?,
        min_next_fen: o.need("min_next_fen", fen)?,
        step_fen: o.need("step_fen", fen)?,
        reserve: o.need("reserve", light)?,
        reserve_fen: o.may("reserve_fen", fen)?,
        leader_alias: o.may("leader_alias", count)?,
        bidders: o.need("bidders", count)?,
        end_at: o.need("end_at", instant)?,
        extensions: o.need("extensions", count)?,
        outcome: o.may("outcome", outcome)?,
        call: o.may("call", call)?,
        offline: o.may("offline", N::bool)?.unwrap_or_default(),
        opens_at: o.may("opens_at", instant)?,
        moved_for: o.may("moved_for", text)?,
        steps: o.may("steps", steps)?,
    })
}

fn refusal<N: Node>(value: &N) -> Result<Refusal, String> {
    let o = Object::of(value)?;
    Ok(Refusal {
        code: o.need("code", code)?,
        data: o.may("data", |data| Some(data.to_value()))?.unwrap_or_default(),
    })
}

fn server_frame<N: Node>(value: &N) -> Result<ServerFrame, String> {
    let o = Object::of(value)?;
    let kind = o.need("type", text)?;
    let v = o.need("v", |v| v.number()?.try_into().ok())?;
    let lot_id = || o.need("lot_id", lot_id);
    let lot = || o.need("lot", |lot| public_lot(lot).ok());
    let mine = || o.need("mine", |mine| my_position(mine).ok());
    let history = || o.need("history", history);
    let key = || o.need("key", id);
    let server_time = || o.need("server_time", instant);
    Ok(match kind.as_str() {
        "snapshot" => ServerFrame::Snapshot {
            v,
            lot_id: lot_id()?,
            lot: lot()?,
            mine: mine()?,
            history: history()?,
            server_time: server_time()?,
        },
        "delta" => ServerFrame::Delta {
            v,
            lot_id: lot_id()?,
            from_seq: o.need("from_seq", N::number)?,
            lot: lot()?,
            history: history()?,
            server_time: server_time()?,
        },
        "mine" => ServerFrame::Mine { v, lot_id: lot_id()?, mine: mine()? },
        "accepted" => ServerFrame::Accepted {
            v,
            key: key()?,
            lot_id: lot_id()?,
            seq: o.need("seq", N::number)?,
            lot: lot()?,
            mine: mine()?,
            note: o.may("note", note)?,
        },
        "refused" => {
            let refusal = o.need("refusal", |why| refusal(why).ok())?;
            ServerFrame::Refused { v, key: key()?, lot_id: lot_id()?, refusal }
        }
        "error" => ServerFrame::Error { v, key: o.may("key", id)?, code: o.need("code", text)? },
        "power" => ServerFrame::Power { v, free_fen: o.need("free_fen", fen)? },
        "heartbeat" => ServerFrame::Heartbeat { v, server_time: server_time()? },
        _ => return Err(["no such frame: ", &kind].concat()),
    })
}

macro_rules! read_by {
    ($($type:ty: $read:ident),* $(,)?) => {$(
        impl TryFrom<Value> for $type {
            type Error = String;

            fn try_from(value: Value) -> Result<$type, String> {
                $read(&value)
            }
        }

        impl TryFrom<&Json> for $type {
            type Error = String;

            fn try_from(value: &Json) -> Result<$type, String> {
                $read(value)
            }
        }
    )*};
}

read_by! {
    BidLine: bid_line,
    Note: note_of,
    MyPosition: my_position,
    PublicLot: public_lot,
    Refusal: refusal,
    ServerFrame: server_frame,
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use serde::Serialize;
    use serde_json::json;

    use super::*;

    fn lot() -> PublicLot {
        PublicLot {
            seq: 7,
            status: LotStatus::Open,
            price_fen: Some(Fen(1_200_000)),
            min_next_fen: Fen(1_250_000),
            step_fen: Fen(50_000),
            reserve: ReserveLight::NotMet,
            reserve_fen: None,
            leader_alias: Some(2),
            bidders: 3,
            end_at: UnixMs(99),
            extensions: 1,
            outcome: None,
            call: None,
            offline: false,
            opens_at: None,
            moved_for: None,
            steps: None,
        }
    }

    fn frames() -> [ServerFrame; 7] {
        let (v, key, lot_id, server_time) = (1, Uuid::from_u128(1), LotId(Uuid::from_u128(2)), UnixMs(5));
        let mine = MyPosition { alias: Some(3), leading: true, max_fen: Some(Fen(1_300_000)) };
        let one =
            BidLine { seq: 7, alias: 2, price_fen: Fen(1_200_000), at: UnixMs(4), by: None, bought: false };
        let history = vec![BidLine { by: Some(3), seq: 8, bought: true, ..one.clone() }, one];
        let closed = PublicLot { status: LotStatus::Closed, outcome: Some(Outcome::Sold), ..lot() };
        let steps = Some(StepClock::Held(3));
        let called = PublicLot { call: Some(Call::LastCall), offline: true, steps, ..lot() };
        let waits = PublicLot {
            status: LotStatus::Scheduled,
            opens_at: Some(UnixMs(7)),
            moved_for: Some("雨".to_owned()),
            reserve_fen: Some(Fen(1_500_000)),
            steps: Some(StepClock::From(UnixMs(8))),
            ..lot()
        };
        let refusal = Refusal { code: RefusalCode::BelowMin, data: json!({ "min_next_fen": 5 }) };
        [
            ServerFrame::Snapshot {
                v,
                lot_id,
                lot: waits,
                mine: mine.clone(),
                history: history.clone(),
                server_time,
            },
            ServerFrame::Delta { v, lot_id, from_seq: 6, lot: closed, history, server_time },
            ServerFrame::Mine { v, lot_id, mine: MyPosition::default() },
            ServerFrame::Accepted {
                v,
                key,
                lot_id,
                seq: 7,
                lot: called,
                mine,
                note: Some(Note::OutbidAtOnce),
            },
            ServerFrame::Refused { v, key, lot_id, refusal },
            ServerFrame::Error { v, key: None, code: "BUSY".to_owned() },
            ServerFrame::Heartbeat { v, server_time },
        ]
    }

    #[test]
    fn every_frame_that_is_written_can_be_read() {
        for frame in frames() {
            let text = serde_json::to_string(&frame).unwrap();
            assert_eq!(serde_json::from_str::<ServerFrame>(&text).unwrap(), frame, "{text}");
        }
    }

    #[test]
    fn every_word_is_the_one_that_is_written() {
        fn written<T: Serialize>(value: T) -> String {
            serde_json::to_value(value).unwrap().as_str().unwrap().to_owned()
        }
        LotStatus::ALL.into_iter().for_each(|it| assert_eq!(written(it), it.as_str()));
        Outcome::ALL.into_iter().for_each(|it| assert_eq!(written(it), it.as_str()));
        Call::ALL.into_iter().for_each(|it| assert_eq!(written(it), it.as_str()));
        ReserveLight::ALL.into_iter().for_each(|it| assert_eq!(written(it), it.as_str()));
        Note::ALL.into_iter().for_each(|it| assert_eq!(written(it), it.as_str()));
        RefusalCode::ALL.into_iter().for_each(|it| assert_eq!(written(it), it.as_str()));
    }

    #[test]
    fn a_frame_without_a_field_is_an_error_that_names_it() {
        let error = |text: &str| serde_json::from_str::<ServerFrame>(text).unwrap_err().to_string();
        assert!(error(r#"{"type":"heartbeat","v":1}"#).contains("server_time"));
        assert!(error(r#"{"type":"news","v":1}"#).contains("news"));
        assert!(error("[]").contains("object"));
    }
}
