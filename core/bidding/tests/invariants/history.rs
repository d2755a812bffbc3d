//! Random histories: moves that are near what matters (minimum, leader's max, reserve, end), made into commands
//! against the state of the moment.

use bidding::{
    Bar, BelowReserve, Command, Format, History, HouseRules, Ladder, LotState, SmallRaise, Terms, VoidReason,
};
use kernel::{DealerId, Fen, UnixMs};
use proptest::prelude::*;
use uuid::Uuid;

/// The usual tick: the steps of the usual ladder are multiples of it.
pub(crate) const TICK: i64 = 10_000;
const OPENS_AT: UnixMs = UnixMs(1_000_000);
const LENGTH_MS: i64 = 5 * 60_000;
const CAP_MS: i64 = 10 * 60_000;
const DEALERS: u128 = 6;

/// What a lot starts with.
#[derive(Clone, Debug)]
pub(crate) struct Setup {
    pub(crate) tick: i64,
    pub(crate) start_ticks: i64,
    /// Above the start.
    pub(crate) reserve_ticks: Option<i64>,
    pub(crate) double_after_extensions: Option<u32>,
    pub(crate) guard: bool,
    pub(crate) house: HouseRules,
}

/// One attempt, some time after the one before.
#[derive(Clone, Debug)]
pub(crate) struct Attempt {
    pub(crate) wait_ms: i64,
    pub(crate) step: Move,
}

#[derive(Clone, Debug)]
pub(crate) enum Move {
    /// Around the least amount a challenger must offer.
    NearMin {
        who: u128,
        ticks: i64,
        confirmed: bool,
    },
    /// Around the leader's max: ties, repeats, narrow wins, lowerings.
    NearMax {
        who: u128,
        ticks: i64,
    },
    /// The leader himself, around his own max.
    Own {
        ticks: i64,
    },
    /// Around the reserve.
    NearReserve {
        who: u128,
        ticks: i64,
    },
    /// Not a multiple of the tick, or not positive.
    Odd {
        who: u128,
        fen: i64,
    },
    Barred {
        who: u128,
    },
    ReserveDrop {
        ticks: i64,
    },
    PublishReserve,
    Gap {
        ticks: i64,
    },
    Pause,
    Resume,
    Outage {
        ago_ms: i64,
        length_ms: i64,
    },
    Open,
    OpenWithout {
        who: u128,
    },
    Close,
    /// Of a bid that stands, counted from the newest.
    Void {
        back: usize,
    },
    /// Of any number, mostly one that is no bid that stands.
    VoidAny {
        seq: i64,
    },
    Withdraw {
        who: u128,
    },
    VoidOffer {
        who: u128,
    },
    NewReport {
        hash: u8,
        material: bool,
    },
    ConfirmReport {
        who: u128,
    },
}

pub(crate) fn setup() -> impl Strategy<Value = Setup> {
    // one in six is hardly ever reached
    let reserve =
        prop_oneof![1 => Just(None), 4 => (0..400_i64).prop_map(Some), 1 => (900..1_900_i64).prop_map(Some)];
    let tick = prop_oneof![4 => Just(TICK), 1 => Just(TICK / 4), 1 => Just(5 * TICK)];
    let doubling = prop_oneof![2 => Just(Some(2_u32)), 2 => Just(Some(20)), 1 => Just(None)];
    (tick, 50..1_200_i64, reserve, doubling, any::<bool>(), house()).prop_map(
        |(tick, start_ticks, reserve_ticks, double_after_extensions, guard, house)| Setup {
            tick,
            start_ticks,
            reserve_ticks,
            double_after_extensions,
            guard,
            house,
        },
    )
}

/// When an amount is asked about, how much time is left after what, and what a small raise does.
fn house() -> impl Strategy<Value = HouseRules> {
    let percent = prop_oneof![2 => Just(Some(130)), 1 => Just(Some(105)), 1 => Just(None)];
    let steps = prop_oneof![2 => Just(Some(30)), 1 => Just(Some(4)), 1 => Just(None)];
    let left = (0..180_000_i64, 0..120_000_i64, 0..300_000_i64);
    let small_raise = prop_oneof![2 => Just(SmallRaise::NoTime), 1 => Just(SmallRaise::Time), 1 => Just(SmallRaise::Refused)];
    (percent, steps, left, small_raise).prop_map(
        |(
            confirm_guide_percent,
            confirm_steps,
            (resume_left_ms, reading_ms, outage_left_ms),
            small_raise,
        )| {
            HouseRules {
                confirm_guide_percent,
                confirm_steps,
                resume_left_ms,
                reading_ms,
                outage_left_ms,
                small_raise,
                ..HouseRules::default()
            }
        },
    )
}

pub(crate) fn attempt() -> impl Strategy<Value = Attempt> {
    let who = || 0..DEALERS;
    let step = prop_oneof![
        24 => (who(), -1..12_i64, any::<bool>())
            .prop_map(|(who, ticks, confirmed)| Move::NearMin { who, ticks, confirmed }),
        4 => (who(), 12..90_i64).prop_map(|(who, ticks)| Move::NearMin { who, ticks, confirmed: true }),
        10 => (who(), -4..5_i64).prop_map(|(who, ticks)| Move::NearMax { who, ticks }),
        8 => (-15..30_i64).prop_map(|ticks| Move::Own { ticks }),
        2 => (who(), -3..3_i64).prop_map(|(who, ticks)| Move::NearReserve { who, ticks }),
        2 => (who(), -20_000..20_000_000_i64).prop_map(|(who, fen)| Move::Odd { who, fen }),
        1 => who().prop_map(|who| Move::Barred { who }),
        5 => prop_oneof![-2..12_i64, 0..150_i64].prop_map(|ticks| Move::ReserveDrop { ticks }),
        1 => Just(Move::PublishReserve),
        1 => (0..20_i64).prop_map(|ticks| Move::Gap { ticks }),
        1 => Just(Move::Pause),
        // Often enough that a pause takes little of a history.
        8 => Just(Move::Resume),
        4 => (0..20_000_i64, 0..60_000_i64).prop_map(|(ago_ms, length_ms)| Move::Outage { ago_ms, length_ms }),
        1 => Just(Move::Open),
        1 => Just(Move::Close),
        6 => (0..12_usize).prop_map(|back| Move::Void { back }),
        1 => (-1..60_i64).prop_map(|seq| Move::VoidAny { seq }),
        1 => who().prop_map(|who| Move::Withdraw { who }),
        1 => who().prop_map(|who| Move::VoidOffer { who }),
        1 => (0..4_u8, any::<bool>()).prop_map(|(hash, material)| Move::NewReport { hash, material }),
        6 => who().prop_map(|who| Move::ConfirmReport { who }),
    ];
    // Nodes' clocks differ a little: an attempt may carry an earlier time than the one before it.
    (-30..6_000_i64, step).prop_map(|(wait_ms, step)| Attempt { wait_ms, step })
}

/// What happens before the opening: maxes that are given, changed and taken back, sometimes on a new report.
pub(crate) fn early() -> impl Strategy<Value = Attempt> {
    let who = || 0..DEALERS;
    let step = prop_oneof![
        12 => (who(), -1..60_i64).prop_map(|(who, ticks)| Move::NearMin { who, ticks, confirmed: true }),
        2 => (who(), -3..3_i64).prop_map(|(who, ticks)| Move::NearReserve { who, ticks }),
        2 => who().prop_map(|who| Move::Withdraw { who }),
        1 => who().prop_map(|who| Move::VoidOffer { who }),
        1 => (0..4_u8, any::<bool>()).prop_map(|(hash, material)| Move::NewReport { hash, material }),
        2 => who().prop_map(|who| Move::ConfirmReport { who }),
        1 => (0..3_usize).prop_map(|back| Move::Void { back }),
        1 => (0..60_i64).prop_map(|ticks| Move::ReserveDrop { ticks }),
        1 => Just(Move::PublishReserve),
    ];
    step.prop_map(|step| Attempt { wait_ms: 0, step })
}

/// The opening, sometimes without one of the entities.
pub(crate) fn opening() -> impl Strategy<Value = Attempt> {
    let step =
        prop_oneof![3 => Just(Move::Open), 1 => (0..DEALERS).prop_map(|who| Move::OpenWithout { who })];
    step.prop_map(|step| Attempt { wait_ms: 0, step })
}

/// The last ones: the hammer, long after the end, and what comes too late.
pub(crate) fn ending() -> Vec<Attempt> {
    const LONG_AFTER_MS: i64 = 24 * 3_600_000;
    let late = |step| Attempt { wait_ms: 1, step };
    // everybody stands by his bid, or the hammer would wait
    let confirmed = (0..DEALERS).map(|who| late(Move::ConfirmReport { who }));
    let rest = [
        late(Move::Resume),
        // what ends below its reserve ends within it
        late(Move::Gap { ticks: 2_000 }),
        Attempt { wait_ms: LONG_AFTER_MS, step: Move::Close },
        late(Move::VoidAny { seq: 2 }),
        late(Move::NearMin { who: 0, ticks: 5, confirmed: true }),
        late(Move::ReserveDrop { ticks: 1 }),
        late(Move::Outage { ago_ms: 0, length_ms: LONG_AFTER_MS }),
        late(Move::Open),
    ];
    confirmed.chain(rest).collect()
}

/// By what the steps of the usual ladder are multiplied, so that each is a multiple of the tick.
pub(crate) fn step_scale(tick: i64) -> i64 {
    (tick / TICK).max(1)
}

impl Setup {
    fn ladder(&self) -> Ladder {
        let mut ladder = Ladder::standard();
        ladder.0.iter_mut().for_each(|band| band.step_fen.0 *= step_scale(self.tick));
        assert!(ladder.is_valid(Fen(self.tick)));
        ladder
    }

    pub(crate) fn lot(&self, mode: BelowReserve) -> LotState {
        let end_at = OPENS_AT.plus_ms(LENGTH_MS);
        let terms = Terms {
            start_fen: Fen(self.start_ticks * self.tick),
            tick_fen: Fen(self.tick),
            ladder: self.ladder(),
            window_ms: 120_000,
            cap_at: end_at.plus_ms(CAP_MS),
            double_after_extensions: self.double_after_extensions,
            below_reserve: mode,
            guide_fen: self.reserve_ticks.map(|ticks| Fen((self.start_ticks + ticks) * self.tick)),
            fat_finger_guard: self.guard,
            format: Format::default(),
            buy_now_fen: None,
            deposit_bp: 0,
            published_reserve_fen: None,
            house: self.house,
        };
        let reserve = self.reserve_ticks.map(|ticks| Fen((self.start_ticks + ticks) * self.tick));
        LotState::scheduled(terms, OPENS_AT, end_at, reserve)
    }
}

impl Move {
    pub(crate) fn command(&self, state: &LotState, history: &History, now: UnixMs) -> Command {
        let tick = state.terms.tick_fen.0;
        let min_next = state.min_next().0;
        let own_max = state.leader.map_or(min_next, |leader| leader.max_fen.0);
        let reserve = state.reserve_fen.map_or(min_next, |reserve| reserve.0);
        match *self {
            Move::NearMin { who, ticks, confirmed } => bid(dealer(who), min_next + ticks * tick, confirmed),
            Move::NearMax { who, ticks } => bid(dealer(who), own_max + ticks * tick, true),
            Move::Own { ticks } => {
                let who = state.leader.map_or(dealer(0), |leader| leader.dealer_id);
                bid(who, own_max + ticks * tick, true)
            }
            Move::NearReserve { who, ticks } => bid(dealer(who), reserve + ticks * tick, true),
            Move::Odd { who, fen } => bid(dealer(who), fen, true),
            Move::Barred { who } => Command::PlaceMax {
                dealer_id: dealer(who),
                max_fen: Fen(min_next),
                confirmed: true,
                bar: Some(Bar::Banned),
                power_fen: None,
                seen_report: None,
                group: None,
            },
            Move::ReserveDrop { ticks } => {
                Command::ReserveLowered { reserve_fen: Fen(reserve - ticks * tick) }
            }
            Move::PublishReserve => Command::PublishReserve,
            Move::Gap { ticks } => Command::SetGap { gap_fen: Fen(ticks * tick) },
            Move::Pause => Command::Pause,
            Move::Resume => Command::Resume,
            Move::Outage { ago_ms, length_ms } => {
                let to = now.plus_ms(-ago_ms);
                Command::ExtendBySystem { from: to.plus_ms(-length_ms), to }
            }
            Move::Open => Command::Open,
            Move::OpenWithout { who } => {
                Command::OpenWithout { barred: vec![dealer(who)], uncovered: Vec::new() }
            }
            Move::Close => Command::Close,
            Move::Void { back } => {
                let bids = (1..=state.seq).rev().filter(|seq| history.bidder_of(*seq).is_some());
                void(bids.take(back + 1).last().unwrap_or(0), history)
            }
            Move::VoidAny { seq } => void(seq, history),
            Move::VoidOffer { who } => {
                Command::VoidOffer { dealer_id: dealer(who), reason: VoidReason::BidderBarred }
            }
            Move::Withdraw { who } => Command::Withdraw { dealer_id: dealer(who) },
            Move::NewReport { hash, material } => {
                Command::ReportChanged { report_hash: hash.to_string(), before_hash: String::new(), material }
            }
            Move::ConfirmReport { who } => {
                let report_hash =
                    state.report.as_ref().map_or_else(String::new, |report| report.hash.clone());
                Command::ConfirmReport { dealer_id: dealer(who), report_hash }
            }
        }
    }
}

fn void(bid_seq: i64, history: &History) -> Command {
    Command::VoidBid {
        bid_seq,
        reason: VoidReason::SystemFault,
        history: history.clone(),
        powers: Vec::new(),
    }
}

fn bid(dealer_id: DealerId, fen: i64, confirmed: bool) -> Command {
    Command::PlaceMax {
        dealer_id,
        max_fen: Fen(fen),
        confirmed,
        bar: None,
        power_fen: None,
        seen_report: None,
        group: None,
    }
}

pub(crate) fn dealer(who: u128) -> DealerId {
    DealerId(Uuid::from_u128(who + 1))
}
