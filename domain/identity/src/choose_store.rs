//! For which store of the group a session acts from now on. The choice is the session's: two browsers of one person act for two
//! stores, and a token acts for the own one.

use kernel::{DealerId, Principal, Problem};
use platform_db::CommandError;
use serde_json::json;
use tower_sessions_core::session::Id;
use uuid::Uuid;

use crate::session_store::id_hash;
use crate::store::{dealers, user_stores, users};
use crate::trail::{NewLine, key_used};
use crate::{Service, store};

/// The store.
#[derive(Clone, Copy, Debug)]
pub struct ChooseStore {
    /// The command's id. A form that is sent again later, after another choice, is refused and does not bring its own back.
    pub key: Uuid,
    /// The store: the own one, or one that was given.
    pub store_id: DealerId,
}

impl Service {
    /// Chooses. Open sockets of the session hear that its standing changed.
    ///
    /// # Errors
    /// `NOT_FOUND` for what the person may not act for. `KEY_USED` where the same form comes again after another choice.
    pub async fn choose_store(
        &self,
        who: &Principal,
        session: Id,
        input: ChooseStore,
    ) -> Result<(), CommandError> {
        let at = self.clock.now();
        let mut tx = self.db.begin().await?;
        let dealer = dealers::lock(&mut tx, input.store_id.0).await?.ok_or_else(Problem::not_found)?;
        let user = users::lock(&mut tx, who.user_id.0).await?.ok_or_else(Problem::not_found)?;
        let hash = id_hash(&session);
        if let Some(line) = store::trail::known_of_user(&mut tx, input.key).await? {
            let same =
                line.repeats(user.id, "store_chosen") && line.data["store_id"] == json!(input.store_id);
            let acts_for = store::sessions::acts_for(&mut tx, &hash, user.id).await?;
            return if same && acts_for == Some(input.store_id.0) { Ok(()) } else { Err(key_used().into()) };
        }
        let chosen = match user.dealer_id == Some(input.store_id.0) {
            true => None,
            false => {
                let held = user_stores::lock(&mut tx, user.id, input.store_id.0).await?;
                Some(held.ok_or_else(Problem::not_found)?.store_id)
            }
        };
        if !store::sessions::set_store(&mut tx, &hash, user.id, chosen).await? {
            return Err(Problem::not_found().into());
        }
        let data = json!({ "name": dealer.name, "store_id": dealer.id });
        let line = NewLine { id: input.key, of: user.id, what: "store_chosen", who, at, why: None, data };
        store::trail::add_to_user(&mut tx, line).await?;
        store::revocations::add(&mut tx, user.id).await?;
        tx.commit().await?;
        self.revocations.tell(who.user_id);
        tracing::info!(user.id = %user.id, dealer.id = %dealer.id, "store chosen");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use tower_sessions_core::SessionStore as _;

    use super::*;
    use crate::test_support::{World, code};

    #[tokio::test]
    async fn two_sessions_act_for_two_stores_and_a_token_for_the_own_one() {
        let world = World::new().await;
        let (who, other) = world.group_of_two_given().await;
        let own = who.dealer().unwrap().dealer_id;
        let (phone, desk, token) =
            (world.session(&who).await, world.session(&who).await, world.token(&who).await);
        let mut socket = world.service.listen_for_revocation(who.user_id);
        world.choose(&who, phone, other).await;
        assert!(socket.has_changed());
        let on = async |session| world.service.principal_for_session(session).await.unwrap().unwrap();
        let (on_phone, on_desk) = (on(phone).await, on(desk).await);
        let seat = on_phone.principal.dealer().unwrap();
        assert_eq!((seat.dealer_id, seat.dealer_name.as_str(), seat.is_owner), (other, "二店", false));
        assert_eq!(on_phone.principal.user_id, who.user_id, "it is still this person who did it");
        assert_eq!(on_desk.principal, who);
        let stores: Vec<_> = on_desk.stores.iter().map(|store| store.id).collect();
        assert_eq!((stores, on_phone.stores), (vec![own, other], on_desk.stores));
        let by_token = world.service.principal_for_token(&token).await.unwrap().unwrap();
        assert_eq!((by_token.principal, by_token.stores), (who.clone(), Vec::new()));
        let trail = world.service.user(&who, who.user_id).await.unwrap().trail;
        assert_eq!((trail[0].what.as_str(), trail[0].data["name"].as_str()), ("store_chosen", Some("二店")));
    }

    #[tokio::test]
    async fn a_form_sent_again_later_brings_no_old_choice_back() {
        let world = World::new().await;
        let (who, other) = world.group_of_two_given().await;
        let session = world.session(&who).await;
        let first = ChooseStore { key: Uuid::now_v7(), store_id: other };
        for _ in 0..2 {
            world.service.choose_store(&who, session, first).await.unwrap();
        }
        let own = who.dealer().unwrap().dealer_id;
        world.choose(&who, session, own).await;
        assert_eq!(code(world.service.choose_store(&who, session, first).await), "KEY_USED");
        let found = world.service.principal_for_session(session).await.unwrap().unwrap();
        assert_eq!(found.principal, who);
        let other_store = ChooseStore { store_id: own, ..first };
        assert_eq!(code(world.service.choose_store(&who, session, other_store).await), "KEY_USED");
    }

    #[tokio::test]
    async fn a_session_that_was_read_before_does_not_bring_the_old_choice_back() {
        let world = World::new().await;
        let (who, other) = world.group_of_two_given().await;
        let session = world.session(&who).await;
        let sessions = world.service.session_store();
        let read_before = sessions.load(&session).await.unwrap().unwrap();
        world.choose(&who, session, other).await;
        sessions.save(&read_before).await.unwrap();
        let found = world.service.principal_for_session(session).await.unwrap().unwrap();
        assert_eq!(found.principal.dealer().unwrap().dealer_id, other);
    }

    #[tokio::test]
    async fn nobody_chooses_what_was_not_given_and_nobody_for_anothers_session() {
        let world = World::new().await;
        let (who, other) = world.group_of_two().await;
        let stranger = world.dealer_user("恒信车业", "hengxin").await;
        let (mine, theirs) = (world.session(&who).await, world.session(&stranger).await);
        let choice = |store_id| ChooseStore { key: Uuid::now_v7(), store_id };
        let foreign = stranger.dealer().unwrap().dealer_id;
        for store_id in [other, foreign] {
            assert_eq!(code(world.service.choose_store(&who, mine, choice(store_id)).await), "NOT_FOUND");
        }
        let own = who.dealer().unwrap().dealer_id;
        assert_eq!(code(world.service.choose_store(&who, theirs, choice(own)).await), "NOT_FOUND");
    }
}
