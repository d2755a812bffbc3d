//! Who may not bid any more does not stay in the lead (domain rules §5, strikes): the leader's bids are voided by
//! compensating events, the newest first, until another leads or nobody. They stay in the log.
//!
//! Only where a bid can be voided: sealed offers and the formats that end with the first acceptance are refused.

use bidding::VoidReason;
use kernel::DealerId;
use platform_db::Clock as _;

use crate::Service;
use crate::engine::Sender;
use crate::events::system_key;
use crate::store::lots;
use crate::void_bid::{newest_bid, void};

/// Takes the lead from those who may not bid at this moment.
pub(crate) async fn sweep(service: &Service) -> Result<(), sqlx::Error> {
    let barred: Vec<DealerId> = service.dealers.known().banned(service.engine.clock().now()).collect();
    if barred.is_empty() {
        return Ok(());
    }
    for (lot_id, dealer_id) in lots::led_by(&service.db, &barred).await? {
        let Some(bid_seq) = newest_bid(service, lot_id, dealer_id).await? else { continue };
        let sender = Sender::sweeper();
        let (key, command) =
            (system_key(lot_id, &format!("barred:{bid_seq}")), void(bid_seq, VoidReason::BidderBarred));
        if let Err(failure) = service.engine.ask(lot_id, key, command, sender).await {
            tracing::warn!(lot.id = %lot_id, code = failure.code(), "a barred dealer leads on");
        }
    }
    Ok(())
}
