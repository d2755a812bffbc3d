//! A dealer bids.

use std::sync::Arc;

use bidding::Command;
use kernel::{DealerId, Fen, LotId, Principal, Problem, ProblemKind};
use platform_db::CommandError;
use uuid::Uuid;

use crate::Service;
use crate::confirmation::{Confirmation, Meant};
use crate::engine::{Answer, Failure, LotMailbox, ReplyTo, Sender};

/// The highest amount a dealer authorises on a lot (委托价). Lower than its own standing max: a lowering.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PlaceMax {
    /// Made by the sender; a repeat gets the recorded answer.
    pub key: Uuid,
    /// The lot.
    pub lot_id: LotId,
    /// The amount.
    pub max_fen: Fen,
    /// What confirms an unusually high amount, where one was asked for. One that does not hold for this very bid, now, is
    /// as none: the question comes again.
    pub confirmation: Option<Confirmation>,
    /// The hash of the condition report that was seen. On another one than the lot's, which differs in what matters, the bid
    /// is not taken; without it the lot's is taken for seen.
    pub seen_report: Option<String>,
}

impl Service {
    /// Places a max and waits for its durable answer. A refusal by the rules is an answer, not an error.
    ///
    /// # Errors
    /// `NOT_A_DEALER` for staff, `NOT_FOUND` for an unknown lot, `BUSY` when the lot's queue is full, `UNAVAILABLE`
    /// when the outcome could not be learned: repeat with the same key.
    pub async fn place_max(&self, who: &Principal, bid: PlaceMax) -> Result<Answer, CommandError> {
        let (lot_id, key) = (bid.lot_id, bid.key);
        let (command, sender) = self.authorise(who, bid)?;
        let answer = self.engine.ask(lot_id, key, command, sender).await;
        answer.map_err(|failure| CommandError::Refused(failure.into()))
    }

    /// Places a max whose answer goes to a socket. An error means that nothing was queued.
    pub fn place_max_from_socket(
        &self,
        who: &Principal,
        bid: PlaceMax,
        socket: Arc<LotMailbox>,
    ) -> Result<(), Problem> {
        let (lot_id, key) = (bid.lot_id, bid.key);
        let (command, sender) = self.authorise(who, bid)?;
        let queued = self.engine.submit(lot_id, key, command, sender, ReplyTo::Socket(socket));
        queued.map_err(Failure::into)
    }

    /// What confirms this person's bid of that amount under that key: for whoever asks him elsewhere than here, and is sure.
    ///
    /// # Errors
    /// `NOT_A_DEALER`.
    pub fn confirmation(
        &self,
        who: &Principal,
        (lot_id, key, max_fen): (LotId, Uuid, Fen),
    ) -> Result<Confirmation, Problem> {
        let (_, sender) = seated(who)?;
        let meant = Meant { key, lot_id, actor: sender.actor, user_id: sender.user_id, max_fen };
        Ok(self.confirmations.of_bid(&meant, self.now()))
    }

    fn authorise(&self, who: &Principal, bid: PlaceMax) -> Result<(Command, Sender), Problem> {
        let (dealer_id, sender) = seated(who)?;
        let PlaceMax { key, lot_id, max_fen, confirmation, seen_report } = bid;
        let meant = Meant { key, lot_id, actor: sender.actor, user_id: sender.user_id, max_fen };
        let holds = |brought| self.confirmations.holds(brought, &meant, self.now());
        let command = Command::PlaceMax {
            dealer_id,
            max_fen,
            confirmed: confirmation.is_some_and(holds),
            // what is known of the dealer is added when the bid is decided
            bar: None,
            power_fen: None,
            seen_report,
            group: None,
        };
        Ok((command, sender))
    }
}

/// The company that this person bids for, and the sender of its commands.
pub(crate) fn seated(who: &Principal) -> Result<(DealerId, Sender), Problem> {
    let seat = who.dealer().ok_or_else(|| Problem::new(ProblemKind::Forbidden, "NOT_A_DEALER"))?;
    Ok((seat.dealer_id, Sender::person(who)))
}
