//! `server verify-log`: checks the log of every lot against its chain.
#![expect(clippy::print_stdout, reason = "the command answers at the terminal")]

use std::error::Error;

use clap::Args;
use kernel::LotId;
use platform_config::Config;
use uuid::Uuid;

use crate::services;

/// Which logs to check.
#[derive(Debug, Args)]
pub struct VerifyLog {
    /// Only this lot.
    #[arg(long, value_name = "ID")]
    lot: Option<Uuid>,
}

/// Checks, says what was found, and fails if anything is wrong.
pub async fn run(config: &Config, which: &VerifyLog) -> Result<(), Box<dyn Error + Send + Sync>> {
    let databases = services::open(config).await?;
    let verdict = databases.verify_log(which.lot.map(LotId)).await;
    databases.close().await;
    let verdict = verdict?;
    if let (Some(lot), 0) = (which.lot, verdict.lots) {
        return Err(format!("there is no lot {lot} with a chain").into());
    }
    for fault in &verdict.faults {
        println!("lot {} at {}: {}", fault.lot_id, fault.seq, fault.what);
    }
    let (lots, accepted, refused) = (verdict.lots, verdict.accepted, verdict.refused);
    println!("{lots} lots, {accepted} accepted and {refused} refused lines checked");
    for fault in &verdict.checkpoint_faults {
        let of = fault.checkpoint.map_or_else(|| "the tree".to_owned(), |n| format!("checkpoint {n}"));
        println!("{of} at leaf {}: {}", fault.leaf, fault.what);
    }
    if which.lot.is_none() {
        println!("{} checkpoints over {} leaves checked", verdict.checkpoints, verdict.leaves);
    }
    match verdict.faults.len() + verdict.checkpoint_faults.len() {
        0 => {
            println!("nothing is missing or changed");
            Ok(())
        }
        faults => Err(format!("{faults} lines or checkpoints are missing or changed").into()),
    }
}
