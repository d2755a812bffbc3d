//! What a sale must be before its lots exist.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod common;

use common::World;
use kernel::Role;
use platform_db::CommandError;
use platform_testkit::staff;

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
