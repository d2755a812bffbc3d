//! All SQL of this service. Rows go in by the thousand as one JSON array a statement (`jsonb_to_recordset`), so that
//! one car by hand and a file of cars take the same path.

pub(crate) mod cars;
pub(crate) mod detail;
pub(crate) mod findings;
pub(crate) mod import_sources;
pub(crate) mod jobs;
pub(crate) mod list;
pub(crate) mod photos;
pub(crate) mod prices;
pub(crate) mod reports;
pub(crate) mod reveals;
pub(crate) mod sources;
pub(crate) mod staging;
pub(crate) mod trail;

/// Rows as one JSON array.
pub(crate) fn rows_of<T: serde::Serialize>(rows: &[T]) -> Result<serde_json::Value, sqlx::Error> {
    serde_json::to_value(rows).map_err(|error| sqlx::Error::Encode(Box::new(error)))
}

/// A count of rows as a number of ours.
pub(crate) fn ensure_rows(affected: u64, expected: usize, what: &str) -> Result<(), sqlx::Error> {
    if u64::try_from(expected).is_ok_and(|expected| expected == affected) {
        return Ok(());
    }
    Err(sqlx::Error::Protocol(format!("{what}: {affected} rows changed instead of {expected}")))
}
