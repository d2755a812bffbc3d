//! Which cores the parts of a measurement run on.

use std::fs;

use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::unistd::Pid;

use crate::measure::process;
use crate::{Result, fault};

/// The machine's cores in two halves: servers on one, everything else on the other, as where the database has a machine of
/// its own.
pub(crate) struct Halves {
    servers: CpuSet,
    rest: CpuSet,
    /// How many cores the servers have.
    pub(crate) server_cores: usize,
}

impl Halves {
    /// Of the cores that this process may use.
    pub(crate) fn of_this_machine() -> Result<Halves> {
        let allowed = sched_getaffinity(Pid::this())?;
        let cores: Vec<usize> =
            (0..CpuSet::count()).filter(|core| allowed.is_set(*core).unwrap_or(false)).collect();
        let (rest, servers) = cores.split_at(cores.len() / 2);
        if rest.is_empty() {
            return Err(fault("one core has no halves"));
        }
        Ok(Halves { servers: set_of(servers)?, rest: set_of(rest)?, server_cores: servers.len() })
    }

    /// Keeps a server to its half.
    pub(crate) fn keep_server(&self, pid: i32) -> Result<()> {
        keep(pid, &self.servers)
    }

    /// Keeps a process, its living children, and what they start, to the other half.
    pub(crate) fn keep_apart(&self, pid: i32) -> Result<()> {
        keep(pid, &self.rest)?;
        process::children(pid).try_for_each(|child| keep(child, &self.rest))
    }
}

fn set_of(cores: &[usize]) -> Result<CpuSet> {
    let mut set = CpuSet::new();
    cores.iter().try_for_each(|core| set.set(*core))?;
    Ok(set)
}

/// Keeps all threads that a process has, and those that they start, to these cores. A process that has ended meanwhile is
/// no error.
fn keep(pid: i32, cores: &CpuSet) -> Result<()> {
    let threads = fs::read_dir(format!("/proc/{pid}/task")).into_iter().flatten().flatten();
    for thread in threads.filter_map(|entry| entry.file_name().to_str()?.parse().ok()) {
        match sched_setaffinity(Pid::from_raw(thread), cores) {
            Ok(()) | Err(nix::errno::Errno::ESRCH) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(())
}
