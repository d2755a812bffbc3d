//! Faults that a server must survive, each a command of its own with counts and the oracle's verdict (docs/faults.md).

pub(crate) mod clock;
pub(crate) mod cut_commit;
pub(crate) mod disk_full;
pub(crate) mod kill_postgres;
pub(crate) mod redis_faults;
pub(crate) mod stale;
