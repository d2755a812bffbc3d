//! Two processes on one database: what one commits, the other's watchers see; with Redis at once, without it soon.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod common;

use std::sync::Arc;
use std::time::{Duration, Instant};

use auction::LotMailbox;
use bidding::ServerFrame;
use common::{World, accepted};
use kernel::{DealerId, Principal};
use platform_live::Outgoing;
use platform_testkit::{RedisServer, dealer};
use tokio::sync::watch;
use tokio::time::timeout;
use uuid::Uuid;

const SOON: Duration = Duration::from_secs(20);

fn dealer_id(who: &Principal) -> DealerId {
    who.dealer().unwrap().dealer_id
}

/// A screen of this dealer at this process, which watches the first lot.
fn screen(at: &World, who: &Principal) -> Arc<LotMailbox> {
    let hub = at.service.engine().hub();
    let mailbox = hub.mailbox(dealer_id(who));
    hub.watch(at.lots[0], &mailbox);
    mailbox
}

/// What the screen is told now.
fn told(at: &World, screen: &LotMailbox) -> Vec<ServerFrame> {
    match at.service.engine().hub().take(screen) {
        Outgoing::Frames(frames) => {
            frames.iter().map(|frame| serde_json::from_slice(frame).unwrap()).collect()
        }
        Outgoing::Overrun => panic!("a screen ran over"),
    }
}

/// Waits until the screen is told the lot's number `seq`, and returns everything until then.
async fn until(at: &World, screen: &LotMailbox, seq: i64) -> Vec<ServerFrame> {
    let mut heard = Vec::new();
    timeout(SOON, async {
        while newest(&heard) < seq {
            screen.woken().await;
            heard.extend(told(at, screen));
        }
    })
    .await
    .unwrap_or_else(|_| panic!("not told of {seq}: {heard:?}"));
    heard
}

fn newest(frames: &[ServerFrame]) -> i64 {
    frames
        .iter()
        .map(|frame| if let ServerFrame::Delta { lot, .. } = frame { lot.seq } else { 0 })
        .max()
        .unwrap_or(0)
}

fn own_maxes(frames: &[ServerFrame]) -> Vec<i64> {
    let mine = |frame: &ServerFrame| match frame {
        ServerFrame::Mine { mine, .. } => mine.max_fen.map(|max| max.0),
        _ => None,
    };
    frames.iter().filter_map(mine).collect()
}

/// Two processes that tell each other by this Redis, and what stops them.
async fn joined(redis: &RedisServer, a: &World, b: &World) -> watch::Sender<bool> {
    let (stop, stopped) = watch::channel(false);
    for process in [a, b] {
        let fanout = platform_cache::start(&redis.url(), "lots", stopped.clone()).unwrap();
        let publisher = fanout.publisher.clone();
        process.service.join(fanout, &stopped);
        timeout(SOON, async {
            while publisher.counts().subscribed == 0 {
                tokio::task::yield_now().await;
            }
        })
        .await
        .unwrap();
    }
    stop
}

#[tokio::test]
async fn without_redis_a_look_at_the_database_finds_what_others_committed() {
    let a = World::with_open_lots(1).await;
    let b = a.restarted().await;
    let (ada, bob) = (dealer("甲车行"), dealer("乙车行"));
    let (phone, rival) = (screen(&b, &ada), screen(&b, &bob));
    b.service.look().await.unwrap();
    assert_eq!(newest(&told(&b, &phone)), 1, "the opening, told once to who has just come");
    told(&b, &rival);
    b.service.look().await.unwrap();
    assert!(told(&b, &phone).is_empty(), "nothing new, nothing told");

    accepted(&a.bid(&ada, 0, Uuid::now_v7(), 60_000).await);
    accepted(&a.bid(&bob, 0, Uuid::now_v7(), 61_000).await);
    accepted(&a.bid(&ada, 0, Uuid::now_v7(), 90_000).await);
    b.service.look().await.unwrap();
    let heard = told(&b, &phone);
    let delta = heard.iter().find_map(|frame| match frame {
        ServerFrame::Delta { from_seq, lot, history, .. } => Some((*from_seq, lot.clone(), history.clone())),
        _ => None,
    });
    let (from_seq, lot, history) = delta.expect("a delta");
    assert_eq!((from_seq, lot.seq, lot.leader_alias), (1, 4, Some(1)), "it joins what the screen had");
    assert_eq!(
        history.iter().map(|line| line.seq).collect::<Vec<_>>(),
        [4, 3, 2],
        "with all that lies between"
    );
    assert_eq!(own_maxes(&heard), [9_000_000], "and where its own dealer stands");
    let heard = told(&b, &rival);
    assert_eq!((newest(&heard), own_maxes(&heard)), (4, vec![6_100_000]), "nobody hears of another's max");
    assert_eq!(b.service.engine().counts().fences_lost, 0);
    // the look has also said that what b has in memory, nothing yet, is old; its next bid is judged on the newest
    accepted(&b.bid(&bob, 0, Uuid::now_v7(), 95_000).await);
    assert_eq!(b.service.engine().counts().fences_lost, 0);
}

#[tokio::test]
async fn with_redis_a_commit_is_seen_elsewhere_at_once_and_marks_what_is_in_memory_there_as_old() {
    let redis = RedisServer::start().await.unwrap();
    let a = World::with_open_lots(1).await;
    let b = a.restarted().await;
    let _stop = joined(&redis, &a, &b).await;
    let (ada, bob) = (dealer("甲车行"), dealer("乙车行"));
    let (phone, desk) = (screen(&a, &ada), screen(&b, &ada));
    accepted(&b.bid(&bob, 0, Uuid::now_v7(), 60_000).await);
    until(&a, &phone, 2).await;

    let began = Instant::now();
    let number = accepted(&a.bid(&ada, 0, Uuid::now_v7(), 90_000).await);
    let mut heard = until(&b, &desk, number).await;
    assert!(began.elapsed() < Duration::from_secs(1), "no look was needed");
    timeout(SOON, async {
        while own_maxes(&heard).is_empty() {
            desk.woken().await;
            heard.extend(told(&b, &desk));
        }
    })
    .await
    .expect("the dealer's other screen learns where it stands");
    assert_eq!(own_maxes(&heard), [9_000_000]);
    // b has the lot in memory at number 2, and knows that this is old: no fence is lost
    assert_eq!(accepted(&b.bid(&bob, 0, Uuid::now_v7(), 95_000).await), 4);
    let counts = b.service.engine().counts();
    assert_eq!((counts.fences_lost, counts.outdated), (0, 1), "{counts:?}");
    a.assert_log_is_sound(0).await;
}

#[tokio::test]
async fn redis_flushed_killed_and_back_loses_no_bid_and_no_price() {
    let mut redis = RedisServer::start().await.unwrap();
    let a = World::with_open_lots(1).await;
    let b = a.restarted().await;
    let _stop = joined(&redis, &a, &b).await;
    let (ada, bob) = (dealer("甲车行"), dealer("乙车行"));
    let desk = screen(&b, &bob);
    assert!(redis.say("FLUSHALL").await.unwrap().starts_with("+OK"));
    accepted(&a.bid(&ada, 0, Uuid::now_v7(), 60_000).await);
    until(&b, &desk, 2).await;

    redis.kill().unwrap();
    for n in 0..5 {
        // in turn at both, each with what it has in memory: the fence, and nothing else, keeps them apart
        accepted(&a.bid(&ada, 0, Uuid::now_v7(), 62_000 + 2_000 * n).await);
        accepted(&b.bid(&bob, 0, Uuid::now_v7(), 63_000 + 2_000 * n).await);
    }
    accepted(&a.bid(&ada, 0, Uuid::now_v7(), 79_000).await);
    b.service.look().await.unwrap();
    assert_eq!(newest(&told(&b, &desk)), 13, "the price is right although Redis is away");
    assert!(b.service.engine().counts().fences_lost > 0, "or this has tested nothing");
    a.assert_log_is_sound(0).await;

    redis.start_again().await.unwrap();
    timeout(SOON, async {
        for n in 0.. {
            accepted(&a.bid(&ada, 0, Uuid::now_v7(), 100_000 + 2_000 * n).await);
            if timeout(Duration::from_millis(100), desk.woken()).await.is_ok() {
                break;
            }
        }
    })
    .await
    .expect("news comes over Redis again");
    a.assert_log_is_sound(0).await;
}

#[tokio::test]
async fn nonsense_and_lies_in_redis_change_no_bid() {
    let redis = RedisServer::start().await.unwrap();
    let a = World::with_open_lots(1).await;
    let b = a.restarted().await;
    let _stop = joined(&redis, &a, &b).await;
    let ada = dealer("甲车行");
    accepted(&b.bid(&ada, 0, Uuid::now_v7(), 60_000).await);
    let lot_id = a.lots[0];
    let lie = format!(
        "{{\"v\":1,\"process\":\"{}\",\"lot_id\":\"{lot_id}\",\"seq\":99999,\"public_seq\":99999,\"bidders\":[]}}",
        Uuid::now_v7()
    );
    for message in ["nonsense", "{}", lie.as_str()] {
        let quoted = message.replace('"', "\\\"");
        redis.say(&format!("PUBLISH lots \"{quoted}\\n\"")).await.unwrap();
    }
    for yuan in [62_000, 64_000, 66_000] {
        accepted(&a.bid(&ada, 0, Uuid::now_v7(), yuan).await);
        accepted(&b.bid(&dealer("乙车行"), 0, Uuid::now_v7(), yuan + 1_000).await);
    }
    a.assert_log_is_sound(0).await;
}
