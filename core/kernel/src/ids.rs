//! Ids: UUIDv7, made by whoever starts the command, so that a repeat is recognised.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                $name(id)
            }
        }
        impl From<$name> for Uuid {
            fn from(id: $name) -> Uuid {
                id.0
            }
        }
        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                self.0.fmt(f)
            }
        }
        impl std::str::FromStr for $name {
            type Err = uuid::Error;
            fn from_str(s: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(s).map($name)
            }
        }
    };
}

id!(/// A car, from intake to hand-over.
    VehicleId);
id!(/// A sale session (场次).
    SaleId);
id!(/// One car offered in one sale (拍品).
    LotId);
id!(/// A dealer company: the buyer entity (买方主体) of every bid of its users.
    DealerId);
id!(/// A person who signs in, of the staff or of a dealer.
    UserId);
id!(/// An order made from a sold lot.
    OrderId);
id!(/// What follows a lot that closed below its reserve (议价).
    NegotiationId);

/// A UUIDv7 from a time and 10 random bytes. The caller brings both: this crate has no clock and no randomness.
pub fn uuid_v7(now_ms: i64, random: [u8; 10]) -> Uuid {
    uuid::Builder::from_unix_timestamp_millis(now_ms.unsigned_abs(), &random).into_uuid()
}

/// The id of something that follows from something else exactly once (an order from a lot):
/// repeating the step makes the same id, so the database's primary key refuses the second one.
pub fn event_id_for(cause: Uuid, what: &str) -> Uuid {
    Uuid::new_v5(&cause, what.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_ids_sort_later() {
        let early = uuid_v7(1_700_000_000_000, [255; 10]);
        let late = uuid_v7(1_700_000_000_001, [0; 10]);
        assert!(early < late);
        assert_eq!(early.get_version_num(), 7);
    }

    #[test]
    fn a_derived_id_is_always_the_same() {
        let lot = uuid_v7(1, [7; 10]);
        assert_eq!(event_id_for(lot, "order"), event_id_for(lot, "order"));
        assert_ne!(event_id_for(lot, "order"), event_id_for(lot, "receivable"));
    }
}
