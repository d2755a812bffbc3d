//! Who tells the time of checkpoints: the authority of the settings, and the roots that it is believed by.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use auction::TimeAuthority;
use connector_timestamp::{HttpAuthority, Roots, RootsError};
use platform_config::Config;
use platform_db::Clock;

/// A file of roots is some kilobytes; a machine's whole store is below one megabyte.
const ROOTS_BYTES_MAX: u64 = 4 * 1024 * 1024;

/// The authority could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum TimestampsError {
    /// The file of the roots.
    #[error("the roots of time stamps in {path} cannot be read")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// What is in it.
    #[error("{path} is no file of root certificates in PEM")]
    Roots {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        source: RootsError,
    },
    /// The HTTP client.
    #[error("the client for time stamps cannot be made: {0}")]
    Client(String),
}

/// The authority of the settings; none where nobody is to be asked.
pub fn authority(
    config: &Config,
    clock: &Arc<dyn Clock>,
) -> Result<Option<Arc<dyn TimeAuthority>>, TimestampsError> {
    let Some(set) = &config.timestamps else { return Ok(None) };
    let client = HttpAuthority::new(&set.url, roots(&set.roots)?, Arc::clone(clock));
    let client = client.map_err(|error| TimestampsError::Client(error.to_string()))?;
    Ok(Some(Arc::new(client)))
}

/// The roots in a PEM file.
pub fn roots(path: &Path) -> Result<Roots, TimestampsError> {
    let pem = read(path).map_err(|source| TimestampsError::File { path: path.to_owned(), source })?;
    Roots::from_pem(&pem).map_err(|source| TimestampsError::Roots { path: path.to_owned(), source })
}

fn read(path: &Path) -> io::Result<Vec<u8>> {
    if std::fs::metadata(path)?.len() > ROOTS_BYTES_MAX {
        return Err(io::Error::other("the file is too large"));
    }
    std::fs::read(path)
}
