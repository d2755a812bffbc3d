//! How much of the processor a server may have, by a control group of the kernel: as a container has a limit.

use std::fs;
use std::path::{Path, PathBuf};

use crate::{Result, fault};

/// Where the kernel shows control groups: all kinds in one tree, or each kind in one of its own.
const UNIFIED: &str = "/sys/fs/cgroup";
const BY_KIND: &str = "/sys/fs/cgroup/cpu";
/// A process that has used its share waits for the rest of the period: short, so that it does not stand still for long.
const PERIOD_US: u32 = 10_000;
/// The kernel takes no less.
const QUOTA_LEAST_US: u32 = 1_000;

/// A process that has its share and no more, until this is dropped.
pub(crate) struct Share {
    pid: i32,
    group: PathBuf,
    parent: PathBuf,
}

impl Share {
    /// Lets this process have so many thousandths of a core. Those that it has started before keep what they have.
    pub(crate) fn of(pid: i32, millicores: u32) -> Result<Share> {
        let quota = millicores.saturating_mul(PERIOD_US) / 1_000;
        if quota < QUOTA_LEAST_US {
            return Err(fault(format!(
                "{millicores} thousandths of a core are less than the kernel can keep"
            )));
        }
        let is_unified = Path::new(UNIFIED).join("cgroup.controllers").exists();
        let parent = PathBuf::from(if is_unified { UNIFIED } else { BY_KIND });
        let group = parent.join(format!("luochui-bench-{pid}"));
        if is_unified {
            write(&parent.join("cgroup.subtree_control"), "+cpu")?;
        }
        fs::create_dir(&group).map_err(|error| fault(format!("{}: {error}", group.display())))?;
        let share = Share { pid, group, parent };
        if is_unified {
            share.set("cpu.max", &format!("{quota} {PERIOD_US}"))?;
        } else {
            share.set("cpu.cfs_period_us", &PERIOD_US.to_string())?;
            share.set("cpu.cfs_quota_us", &quota.to_string())?;
        }
        share.set("cgroup.procs", &pid.to_string())?;
        Ok(share)
    }

    fn set(&self, name: &str, value: &str) -> Result<()> {
        write(&self.group.join(name), value)
    }
}

impl Drop for Share {
    fn drop(&mut self) {
        // it may have ended; a group with a living process cannot be removed
        drop(fs::write(self.parent.join("cgroup.procs"), self.pid.to_string()));
        drop(fs::remove_dir(&self.group));
    }
}

fn write(file: &Path, value: &str) -> Result<()> {
    fs::write(file, value).map_err(|error| fault(format!("{}: {error}", file.display())))
}
