//! What the machine spent: CPU by process, PostgreSQL's flushes, memory.

pub(crate) mod process;
mod wal;

use std::time::Instant;

use sqlx::PgPool;

use crate::Result;
use crate::report::Sheet;
use crate::target::Target;

use wal::Wal;

/// Everything that is measured by difference.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reading {
    at: Instant,
    own_cpu_s: f64,
    server_cpu_s: Option<f64>,
    postgres_cpu_s: Option<f64>,
    wal: Wal,
}

/// The process that started the database's backends, where it runs on this machine.
pub(crate) async fn postmaster(database: &PgPool) -> Result<Option<i32>> {
    let backend: i32 = sqlx::query_scalar("SELECT pg_backend_pid()").fetch_one(database).await?;
    Ok(process::parent(backend))
}

impl Reading {
    /// Reads all of it now.
    pub(crate) async fn take(target: &Target, database: &PgPool) -> Result<Reading> {
        Ok(Reading {
            at: Instant::now(),
            own_cpu_s: process::cpu_s(std::process::id().cast_signed()).unwrap_or_default(),
            server_cpu_s: target.server_pid.and_then(process::cpu_s),
            postgres_cpu_s: postmaster(database).await?.and_then(process::family_cpu_s),
            wal: Wal::read(database).await?,
        })
    }

    /// Adds the processor time spent since `before` to a report.
    pub(crate) fn cpu_since(&self, before: &Reading, sheet: &mut Sheet) {
        let seconds = self.at.duration_since(before.at).as_secs_f64();
        let mut cpu = |name: &str, now: Option<f64>, then: Option<f64>| {
            if let (Some(now), Some(then)) = (now, then) {
                sheet.add(format!("{name} CPU s"), now - then, 2);
                sheet.add(format!("{name} cores"), (now - then) / seconds, 2);
            }
        };
        cpu("generator", Some(self.own_cpu_s), Some(before.own_cpu_s));
        cpu("server", self.server_cpu_s, before.server_cpu_s);
        cpu("PostgreSQL", self.postgres_cpu_s, before.postgres_cpu_s);
    }

    /// Adds the processor time of one more server.
    pub(crate) fn server_cpu_since(&self, before: &Reading, name: &str, sheet: &mut Sheet) {
        if let (Some(now), Some(then)) = (self.server_cpu_s, before.server_cpu_s) {
            sheet.add(format!("{name} CPU s"), now - then, 2);
        }
    }

    /// Adds PostgreSQL's flushes since `before` to a report.
    pub(crate) fn wal_since(&self, before: &Reading, sheet: &mut Sheet) {
        self.wal.since(&before.wal, sheet);
    }
}
