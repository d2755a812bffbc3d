//! Who may not bid any more does not stay in the lead (domain rules §5, strikes): the leader's bids are voided by
//! compensating events, the newest first, until another leads or nobody. They stay in the log. So are those of a runner-up,
//! as long as his is the second-best max: he would make the price that another pays.
//!
//! What nobody sees yet, a max before the opening or a sealed offer, is voided as well: else a barred dealer would win when the
//! offers are opened. In the formats that end with the first acceptance nothing stands that could be voided.

use bidding::{Command, VoidReason};
use kernel::{DealerId, Fen, LotId, Principal, Problem, ProblemKind, UnixMs};
use platform_db::{Clock as _, CommandError};
use uuid::Uuid;

use crate::Service;
use crate::engine::Sender;
use crate::events::system_key;
use crate::store::lots;
use crate::void_bid::{newest_bid, void};

/// So many of a dealer's leads are listed.
const LEADS_SHOWN: i64 = 20;

/// Takes the lead from those who may not bid at this moment, and the price that they make.
pub(crate) async fn sweep(service: &Service) -> Result<(), sqlx::Error> {
    let barred = barred(service);
    if barred.is_empty() {
        return Ok(());
    }
    let leads = lots::led_by(&service.db, &barred).await?;
    let follows = lots::followed_by(&service.db, &barred).await?;
    for (lot_id, dealer_id) in leads.into_iter().chain(follows) {
        let Some(bid_seq) = newest_bid(service, lot_id, dealer_id).await? else { continue };
        let key = system_key(lot_id, &format!("barred:{bid_seq}"));
        ask(service, lot_id, key, void(bid_seq, VoidReason::BidderBarred)).await;
    }
    Ok(())
}

/// Voids what those who may not bid at this moment have standing and nobody sees yet.
pub(crate) async fn sweep_offers(service: &Service) -> Result<(), sqlx::Error> {
    let barred = barred(service);
    if barred.is_empty() {
        return Ok(());
    }
    for (lot_id, dealer_id, number) in lots::unseen_offers_of(&service.db, &barred).await? {
        let command = Command::VoidOffer { dealer_id, reason: VoidReason::BidderBarred };
        // under the number of his last raise: whoever may bid again, and is barred again, has made another
        ask(service, lot_id, system_key(lot_id, &format!("barred:{dealer_id}:{number}")), command).await;
    }
    Ok(())
}

/// A lot that a dealer leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lead {
    /// The lot.
    pub lot_id: LotId,
    /// Its title.
    pub title: String,
    /// Its price.
    pub price_fen: Option<Fen>,
    /// When it ends.
    pub end_at: UnixMs,
}

impl Service {
    /// Which lots this dealer leads, the first to end first, and how many they are: what would be voided if it were barred.
    /// Its sealed offers and its maxes before the opening would be too, but of those staff know no more than everybody.
    ///
    /// # Errors
    /// `FORBIDDEN` for dealers.
    pub async fn leads_of(
        &self,
        who: &Principal,
        dealer_id: DealerId,
    ) -> Result<(i64, Vec<Lead>), CommandError> {
        if !who.is_staff() {
            return Err(Problem::new(ProblemKind::Forbidden, "FORBIDDEN").into());
        }
        Ok(lots::leads_of(&self.db, dealer_id, LEADS_SHOWN).await?)
    }
}

fn barred(service: &Service) -> Vec<DealerId> {
    service.dealers.known().banned(service.engine.clock().now()).collect()
}

async fn ask(service: &Service, lot_id: LotId, key: Uuid, command: Command) {
    if let Err(failure) = service.engine.ask(lot_id, key, command, Sender::sweeper()).await {
        tracing::warn!(lot.id = %lot_id, code = failure.code(), "what a barred dealer bid stands on");
    }
}
