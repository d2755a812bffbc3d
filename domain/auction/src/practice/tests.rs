//! Random auctions, published as logs, and practised on.

use bidding::{BelowReserve, Command, Event, Format, HouseRules, Ladder, LotState, Terms, advance, decide};
use kernel::{DealerId, Fen, LotId, UnixMs};
use proof::{Hash, PublishedRow, Replay, Row};
use proptest::collection::vec;
use proptest::prelude::*;
use uuid::Uuid;

use super::cast::{Cast, SeenReserve};
use super::course::{Course, OwnBid, Practiser, course};

const TICK: i64 = 10_000;
const OPENS_AT: i64 = 1_000_000;
/// Longer than what is practised on.
const OPEN_MS: i64 = 30 * 60 * 1000;

/// A lot as it really went.
#[derive(Clone, Debug)]
struct Setup {
    full: bool,
    /// In ticks.
    reserve: Option<i64>,
    is_published: bool,
    /// Who bids how many ticks before the opening.
    early: Vec<(u8, i64)>,
    /// Who bids how many ticks above the start, so long after the bid before.
    bids: Vec<(u8, i64, i64)>,
}

fn setups() -> impl Strategy<Value = Setup> {
    let bid = (1..=4_u8, 0..700_i64, 1..180_000_i64);
    (
        any::<bool>(),
        proptest::option::of(500..900_i64),
        any::<bool>(),
        vec((1..=4_u8, 0..200_i64), 0..4),
        vec(bid, 1..40),
    )
        .prop_map(|(full, reserve, is_published, early, bids)| Setup {
            full,
            reserve,
            is_published,
            early,
            bids,
        })
}

fn terms(setup: &Setup) -> Terms {
    Terms {
        start_fen: Fen(500 * TICK),
        tick_fen: Fen(TICK),
        ladder: Ladder::standard(),
        window_ms: 120_000,
        cap_at: UnixMs(OPENS_AT + 2 * OPEN_MS),
        // soon enough for a ladder that doubles
        double_after_extensions: Some(2),
        below_reserve: if setup.full { BelowReserve::Full } else { BelowReserve::Stepped },
        guide_fen: None,
        fat_finger_guard: true,
        format: Format::Timed,
        buy_now_fen: None,
        deposit_bp: 1_000,
        published_reserve_fen: setup.reserve.filter(|_| setup.is_published).map(|ticks| Fen(ticks * TICK)),
        house: HouseRules { confirm_steps: None, ..HouseRules::default() },
    }
}

/// The lot, and what became public of it.
struct Real {
    state: LotState,
    rows: Vec<PublishedRow>,
    met: Option<(i64, Fen)>,
}

impl Real {
    fn of(setup: &Setup) -> Real {
        let terms = terms(setup);
        let reserve = setup.reserve.map(|ticks| Fen(ticks * TICK));
        let end_at = UnixMs(OPENS_AT + OPEN_MS);
        let state = LotState::scheduled(terms, UnixMs(OPENS_AT), end_at, reserve);
        let mut real = Real { state, rows: Vec::new(), met: None };
        for (place, (who, ticks)) in setup.early.iter().enumerate() {
            let at = UnixMs(i64::try_from(place).unwrap_or_default());
            real.ask("place_max", &bid(*who, 500 + ticks), Some(*who), at);
        }
        real.ask("open", &Command::Open, None, UnixMs(OPENS_AT));
        let mut at = UnixMs(OPENS_AT);
        for (who, ticks, later_ms) in &setup.bids {
            at = at.plus_ms(*later_ms);
            real.ask("place_max", &bid(*who, 500 + ticks), Some(*who), at);
        }
        let end_at = real.state.end_at;
        real.ask("close", &Command::Close, None, end_at);
        real
    }

    fn ask(&mut self, name: &str, command: &Command, who: Option<u8>, at: UnixMs) {
        let Ok(accepted) = decide(&self.state, command, at) else { return };
        advance(&mut self.state, &accepted.events);
        let alias = |dealer_id: DealerId| self.state.alias_of(dealer_id);
        let row = Row {
            lot_id: LotId(Uuid::nil()),
            seq: Some(self.state.seq),
            judged_seq: self.state.seq - 1,
            command: name.to_owned(),
            key: Uuid::nil(),
            alias: who.and_then(|who| alias(dealer(who))).unwrap_or_default(),
            secret: Hash([0; 32]),
            report: String::new(),
            admitted_at: at,
            code: None,
            price_fen: self.state.price_fen,
            leader: self.state.leader.and_then(|leader| alias(leader.dealer_id)),
            status: self.state.status.as_str().to_owned(),
            end_at: self.state.end_at,
        };
        let turns = |event: &Event| matches!(event, Event::PriceChanged { met: true, .. });
        if self.met.is_none() && accepted.events.iter().any(turns) {
            self.met = self.state.price_fen.map(|price_fen| (self.state.seq, price_fen));
        }
        self.rows.push(PublishedRow { row, hash: Hash([0; 32]) });
    }

    fn replay(&self) -> Replay {
        let Some(replay) = Replay::of(&self.rows) else { panic!("a lot that opened has a row") };
        replay
    }

    /// As the lots are chosen: below a secret reserve that was never met, whole maxes made the price.
    fn cast(&self) -> Option<Cast> {
        let terms = &self.state.terms;
        let seen = SeenReserve {
            is_there: self.state.reserve_fen.is_some(),
            published_fen: terms.published_reserve_fen,
            met: self.met,
        };
        let is_hidden = seen.is_there && seen.met.is_none() && seen.published_fen.is_none();
        if is_hidden && terms.below_reserve == BelowReserve::Full {
            return None;
        }
        Cast::of(&self.replay(), terms, seen)
    }
}

fn dealer(who: u8) -> DealerId {
    DealerId(Uuid::from_u128(1_000 + u128::from(who)))
}

fn bid(who: u8, ticks: i64) -> Command {
    Command::PlaceMax {
        dealer_id: dealer(who),
        max_fen: Fen(ticks * TICK),
        confirmed: true,
        bar: None,
        power_fen: None,
        seen_report: None,
        group: None,
    }
}

fn at_the_end(cast: &Cast, own: &[OwnBid]) -> Course {
    course(cast, own, UnixMs(OPENS_AT + 10 * OPEN_MS))
}

fn own(at: UnixMs, max_fen: Fen) -> OwnBid {
    OwnBid { key: Uuid::from_u128(7), at, max_fen, confirmed: true }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_ghosts_alone_repeat_what_everybody_saw(setup in setups()) {
        let real = Real::of(&setup);
        if let Some(cast) = real.cast() {
            prop_assert!(at_the_end(&cast, &[]).ends_as(cast.end));
            for moment in real.replay().moments().iter().filter(|moment| moment.is_open()) {
                let seen = course(&cast, &[], moment.at);
                let leader = seen.leader();
                prop_assert_eq!(seen.state.price_fen, moment.price_fen, "{:?} {:?}", moment, &cast.ghosts);
                prop_assert_eq!(leader, moment.leader.map(Practiser::Ghost), "{:?}", moment);
                prop_assert_eq!(seen.state.end_at, moment.end_at);
            }
        }
    }

    #[test]
    fn no_ghost_has_more_than_the_lot_brought(setup in setups()) {
        if let Some(cast) = Real::of(&setup).cast() {
            prop_assert!(cast.ghosts.iter().all(|ghost| ghost.max_fen <= cast.end.price_fen), "{:?}", cast);
        }
    }

    #[test]
    fn who_goes_above_the_real_price_by_a_step_wins(setup in setups(), late_ms in 0..600_000_i64) {
        if let Some(cast) = Real::of(&setup).cast() {
            let before = at_the_end(&cast, &[]).state;
            let max = Fen(cast.end.price_fen.0 + before.increment(cast.end.price_fen).0);
            let at = UnixMs(cast.from_at.plus_ms(late_ms).0.min(before.end_at.0 - 1));
            let ended = at_the_end(&cast, &[own(at, max)]);
            prop_assert_eq!(ended.leader(), Some(Practiser::You), "{:?}", &ended.answers);
            prop_assert!(ended.state.price_fen <= Some(max));
        }
    }
}

#[test]
fn what_the_winner_would_have_paid_shows_nowhere() {
    let cast = |winners: i64| {
        let bids = vec![(1, 100, 1_000), (2, 300, 1_000), (1, 200, 1_000), (2, winners, 1_000)];
        let setup = Setup { full: false, reserve: None, is_published: false, early: Vec::new(), bids };
        Real::of(&setup).cast().map(|cast| (cast.ghosts, cast.end))
    };
    assert!(cast(310).is_some());
    assert_eq!(cast(310), cast(650));
}

#[test]
fn one_is_outbid_refused_and_extended_by_the_rules_of_the_lot() {
    let bids = vec![(1, 100, 1_000), (2, 300, 1_680_000), (1, 200, 10_000)];
    let setup = Setup { full: false, reserve: Some(600), is_published: false, early: Vec::new(), bids };
    let real = Real::of(&setup);
    let Some(cast) = real.cast() else { panic!("it can be practised on") };
    assert_eq!(cast.from_at, UnixMs(OPENS_AT + 20 * 60_000), "the last ten minutes of thirty");
    let before_end = |ms: i64| UnixMs(OPENS_AT + OPEN_MS - ms);
    let own = [
        OwnBid { confirmed: false, ..own(before_end(300_000), Fen(100)) },
        OwnBid { confirmed: false, ..own(before_end(290_000), Fen(400 * TICK)) },
        own(before_end(280_000), Fen(650 * TICK)),
        own(before_end(60_000), Fen(900 * TICK)),
        own(UnixMs(OPENS_AT + 2 * OPEN_MS), Fen(950 * TICK)),
    ];
    let ended = at_the_end(&cast, &own);
    let codes: Vec<_> = ended
        .answers
        .iter()
        .map(|answer| answer.outcome.as_ref().map_or_else(|refusal| refusal.code.as_str(), |_| "OK"))
        .collect();
    assert_eq!(codes, ["NOT_TICK", "BELOW_MIN", "OK", "OK", "CLOSED"]);
    assert_eq!(ended.leader(), Some(Practiser::You));
    assert!(ended.state.met && ended.state.extensions > 0, "late bids give the others time");
    assert!(ended.lines.iter().any(|line| line.by == Practiser::You));
    let early = course(&cast, &own, before_end(200_000));
    assert!(early.mine().leading && early.mine().max_fen == Some(Fen(650 * TICK)));
}
