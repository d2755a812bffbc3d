//! A person gets another name or other roles, is deactivated, or may sign in again.

use kernel::{DealerId, Principal, Problem, ProblemKind, Role, UserId};
use platform_db::CommandError;
use serde_json::{Map, Value, json};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::events::{Occasion, tell};
use crate::field::Fields;
use crate::register_user::{event_of, names};
use crate::store::users::{self, User};
use crate::trail::{NewLine, key_used};
use crate::{Service, permit, store};

/// What changes; `None` leaves it as it is.
#[derive(Clone, Debug, Default)]
pub struct ChangeUser {
    /// The command's id.
    pub key: Uuid,
    /// The person.
    pub user_id: Uuid,
    /// Another name to show.
    pub display_name: Option<String>,
    /// Whether they may sign in. Ending that ends their sessions and tokens at once.
    pub active: Option<bool>,
    /// Other roles, at least one; for staff only.
    pub roles: Option<Vec<Role>>,
    /// Whether they manage their company's users; for dealers' users only.
    pub is_owner: Option<bool>,
    /// Why.
    pub why: String,
}

impl Service {
    /// Changes a person. Admins change colleagues; sales and a company's owners change its users. Nobody takes
    /// their own access away, and the last admin stays one.
    pub async fn change_user(&self, who: &Principal, input: ChangeUser) -> Result<(), CommandError> {
        let at = self.clock.now();
        let mut tx = self.db.begin().await?;
        let before = users::lock(&mut tx, input.user_id).await?.ok_or_else(Problem::not_found)?;
        permit::keep_user(who, before.dealer_id.map(DealerId))?;
        if let Some(line) = store::trail::known_of_user(&mut tx, input.key).await? {
            let same = line.of == input.user_id && line.data["asked"] == asked(&input);
            return if same { Ok(()) } else { Err(key_used().into()) };
        }
        let old_roles = users::roles(&mut tx, before.id).await?;
        let (mut after, new_roles, why) = changed(&before, &old_roles, &input)?;
        refuse_losing_access(&mut tx, who, &before, &after, &old_roles, &new_roles).await?;
        let changes = differences(&before, &after, &old_roles, &new_roles);
        if changes.is_empty() {
            return Ok(());
        }
        after.event_seq += 1;
        users::update(&mut tx, &after).await?;
        users::set_roles(&mut tx, after.id, &new_roles).await?;
        if before.active && !after.active {
            store::sessions::delete_of_user(&mut tx, after.id, None).await?;
            store::tokens::revoke_all(&mut tx, after.id, at).await?;
        }
        store::revocations::add(&mut tx, after.id).await?;
        let what = what_happened(&before, &after);
        let data = json!({ "changes": changes, "asked": asked(&input) });
        let line = NewLine { id: input.key, of: after.id, what, who, at, why: why.as_deref(), data };
        store::trail::add_to_user(&mut tx, line).await?;
        let occasion = Occasion { who, at, key: input.key, aggregate: after.id, seq: after.event_seq };
        tell(&mut tx, &event_of(&after), occasion).await?;
        tx.commit().await?;
        self.revocations.tell(UserId(after.id));
        tracing::info!(user.id = %after.id, what, "user changed");
        Ok(())
    }
}

/// The person and the roles as they should become, and the reason.
fn changed(
    before: &User,
    old_roles: &[String],
    input: &ChangeUser,
) -> Result<(User, Vec<String>, Option<String>), Problem> {
    let mut fields = Fields::default();
    let mut after = before.clone();
    let mut roles = Role::ALL.iter().map(|r| r.name().to_owned()).filter(|r| old_roles.contains(r)).collect();
    if let Some(name) = &input.display_name {
        after.display_name = fields.text("display_name", name, 1, 40);
    }
    if let Some(active) = input.active {
        after.active = active;
    }
    match &input.roles {
        Some(_) if before.seat != "staff" => fields.wrong("roles", "STAFF_ONLY"),
        Some(new) if new.is_empty() => fields.wrong("roles", "REQUIRED"),
        Some(new) => roles = names(new),
        None => {}
    }
    match input.is_owner {
        Some(true) if before.seat != "dealer" => fields.wrong("is_owner", "DEALER_ONLY"),
        Some(is_owner) => after.is_owner = is_owner,
        None => {}
    }
    let why = fields.text("why", &input.why, 0, 200);
    fields.done()?;
    Ok((after, roles, (!why.is_empty()).then_some(why)))
}

/// Nobody locks themself out, and nobody locks everybody out.
async fn refuse_losing_access(
    conn: &mut PgConnection,
    who: &Principal,
    before: &User,
    after: &User,
    old_roles: &[String],
    new_roles: &[String],
) -> Result<(), CommandError> {
    let is_admin = |roles: &[String]| roles.iter().any(|role| role == Role::Admin.name());
    let own = who.user_id == UserId(before.id);
    let loses_access = (before.active && !after.active) || (before.is_owner && !after.is_owner);
    if own && loses_access {
        return Err(Problem::new(ProblemKind::Conflict, "OWN_ACCESS").into());
    }
    let was = before.active && is_admin(old_roles);
    let stays = after.active && is_admin(new_roles);
    if was && !stays && users::other_admins(conn, before.id).await? == 0 {
        return Err(Problem::new(ProblemKind::Conflict, "LAST_ADMIN").into());
    }
    Ok(())
}

fn what_happened(before: &User, after: &User) -> &'static str {
    match (before.active, after.active) {
        (true, false) => "deactivated",
        (false, true) => "reactivated",
        _ => "changed",
    }
}

fn differences(
    before: &User,
    after: &User,
    old_roles: &[String],
    new_roles: &[String],
) -> Map<String, Value> {
    let mut changes = Map::new();
    let mut note = |field: &str, old: Value, new: Value| {
        if old != new {
            changes.insert(field.into(), json!([old, new]));
        }
    };
    note("display_name", json!(before.display_name), json!(after.display_name));
    note("active", json!(before.active), json!(after.active));
    note("is_owner", json!(before.is_owner), json!(after.is_owner));
    let ordered = |roles: &[String]| {
        let mut roles = roles.to_vec();
        roles.sort();
        json!(roles)
    };
    note("roles", ordered(old_roles), ordered(new_roles));
    changes
}

/// What makes a repeated command the same command.
fn asked(input: &ChangeUser) -> Value {
    json!({
        "display_name": input.display_name,
        "active": input.active,
        "roles": input.roles.as_deref().map(names),
        "is_owner": input.is_owner,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{World, code, fields};

    fn change(user_id: UserId) -> ChangeUser {
        ChangeUser { key: Uuid::now_v7(), user_id: user_id.0, ..ChangeUser::default() }
    }

    #[tokio::test]
    async fn a_repeat_changes_nothing_and_the_trail_says_what_changed() {
        let world = World::new().await;
        let admin = world.staff(&[Role::Admin]).await;
        let li = world.staff(&[Role::Pricing]).await;
        let command =
            ChangeUser { roles: Some(vec![Role::Finance]), why: "转岗".into(), ..change(li.user_id) };
        for _ in 0..2 {
            world.service.change_user(&admin, command.clone()).await.unwrap();
        }
        let detail = world.service.user(&admin, li.user_id).await.unwrap();
        assert_eq!(detail.trail.len(), 2);
        assert_eq!(detail.trail[0].data["changes"], json!({ "roles": [["pricing"], ["finance"]] }));
        assert_eq!(detail.trail[0].why.as_deref(), Some("转岗"));
        let other = ChangeUser { active: Some(false), ..command };
        assert_eq!(code(world.service.change_user(&admin, other).await), "KEY_USED");
        world.service.change_user(&admin, change(li.user_id)).await.unwrap();
        assert_eq!(
            world.service.user(&admin, li.user_id).await.unwrap().trail.len(),
            2,
            "nothing asked, nothing done"
        );
    }

    #[tokio::test]
    async fn deactivating_ends_sessions_and_tokens_at_once() {
        let world = World::new().await;
        let admin = world.staff(&[Role::Admin]).await;
        let user = world.dealer_user("远行二手车", "yuanxing").await;
        let session = world.session(&user).await;
        let token = world.token(&user).await;
        assert!(world.service.principal_for_token(&token).await.unwrap().is_some());
        let off = ChangeUser { active: Some(false), ..change(user.user_id) };
        world.service.change_user(&admin, off).await.unwrap();
        assert!(world.service.principal_for_session(session).await.unwrap().is_none());
        assert!(world.service.principal_for_token(&token).await.unwrap().is_none());
        let on = ChangeUser { active: Some(true), ..change(user.user_id) };
        world.service.change_user(&admin, on).await.unwrap();
        assert!(world.service.principal_for_session(session).await.unwrap().is_none(), "ended means ended");
        assert!(world.service.principal_for_token(&token).await.unwrap().is_none());
    }

    #[tokio::test]
    async fn nobody_locks_themself_or_everybody_out() {
        let world = World::new().await;
        let admin = world.staff(&[Role::Admin]).await;
        let off = ChangeUser { active: Some(false), ..change(admin.user_id) };
        assert_eq!(code(world.service.change_user(&admin, off).await), "OWN_ACCESS");
        let demote = ChangeUser { roles: Some(vec![Role::Sales]), ..change(admin.user_id) };
        assert_eq!(code(world.service.change_user(&admin, demote).await), "LAST_ADMIN");
        let second = world.staff(&[Role::Admin]).await;
        let demote = ChangeUser { roles: Some(vec![Role::Sales]), ..change(admin.user_id) };
        world.service.change_user(&second, demote).await.unwrap();
    }

    #[tokio::test]
    async fn rules_of_the_seats_hold() {
        let world = World::new().await;
        let admin = world.staff(&[Role::Admin]).await;
        let owner = world.dealer_user("远行二手车", "yuanxing").await;
        let stranger = world.dealer_user("恒信车业", "hengxin").await;
        let roles = ChangeUser { roles: Some(vec![Role::Sales]), ..change(owner.user_id) };
        assert_eq!(
            fields(world.service.change_user(&admin, roles).await),
            [World::pair(("roles", "STAFF_ONLY"))]
        );
        let none = ChangeUser { roles: Some(Vec::new()), ..change(admin.user_id) };
        assert_eq!(
            fields(world.service.change_user(&admin, none).await),
            [World::pair(("roles", "REQUIRED"))]
        );
        let owned = ChangeUser { is_owner: Some(true), ..change(admin.user_id) };
        assert_eq!(
            fields(world.service.change_user(&admin, owned).await),
            [World::pair(("is_owner", "DEALER_ONLY"))]
        );
        let name = |of: UserId| ChangeUser { display_name: Some("新名".into()), ..change(of) };
        assert_eq!(code(world.service.change_user(&owner, name(stranger.user_id)).await), "NOT_FOUND");
        assert_eq!(code(world.service.change_user(&owner, name(admin.user_id)).await), "NOT_FOUND");
        assert_eq!(code(world.service.change_user(&owner, name(UserId(Uuid::now_v7()))).await), "NOT_FOUND");
        world.service.change_user(&owner, name(owner.user_id)).await.unwrap();
        let step_down = ChangeUser { is_owner: Some(false), ..change(owner.user_id) };
        assert_eq!(code(world.service.change_user(&owner, step_down).await), "OWN_ACCESS");
        let finance = world.staff(&[Role::Finance]).await;
        assert_eq!(code(world.service.change_user(&finance, name(admin.user_id)).await), "FORBIDDEN");
    }
}
