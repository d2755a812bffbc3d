//! Leaving, on purpose.

use kernel::Principal;
use platform_db::CommandError;
use tower_sessions_core::session::Id;

use crate::session_store::id_hash;
use crate::sign_in::note;
use crate::{Service, store};

impl Service {
    /// Ends this session and notes it. A session that is over already is fine.
    pub async fn sign_out(&self, who: &Principal, session: Id) -> Result<(), CommandError> {
        let mut tx = self.db.begin().await?;
        store::sessions::delete(&mut tx, &id_hash(&session)).await?;
        note(&mut tx, who, "signed_out", self.clock.now()).await?;
        store::revocations::add(&mut tx, who.user_id.0).await?;
        tx.commit().await?;
        self.revocations.tell(who.user_id);
        tracing::info!(user.id = %who.user_id, "signed out");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::test_support::World;

    #[tokio::test]
    async fn ends_this_session_and_no_other() {
        let world = World::new().await;
        let who = world.dealer_user("远行二手车", "yuanxing").await;
        let (phone, desk) = (world.session(&who).await, world.session(&who).await);
        for _ in 0..2 {
            world.service.sign_out(&who, phone).await.unwrap();
        }
        assert!(world.service.principal_for_session(phone).await.unwrap().is_none());
        assert!(world.service.principal_for_session(desk).await.unwrap().is_some());
        assert_eq!(world.service.user(&who, who.user_id).await.unwrap().trail[0].what, "signed_out");
    }
}
