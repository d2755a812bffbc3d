//! Staff look at a car's secret reserve (domain rules §3.5): only who sets prices or runs sales, only after asking, and each
//! look is written down.

use kernel::{Fen, Principal, Problem, Role, UnixMs, VehicleId};
use platform_db::CommandError;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::actor::Actor;
use crate::{Service, store};

/// So long a page may show it after it was asked for; whoever comes later asks again.
const SHOWN_MS: i64 = 10 * 60 * 1000;
/// So many looks a page shows.
pub(crate) const SHOWN: i64 = 50;
/// Who sets prices or runs sales.
const LOOKERS: [Role; 2] = [Role::Pricing, Role::Auctioneer];

/// The reserve of one of a car's prices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reserve {
    /// The price's version.
    pub version: i32,
    /// Its reserve; none where it has none.
    pub reserve_fen: Option<Fen>,
}

/// Somebody looked at a reserve.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reveal {
    /// Who.
    pub by_name: String,
    /// When.
    pub at: UnixMs,
}

impl Service {
    /// Writes down that this person looks at the car's reserve. From then on, for ten minutes,
    /// [`Service::revealed_reserves`] tells it to him under this key. A repeat is one look.
    ///
    /// # Errors
    /// `FORBIDDEN`, `NOT_FOUND`.
    pub async fn reveal_reserve(
        &self,
        who: &Principal,
        key: Uuid,
        id: VehicleId,
    ) -> Result<(), CommandError> {
        Actor::permitted(who, &LOOKERS)?;
        match store::reveals::insert(&self.db, key, id, who, self.clock.now()).await? {
            true => Ok(()),
            false => Err(Problem::not_found().into()),
        }
    }

    /// What this person asked to see under this key, the newest price first; empty where he has not, or not lately.
    pub async fn revealed_reserves(
        &self,
        who: &Principal,
        key: Uuid,
        id: VehicleId,
    ) -> Result<Vec<Reserve>, CommandError> {
        if Actor::permitted(who, &LOOKERS).is_err() {
            return Ok(Vec::new());
        }
        let since = self.clock.now().plus_ms(-SHOWN_MS);
        Ok(store::reveals::seen(&self.db, key, (id, who.user_id), since).await?)
    }
}

/// What a line of the trail tells by itself: that there is a reserve, not how much.
pub(crate) fn without_reserve(mut data: Value) -> Value {
    if let Some(fields) = data.as_object_mut()
        && let Some(reserve) = fields.remove("reserve_fen")
    {
        fields.insert("has_reserve".to_owned(), json!(!reserve.is_null()));
    }
    data
}
