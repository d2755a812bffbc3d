//! §5, code 7: stores of one group count as one bidder, live where the sale merges them, and under `block` wherever their maxes
//! meet without one outbidding the other. Vectors, and that the fold comes to what it comes to when the group is one entity.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::cmp::Reverse;

use bidding::{
    Bar, BelowReserve, Command, Event, Format, Group, History, Ladder, Leader, LotState, LotStatus, Note,
    PreBid, RefusalCode, Terms, VoidReason, apply, apply_all, decide, decide_knowing,
};
use kernel::{DealerId, Fen, UnixMs};
use proptest::collection::vec;
use proptest::prelude::*;
use serde_json::json;
use uuid::Uuid;

const OPENS_AT: UnixMs = UnixMs(1_000_000);
const END_AT: UnixMs = OPENS_AT.plus_ms(3_600_000);
const TICK: i64 = 10_000;

/// Stores of one group.
const A: DealerId = DealerId(Uuid::from_u128(0xA));
const B: DealerId = DealerId(Uuid::from_u128(0xB));
const C: DealerId = DealerId(Uuid::from_u128(0xC));
/// Of another group, with one store here.
const X: DealerId = DealerId(Uuid::from_u128(0x10));
/// Of none.
const Y: DealerId = DealerId(Uuid::from_u128(0x20));

const fn yuan(yuan: i64) -> Fen {
    Fen(yuan * 100)
}

fn group_of(dealer_id: DealerId) -> Option<Group> {
    match dealer_id.0.as_u128() {
        0x20.. => None,
        number => Some(Group(Uuid::from_u128(number >> 4))),
    }
}

fn bid(dealer_id: DealerId, max_fen: Fen, group: Option<Group>) -> Command {
    Command::PlaceMax {
        dealer_id,
        max_fen,
        confirmed: true,
        bar: None,
        power_fen: None,
        seen_report: None,
        group,
    }
}

struct Lot {
    first: LotState,
    state: LotState,
    now: UnixMs,
    events: Vec<Vec<Event>>,
}

impl Lot {
    fn scheduled(format: Format, below_reserve: BelowReserve, reserve: Option<Fen>) -> Lot {
        let terms = Terms {
            start_fen: yuan(50_000),
            tick_fen: Fen(TICK),
            ladder: Ladder::standard(),
            window_ms: 120_000,
            cap_at: END_AT.plus_ms(3_600_000),
            double_after_extensions: Some(20),
            below_reserve,
            guide_fen: None,
            fat_finger_guard: false,
            format,
            buy_now_fen: None,
            deposit_bp: 1_000,
            published_reserve_fen: None,
            house: bidding::HouseRules::default(),
        };
        let first = LotState::scheduled(terms, OPENS_AT, END_AT, reserve);
        Lot { state: first.clone(), first, now: OPENS_AT, events: Vec::new() }
    }

    fn open(reserve: Option<i64>) -> Lot {
        let mut lot = Lot::scheduled(Format::Timed, BelowReserve::Full, reserve.map(yuan));
        lot.accepts(&Command::Open);
        lot
    }

    #[track_caller]
    fn accepts(&mut self, command: &Command) -> (String, Option<Note>) {
        let accepted = match decide(&self.state, command, self.now) {
            Ok(accepted) => accepted,
            Err(refusal) => panic!("{command:?} was refused: {refusal:?}"),
        };
        self.state = apply_all(&self.state, &accepted.events);
        self.events.push(accepted.events);
        (accepted.explanation.branch, accepted.note)
    }

    #[track_caller]
    fn bids(&mut self, who: DealerId, amount: i64) -> String {
        self.accepts(&bid(who, yuan(amount), group_of(who))).0
    }

    #[track_caller]
    fn refuses(&self, who: DealerId, amount: i64, code: RefusalCode) -> serde_json::Value {
        let refusal = decide(&self.state, &bid(who, yuan(amount), group_of(who)), self.now).unwrap_err();
        assert_eq!(refusal.code, code);
        refusal.data
    }

    /// Takes the bid of this number away.
    fn voids(&mut self, bid_seq: i64) {
        let history = history(&self.first, &self.events);
        let (reason, powers) = (VoidReason::SystemFault, Vec::new());
        self.accepts(&Command::VoidBid { bid_seq, reason, history, powers });
    }

    /// Leader, his max, second-best max, price, in yuan.
    #[track_caller]
    fn stands(&self, leader: DealerId, max: i64, second: Option<i64>, price: i64) {
        let Leader { dealer_id, max_fen } = self.state.leader.unwrap();
        let stands = (dealer_id, max_fen, self.state.second_max_fen, self.state.price_fen);
        assert_eq!(stands, (leader, yuan(max), second.map(yuan), Some(yuan(price))));
        let mut again = self.first.clone();
        for events in &self.events {
            let stored: Vec<Event> = serde_json::from_str(&serde_json::to_string(events).unwrap()).unwrap();
            stored.iter().for_each(|event| apply(&mut again, event));
            again.seq += 1;
        }
        assert_eq!(again, self.state, "the log as it is stored leads to the same state");
    }
}

fn history(first: &LotState, events: &[Vec<Event>]) -> History {
    let mut history = History::beginning(first.reserve_fen);
    events.iter().zip(1..).for_each(|(events, seq)| history.follow(seq, events));
    history
}

#[test]
fn a_store_that_joins_the_leaders_group_is_its_sister_from_then_on() {
    let mut lot = Lot::open(None);
    lot.accepts(&bid(A, yuan(60_000), None));
    lot.accepts(&bid(Y, yuan(55_000), None));
    lot.stands(A, 60_000, Some(55_000), 55_500);
    let raise = bid(B, yuan(70_000), group_of(B));
    let apart = decide(&lot.state, &raise, lot.now).unwrap();
    assert_eq!(apart.explanation.branch, "overtook", "as the log knows them they are strangers");

    let together = decide_knowing(&lot.state, &[(A, group_of(A))], &raise, lot.now).unwrap();
    assert_eq!(together.explanation.branch, "group_raise");
    assert_eq!(together.events[0], Event::GroupKnown { dealer_id: A, group: group_of(A) });
    lot.state = apply_all(&lot.state, &together.events);
    lot.events.push(together.events);
    lot.stands(B, 70_000, Some(55_000), 55_500);
    let low = bid(A, yuan(65_000), group_of(A));
    let refusal = decide_knowing(&lot.state, &[(B, group_of(B))], &low, lot.now).unwrap_err();
    assert_eq!(refusal.code, RefusalCode::SisterRooftopLeads);
}

#[test]
fn maxes_from_before_a_store_joined_count_as_the_groups_at_the_opening_and_at_the_close() {
    for format in [Format::Timed, Format::SealedSecond] {
        let mut lot = Lot::scheduled(format, BelowReserve::Full, None);
        let joined = [(A, group_of(A)), (B, group_of(B))];
        if format == Format::SealedSecond {
            lot.accepts(&Command::Open);
        } else {
            lot.now = OPENS_AT.plus_ms(-1);
        }
        for (who, amount) in [(A, 90_000), (B, 80_000), (Y, 60_000)] {
            lot.accepts(&bid(who, yuan(amount), None));
        }
        let command = if format == Format::SealedSecond { Command::Close } else { Command::Open };
        lot.now = if format == Format::SealedSecond { END_AT } else { OPENS_AT };
        let met = decide_knowing(&lot.state, &joined, &command, lot.now).unwrap();
        lot.state = apply_all(&lot.state, &met.events);
        lot.events.push(met.events);
        let above = if format == Format::SealedSecond { 60_100 } else { 60_500 };
        lot.stands(A, 90_000, Some(60_000), above);
    }
}

#[test]
fn a_sisters_higher_max_takes_the_lead_and_drives_no_price() {
    let mut lot = Lot::open(None);
    lot.bids(A, 60_000);
    lot.now = END_AT.plus_ms(-1_000);
    assert_eq!(lot.bids(B, 70_000), "group_raise");
    lot.stands(B, 70_000, None, 50_000);
    assert_eq!((lot.state.end_at, lot.state.extensions), (END_AT, 0), "there is nothing to answer");
    let holds: Vec<_> = lot.state.holds().collect();
    assert_eq!(holds, [(B, yuan(7_000))], "who leads holds, and nobody else");
    lot.bids(X, 60_000);
    lot.stands(B, 70_000, Some(60_000), 60_500);
    lot.bids(A, 71_000);
    lot.stands(A, 71_000, Some(60_000), 60_500);
}

#[test]
fn what_is_not_higher_than_the_groups_max_changes_nothing_and_is_refused() {
    let mut lot = Lot::open(None);
    lot.bids(A, 70_000);
    for amount in [1, 50_000, 60_000, 70_000] {
        let data = lot.refuses(B, amount, RefusalCode::SisterRooftopLeads);
        assert_eq!(data, json!({ "merged": true }));
    }
    lot.refuses(A, 70_000, RefusalCode::Duplicate);
    // the least that an outsider must bid is no measure for who raises the group's own max
    lot.bids(X, 69_900);
    lot.stands(A, 70_000, Some(69_900), 70_000);
    lot.refuses(Y, 70_100, RefusalCode::BelowMin);
    lot.bids(B, 70_100);
    lot.stands(B, 70_100, Some(69_900), 70_000);
    // a raise replaces what the group had: the one who leads may lower it to the price
    lot.bids(B, 70_000);
    lot.stands(B, 70_000, Some(69_900), 70_000);
}

#[test]
fn against_others_each_store_bids_as_any_other() {
    let mut lot = Lot::open(None);
    lot.bids(A, 60_000);
    lot.bids(X, 80_000);
    lot.stands(X, 80_000, Some(60_000), 60_500);
    assert_eq!(lot.bids(B, 70_000), "below_leader");
    lot.stands(X, 80_000, Some(70_000), 70_500);
    assert_eq!(lot.bids(A, 90_000), "overtook");
    lot.stands(A, 90_000, Some(80_000), 80_500);
}

#[test]
fn below_the_reserve_the_group_raises_like_one_bidder() {
    let mut lot = Lot::open(Some(80_000));
    lot.bids(A, 60_000);
    lot.bids(B, 65_000);
    lot.stands(B, 65_000, None, 65_000);
    assert_eq!(lot.bids(A, 85_000), "reserve_jump");
    lot.stands(A, 85_000, None, 80_000);
    assert!(lot.state.met);
}

#[test]
fn at_the_opening_the_highest_max_of_a_group_enters_for_it() {
    let mut lot = Lot::scheduled(Format::Timed, BelowReserve::Full, None);
    for (who, amount) in [(A, 60_000), (B, 70_000)] {
        lot.bids(who, amount);
    }
    lot.accepts(&Command::Open);
    lot.stands(B, 70_000, None, 50_000);
    let mut lot = Lot::scheduled(Format::Timed, BelowReserve::Full, None);
    for (who, amount) in [(A, 70_000), (X, 65_000), (B, 68_000), (B, 66_000)] {
        lot.bids(who, amount);
    }
    lot.accepts(&Command::Open);
    lot.stands(A, 70_000, Some(65_000), 65_500);
    assert_eq!(lot.state.holds().count(), 1);
    // of equal ones the earlier; and the group enters once, with its best, not with one after the other
    let mut lot = Lot::scheduled(Format::Timed, BelowReserve::Full, None);
    for (who, amount) in [(X, 54_000), (A, 54_400), (B, 55_000), (C, 55_000)] {
        lot.bids(who, amount);
    }
    lot.accepts(&Command::Open);
    lot.stands(B, 55_000, Some(54_000), 54_500);
    assert_eq!(lot.state.bidders, [X, A, B, C], "all of them have bid");
    // one after the other comes back when the best are voided
    lot.voids(3);
    lot.stands(C, 55_000, Some(54_000), 54_500);
    lot.voids(4);
    lot.stands(A, 54_400, Some(54_000), 54_400);
}

#[test]
fn a_void_lets_no_sister_drive_the_price_that_she_could_not_drive_before() {
    // under `block`: B could bid because an outsider led, and with him gone the sisters meet
    let mut lot = Lot::open(None);
    lot.bids(A, 60_000);
    lot.bids(X, 80_000);
    let barred = bid(B, yuan(90_000), group_of(B)).known(Some(Bar::SisterRooftopLeads), yuan(1_000_000));
    assert_eq!(
        decide(&lot.state, &barred, lot.now).unwrap_err().data,
        json!({}),
        "the bar answers first, and says nothing of the sister's max"
    );
    lot.bids(B, 90_000);
    lot.stands(B, 90_000, Some(80_000), 80_500);
    lot.voids(3);
    lot.stands(B, 90_000, None, 50_000);
}

#[test]
fn a_void_merges_again_as_it_was_merged() {
    let mut lot = Lot::open(None);
    lot.bids(A, 60_000);
    lot.bids(B, 70_000);
    lot.voids(3);
    lot.stands(A, 60_000, None, 50_000);
    // with the outsider gone, the two are one bidder who never had a rival
    let mut lot = Lot::open(None);
    lot.bids(X, 80_000);
    lot.bids(B, 70_000);
    lot.bids(A, 75_000);
    lot.voids(2);
    lot.stands(A, 75_000, None, 50_000);
    lot.bids(B, 76_000);
    lot.stands(B, 76_000, None, 50_000);
    // the bid that made the group known is gone, the group is not
    let mut lot = Lot::open(None);
    lot.bids(A, 60_000);
    lot.bids(A, 65_000);
    lot.voids(2);
    assert_eq!(lot.bids(B, 70_000), "group_raise");
}

#[test]
fn who_leaves_his_group_bids_against_it() {
    let mut lot = Lot::open(None);
    lot.bids(A, 60_000);
    lot.bids(B, 70_000);
    lot.accepts(&bid(B, yuan(75_000), None));
    assert_eq!(lot.bids(A, 80_000), "overtook");
    lot.stands(A, 80_000, Some(75_000), 75_500);
}

#[test]
fn of_sealed_offers_a_sisters_makes_no_second_price() {
    let mut lot = Lot::scheduled(Format::SealedSecond, BelowReserve::Full, None);
    lot.accepts(&Command::Open);
    for (who, amount) in [(A, 90_000), (B, 80_000), (X, 70_000)] {
        lot.bids(who, amount);
    }
    lot.now = END_AT;
    lot.accepts(&Command::Close);
    lot.stands(A, 90_000, Some(70_000), 70_100);
}

#[derive(Clone, Debug)]
enum Move {
    /// So many ticks from the least that an outsider must bid.
    NearMin(DealerId, i64),
    /// So many from the leader's max.
    NearMax(DealerId, i64),
    /// The leader, around his own max.
    Own(i64),
    ReserveDrop(i64),
    Void(i64),
}

/// Three stores of a group, two of another, and one of none.
fn dealer() -> impl Strategy<Value = DealerId> {
    prop_oneof![Just(0xA_u128), Just(0xB), Just(0xC), Just(0x10), Just(0x11), Just(0x20)]
        .prop_map(|number| DealerId(Uuid::from_u128(number)))
}

fn moves(voids: u32) -> impl Strategy<Value = Vec<(i64, Move)>> {
    let step = prop_oneof![
        8 => (dealer(), -1..12_i64).prop_map(|(who, ticks)| Move::NearMin(who, ticks)),
        8 => (dealer(), -4..20_i64).prop_map(|(who, ticks)| Move::NearMax(who, ticks)),
        4 => (-15..30_i64).prop_map(Move::Own),
        1 => (0..150_i64).prop_map(Move::ReserveDrop),
    ];
    let void = (1..40_i64).prop_map(Move::Void);
    let step = prop_oneof![100 - voids => step, voids => void];
    vec((0..60_000_i64, step), 60)
}

fn command(step: &Move, state: &LotState, history: &History) -> Command {
    let min_next = state.min_next().0;
    let best = state.leader.map_or(min_next, |leader| leader.max_fen.0);
    let of = |who: DealerId, fen: i64| bid(who, Fen(fen), group_of(who));
    match *step {
        Move::NearMin(who, ticks) => of(who, min_next + ticks * TICK),
        Move::NearMax(who, ticks) => of(who, best + ticks * TICK),
        Move::Own(ticks) => of(state.leader.map_or(A, |leader| leader.dealer_id), best + ticks * TICK),
        Move::ReserveDrop(ticks) => Command::ReserveLowered {
            reserve_fen: Fen(state.reserve_fen.unwrap_or_default().0 - ticks * TICK),
        },
        Move::Void(bid_seq) => Command::VoidBid {
            bid_seq,
            reason: VoidReason::SystemFault,
            history: history.clone(),
            powers: Vec::new(),
        },
    }
}

/// The same command of the one entity that a group is.
fn as_one(command: &Command) -> Command {
    let mut one = command.clone().of_group(None);
    if let Command::PlaceMax { dealer_id, .. } = &mut one
        && let Some(Group(group)) = group_of(*dealer_id)
    {
        *dealer_id = DealerId(group);
    }
    one
}

fn entity(dealer_id: DealerId) -> DealerId {
    group_of(dealer_id).map_or(dealer_id, |Group(group)| DealerId(group))
}

/// The maxes that wait for the opening, of each group only its best: of equal ones the earliest.
fn best_of_each(state: &LotState) -> Vec<PreBid> {
    let mut best: Vec<PreBid> = Vec::new();
    let mut waiting = state.pre_bids.clone();
    waiting.sort_by_key(|pre_bid| (Reverse(pre_bid.max_fen), pre_bid.since));
    for pre_bid in waiting {
        let one = PreBid { dealer_id: entity(pre_bid.dealer_id), ..pre_bid };
        if best.iter().all(|other| other.dealer_id != one.dealer_id) {
            best.push(one);
        }
    }
    best
}

fn modes() -> impl Strategy<Value = (BelowReserve, Option<i64>)> {
    let reserve = prop_oneof![Just(None), (0..300_i64).prop_map(Some)];
    (prop_oneof![Just(BelowReserve::Full), Just(BelowReserve::Stepped)], reserve)
}

fn a_lot((mode, reserve): (BelowReserve, Option<i64>)) -> Lot {
    let reserve = reserve.map(|ticks| Fen(5_000_000 + ticks * TICK));
    let mut lot = Lot::scheduled(Format::Timed, mode, reserve);
    lot.accepts(&Command::Open);
    lot
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever the stores do, price, second-best max, light and end are those of a lot on which the group is one bidder.
    #[test]
    fn a_group_is_one_bidder(modes in modes(), steps in moves(0)) {
        let mut lot = a_lot(modes);
        let mut plain = lot.state.clone();
        for (wait_ms, step) in steps {
            lot.now = lot.now.plus_ms(wait_ms);
            let asked = command(&step, &lot.state, &history(&lot.first, &lot.events));
            let (merged, one) = (decide(&lot.state, &asked, lot.now), decide(&plain, &as_one(&asked), lot.now));
            match (merged, one) {
                (Ok(merged), Ok(one)) => {
                    lot.state = apply_all(&lot.state, &merged.events);
                    lot.events.push(merged.events);
                    plain = apply_all(&plain, &one.events);
                }
                // one bidder could lower his max so; a store cannot lower its sister's
                (Err(refusal), _) if refusal.code == RefusalCode::SisterRooftopLeads => continue,
                (merged, one) => prop_assert_eq!(
                    merged.map_err(|refusal| refusal.code).err(),
                    one.map_err(|refusal| refusal.code).err()
                ),
            }
            let leads = |state: &LotState| state.leader.map(|leader| (entity(leader.dealer_id), leader.max_fen));
            let plain_leads = plain.leader.map(|leader| (leader.dealer_id, leader.max_fen));
            prop_assert_eq!(leads(&lot.state), plain_leads);
            let shown = |state: &LotState| (state.price_fen, state.second_max_fen, state.met, state.end_at, state.extensions);
            prop_assert_eq!(shown(&lot.state), shown(&plain));
        }
    }

    /// Whatever waited for the opening, lead, price and second-best max are those of a lot on which each group gave its best
    /// max only.
    #[test]
    fn at_the_opening_no_sister_raises_a_sister(
        modes in modes(),
        early in vec((dealer(), 0..60_i64), 0..14),
    ) {
        let mut lot = Lot::scheduled(Format::Timed, modes.0, modes.1.map(|ticks| Fen(5_000_000 + ticks * TICK)));
        for (who, ticks) in early {
            let asked = bid(who, Fen(5_000_000 + ticks * TICK), group_of(who));
            if let Ok(accepted) = decide(&lot.state, &asked, lot.now) {
                lot.state = apply_all(&lot.state, &accepted.events);
            }
        }
        let mut plain = LotState { pre_bids: best_of_each(&lot.state), groups: Vec::new(), ..lot.state.clone() };
        for state in [&mut lot.state, &mut plain] {
            let opened = decide(state, &Command::Open, lot.now).unwrap();
            *state = apply_all(state, &opened.events);
        }
        let leads = lot.state.leader.map(|leader| (entity(leader.dealer_id), leader.max_fen));
        prop_assert_eq!(leads, plain.leader.map(|leader| (leader.dealer_id, leader.max_fen)));
        let shown = |state: &LotState| (state.price_fen, state.second_max_fen, state.met);
        prop_assert_eq!(shown(&lot.state), shown(&plain));
        prop_assert!(lot.state.holds().count() <= 1, "only who leads holds");
    }

    /// Where only one group bids, before the opening and after it, nobody ever asks for more than the start price, whatever
    /// is voided; and no void makes anybody pay more.
    #[test]
    fn a_group_alone_pays_the_start_price(early in vec((0..3_u128, 0..99_i64), 0..6), steps in moves(8)) {
        let mut lot = Lot::scheduled(Format::Timed, BelowReserve::Stepped, None);
        for (who, ticks) in early {
            let who = DealerId(Uuid::from_u128(0xA + who));
            let asked = bid(who, Fen(5_000_000 + ticks * TICK), group_of(who));
            if let Ok(accepted) = decide(&lot.state, &asked, lot.now) {
                lot.state = apply_all(&lot.state, &accepted.events);
                lot.events.push(accepted.events);
            }
        }
        lot.accepts(&Command::Open);
        for (wait_ms, step) in steps {
            let mut asked = command(&step, &lot.state, &history(&lot.first, &lot.events));
            if let Command::PlaceMax { dealer_id, group, .. } = &mut asked {
                *dealer_id = DealerId(Uuid::from_u128(0xA + dealer_id.0.as_u128() % 3));
                *group = group_of(*dealer_id);
            }
            let Ok(accepted) = decide(&lot.state, &asked, lot.now) else { continue };
            let before = lot.state.price_fen;
            lot.state = apply_all(&lot.state, &accepted.events);
            lot.events.push(accepted.events);
            prop_assert_eq!(lot.state.second_max_fen, None);
            prop_assert!(lot.state.price_fen.is_none_or(|price| price == yuan(50_000)), "{:?} {:?}", before, lot.state);
            prop_assert_eq!(lot.state.status, LotStatus::Open);
            lot.now = lot.now.plus_ms(wait_ms / 60);
        }
    }
}
