//! A dealer company gets another name, is suspended, or is active again; its papers are verified.

use kernel::{DealerId, Principal, Problem};
use platform_db::CommandError;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::dealers::{DealerStatus, Papers};
use crate::events::{Occasion, tell};
use crate::field::Fields;
use crate::register_dealer::event_of;
use crate::store::dealers::{self, Dealer};
use crate::take_store::leave_group;
use crate::trail::{NewLine, key_used};
use crate::{Service, permit, store};

/// What changes; `None` leaves it as it is.
#[derive(Clone, Debug, Default)]
pub struct ChangeDealer {
    /// The command's id.
    pub key: Uuid,
    /// The company.
    pub dealer_id: Uuid,
    /// A new name.
    pub name: Option<String>,
    /// Another city.
    pub city: Option<String>,
    /// Another telephone number.
    pub phone: Option<String>,
    /// Another dealer group; empty for none.
    pub group: Option<String>,
    /// Suspended or active.
    pub status: Option<DealerStatus>,
    /// Whether we have seen its papers.
    pub papers: Option<Papers>,
    /// Why; needed to suspend, and to take back that papers were verified.
    pub why: String,
}

impl Service {
    /// Changes a company. Sales and admins do. A suspended company's users can still sign in and settle what they
    /// bought; that they cannot bid is the auction's business, which hears of it. Where it leaves its group, nobody acts for it and
    /// another store of the group any more.
    pub async fn change_dealer(&self, who: &Principal, input: ChangeDealer) -> Result<(), CommandError> {
        if !permit::sees_dealer(who, DealerId(input.dealer_id)) {
            return Err(Problem::not_found().into());
        }
        permit::keep_dealers(who)?;
        let at = self.clock.now();
        let mut tx = self.db.begin().await?;
        let before = dealers::lock(&mut tx, input.dealer_id).await?.ok_or_else(Problem::not_found)?;
        let (mut after, why) = changed(&before, &input)?;
        let what = what_happened(&before, &after);
        if let Some(line) = store::trail::known_of_dealer(&mut tx, input.key).await? {
            let same = line.of == input.dealer_id && line.data["asked"] == asked(&input);
            return if same { Ok(()) } else { Err(key_used().into()) };
        }
        if what == "unchanged" {
            return Ok(());
        }
        let mut left = Vec::new();
        if before.group_name != after.group_name {
            let reason = why.clone().filter(|why| why.chars().count() > 1);
            let reason = reason.unwrap_or_else(|| format!("{} → {}", before.group_name, after.group_name));
            left = leave_group(&mut tx, (after.id, input.key), (who, at), &reason).await?;
        }
        after.event_seq += 1;
        dealers::update(&mut tx, &after, why.as_deref()).await?;
        let line = NewLine {
            id: input.key,
            of: after.id,
            what,
            who,
            at,
            why: why.as_deref(),
            data: json!({ "changes": differences(&before, &after), "asked": asked(&input) }),
        };
        store::trail::add_to_dealer(&mut tx, line).await?;
        let occasion = Occasion { who, at, key: input.key, aggregate: after.id, seq: after.event_seq };
        tell(&mut tx, &event_of(&after), occasion).await?;
        tx.commit().await?;
        left.into_iter().for_each(|user_id| self.revocations.tell(user_id));
        tracing::info!(dealer.id = %after.id, what, "dealer changed");
        Ok(())
    }
}

/// The company as it should become, and the reason.
fn changed(before: &Dealer, input: &ChangeDealer) -> Result<(Dealer, Option<String>), Problem> {
    let mut fields = Fields::default();
    let mut after = before.clone();
    if let Some(name) = &input.name {
        after.name = fields.company("name", name);
    }
    if let Some(city) = &input.city {
        after.city = fields.text("city", city, 1, 30);
    }
    if let Some(phone) = &input.phone {
        after.phone = fields.phone("phone", phone);
    }
    if let Some(group) = &input.group {
        after.group_name = fields.text("group", group, 0, 60);
    }
    if let Some(status) = input.status {
        after.status = status.name().into();
    }
    if let Some(papers) = input.papers {
        after.papers = papers.name().into();
    }
    let withdraws = input.papers == Some(Papers::Missing) && before.papers != after.papers;
    let suspends = input.status == Some(DealerStatus::Suspended) && before.status != after.status;
    let why = fields.text("why", &input.why, if suspends || withdraws { 2 } else { 0 }, 200);
    fields.done()?;
    Ok((after, (!why.is_empty()).then_some(why)))
}

fn what_happened(before: &Dealer, after: &Dealer) -> &'static str {
    match (before.status == after.status, after.status.as_str()) {
        (false, "suspended") => "suspended",
        (false, _) => "activated",
        (true, _) if before.papers != after.papers => match after.papers.as_str() {
            "verified" => "papers_verified",
            _ => "papers_withdrawn",
        },
        (true, _) if before.name != after.name => "renamed",
        (true, _) if before != after => "changed",
        (true, _) => "unchanged",
    }
}

/// Old and new of what differs. The number itself stays out of the trail.
fn differences(before: &Dealer, after: &Dealer) -> Value {
    let mut changes = Map::new();
    let pairs = [
        ("name", &before.name, &after.name),
        ("city", &before.city, &after.city),
        ("group", &before.group_name, &after.group_name),
        ("status", &before.status, &after.status),
        ("papers", &before.papers, &after.papers),
    ];
    for (field, old, new) in pairs {
        if old != new {
            changes.insert(field.into(), json!([old, new]));
        }
    }
    if before.phone != after.phone {
        changes.insert("phone".into(), json!(["", ""]));
    }
    Value::Object(changes)
}

/// What makes a repeated command the same command.
fn asked(input: &ChangeDealer) -> Value {
    let mut asked =
        json!({ "name": input.name, "city": input.city, "status": input.status.map(DealerStatus::name) });
    if let Some(group) = &input.group {
        // what was asked before there were groups stays equal to itself
        asked["group"] = json!(group);
    }
    if let Some(papers) = input.papers {
        asked["papers"] = json!(papers.name());
    }
    asked
}

#[cfg(test)]
mod tests {
    use kernel::Role;

    use super::*;
    use crate::test_support::{World, code, fields};

    fn suspend(dealer_id: Uuid) -> ChangeDealer {
        ChangeDealer {
            key: Uuid::now_v7(),
            dealer_id,
            status: Some(DealerStatus::Suspended),
            why: "逾期未付款".into(),
            ..ChangeDealer::default()
        }
    }

    #[tokio::test]
    async fn suspends_once_with_a_reason_and_tells_the_others() {
        let world = World::new().await;
        let sales = world.staff(&[Role::Sales]).await;
        let dealer = world.dealer("远行二手车").await;
        let command = suspend(dealer.0);
        world.service.change_dealer(&sales, command.clone()).await.unwrap();
        world.service.change_dealer(&sales, command.clone()).await.unwrap();
        let detail = world.service.dealer(&sales, dealer).await.unwrap();
        assert_eq!(detail.row.status, DealerStatus::Suspended);
        assert_eq!(detail.status_reason.as_deref(), Some("逾期未付款"));
        let told: Vec<&str> = detail.trail.iter().map(|line| line.what.as_str()).collect();
        assert_eq!(told, ["suspended", "registered"]);
        assert_eq!(detail.trail[0].who_name, sales.display_name);
        let events = world.events("DealerChanged").await;
        assert_eq!(events.last().unwrap()["data"]["status"], "suspended");
        assert_eq!((events.len(), events[1]["aggregate_seq"].as_i64()), (2, Some(2)));

        let other = ChangeDealer { name: Some("别的名字".into()), ..command };
        assert_eq!(code(world.service.change_dealer(&sales, other).await), "KEY_USED");
        let active =
            ChangeDealer { status: Some(DealerStatus::Active), why: String::new(), ..suspend(dealer.0) };
        world.service.change_dealer(&sales, active).await.unwrap();
        assert_eq!(world.service.dealer(&sales, dealer).await.unwrap().row.status, DealerStatus::Active);
    }

    #[tokio::test]
    async fn a_store_joins_a_group_and_the_others_hear_of_it() {
        let world = World::new().await;
        let sales = world.staff(&[Role::Sales]).await;
        let dealer = world.dealer("永达浦东").await;
        let join = ChangeDealer {
            key: Uuid::now_v7(),
            dealer_id: dealer.0,
            group: Some(" 永达集团 ".into()),
            ..ChangeDealer::default()
        };
        world.service.change_dealer(&sales, join.clone()).await.unwrap();
        world.service.change_dealer(&sales, join.clone()).await.unwrap();
        assert_eq!(world.service.dealer(&sales, dealer).await.unwrap().group, "永达集团");
        let events = world.events("DealerChanged").await;
        assert_eq!(events.len(), 2, "registered, joined; a repeat says nothing");
        assert_eq!(events[1]["data"]["group"], "永达集团");
        let long = ChangeDealer { key: Uuid::now_v7(), group: Some("团".repeat(61)), ..join };
        let refused = world.service.change_dealer(&sales, long).await;
        assert_eq!(fields(refused), [World::pair(("group", "TOO_LONG"))]);
    }

    #[tokio::test]
    async fn papers_are_verified_and_that_is_taken_back_only_with_a_reason() {
        let world = World::new().await;
        let sales = world.staff(&[Role::Sales]).await;
        let dealer = world.dealer("远行二手车").await;
        assert_eq!(world.service.dealer(&sales, dealer).await.unwrap().row.papers, Papers::Missing);
        let verify = |papers, why: &str| ChangeDealer {
            key: Uuid::now_v7(),
            dealer_id: dealer.0,
            papers: Some(papers),
            why: why.into(),
            ..ChangeDealer::default()
        };
        let command = verify(Papers::Verified, "");
        for _ in 0..2 {
            world.service.change_dealer(&sales, command.clone()).await.unwrap();
        }
        let detail = world.service.dealer(&sales, dealer).await.unwrap();
        assert_eq!((detail.row.papers, detail.row.status), (Papers::Verified, DealerStatus::Active));
        assert_eq!((detail.trail.len(), detail.trail[0].what.as_str()), (2, "papers_verified"));
        let silent = world.service.change_dealer(&sales, verify(Papers::Missing, "")).await;
        assert_eq!(fields(silent), [World::pair(("why", "REQUIRED"))]);
        world.service.change_dealer(&sales, verify(Papers::Missing, "营业执照过期")).await.unwrap();
        let told: Vec<_> = world.events("DealerChanged").await;
        let papers: Vec<_> = told.iter().filter_map(|event| event["data"]["papers"].as_str()).collect();
        assert_eq!(papers, ["missing", "verified", "missing"]);
        let owner = world.dealer_user("恒信车业", "hengxin").await;
        let own =
            ChangeDealer { dealer_id: owner.dealer().unwrap().dealer_id.0, ..verify(Papers::Verified, "") };
        assert_eq!(code(world.service.change_dealer(&owner, own).await), "FORBIDDEN");
    }

    #[tokio::test]
    async fn a_suspension_without_a_reason_is_refused() {
        let world = World::new().await;
        let sales = world.staff(&[Role::Sales]).await;
        let dealer = world.dealer("远行二手车").await;
        let silent = ChangeDealer { why: "  ".into(), ..suspend(dealer.0) };
        assert_eq!(
            fields(world.service.change_dealer(&sales, silent).await),
            [World::pair(("why", "REQUIRED"))]
        );
    }

    #[tokio::test]
    async fn a_name_stays_unique() {
        let world = World::new().await;
        let sales = world.staff(&[Role::Sales]).await;
        let dealer = world.dealer("远行二手车").await;
        world.dealer("Hengxin Cars").await;
        let rename = ChangeDealer {
            key: Uuid::now_v7(),
            dealer_id: dealer.0,
            name: Some("hengxin cars".into()),
            ..ChangeDealer::default()
        };
        let refused = world.service.change_dealer(&sales, rename).await;
        assert_eq!(fields(refused), [World::pair(("name", "DEALER_NAME_TAKEN"))]);
    }

    #[tokio::test]
    async fn dealers_do_not_change_themselves_nor_see_each_other() {
        let world = World::new().await;
        let owner = world.dealer_user("远行二手车", "yuanxing").await;
        let other = world.dealer("恒信车业").await;
        let own = owner.dealer().unwrap().dealer_id;
        assert_eq!(code(world.service.change_dealer(&owner, suspend(own.0)).await), "FORBIDDEN");
        assert_eq!(code(world.service.change_dealer(&owner, suspend(other.0)).await), "NOT_FOUND");
        let sales = world.staff(&[Role::Sales]).await;
        assert_eq!(code(world.service.change_dealer(&sales, suspend(Uuid::now_v7())).await), "NOT_FOUND");
    }
}
