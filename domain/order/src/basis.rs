//! What an order rests on.

use serde::{Deserialize, Serialize};

/// What makes a lot a sale: each is another contract, and stands on its own document.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// 落槌成交: the hammer fell at or above the reserve.
    #[default]
    Auction,
    /// 差额内成交: below the reserve, within the gap that the seller had authorised beforehand.
    Gap,
    /// 内部调拨成交: a store of the seller's group took it before it opened, at the shadow price.
    FirstLook,
    /// 议价成交: seller and high bidder agreed after the hammer.
    Negotiation,
    /// 次高价成交: the next bidder took his second chance.
    SecondChance,
}

impl Basis {
    /// All of them.
    pub const ALL: [Basis; 5] =
        [Basis::Auction, Basis::Gap, Basis::FirstLook, Basis::Negotiation, Basis::SecondChance];

    /// `negotiation`: the word in the database and in text keys.
    pub const fn name(self) -> &'static str {
        match self {
            Basis::Auction => "auction",
            Basis::Gap => "gap",
            Basis::FirstLook => "first_look",
            Basis::Negotiation => "negotiation",
            Basis::SecondChance => "second_chance",
        }
    }

    /// The basis of that name.
    pub fn from_name(name: &str) -> Option<Basis> {
        Basis::ALL.into_iter().find(|basis| basis.name() == name)
    }
}
