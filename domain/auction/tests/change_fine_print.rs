//! The fine print of a sale is changed before anybody is bound by it.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod common;

use auction::{AlertKind, ChangeFinePrint, FinePrint, SaleChangeKind, verify_log};
use bidding::{Band, Ladder, LotStatus, RefusalCode};
use common::{World, accepted, code, refused};
use kernel::{Fen, Principal, Role};
use platform_testkit::{dealer, staff};
use serde_json::json;
use uuid::Uuid;

const MINUTE: i64 = 60_000;

fn clerk() -> Principal {
    staff(&[Role::Auctioneer])
}

async fn change(world: &World, edit: impl FnOnce(&mut FinePrint)) -> ChangeFinePrint {
    let lot = world.service.lot(&clerk(), world.lots[0]).await.unwrap();
    let sale = world.service.sale(&clerk(), lot.lot.sale_id).await.unwrap().sale;
    let mut fine = sale.fine;
    edit(&mut fine);
    ChangeFinePrint {
        key: Uuid::now_v7(), sale_id: sale.id, seen: sale.version, fine, reason: "试行".into()
    }
}

/// A tick of ¥50, half an hour after a pause.
fn other(fine: &mut FinePrint) {
    fine.tick_fen = Fen(5_000);
    fine.house.resume_left_ms = 30 * MINUTE;
}

async fn told(world: &World, who: &Principal) -> Vec<AlertKind> {
    world.service.tell_news().await.unwrap();
    let page = world.service.alerts(who, false, 1).await.unwrap();
    page.alerts.into_iter().map(|alert| alert.kind).collect()
}

/// Its moment may come when the clock was last anchored seconds ago.
async fn opens(world: &World) {
    world.service.beat().await.unwrap();
    world.until(0, LotStatus::Open).await;
}

#[tokio::test]
async fn a_sale_gets_another_fine_print_and_who_watches_is_told_once() {
    let world = World::with_scheduled_lots(2, 5_000).await;
    let (anna, bert) = (dealer("安"), dealer("伯"));
    world.deposit(&anna, 100_000).await;
    for lot in &world.lots {
        world.service.watch_lot(&bert, *lot, true).await.unwrap();
    }
    let asked = change(&world, other).await;
    world.service.change_fine_print(&clerk(), asked.clone()).await.unwrap();
    world.service.change_fine_print(&clerk(), asked.clone()).await.unwrap();
    let reused = ChangeFinePrint { reason: "别的".into(), ..asked.clone() };
    assert_eq!(code(world.service.change_fine_print(&clerk(), reused).await), "KEY_REUSED");

    let found = world.service.sale(&clerk(), asked.sale_id).await.unwrap().sale;
    assert_eq!((found.fine, found.version), (asked.fine, asked.seen + 1), "once");
    assert_eq!(
        (told(&world, &bert).await, told(&world, &anna).await),
        (vec![AlertKind::SaleChanged], vec![])
    );
    let news = world.service.alerts(&bert, false, 1).await.unwrap().alerts.remove(0).sale.unwrap();
    assert_eq!((news.kind, news.reason.as_str()), (SaleChangeKind::TermsChanged, "试行"));
    assert_eq!(news.opens_at, None, "it opens when it opened");
    assert_eq!(world.told("SaleTermsChanged").await.len(), 1);
    let history = world.service.sale_changes(asked.sale_id).await.unwrap().remove(0);
    assert_eq!((history.kind, history.by_name.as_deref()), (SaleChangeKind::TermsChanged, Some("测试员工")));
    assert_eq!((history.times, history.fine), (None, Some((FinePrint::default(), asked.fine))));

    // what this process and another have of the lots follows
    let restarted = world.restarted().await;
    accepted(&restarted.bid(&anna, 1, Uuid::now_v7(), 60_050).await);
    accepted(&world.bid(&anna, 0, Uuid::now_v7(), 60_050).await);
    opens(&world).await;
    world.service.pause_lot(&clerk(), Uuid::now_v7(), world.lots[0]).await.unwrap();
    assert_eq!(world.state(0).await.terms.house.resume_left_ms, 30 * MINUTE);
    assert!(verify_log(&world.db, None).await.unwrap().is_good());
}

#[tokio::test]
async fn whoever_gave_a_max_is_not_given_other_terms() {
    let world = World::with_scheduled_lots(2, 5_000).await;
    let anna = dealer("安");
    world.deposit(&anna, 100_000).await;
    accepted(&world.bid(&anna, 1, Uuid::now_v7(), 60_000).await);
    let asked = change(&world, other).await;
    assert_eq!(code(world.service.change_fine_print(&clerk(), asked.clone()).await), "SALE_HAS_MAXES");
    let by_hand = sqlx::query("UPDATE sale SET fine = '{\"counters_max\": 5}'").execute(&world.db).await;
    assert_eq!(platform_db::constraint(&by_hand.unwrap_err()), Some("sale_fine_print_stands"));
    let back = world.service.withdraw_max(&anna, Uuid::now_v7(), world.lots[1]).await;
    accepted(&back.map_err(platform_db::CommandError::into_problem));
    world.service.change_fine_print(&clerk(), asked).await.expect("nobody is bound any more");
    opens(&world).await;
    let late = change(&world, |fine| fine.house.counters_max = 5).await;
    assert_eq!(code(world.service.change_fine_print(&clerk(), late).await), "SALE_OPENED");
    let by_hand = sqlx::query("UPDATE sale SET fine = NULL, tick_fen = 10000").execute(&world.db).await;
    assert_eq!(platform_db::constraint(&by_hand.unwrap_err()), Some("sale_fine_print_stands"));
}

#[tokio::test]
async fn two_colleagues_do_not_overwrite_each_other() {
    let world = World::with_scheduled_lots(1, 3_600_000).await;
    let first = change(&world, |fine| fine.house.reading_ms = 9 * MINUTE).await;
    let second = change(&world, |fine| fine.house.counters_max = 9).await;
    world.service.change_fine_print(&clerk(), first.clone()).await.unwrap();
    assert_eq!(code(world.service.change_fine_print(&clerk(), second.clone()).await), "CHANGED_MEANWHILE");
    let same = ChangeFinePrint { key: Uuid::now_v7(), seen: first.seen + 1, ..first };
    assert_eq!(code(world.service.change_fine_print(&clerk(), same.clone()).await), "NOTHING_CHANGED");
    let seller = staff(&[Role::Pricing]);
    assert_eq!(code(world.service.change_fine_print(&seller, second).await), "FORBIDDEN");
    let unknown = ChangeFinePrint { sale_id: kernel::SaleId(Uuid::now_v7()), ..same };
    assert_eq!(code(world.service.change_fine_print(&clerk(), unknown).await), "NOT_FOUND");
}

#[tokio::test]
async fn what_the_lots_begin_with_has_to_fit_and_nothing_is_half_done() {
    let world = World::with_scheduled_lots(2, 3_600_000).await;
    for (edit, wrong) in [
        (change(&world, |fine| fine.tick_fen = Fen(150)).await, "tick:OUT_OF_RANGE"),
        (change(&world, |fine| fine.house.early_hold_percent = 101).await, "early_hold:OUT_OF_RANGE"),
        (change(&world, |fine| fine.tick_fen = Fen(50_000)).await, "tick:LADDER_OFF_TICK"),
    ] {
        assert_eq!(code(world.service.change_fine_print(&clerk(), edit).await), wrong);
    }
    let step = Band { from_fen: Fen::ZERO, step_fen: Fen(700_000) };
    let coarse = world.and_sale(1, |sale| {
        sale.ladder = Ladder(vec![step]);
        sale.times.opens_at = sale.times.opens_at.plus_ms(3_600_000);
        sale.times.first_end_at = sale.times.opens_at.plus_ms(3_600_000);
    });
    let world = coarse.await;
    let off = change(&world, |fine| fine.tick_fen = Fen(700_000)).await;
    let sale_id = off.sale_id;
    assert_eq!(code(world.service.change_fine_print(&clerk(), off).await), "LOTS_OFF_TICK");
    assert!(world.service.sale_changes(sale_id).await.unwrap().is_empty());
    assert_eq!(world.state(0).await.seq, 0);
}

#[tokio::test]
async fn the_published_log_says_the_terms_and_proves_them() {
    let world = World::of_sale(1, |sale| {
        sale.times.opens_at = sale.times.opens_at.plus_ms(4_500);
        sale.times.first_end_at = sale.times.opens_at.plus_ms(1_000);
    })
    .await;
    let early = dealer("安");
    let asked = change(&world, other).await;
    world.service.change_fine_print(&clerk(), asked).await.unwrap();
    let odd = refused(&world.bid(&early, 0, Uuid::now_v7(), 70_010).await);
    assert_eq!((odd.code, &odd.data["tick_fen"]), (RefusalCode::NotTick, &json!(5_000)));
    world.service.beat().await.unwrap();
    world.until_closed().await;
    let log = world.service.published_log(&early, world.lots[0]).await.unwrap();
    assert_eq!(log.check(), Ok(()));
    assert_eq!((log.new_terms.len(), log.new_terms[0].seq), (1, 1));
    assert!(log.new_terms[0].terms_text.contains("\"tick_fen\":5000"), "{}", log.new_terms[0].terms_text);
    assert!(!log.terms_text.contains("\"tick_fen\":5000"), "the chain begins with the first ones");
    let text = "UPDATE lot_new_terms SET terms_text = terms_text || ' '";
    assert!(sqlx::query(text).execute(&world.db).await.is_err(), "append-only");
}
