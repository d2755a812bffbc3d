//! Invite-only sales, sister stores, sellers: who sees what, and who may not bid.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod common;

use auction::{Audience, HallFilter, SaleSearch, SisterPolicy};
use bidding::RefusalCode;
use common::{World, accepted, refused};
use kernel::{Fen, Principal, Role};
use platform_db::CommandError;
use platform_testkit::{dealer, staff};
use uuid::Uuid;

fn invites(groups: &[&str]) -> Audience {
    Audience { groups: groups.iter().map(|name| (*name).to_owned()).collect(), ..Audience::default() }
}

/// How many lots and sales this person sees, whether the lot's page is there, and whether it may be watched.
async fn sees(world: &World, who: &Principal) -> (usize, usize, usize, bool, bool, bool) {
    let service = &world.service;
    let lot_id = world.lots[0];
    let found = |code: Result<(), String>| match code {
        Ok(()) => true,
        Err(code) => {
            assert_eq!(code, "NOT_FOUND");
            false
        }
    };
    let code = |error: CommandError| error.into_problem().code;
    let hall = service.hall(who, &HallFilter { page: 1, ..HallFilter::default() }).await.unwrap();
    let invited = SaleSearch { name: "专场".to_owned(), current: true, ..SaleSearch::default() };
    (
        hall.lots.len() + hall.facets.makes.len() + hall.facets.cities.len(),
        service.hall_export(who, &HallFilter::default(), 100).await.unwrap().len(),
        service.find_sales(who, &invited, 1).await.unwrap().1.len(),
        found(service.lot(who, lot_id).await.map(|_| ()).map_err(code)),
        found(service.snapshot(who, lot_id).await.map(|_| ()).map_err(code)),
        found(service.watch_lot(who, lot_id, true).await.map_err(code)),
    )
}

#[tokio::test]
async fn a_sale_by_invitation_is_not_there_for_anybody_else() {
    let world = World::of_sale(1, |sale| sale.audience = invites(&["永达集团", "中升集团"])).await;
    let (guest, other, lone) = (dealer("永达浦东"), dealer("广汇杭州"), dealer("独行车行"));
    world.group_dealer(&guest, "永达集团").await;
    world.group_dealer(&other, "广汇集团").await;
    world.name_dealer(&lone).await;
    let (nothing, all) = ((0, 0, 0, false, false, false), (3, 1, 1, true, true, true));
    assert_eq!(sees(&world, &guest).await, all);
    assert_eq!(sees(&world, &other).await, nothing);
    assert_eq!(sees(&world, &lone).await, nothing);
    assert_eq!(sees(&world, &dealer("没听说过")).await, nothing);
    assert_eq!(sees(&world, &staff(&[Role::Auctioneer])).await, all);
    accepted(&world.bid(&guest, 0, Uuid::now_v7(), 60_000).await);
    for who in [&other, &lone] {
        let answer = world.bid(who, 0, Uuid::now_v7(), 90_000).await;
        assert_eq!(refused(&answer).code, RefusalCode::NotInvited);
    }
    let log = world.service.published_log(&other, world.lots[0]).await.map_err(CommandError::into_problem);
    assert_eq!(log.unwrap_err().code, "NOT_FOUND");
    // who joins the group sees it from then on
    world.group_dealer(&other, "中升集团").await;
    assert_eq!(sees(&world, &other).await, all);
}

#[tokio::test]
async fn a_store_does_not_outbid_its_sister_where_the_sale_says_so() {
    let world = World::with_open_lots(1).await;
    let (pudong, minhang, other) = (dealer("永达浦东"), dealer("永达闵行"), dealer("广汇杭州"));
    world.group_dealer(&pudong, "永达集团").await;
    world.group_dealer(&minhang, "永达集团").await;
    accepted(&world.bid(&pudong, 0, Uuid::now_v7(), 60_000).await);
    let answer = world.bid(&minhang, 0, Uuid::now_v7(), 70_000).await;
    assert_eq!(refused(&answer).code, RefusalCode::SisterRooftopLeads);
    accepted(&world.bid(&pudong, 0, Uuid::now_v7(), 65_000).await);
    // the rule looks at who leads now: an outsider took the lead
    accepted(&world.bid(&other, 0, Uuid::now_v7(), 70_000).await);
    accepted(&world.bid(&minhang, 0, Uuid::now_v7(), 75_000).await);

    let world = world.and_sale(1, |sale| sale.audience.sisters = SisterPolicy::Allow).await;
    accepted(&world.bid(&pudong, 0, Uuid::now_v7(), 60_000).await);
    accepted(&world.bid(&minhang, 0, Uuid::now_v7(), 70_000).await);
}

#[tokio::test]
async fn merged_stores_are_one_bidder_and_the_highest_holds_the_deposit() {
    let world = World::with_deposits(1, 3_600_000).await;
    let world = world
        .and_sale(1, |sale| {
            sale.audience.sisters = SisterPolicy::Merge;
            sale.deposit_bp = auction::DEPOSIT_BP;
        })
        .await;
    let (pudong, minhang, other) = (dealer("永达浦东"), dealer("永达闵行"), dealer("广汇杭州"));
    for who in [&pudong, &minhang] {
        world.group_dealer(who, "永达集团").await;
    }
    world.group_dealer(&other, "广汇集团").await;
    for who in [&pudong, &minhang, &other] {
        world.deposit(who, 9_100).await;
    }
    let free = async |who: &Principal| {
        let dealer_id = who.dealer().unwrap().dealer_id;
        world.service.buying_power(dealer_id).await.unwrap().free_fen()
    };
    accepted(&world.bid(&pudong, 0, Uuid::now_v7(), 82_000).await);
    let price = world.state(0).await.price_fen;
    let low = refused(&world.bid(&minhang, 0, Uuid::now_v7(), 81_000).await);
    assert_eq!((low.code, &low.data["merged"]), (RefusalCode::SisterRooftopLeads, &true.into()));
    accepted(&world.bid(&minhang, 0, Uuid::now_v7(), 90_000).await);
    assert_eq!(world.state(0).await.price_fen, price, "the group pays no more for its own second store");
    assert_eq!(free(&pudong).await, Fen(910_000), "it leads no more, and holds nothing");
    assert_eq!(free(&minhang).await, Fen(10_000), "a tenth of its max is held");
    // each store has its own deposit, and 92 000 asks for more than there is
    let short = refused(&world.bid(&pudong, 0, Uuid::now_v7(), 92_000).await);
    assert_eq!(short.code, RefusalCode::BuyingPower);
    accepted(&world.bid(&other, 0, Uuid::now_v7(), 85_000).await);
    let state = world.state(0).await;
    assert!(state.is_leader(minhang.dealer().unwrap().dealer_id));
    assert_eq!(state.second_max_fen, Some(Fen(8_500_000)));

    // another process has it from the log: what is merged stays merged, also when a bid is voided
    let there = world.restarted().await;
    accepted(&there.bid(&pudong, 0, Uuid::now_v7(), 91_000).await);
    assert_eq!(there.state(0).await.price_fen, state.price_fen);
    let faults = auction::verify_log(&world.db, None).await.unwrap().faults;
    assert!(faults.is_empty(), "{faults:?}");
}

#[tokio::test]
async fn merged_stores_in_one_batch_drive_no_price() {
    let world = World::of_sale(1, |sale| sale.audience.sisters = SisterPolicy::Merge).await;
    let stores: Vec<_> = (0..8).map(|n| dealer(&format!("永达{n}店"))).collect();
    for store in &stores {
        world.group_dealer(store, "永达集团").await;
    }
    let bids = stores.iter().zip(0..).map(|(who, n)| world.bid(who, 0, Uuid::now_v7(), 90_000 + n * 1_000));
    let answers = common::join_all(bids).await;
    let state = world.state(0).await;
    let best = answers.iter().filter(|answer| answer.as_ref().is_ok_and(|a| a.refusal().is_none())).count();
    assert!(best >= 1, "{answers:?}");
    assert!(state.is_leader(stores[7].dealer().unwrap().dealer_id), "the highest max leads");
    assert_eq!((state.price_fen, state.second_max_fen), (Some(Fen(8_000_000)), None), "at the reserve");
}

#[tokio::test]
async fn who_has_not_shown_his_papers_looks_and_does_not_bid() {
    let world = World::of_sale(1, |sale| sale.buy_now_percent = Some(110)).await;
    let ada = dealer("甲车行");
    world.papers(&ada, "missing").await;
    assert_eq!(sees(&world, &ada).await, (3, 1, 1, true, true, true));
    let answer = refused(&world.bid(&ada, 0, Uuid::now_v7(), 60_000).await);
    assert_eq!(
        (answer.code, &answer.data),
        (RefusalCode::KycMissing, &serde_json::json!({ "step": "papers" }))
    );
    // before an amount is looked at
    assert_eq!(refused(&world.bid(&ada, 0, Uuid::now_v7(), 1).await).code, RefusalCode::KycMissing);
    world.papers(&ada, "verified").await;
    accepted(&world.bid(&ada, 0, Uuid::now_v7(), 60_000).await);
    world.papers(&ada, "missing").await;
    assert_eq!(refused(&world.bid(&ada, 0, Uuid::now_v7(), 70_000).await).code, RefusalCode::KycMissing);
}

#[tokio::test]
async fn sisters_in_one_batch_are_judged_one_after_the_other() {
    let world = World::with_open_lots(1).await;
    let stores: Vec<_> = (0..8).map(|n| dealer(&format!("永达{n}店"))).collect();
    for store in &stores {
        world.group_dealer(store, "永达集团").await;
    }
    let bids = stores.iter().zip(0..).map(|(who, n)| world.bid(who, 0, Uuid::now_v7(), 60_000 + n * 1_000));
    let answers = common::join_all(bids).await;
    let won = answers.iter().filter(|answer| answer.as_ref().is_ok_and(|a| a.refusal().is_none())).count();
    assert_eq!(won, 1, "the group has one bidder");
    let others = answers.iter().filter_map(|answer| answer.as_ref().ok()?.refusal());
    assert!(others.into_iter().all(|problem| problem.code == "SISTER_ROOFTOP_LEADS"));
}

#[tokio::test]
async fn the_seller_and_his_group_do_not_bid() {
    let world = World::with_open_lots(1).await;
    let (seller, affiliate, other) = (dealer("测试卖方"), dealer("卖方分店"), dealer("广汇杭州"));
    world.group_dealer(&seller, "卖方集团").await;
    world.group_dealer(&affiliate, "卖方集团").await;
    world.group_dealer(&other, "广汇集团").await;
    for who in [&seller, &affiliate] {
        let answer = world.bid(who, 0, Uuid::now_v7(), 60_000).await;
        assert_eq!(refused(&answer).code, RefusalCode::SellerOrAffiliate);
    }
    accepted(&world.bid(&other, 0, Uuid::now_v7(), 60_000).await);
}

#[tokio::test]
async fn another_spelling_makes_no_other_seller() {
    let world = World::with_open_lots(1).await;
    let (seller, affiliate, other) =
        (dealer("测试　卖方（有限公司）"), dealer("卖方分店"), dealer("测试卖方杭州"));
    world.group_dealer(&seller, "卖方集团").await;
    world.group_dealer(&affiliate, "卖方集团").await;
    world.name_dealer(&other).await;
    for who in [&seller, &affiliate] {
        let answer = world.bid(who, 0, Uuid::now_v7(), 60_000).await;
        assert_eq!(refused(&answer).code, RefusalCode::SellerOrAffiliate);
    }
    accepted(&world.bid(&other, 0, Uuid::now_v7(), 60_000).await);
}

#[tokio::test]
async fn strikes_bar_until_their_time_and_the_refusal_says_until_when() {
    let world = World::with_open_lots(1).await;
    let ada = dealer("甲车行");
    let until = world.now().plus_ms(60_000);
    world.strike_out(&ada, Some(until)).await;
    let barred = refused(&world.bid(&ada, 0, Uuid::now_v7(), 60_000).await);
    let data = serde_json::json!({ "reason": "strikes", "until": until });
    assert_eq!((barred.code, &barred.data), (RefusalCode::Banned, &data));

    // what is over bars nobody, and nothing has to happen for that
    world.strike_out(&ada, Some(world.now().plus_ms(-1))).await;
    accepted(&world.bid(&ada, 0, Uuid::now_v7(), 60_000).await);

    world.strike_out(&ada, None).await;
    let barred = refused(&world.bid(&ada, 0, Uuid::now_v7(), 70_000).await);
    let data = serde_json::json!({ "reason": "strikes", "until": null });
    assert_eq!((barred.code, &barred.data), (RefusalCode::Banned, &data), "without an end");
}

#[tokio::test]
async fn a_store_that_joins_a_group_after_its_bid_is_a_sister_at_once() {
    let merge = |sale: &mut auction::CreateSale| sale.audience.sisters = SisterPolicy::Merge;
    let world = World::of_sale(1, merge).await;
    let (ada, bob, cid) = (dealer("永达一店"), dealer("永达二店"), dealer("丙车行"));
    accepted(&world.bid(&ada, 0, Uuid::now_v7(), 85_000).await);
    accepted(&world.bid(&cid, 0, Uuid::now_v7(), 82_000).await);
    let before = world.state(0).await.price_fen;
    for store in [&ada, &bob] {
        world.group_dealer(store, "永达集团").await;
    }
    accepted(&world.bid(&bob, 0, Uuid::now_v7(), 90_000).await);
    let state = world.state(0).await;
    assert!(state.is_leader(bob.dealer().unwrap().dealer_id));
    assert_eq!(
        (state.price_fen, state.second_max_fen),
        (before, Some(Fen(8_200_000))),
        "no store drives its price"
    );
}
