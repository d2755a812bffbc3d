//! `BusinessDaysSet`: a buyer has to pay in business days, and which days those are the auction says.

use finance::due_at;
use kernel::{Calendar, Day, DayKind, UnixMs};
use platform_testkit::dealer;
use uuid::Uuid;

use crate::world::{DAY_MS, HOUR_MS, NOW, World};

/// The Sunday on which all of this happens.
fn today() -> i64 {
    Calendar::CHINA.day_of(NOW).0
}

/// The last moment of the day so many days from today.
fn end_of(days: i64) -> UnixMs {
    UnixMs(due_at(NOW, &Calendar::CHINA).0 + (days - 2) * DAY_MS)
}

async fn due(world: &World) -> (Uuid, UnixMs) {
    let id = world.ordered(&dealer("申城车行"), 5_000_000, NOW).await;
    (id, world.service.receivable(&world.staff, id).await.unwrap().row.due_at)
}

#[tokio::test]
async fn holidays_that_were_told_give_a_buyer_more_time() {
    let world = World::new().await;
    let (early, before) = due(&world).await;
    assert_eq!(before, end_of(2), "Tuesday");
    world.days_are("holiday", (today() + 1, today() + 3), 3).await;
    let (id, at) = due(&world).await;
    assert_eq!(at, end_of(5), "Friday: Monday to Wednesday are off");
    let told = Calendar::CHINA.with_days((1..=3).map(|day| (Day(today() + day), DayKind::Holiday)));
    assert_eq!(at, due_at(NOW, &told));
    let claim = world.service.receivable(&world.staff, id).await.unwrap();
    let counted = claim.trail[0].data["days"].as_array().unwrap();
    assert_eq!(counted.len(), 3, "what it was counted by is kept with it");
    assert_eq!(counted[0]["name"], "国庆节");
    let again = world.service.receivable(&world.staff, early).await.unwrap();
    assert_eq!(again.row.due_at, before, "what was claimed before stays as it is");
}

#[tokio::test]
async fn of_two_words_about_a_day_the_newer_counts_in_whichever_order_they_come() {
    let world = World::new().await;
    world.days_are("holiday", (today() + 1, today() + 2), 2).await;
    world.days_are("ordinary", (today() + 1, today() + 1), 3).await;
    assert_eq!(due(&world).await.1, end_of(3), "Monday is one again, Tuesday is off");
    world.days_are("holiday", (today() + 1, today() + 1), 1).await;
    assert_eq!(due(&world).await.1, end_of(3), "an older word");
    world.days_are("workday", (today(), today()), 4).await;
    assert_eq!(due(&world).await.1, end_of(3), "the day of the order never counts");
}

#[tokio::test]
async fn days_that_are_none_are_a_dead_letter() {
    let world = World::new().await;
    world.days_are("holiday", (5, 4), 1).await;
    world.days_are("holiday", (0, 400), 2).await;
    world.days_are("feast", (1, 1), 3).await;
    let dead = world.dead_letters().await;
    assert_eq!(dead.len(), 3, "{dead:?}");
    assert_eq!(world.count("SELECT count(*) FROM business_day").await, 0);
}

#[tokio::test]
async fn days_to_pay_are_counted_in_the_zone_that_is_set() {
    // Sunday, 17:00 UTC: in China it is Monday already
    let at = NOW.plus_ms(15 * HOUR_MS);
    let mut due = Vec::new();
    for offset_min in [8 * 60, 0] {
        let world = World::in_zone(offset_min).await;
        let id = world.ordered(&dealer("申城车行"), 5_000_000, at).await;
        let claim = world.service.receivable(&world.staff, id).await.unwrap();
        assert_eq!(claim.row.due_at, due_at(at, &Calendar::of_trade(offset_min)));
        assert_eq!(claim.trail[0].data["zone_ms"], i64::from(offset_min) * 60_000);
        due.push(claim.row.due_at);
    }
    assert_eq!(due[0].since(due[1]), 16 * HOUR_MS, "Wednesday in China, Tuesday by UTC");
}
