//! The list's SQL. Filters are put together at run time; every value is bound.

use std::collections::BTreeMap;

use futures_util::TryStreamExt as _;
use kernel::{Fen, UnixMs, VehicleId};
use platform_db::{CommandError, from_sql};
use sqlx::postgres::PgRow;
use sqlx::{PgPool, Postgres, QueryBuilder, Row as _};
use time::OffsetDateTime;
use tokio::sync::mpsc;

use crate::views::{Choice, Choices, ExportRow, Sort, VehicleFilter, VehicleLine};
use crate::{Facts, Status};

/// Choices beyond these are typed into the search.
const CHOICES_MAX: i64 = 200;
/// So few cars are sorted in no time; more are soon met in any order.
const FEW_FOUND: i64 = 5_000;

/// What a filter leaves, in sum.
pub(crate) struct Totals {
    pub count: i64,
    pub guide_fen: Fen,
    pub start_fen: Fen,
}

pub(crate) async fn totals(db: &PgPool, filter: &VehicleFilter) -> Result<Totals, sqlx::Error> {
    let mut query = QueryBuilder::<Postgres>::new(
        "SELECT count(*) AS count, coalesce(sum(guide_fen), 0)::BIGINT AS guide, \
                coalesce(sum(start_fen), 0)::BIGINT AS start \
           FROM vehicle v",
    );
    narrow(&mut query, filter);
    let row = query.build().fetch_one(db).await?;
    Ok(Totals {
        count: row.try_get("count")?,
        guide_fen: Fen(row.try_get("guide")?),
        start_fen: Fen(row.try_get("start")?),
    })
}

pub(crate) async fn page(
    db: &PgPool,
    filter: &VehicleFilter,
    total: i64,
    (limit, offset): (i64, i64),
) -> Result<Vec<VehicleLine>, sqlx::Error> {
    let mut query = page_query(filter, total, limit, offset);
    query.build().fetch_all(db).await?.iter().map(line).collect()
}

/// The page's query: ids first, so that the sort carries nothing else, and the photo of the page's cars only.
fn page_query(filter: &VehicleFilter, total: i64, limit: i64, offset: i64) -> QueryBuilder<Postgres> {
    let mut query = QueryBuilder::<Postgres>::new(
        "SELECT v.id, v.vin, v.external_id, v.source, v.title, v.model_year, v.mileage_km, v.colour, v.city, v.grade, v.status, \
                v.guide_fen, v.start_fen, v.reserve_fen IS NOT NULL AS has_reserve, v.updated_at, photo.id AS photo_id \
           FROM (SELECT v.* FROM (SELECT v.* FROM vehicle v",
    );
    narrow(&mut query, filter);
    // a search for one car among a million must not walk the index of the order until it meets it: OFFSET 0 keeps the
    // planner, who does not know how rare a word is, from trying; the few cars are sorted once they are found
    let is_rare = !filter.words().is_empty() && total < FEW_FOUND;
    query.push(if is_rare { " OFFSET 0) v ORDER BY " } else { ") v ORDER BY " });
    query.push(order(filter.sort));
    query.push(" LIMIT ").push_bind(limit).push(" OFFSET ").push_bind(offset);
    query.push(
        ") v LEFT JOIN LATERAL (SELECT p.id FROM vehicle_photo p \
                                 WHERE p.vehicle_id = v.id AND p.removed_at IS NULL \
                                 ORDER BY p.position LIMIT 1) photo ON TRUE ORDER BY ",
    );
    query.push(order(filter.sort));
    query
}

fn order(sort: Sort) -> &'static str {
    match sort {
        Sort::Stale => "v.updated_at, v.id",
        Sort::Updated => "v.updated_at DESC, v.id DESC",
        Sort::Received => "v.received_at DESC, v.id DESC",
        Sort::PriceHigh => "v.start_fen DESC NULLS LAST, v.id DESC",
        Sort::PriceLow => "v.start_fen, v.id",
        Sort::MileageLow => "v.mileage_km, v.id",
        Sort::MileageHigh => "v.mileage_km DESC NULLS LAST, v.id DESC",
        Sort::YearNew => "v.model_year DESC NULLS LAST, v.id DESC",
        Sort::YearOld => "v.model_year, v.id",
    }
}

fn narrow(query: &mut QueryBuilder<Postgres>, filter: &VehicleFilter) {
    query.push(" WHERE TRUE");
    for word in filter.words() {
        if word.len() == 17 && word.bytes().all(|b| b.is_ascii_alphanumeric()) {
            // a whole VIN: one look into the unique index
            query.push(" AND v.vin = ").push_bind(word.to_ascii_uppercase());
        } else {
            query.push(" AND v.search_text LIKE ").push_bind(format!("%{}%", escape_like(&word)));
        }
    }
    if let Some(status) = filter.status {
        query.push(" AND v.status = ").push_bind(status.name());
    }
    if !filter.make.is_empty() {
        query.push(" AND v.make_key = ").push_bind(filter.make.to_lowercase());
    }
    for (column, value) in [("grade", &filter.grade), ("city", &filter.city), ("source", &filter.source)] {
        if !value.is_empty() {
            query.push(" AND v.").push(column).push(" = ").push_bind(value.clone());
        }
    }
    let bounds = [
        (" AND v.model_year >= ", filter.year_from),
        (" AND v.model_year <= ", filter.year_to),
        (" AND v.mileage_km >= ", filter.km_from),
        (" AND v.mileage_km <= ", filter.km_to),
    ];
    for (condition, bound) in bounds {
        if let Some(bound) = bound {
            query.push(condition).push_bind(bound);
        }
    }
}

fn escape_like(word: &str) -> String {
    word.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

fn line(row: &PgRow) -> Result<VehicleLine, sqlx::Error> {
    Ok(VehicleLine {
        id: VehicleId(row.try_get("id")?),
        vin: row.try_get("vin")?,
        external_id: row.try_get("external_id")?,
        source: row.try_get("source")?,
        title: row.try_get("title")?,
        model_year: row.try_get("model_year")?,
        mileage_km: row.try_get("mileage_km")?,
        colour: row.try_get("colour")?,
        city: row.try_get("city")?,
        grade: row.try_get("grade")?,
        status: status_of(row)?,
        guide_fen: fen(row, "guide_fen")?,
        start_fen: fen(row, "start_fen")?,
        has_reserve: row.try_get("has_reserve")?,
        photo_id: row.try_get("photo_id")?,
        updated_at: at(row, "updated_at")?,
    })
}

fn status_of(row: &PgRow) -> Result<Status, sqlx::Error> {
    let name: String = row.try_get("status")?;
    Status::from_name(&name).ok_or_else(|| sqlx::Error::Protocol(format!("unknown vehicle status {name}")))
}

fn fen(row: &PgRow, column: &str) -> Result<Option<Fen>, sqlx::Error> {
    Ok(row.try_get::<Option<i64>, _>(column)?.map(Fen))
}

fn at(row: &PgRow, column: &str) -> Result<UnixMs, sqlx::Error> {
    Ok(from_sql(row.try_get::<OffsetDateTime, _>(column)?))
}

/// Sends the filter's rows until all are sent or nobody takes them any more.
pub(crate) async fn export(
    db: &PgPool,
    filter: &VehicleFilter,
    limit: i64,
    to_reader: &mpsc::Sender<Result<ExportRow, CommandError>>,
) -> Result<(), sqlx::Error> {
    let mut query = QueryBuilder::<Postgres>::new(
        "SELECT to_jsonb(v) AS facts, v.id, v.status, v.source, v.external_id, v.guide_fen, v.start_fen, \
                v.reserve_fen IS NOT NULL AS has_reserve, v.received_at, v.updated_at, \
                (SELECT r.measures -> 'battery' FROM condition_report r \
                  WHERE r.vehicle_id = v.id ORDER BY r.version DESC LIMIT 1) AS battery \
           FROM vehicle v",
    );
    narrow(&mut query, filter);
    query.push(" ORDER BY ").push(order(filter.sort)).push(" LIMIT ").push_bind(limit);
    let mut rows = query.build().fetch(db);
    while let Some(row) = rows.try_next().await? {
        let row = export_row(&row)?;
        if to_reader.send(Ok(row)).await.is_err() {
            return Ok(());
        }
    }
    Ok(())
}

fn export_row(row: &PgRow) -> Result<ExportRow, sqlx::Error> {
    let facts: sqlx::types::Json<Facts> = row.try_get("facts")?;
    let battery: Option<sqlx::types::Json<BTreeMap<String, u16>>> = row.try_get("battery")?;
    Ok(ExportRow {
        id: VehicleId(row.try_get("id")?),
        status: status_of(row)?,
        source: row.try_get("source")?,
        external_id: row.try_get("external_id")?,
        facts: facts.0,
        battery: battery.map(|battery| battery.0).unwrap_or_default(),
        guide_fen: fen(row, "guide_fen")?,
        start_fen: fen(row, "start_fen")?,
        has_reserve: row.try_get("has_reserve")?,
        received_at: at(row, "received_at")?,
        updated_at: at(row, "updated_at")?,
    })
}

/// The most frequent values, and those that the filter asks for: a car of them may be rare, or gone.
pub(crate) async fn choices(db: &PgPool, filter: &VehicleFilter) -> Result<Choices, sqlx::Error> {
    let mut choices = frequent(db).await?;
    let asked = VehicleFilter::default;
    let make = VehicleFilter { make: filter.make.clone(), ..asked() };
    let city = VehicleFilter { city: filter.city.clone(), ..asked() };
    let grade = VehicleFilter { grade: filter.grade.clone(), ..asked() };
    let source = VehicleFilter { source: filter.source.clone(), ..asked() };
    // makes are one in whatever letter case they are asked for
    let is_make = |listed: &str| listed.to_lowercase() == filter.make.to_lowercase();
    keep_asked(db, &mut choices.makes, &filter.make, is_make, &make).await?;
    keep_asked(db, &mut choices.cities, &filter.city, |listed| listed == filter.city, &city).await?;
    keep_asked(db, &mut choices.grades, &filter.grade, |listed| listed == filter.grade, &grade).await?;
    keep_asked(db, &mut choices.sources, &filter.source, |listed| listed == filter.source, &source).await?;
    Ok(choices)
}

/// Adds a value that is asked for and not listed, with the count of its cars.
async fn keep_asked(
    db: &PgPool,
    listed: &mut Vec<Choice>,
    value: &str,
    is_it: impl Fn(&str) -> bool,
    of_it: &VehicleFilter,
) -> Result<(), sqlx::Error> {
    if value.is_empty() || listed.iter().any(|choice| is_it(&choice.value)) {
        return Ok(());
    }
    let count = totals(db, of_it).await?.count;
    listed.push(Choice { value: value.to_owned(), count });
    Ok(())
}

async fn frequent(db: &PgPool) -> Result<Choices, sqlx::Error> {
    // min() of the spellings: upper case sorts before lower case, so "BMW" is shown rather than "bmw"
    let makes = sqlx::query!(
        "SELECT min(make) AS \"value!\", count(*) AS \"count!\" FROM vehicle GROUP BY make_key ORDER BY 2 DESC, 1 LIMIT $1",
        CHOICES_MAX
    )
    .fetch_all(db);
    let cities = sqlx::query!(
        "SELECT city AS \"value!\", count(*) AS \"count!\" FROM vehicle WHERE city <> '' GROUP BY city ORDER BY 2 DESC, 1 LIMIT $1",
        CHOICES_MAX
    )
    .fetch_all(db);
    let grades = sqlx::query!(
        "SELECT grade AS \"value!\", count(*) AS \"count!\" FROM vehicle WHERE grade <> '' GROUP BY grade ORDER BY 1 DESC LIMIT $1",
        CHOICES_MAX
    )
    .fetch_all(db);
    let sources = sqlx::query!(
        "SELECT source AS \"value!\", count(*) AS \"count!\" FROM vehicle GROUP BY source ORDER BY 2 DESC, 1 LIMIT $1",
        CHOICES_MAX
    )
    .fetch_all(db);
    // each reads all cars: side by side they take as long as the longest
    let (makes, cities, grades, sources) = tokio::try_join!(makes, cities, grades, sources)?;
    Ok(Choices {
        makes: makes.into_iter().map(|r| Choice { value: r.value, count: r.count }).collect(),
        cities: cities.into_iter().map(|r| Choice { value: r.value, count: r.count }).collect(),
        grades: grades.into_iter().map(|r| Choice { value: r.value, count: r.count }).collect(),
        sources: sources.into_iter().map(|r| Choice { value: r.value, count: r.count }).collect(),
    })
}

/// How many cars that the filter leaves stand where; it does not narrow to one place itself.
pub(crate) async fn counts(db: &PgPool, filter: &VehicleFilter) -> Result<Vec<(String, i64)>, sqlx::Error> {
    let mut query = QueryBuilder::<Postgres>::new("SELECT v.status, count(*) AS count FROM vehicle v");
    narrow(&mut query, &VehicleFilter { status: None, ..filter.clone() });
    query.push(" GROUP BY v.status");
    let rows = query.build().fetch_all(db).await?;
    rows.iter().map(|row| Ok((row.try_get("status")?, row.try_get("count")?))).collect()
}
