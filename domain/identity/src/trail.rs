//! What happened to a dealer or a user: who, when, what, why.

use kernel::{Principal, UnixMs};
use serde_json::Value;
use uuid::Uuid;

/// A line as pages show it.
#[derive(Clone, Debug, PartialEq)]
pub struct TrailLine {
    /// `registered`, `renamed`, `suspended` …; its text is `identity.trail.<what>`.
    pub what: String,
    /// Who did it.
    pub who_name: String,
    /// When.
    pub at: UnixMs,
    /// The reason that was given.
    pub why: Option<String>,
    /// Details: usually `before` and `after`.
    pub data: Value,
}

/// A line to be written.
pub(crate) struct NewLine<'a> {
    /// The command's id.
    pub id: Uuid,
    /// The dealer or the user.
    pub of: Uuid,
    pub what: &'a str,
    pub who: &'a Principal,
    pub at: UnixMs,
    pub why: Option<&'a str>,
    pub data: Value,
}

/// A line found again by its command's id.
pub(crate) struct KnownLine {
    pub of: Uuid,
    pub what: String,
    pub data: Value,
}

impl KnownLine {
    /// Whether the repeated command is really the same one.
    pub(crate) fn repeats(&self, of: Uuid, what: &str) -> bool {
        self.of == of && self.what == what
    }
}

/// The refusal of a command whose id was used for another command.
pub(crate) fn key_used() -> kernel::Problem {
    kernel::Problem::new(kernel::ProblemKind::Conflict, "KEY_USED")
}
