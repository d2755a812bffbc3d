//! PostgreSQL's flushes: a throughput figure means little without the time that the disk took.

use sqlx::{PgPool, Row as _};

use crate::report::Sheet;

/// The server version from which flushes are counted in `pg_stat_io`.
const IO_VIEW_FROM: i32 = 180_000;

/// Counters of the cluster's write-ahead log.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wal {
    syncs: i64,
    sync_ms: f64,
    bytes: f64,
}

impl Wal {
    /// Reads the counters. Backends add to them about once a second.
    pub(super) async fn read(database: &PgPool) -> Result<Wal, sqlx::Error> {
        let version: String = sqlx::query_scalar("SHOW server_version_num").fetch_one(database).await?;
        let row = if version.parse().unwrap_or(0) >= IO_VIEW_FROM {
            sqlx::query(
                "SELECT coalesce(sum(fsyncs), 0)::bigint AS syncs, coalesce(sum(fsync_time), 0)::float8 AS sync_ms,
                        (SELECT wal_bytes FROM pg_stat_wal)::float8 AS bytes
                   FROM pg_stat_io
                  WHERE object = 'wal'",
            )
        } else {
            sqlx::query(
                "SELECT wal_sync AS syncs, wal_sync_time AS sync_ms, wal_bytes::float8 AS bytes FROM pg_stat_wal",
            )
        };
        let row = row.fetch_one(database).await?;
        Ok(Wal {
            syncs: row.try_get("syncs")?,
            sync_ms: row.try_get("sync_ms")?,
            bytes: row.try_get("bytes")?,
        })
    }

    /// Adds what happened since `before` to a report.
    pub(super) fn since(&self, before: &Wal, sheet: &mut Sheet) {
        let syncs = self.syncs - before.syncs;
        sheet.add("WAL flushes", syncs as f64, 0);
        if syncs > 0 {
            // 0.000 means that track_wal_io_timing is off
            sheet.add("flush ms, mean", (self.sync_ms - before.sync_ms) / syncs as f64, 3);
        }
        sheet.add("WAL MiB", (self.bytes - before.bytes) / f64::from(1 << 20), 1);
    }
}
