//! Several processes on one database that agree on one that decides: bids reach it from all of them, and nothing is lost
//! when it goes, says nothing, or is not what it says.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod common;

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use auction::{BidPathCounts, LotMailbox, PlaceMax};
use bidding::ServerFrame;
use common::{World, until};
use kernel::{Fen, Principal};
use platform_link::Key;
use platform_live::Outgoing;
use platform_testkit::dealer;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio::time::timeout;
use uuid::Uuid;

const SOON: Duration = Duration::from_secs(20);

/// A process that takes part, until it is told to leave.
struct Part {
    leave: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Part {
    async fn of(world: &World) -> Part {
        let (leave, left) = watch::channel(false);
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let task = world.service.take_part(listener, &left).unwrap();
        Part { leave, task }
    }

    async fn leaves(self) {
        self.leave.send_replace(true);
        timeout(SOON, self.task).await.unwrap().unwrap();
    }
}

/// A dealer's socket at a process.
struct Phone<'w> {
    at: &'w World,
    who: Principal,
    mailbox: Arc<LotMailbox>,
}

impl<'w> Phone<'w> {
    fn of(who: &Principal, at: &'w World) -> Phone<'w> {
        let mailbox = at.service.engine().hub().mailbox(who.dealer().unwrap().dealer_id);
        Phone { at, who: who.clone(), mailbox }
    }

    fn bids(&self, key: Uuid, yuan: i64) {
        let (lot_id, max_fen) = (self.at.lots[0], Fen(yuan * 100));
        // the bidders are sure
        let confirmation = self.at.service.confirmation(&self.who, (lot_id, key, max_fen)).ok();
        let bid = PlaceMax { key, lot_id, max_fen, confirmation, seen_report: None };
        self.at.service.place_max_from_socket(&self.who, bid, Arc::clone(&self.mailbox)).unwrap();
    }

    /// The keys of the next answers, so many of them, each with whether it was accepted.
    async fn hears(&self, count: usize) -> Vec<(Uuid, bool)> {
        let mut heard = Vec::new();
        let answers = async {
            while heard.len() < count {
                self.mailbox.woken().await;
                if let Outgoing::Frames(frames) = self.at.service.engine().hub().take(&self.mailbox) {
                    heard.extend(frames.iter().filter_map(|frame| answer(frame)));
                }
            }
        };
        timeout(SOON, answers).await.unwrap();
        assert_eq!(heard.len(), count, "one answer a bid: {heard:?}");
        heard
    }
}

fn answer(frame: &[u8]) -> Option<(Uuid, bool)> {
    match serde_json::from_slice(frame).unwrap() {
        ServerFrame::Accepted { key, .. } => Some((key, true)),
        ServerFrame::Refused { key, .. } => Some((key, false)),
        ServerFrame::Error { key: Some(key), code, .. } => panic!("{key}: {code}"),
        _ => None,
    }
}

fn counts(of: &World) -> BidPathCounts {
    of.service.engine().counts()
}

/// Bids of this dealer at this process, one after the other, until one of them is handed on.
async fn until_linked(phone: &Phone<'_>) {
    let mut yuan = 40_000;
    until("the link is there", async || {
        yuan += 1_000;
        phone.bids(Uuid::now_v7(), yuan);
        phone.hears(1).await;
        counts(phone.at).handed_on > 0
    })
    .await;
}

#[tokio::test]
async fn what_reaches_another_process_is_decided_at_the_one_that_is_there_longest() {
    let first = World::with_open_lots(1).await;
    let _first_part = Part::of(&first).await;
    until("the first says that it is there", async || processes(&first).await == 1).await;
    let second = first.restarted().await;
    let _second_part = Part::of(&second).await;
    let (ann, bo) = (dealer("安"), dealer("博"));
    let (at_first, at_second) = (Phone::of(&ann, &first), Phone::of(&bo, &second));
    until_linked(&at_second).await;

    let before = counts(&second);
    let (mut asked, mut heard) = (BTreeSet::new(), BTreeSet::new());
    for n in 0..40 {
        let (here, there) = (Uuid::now_v7(), Uuid::now_v7());
        at_first.bids(here, 100_000 + n * 2_000);
        at_second.bids(there, 101_000 + n * 2_000);
        asked.extend([here, there]);
    }
    heard.extend(at_first.hears(40).await.into_iter().map(|(key, _)| key));
    heard.extend(at_second.hears(40).await.into_iter().map(|(key, _)| key));
    assert_eq!(heard, asked);
    let after = counts(&second);
    assert_eq!((after.handed_on - before.handed_on, after.taken_back), (40, 0));
    assert_eq!(after.written, before.written, "the second wrote nothing");
    assert_eq!(counts(&first).handed_on, 0, "who decides hands nothing on");
    assert_eq!(counts(&first).fences_lost, 0, "nobody else wrote");
    first.assert_log_is_sound(0).await;
}

async fn processes(world: &World) -> i64 {
    sqlx::query_scalar("SELECT count(*) FROM process").fetch_one(&world.db).await.unwrap()
}

#[tokio::test]
async fn when_the_process_that_decides_goes_the_others_go_on_and_agree_anew() {
    let first = World::with_open_lots(1).await;
    let first_part = Part::of(&first).await;
    until("the first says that it is there", async || processes(&first).await == 1).await;
    let (second, third) = (first.restarted().await, first.restarted().await);
    let _second_part = Part::of(&second).await;
    until("the second says that it is there", async || processes(&first).await == 2).await;
    let _third_part = Part::of(&third).await;
    let (ann, bo) = (dealer("安"), dealer("博"));
    let (at_second, at_third) = (Phone::of(&ann, &second), Phone::of(&bo, &third));
    until_linked(&at_second).await;
    until_linked(&at_third).await;

    let keys: Vec<(Uuid, Uuid)> = (0..200).map(|_| (Uuid::now_v7(), Uuid::now_v7())).collect();
    let storm = async {
        for (n, (here, there)) in (0..).zip(&keys) {
            at_second.bids(*here, 200_000 + n * 2_000);
            at_third.bids(*there, 201_000 + n * 2_000);
            tokio::task::yield_now().await;
        }
    };
    // it goes in the middle of them
    let ((), ()) = tokio::join!(storm, first_part.leaves());
    let all = |answers: Vec<(Uuid, bool)>| answers.into_iter().map(|(key, _)| key).collect::<BTreeSet<_>>();
    assert_eq!(all(at_second.hears(200).await), keys.iter().map(|(here, _)| *here).collect());
    assert_eq!(all(at_third.hears(200).await), keys.iter().map(|(_, there)| *there).collect());
    first.assert_log_is_sound(0).await;

    let before = counts(&third).handed_on;
    let mut yuan = 900_000;
    until("the second decides now", async || {
        yuan += 1_000;
        at_third.bids(Uuid::now_v7(), yuan);
        at_third.hears(1).await;
        counts(&third).handed_on > before + 1
    })
    .await;
    let at_second_before = counts(&second).handed_on;
    at_second.bids(Uuid::now_v7(), yuan + 5_000);
    at_second.hears(1).await;
    assert_eq!(counts(&second).handed_on, at_second_before, "it decides by itself");
    first.assert_log_is_sound(0).await;
}

#[tokio::test]
async fn a_process_that_leaves_waits_for_what_it_has_handed_on() {
    let first = World::with_open_lots(1).await;
    let _first_part = Part::of(&first).await;
    until("the first says that it is there", async || processes(&first).await == 1).await;
    let second = first.restarted().await;
    let second_part = Part::of(&second).await;
    let ann = dealer("安");
    let phone = Phone::of(&ann, &second);
    until_linked(&phone).await;
    let locked = common::hold(&first.db, first.lots[0]).await;
    let before = counts(&second);
    let keys: BTreeSet<Uuid> = (0..20).map(|_| Uuid::now_v7()).collect();
    for (n, key) in (0..).zip(&keys) {
        phone.bids(*key, 200_000 + n * 2_000);
    }
    until("the first waits for the lot", async || common::waiting(&first.db).await > 0).await;
    let (answers, ()) = tokio::join!(phone.hears(20), async {
        locked.rollback().await.unwrap();
        second_part.leaves().await;
    });
    assert_eq!(answers.into_iter().map(|(key, _)| key).collect::<BTreeSet<_>>(), keys);
    let after = counts(&second);
    assert_eq!((after.handed_on - before.handed_on, after.taken_back), (20, 0), "the first has answered all");
    assert_eq!(processes(&first).await, 1, "it has said that it goes");
    first.assert_log_is_sound(0).await;
}

/// Somebody who says that he decides, from before everybody else.
async fn pretend_to_decide(world: &World, address: &str) {
    sqlx::query(
        "INSERT INTO process (id, address, since, seen_at)
         VALUES (gen_random_uuid(), $1, now() - interval '1 hour', now() + interval '1 hour')",
    )
    .bind(address)
    .execute(&world.db)
    .await
    .unwrap();
}

async fn key_of(world: &World) -> Key {
    let secret: Vec<u8> =
        sqlx::query_scalar("SELECT key FROM confirmation_key").fetch_one(&world.db).await.unwrap();
    Key::of(&secret.try_into().unwrap(), "bids, version 1")
}

#[tokio::test]
async fn a_bid_whose_link_breaks_is_decided_where_it_came_in() {
    let world = World::with_open_lots(1).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    pretend_to_decide(&world, &listener.local_addr().unwrap().to_string()).await;
    let key = key_of(&world).await;
    // takes bids and breaks off, or takes them and says nothing for ever
    let breaks_off = tokio::spawn(async move {
        for is_silent in [false, true] {
            let (mut reader, writer) =
                platform_link::accept(listener.accept().await.unwrap().0, &key).await.unwrap();
            while reader.frame().await.is_ok_and(|frame| frame.is_empty()) {}
            if is_silent {
                while reader.frame().await.is_ok() {}
            }
            drop(writer);
        }
    });
    let _part = Part::of(&world).await;
    let ann = dealer("安");
    let phone = Phone::of(&ann, &world);
    let mut yuan = 100_000;
    for times in 1..=2 {
        until("a bid was handed on, and came back", async || {
            yuan += 1_000;
            phone.bids(Uuid::now_v7(), yuan);
            assert!(phone.hears(1).await[0].1, "it is accepted, here");
            counts(&world).taken_back == times
        })
        .await;
    }
    timeout(SOON, breaks_off).await.unwrap().unwrap();
    world.assert_log_is_sound(0).await;
}

#[tokio::test]
async fn nobody_without_the_key_gets_a_bid_or_places_one() {
    let world = World::with_open_lots(1).await;
    let liar = TcpListener::bind("127.0.0.1:0").await.unwrap();
    pretend_to_decide(&world, &liar.local_addr().unwrap().to_string()).await;
    let _part = Part::of(&world).await;
    let other_key = Key::of(&[7; 32], "bids, version 1");
    let called = timeout(SOON, liar.accept()).await.unwrap().unwrap().0;
    assert!(platform_link::accept(called, &other_key).await.is_err(), "it is told nothing");
    let ann = dealer("安");
    let phone = Phone::of(&ann, &world);
    phone.bids(Uuid::now_v7(), 100_000);
    assert!(phone.hears(1).await[0].1, "it is decided here");
    assert_eq!(counts(&world).handed_on, 0);

    let ours: String =
        sqlx::query_scalar("SELECT address FROM process WHERE seen_at < now() + interval '1 minute'")
            .fetch_one(&world.db)
            .await
            .unwrap();
    assert!(platform_link::connect(&ours, &other_key).await.is_err(), "a stranger is not listened to");
}

#[tokio::test]
async fn a_key_that_is_sent_to_two_processes_counts_once() {
    let first = World::with_open_lots(1).await;
    let _first_part = Part::of(&first).await;
    until("the first says that it is there", async || processes(&first).await == 1).await;
    let second = first.restarted().await;
    let _second_part = Part::of(&second).await;
    let ann = dealer("安");
    let (here, there) = (Phone::of(&ann, &first), Phone::of(&ann, &second));
    until_linked(&there).await;
    for n in 0..30 {
        let key = Uuid::now_v7();
        here.bids(key, 200_000 + n * 2_000);
        there.bids(key, 200_000 + n * 2_000);
        assert_eq!((here.hears(1).await, there.hears(1).await), (vec![(key, true)], vec![(key, true)]));
    }
    let accepted = first.log(0).await.into_iter().filter(|line| line.max_fen >= Some(20_000_000)).count();
    assert_eq!(accepted, 30);
    first.assert_log_is_sound(0).await;
}
