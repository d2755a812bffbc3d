//! `server checkpoint`: signs what is in all logs now.
#![expect(clippy::print_stdout, reason = "the command answers at the terminal")]

use std::error::Error;

use platform_config::Config;

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
