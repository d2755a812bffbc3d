//! `server checkpoint`: signs what is in all logs now. `server countersigned`: hands on what a witness signed.
#![expect(clippy::print_stdout, reason = "the command answers at the terminal")]

use std::error::Error;
use std::fs;
use std::path::PathBuf;

use clap::Args;
use platform_config::Config;
use proof::SignedCheckpoint;

use crate::witness::NoteKeyArgument;
use crate::{services, signing_key};

/// Makes a checkpoint, or finds that the newest covers everything, and prints the signed note.
pub async fn run(config: &Config) -> Result<(), Box<dyn Error + Send + Sync>> {
    let databases = services::open(config).await?;
    let signer = signing_key::signer(config)?;
    let made = databases.checkpoint(&signer).await;
    databases.close().await;
    let made = made?.ok_or("there is no lot yet, and nothing to sign")?;
    println!("checkpoint {} over {} leaves\n\n{}", made.n, made.size, made.note.trim_end());
    Ok(())
}

/// A checkpoint that came back from a witness.
#[derive(Debug, Args)]
pub struct Countersigned {
    /// The witness's public key, `name+id+base64`, from the witness.
    #[arg(long, value_name = "KEY")]
    witness: NoteKeyArgument,
    /// The note as the witness signed it.
    file: PathBuf,
}

/// Checks the witness's line and keeps it: from now on it is handed out with the checkpoint.
///
/// # Errors
/// For what is none of our checkpoints, and what this witness has not signed.
pub async fn countersigned(
    config: &Config,
    what: &Countersigned,
) -> Result<(), Box<dyn Error + Send + Sync>> {
    let text = fs::read_to_string(&what.file)?;
    let note = SignedCheckpoint::parse(&text).map_err(|_| "this is no signed checkpoint")?;
    let databases = services::open(config).await?;
    let kept = databases.keep_cosignature(&note, &what.witness.0).await;
    databases.close().await;
    println!("checkpoint {} is witnessed by {}", kept??, what.witness.0.name());
    Ok(())
}
