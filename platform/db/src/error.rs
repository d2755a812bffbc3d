//! What a command ends in when it does not succeed.

use kernel::Problem;

/// A refusal for the person, or a failure of ours. `?` makes it from both.
#[derive(Debug, thiserror::Error)]
pub enum CommandError {
    /// The person's input or the present state forbids it; shown as it is.
    #[error("refused: {}", .0.code)]
    Refused(Problem),
    /// The database failed; shown as `INTERNAL`, logged with its chain.
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
            failure => {
                let cause = std::error::Error::source(&failure).map(ToString::to_string).unwrap_or_default();
                tracing::error!(error = %failure, cause, "command failed");
                Problem::internal()
            }
        }
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
