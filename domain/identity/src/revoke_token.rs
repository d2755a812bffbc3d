//! A token that works no more.

use kernel::{Principal, Problem};
use platform_db::CommandError;
use serde_json::json;
use uuid::Uuid;

use crate::trail::NewLine;
use crate::{Service, store};

/// Which token.
#[derive(Clone, Copy, Debug)]
pub struct RevokeToken {
    /// The command's id.
    pub key: Uuid,
    /// The token, one of the person's own.
    pub token_id: Uuid,
}

impl Service {
    /// Revokes one of a person's own tokens; one that is revoked already is fine.
    pub async fn revoke_token(&self, who: &Principal, input: RevokeToken) -> Result<(), CommandError> {
        let at = self.clock.now();
        let mut tx = self.db.begin().await?;
        let Some(name) = store::tokens::revoke(&mut tx, input.token_id, who.user_id.0, at).await? else {
            let known = store::tokens::belongs(&mut tx, input.token_id, who.user_id.0).await?;
            return if known { Ok(()) } else { Err(Problem::not_found().into()) };
        };
        let data = json!({ "name": name });
        let line =
            NewLine { id: input.key, of: who.user_id.0, what: "token_revoked", who, at, why: None, data };
        store::trail::add_to_user(&mut tx, line).await?;
        store::revocations::add(&mut tx, who.user_id.0).await?;
        tx.commit().await?;
        self.revocations.tell(who.user_id);
        tracing::info!(token.id = %input.token_id, "API token revoked");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{World, code};

    #[tokio::test]
    async fn only_the_owner_revokes_and_twice_is_once() {
        let world = World::new().await;
        let who = world.dealer_user("远行二手车", "yuanxing").await;
        let stranger = world.dealer_user("恒信车业", "hengxin").await;
        let secret = world.token(&who).await;
        let token_id = world.service.tokens(&who).await.unwrap()[0].id;
        let revoke = RevokeToken { key: Uuid::now_v7(), token_id };
        assert_eq!(code(world.service.revoke_token(&stranger, revoke).await), "NOT_FOUND");
        assert!(world.service.principal_for_token(&secret).await.unwrap().is_some());
        for _ in 0..2 {
            world.service.revoke_token(&who, revoke).await.unwrap();
        }
        assert!(world.service.principal_for_token(&secret).await.unwrap().is_none());
        let lines = world.service.user(&who, who.user_id).await.unwrap().trail;
        assert_eq!(lines.iter().filter(|line| line.what == "token_revoked").count(), 1);
        let again = RevokeToken { token_id: Uuid::now_v7(), ..revoke };
        assert_eq!(code(world.service.revoke_token(&who, again).await), "NOT_FOUND");
    }
}
