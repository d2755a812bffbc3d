//! Which processes take bids of others, and which of them decides.

use sqlx::PgPool;
use uuid::Uuid;

/// A process that takes bids of others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Process {
    pub(crate) id: Uuid,
    /// Where it is reached: `host:port`.
    pub(crate) address: String,
}

/// Says that this process is alive, and returns the one that has been longest: it may be this one. Who was silent for
/// `alive_ms` begins anew, so that one that stood still does not take over from who went on.
pub(crate) async fn beat(
    pool: &PgPool,
    (id, address): (Uuid, &str),
    alive_ms: i64,
) -> Result<Process, sqlx::Error> {
    sqlx::query_as!(
        Process,
        "WITH me AS (
             INSERT INTO process AS p (id, address, since, seen_at)
             VALUES ($1, $2, clock_timestamp(), clock_timestamp())
             ON CONFLICT (id) DO UPDATE
                SET seen_at = excluded.seen_at,
                    since = CASE WHEN p.seen_at < excluded.seen_at - make_interval(secs => $3::float8 / 1000)
                                 THEN excluded.since ELSE p.since END
             RETURNING p.id, p.address, p.since
         ), gone AS (
             DELETE FROM process WHERE id IN (
                 SELECT id FROM process WHERE seen_at < clock_timestamp() - interval '1 day' AND id <> $1
                    FOR UPDATE SKIP LOCKED)
         )
         SELECT alive.id AS \"id!\", alive.address AS \"address!\"
           FROM (SELECT id, address, since FROM me
                 UNION ALL
                 SELECT id, address, since FROM process
                  WHERE id <> $1 AND seen_at > clock_timestamp() - make_interval(secs => $3::float8 / 1000)) AS alive
          ORDER BY alive.since, alive.id
          LIMIT 1",
        id,
        address,
        alive_ms as f64
    )
    .fetch_one(pool)
    .await
}

/// This process goes.
pub(crate) async fn leave(pool: &PgPool, id: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query!("DELETE FROM process WHERE id = $1", id).execute(pool).await?;
    Ok(())
}
