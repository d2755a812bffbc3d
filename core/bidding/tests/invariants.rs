//! The invariants of the domain rules §3.6 over random histories, for both ways below the reserve.
//!
//! Each history is also led through a plain order book (`book`) that must come to the same lead and price.
//! Holds (invariant 12) are rows of the auction service, not of the fold.

#[path = "invariants/book.rs"]
mod book;
#[path = "invariants/history.rs"]
mod history;

use std::cell::Cell;

use bidding::{
    Accepted, Band, BelowReserve, Command, Event, History, HouseRules, Ladder, Leader, LotState, LotStatus,
    Outcome, PublicLot, Refusal, SmallRaise, VoidReason, apply, apply_all, decide,
};
use book::{Book, Entry};
use history::{Attempt, Setup, TICK};
use kernel::{Fen, UnixMs};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestCaseResult, TestRunner};

/// For each of the two modes 200 000 random commands and more.
const HISTORIES: u32 = 1_700;
const COMMANDS: usize = 120;
const EARLY_COMMANDS: usize = 8;

/// How much of the random commands had an effect. A generator that drifts into refusals would test nothing.
#[derive(Default)]
struct Tally {
    commands: Cell<u64>,
    bids: Cell<u64>,
    lowered: Cell<u64>,
    reserve_drops: Cell<u64>,
    met: Cell<u64>,
    extended: Cell<u64>,
    by_system: Cell<u64>,
    resumed: Cell<u64>,
    closed: Cell<u64>,
    voided: Cell<u64>,
    price_fell: Cell<u64>,
    light_out: Cell<u64>,
    entered: Cell<u64>,
    confirmed: Cell<u64>,
    in_gap: Cell<u64>,
    published: Cell<u64>,
}

fn count(cell: &Cell<u64>) {
    cell.set(cell.get() + 1);
}

impl Tally {
    fn add(&self, before: &LotState, accepted: &Accepted) {
        for event in &accepted.events {
            match event {
                Event::MaxPlaced { .. } => count(&self.bids),
                Event::MaxLowered { .. } => count(&self.lowered),
                Event::ReserveLowered { .. } => count(&self.reserve_drops),
                Event::PriceChanged { met, .. } if *met && !before.met => count(&self.met),
                Event::Extended { .. } => count(&self.extended),
                Event::ExtendedBySystem { .. } => count(&self.by_system),
                Event::Resumed { .. } => count(&self.resumed),
                Event::Closed { .. } => count(&self.closed),
                Event::BidVoided { price_fen, met, .. } => {
                    count(&self.voided);
                    if *price_fen < before.price_fen {
                        count(&self.price_fell);
                    }
                    if before.met && !met {
                        count(&self.light_out);
                    }
                }
                Event::Opened if !before.pre_bids.is_empty() => count(&self.entered),
                Event::ReportConfirmed { .. } => count(&self.confirmed),
                Event::GapAccepted => count(&self.in_gap),
                Event::ReservePublished => count(&self.published),
                _ => {}
            }
        }
    }

    fn is_rich(&self) {
        assert!(self.commands.get() >= 200_000);
        let counts = [
            ("bids", &self.bids, 20_000),
            ("lowered", &self.lowered, 1_000),
            ("reserve_drops", &self.reserve_drops, 500),
            ("met", &self.met, 300),
            ("extended", &self.extended, 5_000),
            ("by_system", &self.by_system, 100),
            ("resumed", &self.resumed, 300),
            ("closed", &self.closed, u64::from(HISTORIES)),
            ("voided", &self.voided, 5_000),
            ("falling prices", &self.price_fell, 2_000),
            ("lights that went out", &self.light_out, 30),
            ("openings with maxes", &self.entered, 1_000),
            ("confirmed reports", &self.confirmed, 500),
            ("sold within the gap", &self.in_gap, 20),
            ("published reserves", &self.published, 100),
        ];
        for (what, cell, least) in counts {
            assert!(cell.get() >= least, "only {} of {what}", cell.get());
        }
    }
}

#[test]
fn invariants_hold_when_the_whole_max_is_placed() {
    run_histories(BelowReserve::Full);
}

#[test]
fn invariants_hold_when_the_price_moves_by_steps() {
    run_histories(BelowReserve::Stepped);
}

fn run_histories(mode: BelowReserve) {
    let tally = Tally::default();
    let config = Config { cases: HISTORIES, failure_persistence: None, ..Config::default() };
    let attempts =
        (vec(history::early(), 0..EARLY_COMMANDS), history::opening(), vec(history::attempt(), COMMANDS));
    let outcome = TestRunner::new(config).run(&(history::setup(), attempts), |(setup, attempts)| {
        let (mut all, opening, running) = attempts;
        all.extend([opening].into_iter().chain(running).chain(history::ending()));
        run_history(mode, &setup, &all, &tally)
    });
    if let Err(failure) = outcome {
        panic!("{failure}");
    }
    tally.is_rich();
}

fn run_history(mode: BelowReserve, setup: &Setup, attempts: &[Attempt], tally: &Tally) -> TestCaseResult {
    let first = setup.lot(mode);
    let mut state = first.clone();
    let scale = history::step_scale(setup.tick);
    let mut book = Book::new(mode, scale, first.terms.start_fen, first.reserve_fen);
    let mut now = first.opens_at;
    let mut log: Vec<(Command, UnixMs, Vec<Event>)> = Vec::new();
    let mut past = History::beginning(first.reserve_fen);
    for attempt in attempts {
        now = now.plus_ms(attempt.wait_ms).max(first.opens_at);
        let command = attempt.step.command(&state, &past, now);
        let answer = decide(&state, &command, now);
        count(&tally.commands);
        secrets_are_kept(&state, &command, now, &answer)?;
        let Ok(accepted) = answer else { continue };
        let next = apply_all(&state, &accepted.events);
        tally.add(&state, &accepted);
        is_asked_first(&state, &command)?;
        raise_is_a_step(&state, &command)?;
        time_is_left(&state, now, &accepted, &next)?;
        step_is_sound(&state, &command, &next)?;
        seller_is_not_seen(&state, &command, &next)?;
        past.follow(next.seq, &accepted.events);
        book_agrees(&mut book, &state, &command, &next)?;
        soft_close_is_right(&state, &command, now, &accepted, &next)?;
        log.push((command, now, accepted.events));
        state = next;
    }
    prop_assert_eq!(state.status, LotStatus::Closed);
    replay_is_identical(&first, &log, &state)
}

fn is_doubled(lot: &LotState) -> bool {
    lot.terms.double_after_extensions.is_some_and(|most| lot.extensions >= most)
}

/// §3.4: what is unusually high by the lot's own numbers is not accepted before it was said twice.
fn is_asked_first(before: &LotState, command: &Command) -> TestCaseResult {
    let Command::PlaceMax { dealer_id, max_fen, confirmed: false, .. } = command else { return Ok(()) };
    let own = before.leader.filter(|leader| leader.dealer_id == *dealer_id).map(|leader| leader.max_fen);
    let standing = before.pre_bid(*dealer_id).map(|standing| standing.max_fen);
    if !before.terms.fat_finger_guard || own.or(standing).is_some_and(|own| *max_fen < own) {
        return Ok(());
    }
    let house = before.terms.house;
    if let (Some(guide), Some(percent)) = (before.terms.guide_fen, house.confirm_guide_percent) {
        prop_assert!(max_fen.0 * 100 <= guide.0 * i64::from(percent), "above the guide price");
    }
    if let (Some(price), Some(steps)) = (before.price_fen, house.confirm_steps) {
        let scale = history::step_scale(before.terms.tick_fen.0);
        let step = scale * book::step(price.0, is_doubled(before));
        prop_assert!(max_fen.0 <= price.0 + i64::from(steps) * step, "too many steps");
    }
    Ok(())
}

/// What a leader adds to his max is a step at least, where the house says so.
fn raise_is_a_step(before: &LotState, command: &Command) -> TestCaseResult {
    let Command::PlaceMax { dealer_id, max_fen, .. } = command else { return Ok(()) };
    let own = before.leader.filter(|leader| leader.dealer_id == *dealer_id);
    if let (Some(own), SmallRaise::Refused) = (own, before.terms.house.small_raise) {
        let scale = history::step_scale(before.terms.tick_fen.0);
        let step = scale * book::step(own.max_fen.0, is_doubled(before));
        prop_assert!(*max_fen < own.max_fen || max_fen.0 >= own.max_fen.0 + step, "less than a step");
    }
    Ok(())
}

/// After a pause and after an outage everybody has what the house says, and for a new report it stands still as long.
fn time_is_left(before: &LotState, now: UnixMs, accepted: &Accepted, after: &LotState) -> TestCaseResult {
    let house = before.terms.house;
    for event in &accepted.events {
        match event {
            Event::Resumed { end_at, .. } => {
                prop_assert_eq!(*end_at, before.end_at.max(now.plus_ms(house.resume_left_ms)));
            }
            Event::ExtendedBySystem { to, end_at, .. } => {
                let least = house.outage_left_ms.max(before.terms.window_ms);
                prop_assert_eq!(*end_at, before.end_at.max(to.plus_ms(least)));
            }
            Event::ReportChanged { .. }
                if before.status == LotStatus::Open && after.status == LotStatus::Paused =>
            {
                let resume_at = after.report.as_ref().and_then(|report| report.resume_at);
                prop_assert_eq!(resume_at, Some(now.plus_ms(house.reading_ms)));
            }
            _ => {}
        }
    }
    Ok(())
}

/// Invariants 1, 2, 4, 9, 10, 11, and one seq for a command.
fn step_is_sound(before: &LotState, command: &Command, after: &LotState) -> TestCaseResult {
    prop_assert_eq!(after.seq, before.seq + 1);
    prop_assert!(before.status != LotStatus::Closed, "nothing is accepted after the hammer");
    if matches!(command, Command::VoidBid { .. }) {
        prop_assert!(after.price_fen <= before.price_fen, "a void made somebody pay more");
        prop_assert!(!after.met || before.met, "a void met the reserve");
    } else {
        prop_assert!(after.price_fen >= before.price_fen, "the price fell");
        prop_assert!(after.second_max_fen >= before.second_max_fen);
    }
    prop_assert!(after.end_at >= before.end_at, "the end moved back");
    prop_assert!(after.terms.cap_at >= before.terms.cap_at, "the cap moved back");
    prop_assert_eq!(after.leader.is_some(), after.price_fen.is_some());
    let max = after.leader.map(|leader| leader.max_fen);
    prop_assert!(after.price_fen <= max, "the price is above the leader's max");
    prop_assert!(after.second_max_fen.is_none() || after.second_max_fen <= after.price_fen);
    prop_assert!(!after.met || after.price_fen >= after.reserve_fen, "met below the reserve");
    prop_assert!(after.met || after.reserve_fen.is_none() || max < after.reserve_fen, "covered but not met");
    let missing = after.reserve_fen.zip(after.price_fen).map(|(reserve, price)| reserve.0 - price.0);
    let within = !after.met && missing.is_some_and(|missing| missing <= after.gap_fen.0);
    prop_assert_eq!(after.in_gap, within && after.status == LotStatus::Closed);
    prop_assert_eq!(
        after.outcome == Some(Outcome::Provisional),
        after.status == LotStatus::Closed && !after.met && missing.is_some() && !within
    );
    for fen in [after.price_fen, max, after.second_max_fen].into_iter().flatten() {
        prop_assert!(fen.0 % after.terms.tick_fen.0 == 0, "{:?} is off the tick", fen);
    }
    let published = after.terms.published_reserve_fen;
    prop_assert!(
        published.is_none() || published == after.reserve_fen,
        "another reserve is shown than holds"
    );
    prop_assert!(before.terms.published_reserve_fen.is_none() || published.is_some(), "a secret again");
    let leads = after.leader.map(|leader| leader.dealer_id);
    prop_assert!(leads.is_none_or(|leader| after.alias_of(leader).is_some()));
    Ok(())
}

/// §3.5: of the seller's word nothing shows that changes nothing for others, and all else has a number of its own.
fn seller_is_not_seen(before: &LotState, command: &Command, after: &LotState) -> TestCaseResult {
    let (was, is) = (before.public(), after.public());
    let same = PublicLot { seq: is.seq, ..was.clone() } == is;
    let of_seller = matches!(command, Command::ReserveLowered { .. } | Command::SetGap { .. });
    if same && of_seller || after.status == LotStatus::Scheduled {
        prop_assert_eq!(was.seq, is.seq, "that the seller spoke shows");
    } else {
        prop_assert_eq!(is.seq, after.seq);
    }
    Ok(())
}

/// Invariants 3 and 5, and the price itself, against the reference.
fn book_agrees(book: &mut Book, before: &LotState, command: &Command, after: &LotState) -> TestCaseResult {
    let doubled = is_doubled(before);
    let entry = match command {
        Command::PlaceMax { dealer_id, max_fen, .. } if before.status == LotStatus::Scheduled => {
            let lowers = before.pre_bid(*dealer_id).is_some_and(|standing| *max_fen < standing.max_fen);
            Some(Entry::Early { dealer_id: *dealer_id, max_fen: max_fen.0, lowers })
        }
        Command::PlaceMax { dealer_id, max_fen, .. } => {
            let own = before.leader.filter(|leader| leader.dealer_id == *dealer_id);
            let lowers = own.is_some_and(|own| *max_fen < own.max_fen);
            Some(Entry::Max { dealer_id: *dealer_id, max_fen: max_fen.0, lowers })
        }
        Command::Withdraw { dealer_id } | Command::VoidOffer { dealer_id, .. } => {
            Some(Entry::TakenBack { dealer_id: *dealer_id })
        }
        Command::Open | Command::OpenWithout { .. } => Some(Entry::Opening { of: after.bidders.clone() }),
        Command::ReserveLowered { reserve_fen } => Some(Entry::Reserve { fen: reserve_fen.0 }),
        Command::VoidBid { bid_seq, .. } => Some(Entry::Void { of: *bid_seq }),
        _ => None,
    };
    if let Some(entry) = entry {
        book.enter(after.seq, doubled, entry);
    }
    prop_assert_eq!(after.leader.map(|Leader { dealer_id, max_fen }| (dealer_id, max_fen)), book.leader());
    prop_assert_eq!(after.second_max_fen, book.second_max());
    prop_assert_eq!(after.price_fen, book.price());
    prop_assert_eq!(after.met, book.met());
    Ok(())
}

/// §4.3 told from what the public sees, not from the branch taken.
fn soft_close_is_right(
    before: &LotState,
    command: &Command,
    now: UnixMs,
    accepted: &Accepted,
    after: &LotState,
) -> TestCaseResult {
    if matches!(command, Command::VoidBid { .. }) {
        prop_assert!(after.end_at.0 >= now.0 + before.terms.window_ms, "everybody has a full window");
        prop_assert_eq!(after.terms.cap_at.0 - before.terms.cap_at.0, after.end_at.0 - before.end_at.0);
        prop_assert_eq!(after.extensions, before.extensions);
        return Ok(());
    }
    let sells = matches!(command, Command::PlaceMax { .. } | Command::ReserveLowered { .. });
    let own = matches!(command, Command::PlaceMax { dealer_id, .. } if before.is_leader(*dealer_id));
    let turned_met = after.met && !before.met;
    let led = before.leader.map(|leader| leader.dealer_id) != after.leader.map(|leader| leader.dealer_id);
    let moved = match (before.price_fen, after.price_fen) {
        (Some(from), Some(to)) => to.0 - from.0,
        (None, Some(_)) => i64::MAX,
        _ => 0,
    };
    let scale = history::step_scale(before.terms.tick_fen.0);
    let step = scale * book::step(before.price_fen.unwrap_or_default().0, is_doubled(before));
    let small_counts = before.terms.house.small_raise == SmallRaise::Time;
    let least = if own && !small_counts { step } else { 1 };
    let qualifies = turned_met || led || moved >= least;
    let late = before.status == LotStatus::Open && before.end_at.0 - now.0 < before.terms.window_ms;
    let full = (now.0 + before.terms.window_ms).min(before.terms.cap_at.0);
    let extended = accepted.events.iter().any(|event| matches!(event, Event::Extended { .. }));
    prop_assert_eq!(extended, sells && qualifies && late && full > before.end_at.0);
    prop_assert_eq!(after.extensions, before.extensions + u32::from(extended));
    if extended {
        prop_assert_eq!(after.end_at.0, full);
    } else if sells {
        prop_assert_eq!(after.end_at, before.end_at);
    }
    Ok(())
}

/// A bidder is told the same whatever the secrets are, as long as they change nothing that is public.
fn secrets_are_kept(
    state: &LotState,
    command: &Command,
    now: UnixMs,
    answer: &Result<Accepted, Refusal>,
) -> TestCaseResult {
    let Command::PlaceMax { dealer_id, .. } = command else { return Ok(()) };
    let turned_met = |accepted: &Accepted| {
        accepted.events.iter().any(|event| matches!(event, Event::PriceChanged { met: true, .. }))
    };
    if state.reserve_fen.is_some() && !state.met && !answer.as_ref().is_ok_and(turned_met) {
        let higher = state.reserve_fen.map(|reserve| Fen(reserve.0 + 7 * state.terms.tick_fen.0));
        let twin = LotState { reserve_fen: higher, ..state.clone() };
        prop_assert_eq!(&decide(&twin, command, now), answer, "the reserve shows");
    }
    if answer.is_err() && !state.is_leader(*dealer_id) {
        let higher = state
            .leader
            .map(|leader| Leader { max_fen: Fen(leader.max_fen.0 + 7 * state.terms.tick_fen.0), ..leader });
        let twin = LotState { leader: higher, ..state.clone() };
        prop_assert_eq!(&decide(&twin, command, now), answer, "the leader's max shows");
    }
    Ok(())
}

/// Invariants 6, 7 and 8: the log as it is stored leads to the same state, and so do the accepted commands alone,
/// with the refused ones never sent.
fn replay_is_identical(
    first: &LotState,
    log: &[(Command, UnixMs, Vec<Event>)],
    last: &LotState,
) -> TestCaseResult {
    let mut by_events = first.clone();
    let mut by_commands = first.clone();
    for (command, now, events) in log {
        let stored = serde_json::to_string(events).map_err(|error| TestCaseError::fail(error.to_string()))?;
        let read: Vec<Event> =
            serde_json::from_str(&stored).map_err(|error| TestCaseError::fail(error.to_string()))?;
        for event in &read {
            apply(&mut by_events, event);
        }
        by_events.seq += 1;
        let again = decide(&by_commands, command, *now).map(|accepted| accepted.events);
        prop_assert_eq!(&again, &Ok(read));
        by_commands = apply_all(&by_commands, events);
    }
    prop_assert_eq!(&by_events, last);
    prop_assert_eq!(&by_commands, last);
    Ok(())
}

/// Amounts and times from all of `i64`, also in the terms.
fn wild() -> impl Strategy<Value = i64> {
    prop_oneof![any::<i64>(), Just(i64::MIN), Just(i64::MAX), Just(0), -3..1_000_i64]
}

fn wild_command() -> impl Strategy<Value = Command> {
    let at = || wild().prop_map(UnixMs);
    prop_oneof![
        6 => (0..3_u128, wild(), any::<bool>()).prop_map(|(who, fen, confirmed)| Command::PlaceMax {
            dealer_id: history::dealer(who), max_fen: Fen(fen), confirmed, bar: None, power_fen: None, seen_report: None, group: None }),
        1 => wild().prop_map(|fen| Command::ReserveLowered { reserve_fen: Fen(fen) }),
        1 => Just(Command::PublishReserve),
        1 => wild().prop_map(|fen| Command::SetGap { gap_fen: Fen(fen) }),
        1 => Just(Command::Pause),
        1 => Just(Command::Resume),
        1 => (at(), at()).prop_map(|(from, to)| Command::ExtendBySystem { from, to }),
        1 => Just(Command::Close),
        1 => Just(Command::WithdrawLot),
        1 => (at(), at(), wild(), at()).prop_map(|(opens_at, end_at, window_ms, cap_at)| Command::Reschedule {
            opens_at, end_at, window_ms, cap_at, reason: String::new(),
        }),
        // the history is filled in when it is sent
        2 => (0..12_i64).prop_map(|bid_seq| Command::VoidBid {
            bid_seq, reason: VoidReason::SystemFault, history: History::beginning(None), powers: Vec::new(),
        }),
        1 => any::<bool>().prop_map(|material| Command::ReportChanged {
            report_hash: String::new(), before_hash: String::new(), material,
        }),
        1 => (0..3_u128).prop_map(|who| Command::ConfirmReport {
            dealer_id: history::dealer(who), report_hash: String::new(),
        }),
    ]
}

proptest! {
    #![proptest_config(Config { cases: 2_000, failure_persistence: None, ..Config::default() })]

    /// Nothing overflows (a debug build panics when it does), and the invariants hold out there too.
    #[test]
    fn no_number_breaks_the_fold(
        mode in prop_oneof![Just(BelowReserve::Full), Just(BelowReserve::Stepped)],
        tick in prop_oneof![Just(1_i64), Just(TICK)],
        reserve in proptest::option::of(1..i64::MAX / TICK),
        step in 1..i64::MAX / TICK,
        guide in proptest::option::of(wild()),
        window_ms in wild(),
        left in (wild(), wild(), wild()),
        commands in vec((wild_command(), wild()), 30),
    ) {
        let (resume_left_ms, reading_ms, outage_left_ms) = left;
        let house = HouseRules { resume_left_ms, reading_ms, outage_left_ms, ..HouseRules::default() };
        let doubling = Some(3);
        let setup = Setup { tick, start_ticks: 1, reserve_ticks: None, double_after_extensions: doubling, guard: true, house };
        let mut state = setup.lot(mode);
        state.status = LotStatus::Open;
        state.terms.ladder = Ladder(vec![Band { from_fen: Fen::ZERO, step_fen: Fen(step * tick) }]);
        state.terms.guide_fen = guide.map(Fen);
        state.terms.window_ms = window_ms;
        state.reserve_fen = reserve.map(|ticks| Fen(ticks * tick));
        let mut history = History::beginning(state.reserve_fen);
        for (mut command, wild_now) in commands {
            if let Command::VoidBid { history: of, .. } = &mut command {
                of.clone_from(&history);
            }
            // Mostly while the lot is open, or hardly anything would be accepted.
            let now = if wild_now % 3 == 0 { UnixMs(wild_now) } else { state.end_at.plus_ms(-1) };
            if let Ok(accepted) = decide(&state, &command, now) {
                let next = apply_all(&state, &accepted.events);
                step_is_sound(&state, &command, &next)?;
                history.follow(next.seq, &accepted.events);
                state = next;
            }
            bidding::quick_bids(&state.public());
        }
    }
}
