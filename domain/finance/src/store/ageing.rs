//! Debts by dealer and age.

use kernel::{DealerId, Fen, UnixMs};
use platform_db::to_sql;
use sqlx::PgPool;

use crate::ageing::{AgeBucket, AgeingRow};

/// One row a dealer, the largest debt first.
pub(crate) async fn rows(
    db: &PgPool,
    dealer: Option<DealerId>,
    as_of: UnixMs,
) -> Result<Vec<AgeingRow>, sqlx::Error> {
    // what is owed is the balance of the claim's own entries, up to the moment that is asked for
    let sums = sqlx::query!(
        "WITH open AS (
            SELECT r.dealer_id, r.dealer_name, r.issued_at, r.due_at, sum(p.amount_fen)::bigint AS owed_fen
              FROM receivable r
              JOIN entry e ON e.receivable_id = r.id AND e.happened_at <= $1
              JOIN posting p ON p.entry_id = e.id
              JOIN account a ON a.id = p.account_id AND a.kind = 'dealer_receivable'
             WHERE r.issued_at <= $1
               AND ($2::uuid IS NULL OR r.dealer_id = $2)
             GROUP BY r.id
            HAVING sum(p.amount_fen) > 0
         )
         SELECT dealer_id,
                (array_agg(dealer_name ORDER BY issued_at DESC))[1] AS \"dealer_name!\",
                width_bucket((extract(epoch FROM $1 - issued_at) * 1000)::bigint, $3::bigint[]) AS \"bucket!\",
                sum(owed_fen)::bigint AS \"owed_fen!\",
                coalesce(sum(owed_fen) FILTER (WHERE due_at < $1), 0)::bigint AS \"overdue_fen!\"
           FROM open
          GROUP BY dealer_id, \"bucket!\"
          ORDER BY dealer_id, \"bucket!\"",
        to_sql(as_of),
        dealer.map(|dealer| dealer.0),
        &AgeBucket::thresholds_ms()
    )
    .fetch_all(db)
    .await?;
    let mut rows: Vec<AgeingRow> = Vec::new();
    for sum in sums {
        if rows.last().is_none_or(|row| row.dealer_id.0 != sum.dealer_id) {
            rows.push(AgeingRow::empty(DealerId(sum.dealer_id), sum.dealer_name));
        }
        let bucket = usize::try_from(sum.bucket).ok().filter(|bucket| *bucket < AgeBucket::ALL.len());
        let (Some(row), Some(bucket)) = (rows.last_mut(), bucket) else { continue };
        row.by_age_fen[bucket] = Fen(sum.owed_fen);
        row.outstanding_fen.0 += sum.owed_fen;
        row.overdue_fen.0 += sum.overdue_fen;
    }
    rows.sort_by_key(|row| (std::cmp::Reverse(row.outstanding_fen), row.dealer_id));
    Ok(rows)
}
