//! Which news goes out to a person's browsers, beside the bell: by topic, and not of cars that he wants to be left alone with.

use kernel::{FieldProblem, LotId, Principal, Problem, ProblemKind, UnixMs};
use platform_db::CommandError;
use serde_json::json;

use crate::Service;
use crate::inbox::{ENDING_LEADS_MIN, Topic};
use crate::store::{alerts, lots, push_choices};

/// So many cars that are not over yet a person can mute: all of them are shown, and can be unmuted.
pub const MUTED_LOTS_MAX: i64 = 100;

/// A car that a person wants to be left alone with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MutedLot {
    /// The lot.
    pub lot_id: LotId,
    /// Its title.
    pub title: String,
    /// Since when.
    pub muted_at: UnixMs,
}

impl Service {
    /// The topics whose news goes out to this person's browsers, as far as he wants to hear of them at all.
    ///
    /// # Errors
    /// Only the database's.
    pub async fn pushed_topics(&self, who: &Principal) -> Result<Vec<Topic>, CommandError> {
        let kept_in = push_choices::kept_in(&self.db, who.user_id).await?;
        Ok(Topic::ALL.into_iter().filter(|topic| !kept_in.iter().any(|name| name == topic.name())).collect())
    }

    /// Keeps what this person wants to hear of, and what of it goes out to his browsers. Repeats change nothing.
    ///
    /// # Errors
    /// As [`Service::choose_alerts`].
    pub async fn choose_alerts_and_pushes(
        &self,
        who: &Principal,
        wanted: &[Topic],
        pushed: &[Topic],
        lead_min: i16,
    ) -> Result<(), CommandError> {
        if !ENDING_LEADS_MIN.contains(&lead_min) {
            return Err(Problem::fields(vec![FieldProblem::new("lead", "OUT_OF_RANGE")]).into());
        }
        let mut tx = self.db.begin().await?;
        alerts::choose(&mut tx, who.user_id, wanted, lead_min).await?;
        push_choices::choose(&mut tx, who.user_id, pushed).await?;
        Ok(tx.commit().await?)
    }

    /// Leaves this person alone with a lot, or no longer: how he stands on it is at the bell only, what waits already too. How it
    /// ended, and what it asks of him, goes out all the same. Repeats change nothing.
    ///
    /// # Errors
    /// `NOT_FOUND` for an unknown lot, and for one that this person may not see; `TOO_MANY_MUTED`.
    pub async fn mute_lot(&self, who: &Principal, lot_id: LotId, muted: bool) -> Result<(), CommandError> {
        if !lots::is_visible(&self.db, who.dealer().map(|seat| seat.dealer_id), lot_id).await? {
            return Err(Problem::not_found().into());
        }
        if !muted {
            return Ok(push_choices::unmute(&self.db, who.user_id, lot_id).await?);
        }
        match push_choices::mute(&self.db, who.user_id, lot_id, MUTED_LOTS_MAX).await? {
            true => Ok(()),
            false => Err(Problem::new(ProblemKind::Conflict, "TOO_MANY_MUTED")
                .with(json!({ "most": MUTED_LOTS_MAX }))
                .into()),
        }
    }

    /// The lots that this person is left alone with and that are not over, the newest first.
    ///
    /// # Errors
    /// Only the database's.
    pub async fn muted_lots(&self, who: &Principal) -> Result<Vec<MutedLot>, CommandError> {
        Ok(push_choices::muted(&self.db, who.user_id, MUTED_LOTS_MAX).await?)
    }
}
