//! Who has a second chance when the high bidder has failed (domain rules §8): the best of the others who may bid here, and who
//! has nothing to do with him.

use kernel::{DealerId, LotId};
use sqlx::PgConnection;

use crate::Service;
use crate::audience;
use crate::store::lots::{self, LoadedLot};
use crate::store::negotiations::{self as store, NextBidder};

impl Service {
    /// The next bidder of a lot that closed below its reserve.
    pub(super) async fn next_bidder(
        &self,
        conn: &mut PgConnection,
        lot_id: LotId,
    ) -> Result<Option<NextBidder>, sqlx::Error> {
        let Some(lot) = lots::load(conn, lot_id, false).await? else { return Ok(None) };
        let bidders = store::next_bidders(conn, lot_id).await?;
        Ok(bidders.into_iter().find(|next| self.may_follow(&lot, next.dealer_id)))
    }

    /// Whether he may bid here now, by the rules for bids, and is no store of the high bidder's group, whatever the sale says of
    /// sisters: who fails does not get the car for less through another store of his.
    fn may_follow(&self, lot: &LoadedLot, dealer_id: DealerId) -> bool {
        let standing = (self.powers.is_frozen(dealer_id), self.now());
        let bar = audience::bar(&self.dealers, &lot.facts, &lot.state, dealer_id, standing);
        let known = self.dealers.known();
        let group = known.group(dealer_id);
        let is_sister = lot.state.leader.is_some_and(|leader| {
            lot.state.are_sisters(leader.dealer_id, dealer_id)
                || group.is_some() && known.group(leader.dealer_id) == group
        });
        bar.is_none() && !is_sister
    }
}
