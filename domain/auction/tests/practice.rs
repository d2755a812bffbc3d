//! Practising on a lot that is over: the ghosts' secrets, one's own bids, and that nothing of it is real.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod common;

use auction::{Audience, PracticeMove, PracticeRun, Practiser, StartPractice};
use bidding::{LotStatus, RefusalCode, ReserveLight};
use common::{World, accepted};
use kernel::{Fen, LotId, Principal, Role, UnixMs};
use platform_db::CommandError;
use platform_testkit::{dealer, staff};
use sqlx::Row as _;
use uuid::Uuid;

/// A lot that closed: 甲 60 000, 乙 85 000 (the reserve of 80 000 is met), 甲 85 000, and what 乙 raises to nobody sees.
async fn closed_lot(change: impl FnOnce(&mut auction::CreateSale)) -> World {
    let world = World::of_sale(1, |sale| {
        sale.times.first_end_at = sale.times.opens_at.plus_ms(3_000);
        change(sale);
    })
    .await;
    let (first, second) = (dealer("甲车行"), dealer("乙车行"));
    for (who, yuan) in [(&first, 60_000), (&second, 85_000), (&first, 85_000), (&second, 123_000)] {
        accepted(&world.bid(who, 0, Uuid::now_v7(), yuan).await);
    }
    world.until_closed().await;
    world
}

async fn begun(world: &World, who: &Principal) -> Uuid {
    let key = Uuid::now_v7();
    world.service.start_practice(who, start(key, world.lots[0], 1)).await.unwrap();
    key
}

const fn start(key: Uuid, lot_id: LotId, speed: u32) -> StartPractice {
    StartPractice { key, lot_id, speed }
}

/// The run's clock stands at this moment of the lot's time, and is taken for one that runs.
async fn hold_at(world: &World, run: Uuid, lot_at: UnixMs) {
    sqlx::query(
        "UPDATE practice_run SET lot_at = $2, since = clock_timestamp() + interval '1 hour' WHERE id = $1",
    )
    .bind(run)
    .bind(platform_db::to_sql(lot_at))
    .execute(&world.db)
    .await
    .unwrap();
}

/// So much time of the database has passed since the clock was set.
async fn pass(world: &World, run: Uuid, seconds: i32) {
    sqlx::query("UPDATE practice_run SET since = since - make_interval(secs => $2) WHERE id = $1")
        .bind(run)
        .bind(seconds)
        .execute(&world.db)
        .await
        .unwrap();
}

async fn seen(world: &World, who: &Principal, run: Uuid) -> PracticeRun {
    world.service.practice_run(who, run).await.unwrap()
}

async fn bid(world: &World, who: &Principal, run: Uuid, yuan: i64) -> Uuid {
    let key = Uuid::now_v7();
    let bid = PracticeMove::Bid(Fen(yuan * 100), true);
    world.service.move_practice(who, (run, key), bid).await.unwrap();
    key
}

fn code<T>(result: Result<T, CommandError>) -> String {
    result.map(|_| ()).map_err(|error| error.into_problem().code).err().unwrap_or_else(|| "OK".to_owned())
}

/// When the lot ended, and when its last bid came.
async fn times(world: &World, who: &Principal) -> (UnixMs, UnixMs) {
    let replay = world.service.replay(who, world.lots[0]).await.unwrap();
    let moments = replay.replay.moments();
    let bids = moments.iter().filter(|moment| moment.command == "place_max");
    (moments.last().unwrap().at, bids.map(|moment| moment.at).max().unwrap())
}

/// How much there is of everything that a real bid would leave.
async fn traces(world: &World) -> Vec<i64> {
    let tables = ["lot_log", "lot_bidder", "outbox", "alert", "lot_hold", "lot_watch", "buying_power"];
    let mut counts = Vec::new();
    for table in tables {
        let sql = sqlx::AssertSqlSafe(format!("SELECT count(*) AS n FROM {table}"));
        counts.push(sqlx::query(sql).fetch_one(&world.db).await.unwrap().get("n"));
    }
    counts
}

#[tokio::test]
async fn the_ghosts_end_as_it_really_ended_and_keep_the_winners_max() {
    let world = closed_lot(|_| {}).await;
    let who = dealer("新车行");
    let lots = world.service.practice_lots(&who, None, 10).await.unwrap();
    assert_eq!(
        lots.iter().map(|lot| (lot.lot_id, lot.price_fen, lot.bidders)).collect::<Vec<_>>(),
        [(world.lots[0], Fen(8_500_000), 2)]
    );
    assert_eq!(world.service.practice_lots(&who, Some(lots[0].ended_at), 10).await.unwrap(), []);
    let run = begun(&world, &who).await;
    let again = world.service.start_practice(&who, start(run, world.lots[0], 60)).await;
    assert_eq!(code(again), "OK", "the first one counts");
    assert_eq!(seen(&world, &who, run).await.speed, 1);
    pass(&world, run, 3_600).await;
    let ended = seen(&world, &who, run).await;
    assert_eq!((ended.lot.status, ended.leader), (LotStatus::Closed, Some(Practiser::Ghost(2))));
    assert_eq!(ended.lot.price_fen, Some(Fen(8_500_000)));
    assert_eq!((ended.real_leader, ended.real_price_fen), (2, Fen(8_500_000)));
    assert!(!ended.ended.unwrap().won);
    let told = format!("{:?} {:?} {:?} {:?}", ended.lot, ended.mine, ended.lines, ended.answers);
    assert!(!told.contains("12300000"), "{told}");
    let told = world.service.practice_runs(&who, None, 10).await.unwrap();
    assert_eq!(told[0].ended.unwrap().price_fen, Some(Fen(8_500_000)));
    assert!(world.service.practice_runs(&dealer("别人"), None, 10).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_step_above_the_real_price_wins_and_nothing_of_it_is_real() {
    let world = closed_lot(|_| {}).await;
    let who = dealer("新车行");
    let before = traces(&world).await;
    let run = begun(&world, &who).await;
    let (end_at, last_bid_at) = times(&world, &who).await;
    hold_at(&world, run, last_bid_at).await;
    let keys = [bid(&world, &who, run, 85_050).await, bid(&world, &who, run, 85_400).await];
    let won = bid(&world, &who, run, 85_500).await;
    let repeat = PracticeMove::Bid(Fen(8_550_000), true);
    assert_eq!(code(world.service.move_practice(&who, (run, won), repeat).await), "OK");
    let other = PracticeMove::Bid(Fen(8_600_000), true);
    assert_eq!(code(world.service.move_practice(&who, (run, won), other).await), "KEY_REUSED");
    let now = seen(&world, &who, run).await;
    let codes: Vec<_> =
        now.answers.iter().map(|answer| answer.outcome.as_ref().err().map(|it| it.code)).collect();
    assert_eq!(
        codes,
        [Some(RefusalCode::NotTick), Some(RefusalCode::BelowMin), None],
        "{:?} {keys:?}",
        now.answers
    );
    assert!(now.mine.leading && now.mine.max_fen == Some(Fen(8_550_000)));
    assert_eq!((now.leader, now.lot.reserve), (Some(Practiser::You), ReserveLight::Met));
    hold_at(&world, run, end_at.plus_ms(60_000)).await;
    let ended = seen(&world, &who, run).await.ended.unwrap();
    assert!(ended.won && ended.price_fen == Some(Fen(8_550_000)), "{ended:?}");
    assert_eq!(code(world.service.move_practice(&who, (run, Uuid::now_v7()), other).await), "PRACTICE_OVER");
    assert_eq!(traces(&world).await, before);
    world.assert_log_is_sound(0).await;
}

#[tokio::test]
async fn a_run_is_its_persons_alone() {
    let world = closed_lot(|_| {}).await;
    let who = dealer("新车行");
    let run = begun(&world, &who).await;
    let mut colleague = who.clone();
    colleague.user_id = kernel::UserId(Uuid::now_v7());
    for other in [&dealer("别人"), &colleague, &staff(&[Role::Auctioneer])] {
        assert_eq!(code(world.service.practice_run(other, run).await), "NOT_FOUND");
        let move_it = world.service.move_practice(other, (run, Uuid::now_v7()), PracticeMove::GiveUp).await;
        assert_eq!(code(move_it), "NOT_FOUND");
    }
    let taken = world.service.start_practice(&colleague, start(run, world.lots[0], 1)).await;
    assert_eq!(code(taken), "KEY_REUSED");
    let clerk = staff(&[Role::Auctioneer]);
    assert_eq!(code(world.service.practice_lots(&clerk, None, 1).await), "NOT_A_DEALER");
    assert_eq!(code(world.service.practice_runs(&clerk, None, 1).await), "NOT_A_DEALER");
    let start = world.service.start_practice(&clerk, start(Uuid::now_v7(), world.lots[0], 1)).await;
    assert_eq!(code(start), "NOT_A_DEALER");
}

#[tokio::test]
async fn the_clock_stands_goes_on_and_changes_its_speed() {
    let world = closed_lot(|_| {}).await;
    let who = dealer("新车行");
    let run = begun(&world, &who).await;
    let (end_at, _) = times(&world, &who).await;
    let ask =
        async |what: PracticeMove| code(world.service.move_practice(&who, (run, Uuid::now_v7()), what).await);
    assert_eq!(ask(PracticeMove::Pause).await, "OK");
    let early = end_at.plus_ms(-60_000);
    sqlx::query("UPDATE practice_run SET lot_at = $2 WHERE id = $1")
        .bind(run)
        .bind(platform_db::to_sql(early))
        .execute(&world.db)
        .await
        .unwrap();
    assert_eq!(ask(PracticeMove::Bid(Fen(9_000_000), true)).await, "PRACTICE_PAUSED");
    assert_eq!(ask(PracticeMove::Speed(60)).await, "OK");
    assert_eq!(ask(PracticeMove::Speed(7)).await, "PRACTICE_SPEED");
    let still = seen(&world, &who, run).await;
    assert_eq!((still.lot_now, still.speed, still.runs), (early, 60, false));
    assert_eq!(ask(PracticeMove::GoOn).await, "OK");
    pass(&world, run, 100).await;
    let later = seen(&world, &who, run).await;
    assert!(later.lot_now.since(early) >= 6_000_000, "a hundred seconds at sixty times the speed");
    assert!(later.ended.is_some_and(|ended| !ended.given_up));
}

#[tokio::test]
async fn one_runs_at_a_time_and_what_is_given_up_has_no_result() {
    let world = closed_lot(|_| {}).await;
    let who = dealer("新车行");
    let first = begun(&world, &who).await;
    let (_, last_bid_at) = times(&world, &who).await;
    hold_at(&world, first, last_bid_at).await;
    let second = begun(&world, &who).await;
    let given_up = seen(&world, &who, first).await;
    assert!(given_up.ended.is_some_and(|ended| ended.given_up && ended.price_fen.is_none()));
    assert!(!given_up.runs && given_up.lot_now == last_bid_at);
    hold_at(&world, second, last_bid_at).await;
    let give_up = world.service.move_practice(&who, (second, Uuid::now_v7()), PracticeMove::GiveUp).await;
    assert_eq!(code(give_up), "OK");
    let runs = world.service.practice_runs(&who, None, 10).await.unwrap();
    assert_eq!(runs.iter().map(|run| run.id).collect::<Vec<_>>(), [second, first], "the newest first");
    assert!(runs.iter().all(|run| run.ended.is_some_and(|ended| ended.given_up)));
    // over while nobody looked: the next one does not give it up
    let third = begun(&world, &who).await;
    pass(&world, third, 3_600).await;
    begun(&world, &who).await;
    let runs = world.service.practice_runs(&who, None, 10).await.unwrap();
    assert!(runs[1].id == third && runs[1].ended.is_some_and(|ended| !ended.given_up));
}

#[tokio::test]
async fn what_one_was_not_invited_to_see_cannot_be_practised_on() {
    let invited = Audience { groups: vec!["永达集团".to_owned()], ..Audience::default() };
    let world = World::of_sale(1, |sale| {
        sale.audience = invited;
        sale.times.first_end_at = sale.times.opens_at.plus_ms(3_000);
    })
    .await;
    let (guest, other) = (dealer("永达浦东"), dealer("广汇杭州"));
    world.group_dealer(&guest, "永达集团").await;
    world.group_dealer(&other, "广汇集团").await;
    let key = Uuid::now_v7();
    let early = world.service.start_practice(&guest, start(key, world.lots[0], 1)).await;
    assert_eq!(code(early), "NOT_PRACTISABLE", "it takes bids");
    accepted(&world.bid(&guest, 0, Uuid::now_v7(), 85_000).await);
    world.until_closed().await;
    assert_eq!(world.service.practice_lots(&guest, None, 10).await.unwrap(), [], "nobody to bid against");
    let alone = world.service.start_practice(&guest, start(key, world.lots[0], 1)).await;
    assert_eq!(code(alone), "NOT_PRACTISABLE");
    let hidden = world.service.start_practice(&other, start(key, world.lots[0], 1)).await;
    assert_eq!(code(hidden), "NOT_FOUND");
}

#[tokio::test]
async fn a_sale_by_invitation_is_practised_on_by_its_guests_only() {
    let world = World::of_sale(1, |sale| {
        sale.audience = Audience {
            groups: vec!["永达集团".to_owned(), "中升集团".to_owned()],
            ..Audience::default()
        };
        sale.times.first_end_at = sale.times.opens_at.plus_ms(3_000);
    })
    .await;
    let (guest, other, third) = (dealer("永达浦东"), dealer("中升杭州"), dealer("广汇杭州"));
    world.group_dealer(&guest, "永达集团").await;
    world.group_dealer(&other, "中升集团").await;
    world.group_dealer(&third, "广汇集团").await;
    accepted(&world.bid(&guest, 0, Uuid::now_v7(), 85_000).await);
    accepted(&world.bid(&other, 0, Uuid::now_v7(), 90_000).await);
    world.until_closed().await;
    assert_eq!(world.service.practice_lots(&guest, None, 10).await.unwrap().len(), 1);
    assert_eq!(world.service.practice_lots(&third, None, 10).await.unwrap(), []);
    let run = begun(&world, &guest).await;
    world.group_dealer(&guest, "广汇集团").await;
    assert_eq!(code(world.service.practice_run(&guest, run).await), "NOT_FOUND", "not a guest any more");
}

#[tokio::test]
async fn whole_maxes_below_a_secret_reserve_and_old_runs_are_left_out() {
    let world = closed_lot(|_| {}).await;
    let who = dealer("新车行");
    let run = begun(&world, &who).await;
    sqlx::query("UPDATE practice_run SET started_at = started_at - interval '91 days' WHERE id = $1")
        .bind(run)
        .execute(&world.db)
        .await
        .unwrap();
    bid(&world, &who, run, 90_000).await;
    world.service.forget_old().await.unwrap();
    assert_eq!(code(world.service.practice_run(&who, run).await), "NOT_FOUND");
    let kept = begun(&world, &who).await;
    world.service.forget_old().await.unwrap();
    assert_eq!(code(world.service.practice_run(&who, kept).await), "OK");
    // as a lot would stand that was negotiated below its reserve and not sold
    sqlx::query("UPDATE lot SET outcome = 'unsold', state = state || '{\"met\": false}' WHERE id = $1")
        .bind(world.lots[0].0)
        .execute(&world.db)
        .await
        .unwrap();
    assert_eq!(world.service.practice_lots(&who, None, 10).await.unwrap(), []);
}
