//! The tree over all lots: its leaves, its complete parts, and what was signed of it.

use std::collections::HashMap;

use kernel::{LotId, UnixMs};
use platform_db::{from_sql, to_sql};
use proof::{Genesis, Hash, PartId};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::lots::stored_hash;
use crate::checkpoint::CheckpointSearch;

/// A leaf-to-be: a lot's head, or a refused line.
#[derive(Clone, Debug)]
pub(crate) struct Leaf {
    pub(crate) lot_id: LotId,
    /// The head's number; none for a refused line.
    pub(crate) seq: Option<i64>,
    /// Whose line under which key; for refused ones.
    pub(crate) refused: Option<(Uuid, Uuid)>,
    pub(crate) row_hash: Hash,
}

/// A checkpoint as it is kept.
#[derive(Clone, Debug)]
pub(crate) struct StoredCheckpoint {
    pub(crate) n: i64,
    pub(crate) size: i64,
    pub(crate) root: Hash,
    pub(crate) note: String,
    pub(crate) is_daily: bool,
    pub(crate) made_at: UnixMs,
}

/// A leaf that is in the tree, and whether its line is still in the log.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KeptLeaf {
    pub(crate) n: i64,
    pub(crate) row_hash: Hash,
    pub(crate) in_log: bool,
}

/// The turn to make the day's checkpoint, for as long as this connection is held; none while another process has it.
pub(crate) async fn turn(pool: &PgPool) -> Result<Option<PgConnection>, sqlx::Error> {
    // not to be given back to the pool, where it would keep the turn
    let mut conn = pool.acquire().await?.detach();
    let is_mine =
        sqlx::query_scalar!("SELECT pg_try_advisory_lock(hashtext('daily-checkpoint')) AS \"mine!\"")
            .fetch_one(&mut conn)
            .await?;
    Ok(is_mine.then_some(conn))
}

/// The log's name and size; nobody else adds leaves until the transaction ends.
pub(crate) async fn lock(conn: &mut PgConnection) -> Result<(String, i64), sqlx::Error> {
    let row = sqlx::query!("SELECT origin, size FROM checkpoint_log FOR UPDATE").fetch_one(conn).await?;
    Ok((row.origin, row.size))
}

/// The log's name and size.
pub(crate) async fn log(pool: &PgPool) -> Result<(String, i64), sqlx::Error> {
    let row = sqlx::query!("SELECT origin, size FROM checkpoint_log").fetch_one(pool).await?;
    Ok((row.origin, row.size))
}

macro_rules! checkpoints {
    ($conn:expr, $clauses:tt $(, $value:expr)*) => {
        sqlx::query!("SELECT n, day, size, root, note, made_at FROM checkpoint " + $clauses $(, $value)*)
            .map(|row| StoredCheckpoint {
                n: row.n,
                size: row.size,
                root: stored_hash(Some(row.root)).unwrap_or(Hash([0; 32])),
                note: row.note,
                is_daily: row.day.is_some(),
                made_at: from_sql(row.made_at),
            })
            .fetch_all($conn)
            .await
    };
}

/// The newest checkpoint.
pub(crate) async fn newest(conn: &mut PgConnection) -> Result<Option<StoredCheckpoint>, sqlx::Error> {
    Ok(checkpoints!(conn, "ORDER BY n DESC LIMIT 1")?.pop())
}

/// The checkpoint that was due on the day of this instant.
pub(crate) async fn of_day(
    conn: &mut PgConnection,
    at: UnixMs,
) -> Result<Option<StoredCheckpoint>, sqlx::Error> {
    Ok(checkpoints!(conn, "WHERE day = ($1::timestamptz AT TIME ZONE 'UTC')::date", to_sql(at))?.pop())
}

/// Checkpoints from the number after `after` on.
pub(crate) async fn after(
    pool: &PgPool,
    after: i64,
    limit: i64,
) -> Result<Vec<StoredCheckpoint>, sqlx::Error> {
    checkpoints!(pool, "WHERE n > $1 ORDER BY n LIMIT $2", after, limit)
}

/// Checkpoints over so many leaves: one, or several days without a new line.
pub(crate) async fn of_size(pool: &PgPool, size: i64) -> Result<Vec<StoredCheckpoint>, sqlx::Error> {
    checkpoints!(pool, "WHERE size = $1 ORDER BY n DESC", size)
}

/// Checkpoints of a number, of a root that begins so, or made in a span of time; the newest first.
pub(crate) async fn matching(
    pool: &PgPool,
    search: &CheckpointSearch,
    limit: i64,
) -> Result<Vec<StoredCheckpoint>, sqlx::Error> {
    let (from, to) = search.made.unzip();
    checkpoints!(
        pool,
        "WHERE n = $1 OR starts_with(encode(root, 'hex'), $2) OR (made_at >= $3 AND made_at < $4)
         ORDER BY n DESC LIMIT $5",
        search.n,
        search.root.as_deref(),
        from.map(to_sql),
        to.map(to_sql),
        limit
    )
}

/// Checkpoints before this number, the newest first.
pub(crate) async fn before(
    pool: &PgPool,
    before: i64,
    limit: i64,
) -> Result<Vec<StoredCheckpoint>, sqlx::Error> {
    checkpoints!(pool, "WHERE n < $1 ORDER BY n DESC LIMIT $2", before, limit)
}

/// Heads that are no leaves yet, the oldest lots first.
pub(crate) async fn new_heads(conn: &mut PgConnection, limit: i64) -> Result<Vec<Leaf>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT l.id, l.seq, l.chain_head, n.terms_text
           FROM lot l
           JOIN lot_genesis n ON n.lot_id = l.id
          WHERE NOT EXISTS (SELECT FROM checkpoint_leaf f WHERE f.lot_id = l.id AND f.seq = l.seq)
          ORDER BY l.created_at, l.id
          LIMIT $1",
        limit
    )
    .fetch_all(conn)
    .await?;
    let leaves = rows.into_iter().filter_map(|row| {
        let lot_id = LotId(row.id);
        let row_hash = super::lots::chain_head(lot_id, Some(&row.terms_text), row.chain_head)?;
        Some(Leaf { lot_id, seq: Some(row.seq), refused: None, row_hash })
    });
    Ok(leaves.collect())
}

/// When the first refused line was written.
pub(crate) async fn first_refusal(conn: &mut PgConnection) -> Result<Option<UnixMs>, sqlx::Error> {
    let at =
        sqlx::query_scalar!("SELECT min(written_at) FROM lot_log WHERE seq IS NULL AND row_hash IS NOT NULL");
    Ok(at.fetch_one(conn).await?.map(from_sql))
}

/// Refused lines written from then until before `to` that are no leaves yet, the oldest first.
pub(crate) async fn new_refusals(
    conn: &mut PgConnection,
    from: UnixMs,
    to: UnixMs,
) -> Result<Vec<Leaf>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT g.lot_id, g.actor, g.key, g.row_hash
           FROM lot_log g
          WHERE g.seq IS NULL
            AND g.row_hash IS NOT NULL
            AND g.written_at >= $1
            AND g.written_at < $2
            AND NOT EXISTS (SELECT FROM checkpoint_leaf f WHERE f.row_hash = g.row_hash)
          ORDER BY g.written_at, g.key",
        to_sql(from),
        to_sql(to)
    )
    .fetch_all(conn)
    .await?;
    let leaves = rows.into_iter().filter_map(|row| {
        let row_hash = stored_hash(row.row_hash)?;
        Some(Leaf { lot_id: LotId(row.lot_id), seq: None, refused: Some((row.actor, row.key)), row_hash })
    });
    Ok(leaves.collect())
}

/// Adds leaves after the first `size`, and the parts that they complete.
pub(crate) async fn append(
    conn: &mut PgConnection,
    size: i64,
    leaves: &[Leaf],
    parts: &[(PartId, Hash)],
) -> Result<(), sqlx::Error> {
    let numbers: Vec<i64> = (size..).take(leaves.len()).collect();
    let lot_ids: Vec<Uuid> = leaves.iter().map(|leaf| leaf.lot_id.0).collect();
    let seqs: Vec<Option<i64>> = leaves.iter().map(|leaf| leaf.seq).collect();
    let (actors, keys): (Vec<Option<Uuid>>, Vec<Option<Uuid>>) =
        leaves.iter().map(|leaf| leaf.refused.unzip()).unzip();
    let hashes: Vec<Vec<u8>> = leaves.iter().map(|leaf| leaf.row_hash.0.to_vec()).collect();
    sqlx::query!(
        "INSERT INTO checkpoint_leaf (n, lot_id, seq, actor, key, row_hash)
         SELECT n, lot_id, seq, actor, key, row_hash
           FROM unnest($1::bigint[], $2::uuid[], $3::bigint[], $4::uuid[], $5::uuid[], $6::bytea[])
                AS leaf (n, lot_id, seq, actor, key, row_hash)",
        &numbers,
        &lot_ids,
        &seqs as &[Option<i64>],
        &actors as &[Option<Uuid>],
        &keys as &[Option<Uuid>],
        &hashes
    )
    .execute(&mut *conn)
    .await?;
    let (levels, ats) = columns(parts.iter().map(|(part, _)| *part));
    let hashes: Vec<Vec<u8>> = parts.iter().map(|(_, hash)| hash.0.to_vec()).collect();
    sqlx::query!(
        "INSERT INTO checkpoint_part (level, at, hash)
         SELECT level, at, hash
           FROM unnest($1::smallint[], $2::bigint[], $3::bytea[]) AS part (level, at, hash)",
        &levels,
        &ats,
        &hashes
    )
    .execute(&mut *conn)
    .await?;
    let grown = size.saturating_add(i64::try_from(leaves.len()).unwrap_or(i64::MAX));
    sqlx::query!("UPDATE checkpoint_log SET size = $1 WHERE size = $2", grown, size).execute(conn).await?;
    Ok(())
}

/// Keeps what was signed, under the next number. `day` is an instant of the day it was due on.
pub(crate) async fn keep(
    conn: &mut PgConnection,
    day: Option<UnixMs>,
    size: i64,
    root: Hash,
    note: &str,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO checkpoint (n, day, size, root, note)
         SELECT coalesce(max(n), 0) + 1, ($1::timestamptz AT TIME ZONE 'UTC')::date, $2, $3, $4 FROM checkpoint",
        day.map(to_sql),
        size,
        &root.0[..],
        note
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The hashes of these parts.
pub(crate) async fn parts(
    conn: &mut PgConnection,
    wanted: &[PartId],
) -> Result<HashMap<PartId, Hash>, sqlx::Error> {
    let (levels, ats) = columns(wanted.iter().copied());
    let rows = sqlx::query!(
        "SELECT p.level, p.at, p.hash
           FROM unnest($1::smallint[], $2::bigint[]) AS wanted (level, at)
           JOIN checkpoint_part p ON p.level = wanted.level AND p.at = wanted.at",
        &levels,
        &ats
    )
    .fetch_all(conn)
    .await?;
    let parts = rows.into_iter().filter_map(|row| {
        let (level, index) = (u8::try_from(row.level).ok()?, u64::try_from(row.at).ok()?);
        Some((PartId { level, index }, stored_hash(Some(row.hash))?))
    });
    Ok(parts.collect())
}

fn columns(parts: impl Iterator<Item = PartId>) -> (Vec<i16>, Vec<i64>) {
    parts.map(|part| (i16::from(part.level), i64::try_from(part.index).unwrap_or(i64::MAX))).unzip()
}

/// The place of the leaf with this content.
pub(crate) async fn place_of(pool: &PgPool, row_hash: Hash) -> Result<Option<i64>, sqlx::Error> {
    let n = sqlx::query_scalar!("SELECT n FROM checkpoint_leaf WHERE row_hash = $1", &row_hash.0[..]);
    n.fetch_optional(pool).await
}

/// The newest of a lot's heads that is among the first `size` leaves.
pub(crate) async fn newest_head(
    pool: &PgPool,
    lot_id: LotId,
    size: i64,
) -> Result<Option<Hash>, sqlx::Error> {
    let hash = sqlx::query_scalar!(
        "SELECT row_hash FROM checkpoint_leaf
          WHERE lot_id = $1 AND seq IS NOT NULL AND n < $2
          ORDER BY seq DESC
          LIMIT 1",
        lot_id.0,
        size
    )
    .fetch_optional(pool)
    .await?;
    Ok(stored_hash(hash))
}

/// Leaves from this place on, each with whether the log still has its line.
pub(crate) async fn leaves(pool: &PgPool, from: i64, limit: i64) -> Result<Vec<KeptLeaf>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"SELECT f.n, f.lot_id, f.row_hash, n.terms_text AS "terms_text?",
                  (h.row_hash IS NOT DISTINCT FROM f.row_hash OR r.row_hash IS NOT DISTINCT FROM f.row_hash) AS "in_log!"
             FROM checkpoint_leaf f
             LEFT JOIN lot_genesis n ON n.lot_id = f.lot_id AND f.seq = 0
             LEFT JOIN lot_log h ON h.lot_id = f.lot_id AND h.seq = f.seq
             LEFT JOIN lot_log r ON r.actor = f.actor AND r.key = f.key AND r.seq IS NULL
            WHERE f.n >= $1
            ORDER BY f.n
            LIMIT $2"#,
        from,
        limit
    )
    .fetch_all(pool)
    .await?;
    let leaves = rows.into_iter().map(|row| {
        let row_hash = stored_hash(Some(row.row_hash)).unwrap_or(Hash([0; 32]));
        let terms = row.terms_text.map(|text| Hash::of(&[text.as_bytes()]));
        let genesis = terms.map(|terms| Genesis { lot_id: LotId(row.lot_id), terms }.hash());
        KeptLeaf { n: row.n, row_hash, in_log: row.in_log || genesis == Some(row_hash) }
    });
    Ok(leaves.collect())
}
