//! From a session, a token or an id to the person on whose behalf commands run.

use kernel::{DealerId, DealerSeat, Lang, Principal, Role, Seat, UserId};
use platform_db::{CommandError, from_sql};
use tower_sessions_core::session::Id;

use crate::make_token::secret_hash;
use crate::session_store::id_hash;
use crate::store::principals::{self, Person};
use crate::{Appearance, Service, Store, Theme, store};

/// How long a session may be used before its idle limit is moved on. Short enough that twelve hours are twelve
/// hours, long enough that reading pages writes nothing.
const TOUCH_AFTER_MS: i64 = 5 * 60 * 1000;

/// A person who is signed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// For commands and access.
    pub principal: Principal,
    /// For the page.
    pub appearance: Appearance,
    /// The stores among which a session may choose, the own one first; none where there is only that, and none for a token, which
    /// acts for the own store.
    pub stores: Vec<Store>,
    /// Whether the session should be saved again, to move its idle limit.
    pub touch_due: bool,
}

/// By what somebody is let in: a session or a token. Holds the hash that the database holds, nothing to sign in with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Credential(By);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    Session([u8; 32]),
    Token([u8; 32]),
}

impl Credential {
    /// A session's id.
    pub fn session(id: Id) -> Credential {
        Credential(By::Session(id_hash(&id)))
    }

    /// A token's secret.
    pub fn token(secret: &str) -> Credential {
        Credential(By::Token(secret_hash(secret)))
    }
}

impl Service {
    /// The person behind a session or a token, if it is good and the person may sign in. Pages ask once a request; a
    /// socket asks again now and then, so that signing out, a revoked token or a deactivated person ends it.
    pub async fn principal_for(&self, credential: &Credential) -> Result<Option<SignedIn>, CommandError> {
        let now = self.clock.now();
        let mut conn = self.db.acquire().await?;
        let found = match &credential.0 {
            By::Session(hash) => principals::by_session(&mut conn, hash, now).await?,
            By::Token(hash) => {
                let found = principals::by_token(&mut conn, hash, now).await?;
                if found.is_some() {
                    store::tokens::used(&mut conn, hash, now).await?;
                }
                found
            }
        };
        let Some(person) = found else { return Ok(None) };
        let stores = match person.has_more {
            true => store::user_stores::of_user(&mut conn, person.id).await?,
            false => Vec::new(),
        };
        Ok(Some(SignedIn { stores, ..self.signed_in(person)? }))
    }

    /// The person behind a session.
    pub async fn principal_for_session(&self, id: Id) -> Result<Option<SignedIn>, CommandError> {
        self.principal_for(&Credential::session(id)).await
    }

    /// The person behind an API token.
    pub async fn principal_for_token(&self, secret: &str) -> Result<Option<SignedIn>, CommandError> {
        self.principal_for(&Credential::token(secret)).await
    }

    /// The active person of this id: for demo data and for jobs that act for somebody.
    pub async fn principal_of(&self, id: UserId) -> Result<Option<SignedIn>, CommandError> {
        let mut conn = self.db.acquire().await?;
        let found = principals::by_id(&mut conn, id.0, self.clock.now()).await?;
        found.map(|person| self.signed_in(person)).transpose()
    }

    pub(crate) fn signed_in(&self, person: Person) -> Result<SignedIn, CommandError> {
        let idle_ms = self.clock.now().since(from_sql(person.seen_at));
        let lang = Lang::from_tag(&person.lang);
        let seat = match (person.dealer_id, person.dealer_name) {
            (Some(id), Some(name)) => Seat::Dealer(DealerSeat {
                dealer_id: DealerId(id),
                dealer_name: name,
                is_owner: person.is_owner,
            }),
            (Some(id), None) => return Err(CommandError::Inconsistent(format!("dealer {id} has no row"))),
            (None, _) => Seat::Staff { roles: roles(&person.roles) },
        };
        Ok(SignedIn {
            principal: Principal {
                user_id: UserId(person.id),
                display_name: person.display_name,
                lang,
                seat,
            },
            appearance: Appearance { lang, theme: Theme::from_name(&person.theme) },
            stores: Vec::new(),
            touch_due: idle_ms >= TOUCH_AFTER_MS,
        })
    }
}

/// Roles by their names, in the order of [`Role::ALL`].
pub(crate) fn roles(names: &[String]) -> Vec<Role> {
    Role::ALL.into_iter().filter(|role| names.iter().any(|name| name == role.name())).collect()
}
