//! The bid path on a real database: durable answers, repeats, fences, opening and closing on time.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod common;

use auction::{Failure, Outcome};
use bidding::{LotStatus, Note, RefusalCode, ServerFrame};
use common::{World, accepted, hold, outcome, proof_hash, refused, until, waiting};
use kernel::{Fen, LotId, Role, UserId};
use platform_testkit::{dealer, staff};
use uuid::Uuid;

#[tokio::test]
async fn a_bid_is_durable_before_it_is_answered_and_a_repeat_gets_the_same_answer() {
    let world = World::with_open_lots(1).await;
    let ada = dealer("远行二手车");
    let key = Uuid::now_v7();
    let first = world.bid(&ada, 0, key, 60_000).await;
    assert_eq!(accepted(&first), 2, "number 1 is the opening");
    let again = world.bid(&ada, 0, key, 60_000).await;
    assert_eq!(outcome(&again), outcome(&first));
    assert_eq!(proof_hash(&again), proof_hash(&first), "and the same line is proven");
    let log = world.log(0).await;
    assert_eq!(log.iter().filter(|line| line.key == key).count(), 1);

    let other_amount = world.bid(&ada, 0, key, 70_000).await;
    assert_eq!(refused(&other_amount).code, RefusalCode::Duplicate, "the same key cannot mean another bid");
}

#[tokio::test]
async fn repeats_are_answered_from_the_log_after_a_restart() {
    let world = World::with_open_lots(1).await;
    let (ada, bob) = (dealer("甲车行"), dealer("乙车行"));
    let (good, low) = (Uuid::now_v7(), Uuid::now_v7());
    let first = accepted(&world.bid(&ada, 0, good, 60_000).await);
    let refusal = refused(&world.bid(&bob, 0, low, 50_000).await);
    assert_eq!(refusal.code, RefusalCode::BelowMin);

    let restarted = world.restarted().await;
    assert_eq!(accepted(&restarted.bid(&ada, 0, good, 60_000).await), first);
    assert_eq!(refused(&restarted.bid(&bob, 0, low, 50_000).await), refusal);
    assert_eq!(restarted.log(0).await.len(), 3, "opening, bid, refusal: nothing twice");
}

#[tokio::test]
async fn the_same_key_twice_in_one_batch_is_one_bid() {
    let world = World::with_open_lots(1).await;
    let ada = dealer("甲车行");
    let key = Uuid::now_v7();
    let twins = (0..20).map(|_| world.bid(&ada, 0, key, 60_000));
    let answers = common::join_all(twins).await;
    assert!(answers.iter().all(|answer| accepted(answer) == 2), "{answers:?}");
    assert_eq!(world.log(0).await.len(), 2);
}

#[tokio::test]
async fn ties_and_refusals_say_what_a_bidder_must_know() {
    let world = World::with_open_lots(1).await;
    let (ada, bob) = (dealer("甲车行"), dealer("乙车行"));
    // above the reserve of ¥80 000: below it the whole max is placed, and an equal one is below the next minimum
    accepted(&world.bid(&ada, 0, Uuid::now_v7(), 85_000).await);
    let tie = world.bid(&bob, 0, Uuid::now_v7(), 85_000).await.unwrap();
    match tie.outcome {
        Outcome::Accepted { note, lot, mine, .. } => {
            assert_eq!(note, Some(Note::TiedEarlierWins));
            assert_eq!((lot.price_fen, mine.leading, mine.alias), (Some(Fen(8_500_000)), false, Some(2)));
        }
        other => panic!("{other:?}"),
    }
    let off_tick = refused(&world.bid(&bob, 0, Uuid::now_v7(), 60_050).await);
    assert_eq!(off_tick.code, RefusalCode::NotTick);
    for silly in [0, -1, i64::MIN / 100, i64::MAX / 100] {
        let answer = refused(&world.bid(&bob, 0, Uuid::now_v7(), silly).await);
        assert!(
            matches!(
                answer.code,
                RefusalCode::NotTick | RefusalCode::BelowMin | RefusalCode::FatFingerConfirm
            ),
            "{silly}: {answer:?}"
        );
    }
    assert_eq!(
        world.log(0).await.iter().filter_map(|line| line.seq).max(),
        Some(3),
        "refusals take no number"
    );
}

#[tokio::test]
async fn the_list_of_prices_names_who_bid_and_whose_max_went_above_him() {
    let world = World::with_open_lots(1).await;
    let (anna, bert) = (dealer("安"), dealer("贝"));
    accepted(&world.bid(&anna, 0, Uuid::now_v7(), 90_000).await);
    accepted(&world.bid(&bert, 0, Uuid::now_v7(), 85_000).await);
    accepted(&world.bid(&bert, 0, Uuid::now_v7(), 95_000).await);
    let other = world.restarted().await;
    for world in [&world, &other] {
        let page = world.service.lot(&anna, world.lots[0]).await.unwrap().history;
        let Ok(ServerFrame::Snapshot { history, .. }) = world.service.snapshot(&anna, world.lots[0]).await
        else {
            panic!("no snapshot");
        };
        assert_eq!(page, history);
        let lines: Vec<_> = page.iter().map(|line| (line.alias, line.by, line.price_fen.0 / 100)).collect();
        assert_eq!(
            lines,
            [(2, None, 90_500), (1, Some(2), 85_500), (1, None, 80_000)],
            "the second bid was 2's, and 1's max stood above it"
        );
    }
}

#[tokio::test]
async fn an_unknown_lot_is_not_found_and_staff_do_not_bid() {
    let world = World::with_open_lots(1).await;
    let answer = world.bid_on(&dealer("甲车行"), LotId(Uuid::now_v7()), Uuid::now_v7(), 60_000).await;
    assert_eq!(answer.unwrap_err().code, Failure::NotFound.code());
    let answer = world.bid(&staff(&[Role::Admin]), 0, Uuid::now_v7(), 60_000).await;
    assert_eq!(answer.unwrap_err().code, "NOT_A_DEALER");
}

#[tokio::test]
async fn fifty_bidders_at_two_processes_leave_one_gapless_log() {
    let world = World::with_open_lots(3).await;
    let other = world.restarted().await;
    let bidders: Vec<_> = (0..50).map(|n| dealer(&format!("车行{n}"))).collect();
    let bids = bidders.iter().enumerate().flat_map(|(n, who)| {
        let place = if n % 2 == 0 { &world } else { &other };
        (0..4).map(move |round| {
            let yuan = 60_000 + 2_000 * (round * 50 + i64::try_from(n).unwrap());
            place.bid(who, n % 3, Uuid::now_v7(), yuan)
        })
    });
    let answers = common::join_all(bids).await;
    let acknowledged = answers.iter().filter(|answer| answer.is_ok()).count();
    assert_eq!(acknowledged, 200, "every bid has an answer");
    for index in 0..3 {
        world.assert_log_is_sound(index).await;
    }
    let accepted = answers.iter().flatten().filter(|a| matches!(a.outcome, Outcome::Accepted { .. })).count();
    let mut logged = 0;
    for index in 0..3 {
        logged +=
            world.log(index).await.iter().filter(|l| l.seq.is_some() && l.command == "place_max").count();
    }
    assert_eq!(logged, accepted, "acknowledged and written are the same");
}

#[tokio::test]
async fn lots_open_and_close_by_themselves_and_only_once() {
    let world = World::with_lots_ending_in(2, 1_200).await;
    let (ada, bob) = (dealer("甲车行"), dealer("乙车行"));
    world.name_dealer(&ada).await;
    assert_eq!(world.status(0).await, LotStatus::Open);
    accepted(&world.bid_before_window(&ada, 0, 90_000).await);
    world.until_closed().await;
    let late = refused(&world.bid(&bob, 0, Uuid::now_v7(), 99_000).await);
    assert_eq!(late.code, RefusalCode::Closed);
    world.service.sweep().await.unwrap();
    world.restarted().await.service.sweep().await.unwrap();
    let told = world.told("AuctionCompleted").await;
    assert_eq!(told.len(), 2, "one hammer a lot");
    let sold = told.iter().find(|event| event["outcome"] == "sold").expect("the lot with a bid is sold");
    assert_eq!(sold["buyer_name"], "甲车行");
    assert_eq!(sold["price_fen"], 8_000_000, "the reserve, which the lone max covers");
    assert!(told.iter().any(|event| event["outcome"] == "unsold" && event["price_fen"].is_null()));
}

#[tokio::test]
async fn a_silence_of_the_commit_path_is_written_down_once() {
    let world = World::with_open_lots(1).await;
    let outages = async || {
        let silence =
            "SELECT extract(epoch FROM back_at - went_at)::bigint, settled_at IS NOT NULL FROM outage";
        sqlx::query_as::<_, (i64, bool)>(silence).fetch_all(&world.db).await.unwrap()
    };
    world.service.beat().await.unwrap();
    assert_eq!(outages().await, [], "the first sign of life follows no silence");
    sqlx::query("UPDATE pulse SET alive_at = alive_at - interval '40 seconds'")
        .execute(&world.db)
        .await
        .unwrap();
    world.service.beat().await.unwrap();
    world.service.beat().await.unwrap();
    let seen = outages().await;
    assert!(matches!(seen[..], [(40.., false)]), "forty seconds, once: {seen:?}");
    world.service.sweep().await.unwrap();
    assert!(matches!(outages().await[..], [(_, true)]), "and it is dealt with");
}

#[tokio::test]
async fn a_closing_time_that_passed_while_nobody_ran_is_extended_not_closed() {
    let world = World::with_lots_ending_in(1, 1_500).await;
    let end_before = world.end_at(0).await;
    let from = world.now();
    world.pretend_outage(from.plus_ms(-1_000), end_before.plus_ms(2_000)).await;
    world.service.sweep().await.unwrap();
    let end_after = world.end_at(0).await;
    assert_eq!(end_after, end_before.plus_ms(2_000 + 5 * 60 * 1_000), "five minutes after it came back");
    assert_eq!(world.status(0).await, LotStatus::Open);
    world.service.sweep().await.unwrap();
    assert_eq!(world.end_at(0).await, end_after, "an outage extends once");
    let lines = world.log(0).await;
    assert!(
        lines.iter().any(|line| line.command == "extend_by_system"),
        "and everybody can see it in the log"
    );
}

#[tokio::test]
async fn a_suspended_dealer_is_refused_and_a_paused_lot_takes_no_bids() {
    let world = World::with_open_lots(1).await;
    let auctioneer = staff(&[Role::Auctioneer]);
    let ada = dealer("甲车行");
    let key = Uuid::now_v7();
    world.service.pause_lot(&auctioneer, key, world.lots[0]).await.unwrap();
    assert_eq!(refused(&world.bid(&ada, 0, Uuid::now_v7(), 60_000).await).code, RefusalCode::LotNotOpen);
    world.service.resume_lot(&auctioneer, Uuid::now_v7(), world.lots[0]).await.unwrap();
    accepted(&world.bid(&ada, 0, Uuid::now_v7(), 60_000).await);

    world.suspend(&ada).await;
    assert_eq!(refused(&world.bid(&ada, 0, Uuid::now_v7(), 70_000).await).code, RefusalCode::Banned);
    let nobody = kernel::Principal { user_id: UserId(Uuid::now_v7()), ..staff(&[Role::Sales]) };
    let denied = world.service.pause_lot(&nobody, Uuid::now_v7(), world.lots[0]).await.unwrap_err();
    assert_eq!(denied.into_problem().code, "FORBIDDEN");
}

#[tokio::test]
async fn the_log_cannot_be_changed() {
    let world = World::with_open_lots(1).await;
    let update = sqlx::query("UPDATE lot_log SET max_fen = 1").execute(&world.db).await;
    assert!(update.unwrap_err().to_string().contains("append-only"));
    let delete = sqlx::query("DELETE FROM lot_log").execute(&world.db).await;
    assert!(delete.unwrap_err().to_string().contains("append-only"));
}

#[tokio::test]
async fn snapshots_that_are_asked_for_at_once_are_each_ones_own() {
    let world = World::with_open_lots(2).await;
    let dealers: Vec<_> = (0..6).map(|n| dealer(&format!("车行{n}"))).collect();
    for (n, who) in (0..).zip(&dealers[..4]) {
        world.bid(who, 0, Uuid::now_v7(), 60_000 + n * 2_000).await.unwrap();
    }
    let office = staff(&[Role::Auctioneer]);
    let unknown = LotId(Uuid::now_v7());
    let mut asked: Vec<_> = dealers.iter().map(|who| (who, world.lots[0])).collect();
    asked.extend([(&office, world.lots[0]), (&dealers[3], world.lots[1]), (&dealers[0], unknown)]);
    let service = &world.service;
    let answers = common::join_all(asked.iter().map(|(who, lot)| service.snapshot(who, *lot))).await;
    let seen: Vec<_> =
        answers.into_iter().map(|answer| answer.map_err(|error| error.into_problem().code)).collect();
    for (n, answer) in seen.iter().enumerate() {
        let Ok(ServerFrame::Snapshot { lot_id, lot, mine, history, .. }) = answer else {
            assert_eq!((n, answer.as_ref().unwrap_err().as_str()), (8, "NOT_FOUND"));
            continue;
        };
        let (bids, max) = match n {
            0..4 => (4, Some(Fen(6_000_000 + i64::try_from(n).unwrap() * 200_000))),
            7 => (0, None),
            _ => (4, None),
        };
        assert_eq!((*lot_id, history.len(), mine.max_fen), (asked[n].1, bids, max), "{n}");
        assert_eq!((mine.leading, lot.leader_alias), (n == 3, (bids > 0).then_some(4)), "{n}");
    }
}

#[tokio::test]
async fn a_bid_that_follows_the_resumption_in_one_batch_is_judged_by_the_new_end() {
    let world = World::with_lots_ending_in(1, 2_000).await;
    let (ada, clerk) = (dealer("甲"), staff(&[Role::Auctioneer]));
    world.service.pause_lot(&clerk, Uuid::now_v7(), world.lots[0]).await.unwrap();
    world.until_past_the_end(0).await;
    let held = hold(&world.db, world.lots[0]).await;
    let early = world.bid(&ada, 0, Uuid::now_v7(), 60_000);
    let rest = async {
        until("a statement waits for the lot", async || waiting(&world.db).await > 0).await;
        let resumed = world.service.resume_lot(&clerk, Uuid::now_v7(), world.lots[0]);
        let bid = world.bid(&ada, 0, Uuid::now_v7(), 61_000);
        // both are queued before the lock is given up, so the next statement takes both
        tokio::join!(resumed, bid, async { held.rollback().await.unwrap() })
    };
    let (early, (resumed, bid, ())) = tokio::join!(early, rest);
    assert_eq!(refused(&early).code, RefusalCode::LotNotOpen);
    accepted(&resumed.map_err(platform_db::CommandError::into_problem));
    accepted(&bid);
    assert_eq!(world.service.engine().counts().fences_lost, 0, "nothing was judged in vain");
}
