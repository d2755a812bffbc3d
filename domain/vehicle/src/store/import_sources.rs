//! Rows of `import_source`: how each source's files are read.

use kernel::UnixMs;
use platform_db::to_sql;
use sqlx::PgConnection;

use crate::import::{FirstLine, Layout, Mapping};

/// What is kept of a source's last file.
pub(crate) struct Kept {
    pub mapping: Mapping,
    pub first_line: FirstLine,
}

/// What is kept for a source.
pub(crate) async fn kept(conn: &mut PgConnection, name: &str) -> Result<Option<Kept>, sqlx::Error> {
    let row = sqlx::query!("SELECT mapping, first_line FROM import_source WHERE name = $1", name)
        .fetch_optional(conn)
        .await?;
    let Some(row) = row else { return Ok(None) };
    let mapping = serde_json::from_value(row.mapping).map_err(|e| sqlx::Error::Decode(Box::new(e)))?;
    let first_line = FirstLine::from_name(&row.first_line).unwrap_or_default();
    Ok(Some(Kept { mapping, first_line }))
}

/// What is to be kept for a source.
pub(crate) struct ToKeep<'a> {
    pub name: &'a str,
    pub layout: &'a Layout,
    pub mapping: &'a Mapping,
    pub updated_by: &'a str,
}

pub(crate) async fn save(conn: &mut PgConnection, kept: &ToKeep<'_>, now: UnixMs) -> Result<(), sqlx::Error> {
    let mapping = serde_json::to_value(kept.mapping).map_err(|e| sqlx::Error::Encode(Box::new(e)))?;
    sqlx::query!(
        "INSERT INTO import_source (name, encoding, delimiter, first_line, mapping, updated_by, updated_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)
             ON CONFLICT (name) DO UPDATE
            SET encoding = EXCLUDED.encoding, delimiter = EXCLUDED.delimiter, first_line = EXCLUDED.first_line,
                mapping = EXCLUDED.mapping, updated_by = EXCLUDED.updated_by, updated_at = EXCLUDED.updated_at",
        kept.name,
        kept.layout.encoding,
        kept.layout.delimiter.to_string(),
        kept.layout.first_line.name(),
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
