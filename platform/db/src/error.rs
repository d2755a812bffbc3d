//! What a command ends in when it does not succeed.

use kernel::{Problem, ProblemKind};
use serde_json::json;

/// A connection that broke is replaced by the next request; a server that restarts needs longer, and is asked again.
const RETRY_AFTER_S: i64 = 1;
/// What PostgreSQL says when it goes away or lets nobody in: connections that fail, its shutdown, too many connections.
const AWAY_CODES: [&str; 3] = ["08", "57P", "53300"];

/// A refusal for the person, or a failure of ours. `?` makes it from both.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The person's input or the present state forbids it; shown as it is.
    #[error("refused: {}", .0.code)]
    Refused(Problem),
    /// The database failed; shown as `UNAVAILABLE` where it was away, else as `INTERNAL`; logged with its chain.
    #[error("database failed")]
    Database(#[from] sqlx::Error),
    /// Something that cannot be, was; shown as `INTERNAL`, logged.
    #[error("inconsistent: {0}")]
    Inconsistent(String),
}

impl From<Problem> for CommandError {
    fn from(problem: Problem) -> Self {
        CommandError::Refused(problem)
    }
}

impl CommandError {
    /// The problem to show. Logs our own failures, so call it once, at the edge.
    pub fn into_problem(self) -> Problem {
        match self {
            CommandError::Refused(problem) => problem,
            CommandError::Database(error) if is_away(&error) => {
                tracing::warn!(%error, "the database was away");
                unavailable()
            }
            failure => {
                let cause = std::error::Error::source(&failure).map(ToString::to_string).unwrap_or_default();
                tracing::error!(error = %failure, cause, "command failed");
                Problem::internal()
            }
        }
    }
}

/// Nobody could be asked: whether anything was done is unknown, and a repeat does nothing twice.
pub fn unavailable() -> Problem {
    Problem::new(ProblemKind::Unavailable, "UNAVAILABLE").with(json!({ "retry_after_s": RETRY_AFTER_S }))
}

/// Whether there was no database to ask: no connection, or one that ended before it answered. The statement itself was not at
/// fault.
pub fn is_away(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::WorkerCrashed => true,
        sqlx::Error::Database(said) => {
            said.code().is_some_and(|code| AWAY_CODES.iter().any(|start| code.starts_with(start)))
        }
        _ => false,
    }
}

/// The name of the constraint that a write violated, if that is why it failed. Commands turn known names into
/// refusals: "taken" is found by the database, not by a question before the write.
pub fn constraint(error: &sqlx::Error) -> Option<&str> {
    error.as_database_error().and_then(|e| e.constraint())
}

/// Every write that must change exactly one row says so.
pub fn ensure_one_row(affected: u64, what: &str) -> Result<(), CommandError> {
    match affected {
        1 => Ok(()),
        n => Err(CommandError::Inconsistent(format!("{what}: {n} rows changed instead of one"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_away_is_asked_again_and_who_refuses_is_not() {
        let away = [sqlx::Error::PoolTimedOut, sqlx::Error::PoolClosed, sqlx::Error::WorkerCrashed];
        for error in away {
            let problem = CommandError::from(error).into_problem();
            assert_eq!((problem.kind, problem.code.as_str()), (ProblemKind::Unavailable, "UNAVAILABLE"));
            assert_eq!(problem.data["retry_after_s"], 1);
        }
        let broken = CommandError::from(sqlx::Error::RowNotFound).into_problem();
        assert_eq!(broken.kind, ProblemKind::Internal);
    }
}
