//! What proves a lot's log, to people who do not trust us (domain rules §3.10).
//!
//! * Each line of a lot's log is a [`Row`]: a text that anybody can write again. Accepted rows are chained: the hash of
//!   each covers the hash before it, so no accepted bid can be changed, left out or put in later without changing all
//!   that follow. Who bid how much stands in a row as a [`Secret`]'s commitment only; the secret is the bidder's.
//! * The rows of one batch, refused ones too, are the leaves of a Merkle tree ([`Tree`], RFC 6962) whose root is signed
//!   once. A [`Stamp`] is a row's place in that tree with the signature: small enough to travel with every answer. It
//!   proves that we had recorded exactly this row, so a bidder can show that he was not ignored.
//! * A [`Receipt`] is a row, its secret and a stamp: all that is needed to check it.
//! * [`check_chain`] checks a lot's whole published log, [`Chain`] one that is read page by page.
//!
//! What this does not prove by itself: that a log has no later rows than those shown (the newest head must be known from
//! elsewhere: a receipt, a checkpoint), and that everybody is shown the same log. `docs/proof.md` says it in full.
//!
//! To change what a row says, add a version: old rows must hash as they did.
#![deny(missing_docs)]

mod chain;
mod hash;
mod key;
mod receipt;
mod row;
mod secret;
mod stamp;
mod tree;

pub use chain::{Chain, ChainFault, check_chain};
pub use hash::Hash;
pub use key::{KeyError, KeyId, PublicKey, Signer};
pub use receipt::{Receipt, ReceiptFault};
pub use row::{Genesis, Row};
pub use secret::Secret;
pub use stamp::{Stamp, StampError};
pub use tree::{Tree, root_of_path};
