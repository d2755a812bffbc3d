//! Where a person is signed in, and ending that everywhere else.

use kernel::{Principal, UnixMs};
use platform_db::{CommandError, from_sql};
use tower_sessions_core::session::Id;
use uuid::Uuid;

use crate::events::{SignedOut, tell_signed_out};
use crate::session_store::id_hash;
use crate::sign_in::note;
use crate::{Service, store};

/// The member of a session's data that holds the browser's name of itself.
const AGENT: &str = "agent";
/// The member that holds the address at sign-in.
const ADDRESS: &str = "address";

/// A place where a person is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionRow {
    /// Whether it is the one that asks.
    pub is_this_one: bool,
    /// What the browser says it is.
    pub agent: String,
    /// The address at sign-in.
    pub address: String,
    /// For which other store of the person's group it acts; none for the person's own.
    pub store_name: Option<String>,
    /// Since when.
    pub since: UnixMs,
    /// When it was used last, within some minutes.
    pub seen_at: UnixMs,
}

impl Service {
    /// The places where this person is signed in, the latest used first.
    pub async fn sessions(&self, who: &Principal, this: Option<Id>) -> Result<Vec<SessionRow>, CommandError> {
        let mut conn = self.db.acquire().await?;
        let listed = store::sessions::of_user(&mut conn, who.user_id.0, self.clock.now()).await?;
        let this = this.map(|id| id_hash(&id));
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        Ok(listed
            .into_iter()
            .map(|row| SessionRow {
                is_this_one: this.is_some_and(|this| this[..] == row.id_hash[..]),
                agent: text(&row.data[AGENT]),
                address: text(&row.data[ADDRESS]),
                store_name: row.store_name,
                since: from_sql(row.created_at),
                seen_at: from_sql(row.seen_at),
            })
            .collect())
    }

    /// Ends all of a person's sessions but this one. Returns how many. `device` is the name under which this browser is told news,
    /// if it is: no other is from then on, also where the session had ended by itself.
    pub async fn sign_out_elsewhere(
        &self,
        who: &Principal,
        this: Option<Id>,
        device: Option<Uuid>,
    ) -> Result<u64, CommandError> {
        let at = self.clock.now();
        let mut tx = self.db.begin().await?;
        let keep = this.map(|id| id_hash(&id));
        let ended =
            store::sessions::delete_of_user(&mut tx, who.user_id.0, keep.as_ref().map(|hash| &hash[..]))
                .await?;
        if ended > 0 {
            note(&mut tx, who, "signed_out_elsewhere", at).await?;
            store::revocations::add(&mut tx, who.user_id.0).await?;
        }
        let left = SignedOut { user_id: who.user_id, device_id: device, elsewhere: true };
        tell_signed_out(&mut tx, who, &left, at).await?;
        tx.commit().await?;
        self.revocations.tell(who.user_id);
        Ok(ended)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use crate::test_support::World;

    #[tokio::test]
    async fn says_for_which_store_each_acts() {
        let world = World::new().await;
        let (who, other_store) = world.group_of_two_given().await;
        let (home, away) = (world.session(&who).await, world.session(&who).await);
        world.choose(&who, away, other_store).await;
        let rows = world.service.sessions(&who, Some(home)).await.unwrap();
        let store_of = |is_this_one: bool| {
            let row = rows.iter().find(|row| row.is_this_one == is_this_one).unwrap();
            row.store_name.as_deref()
        };
        assert_eq!((store_of(true), store_of(false).is_some()), (None, true), "{rows:?}");
    }

    #[tokio::test]
    async fn lists_ones_own_and_ends_the_others() {
        let world = World::new().await;
        let who = world.dealer_user("远行二手车", "yuanxing").await;
        let stranger = world.dealer_user("恒信车业", "hengxin").await;
        let (phone, desk) = (world.session(&who).await, world.session(&who).await);
        let theirs = world.session(&stranger).await;
        let rows = world.service.sessions(&who, Some(desk)).await.unwrap();
        assert_eq!((rows.len(), rows.iter().filter(|row| row.is_this_one).count()), (2, 1));
        let device = Some(Uuid::now_v7());
        assert_eq!(world.service.sign_out_elsewhere(&who, Some(desk), device).await.unwrap(), 1);
        assert_eq!(world.service.sign_out_elsewhere(&who, Some(desk), device).await.unwrap(), 0);
        let told = world.events("SignedOut").await;
        let data = json!({ "user_id": who.user_id, "device_id": device, "elsewhere": true });
        assert_eq!(told[0]["data"], data);
        assert!(world.service.principal_for_session(phone).await.unwrap().is_none());
        assert!(world.service.principal_for_session(desk).await.unwrap().is_some());
        assert!(world.service.principal_for_session(theirs).await.unwrap().is_some());
    }
}
