//! Why the embedded cluster is not running.

/// Why the embedded cluster is not running. Each message says what to do.
#[derive(Debug, thiserror::Error)]
pub enum ClusterError {
    /// Another server holds the folder.
    #[error(
        "another server (process {holder}) already runs on {folder}: stop it, or set LUOCHUI_DATA to another folder"
    )]
    InUse {
        /// The data folder.
        folder: String,
        /// The other server's process id, as it wrote it down.
        holder: String,
    },
    /// There is no PostgreSQL on this machine.
    #[error(
        "no PostgreSQL binaries found (initdb, postgres): install PostgreSQL 15 or newer, or set LUOCHUI_POSTGRES_BIN to their folder, or give every service a database URL"
    )]
    NoBinaries,
    /// The unprivileged user cannot get at the folder.
    #[error(
        "{folder} cannot be reached by the user '{user}', as whom PostgreSQL must run when the server is started by root: set LUOCHUI_DATA to a folder it may enter, for example /var/lib/luochui"
    )]
    Unreachable {
        /// The data folder.
        folder: String,
        /// The user.
        user: String,
    },
    /// There is no user to drop to.
    #[error(
        "the server was started by root and there is no user 'postgres' or 'nobody' as whom PostgreSQL could run"
    )]
    NoUser,
    /// A command of PostgreSQL failed.
    #[error("{what} failed: {output}")]
    Command {
        /// Which.
        what: &'static str,
        /// The end of what it said.
        output: String,
    },
    /// It did not come up in time.
    #[error("PostgreSQL did not accept connections within {after_s} s; the end of {log}:\n{tail}")]
    Timeout {
        /// The log file.
        log: String,
        /// Its last lines.
        tail: String,
        /// How long it was waited for.
        after_s: u64,
    },
    /// The file system refused.
    #[error("{what}")]
    Io {
        /// What was tried.
        what: String,
        /// Why it failed.
        source: std::io::Error,
    },
    /// The running cluster refused.
    #[error("the embedded PostgreSQL refused")]
    Sql(#[from] sqlx::Error),
}

pub(super) fn io(what: impl Into<String>) -> impl FnOnce(std::io::Error) -> ClusterError {
    let what = what.into();
    move |source| ClusterError::Io { what, source }
}
