//! News of persons' own bids, as it stands in the lots' logs, and what their company's bids ask of them now.

use bidding::{Event, VoidReason};
use kernel::{DealerId, LotId, UnixMs};
use platform_db::{from_sql, to_sql};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::alerts::Unseen;
use super::lots::text;
use crate::bid_news::{Duty, DutyKind, Line, News, To};

/// The reason of that name.
pub(crate) fn reason(name: &str) -> Option<VoidReason> {
    VoidReason::ALL.into_iter().find(|reason| reason.as_str() == name)
}

/// What happened between what was seen of these lots and where they are, as far as it may be news of somebody's bid; in order.
pub(crate) async fn lines(conn: &mut PgConnection, lots: &[Unseen]) -> Result<Vec<Line>, sqlx::Error> {
    let ids: Vec<Uuid> = lots.iter().map(|lot| lot.lot_id.0).collect();
    let from: Vec<i64> = lots.iter().map(|lot| lot.seen_seq).collect();
    let to: Vec<i64> = lots.iter().map(|lot| lot.seq).collect();
    let rows = sqlx::query!(
        "SELECT g.lot_id, g.seq AS \"seq!\", g.events, before.leader AS \"led_before?\"
           FROM unnest($1::uuid[], $2::bigint[], $3::bigint[]) AS w (lot_id, from_seq, to_seq)
           JOIN lot_log g ON g.lot_id = w.lot_id AND g.seq > w.from_seq AND g.seq <= w.to_seq
           LEFT JOIN lot_log before ON before.lot_id = g.lot_id AND before.seq = g.seq - 1
          WHERE g.command IN ('open', 'resume', 'back_online', 'report_changed', 'topped_up', 'void_bid', 'void_offer')
          ORDER BY g.lot_id, g.seq",
        &ids,
        &from,
        &to
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(Line {
                lot_id: LotId(row.lot_id),
                seq: row.seq,
                events: text(&row.events)?,
                led_before: row.led_before.map(DealerId),
            })
        })
        .collect()
}

/// What these lots went through up to their opening.
///
/// Lot by lot, for which the limit is there: joined freely, the whole log of a database with millions of lines is read for the
/// two or three lines of each lot that has just opened. A lot's numbers have no gaps, so the limit leaves nothing out.
pub(crate) async fn beginnings(
    conn: &mut PgConnection,
    opened: &[(LotId, i64)],
) -> Result<Vec<Line>, sqlx::Error> {
    let (lots, numbers): (Vec<Uuid>, Vec<i64>) = opened.iter().map(|(lot_id, seq)| (lot_id.0, *seq)).unzip();
    let rows = sqlx::query!(
        "SELECT o.lot_id AS \"lot_id!\", g.seq AS \"seq!\", g.events AS \"events!\"
           FROM unnest($1::uuid[], $2::bigint[]) AS o (lot_id, seq)
          CROSS JOIN LATERAL (
                SELECT seq, events FROM lot_log
                 WHERE lot_log.lot_id = o.lot_id AND lot_log.seq <= o.seq
                 ORDER BY seq LIMIT o.seq) AS g
          ORDER BY o.lot_id, g.seq",
        &lots,
        &numbers
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| {
            let events: Vec<Event> = text(&row.events)?;
            Ok(Line { lot_id: LotId(row.lot_id), seq: row.seq, events, led_before: None })
        })
        .collect()
}

/// Tells it to the persons who bid for these companies; what was told of a line is not told again. Of a max that waits for the
/// opening, it is until then that a new report can be confirmed.
pub(crate) async fn tell(conn: &mut PgConnection, news: &[News], now: UnixMs) -> Result<(), sqlx::Error> {
    let lots: Vec<Uuid> = news.iter().map(|one| one.lot_id.0).collect();
    let seqs: Vec<i64> = news.iter().map(|one| one.seq).collect();
    let kinds: Vec<String> = news.iter().map(|one| one.kind.name().to_owned()).collect();
    let dealers: Vec<Option<Uuid>> = news
        .iter()
        .map(|one| match one.to {
            To::Dealer(dealer) => Some(dealer.0),
            To::Others => None,
        })
        .collect();
    let reasons: Vec<Option<String>> =
        news.iter().map(|one| one.reason.map(|reason| reason.as_str().to_owned())).collect();
    let prices: Vec<Option<i64>> = news.iter().map(|one| one.price_fen.map(|fen| fen.0)).collect();
    let until: Vec<Option<i64>> = news.iter().map(|one| one.until.map(|at| at.0)).collect();
    sqlx::query!(
        "WITH told AS (
             SELECT lot_id, seq, kind, dealer_id, reason, price_fen, until_ms
               FROM unnest($1::uuid[], $2::bigint[], $3::text[], $4::uuid[], $5::text[], $6::bigint[], $7::bigint[])
                      AS t (lot_id, seq, kind, dealer_id, reason, price_fen, until_ms)
         )
         INSERT INTO alert (user_id, kind, lot_id, lot_seq, reason, price_fen, answer_by, made_at, last_at)
         SELECT p.user_id, t.kind, t.lot_id, t.seq, t.reason, t.price_fen,
                coalesce(
                    to_timestamp(t.until_ms / 1000.0),
                    CASE WHEN t.kind = 'report' AND l.status = 'scheduled' AND l.opens_at > $8 THEN l.opens_at END),
                $8, $8
           FROM told t
           JOIN lot l ON l.id = t.lot_id
           JOIN lot_party p ON p.lot_id = t.lot_id
            AND (p.dealer_id = t.dealer_id
                 -- all others: who has news of his own bid there hears that
                 OR t.dealer_id IS NULL
                    AND NOT EXISTS (SELECT FROM told own WHERE own.lot_id = t.lot_id AND own.dealer_id = p.dealer_id
                                       AND own.kind <> 'report'))
         ON CONFLICT DO NOTHING",
        &lots,
        &seqs,
        &kinds,
        &dealers as &[Option<Uuid>],
        &reasons as &[Option<String>],
        &prices as &[Option<i64>],
        &until as &[Option<i64>],
        to_sql(now)
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// These lots go on, and who still has to confirm a new report can do so until then: his news says so, and is unread again.
pub(crate) async fn tell_until(
    conn: &mut PgConnection,
    due: &[(LotId, UnixMs)],
    now: UnixMs,
) -> Result<(), sqlx::Error> {
    let lots: Vec<Uuid> = due.iter().map(|(lot, _)| lot.0).collect();
    let until: Vec<i64> = due.iter().map(|(_, until)| until.0).collect();
    sqlx::query!(
        "UPDATE alert
            SET answer_by = to_timestamp(d.until_ms / 1000.0), last_at = $3, read_at = NULL
           FROM unnest($1::uuid[], $2::bigint[]) AS d (lot_id, until_ms)
           JOIN lot l ON l.id = d.lot_id
           JOIN lot_party p ON p.lot_id = d.lot_id AND report_waits_for(l, p.dealer_id)
          WHERE alert.user_id = p.user_id AND alert.lot_id = d.lot_id AND alert.kind = 'report'
            AND NOT EXISTS (
                SELECT FROM alert newer
                 WHERE newer.user_id = p.user_id AND newer.lot_id = d.lot_id AND newer.kind = 'report'
                   AND newer.lot_seq > alert.lot_seq)",
        &lots,
        &until,
        to_sql(now)
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// What was asked of a person on these lots and is done, or too late, is no news any more: it counts as read.
pub(crate) async fn read_what_is_done(
    conn: &mut PgConnection,
    lots: &[LotId],
    now: UnixMs,
) -> Result<(), sqlx::Error> {
    let lots: Vec<Uuid> = lots.iter().map(|lot| lot.0).collect();
    sqlx::query!(
        "UPDATE alert
            SET read_at = $2
           FROM lot_party p
           JOIN lot l ON l.id = p.lot_id
          WHERE p.lot_id = ANY($1) AND alert.user_id = p.user_id AND alert.lot_id = p.lot_id
            AND alert.read_at IS NULL AND alert.kind IN ('report', 'top_up')
            AND (alert.kind = 'report' AND NOT report_waits_for(l, p.dealer_id)
                 OR alert.kind = 'top_up'
                 AND (l.status = 'closed' OR l.state -> 'top_up' ->> 'dealer_id' IS DISTINCT FROM p.dealer_id::text))",
        &lots,
        to_sql(now)
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// What the bids of a company ask of it now, what is due first above.
pub(crate) async fn duties(pool: &PgPool, dealer_id: DealerId, limit: i64) -> Result<Vec<Duty>, sqlx::Error> {
    let rows = sqlx::query!(
        "WITH mine AS (
             SELECT l.id, l.title, l.status, l.opens_at, l.state, report_waits_for(l, $1) AS is_asked
               FROM lot l
              WHERE l.status <> 'closed'
                AND EXISTS (SELECT FROM lot_party p WHERE p.dealer_id = $1 AND p.lot_id = l.id)
         ), due AS (
             SELECT m.id, m.title, 'top_up' AS kind, (m.state -> 'top_up' ->> 'until')::bigint AS until_ms
               FROM mine m
              WHERE m.state -> 'top_up' ->> 'dealer_id' = $2
              UNION ALL
             SELECT m.id, m.title, 'report',
                    coalesce(
                        (m.state -> 'report' ->> 'confirm_by')::bigint,
                        CASE WHEN m.status = 'scheduled' AND m.opens_at > clock_timestamp()
                             THEN (extract(epoch FROM m.opens_at) * 1000)::bigint END)
               FROM mine m
              WHERE m.is_asked
         )
         SELECT id AS \"id!\", title AS \"title!\", kind AS \"kind!\", to_timestamp(until_ms / 1000.0) AS until
           FROM due
          ORDER BY until_ms NULLS LAST, id
          LIMIT $3",
        dealer_id.0,
        dealer_id.0.to_string(),
        limit
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Duty {
            lot_id: LotId(row.id),
            title: row.title,
            kind: if row.kind == "top_up" { DutyKind::TopUp } else { DutyKind::Report },
            until: row.until.map(from_sql),
        })
        .collect())
}
