//! The list of people and the page of one.

use kernel::{DealerId, Principal, Problem, Role, UnixMs, UserId};
use platform_db::CommandError;

use crate::list::Stretch;
use crate::store::user_list;
use crate::{Page, Service, TrailLine, permit, store};

/// Where a listed person sits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UserSeat {
    /// Among our staff, with these roles.
    Staff(Vec<Role>),
    /// At a dealer's.
    Dealer {
        /// The company.
        id: DealerId,
        /// Its name.
        name: String,
        /// Whether the person manages the company's users.
        is_owner: bool,
    },
}

/// What a list of people is sorted by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UserSort {
    /// When they were registered.
    #[default]
    Created,
    /// The name they sign in with.
    Login,
    /// The name that is shown.
    Name,
    /// When they signed in last.
    SignedIn,
}

impl UserSort {
    /// All of them.
    pub const ALL: [UserSort; 4] = [UserSort::Created, UserSort::Login, UserSort::Name, UserSort::SignedIn];

    /// The name in a page's address.
    pub const fn name(self) -> &'static str {
        match self {
            UserSort::Created => "created",
            UserSort::Login => "login",
            UserSort::Name => "name",
            UserSort::SignedIn => "signed_in",
        }
    }

    /// The sort of that name, or the usual one.
    pub fn from_name(name: &str) -> UserSort {
        UserSort::ALL.into_iter().find(|sort| sort.name() == name).unwrap_or_default()
    }
}

/// Which people a list shows, and how.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UserFilter {
    /// Part of the login, the name or the company's name; empty shows all.
    pub search: String,
    /// Only staff with this role.
    pub role: Option<Role>,
    /// Only users of this company.
    pub dealer_id: Option<DealerId>,
    /// Only staff (`Some(true)`) or only dealers' users.
    pub staff: Option<bool>,
    /// Only those who may, or may not, sign in.
    pub active: Option<bool>,
    /// By what it is sorted.
    pub sort: UserSort,
    /// The other way round.
    pub reversed: bool,
    /// The page, from 1.
    pub page: u32,
}

/// A line of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserRow {
    /// The person.
    pub id: UserId,
    /// The name they sign in with.
    pub login: String,
    /// The name that is shown.
    pub display_name: String,
    /// Where they sit.
    pub seat: UserSeat,
    /// Whether they may sign in.
    pub active: bool,
    /// Since when they are registered.
    pub created_at: UnixMs,
    /// When they signed in last, if ever.
    pub last_signed_in_at: Option<UnixMs>,
}

/// The page of one person.
#[derive(Clone, Debug, PartialEq)]
pub struct UserDetail {
    /// The same as in the list.
    pub row: UserRow,
    /// What happened to them, newest first.
    pub trail: Vec<TrailLine>,
}

impl Service {
    /// A page of the people who match: staff see all, a dealer's owner sees the company's own whatever the filter
    /// says.
    pub async fn users(&self, who: &Principal, filter: &UserFilter) -> Result<Page<UserRow>, CommandError> {
        let filter = within_sight(who, filter)?;
        let mut conn = self.db.acquire().await?;
        let total = user_list::count(&mut conn, &filter).await?;
        let rows = user_list::rows(&mut conn, &filter, Stretch::page(filter.page)).await?;
        Ok(Page::new(rows, total, filter.page))
    }

    /// All people who match, for an export.
    pub async fn users_to_export(
        &self,
        who: &Principal,
        filter: &UserFilter,
    ) -> Result<Vec<UserRow>, CommandError> {
        let filter = within_sight(who, filter)?;
        let mut conn = self.db.acquire().await?;
        Ok(user_list::rows(&mut conn, &filter, Stretch::export()).await?)
    }

    /// One person: for staff, for the company's owners, and for the person.
    pub async fn user(&self, who: &Principal, id: UserId) -> Result<UserDetail, CommandError> {
        let mut conn = self.db.acquire().await?;
        let row = user_list::one(&mut conn, id.0).await?.ok_or_else(Problem::not_found)?;
        let may = who.is_staff()
            || who.user_id == id
            || matches!(&row.seat, UserSeat::Dealer { id, .. } if permit::keeps_users_of(who, *id));
        if !may {
            return Err(Problem::not_found().into());
        }
        let trail = store::trail::of_user(&mut conn, id.0).await?;
        Ok(UserDetail { row, trail })
    }
}

/// The filter, narrowed to what this person may see.
fn within_sight(who: &Principal, filter: &UserFilter) -> Result<UserFilter, Problem> {
    let mut filter = filter.clone();
    match who.dealer() {
        None => Ok(filter),
        Some(seat) if seat.is_owner => {
            filter.dealer_id = Some(seat.dealer_id);
            Ok(filter)
        }
        Some(_) => Err(permit::forbidden()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::test_support::{World, code};

    #[tokio::test]
    async fn searches_filters_and_sorts() {
        let world = World::new().await;
        let admin = world.staff(&[Role::Admin]).await;
        let sales = world.staff(&[Role::Sales, Role::Service]).await;
        world.clock.advance(1000);
        let user = world.dealer_user("远行二手车", "yuanxing").await;
        let all = UserFilter::default();
        let page = world.service.users(&admin, &all).await.unwrap();
        assert_eq!((page.total, page.rows[0].id), (3, user.user_id));
        let by_role = UserFilter { role: Some(Role::Service), ..all.clone() };
        let found = world.service.users(&admin, &by_role).await.unwrap();
        assert_eq!(found.rows[0].id, sales.user_id);
        assert_eq!(found.rows[0].seat, UserSeat::Staff(vec![Role::Sales, Role::Service]));
        let at_dealers = UserFilter { staff: Some(false), ..all.clone() };
        assert_eq!(world.service.users(&admin, &at_dealers).await.unwrap().total, 1);
        let by_company = UserFilter { search: "远行".into(), ..all.clone() };
        assert_eq!(world.service.users_to_export(&admin, &by_company).await.unwrap()[0].login, "yuanxing");
        for sort in UserSort::ALL {
            for reversed in [false, true] {
                let sorted = UserFilter { sort, reversed, ..all.clone() };
                assert_eq!(world.service.users(&admin, &sorted).await.unwrap().rows.len(), 3);
            }
        }
        let gone = UserFilter { active: Some(false), ..all };
        assert_eq!(world.service.users(&admin, &gone).await.unwrap().total, 0);
    }

    #[tokio::test]
    async fn an_owner_sees_the_companys_people_and_nobody_else() {
        let world = World::new().await;
        let admin = world.staff(&[Role::Admin]).await;
        let owner = world.dealer_user("远行二手车", "yuanxing").await;
        let stranger = world.dealer_user("恒信车业", "hengxin").await;
        let theirs = stranger.dealer().unwrap().dealer_id;
        let asked = UserFilter { dealer_id: Some(theirs), ..UserFilter::default() };
        let page = world.service.users(&owner, &asked).await.unwrap();
        assert_eq!(page.rows.iter().map(|row| row.id).collect::<Vec<_>>(), [owner.user_id]);
        assert_eq!(world.service.users_to_export(&owner, &asked).await.unwrap().len(), 1);
        for hidden in [stranger.user_id, admin.user_id] {
            assert_eq!(code(world.service.user(&owner, hidden).await), "NOT_FOUND");
        }
        assert_eq!(world.service.user(&owner, owner.user_id).await.unwrap().trail[0].what, "registered");
        assert_eq!(world.service.user(&admin, stranger.user_id).await.unwrap().row.login, "hengxin");
    }
}
