//! A dealer takes a lot at a price that everybody sees: buy-now (一口价), or a step of a Dutch lot (降价拍).

use std::sync::Arc;

use bidding::Command;
use kernel::{DealerId, Fen, LotId, Principal, Problem};
use platform_db::CommandError;
use uuid::Uuid;

use crate::Service;
use crate::engine::{Answer, Failure, LotMailbox, ReplyTo};
use crate::place_max::seated;

/// Takes the lot at its buy-now price.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BuyNow {
    /// Made by the sender; a repeat gets the recorded answer.
    pub key: Uuid,
    /// The lot.
    pub lot_id: LotId,
    /// The price that was seen.
    pub price_fen: Fen,
    /// The hash of the condition report that was seen, as in [`crate::PlaceMax`].
    pub seen_report: Option<String>,
}

/// Accepts a step of a Dutch lot: the current one, or one before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AcceptStep {
    /// Made by the sender; a repeat gets the recorded answer.
    pub key: Uuid,
    /// The lot.
    pub lot_id: LotId,
    /// The step, from 0.
    pub step: u32,
    /// The price that was seen for it.
    pub price_fen: Fen,
    /// The hash of the condition report that was seen, as in [`crate::PlaceMax`].
    pub seen_report: Option<String>,
}

impl BuyNow {
    fn command(self, dealer_id: DealerId) -> Command {
        Command::BuyNow {
            dealer_id,
            price_fen: self.price_fen,
            bar: None,
            power_fen: None,
            seen_report: self.seen_report,
        }
    }
}

impl AcceptStep {
    fn command(self, dealer_id: DealerId) -> Command {
        Command::Accept {
            dealer_id,
            step: self.step,
            price_fen: self.price_fen,
            bar: None,
            power_fen: None,
            seen_report: self.seen_report,
        }
    }
}

impl Service {
    /// Buys a lot at once and waits for the durable answer. Errors as those of [`Service::place_max`].
    pub async fn buy_now(&self, who: &Principal, wanted: BuyNow) -> Result<Answer, CommandError> {
        let (key, lot_id) = (wanted.key, wanted.lot_id);
        self.take(who, key, lot_id, |dealer_id| wanted.command(dealer_id)).await
    }

    /// Accepts a step and waits for the durable answer. Errors as those of [`Service::place_max`].
    pub async fn accept_step(&self, who: &Principal, wanted: AcceptStep) -> Result<Answer, CommandError> {
        let (key, lot_id) = (wanted.key, wanted.lot_id);
        self.take(who, key, lot_id, |dealer_id| wanted.command(dealer_id)).await
    }

    /// Buys a lot; the answer goes to a socket. An error means that nothing was queued.
    pub fn buy_now_from_socket(
        &self,
        who: &Principal,
        wanted: BuyNow,
        socket: Arc<LotMailbox>,
    ) -> Result<(), Problem> {
        let (dealer_id, sender) = seated(who)?;
        let (lot_id, key, reply_to) = (wanted.lot_id, wanted.key, ReplyTo::Socket(socket));
        self.engine.submit(lot_id, key, wanted.command(dealer_id), sender, reply_to).map_err(Failure::into)
    }

    /// Accepts a step; the answer goes to a socket. An error means that nothing was queued.
    pub fn accept_step_from_socket(
        &self,
        who: &Principal,
        wanted: AcceptStep,
        socket: Arc<LotMailbox>,
    ) -> Result<(), Problem> {
        let (dealer_id, sender) = seated(who)?;
        let (lot_id, key, reply_to) = (wanted.lot_id, wanted.key, ReplyTo::Socket(socket));
        self.engine.submit(lot_id, key, wanted.command(dealer_id), sender, reply_to).map_err(Failure::into)
    }

    async fn take(
        &self,
        who: &Principal,
        key: Uuid,
        lot_id: LotId,
        command: impl FnOnce(DealerId) -> Command,
    ) -> Result<Answer, CommandError> {
        let (dealer_id, sender) = seated(who)?;
        let answer = self.engine.ask(lot_id, key, command(dealer_id), sender).await;
        answer.map_err(|failure| CommandError::Refused(failure.into()))
    }
}
