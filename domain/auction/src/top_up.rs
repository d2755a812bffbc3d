//! Who leads again after a void has half an hour to top up his deposit (domain rules §3.4): then the lot goes on, or his bid
//! is voided too.

use bidding::{Command, VoidReason};
use kernel::UnixMs;
use platform_db::Clock as _;

use crate::Service;
use crate::engine::Sender;
use crate::events::system_key;
use crate::store::top_ups::{self, Waiting};
use crate::void_bid::{newest_bid, void};

/// Lets those lots go on whose leader has the deposit by now, and voids what nobody has covered in time.
pub(crate) async fn sweep(service: &Service) -> Result<(), sqlx::Error> {
    let now = service.engine.clock().now();
    for waiting in top_ups::waiting(&service.db).await? {
        let lot_id = waiting.lot_id;
        if let Some((reason, command)) = due(service, &waiting, now).await? {
            let sender = Sender::sweeper();
            let answer = service.engine.ask(lot_id, system_key(lot_id, &reason), command, sender).await;
            if let Err(failure) = answer {
                tracing::warn!(lot.id = %lot_id, code = failure.code(), "a lot waits on for a deposit");
            }
        }
    }
    Ok(())
}

/// What the lot needs now, and the reason under which it happens once.
async fn due(
    service: &Service,
    waiting: &Waiting,
    now: UnixMs,
) -> Result<Option<(String, Command)>, sqlx::Error> {
    let (dealer_id, until) = (waiting.top_up.dealer_id, waiting.top_up.until);
    if waiting.is_covered {
        let command = Command::ToppedUp { dealer_id };
        return Ok(Some((format!("topped-up:{dealer_id}:{}", until.0), command)));
    }
    if now < until {
        return Ok(None);
    }
    let Some(bid_seq) = newest_bid(service, waiting.lot_id, dealer_id).await? else { return Ok(None) };
    Ok(Some((format!("uncovered:{bid_seq}"), void(bid_seq, VoidReason::NotCovered))))
}
