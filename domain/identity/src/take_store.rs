//! A person may act no more for a store of the group: it was taken back, or one of the two stores left the group.

use kernel::{DealerId, Principal, Problem, ProblemKind, UnixMs, UserId};
use platform_db::CommandError;
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::field::Fields;
use crate::store::user_stores::{self, Held};
use crate::store::{dealers, users};
use crate::trail::{NewLine, key_used};
use crate::{Service, permit, store};

/// The store and the person.
#[derive(Clone, Debug)]
pub struct TakeStore {
    /// The command's id.
    pub key: Uuid,
    /// The person.
    pub user_id: UserId,
    /// The store.
    pub store_id: DealerId,
    /// Why.
    pub why: String,
}

/// What is written into the trails of both.
struct Taking<'a> {
    /// `store_taken`, or `store_left` where a store left the group.
    what: &'a str,
    why: &'a str,
    who: &'a Principal,
    at: UnixMs,
}

impl Service {
    /// Takes a store back. Sales do, and who manages that store's users: it is that company which is bound. Sessions that act for it
    /// end at once, with their sockets.
    ///
    /// # Errors
    /// `NOT_FOUND`, `FORBIDDEN`, `INVALID_FIELDS`, `KEY_USED`, `OWN_ACCESS`.
    pub async fn take_store(&self, who: &Principal, input: TakeStore) -> Result<(), CommandError> {
        permit::keep_users_of(who, input.store_id)?;
        let mut fields = Fields::default();
        let why = fields.text("why", &input.why, 2, 200);
        fields.done()?;
        if who.user_id == input.user_id {
            return Err(Problem::new(ProblemKind::Conflict, "OWN_ACCESS").into());
        }
        let mut tx = self.db.begin().await?;
        dealers::lock(&mut tx, input.store_id.0).await?.ok_or_else(Problem::not_found)?;
        users::lock(&mut tx, input.user_id.0).await?.ok_or_else(Problem::not_found)?;
        if let Some(line) = store::trail::known_of_user(&mut tx, input.key).await? {
            let same = line.repeats(input.user_id.0, "store_taken")
                && line.data["store_id"] == json!(input.store_id);
            return if same { Ok(()) } else { Err(key_used().into()) };
        }
        let held = user_stores::lock(&mut tx, input.user_id.0, input.store_id.0).await?;
        let held = held.ok_or_else(Problem::not_found)?;
        let taking = Taking { what: "store_taken", why: &why, who, at: self.clock.now() };
        take(&mut tx, input.key, &held, &taking).await?;
        tx.commit().await?;
        self.revocations.tell(input.user_id);
        tracing::info!(user.id = %input.user_id, dealer.id = %input.store_id, "store taken back");
        Ok(())
    }
}

/// A store leaves its group, within the transaction in which it does: nobody acts across the wall any more. Returns whose standing
/// changed, to be told after the commit.
pub(crate) async fn leave_group(
    conn: &mut PgConnection,
    (dealer_id, key): (Uuid, Uuid),
    (who, at): (&Principal, UnixMs),
    why: &str,
) -> Result<Vec<UserId>, CommandError> {
    let held = user_stores::lock_across(conn, dealer_id).await?;
    let taking = Taking { what: "store_left", why, who, at };
    for right in &held {
        take(conn, Uuid::new_v5(&key, right.id.as_bytes()), right, &taking).await?;
    }
    Ok(held.into_iter().map(|right| UserId(right.user_id)).collect())
}

async fn take(
    conn: &mut PgConnection,
    line_id: Uuid,
    held: &Held,
    taking: &Taking<'_>,
) -> Result<(), CommandError> {
    let Taking { what, why, who, at } = *taking;
    user_stores::take(conn, held.id, who, why, at).await?;
    store::sessions::delete_at_store(conn, held.user_id, held.store_id).await?;
    store::revocations::add(conn, held.user_id).await?;
    let user = users::find(conn, held.user_id).await?.ok_or_else(Problem::not_found)?;
    let dealer = dealers::find(conn, held.store_id).await?.ok_or_else(Problem::not_found)?;
    let line = |of, data| NewLine { id: line_id, of, what, who, at, why: Some(why), data };
    let data = json!({ "name": dealer.name, "store_id": dealer.id });
    store::trail::add_to_user(conn, line(user.id, data)).await?;
    store::trail::add_to_dealer(conn, line(dealer.id, json!({ "name": user.display_name }))).await
}

#[cfg(test)]
mod tests {
    use kernel::Role;

    use super::*;
    use crate::ChangeDealer;
    use crate::test_support::{World, code, fields};

    fn taking(user_id: UserId, store_id: DealerId) -> TakeStore {
        TakeStore { key: Uuid::now_v7(), user_id, store_id, why: "已调离".into() }
    }

    #[tokio::test]
    async fn ends_the_sessions_that_act_for_it_and_no_others() {
        let world = World::new().await;
        let (who, other) = world.group_of_two_given().await;
        let sales = world.staff(&[Role::Sales]).await;
        let (phone, desk) = (world.session(&who).await, world.session(&who).await);
        world.choose(&who, phone, other).await;
        let mut socket = world.service.listen_for_revocation(who.user_id);
        let silent = TakeStore { why: " ".into(), ..taking(who.user_id, other) };
        assert_eq!(
            fields(world.service.take_store(&sales, silent).await),
            [World::pair(("why", "REQUIRED"))]
        );
        let command = taking(who.user_id, other);
        for _ in 0..2 {
            world.service.take_store(&sales, command.clone()).await.unwrap();
        }
        assert!(socket.has_changed());
        assert!(world.service.principal_for_session(phone).await.unwrap().is_none());
        let left = world.service.principal_for_session(desk).await.unwrap().unwrap();
        assert_eq!((left.principal, left.stores), (who.clone(), Vec::new()));
        assert_eq!(code(world.service.take_store(&sales, taking(who.user_id, other)).await), "NOT_FOUND");
        let trail = world.service.user(&sales, who.user_id).await.unwrap().trail;
        assert_eq!((trail[0].what.as_str(), trail[0].why.as_deref()), ("store_taken", Some("已调离")));
        let dealer = world.service.dealer(&sales, other).await.unwrap();
        assert_eq!((dealer.trail[0].what.as_str(), dealer.guests.len()), ("store_taken", 0));
        // given again it is another right
        world.give(&who, other, false).await;
        assert_eq!(world.service.stores_of(&sales, who.user_id).await.unwrap().len(), 2);
    }

    #[tokio::test]
    async fn the_stores_own_owner_may_and_nobody_takes_the_own() {
        let world = World::new().await;
        let (who, other) = world.group_of_two().await;
        world.give(&who, other, true).await;
        let owner = world.owner_of(other, "erdian").await;
        let session = world.session(&who).await;
        world.choose(&who, session, other).await;
        let acting = world.service.principal_for_session(session).await.unwrap().unwrap().principal;
        assert_eq!(code(world.service.take_store(&acting, taking(who.user_id, other)).await), "OWN_ACCESS");
        assert_eq!(code(world.service.take_store(&who, taking(who.user_id, other)).await), "NOT_FOUND");
        world.service.take_store(&owner, taking(who.user_id, other)).await.unwrap();
    }

    #[tokio::test]
    async fn leaving_the_group_ends_it_from_either_side() {
        for leaver_is_home in [false, true] {
            let world = World::new().await;
            let (who, other) = world.group_of_two_given().await;
            let sales = world.staff(&[Role::Sales]).await;
            let session = world.session(&who).await;
            world.choose(&who, session, other).await;
            let leaver = if leaver_is_home { who.dealer().unwrap().dealer_id } else { other };
            let rename = ChangeDealer {
                key: Uuid::now_v7(),
                dealer_id: leaver.0,
                name: Some("改了名".into()),
                ..ChangeDealer::default()
            };
            world.service.change_dealer(&sales, rename).await.unwrap();
            assert!(
                world.service.principal_for_session(session).await.unwrap().is_some(),
                "a name is no group"
            );
            let mut socket = world.service.listen_for_revocation(who.user_id);
            world.clock.advance(1000);
            let leave = ChangeDealer {
                key: Uuid::now_v7(),
                dealer_id: leaver.0,
                group: Some(String::new()),
                ..ChangeDealer::default()
            };
            world.service.change_dealer(&sales, leave.clone()).await.unwrap();
            world.service.change_dealer(&sales, leave).await.unwrap();
            assert!(socket.has_changed());
            assert!(world.service.principal_for_session(session).await.unwrap().is_none());
            let trail = world.service.user(&sales, who.user_id).await.unwrap().trail;
            assert_eq!(trail[0].what, "store_left");
            let told = world.service.dealer(&sales, other).await.unwrap().trail;
            assert!(told.iter().any(|line| line.what == "store_left"));
        }
    }
}
