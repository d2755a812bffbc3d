//! Who hears what of a negotiation, and how often.

use auction::{Act, AlertKind, HallFilter, MyStanding, NoDeal, SellerNews, Topic};
use deal::Side;
use kernel::{Principal, Role};
use platform_testkit::staff;

use crate::table::{Table, code, yuan};

const MINUTE_MS: i64 = 60_000;

/// The news of this person's negotiations, the oldest first.
async fn news(table: &Table, who: &Principal) -> Vec<AlertKind> {
    table.world.service.tell_news().await.expect("news is told");
    let page = table.world.service.alerts(who, false, 1).await.expect("news is read");
    let mut told: Vec<AlertKind> =
        page.alerts.iter().filter(|alert| alert.negotiation_id.is_some()).map(|alert| alert.kind).collect();
    told.reverse();
    told
}

#[tokio::test]
async fn the_buyer_hears_of_each_turn_once_and_of_the_end() {
    let table = Table::set().await;
    assert_eq!(news(&table, &table.buyer).await, [], "the seller has the first word");
    table.seller(Act::Counter { amount_fen: yuan(76_000) }).await.unwrap();
    for _ in 0..2 {
        assert_eq!(news(&table, &table.buyer).await, [AlertKind::Turn]);
    }
    let page = table.world.service.alerts(&table.buyer, true, 1).await.unwrap();
    let told = page.alerts.iter().find(|alert| alert.kind == AlertKind::Turn).unwrap();
    assert_eq!((told.negotiation_id, told.price_fen), (Some(table.id), Some(yuan(76_000))));
    assert_eq!(told.answer_by, Some(table.seen_by_buyer().await.view.deadline_at));
    table.buyer(Act::StandBy).await.unwrap();
    table.seller(Act::Counter { amount_fen: yuan(70_000) }).await.unwrap();
    assert_eq!(news(&table, &table.buyer).await, [AlertKind::Turn, AlertKind::Turn]);
    table.buyer(Act::Accept { offer_fen: yuan(70_000) }).await.unwrap();
    for _ in 0..2 {
        assert_eq!(news(&table, &table.buyer).await, [AlertKind::Turn, AlertKind::Turn, AlertKind::Agreed]);
    }
    assert_eq!(news(&table, &table.second).await, [], "another's negotiation is not one's own");
}

/// All that this person was told, the oldest first, but of being outbid.
async fn told(table: &Table, who: &Principal) -> Vec<AlertKind> {
    table.world.service.tell_news().await.expect("news is told");
    let page = table.world.service.alerts(who, false, 1).await.expect("news is read");
    let kinds = page.alerts.iter().rev().map(|alert| alert.kind);
    kinds.filter(|kind| *kind != AlertKind::Outbid).collect()
}

/// How many cars stand so for this person.
async fn standing(table: &Table, who: &Principal, standing: MyStanding) -> i64 {
    let bid_by = who.dealer().map(|seat| seat.dealer_id);
    let filter = HallFilter { bid_by, standing: Some(standing), page: 1, ..HallFilter::default() };
    table.world.service.hall(who, &filter).await.expect("the hall is read").total
}

#[tokio::test]
async fn the_result_is_open_while_others_negotiate_and_told_once_afterwards() {
    for (act, end) in
        [(Act::Accept { offer_fen: yuan(60_000) }, AlertKind::Agreed), (Act::Decline, AlertKind::NoDeal)]
    {
        let table = Table::set().await;
        for _ in 0..2 {
            assert_eq!(told(&table, &table.second).await, [], "nobody has lost it yet");
            assert_eq!(told(&table, &table.buyer).await, [AlertKind::Negotiating]);
        }
        for who in [&table.buyer, &table.second] {
            assert_eq!(standing(&table, who, MyStanding::Negotiating).await, 1);
            assert_eq!(standing(&table, who, MyStanding::Lost).await, 0);
        }
        table.seller(act).await.unwrap();
        for _ in 0..2 {
            assert_eq!(told(&table, &table.second).await, [AlertKind::Lost]);
            assert_eq!(told(&table, &table.buyer).await, [AlertKind::Negotiating, end]);
        }
        assert_eq!(standing(&table, &table.second, MyStanding::Negotiating).await, 0);
        assert_eq!(standing(&table, &table.second, MyStanding::Lost).await, 1);
        let lost = i64::from(end == AlertKind::NoDeal);
        assert_eq!(standing(&table, &table.buyer, MyStanding::Lost).await, lost);
    }
}

#[tokio::test]
async fn who_is_asked_second_hears_of_his_own_negotiation_only() {
    let table = Table::set().await;
    table.declined_with_next_bidder().await;
    assert_eq!(told(&table, &table.buyer).await.last(), Some(&AlertKind::NoDeal));
    assert_eq!(told(&table, &table.second).await, [AlertKind::Turn]);
    let who = &table.second;
    let id = table.world.service.negotiation_of_lot(who, table.world.lots[0]).await.unwrap().unwrap().0;
    let act = Act::Accept { offer_fen: yuan(55_000) };
    let input = auction::Negotiate { key: uuid::Uuid::now_v7(), id, act, then_next_bidder: false };
    table.world.service.negotiate(who, input).await.unwrap();
    assert_eq!(told(&table, who).await, [AlertKind::Turn, AlertKind::Agreed]);
    assert_eq!(told(&table, &table.buyer).await.last(), Some(&AlertKind::NoDeal), "and nothing more");
}

#[tokio::test]
async fn half_an_hour_before_the_deadline_he_is_told_again() {
    let table = Table::set().await;
    table.seller(Act::Counter { amount_fen: yuan(76_000) }).await.unwrap();
    assert_eq!(news(&table, &table.buyer).await, [AlertKind::Turn]);
    table.deadline_in(31 * MINUTE_MS).await;
    news(&table, &table.buyer).await;
    assert!(!news(&table, &table.buyer).await.contains(&AlertKind::Deadline));
    table.deadline_in(29 * MINUTE_MS).await;
    for _ in 0..2 {
        let told = news(&table, &table.buyer).await;
        assert_eq!(told.iter().filter(|kind| **kind == AlertKind::Deadline).count(), 1, "{told:?}");
    }
    table.deadline_in(-1_000).await;
    table.world.service.beat().await.unwrap();
    assert_eq!(news(&table, &table.buyer).await.last(), Some(&AlertKind::NoDeal));
    assert_eq!(why(&table).await, [Some(NoDeal::Silent(Side::Buyer)); 2]);
}

/// Why it came to nothing, as both sides read it.
async fn why(table: &Table) -> [Option<NoDeal>; 2] {
    let dealers = table.world.service.alerts(&table.buyer, false, 1).await.unwrap().alerts;
    let sellers = table.world.service.seller_news(&table.sales, 1).await.unwrap().news;
    [dealers.into_iter().find_map(|it| it.no_deal), sellers.into_iter().find_map(|it| it.no_deal)]
}

#[tokio::test]
async fn the_news_say_who_declined_or_let_the_time_run_out() {
    let table = Table::set().await;
    table.seller(Act::Decline).await.unwrap();
    news(&table, &table.buyer).await;
    assert_eq!(why(&table).await, [Some(NoDeal::Declined(Side::Seller)); 2]);

    let table = Table::set().await;
    table.seller(Act::Counter { amount_fen: yuan(76_000) }).await.unwrap();
    table.buyer(Act::Decline).await.unwrap();
    news(&table, &table.buyer).await;
    assert_eq!(why(&table).await, [Some(NoDeal::Declined(Side::Buyer)); 2]);

    let table = Table::set().await;
    table.deadline_in(-1_000).await;
    table.world.service.beat().await.unwrap();
    news(&table, &table.buyer).await;
    assert_eq!(why(&table).await, [Some(NoDeal::Silent(Side::Seller)); 2]);
}

#[tokio::test]
async fn the_next_bidder_hears_of_his_chance_and_two_processes_tell_it_once() {
    let table = Table::set().await;
    let other = table.world.restarted().await;
    table.declined_with_next_bidder().await;
    table.world.service.beat().await.unwrap();
    let looks =
        (0..8).map(|n| if n % 2 == 0 { table.world.service.tell_news() } else { other.service.tell_news() });
    for look in crate::join_all(looks).await {
        look.unwrap();
    }
    assert_eq!(news(&table, &table.second).await, [AlertKind::Turn]);
    assert_eq!(news(&table, &table.buyer).await, [AlertKind::NoDeal]);
}

#[tokio::test]
async fn who_wants_to_hear_nothing_of_negotiations_does_not() {
    let table = Table::set().await;
    let others: Vec<Topic> = Topic::ALL.into_iter().filter(|topic| *topic != Topic::Negotiation).collect();
    table.world.service.choose_alerts(&table.buyer, &others, auction::ENDING_LEAD_MIN).await.unwrap();
    table.seller(Act::Counter { amount_fen: yuan(76_000) }).await.unwrap();
    assert_eq!(news(&table, &table.buyer).await, []);
    table.world.service.choose_alerts(&table.buyer, &Topic::ALL, auction::ENDING_LEAD_MIN).await.unwrap();
    table.buyer(Act::Decline).await.unwrap();
    assert_eq!(news(&table, &table.buyer).await, [AlertKind::NoDeal], "what he was not told stays untold");
}

/// The news of the seller's side as this person has it, the oldest first.
async fn sellers(table: &Table, who: &Principal) -> Vec<SellerNews> {
    table.world.service.tell_news().await.expect("news is told");
    let mut news = table.world.service.seller_news(who, 1).await.expect("news is read").news;
    news.reverse();
    news
}

fn kinds(news: &[SellerNews]) -> Vec<AlertKind> {
    news.iter().map(|one| one.kind).collect()
}

#[tokio::test]
async fn the_seller_s_staff_hear_of_each_turn_once_and_of_the_end() {
    let table = Table::set().await;
    let (sales, auctioneer) = (&table.sales, staff(&[Role::Auctioneer]));
    for _ in 0..2 {
        assert_eq!(kinds(&sellers(&table, sales).await), [AlertKind::Turn]);
    }
    let service = &table.world.service;
    let first = sellers(&table, sales).await.remove(0);
    assert_eq!((first.negotiation_id, first.price_fen), (table.id, Some(yuan(60_000))));
    assert_eq!(first.answer_by, Some(table.seen_by_staff().await.view.deadline_at));
    // each has read it or not
    assert_eq!(service.unread_seller_news(sales).await.unwrap(), 1);
    for _ in 0..2 {
        service.read_seller_news(sales, Some(first.id), service.now()).await.unwrap();
    }
    let unread = (service.unread_seller_news(sales).await, service.unread_seller_news(&auctioneer).await);
    assert_eq!((unread.0.unwrap(), unread.1.unwrap()), (0, 1));
    // what a colleague has answered counts for nobody
    table.seller(Act::Counter { amount_fen: yuan(76_000) }).await.unwrap();
    assert_eq!(service.unread_seller_news(&auctioneer).await.unwrap(), 0);
    assert!(sellers(&table, &auctioneer).await[0].is_over);
    table.buyer(Act::Counter { amount_fen: yuan(70_000) }).await.unwrap();
    let news = sellers(&table, &auctioneer).await;
    assert_eq!((kinds(&news), news[1].price_fen), (vec![AlertKind::Turn; 2], Some(yuan(70_000))));
    table.seller(Act::Accept { offer_fen: yuan(70_000) }).await.unwrap();
    for _ in 0..2 {
        let told = kinds(&sellers(&table, &auctioneer).await);
        assert_eq!(told, [AlertKind::Turn, AlertKind::Turn, AlertKind::Agreed]);
    }
    assert_eq!(service.unread_seller_news(&auctioneer).await.unwrap(), 1, "the end");
    service.read_seller_news(&auctioneer, None, service.now()).await.unwrap();
    assert_eq!(service.unread_seller_news(&auctioneer).await.unwrap(), 0);
}

#[tokio::test]
async fn half_an_hour_before_the_deadline_the_seller_s_staff_are_told_again_once() {
    let table = Table::set().await;
    table.deadline_in(31 * MINUTE_MS).await;
    assert_eq!(kinds(&sellers(&table, &table.sales).await), [AlertKind::Turn]);
    table.time_left(29 * MINUTE_MS).await;
    let other = table.world.restarted().await;
    let looks =
        (0..8).map(|n| if n % 2 == 0 { table.world.service.tell_news() } else { other.service.tell_news() });
    for look in crate::join_all(looks).await {
        look.unwrap();
    }
    assert_eq!(kinds(&sellers(&table, &table.sales).await), [AlertKind::Turn, AlertKind::Deadline]);
    table.time_left(-1_000).await;
    table.world.service.beat().await.unwrap();
    assert_eq!(kinds(&sellers(&table, &table.sales).await).last(), Some(&AlertKind::NoDeal));
}

#[tokio::test]
async fn who_does_not_speak_for_sellers_hears_nothing_of_them() {
    let table = Table::set().await;
    for who in [&table.buyer, &staff(&[Role::Finance])] {
        let service = &table.world.service;
        assert_eq!(code(service.seller_news(who, 1).await), "FORBIDDEN");
        assert_eq!(code(service.unread_seller_news(who).await), "FORBIDDEN");
        assert_eq!(code(service.read_seller_news(who, None, service.now()).await), "FORBIDDEN");
    }
}
