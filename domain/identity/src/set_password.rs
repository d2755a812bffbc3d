//! A new password: one's own, or that of a person one manages.

use kernel::{DealerId, Principal, Problem, UserId};
use platform_db::CommandError;
use serde_json::json;
use tower_sessions_core::session::Id;
use uuid::Uuid;

use crate::events::{SignedOut, tell_signed_out};
use crate::field::{Fields, one};
use crate::session_store::id_hash;
use crate::store::users;
use crate::trail::{NewLine, key_used};
use crate::{Service, permit, store};

/// The new password.
#[derive(Clone, Debug)]
pub struct SetPassword {
    /// The command's id.
    pub key: Uuid,
    /// Whose password.
    pub user_id: UserId,
    /// The present one; needed for one's own.
    pub current: Option<String>,
    /// The new one.
    pub new: String,
    /// The session that asks and may go on; all others of the person end.
    pub keep: Option<Id>,
    /// The name under which the browser that asks is told news; no other of the person's is from then on.
    pub device: Option<Uuid>,
}

impl Service {
    /// Sets a password. People set their own with the present one; admins those of colleagues; sales and owners
    /// those of a company's users.
    pub async fn set_password(&self, who: &Principal, input: SetPassword) -> Result<(), CommandError> {
        let mut conn = self.db.acquire().await?;
        let user = users::find(&mut conn, input.user_id.0).await?.ok_or_else(Problem::not_found)?;
        let own = who.user_id == input.user_id;
        if !own {
            permit::keep_user(who, user.dealer_id.map(DealerId))?;
        }
        let what = if own { "password_changed" } else { "password_reset" };
        if let Some(line) = store::trail::known_of_user(&mut conn, input.key).await? {
            return if line.repeats(user.id, what) { Ok(()) } else { Err(key_used().into()) };
        }
        drop(conn);
        let mut fields = Fields::default();
        fields.password("new", &input.new, &user.login);
        if own && input.current.as_deref() == Some(&input.new) {
            fields.wrong("new", "PASSWORD_UNCHANGED");
        }
        fields.done()?;
        if own {
            let current = input.current.as_deref().unwrap_or_default();
            if !self.prove_password(user.id, current, user.password_hash.clone()).await? {
                return Err(one("current", "PASSWORD_WRONG").into());
            }
        }
        let hash = self.hash_password(&input.new).await?;

        let at = self.clock.now();
        let keep = input.keep.filter(|_| own).map(|id| id_hash(&id));
        let mut tx = self.db.begin().await?;
        users::set_password(&mut tx, user.id, &hash, at).await?;
        store::sessions::delete_of_user(&mut tx, user.id, keep.as_ref().map(|hash| &hash[..])).await?;
        let line = NewLine { id: input.key, of: user.id, what, who, at, why: None, data: json!({}) };
        store::trail::add_to_user(&mut tx, line).await?;
        store::revocations::add(&mut tx, user.id).await?;
        let device_id = input.device.filter(|_| own);
        let left = SignedOut { user_id: input.user_id, device_id, elsewhere: true };
        tell_signed_out(&mut tx, who, &left, at).await?;
        tx.commit().await?;
        self.revocations.tell(input.user_id);
        tracing::info!(user.id = %user.id, what, "password set");
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use kernel::Role;

    use super::*;
    use crate::SignIn;
    use crate::test_support::{PASSWORD, World, code, fields};

    const NEXT: &str = "另一个好密码 2026";

    fn own(who: &Principal) -> SetPassword {
        SetPassword {
            key: Uuid::now_v7(),
            user_id: who.user_id,
            current: Some(PASSWORD.into()),
            new: NEXT.into(),
            keep: None,
            device: None,
        }
    }

    async fn signs_in(world: &World, password: &str) -> bool {
        let input = SignIn { login: "yuanxing".into(), password: password.into(), address: "desk".into() };
        world.service.sign_in(input).await.is_ok()
    }

    #[tokio::test]
    async fn ones_own_needs_the_present_one_and_ends_other_sessions() {
        let world = World::new().await;
        let who = world.dealer_user("远行二手车", "yuanxing").await;
        let (phone, desk) = (world.session(&who).await, world.session(&who).await);
        let wrong = SetPassword { current: Some("不是这个".into()), ..own(&who) };
        assert_eq!(
            fields(world.service.set_password(&who, wrong).await),
            [World::pair(("current", "PASSWORD_WRONG"))]
        );
        let short = SetPassword { new: "短".into(), ..own(&who) };
        assert_eq!(
            fields(world.service.set_password(&who, short).await),
            [World::pair(("new", "PASSWORD_TOO_SHORT"))]
        );
        let same = SetPassword { new: PASSWORD.into(), ..own(&who) };
        assert_eq!(
            fields(world.service.set_password(&who, same).await),
            [World::pair(("new", "PASSWORD_UNCHANGED"))]
        );

        let device = Some(Uuid::now_v7());
        let command = SetPassword { keep: Some(desk), device, ..own(&who) };
        for _ in 0..2 {
            world.service.set_password(&who, command.clone()).await.unwrap();
        }
        assert!(world.service.principal_for_session(phone).await.unwrap().is_none());
        assert!(world.service.principal_for_session(desk).await.unwrap().is_some());
        let told = world.events("SignedOut").await;
        let data = json!({ "user_id": who.user_id, "device_id": device, "elsewhere": true });
        assert_eq!(told.iter().map(|it| &it["data"]).collect::<Vec<_>>(), [&data]);
        assert!(!signs_in(&world, PASSWORD).await && signs_in(&world, NEXT).await);
        assert_eq!(world.service.user(&who, who.user_id).await.unwrap().trail[1].what, "password_changed");
    }

    #[tokio::test]
    async fn whoever_finds_the_screen_unlocked_cannot_guess_on() {
        let world = World::new().await;
        let who = world.dealer_user("远行二手车", "yuanxing").await;
        let guess = || SetPassword { current: Some("guess".into()), ..own(&who) };
        for _ in 0..5 {
            assert_eq!(code(world.service.set_password(&who, guess()).await), "INVALID_FIELDS");
        }
        assert_eq!(code(world.service.set_password(&who, guess()).await), "TOO_MANY_ATTEMPTS");
    }

    #[tokio::test]
    async fn only_those_who_manage_a_person_reset_the_password() {
        let world = World::new().await;
        let user = world.dealer_user("远行二手车", "yuanxing").await;
        let stranger = world.dealer_user("恒信车业", "hengxin").await;
        let session = world.session(&user).await;
        let reset =
            || SetPassword { current: None, keep: Some(session), device: Some(Uuid::now_v7()), ..own(&user) };
        assert_eq!(code(world.service.set_password(&stranger, reset()).await), "NOT_FOUND");
        let finance = world.staff(&[Role::Finance]).await;
        assert_eq!(code(world.service.set_password(&finance, reset()).await), "FORBIDDEN");
        let sales = world.staff(&[Role::Sales]).await;
        world.service.set_password(&sales, reset()).await.unwrap();
        assert!(signs_in(&world, NEXT).await);
        assert!(world.events("SignedOut").await[0]["data"]["device_id"].is_null(), "no browser is kept");
        assert!(world.service.principal_for_session(session).await.unwrap().is_none());
    }
}
