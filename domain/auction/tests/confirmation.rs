//! The question about an unusually high amount: one bid of one person, once, at whichever process.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod common;

use auction::{BidOutcome, Confirmation, PlaceMax};
use bidding::{Refusal, RefusalCode};
use common::{Answered, World, accepted, refused};
use kernel::{Fen, Principal, UserId};
use platform_testkit::dealer;
use uuid::Uuid;

/// More than 30 steps above the price of ¥60,000.
const HIGH: i64 = 79_000;

async fn say(world: &World, who: &Principal, key: Uuid, yuan: i64, token: Option<Confirmation>) -> Answered {
    let (lot_id, max_fen) = (world.lots[0], Fen(yuan * 100));
    let bid = PlaceMax { key, lot_id, max_fen, confirmation: token, seen_report: None };
    world.service.place_max(who, bid).await.map_err(platform_db::CommandError::into_problem)
}

/// The key and the token of the question.
fn question(refusal: &Refusal) -> (Uuid, Confirmation) {
    assert_eq!(refusal.code, RefusalCode::FatFingerConfirm, "{refusal:?}");
    let confirm = &refusal.data["confirm"];
    let text = |name: &str| confirm[name].as_str().unwrap();
    assert!(confirm["until"].is_i64() && refusal.data["threshold_fen"].is_i64());
    (text("key").parse().unwrap(), text("token").parse().unwrap())
}

/// A lot at ¥60,000, and who wants it for much more.
async fn asked() -> (World, Principal, Uuid, Confirmation) {
    let world = World::with_open_lots(1).await;
    accepted(&world.bid(&dealer("甲车行"), 0, Uuid::now_v7(), 60_000).await);
    let bob = dealer("乙车行");
    let (key, token) = question(&refused(&say(&world, &bob, Uuid::now_v7(), HIGH, None).await));
    (world, bob, key, token)
}

#[tokio::test]
async fn the_confirmed_amount_counts_once_at_whichever_process() {
    let (world, bob, key, token) = asked().await;
    let other = world.restarted().await;
    assert_eq!(accepted(&say(&other, &bob, key, HIGH, Some(token)).await), 3);
    for process in [&world, &other] {
        let again = say(process, &bob, key, HIGH, Some(token)).await;
        assert_eq!(accepted(&again), 3, "the first answer");
    }
    // a repeat counts as one even when its token is worth nothing by now
    assert_eq!(accepted(&say(&world, &bob, key, HIGH, None).await), 3);
    assert_eq!(world.log(0).await.len(), 4, "opening, two bids, one question");
}

#[tokio::test]
async fn a_used_token_is_worth_nothing_under_another_key() {
    let (world, bob, key, token) = asked().await;
    accepted(&say(&world, &bob, key, HIGH, Some(token)).await);
    let higher = HIGH + 60_000;
    let (next, _) = question(&refused(&say(&world, &bob, Uuid::now_v7(), higher, Some(token)).await));
    assert_ne!(next, key, "a new question");
    assert_eq!(refused(&say(&world, &bob, key, higher, Some(token)).await).code, RefusalCode::Duplicate);
}

#[tokio::test]
async fn what_confirms_another_bid_brings_the_question_again() {
    let (world, bob, key, token) = asked().await;
    let fresh = Uuid::now_v7;
    // another key, another amount, another company, another person of the same company
    question(&refused(&say(&world, &bob, fresh(), HIGH, Some(token)).await));
    question(&refused(&say(&world, &bob, key, HIGH + 100, Some(token)).await));
    question(&refused(&say(&world, &dealer("丙车行"), key, HIGH, Some(token)).await));
    let colleague = Principal { user_id: UserId(Uuid::now_v7()), ..bob.clone() };
    let (key, token) = question(&refused(&say(&world, &bob, fresh(), HIGH, None).await));
    let (his, his_token) = question(&refused(&say(&world, &colleague, key, HIGH, Some(token)).await));
    accepted(&say(&world, &colleague, his, HIGH, Some(his_token)).await);
}

#[tokio::test]
async fn the_page_that_follows_asks_and_the_log_keeps_no_token() {
    let (world, bob, ..) = asked().await;
    let first = Uuid::now_v7();
    let (key, _) = question(&refused(&say(&world, &bob, first, HIGH, None).await));
    let Some(BidOutcome::Refused(problem)) = world.service.bid_outcome(&bob, first).await.unwrap() else {
        panic!("it was refused");
    };
    let confirm = &problem.data["confirm"];
    assert_eq!(confirm["key"].as_str(), Some(key.to_string().as_str()));
    let token = confirm["token"].as_str().unwrap().parse().unwrap();
    let kept: String = sqlx::query_scalar("SELECT string_agg(explanation, '') FROM lot_log")
        .fetch_one(&world.db)
        .await
        .expect("the log is read");
    assert!(kept.contains("threshold_fen") && !kept.contains("token"), "{kept}");
    accepted(&say(&world, &bob, key, HIGH, Some(token)).await);
}
