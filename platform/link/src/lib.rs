//! A connection between two processes of one database.
//!
//! * Both ends prove that they have the key of the database before anything is sent ([`handshake`](connect)). Nobody
//!   else is listened to, and nobody else is told a bid. What follows is neither encrypted nor signed: the processes and
//!   their PostgreSQL stand in one network.
//! * Then each sends frames: bytes with their length before them. An empty one says "still here".
//! * Nothing waits longer than [`SILENCE`]: an end that does not read, or that says nothing, is as good as gone. Who uses
//!   a link has another way to do what it sent over it.
//!
//! Another order of bytes, or other meaning of frames, is another [`Key::of`] purpose: ends of two versions then do not
//! know each other, and do without.
#![deny(missing_docs)]

mod frames;
mod handshake;
mod key;

use std::io;
use std::time::Duration;

pub use frames::{FRAME_MAX, Reader, Writer};
pub use handshake::{accept, connect};
pub use key::Key;

/// So long an end may say nothing, or not take what is sent to it. It says "still here" four times as often.
pub const SILENCE: Duration = Duration::from_secs(1);
/// How often an end that has nothing to say should say that.
pub const STILL_HERE: Duration = Duration::from_millis(250);

/// Why there is no link, or no longer.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// The network, or the process at the other end.
    #[error("the connection broke")]
    Broken(#[from] io::Error),
    /// The other end is stopped, or too busy.
    #[error("the other end says nothing")]
    Silent,
    /// The other end has another key, or another version.
    #[error("the other end does not have the key")]
    Stranger,
    /// The other end sends what nobody may.
    #[error("a frame of {0} bytes")]
    TooLong(usize),
}
