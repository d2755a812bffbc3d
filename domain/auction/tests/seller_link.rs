//! A seller who is a company: linked by staff, barred from his own cars at once, reading his own lots and nobody else's.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod common;

use auction::{LinkSeller, SellerFilter, SellingFilter, SellingState, UnlinkSeller};
use bidding::{LotStatus, RefusalCode};
use common::{World, accepted, code, refused};
use kernel::{DealerId, Fen, Principal, Role};
use platform_db::CommandError;
use platform_testkit::{dealer, staff};
use uuid::Uuid;

/// The seller of all cars of these worlds, as somebody else writes him.
const SELLER: &str = "测试 卖方 有限公司";

fn dealer_id(who: &Principal) -> DealerId {
    who.dealer().unwrap().dealer_id
}

fn link(key: Uuid, who: &Principal) -> LinkSeller {
    LinkSeller { key, seller_name: SELLER.to_owned(), dealer_id: dealer_id(who) }
}

/// A world whose seller is this company's.
async fn sold_by(world: World, company: &Principal) -> (World, Uuid) {
    world.name_dealer(company).await;
    let key = Uuid::now_v7();
    world.service.link_seller(&staff(&[Role::Sales]), link(key, company)).await.unwrap();
    (world, key)
}

fn unlink(link_id: Uuid, key: Uuid) -> UnlinkSeller {
    UnlinkSeller { key, link_id, reason: "换了主体".into() }
}

fn all() -> SellingFilter {
    SellingFilter { page: 1, ..SellingFilter::default() }
}

#[tokio::test]
async fn the_company_and_its_stores_cannot_bid_from_the_moment_of_the_link() {
    let world = World::with_open_lots(1).await;
    let (company, store, other) = (dealer("甲车行"), dealer("甲车行二店"), dealer("乙车行"));
    for who in [&company, &store] {
        world.group_dealer(who, "甲集团").await;
    }
    accepted(&world.bid(&company, 0, Uuid::now_v7(), 55_000).await);
    let key = Uuid::now_v7();
    let sales = staff(&[Role::Sales]);
    for _ in 0..2 {
        world.service.link_seller(&sales, link(key, &company)).await.unwrap();
    }
    let leads = world.service.seller(&sales, "测试卖方").await.unwrap().own_leads;
    assert_eq!(leads.iter().map(|lead| lead.lot_id).collect::<Vec<_>>(), [world.lots[0]], "staff void it");
    for who in [&company, &store] {
        let answer = world.bid(who, 0, Uuid::now_v7(), 70_000).await;
        assert_eq!(refused(&answer).code, RefusalCode::SellerOrAffiliate);
    }
    accepted(&world.bid(&other, 0, Uuid::now_v7(), 72_000).await);
    // another process of the database knows it from its start on
    let elsewhere = world.restarted().await;
    let answer = elsewhere.bid(&company, 0, Uuid::now_v7(), 80_000).await;
    assert_eq!(refused(&answer).code, RefusalCode::SellerOrAffiliate);

    world.service.unlink_seller(&sales, unlink(key, Uuid::now_v7())).await.unwrap();
    accepted(&world.bid(&company, 0, Uuid::now_v7(), 80_000).await);
    let told = world.told("SellerLinkChanged").await;
    let told: Vec<_> = told.iter().map(|event| event["linked"].as_bool()).collect();
    assert_eq!(told, [Some(true), Some(false)], "each is told once");
}

#[tokio::test]
async fn a_seller_is_one_company_and_every_change_stays() {
    let (company, other) = (dealer("甲车行"), dealer("乙车行"));
    let (world, key) = sold_by(World::with_open_lots(1).await, &company).await;
    world.name_dealer(&other).await;
    let (sales, service) = (staff(&[Role::Sales]), &world.service);
    assert_eq!(code(service.link_seller(&sales, link(Uuid::now_v7(), &other)).await), "SELLER_LINKED");
    assert_eq!(code(service.link_seller(&sales, link(Uuid::now_v7(), &company)).await), "SELLER_LINKED");
    assert_eq!(code(service.link_seller(&sales, link(key, &other)).await), "KEY_REUSED");
    let unknown = LinkSeller { seller_name: "没有这个".into(), ..link(Uuid::now_v7(), &other) };
    assert_eq!(code(service.link_seller(&sales, unknown).await), "NOT_FOUND");

    let silent = UnlinkSeller { reason: " ".into(), ..unlink(key, Uuid::now_v7()) };
    assert_eq!(code(service.unlink_seller(&sales, silent).await), "reason:REQUIRED");
    let undo = Uuid::now_v7();
    for _ in 0..2 {
        service.unlink_seller(&sales, unlink(key, undo)).await.unwrap();
    }
    assert_eq!(code(service.unlink_seller(&sales, unlink(key, Uuid::now_v7())).await), "SELLER_LINK_OVER");
    assert_eq!(code(service.unlink_seller(&sales, unlink(Uuid::now_v7(), undo)).await), "NOT_FOUND");
    assert_eq!(
        code(service.link_seller(&sales, link(Uuid::now_v7(), &dealer("没听说过"))).await),
        "NOT_FOUND"
    );
    service.link_seller(&sales, link(Uuid::now_v7(), &other)).await.unwrap();
    let seller = service.seller(&sales, "测试卖方").await.unwrap();
    let links: Vec<_> =
        seller.links.iter().map(|one| (one.dealer_name.as_str(), one.undone.is_some())).collect();
    assert_eq!(links, [("乙车行", false), ("甲车行", true)]);
    let undone = seller.links[1].undone.as_ref().unwrap();
    assert_eq!((undone.reason.as_str(), &undone.by_name), ("换了主体", &sales.display_name));
    let listed = service.sellers(&sales, &SellerFilter::default()).await.unwrap();
    assert_eq!(listed[0].company.as_deref(), Some("乙车行"), "before any lot is settled: {listed:?}");
}

#[tokio::test]
async fn only_who_speaks_for_sellers_may_link() {
    let (company, nobody) = (dealer("甲车行"), dealer("乙车行"));
    let (world, key) = sold_by(World::with_open_lots(1).await, &company).await;
    let service = &world.service;
    for who in [&company, &nobody, &staff(&[Role::Pricing])] {
        assert_eq!(code(service.link_seller(who, link(Uuid::now_v7(), &nobody)).await), "FORBIDDEN");
        assert_eq!(code(service.unlink_seller(who, unlink(key, Uuid::now_v7())).await), "FORBIDDEN");
        let named = service.companies_named(who, "甲").await.map_err(CommandError::into_problem);
        assert_eq!(named.unwrap_err().code, "FORBIDDEN");
    }
    let refused = service.seller(&company, "测试卖方").await.map_err(CommandError::into_problem);
    assert_eq!(refused.unwrap_err().code, "FORBIDDEN");
    let found = service.companies_named(&staff(&[Role::Auctioneer]), "甲 车行").await.unwrap();
    assert_eq!(found.iter().map(|one| one.name.as_str()).collect::<Vec<_>>(), ["甲车行"]);
}

#[tokio::test]
async fn the_company_reads_its_lots_with_the_reserve_and_nobody_else_does() {
    let company = dealer("甲车行");
    let (world, _) = sold_by(World::with_open_lots(2).await, &company).await;
    let (service, other, bidder) = (&world.service, dealer("乙车行"), dealer("丙车行"));
    world.name_dealer(&bidder).await;
    assert!(service.is_seller(&company) && !service.is_seller(&other));
    accepted(&world.bid(&bidder, 0, Uuid::now_v7(), 60_000).await);
    service.watch_lot(&other, world.lots[0], true).await.unwrap();

    let page = service.selling(&company, &all()).await.unwrap();
    assert_eq!((page.total, page.counts.on, page.counts.sold), (2, 2, 0));
    let detail = service.selling_lot(&company, world.lots[0]).await.unwrap();
    let own = &detail.own;
    assert_eq!((own.state, own.reserve_fen), (SellingState::On, Some(Fen(8_000_000))));
    assert_eq!((own.price_fen, own.watchers, detail.history.len()), (Some(Fen(6_000_000)), 1, 1));
    assert_eq!(detail.bidders, [], "nobody has a name before the end");

    assert_eq!(service.selling(&other, &all()).await.unwrap().total, 0);
    assert!(service.export_selling(&other, &all()).await.unwrap().is_empty());
    for who in [&other, &bidder, &staff(&[Role::Admin])] {
        let found = service.selling_lot(who, world.lots[0]).await.map_err(CommandError::into_problem);
        assert_eq!(found.unwrap_err().code, "NOT_FOUND");
    }
}

#[tokio::test]
async fn who_bought_has_a_name_once_the_car_is_sold() {
    let company = dealer("甲车行");
    let (world, key) = sold_by(World::with_lots_ending_in(2, 1_200).await, &company).await;
    let bidder = dealer("丙车行");
    world.name_dealer(&bidder).await;
    accepted(&world.bid(&bidder, 0, Uuid::now_v7(), 84_000).await);
    world.until(0, LotStatus::Closed).await;
    world.until(1, LotStatus::Closed).await;
    let sold = SellingFilter { state: Some(SellingState::Sold), ..all() };
    let page = world.service.selling(&company, &sold).await.unwrap();
    assert_eq!((page.total, page.counts.sold, page.counts.unsold, page.counts.on), (1, 1, 1, 0));
    assert_eq!(page.lots[0].buyer_name.as_deref(), Some("丙车行"));
    let detail = world.service.selling_lot(&company, world.lots[0]).await.unwrap();
    assert_eq!(detail.bidders, [(1, "丙车行".to_owned())]);
    assert_eq!((page.record.lots, page.record.sold), (2, 1));

    world.sits(&company, true).await;
    for _ in 0..2 {
        world.service.tell_news().await.unwrap();
    }
    let mut told: Vec<_> = world
        .service
        .alerts(&company, false, 1)
        .await
        .unwrap()
        .alerts
        .iter()
        .map(|one| one.kind.name())
        .collect();
    told.sort_unstable();
    assert_eq!(told, ["selling_sold", "selling_unsold"]);
    let sales = staff(&[Role::Sales]);
    world.service.unlink_seller(&sales, unlink(key, Uuid::now_v7())).await.unwrap();
    assert_eq!(world.service.selling(&company, &all()).await.unwrap().total, 0, "it sells no more");
}
