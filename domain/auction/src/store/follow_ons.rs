//! What becomes of unsold cars: decisions, which sales are due, and what was made of them.

use kernel::{SaleId, UnixMs, UserId, VehicleId, event_id_for};
use platform_db::{from_sql, to_sql};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::create_sale::Maker;
use crate::follow_on::{FollowOn, FollowOnDetail, FollowOnLine, Followed, SetFollowOn};

/// So many sales are looked at in one go.
const AT_ONCE: i64 = 20;

/// A settled sale whose unsold cars wait for their follow-on.
#[derive(Clone, Debug)]
pub(crate) struct DueSale {
    pub(crate) sale_id: SaleId,
    pub(crate) sale_name: String,
    pub(crate) line_id: Uuid,
    pub(crate) follow_on: FollowOn,
    /// Who decided it.
    pub(crate) user_id: UserId,
    pub(crate) user_name: String,
    /// Which sale of the same cars the next one is.
    pub(crate) round: i32,
}

fn of(template_id: Option<Uuid>, wait_ms: Option<i64>) -> Option<FollowOn> {
    template_id.zip(wait_ms).map(|(template_id, wait_ms)| FollowOn { template_id, wait_ms })
}

/// What was decided under this key.
pub(crate) async fn decided_under(
    conn: &mut PgConnection,
    key: Uuid,
) -> Result<Option<(SaleId, Option<FollowOn>)>, sqlx::Error> {
    let row = sqlx::query!("SELECT sale_id, template_id, wait_ms FROM sale_follow_on WHERE id = $1", key)
        .fetch_optional(conn)
        .await?;
    Ok(row.map(|row| (SaleId(row.sale_id), of(row.template_id, row.wait_ms))))
}

/// What was decided last; none where nothing is to be done.
pub(crate) async fn holds(conn: &mut PgConnection, sale_id: SaleId) -> Result<Option<FollowOn>, sqlx::Error> {
    let row = sqlx::query!(
        "SELECT template_id, wait_ms
           FROM sale_follow_on
          WHERE sale_id = $1 AND NOT held_already
          ORDER BY n DESC
          LIMIT 1",
        sale_id.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.and_then(|row| of(row.template_id, row.wait_ms)))
}

/// Whether the sale's unsold cars were looked at.
pub(crate) async fn is_followed(conn: &mut PgConnection, sale_id: SaleId) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT EXISTS (SELECT FROM sale_followed WHERE sale_id = $1) AS \"exists!\"",
        sale_id.0
    )
    .fetch_one(conn)
    .await
}

/// Writes a decision down; one that held already is known by its key from then on, and no more than that.
pub(crate) async fn insert(
    conn: &mut PgConnection,
    (decided, held_already): (SetFollowOn, bool),
    by: Maker<'_>,
    at: UnixMs,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO sale_follow_on (id, sale_id, template_id, wait_ms, user_id, user_name, at, held_already)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        decided.key,
        decided.sale_id.0,
        decided.follow_on.map(|follow_on| follow_on.template_id),
        decided.follow_on.map(|follow_on| follow_on.wait_ms),
        by.user_id.0,
        by.name,
        to_sql(at),
        held_already
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The decision that a new sale begins with. Its key follows from the sale's.
pub(crate) async fn begin(
    conn: &mut PgConnection,
    sale_id: SaleId,
    follow_on: FollowOn,
    by: Maker<'_>,
    at: UnixMs,
) -> Result<(), sqlx::Error> {
    let key = event_id_for(sale_id.0, "follow-on:first");
    insert(conn, (SetFollowOn { key, sale_id, follow_on: Some(follow_on) }, false), by, at).await
}

/// Sales that may be due.
pub(crate) async fn due(pool: &PgPool) -> Result<Vec<DueSale>, sqlx::Error> {
    let mut conn = pool.acquire().await?;
    read_due(&mut conn, None).await
}

/// The sale, if it is due. Its row is locked.
pub(crate) async fn due_one(
    conn: &mut PgConnection,
    sale_id: SaleId,
) -> Result<Option<DueSale>, sqlx::Error> {
    Ok(read_due(conn, Some(sale_id)).await?.pop())
}

async fn read_due(conn: &mut PgConnection, only: Option<SaleId>) -> Result<Vec<DueSale>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT f.id, f.sale_id, f.template_id AS \"template_id!\", f.wait_ms AS \"wait_ms!\", f.user_id, f.user_name, s.name,
                coalesce((SELECT p.round FROM sale_followed p WHERE p.next_sale_id = s.id), 0) + 1 AS \"round!\"
           FROM sale_follow_on f
           JOIN sale s ON s.id = f.sale_id
          WHERE f.template_id IS NOT NULL AND NOT f.held_already
            AND ($1::uuid IS NULL OR f.sale_id = $1)
            AND NOT EXISTS (SELECT FROM sale_follow_on later
                             WHERE later.sale_id = f.sale_id AND later.n > f.n AND NOT later.held_already)
            AND NOT EXISTS (SELECT FROM sale_followed d WHERE d.sale_id = f.sale_id)
            AND NOT EXISTS (SELECT FROM lot l
                             WHERE l.sale_id = f.sale_id AND (l.status <> 'closed' OR l.outcome = 'provisional'))
          ORDER BY f.n
          LIMIT $2",
        only.map(|sale| sale.0),
        AT_ONCE
    )
    .fetch_all(conn)
    .await?;
    let due = rows.into_iter().map(|row| DueSale {
        sale_id: SaleId(row.sale_id),
        sale_name: row.name,
        line_id: row.id,
        follow_on: FollowOn { template_id: row.template_id, wait_ms: row.wait_ms },
        user_id: UserId(row.user_id),
        user_name: row.user_name,
        round: row.round,
    });
    Ok(due.collect())
}

/// The unsold cars of a sale in the order of its lots.
pub(crate) async fn unsold(conn: &mut PgConnection, sale_id: SaleId) -> Result<Vec<VehicleId>, sqlx::Error> {
    let ids = sqlx::query_scalar!(
        "SELECT vehicle_id FROM lot WHERE sale_id = $1 AND outcome = 'unsold' ORDER BY lot_no",
        sale_id.0
    )
    .fetch_all(conn)
    .await?;
    Ok(ids.into_iter().map(VehicleId).collect())
}

/// Writes down that a sale's unsold cars were looked at, and the sale that was made of how many.
pub(crate) async fn note(
    conn: &mut PgConnection,
    due: &DueSale,
    (made, left_out): (Option<(SaleId, i32)>, i32),
    at: UnixMs,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO sale_followed (sale_id, follow_on_id, next_sale_id, cars, round, at, left_out)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        due.sale_id.0,
        due.line_id,
        made.map(|(sale, _)| sale.0),
        made.map_or(0, |(_, cars)| cars),
        due.round,
        to_sql(at),
        left_out
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// All that is known of a sale's unsold cars.
pub(crate) async fn detail(pool: &PgPool, sale_id: SaleId) -> Result<FollowOnDetail, sqlx::Error> {
    let lines = sqlx::query!(
        "SELECT f.template_id, f.wait_ms, f.user_name, f.at, t.name AS \"name?\"
           FROM sale_follow_on f
           LEFT JOIN sale_template t ON t.id = f.template_id
          WHERE f.sale_id = $1 AND NOT f.held_already
          ORDER BY f.n DESC",
        sale_id.0
    )
    .fetch_all(pool)
    .await?;
    let sales = sqlx::query!(
        "SELECT d.sale_id = $1 AS \"is_first!\", d.cars, d.left_out, d.at, s.id AS \"id?\", s.name AS \"name?\"
           FROM sale_followed d
           LEFT JOIN sale s ON s.id = CASE WHEN d.sale_id = $1 THEN d.next_sale_id ELSE d.sale_id END
          WHERE d.sale_id = $1 OR d.next_sale_id = $1",
        sale_id.0
    )
    .fetch_all(pool)
    .await?;
    let mut detail = FollowOnDetail::default();
    detail.lines.extend(lines.into_iter().map(|row| FollowOnLine {
        follow_on: of(row.template_id, row.wait_ms).zip(row.name),
        by_name: row.user_name,
        at: from_sql(row.at),
    }));
    for row in sales {
        let sale = row.id.map(SaleId).zip(row.name);
        match row.is_first {
            true => {
                let (cars, left_out, at) = (row.cars, row.left_out, from_sql(row.at));
                detail.followed = Some(Followed { next: sale, cars, left_out, at });
            }
            false => detail.made_from = sale,
        }
    }
    Ok(detail)
}
