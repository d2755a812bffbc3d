//! A person gets a login: a colleague with roles, or a user of a dealer.

use kernel::{DealerId, Lang, Principal, Problem, Role, UserId};
use platform_db::CommandError;
use serde_json::{Value, json};
use uuid::Uuid;

use crate::events::{Occasion, tell};
use crate::field::Fields;
use crate::store::users::{self, User};
use crate::trail::{NewLine, key_used};
use crate::{Service, UserChanged, permit, store};

/// Where the new person sits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NewSeat {
    /// A colleague with these roles, at least one.
    Staff {
        /// What they do.
        roles: Vec<Role>,
    },
    /// A dealer's user.
    Dealer {
        /// The company.
        dealer_id: DealerId,
        /// Whether they manage the company's other users.
        is_owner: bool,
    },
}

/// The new person.
#[derive(Clone, Debug)]
pub struct RegisterUser {
    /// The command's id, which becomes the person's.
    pub key: Uuid,
    /// The name to sign in with, unique, in any case.
    pub login: String,
    /// The name that is shown.
    pub display_name: String,
    /// The first password.
    pub password: String,
    /// Their language until they choose another.
    pub lang: Lang,
    /// Where they sit.
    pub seat: NewSeat,
}

impl Service {
    /// Registers a person. Admins register colleagues; sales and a company's owners register its users. A repeat
    /// answers the same id.
    pub async fn register_user(&self, who: &Principal, input: RegisterUser) -> Result<UserId, CommandError> {
        match &input.seat {
            NewSeat::Staff { .. } if permit::keeps_staff(who) => {}
            NewSeat::Staff { .. } => return Err(permit::forbidden().into()),
            NewSeat::Dealer { dealer_id, .. } => permit::keep_users_of(who, *dealer_id)?,
        }
        let mut fields = Fields::default();
        fields.password("password", &input.password, &input.login);
        let (user, roles) = parsed(fields, &input)?;
        self.insert_user(who, user, roles, &input.password).await
    }

    /// The part that demo people share, whose passwords need not be good ones.
    pub(crate) async fn insert_user(
        &self,
        who: &Principal,
        mut user: User,
        roles: Vec<String>,
        password: &str,
    ) -> Result<UserId, CommandError> {
        let mut tx = self.db.begin().await?;
        if let Some(known) = users::find(&mut tx, user.id).await? {
            return self.same_user(&mut tx, &known, &user).await;
        }
        if let Some(dealer_id) = user.dealer_id {
            store::dealers::find(&mut tx, dealer_id).await?.ok_or_else(Problem::not_found)?;
        }
        // no connection is held while the hash is made
        tx.commit().await?;
        user.password_hash = self.hash_password(password).await?;

        let at = self.clock.now();
        let mut tx = self.db.begin().await?;
        if !users::insert(&mut tx, &user, at).await? {
            let known = users::find(&mut tx, user.id).await?.ok_or_else(Problem::not_found)?;
            return self.same_user(&mut tx, &known, &user).await;
        }
        users::set_roles(&mut tx, user.id, &roles).await?;
        let data = registered(&user, &roles);
        let line = NewLine { id: user.id, of: user.id, what: "registered", who, at, why: None, data };
        store::trail::add_to_user(&mut tx, line).await?;
        let occasion = Occasion { who, at, key: user.id, aggregate: user.id, seq: user.event_seq };
        tell(&mut tx, &event_of(&user), occasion).await?;
        tx.commit().await?;
        tracing::info!(user.id = %user.id, "user registered");
        Ok(UserId(user.id))
    }

    /// Answers a repeat with the first result; refuses an id that belongs to something else.
    async fn same_user(
        &self,
        conn: &mut sqlx::PgConnection,
        known: &User,
        asked: &User,
    ) -> Result<UserId, CommandError> {
        let line = store::trail::known_of_user(conn, asked.id).await?;
        let first = line.filter(|line| line.repeats(asked.id, "registered"));
        let login = first.and_then(|line| line.data["login"].as_str().map(str::to_owned));
        let same = login.as_deref() == Some(&asked.login) && known.dealer_id == asked.dealer_id;
        if same { Ok(UserId(known.id)) } else { Err(key_used().into()) }
    }
}

/// The row and the roles that the input means.
pub(crate) fn parsed(mut fields: Fields, input: &RegisterUser) -> Result<(User, Vec<String>), Problem> {
    let login = fields.login("login", &input.login);
    let display_name = fields.text("display_name", &input.display_name, 1, 40);
    let (seat, dealer_id, is_owner, roles) = match &input.seat {
        NewSeat::Staff { roles } => {
            if roles.is_empty() {
                fields.wrong("roles", "REQUIRED");
            }
            ("staff", None, false, names(roles))
        }
        NewSeat::Dealer { dealer_id, is_owner } => ("dealer", Some(dealer_id.0), *is_owner, Vec::new()),
    };
    fields.done()?;
    let user = User {
        id: input.key,
        login,
        display_name,
        password_hash: String::new(),
        lang: input.lang.tag().into(),
        seat: seat.into(),
        dealer_id,
        is_owner,
        active: true,
        event_seq: 1,
    };
    Ok((user, roles))
}

pub(crate) fn names(roles: &[Role]) -> Vec<String> {
    Role::ALL.into_iter().filter(|role| roles.contains(role)).map(|role| role.name().to_owned()).collect()
}

pub(crate) fn event_of(user: &User) -> UserChanged {
    UserChanged {
        user_id: UserId(user.id),
        dealer_id: user.dealer_id.map(DealerId),
        active: user.active,
        lang: Some(user.lang.clone()),
    }
}

fn registered(user: &User, roles: &[String]) -> Value {
    match user.dealer_id {
        Some(_) => json!({ "login": user.login, "is_owner": user.is_owner }),
        None => json!({ "login": user.login, "roles": roles }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{PASSWORD, World, code, fields};

    fn colleague() -> RegisterUser {
        RegisterUser {
            key: Uuid::now_v7(),
            login: "Li.Na".into(),
            display_name: "李娜".into(),
            password: PASSWORD.into(),
            lang: Lang::Zh,
            seat: NewSeat::Staff { roles: vec![Role::Finance, Role::Pricing] },
        }
    }

    fn user_of(dealer_id: DealerId, login: &str) -> RegisterUser {
        RegisterUser {
            login: login.into(),
            seat: NewSeat::Dealer { dealer_id, is_owner: false },
            key: Uuid::now_v7(),
            ..colleague()
        }
    }

    #[tokio::test]
    async fn a_repeat_answers_the_first_result() {
        let world = World::new().await;
        let admin = world.staff(&[Role::Admin]).await;
        let first = colleague();
        let id = world.service.register_user(&admin, first.clone()).await.unwrap();
        assert_eq!(world.service.register_user(&admin, first.clone()).await.unwrap(), id);
        let other = RegisterUser { login: "other".into(), ..first };
        assert_eq!(code(world.service.register_user(&admin, other).await), "KEY_USED");
        let person = world.service.principal_of(id).await.unwrap().unwrap().principal;
        assert_eq!(person.seat, kernel::Seat::Staff { roles: vec![Role::Pricing, Role::Finance] });
        let about: Vec<_> = world
            .events("UserChanged")
            .await
            .into_iter()
            .filter(|e| e["aggregate"] == id.to_string())
            .collect();
        assert_eq!(about.len(), 1);
    }

    #[tokio::test]
    async fn a_login_is_unique_in_any_case() {
        let world = World::new().await;
        let admin = world.staff(&[Role::Admin]).await;
        world.service.register_user(&admin, colleague()).await.unwrap();
        let again = RegisterUser { key: Uuid::now_v7(), login: "LI.NA".into(), ..colleague() };
        assert_eq!(
            fields(world.service.register_user(&admin, again).await),
            [World::pair(("login", "LOGIN_TAKEN"))]
        );
        let wrong = RegisterUser {
            login: "!".into(),
            display_name: " ".into(),
            password: "123".into(),
            seat: NewSeat::Staff { roles: Vec::new() },
            ..colleague()
        };
        assert_eq!(
            fields(world.service.register_user(&admin, wrong).await),
            [
                ("password", "PASSWORD_TOO_SHORT"),
                ("login", "LOGIN_FORM"),
                ("display_name", "REQUIRED"),
                ("roles", "REQUIRED")
            ]
            .map(World::pair)
        );
    }

    #[tokio::test]
    async fn owners_register_users_of_their_own_company_only() {
        let world = World::new().await;
        let owner = world.dealer_user("远行二手车", "yuanxing").await;
        let own = owner.dealer().unwrap().dealer_id;
        let other = world.dealer("恒信车业").await;
        let id = world.service.register_user(&owner, user_of(own, "xiaochen")).await.unwrap();
        let member = world.service.principal_of(id).await.unwrap().unwrap().principal;
        assert!(!member.dealer().unwrap().is_owner);
        assert_eq!(code(world.service.register_user(&owner, user_of(other, "spy")).await), "NOT_FOUND");
        assert_eq!(code(world.service.register_user(&owner, colleague()).await), "FORBIDDEN");
        assert_eq!(code(world.service.register_user(&member, user_of(own, "friend")).await), "FORBIDDEN");
        let sales = world.staff(&[Role::Sales]).await;
        assert!(world.service.register_user(&sales, user_of(other, "hengxin2")).await.is_ok());
        assert_eq!(code(world.service.register_user(&sales, colleague()).await), "FORBIDDEN");
        let nowhere = user_of(DealerId(Uuid::now_v7()), "ghost");
        assert_eq!(code(world.service.register_user(&sales, nowhere).await), "NOT_FOUND");
    }
}
