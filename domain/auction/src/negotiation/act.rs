//! Both sides act: the buyer for himself; for the seller his company, where he is linked to one, and staff.

use deal::{Command, RefusalCode, Side, Status, apply_all, decide};
use kernel::{DealerId, Fen, NegotiationId, Principal, Problem, ProblemKind, Role, UnixMs};
use platform_db::CommandError;
use serde_json::{Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::Service;
use crate::engine::{Failure, Sender, Within};
use crate::store::negotiations::{self as store, Ended, Locked, LogRow, Recorded};

/// Who of the staff speaks for the seller.
const SPEAKERS: [Role; 2] = [Role::Auctioneer, Role::Sales];

/// What somebody does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// Takes the other side's standing offer.
    Accept {
        /// The offer that he has read.
        offer_fen: Fen,
    },
    /// Makes an offer.
    Counter {
        /// How much.
        amount_fen: Fen,
    },
    /// The buyer's offer stands.
    StandBy,
    /// The seller declines, or the buyer walks away.
    Decline,
    /// A limit that the other side never sees.
    EnterSecret {
        /// How much.
        amount_fen: Fen,
    },
}

/// A move in a negotiation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Negotiate {
    /// Made by the sender; a repeat gets the recorded answer.
    pub key: Uuid,
    /// Which one.
    pub id: NegotiationId,
    /// What.
    pub act: Act,
    /// The seller declines, and wants the next bidder to be asked.
    pub then_next_bidder: bool,
}

/// The answer to an accepted move.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Negotiated {
    /// Where it stood after the move.
    pub status: Status,
}

impl Service {
    /// A move of the buyer, of the seller's company, or of staff for the seller.
    ///
    /// # Errors
    /// `NOT_FOUND` for what is neither bought nor sold by one's company, `FORBIDDEN` for staff who do not speak for sellers, and the codes of
    /// [`deal::RefusalCode`]. `BANNED` where a suspended buyer would bind himself.
    pub async fn negotiate(&self, who: &Principal, input: Negotiate) -> Result<Negotiated, CommandError> {
        let own = who.dealer().map(|seat| seat.dealer_id);
        if own.is_none() {
            side_of(who)?;
        }
        let sender = Sender::person(who);
        // admitted before the row is locked: who was in time stays in time
        let now = self.engine.clock().admission_time().ok_or(Problem::from(Failure::Unavailable))?;
        let mut tx = self.db.begin().await?;
        let mut locked = store::lock(&mut tx, input.id).await?.ok_or_else(Problem::not_found)?;
        let side = side_in(own, &locked).ok_or_else(Problem::not_found)?;
        let command = command(side, input.act)?;
        let buyer = own.filter(|_| side == Side::Buyer && input.act != Act::Decline);
        if let Some(ban) = buyer.and_then(|dealer_id| self.dealers.known().ban(dealer_id, self.now())) {
            return Err(Problem::new(ProblemKind::Forbidden, "BANNED").with(ban.data()).into());
        }
        if let Some(recorded) = store::recorded(&mut tx, input.id, sender.actor, input.key).await? {
            return repeat(&recorded, &command);
        }
        // what the next bidder authorised is no seller's business: it is staff who ask him
        if own.is_none() && input.act == Act::Decline && input.then_next_bidder {
            locked.then_next_bidder = true;
        }
        let (answer, told) = self.decided(&mut tx, &locked, (&command, input.key), &sender, now).await?;
        tx.commit().await?;
        if let Some(within) = told {
            within.told(self);
        }
        Ok(answer?)
    }

    /// Says whether the next bidder is offered the car at his own max when this comes to nothing.
    ///
    /// # Errors
    /// `FORBIDDEN`, `NOT_FOUND`; `NEGOTIATION_OVER` once it has ended, `ONLY_ACCEPT_OR_DECLINE` for a second chance.
    pub async fn plan_next_bidder(
        &self,
        who: &Principal,
        key: Uuid,
        id: NegotiationId,
        wanted: bool,
    ) -> Result<(), CommandError> {
        if side_of(who)? != Side::Seller {
            return Err(Problem::new(ProblemKind::Forbidden, "FORBIDDEN").into());
        }
        let command = if wanted { "next_bidder_yes" } else { "next_bidder_no" };
        let mut tx = self.db.begin().await?;
        let locked = store::lock(&mut tx, id).await?.ok_or_else(Problem::not_found)?;
        if let Some(recorded) = store::recorded(&mut tx, id, Uuid::nil(), key).await? {
            return if recorded.command == command { Ok(()) } else { Err(used_twice().into()) };
        }
        if locked.state.status != Status::Open {
            let data = json!({ "status": locked.state.status, "deadline_at": locked.state.deadline_at });
            return Err(problem(RefusalCode::NegotiationOver.as_str(), data).into());
        }
        if locked.state.terms.kind == deal::Kind::SecondChance {
            return Err(problem(RefusalCode::OnlyAcceptOrDecline.as_str(), Value::Null).into());
        }
        store::plan_next_bidder(&mut tx, id, wanted).await?;
        let sender = Sender::person(who);
        let row = LogRow {
            seq: None,
            key,
            actor: sender.actor,
            side: Some(Side::Seller),
            user_id: sender.user_id,
            user_name: sender.user_name,
            command,
            amount_fen: None,
            code: None,
            data: Value::Null,
            status: locked.state.status,
            at: self.now(),
        };
        store::log(&mut tx, id, &row).await?;
        Ok(tx.commit().await?)
    }

    /// Decides and writes, in the caller's transaction; with the end of a negotiation its lot too, of which others are to be
    /// told after the commit. A refusal is written too: a repeat gets it again.
    pub(super) async fn decided(
        &self,
        conn: &mut PgConnection,
        locked: &Locked,
        (command, key): (&Command, Uuid),
        sender: &Sender,
        now: UnixMs,
    ) -> Result<(Result<Negotiated, Problem>, Option<Within>), CommandError> {
        let verdict = decide(&locked.state, command, now);
        let next = verdict.as_ref().ok().map(|events| apply_all(&locked.state, events));
        let status = next.as_ref().map_or(locked.state.status, |next| next.status);
        let (code, data) = match &verdict {
            Ok(events) => (None, json!(events)),
            Err(refusal) => (Some(refusal.code.as_str()), refusal.data.clone()),
        };
        let row = LogRow {
            seq: next.as_ref().map(|next| next.seq),
            key,
            actor: sender.actor,
            side: command.side(),
            user_id: sender.user_id,
            user_name: sender.user_name.clone(),
            command: command.name(),
            amount_fen: command.amount(),
            code,
            data,
            status,
            at: now,
        };
        let mut told = None;
        if let Some(next) = &next {
            let ended_at = (status != Status::Open).then_some(now);
            store::save(conn, locked, next, ended_at).await?;
            if status != Status::Open {
                told = self.ended(conn, locked, next, now).await?;
            }
        }
        store::log(conn, locked.id, &row).await?;
        let answer = match verdict {
            Ok(_) => Ok(Negotiated { status }),
            Err(refusal) => Err(problem(refusal.code.as_str(), refusal.data)),
        };
        Ok((answer, told))
    }

    /// What the end brings with it, in the same transaction.
    async fn ended(
        &self,
        conn: &mut PgConnection,
        locked: &Locked,
        last: &deal::Negotiation,
        now: UnixMs,
    ) -> Result<Option<Within>, CommandError> {
        let next = match last.status {
            Status::Agreed => None,
            _ => {
                let hours = self.hours_from(conn, now).await?;
                self.next_is_asked(conn, locked, &hours, now).await?
            }
        };
        let ended = Ended {
            id: locked.id,
            lot_id: locked.lot_id,
            kind: last.terms.kind,
            buyer: locked.buyer,
            price_fen: last.price_fen,
            next,
        };
        self.settle_lot(conn, &ended, now).await
    }
}

/// The side that a company has in a negotiation; staff have the seller's. Who bought what he was linked to later is the buyer.
fn side_in(own: Option<DealerId>, locked: &Locked) -> Option<Side> {
    match own {
        None => Some(Side::Seller),
        Some(company) if company == locked.buyer => Some(Side::Buyer),
        Some(company) => (locked.seller == Some(company)).then_some(Side::Seller),
    }
}

/// The side that this person speaks for where nothing is known of the lot.
pub(crate) fn side_of(who: &Principal) -> Result<Side, Problem> {
    match who.dealer() {
        Some(_) => Ok(Side::Buyer),
        None if SPEAKERS.iter().any(|role| who.has_role(*role)) => Ok(Side::Seller),
        None => Err(Problem::new(ProblemKind::Forbidden, "FORBIDDEN")),
    }
}

fn command(side: Side, act: Act) -> Result<Command, Problem> {
    Ok(match act {
        Act::Accept { offer_fen } => Command::Accept { side, offer_fen },
        Act::Counter { amount_fen } => Command::Counter { side, amount_fen },
        Act::StandBy if side == Side::Buyer => Command::StandBy,
        Act::StandBy => return Err(Problem::new(ProblemKind::Forbidden, "FORBIDDEN")),
        Act::Decline => Command::Decline { side },
        Act::EnterSecret { amount_fen } => Command::EnterSecret { side, amount_fen },
    })
}

/// The answer that was given, if this asks for the same.
fn repeat(recorded: &Recorded, command: &Command) -> Result<Negotiated, CommandError> {
    if recorded.command != command.name() || recorded.amount_fen != command.amount() {
        return Err(used_twice().into());
    }
    match &recorded.code {
        Some(code) => Err(problem(code, recorded.data.clone()).into()),
        None => {
            let unknown = || CommandError::Inconsistent(format!("negotiation status {}", recorded.status));
            Ok(Negotiated { status: Status::from_name(&recorded.status).ok_or_else(unknown)? })
        }
    }
}

fn used_twice() -> Problem {
    Problem::new(ProblemKind::Conflict, "NEGOTIATION_KEY_REUSED")
}

fn problem(code: &str, data: Value) -> Problem {
    let typed = [
        RefusalCode::NotTick,
        RefusalCode::CounterTooLow,
        RefusalCode::CounterTooHigh,
        RefusalCode::AboveReserve,
        RefusalCode::SecretNotBetter,
    ];
    let is_typed = typed.iter().any(|typed| typed.as_str() == code);
    Problem::new(if is_typed { ProblemKind::Invalid } else { ProblemKind::Conflict }, code).with(data)
}
