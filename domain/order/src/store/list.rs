//! The list's query: the one dynamic statement of this service.

use kernel::{DealerId, Fen, LotId, OrderId, UnixMs, VehicleId};
use platform_db::{from_sql, to_sql};
use sqlx::{FromRow, PgPool, Postgres, QueryBuilder};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::basis::Basis;
use crate::list::{OrderFilter, OrderRow, OrderSort, OrderTotals, PaymentFilter};

/// Whose orders, and which moment decides what is overdue.
#[derive(Clone, Copy)]
pub(crate) struct Scope {
    pub dealer: Option<DealerId>,
    pub now: UnixMs,
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    order_no: String,
    lot_id: Uuid,
    vehicle_id: Uuid,
    vin: String,
    title: String,
    sale_name: String,
    buyer_dealer_id: Uuid,
    buyer_name: String,
    price_fen: i64,
    fees_fen: i64,
    total_fen: i64,
    created_at: OffsetDateTime,
    basis: String,
    commercial: String,
    payment: Option<String>,
    due_at: Option<OffsetDateTime>,
    overdue: bool,
    dispute: Option<String>,
}

#[derive(FromRow)]
struct Sums {
    count: i64,
    price_fen: i64,
    fees_fen: i64,
    total_fen: i64,
}

/// What a payment must be for something to be owed.
const OWED: &str = "p.state IN ('unpaid', 'part_paid')";

pub(crate) async fn rows(
    db: &PgPool,
    scope: Scope,
    filter: &OrderFilter,
    limit: i64,
    offset: i64,
) -> Result<Vec<OrderRow>, sqlx::Error> {
    let mut sql = QueryBuilder::new(
        "SELECT o.id, o.order_no, o.lot_id, o.vehicle_id, o.vin, o.title, o.sale_name, o.buyer_dealer_id,
                o.buyer_name, o.price_fen, o.fees_fen, o.total_fen, o.created_at, o.basis, c.state AS commercial,
                p.state AS payment, r.due_at, d.state AS dispute, coalesce(",
    );
    sql.push(OWED).push(" AND r.due_at < ").push_bind(to_sql(scope.now)).push(", FALSE) AS overdue");
    narrow(&mut sql, scope, filter);
    sql.push(" ORDER BY ").push(match filter.sort {
        OrderSort::Created => "o.created_at",
        OrderSort::OrderNo => "o.order_no",
        OrderSort::Buyer => "o.buyer_name",
        OrderSort::Price => "o.price_fen",
        OrderSort::Total => "o.total_fen",
        OrderSort::Due => "r.due_at",
    });
    // the id makes the order of equal rows the same on every page
    sql.push(if filter.ascending { " ASC NULLS LAST, o.id ASC" } else { " DESC NULLS LAST, o.id DESC" });
    sql.push(" LIMIT ").push_bind(limit).push(" OFFSET ").push_bind(offset);
    let rows: Vec<Row> = sql.build_query_as().fetch_all(db).await?;
    Ok(rows.into_iter().map(view).collect())
}

pub(crate) async fn totals(
    db: &PgPool,
    scope: Scope,
    filter: &OrderFilter,
) -> Result<OrderTotals, sqlx::Error> {
    let mut sql = QueryBuilder::new(
        "SELECT count(*) AS count, coalesce(sum(o.price_fen), 0)::bigint AS price_fen,
                coalesce(sum(o.fees_fen), 0)::bigint AS fees_fen, coalesce(sum(o.total_fen), 0)::bigint AS total_fen",
    );
    narrow(&mut sql, scope, filter);
    let sums: Sums = sql.build_query_as().fetch_one(db).await?;
    Ok(OrderTotals {
        count: sums.count,
        price_fen: Fen(sums.price_fen),
        fees_fen: Fen(sums.fees_fen),
        total_fen: Fen(sums.total_fen),
    })
}

pub(crate) async fn ids(
    db: &PgPool,
    scope: Scope,
    filter: &OrderFilter,
    limit: i64,
) -> Result<Vec<OrderId>, sqlx::Error> {
    let mut sql = QueryBuilder::new("SELECT o.id");
    narrow(&mut sql, scope, filter);
    sql.push(" LIMIT ").push_bind(limit);
    let ids: Vec<Uuid> = sql.build_query_scalar().fetch_all(db).await?;
    Ok(ids.into_iter().map(OrderId).collect())
}

fn narrow(sql: &mut QueryBuilder<Postgres>, scope: Scope, filter: &OrderFilter) {
    sql.push(
        " FROM sale_order o
          JOIN order_axis c ON c.order_id = o.id AND c.axis = 'commercial'
          LEFT JOIN order_axis p ON p.order_id = o.id AND p.axis = 'payment'
          LEFT JOIN order_axis d ON d.order_id = o.id AND d.axis = 'dispute'
          LEFT JOIN order_receivable r ON r.order_id = o.id
         WHERE TRUE",
    );
    if let Some(dealer) = scope.dealer {
        sql.push(" AND o.buyer_dealer_id = ").push_bind(dealer.0);
    }
    if let Some(buyer) = filter.buyer {
        sql.push(" AND o.buyer_dealer_id = ").push_bind(buyer.0);
    }
    if !filter.search.trim().is_empty() {
        sql.push(" AND concat_ws(' ', o.order_no, o.vin, o.title, o.buyer_name) ILIKE ")
            .push_bind(contains(&filter.search));
    }
    if let Some(commercial) = &filter.commercial {
        sql.push(" AND c.state = ").push_bind(commercial.clone());
    }
    if let Some(from) = filter.from {
        sql.push(" AND o.created_at >= ").push_bind(to_sql(from));
    }
    if let Some(until) = filter.until {
        sql.push(" AND o.created_at < ").push_bind(to_sql(until));
    }
    match filter.payment {
        None => {}
        Some(PaymentFilter::NotIssued) => {
            sql.push(" AND p.state IS NULL");
        }
        Some(PaymentFilter::Open) => {
            sql.push(" AND ").push(OWED);
        }
        Some(PaymentFilter::Overdue) => {
            sql.push(" AND ").push(OWED).push(" AND r.due_at < ").push_bind(to_sql(scope.now));
        }
        Some(PaymentFilter::Paid) => {
            sql.push(" AND p.state IN ('paid', 'overpaid')");
        }
    }
}

fn view(row: Row) -> OrderRow {
    OrderRow {
        id: OrderId(row.id),
        order_no: row.order_no,
        lot_id: LotId(row.lot_id),
        vehicle_id: VehicleId(row.vehicle_id),
        vin: row.vin,
        title: row.title,
        sale_name: row.sale_name,
        buyer_dealer_id: DealerId(row.buyer_dealer_id),
        buyer_name: row.buyer_name,
        price_fen: Fen(row.price_fen),
        fees_fen: Fen(row.fees_fen),
        total_fen: Fen(row.total_fen),
        created_at: from_sql(row.created_at),
        // the table knows no others
        basis: Basis::from_name(&row.basis).unwrap_or_default(),
        commercial: row.commercial,
        payment: row.payment,
        due_at: row.due_at.map(from_sql),
        overdue: row.overdue,
        dispute: row.dispute,
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
