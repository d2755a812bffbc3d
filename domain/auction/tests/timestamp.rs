//! Every checkpoint gets its time from outside, once, whenever the authority is there.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod common;

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use async_trait::async_trait;
use auction::{CheckpointLine, CheckpointTime, TimeAuthority, TimeStamp, checkpoint_now, stamp_due};
use common::{World, accepted};
use kernel::UnixMs;
use platform_testkit::dealer;
use proof::{SignedCheckpoint, Signer};
use uuid::Uuid;

const MINUTE_MS: i64 = 60_000;
const DAY_MS: i64 = 24 * 60 * MINUTE_MS;

/// An authority that may be away, and remembers what it was asked.
#[derive(Default)]
struct Fake {
    is_away: AtomicBool,
    asked: AtomicUsize,
    texts: Mutex<Vec<String>>,
}

impl Fake {
    fn away(&self, is_away: bool) {
        self.is_away.store(is_away, Ordering::SeqCst);
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

#[async_trait]
impl TimeAuthority for Fake {
    async fn stamp(&self, text: &str) -> Result<TimeStamp, String> {
        let n = self.asked.fetch_add(1, Ordering::SeqCst);
        if self.is_away.load(Ordering::SeqCst) {
            return Err(format!("away for the {n}th time"));
        }
        self.texts.lock().unwrap().push(text.to_owned());
        let at = UnixMs(1_800_000_000_000);
        Ok(TimeStamp { reply: format!("reply {n}").into_bytes(), at, authority: "钟".to_owned() })
    }
}

/// So many checkpoints, each over a bid more.
async fn with_checkpoints(count: i64) -> (World, Vec<CheckpointLine>) {
    let world = World::with_lots_ending_in(1, 60_000).await;
    let (anna, signer) = (dealer("安"), Signer::from_seed(&[7; 32]));
    let mut made = Vec::new();
    for n in 0..count {
        accepted(&world.bid(&anna, 0, Uuid::now_v7(), 60_000 + n * 1_000).await);
        made.push(checkpoint_now(&world.db, &signer).await.unwrap().expect("a bid to sign"));
    }
    (world, made)
}

async fn times(world: &World, made: &[CheckpointLine]) -> Vec<CheckpointTime> {
    let mut times = world.service.checkpoint_times(made).await.unwrap();
    times.sort_by_key(|time| time.n);
    times
}

#[tokio::test]
async fn all_that_wait_are_stamped_once_the_newest_first() {
    let (world, made) = with_checkpoints(3).await;
    assert_eq!(times(&world, &made).await, [], "nobody asks where there is no authority");
    let authority = Fake::default();
    assert_eq!(stamp_due(&world.db, &authority, world.now()).await.unwrap(), 3);
    assert_eq!(stamp_due(&world.db, &authority, world.now().plus_ms(DAY_MS)).await.unwrap(), 0);
    let texts = authority.texts.lock().unwrap().clone();
    let expected =
        made.iter().rev().map(|line| SignedCheckpoint::parse(&line.note).unwrap().text().to_owned());
    assert_eq!(texts, expected.collect::<Vec<_>>(), "the text that the signatures are under");
    let stamp = world.service.time_stamp(made[2].n).await.unwrap();
    assert_eq!((stamp.reply.as_slice(), stamp.at.0), (&b"reply 0"[..], 1_800_000_000_000));
    let named = Some((UnixMs(1_800_000_000_000), "钟".to_owned()));
    assert!(times(&world, &made).await.iter().all(|time| time.stamped == named && time.attempts == 1));
    assert!(world.service.time_stamp(99).await.is_err());
}

#[tokio::test]
async fn an_authority_that_is_away_is_asked_again_after_growing_pauses() {
    let (world, made) = with_checkpoints(2).await;
    let (authority, start) = (Fake::default(), world.now());
    authority.away(true);
    assert_eq!(stamp_due(&world.db, &authority, start).await.unwrap(), 0);
    assert_eq!(authority.asked(), 1, "away for one is away for all");
    let waiting = times(&world, &made).await;
    assert_eq!(waiting[1].last_error.as_deref(), Some("away for the 0th time"));
    assert_eq!((waiting[1].attempts, waiting[1].stamped.is_none(), waiting[0].attempts), (1, true, 0));

    // the other one is tried meanwhile; then both pause
    stamp_due(&world.db, &authority, start).await.unwrap();
    let before = authority.asked();
    stamp_due(&world.db, &authority, start.plus_ms(MINUTE_MS - 1)).await.unwrap();
    assert_eq!(authority.asked(), before, "not yet");
    stamp_due(&world.db, &authority, start.plus_ms(MINUTE_MS)).await.unwrap();
    assert_eq!(authority.asked(), before + 1);
    stamp_due(&world.db, &authority, start.plus_ms(MINUTE_MS)).await.unwrap();
    stamp_due(&world.db, &authority, start.plus_ms(2 * MINUTE_MS)).await.unwrap();
    assert_eq!(authority.asked(), before + 2, "the second pause is longer");

    // another process after a restart finds what waits
    let other = world.restarted().await;
    authority.away(false);
    assert_eq!(stamp_due(&other.db, &authority, start.plus_ms(DAY_MS)).await.unwrap(), 2);
    assert!(
        times(&other, &made).await.iter().all(|time| time.stamped.is_some() && time.last_error.is_none())
    );
}

#[tokio::test]
async fn a_process_that_ends_while_it_asks_leaves_it_to_others_a_minute_later() {
    struct Silent;
    #[async_trait]
    impl TimeAuthority for Silent {
        async fn stamp(&self, _: &str) -> Result<TimeStamp, String> {
            std::future::pending().await
        }
    }
    let (world, made) = with_checkpoints(1).await;
    let (start, authority) = (world.now(), Fake::default());
    {
        let mut asking = Box::pin(stamp_due(&world.db, &Silent, start));
        loop {
            // it never ends by itself; it has taken its turn when a row says so
            tokio::select! {
                _ = &mut asking => unreachable!("it waits for ever"),
                taken = times(&world, &made) => if taken.first().is_some_and(|time| time.attempts == 1) { break },
            }
        }
    }
    assert_eq!(stamp_due(&world.db, &authority, start).await.unwrap(), 0, "taken");
    assert_eq!(stamp_due(&world.db, &authority, start.plus_ms(MINUTE_MS)).await.unwrap(), 1);
}

#[tokio::test]
async fn many_processes_ask_once_for_each() {
    let (world, made) = with_checkpoints(4).await;
    let (authority, now) = (Fake::default(), world.now());
    let rounds = (0..6).map(|_| stamp_due(&world.db, &authority, now));
    let stamped: usize = common::join_all(rounds).await.into_iter().map(Result::unwrap).sum();
    assert_eq!((stamped, authority.asked()), (4, 4));
    assert_eq!(times(&world, &made).await.len(), 4);
}

#[tokio::test]
async fn what_came_stays_and_old_checkpoints_do_not_begin_to_wait() {
    let (world, made) = with_checkpoints(1).await;
    let authority = Fake::default();
    let much_later = world.now().plus_ms(8 * DAY_MS);
    assert_eq!(
        stamp_due(&world.db, &authority, much_later).await.unwrap(),
        0,
        "the newest of that day covers it"
    );
    assert_eq!(stamp_due(&world.db, &authority, world.now()).await.unwrap(), 1);
    for change in ["DELETE FROM checkpoint_timestamp", "UPDATE checkpoint_timestamp SET reply = 'x'"] {
        let changed = sqlx::query(change).execute(&world.db).await;
        assert!(changed.unwrap_err().to_string().contains("stays as it came"), "{change}");
    }
    assert!(times(&world, &made).await[0].stamped.is_some());
}

#[tokio::test]
async fn evidence_takes_the_first_checkpoint_with_a_time() {
    let world = World::with_lots_ending_in(1, 60_000).await;
    let (anna, bert, signer, authority) =
        (dealer("安"), dealer("伯"), Signer::from_seed(&[7; 32]), Fake::default());
    accepted(&world.bid(&anna, 0, Uuid::now_v7(), 60_000).await);
    let low = Uuid::now_v7();
    common::refused(&world.bid(&bert, 0, low, 50_000).await);
    let sign = || checkpoint_now(&world.db, &signer);
    let size =
        |evidence: &proof::Evidence| evidence.inclusion.as_ref().map(|at| at.checkpoint.checkpoint().size);
    let first = sign().await.unwrap().unwrap();
    let plain = world.service.evidence(&bert, low).await.unwrap();
    assert!(plain.timestamp.is_none() && plain.inclusion.is_some());
    assert!(!serde_json::to_string(&plain).unwrap().contains("timestamp"), "as before");
    stamp_due(&world.db, &authority, world.now()).await.unwrap();
    accepted(&world.bid(&anna, 0, Uuid::now_v7(), 61_000).await);
    let second = sign().await.unwrap().unwrap();
    assert!(second.size > first.size);
    let evidence = world.service.evidence(&bert, low).await.unwrap();
    assert_eq!(size(&evidence), u64::try_from(first.size).ok(), "the newest has no time yet");
    stamp_due(&world.db, &authority, world.now()).await.unwrap();
    let evidence = world.service.evidence(&bert, low).await.unwrap();
    assert_eq!(size(&evidence), u64::try_from(first.size).ok(), "the earlier time says more");
    assert!(evidence.check(&evidence.public_keys()).is_good());
    let told = evidence.timestamp.unwrap();
    assert_eq!((told.reply(), told.at.0), (Some(b"reply 0".to_vec()), 1_800_000_000_000));
}
