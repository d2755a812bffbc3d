//! A person keeps an eye on a lot, or no longer.

use kernel::{LotId, Principal, Problem};
use platform_db::CommandError;

use crate::Service;
use crate::store::{lots, watch};

impl Service {
    /// Puts a lot on this person's watch list (关注), or takes it off. Repeats change nothing.
    ///
    /// # Errors
    /// `NOT_FOUND` for an unknown lot, and for one that this person may not see.
    pub async fn watch_lot(&self, who: &Principal, lot_id: LotId, watched: bool) -> Result<(), CommandError> {
        if !lots::is_visible(&self.db, who.dealer().map(|seat| seat.dealer_id), lot_id).await? {
            return Err(Problem::not_found().into());
        }
        let is_known = match watched {
            true => watch::begin(&self.db, who.user_id, lot_id).await?,
            false => watch::end(&self.db, who.user_id, lot_id).await?,
        };
        if is_known { Ok(()) } else { Err(Problem::not_found().into()) }
    }
}
