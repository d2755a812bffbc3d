//! A person of a dealer group may act for one more store of it.

use kernel::{DealerId, Principal, Problem, ProblemKind, UserId};
use platform_db::CommandError;
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::field::one;
use crate::store::user_stores::{self, NewRight};
use crate::store::{dealers, users};
use crate::trail::{NewLine, key_used};
use crate::{Service, permit, store};

/// Stores one person may act for besides the own one: each page offers all of them.
const MOST_STORES: i64 = 50;

/// The store and the person.
#[derive(Clone, Debug)]
pub struct GiveStore {
    /// The command's id.
    pub key: Uuid,
    /// The person.
    pub user_id: UserId,
    /// The store, of the same group as the person's own.
    pub store_id: DealerId,
    /// Whether the person manages that store's users as well.
    pub keeps_users: bool,
}

impl Service {
    /// Lets a dealer's user act for one more store of the group. Sales do: whoever owns one store has no say over another.
    ///
    /// # Errors
    /// `FORBIDDEN`, `NOT_FOUND`, `KEY_USED`, `TOO_MANY_STORES`; at the field `store`: `STORE_IS_OWN`, `STORE_GIVEN_ALREADY`,
    /// `STORE_OF_ANOTHER_GROUP`.
    pub async fn give_store(&self, who: &Principal, input: GiveStore) -> Result<(), CommandError> {
        permit::keep_dealers(who)?;
        let at = self.clock.now();
        let mut tx = self.db.begin().await?;
        let (home_id, group, store_name) = self.in_one_group(&mut tx, &input).await?;
        let asked = json!({ "store_id": input.store_id, "keeps_users": input.keeps_users });
        if let Some(line) = store::trail::known_of_user(&mut tx, input.key).await? {
            let same = line.repeats(input.user_id.0, "store_given") && line.data["asked"] == asked;
            return if same { Ok(()) } else { Err(key_used().into()) };
        }
        let Some(group) = group else { return Err(one("store", "STORE_OF_ANOTHER_GROUP").into()) };
        if user_stores::count(&mut tx, input.user_id.0).await? >= MOST_STORES {
            let most = json!({ "most": MOST_STORES });
            return Err(Problem::new(ProblemKind::Conflict, "TOO_MANY_STORES").with(most).into());
        }
        let right = NewRight {
            id: input.key,
            user_id: input.user_id.0,
            home_id,
            store_id: input.store_id.0,
            group: &group,
            keeps_users: input.keeps_users,
        };
        user_stores::insert(&mut tx, &right, who, at).await?;
        let user = users::find(&mut tx, input.user_id.0).await?.ok_or_else(Problem::not_found)?;
        let line = |of, data| NewLine { id: input.key, of, what: "store_given", who, at, why: None, data };
        let data = json!({ "name": store_name, "keeps_users": input.keeps_users, "asked": asked });
        store::trail::add_to_user(&mut tx, line(user.id, data)).await?;
        let data = json!({ "name": user.display_name, "keeps_users": input.keeps_users });
        store::trail::add_to_dealer(&mut tx, line(input.store_id.0, data)).await?;
        tx.commit().await?;
        tracing::info!(user.id = %user.id, dealer.id = %input.store_id, "store given");
        Ok(())
    }

    /// The person's own store, the group that both are in, if they are, and the store's name. Locks stores before people, as all do,
    /// and the stores in the order of their ids: neither leaves the group meanwhile.
    async fn in_one_group(
        &self,
        conn: &mut PgConnection,
        input: &GiveStore,
    ) -> Result<(Uuid, Option<String>, String), CommandError> {
        let user = users::find(conn, input.user_id.0).await?.ok_or_else(Problem::not_found)?;
        let home_id = user.dealer_id.ok_or_else(|| one("store", "DEALER_ONLY"))?;
        if home_id == input.store_id.0 {
            return Err(one("store", "STORE_IS_OWN").into());
        }
        let mut found = Vec::with_capacity(2);
        for id in [home_id.min(input.store_id.0), home_id.max(input.store_id.0)] {
            found.push(dealers::lock(conn, id).await?.ok_or_else(Problem::not_found)?);
        }
        users::lock(conn, user.id).await?.ok_or_else(Problem::not_found)?;
        let in_one = found[0].group_name == found[1].group_name && !found[0].group_name.is_empty();
        let store_name =
            found.iter().find(|it| it.id == input.store_id.0).map(|it| it.name.clone()).unwrap_or_default();
        Ok((home_id, in_one.then(|| found[0].group_name.clone()), store_name))
    }
}

#[cfg(test)]
mod tests {
    use kernel::Role;

    use super::*;
    use crate::test_support::{GROUP, World, code, fields};

    #[tokio::test]
    async fn sales_give_a_store_of_the_same_group_once() {
        let world = World::new().await;
        let (who, other) = world.group_of_two().await;
        let sales = world.staff(&[Role::Sales]).await;
        let command =
            GiveStore { key: Uuid::now_v7(), user_id: who.user_id, store_id: other, keeps_users: true };
        for _ in 0..2 {
            world.service.give_store(&sales, command.clone()).await.unwrap();
        }
        let otherwise = GiveStore { keeps_users: false, ..command.clone() };
        assert_eq!(code(world.service.give_store(&sales, otherwise.clone()).await), "KEY_USED");
        let again = GiveStore { key: Uuid::now_v7(), ..otherwise };
        let refused = fields(world.service.give_store(&sales, again).await);
        assert_eq!(refused, [World::pair(("store", "STORE_GIVEN_ALREADY"))]);

        let stores = world.service.stores_of(&sales, who.user_id).await.unwrap();
        let told: Vec<_> = stores.iter().map(|it| (it.id == other, it.keeps_users, it.is_own)).collect();
        assert_eq!(told, [(false, true, true), (true, true, false)]);
        let trail = world.service.user(&sales, who.user_id).await.unwrap().trail;
        assert_eq!((trail[0].what.as_str(), trail[0].data["name"].as_str()), ("store_given", Some("二店")));
        let dealer = world.service.dealer(&sales, other).await.unwrap();
        assert_eq!(dealer.trail[0].what, "store_given");
        let guest = &dealer.guests[0];
        assert_eq!((guest.user_id, guest.home_name.as_str(), guest.keeps_users), (who.user_id, "一店", true));
        assert_eq!(guest.given_by_name, sales.display_name);
    }

    #[tokio::test]
    async fn no_other_group_no_owner_and_nobody_without_a_group() {
        let world = World::new().await;
        let (who, other) = world.group_of_two().await;
        let sales = world.staff(&[Role::Sales]).await;
        let stranger = world.dealer_user("恒信车业", "hengxin").await;
        let theirs = stranger.dealer().unwrap().dealer_id;
        let give =
            |user_id, store_id| GiveStore { key: Uuid::now_v7(), user_id, store_id, keeps_users: false };
        for wrong in [give(who.user_id, theirs), give(stranger.user_id, other)] {
            let refused = fields(world.service.give_store(&sales, wrong).await);
            assert_eq!(refused, [World::pair(("store", "STORE_OF_ANOTHER_GROUP"))]);
        }
        // without a group nobody is in the group of nobody
        let lone = world.dealer("独立车行").await;
        let refused = fields(world.service.give_store(&sales, give(stranger.user_id, lone)).await);
        assert_eq!(refused, [World::pair(("store", "STORE_OF_ANOTHER_GROUP"))]);
        let own = who.dealer().unwrap().dealer_id;
        let refused = fields(world.service.give_store(&sales, give(who.user_id, own)).await);
        assert_eq!(refused, [World::pair(("store", "STORE_IS_OWN"))]);
        let refused = fields(world.service.give_store(&sales, give(sales.user_id, own)).await);
        assert_eq!(refused, [World::pair(("store", "DEALER_ONLY"))]);
        let finance = world.staff(&[Role::Finance]).await;
        for nobody in [&who, &stranger, &finance] {
            assert_eq!(code(world.service.give_store(nobody, give(who.user_id, other)).await), "FORBIDDEN");
        }
        assert_eq!(world.service.stores_to_give(&sales, who.user_id).await.unwrap().len(), 1);
        assert!(world.service.stores_to_give(&sales, stranger.user_id).await.unwrap().is_empty());
    }

    #[tokio::test]
    async fn the_database_refuses_another_group_by_itself() {
        let world = World::new().await;
        let (who, _) = world.group_of_two().await;
        let (home, stranger) = (who.dealer().unwrap().dealer_id, world.dealer("恒信车业").await);
        let mut conn = world.service.db.acquire().await.unwrap();
        for group in [GROUP, "", "别的集团"] {
            let right = NewRight {
                id: Uuid::now_v7(),
                user_id: who.user_id.0,
                home_id: home.0,
                store_id: stranger.0,
                group,
                keeps_users: false,
            };
            let refused = user_stores::insert(&mut conn, &right, &who, world.now()).await;
            assert_eq!(fields(refused), [World::pair(("store", "STORE_OF_ANOTHER_GROUP"))], "{group}");
        }
    }
}
