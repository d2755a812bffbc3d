//! News of lots: who is told what, and how often.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod common;

use auction::{AlertKind, HallFilter, LotEnd, Topic};
use common::World;
use kernel::{Fen, Principal, ProblemKind, Role};
use platform_db::CommandError;
use platform_testkit::{dealer, staff};
use uuid::Uuid;

async fn news(world: &World, who: &Principal) -> Vec<(AlertKind, i32)> {
    world.service.tell_news().await.unwrap();
    let page = world.service.alerts(who, false, 1).await.unwrap();
    page.alerts.into_iter().map(|alert| (alert.kind, alert.times)).collect()
}

async fn bid(world: &World, who: &Principal, yuan: i64) {
    common::accepted(&world.bid(who, 0, Uuid::now_v7(), yuan).await);
}

/// Another sale of so many cars.
async fn list_more(world: &World, count: usize) {
    let sale = world.new_sale(count, 3_600_000).await;
    world.service.create_sale(&staff(&[Role::Auctioneer]), sale).await.unwrap();
}

#[tokio::test]
async fn who_loses_the_lead_is_told_once_and_then_counted() {
    let world = World::with_open_lots(1).await;
    let (anna, bert) = (dealer("安"), dealer("伯"));
    bid(&world, &anna, 81_000).await;
    assert_eq!(news(&world, &anna).await, []);
    bid(&world, &bert, 90_000).await;
    assert_eq!(news(&world, &anna).await, [(AlertKind::Outbid, 1)]);
    assert_eq!(news(&world, &bert).await, []);
    assert_eq!(news(&world, &anna).await, [(AlertKind::Outbid, 1)], "looking again tells nothing new");
    // the lead goes there and back: one more time in the same line
    bid(&world, &anna, 95_000).await;
    world.service.tell_news().await.unwrap();
    world.service.read_alerts(&anna, None, world.now()).await.unwrap();
    assert_eq!(world.service.unread_alerts(&anna).await.unwrap(), 0);
    bid(&world, &bert, 99_000).await;
    assert_eq!(news(&world, &anna).await, [(AlertKind::Outbid, 2)]);
    assert_eq!(world.service.unread_alerts(&anna).await.unwrap(), 1, "the line is unread again");
    assert_eq!(news(&world, &bert).await, [(AlertKind::Outbid, 1)]);
}

#[tokio::test]
async fn a_lead_that_came_and_went_between_two_looks_is_told_and_one_that_came_back_is_not() {
    let world = World::with_open_lots(1).await;
    let (anna, bert) = (dealer("安"), dealer("伯"));
    for (who, yuan) in [(&anna, 81_000), (&bert, 90_000), (&anna, 95_000)] {
        bid(&world, who, yuan).await;
    }
    assert_eq!(news(&world, &bert).await, [(AlertKind::Outbid, 1)]);
    assert_eq!(news(&world, &anna).await, []);
}

#[tokio::test]
async fn after_ten_minutes_there_is_a_new_line() {
    let world = World::with_open_lots(1).await;
    let (anna, bert) = (dealer("安"), dealer("伯"));
    bid(&world, &anna, 81_000).await;
    bid(&world, &bert, 90_000).await;
    assert_eq!(news(&world, &anna).await, [(AlertKind::Outbid, 1)]);
    sqlx::query("UPDATE alert SET made_at = made_at - interval '11 minutes'")
        .execute(&world.db)
        .await
        .unwrap();
    bid(&world, &anna, 95_000).await;
    bid(&world, &bert, 99_000).await;
    assert_eq!(news(&world, &anna).await, [(AlertKind::Outbid, 1), (AlertKind::Outbid, 1)]);
}

#[tokio::test]
async fn two_processes_tell_everything_once() {
    let world = World::with_open_lots(4).await;
    let other = world.restarted().await;
    let (anna, bert) = (dealer("安"), dealer("伯"));
    world.service.tell_news().await.unwrap();
    world.service.save_search(&anna, Uuid::now_v7(), "全部", &HallFilter::default()).await.unwrap();
    list_more(&world, 3).await;
    for lot in 0..4 {
        common::accepted(&world.bid(&anna, lot, Uuid::now_v7(), 81_000).await);
        common::accepted(&other.bid(&bert, lot, Uuid::now_v7(), 90_000).await);
    }
    let looks = (0..8)
        .map(|index| if index % 2 == 0 { world.service.tell_news() } else { other.service.tell_news() });
    for look in common::join_all(looks).await {
        look.unwrap();
    }
    let told = news(&world, &anna).await;
    assert_eq!(told.iter().filter(|it| **it == (AlertKind::Outbid, 1)).count(), 4, "{told:?}");
    assert_eq!(told.iter().filter(|it| **it == (AlertKind::Match, 1)).count(), 3, "{told:?}");
    assert_eq!(told.len(), 7);
}

#[tokio::test]
async fn a_bid_puts_the_lot_on_the_watch_list_once() {
    let world = World::with_open_lots(1).await;
    let anna = dealer("安");
    let is_watched = async || world.service.lot(&anna, world.lots[0]).await.unwrap().lot.watched;
    bid(&world, &anna, 81_000).await;
    world.service.tell_news().await.unwrap();
    assert!(is_watched().await);
    world.service.watch_lot(&anna, world.lots[0], false).await.unwrap();
    bid(&world, &anna, 90_000).await;
    world.service.tell_news().await.unwrap();
    assert!(!is_watched().await, "who took it off has his reasons");
}

#[tokio::test]
async fn the_end_is_told_before_and_after() {
    let world = World::with_lots_ending_in(1, 2_000).await;
    let (anna, bert, carl) = (dealer("安"), dealer("伯"), dealer("卡"));
    bid(&world, &anna, 81_000).await;
    bid(&world, &bert, 90_000).await;
    world.service.watch_lot(&carl, world.lots[0], true).await.unwrap();
    assert_eq!(news(&world, &carl).await, [(AlertKind::Ending, 1)]);
    assert_eq!(news(&world, &carl).await, [(AlertKind::Ending, 1)]);
    world.until_closed().await;
    assert_eq!(news(&world, &bert).await[0], (AlertKind::Won, 1));
    assert_eq!(news(&world, &anna).await[0], (AlertKind::Lost, 1));
    assert_eq!(news(&world, &carl).await, [(AlertKind::Ending, 1)], "he did not bid");
    let won = news(&world, &bert).await;
    assert_eq!(won.iter().filter(|(kind, _)| *kind == AlertKind::Won).count(), 1);
}

#[tokio::test]
async fn that_a_lot_ends_soon_names_its_end_and_is_no_news_once_it_is_over() {
    let world = World::with_lots_ending_in(1, 2_000).await;
    let carl = dealer("卡");
    world.service.watch_lot(&carl, world.lots[0], true).await.unwrap();
    let told = async || {
        world.service.tell_news().await.unwrap();
        world.service.alerts(&carl, false, 1).await.unwrap().alerts.remove(0)
    };
    let end_at = world.service.lot(&carl, world.lots[0]).await.unwrap().lot.lot.end_at;
    let soon = told().await;
    assert_eq!((soon.ends, soon.is_read), (Some(LotEnd::At(end_at)), false));
    assert_eq!(world.service.unread_alerts(&carl).await.unwrap(), 1);
    world.until_closed().await;
    let over = told().await;
    assert_eq!((over.ends, over.is_read), (Some(LotEnd::Over(end_at)), true));
    assert_eq!(
        world.service.unread_alerts(&carl).await.unwrap(),
        0,
        "the bell does not call for what is over"
    );
}

#[tokio::test]
async fn below_the_reserve_the_highest_bidder_negotiates() {
    let world = World::with_lots_ending_in(1, 500).await;
    let anna = dealer("安");
    bid(&world, &anna, 60_000).await;
    world.until_closed().await;
    assert!(news(&world, &anna).await.contains(&(AlertKind::Negotiating, 1)));
}

#[tokio::test]
async fn a_search_tells_of_new_lots_that_it_finds_and_of_no_others() {
    let world = World::with_open_lots(1).await;
    let anna = dealer("安");
    let service = &world.service;
    service.tell_news().await.unwrap();
    let filter = |make: &str, most: i64| HallFilter {
        make: make.to_owned(),
        price_to_fen: Some(Fen(most)),
        ..HallFilter::default()
    };
    service.save_search(&anna, Uuid::now_v7(), "买得起", &filter("测试", 5_000_000)).await.unwrap();
    service.save_search(&anna, Uuid::now_v7(), "太便宜", &filter("测试", 4_999_999)).await.unwrap();
    service.save_search(&anna, Uuid::now_v7(), "别的牌子", &filter("奔驰", 5_000_000)).await.unwrap();
    let muted = Uuid::now_v7();
    service.save_search(&anna, muted, "不用说", &filter("测试", 5_000_000)).await.unwrap();
    service.mute_search(&anna, muted, true).await.unwrap();
    let gone = Uuid::now_v7();
    service.save_search(&anna, gone, "不要了", &filter("测试", 5_000_000)).await.unwrap();
    service.remove_search(&anna, gone).await.unwrap();
    assert_eq!(news(&world, &anna).await, [], "what was there before is no news");
    list_more(&world, 2).await;
    assert_eq!(news(&world, &anna).await, [(AlertKind::Match, 1), (AlertKind::Match, 1)]);
    let page = service.alerts(&anna, true, 1).await.unwrap();
    assert!(page.alerts.iter().all(|alert| alert.search_name.as_deref() == Some("买得起")));
    assert_eq!(news(&world, &anna).await.len(), 2, "each lot once");
}

#[tokio::test]
async fn nobody_hears_what_he_does_not_want_to() {
    let world = World::with_open_lots(1).await;
    let (anna, bert) = (dealer("安"), dealer("伯"));
    let service = &world.service;
    assert_eq!(service.alert_topics(&anna).await.unwrap(), Topic::ALL);
    for _ in 0..2 {
        service.choose_alerts(&anna, &[Topic::Result], auction::ENDING_LEAD_MIN).await.unwrap();
    }
    assert_eq!(service.alert_topics(&anna).await.unwrap(), [Topic::Result]);
    service.save_search(&anna, Uuid::now_v7(), "全部", &HallFilter::default()).await.unwrap();
    list_more(&world, 1).await;
    bid(&world, &anna, 81_000).await;
    bid(&world, &bert, 90_000).await;
    assert_eq!(news(&world, &anna).await, []);
    service.choose_alerts(&anna, &Topic::ALL, auction::ENDING_LEAD_MIN).await.unwrap();
    bid(&world, &anna, 95_000).await;
    bid(&world, &bert, 99_000).await;
    assert_eq!(news(&world, &anna).await, [(AlertKind::Outbid, 1)]);
}

#[tokio::test]
async fn searches_are_one_s_own_and_have_names_and_limits() {
    let world = World::with_open_lots(1).await;
    let (anna, bert) = (dealer("安"), dealer("伯"));
    let service = &world.service;
    let filter =
        HallFilter { search: "途观".into(), year_from: Some(2020), page: 3, ..HallFilter::default() };
    let id = Uuid::now_v7();
    for _ in 0..2 {
        service.save_search(&anna, id, " 途观 ", &filter).await.unwrap();
    }
    let kept = service.saved_searches(&anna).await.unwrap();
    assert_eq!((kept.len(), kept[0].name.as_str(), kept[0].tells), (1, "途观", true));
    assert_eq!(kept[0].filter, HallFilter { page: 0, ..filter.clone() }, "the page is no part of it");
    assert_eq!(service.saved_searches(&bert).await.unwrap(), []);
    let code = |error: CommandError| {
        let problem = error.into_problem();
        problem.fields.first().map_or(problem.code.clone(), |field| field.code.clone())
    };
    let refused =
        async |name: &str| service.save_search(&anna, Uuid::now_v7(), name, &filter).await.map_err(code);
    assert_eq!(refused("途观").await, Err("NAME_TAKEN".into()));
    assert_eq!(refused("  ").await, Err("NAME_NEEDED".into()));
    for result in [service.remove_search(&bert, id).await, service.mute_search(&bert, id, true).await] {
        assert_eq!(result.unwrap_err().into_problem().kind, ProblemKind::NotFound, "another's is not there");
    }
    for number in 1..auction::MAX_SEARCHES {
        refused(&format!("第 {number} 个")).await.unwrap();
    }
    assert_eq!(refused("再一个").await, Err("TOO_MANY_SEARCHES".into()));
    service.save_search(&anna, id, "途观", &filter).await.expect("a repeat is no new one");
    for _ in 0..2 {
        service.remove_search(&anna, id).await.unwrap();
    }
    refused("途观").await.expect("the name is free again");
}

#[tokio::test]
async fn read_is_what_was_seen() {
    let world = World::with_open_lots(1).await;
    let (anna, bert) = (dealer("安"), dealer("伯"));
    bid(&world, &anna, 81_000).await;
    let seen = world.now().plus_ms(-1);
    bid(&world, &bert, 90_000).await;
    world.service.tell_news().await.unwrap();
    world.service.read_alerts(&anna, None, seen).await.unwrap();
    assert_eq!(world.service.unread_alerts(&anna).await.unwrap(), 1, "what came after the page is unread");
    let id = world.service.alerts(&anna, true, 1).await.unwrap().alerts[0].id;
    world.service.read_alerts(&bert, Some(id), world.now()).await.unwrap();
    assert_eq!(world.service.unread_alerts(&anna).await.unwrap(), 1, "another's is not one's own");
    world.service.read_alerts(&anna, Some(id), world.now()).await.unwrap();
    assert_eq!(world.service.unread_alerts(&anna).await.unwrap(), 0);
}

/// Moves the end of the first lot to so many minutes from now, as its column alone has it: news reads nothing else.
async fn ends_in(world: &World, minutes: i64) {
    sqlx::query("UPDATE lot SET end_at = $2 WHERE id = $1")
        .bind(world.lots[0].0)
        .bind(platform_db::to_sql(world.now().plus_ms(minutes * 60_000 - 1_000)))
        .execute(&world.db)
        .await
        .unwrap();
}

#[tokio::test]
async fn each_is_told_of_the_end_as_early_as_he_wants_and_once() {
    let world = World::with_open_lots(1).await;
    let (early, usual, late, silent) = (dealer("早"), dealer("平"), dealer("晚"), dealer("静"));
    let service = &world.service;
    ends_in(&world, 90).await;
    for who in [&early, &usual, &late, &silent] {
        service.watch_lot(who, world.lots[0], true).await.unwrap();
    }
    service.choose_alerts(&early, &Topic::ALL, 60).await.unwrap();
    service.choose_alerts(&late, &Topic::ALL, 1).await.unwrap();
    service.choose_alerts(&silent, &[Topic::Result], 60).await.unwrap();
    assert_eq!(
        (service.ending_lead_min(&early).await.unwrap(), service.ending_lead_min(&usual).await.unwrap()),
        (60, 5)
    );
    let refused = service.choose_alerts(&late, &Topic::ALL, 7).await.unwrap_err().into_problem();
    assert_eq!(refused.fields[0].field, "lead");
    let told = async || {
        let mut told = Vec::new();
        for who in [&early, &usual, &late, &silent] {
            told.push(news(&world, who).await.len());
        }
        told
    };
    assert_eq!(told().await, [0, 0, 0, 0], "ninety minutes");
    ends_in(&world, 60).await;
    assert_eq!(told().await, [1, 0, 0, 0], "an hour");
    ends_in(&world, 15).await;
    assert_eq!(told().await, [1, 0, 0, 0]);
    ends_in(&world, 5).await;
    assert_eq!(told().await, [1, 1, 0, 0], "five minutes");
    // extended, and near again
    ends_in(&world, 30).await;
    ends_in(&world, 5).await;
    assert_eq!(told().await, [1, 1, 0, 0], "once");
    ends_in(&world, 1).await;
    assert_eq!(told().await, [1, 1, 1, 0], "a minute");
}

#[tokio::test]
async fn who_begins_to_watch_late_is_told_at_the_next_lead() {
    let world = World::with_open_lots(1).await;
    let (first, second) = (dealer("先"), dealer("后"));
    for who in [&first, &second] {
        world.service.choose_alerts(who, &Topic::ALL, 60).await.unwrap();
    }
    world.service.watch_lot(&first, world.lots[0], true).await.unwrap();
    ends_in(&world, 50).await;
    assert_eq!((news(&world, &first).await.len(), news(&world, &second).await.len()), (1, 0));
    world.service.watch_lot(&second, world.lots[0], true).await.unwrap();
    ends_in(&world, 29).await;
    assert_eq!((news(&world, &first).await.len(), news(&world, &second).await.len()), (1, 1));
}
