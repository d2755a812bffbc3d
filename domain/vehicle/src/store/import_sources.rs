//! Rows of `import_source`: how each source's files are read.

use kernel::UnixMs;
use platform_db::to_sql;
use sqlx::PgConnection;

use crate::import::Mapping;

/// The mapping kept for a source.
pub(crate) async fn mapping(conn: &mut PgConnection, name: &str) -> Result<Option<Mapping>, sqlx::Error> {
    let kept = sqlx::query_scalar!("SELECT mapping FROM import_source WHERE name = $1", name)
        .fetch_optional(conn)
        .await?;
    kept.map(|json| serde_json::from_value(json).map_err(|e| sqlx::Error::Decode(Box::new(e)))).transpose()
}

/// What is kept for a source.
pub(crate) struct Kept<'a> {
    pub name: &'a str,
    pub encoding: &'a str,
    pub delimiter: char,
    pub mapping: &'a Mapping,
    pub updated_by: &'a str,
}

pub(crate) async fn save(conn: &mut PgConnection, kept: &Kept<'_>, now: UnixMs) -> Result<(), sqlx::Error> {
    let mapping = serde_json::to_value(kept.mapping).map_err(|e| sqlx::Error::Encode(Box::new(e)))?;
    sqlx::query!(
        "INSERT INTO import_source (name, encoding, delimiter, mapping, updated_by, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (name) DO UPDATE
            SET encoding = EXCLUDED.encoding, delimiter = EXCLUDED.delimiter, mapping = EXCLUDED.mapping,
                updated_by = EXCLUDED.updated_by, updated_at = EXCLUDED.updated_at",
        kept.name,
        kept.encoding,
        kept.delimiter.to_string(),
        mapping,
        kept.updated_by,
        to_sql(now)
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The sources there are, by name.
pub(crate) async fn names(conn: &mut PgConnection) -> Result<Vec<String>, sqlx::Error> {
    sqlx::query_scalar!("SELECT name FROM import_source ORDER BY name LIMIT 200").fetch_all(conn).await
}
