//! Unsold cars of a sale are offered again by themselves.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod common;

use auction::{
    Act, Audience, BelowReserveMode, FollowOn, Negotiate, SaleDetail, SaleFormat, SaveTemplate, SetFollowOn,
    TemplateRules,
};
use bidding::LotStatus;
use common::{World, accepted, code, join_all};
use kernel::{Fen, Principal, Role, SaleId};
use platform_testkit::{dealer, staff};
use uuid::Uuid;

fn clerk() -> Principal {
    staff(&[Role::Auctioneer])
}

/// A day of buy-now, which leads to itself.
async fn template(world: &World) -> Uuid {
    let key = Uuid::now_v7();
    let rules = TemplateRules {
        name: "24 小时一口价".into(),
        format: SaleFormat::Timed,
        buy_now_percent: Some(120),
        runs_ms: 86_400_000,
        stagger_ms: 0,
        window_ms: 60_000,
        cap_ms: 3_600_000,
        below_reserve: BelowReserveMode::Stepped,
        deposit_bp: 500,
        gap_fen: Fen(0),
        audience: Audience::default(),
        follow_on: Some(FollowOn { template_id: key, wait_ms: 3_600_000 }),
        ladder: bidding::Ladder::standard(),
        reserve: auction::ReserveRules::default(),
        fine: auction::FinePrint::default(),
    };
    let saved = world.service.save_sale_template(&clerk(), SaveTemplate { key, changes: None, rules }).await;
    assert_eq!(saved.expect("saved"), key);
    assert!(world.service.sale_template(key).await.unwrap().rules.follow_on.is_some());
    key
}

async fn sale_id(world: &World) -> SaleId {
    world.service.lot(&clerk(), world.lots[0]).await.unwrap().lot.sale_id
}

async fn next_of(world: &World, id: SaleId) -> Option<SaleDetail> {
    let next = world.service.follow_on(id).await.unwrap().followed?.next?;
    Some(world.service.sale(&clerk(), next.0).await.unwrap())
}

async fn set(world: &World, follow_on: Option<FollowOn>) -> String {
    let input = SetFollowOn { key: Uuid::now_v7(), sale_id: sale_id(world).await, follow_on };
    code(world.service.set_follow_on(&clerk(), input).await)
}

/// Three lots: sold, negotiated and unsold, of a sale with this follow-on.
async fn an_evening(wait_ms: i64) -> (World, Uuid, SaleId) {
    let world = World::with_lots_ending_in(3, 1_500).await;
    let template_id = template(&world).await;
    assert_eq!(set(&world, Some(FollowOn { template_id, wait_ms })).await, "OK");
    let buyer = dealer("甲车行");
    accepted(&world.bid(&buyer, 0, Uuid::now_v7(), 90_000).await);
    accepted(&world.bid(&buyer, 1, Uuid::now_v7(), 60_000).await);
    world.until_closed().await;
    world.service.beat().await.expect("a beat");
    let id = sale_id(&world).await;
    (world, template_id, id)
}

async fn seller_declines(world: &World) {
    let sales = staff(&[Role::Sales]);
    let (id, _) = world.service.negotiation_of_lot(&sales, world.lots[1]).await.unwrap().expect("negotiated");
    let input = Negotiate { key: Uuid::now_v7(), id, act: Act::Decline, then_next_bidder: false };
    world.service.negotiate(&sales, input).await.expect("declined");
}

#[tokio::test]
async fn unsold_cars_are_offered_again_once_all_is_settled() {
    let (world, template_id, id) = an_evening(7_200_000).await;
    assert_eq!(world.service.follow_on(id).await.unwrap().followed, None, "one lot is negotiated");
    seller_declines(&world).await;
    // two processes look at the same moment
    let other = world.restarted().await;
    join_all([&world, &other].into_iter().map(|world| world.service.beat()))
        .await
        .into_iter()
        .for_each(|beat| beat.expect("a beat"));

    let made = next_of(&world, id).await.expect("a sale was made");
    let first = world.service.sale(&clerk(), id).await.unwrap();
    let cars = |detail: &SaleDetail| {
        let mut cars: Vec<_> = detail.lots.iter().map(|lot| (lot.lot_no, lot.vehicle_id)).collect();
        cars.sort_by_key(|car| car.0);
        cars.into_iter().map(|car| car.1).collect::<Vec<_>>()
    };
    assert_eq!(cars(&made), cars(&first)[1..], "the two unsold ones, in their order");
    assert_eq!(made.sale.name, "24 小时一口价 · 周日专场");
    assert!(made.sale.opens_at >= world.now().plus_ms(7_000_000) && made.sale.opens_at.0 % 60_000 == 0);
    assert_eq!(made.sale.first_end_at, made.sale.opens_at.plus_ms(86_400_000));
    assert_eq!(made.sale.numbers.buy_now_percent, Some(120));
    assert!(made.lots.iter().all(|lot| lot.lot.status == LotStatus::Scheduled));
    let sales: i64 = sqlx::query_scalar("SELECT count(*) FROM sale").fetch_one(&world.db).await.unwrap();
    assert_eq!(sales, 2, "one sale, whoever looked");

    let detail = world.service.follow_on(made.sale.id).await.unwrap();
    assert_eq!(detail.made_from, Some((id, "周日专场".to_owned())));
    let expected = FollowOn { template_id, wait_ms: 3_600_000 };
    assert_eq!(detail.holds().map(|holds| holds.0), Some(expected), "the template's own follow-on");
    assert_eq!(set(&world, None).await, "FOLLOWED_ALREADY");
}

#[tokio::test]
async fn the_last_decision_holds_and_each_stays_in_the_history() {
    let (world, template_id, id) = an_evening(0).await;
    let wrong = Some(FollowOn { template_id, wait_ms: -1 });
    assert_eq!(set(&world, wrong).await, "next_wait:OUT_OF_RANGE");
    let unknown = Some(FollowOn { template_id: Uuid::now_v7(), wait_ms: 0 });
    assert_eq!(set(&world, unknown).await, "next_template:TEMPLATE_UNKNOWN");
    let none = SetFollowOn { key: Uuid::now_v7(), sale_id: id, follow_on: None };
    for _ in 0..2 {
        assert_eq!(code(world.service.set_follow_on(&clerk(), none).await), "OK", "a repeat changes nothing");
    }
    assert_eq!(set(&world, None).await, "OK", "nor does what holds already");
    let other = SetFollowOn { follow_on: Some(FollowOn { template_id, wait_ms: 0 }), ..none };
    assert_eq!(code(world.service.set_follow_on(&clerk(), other).await), "KEY_REUSED");
    let sales = staff(&[Role::Sales]);
    assert_eq!(code(world.service.set_follow_on(&sales, other).await), "FORBIDDEN");

    seller_declines(&world).await;
    world.service.beat().await.unwrap();
    let detail = world.service.follow_on(id).await.unwrap();
    assert_eq!((detail.followed.clone(), detail.holds(), detail.lines.len()), (None, None, 2));

    let again = SetFollowOn { key: Uuid::now_v7(), ..other };
    assert_eq!(code(world.service.set_follow_on(&clerk(), again).await), "OK");
    world.service.beat().await.unwrap();
    assert_eq!(next_of(&world, id).await.expect("made after all").lots.len(), 2);
}

#[tokio::test]
async fn a_form_that_changed_nothing_undoes_nothing_when_it_is_sent_again() {
    let (world, template_id, id) = an_evening(7_200_000).await;
    let decided = Some(FollowOn { template_id, wait_ms: 7_200_000 });
    let confirms = SetFollowOn { key: Uuid::now_v7(), sale_id: id, follow_on: decided };
    assert_eq!(code(world.service.set_follow_on(&clerk(), confirms).await), "OK", "it holds already");
    let lines = world.service.follow_on(id).await.unwrap().lines;
    assert_eq!(lines.len(), 1, "that is no decision");
    assert_eq!(set(&world, None).await, "OK", "a colleague decides otherwise");
    assert_eq!(code(world.service.set_follow_on(&clerk(), confirms).await), "OK", "the first answer");
    let detail = world.service.follow_on(id).await.unwrap();
    assert_eq!((detail.holds(), detail.lines.len()), (None, 2));
    seller_declines(&world).await;
    world.service.beat().await.unwrap();
    assert_eq!(next_of(&world, id).await.map(|next| next.sale.name), None, "the colleague's word holds");
}

#[tokio::test]
async fn a_decision_that_was_confirmed_is_still_the_first_persons() {
    let (world, template_id, id) = an_evening(0).await;
    let decided = Some(FollowOn { template_id, wait_ms: 0 });
    let colleague = Principal { display_name: "同事".into(), ..clerk() };
    let confirms = SetFollowOn { key: Uuid::now_v7(), sale_id: id, follow_on: decided };
    assert_eq!(code(world.service.set_follow_on(&colleague, confirms).await), "OK");
    seller_declines(&world).await;
    world.service.beat().await.unwrap();
    let next = next_of(&world, id).await.expect("made").sale.id;
    let line = world.service.follow_on(next).await.unwrap().lines.remove(0);
    assert_eq!(line.by_name, clerk().display_name);
}

#[tokio::test]
async fn a_sale_that_sold_all_makes_none_and_cars_go_round_three_times() {
    let world = World::with_lots_ending_in(1, 1_200).await;
    let template_id = template(&world).await;
    assert_eq!(set(&world, Some(FollowOn { template_id, wait_ms: 0 })).await, "OK");
    accepted(&world.bid(&dealer("甲车行"), 0, Uuid::now_v7(), 90_000).await);
    world.until_closed().await;
    world.service.beat().await.unwrap();
    let followed = world.service.follow_on(sale_id(&world).await).await.unwrap().followed.expect("looked at");
    assert_eq!((followed.next, followed.cars), (None, 0));

    let (world, _, mut id) = an_evening(0).await;
    seller_declines(&world).await;
    world.service.beat().await.unwrap();
    for round in 1..=3 {
        id = next_of(&world, id).await.unwrap_or_else(|| panic!("round {round}")).sale.id;
        // nobody bid for a day
        let ended = sqlx::query("UPDATE lot SET status = 'closed', outcome = 'unsold' WHERE sale_id = $1");
        ended.bind(id.0).execute(&world.db).await.unwrap();
        world.service.beat().await.unwrap();
    }
    assert_eq!(world.service.follow_on(id).await.unwrap().followed, None, "now somebody has to look");
}

#[tokio::test]
async fn cars_whose_prices_the_templates_tick_does_not_divide_are_left_out_and_counted() {
    let (world, template_id, id) = an_evening(0).await;
    let saved = world.service.sale_template(template_id).await.unwrap();
    let mut rules = saved.rules;
    rules.fine.tick_fen = Fen(700_000);
    rules.ladder = bidding::Ladder(vec![bidding::Band { from_fen: Fen(0), step_fen: Fen(700_000) }]);
    let input = SaveTemplate { key: Uuid::now_v7(), changes: Some((template_id, saved.version)), rules };
    world.service.save_sale_template(&clerk(), input).await.expect("saved");
    seller_declines(&world).await;
    world.service.beat().await.unwrap();
    let followed = world.service.follow_on(id).await.unwrap().followed.expect("looked at");
    assert_eq!((followed.next, followed.cars, followed.left_out), (None, 0, 2));
}
