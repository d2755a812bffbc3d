//! News goes out to the browsers that a person is told in: once, in time, and only there.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

mod common;
#[path = "push/devices.rs"]
mod devices;
#[path = "push/turn.rs"]
mod turn;

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use auction::{
    AddPushDevice, PUSH_DEVICES_MAX, Push, PushAddress, PushAnswer, PushMessage, PushNews, PushPost,
    PushText, PushWords, Service, Topic, Urgency,
};
use common::{World, accepted, code};
use kernel::Principal;
use platform_testkit::dealer;
use serde_json::{Value, json};
use sqlx::PgPool;
use tokio::sync::{Semaphore, watch};
use uuid::Uuid;

const MINUTE_MS: i64 = 60_000;

/// A way that ends here: it answers as it is told, and otherwise takes everything.
#[derive(Default)]
struct Way {
    answers: Mutex<VecDeque<PushAnswer>>,
    sent: Mutex<Vec<(String, PushMessage)>>,
    /// The push services that are slow: what goes there waits until it is let through.
    gates: Mutex<HashMap<&'static str, Arc<Semaphore>>>,
    held: Mutex<usize>,
}

impl Way {
    fn then(&self, answer: PushAnswer) {
        self.answers.lock().unwrap().push_back(answer);
    }

    /// From now on this push service answers to so many messages as are let through.
    fn hold(&self, host: &'static str) -> Arc<Semaphore> {
        let gate = Arc::new(Semaphore::new(0));
        self.gates.lock().unwrap().insert(host, Arc::clone(&gate));
        gate
    }

    /// How many have come to a gate.
    fn held(&self) -> usize {
        *self.held.lock().unwrap()
    }

    fn gate(&self, endpoint: &str) -> Option<Arc<Semaphore>> {
        let gates = self.gates.lock().unwrap();
        gates.iter().find(|(host, _)| endpoint.contains(**host)).map(|(_, gate)| Arc::clone(gate))
    }

    /// What was sent since the last time: whereto, and what happened.
    fn sent(&self) -> Vec<(String, String)> {
        let sent = std::mem::take(&mut *self.sent.lock().unwrap());
        let mut sent: Vec<_> =
            sent.into_iter().map(|(to, message)| (to, said(&message)["title"].clone())).collect();
        sent.sort_by(|a, b| a.0.cmp(&b.0));
        sent.into_iter().map(|(to, title)| (to, title.as_str().unwrap().to_owned())).collect()
    }
}

fn said(message: &PushMessage) -> Value {
    serde_json::from_str(&message.text).unwrap()
}

#[async_trait]
impl PushPost for Way {
    fn public_key(&self) -> &str {
        "the-key"
    }

    fn reaches(&self, address: &PushAddress) -> bool {
        ["https://push.example/", "https://slow.example/"]
            .iter()
            .any(|host| address.endpoint.starts_with(host))
    }

    async fn send(&self, to: &PushAddress, message: &PushMessage) -> PushAnswer {
        if let Some(gate) = self.gate(&to.endpoint) {
            *self.held.lock().unwrap() += 1;
            gate.acquire().await.unwrap().forget();
        }
        let answer = self.answers.lock().unwrap().pop_front().unwrap_or(PushAnswer::Taken);
        self.sent.lock().unwrap().push((to.endpoint.clone(), message.clone()));
        answer
    }
}

struct Words;

impl PushWords for Words {
    fn of(&self, news: &PushNews) -> PushText {
        let many = if news.cars > 1 { format!(" ×{}", news.cars) } else { String::new() };
        let title = format!("{} {}{many}", news.lang.tag(), news.kind.name());
        PushText { title, body: news.title.clone(), url: "/my/alerts".to_owned() }
    }
}

/// From now on this service sends on this way; its own sender does not run.
fn send_by(service: &Service, way: &Arc<Way>) {
    let (_, stopped) = watch::channel(true);
    let push = Push { post: Arc::<Way>::clone(way), words: Arc::new(Words) };
    drop(service.push_by(push, stopped));
}

fn browser(name: &str) -> AddPushDevice {
    browser_at("push.example", name)
}

fn browser_at(host: &str, name: &str) -> AddPushDevice {
    let address =
        PushAddress { endpoint: format!("https://{host}/{name}"), p256dh: vec![4; 65], auth: vec![7; 16] };
    AddPushDevice { key: Uuid::now_v7(), address, agent: format!("Browser of {name}"), instead_of: None }
}

async fn told_in(world: &World, who: &Principal, name: &str) -> Uuid {
    let add = browser(name);
    world.service.add_push_device(who, &add).await.unwrap();
    add.key
}

async fn bid(world: &World, who: &Principal, yuan: i64) {
    accepted(&world.bid(who, 0, Uuid::now_v7(), yuan).await);
}

/// News is told, and what is due so long after goes out.
async fn out(world: &World, later_ms: i64) -> usize {
    world.service.tell_news().await.unwrap();
    world.service.push_out(world.now().plus_ms(later_ms)).await.unwrap()
}

async fn names(world: &World, who: &Principal) -> Vec<String> {
    world.service.push_devices(who).await.unwrap().into_iter().map(|device| device.agent).collect()
}

/// State, attempts and last error of what had to go out, in no order.
async fn deliveries(db: &PgPool) -> Vec<(String, i32, Option<String>)> {
    sqlx::query_as(
        "SELECT state, attempts, last_error FROM push_delivery ORDER BY state, attempts, last_error",
    )
    .fetch_all(db)
    .await
    .unwrap()
}

fn state(state: &str, attempts: i32, error: Option<&str>) -> (String, i32, Option<String>) {
    (state.to_owned(), attempts, error.map(str::to_owned))
}

fn later(after_ms: Option<i64>) -> PushAnswer {
    PushAnswer::Later { after_ms, why: "busy".to_owned() }
}

/// Two dealers, the first of whom is told in her phone.
async fn world_with_phone() -> (World, Arc<Way>, Principal, Principal) {
    let world = World::with_open_lots(1).await;
    let way = Arc::new(Way::default());
    send_by(&world.service, &way);
    let (anna, bert) = (dealer("安"), dealer("伯"));
    told_in(&world, &anna, "phone").await;
    (world, way, anna, bert)
}

/// And she is outbid.
async fn outbid() -> (World, Arc<Way>, Principal, Principal) {
    let (world, way, anna, bert) = world_with_phone().await;
    bid(&world, &anna, 81_000).await;
    bid(&world, &bert, 90_000).await;
    (world, way, anna, bert)
}

#[tokio::test]
async fn who_is_outbid_hears_it_in_every_browser_once_and_nobody_else_does() {
    let (world, way, anna, bert) = world_with_phone().await;
    told_in(&world, &anna, "desk").await;
    told_in(&world, &bert, "other").await;
    bid(&world, &anna, 81_000).await;
    bid(&world, &bert, 90_000).await;
    assert_eq!(out(&world, 0).await, 2);
    let sent = way.sent.lock().unwrap().clone();
    let message = &sent[0].1;
    let words = said(message);
    assert_eq!((&words["title"], &words["lang"]), (&json!("zh-CN outbid"), &json!("zh-CN")));
    let lot = world.lots[0].0.simple().to_string();
    assert_eq!((message.topic.as_ref(), words["tag"].as_str()), (Some(&lot), Some(lot.as_str())));
    assert_eq!(message.urgency, Urgency::High);
    assert!((3_000..=3_600).contains(&message.ttl_s), "until the lot ends: {}", message.ttl_s);
    let both =
        [("https://push.example/desk", "zh-CN outbid"), ("https://push.example/phone", "zh-CN outbid")];
    assert_eq!(way.sent(), both.map(|(to, title)| (to.to_owned(), title.to_owned())));
    assert_eq!(out(&world, 0).await, 0, "once");
    assert_eq!(deliveries(&world.db).await, [state("sent", 1, None), state("sent", 1, None)]);
    assert!(world.service.push_devices(&anna).await.unwrap().iter().all(|device| device.told_at.is_some()));
}

#[tokio::test]
async fn news_that_is_not_told_in_the_end_goes_nowhere() {
    let (world, way, anna, _) = world_with_phone().await;
    let mut tx = world.db.begin().await.unwrap();
    let told =
        "INSERT INTO alert (user_id, kind, lot_id, made_at, last_at) VALUES ($1, 'won', $2, now(), now())";
    sqlx::query(told).bind(anna.user_id.0).bind(world.lots[0].0).execute(&mut *tx).await.unwrap();
    assert_eq!(world.service.push_out(world.now()).await.unwrap(), 0, "not yet");
    tx.rollback().await.unwrap();
    assert_eq!(world.service.push_out(world.now()).await.unwrap(), 0);
    assert!(deliveries(&world.db).await.is_empty() && way.sent().is_empty());
}

#[tokio::test]
async fn what_one_does_not_want_to_hear_of_goes_nowhere_either() {
    let (world, way, anna, bert) = world_with_phone().await;
    world.service.choose_alerts(&anna, &[Topic::Result], 5).await.unwrap();
    bid(&world, &anna, 81_000).await;
    bid(&world, &bert, 90_000).await;
    assert_eq!(out(&world, 0).await, 0);
    assert!(way.sent().is_empty());
}

#[tokio::test]
async fn a_topic_may_stay_at_the_bell() {
    let (world, way, anna, bert) = world_with_phone().await;
    let others = [Topic::Ending, Topic::Result];
    world.service.choose_alerts_and_pushes(&anna, &Topic::ALL, &others, 5).await.unwrap();
    assert_eq!(world.service.pushed_topics(&anna).await.unwrap(), others);
    assert_eq!(world.service.alert_topics(&anna).await.unwrap(), Topic::ALL);
    bid(&world, &anna, 81_000).await;
    bid(&world, &bert, 90_000).await;
    assert_eq!(out(&world, 0).await, 0);
    assert_eq!(world.service.unread_alerts(&anna).await.unwrap(), 1, "the bell has it");
    // what is chosen without that question leaves it as it is
    world.service.choose_alerts(&anna, &Topic::ALL, 15).await.unwrap();
    assert_eq!(world.service.pushed_topics(&anna).await.unwrap(), others);
    world.service.choose_alerts_and_pushes(&anna, &Topic::ALL, &Topic::ALL, 5).await.unwrap();
    bid(&world, &anna, 95_000).await;
    bid(&world, &bert, 99_000).await;
    assert_eq!(out(&world, 0).await, 1);
    assert_eq!(way.sent().len(), 1);
    let odd = world.service.choose_alerts_and_pushes(&anna, &Topic::ALL, &[], 7).await;
    assert_eq!(code(odd), "lead:OUT_OF_RANGE");
}

#[tokio::test]
async fn a_muted_car_is_quiet_until_it_has_a_result() {
    let (world, way, anna, bert) = world_with_phone().await;
    let lot_id = world.lots[0];
    bid(&world, &anna, 81_000).await;
    for _ in 0..2 {
        world.service.mute_lot(&anna, lot_id, true).await.unwrap();
    }
    assert_eq!(world.service.muted_lots(&anna).await.unwrap().len(), 1);
    bid(&world, &bert, 90_000).await;
    assert_eq!(out(&world, 0).await, 0);
    assert_eq!(world.service.unread_alerts(&anna).await.unwrap(), 1, "the bell has it");
    let mut conn = world.db.acquire().await.unwrap();
    let told =
        "INSERT INTO alert (user_id, kind, lot_id, made_at, last_at) VALUES ($1, 'lost', $2, now(), now())";
    sqlx::query(told).bind(anna.user_id.0).bind(lot_id.0).execute(&mut *conn).await.unwrap();
    // by the database's clock, which counts finer than ours
    let moment_later = world.now().plus_ms(1_000);
    assert_eq!(world.service.push_out(moment_later).await.unwrap(), 1, "how it ended");
    world.service.mute_lot(&anna, lot_id, false).await.unwrap();
    assert!(world.service.muted_lots(&anna).await.unwrap().is_empty());
    bid(&world, &anna, 95_000).await;
    bid(&world, &bert, 99_000).await;
    assert_eq!(out(&world, 0).await, 1);
    assert_eq!(way.sent().len(), 2);
    let nowhere = kernel::LotId(Uuid::now_v7());
    assert_eq!(code(world.service.mute_lot(&anna, nowhere, true).await), "NOT_FOUND");
}

#[tokio::test]
async fn a_lead_that_is_lost_again_goes_out_after_two_minutes() {
    let (world, way, anna, bert) = outbid().await;
    assert_eq!(out(&world, 0).await, 1);
    bid(&world, &anna, 95_000).await;
    bid(&world, &bert, 99_000).await;
    assert_eq!(out(&world, 0).await, 0);
    assert_eq!(out(&world, 3 * MINUTE_MS).await, 1);
    assert_eq!(way.sent().len(), 2);
}

#[tokio::test]
async fn what_nobody_needs_any_more_is_dropped() {
    let (world, way, anna, bert) = outbid().await;
    world.service.tell_news().await.unwrap();
    bid(&world, &anna, 95_000).await;
    world.service.push_out(world.now()).await.unwrap();
    assert_eq!(deliveries(&world.db).await, [state("dropped", 1, Some("regained"))]);
    // lost again, and read at the bell
    bid(&world, &bert, 99_000).await;
    world.service.tell_news().await.unwrap();
    world.service.read_alerts(&anna, None, world.now()).await.unwrap();
    world.service.push_out(world.now().plus_ms(3 * MINUTE_MS)).await.unwrap();
    assert_eq!(deliveries(&world.db).await, [state("dropped", 1, Some("read"))]);
    assert!(way.sent().is_empty());
}

#[tokio::test]
async fn news_of_a_lot_is_worth_nothing_after_its_end() {
    let (world, way, _, _) = outbid().await;
    world.service.tell_news().await.unwrap();
    world.service.push_out(world.now().plus_ms(61 * MINUTE_MS)).await.unwrap();
    assert_eq!(deliveries(&world.db).await, [state("dropped", 1, Some("over"))]);
    assert!(way.sent().is_empty());
}

#[tokio::test]
async fn a_busy_push_service_is_asked_again_after_growing_pauses_and_not_for_ever() {
    let (world, way, _, _) = outbid().await;
    world.service.tell_news().await.unwrap();
    let mut now = world.now();
    way.then(later(None));
    assert_eq!(world.service.push_out(now).await.unwrap(), 1);
    assert_eq!(world.service.push_out(now.plus_ms(14_000)).await.unwrap(), 0);
    way.then(later(Some(5 * MINUTE_MS)));
    now = now.plus_ms(15_000);
    assert_eq!(world.service.push_out(now).await.unwrap(), 1);
    assert_eq!(deliveries(&world.db).await, [state("waiting", 2, Some("busy"))]);
    assert_eq!(world.service.push_out(now.plus_ms(5 * MINUTE_MS - 1)).await.unwrap(), 0, "as it asked for");
    now = now.plus_ms(5 * MINUTE_MS);
    for pause_ms in [60_000, 120_000, 240_000] {
        way.then(later(None));
        assert_eq!(world.service.push_out(now).await.unwrap(), 1);
        assert_eq!(world.service.push_out(now.plus_ms(pause_ms - 1)).await.unwrap(), 0);
        now = now.plus_ms(pause_ms);
    }
    way.then(later(None));
    assert_eq!(world.service.push_out(now).await.unwrap(), 1);
    assert_eq!(deliveries(&world.db).await, [state("failed", 6, Some("busy"))]);
    assert_eq!(world.service.push_out(now.plus_ms(10 * MINUTE_MS)).await.unwrap(), 0);
    assert_eq!(way.sent().len(), 6);
}

#[tokio::test]
async fn a_browser_that_is_gone_is_taken_off_and_one_that_takes_nothing_is_not() {
    let (world, way, anna, bert) = outbid().await;
    way.then(PushAnswer::Refused("too large".to_owned()));
    out(&world, 0).await;
    assert_eq!(deliveries(&world.db).await, [state("failed", 1, Some("too large"))]);
    assert_eq!(names(&world, &anna).await, ["Browser of phone"]);
    way.then(PushAnswer::Gone);
    bid(&world, &anna, 95_000).await;
    bid(&world, &bert, 99_000).await;
    assert_eq!(out(&world, 3 * MINUTE_MS).await, 1);
    assert_eq!(names(&world, &anna).await, [""; 0]);
    let kept: (Option<String>, Option<Vec<u8>>, String) =
        sqlx::query_as("SELECT endpoint, auth, removed_why FROM push_device")
            .fetch_one(&world.db)
            .await
            .unwrap();
    assert_eq!(kept, (None, None, "gone".to_owned()), "where it was reached is forgotten");
}

#[tokio::test]
async fn a_browser_that_was_taken_off_while_the_news_was_told_keeps_nothing_waiting() {
    let (world, way, anna, _) = outbid().await;
    world.service.tell_news().await.unwrap();
    let phone = world.service.push_devices(&anna).await.unwrap()[0].id;
    world.service.remove_push_device(&anna, phone).await.unwrap();
    assert_eq!(deliveries(&world.db).await, [state("dropped", 0, Some("removed"))]);
    // as a transaction leaves it that saw the browser a moment before
    let late = "UPDATE push_delivery SET state = 'waiting', settled_at = NULL, last_error = NULL";
    sqlx::query(late).execute(&world.db).await.unwrap();
    assert_eq!(world.service.push_out(world.now()).await.unwrap(), 0);
    assert_eq!(deliveries(&world.db).await, [state("dropped", 1, Some("removed"))]);
    assert!(way.sent().is_empty());
}

#[tokio::test]
async fn two_processes_send_everything_once() {
    let (world, way, _, _) = outbid().await;
    let other = world.restarted().await;
    let second = Arc::new(Way::default());
    send_by(&other.service, &second);
    world.service.tell_news().await.unwrap();
    let now = world.now();
    let (first, then) = tokio::join!(world.service.push_out(now), other.service.push_out(now));
    assert_eq!(first.unwrap() + then.unwrap(), 1);
    assert_eq!(way.sent().len() + second.sent().len(), 1);
}

#[tokio::test]
async fn what_a_process_took_that_ended_is_sent_by_another_after_a_minute() {
    let (world, way, _, _) = outbid().await;
    world.service.tell_news().await.unwrap();
    let now = world.now();
    // taken, and then nothing more
    let taken = "UPDATE push_delivery SET attempts = 1, due_at = to_timestamp($1::float8 / 1000)";
    sqlx::query(taken).bind((now.0 + MINUTE_MS) as f64).execute(&world.db).await.unwrap();
    assert_eq!(world.service.push_out(now.plus_ms(MINUTE_MS - 1_000)).await.unwrap(), 0);
    assert_eq!(world.service.push_out(now.plus_ms(MINUTE_MS + 1_000)).await.unwrap(), 1);
    assert_eq!(way.sent().len(), 1);
}

#[tokio::test]
async fn a_browser_has_one_person_and_a_person_a_few_browsers() {
    let world = World::with_open_lots(1).await;
    let (anna, bert) = (dealer("安"), dealer("伯"));
    let add = browser("shared");
    assert_eq!(code(world.service.add_push_device(&anna, &add).await), "PUSH_OFF");
    assert_eq!(world.service.push_key(), None);
    send_by(&world.service, &Arc::new(Way::default()));
    assert_eq!(world.service.push_key(), Some("the-key"));
    for _ in 0..2 {
        world.service.add_push_device(&anna, &add).await.unwrap();
    }
    assert_eq!(names(&world, &anna).await, ["Browser of shared"]);
    let elsewhere = PushAddress { endpoint: "https://intranet/x".to_owned(), ..add.address.clone() };
    let elsewhere = AddPushDevice { address: elsewhere, ..browser("x") };
    assert_eq!(code(world.service.add_push_device(&anna, &elsewhere).await), "PUSH_ADDRESS_REFUSED");
    assert_eq!(code(world.service.remove_push_device(&bert, add.key).await), "NOT_FOUND");
    // who sits down at it next takes it over
    told_in(&world, &bert, "shared").await;
    assert_eq!((names(&world, &anna).await.len(), names(&world, &bert).await.len()), (0, 1));
    for n in 1..PUSH_DEVICES_MAX {
        told_in(&world, &bert, &format!("b{n}")).await;
    }
    assert_eq!(code(world.service.add_push_device(&bert, &browser("one more")).await), "TOO_MANY_DEVICES");
    let first = world.service.push_devices(&bert).await.unwrap()[0].id;
    for _ in 0..2 {
        world.service.remove_push_device(&bert, first).await.unwrap();
    }
    world.service.add_push_device(&bert, &browser("one more")).await.unwrap();
}

async fn hears(world: &World, name: &str, data: Value) {
    world.hear(name, Uuid::now_v7(), 1, data).await;
}

#[tokio::test]
async fn who_leaves_a_browser_leaves_nobody_elses_news_there_either() {
    let (world, _, anna, bert) = world_with_phone().await;
    let phone = world.service.push_devices(&anna).await.unwrap()[0].id;
    // her session ran out, and he signed in and out again
    let left = json!({ "user_id": bert.user_id, "device_id": phone, "elsewhere": false });
    hears(&world, "SignedOut", left).await;
    assert_eq!(names(&world, &anna).await, [""; 0]);
}

#[tokio::test]
async fn who_leaves_a_browser_is_not_told_there_any_more_not_even_what_waits() {
    let (world, way, anna, _) = outbid().await;
    let desk = told_in(&world, &anna, "desk").await;
    let tablet = told_in(&world, &anna, "tablet").await;
    world.service.tell_news().await.unwrap();
    let left = |device: Option<Uuid>, elsewhere: bool| json!({ "user_id": anna.user_id, "device_id": device, "elsewhere": elsewhere });
    hears(&world, "SignedOut", left(Some(desk), false)).await;
    assert_eq!(names(&world, &anna).await, ["Browser of tablet", "Browser of phone"]);
    hears(&world, "SignedOut", left(Some(tablet), true)).await;
    assert_eq!(names(&world, &anna).await, ["Browser of tablet"]);
    world.service.push_out(world.now()).await.unwrap();
    let only = [("https://push.example/tablet".to_owned(), "zh-CN outbid".to_owned())];
    assert_eq!(way.sent(), only);
    hears(&world, "SignedOut", left(None, true)).await;
    assert_eq!(names(&world, &anna).await, [""; 0]);
}

#[tokio::test]
async fn who_may_sign_in_no_more_is_told_nothing_and_who_reads_english_is_told_in_english() {
    let (world, way, anna, bert) = outbid().await;
    told_in(&world, &bert, "other").await;
    let changed = |who: &Principal, active: bool, lang: &str| json!({ "user_id": who.user_id, "dealer_id": null, "active": active, "lang": lang });
    hears(&world, "UserChanged", changed(&anna, true, "en")).await;
    out(&world, 0).await;
    assert_eq!(way.sent(), [("https://push.example/phone".to_owned(), "en outbid".to_owned())]);
    hears(&world, "UserChanged", changed(&anna, false, "en")).await;
    assert_eq!((names(&world, &anna).await.len(), names(&world, &bert).await.len()), (0, 1));
    // an event from before it told the language
    hears(&world, "UserChanged", json!({ "user_id": bert.user_id, "dealer_id": null, "active": true })).await;
    assert_eq!(names(&world, &bert).await.len(), 1);
}

#[tokio::test]
async fn the_key_is_the_databases() {
    let world = World::with_open_lots(1).await;
    assert_eq!(world.service.push_secret(&[1; 32]).await.unwrap(), [1; 32]);
    let other = world.restarted().await;
    assert_eq!(other.service.push_secret(&[2; 32]).await.unwrap(), [1; 32]);
}

#[tokio::test]
async fn news_about_no_lot_goes_out_too() {
    let (world, way, anna, _) = world_with_phone().await;
    let news = json!({
        "dealer_id": anna.dealer().unwrap().dealer_id, "users": [anna.user_id], "what": "strike_given",
        "reason": "unpaid", "struck_out": false, "struck_until": null,
    });
    hears(&world, "StrikesChanged", news).await;
    assert_eq!(world.service.push_out(world.now()).await.unwrap(), 1);
    assert_eq!(way.sent(), [("https://push.example/phone".to_owned(), "zh-CN strike_given".to_owned())]);
}
