//! The wire format, text by text: `docs/live-protocol.md` promises it to dealers' systems.

use std::fmt::Debug;

use bidding::{
    BidLine, ClientFrame, LotStatus, MyPosition, Note, Outcome, PublicLot, Refusal, RefusalCode,
    ReserveLight, ServerFrame,
};
use kernel::{Fen, LotId, UnixMs};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::json;
use uuid::Uuid;

const LOT_ID: LotId = LotId(Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0001));
const KEY: Uuid = Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0002);
const LOT: &str = r#""lot_id":"01900000-0000-7000-8000-000000000001""#;
const KEY_TEXT: &str = r#""key":"01900000-0000-7000-8000-000000000002""#;

/// The public lot of [`lot`] as text.
const PUBLIC: &str = r#""lot":{"seq":7,"status":"open","price_fen":6050000,"min_next_fen":6100000,"step_fen":50000,"reserve":"not_met","leader_alias":2,"bidders":2,"end_at":1700000120000,"extensions":1,"outcome":null}"#;

fn lot() -> PublicLot {
    PublicLot {
        seq: 7,
        status: LotStatus::Open,
        price_fen: Some(Fen(6_050_000)),
        min_next_fen: Fen(6_100_000),
        step_fen: Fen(50_000),
        reserve: ReserveLight::NotMet,
        reserve_fen: None,
        leader_alias: Some(2),
        bidders: 2,
        end_at: UnixMs(1_700_000_120_000),
        extensions: 1,
        outcome: None,
        call: None,
        offline: false,
        opens_at: None,
        moved_for: None,
        steps: None,
    }
}

fn line() -> BidLine {
    BidLine {
        seq: 7,
        alias: 2,
        price_fen: Fen(6_050_000),
        at: UnixMs(1_700_000_000_000),
        by: None,
        bought: false,
    }
}

#[track_caller]
fn is_text<T: Serialize + DeserializeOwned + PartialEq + Debug>(frame: &T, text: &str) {
    match serde_json::to_string(frame) {
        Ok(written) => assert_eq!(written, text),
        Err(error) => panic!("{frame:?} cannot be written: {error}"),
    }
    match serde_json::from_str::<T>(text) {
        Ok(read) => assert_eq!(&read, frame),
        Err(error) => panic!("{text} cannot be read: {error}"),
    }
}

#[test]
fn client_frames() {
    is_text(&ClientFrame::Watch { lot_id: LOT_ID }, &format!(r#"{{"type":"watch",{LOT}}}"#));
    is_text(&ClientFrame::Unwatch { lot_id: LOT_ID }, &format!(r#"{{"type":"unwatch",{LOT}}}"#));
    is_text(&ClientFrame::Snapshot { lot_id: LOT_ID }, &format!(r#"{{"type":"snapshot",{LOT}}}"#));
    let confirmation = Some("1764166000000-0a".to_owned());
    let place = ClientFrame::PlaceMax {
        key: KEY,
        lot_id: LOT_ID,
        max_fen: Fen(6_500_000),
        confirmation,
        report_hash: None,
    };
    let text = format!(
        r#"{{"type":"place_max",{KEY_TEXT},{LOT},"max_fen":6500000,"confirmation":"1764166000000-0a"}}"#
    );
    is_text(&place, &text);
}

#[test]
fn a_bid_without_a_token_is_not_confirmed_whatever_else_it_says() {
    let text = format!(r#"{{"type":"place_max",{KEY_TEXT},{LOT},"max_fen":6500000,"confirmed":true}}"#);
    let expected = ClientFrame::PlaceMax {
        key: KEY,
        lot_id: LOT_ID,
        max_fen: Fen(6_500_000),
        confirmation: None,
        report_hash: None,
    };
    assert!(serde_json::from_str::<ClientFrame>(&text).is_ok_and(|frame| frame == expected));
}

#[test]
fn what_is_no_frame_is_not_read() {
    for amount in [r#""6500000""#, "6500000.5", "6.5e6", "9223372036854775808", "null"] {
        let text = format!(r#"{{"type":"place_max",{KEY_TEXT},{LOT},"max_fen":{amount}}}"#);
        assert!(serde_json::from_str::<ClientFrame>(&text).is_err(), "{text}");
    }
    for text in ["", "{}", "[]", r#"{"type":"close"}"#, r#"{"type":"watch","lot_id":"1"}"#] {
        assert!(serde_json::from_str::<ClientFrame>(text).is_err(), "{text}");
    }
}

#[test]
fn snapshot() {
    let frame = ServerFrame::Snapshot {
        v: 1,
        lot_id: LOT_ID,
        lot: lot(),
        mine: MyPosition { alias: Some(1), leading: false, max_fen: Some(Fen(6_000_000)) },
        history: vec![line()],
        server_time: UnixMs(1_700_000_000_005),
    };
    let history = r#""history":[{"seq":7,"alias":2,"price_fen":6050000,"at":1700000000000}]"#;
    let mine = r#""mine":{"alias":1,"leading":false,"max_fen":6000000}"#;
    let time = r#""server_time":1700000000005"#;
    is_text(&frame, &format!(r#"{{"type":"snapshot","v":1,{LOT},{PUBLIC},{mine},{history},{time}}}"#));
}

#[test]
fn delta() {
    let frame = ServerFrame::Delta {
        v: 1,
        lot_id: LOT_ID,
        from_seq: 6,
        lot: lot(),
        history: Vec::new(),
        server_time: UnixMs(1_700_000_000_005),
    };
    let time = r#""server_time":1700000000005"#;
    is_text(&frame, &format!(r#"{{"type":"delta","v":1,{LOT},"from_seq":6,{PUBLIC},"history":[],{time}}}"#));
}

#[test]
fn accepted() {
    let mine = MyPosition::default();
    let with = |note| ServerFrame::Accepted {
        v: 1,
        key: KEY,
        lot_id: LOT_ID,
        seq: 7,
        lot: lot(),
        mine: mine.clone(),
        note,
    };
    let head = format!(r#"{{"type":"accepted","v":1,{KEY_TEXT},{LOT},"seq":7,{PUBLIC}"#);
    let mine = r#""mine":{"alias":null,"leading":false,"max_fen":null}"#;
    is_text(&with(None), &format!(r#"{head},{mine},"note":null}}"#));
    is_text(&with(Some(Note::TiedEarlierWins)), &format!(r#"{head},{mine},"note":"TIED_EARLIER_WINS"}}"#));
    is_text(&with(Some(Note::OutbidAtOnce)), &format!(r#"{head},{mine},"note":"OUTBID_AT_ONCE"}}"#));
}

#[test]
fn refused() {
    let refusal = Refusal { code: RefusalCode::BelowMin, data: json!({ "min_next_fen": 6_100_000 }) };
    let frame = ServerFrame::Refused { v: 1, key: KEY, lot_id: LOT_ID, refusal };
    let refusal = r#""refusal":{"code":"BELOW_MIN","data":{"min_next_fen":6100000}}"#;
    is_text(&frame, &format!(r#"{{"type":"refused","v":1,{KEY_TEXT},{LOT},{refusal}}}"#));
}

#[test]
fn error() {
    let with = |key| ServerFrame::Error { v: 1, key, code: "BUSY".to_owned() };
    is_text(&with(Some(KEY)), &format!(r#"{{"type":"error","v":1,{KEY_TEXT},"code":"BUSY"}}"#));
    is_text(&with(None), r#"{"type":"error","v":1,"key":null,"code":"BUSY"}"#);
}

#[test]
fn mine() {
    let mine = MyPosition { alias: Some(2), leading: true, max_fen: Some(Fen(100)) };
    let frame = ServerFrame::Mine { v: 1, lot_id: LotId(Uuid::nil()), mine };
    let text = r#"{"type":"mine","v":1,"lot_id":"00000000-0000-0000-0000-000000000000","mine":{"alias":2,"leading":true,"max_fen":100}}"#;
    is_text(&frame, text);
}

#[test]
fn heartbeat() {
    let frame = ServerFrame::Heartbeat { v: 1, server_time: UnixMs(1_700_000_000_005) };
    is_text(&frame, r#"{"type":"heartbeat","v":1,"server_time":1700000000005}"#);
}

#[test]
fn words_of_a_public_lot() {
    for (status, text) in [
        (LotStatus::Scheduled, "scheduled"),
        (LotStatus::Open, "open"),
        (LotStatus::Paused, "paused"),
        (LotStatus::Closed, "closed"),
    ] {
        assert_eq!(json!(status), json!(text));
    }
    for (light, text) in
        [(ReserveLight::None, "none"), (ReserveLight::NotMet, "not_met"), (ReserveLight::Met, "met")]
    {
        assert_eq!(json!(light), json!(text));
    }
    for (outcome, text) in [
        (Outcome::Sold, "sold"),
        (Outcome::Provisional, "provisional"),
        (Outcome::Unsold, "unsold"),
        (Outcome::Withdrawn, "withdrawn"),
    ] {
        assert_eq!(json!(outcome), json!(text));
    }
}
