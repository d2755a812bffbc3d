//! A price that falls by steps (降价拍), as a screen works it out: no frame comes when a step begins.

use bidding::{DutchSteps, LotStatus, PublicLot, StepClock};
use kernel::{Fen, UnixMs};

/// How the price of a lot falls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(feature = "ssr", derive(serde::Serialize))]
pub struct Falling {
    /// It begins here.
    pub start_fen: Fen,
    /// And falls by these.
    pub steps: DutchSteps,
}

/// A step of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Step {
    /// Its number, from 0.
    pub no: u32,
    /// What it costs.
    pub price_fen: Fen,
    /// When the next one begins, and what that costs; none at the floor and while it stands still.
    pub next: Option<(UnixMs, Fen)>,
}

impl Falling {
    /// The current step; none before the opening and when it is over.
    pub fn step(self, lot: &PublicLot, now: UnixMs) -> Option<Step> {
        let clock = lot.steps.filter(|_| matches!(lot.status, LotStatus::Open | LotStatus::Paused))?;
        let no = self.steps.at(self.start_fen, clock, now);
        let next = (no < self.last()).then_some(no + 1);
        let next = next.and_then(|next| Some((self.steps.begins(clock, next)?, self.price(next))));
        Some(Step { no, price_fen: self.price(no), next })
    }

    /// As it stands in an attribute of a card.
    #[cfg(feature = "ssr")]
    pub fn attribute(self) -> String {
        let DutchSteps { step_fen, step_ms, floor_fen } = self.steps;
        format!("{} {} {step_ms} {}", self.start_fen.0, step_fen.0, floor_fen.0)
    }

    /// The same, read again.
    pub fn read(attribute: &str) -> Option<Falling> {
        let mut numbers = attribute.split(' ').map(str::parse);
        let mut next = || numbers.next()?.ok();
        let (start_fen, step_fen, step_ms, floor_fen) = (Fen(next()?), Fen(next()?), next()?, Fen(next()?));
        Some(Falling { start_fen, steps: DutchSteps { step_fen, step_ms, floor_fen } })
    }

    /// What a step costs.
    pub fn price(self, no: u32) -> Fen {
        self.steps.price(self.start_fen, no)
    }

    /// The number of the last step.
    pub fn last(self) -> u32 {
        self.steps.last(self.start_fen)
    }

    /// When a step begins: before the opening by the plan; not known while it stands still.
    pub fn begins(self, lot: &PublicLot, no: u32) -> Option<UnixMs> {
        let clock = lot.steps.or(lot.opens_at.map(StepClock::From))?;
        self.steps.begins(clock, no)
    }
}

#[cfg(test)]
mod tests {
    use super::super::sample;
    use super::*;

    const FALLING: Falling = Falling {
        start_fen: Fen(10_000),
        steps: DutchSteps { step_fen: Fen(1_000), step_ms: 60_000, floor_fen: Fen(8_000) },
    };

    fn lot(status: LotStatus, steps: Option<StepClock>) -> PublicLot {
        PublicLot { status, steps, ..sample::lot() }
    }

    #[test]
    fn the_price_falls_by_the_clock_to_its_floor() {
        let open = lot(LotStatus::Open, Some(StepClock::From(UnixMs(0))));
        let step = |now: i64| FALLING.step(&open, UnixMs(now));
        let next = Some((UnixMs(60_000), Fen(9_000)));
        assert_eq!(step(59_999), Some(Step { no: 0, price_fen: Fen(10_000), next }));
        let next = Some((UnixMs(120_000), Fen(8_000)));
        assert_eq!(step(60_000), Some(Step { no: 1, price_fen: Fen(9_000), next }));
        assert_eq!(step(500_000), Some(Step { no: 2, price_fen: Fen(8_000), next: None }));
    }

    #[cfg(feature = "ssr")]
    #[test]
    fn a_card_reads_what_the_page_wrote() {
        assert_eq!(Falling::read(&FALLING.attribute()), Some(FALLING));
        assert_eq!(Falling::read("10000 1000"), None);
    }

    #[test]
    fn a_pause_holds_the_step_and_nobody_knows_when_the_next_one_begins() {
        let paused = lot(LotStatus::Paused, Some(StepClock::Held(1)));
        let held = Some(Step { no: 1, price_fen: Fen(9_000), next: None });
        assert_eq!(FALLING.step(&paused, UnixMs(900_000)), held);
        assert_eq!(FALLING.begins(&paused, 2), None);
    }

    #[test]
    fn before_the_opening_there_is_a_plan_and_no_price() {
        let waits = PublicLot { opens_at: Some(UnixMs(1_000)), ..lot(LotStatus::Scheduled, None) };
        assert_eq!(FALLING.step(&waits, UnixMs(5_000)), None);
        assert_eq!(FALLING.begins(&waits, 2), Some(UnixMs(121_000)));
        let over = lot(LotStatus::Closed, Some(StepClock::From(UnixMs(0))));
        assert_eq!(FALLING.step(&over, UnixMs(5_000)), None, "what is over costs what it was sold for");
    }
}
