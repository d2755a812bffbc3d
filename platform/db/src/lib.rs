//! The ground every service's `store` stands on.
//!
//! * [`Cluster`]: the embedded PostgreSQL of the all-in-one server.
//! * [`connect`] and [`migrate`]: one pool and one migrations folder a service.
//! * [`Clock`]: who needs "now" asks this, so that tests can set it.
//! * [`Looks`]: what is looked at again and again until the process stops.
//! * [`CommandError`]: what a command ends in; the driver's words never leave the server.
//!
//! To add a service's database: a folder under `migrations/`, a `Migrator` in the domain crate, and its name in
//! `server/src/services.rs`.
#![deny(missing_docs)]

mod clock;
mod cluster;
mod error;
mod looks;
mod pool;
mod time;

pub use clock::{Clock, ManualClock, SystemClock, new_id};
pub use cluster::{Cluster, ClusterError};
pub use error::{CommandError, constraint, ensure_one_row, is_away, unavailable};
pub use looks::Looks;
pub use pool::{BUS_MIGRATOR, connect, migrate, planned_once};
pub use time::{from_sql, to_sql};
