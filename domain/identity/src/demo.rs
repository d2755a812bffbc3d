//! People and companies of a demonstration: the same ids every time, so that the other services' demo data can name
//! them.

use kernel::{DealerId, Lang, Principal, Role, Seat, UserId};
use platform_db::CommandError;
use uuid::Uuid;

use crate::field::Fields;
use crate::register_user::parsed;
use crate::{ChangeDealer, GiveStore, NewSeat, Papers, RegisterDealer, RegisterUser, Service};

/// Who was made, for the page that offers to sign in as one of them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoPerson {
    /// The name to sign in with.
    pub login: String,
    /// The name that is shown.
    pub display_name: String,
    /// What they are.
    pub principal: Principal,
}

/// Everybody of the demonstration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DemoPeople {
    /// Users of dealers, owners first within each company.
    pub dealers: Vec<DemoPerson>,
    /// One colleague for each role, in the order of [`Role::ALL`].
    pub staff: Vec<DemoPerson>,
}

/// Name of the company's slug, name, city, number.
const COMPANIES: [(&str, &str, &str, &str); 4] = [
    ("yuanxing", "远行二手车", "杭州", "15712341299"),
    ("hengxin", "恒信车业", "上海", "13912346688"),
    ("jiahe", "嘉禾名车杭州店", "杭州", "15712345511"),
    ("jiahe-sh", "嘉禾名车上海店", "上海", "13912345522"),
];

/// A group, its stores, and who acts for the last of them besides his own: login and store.
const GROUP: (&str, [&str; 2], (&str, &str)) = ("嘉禾集团", ["jiahe", "jiahe-sh"], ("jiahe", "jiahe-sh"));

/// Login, name, company, whether they own it.
const DEALERS_USERS: [(&str, &str, &str, bool); 6] = [
    ("yuanxing", "周远行", "yuanxing", true),
    ("yuanxing2", "陈小路", "yuanxing", false),
    ("hengxin", "吴恒", "hengxin", true),
    ("hengxin2", "孙信", "hengxin", false),
    ("jiahe", "郑嘉禾", "jiahe", true),
    ("jiahe2", "马申", "jiahe-sh", true),
];

/// Login (the role's name), and name.
const COLLEAGUES: [(&str, Role); 8] = [
    ("何检", Role::Inspector),
    ("沈价", Role::Pricing),
    ("高锤", Role::Auctioneer),
    ("苏晓", Role::Sales),
    ("林静", Role::Service),
    ("钱敏", Role::Finance),
    ("许岚", Role::Marketing),
    ("管理员", Role::Admin),
];

/// The id of a demo company by the login of its owner: `yuanxing`, `hengxin`.
pub fn demo_dealer_id(slug: &str) -> DealerId {
    DealerId(Uuid::new_v5(&Uuid::NAMESPACE_DNS, format!("dealer.{slug}.demo.luochui").as_bytes()))
}

/// The id of a demo person by login: `yuanxing`, `yuanxing2`, `sales`, `admin` …
pub fn demo_user_id(login: &str) -> UserId {
    UserId(Uuid::new_v5(&Uuid::NAMESPACE_DNS, format!("user.{login}.demo.luochui").as_bytes()))
}

impl Service {
    /// Makes the demo companies and people that are missing, all with this password. What is there already stays as
    /// it is, passwords included; so it may run at every start.
    pub async fn ensure_demo_people(&self, password: &str) -> Result<DemoPeople, CommandError> {
        let by = Principal {
            user_id: UserId(Uuid::nil()),
            display_name: "演示数据".into(),
            lang: Lang::Zh,
            seat: Seat::Staff { roles: vec![Role::Admin] },
        };
        for (slug, name, city, phone) in COMPANIES {
            let key = demo_dealer_id(slug).0;
            if crate::store::dealers::find(&mut *self.pool().acquire().await?, key).await?.is_none() {
                let company =
                    RegisterDealer { key, name: name.into(), city: city.into(), phone: phone.into() };
                self.register_dealer(&by, company).await?;
            }
            // under one key: somebody may take it back, and a later start leaves that
            let verified = ChangeDealer {
                key: Uuid::new_v5(&key, b"papers"),
                dealer_id: key,
                papers: Some(Papers::Verified),
                ..ChangeDealer::default()
            };
            self.change_dealer(&by, verified).await?;
        }
        let mut people = DemoPeople { dealers: Vec::new(), staff: Vec::new() };
        for (login, name, slug, is_owner) in DEALERS_USERS {
            let seat = NewSeat::Dealer { dealer_id: demo_dealer_id(slug), is_owner };
            people.dealers.extend(self.ensure_person(&by, login, name, seat, password).await?);
        }
        for (name, role) in COLLEAGUES {
            let seat = NewSeat::Staff { roles: vec![role] };
            people.staff.extend(self.ensure_person(&by, role.name(), name, seat, password).await?);
        }
        self.ensure_group(&by).await?;
        Ok(people)
    }

    /// Under keys of its own, as the papers: what somebody took back stays so.
    async fn ensure_group(&self, by: &Principal) -> Result<(), CommandError> {
        let (name, stores, (login, store)) = GROUP;
        for slug in stores {
            let dealer_id = demo_dealer_id(slug).0;
            let joined = ChangeDealer {
                key: Uuid::new_v5(&dealer_id, b"group"),
                dealer_id,
                group: Some(name.into()),
                ..ChangeDealer::default()
            };
            self.change_dealer(by, joined).await?;
        }
        let user_id = demo_user_id(login);
        let key = Uuid::new_v5(&user_id.0, store.as_bytes());
        let given = GiveStore { key, user_id, store_id: demo_dealer_id(store), keeps_users: true };
        match self.give_store(by, given).await {
            // its stores belong to other groups by now
            Err(CommandError::Refused(_)) | Ok(()) => Ok(()),
            Err(error) => Err(error),
        }
    }

    /// `None` when somebody has deactivated the demo person.
    async fn ensure_person(
        &self,
        by: &Principal,
        login: &str,
        name: &str,
        seat: NewSeat,
        password: &str,
    ) -> Result<Option<DemoPerson>, CommandError> {
        let input = RegisterUser {
            key: demo_user_id(login).0,
            login: login.into(),
            display_name: name.into(),
            password: String::new(),
            lang: Lang::Zh,
            seat,
        };
        let (user, roles) = parsed(Fields::default(), &input)?;
        let id = self.insert_user(by, user, roles, password).await?;
        Ok(self.principal_of(id).await?.map(|found| DemoPerson {
            login: login.into(),
            display_name: found.principal.display_name.clone(),
            principal: found.principal,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SignIn;
    use crate::test_support::World;

    #[tokio::test]
    async fn everybody_is_there_once_and_can_sign_in() {
        let world = World::new().await;
        let people = world.service.ensure_demo_people("luochui").await.unwrap();
        assert_eq!(world.service.ensure_demo_people("another").await.unwrap(), people);
        assert_eq!((people.dealers.len(), people.staff.len()), (6, 8));
        assert_eq!(world.events("DealerChanged").await.len(), 10, "registered, verified, two in a group");
        assert_eq!(world.events("UserChanged").await.len(), 14);
        for person in people.dealers.iter().chain(&people.staff) {
            let input =
                SignIn { login: person.login.clone(), password: "luochui".into(), address: "desk".into() };
            assert_eq!(world.service.sign_in(input).await.unwrap().principal, person.principal);
        }
        for (person, role) in people.staff.iter().zip(Role::ALL) {
            assert_eq!(person.principal.seat, Seat::Staff { roles: vec![role] });
        }
        assert_eq!(people.dealers[0].principal.dealer().unwrap().dealer_id, demo_dealer_id("yuanxing"));
        assert_eq!(people.dealers[0].principal.user_id, demo_user_id("yuanxing"));
        let stores =
            world.service.stores_of(&people.staff[7].principal, demo_user_id("jiahe")).await.unwrap();
        let ids: Vec<DealerId> = stores.iter().map(|store| store.id).collect();
        assert_eq!(ids, [demo_dealer_id("jiahe"), demo_dealer_id("jiahe-sh")]);
    }
}
