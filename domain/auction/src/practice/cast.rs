//! Who else bids in a practice run: the bidders of a lot that is over, as ghosts.
//!
//! A ghost is made of the published log alone, and of the reserve light as everybody saw it. Its max is what it publicly paid, or
//! was seen to lose with: the highest price at which it led until its next bid, and where the lead passed on, the amount that a
//! step below the price tells. So the winner's stops at the price that he paid, and what he would have paid stays his own.

use bidding::{BelowReserve, LotState, LotStatus, Terms};
use kernel::{Fen, UnixMs};
use proof::{Moment, Replay};

/// Only so much of a lot is run through: of one that was open for a day, the end is what there is to learn from.
const RUN_MS: i64 = 10 * 60 * 1000;

/// What everybody saw of a lot's reserve.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct SeenReserve {
    /// Whether the light was on at all.
    pub(crate) is_there: bool,
    /// The reserve itself, where it was published.
    pub(crate) published_fen: Option<Fen>,
    /// With which line the light turned to met, and at what price.
    pub(crate) met: Option<(i64, Fen)>,
}

/// A bid of a ghost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ghost {
    pub(crate) at: UnixMs,
    pub(crate) alias: u32,
    pub(crate) max_fen: Fen,
}

/// How it really ended, when the hammer fell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct RealEnd {
    pub(crate) leader: u32,
    pub(crate) price_fen: Fen,
}

/// A lot as it can be practised on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cast {
    terms: Terms,
    reserve_fen: Option<Fen>,
    pub(crate) opens_at: UnixMs,
    end_at: UnixMs,
    /// The lot's time at which a run begins.
    pub(crate) from_at: UnixMs,
    pub(crate) ghosts: Vec<Ghost>,
    pub(crate) end: RealEnd,
}

impl Cast {
    /// That of a lot with this log; `None` where nobody bid, or its hammer never fell.
    pub(crate) fn of(replay: &Replay, terms: &Terms, seen: SeenReserve) -> Option<Cast> {
        let moments = replay.moments();
        let place = |command: &str| moments.iter().position(|moment| moment.command == command);
        let auction = moments.get(place("open")?..=place("close")?)?;
        let (opening, closing) = (auction.first()?, auction.last()?);
        // what is sold at once, or for a deposit, is no part of the practice
        let terms = Terms {
            buy_now_fen: None,
            deposit_bp: 0,
            published_reserve_fen: seen.published_fen,
            ..terms.clone()
        };
        let scratch = LotState::scheduled(terms.clone(), opening.at, opening.end_at, None);
        let ghosts = Path { moments: auction, scratch, seen }.ghosts();
        Some(Cast {
            terms,
            reserve_fen: seen.published_fen.or(seen.met.map(|(_, price_fen)| price_fen)),
            opens_at: opening.at,
            end_at: opening.end_at,
            from_at: opening.at.max(opening.end_at.plus_ms(-RUN_MS)),
            ghosts,
            end: RealEnd { leader: closing.leader?, price_fen: closing.price_fen? },
        })
    }

    /// The lot before it opened.
    pub(crate) fn before(&self) -> LotState {
        LotState::scheduled(self.terms.clone(), self.opens_at, self.end_at, self.reserve_fen)
    }
}

/// What the log shows of a lot from its opening to the hammer.
struct Path<'a> {
    moments: &'a [Moment],
    /// For the ladder, which depends on how often the end had moved.
    scratch: LotState,
    seen: SeenReserve,
}

impl Path<'_> {
    fn ghosts(&self) -> Vec<Ghost> {
        let mut ghosts = self.entrants();
        for (place, moment) in self.moments.iter().enumerate().skip(1) {
            let (at, alias) = (moment.at, moment.alias);
            if moment.command != "place_max" || alias == 0 {
                continue;
            }
            let leads = moment.leader == Some(alias);
            let max = if leads { self.stood_for(place, alias) } else { self.challenged_with(place) };
            let before = ghosts.iter().rev().find(|ghost: &&Ghost| ghost.alias == alias);
            // a raise that showed nowhere, and a lowering, say nothing new
            let is_new = !leads || self.leader_before(place) != Some(alias);
            let max = max.filter(|max| is_new || before.is_none_or(|before| *max > before.max_fen));
            ghosts.extend(max.map(|max_fen| Ghost { at, alias, max_fen }));
        }
        ghosts
    }

    /// Of the maxes that waited for the opening the log shows who led with them, and that another made the price.
    fn entrants(&self) -> Vec<Ghost> {
        let Some(opening) = self.moments.first() else { return Vec::new() };
        let (Some(leader), Some(price)) = (opening.leader, opening.price_fen) else { return Vec::new() };
        let at = opening.at.plus_ms(-1);
        let start = self.scratch.terms.start_fen;
        let is_contested = price > start && self.is_by_steps(0);
        let other = if leader == 1 { 2 } else { 1 };
        let second = self.step_below(0).filter(|_| is_contested);
        let second = second.map(|fen| Ghost { at, alias: other, max_fen: fen.max(start) });
        let first = self.stood_for(0, leader).map(|max_fen| Ghost { at, alias: leader, max_fen });
        second.into_iter().chain(first).collect()
    }

    /// What a leader paid for, or lost with, from this bid until his next.
    fn stood_for(&self, from: usize, alias: u32) -> Option<Fen> {
        let mut most = None;
        for (place, moment) in self.moments.iter().enumerate().skip(from) {
            if place > from && moment.command == "place_max" && moment.alias == alias {
                break;
            }
            if moment.leader != Some(alias) {
                return most.max(self.lost_with(place));
            }
            most = most.max(moment.price_fen);
        }
        most
    }

    /// What the leader before this moment lost with.
    fn lost_with(&self, place: usize) -> Option<Fen> {
        let before = self.before(place)?.price_fen;
        let shown = self.step_below(place).filter(|_| self.is_by_steps(place));
        before.max(shown)
    }

    /// What somebody bid who did not take the lead.
    fn challenged_with(&self, place: usize) -> Option<Fen> {
        let price = self.before(place)?.price_fen?;
        let least = Fen(price.0.saturating_add(self.ladder_at(place).increment(price).0));
        Some(self.step_below(place).map_or(least, |shown| shown.max(least)))
    }

    /// Whether the price of this moment came of the second-best max and a step. Below a reserve whole maxes may be placed; where it is
    /// met just now, the reserve makes the price, or something above it.
    fn is_by_steps(&self, place: usize) -> bool {
        let is_stepped = self.scratch.terms.below_reserve == BelowReserve::Stepped;
        let Some(moment) = self.moments.get(place) else { return false };
        match self.seen.met {
            Some((met_seq, _)) if moment.seq == met_seq => {
                self.seen.published_fen.is_some_and(|reserve| moment.price_fen > Some(reserve))
            }
            Some((met_seq, _)) if moment.seq > met_seq => true,
            _ => !self.seen.is_there || is_stepped,
        }
    }

    /// The least amount that reaches the price of this moment with its step.
    fn step_below(&self, place: usize) -> Option<Fen> {
        let price = self.moments.get(place)?.price_fen?;
        let state = self.ladder_at(place);
        let tick = state.terms.tick_fen.0.max(1);
        let bands = &state.terms.ladder.0;
        let mut ends = bands.iter().skip(1).map(|band| band.from_fen);
        bands.iter().find_map(|band| {
            let end = ends.next();
            let step = state.increment(band.from_fen);
            let from = band.from_fen.0.saturating_add(tick - 1) / tick * tick;
            let least = Fen(from.max(price.0.saturating_sub(step.0)));
            (least < price && end.is_none_or(|end| least < end)).then_some(least)
        })
    }

    /// The lot with as many extensions as it had before this moment.
    fn ladder_at(&self, place: usize) -> LotState {
        let extensions = self.before(place).map_or(0, |before| before.extensions);
        LotState { status: LotStatus::Open, extensions, ..self.scratch.clone() }
    }

    fn before(&self, place: usize) -> Option<&Moment> {
        self.moments.get(place.checked_sub(1)?)
    }

    fn leader_before(&self, place: usize) -> Option<u32> {
        self.before(place)?.leader
    }
}
