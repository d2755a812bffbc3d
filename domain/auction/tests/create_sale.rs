//! What a sale must be before its lots exist.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod common;

use bidding::{Band, Ladder, RefusalCode};
use common::{World, accepted, refused};
use kernel::{Fen, Role};
use platform_db::CommandError;
use platform_testkit::{dealer, staff};
use uuid::Uuid;

#[tokio::test]
async fn a_sale_may_have_opened_but_must_not_be_over() {
    let world = World::with_open_lots(1).await;
    let auctioneer = staff(&[Role::Auctioneer]);
    let mut over = world.new_sale(1, -500).await;
    let opened = world.new_sale(1, 60_000).await;
    assert!(opened.times.opens_at < world.now());
    world.service.create_sale(&auctioneer, opened).await.unwrap();

    over.times.name = " ".into();
    let refused = world.service.create_sale(&auctioneer, over).await.map_err(CommandError::into_problem);
    let fields = refused.unwrap_err().fields;
    let wrong: Vec<_> = fields.iter().map(|wrong| (wrong.field.as_str(), wrong.code.as_str())).collect();
    assert_eq!(wrong, [("name", "NAME_NEEDED"), ("first_end_at", "END_IN_PAST")]);
}

#[tokio::test]
async fn a_sales_own_ladder_is_what_its_lots_are_bid_by() {
    let step = |from: i64, step: i64| Band { from_fen: Fen(from * 100), step_fen: Fen(step * 100) };
    let world = World::of_sale(1, |sale| sale.ladder = Ladder(vec![step(0, 100), step(50_000, 3_000)])).await;
    accepted(&world.bid(&dealer("甲车行"), 0, Uuid::now_v7(), 50_000).await);
    let low = refused(&world.bid(&dealer("乙车行"), 0, Uuid::now_v7(), 52_900).await);
    assert_eq!(low.code, RefusalCode::BelowMin);
    assert_eq!(low.data["min_next_fen"], 5_300_000, "{low:?}");
    accepted(&world.bid(&dealer("乙车行"), 0, Uuid::now_v7(), 53_000).await);
}
