//! What the auction has heard: cars with a price, dealers.

use kernel::{DealerId, Fen, UnixMs, VehicleId};
use platform_db::{from_sql, to_sql};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::consumer::{DealerChanged, KnownDealer, UserChanged, VehiclePriced};

/// Keeps the newest news of a car.
pub(crate) async fn hear_priced(
    conn: &mut PgConnection,
    car: &VehiclePriced,
    seq: i64,
    (at, by): (UnixMs, Option<Uuid>),
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO car (vehicle_id, heard_seq, vin, title, make, model, model_year, mileage_km, colour, city, grade,
                          seller_name, photo_ids, guide_fen, start_fen, reserve_fen, report_hash, priced_at, fuel, priced_by,
                          papers_incomplete)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21)
         ON CONFLICT (vehicle_id) DO UPDATE
            SET heard_seq = excluded.heard_seq, vin = excluded.vin, title = excluded.title, make = excluded.make,
                model = excluded.model, model_year = excluded.model_year, mileage_km = excluded.mileage_km,
                colour = excluded.colour, city = excluded.city, grade = excluded.grade,
                seller_name = excluded.seller_name, photo_ids = excluded.photo_ids, guide_fen = excluded.guide_fen,
                start_fen = excluded.start_fen, reserve_fen = excluded.reserve_fen,
                report_hash = excluded.report_hash, priced_at = excluded.priced_at, fuel = excluded.fuel,
                papers_incomplete = excluded.papers_incomplete,
                -- who corrects a fact or adds a photo tells the car again, at the price that another set
                priced_by = CASE WHEN (car.guide_fen, car.start_fen, car.reserve_fen)
                                      IS DISTINCT FROM (excluded.guide_fen, excluded.start_fen, excluded.reserve_fen)
                                 THEN excluded.priced_by ELSE car.priced_by END
          WHERE car.heard_seq < excluded.heard_seq",
        car.vehicle_id.0,
        seq,
        car.vin.as_deref().unwrap_or_default(),
        car.title,
        car.make,
        car.model,
        car.model_year,
        car.mileage_km,
        car.colour,
        car.city,
        car.grade,
        car.seller_name,
        &car.photo_ids,
        car.guide_fen.0,
        car.start_fen.0,
        car.reserve_fen.map(|r| r.0),
        car.report_hash,
        to_sql(at),
        car.fuel,
        by,
        car.papers_incomplete
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Keeps the newest news of a dealer.
pub(crate) async fn hear_dealer(
    conn: &mut PgConnection,
    dealer: &DealerChanged,
    seq: i64,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO dealer (dealer_id, heard_seq, name, suspended, group_name, papers_missing,
                             struck_out, struck_until)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
         ON CONFLICT (dealer_id) DO UPDATE
            SET heard_seq = excluded.heard_seq, name = excluded.name, suspended = excluded.suspended,
                group_name = excluded.group_name, papers_missing = excluded.papers_missing,
                struck_out = excluded.struck_out, struck_until = excluded.struck_until
          WHERE dealer.heard_seq < excluded.heard_seq",
        dealer.dealer_id.0,
        seq,
        dealer.name,
        dealer.status == "suspended",
        dealer.group,
        dealer.papers.as_deref() == Some("missing"),
        dealer.struck_out,
        dealer.struck_until.map(to_sql)
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Keeps the newest news of a dealer's person.
pub(crate) async fn hear_user(
    conn: &mut PgConnection,
    user: &UserChanged,
    seq: i64,
) -> Result<(), sqlx::Error> {
    let Some(dealer_id) = user.dealer_id else { return Ok(()) };
    sqlx::query!(
        "INSERT INTO dealer_user (user_id, dealer_id, active, heard_seq)
         VALUES ($1, $2, $3, $4)
         ON CONFLICT (user_id) DO UPDATE
            SET dealer_id = excluded.dealer_id, active = excluded.active, heard_seq = excluded.heard_seq
          WHERE dealer_user.heard_seq < excluded.heard_seq",
        user.user_id.0,
        dealer_id.0,
        user.active,
        seq
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// All dealers heard of.
pub(crate) async fn dealers(pool: &PgPool) -> Result<Vec<KnownDealer>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT dealer_id, name, suspended, papers_missing, group_name, struck_out, struck_until FROM dealer"
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| KnownDealer {
            dealer_id: DealerId(row.dealer_id),
            name: row.name,
            suspended: row.suspended,
            papers_missing: row.papers_missing,
            struck_out: row.struck_out,
            struck_until: row.struck_until.map(from_sql),
            group: row.group_name,
        })
        .collect())
}

/// The names of all dealer groups, for the forms that invite them.
pub(crate) async fn groups(pool: &PgPool) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar!("SELECT DISTINCT group_name FROM dealer WHERE group_name <> '' ORDER BY group_name")
        .fetch_all(pool)
        .await
}

/// A priced car that a sale may offer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OfferableCar {
    /// The car.
    pub vehicle_id: VehicleId,
    /// Its title.
    pub title: String,
    /// Its VIN.
    pub vin: String,
    /// Its mileage.
    pub mileage_km: i64,
    /// Where it stands.
    pub city: String,
    /// Its grade.
    pub grade: String,
    /// The market reference price.
    pub guide_fen: Fen,
    /// The start price.
    pub start_fen: Fen,
    /// Whether its seller has a reserve.
    pub has_reserve: bool,
    /// The first photo.
    pub photo_id: Option<uuid::Uuid>,
}

/// Priced cars that are on offer nowhere, newest first; `search` looks into title and VIN.
pub(crate) async fn offerable(
    pool: &PgPool,
    search: &str,
    limit: i64,
) -> Result<(i64, Vec<OfferableCar>), sqlx::Error> {
    let pattern = super::contains(search);
    let rows = sqlx::query!(
        "SELECT c.vehicle_id, c.title, c.vin, c.mileage_km, c.city, c.grade, c.guide_fen, c.start_fen,
                c.reserve_fen IS NOT NULL AS \"has_reserve!\", c.photo_ids, count(*) OVER () AS \"total!\"
           FROM car c
          WHERE (c.title ILIKE $1 OR c.vin ILIKE $1)
            AND NOT EXISTS (
                SELECT FROM lot l
                 WHERE l.vehicle_id = c.vehicle_id
                   AND (l.status <> 'closed' OR l.outcome IN ('sold', 'provisional')))
          ORDER BY c.priced_at DESC, c.vehicle_id
          LIMIT $2",
        pattern,
        limit
    )
    .fetch_all(pool)
    .await?;
    let total = rows.first().map_or(0, |row| row.total);
    let cars = rows
        .into_iter()
        .map(|row| OfferableCar {
            vehicle_id: VehicleId(row.vehicle_id),
            title: row.title,
            vin: row.vin,
            mileage_km: row.mileage_km,
            city: row.city,
            grade: row.grade,
            guide_fen: Fen(row.guide_fen),
            start_fen: Fen(row.start_fen),
            has_reserve: row.has_reserve,
            photo_id: row.photo_ids.first().copied(),
        })
        .collect();
    Ok((total, cars))
}
