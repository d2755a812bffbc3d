//! One receivable, for reading.

use kernel::{DealerId, Fen, LotId, OrderId, VehicleId};
use platform_db::from_sql;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::ageing::AgeBucket;
use crate::detail::{EntryView, PostingView, ReceivableDetail, TrailLine};
use crate::entry::AccountKind;
use crate::list::{ReceivableRow, ReceivableState};
use crate::store::list::Scope;

pub(crate) async fn find(
    conn: &mut PgConnection,
    id: Uuid,
    scope: Scope,
) -> Result<Option<ReceivableDetail>, sqlx::Error> {
    let row = sqlx::query!(
        "SELECT order_id, order_no, lot_id, vehicle_id, title, dealer_id, dealer_name, amount_fen, issued_at, due_at,
                due_rule
           FROM receivable
          WHERE id = $1
            AND ($2::uuid IS NULL OR dealer_id = $2)",
        id,
        scope.dealer.map(|dealer| dealer.0)
    )
    .fetch_optional(&mut *conn)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let entries = entries(conn, id).await?;
    let outstanding_fen = Fen(entries
        .iter()
        .flat_map(|entry| &entry.postings)
        .filter(|posting| posting.account == AccountKind::DealerReceivable)
        .map(|posting| posting.amount_fen.0)
        .sum());
    let (issued_at, due_at) = (from_sql(row.issued_at), from_sql(row.due_at));
    let view = ReceivableRow {
        id,
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
        state: ReceivableState::of(outstanding_fen, due_at, scope.as_of),
        age: AgeBucket::of(issued_at, scope.as_of),
    };
    Ok(Some(ReceivableDetail { row: view, due_rule: row.due_rule, entries, trail: trail(conn, id).await? }))
}

async fn entries(conn: &mut PgConnection, id: Uuid) -> Result<Vec<EntryView>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT e.id, e.kind, e.happened_at, e.recorded_at, e.who, e.basis, a.kind AS account, p.amount_fen
           FROM entry e
           JOIN posting p ON p.entry_id = e.id
           JOIN account a ON a.id = p.account_id
          WHERE e.receivable_id = $1
          ORDER BY e.happened_at, e.recorded_at, e.id, p.position",
        id
    )
    .fetch_all(conn)
    .await?;
    let mut entries: Vec<EntryView> = Vec::new();
    for row in rows {
        let account = AccountKind::from_name(&row.account)
            .ok_or_else(|| sqlx::Error::Decode(format!("account kind {}", row.account).into()))?;
        let posting = PostingView { account, amount_fen: Fen(row.amount_fen) };
        match entries.last_mut() {
            Some(entry) if entry.id == row.id => entry.postings.push(posting),
            _ => entries.push(EntryView {
                id: row.id,
                kind: row.kind,
                happened_at: from_sql(row.happened_at),
                recorded_at: from_sql(row.recorded_at),
                who: row.who,
                basis: row.basis,
                postings: vec![posting],
            }),
        }
    }
    Ok(entries)
}

async fn trail(conn: &mut PgConnection, id: Uuid) -> Result<Vec<TrailLine>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT what, who, who_name, at, data
           FROM trail
          WHERE receivable_id = $1
          ORDER BY seq",
        id
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| TrailLine {
            what: row.what,
            who: row.who,
            who_name: row.who_name,
            at: from_sql(row.at),
            data: row.data,
        })
        .collect())
}
