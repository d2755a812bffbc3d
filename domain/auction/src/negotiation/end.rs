//! A negotiation is over: the lot hears of it, or the next bidder has his chance.

use bidding::{Basis, Deal};
use deal::{Calendar, Kind, Negotiation, Terms};
use kernel::{NegotiationId, UnixMs, event_id_for};
use platform_db::CommandError;
use sqlx::PgConnection;

use super::REPLY_MS;
use crate::Service;
use crate::engine::{Outcome, Sender};
use crate::store::negotiations::{self as store, Ended, Locked, New};

/// Part of the transaction that ends a negotiation without a deal: the next bidder gets his offer, if that is wanted and
/// there is one. What the lot is told of either, it is told after the transaction.
pub(super) async fn without_deal(
    conn: &mut PgConnection,
    locked: &Locked,
    hours: Calendar,
    now: UnixMs,
) -> Result<(), CommandError> {
    if !locked.then_next_bidder || locked.state.terms.kind != Kind::HighBidder {
        return Ok(());
    }
    let Some(next) = store::next_bidder(conn, locked.lot_id).await? else { return Ok(()) };
    let terms = Terms {
        kind: Kind::SecondChance,
        bid_fen: next.max_fen,
        reserve_fen: next.max_fen,
        tick_fen: locked.state.terms.tick_fen,
        counters_max: 0,
        reply_ms: REPLY_MS,
    };
    let state = Negotiation::opened(terms, now, hours.offer_deadline(now));
    store::open(conn, &New { lot_id: locked.lot_id, buyer: next.dealer_id, state }).await?;
    store::plan_next_bidder(conn, locked.id, true).await
}

impl Service {
    /// Right after the end; what fails here the sweeper does a second later.
    pub(super) async fn after_the_end(&self, id: NegotiationId) {
        match store::unsettled(&self.db, Some(id)).await {
            Ok(ended) => {
                for one in ended {
                    self.settle_lot(one).await;
                }
            }
            Err(error) => tracing::warn!(%error, negotiation.id = %id, "an end could not be looked up"),
        }
    }

    /// Tells the lot, as a line of its log: it is sold, or unsold and holds nothing any more; or its high bidder is out,
    /// holds nothing any more, and the next one is asked. The key makes a second telling a repeat.
    pub(super) async fn settle_lot(&self, ended: Ended) {
        let deal = ended.price_fen.map(|price_fen| Deal { dealer_id: ended.buyer, price_fen });
        let command = match ended.kind {
            Kind::HighBidder if ended.next_is_asked => bidding::Command::PassOver,
            Kind::HighBidder => bidding::Command::Settle { deal, basis: Basis::Negotiation },
            Kind::SecondChance => bidding::Command::Settle { deal, basis: Basis::SecondChance },
        };
        let sender = Sender { actor: uuid::Uuid::nil(), user_id: None, user_name: "negotiation".to_owned() };
        let key = event_id_for(ended.id.0, "settle");
        let told = match self.engine.ask(ended.lot_id, key, command, sender).await {
            Ok(answer) => match answer.outcome {
                Outcome::Accepted { .. } => self.mark_settled(ended.id).await,
                Outcome::Refused(refusal) => Err(format!("refused: {}", refusal.code.as_str())),
            },
            Err(failure) => Err(failure.code().to_owned()),
        };
        if let Err(error) = told {
            tracing::error!(error, negotiation.id = %ended.id, lot.id = %ended.lot_id, "a lot is not settled yet");
        }
    }

    async fn mark_settled(&self, id: NegotiationId) -> Result<(), String> {
        let mut conn = self.db.acquire().await.map_err(|error| error.to_string())?;
        store::settled(&mut conn, id).await.map_err(|error| error.to_string())
    }
}
