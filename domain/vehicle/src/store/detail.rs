//! Reading one car with everything that belongs to it.

use std::collections::BTreeMap;

use kernel::{Fen, UnixMs, VehicleId};
use platform_db::from_sql;
use serde::de::DeserializeOwned;
use sqlx::PgPool;

use crate::car::Car;
use crate::reveal::{SHOWN, without_reserve};
use crate::views::{FactSource, OfferedCar, PhotoView, PriceView, ReportView, TrailView, VehicleDetail};

/// The newest lines of a car's trail that its page shows; no car has more in years.
const TRAIL_LINES_MAX: i64 = 500;

/// The car, when it was taken in, and its last change.
async fn car(db: &PgPool, id: VehicleId) -> Result<Option<(Car, UnixMs, UnixMs)>, sqlx::Error> {
    let row = sqlx::query!(
        "SELECT to_jsonb(v) AS \"car!\", received_at, updated_at FROM vehicle v WHERE id = $1",
        id.0
    )
    .fetch_optional(db)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let car = serde_json::from_value(row.car).map_err(|e| sqlx::Error::Decode(Box::new(e)))?;
    Ok(Some((car, from_sql(row.received_at), from_sql(row.updated_at))))
}

pub(crate) async fn read(db: &PgPool, id: VehicleId) -> Result<Option<VehicleDetail>, sqlx::Error> {
    let Some((car, received_at, updated_at)) = car(db, id).await? else { return Ok(None) };
    Ok(Some(VehicleDetail {
        id,
        facts: car.facts,
        vin_warning: car.vin_warning,
        source: car.source,
        external_id: car.external_id,
        status: car.status,
        guide_fen: car.guide_fen,
        start_fen: car.start_fen,
        has_reserve: car.reserve_fen.is_some(),
        listed_lot_id: car.listed_lot_id,
        received_at,
        updated_at,
        reports: reports(db, id).await?,
        prices: prices(db, id).await?,
        photos: photos(db, id).await?,
        said: said(db, id).await?,
        trail: trail(db, id).await?,
        reveals: super::reveals::of_vehicle(db, id, SHOWN).await?,
    }))
}

/// The facts of a car and its report with that hash: what a lot was offered with.
pub(crate) async fn offered(
    db: &PgPool,
    id: VehicleId,
    hash: &str,
) -> Result<Option<OfferedCar>, sqlx::Error> {
    let row = sqlx::query!(
        "SELECT v.body, v.fuel, v.transmission, v.interior, v.first_registration, v.plate_place, v.transfers,
                r.version, r.origin, r.grade, r.damages, r.measures, r.papers, r.notes, r.hash, r.who_name, r.at
           FROM vehicle v
           JOIN condition_report r ON r.vehicle_id = v.id
          WHERE v.id = $1 AND r.hash = $2
          ORDER BY r.version DESC
          LIMIT 1",
        id.0,
        hash
    )
    .fetch_optional(db)
    .await?;
    let Some(row) = row else { return Ok(None) };
    Ok(Some(OfferedCar {
        body: row.body,
        fuel: row.fuel,
        transmission: row.transmission,
        interior: row.interior,
        first_registration: row.first_registration,
        plate_place: row.plate_place,
        transfers: row.transfers,
        report: ReportView {
            version: row.version,
            origin: row.origin,
            grade: row.grade,
            damages: stored(row.damages)?,
            measures: stored(row.measures)?,
            papers: stored(row.papers)?,
            notes: row.notes,
            hash: row.hash,
            who_name: row.who_name,
            at: from_sql(row.at),
        },
    }))
}

fn stored<T: DeserializeOwned>(json: serde_json::Value) -> Result<T, sqlx::Error> {
    serde_json::from_value(json).map_err(|e| sqlx::Error::Decode(Box::new(e)))
}

async fn reports(db: &PgPool, id: VehicleId) -> Result<Vec<ReportView>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT version, origin, grade, damages, measures, papers, notes, hash, who_name, at
           FROM condition_report
          WHERE vehicle_id = $1
          ORDER BY version DESC",
        id.0
    )
    .fetch_all(db)
    .await?;
    rows.into_iter()
        .map(|row| {
            Ok(ReportView {
                version: row.version,
                origin: row.origin,
                grade: row.grade,
                damages: stored(row.damages)?,
                measures: stored(row.measures)?,
                papers: stored(row.papers)?,
                notes: row.notes,
                hash: row.hash,
                who_name: row.who_name,
                at: from_sql(row.at),
            })
        })
        .collect()
}

async fn prices(db: &PgPool, id: VehicleId) -> Result<Vec<PriceView>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT version, guide_fen, start_fen, reserve_fen IS NOT NULL AS \"has_reserve!\", reason, who_name, at
           FROM vehicle_price
          WHERE vehicle_id = $1
          ORDER BY version DESC",
        id.0
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| PriceView {
            version: row.version,
            guide_fen: Fen(row.guide_fen),
            start_fen: Fen(row.start_fen),
            has_reserve: row.has_reserve,
            reason: row.reason,
            who_name: row.who_name,
            at: from_sql(row.at),
        })
        .collect())
}

async fn photos(db: &PgPool, id: VehicleId) -> Result<Vec<PhotoView>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT id, added_by, added_at
           FROM vehicle_photo
          WHERE vehicle_id = $1 AND removed_at IS NULL
          ORDER BY position",
        id.0
    )
    .fetch_all(db)
    .await?;
    let view = |id, added_by, at: UnixMs| PhotoView { id, added_by, added_at: at };
    Ok(rows.into_iter().map(|row| view(row.id, row.added_by, from_sql(row.added_at))).collect())
}

/// The last change of each fact; the trail that is shown may be cut off, this is not.
async fn said(db: &PgPool, id: VehicleId) -> Result<BTreeMap<String, FactSource>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT DISTINCT ON (field) field AS \"field!\", what, data ->> 'source' AS source, who_name, at
           FROM vehicle_trail, jsonb_object_keys(data -> 'changes') AS field
          WHERE vehicle_id = $1 AND what IN ('corrected', 'imported')
          ORDER BY field, seq DESC",
        id.0
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| {
            let (what, source, who_name) = (row.what, row.source, row.who_name);
            (row.field, FactSource { what, source, who_name, at: from_sql(row.at) })
        })
        .collect())
}

async fn trail(db: &PgPool, id: VehicleId) -> Result<Vec<TrailView>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT seq, what, who_name, at, data
           FROM vehicle_trail
          WHERE vehicle_id = $1
          ORDER BY seq DESC
          LIMIT $2",
        id.0,
        TRAIL_LINES_MAX
    )
    .fetch_all(db)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| TrailView {
            seq: row.seq,
            what: row.what,
            who_name: row.who_name,
            at: from_sql(row.at),
            data: without_reserve(row.data),
        })
        .collect())
}
