//! The key that signs receipts: a file that is made at the first start.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use platform_config::Config;
use proof::Signer;

/// The key could not be had.
#[derive(Debug, thiserror::Error)]
pub enum SigningKeyError {
    /// The file could not be read or made.
    #[error("the signing key {path} could not be read or made")]
    File {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// There is something else in the file. It is left as it is.
    #[error("{path} is no signing key: 32 bytes in base64 are expected")]
    NoKey {
        /// The file.
        path: PathBuf,
    },
}

/// Reads the key, or makes it where nobody has named a file.
pub fn signer(config: &Config) -> Result<Signer, SigningKeyError> {
    let own = config.data.join("signing.key");
    let (path, is_own) = match &config.signing_key {
        Some(named) => (named.as_path(), false),
        None => (own.as_path(), true),
    };
    let text = match fs::read_to_string(path) {
        Err(error) if is_own && error.kind() == io::ErrorKind::NotFound => make(path),
        read => read,
    };
    let text = text.map_err(|source| SigningKeyError::File { path: path.to_owned(), source })?;
    read(path, &text)
}

/// The key in this file, made where there is none: a witness's own.
pub fn of_file(path: &Path) -> Result<Signer, SigningKeyError> {
    let text = match fs::read_to_string(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => make(path),
        read => read,
    };
    let text = text.map_err(|source| SigningKeyError::File { path: path.to_owned(), source })?;
    read(path, &text)
}

fn read(path: &Path, text: &str) -> Result<Signer, SigningKeyError> {
    let seed = STANDARD.decode(text.trim()).ok().and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    seed.map(|seed| Signer::from_seed(&seed)).ok_or_else(|| SigningKeyError::NoKey { path: path.to_owned() })
}

/// For its owner only, and whole or not there: written beside its place, then moved.
fn make(path: &Path) -> io::Result<String> {
    let text = STANDARD.encode(rand::random::<[u8; 32]>());
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let new = path.with_extension("new");
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&new)?;
    writeln!(file, "{text}")?;
    file.sync_all()?;
    fs::rename(&new, path)?;
    File::open(folder)?.sync_all()?;
    Ok(text)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "a test fails by panicking")]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn config(folder: &Path, more: &[(&str, &str)]) -> Config {
        let data = folder.display().to_string();
        let vars = [("LUOCHUI_DATA", data.as_str())].into_iter().chain(more.iter().copied());
        Config::from_pairs(vars).unwrap()
    }

    #[test]
    fn the_first_start_makes_a_key_that_only_its_owner_reads_and_the_next_finds_it() {
        let folder = tempfile::tempdir().unwrap();
        let config = config(folder.path(), &[]);
        let first = signer(&config).unwrap();
        assert_eq!(signer(&config).unwrap().id(), first.id());
        let mode = fs::metadata(folder.path().join("signing.key")).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_file_with_something_else_is_refused_and_left_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("other.key");
        let named = path.display().to_string();
        let config = config(folder.path(), &[("LUOCHUI_SIGNING_KEY", &named)]);
        assert!(matches!(signer(&config), Err(SigningKeyError::File { .. })), "a named file is not made");
        fs::write(&path, "hello").unwrap();
        assert!(matches!(signer(&config), Err(SigningKeyError::NoKey { .. })));
        assert_eq!(fs::read_to_string(&path).unwrap(), "hello");
    }
}
