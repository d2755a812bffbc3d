//! A lot's whole log.

use serde::Serialize;

use crate::{Genesis, Hash, Row};

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
    /// The price fell although no bid was voided.
    PriceFell {
        /// Where.
        seq: i64,
    },
}

/// Checks the accepted rows of a lot with their recorded hashes, in the order of their numbers. Gives the hash of the
/// newest row (of no rows, the genesis).
pub fn check_chain<'a>(
    genesis: &Genesis,
    rows: impl IntoIterator<Item = (&'a Row, Hash)>,
) -> Result<Hash, ChainFault> {
    let mut before = genesis.hash();
    let mut price = None;
    for ((row, recorded), seq) in rows.into_iter().zip(1..) {
        if row.lot_id != genesis.lot_id {
            return Err(ChainFault::OtherLot { seq });
        }
        if row.seq != Some(seq) {
            return Err(ChainFault::Gap { seq });
        }
        let hash = row.hash(before);
        if hash != recorded {
            return Err(ChainFault::Changed { seq });
        }
        if row.price_fen < price && row.command != "void_bid" {
            return Err(ChainFault::PriceFell { seq });
        }
        (before, price) = (hash, row.price_fen);
    }
    Ok(before)
}
