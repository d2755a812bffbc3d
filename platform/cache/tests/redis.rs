//! A real Redis, which is emptied, killed and started again.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use bytes::Bytes;
use platform_cache::{Fanout, News, start};
use platform_testkit::RedisServer;
use tokio::sync::{mpsc, watch};
use tokio::time::timeout;

const SOON: Duration = Duration::from_secs(20);

async fn next(heard: &mut mpsc::Receiver<News>) -> News {
    timeout(SOON, heard.recv()).await.unwrap().unwrap()
}

/// Says it until it is heard: what is said while a connection is being made again is dropped, as it should be.
async fn say_until_heard(from: &Fanout, to: &mut mpsc::Receiver<News>, text: &'static str) {
    let message = Bytes::from_static(text.as_bytes());
    timeout(SOON, async {
        loop {
            from.publisher.publish(message.clone());
            match timeout(Duration::from_millis(50), to.recv()).await {
                Ok(Some(News::Message(heard))) if heard == message => return,
                _ => {}
            }
        }
    })
    .await
    .unwrap();
}

#[tokio::test]
async fn each_process_hears_the_others_and_itself_and_comes_back_after_redis_was_away() {
    let mut redis = RedisServer::start().await.unwrap();
    let (stop, stopped) = watch::channel(false);
    let mut a = start(&redis.url(), "lots", stopped.clone()).unwrap();
    let mut b = start(&redis.url(), "lots", stopped).unwrap();
    assert_eq!(next(&mut a.heard).await, News::Again, "first it says that it listens");
    assert_eq!(next(&mut b.heard).await, News::Again);

    a.publisher.publish(Bytes::from_static(b"lot 7 is at 8"));
    for heard in [&mut a.heard, &mut b.heard] {
        assert_eq!(next(heard).await, News::Message(Bytes::from_static(b"lot 7 is at 8")));
    }
    assert!(redis.say("FLUSHALL").await.unwrap().starts_with("+OK"));
    say_until_heard(&a, &mut b.heard, "flushed").await;

    redis.kill().unwrap();
    timeout(SOON, async {
        while a.publisher.counts().unsent == 0 {
            a.publisher.publish(Bytes::from_static(b"nobody takes this"));
            tokio::task::yield_now().await;
        }
    })
    .await
    .unwrap();
    redis.start_again().await.unwrap();
    loop {
        // from here on nothing is missed
        if next(&mut b.heard).await == News::Again {
            break;
        }
    }
    say_until_heard(&a, &mut b.heard, "back").await;
    assert_eq!(b.publisher.counts().subscribed, 2);

    stop.send_replace(true);
    for task in a.tasks.into_iter().chain(b.tasks) {
        timeout(SOON, task).await.unwrap().unwrap();
    }
}

#[tokio::test]
async fn a_redis_that_is_not_there_holds_nobody_up() {
    let (_stop, stopped) = watch::channel(false);
    let fanout = start("redis://127.0.0.1:1", "lots", stopped).unwrap();
    for _ in 0..10_000 {
        fanout.publisher.publish(Bytes::from_static(b"news"));
    }
    timeout(SOON, async {
        while fanout.publisher.counts().unsent < 10_000 {
            tokio::task::yield_now().await;
        }
    })
    .await
    .unwrap();
    assert_eq!(fanout.publisher.counts().sent, 0);
}

#[test]
fn an_address_that_is_none_is_said_at_once() {
    let (_stop, stopped) = watch::channel(false);
    assert!(start("http://127.0.0.1", "lots", stopped).is_err());
}
