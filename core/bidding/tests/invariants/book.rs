//! The reference: a plain order book that works the price out of everybody's standing max.
//!
//! It shares no code with the fold. It keeps what the fold throws away (each entity's max and its seq) and finds
//! leader and second by looking through all of them.

use bidding::BelowReserve;
use kernel::{DealerId, Fen};

/// What an entity has authorised. Amounts and seqs rise: each claim says since when it would pay up to an amount.
struct Standing {
    dealer_id: DealerId,
    claims: Vec<Claim>,
}

#[derive(Clone, Copy)]
struct Claim {
    max_fen: i64,
    seq: i64,
    /// What its owner lowered to while he led. A void may leave the price at another's max, and lowering to the price then
    /// makes a tie with an earlier bid: the lead is kept all the same (§3.4), only a bid takes it.
    keeps_lead: bool,
}

impl Standing {
    /// The standing max, and the seq since which it has priority.
    fn best(&self) -> Claim {
        self.claims.last().copied().unwrap_or(Claim { max_fen: 0, seq: i64::MAX, keeps_lead: false })
    }

    /// A lowered max keeps the priority with which that amount was first covered, not that of the last raise.
    fn set(&mut self, max_fen: i64, seq: i64) {
        let covered = self.claims.iter().find(|claim| claim.max_fen >= max_fen).map(|claim| claim.seq);
        self.claims.retain(|claim| claim.max_fen < max_fen);
        self.claims.push(Claim { max_fen, seq: covered.unwrap_or(seq), keeps_lead: false });
    }
}

/// What happened, as a plain list.
#[derive(Clone)]
pub(crate) enum Entry {
    /// Before the opening.
    Early {
        dealer_id: DealerId,
        max_fen: i64,
        lowers: bool,
    },
    TakenBack {
        dealer_id: DealerId,
    },
    /// Of those whose early maxes count.
    Opening {
        of: Vec<DealerId>,
    },
    Max {
        dealer_id: DealerId,
        max_fen: i64,
        lowers: bool,
    },
    Reserve {
        fen: i64,
    },
    Void {
        of: i64,
    },
}

/// All standing maxes of a lot, and the price they make. A void is the whole list read again without the voided bids.
pub(crate) struct Book {
    mode: BelowReserve,
    start_fen: i64,
    /// How often the steps of §3.2.
    step_scale: i64,
    first_reserve_fen: Option<i64>,
    reserve_fen: Option<i64>,
    standing: Vec<Standing>,
    /// Maxes that wait, each with the number of its last raise.
    early: Vec<(DealerId, i64, i64)>,
    /// What the second-best max asked for when somebody last contested the lead.
    contested_fen: i64,
    /// The highest price so far.
    price_fen: Option<i64>,
    /// Everything since the beginning: number, whether steps were doubled, the entry.
    entries: Vec<(i64, bool, Entry)>,
    /// The prices that voids left.
    left: Vec<(i64, Option<i64>)>,
}

impl Book {
    pub(crate) fn new(mode: BelowReserve, step_scale: i64, start: Fen, reserve: Option<Fen>) -> Book {
        let first_reserve_fen = reserve.map(|fen| fen.0);
        Book {
            mode,
            start_fen: start.0,
            step_scale,
            first_reserve_fen,
            reserve_fen: first_reserve_fen,
            standing: Vec::new(),
            early: Vec::new(),
            contested_fen: start.0,
            price_fen: None,
            entries: Vec::new(),
            left: Vec::new(),
        }
    }

    pub(crate) fn enter(&mut self, seq: i64, doubled: bool, entry: Entry) {
        self.entries.push((seq, doubled, entry.clone()));
        if let Entry::Void { .. } = entry {
            let before = self.price_fen;
            self.read_again();
            self.clamp(before);
            self.left.push((seq, self.price_fen));
        } else {
            self.take(seq, doubled, entry);
        }
    }

    fn read_again(&mut self) {
        let voided = |(_, _, entry): &(i64, bool, Entry)| match entry {
            Entry::Void { of } => Some(*of),
            _ => None,
        };
        let voided: Vec<i64> = self.entries.iter().filter_map(voided).collect();
        self.standing.clear();
        self.early.clear();
        (self.reserve_fen, self.contested_fen, self.price_fen) =
            (self.first_reserve_fen, self.start_fen, None);
        for (seq, doubled, entry) in self.entries.clone() {
            if let Some((_, left)) = self.left.iter().find(|(void, _)| *void == seq) {
                self.clamp(*left);
            } else if !voided.contains(&seq) {
                self.take(seq, doubled, entry);
            }
        }
    }

    /// The price as everybody saw it is the most that anybody pays.
    fn clamp(&mut self, seen: Option<i64>) {
        if let (Some(price), Some(seen)) = (self.price_fen, seen) {
            self.price_fen = Some(price.min(seen));
            self.contested_fen = self.contested_fen.min(seen);
        }
    }

    fn take(&mut self, seq: i64, doubled: bool, entry: Entry) {
        match entry {
            Entry::Early { dealer_id, max_fen, lowers } => {
                match self.early.iter_mut().find(|(who, ..)| *who == dealer_id) {
                    Some(own) if lowers => own.1 = own.1.min(max_fen),
                    Some(own) if max_fen > own.1 => *own = (dealer_id, max_fen, seq),
                    None if !lowers => self.early.push((dealer_id, max_fen, seq)),
                    _ => {}
                }
            }
            Entry::TakenBack { dealer_id } => self.early.retain(|(who, ..)| *who != dealer_id),
            Entry::Opening { of } => {
                let mut early = std::mem::take(&mut self.early);
                early.sort_by_key(|(.., since)| *since);
                for (dealer_id, max_fen, since) in early {
                    if of.contains(&dealer_id) {
                        self.place(dealer_id, max_fen, since, doubled);
                    }
                }
            }
            Entry::Max { dealer_id, max_fen, lowers } => match self.leader() {
                Some((leader, own)) if leader == dealer_id && lowers => {
                    let floor = self.price_fen.unwrap_or(0);
                    self.place(dealer_id, own.0.min(max_fen.max(floor)), seq, doubled);
                    self.keep_lead(dealer_id);
                }
                Some((leader, own)) if leader == dealer_id && max_fen <= own.0 => {}
                _ if lowers => {}
                _ => self.place(dealer_id, max_fen, seq, doubled),
            },
            Entry::Reserve { fen } => self.lower_reserve(fen, doubled),
            Entry::Void { .. } => {}
        }
    }

    /// Best max first; of equal ones the earlier.
    fn ranked(&self) -> Vec<(DealerId, i64)> {
        let mut ranked: Vec<&Standing> = self.standing.iter().collect();
        ranked.sort_by_key(|standing| {
            let Claim { max_fen, seq, keeps_lead } = standing.best();
            (-max_fen, !keeps_lead, seq)
        });
        ranked.into_iter().map(|standing| (standing.dealer_id, standing.best().max_fen)).collect()
    }

    pub(crate) fn leader(&self) -> Option<(DealerId, Fen)> {
        self.ranked().first().map(|(dealer_id, max_fen)| (*dealer_id, Fen(*max_fen)))
    }

    pub(crate) fn second_max(&self) -> Option<Fen> {
        self.ranked().get(1).map(|(_, max_fen)| Fen(*max_fen))
    }

    pub(crate) fn met(&self) -> bool {
        let best = self.leader().map(|(_, max)| max.0);
        self.reserve_fen.is_some_and(|reserve| best.is_some_and(|best| best >= reserve))
    }

    pub(crate) fn price(&self) -> Option<Fen> {
        self.price_fen.map(Fen)
    }

    /// An accepted max. `doubled`: whether the lot's steps are doubled at this moment.
    fn place(&mut self, dealer_id: DealerId, max_fen: i64, seq: i64, doubled: bool) {
        let leads = self.leader().is_some_and(|(leader, _)| leader == dealer_id);
        match self.standing.iter_mut().find(|standing| standing.dealer_id == dealer_id) {
            Some(own) => own.set(max_fen, seq),
            None => self
                .standing
                .push(Standing { dealer_id, claims: vec![Claim { max_fen, seq, keeps_lead: false }] }),
        }
        if !leads {
            self.contested_fen = self.contest(doubled);
        }
        self.reprice();
    }

    fn keep_lead(&mut self, dealer_id: DealerId) {
        let own = self.standing.iter_mut().find(|standing| standing.dealer_id == dealer_id);
        if let Some(claim) = own.and_then(|own| own.claims.last_mut()) {
            claim.keeps_lead = true;
        }
    }

    fn lower_reserve(&mut self, reserve_fen: i64, doubled: bool) {
        let was_met = self.met();
        self.reserve_fen = Some(reserve_fen);
        if !was_met && self.met() && self.mode == BelowReserve::Stepped {
            self.contested_fen = self.contest(doubled);
        }
        self.reprice();
    }

    fn contest(&self, doubled: bool) -> i64 {
        match self.ranked()[..] {
            [(_, best), (_, second), ..] => best.min(second + self.step_scale * step(second, doubled)),
            _ => self.start_fen,
        }
    }

    fn reprice(&mut self) {
        let Some(best) = self.leader().map(|(_, max)| max.0) else { return };
        let asked = match self.reserve_fen {
            // Without a reserve the price is a plain function of the book: nothing has to hold it up.
            None => {
                self.price_fen = Some(self.contested_fen);
                return;
            }
            Some(reserve) if best >= reserve => reserve.max(self.contested_fen),
            Some(_) if self.mode == BelowReserve::Full => best,
            Some(_) => self.contested_fen,
        };
        self.price_fen = self.price_fen.max(Some(asked));
    }
}

/// The ladder of §3.2 written out.
pub(crate) fn step(price_fen: i64, doubled: bool) -> i64 {
    let yuan = match price_fen / 100 {
        ..10_000 => 100,
        10_000..50_000 => 200,
        50_000..100_000 => 500,
        100_000..300_000 => 1_000,
        300_000..1_000_000 => 2_000,
        _ => 5_000,
    };
    yuan * 100 * if doubled { 2 } else { 1 }
}
