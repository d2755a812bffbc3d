//! 自动成交差额: a price close to the reserve is sold at the close, as the seller had said.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod common;

use auction::{NegotiationFilter, Outcome};
use bidding::RefusalCode;
use common::{World, accepted, refused};
use kernel::{Fen, Role};
use platform_db::CommandError;
use platform_testkit::{dealer, staff};
use uuid::Uuid;

const fn yuan(yuan: i64) -> Fen {
    Fen(yuan * 100)
}

/// Lots with a reserve of ¥80,000 that end after so long, and a gap of ¥2,000.
async fn lots(count: usize, ms: i64) -> World {
    World::of_sale(count, |sale| {
        sale.times.first_end_at = sale.times.opens_at.plus_ms(1_000 + ms);
        sale.gap_fen = yuan(2_000);
    })
    .await
}

#[tokio::test]
async fn a_price_within_the_gap_is_sold_without_a_negotiation() {
    let world = lots(2, 2_000).await;
    let ada = dealer("甲车行");
    accepted(&world.bid(&ada, 0, Uuid::now_v7(), 78_000).await);
    accepted(&world.bid(&ada, 1, Uuid::now_v7(), 77_900).await);
    world.until_closed().await;
    world.service.beat().await.unwrap();
    let sold = world.state(0).await;
    assert_eq!(
        (sold.outcome, sold.price_fen, sold.met),
        (Some(bidding::Outcome::Sold), Some(yuan(78_000)), false)
    );
    assert_eq!(world.state(1).await.outcome, Some(bidding::Outcome::Provisional));
    let all = NegotiationFilter { page: 1, ..NegotiationFilter::default() };
    let sales = staff(&[Role::Auctioneer]);
    assert_eq!(world.service.negotiations(&sales, &all).await.unwrap().total, 1, "of the other one");
    let told = world.told("AuctionCompleted").await;
    let in_gap: Vec<bool> = told
        .iter()
        .map(|told| told["outcome"] == "sold" && told["in_gap"] == true && told["price_fen"] == 7_800_000)
        .collect();
    assert_eq!(in_gap.iter().filter(|in_gap| **in_gap).count(), 1, "{told:?}");
    assert!(world.service.lot(&ada, world.lots[0]).await.unwrap().lot.in_gap());
}

#[tokio::test]
async fn the_gap_of_a_lot_is_set_by_who_sets_prices_and_told_to_nobody() {
    let world = lots(1, 3_600_000).await;
    let (lot_id, pricing) = (world.lots[0], staff(&[Role::Pricing]));
    let key = Uuid::now_v7();
    for _ in 0..2 {
        let answer = world.service.set_gap(&pricing, key, lot_id, yuan(3_000)).await.unwrap();
        assert!(matches!(answer.outcome, Outcome::Accepted { .. }), "a repeat is the same answer");
    }
    assert_eq!(world.log(0).await.len(), 2);
    let forbidden = world.service.set_gap(&staff(&[Role::Finance]), Uuid::now_v7(), lot_id, yuan(1)).await;
    assert_eq!(forbidden.map_err(CommandError::into_problem).unwrap_err().code, "FORBIDDEN");
    let off_tick = world.service.set_gap(&pricing, Uuid::now_v7(), lot_id, Fen(1)).await;
    assert_eq!(refused(&off_tick.map_err(CommandError::into_problem)).code, RefusalCode::NotTick);
    assert_eq!(world.state(0).await.gap_fen, yuan(3_000));
    assert!(world.service.lot(&dealer("甲车行"), lot_id).await.unwrap().log.is_empty());
}

#[tokio::test]
async fn a_sale_asks_for_a_gap_that_is_one() {
    let world = World::with_open_lots(1).await;
    for gap_fen in [yuan(-100), Fen(1), yuan(1_000_000)] {
        let sale = auction::CreateSale { gap_fen, ..world.new_sale(1, 60_000).await };
        let wrong = sale.wrong_fields(world.now());
        assert!(wrong.iter().any(|problem| problem.field == "gap"), "{gap_fen:?}");
    }
}

#[tokio::test]
async fn a_program_that_watches_learns_nothing_of_the_sellers_word() {
    let world = lots(1, 3_600_000).await;
    let (ada, pricing, lot_id) = (dealer("甲车行"), staff(&[Role::Pricing]), world.lots[0]);
    accepted(&world.bid(&ada, 0, Uuid::now_v7(), 60_000).await);
    let other = world.restarted().await;
    let hubs = [world.service.engine().hub(), other.service.engine().hub()];
    let eve = dealer("看客");
    let watchers = hubs.map(|hub| hub.mailbox(eve.dealer().unwrap().dealer_id));
    hubs.iter().zip(&watchers).for_each(|(hub, watcher)| hub.watch(lot_id, watcher));
    let before = world.service.lot(&eve, lot_id).await.unwrap().lot.lot;
    world.service.set_gap(&pricing, Uuid::now_v7(), lot_id, yuan(3_000)).await.unwrap();
    world.service.lower_reserve(&pricing, Uuid::now_v7(), lot_id, yuan(70_000)).await.unwrap();
    assert_eq!(world.service.lot(&eve, lot_id).await.unwrap().lot.lot, before);
    assert_eq!(other.service.lot(&eve, lot_id).await.unwrap().lot.lot, before, "nor elsewhere");
    let heard = || match world.service.engine().hub().take(&watchers[0]) {
        platform_live::Outgoing::Frames(frames) => frames,
        platform_live::Outgoing::Overrun => panic!("overrun"),
    };
    assert_eq!(heard().len(), 0);
    // the next bid is news, from the number that the watcher has
    accepted(&world.bid(&dealer("乙车行"), 0, Uuid::now_v7(), 65_000).await);
    let frames = heard();
    let frame: serde_json::Value = serde_json::from_slice(&frames[0]).unwrap();
    assert_eq!((&frame["type"], &frame["from_seq"]), (&"delta".into(), &before.seq.into()));
    assert_eq!(frame["lot"]["seq"], before.seq + 3);
}
