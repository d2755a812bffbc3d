//! What a dealer thinks: which cars he wants, what they are worth to him, and when he bids. Pure, so that tests can play
//! an evening through.

use std::collections::BTreeMap;

use kernel::{Fen, LotId};
use rand::{Rng, RngExt as _};

use super::cars::TICK_FEN;

/// Finance takes between these in one go.
const DEPOSIT_LEAST_FEN: i64 = 100_000;
const DEPOSIT_MOST_FEN: i64 = 10_000_000_000;

/// One car in so many finds nobody who wants it.
const UNLOVED_EVERY: usize = 25;

/// How a dealer goes about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Temper {
    /// Bids the least there is, early, and answers when outbid.
    Browser,
    /// Says once what the car is worth to him, and goes to dinner.
    Proxy,
    /// Says it in the last seconds.
    Sniper,
    /// Two people of one company bid on the same cars.
    Sister,
    /// Types a zero too many first.
    FatFinger,
}

impl Temper {
    /// The temper of the dealer with this number: of twenty, eight browse, five leave a max, four snipe, two have a
    /// colleague, one mistypes.
    pub(super) const fn of(number: usize) -> Temper {
        match number % 20 {
            0..=7 => Temper::Browser,
            8..=12 => Temper::Proxy,
            13..=16 => Temper::Sniper,
            17 | 18 => Temper::Sister,
            _ => Temper::FatFinger,
        }
    }
}

/// A car that a dealer wants.
#[derive(Clone, Debug)]
struct Wish {
    /// The most he would pay.
    value_fen: i64,
    /// He first bids so much of the way from the opening to the end, 0 to 1; snipers in the last seconds.
    from: f64,
    /// So long before the end, for snipers.
    last_ms: i64,
    has_bid: bool,
    mistyped: bool,
    /// Not before this: people think before they answer.
    not_before_ms: i64,
}

/// What he sees of a lot.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sight {
    pub(super) lot_id: LotId,
    pub(super) is_open: bool,
    pub(super) min_next_fen: i64,
    pub(super) leading: bool,
    pub(super) opens_ms: i64,
    pub(super) end_ms: i64,
}

/// A bid he wants to make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wanted {
    pub(super) max_fen: Fen,
    /// For the report.
    pub(super) act: &'static str,
}

/// A dealer's mind.
#[derive(Clone, Debug)]
pub(super) struct Mind {
    temper: Temper,
    wishes: BTreeMap<LotId, Wish>,
    /// The most he authorises on all lots together.
    budget_fen: i64,
}

impl Mind {
    /// A mind that wants some of these lots, each at about its guide price.
    pub(super) fn new(
        temper: Temper,
        guides: &BTreeMap<LotId, Fen>,
        most: usize,
        rng: &mut impl Rng,
    ) -> Mind {
        // every lot has about as many wishers, whatever the size of the sale
        let share = (most as f64 / guides.len().max(1) as f64).min(0.3);
        let mut wishes = BTreeMap::new();
        for (number, (lot_id, guide)) in guides.iter().enumerate() {
            let is_unloved = number % UNLOVED_EVERY == UNLOVED_EVERY - 1;
            if !is_unloved && wishes.len() < most && rng.random_bool(share) {
                wishes.insert(*lot_id, wish(guide.0, rng));
            }
        }
        let wanted: i64 = wishes.values().map(|wish| wish.value_fen).sum();
        // nobody can buy everything he likes
        let budget_fen = wanted / 100 * rng.random_range(30..=80);
        Mind { temper, wishes, budget_fen }
    }

    /// How he goes about it.
    pub(super) const fn temper(&self) -> Temper {
        self.temper
    }

    /// What he leaves as deposit: a tenth of his budget and a little more, but every tenth dealer far too little.
    pub(super) fn deposit(&self, number: usize) -> Fen {
        let percent = if number % 10 == 9 { 3 } else { 12 };
        Fen((self.budget_fen / 100 * percent).clamp(DEPOSIT_LEAST_FEN, DEPOSIT_MOST_FEN) / 100 * 100)
    }

    /// The same wishes of another person.
    pub(super) fn colleague(&self, rng: &mut impl Rng) -> Mind {
        let mut other = self.clone();
        for wish in other.wishes.values_mut() {
            wish.value_fen = on_tick(wish.value_fen as f64 * rng.random_range(0.95..1.05));
            wish.from = rng.random_range(0.0..0.9);
        }
        other
    }

    /// The lots he follows.
    pub(super) fn lots(&self) -> impl Iterator<Item = LotId> {
        self.wishes.keys().copied()
    }

    /// What he bids now, with `committed_fen` authorised on other lots that he leads.
    pub(super) fn next(&mut self, see: &Sight, committed_fen: i64, now_ms: i64) -> Option<Wanted> {
        let temper = self.temper;
        let budget_fen = self.budget_fen;
        let wish = self.wishes.get_mut(&see.lot_id)?;
        let affordable = wish.value_fen.min(budget_fen.saturating_sub(committed_fen));
        let is_over = !see.is_open || now_ms >= see.end_ms;
        if is_over || see.leading || affordable < see.min_next_fen || now_ms < wish.not_before_ms {
            return None;
        }
        let wanted = |fen: i64, act| Some(Wanted { max_fen: Fen(on_tick_down(fen)), act });
        match temper {
            Temper::Sniper => {
                if now_ms < see.end_ms - wish.last_ms {
                    return None;
                }
                let act = if wish.has_bid { "answered a late bid" } else { "sniped" };
                wish.pause(now_ms, 300);
                wanted(affordable, act)
            }
            _ if now_ms < see.opens_ms + (wish.from * (see.end_ms - see.opens_ms) as f64) as i64 => None,
            Temper::Proxy if wish.has_bid => None,
            Temper::Proxy => {
                wish.pause(now_ms, 1000);
                wanted(affordable, "left a max")
            }
            Temper::FatFinger if !wish.mistyped => {
                wish.mistyped = true;
                wanted(wish.value_fen.saturating_mul(10), "typed a zero too many")
            }
            Temper::FatFinger | Temper::Browser | Temper::Sister => {
                let act = if wish.has_bid { "answered when outbid" } else { "bid early" };
                // a step, or three when he is keen
                let steps = if affordable > see.min_next_fen / 100 * 115 { 3 } else { 1 };
                let more = see.min_next_fen / 100 * (steps - 1);
                wish.pause(now_ms, 1500);
                wanted(affordable.min(see.min_next_fen + more), act)
            }
        }
    }
}

impl Wish {
    fn pause(&mut self, now_ms: i64, ms: i64) {
        self.has_bid = true;
        self.not_before_ms = now_ms + ms;
    }
}

/// Worth between 80 % and 120 % of the guide price, most often near it.
fn wish(guide_fen: i64, rng: &mut impl Rng) -> Wish {
    let spread: f64 = (0..4).map(|_| rng.random_range(-0.05..0.05)).sum();
    Wish {
        value_fen: on_tick(guide_fen as f64 * (1.0 + spread)),
        from: rng.random_range(0.0..0.9),
        last_ms: rng.random_range(500..5000),
        has_bid: false,
        mistyped: false,
        not_before_ms: 0,
    }
}

fn on_tick(fen: f64) -> i64 {
    on_tick_down(fen as i64)
}

const fn on_tick_down(fen: i64) -> i64 {
    fen / TICK_FEN * TICK_FEN
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use uuid::Uuid;

    use super::*;

    const GUIDE: i64 = 10_000_000;
    const LOT: LotId = LotId(Uuid::from_u128(1));

    fn mind(temper: Temper) -> Mind {
        let mut mind = Mind { temper, wishes: BTreeMap::new(), budget_fen: 2 * GUIDE };
        let wish = Wish {
            value_fen: GUIDE,
            from: 0.5,
            last_ms: 2_000,
            has_bid: false,
            mistyped: false,
            not_before_ms: 0,
        };
        mind.wishes.insert(LOT, wish);
        mind
    }

    fn sight() -> Sight {
        let (opens_ms, end_ms) = (0, 100_000);
        let min_next_fen = GUIDE / 2;
        Sight { lot_id: LOT, is_open: true, min_next_fen, leading: false, opens_ms, end_ms }
    }

    #[test]
    fn a_sniper_waits_for_the_last_seconds_and_answers_an_extension() {
        let mut sniper = mind(Temper::Sniper);
        assert_eq!(sniper.next(&sight(), 0, 97_999), None);
        assert_eq!(sniper.next(&sight(), 0, 98_000).unwrap().max_fen, Fen(GUIDE));
        let leading = Sight { leading: true, ..sight() };
        assert_eq!(sniper.next(&leading, 0, 99_000), None, "nobody outbids himself");
        let dearer = Sight { min_next_fen: GUIDE + TICK_FEN, end_ms: 110_000, ..sight() };
        assert_eq!(sniper.next(&dearer, 0, 109_000), None, "not above what it is worth");
    }

    #[test]
    fn a_proxy_speaks_once() {
        let mut proxy = mind(Temper::Proxy);
        assert_eq!(proxy.next(&sight(), 0, 49_999), None);
        assert_eq!(proxy.next(&sight(), 0, 50_000).unwrap().act, "left a max");
        assert_eq!(proxy.next(&sight(), 0, 80_000), None);
    }

    #[test]
    fn a_browser_answers_and_stops_at_his_value_and_budget() {
        let mut browser = mind(Temper::Browser);
        let first = browser.next(&sight(), 0, 50_000).unwrap();
        assert_eq!(first.act, "bid early");
        assert!(first.max_fen.0 >= sight().min_next_fen && first.max_fen.0 <= GUIDE);
        assert_eq!(browser.next(&sight(), 0, 50_100), None, "he thinks before he answers");
        assert_eq!(browser.next(&sight(), 0, 52_000).unwrap().act, "answered when outbid");
        assert_eq!(browser.next(&sight(), 2 * GUIDE, 60_000), None, "the money is on other lots");
        let closed = Sight { is_open: false, ..sight() };
        assert_eq!(browser.next(&closed, 0, 60_000), None);
    }

    #[test]
    fn a_fat_finger_mistypes_once() {
        let mut finger = mind(Temper::FatFinger);
        assert_eq!(finger.next(&sight(), 0, 50_000).unwrap().max_fen, Fen(10 * GUIDE));
        assert!(finger.next(&sight(), 0, 50_001).unwrap().max_fen.0 <= GUIDE);
    }

    #[test]
    fn tempers_are_shared_out() {
        let count = |temper| (0..200).filter(|number| Temper::of(*number) == temper).count();
        assert_eq!((count(Temper::Browser), count(Temper::Proxy), count(Temper::Sniper)), (80, 50, 40));
        assert_eq!((count(Temper::Sister), count(Temper::FatFinger)), (20, 10));
    }

    #[test]
    fn lots_find_wishers_but_for_the_unloved_and_nobody_follows_too_many() {
        let guides: BTreeMap<LotId, Fen> =
            (0..300).map(|n| (LotId(Uuid::from_u128(n)), Fen(GUIDE))).collect();
        let mut rng = rand::rng();
        let minds: Vec<Mind> = (0..200).map(|n| Mind::new(Temper::of(n), &guides, 40, &mut rng)).collect();
        assert!(minds.iter().all(|mind| mind.wishes.len() <= 40));
        let wished = |lot: &LotId| minds.iter().any(|mind| mind.wishes.contains_key(lot));
        assert_eq!(guides.keys().filter(|lot| !wished(lot)).count(), 300 / UNLOVED_EVERY);
    }
}
