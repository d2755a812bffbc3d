//! Holidays count in the time that a seller has, and whoever changes them stands in the history.

use auction::{BusinessDay, SetDays};
use kernel::{Calendar, Day, DayKind, Envelope, Principal, Problem, Role};
use platform_db::CommandError;
use platform_testkit::staff;
use serde_json::Value;
use uuid::Uuid;

use crate::common::World;
use crate::table::{ENDS_IN_MS, Table, code};

const HOUR_MS: i64 = 3_600_000;

fn today(world: &World) -> i64 {
    Calendar::nine_to_six(8 * HOUR_MS).day_of(world.now()).0
}

/// Says of the days from today on what they are.
async fn set(world: &World, kind: Option<DayKind>, days: i64) {
    let (admin, first) = (staff(&[Role::Admin]), today(world));
    let input = SetDays {
        key: Uuid::now_v7(),
        first: Day(first),
        last: Day(first + days - 1),
        kind,
        name: "测试".into(),
    };
    for _ in 0..2 {
        world.service.set_business_days(&admin, input.clone()).await.unwrap();
    }
}

/// How long the seller has in a negotiation that begins now.
async fn time_to_answer(world: World) -> i64 {
    let table = Table::on(world).await;
    let detail = table.seen_by_staff().await;
    detail.view.deadline_at.since(detail.row.opened_at)
}

#[tokio::test]
async fn a_seller_has_longer_over_holidays() {
    let world = World::with_lots_ending_in(1, ENDS_IN_MS).await;
    set(&world, Some(DayKind::Holiday), 20).await;
    assert_eq!(time_to_answer(world).await, 24 * HOUR_MS, "no hour of business within the longest time");
}

#[tokio::test]
async fn a_seller_answers_on_a_weekend_that_is_worked() {
    let world = World::with_lots_ending_in(1, ENDS_IN_MS).await;
    // what is said last holds
    set(&world, Some(DayKind::Holiday), 20).await;
    set(&world, Some(DayKind::Workday), 20).await;
    let time = time_to_answer(world).await;
    assert!((4 * HOUR_MS..=19 * HOUR_MS).contains(&time), "four hours, and at most a night: {time}");
}

#[tokio::test]
async fn every_change_stays_with_who_and_when() {
    let world = World::with_open_lots(1).await;
    let (admin, first) = (staff(&[Role::Admin]), today(&world));
    set(&world, Some(DayKind::Holiday), 3).await;
    set(&world, None, 1).await;
    let days = world.service.business_days(&admin).await.unwrap();
    let holiday = |day| BusinessDay { day: Day(day), kind: DayKind::Holiday, name: "测试".into() };
    assert_eq!(days, [holiday(first + 1), holiday(first + 2)]);
    let changes = world.service.business_day_changes(&admin).await.unwrap();
    let told: Vec<_> = changes.iter().map(|one| (one.first.0, one.last.0, one.kind)).collect();
    assert_eq!(told, [(first, first, None), (first, first + 2, Some(DayKind::Holiday))], "a repeat is none");
    assert_eq!(changes[0].by_name, admin.display_name);
    let heard = world.told("BusinessDaysSet").await;
    let heard: Vec<_> = heard.iter().map(|one| (one["first_day"].as_i64(), one["kind"].as_str())).collect();
    assert_eq!(heard, [(Some(first), Some("holiday")), (Some(first), Some("ordinary"))], "each is told once");
    for change in ["DELETE FROM business_day_change", "UPDATE business_day_change SET kind = 'ordinary'"] {
        assert!(sqlx::query(change).execute(&world.db).await.is_err(), "{change}");
    }
}

/// What was said before there was an event for it is told by a migration, in the words in which it would be told today.
#[tokio::test]
async fn changes_from_before_there_was_an_event_are_told_as_today() {
    let world = World::with_open_lots(1).await;
    set(&world, Some(DayKind::Holiday), 3).await;
    set(&world, None, 1).await;
    let today = all_told(&world).await;
    sqlx::query("DELETE FROM outbox").execute(&world.db).await.unwrap();
    let migration = include_str!("../../../../migrations/auction/0036_tell_business_days.up.sql");
    sqlx::raw_sql(migration).execute(&world.db).await.unwrap();
    assert_eq!(today.len(), 2);
    assert_eq!(all_told(&world).await, today);
}

/// Everything that is told of days, but for the ids.
async fn all_told(world: &World) -> Vec<Envelope> {
    let envelopes: Vec<Value> = sqlx::query_scalar(
        "SELECT envelope FROM outbox WHERE event_type = 'BusinessDaysSet' ORDER BY position",
    )
    .fetch_all(&world.db)
    .await
    .unwrap();
    let read = envelopes.into_iter().map(|envelope| serde_json::from_value(envelope).unwrap());
    read.map(|told: Envelope| Envelope { id: Uuid::nil(), ..told }).collect()
}

#[tokio::test]
async fn what_cannot_be_is_refused_field_by_field() {
    let world = World::with_open_lots(1).await;
    let (admin, first) = (staff(&[Role::Admin]), today(&world));
    let asked = async |who: &Principal, (from, to): (i64, i64), name: &str| {
        let kind = Some(DayKind::Holiday);
        let input =
            SetDays { key: Uuid::now_v7(), first: Day(from), last: Day(to), kind, name: name.to_owned() };
        world.service.set_business_days(who, input).await
    };
    for (days, name, wrong) in [
        ((first - 1, first), "国庆", ("first", "DAYS_PAST")),
        ((first + 2_000, first + 2_000), "国庆", ("first", "DAYS_TOO_FAR")),
        ((first + 1, first), "国庆", ("last", "DAYS_ORDER")),
        ((first, first + 31), "国庆", ("last", "DAYS_TOO_MANY")),
        ((first, first), " ", ("name", "DAYS_NAME")),
    ] {
        let Err(CommandError::Refused(Problem { fields, .. })) = asked(&admin, days, name).await else {
            panic!("{wrong:?} is not refused")
        };
        let named: Vec<_> = fields.iter().map(|one| (one.field.as_str(), one.code.as_str())).collect();
        assert_eq!(named, [wrong]);
    }
    let auctioneer = staff(&[Role::Auctioneer]);
    assert_eq!(code(asked(&auctioneer, (first, first), "国庆").await), "FORBIDDEN");
    assert_eq!(code(world.service.business_days(&auctioneer).await), "FORBIDDEN");
    assert!(world.service.business_days(&admin).await.unwrap().is_empty());
}
