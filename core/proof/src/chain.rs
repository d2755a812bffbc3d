//! A lot's whole log.

use kernel::{Fen, LotId};
use serde::Serialize;

use crate::{Genesis, Hash, Row};

/// Commands after which the price may be lower: a bid is taken back, or after the hammer the lot goes to the next bidder.
const FALLS: [&str; 2] = ["void_bid", "settle"];

/// What is wrong with a log, and at which row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "fault", rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ChainFault {
    /// A row of another lot.
    OtherLot {
        /// The number that the row should have.
        seq: i64,
    },
    /// The numbers do not run from 1 without a gap.
    Gap {
        /// The number that is missing.
        seq: i64,
    },
    /// The row does not give the hash that was recorded.
    Changed {
        /// Its number.
        seq: i64,
    },
    /// The price fell although no bid was voided, nor the lot settled with the next bidder.
    PriceFell {
        /// Where.
        seq: i64,
    },
}

impl ChainFault {
    /// At which number.
    pub const fn seq(self) -> i64 {
        match self {
            ChainFault::OtherLot { seq }
            | ChainFault::Gap { seq }
            | ChainFault::Changed { seq }
            | ChainFault::PriceFell { seq } => seq,
        }
    }

    /// What, in a word.
    pub const fn word(self) -> &'static str {
        match self {
            ChainFault::OtherLot { .. } => "other_lot",
            ChainFault::Gap { .. } => "gap",
            ChainFault::Changed { .. } => "changed",
            ChainFault::PriceFell { .. } => "price_fell",
        }
    }
}

/// A lot's chain as far as it has been checked. Takes the accepted rows one by one: a log may be longer than memory.
#[derive(Clone, Debug)]
pub struct Chain {
    lot_id: LotId,
    head: Hash,
    seq: i64,
    price_fen: Option<Fen>,
}

impl Chain {
    /// Before the first row.
    pub fn new(genesis: &Genesis) -> Chain {
        Chain { lot_id: genesis.lot_id, head: genesis.hash(), seq: 0, price_fen: None }
    }

    /// The hash of the newest row; at the beginning that of the genesis.
    pub fn head(&self) -> Hash {
        self.head
    }

    /// The number of the newest row.
    pub fn seq(&self) -> i64 {
        self.seq
    }

    /// Checks the next row against its recorded hash, and goes on from it if it holds.
    pub fn push(&mut self, row: &Row, recorded: Hash) -> Result<(), ChainFault> {
        let seq = self.seq + 1;
        if row.lot_id != self.lot_id {
            return Err(ChainFault::OtherLot { seq });
        }
        if row.seq != Some(seq) {
            return Err(ChainFault::Gap { seq });
        }
        if row.hash(self.head) != recorded {
            return Err(ChainFault::Changed { seq });
        }
        if row.price_fen < self.price_fen && !FALLS.contains(&row.command.as_str()) {
            return Err(ChainFault::PriceFell { seq });
        }
        (self.head, self.seq, self.price_fen) = (recorded, seq, row.price_fen);
        Ok(())
    }
}

/// Checks the accepted rows of a lot with their recorded hashes, in the order of their numbers. Gives the hash of the
/// newest row (of no rows, the genesis).
pub fn check_chain<'a>(
    genesis: &Genesis,
    rows: impl IntoIterator<Item = (&'a Row, Hash)>,
) -> Result<Hash, ChainFault> {
    let mut chain = Chain::new(genesis);
    for (row, recorded) in rows {
        chain.push(row, recorded)?;
    }
    Ok(chain.head())
}
