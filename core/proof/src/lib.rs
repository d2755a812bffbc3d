//! What proves a lot's log, to people who do not trust us (domain rules §3.10).
//!
//! * Each line of a lot's log is a [`Row`]: a text that anybody can write again. Accepted rows are chained: the hash of
//!   each covers the hash before it, so no accepted bid can be changed, left out or put in later without changing all
//!   that follow. Who bid how much stands in a row as a [`Secret`]'s commitment only; the secret is the bidder's.
//! * The rows of one batch, refused ones too, are the leaves of a Merkle tree ([`Tree`], RFC 6962) whose root is signed
//!   once. A [`Stamp`] is a row's place in that tree with the signature: small enough to travel with every answer. It
//!   proves that we had recorded exactly this row, so a bidder can show that he was not ignored.
//! * A [`Receipt`] is a row, its secret and a stamp: all that is needed to check it.
//! * [`check_chain`] checks a lot's whole log, [`Chain`] one that is read page by page, [`PublishedLog`] what is published
//!   of a closed lot, with the outages in it. [`Replay`] shows it again, moment by moment.
//! * Once a day the lots' heads and the refused rows become leaves of one tree that only grows ([`Frontier`], [`Plan`]),
//!   and a [`Checkpoint`] of it is signed: then what was a leaf cannot be taken back, and no log loses its end.
//! * [`Evidence`] is all of this for one bid, in one file.
//!
//! What this does not prove by itself: that everybody is shown the same log and the same checkpoints (they must be
//! compared), nor when a checkpoint was made (an authority's time stamp does, which is checked elsewhere). `docs/proof.md` says it in full.
//!
//! To change what a row says, add a version: old rows must hash as they did.
#![deny(missing_docs)]

mod chain;
mod checkpoint;
mod cosign;
mod evidence;
mod gossip;
mod growing;
mod hash;
mod key;
mod published;
mod receipt;
mod replay;
mod row;
mod secret;
mod stamp;
mod submission;
mod tree;

pub use chain::{Chain, ChainFault, check_chain};
pub use checkpoint::{Checkpoint, CheckpointError, SignedCheckpoint, note_key};
pub use cosign::{NoteKey, WitnessFault, may_cosign};
pub use evidence::{Evidence, EvidenceVerdict, Inclusion, TimeStampFile};
pub use gossip::{Consistency, continues};
pub use growing::{Frontier, PartId, Plan, is_beginning};
pub use hash::Hash;
pub use key::{KeyError, KeyId, PublicKey, Signer};
pub use published::{
    INCIDENT_COMMAND, Incident, LogCheck, LogFault, NewTerms, PublishedLog, PublishedRow, TERMS_COMMAND,
    incident_key, terms_key,
};
pub use receipt::{Receipt, ReceiptFault};
pub use replay::{Moment, Replay};
pub use row::{Genesis, Row};
pub use secret::Secret;
pub use stamp::{Stamp, StampError};
pub use submission::Submission;
pub use tree::{Tree, root_of_path};
