//! Frames as they come: joined, old, with a gap, twice, late.

use bidding::{
    BidLine, ClientFrame, LotStatus, MyPosition, Note, Outcome, PublicLot, Refusal, RefusalCode,
    ReserveLight, ServerFrame, StepClock,
};
use kernel::{Fen, LotId, UnixMs};
use serde_json::{Value, json};
use uuid::Uuid;

use super::falling::Falling;
use super::panel::landed_prices;
use super::room::{Ending, Heard, Notice, Phase, Question, Room, SECOND_TAP_MS, Standing, Start, question};
use super::sample;

const LOT_ID: LotId = LotId(Uuid::from_u128(1));
const KEY: Uuid = Uuid::from_u128(2);
const QUIET: Heard = Heard { ask: false, outbid: false, answered: false };

fn lot(seq: i64, leader_alias: u32) -> PublicLot {
    PublicLot {
        seq,
        price_fen: Some(Fen(6_000_000 + seq * 50_000)),
        min_next_fen: Fen(6_050_000 + seq * 50_000),
        step_fen: Fen(50_000),
        reserve: ReserveLight::NotMet,
        leader_alias: Some(leader_alias),
        bidders: 2,
        end_at: UnixMs(100_000),
        ..sample::lot()
    }
}

fn line(seq: i64) -> BidLine {
    let price_fen = Fen(6_000_000 + seq * 50_000);
    BidLine { seq, alias: 2, price_fen, at: UnixMs(seq), by: None, bought: false }
}

fn me(leading: bool) -> MyPosition {
    MyPosition { alias: Some(1), leading, max_fen: Some(Fen(7_000_000)) }
}

/// A lot at 5 with this dealer in the lead.
fn room() -> Room {
    Room::new(Start {
        lot_id: LOT_ID,
        lot: lot(5, 1),
        mine: me(true),
        history: vec![line(5)],
        opens_at: UnixMs(0),
        server_time: UnixMs(50_000),
        notice: None,
    })
}

fn snapshot(seq: i64, leader: u32) -> ServerFrame {
    let (lot, mine) = (lot(seq, leader), me(leader == 1));
    ServerFrame::Snapshot {
        v: 1,
        lot_id: LOT_ID,
        lot,
        mine,
        history: vec![line(seq)],
        server_time: UnixMs(50_000),
    }
}

fn delta(from_seq: i64, seq: i64, leader: u32) -> ServerFrame {
    let history = (from_seq + 1..=seq).rev().map(line).collect();
    ServerFrame::Delta {
        v: 1,
        lot_id: LOT_ID,
        from_seq,
        lot: lot(seq, leader),
        history,
        server_time: UnixMs(50_000),
    }
}

fn accepted(key: Uuid, seq: i64, leader: u32, note: Option<Note>) -> ServerFrame {
    ServerFrame::Accepted {
        v: 1,
        key,
        lot_id: LOT_ID,
        seq,
        lot: lot(seq, leader),
        mine: me(leader == 1),
        note,
    }
}

fn refused(code: RefusalCode, data: Value) -> ServerFrame {
    ServerFrame::Refused { v: 1, key: KEY, lot_id: LOT_ID, refusal: Refusal { code, data } }
}

fn error(key: Option<Uuid>, code: &str) -> ServerFrame {
    ServerFrame::Error { v: 1, key, code: code.to_owned() }
}

fn seqs(room: &Room) -> Vec<i64> {
    room.history.iter().map(|line| line.seq).collect()
}

#[test]
fn a_delta_that_joins_is_applied_and_tells_who_was_outbid() {
    let mut room = room();
    assert_eq!(room.standing(), Standing::Leading);
    assert_eq!(room.hear(delta(5, 7, 2), 0), Heard { outbid: true, ..QUIET });
    assert_eq!((room.lot.seq, room.standing(), seqs(&room)), (7, Standing::Outbid, vec![7, 6, 5]));
    // outbid already: no second alarm
    assert_eq!(room.hear(delta(7, 8, 2), 0), QUIET);
}

#[test]
fn an_old_delta_changes_nothing() {
    let mut room = room();
    assert_eq!(room.hear(delta(4, 5, 2), 0), QUIET);
    assert_eq!((room.lot.seq, room.leads(), seqs(&room)), (5, true, vec![5]));
}

#[test]
fn a_gap_asks_for_a_snapshot_once_a_second() {
    let mut room = room();
    assert_eq!(room.hear(delta(6, 7, 2), 0), Heard { ask: true, ..QUIET });
    assert_eq!(room.lot.seq, 5);
    assert_eq!(room.hear(delta(7, 8, 2), 500), QUIET);
    assert_eq!(room.tick(900, true), []);
    assert_eq!(room.tick(1_000, true), [ClientFrame::Snapshot { lot_id: LOT_ID }]);
    assert_eq!(room.hear(snapshot(8, 2), 1_100), Heard { outbid: true, ..QUIET });
    assert_eq!((room.lot.seq, seqs(&room)), (8, vec![8]));
    assert_eq!(room.tick(9_000, true), []);
    // and deltas join again
    assert_eq!(room.hear(delta(8, 9, 2), 9_000), QUIET);
    assert_eq!(seqs(&room), [9, 8]);
}

#[test]
fn a_snapshot_replaces_the_state_even_backwards_but_that_is_no_outbidding() {
    let mut room = room();
    assert_eq!(room.hear(snapshot(3, 2), 0), QUIET);
    assert_eq!((room.lot.seq, room.standing()), (3, Standing::Outbid));
}

#[test]
fn the_frames_of_another_lot_are_not_mine() {
    let mut room = room();
    let frame = ServerFrame::Mine { v: 1, lot_id: LotId(Uuid::nil()), mine: MyPosition::default() };
    assert_eq!(room.hear(frame, 0), QUIET);
    assert!(room.leads());
}

#[test]
fn a_bid_is_pending_until_its_own_answer() {
    let mut room = room();
    let sent = room.begin(KEY, Fen(8_000_000), None, 0);
    let expected = ClientFrame::PlaceMax {
        key: KEY,
        lot_id: LOT_ID,
        max_fen: Fen(8_000_000),
        confirmation: None,
        report_hash: None,
    };
    assert_eq!(sent, Some(expected));
    assert_eq!(room.begin(Uuid::from_u128(9), Fen(1), None, 0), None);
    assert_eq!(room.hear(accepted(Uuid::from_u128(9), 6, 1, None), 0), QUIET);
    assert!(room.pending.is_some());
    assert_eq!(room.hear(accepted(KEY, 7, 1, None), 0), Heard { answered: true, ..QUIET });
    assert_eq!(room.pending, None);
    assert_eq!(room.notice, Some(Notice::Accepted { max_fen: Fen(8_000_000), note: None }));
}

#[test]
fn an_answer_before_its_delta_loses_no_history() {
    let mut room = room();
    room.begin(KEY, Fen(8_000_000), None, 0);
    room.hear(accepted(KEY, 6, 1, None), 0);
    assert_eq!((room.lot.seq, seqs(&room)), (6, vec![5]));
    assert_eq!(room.hear(delta(5, 6, 1), 0), QUIET);
    assert_eq!(seqs(&room), [6, 5]);
}

#[test]
fn my_position_before_the_price_is_no_alarm() {
    let mut room = room();
    room.hear(delta(5, 6, 2), 0);
    let mine = ServerFrame::Mine { v: 1, lot_id: LOT_ID, mine: me(true) };
    assert_eq!(room.hear(mine, 0), QUIET);
    assert_eq!(room.standing(), Standing::Outbid);
    assert_eq!(room.hear(delta(6, 7, 1), 0), QUIET);
    assert_eq!(room.standing(), Standing::Leading);
}

#[test]
fn the_same_answer_twice_is_one() {
    let mut room = room();
    room.begin(KEY, Fen(8_000_000), None, 0);
    room.hear(accepted(KEY, 6, 2, Some(Note::OutbidAtOnce)), 0);
    let notice = room.notice.clone();
    assert_eq!(room.hear(accepted(KEY, 6, 2, None), 0), QUIET);
    assert_eq!(room.notice, notice);
}

#[test]
fn a_refusal_leaves_the_lot_and_says_why() {
    let mut room = room();
    room.begin(KEY, Fen(100), None, 0);
    assert!(room.hear(refused(RefusalCode::BelowMin, json!({ "min_next_fen": 6_350_000 })), 0).answered);
    let data = json!({ "min_next_fen": 6_350_000 });
    assert_eq!(room.notice, Some(Notice::Refused { code: "BELOW_MIN".to_owned(), data }));
    assert_eq!(room.lot, lot(5, 1));
    room.begin(KEY, Fen(8_000_000), None, 0);
    assert_eq!(room.notice, None);
}

#[test]
fn an_unusual_amount_is_asked_again() {
    let mut room = room();
    room.begin(KEY, Fen(80_000_000), None, 0);
    let (key, token) = (Uuid::from_u128(3), "1-0a".to_owned());
    let data =
        json!({ "threshold_fen": 1, "steps": 30, "confirm": { "key": key, "token": token, "until": 9 } });
    room.hear(refused(RefusalCode::FatFingerConfirm, data), 0);
    let asked = Question { key, token: token.clone(), limit_fen: Fen(1), by_guide: false, than: 30 };
    assert_eq!(room.notice, Some(Notice::Confirm { max_fen: Fen(80_000_000), asked }));
    let again = room.begin(key, Fen(80_000_000), Some(token.clone()), 0);
    assert!(
        matches!(again, Some(ClientFrame::PlaceMax { confirmation: Some(brought), .. }) if brought == token)
    );
}

#[test]
fn busy_is_tried_again_under_the_same_key() {
    let mut room = room();
    let first = room.begin(KEY, Fen(8_000_000), None, 0);
    assert_eq!(room.hear(error(Some(KEY), "BUSY"), 100), QUIET);
    assert_eq!(room.tick(899, true), []);
    assert_eq!(room.tick(900, false), []);
    assert_eq!(room.tick(900, true), first.into_iter().collect::<Vec<_>>());
    assert_eq!(room.tick(901, true), []);
    // no answer at all: again after five seconds, and when the socket is new
    assert_eq!(room.tick(5_900, true).len(), 1);
    room.reconnected(6_000);
    assert_eq!(room.tick(6_000, true).len(), 1);
}

#[test]
fn without_an_answer_the_outcome_is_unknown_until_it_comes() {
    let mut room = room();
    room.begin(KEY, Fen(8_000_000), None, 0);
    room.tick(20_001, false);
    assert_eq!(room.notice, Some(Notice::Unknown { key: KEY, max_fen: Fen(8_000_000) }));
    assert!(room.hear(accepted(KEY, 6, 1, None), 30_000).answered);
    assert_eq!(room.notice, Some(Notice::Accepted { max_fen: Fen(8_000_000), note: None }));
}

#[test]
fn a_command_that_cannot_be_taken_says_so() {
    let mut room = room();
    room.begin(KEY, Fen(8_000_000), None, 0);
    assert!(room.hear(error(Some(KEY), "NOT_A_DEALER"), 0).answered);
    assert_eq!(room.notice, Some(Notice::Refused { code: "NOT_A_DEALER".to_owned(), data: Value::Null }));
    assert_eq!(room.hear(error(None, "UNAVAILABLE"), 0), QUIET);
    assert_eq!(room.tick(5, true), [ClientFrame::Snapshot { lot_id: LOT_ID }]);
}

#[test]
fn quick_amounts_never_lower_a_leaders_max() {
    let mut room = room();
    assert_eq!(room.quick(), [Fen(7_050_000), Fen(7_100_000), Fen(7_250_000)]);
    room.hear(delta(5, 6, 2), 0);
    assert_eq!(room.quick()[0], room.lot.min_next_fen);
}

#[test]
fn a_finger_on_a_changed_button_meant_what_stood_there() {
    let mut room = room();
    let before = room.quick();
    room.hear(delta(5, 6, 2), 1_000);
    let now = room.quick();
    assert_ne!(now, before);
    assert_eq!(room.meant(now[1], 1_399), before[1]);
    assert_eq!(room.meant(now[1], 1_400), now[1]);
    assert_eq!(room.meant(Fen(1), 1_000), Fen(1));
}

#[test]
fn a_success_that_is_outbid_is_no_news_any_more() {
    let mut room = room();
    room.begin(KEY, Fen(8_000_000), None, 0);
    room.hear(accepted(KEY, 6, 1, None), 0);
    room.hear(delta(5, 6, 1), 0);
    assert!(room.notice.is_some());
    assert!(room.hear(delta(6, 7, 2), 0).outbid);
    assert_eq!(room.notice, None);
}

#[test]
fn a_second_tap_raises_nothing_and_a_raise_that_moves_nothing_is_no_line() {
    let mut room = room();
    room.hear(delta(5, 6, 2), 0);
    room.begin(KEY, Fen(8_000_000), None, 0);
    room.hear(accepted(KEY, 7, 1, None), 0);
    assert!(room.is_second_tap(SECOND_TAP_MS - 1) && !room.is_second_tap(SECOND_TAP_MS));
    room.begin(KEY, Fen(8_100_000), None, 1_300);
    room.hear(accepted(KEY, 8, 1, None), 1_400);
    assert!(!room.is_second_tap(1_500), "who raises what leads may raise it again at once");
    assert!(room.tick(9_400, true).is_empty() && room.notice.is_some());
    assert!(room.tick(9_401, true).is_empty() && room.notice.is_none(), "said long enough");
    let line = |seq, alias, by| BidLine { alias, by, price_fen: Fen(9), ..line(seq) };
    room.history = vec![line(4, 1, Some(2)), line(3, 1, None), line(2, 1, None), line(1, 2, None)];
    assert_eq!([0, 1, 2, 3].map(|index| room.is_news(index)), [true, false, true, true]);
}

fn mine(max_fen: i64) -> ServerFrame {
    let mine = MyPosition { alias: Some(1), leading: true, max_fen: Some(Fen(max_fen)) };
    ServerFrame::Mine { v: 1, lot_id: LOT_ID, mine }
}

/// One screen bids and does not lead; then another screen of the same company does.
#[test]
fn what_a_later_bid_overtakes_is_said_no_more() {
    for position_first in [true, false] {
        let mut room = room();
        room.hear(delta(5, 6, 2), 0);
        room.begin(KEY, Fen(8_000_000), None, 0);
        room.hear(accepted(KEY, 7, 2, Some(Note::OutbidAtOnce)), 0);
        room.hear(delta(6, 7, 2), 0);
        assert!(room.notice.is_some(), "its own delta takes nothing away");
        let frames = [mine(9_000_000), delta(7, 8, 1)];
        let [first, second] = if position_first {
            frames
        } else {
            let [a, b] = frames;
            [b, a]
        };
        room.hear(first, 0);
        assert_eq!(room.notice, None);
        room.hear(second, 0);
        assert_eq!((room.standing(), &room.notice), (Standing::Leading, &None));
    }
}

#[test]
fn a_refusal_goes_with_the_next_bid_and_names_the_least_amount_of_now() {
    let mut room = room();
    room.begin(KEY, Fen(100), None, 0);
    room.hear(refused(RefusalCode::BelowMin, json!({ "min_next_fen": 6_300_000 })), 0);
    room.hear(delta(5, 6, 2), 0);
    let data = json!({ "min_next_fen": room.lot.min_next_fen });
    assert_eq!(room.notice, Some(Notice::Refused { code: "BELOW_MIN".to_owned(), data }));
    room.hear(mine(9_000_000), 0);
    assert_eq!(room.notice, None);
}

/// A page that is loaded again with the answer of an old bid in its address.
#[test]
fn an_old_answer_contradicts_no_new_state() {
    let told = |leader: u32, max_fen: i64, note: Option<Note>| {
        let start = Start {
            lot_id: LOT_ID,
            lot: lot(5, leader),
            mine: me(leader == 1),
            history: Vec::new(),
            opens_at: UnixMs(0),
            server_time: UnixMs(50_000),
            notice: Some(Notice::Accepted { max_fen: Fen(max_fen), note }),
        };
        Room::new(start).notice.is_some()
    };
    assert!(told(1, 7_000_000, None));
    assert!(told(2, 7_000_000, Some(Note::OutbidAtOnce)));
    assert!(!told(1, 7_000_000, Some(Note::OutbidAtOnce)));
    assert!(!told(1, 6_500_000, None), "a later bid stands");
}

#[test]
fn a_question_names_the_limit_that_the_amount_is_above() {
    let asked = |threshold: i64, number: &str, of: i64| {
        let confirm = json!({ "key": KEY, "token": "1-0a" });
        let mut data = json!({ "threshold_fen": threshold, "guide_fen": 30_000_000, "confirm": confirm });
        data[number] = json!(of);
        question("FAT_FINGER_CONFIRM", &data).map(|asked| (asked.limit_fen, asked.by_guide, asked.than))
    };
    assert_eq!(asked(36_000_000, "guide_percent", 120), Some((Fen(36_000_000), true, 120)));
    assert_eq!(asked(4_600_000, "steps", 12), Some((Fen(4_600_000), false, 12)));
}

#[test]
fn what_was_voided_was_not_outbid() {
    let mut room = room();
    assert!(room.hear(delta(5, 6, 2), 0).outbid, "the lead went before it is known why");
    let gone = MyPosition { alias: Some(1), leading: false, max_fen: None };
    room.hear(ServerFrame::Mine { v: 1, lot_id: LOT_ID, mine: gone.clone() }, 0);
    assert_eq!(room.standing(), Standing::Voided);
    room.hear(ServerFrame::Mine { v: 1, lot_id: LOT_ID, mine: me(false) }, 0);
    assert_eq!(room.standing(), Standing::Outbid, "an earlier bid of his stands");
    room.mine = gone;
    (room.lot.status, room.lot.outcome) = (LotStatus::Closed, Some(Outcome::Sold));
    assert_eq!(room.phase(UnixMs(60_000)), Phase::Over(Ending::Lost));
}

#[test]
fn the_landed_prices_follow_the_lot() {
    let mut room = room();
    room.hear(delta(5, 6, 2), 0);
    let prices = landed_prices(&room.lot, &room.mine, (false, None));
    assert_eq!(
        prices,
        [("now", Some(Fen(6_300_000))), ("next", Some(Fen(6_350_000))), ("mine", Some(Fen(7_000_000)))]
    );
    room.lot.status = LotStatus::Closed;
    let over = landed_prices(&room.lot, &room.mine, (false, None));
    assert_eq!(over[1], ("next", None), "there is no next bid");
    let falls = landed_prices(&room.lot, &room.mine, (true, None));
    assert_eq!(falls[2], ("mine", None), "nobody has a max where the price falls");
}

#[test]
fn the_free_deposit_is_the_one_that_was_told_last() {
    let mut room = room();
    assert_eq!(room.free_fen, None);
    for fen in [20_000_000, 15_200_000] {
        assert_eq!(room.hear(ServerFrame::Power { v: 1, free_fen: Fen(fen) }, 0), QUIET);
        assert_eq!(room.free_fen, Some(Fen(fen)));
    }
}

#[test]
fn what_ended_the_connection_is_said() {
    let mut room = room();
    for why in ["SIGN_IN_NEEDED", "STORE_SWITCHED"] {
        room.ended(why);
        assert!(matches!(&room.notice, Some(Notice::Refused { code, .. }) if code == why));
    }
    room.begin(KEY, Fen(8_000_000), None, 0);
    room.ended("SIGN_IN_NEEDED");
    assert!(room.pending.is_none());
    assert_eq!(room.notice, Some(Notice::Unknown { key: KEY, max_fen: Fen(8_000_000) }));
}

#[test]
fn only_the_server_ends_a_lot() {
    let mut room = room();
    assert_eq!(room.phase(UnixMs(99_999)), Phase::Running);
    assert_eq!(room.phase(UnixMs(100_000)), Phase::Ending);
    for (outcome, leader, ending) in [
        (Outcome::Sold, 1, Ending::Won),
        (Outcome::Sold, 2, Ending::Lost),
        (Outcome::Provisional, 1, Ending::Negotiating),
        (Outcome::Provisional, 2, Ending::OthersNegotiate),
        (Outcome::Unsold, 2, Ending::Unsold),
    ] {
        let seq = room.lot.seq;
        let closed = PublicLot { status: LotStatus::Closed, outcome: Some(outcome), ..lot(seq + 1, leader) };
        let frame = ServerFrame::Delta {
            v: 1,
            lot_id: LOT_ID,
            from_seq: seq,
            lot: closed,
            history: Vec::new(),
            server_time: UnixMs(100_500),
        };
        assert!(!room.hear(frame, 0).outbid);
        assert_eq!(room.phase(UnixMs(0)), Phase::Over(ending));
    }
    room.mine = MyPosition::default();
    room.lot.outcome = Some(Outcome::Sold);
    assert_eq!(room.phase(UnixMs(0)), Phase::Over(Ending::Sold));
}

#[test]
fn what_lies_above_a_later_price_was_voided() {
    let mut room = room();
    let at = |seq: i64, price: i64| BidLine { price_fen: Fen(price), ..line(seq) };
    room.history =
        vec![at(7, 6_100_000), at(5, 6_300_000), at(4, 6_200_000), at(3, 6_100_000), at(2, 6_000_000)];
    room.lot.price_fen = Some(Fen(6_100_000));
    assert_eq!(room.voided(), [false, true, true, false, false]);
    // none is left, and nothing was written after it
    room.lot.price_fen = None;
    assert_eq!(room.voided(), [true; 5]);
    // over: agreed upon below the highest bid, which still counts
    room.history.remove(0);
    (room.lot.price_fen, room.lot.status) = (Some(Fen(6_150_000)), LotStatus::Closed);
    assert_eq!(room.voided(), [false; 4]);
}

#[test]
fn a_lot_that_is_moved_before_it_opens_follows_at_once() {
    let waits = |opens_at: i64| PublicLot {
        status: LotStatus::Scheduled,
        price_fen: None,
        leader_alias: None,
        opens_at: Some(UnixMs(opens_at)),
        end_at: UnixMs(opens_at + 60_000),
        ..lot(0, 1)
    };
    let mut room = Room::new(Start {
        lot_id: LOT_ID,
        lot: waits(90_000),
        mine: MyPosition::default(),
        history: Vec::new(),
        opens_at: UnixMs(90_000),
        server_time: UnixMs(50_000),
        notice: None,
    });
    let told = |from_seq, lot| ServerFrame::Delta {
        v: 1,
        lot_id: LOT_ID,
        from_seq,
        lot,
        history: Vec::new(),
        server_time: UnixMs(50_000),
    };
    assert_eq!(room.hear(told(0, waits(190_000)), 0), QUIET);
    assert_eq!((room.opens_at, room.lot.end_at), (UnixMs(190_000), UnixMs(250_000)));
    // once it is open nothing of before counts
    let open = PublicLot { opens_at: None, ..lot(1, 1) };
    assert_eq!(room.hear(told(0, open), 0), QUIET);
    assert_eq!((room.lot.seq, room.opens_at), (1, UnixMs(190_000)));
    assert_eq!(room.hear(told(0, waits(70_000)), 0), QUIET);
    assert_eq!(room.phase(UnixMs(60_000)), Phase::Running);
}

#[test]
fn who_offered_in_secret_asks_how_it_ended() {
    let open = PublicLot { price_fen: None, leader_alias: None, reserve: ReserveLight::Secret, ..lot(1, 1) };
    let offer = MyPosition { alias: None, leading: false, max_fen: Some(Fen(6_500_000)) };
    let mut room = Room::new(Start {
        lot_id: LOT_ID,
        lot: open,
        mine: offer,
        history: Vec::new(),
        opens_at: UnixMs(0),
        server_time: UnixMs(50_000),
        notice: None,
    });
    let closed = PublicLot { status: LotStatus::Closed, outcome: Some(Outcome::Sold), ..lot(4, 2) };
    let ended = ServerFrame::Delta {
        v: 1,
        lot_id: LOT_ID,
        from_seq: 1,
        lot: closed.clone(),
        history: Vec::new(),
        server_time: UnixMs(50_000),
    };
    assert_eq!(room.hear(ended, 0), Heard { ask: true, ..QUIET });
    let mine = MyPosition { alias: Some(2), leading: true, max_fen: Some(Fen(6_500_000)) };
    let (history, server_time) = (Vec::new(), UnixMs(50_000));
    let told = ServerFrame::Snapshot { v: 1, lot_id: LOT_ID, lot: closed, mine, history, server_time };
    assert_eq!(room.hear(told, 1), QUIET);
    assert_eq!(room.phase(UnixMs(60_000)), Phase::Over(Ending::Won));
}

#[test]
fn a_step_is_accepted_under_one_key_until_it_is_answered() {
    let mut room = room();
    let frame = ClientFrame::AcceptStep {
        key: KEY,
        lot_id: LOT_ID,
        step: 3,
        price_fen: Fen(6_000_000),
        report_hash: None,
    };
    assert_eq!(room.accept(KEY, (3, Fen(6_000_000)), 0), Some(frame.clone()));
    assert_eq!(room.accept(Uuid::from_u128(9), (4, Fen(5_000_000)), 10), None, "one at a time");
    assert_eq!(room.tick(5_000, true), [frame]);
    assert!(room.hear(refused(RefusalCode::Closed, json!({ "taken": true })), 5_100).answered);
    assert!(matches!(&room.notice, Some(Notice::Refused { code, .. }) if code == "CLOSED"));
}

#[test]
fn a_step_is_not_sent_again_when_its_price_has_fallen() {
    let steps = bidding::DutchSteps { step_fen: Fen(1_000_000), step_ms: 60_000, floor_fen: Fen(3_000_000) };
    let open = || PublicLot { status: LotStatus::Open, steps: Some(StepClock::From(UnixMs(0))), ..lot(5, 1) };
    let falling = Some(Falling { start_fen: Fen(9_000_000), steps });
    let pressed = |here: i64| {
        let mut room = room();
        (room.lot, room.falling) = (open(), falling);
        room.clock.hear(UnixMs(0), UnixMs(0));
        room.accept(KEY, (0, Fen(9_000_000)), here);
        room
    };
    let mut room = pressed(50_000);
    assert_eq!(room.tick(55_000, true).len(), 1, "it still costs that");
    assert_eq!(room.tick(59_999, true), []);
    assert!(room.pending.is_some(), "its answer may be on the way");
    assert_eq!(room.tick(60_000, true), []);
    assert_eq!(room.notice, Some(Notice::Unknown { key: KEY, max_fen: Fen(9_000_000) }));
    assert!(room.hear(accepted(KEY, 6, 1, None), 61_000).answered, "an answer counts all the same");

    let mut room = pressed(58_000);
    room.reconnected(61_000);
    assert_eq!(room.tick(61_000, true), [], "nor by a new connection");
    assert!(room.pending.is_none());
    let mut room = pressed(58_000);
    room.lot = PublicLot { status: LotStatus::Closed, ..open() };
    assert_eq!(room.tick(63_000, true).len(), 1, "what is over falls no more: the repeat brings the answer");
}
