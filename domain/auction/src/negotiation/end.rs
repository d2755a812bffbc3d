//! A negotiation is over: in the transaction that ends it the lot is settled, what it held is let go, and the next bidder has
//! his chance.

use bidding::{Basis, Chance, Command, Deal, LotState, Outcome};
use deal::{Kind, Negotiation, Terms, offer_deadline};
use kernel::{Calendar, DealerId, Fen, UnixMs, event_id_for};
use platform_db::CommandError;
use sqlx::PgConnection;

use crate::Service;
use crate::engine::{Within, write_within};
use crate::store::negotiations::{self as store, Ended, Locked, New};
use crate::store::{lots, power};

impl Service {
    /// Part of the transaction that ends a negotiation without a deal: the next bidder gets his offer, if that is wanted and
    /// there is one. Who that is, and his max.
    pub(super) async fn next_is_asked(
        &self,
        conn: &mut PgConnection,
        locked: &Locked,
        hours: &Calendar,
        now: UnixMs,
    ) -> Result<Option<(DealerId, Fen)>, CommandError> {
        if !locked.then_next_bidder || locked.state.terms.kind != Kind::HighBidder {
            return Ok(None);
        }
        let Some(next) = self.next_bidder(conn, locked.lot_id).await? else { return Ok(None) };
        let terms = Terms {
            kind: Kind::SecondChance,
            bid_fen: next.max_fen,
            reserve_fen: next.max_fen,
            counters_max: 0,
            ..locked.state.terms.clone()
        };
        let deadline_at = offer_deadline(hours, now, terms.offer_ms);
        let state = Negotiation::opened(terms, now, deadline_at);
        store::open(conn, &New { lot_id: locked.lot_id, buyer: next.dealer_id, state }).await?;
        store::plan_next_bidder(conn, locked.id, true).await?;
        Ok(Some((next.dealer_id, next.max_fen)))
    }

    /// Part of the transaction that ends a negotiation: the lot is sold, or unsold and holds nothing any more; or its high
    /// bidder is out and holds nothing any more, and the next one, who is asked, holds his part. A line of the lot's log
    /// says so. Nothing, where the lot knows already.
    pub(super) async fn settle_lot(
        &self,
        conn: &mut PgConnection,
        ended: &Ended,
        now: UnixMs,
    ) -> Result<Option<Within>, CommandError> {
        let found = lots::load(conn, ended.lot_id, true).await?;
        let gone = || CommandError::Inconsistent(format!("negotiation {} has no lot", ended.id));
        let lot = found.ok_or_else(gone)?;
        let mut told = None;
        if waits(&lot.state, ended.kind) {
            let command = command(conn, &lot.state, ended).await?;
            let key = event_id_for(ended.id.0, "settle");
            match write_within(self, conn, lot, (key, command), now).await? {
                Ok(within) => told = Some(within),
                Err(refusal) => {
                    // the end stands; the sweeper tries again, and somebody must look into it
                    let (id, code) = (ended.id, refusal.code.as_str());
                    tracing::error!(negotiation.id = %id, lot.id = %ended.lot_id, code, "a lot is not settled");
                    return Ok(None);
                }
            }
        }
        store::settled(conn, ended.id).await?;
        Ok(told)
    }

    /// An end from which the lot was not settled: in a transaction of its own.
    pub(super) async fn settle_again(&self, ended: &Ended, now: UnixMs) -> Result<(), CommandError> {
        let mut tx = self.db.begin().await?;
        // whoever was here between the question and the lock has settled it
        if store::lock(&mut tx, ended.id).await?.is_none_or(|locked| locked.is_settled) {
            return Ok(());
        }
        let told = self.settle_lot(&mut tx, ended, now).await?;
        tx.commit().await?;
        if let Some(within) = told {
            within.told(self);
        }
        Ok(())
    }
}

/// Whether the lot has not heard of this end yet.
fn waits(lot: &LotState, kind: Kind) -> bool {
    let is_first = kind == Kind::HighBidder;
    lot.outcome == Some(Outcome::Provisional) && !(is_first && lot.passed_over)
}

async fn command(conn: &mut PgConnection, lot: &LotState, ended: &Ended) -> Result<Command, sqlx::Error> {
    let deal = ended.price_fen.map(|price_fen| Deal { dealer_id: ended.buyer, price_fen });
    Ok(match (ended.kind, ended.next) {
        (Kind::HighBidder, Some((dealer_id, max_fen))) => {
            // both rows, in the one order of all writers: what is free of his stays free until it is held
            let known = power::of(conn, &[ended.buyer, dealer_id], true).await?;
            let of_next = known.into_iter().find(|(who, _)| *who == dealer_id).map(|(_, power)| power);
            let free = of_next
                .filter(|power| !power.frozen)
                .map_or(Fen::ZERO, |power| Fen(power.limit_fen.0.saturating_sub(power.held_fen.0).max(0)));
            let hold_fen = lot.negotiation_hold_fen(max_fen).min(free);
            Command::PassOver { next: Some(Chance { dealer_id, hold_fen }) }
        }
        (Kind::HighBidder, None) => Command::Settle { deal, basis: Basis::Negotiation },
        (Kind::SecondChance, _) => Command::Settle { deal, basis: Basis::SecondChance },
    })
}
