//! An error as people and programs get it: a stable code, a kind, and the data that explains it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What kind of failure it is; the transport turns it into a status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProblemKind {
    /// The input is not what it should be (422).
    Invalid,
    /// Nobody is signed in (401).
    SignInNeeded,
    /// This person may not do that (403). For records of somebody else use `NotFound`.
    Forbidden,
    /// There is no such thing, or it is not yours (404).
    NotFound,
    /// It contradicts the present state (409).
    Conflict,
    /// Too much at once; try again (429).
    Busy,
    /// We cannot take it now (503).
    Unavailable,
    /// Our fault (500). Says nothing about the cause; the log does.
    Internal,
}

/// What is wrong with one field of a form.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldProblem {
    /// The field's name in the form.
    pub field: String,
    /// The code; its text is `error.<code>` in the locale files.
    pub code: String,
}

/// The error every command ends in when it does not succeed.
///
/// `code` is SCREAMING_SNAKE_CASE and never changes its meaning; its text in both languages stands in the
/// locale files under `error.<code>`, with `data`'s members as placeholders.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Problem {
    /// The kind of failure.
    pub kind: ProblemKind,
    /// The stable code.
    pub code: String,
    /// Problems of single fields, in the order of the form.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldProblem>,
    /// What explains it: a JSON object.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub data: Value,
}

impl Problem {
    /// A problem with a code and nothing more.
    pub fn new(kind: ProblemKind, code: &str) -> Problem {
        Problem { kind, code: code.to_owned(), fields: Vec::new(), data: Value::Null }
    }

    /// No such thing, or not yours.
    pub fn not_found() -> Problem {
        Problem::new(ProblemKind::NotFound, "NOT_FOUND")
    }

    /// Our fault; the caller has logged why.
    pub fn internal() -> Problem {
        Problem::new(ProblemKind::Internal, "INTERNAL")
    }

    /// A form with these wrong fields.
    pub fn fields(fields: Vec<FieldProblem>) -> Problem {
        Problem { kind: ProblemKind::Invalid, code: "INVALID_FIELDS".into(), fields, data: Value::Null }
    }

    /// The same problem with explaining data.
    pub fn with(mut self, data: Value) -> Problem {
        self.data = data;
        self
    }

    /// The HTTP status of this kind.
    pub const fn status(&self) -> u16 {
        match self.kind {
            ProblemKind::Invalid => 422,
            ProblemKind::SignInNeeded => 401,
            ProblemKind::Forbidden => 403,
            ProblemKind::NotFound => 404,
            ProblemKind::Conflict => 409,
            ProblemKind::Busy => 429,
            ProblemKind::Unavailable => 503,
            ProblemKind::Internal => 500,
        }
    }
}

impl FieldProblem {
    /// A field and its code.
    pub fn new(field: &str, code: &str) -> FieldProblem {
        FieldProblem { field: field.to_owned(), code: code.to_owned() }
    }
}
