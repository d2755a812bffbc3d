//! Leaving, on purpose.

use kernel::Principal;
use platform_db::CommandError;
use tower_sessions_core::session::Id;
use uuid::Uuid;

use crate::events::{SignedOut, tell_signed_out};
use crate::session_store::id_hash;
use crate::sign_in::note;
use crate::{Service, store};

impl Service {
    /// Ends this session and notes it. A session that is over already is fine. `device` is the name under which this browser is
    /// told news, if it is.
    pub async fn sign_out(
        &self,
        who: &Principal,
        session: Id,
        device: Option<Uuid>,
    ) -> Result<(), CommandError> {
        let at = self.clock.now();
        let mut tx = self.db.begin().await?;
        store::sessions::delete(&mut tx, &id_hash(&session)).await?;
        note(&mut tx, who, "signed_out", at).await?;
        if device.is_some() {
            let left = SignedOut { user_id: who.user_id, device_id: device, elsewhere: false };
            tell_signed_out(&mut tx, who, &left, at).await?;
        }
        store::revocations::add(&mut tx, who.user_id.0).await?;
        tx.commit().await?;
        self.revocations.tell(who.user_id);
        tracing::info!(user.id = %who.user_id, "signed out");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use crate::test_support::World;

    #[tokio::test]
    async fn ends_this_session_and_no_other() {
        let world = World::new().await;
        let who = world.dealer_user("远行二手车", "yuanxing").await;
        let (phone, desk) = (world.session(&who).await, world.session(&who).await);
        for _ in 0..2 {
            world.service.sign_out(&who, phone, None).await.unwrap();
        }
        assert!(world.events("SignedOut").await.is_empty(), "nobody is told anything there");
        assert!(world.service.principal_for_session(phone).await.unwrap().is_none());
        assert!(world.service.principal_for_session(desk).await.unwrap().is_some());
        assert_eq!(world.service.user(&who, who.user_id).await.unwrap().trail[0].what, "signed_out");
    }

    #[tokio::test]
    async fn leaving_a_browser_that_is_told_news_is_told() {
        let world = World::new().await;
        let who = world.dealer_user("远行二手车", "yuanxing").await;
        let (phone, device) = (world.session(&who).await, Uuid::now_v7());
        world.service.sign_out(&who, phone, Some(device)).await.unwrap();
        let told = world.events("SignedOut").await;
        let data = json!({ "user_id": who.user_id, "device_id": device, "elsewhere": false });
        assert_eq!(told.iter().map(|it| &it["data"]).collect::<Vec<_>>(), [&data]);
    }
}
