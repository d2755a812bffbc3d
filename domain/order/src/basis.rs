//! What an order rests on.

use serde::{Deserialize, Serialize};

/// What makes a lot a sale: each is another contract, and stands on its own document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// 落槌成交: the hammer fell at or above the reserve.
    #[default]
    Auction,
    /// 议价成交: seller and high bidder agreed after the hammer.
    Negotiation,
    /// 次高价成交: the next bidder took his second chance.
    SecondChance,
}

impl Basis {
    /// All of them.
    pub const ALL: [Basis; 3] = [Basis::Auction, Basis::Negotiation, Basis::SecondChance];

    /// `negotiation`: the word in the database and in text keys.
    pub const fn name(self) -> &'static str {
        match self {
            Basis::Auction => "auction",
            Basis::Negotiation => "negotiation",
            Basis::SecondChance => "second_chance",
        }
    }

    /// The basis of that name.
    pub fn from_name(name: &str) -> Option<Basis> {
        Basis::ALL.into_iter().find(|basis| basis.name() == name)
    }
}
