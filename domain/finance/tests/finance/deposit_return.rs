//! Money that dealers ask back: not bid with from then on, paid when nothing holds it, once.

use finance::{AccountKind, AnswerReturn, AskReturn, FreezeDeposit, ReturnAnswer, ReturnFilter, ReturnState};
use kernel::{Fen, Principal, Role, Seat};
use platform_db::{CommandError, new_id};
use platform_testkit::{dealer, staff};
use uuid::Uuid;

use crate::deposit::{balance, booked, code, id_of, order_with_hold, yuan};
use crate::world::World;

fn ask(who: &Principal, yuan: i64) -> AskReturn {
    AskReturn {
        key: new_id(), dealer_id: id_of(who), amount_fen: Fen(yuan * 100), why: "暂不收车".into()
    }
}

fn answer(who: &Principal, return_id: Uuid, answer: ReturnAnswer) -> AnswerReturn {
    AnswerReturn { key: new_id(), dealer_id: id_of(who), return_id, answer, words: "工行回单 8".into() }
}

/// Asked back, covered, and paid.
pub async fn paid_back(world: &World, who: &Principal, yuan: i64) {
    let asked = ask(who, yuan);
    world.service.ask_return(who, asked.clone()).await.unwrap();
    world.covered(id_of(who), asked.key).await;
    world.service.answer_return(&world.staff, answer(who, asked.key, ReturnAnswer::Paid)).await.unwrap();
}

async fn state(world: &World, id: Uuid) -> ReturnState {
    let all = world.service.deposit_returns(&world.staff, &ReturnFilter::default()).await.unwrap();
    all.into_iter().find(|row| row.id == id).unwrap().state
}

/// What the auction may let this dealer hold, by the newest news.
async fn told(world: &World) -> i64 {
    world.deposits_told().await.pop().unwrap().deposit_fen.0 / 100
}

async fn with_deposit(yuan_in: i64) -> (World, Principal) {
    let world = World::new().await;
    let ada = dealer("甲车行");
    world.service.receive_deposit(&world.staff, yuan(&ada, yuan_in)).await.unwrap();
    (world, ada)
}

#[tokio::test]
async fn what_is_asked_back_is_not_bid_with_and_leaves_when_nothing_holds_it() {
    let (world, ada) = with_deposit(10_000).await;
    let asked = ask(&ada, 4_000);
    for _ in 0..2 {
        world.service.ask_return(&ada, asked.clone()).await.unwrap();
    }
    let news = world.deposits_told().await.pop().unwrap();
    assert_eq!((news.deposit_fen, news.asked_return_id), (Fen(600_000), Some(asked.key)));
    assert_eq!((balance(&world, &ada).await, state(&world, asked.key).await), (10_000, ReturnState::Waiting));
    let pay = answer(&ada, asked.key, ReturnAnswer::Paid);
    let early = world.service.answer_return(&world.staff, pay.clone()).await;
    assert_eq!(code(early), "RETURN_NOT_COVERED");
    world.covered(id_of(&ada), asked.key).await;
    assert_eq!(state(&world, asked.key).await, ReturnState::Ready);
    for _ in 0..2 {
        world.service.answer_return(&world.staff, pay.clone()).await.unwrap();
    }
    assert_eq!((balance(&world, &ada).await, told(&world).await), (6_000, 6_000));
    assert_eq!(booked(&world, AccountKind::BankDeposits).await, 600_000);
    let again = answer(&ada, asked.key, ReturnAnswer::Refused);
    assert_eq!(code(world.service.answer_return(&world.staff, again).await), "RETURN_ANSWERED");
    let lines = world.service.deposit(&ada, id_of(&ada)).await.unwrap().lines;
    assert_eq!((lines[0].what.as_str(), lines[0].why.as_str()), ("returned", "工行回单 8"));
    assert_eq!((lines[1].what.as_str(), lines[1].about_fen), ("return_asked", Some(Fen(400_000))));
}

#[tokio::test]
async fn a_refusal_or_a_withdrawal_gives_it_back_to_bid_with() {
    let (world, ada) = with_deposit(10_000).await;
    let (first, second) = (ask(&ada, 4_000), ask(&ada, 5_000));
    for asked in [&first, &second] {
        world.service.ask_return(&ada, asked.clone()).await.unwrap();
    }
    assert_eq!(told(&world).await, 1_000);
    let silent = AnswerReturn { words: " ".into(), ..answer(&ada, first.key, ReturnAnswer::Refused) };
    assert_eq!(code(world.service.answer_return(&world.staff, silent).await), "INVALID_FIELDS");
    let refuse = answer(&ada, first.key, ReturnAnswer::Refused);
    assert_eq!(code(world.service.answer_return(&ada, refuse.clone()).await), "FORBIDDEN", "not by himself");
    world.service.answer_return(&world.staff, refuse).await.unwrap();
    assert_eq!(told(&world).await, 5_000);
    world.service.answer_return(&ada, answer(&ada, second.key, ReturnAnswer::Withdrawn)).await.unwrap();
    assert_eq!((told(&world).await, balance(&world, &ada).await), (10_000, 10_000));
    world.covered(id_of(&ada), second.key).await;
    assert_eq!(state(&world, second.key).await, ReturnState::Withdrawn, "late news of it is no news");
    assert_eq!(booked(&world, AccountKind::BankDeposits).await, 1_000_000, "nothing was booked");
}

#[tokio::test]
async fn nobody_asks_back_what_is_not_there_or_not_his() {
    let (world, ada) = with_deposit(100).await;
    let (bob, sales) = (dealer("乙车行"), staff(&[Role::Sales]));
    assert_eq!(code(world.service.ask_return(&ada, ask(&ada, 101)).await), "DEPOSIT_TOO_SMALL");
    world.service.ask_return(&ada, ask(&ada, 60)).await.unwrap();
    assert_eq!(
        code(world.service.ask_return(&ada, ask(&ada, 41)).await),
        "DEPOSIT_TOO_SMALL",
        "60 are asked back"
    );
    assert_eq!(code(world.service.ask_return(&ada, ask(&ada, 0)).await), "INVALID_FIELDS");
    assert_eq!(code(world.service.ask_return(&bob, ask(&ada, 10)).await), "NOT_FOUND");
    assert_eq!(code(world.service.ask_return(&sales, ask(&ada, 10)).await), "FORBIDDEN");
    let mut clerk = ada.clone();
    if let Seat::Dealer(seat) = &mut clerk.seat {
        seat.is_owner = false;
    }
    assert_eq!(code(world.service.ask_return(&clerk, ask(&ada, 10)).await), "FORBIDDEN", "an owner does");
    // finance, in his name
    world.service.ask_return(&world.staff, ask(&ada, 40)).await.unwrap();
    let other = answer(&bob, ask(&ada, 1).key, ReturnAnswer::Withdrawn);
    assert_eq!(code(world.service.answer_return(&bob, other).await), "NOT_FOUND");
    assert!(world.service.deposit_returns(&ada, &ReturnFilter::default()).await.is_err(), "a list of staff");
}

#[tokio::test]
async fn of_two_requests_for_everything_at_once_one_is_made() {
    let (world, ada) = with_deposit(500).await;
    let both = tokio::join!(
        world.service.ask_return(&ada, ask(&ada, 500)),
        world.service.ask_return(&ada, ask(&ada, 500))
    );
    assert!(both.0.is_ok() != both.1.is_ok());
    assert_eq!(told(&world).await, 0);
}

#[tokio::test]
async fn so_many_wait_and_no_more() {
    let (world, ada) = with_deposit(500).await;
    for _ in 0..finance::WAITING_MAX {
        world.service.ask_return(&ada, ask(&ada, 1)).await.unwrap();
    }
    assert_eq!(code(world.service.ask_return(&ada, ask(&ada, 1)).await), "TOO_MANY_RETURNS");
}

#[tokio::test]
async fn a_frozen_deposit_is_not_paid_out() {
    let (world, ada) = with_deposit(500).await;
    let asked = ask(&ada, 100);
    world.service.ask_return(&ada, asked.clone()).await.unwrap();
    world.covered(id_of(&ada), asked.key).await;
    let freeze =
        FreezeDeposit { key: new_id(), dealer_id: id_of(&ada), frozen: true, why: "逾期未付".into() };
    world.service.freeze_deposit(&world.staff, freeze).await.unwrap();
    let pay = answer(&ada, asked.key, ReturnAnswer::Paid);
    assert_eq!(code(world.service.answer_return(&world.staff, pay).await), "DEPOSIT_IS_FROZEN");
    world.service.answer_return(&world.staff, answer(&ada, asked.key, ReturnAnswer::Refused)).await.unwrap();
    assert!(world.service.deposit(&ada, id_of(&ada)).await.unwrap().frozen, "an answer frees nothing");
}

#[tokio::test]
async fn an_order_takes_its_hold_first_and_what_is_no_longer_there_lapses() {
    let (world, ada) = with_deposit(10_000).await;
    let (free, held) = (ask(&ada, 500), ask(&ada, 5_000));
    for asked in [&free, &held] {
        world.service.ask_return(&ada, asked.clone()).await.unwrap();
    }
    // nine thousand are held: the auction answers for neither, and the lot is won
    let (order, receivable, _) = order_with_hold(&ada, 900_000);
    world.tell(1, order).await;
    let claim = world.service.receivable(&world.staff, receivable).await.unwrap();
    assert_eq!(claim.row.outstanding_fen.0, claim.row.amount_fen.0 - 900_000, "the hold pays in full");
    assert_eq!(state(&world, held.key).await, ReturnState::Lapsed);
    assert_eq!(state(&world, free.key).await, ReturnState::Waiting, "this one can still be paid");
    assert_eq!((balance(&world, &ada).await, told(&world).await), (1_000, 500));
}

/// Whatever the error is, it is one of the rules.
#[tokio::test]
async fn a_key_is_used_for_one_thing() {
    let (world, ada) = with_deposit(500).await;
    let bob = dealer("乙车行");
    let asked = ask(&ada, 100);
    world.service.ask_return(&ada, asked.clone()).await.unwrap();
    let other = AskReturn { key: asked.key, ..ask(&bob, 100) };
    let refused: Result<(), CommandError> = world.service.ask_return(&bob, other).await;
    assert_eq!(code(refused), "KEY_USED");
}
