//! What follows a lot that closed below its reserve, on a real database.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

#[path = "negotiation/business_days.rs"]
mod business_days;
mod common;
#[path = "negotiation/news.rs"]
mod news;
#[path = "negotiation/seller.rs"]
mod seller;
#[path = "negotiation/table.rs"]
mod table;

use auction::{Act, HallFilter, NegotiationFilter, NegotiationState};
use bidding::{LotStatus, Outcome};
use common::{World, join_all};
use deal::{Gap, Side, Status};
use kernel::{Fen, NegotiationId, Role};
use platform_testkit::{dealer, staff};
use table::{Table, code, yuan};
use uuid::Uuid;

const HOUR_MS: i64 = 3_600_000;

#[tokio::test]
async fn a_provisional_lot_gets_one_negotiation() {
    let table = Table::set().await;
    let detail = table.seen_by_staff().await;
    assert_eq!((detail.row.status, detail.view.turn), (Status::Open, Some(Side::Seller)));
    assert_eq!((detail.view.bid_fen, detail.may_look), (yuan(60_000), true));
    let debug = format!("{detail:?}");
    assert!(!debug.contains("8000000"), "the reserve is told to who asks: {debug}");
    let left = detail.view.deadline_at.since(table.world.now());
    assert!((0..=24 * HOUR_MS).contains(&left) && left > 3 * HOUR_MS, "four business hours: {left}");
    // another process sweeps too
    let other = table.world.restarted().await;
    for world in [&table.world, &other] {
        world.service.beat().await.unwrap();
    }
    let all = NegotiationFilter { page: 1, ..NegotiationFilter::default() };
    assert_eq!(table.world.service.negotiations(&table.sales, &all).await.unwrap().total, 1);
}

#[tokio::test]
async fn the_seller_accepts_and_the_lot_is_sold_at_the_bid() {
    let table = Table::set().await;
    table.seller(Act::Accept { offer_fen: yuan(60_000) }).await.unwrap();
    let lot = table.world.state(0).await;
    assert_eq!((lot.outcome, lot.price_fen), (Some(Outcome::Sold), Some(yuan(60_000))));
    let told = table.world.told("ProvisionalAgreed").await;
    assert_eq!(told.len(), 1);
    let seat = table.buyer.dealer().unwrap();
    assert_eq!(told[0]["buyer_dealer_id"], serde_json::json!(seat.dealer_id));
    assert_eq!((&told[0]["price_fen"], &told[0]["basis"]), (&6_000_000.into(), &"negotiation".into()));
    assert_eq!(
        (&told[0]["outcome"], &told[0]["buyer_name"]),
        (&"sold".into(), &seat.dealer_name.as_str().into())
    );
}

#[tokio::test]
async fn after_a_counter_they_agree_at_a_price_between() {
    let table = Table::set().await;
    table.seller(Act::Counter { amount_fen: yuan(76_000) }).await.unwrap();
    let seen = table.seen_by_buyer().await;
    assert_eq!((seen.view.turn, seen.view.seller_fen), (Some(Side::Buyer), Some(yuan(76_000))));
    table.buyer(Act::Counter { amount_fen: yuan(70_000) }).await.unwrap();
    table.seller(Act::Counter { amount_fen: yuan(73_000) }).await.unwrap();
    let done = table.buyer(Act::Accept { offer_fen: yuan(73_000) }).await.unwrap();
    assert_eq!(done.status, Status::Agreed);
    let lot = table.world.state(0).await;
    assert_eq!((lot.outcome, lot.price_fen), (Some(Outcome::Sold), Some(yuan(73_000))));
    let what: Vec<_> = table.seen_by_staff().await.moves.into_iter().map(|line| line.what).collect();
    assert_eq!(what, ["counter", "counter", "counter", "accept"]);
    table.log_is_sound().await;
}

#[tokio::test]
async fn what_ends_without_a_deal_frees_the_car() {
    for act in [Act::Decline, Act::StandBy] {
        let table = Table::set().await;
        if act == Act::StandBy {
            table.seller(Act::Counter { amount_fen: yuan(76_000) }).await.unwrap();
            table.buyer(act).await.unwrap();
        }
        table.seller(Act::Decline).await.unwrap();
        assert_eq!(table.world.state(0).await.outcome, Some(Outcome::Unsold));
        assert_eq!(table.world.told("ProvisionalDeclined").await.len(), 1);
        assert!(table.world.told("ProvisionalAgreed").await.is_empty());
        let (offerable, _) = table.world.service.offerable_cars("", 10).await.unwrap();
        assert_eq!(offerable, 1, "it may be put into a sale again");
    }
}

#[tokio::test]
async fn the_log_which_names_what_the_seller_said_is_published_when_all_is_settled() {
    let table = Table::set().await;
    let (service, lot_id) = (&table.world.service, table.world.lots[0]);
    let log = async || service.published_log(&table.buyer, lot_id).await;
    assert_eq!(log().await.unwrap_err().into_problem().code, "LOT_NOT_CLOSED");
    let replay = service.replay(&table.buyer, lot_id).await;
    assert_eq!(replay.unwrap_err().into_problem().code, "LOT_NOT_CLOSED");
    table.seller(Act::Decline).await.unwrap();
    assert_eq!(log().await.unwrap().rows.last().unwrap().row.command, "settle");
    assert!(service.replay(&table.buyer, lot_id).await.is_ok());
}

#[tokio::test]
async fn the_buyer_walks_away_from_a_counter_only() {
    let table = Table::set().await;
    assert_eq!(code(table.buyer(Act::Decline).await), "NOT_YOUR_TURN", "he is bound to his bid");
    table.seller(Act::Counter { amount_fen: yuan(76_000) }).await.unwrap();
    assert_eq!(table.buyer(Act::Decline).await.unwrap().status, Status::WalkedAway);
    assert_eq!(table.world.state(0).await.outcome, Some(Outcome::Unsold));
}

#[tokio::test]
async fn a_repeat_gets_the_first_answer_and_nothing_happens_twice() {
    let table = Table::set().await;
    let key = Uuid::now_v7();
    let first = table.by(&table.sales, key, Act::Counter { amount_fen: yuan(76_000) }).await.unwrap();
    let again = table.by(&table.sales, key, Act::Counter { amount_fen: yuan(76_000) }).await.unwrap();
    assert_eq!(first, again);
    assert_eq!(table.lines().await, 1);
    let other = table.by(&table.sales, key, Act::Counter { amount_fen: yuan(75_000) }).await;
    assert_eq!(code(other), "NEGOTIATION_KEY_REUSED");
    // a refusal is an answer too: it stays one when the turn has come
    let early = Uuid::now_v7();
    assert_eq!(code(table.by(&table.sales, early, Act::Decline).await), "NOT_YOUR_TURN");
    table.buyer(Act::StandBy).await.unwrap();
    assert_eq!(code(table.by(&table.sales, early, Act::Decline).await), "NOT_YOUR_TURN");
    assert_eq!(table.by(&table.sales, Uuid::now_v7(), Act::Decline).await.unwrap().status, Status::Declined);
}

#[tokio::test]
async fn of_two_colleagues_at_once_one_is_answered_that_it_is_no_longer_his_turn() {
    let table = Table::set().await;
    let auctioneer = staff(&[Role::Auctioneer]);
    let counter = Act::Counter { amount_fen: yuan(76_000) };
    let answers = join_all((0..8).map(|n| {
        let who = if n % 2 == 0 { &table.sales } else { &auctioneer };
        table.by(who, Uuid::now_v7(), counter)
    }))
    .await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    for refused in answers.into_iter().filter(Result::is_err) {
        assert_eq!(code(refused), "NOT_YOUR_TURN");
    }
    assert_eq!(table.seen_by_buyer().await.view.their_counters_left, 2);
    table.log_is_sound().await;
}

#[tokio::test]
async fn nobody_else_sees_it_or_speaks_in_it() {
    let table = Table::set().await;
    let (stranger, inspector) = (dealer("旁人车行"), staff(&[Role::Inspector]));
    let service = &table.world.service;
    assert_eq!(code(service.negotiation(&stranger, table.id).await), "NOT_FOUND");
    assert_eq!(code(table.by(&stranger, Uuid::now_v7(), Act::Decline).await), "NOT_FOUND");
    assert_eq!(code(table.by(&table.second, Uuid::now_v7(), Act::Decline).await), "NOT_FOUND");
    assert_eq!(code(table.by(&inspector, Uuid::now_v7(), Act::Decline).await), "FORBIDDEN");
    assert_eq!(code(service.negotiation(&stranger, NegotiationId(Uuid::now_v7())).await), "NOT_FOUND");
    let seen = service.negotiation(&inspector, table.id).await.unwrap();
    assert!(!seen.may_act, "who does not speak for sellers only reads");
    let mine = NegotiationFilter { page: 1, ..NegotiationFilter::default() };
    assert_eq!(service.negotiations(&stranger, &mine).await.unwrap().total, 0);
    assert_eq!(service.negotiations(&table.buyer, &mine).await.unwrap().total, 1);
    let lot = table.world.lots[0];
    assert_eq!(service.negotiation_of_lot(&stranger, lot).await.unwrap(), None);
    assert_eq!(
        service.negotiation_of_lot(&table.buyer, lot).await.unwrap(),
        Some((table.id, deal::Kind::HighBidder))
    );
}

#[tokio::test]
async fn the_buyer_never_learns_the_reserve_nor_who_of_the_staff_it_was() {
    let table = Table::set().await;
    table.seller(Act::Counter { amount_fen: yuan(76_000) }).await.unwrap();
    let seen = table.seen_by_buyer().await;
    assert_eq!((seen.may_look, seen.next_bidder.is_none(), seen.other), (false, true, None));
    assert_eq!(seen.moves[0].who, None);
    let shown = format!("{seen:?}");
    assert!(!shown.contains("8000000") && !shown.contains(&table.sales.display_name), "{shown}");
    assert_eq!(table.seen_by_staff().await.moves[0].who.as_deref(), Some("测试员工"));
}

#[tokio::test]
async fn a_deadline_that_passes_ends_it() {
    let table = Table::set().await;
    table.deadline_in(-1_000).await;
    assert_eq!(code(table.seller(Act::Accept { offer_fen: yuan(60_000) }).await), "NEGOTIATION_OVER");
    table.world.service.beat().await.unwrap();
    assert_eq!(table.seen_by_staff().await.row.status, Status::Expired);
    assert_eq!(table.world.state(0).await.outcome, Some(Outcome::Unsold));
    assert_eq!(table.world.told("ProvisionalDeclined").await.len(), 1);
}

#[tokio::test]
async fn an_answer_and_the_deadline_at_once_leave_one_end() {
    for _ in 0..4 {
        let table = Table::set().await;
        let other = table.world.restarted().await;
        // so near that the sweepers may come first, or the answer
        table.deadline_in(-490).await;
        let accept = table.seller(Act::Accept { offer_fen: yuan(60_000) });
        let (_, (), ()) = tokio::join!(accept, async { table.swept_until_over(&table.world).await }, async {
            table.swept_until_over(&other).await
        });
        let (agreed, failed) = (
            table.world.told("ProvisionalAgreed").await.len(),
            table.world.told("ProvisionalDeclined").await.len(),
        );
        assert_eq!(agreed + failed, 1, "exactly one end");
        let outcome = if agreed == 1 { Outcome::Sold } else { Outcome::Unsold };
        assert_eq!(table.world.state(0).await.outcome, Some(outcome));
        table.log_is_sound().await;
    }
}

#[tokio::test]
async fn an_end_that_the_lot_did_not_hear_of_is_told_after_a_restart() {
    let table = Table::set().await;
    table.agree_without_telling().await;
    assert_eq!(table.world.state(0).await.outcome, Some(Outcome::Provisional), "the process went away here");
    let after = table.world.restarted().await;
    for _ in 0..3 {
        after.service.beat().await.unwrap();
    }
    assert_eq!(after.state(0).await.outcome, Some(Outcome::Sold));
    assert_eq!(after.told("ProvisionalAgreed").await.len(), 1, "once");
}

#[tokio::test]
async fn an_outage_gives_both_sides_their_time_back() {
    let table = Table::set().await;
    let before = table.seen_by_staff().await.view.deadline_at;
    let began = table.world.now();
    table.world.pretend_outage(began.plus_ms(1_000), began.plus_ms(61_000)).await;
    for _ in 0..2 {
        table.world.service.beat().await.unwrap();
    }
    let after = table.seen_by_staff().await.view.deadline_at;
    assert_eq!(after.since(before), 60_000, "a minute, once");
    // over the deadline itself: it was closed to everybody, so nobody is late
    table.deadline_in(-10_000).await;
    let now = table.world.now();
    table.world.pretend_outage(now.plus_ms(-20_000), now.plus_ms(-1_000)).await;
    table.world.service.beat().await.unwrap();
    let seen = table.seen_by_staff().await;
    assert_eq!(seen.row.status, Status::Open);
    assert!(seen.view.deadline_at.since(now) >= 290_000, "five minutes from when it was back");
}

#[tokio::test]
async fn the_next_bidder_gets_his_second_chance_at_his_own_max() {
    let table = Table::set().await;
    let next = table.seen_by_staff().await.next_bidder.expect("there is one");
    assert_eq!((next.max_fen, next.dealer_id), (yuan(55_000), table.second.dealer().unwrap().dealer_id));
    table.world.service.plan_next_bidder(&table.sales, Uuid::now_v7(), table.id, true).await.unwrap();
    table.deadline_in(-1_000).await;
    table.world.service.beat().await.unwrap();
    assert_eq!(table.world.state(0).await.outcome, Some(Outcome::Provisional), "the car is not free yet");
    let offer = table.world.service.negotiation_of_lot(&table.second, table.world.lots[0]).await.unwrap();
    let offer = Table { id: offer.expect("an offer").0, ..table };
    let seen = offer.world.service.negotiation(&offer.second, offer.id).await.unwrap();
    assert_eq!((seen.view.turn, seen.view.seller_fen), (Some(Side::Buyer), Some(yuan(55_000))));
    let counter = offer.by(&offer.second, Uuid::now_v7(), Act::Counter { amount_fen: yuan(56_000) }).await;
    assert_eq!(code(counter), "ONLY_ACCEPT_OR_DECLINE");
    offer.by(&offer.second, Uuid::now_v7(), Act::Accept { offer_fen: yuan(55_000) }).await.unwrap();
    let lot = offer.world.state(0).await;
    assert_eq!((lot.outcome, lot.price_fen), (Some(Outcome::Sold), Some(yuan(55_000))));
    let told = offer.world.told("ProvisionalAgreed").await;
    assert_eq!((told.len(), &told[0]["basis"]), (1, &"second_chance".into()));
    offer.log_is_sound().await;
}

#[tokio::test]
async fn the_second_chance_passes_over_stores_of_the_high_bidder() {
    let world = World::with_lots_ending_in(1, table::ENDS_IN_MS).await;
    let third = dealer("第三车行");
    common::accepted(&world.bid(&third, 0, Uuid::now_v7(), 54_000).await);
    let table = Table::on(world).await;
    for store in [&table.buyer, &table.second] {
        table.world.group_dealer(store, "永达集团").await;
    }
    let next = table.seen_by_staff().await.next_bidder.expect("there is one");
    assert_eq!((next.max_fen, next.dealer_id), (yuan(54_000), third.dealer().unwrap().dealer_id));
    table.declined_with_next_bidder().await;
    let lot_id = table.world.lots[0];
    assert_eq!(table.world.service.negotiation_of_lot(&table.second, lot_id).await.unwrap(), None);
    let offer = table.world.service.negotiation_of_lot(&third, lot_id).await.unwrap();
    let offer = Table { id: offer.expect("an offer").0, ..table };
    offer.by(&third, Uuid::now_v7(), Act::Accept { offer_fen: yuan(54_000) }).await.unwrap();
    let lot = offer.world.state(0).await;
    assert_eq!((lot.outcome, lot.price_fen), (Some(Outcome::Sold), Some(yuan(54_000))));
    offer.log_is_sound().await;
}

#[tokio::test]
async fn who_may_not_bid_any_more_has_no_second_chance() {
    let table = Table::set_with_deposits().await;
    assert!(table.seen_by_staff().await.next_bidder.is_some());
    table.world.papers(&table.second, "missing").await;
    assert!(table.seen_by_staff().await.next_bidder.is_none(), "without papers");
    table.world.papers(&table.second, "verified").await;
    table.world.deposit_changed(&table.second, 10_000, true, None).await;
    table.world.service.beat().await.unwrap();
    assert!(table.seen_by_staff().await.next_bidder.is_none(), "with a frozen deposit");
    table.declined_with_next_bidder().await;
    assert_eq!(table.world.state(0).await.outcome, Some(Outcome::Unsold), "nobody is left to ask");
}

#[tokio::test]
async fn a_max_that_never_entered_has_no_second_chance() {
    let world = World::of_sale(1, |sale| {
        sale.times.opens_at = sale.times.opens_at.plus_ms(2_500);
        sale.times.first_end_at = sale.times.opens_at.plus_ms(1_200);
    })
    .await;
    let (away, first, second) = (dealer("走了车行"), dealer("甲"), dealer("乙"));
    common::accepted(&world.bid(&away, 0, Uuid::now_v7(), 54_500).await);
    let withdrawn = world.service.withdraw_max(&away, Uuid::now_v7(), world.lots[0]).await.unwrap();
    assert!(withdrawn.refusal().is_none());
    world.until(0, LotStatus::Open).await;
    for (who, amount) in [(&first, 54_000), (&second, 60_000)] {
        common::accepted(&world.bid(who, 0, Uuid::now_v7(), amount).await);
    }
    world.until_closed().await;
    world.service.beat().await.unwrap();
    let sales = staff(&[Role::Sales]);
    let id = world.service.negotiation_of_lot(&sales, world.lots[0]).await.unwrap().expect("it began").0;
    let next = world.service.negotiation(&sales, id).await.unwrap().next_bidder.expect("there is one");
    assert_eq!(next.dealer_id, first.dealer().unwrap().dealer_id);
}

#[tokio::test]
async fn a_second_chance_that_is_not_taken_ends_it() {
    let table = Table::set().await;
    table.declined_with_next_bidder().await;
    let offer = table.world.service.negotiation_of_lot(&table.second, table.world.lots[0]).await.unwrap();
    let offer = Table { id: offer.expect("an offer").0, ..table };
    assert_eq!(code(offer.seller(Act::Decline).await), "NOT_YOUR_TURN");
    offer.by(&offer.second, Uuid::now_v7(), Act::Decline).await.unwrap();
    assert_eq!(offer.world.state(0).await.outcome, Some(Outcome::Unsold));
    assert_eq!(offer.world.told("ProvisionalDeclined").await.len(), 1);
}

#[tokio::test]
async fn a_part_of_the_hold_stays_while_it_runs_and_goes_without_a_deal() {
    let table = Table::set_with_deposits().await;
    assert_eq!(table.held(&table.buyer).await, yuan(3_000), "half of a tenth of his max");
    assert_eq!(table.held(&table.second).await, Fen::ZERO);
    table.seller(Act::Counter { amount_fen: yuan(76_000) }).await.unwrap();
    assert_eq!(table.held(&table.buyer).await, yuan(3_000));
    table.buyer(Act::Decline).await.unwrap();
    assert_eq!(table.held(&table.buyer).await, Fen::ZERO);
}

#[tokio::test]
async fn a_deal_asks_for_no_more_hold_and_hands_it_on() {
    let table = Table::set_with_deposits().await;
    table.seller(Act::Counter { amount_fen: yuan(80_000) }).await.unwrap();
    table.buyer(Act::Accept { offer_fen: yuan(80_000) }).await.unwrap();
    assert_eq!(table.held(&table.buyer).await, yuan(3_000));
    assert_eq!(table.world.told("ProvisionalAgreed").await[0]["deposit_fen"], serde_json::json!(300_000));
}

#[tokio::test]
async fn who_is_passed_over_is_free_at_once() {
    let table = Table::set_with_deposits().await;
    table.declined_with_next_bidder().await;
    assert_eq!(table.world.state(0).await.outcome, Some(Outcome::Provisional), "the next bidder is asked");
    assert_eq!(table.held(&table.buyer).await, Fen::ZERO);
    let offer = table.world.service.negotiation_of_lot(&table.second, table.world.lots[0]).await.unwrap();
    let offer = Table { id: offer.expect("an offer").0, ..table };
    assert_eq!(offer.held(&offer.second).await, yuan(2_750), "half of a tenth of his max, while he is asked");
    offer.by(&offer.second, Uuid::now_v7(), Act::Accept { offer_fen: yuan(55_000) }).await.unwrap();
    assert_eq!((offer.held(&offer.buyer).await, offer.held(&offer.second).await), (Fen::ZERO, yuan(2_750)));
    assert_eq!(offer.world.told("ProvisionalAgreed").await[0]["deposit_fen"], serde_json::json!(275_000));
    offer.log_is_sound().await;
    // as the order makes the hold part of the payment
    offer.world.deposit_changed(&offer.second, 10_000, false, Some(offer.world.lots[0])).await;
    assert_eq!(offer.held(&offer.second).await, Fen::ZERO);
}

#[tokio::test]
async fn a_second_chance_holds_no_more_than_is_free_and_nothing_once_it_is_over() {
    let table = Table::set_with_deposits().await;
    table.world.deposit(&table.second, 1_000).await;
    table.declined_with_next_bidder().await;
    assert_eq!(table.held(&table.second).await, yuan(1_000), "he was not asked before");
    let offer = table.world.service.negotiation_of_lot(&table.second, table.world.lots[0]).await.unwrap();
    let offer = Table { id: offer.expect("an offer").0, ..table };
    offer.deadline_in(-1_000).await;
    offer.world.service.beat().await.unwrap();
    assert_eq!(offer.seen_by_staff().await.row.status, Status::Expired);
    assert_eq!((offer.held(&offer.buyer).await, offer.held(&offer.second).await), (Fen::ZERO, Fen::ZERO));
    offer.log_is_sound().await;
}

#[tokio::test]
async fn the_end_and_the_release_are_one_transaction() {
    let table = Table::set_with_deposits().await;
    table.seller(Act::Counter { amount_fen: yuan(76_000) }).await.unwrap();
    let slow = common::hold(&table.world.db, table.world.lots[0]).await;
    let walk_away = table.buyer(Act::Decline);
    let meanwhile = async {
        common::until("it waits for the lot", async || common::waiting(&table.world.db).await == 1).await;
        assert_eq!(table.seen_by_buyer().await.row.status, Status::Open, "no end without the release");
        assert_eq!(table.held(&table.buyer).await, yuan(3_000));
        slow.rollback().await.unwrap();
    };
    let (done, ()) = tokio::join!(walk_away, meanwhile);
    assert_eq!(done.unwrap().status, Status::WalkedAway);
    assert_eq!(table.held(&table.buyer).await, Fen::ZERO);
    let untold: i64 = sqlx::query_scalar("SELECT count(*) FROM negotiation WHERE settled_at IS NULL")
        .fetch_one(&table.world.db)
        .await
        .unwrap();
    assert_eq!(untold, 0, "nothing is left to the sweeper");
    // a writer that had the lot in memory goes on from what it has become
    let late = table.world.bid(&table.second, 0, Uuid::now_v7(), 90_000).await;
    assert_eq!(common::refused(&late).code, bidding::RefusalCode::Closed);
    table.log_is_sound().await;
}

#[tokio::test]
async fn secret_limits_settle_without_being_seen() {
    let table = Table::set().await;
    table.seller(Act::EnterSecret { amount_fen: yuan(71_900) }).await.unwrap();
    table.buyer(Act::EnterSecret { amount_fen: yuan(65_000) }).await.unwrap();
    let (buyer, seller) = (table.seen_by_buyer().await, table.seen_by_staff().await);
    assert_eq!((buyer.view.gap, seller.view.gap), (Some(Gap::Large), Some(Gap::Large)));
    assert!(!format!("{buyer:?}").contains("7190000"), "the floor shows");
    assert!(!format!("{seller:?}").contains("6500000"), "the ceiling shows");
    assert_eq!(seller.moves.iter().filter(|line| line.amount_fen.is_none()).count(), 1);
    let done = table.buyer(Act::EnterSecret { amount_fen: yuan(73_000) }).await.unwrap();
    assert_eq!(done.status, Status::Agreed);
    assert_eq!(table.world.state(0).await.price_fen, Some(yuan(72_400)), "72,450, rounded down");
}

#[tokio::test]
async fn lists_are_filtered_sorted_and_counted() {
    let table = Table::set().await;
    let (service, sales) = (&table.world.service, &table.sales);
    let page = |state, search: &str| {
        let filter = NegotiationFilter {
            state: Some(state),
            search: search.to_owned(),
            page: 1,
            ..NegotiationFilter::default()
        };
        async move { service.negotiations(sales, &filter).await.unwrap() }
    };
    assert_eq!(page(NegotiationState::Seller, "").await.total, 1);
    assert_eq!(page(NegotiationState::Buyer, "").await.total, 0);
    let found = page(NegotiationState::Open, "高价车行").await;
    assert_eq!((found.total, found.sellers_turn, found.buyers_turn), (1, 1, 0));
    assert_eq!(page(NegotiationState::Open, "没有这台车").await.total, 0);
    table.seller(Act::Decline).await.unwrap();
    assert_eq!(page(NegotiationState::Failed, "").await.total, 1);
    let all = HallFilter { status: "closed".into(), page: 1, ..HallFilter::default() };
    let lot = service.hall(&table.buyer, &all).await.unwrap().lots.remove(0);
    assert_eq!(lot.lot.outcome, Some(Outcome::Unsold));
    assert_eq!(lot.lot.price_fen, Some(Fen(6_000_000)));
}

#[tokio::test]
async fn a_suspended_buyer_binds_himself_to_nothing_more() {
    let table = Table::set().await;
    table.seller(Act::Counter { amount_fen: yuan(76_000) }).await.unwrap();
    table.world.suspend(&table.buyer).await;
    assert_eq!(code(table.buyer(Act::Accept { offer_fen: yuan(76_000) }).await), "BANNED");
    assert_eq!(table.buyer(Act::Decline).await.unwrap().status, Status::WalkedAway);
}
