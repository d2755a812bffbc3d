//! What holds in every negotiation, over random histories of moves by both sides and by the clock.
#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use deal::{Command, Event, Kind, Negotiation, Side, Status, Terms, apply, apply_all, decide};
use kernel::{Fen, UnixMs};
use proptest::prelude::*;

const TICK: i64 = 10_000;
const REPLY_MS: i64 = 7_200_000;
const FIRST_MS: i64 = 14_400_000;
const COUNTERS: u32 = 3;
/// Outages are shorter than this, and none leaves more than this.
const OUTAGE_MAX_MS: i64 = 600_000;

/// A move before it is known what amounts make sense: steps count ticks from the bid.
#[derive(Clone, Copy, Debug)]
enum Move {
    Accept(Side),
    AcceptStale(Side, i64),
    Counter(Side, i64),
    StandBy,
    Decline(Side),
    Secret(Side, i64),
    Odd(Side, i64),
    Outage(i64),
    Expire,
}

fn side() -> impl Strategy<Value = Side> {
    prop_oneof![Just(Side::Buyer), Just(Side::Seller)]
}

fn moves() -> impl Strategy<Value = Vec<(Move, i64)>> {
    let amount = -2_i64..45;
    let one = prop_oneof![
        1 => side().prop_map(Move::Accept),
        1 => (side(), amount.clone()).prop_map(|(side, at)| Move::AcceptStale(side, at)),
        12 => (side(), amount.clone()).prop_map(|(side, at)| Move::Counter(side, at)),
        2 => Just(Move::StandBy),
        1 => side().prop_map(Move::Decline),
        4 => (side(), amount).prop_map(|(side, at)| Move::Secret(side, at)),
        1 => (side(), 1_i64..TICK).prop_map(|(side, over)| Move::Odd(side, over)),
        1 => (1_i64..OUTAGE_MAX_MS).prop_map(Move::Outage),
        1 => Just(Move::Expire),
    ];
    // mostly soon, now and then after the deadline
    let wait = prop_oneof![20 => 0_i64..600_000, 1 => 0_i64..20_000_000];
    proptest::collection::vec((one, wait), 1..60)
}

fn terms(kind: Kind, reserve_steps: i64) -> Terms {
    let bid = Fen(600 * TICK);
    let reserve = match kind {
        Kind::HighBidder => Fen(bid.0 + reserve_steps * TICK),
        Kind::SecondChance => bid,
    };
    Terms {
        kind,
        bid_fen: bid,
        reserve_fen: reserve,
        tick_fen: Fen(TICK),
        counters_max: COUNTERS,
        reply_ms: REPLY_MS,
        offer_ms: 4 * 3_600_000,
        hold_percent: 50,
        outage_left_ms: 300_000,
    }
}

fn command(state: &Negotiation, a_move: Move, now: UnixMs) -> Command {
    let at = |steps: i64| Fen(state.terms.bid_fen.0 + steps * TICK);
    match a_move {
        Move::Accept(side) => {
            let offer_fen = state.stand(side.other()).offer_fen.unwrap_or_default();
            Command::Accept { side, offer_fen }
        }
        Move::AcceptStale(side, steps) => Command::Accept { side, offer_fen: at(steps) },
        Move::Counter(side, steps) => Command::Counter { side, amount_fen: at(steps) },
        Move::StandBy => Command::StandBy,
        Move::Decline(side) => Command::Decline { side },
        Move::Secret(side, steps) => Command::EnterSecret { side, amount_fen: at(steps) },
        Move::Odd(side, over) => Command::Counter { side, amount_fen: Fen(at(3).0 + over) },
        Move::Outage(ms) => Command::GiveTime { from: now.plus_ms(-ms), to: now },
        Move::Expire => Command::Expire,
    }
}

/// What a history is checked against as it goes.
struct Watch {
    opened: UnixMs,
    ends: u32,
    last_mover: Option<Side>,
    given_ms: i64,
}

impl Watch {
    fn accepted(&mut self, before: &Negotiation, command: &Command, events: &[Event], next: &Negotiation) {
        assert_eq!(before.status, Status::Open, "nothing is accepted after the end");
        for event in events {
            match event {
                Event::Countered { side, .. } => self.moved(*side),
                Event::StoodBy => self.moved(Side::Buyer),
                Event::Agreed { .. } | Event::Failed { .. } => self.ends += 1,
                Event::TimeGiven { deadline_at, .. } => {
                    self.given_ms += deadline_at.since(before.deadline_at);
                    assert!(*deadline_at > before.deadline_at, "time is only given");
                }
                Event::TurnPassed { to, .. } => assert_eq!(*to, before.turn.other()),
                Event::SecretEntered { .. } => {}
            }
        }
        assert_eq!(next.seq, before.seq + 1, "{command:?}");
        assert!(next.buyer.offer_fen >= before.buyer.offer_fen, "the buyer's offer only rises");
        if let (Some(now), Some(then)) = (next.seller.offer_fen, before.seller.offer_fen) {
            assert!(now <= then, "the seller's only falls");
        }
    }

    fn moved(&mut self, side: Side) {
        assert_ne!(self.last_mover, Some(side), "nobody moves twice in a row");
        self.last_mover = Some(side);
    }

    fn holds(&self, state: &Negotiation) {
        let terms = &state.terms;
        assert_eq!(state.status == Status::Agreed, state.price_fen.is_some());
        if let Some(price) = state.price_fen {
            assert!(
                terms.bid_fen <= price && price <= terms.reserve_fen,
                "between bid and reserve: {price:?}"
            );
            assert_eq!(price.0 % TICK, 0, "a multiple of the tick");
        }
        if let (Status::Open, Kind::HighBidder) = (state.status, terms.kind) {
            assert!(
                state.seller.offer_fen.is_none_or(|ask| state.buyer.offer_fen < Some(ask)),
                "no crossing stays open"
            );
        }
        assert!(state.buyer.counters <= COUNTERS && state.seller.counters <= COUNTERS);
        assert!(self.ends <= 1, "it ends once");
        // the first word, then at most one reply to each of the seller's counters and to each answer
        let longest = FIRST_MS + REPLY_MS * i64::from(2 * COUNTERS) + self.given_ms;
        assert!(state.deadline_at.since(self.opened) <= longest, "no negotiation lasts for ever");
    }
}

fn run(kind: Kind, reserve_steps: i64, history: Vec<(Move, i64)>) {
    let mut now = UnixMs(1_790_000_000_000);
    let begun = Negotiation::opened(terms(kind, reserve_steps), now, now.plus_ms(FIRST_MS));
    let mut watch = Watch { opened: now, ends: 0, last_mover: None, given_ms: 0 };
    let (mut state, mut log) = (begun.clone(), Vec::new());
    for (a_move, wait) in history {
        now = now.plus_ms(wait);
        let command = command(&state, a_move, now);
        let before = state.clone();
        let answer = decide(&state, &command, now);
        assert_eq!(answer, decide(&before, &command, now), "the same question, the same answer");
        if let Ok(events) = answer {
            state = apply_all(&state, &events);
            watch.accepted(&before, &command, &events, &state);
            log.push(events);
        } else {
            assert_eq!(state, before, "a refusal changes nothing");
        }
        watch.holds(&state);
    }
    // whatever happened: when the deadline passes, it is over
    if state.status == Status::Open {
        let events = decide(&state, &Command::Expire, state.deadline_at).expect("it is due");
        state = apply_all(&state, &events);
        log.push(events);
    }
    assert_ne!(state.status, Status::Open);
    let replayed = log.iter().fold(begun, |mut state, events| {
        events.iter().for_each(|event| apply(&mut state, event));
        Negotiation { seq: state.seq + 1, ..state }
    });
    assert_eq!(replayed, state, "the log leads to the same state");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, ..ProptestConfig::default() })]

    #[test]
    fn a_negotiation_ends_once_in_time_at_a_fair_price(reserve_steps in 1_i64..40, history in moves()) {
        run(Kind::HighBidder, reserve_steps, history);
    }

    #[test]
    fn so_does_a_second_chance(history in moves()) {
        run(Kind::SecondChance, 1, history);
    }
}
