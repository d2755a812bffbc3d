//! From a session, a token or an id to the person on whose behalf commands run.

use kernel::{DealerId, DealerSeat, Lang, Principal, Role, Seat, UserId};
use platform_db::{CommandError, from_sql};
use tower_sessions_core::session::Id;

use crate::make_token::secret_hash;
use crate::session_store::id_hash;
use crate::store::principals::{self, Person};
use crate::{Appearance, Service, Theme};

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
    /// Whether the session should be saved again, to move its idle limit.
    pub touch_due: bool,
}

impl Service {
    /// The person behind a session, if it is not over and the person may sign in. Pages ask once a request; a
    /// socket asks again now and then, so that a revoked session ends it.
    pub async fn principal_for_session(&self, id: Id) -> Result<Option<SignedIn>, CommandError> {
        let mut conn = self.db.acquire().await?;
        let found = principals::by_session(&mut conn, &id_hash(&id), self.clock.now()).await?;
        found.map(|person| self.signed_in(person)).transpose()
    }

    /// The person behind an API token, if it works.
    pub async fn principal_for_token(&self, secret: &str) -> Result<Option<SignedIn>, CommandError> {
        let hash = secret_hash(secret);
        let mut conn = self.db.acquire().await?;
        let now = self.clock.now();
        let Some(person) = principals::by_token(&mut conn, &hash, now).await? else { return Ok(None) };
        crate::store::tokens::used(&mut conn, &hash, now).await?;
        self.signed_in(person).map(Some)
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
            touch_due: idle_ms >= TOUCH_AFTER_MS,
        })
    }
}

/// Roles by their names, in the order of [`Role::ALL`].
pub(crate) fn roles(names: &[String]) -> Vec<Role> {
    Role::ALL.into_iter().filter(|role| names.iter().any(|name| name == role.name())).collect()
}
