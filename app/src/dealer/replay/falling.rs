//! The steps of a price that fell: nothing is written when a step begins, so they follow from the terms and from when the lot
//! was open.

use auction::LotReplay;
use bidding::Terms;
use kernel::{Fen, UnixMs};

/// From when each price was to be seen; nothing of a lot whose price did not fall.
pub(super) fn steps(terms: &Terms, found: &LotReplay) -> Vec<(UnixMs, Fen)> {
    let Some(steps) = terms.format.dutch() else { return Vec::new() };
    steps.seen(terms.start_fen, &turns(found), found.replay.to())
}

/// When it began to fall and when it stood still: closed, paused, or out of everybody's reach.
fn turns(found: &LotReplay) -> Vec<(UnixMs, bool)> {
    let mut turns: Vec<(UnixMs, bool)> = Vec::new();
    for moment in found.replay.moments() {
        if turns.last().map_or(moment.is_open(), |(_, falls)| *falls != moment.is_open()) {
            turns.push((moment.at, moment.is_open()));
        }
    }
    for incident in &found.incidents {
        let falls =
            |at: UnixMs| turns.iter().take_while(|(turn, _)| *turn <= at).last().is_some_and(|turn| turn.1);
        if falls(incident.from) && falls(incident.to) {
            turns.extend([(incident.from, false), (incident.to, true)]);
            turns.sort_by_key(|(at, _)| *at);
        }
    }
    turns
}

/// The price that was to be seen at an instant.
pub(super) fn price_at(steps: &[(UnixMs, Fen)], at: UnixMs) -> Option<Fen> {
    steps.iter().take_while(|(from, _)| *from <= at).last().map(|(_, price)| *price)
}

/// For the verifier: `<instant>:<fen>,…`.
pub(super) fn told(steps: &[(UnixMs, Fen)]) -> Option<String> {
    let one = |(from, price): &(UnixMs, Fen)| format!("{}:{}", from.0, price.0);
    (!steps.is_empty()).then(|| steps.iter().map(one).collect::<Vec<_>>().join(","))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_price_is_that_of_the_step_that_held() {
        let steps = [(UnixMs(10), Fen(900)), (UnixMs(20), Fen(800))];
        let at = |at| price_at(&steps, UnixMs(at));
        assert_eq!(
            (at(9), at(10), at(19), at(20), at(99)),
            (None, Some(Fen(900)), Some(Fen(900)), Some(Fen(800)), Some(Fen(800)))
        );
        assert_eq!(told(&steps).as_deref(), Some("10:900,20:800"));
        assert_eq!(told(&[]), None);
    }
}
