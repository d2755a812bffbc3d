//! Practice runs: which lots can be practised on, the runs, and what their persons asked.

use kernel::{DealerId, Fen, LotId, UnixMs, UserId};
use platform_db::{from_sql, to_sql};
use sqlx::types::time::OffsetDateTime;
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::practice::{PracticeEnd, PracticeLot, PracticeRecord, RunClock};

/// A run as it is kept.
#[derive(Clone, Debug)]
pub(crate) struct KeptRun {
    pub(crate) id: Uuid,
    pub(crate) lot_id: LotId,
    pub(crate) clock: RunClock,
    pub(crate) ended: Option<PracticeEnd>,
    /// The database's clock when it was read.
    pub(crate) now: UnixMs,
}

/// A new run.
#[derive(Clone, Copy, Debug)]
pub(crate) struct NewRun {
    pub(crate) id: Uuid,
    pub(crate) user_id: UserId,
    pub(crate) dealer_id: DealerId,
    pub(crate) lot_id: LotId,
    pub(crate) real_price_fen: Fen,
    pub(crate) speed: i32,
    pub(crate) from_at: UnixMs,
}

/// Something asked of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    pub(crate) key: Uuid,
    pub(crate) command: &'static str,
    pub(crate) lot_at: UnixMs,
    pub(crate) max_fen: Option<Fen>,
    pub(crate) confirmed: bool,
    pub(crate) speed: Option<i32>,
}

/// The same as it is kept.
#[derive(Clone, Debug)]
pub(crate) struct KeptAsked {
    pub(crate) key: Uuid,
    pub(crate) command: String,
    pub(crate) lot_at: UnixMs,
    pub(crate) max_fen: Option<Fen>,
    pub(crate) confirmed: bool,
    pub(crate) speed: Option<i32>,
}

/// Lots that this dealer can practise on, the newest first: timed ones that ran through without a stop, with at least two
/// bidders, of the last half year, whose log is published. With `one` only that lot, if it is one.
pub(crate) async fn lots(
    pool: &PgPool,
    dealer_id: DealerId,
    (one, before): (Option<LotId>, Option<UnixMs>),
    limit: i64,
) -> Result<Vec<PracticeLot>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT l.id, l.title, s.name AS sale_name, l.photo_ids[1] AS photo_id, l.end_at, l.price_fen AS \"price_fen!\",
                (SELECT count(*) FROM lot_bidder b WHERE b.lot_id = l.id) AS \"bidders!\"
           FROM lot l
           JOIN sale s ON s.id = l.sale_id
          WHERE l.status = 'closed' AND l.outcome IN ('sold', 'unsold') AND l.chain_head IS NOT NULL
            AND s.format IN ('timed', 'flash') AND l.price_fen IS NOT NULL
            AND ($2::uuid IS NULL OR l.id = $2)
            -- walked backwards by `lot_by_end`, and no further than what is still like today
            AND l.end_at < coalesce($3::timestamptz, now()) AND l.end_at > now() - interval '180 days'
            -- as `lots::is_visible`
            AND (NOT s.invite_only OR EXISTS (
                     SELECT FROM sale_group i JOIN dealer d ON d.group_name = i.group_name
                      WHERE i.sale_id = s.id AND d.dealer_id = $1))
            AND 2 <= (SELECT count(*) FROM lot_bidder b WHERE b.lot_id = l.id)
            -- stores that counted as one bidder: the log does not say which
            AND NOT EXISTS (
                SELECT FROM jsonb_array_elements(coalesce(l.state -> 'groups', '[]')) known
                 GROUP BY known ->> 1
                HAVING count(*) > 1)
            -- whole maxes below a reserve that nobody knows: without it they would make another price
            AND NOT (l.terms ->> 'below_reserve' = 'full' AND l.state ->> 'reserve_fen' IS NOT NULL
                     AND NOT coalesce((l.state ->> 'met')::bool, false)
                     AND l.terms ->> 'published_reserve_fen' IS NULL)
            AND NOT EXISTS (
                SELECT FROM lot_log g
                 WHERE g.lot_id = l.id AND g.seq IS NOT NULL AND g.command <> 'place_max'
                   AND g.command NOT IN ('open', 'withdraw', 'reschedule', 'change_terms', 'reserve_lowered',
                                         'reserve_published', 'gap_set', 'close', 'settle', 'pass_over'))
          ORDER BY l.end_at DESC, l.id DESC
          LIMIT $4",
        dealer_id.0,
        one.map(|lot_id| lot_id.0),
        before.map(to_sql),
        limit
    )
    .fetch_all(pool)
    .await?;
    let read = rows.into_iter().map(|row| PracticeLot {
        lot_id: LotId(row.id),
        title: row.title,
        sale_name: row.sale_name,
        photo_id: row.photo_id,
        ended_at: from_sql(row.end_at),
        price_fen: Fen(row.price_fen),
        bidders: row.bidders,
    });
    Ok(read.collect())
}

/// With which line of its log a lot's reserve light turned to met, and at what price: everybody saw that.
pub(crate) async fn met(pool: &PgPool, lot_id: LotId) -> Result<Option<(i64, Fen)>, sqlx::Error> {
    let row = sqlx::query!(
        "SELECT seq AS \"seq!\", price_fen AS \"price_fen!\"
           FROM lot_log
          WHERE lot_id = $1 AND seq IS NOT NULL AND price_fen IS NOT NULL
            AND events::jsonb @> '[{\"event\": \"price_changed\", \"met\": true}]'
          ORDER BY seq
          LIMIT 1",
        lot_id.0
    )
    .fetch_optional(pool)
    .await?;
    Ok(row.map(|row| (row.seq, Fen(row.price_fen))))
}

/// Begins a run. Returns whether it was begun: not where the person began `most_a_day` within a day already.
pub(crate) async fn begin(
    conn: &mut PgConnection,
    run: NewRun,
    most_a_day: i64,
) -> Result<bool, sqlx::Error> {
    let done = sqlx::query!(
        "INSERT INTO practice_run (id, user_id, dealer_id, lot_id, real_price_fen, speed, lot_at, since)
         SELECT $1, $2, $3, $4, $5, $6, $7, clock_timestamp()
          WHERE $8 > (SELECT count(*) FROM practice_run
                       WHERE user_id = $2 AND started_at > clock_timestamp() - interval '1 day')",
        run.id,
        run.user_id.0,
        run.dealer_id.0,
        run.lot_id.0,
        run.real_price_fen.0,
        run.speed,
        to_sql(run.from_at),
        most_a_day
    )
    .execute(conn)
    .await?;
    Ok(done.rows_affected() > 0)
}

/// On which lot this person's run is: the one of this id, or with none the one that is not over.
pub(crate) async fn lot_of(
    pool: &PgPool,
    user_id: UserId,
    id: Option<Uuid>,
) -> Result<Option<LotId>, sqlx::Error> {
    let lot_id = sqlx::query_scalar!(
        "SELECT lot_id
           FROM practice_run
          WHERE user_id = $1 AND (id = $2 OR ($2::uuid IS NULL AND ended_at IS NULL))",
        user_id.0,
        id
    )
    .fetch_optional(pool)
    .await?;
    Ok(lot_id.map(LotId))
}

/// A run of this person: the one of this id, or with none the one that is not over. Its row stays locked until the transaction
/// ends, so that what is asked of it has one order.
pub(crate) async fn locked(
    conn: &mut PgConnection,
    user_id: UserId,
    id: Option<Uuid>,
) -> Result<Option<KeptRun>, sqlx::Error> {
    let row = sqlx::query!(
        "SELECT id, lot_id, speed, lot_at, since, ended_at, ending, won, price_fen
           FROM practice_run
          WHERE user_id = $1 AND (id = $2 OR ($2::uuid IS NULL AND ended_at IS NULL))
            FOR UPDATE",
        user_id.0,
        id
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    // read when the row is ours: who waited for it is admitted after the one that he waited for
    let now = sqlx::query_scalar!("SELECT clock_timestamp() AS \"now!\"").fetch_one(conn).await?;
    let clock = RunClock {
        lot_at: from_sql(row.lot_at),
        since: row.since.map(from_sql),
        speed: u32::try_from(row.speed).unwrap_or(1),
    };
    let ended = row.ended_at.map(|at| ended(at, row.ending.as_deref(), row.won, row.price_fen));
    Ok(Some(KeptRun { id: row.id, lot_id: LotId(row.lot_id), clock, ended, now: from_sql(now) }))
}

/// How a run ended, as its row has it.
fn ended(at: OffsetDateTime, ending: Option<&str>, won: Option<bool>, price_fen: Option<i64>) -> PracticeEnd {
    PracticeEnd {
        at: from_sql(at),
        given_up: ending == Some("given_up"),
        won: won.unwrap_or_default(),
        price_fen: price_fen.map(Fen),
    }
}

/// What was asked of a run, in order.
pub(crate) async fn asked(conn: &mut PgConnection, id: Uuid) -> Result<Vec<KeptAsked>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT key, command, lot_at, max_fen, confirmed, speed FROM practice_command WHERE run_id = $1 ORDER BY n",
        id
    )
    .fetch_all(conn)
    .await?;
    let read = rows.into_iter().map(|row| KeptAsked {
        key: row.key,
        command: row.command,
        lot_at: from_sql(row.lot_at),
        max_fen: row.max_fen.map(Fen),
        confirmed: row.confirmed,
        speed: row.speed,
    });
    Ok(read.collect())
}

/// Writes down what was asked; a bid is counted. The run is locked.
pub(crate) async fn write(conn: &mut PgConnection, id: Uuid, asked: Asked) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "WITH counted AS (
             UPDATE practice_run SET bids = bids + 1 WHERE id = $1 AND $3 = 'bid'
         )
         INSERT INTO practice_command (run_id, n, key, command, lot_at, max_fen, confirmed, speed)
         SELECT $1, 1 + (SELECT count(*) FROM practice_command WHERE run_id = $1)::int, $2, $3, $4, $5, $6, $7",
        id,
        asked.key,
        asked.command,
        to_sql(asked.lot_at),
        asked.max_fen.map(|fen| fen.0),
        asked.confirmed,
        asked.speed
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Sets a run's clock.
pub(crate) async fn set_clock(conn: &mut PgConnection, id: Uuid, clock: RunClock) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE practice_run SET lot_at = $2, since = $3, speed = $4 WHERE id = $1",
        id,
        to_sql(clock.lot_at),
        clock.since.map(to_sql),
        i32::try_from(clock.speed).unwrap_or(1)
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Writes down how a run ended, at this moment of the lot's time.
pub(crate) async fn end(
    conn: &mut PgConnection,
    id: Uuid,
    (lot_at, ended): (UnixMs, PracticeEnd),
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE practice_run
            SET lot_at = $2, since = NULL, ended_at = $3, ending = $4, won = $5, price_fen = $6
          WHERE id = $1 AND ended_at IS NULL",
        id,
        to_sql(lot_at),
        to_sql(ended.at),
        if ended.given_up { "given_up" } else { "over" },
        (!ended.given_up).then_some(ended.won),
        ended.price_fen.filter(|_| !ended.given_up).map(|fen| fen.0)
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A person's runs, the newest first.
pub(crate) async fn runs(
    pool: &PgPool,
    user_id: UserId,
    before: Option<UnixMs>,
    limit: i64,
) -> Result<Vec<PracticeRecord>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT r.id, r.lot_id, l.title, r.started_at, r.speed, r.bids, r.real_price_fen, r.ended_at, r.ending, r.won, r.price_fen
           FROM practice_run r
           JOIN lot l ON l.id = r.lot_id
          WHERE r.user_id = $1 AND r.started_at < coalesce($2::timestamptz, 'infinity'::timestamptz)
          ORDER BY r.started_at DESC
          LIMIT $3",
        user_id.0,
        before.map(to_sql),
        limit
    )
    .fetch_all(pool)
    .await?;
    let read = rows.into_iter().map(|row| PracticeRecord {
        id: row.id,
        lot_id: LotId(row.lot_id),
        title: row.title,
        started_at: from_sql(row.started_at),
        speed: u32::try_from(row.speed).unwrap_or(1),
        bids: row.bids,
        real_price_fen: Fen(row.real_price_fen),
        ended: row.ended_at.map(|at| ended(at, row.ending.as_deref(), row.won, row.price_fen)),
    });
    Ok(read.collect())
}

/// Removes runs that began before `before`, with what was asked of them.
pub(crate) async fn forget(pool: &PgPool, before: UnixMs, limit: i64) -> Result<u64, sqlx::Error> {
    let done = sqlx::query!(
        "DELETE FROM practice_run
          WHERE id IN (SELECT id FROM practice_run WHERE started_at < $1 ORDER BY started_at LIMIT $2)",
        to_sql(before),
        limit
    )
    .execute(pool)
    .await?;
    Ok(done.rows_affected())
}
