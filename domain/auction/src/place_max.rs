//! A dealer bids.

use std::sync::Arc;

use bidding::Command;
use kernel::{DealerId, Fen, LotId, Principal, Problem, ProblemKind};
use platform_db::CommandError;
use uuid::Uuid;

use crate::Service;
use crate::engine::{Answer, Failure, LotMailbox, ReplyTo, Sender};

/// The highest amount a dealer authorises on a lot (委托价). Lower than its own standing max: a lowering.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PlaceMax {
    /// Made by the sender; a repeat gets the recorded answer.
    pub key: Uuid,
    /// The lot.
    pub lot_id: LotId,
    /// The amount.
    pub max_fen: Fen,
    /// Whether an unusually high amount is confirmed.
    pub confirmed: bool,
}

impl Service {
    /// Places a max and waits for its durable answer. A refusal by the rules is an answer, not an error.
    ///
    /// # Errors
    /// `NOT_A_DEALER` for staff, `NOT_FOUND` for an unknown lot, `BUSY` when the lot's queue is full, `UNAVAILABLE`
    /// when the outcome could not be learned: repeat with the same key.
    pub async fn place_max(&self, who: &Principal, bid: PlaceMax) -> Result<Answer, CommandError> {
        let (command, sender) = authorise(who, bid)?;
        let answer = self.engine.ask(bid.lot_id, bid.key, command, sender).await;
        answer.map_err(|failure| CommandError::Refused(failure.into()))
    }

    /// Places a max whose answer goes to a socket. An error means that nothing was queued.
    pub fn place_max_from_socket(
        &self,
        who: &Principal,
        bid: PlaceMax,
        socket: Arc<LotMailbox>,
    ) -> Result<(), Problem> {
        let (command, sender) = authorise(who, bid)?;
        let queued = self.engine.submit(bid.lot_id, bid.key, command, sender, ReplyTo::Socket(socket));
        queued.map_err(Failure::into)
    }
}

fn authorise(who: &Principal, bid: PlaceMax) -> Result<(Command, Sender), Problem> {
    let (dealer_id, sender) = seated(who)?;
    let command = Command::PlaceMax {
        dealer_id,
        max_fen: bid.max_fen,
        confirmed: bid.confirmed,
        // what is known of the dealer is added when the bid is decided
        bar: None,
        power_fen: None,
    };
    Ok((command, sender))
}

/// The company that this person bids for, and the sender of its commands.
pub(crate) fn seated(who: &Principal) -> Result<(DealerId, Sender), Problem> {
    let seat = who.dealer().ok_or_else(|| Problem::new(ProblemKind::Forbidden, "NOT_A_DEALER"))?;
    let sender =
        Sender { actor: seat.dealer_id.0, user_id: Some(who.user_id), user_name: who.display_name.clone() };
    Ok((seat.dealer_id, sender))
}
