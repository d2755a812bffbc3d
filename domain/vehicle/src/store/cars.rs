//! Rows of `vehicle`.

use kernel::{UnixMs, VehicleId};
use platform_db::to_sql;
use sqlx::PgConnection;
use uuid::Uuid;

use super::{ensure_rows, rows_of};
use crate::car::Car;

/// Locks a car and reads it.
pub(crate) async fn lock(conn: &mut PgConnection, id: VehicleId) -> Result<Option<Car>, sqlx::Error> {
    Ok(lock_all(conn, &[id.0]).await?.pop())
}

/// Locks cars and reads them, in the order of their ids, so that two who lock the same cars never wait for each
/// other.
pub(crate) async fn lock_all(conn: &mut PgConnection, ids: &[Uuid]) -> Result<Vec<Car>, sqlx::Error> {
    // the whole row as JSON: `Car` has a member of the same name for every column it needs
    let rows = sqlx::query_scalar!(
        "SELECT to_jsonb(v) AS \"car!\"
           FROM vehicle v
          WHERE id = ANY($1)
          ORDER BY id
            FOR UPDATE",
        ids
    )
    .fetch_all(conn)
    .await?;
    rows.into_iter()
        .map(|row| serde_json::from_value(row).map_err(|e| sqlx::Error::Decode(Box::new(e))))
        .collect()
}

/// Writes new cars.
pub(crate) async fn insert(conn: &mut PgConnection, cars: &[Car], now: UnixMs) -> Result<(), sqlx::Error> {
    if cars.is_empty() {
        return Ok(());
    }
    let done = sqlx::query!(
        "INSERT INTO vehicle (
                id, vin, vin_warning, source, external_id, make, model, trim, title, model_year, body, fuel, transmission,
                mileage_km, colour, interior, first_registration, plate_no, plate_place, transfers, city, grade, seller_name,
                source_price, status, report_version, guide_fen, start_fen, reserve_fen, listed_lot_id, seq,
                received_at, updated_at)
         SELECT id, vin, vin_warning, source, external_id, make, model, \"trim\", title, model_year, body, fuel, transmission,
                mileage_km, colour, interior, first_registration, plate_no, plate_place, transfers, city, grade, seller_name,
                source_price, status, report_version, guide_fen, start_fen, reserve_fen, listed_lot_id, seq,
                $2, $2
           FROM jsonb_to_recordset($1) AS r (
                id UUID, vin TEXT, vin_warning TEXT, source TEXT, external_id TEXT, make TEXT, model TEXT, \"trim\" TEXT,
                title TEXT, model_year INTEGER, body TEXT, fuel TEXT, transmission TEXT, mileage_km INTEGER, colour TEXT,
                interior TEXT, first_registration TEXT, plate_no TEXT, plate_place TEXT, transfers INTEGER, city TEXT, grade TEXT,
                seller_name TEXT, source_price TEXT, status TEXT, report_version INTEGER, guide_fen BIGINT,
                start_fen BIGINT, reserve_fen BIGINT, listed_lot_id UUID, seq BIGINT)",
        rows_of(cars)?,
        to_sql(now)
    )
    .execute(conn)
    .await?;
    ensure_rows(done.rows_affected(), cars.len(), "new cars")
}

/// Writes changed cars, which the caller has locked.
pub(crate) async fn save(conn: &mut PgConnection, cars: &[Car], now: UnixMs) -> Result<(), sqlx::Error> {
    if cars.is_empty() {
        return Ok(());
    }
    let done = sqlx::query!(
        "UPDATE vehicle v
            SET vin = r.vin, vin_warning = r.vin_warning, make = r.make, model = r.model, trim = r.\"trim\",
                title = r.title, model_year = r.model_year, body = r.body, fuel = r.fuel,
                transmission = r.transmission, mileage_km = r.mileage_km, colour = r.colour, interior = r.interior,
                first_registration = r.first_registration, plate_no = r.plate_no, plate_place = r.plate_place, transfers = r.transfers,
                city = r.city, grade = r.grade, seller_name = r.seller_name, source_price = r.source_price,
                status = r.status, report_version = r.report_version, guide_fen = r.guide_fen,
                start_fen = r.start_fen, reserve_fen = r.reserve_fen, listed_lot_id = r.listed_lot_id, seq = r.seq,
                updated_at = $2
           FROM jsonb_to_recordset($1) AS r (
                id UUID, vin TEXT, vin_warning TEXT, make TEXT, model TEXT, \"trim\" TEXT, title TEXT, model_year INTEGER,
                body TEXT, fuel TEXT, transmission TEXT, mileage_km INTEGER, colour TEXT, interior TEXT,
                first_registration TEXT, plate_no TEXT, plate_place TEXT, transfers INTEGER, city TEXT, grade TEXT, seller_name TEXT,
                source_price TEXT, status TEXT, report_version INTEGER, guide_fen BIGINT, start_fen BIGINT,
                reserve_fen BIGINT, listed_lot_id UUID, seq BIGINT)
          WHERE v.id = r.id",
        rows_of(cars)?,
        to_sql(now)
    )
    .execute(conn)
    .await?;
    ensure_rows(done.rows_affected(), cars.len(), "changed cars")
}

/// Which cars have these VINs.
pub(crate) async fn ids_by_vin(
    conn: &mut PgConnection,
    vins: &[String],
) -> Result<Vec<(String, Uuid)>, sqlx::Error> {
    let rows = sqlx::query!("SELECT vin AS \"vin!\", id FROM vehicle WHERE vin = ANY($1)", vins)
        .fetch_all(conn)
        .await?;
    Ok(rows.into_iter().map(|row| (row.vin, row.id)).collect())
}
