//! A dealer takes a lot at a price that is printed on it: buy-now (一口价), a step of a Dutch lot (降价拍), or before the opening the
//! shadow price of the seller's own group (内部调拨).

use std::sync::Arc;

use bidding::{Command, FirstOffer, LotStatus};
use kernel::{DealerId, Fen, LotId, Principal, Problem};
use platform_db::CommandError;
use uuid::Uuid;

use crate::Service;
use crate::audience::{self, Kin, SisterPolicy};
use crate::company_name::folded;
use crate::engine::{Answer, Failure, LotMailbox, ReplyTo};
use crate::place_max::seated;
use crate::store::lists::HallLot;

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

/// Takes the lot before it opens, at the shadow price of the seller's group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakeFirst {
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

impl TakeFirst {
    fn command(self, dealer_id: DealerId) -> Command {
        Command::FirstLook {
            dealer_id,
            price_fen: self.price_fen,
            // whose group sells it is known when it is decided
            of_sellers_group: false,
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

impl HallLot {
    /// Whether a store of the seller's group took it before it opened.
    pub const fn transferred(&self) -> bool {
        self.state.transferred
    }
}

impl Service {
    /// Buys a lot at once and waits for the durable answer. Errors as those of [`Service::place_max`].
    pub async fn buy_now(&self, who: &Principal, wanted: BuyNow) -> Result<Answer, CommandError> {
        let (key, lot_id) = (wanted.key, wanted.lot_id);
        self.take(who, key, lot_id, |dealer_id| wanted.command(dealer_id)).await
    }

    /// Takes a lot at the first look of the seller's group and waits for the durable answer: for who is not of it, and on a lot
    /// without one, the same as for a bid that comes too early. Errors as those of [`Service::place_max`].
    pub async fn take_first(&self, who: &Principal, wanted: TakeFirst) -> Result<Answer, CommandError> {
        let (key, lot_id) = (wanted.key, wanted.lot_id);
        self.take(who, key, lot_id, |dealer_id| wanted.command(dealer_id)).await
    }

    /// What the seller's group is offered on this lot before it opens, for a store of that group; nothing for the seller himself,
    /// for anybody else, and once it is over.
    pub fn first_offer(&self, who: &Principal, lot: &HallLot) -> Option<FirstOffer> {
        let offer = lot.state.first_offer().filter(|offer| self.now() < offer.until)?;
        (self.kin_of_seller(who, lot) == Some(Kin::Sister)).then_some(offer)
    }

    /// What this dealer is to the seller of the lot; nothing for staff, and for a dealer who may bid on it.
    pub fn kin_of_seller(&self, who: &Principal, lot: &HallLot) -> Option<Kin> {
        audience::kin_of_seller(&self.dealers, &folded(&lot.seller_name), who.dealer()?.dealer_id)
    }

    /// Whether another store of this dealer's group leads on the lot, and he may not bid against it; nothing where no store of a
    /// group of his could. On a sealed lot nobody leads before its close.
    pub fn sister_leads(&self, who: &Principal, lot: &HallLot) -> Option<bool> {
        let seat = who.dealer().filter(|_| lot.sisters == SisterPolicy::Block)?;
        self.dealers.known().group(seat.dealer_id)?;
        let is_open = lot.lot.status == LotStatus::Open;
        Some(is_open && audience::sister_leads(&self.dealers, &lot.state, seat.dealer_id))
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
