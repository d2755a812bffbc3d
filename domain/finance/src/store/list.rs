//! The list's query: the one dynamic statement of this service.

use kernel::{DealerId, Fen, LotId, OrderId, UnixMs, VehicleId};
use platform_db::{from_sql, to_sql};
use sqlx::{FromRow, PgPool, Postgres, QueryBuilder};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::ageing::AgeBucket;
use crate::list::{ReceivableFilter, ReceivableRow, ReceivableSort, ReceivableState, ReceivableTotals};

/// Whose receivables, and at which moment.
#[derive(Clone, Copy)]
pub(crate) struct Scope {
    pub dealer: Option<DealerId>,
    pub as_of: UnixMs,
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    order_id: Uuid,
    order_no: String,
    lot_id: Uuid,
    vehicle_id: Uuid,
    title: String,
    dealer_id: Uuid,
    dealer_name: String,
    amount_fen: i64,
    outstanding_fen: i64,
    issued_at: OffsetDateTime,
    due_at: OffsetDateTime,
}

#[derive(FromRow)]
struct Sums {
    count: i64,
    amount_fen: i64,
    outstanding_fen: i64,
    overdue_fen: i64,
}

pub(crate) async fn rows(
    db: &PgPool,
    scope: Scope,
    filter: &ReceivableFilter,
    limit: i64,
    offset: i64,
) -> Result<Vec<ReceivableRow>, sqlx::Error> {
    let mut sql = QueryBuilder::new(
        "SELECT r.id, r.order_id, r.order_no, r.lot_id, r.vehicle_id, r.title, r.dealer_id, r.dealer_name,
                r.amount_fen, b.outstanding_fen, r.issued_at, r.due_at",
    );
    narrow(&mut sql, scope, filter);
    sql.push(" ORDER BY ").push(match filter.sort {
        ReceivableSort::Due => "r.due_at",
        ReceivableSort::Issued => "r.issued_at",
        ReceivableSort::OrderNo => "r.order_no",
        ReceivableSort::Dealer => "r.dealer_name",
        ReceivableSort::Amount => "r.amount_fen",
        ReceivableSort::Outstanding => "b.outstanding_fen",
    });
    // the id makes the order of equal rows the same on every page
    sql.push(if filter.descending { " DESC, r.id DESC" } else { " ASC, r.id ASC" });
    sql.push(" LIMIT ").push_bind(limit).push(" OFFSET ").push_bind(offset);
    let rows: Vec<Row> = sql.build_query_as().fetch_all(db).await?;
    Ok(rows.into_iter().map(|row| view(row, scope.as_of)).collect())
}

pub(crate) async fn totals(
    db: &PgPool,
    scope: Scope,
    filter: &ReceivableFilter,
) -> Result<ReceivableTotals, sqlx::Error> {
    let mut sql = QueryBuilder::new(
        "SELECT count(*) AS count, coalesce(sum(r.amount_fen), 0)::bigint AS amount_fen,
                coalesce(sum(b.outstanding_fen), 0)::bigint AS outstanding_fen,
                coalesce(sum(b.outstanding_fen) FILTER (WHERE r.due_at < ",
    );
    sql.push_bind(to_sql(scope.as_of)).push("), 0)::bigint AS overdue_fen");
    narrow(&mut sql, scope, filter);
    let sums: Sums = sql.build_query_as().fetch_one(db).await?;
    Ok(ReceivableTotals {
        count: sums.count,
        amount_fen: Fen(sums.amount_fen),
        outstanding_fen: Fen(sums.outstanding_fen),
        overdue_fen: Fen(sums.overdue_fen),
    })
}

fn narrow(sql: &mut QueryBuilder<Postgres>, scope: Scope, filter: &ReceivableFilter) {
    // what is owed is the balance of the claim's own entries, up to the moment that is asked for
    sql.push(
        " FROM receivable r
          CROSS JOIN LATERAL (
              SELECT coalesce(sum(p.amount_fen), 0)::bigint AS outstanding_fen
                FROM entry e
                JOIN posting p ON p.entry_id = e.id
                JOIN account a ON a.id = p.account_id AND a.kind = 'dealer_receivable'
               WHERE e.receivable_id = r.id AND e.happened_at <= ",
    )
    .push_bind(to_sql(scope.as_of))
    .push(") b WHERE r.issued_at <= ")
    .push_bind(to_sql(scope.as_of));
    if let Some(dealer) = scope.dealer {
        sql.push(" AND r.dealer_id = ").push_bind(dealer.0);
    }
    if let Some(dealer) = filter.dealer {
        sql.push(" AND r.dealer_id = ").push_bind(dealer.0);
    }
    if !filter.orders.is_empty() {
        let ids: Vec<Uuid> = filter.orders.iter().map(|id| id.0).collect();
        sql.push(" AND r.order_id = ANY(").push_bind(ids).push(")");
    }
    if !filter.search.trim().is_empty() {
        sql.push(" AND concat_ws(' ', r.order_no, r.title, r.dealer_name) ILIKE ")
            .push_bind(contains(&filter.search));
    }
    match filter.state {
        None => {}
        Some(ReceivableState::Open) => {
            sql.push(" AND b.outstanding_fen > 0");
        }
        Some(ReceivableState::Overdue) => {
            sql.push(" AND b.outstanding_fen > 0 AND r.due_at < ").push_bind(to_sql(scope.as_of));
        }
        Some(ReceivableState::Settled) => {
            sql.push(" AND b.outstanding_fen <= 0");
        }
    }
    if let Some(age) = filter.age {
        sql.push(" AND width_bucket((extract(epoch FROM ")
            .push_bind(to_sql(scope.as_of))
            .push(" - r.issued_at) * 1000)::bigint, ")
            .push_bind(AgeBucket::thresholds_ms())
            .push(") = ")
            .push_bind(i32::try_from(age.index()).unwrap_or_default());
    }
}

fn view(row: Row, as_of: UnixMs) -> ReceivableRow {
    let (issued_at, due_at, outstanding_fen) =
        (from_sql(row.issued_at), from_sql(row.due_at), Fen(row.outstanding_fen));
    ReceivableRow {
        id: row.id,
        order_id: OrderId(row.order_id),
        order_no: row.order_no,
        lot_id: LotId(row.lot_id),
        vehicle_id: VehicleId(row.vehicle_id),
        title: row.title,
        dealer_id: DealerId(row.dealer_id),
        dealer_name: row.dealer_name,
        amount_fen: Fen(row.amount_fen),
        outstanding_fen,
        issued_at,
        due_at,
        state: ReceivableState::of(outstanding_fen, due_at, as_of),
        age: AgeBucket::of(issued_at, as_of),
    }
}

/// The text for `ILIKE`: a person's own percent signs and underscores mean themselves.
fn contains(search: &str) -> String {
    let mut pattern = String::from("%");
    for c in search.trim().chars().take(60) {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}
