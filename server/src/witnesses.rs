//! The witnesses whom the settings name: asked for their line under every checkpoint.

use std::sync::Arc;

use auction::AskedWitness;
use connector_witness::HttpWitness;
use platform_config::Config;
use proof::NoteKey;

/// A witness could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum WitnessesError {
    /// His key.
    #[error("LUOCHUI_WITNESSES: {0} is no witness's key of the form name+id+base64")]
    Key(String),
    /// The HTTP client.
    #[error("the client for witnesses cannot be made: {0}")]
    Client(String),
}

/// Whom to ask.
pub fn asked(config: &Config) -> Result<Vec<AskedWitness>, WitnessesError> {
    config.witnesses.iter().map(|(key, url)| one(key, url)).collect()
}

fn one(key: &str, url: &str) -> Result<AskedWitness, WitnessesError> {
    let read = key.parse::<NoteKey>().ok().filter(NoteKey::is_witness);
    let read = read.ok_or_else(|| WitnessesError::Key(key.to_owned()))?;
    let desk = HttpWitness::new(url).map_err(|error| WitnessesError::Client(error.to_string()))?;
    Ok(AskedWitness { key: read, desk: Arc::new(desk) })
}
