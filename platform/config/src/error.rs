//! What is wrong with the settings.

use std::fmt;

use crate::settings::setting;

/// One wrong value or one wrong combination.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// The value is none of the allowed ones.
    #[error("{variable}: '{value}' is not allowed here; it takes {}", setting(.variable).map_or("", |s| s.allowed))]
    Value {
        /// The variable.
        variable: &'static str,
        /// Its value; passwords are masked.
        value: String,
    },
    /// The value does not go together with another setting.
    #[error("{variable}: {problem}")]
    Combination {
        /// The variable to change.
        variable: &'static str,
        /// What contradicts what, and the way out.
        problem: String,
    },
}

impl ConfigError {
    /// The variable to change.
    pub fn variable(&self) -> &'static str {
        match self {
            ConfigError::Value { variable, .. } | ConfigError::Combination { variable, .. } => variable,
        }
    }
}

/// Everything that is wrong, at once. At least one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct ConfigErrors(pub Vec<ConfigError>);

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_slice() {
            [one] => write!(f, "{one}"),
            many => {
                write!(f, "{} settings are wrong:", many.len())?;
                many.iter().try_for_each(|error| write!(f, "\n  {error}"))
            }
        }
    }
}
