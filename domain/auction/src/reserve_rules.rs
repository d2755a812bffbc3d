//! What a sale does with the reserves of its cars.

/// Whether bidders see the reserve.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ReserveDisplay {
    /// It is the seller's secret: bidders see whether it is met.
    #[default]
    Secret,
    /// 公开保留价, the target price: everybody sees it, and the highest bid at or above it has the car.
    Public,
}

impl ReserveDisplay {
    /// All of them.
    pub const ALL: [ReserveDisplay; 2] = [ReserveDisplay::Secret, ReserveDisplay::Public];

    /// `secret`: the word in the database and in forms.
    pub const fn as_str(self) -> &'static str {
        match self {
            ReserveDisplay::Secret => "secret",
            ReserveDisplay::Public => "public",
        }
    }

    /// What this word means; what nobody knows keeps the secret.
    pub fn of(word: &str) -> ReserveDisplay {
        ReserveDisplay::ALL.into_iter().find(|display| display.as_str() == word).unwrap_or_default()
    }
}

/// The rules for the reserves of a sale, or of a template.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ReserveRules {
    /// Whether bidders see them.
    pub display: ReserveDisplay,
}
