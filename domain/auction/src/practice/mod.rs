//! A sale to practise on: a lot that is over comes again, its bidders as ghosts, and a person bids against them with nothing at
//! stake.
//!
//! `cast.rs` makes the ghosts of the published log, `course.rs` folds them and one's own bids by the rules of `core/bidding`. A
//! run is only what its person asked and where its clock stands (`store/practice.rs`): how it goes is worked out when somebody
//! looks, and nothing runs meanwhile. Nothing here writes a log, holds a deposit, tells an event or is seen by anybody else.

mod cast;
mod course;
#[cfg(test)]
mod tests;

use bidding::{LotStatus, MyPosition, PublicLot};
use kernel::{DealerSeat, Fen, LotId, Principal, Problem, ProblemKind, UnixMs};
use platform_db::{CommandError, constraint};
use uuid::Uuid;

pub use self::course::{PracticeAnswer, PracticeLine, Practiser};

use self::cast::{Cast, SeenReserve};
use self::course::{Course, OwnBid, course};
use crate::Service;
use crate::store::lists::{self, HallLot};
use crate::store::practice::{self, Asked, KeptAsked, KeptRun, NewRun};
use crate::views::viewer;

/// How many times faster than it was a run goes.
pub const PRACTICE_SPEEDS: [u32; 3] = [1, 10, 60];
/// So much is asked of one run: more than anybody bids in ten minutes.
const ASKED_MAX: usize = 300;
/// So many runs a person begins in a day: each is kept for months.
const RUNS_A_DAY: i64 = 100;
/// So many bids the list of a run shows.
const LINES_SHOWN: usize = 20;

/// A lot that can be practised on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PracticeLot {
    /// The lot.
    pub lot_id: LotId,
    /// Its title.
    pub title: String,
    /// Its sale.
    pub sale_name: String,
    /// Its first photo.
    pub photo_id: Option<Uuid>,
    /// When it ended.
    pub ended_at: UnixMs,
    /// What it brought.
    pub price_fen: Fen,
    /// How many bid on it.
    pub bidders: i64,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PracticeEnd {
    /// When.
    pub at: UnixMs,
    /// Whether its person gave it up before the hammer fell.
    pub given_up: bool,
    /// Whether he won.
    pub won: bool,
    /// The hammer price; none where it was given up.
    pub price_fen: Option<Fen>,
}

/// A run in the list of one's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PracticeRecord {
    /// The run.
    pub id: Uuid,
    /// On which lot.
    pub lot_id: LotId,
    /// Its title.
    pub title: String,
    /// When it was begun.
    pub started_at: UnixMs,
    /// How many times faster than it was.
    pub speed: u32,
    /// How many bids were tried.
    pub bids: i32,
    /// At what price the hammer really fell.
    pub real_price_fen: Fen,
    /// How it ended; none while it goes on.
    pub ended: Option<PracticeEnd>,
}

/// A run as its person sees it now.
#[derive(Clone, Debug)]
pub struct PracticeRun {
    /// The run.
    pub id: Uuid,
    /// The lot as it really is.
    pub real: HallLot,
    /// Who really led when the hammer fell.
    pub real_leader: u32,
    /// At what price it really fell.
    pub real_price_fen: Fen,
    /// How many times faster than it was.
    pub speed: u32,
    /// Whether its clock runs.
    pub runs: bool,
    /// The lot's time now.
    pub lot_now: UnixMs,
    /// The lot as everybody would see it. Its aliases mean nothing here.
    pub lot: PublicLot,
    /// Who leads.
    pub leader: Option<Practiser>,
    /// What this person sees besides.
    pub mine: MyPosition,
    /// The newest bids, newest first.
    pub lines: Vec<PracticeLine>,
    /// What came of one's own bids, in order.
    pub answers: Vec<PracticeAnswer>,
    /// How it ended; none while it goes on.
    pub ended: Option<PracticeEnd>,
}

/// Begins a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StartPractice {
    /// Made by the sender; the run's id.
    pub key: Uuid,
    /// On which lot.
    pub lot_id: LotId,
    /// How many times faster than it was: one of [`PRACTICE_SPEEDS`].
    pub speed: u32,
}

/// What is asked of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PracticeMove {
    /// A bid with this max; whether an unusually high one was confirmed.
    Bid(Fen, bool),
    /// The clock stands still.
    Pause,
    /// It runs again.
    GoOn,
    /// It runs so many times faster than the lot did.
    Speed(u32),
    /// No more of it.
    GiveUp,
}

/// A run's clock: where the lot's time was when it was set, and how fast it has run since.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RunClock {
    pub(crate) lot_at: UnixMs,
    /// By the database's clock; none while it stands still.
    pub(crate) since: Option<UnixMs>,
    pub(crate) speed: u32,
}

impl RunClock {
    /// The lot's time when the database's clock shows `now`.
    fn at(self, now: UnixMs) -> UnixMs {
        let passed = self.since.map_or(0, |since| now.since(since).max(0));
        self.lot_at.plus_ms(passed.saturating_mul(i64::from(self.speed)))
    }

    /// Set anew at this moment, so that what passed stays passed.
    fn set(self, now: UnixMs, runs: bool, speed: u32) -> RunClock {
        RunClock { lot_at: self.at(now), since: runs.then_some(now), speed }
    }
}

impl PracticeMove {
    const fn name(self) -> &'static str {
        match self {
            PracticeMove::Bid(..) => "bid",
            PracticeMove::Pause => "pause",
            PracticeMove::GoOn => "go_on",
            PracticeMove::Speed(_) => "speed",
            PracticeMove::GiveUp => "give_up",
        }
    }

    /// As it is written down.
    fn asked(self, key: Uuid, lot_at: UnixMs) -> Asked {
        let (max_fen, confirmed) = match self {
            PracticeMove::Bid(max_fen, confirmed) => (Some(max_fen), confirmed),
            _ => (None, false),
        };
        let speed = match self {
            PracticeMove::Speed(speed) => i32::try_from(speed).ok(),
            _ => None,
        };
        Asked { key, command: self.name(), lot_at, max_fen, confirmed, speed }
    }

    /// Whether that is what was written down under the same key.
    fn is(self, kept: &KeptAsked) -> bool {
        let asked = self.asked(kept.key, kept.lot_at);
        (asked.command, asked.max_fen, asked.confirmed, asked.speed)
            == (kept.command.as_str(), kept.max_fen, kept.confirmed, kept.speed)
    }
}

impl Service {
    /// Lots that this dealer can practise on, the newest first, up to `limit`, those that ended before `before`.
    ///
    /// # Errors
    /// `NOT_A_DEALER`.
    pub async fn practice_lots(
        &self,
        who: &Principal,
        before: Option<UnixMs>,
        limit: i64,
    ) -> Result<Vec<PracticeLot>, CommandError> {
        Ok(practice::lots(&self.db, seat(who)?.dealer_id, (None, before), limit).await?)
    }

    /// This person's runs, the newest first, up to `limit`, those begun before `before`. One whose hammer has fallen meanwhile has
    /// its result.
    ///
    /// # Errors
    /// `NOT_A_DEALER`.
    pub async fn practice_runs(
        &self,
        who: &Principal,
        before: Option<UnixMs>,
        limit: i64,
    ) -> Result<Vec<PracticeRecord>, CommandError> {
        seat(who)?;
        if let Some(lot_id) = practice::lot_of(&self.db, who.user_id, None).await?
            && let Ok((cast, _)) = self.cast(who, lot_id).await
        {
            let mut tx = self.db.begin().await?;
            if let Some(run) =
                practice::locked(&mut tx, who.user_id, None).await?.filter(|run| run.lot_id == lot_id)
            {
                look(&mut tx, &cast, run).await?;
            }
            tx.commit().await?;
        }
        Ok(practice::runs(&self.db, who.user_id, before, limit).await?)
    }

    /// Begins a run on a lot that is over; one that goes on is given up for it. A repeat with the same key changes nothing.
    ///
    /// # Errors
    /// `NOT_A_DEALER`; `NOT_FOUND` for a lot that this dealer may not see; `NOT_PRACTISABLE`; `PRACTICE_SPEED`;
    /// `PRACTICE_RUNS_MAX` when too many were begun today; `KEY_REUSED`; `CHANGED_MEANWHILE` when another was begun at the same
    /// moment.
    pub async fn start_practice(&self, who: &Principal, start: StartPractice) -> Result<(), CommandError> {
        let dealer_id = seat(who)?.dealer_id;
        let StartPractice { key, lot_id, speed } = start;
        match practice::lot_of(&self.db, who.user_id, Some(key)).await? {
            Some(begun) if begun == lot_id => return Ok(()),
            Some(_) => return Err(refused("KEY_REUSED")),
            None => {}
        }
        let speed = known_speed(speed)?;
        let can_be = !practice::lots(&self.db, dealer_id, (Some(lot_id), None), 1).await?.is_empty();
        let (cast, _) = self.cast(who, lot_id).await?;
        // what a log does not tell enough of to repeat it is no lesson
        if !can_be || !course(&cast, &[], UnixMs(i64::MAX)).ends_as(cast.end) {
            return Err(refused("NOT_PRACTISABLE"));
        }
        let before = match practice::lot_of(&self.db, who.user_id, None).await? {
            Some(lot_id) => self.cast(who, lot_id).await.ok().map(|(cast, _)| (lot_id, cast)),
            None => None,
        };
        let mut tx = self.db.begin().await?;
        if let Some(run) = practice::locked(&mut tx, who.user_id, None).await? {
            let (id, now, lot_now) = (run.id, run.now, run.clock.at(run.now));
            let ended = match before.filter(|(lot_id, _)| *lot_id == run.lot_id) {
                Some((_, cast)) => look(&mut tx, &cast, run).await?.ended,
                None => None,
            };
            if ended.is_none() {
                practice::end(&mut tx, id, (lot_now, given_up(now))).await?;
            }
        }
        let (user_id, real_price_fen, from_at) = (who.user_id, cast.end.price_fen, cast.from_at);
        let run = NewRun { id: key, user_id, dealer_id, lot_id, real_price_fen, speed, from_at };
        match practice::begin(&mut tx, run, RUNS_A_DAY).await {
            Ok(true) => Ok(tx.commit().await?),
            Ok(false) => Err(refused("PRACTICE_RUNS_MAX")),
            Err(error) => Err(match constraint(&error) {
                Some("practice_run_one_at_a_time") => refused("CHANGED_MEANWHILE"),
                Some("practice_run_pkey") => refused("KEY_REUSED"),
                _ => error.into(),
            }),
        }
    }

    /// How this person's run goes. One whose hammer has fallen is over from then on.
    ///
    /// # Errors
    /// `NOT_FOUND` for what is not this person's run, and for one on a lot that he may not see any more.
    pub async fn practice_run(&self, who: &Principal, id: Uuid) -> Result<PracticeRun, CommandError> {
        let lot_id = practice::lot_of(&self.db, who.user_id, Some(id)).await?;
        let (cast, real) = self.cast(who, lot_id.ok_or_else(Problem::not_found)?).await?;
        let mut tx = self.db.begin().await?;
        let run = practice::locked(&mut tx, who.user_id, Some(id)).await?.ok_or_else(Problem::not_found)?;
        let (runs, speed) = (run.clock.since.is_some(), run.clock.speed);
        let Looked { course, lot_now, ended } = look(&mut tx, &cast, run).await?;
        tx.commit().await?;
        let (lot, leader, mine) = (course.public(), course.leader(), course.mine());
        let lines = course.lines.into_iter().rev().take(LINES_SHOWN).collect();
        Ok(PracticeRun {
            id,
            real,
            real_leader: cast.end.leader,
            real_price_fen: cast.end.price_fen,
            speed,
            runs: runs && ended.is_none(),
            lot_now,
            lot,
            leader,
            mine,
            lines,
            answers: course.answers,
            ended,
        })
    }

    /// Asks something of a run; a repeat with the same key changes nothing. What comes of a bid is seen on the run.
    ///
    /// # Errors
    /// `NOT_FOUND` for what is not this person's run; `PRACTICE_OVER`; `PRACTICE_PAUSED` for a bid while the clock stands still;
    /// `PRACTICE_SPEED`; `PRACTICE_TOO_MUCH`; `KEY_REUSED`.
    pub async fn move_practice(
        &self,
        who: &Principal,
        (id, key): (Uuid, Uuid),
        what: PracticeMove,
    ) -> Result<(), CommandError> {
        let lot_id = practice::lot_of(&self.db, who.user_id, Some(id)).await?;
        let (cast, _) = self.cast(who, lot_id.ok_or_else(Problem::not_found)?).await?;
        let mut tx = self.db.begin().await?;
        let run = practice::locked(&mut tx, who.user_id, Some(id)).await?.ok_or_else(Problem::not_found)?;
        let asked = practice::asked(&mut tx, id).await?;
        if let Some(kept) = asked.iter().find(|kept| kept.key == key) {
            return if what.is(kept) { Ok(()) } else { Err(refused("KEY_REUSED")) };
        }
        if run.ended.is_some() {
            return Err(refused("PRACTICE_OVER"));
        }
        if asked.len() >= ASKED_MAX {
            return Err(refused("PRACTICE_TOO_MUCH"));
        }
        let (clock, now) = (run.clock, run.now);
        let runs = clock.since.is_some();
        let next = match what {
            PracticeMove::Bid(..) if !runs => return Err(refused("PRACTICE_PAUSED")),
            PracticeMove::Bid(..) | PracticeMove::GiveUp => clock,
            PracticeMove::Pause => clock.set(now, false, clock.speed),
            PracticeMove::GoOn => clock.set(now, true, clock.speed),
            PracticeMove::Speed(speed) => {
                known_speed(speed)?;
                clock.set(now, runs, speed)
            }
        };
        practice::write(&mut tx, id, what.asked(key, clock.at(now))).await?;
        if what == PracticeMove::GiveUp {
            let lot_now = clock.at(now);
            if look(&mut tx, &cast, run).await?.ended.is_none() {
                practice::end(&mut tx, id, (lot_now, given_up(now))).await?;
            }
        } else if next != clock {
            practice::set_clock(&mut tx, id, next).await?;
        }
        Ok(tx.commit().await?)
    }

    /// The ghosts of a lot, and the lot itself, for who may see it and its log.
    async fn cast(&self, who: &Principal, lot_id: LotId) -> Result<(Cast, HallLot), CommandError> {
        let lot = lists::one(&self.db, viewer(who), lot_id).await?.ok_or_else(Problem::not_found)?.lot;
        let log = self.replay(who, lot_id).await.map_err(|error| match error {
            CommandError::Refused(problem) if problem.kind != ProblemKind::NotFound => {
                refused("NOT_PRACTISABLE")
            }
            other => other,
        })?;
        let met = if lot.state.met { practice::met(&self.db, lot_id).await? } else { None };
        let (is_there, published_fen) = (lot.state.reserve_fen.is_some(), lot.terms().published_reserve_fen);
        let seen = SeenReserve { is_there, published_fen, met };
        let cast = Cast::of(&log.replay, lot.terms(), seen).ok_or_else(|| refused("NOT_PRACTISABLE"))?;
        Ok((cast, lot))
    }
}

/// A run at the moment at which it was locked.
struct Looked {
    course: Course,
    lot_now: UnixMs,
    ended: Option<PracticeEnd>,
}

/// Folds a run, and writes down its result where the hammer has fallen.
async fn look(tx: &mut sqlx::PgConnection, cast: &Cast, run: KeptRun) -> Result<Looked, CommandError> {
    let lot_now = run.clock.at(run.now);
    let own: Vec<OwnBid> = practice::asked(tx, run.id).await?.iter().filter_map(own_bid).collect();
    let course = course(cast, &own, lot_now);
    let is_over = course.state.status == LotStatus::Closed;
    let ended = match run.ended {
        None if is_over => {
            let (won, price_fen) = (course.leader() == Some(Practiser::You), course.state.price_fen);
            let ended = PracticeEnd { at: run.now, given_up: false, won, price_fen };
            practice::end(tx, run.id, (lot_now, ended)).await?;
            Some(ended)
        }
        ended => ended,
    };
    Ok(Looked { course, lot_now, ended })
}

fn own_bid(kept: &KeptAsked) -> Option<OwnBid> {
    let (key, at, confirmed) = (kept.key, kept.lot_at, kept.confirmed);
    Some(OwnBid { key, at, max_fen: kept.max_fen?, confirmed })
}

const fn given_up(at: UnixMs) -> PracticeEnd {
    PracticeEnd { at, given_up: true, won: false, price_fen: None }
}

fn known_speed(speed: u32) -> Result<i32, CommandError> {
    let known = PRACTICE_SPEEDS.contains(&speed).then(|| i32::try_from(speed).ok()).flatten();
    known.ok_or_else(|| Problem::new(ProblemKind::Invalid, "PRACTICE_SPEED").into())
}

fn refused(code: &str) -> CommandError {
    Problem::new(ProblemKind::Conflict, code).into()
}

fn seat(who: &Principal) -> Result<&DealerSeat, Problem> {
    who.dealer().ok_or_else(|| Problem::new(ProblemKind::Forbidden, "NOT_A_DEALER"))
}
