//! Who acts, and what a route asks of them. Plain data: the permission table of the whole product.

use serde::{Deserialize, Serialize};

use crate::{DealerId, Lang, UserId};

/// What a member of staff does for a living.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// 评估师: takes cars in, inspects them.
    Inspector,
    /// 定价: sets start, reserve and guide prices.
    Pricing,
    /// 拍卖师: makes sales and lots, runs them.
    Auctioneer,
    /// 销售: looks after dealers and orders.
    Sales,
    /// 客服: answers questions, opens disputes.
    Service,
    /// 财务: receivables and payments.
    Finance,
    /// 市场: customers, tags, segments.
    Marketing,
    /// 管理员: everything, and the operators' pages.
    Admin,
}

impl Role {
    /// All roles, in the order in which forms show them.
    pub const ALL: [Role; 8] = [
        Role::Inspector,
        Role::Pricing,
        Role::Auctioneer,
        Role::Sales,
        Role::Service,
        Role::Finance,
        Role::Marketing,
        Role::Admin,
    ];

    /// The name in the database, in forms and in text keys (`role.inspector`).
    pub const fn name(self) -> &'static str {
        match self {
            Role::Inspector => "inspector",
            Role::Pricing => "pricing",
            Role::Auctioneer => "auctioneer",
            Role::Sales => "sales",
            Role::Service => "service",
            Role::Finance => "finance",
            Role::Marketing => "marketing",
            Role::Admin => "admin",
        }
    }

    /// The role of that name.
    pub fn from_name(name: &str) -> Option<Role> {
        Role::ALL.into_iter().find(|role| role.name() == name)
    }
}

/// A dealer's user acts for the company; the company is the bidder of record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DealerSeat {
    /// The company.
    pub dealer_id: DealerId,
    /// Its name.
    pub dealer_name: String,
    /// Whether this user may manage the company's other users.
    pub is_owner: bool,
}

/// Where a person sits: at a dealer's, or among our staff.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "seat", rename_all = "snake_case")]
pub enum Seat {
    /// A user of a dealer company.
    Dealer(DealerSeat),
    /// Staff with these roles.
    Staff {
        /// At least one.
        roles: Vec<Role>,
    },
}

/// The person on whose behalf a command runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Principal {
    /// The person.
    pub user_id: UserId,
    /// The name shown to colleagues and in trails.
    pub display_name: String,
    /// The chosen language.
    pub lang: Lang,
    /// Where the person sits.
    pub seat: Seat,
}

/// Who may use a route or a command. Every route names one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Anybody, signed in or not.
    Public,
    /// Anybody who is signed in.
    SignedIn,
    /// Users of a dealer company.
    Dealer,
    /// Any member of staff.
    Staff,
    /// Staff with one of these roles. `Admin` is always enough.
    Roles(&'static [Role]),
}

impl Principal {
    /// The dealer's seat, if this is a dealer's user.
    pub fn dealer(&self) -> Option<&DealerSeat> {
        match &self.seat {
            Seat::Dealer(seat) => Some(seat),
            Seat::Staff { .. } => None,
        }
    }

    /// Whether this is a member of staff.
    pub fn is_staff(&self) -> bool {
        matches!(self.seat, Seat::Staff { .. })
    }

    /// Whether this person has the role; an admin has every role.
    pub fn has_role(&self, role: Role) -> bool {
        match &self.seat {
            Seat::Dealer(_) => false,
            Seat::Staff { roles } => roles.contains(&role) || roles.contains(&Role::Admin),
        }
    }
}

impl Access {
    /// Whether this access lets the person in. `None` is somebody who is not signed in.
    pub fn allows(self, who: Option<&Principal>) -> bool {
        match (self, who) {
            (Access::Public, _) => true,
            (_, None) => false,
            (Access::SignedIn, Some(_)) => true,
            (Access::Dealer, Some(person)) => person.dealer().is_some(),
            (Access::Staff, Some(person)) => person.is_staff(),
            (Access::Roles(roles), Some(person)) => roles.iter().any(|role| person.has_role(*role)),
        }
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn person(seat: Seat) -> Principal {
        Principal { user_id: UserId(Uuid::nil()), display_name: "某人".into(), lang: Lang::Zh, seat }
    }

    #[test]
    fn access_is_by_seat_and_role() {
        let dealer = person(Seat::Dealer(DealerSeat {
            dealer_id: DealerId(Uuid::nil()),
            dealer_name: "车行".into(),
            is_owner: true,
        }));
        let pricing = person(Seat::Staff { roles: vec![Role::Pricing] });
        let admin = person(Seat::Staff { roles: vec![Role::Admin] });
        let priced = Access::Roles(&[Role::Pricing]);
        assert!(!priced.allows(None) && !priced.allows(Some(&dealer)));
        assert!(priced.allows(Some(&pricing)) && priced.allows(Some(&admin)));
        assert!(Access::Dealer.allows(Some(&dealer)) && !Access::Dealer.allows(Some(&admin)));
        assert!(Access::Public.allows(None) && !Access::SignedIn.allows(None));
    }
}
