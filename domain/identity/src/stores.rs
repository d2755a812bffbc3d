//! The stores of a dealer group that one person may act for, and the people of the group who may act for one store.

use kernel::{DealerId, DealerSeat, Principal, Problem, Seat, UnixMs, UserId};
use platform_db::CommandError;

use crate::{Service, permit, store};

/// A store that a person may act for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Store {
    /// The store.
    pub id: DealerId,
    /// Its name.
    pub name: String,
    /// Where it is.
    pub city: String,
    /// Whether the person manages its users.
    pub keeps_users: bool,
    /// Whether it is the store where the person has the login.
    pub is_own: bool,
}

impl Store {
    /// This person at that store: whom a service answers about it. Whose stores they are says
    /// [`Service::stores_of`].
    pub fn seats(&self, who: &Principal) -> Principal {
        let seat = Seat::Dealer(DealerSeat {
            dealer_id: self.id,
            dealer_name: self.name.clone(),
            is_owner: self.keeps_users,
        });
        Principal { seat, ..who.clone() }
    }
}

/// A person of another store of the group who may act for this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guest {
    /// The person.
    pub user_id: UserId,
    /// The name that is shown.
    pub name: String,
    /// The name to sign in with.
    pub login: String,
    /// Where the person has the login.
    pub home_name: String,
    /// Whether the person manages this store's users.
    pub keeps_users: bool,
    /// Who gave it.
    pub given_by_name: String,
    /// When.
    pub given_at: UnixMs,
}

impl Service {
    /// The stores of a person's group that sales could give that person besides, by name.
    pub async fn stores_to_give(
        &self,
        who: &Principal,
        user_id: UserId,
    ) -> Result<Vec<(DealerId, String)>, CommandError> {
        permit::keep_dealers(who)?;
        let mut conn = self.db.acquire().await?;
        Ok(store::user_stores::to_give(&mut conn, user_id.0).await?)
    }

    /// The stores that a person may act for, the own one first: for staff, and for the person.
    pub async fn stores_of(&self, who: &Principal, user_id: UserId) -> Result<Vec<Store>, CommandError> {
        if !who.is_staff() && who.user_id != user_id {
            return Err(Problem::not_found().into());
        }
        let mut conn = self.db.acquire().await?;
        Ok(store::user_stores::of_user(&mut conn, user_id.0).await?)
    }
}
