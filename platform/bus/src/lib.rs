//! Events between services: at least once on the way, exactly once in effect.
//!
//! 1. A command writes its change and [`publish`]es its events in one transaction: the events are rows of the
//!    service's `outbox`.
//! 2. The relay ([`Bus`]) takes rows from the outbox, puts each into the `inbox` of every service that
//!    [`Consumer::handles`] its type, and only then removes it. (The broker of a cluster takes the place of this
//!    step; the tables stay the same.)
//! 3. The consumer's worker handles an inbox row and marks it done in one transaction. A failure is tried again
//!    with growing pauses; after [`MAX_ATTEMPTS`] the row is a dead letter, which an operator can read and
//!    [`dead::replay`].
//!
//! Events of one aggregate are handled in the order of `aggregate_seq`; a dead letter does not hold up the rest.
//!
//! To consume one more event: add its name to the service's `Consumer::handles` and a branch to `handle`.
#![deny(missing_docs)]

pub mod dead;
mod inbox;
mod outbox;
mod relay;
mod under_way;

use async_trait::async_trait;
use kernel::{Envelope, EventType};
use platform_db::CommandError;
use sqlx::PgConnection;

pub use inbox::MAX_ATTEMPTS;
pub use outbox::{Meta, envelope, publish, publish_all};
pub use relay::{Bus, Member};

/// What a service does with other services' events.
#[async_trait]
pub trait Consumer: Send + Sync + 'static {
    /// The names of the event types it wants.
    fn handles(&self) -> &'static [&'static str];

    /// Those of them that come by the thousand and whose effects nobody waits for: many of them are handled in one
    /// transaction. When one fails, all of that transaction are handled again, each in its own.
    fn in_bulk(&self) -> &'static [&'static str] {
        &[]
    }

    /// The effect, on a connection that is inside the inbox row's transaction. An error undoes it all; the event
    /// comes again later. Reading an unknown version is an error, so that it waits for a newer server.
    async fn handle(&self, conn: &mut PgConnection, event: &Envelope) -> Result<(), CommandError>;
}

/// Reads an event as `E`.
///
/// # Errors
/// Another type or version, and what does not read as one: the message waits for a server that knows it.
pub fn read<E: EventType>(event: &Envelope) -> Result<E, CommandError> {
    match event.read::<E>() {
        Some(Ok(data)) => Ok(data),
        Some(Err(error)) => {
            Err(CommandError::Inconsistent(format!("{} {}: {error}", event.r#type, event.version)))
        }
        None => Err(CommandError::Inconsistent(format!(
            "{} version {} is not known here; version {} is",
            event.r#type,
            event.version,
            E::VERSION
        ))),
    }
}
