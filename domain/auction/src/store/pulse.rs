//! The heartbeat of the commit path, and the outages it shows.

use kernel::{LotId, UnixMs};
use platform_db::{from_sql, to_sql};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

/// An outage whose lots have not all been extended yet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Outage {
    pub(crate) id: Uuid,
    pub(crate) went_at: UnixMs,
    pub(crate) back_at: UnixMs,
}

/// Marks the commit path as alive now. When the last mark is older than `gap_ms`, the gap is written down as an
/// outage in the same statement, so that a crash between the two cannot forget it. The new mark is made from the old one:
/// PostgreSQL runs what nothing asks for last, and a row that the same statement has changed is not locked, but left out.
pub(crate) async fn beat(
    pool: &PgPool,
    now: UnixMs,
    gap_ms: i64,
    outage_id: Uuid,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "WITH before AS (
             SELECT alive_at FROM pulse WHERE one FOR UPDATE
         ), gap AS (
             INSERT INTO outage (id, went_at, back_at)
             SELECT $1, before.alive_at, $2::timestamptz
               FROM before
              WHERE before.alive_at < $2::timestamptz - make_interval(secs => $3::float8 / 1000)
         )
         INSERT INTO pulse (one, alive_at) SELECT true, $2 FROM (SELECT count(*) FROM before) AS read_first
         ON CONFLICT (one) DO UPDATE SET alive_at = GREATEST(pulse.alive_at, excluded.alive_at)",
        outage_id,
        to_sql(now),
        gap_ms as f64
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// Outages not settled yet, oldest first. While there is one, no lot closes.
pub(crate) async fn unsettled(pool: &PgPool) -> Result<Vec<Outage>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT id, went_at, back_at FROM outage WHERE settled_at IS NULL ORDER BY back_at LIMIT 100"
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Outage { id: row.id, went_at: from_sql(row.went_at), back_at: from_sql(row.back_at) })
        .collect())
}

/// Whether no outage is open: the last mark is not older than `gap_ms`, and every gap that was written down is dealt with.
pub(crate) async fn is_quiet(pool: &PgPool, gap_ms: i64) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT NOT EXISTS (SELECT FROM outage WHERE settled_at IS NULL)
            AND NOT EXISTS (
                SELECT FROM pulse WHERE alive_at < clock_timestamp() - make_interval(secs => $1::float8 / 1000)
            ) AS \"quiet!\"",
        gap_ms as f64
    )
    .fetch_one(pool)
    .await
}

/// The open and paused lots that the outage may have taken something from; the fold says what. Their soft-close window, or as much
/// as an outage gives back of those without one; steps of a Dutch lot; the time of those who have something to read, confirm or top
/// up.
pub(crate) async fn touched(pool: &PgPool, outage: Outage) -> Result<Vec<LotId>, sqlx::Error> {
    let ids = sqlx::query_scalar!(
        "SELECT l.id
           FROM lot l
           JOIN sale s ON s.id = l.sale_id
          CROSS JOIN LATERAL (
                 -- of terms from before a sale could say it: five minutes
                SELECT coalesce((l.terms #>> '{house,outage_left_ms}')::bigint, 300000) AS ms) least
          WHERE l.status IN ('open', 'paused')
            AND (l.end_at > $1
                 AND (l.end_at - make_interval(secs => greatest(s.window_ms, least.ms)::float8 / 1000) <= $2
                      OR s.format = 'dutch' AND l.opens_at < $2)
                 OR l.state ? 'top_up'
                 OR l.state -> 'report' ?| ARRAY['resume_at', 'confirm_by'])
          ORDER BY l.id",
        to_sql(outage.went_at),
        to_sql(outage.back_at)
    )
    .fetch_all(pool)
    .await?;
    Ok(ids.into_iter().map(LotId).collect())
}

/// The outage is dealt with.
pub(crate) async fn settle(pool: &PgPool, outage_id: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE outage SET settled_at = clock_timestamp() WHERE id = $1 AND settled_at IS NULL",
        outage_id
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// The database's clock.
pub(crate) async fn database_now(conn: &mut PgConnection) -> Result<UnixMs, sqlx::Error> {
    let now = sqlx::query_scalar!("SELECT clock_timestamp() AS \"now!\"").fetch_one(conn).await?;
    Ok(from_sql(now))
}
