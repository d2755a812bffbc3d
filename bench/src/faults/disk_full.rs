//! `bench disk-full`: PostgreSQL's disk (a small one in memory) fills up in a bid storm. Nothing is acknowledged that is
//! not written, and when there is room again the same server goes on.

use std::fs::{self, File, Permissions};
use std::io::Write as _;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use clap::Args;
use kernel::LotId;
use tempfile::TempDir;

use super::kill_postgres::bids_go_on;
use crate::plant::{Plan, Plant};
use crate::storm::{SOME_SECONDS, Storm, StormArguments};
use crate::{Result, fault, report};

/// The storm is under way when the disk fills up.
const STORM: Duration = Duration::from_millis(500);
/// For so long it stays full.
const FULL_FOR: Duration = Duration::from_secs(3);
/// What the ballast leaves free: less than a segment of the write-ahead log.
const LEFT_BYTES: u64 = 512 * 1024;

/// Fills the disk of a plant of its own. Mounting it needs root.
#[derive(Clone, Debug, Args)]
pub(crate) struct DiskFullArguments {
    #[command(flatten)]
    storm: StormArguments,
    /// How often.
    #[arg(long, default_value_t = 10)]
    times: u32,
    /// The size of the disk in MiB.
    #[arg(long, default_value_t = 1_024)]
    mib: u32,
}

/// A file system in memory. It is gone with this value.
struct SmallDisk {
    folder: TempDir,
}

/// Runs it.
pub(crate) async fn run(arguments: DiskFullArguments) -> Result<()> {
    let disk = SmallDisk::mount(arguments.mib)?;
    let plan = Plan { data: Some(disk.path().join("data")), ..Plan::of(&arguments.storm.server, 1) };
    let mut plant = Plant::start(plan).await?;
    let databases = plant.databases().await?;
    let mut storm = Storm::new(&arguments.storm, databases.clone()).await?;
    let (mut longest, mut restarts) = (Duration::ZERO, 0);
    let done = async {
        for number in 1..=arguments.times {
            let targets = plant.targets().await?;
            let lots: Vec<LotId> = storm.field.lots.iter().map(|lot| lot.id).collect();
            let filling = async {
                tokio::time::sleep(STORM).await;
                let ballast = disk.fill()?;
                tokio::time::sleep(FULL_FOR).await;
                fs::remove_file(ballast)?;
                let room_at = Instant::now();
                // it may have given up rather than go on without its log: an operator starts it again
                if !plant.postgres_runs() {
                    plant.restart_postgres().await?;
                    restarts += 1;
                }
                bids_go_on(&databases.auction, &lots, room_at).await
            };
            let (tally, back_after) = storm.around(&targets, SOME_SECONDS, filling).await?;
            longest = longest.max(back_after);
            let what =
                format!("full {number}, bids again {} ms after there was room", back_after.as_millis());
            storm.settle(&targets[0], tally, &what).await?;
            // what the log no longer needs makes room for the next storm
            sqlx::query("CHECKPOINT").execute(&databases.auction).await?;
        }
        Ok(())
    }
    .await;
    let mut sheet = storm.sheet("full disks", true);
    sheet.count("of them PostgreSQL had to be started again", restarts);
    sheet.add("bids answered again, longest ms", longest.as_secs_f64() * 1000.0, 0);
    report::print("the disk of PostgreSQL is full", &[sheet]);
    plant.stop().await.and(done)
}

impl SmallDisk {
    fn mount(mib: u32) -> Result<SmallDisk> {
        let folder = tempfile::Builder::new()
            .prefix("luochui-disk-")
            .permissions(Permissions::from_mode(0o755))
            .tempdir()?;
        let size = format!("size={mib}m,mode=755");
        let mounted =
            Command::new("mount").args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(folder.path()).output()?;
        if !mounted.status.success() {
            let why = String::from_utf8_lossy(&mounted.stderr).into_owned();
            return Err(fault(format!("a disk in memory cannot be mounted (that needs root): {why}")));
        }
        Ok(SmallDisk { folder })
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Fills it but for a little; returns the ballast.
    fn fill(&self) -> Result<PathBuf> {
        let path = self.path().join("ballast");
        let mut ballast = File::create(&path)?;
        let block = vec![0_u8; 64 * 1024];
        loop {
            let stat = nix::sys::statvfs::statvfs(self.path())?;
            if stat.blocks_available() * stat.fragment_size() <= LEFT_BYTES {
                return Ok(path);
            }
            // full before it was expected: the storm has taken the rest
            if ballast.write_all(&block).is_err() {
                return Ok(path);
            }
        }
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // best effort: what is left goes with the machine's next start
        let _ = Command::new("umount").arg("--lazy").arg(self.folder.path()).output();
    }
}
