//! A seller who is a company answers for himself, and staff still may for him.

use auction::{Act, AlertKind, LinkSeller, Negotiate, NegotiationDetail, Topic, UnlinkSeller};
use deal::{Side, Status};
use kernel::Principal;
use platform_testkit::dealer;
use uuid::Uuid;

use crate::table::{Table, code, yuan};

/// Links the seller of the lot to this company.
async fn link(table: &Table, company: &Principal) -> Uuid {
    table.world.name_dealer(company).await;
    let (key, dealer_id) = (Uuid::now_v7(), company.dealer().unwrap().dealer_id);
    let input = LinkSeller { key, seller_name: "测试卖方".into(), dealer_id };
    table.world.service.link_seller(&table.sales, input).await.unwrap();
    key
}

async fn seen(table: &Table, company: &Principal) -> NegotiationDetail {
    table.world.service.selling_negotiation(company, table.id).await.unwrap()
}

#[tokio::test]
async fn the_seller_counters_and_the_buyer_accepts() {
    let (table, company) = (Table::set().await, dealer("甲车行"));
    link(&table, &company).await;
    let detail = seen(&table, &company).await;
    assert_eq!((detail.view.side, detail.view.turn), (Side::Seller, Some(Side::Seller)));
    assert_eq!((detail.may_act, detail.reserve_fen), (true, Some(yuan(80_000))));
    assert_eq!((detail.row.buyer_name.as_str(), detail.next_bidder), ("", None), "no names, no maxes");
    let key = Uuid::now_v7();
    for _ in 0..2 {
        table.by(&company, key, Act::Counter { amount_fen: yuan(70_000) }).await.unwrap();
    }
    assert_eq!(table.lines().await, 1, "a repeat is the same move");
    table.buyer(Act::Accept { offer_fen: yuan(70_000) }).await.unwrap();
    let detail = seen(&table, &company).await;
    assert_eq!((detail.row.status, detail.row.buyer_name.as_str()), (Status::Agreed, "高价车行"));
    table.log_is_sound().await;
}

#[tokio::test]
async fn staff_still_speak_for_him_and_the_trail_says_who_it_was() {
    let (table, company) = (Table::set().await, dealer("甲车行"));
    link(&table, &company).await;
    table.seller(Act::Counter { amount_fen: yuan(76_000) }).await.unwrap();
    table.buyer(Act::StandBy).await.unwrap();
    table.by(&company, Uuid::now_v7(), Act::Counter { amount_fen: yuan(70_000) }).await.unwrap();
    for moves in [seen(&table, &company).await.moves, table.seen_by_staff().await.moves] {
        let of_seller: Vec<_> = moves.iter().filter(|one| one.side == Some(Side::Seller)).collect();
        let told: Vec<_> = of_seller.iter().map(|one| (one.by_staff, one.who.clone())).collect();
        let (staff, own) = (table.sales.display_name.clone(), company.display_name.clone());
        assert_eq!(told, [(true, Some(staff)), (false, Some(own))]);
    }
    let moves = table.seen_by_buyer().await.moves;
    assert!(moves.iter().all(|one| !one.by_staff), "who speaks on the other side is its own business");
    let buyers = seen(&table, &company).await.moves;
    assert!(buyers.iter().all(|one| one.side != Some(Side::Buyer) || one.who.is_none()));
}

#[tokio::test]
async fn nobody_else_is_let_near_it_and_the_buyer_stays_the_buyer() {
    let (table, company, other) = (Table::set().await, dealer("甲车行"), dealer("乙车行"));
    let key = link(&table, &company).await;
    let service = &table.world.service;
    for who in [&other, &table.second, &table.buyer, &table.sales] {
        assert_eq!(code(service.selling_negotiation(who, table.id).await), "NOT_FOUND");
    }
    assert_eq!(code(table.by(&other, Uuid::now_v7(), Act::Decline).await), "NOT_FOUND");
    assert_eq!(code(service.negotiation(&company, table.id).await), "NOT_FOUND", "it buys nothing here");
    assert_eq!(code(table.by(&company, Uuid::now_v7(), Act::StandBy).await), "FORBIDDEN");
    let wanted = service.plan_next_bidder(&company, Uuid::now_v7(), table.id, true).await;
    assert_eq!(code(wanted), "FORBIDDEN");
    let undo = UnlinkSeller { key: Uuid::now_v7(), link_id: key, reason: "误关联".into() };
    service.unlink_seller(&table.sales, undo).await.unwrap();
    assert_eq!(code(table.by(&company, Uuid::now_v7(), Act::Decline).await), "NOT_FOUND");
    // who bought it and is linked afterwards does not negotiate with himself
    link(&table, &table.buyer).await;
    assert_eq!(code(service.selling_negotiation(&table.buyer, table.id).await), "NOT_FOUND");
    assert_eq!(code(table.buyer(Act::Accept { offer_fen: yuan(60_000) }).await), "NOT_YOUR_TURN");
}

#[tokio::test]
async fn what_the_next_bidder_authorised_is_not_the_sellers_to_use() {
    let (table, company) = (Table::set().await, dealer("甲车行"));
    link(&table, &company).await;
    let input = Negotiate { key: Uuid::now_v7(), id: table.id, act: Act::Decline, then_next_bidder: true };
    table.world.service.negotiate(&company, input).await.unwrap();
    let detail = table.seen_by_staff().await;
    assert_eq!((detail.row.status, detail.other), (Status::Declined, None));
}

/// What this person was told as one of the sellers, the oldest first.
async fn told(table: &Table, who: &Principal) -> Vec<AlertKind> {
    table.world.service.tell_news().await.unwrap();
    let page = table.world.service.alerts(who, false, 1).await.unwrap();
    page.alerts.iter().rev().map(|alert| alert.kind).collect()
}

#[tokio::test]
async fn its_people_hear_of_each_turn_once_and_of_the_end() {
    let (table, company) = (Table::set().await, dealer("甲车行"));
    link(&table, &company).await;
    table.world.sits(&company, true).await;
    for _ in 0..2 {
        assert_eq!(told(&table, &company).await, [AlertKind::SellingTurn]);
    }
    let page = table.world.service.alerts(&company, false, 1).await.unwrap();
    assert_eq!(
        (page.alerts[0].negotiation_id, page.alerts[0].price_fen),
        (Some(table.id), Some(yuan(60_000)))
    );
    table.by(&company, Uuid::now_v7(), Act::Counter { amount_fen: yuan(70_000) }).await.unwrap();
    table.buyer(Act::Accept { offer_fen: yuan(70_000) }).await.unwrap();
    for _ in 0..2 {
        assert_eq!(told(&table, &company).await, [AlertKind::SellingTurn, AlertKind::SellingAgreed]);
    }
    assert!(!told(&table, &table.buyer).await.contains(&AlertKind::SellingAgreed));
}

#[tokio::test]
async fn who_does_not_want_to_hear_of_it_does_not() {
    let (table, company) = (Table::set().await, dealer("甲车行"));
    link(&table, &company).await;
    table.world.sits(&company, true).await;
    let others: Vec<Topic> = Topic::ALL.into_iter().filter(|topic| *topic != Topic::Selling).collect();
    table.world.service.choose_alerts(&company, &others, auction::ENDING_LEAD_MIN).await.unwrap();
    assert_eq!(told(&table, &company).await, []);
}
