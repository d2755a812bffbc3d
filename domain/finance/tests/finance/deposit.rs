//! Deposits: booked, numbered, never twice, never below nothing.

use finance::{AccountKind, FreezeDeposit, MoveDeposit};
use kernel::{DealerId, Fen, LotId, Principal, Role};
use platform_db::{CommandError, new_id};
use platform_testkit::{dealer, staff};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::deposit_return::paid_back;
use crate::world::{NOW, World, order, receivable_of};

pub fn id_of(who: &Principal) -> DealerId {
    who.dealer().unwrap().dealer_id
}

pub fn yuan(who: &Principal, yuan: i64) -> MoveDeposit {
    MoveDeposit {
        key: new_id(),
        dealer_id: id_of(who),
        dealer_name: "甲车行".into(),
        amount_fen: Fen(yuan * 100),
        reference: "工行 20261122-01".into(),
    }
}

pub fn code(result: Result<(), CommandError>) -> String {
    result.unwrap_err().into_problem().code
}

pub async fn balance(world: &World, who: &Principal) -> i64 {
    world.service.deposit(&world.staff, id_of(who)).await.unwrap().balance_fen.0 / 100
}

/// What is on the accounts of one kind, credit negative.
pub async fn booked(world: &World, kind: AccountKind) -> i64 {
    sqlx::query_scalar(
        "SELECT coalesce(sum(p.amount_fen), 0)::bigint FROM posting p JOIN account a ON a.id = p.account_id WHERE a.kind = $1",
    )
    .bind(kind.name())
    .fetch_one(&world.db)
    .await
    .unwrap()
}

#[tokio::test]
async fn money_comes_and_goes_with_a_booking_each_and_a_repeat_books_nothing() {
    let world = World::new().await;
    let ada = dealer("甲车行");
    let first = yuan(&ada, 50_000);
    world.service.receive_deposit(&world.staff, first.clone()).await.unwrap();
    world.service.receive_deposit(&world.staff, first).await.unwrap();
    paid_back(&world, &ada, 20_000).await;
    assert_eq!(balance(&world, &ada).await, 30_000);
    assert_eq!(booked(&world, AccountKind::BankDeposits).await, 3_000_000);
    assert_eq!(booked(&world, AccountKind::DealerDeposit).await, -3_000_000);
    let told: Vec<i64> = world.deposits_told().await.iter().map(|event| event.deposit_fen.0).collect();
    assert_eq!(told, [5_000_000, 3_000_000, 3_000_000], "less from when it is asked back");
    let lines = world.service.deposit(&ada, id_of(&ada)).await.unwrap().lines;
    let what: Vec<&str> = lines.iter().map(|line| line.what.as_str()).collect();
    assert_eq!(what, ["returned", "return_asked", "received"]);
}

/// Two people at two desks at once: both payments count.
#[tokio::test]
async fn two_at_once_wait_for_each_other() {
    let world = World::new().await;
    let ada = dealer("甲车行");
    let both = tokio::join!(
        world.service.receive_deposit(&world.staff, yuan(&ada, 300)),
        world.service.receive_deposit(&world.staff, yuan(&ada, 200))
    );
    assert!(both.0.is_ok() && both.1.is_ok());
    assert_eq!(balance(&world, &ada).await, 500);
}

#[tokio::test]
async fn only_finance_moves_deposits_and_nobody_sees_anothers() {
    let world = World::new().await;
    let (ada, bob) = (dealer("甲车行"), dealer("乙车行"));
    for who in [&ada, &staff(&[Role::Sales])] {
        assert_eq!(code(world.service.receive_deposit(who, yuan(&ada, 100)).await), "FORBIDDEN");
    }
    let hidden = world.service.deposit(&bob, id_of(&ada)).await.unwrap_err().into_problem();
    assert_eq!(hidden.code, "NOT_FOUND");
    let wrong = MoveDeposit { amount_fen: Fen(0), reference: " ".into(), ..yuan(&ada, 1) };
    let problem = world.service.receive_deposit(&world.staff, wrong).await.unwrap_err().into_problem();
    let fields: Vec<&str> = problem.fields.iter().map(|field| field.field.as_str()).collect();
    assert_eq!(fields, ["amount", "reference"]);
}

#[tokio::test]
async fn a_freeze_says_why_and_stays_while_money_moves() {
    let world = World::new().await;
    let ada = dealer("甲车行");
    let freeze =
        |frozen, why: &str| FreezeDeposit { key: new_id(), dealer_id: id_of(&ada), frozen, why: why.into() };
    assert_eq!(code(world.service.freeze_deposit(&world.staff, freeze(true, "逾期未付")).await), "NOT_FOUND");
    world.service.receive_deposit(&world.staff, yuan(&ada, 100)).await.unwrap();
    assert_eq!(code(world.service.freeze_deposit(&world.staff, freeze(true, "")).await), "INVALID_FIELDS");
    world.service.freeze_deposit(&world.staff, freeze(true, "逾期未付")).await.unwrap();
    world.service.receive_deposit(&world.staff, yuan(&ada, 50)).await.unwrap();
    assert!(world.service.deposit(&ada, id_of(&ada)).await.unwrap().frozen, "more money frees nothing");
    world.service.freeze_deposit(&world.staff, freeze(false, "已付清")).await.unwrap();
    let told: Vec<(i64, bool)> =
        world.deposits_told().await.iter().map(|e| (e.deposit_fen.0 / 100, e.frozen)).collect();
    assert_eq!(told, [(100, false), (100, true), (150, true), (150, false)]);
}

/// An order on whose lot part of the deposit was held.
pub fn order_with_hold(buyer: &Principal, held_fen: i64) -> (Value, Uuid, LotId) {
    let mut order = order(buyer, 8_000_000);
    order["deposit_fen"] = json!(held_fen);
    let receivable = receivable_of(&order);
    let lot: LotId = serde_json::from_value(order["lot_id"].clone()).unwrap();
    (order, receivable, lot)
}

#[tokio::test]
async fn the_hold_of_a_won_lot_pays_part_of_the_claim() {
    let world = World::new().await;
    let ada = dealer("甲车行");
    world.service.receive_deposit(&world.staff, yuan(&ada, 10_000)).await.unwrap();
    let (order, receivable, lot) = order_with_hold(&ada, 900_000);
    world.tell(1, order.clone()).await;
    world.tell(1, order).await;
    assert_eq!(balance(&world, &ada).await, 1_000);
    let claim = world.service.receivable(&world.staff, receivable).await.unwrap();
    assert_eq!(claim.row.outstanding_fen.0, claim.row.amount_fen.0 - 900_000);
    assert_eq!(
        claim.entries.iter().map(|e| e.kind.as_str()).collect::<Vec<_>>(),
        ["receivable_issued", "deposit_applied"]
    );
    let last = world.deposits_told().await.pop().unwrap();
    assert_eq!((last.deposit_fen, last.applied_lot_id), (Fen(100_000), Some(lot)));
    assert_eq!(claim.row.issued_at, NOW);
}

/// Money that went back before the hammer's news arrived cannot pay; the auction is told to hold nothing all the same.
#[tokio::test]
async fn a_hold_without_money_behind_it_is_released() {
    let world = World::new().await;
    let ada = dealer("甲车行");
    world.service.receive_deposit(&world.staff, yuan(&ada, 5_000)).await.unwrap();
    paid_back(&world, &ada, 5_000).await;
    let (order, receivable, lot) = order_with_hold(&ada, 900_000);
    world.tell(1, order).await;
    let claim = world.service.receivable(&world.staff, receivable).await.unwrap();
    assert_eq!(claim.row.outstanding_fen, claim.row.amount_fen);
    assert_eq!(world.deposits_told().await.pop().unwrap().applied_lot_id, Some(lot));
}
