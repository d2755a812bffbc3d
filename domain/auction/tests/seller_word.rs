//! A seller who is a company lowers his reserve, publishes it, authorises a gap; never raises it, and nobody else's.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod common;

use auction::{Answer, LinkSeller, Outcome};
use bidding::{Refusal, RefusalCode};
use common::{World, accepted};
use kernel::{Fen, Principal, Role};
use platform_db::CommandError;
use platform_testkit::{dealer, staff};
use uuid::Uuid;

async fn sold_by(count: usize, company: &Principal) -> World {
    let world = World::with_open_lots(count).await;
    world.name_dealer(company).await;
    let (key, dealer_id) = (Uuid::now_v7(), company.dealer().unwrap().dealer_id);
    let input = LinkSeller { key, seller_name: "测试卖方".into(), dealer_id };
    world.service.link_seller(&staff(&[Role::Sales]), input).await.unwrap();
    world
}

/// Accepted, or the refusal of the rules.
fn said(answer: Result<Answer, CommandError>) -> Result<i64, Refusal> {
    match answer.expect("an answer").outcome {
        Outcome::Accepted { seq, .. } => Ok(seq),
        Outcome::Refused(refusal) => Err(refusal),
    }
}

fn code(answer: Result<Answer, CommandError>) -> String {
    answer.map_err(CommandError::into_problem).unwrap_err().code
}

#[tokio::test]
async fn the_seller_lowers_his_reserve_and_never_raises_it() {
    let company = dealer("甲车行");
    let world = sold_by(1, &company).await;
    let (service, lot) = (&world.service, world.lots[0]);
    let bidder = dealer("丙车行");
    accepted(&world.bid(&bidder, 0, Uuid::now_v7(), 60_000).await);
    let key = Uuid::now_v7();
    let first = said(service.lower_reserve(&company, key, lot, Fen(7_000_000)).await).unwrap();
    let again = said(service.lower_reserve(&company, key, lot, Fen(7_000_000)).await).unwrap();
    assert_eq!(first, again, "a repeat is the same word");
    let higher = said(service.lower_reserve(&company, Uuid::now_v7(), lot, Fen(7_500_000)).await);
    assert_eq!(higher.unwrap_err().code, RefusalCode::ReserveNotLower);
    said(service.set_gap(&company, Uuid::now_v7(), lot, Fen(500_000)).await).unwrap();

    let detail = service.selling_lot(&company, lot).await.unwrap();
    assert_eq!((detail.own.reserve_fen, detail.own.gap_fen), (Some(Fen(7_000_000)), Fen(500_000)));
    let who = format!("{} · 甲车行", company.display_name);
    let words: Vec<_> = detail.words.iter().map(|one| (one.what.as_str(), one.by_name.as_str())).collect();
    assert_eq!(words, [("gap_set", &*who), ("reserve_lowered", &*who)]);
    // who speaks for the seller bids on nothing: the company is no bidder and watches nothing
    service.tell_news().await.unwrap();
    assert_eq!(world.state(0).await.bidders.len(), 1);
    let parties: i64 = sqlx::query_scalar("SELECT count(*) FROM lot_party WHERE dealer_id = $1")
        .bind(company.dealer().unwrap().dealer_id.0)
        .fetch_one(&world.db)
        .await
        .unwrap();
    assert_eq!(parties, 0);
    world.assert_log_is_sound(0).await;
}

#[tokio::test]
async fn the_seller_publishes_his_reserve_before_the_first_bid_only() {
    let company = dealer("甲车行");
    let world = sold_by(2, &company).await;
    let service = &world.service;
    said(service.publish_reserve(&company, Uuid::now_v7(), world.lots[0]).await).unwrap();
    let shown = service.lot(&dealer("看客"), world.lots[0]).await.unwrap().lot.lot.reserve_fen;
    assert_eq!(shown, Some(Fen(8_000_000)));
    accepted(&world.bid(&dealer("丙车行"), 1, Uuid::now_v7(), 60_000).await);
    assert!(said(service.publish_reserve(&company, Uuid::now_v7(), world.lots[1]).await).is_err());
}

#[tokio::test]
async fn nobody_else_speaks_for_the_seller() {
    let (company, other) = (dealer("甲车行"), dealer("乙车行"));
    let world = sold_by(1, &company).await;
    let (service, lot, key) = (&world.service, world.lots[0], Uuid::now_v7);
    assert_eq!(code(service.lower_reserve(&other, key(), lot, Fen(7_000_000)).await), "NOT_FOUND");
    assert_eq!(code(service.set_gap(&other, key(), lot, Fen(100_000)).await), "NOT_FOUND");
    assert_eq!(code(service.publish_reserve(&other, key(), lot).await), "NOT_FOUND");
    let sales = staff(&[Role::Sales]);
    assert_eq!(code(service.lower_reserve(&sales, key(), lot, Fen(7_000_000)).await), "FORBIDDEN");
    assert_eq!(code(service.pause_lot(&company, key(), lot).await), "FORBIDDEN", "it does not run the sale");
    assert_eq!(code(service.reveal_reserve(&other, key(), lot).await.map(|()| unreachable())), "FORBIDDEN");
}

fn unreachable() -> Answer {
    panic!("nobody else sees the reserve")
}
