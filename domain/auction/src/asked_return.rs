//! Deposit money that dealers ask back from finance: from then on it cannot be held, and finance is told once nothing holds it
//! any more.
//!
//! The deposit that is heard is already without it, so it is free as soon as a dealer's holds fit into that: then they can
//! never grow over it again.

use kernel::event_id_for;
use platform_bus::{Meta, publish};
use sqlx::PgConnection;

use crate::Service;
use crate::events::DepositReturnCovered;
use crate::store::power;

/// How many requests one transaction tells of; the rest follows with the next look.
const TOLD_AT_ONCE: i64 = 100;

/// Tells finance of the requests whose money nothing holds any more; each once.
pub(crate) async fn tell_covered(conn: &mut PgConnection) -> Result<usize, sqlx::Error> {
    let covered = power::cover_returns(conn, TOLD_AT_ONCE).await?;
    for one in &covered {
        let event = DepositReturnCovered { return_id: one.return_id, dealer_id: one.dealer_id };
        let meta = Meta {
            aggregate: one.return_id,
            aggregate_seq: 1,
            occurred_at: one.at,
            actor: "system:auction".to_owned(),
            correlation_id: event_id_for(one.return_id, "covered"),
            causation_id: None,
        };
        publish(conn, &event, meta).await?;
    }
    Ok(covered.len())
}

/// Looks once: leads may have gone since the request was heard.
pub(crate) async fn sweep(service: &Service) -> Result<(), sqlx::Error> {
    if !power::has_asked_returns(&service.db).await? {
        return Ok(());
    }
    let mut tx = service.db.begin().await?;
    let told = tell_covered(&mut tx).await?;
    tx.commit().await?;
    if told > 0 {
        (service.told)();
    }
    Ok(())
}
