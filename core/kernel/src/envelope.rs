//! The envelope in which every event travels between services.

use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::Value;
use uuid::Uuid;

use crate::UnixMs;

/// A type of event: its name in the trade's past tense, its version, and its data.
///
/// A new version is additive; a change that is not gets a new `VERSION`, and both are read for a while.
pub trait EventType: Serialize + DeserializeOwned {
    /// `AuctionCompleted`.
    const NAME: &'static str;
    /// From 1.
    const VERSION: u16;
    /// The service that owns the event: `auction`.
    const SERVICE: &'static str;
}

/// An event with everything a consumer needs to use it exactly once and to tell where it came from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Envelope {
    /// Unique; the consumers' inbox knows it.
    pub id: Uuid,
    /// The name of the event type.
    pub r#type: String,
    /// The version of its data.
    pub version: u16,
    /// When it happened.
    pub occurred_at: UnixMs,
    /// Who published it.
    pub service: String,
    /// The record it happened to: a lot, a car, an order.
    pub aggregate: Uuid,
    /// Counts the aggregate's events; consumers handle one aggregate's events in this order.
    pub aggregate_seq: i64,
    /// The same for everything that came of one command.
    pub correlation_id: Uuid,
    /// The event that caused this one, if one did.
    pub causation_id: Option<Uuid>,
    /// Who did it: `user:<id>`, or `system:<what>`.
    pub actor: String,
    /// The data, as the type and version say.
    pub data: Value,
}

impl Envelope {
    /// Reads the data as `E`, if this is that type and version.
    pub fn read<E: EventType>(&self) -> Option<Result<E, serde_json::Error>> {
        (self.r#type == E::NAME && self.version == E::VERSION)
            .then(|| serde_json::from_value(self.data.clone()))
    }
}
