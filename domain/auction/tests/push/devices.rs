//! Which browsers a person is told in: as many as he may have, each once.

use auction::MUTED_LOTS_MAX;

use super::*;
use crate::common::join_all;

#[tokio::test]
async fn of_many_browsers_at_once_no_more_than_the_limit_are_added() {
    let (world, _, anna, _) = world_with_phone().await;
    let other = world.restarted().await;
    send_by(&other.service, &Arc::new(Way::default()));
    let asked: Vec<AddPushDevice> = (0..PUSH_DEVICES_MAX + 2).map(|n| browser(&format!("b{n}"))).collect();
    let services = [&world.service, &other.service];
    let added =
        asked.iter().zip(services.into_iter().cycle()).map(|(add, at)| at.add_push_device(&anna, add));
    let added: Vec<String> = join_all(added).await.into_iter().map(code).collect();
    let refused = added.iter().filter(|code| *code == "TOO_MANY_DEVICES").count();
    assert_eq!(refused, 3, "the phone is there already: {added:?}");
    assert_eq!(i64::try_from(names(&world, &anna).await.len()), Ok(PUSH_DEVICES_MAX));
}

#[tokio::test]
async fn a_key_that_comes_again_says_what_is_true_now() {
    let (world, way, anna, bert) = world_with_phone().await;
    let add = browser("desk");
    for _ in 0..2 {
        world.service.add_push_device(&anna, &add).await.unwrap();
    }
    assert_eq!(names(&world, &anna).await, ["Browser of desk", "Browser of phone"]);
    let theirs = AddPushDevice { key: add.key, ..browser("other") };
    assert_eq!(code(world.service.add_push_device(&bert, &theirs).await), "DEVICE_KEY_REUSED");
    world.service.remove_push_device(&anna, add.key).await.unwrap();
    assert_eq!(code(world.service.add_push_device(&anna, &add).await), "DEVICE_TURNED_OFF");
    assert_eq!(names(&world, &anna).await, ["Browser of phone"], "it is not on again by itself");
    assert!(way.sent().is_empty());
}

#[tokio::test]
async fn a_browser_that_moves_to_another_address_is_told_there_alone() {
    let (world, way, anna, bert) = world_with_phone().await;
    let phone = world.service.push_devices(&anna).await.unwrap()[0].id;
    let moved = AddPushDevice { instead_of: Some(phone), ..browser("phone-2") };
    for _ in 0..2 {
        world.service.add_push_device(&anna, &moved).await.unwrap();
    }
    assert_eq!(names(&world, &anna).await, ["Browser of phone-2"]);
    bid(&world, &anna, 81_000).await;
    bid(&world, &bert, 90_000).await;
    assert_eq!(out(&world, 0).await, 1);
    assert_eq!(way.sent(), [("https://push.example/phone-2".to_owned(), "zh-CN outbid".to_owned())]);
    // whoever turns it on in the same browser takes it over, at whatever address
    let taken = AddPushDevice { instead_of: Some(moved.key), ..browser("phone-3") };
    world.service.add_push_device(&bert, &taken).await.unwrap();
    assert_eq!((names(&world, &anna).await.len(), names(&world, &bert).await.len()), (0, 1));
}

#[tokio::test]
async fn who_leaves_a_browser_without_a_session_leaves_no_news_there() {
    let (world, _, anna, _) = world_with_phone().await;
    let phone = world.service.push_devices(&anna).await.unwrap()[0].id;
    world.service.leave_browser(Uuid::now_v7()).await.unwrap();
    assert_eq!(names(&world, &anna).await.len(), 1);
    for _ in 0..2 {
        world.service.leave_browser(phone).await.unwrap();
    }
    assert_eq!(names(&world, &anna).await, [""; 0]);
}

#[tokio::test]
async fn as_many_cars_can_be_muted_as_can_be_seen_and_unmuted() {
    let most = usize::try_from(MUTED_LOTS_MAX).unwrap();
    let world = World::with_open_lots(most + 1).await;
    let anna = dealer("安");
    let mute =
        async |lot: usize, muted: bool| code(world.service.mute_lot(&anna, world.lots[lot], muted).await);
    for lot in 0..most {
        assert_eq!(mute(lot, true).await, "OK");
    }
    assert_eq!(mute(most, true).await, "TOO_MANY_MUTED");
    assert_eq!(mute(3, true).await, "OK", "a repeat is none more");
    assert_eq!(world.service.muted_lots(&anna).await.unwrap().len(), most);
    assert_eq!(mute(3, false).await, "OK");
    assert_eq!(mute(most, true).await, "OK");
    // what is over is not counted, and forgotten in time
    sqlx::query("UPDATE lot SET status = 'closed', outcome = 'unsold' WHERE id = $1")
        .bind(world.lots[0].0)
        .execute(&world.db)
        .await
        .unwrap();
    assert_eq!(mute(3, true).await, "OK");
}
