//! A dealer company becomes a customer of the auctions.

use kernel::{DealerId, Principal};
use platform_db::CommandError;
use serde_json::json;
use uuid::Uuid;

use crate::events::{Occasion, tell};
use crate::field::Fields;
use crate::store::dealers::{self, Dealer};
use crate::trail::{NewLine, key_used};
use crate::{DealerChanged, Papers, Service, StrikeBar, permit, store};

/// The new company.
#[derive(Clone, Debug)]
pub struct RegisterDealer {
    /// The command's id, which becomes the company's.
    pub key: Uuid,
    /// Its name, unique.
    pub name: String,
    /// Where it is.
    pub city: String,
    /// How to reach it.
    pub phone: String,
}

impl Service {
    /// Registers a company. Sales and admins do. A repeat answers the same id.
    pub async fn register_dealer(
        &self,
        who: &Principal,
        input: RegisterDealer,
    ) -> Result<DealerId, CommandError> {
        permit::keep_dealers(who)?;
        let mut fields = Fields::default();
        let dealer = Dealer {
            id: input.key,
            name: fields.company("name", &input.name),
            city: fields.text("city", &input.city, 1, 30),
            phone: fields.phone("phone", &input.phone),
            group_name: String::new(),
            status: "active".into(),
            papers: Papers::Missing.name().into(),
            strikes: StrikeBar::None,
            event_seq: 1,
        };
        fields.done()?;

        let at = self.clock.now();
        let mut tx = self.db.begin().await?;
        if !dealers::insert(&mut tx, &dealer, at).await? {
            let registered = store::trail::known_of_dealer(&mut tx, input.key).await?;
            let same = registered.is_some_and(|line| {
                line.repeats(input.key, "registered")
                    && line.data == json!({ "name": dealer.name, "city": dealer.city })
            });
            return if same { Ok(DealerId(input.key)) } else { Err(key_used().into()) };
        }
        let line = NewLine {
            id: input.key,
            of: dealer.id,
            what: "registered",
            who,
            at,
            why: None,
            data: json!({ "name": dealer.name, "city": dealer.city }),
        };
        store::trail::add_to_dealer(&mut tx, line).await?;
        let occasion = Occasion { who, at, key: input.key, aggregate: dealer.id, seq: dealer.event_seq };
        tell(&mut tx, &event_of(&dealer), occasion).await?;
        tx.commit().await?;
        tracing::info!(dealer.id = %dealer.id, "dealer registered");
        Ok(DealerId(dealer.id))
    }
}

pub(crate) fn event_of(dealer: &Dealer) -> DealerChanged {
    let (struck_out, struck_until) = match dealer.strikes {
        StrikeBar::None | StrikeBar::Warned => (false, None),
        StrikeBar::Until(until) => (true, Some(until)),
        StrikeBar::ForGood => (true, None),
    };
    DealerChanged {
        dealer_id: DealerId(dealer.id),
        name: dealer.name.clone(),
        status: dealer.status.clone(),
        group: dealer.group_name.clone(),
        papers: dealer.papers.clone(),
        struck_out,
        struck_until,
    }
}

#[cfg(test)]
mod tests {
    use kernel::Role;

    use super::*;
    use crate::test_support::{World, code, fields};

    fn input() -> RegisterDealer {
        RegisterDealer {
            key: Uuid::now_v7(),
            name: " 远行二手车 ".into(),
            city: "杭州".into(),
            phone: "157 1234 1299".into(),
        }
    }

    #[tokio::test]
    async fn a_repeat_changes_nothing() {
        let world = World::new().await;
        let sales = world.staff(&[Role::Sales]).await;
        let first = input();
        let id = world.service.register_dealer(&sales, first.clone()).await.unwrap();
        assert_eq!(world.service.register_dealer(&sales, first.clone()).await.unwrap(), id);
        let other = RegisterDealer { name: "恒信车业".into(), ..first };
        assert_eq!(code(world.service.register_dealer(&sales, other).await), "KEY_USED");
        let detail = world.service.dealer(&sales, id).await.unwrap();
        assert_eq!((detail.row.name.as_str(), detail.row.phone.as_str()), ("远行二手车", "157****1299"));
        assert_eq!(detail.trail.len(), 1);
        assert_eq!(world.events("DealerChanged").await.len(), 1);
    }

    #[tokio::test]
    async fn wrong_fields_and_taken_names_are_named() {
        let world = World::new().await;
        let sales = world.staff(&[Role::Sales]).await;
        let wrong = RegisterDealer { name: "x".into(), city: String::new(), phone: "?".into(), ..input() };
        assert_eq!(
            fields(world.service.register_dealer(&sales, wrong).await),
            [("name", "TOO_SHORT"), ("city", "REQUIRED"), ("phone", "PHONE_FORM")].map(World::pair)
        );
        world.service.register_dealer(&sales, input()).await.unwrap();
        assert_eq!(
            fields(world.service.register_dealer(&sales, input()).await),
            [World::pair(("name", "DEALER_NAME_TAKEN"))]
        );
    }

    #[tokio::test]
    async fn only_sales_and_admins_register() {
        let world = World::new().await;
        for who in [world.staff(&[Role::Finance]).await, world.dealer_user("恒信车业", "hengxin").await] {
            assert_eq!(code(world.service.register_dealer(&who, input()).await), "FORBIDDEN");
        }
        let admin = world.staff(&[Role::Admin]).await;
        assert!(world.service.register_dealer(&admin, input()).await.is_ok());
    }
}
