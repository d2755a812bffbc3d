//! Lots that wait for a leader's deposit.

use bidding::TopUp;
use kernel::LotId;
use sqlx::PgPool;

use super::lots::decode;

/// A lot that stands still until its leader has the deposit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Waiting {
    pub(crate) lot_id: LotId,
    pub(crate) top_up: TopUp,
    /// Whether his deposit covers all that he holds by now.
    pub(crate) is_covered: bool,
}

/// All of them.
pub(crate) async fn waiting(pool: &PgPool) -> Result<Vec<Waiting>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT l.id, l.state -> 'top_up' AS \"top_up!\",
                EXISTS (SELECT FROM buying_power p
                         WHERE p.dealer_id = l.leader_dealer_id AND NOT p.frozen AND p.deposit_fen >= p.held_fen)
                    AS \"is_covered!\"
           FROM lot l
          WHERE l.status = 'paused' AND l.state ? 'top_up'
          ORDER BY l.id
          LIMIT 500"
    )
    .fetch_all(pool)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Waiting { lot_id: LotId(row.id), top_up: decode(row.top_up)?, is_covered: row.is_covered })
        })
        .collect()
}
