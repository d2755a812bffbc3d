//! How a practice run goes: the ghosts' bids and one's own, in the order of their times, through the same fold as a real lot.

use bidding::{Command, LotState, LotStatus, MyPosition, Note, PublicLot, Refusal, advance, decide};
use kernel::{DealerId, Fen, UnixMs};
use uuid::Uuid;

use super::cast::{Cast, RealEnd};

/// Who bids in a practice run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Practiser {
    /// Who practises.
    You,
    /// The bidder of this number, as the lot really had him.
    Ghost(u32),
}

/// A bid that moved something, as the list of bids shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PracticeLine {
    /// When, by the lot's time.
    pub at: UnixMs,
    /// The price after it.
    pub price_fen: Fen,
    /// Who leads after it.
    pub leader: Practiser,
    /// Whose bid it was; at the opening, who leads.
    pub by: Practiser,
}

/// What came of a bid of one's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PracticeAnswer {
    /// The bid's key.
    pub key: Uuid,
    /// When it was admitted, by the lot's time.
    pub at: UnixMs,
    /// Its amount.
    pub max_fen: Fen,
    /// What should be known beside "accepted", or why it was refused.
    pub outcome: Result<Option<Note>, Refusal>,
}

/// A bid of one's own, as it is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct OwnBid {
    pub(crate) key: Uuid,
    pub(crate) at: UnixMs,
    pub(crate) max_fen: Fen,
    pub(crate) confirmed: bool,
}

/// A run until one moment of the lot's time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Course {
    pub(crate) state: LotState,
    /// The oldest first.
    pub(crate) lines: Vec<PracticeLine>,
    /// In the order of the bids.
    pub(crate) answers: Vec<PracticeAnswer>,
}

impl Practiser {
    /// As whom the fold knows him.
    fn id(self) -> DealerId {
        DealerId(match self {
            Practiser::You => Uuid::max(),
            Practiser::Ghost(alias) => Uuid::from_u128(alias.into()),
        })
    }

    fn of(id: DealerId) -> Practiser {
        match u32::try_from(id.0.as_u128()) {
            Ok(alias) => Practiser::Ghost(alias),
            Err(_) => Practiser::You,
        }
    }
}

/// The run until `until`, a moment of the lot's time.
pub(crate) fn course(cast: &Cast, own: &[OwnBid], until: UnixMs) -> Course {
    let mut course = Course { state: cast.before(), lines: Vec::new(), answers: Vec::new() };
    for step in steps(cast, own).into_iter().filter(|step| step.at <= until) {
        course.close_by(step.at);
        course.take(&step);
    }
    course.close_by(until);
    course
}

impl Course {
    /// What everybody would see; the aliases are the fold's own and mean nothing here.
    pub(crate) fn public(&self) -> PublicLot {
        self.state.public()
    }

    /// Who leads.
    pub(crate) fn leader(&self) -> Option<Practiser> {
        self.state.leader.map(|leader| Practiser::of(leader.dealer_id))
    }

    /// What one sees besides: one's own max, and whether one leads.
    pub(crate) fn mine(&self) -> MyPosition {
        let accepted = self.answers.iter().rev().find(|answer| answer.outcome.is_ok());
        self.state.position_of(Practiser::You.id(), accepted.map(|answer| answer.max_fen))
    }

    /// Whether the ghosts alone lead to this end.
    pub(crate) fn ends_as(&self, end: RealEnd) -> bool {
        self.state.status == LotStatus::Closed
            && self.leader() == Some(Practiser::Ghost(end.leader))
            && self.state.price_fen == Some(end.price_fen)
    }

    /// The hammer falls at the lot's end, wherever that is by now.
    fn close_by(&mut self, at: UnixMs) {
        let end_at = self.state.end_at;
        if self.state.status == LotStatus::Open
            && at >= end_at
            && let Ok(closed) = decide(&self.state, &Command::Close, end_at)
        {
            advance(&mut self.state, &closed.events);
        }
    }

    fn take(&mut self, step: &Step) {
        let command = match step.what {
            What::Opens => Command::Open,
            What::Bids(who, max_fen, confirmed, _) => Command::PlaceMax {
                dealer_id: who.id(),
                max_fen,
                confirmed,
                bar: None,
                power_fen: None,
                seen_report: None,
                group: None,
            },
        };
        let verdict = decide(&self.state, &command, step.at);
        if let Ok(accepted) = &verdict {
            advance(&mut self.state, &accepted.events);
            self.write(step);
        }
        // a ghost that is outbid already stays silent
        if let What::Bids(Practiser::You, max_fen, _, key) = step.what {
            let outcome = verdict.map(|accepted| accepted.note);
            self.answers.push(PracticeAnswer { key, at: step.at, max_fen, outcome });
        }
    }

    fn write(&mut self, step: &Step) {
        let (Some(leader), Some(price_fen)) = (self.leader(), self.state.price_fen) else { return };
        let by = match step.what {
            What::Opens => leader,
            What::Bids(who, ..) => who,
        };
        self.lines.push(PracticeLine { at: step.at, price_fen, leader, by });
    }
}

struct Step {
    at: UnixMs,
    what: What,
}

#[derive(Clone, Copy)]
enum What {
    Opens,
    /// Who, up to how much, whether confirmed, under which key.
    Bids(Practiser, Fen, bool, Uuid),
}

/// In the order of their times. At one moment the lot opens first, and ghosts were there before who practises.
fn steps(cast: &Cast, own: &[OwnBid]) -> Vec<Step> {
    let opens = Step { at: cast.opens_at, what: What::Opens };
    let ghosts = cast.ghosts.iter().map(|ghost| Step {
        at: ghost.at,
        what: What::Bids(Practiser::Ghost(ghost.alias), ghost.max_fen, true, Uuid::nil()),
    });
    let own = own.iter().map(|bid| Step {
        at: bid.at,
        what: What::Bids(Practiser::You, bid.max_fen, bid.confirmed, bid.key),
    });
    let mut steps: Vec<Step> = std::iter::once(opens).chain(ghosts).chain(own).collect();
    // a stable sort: what has the same time stays in the order in which it stands here
    steps.sort_by_key(|step| step.at);
    steps
}
