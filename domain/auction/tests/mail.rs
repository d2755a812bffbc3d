//! News goes out by mail to the address that a person has confirmed: once, in time, and only there.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

#[path = "mail/address.rs"]
mod address;
mod common;
#[path = "mail/digests.rs"]
mod digests;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use auction::{
    AddMailAddress, FindsPace, Letter, LetterKind, Mail, MailAnswer, MailContent, MailLink, MailPost,
    MailStop, MailText, MailWords, NewsChoice, Service, Topic,
};
use common::{World, accepted, code};
use kernel::{Lang, Principal};
use platform_testkit::dealer;
use serde_json::json;
use sqlx::PgPool;
use tokio::sync::watch;
use uuid::Uuid;

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
const DAY_MS: i64 = 24 * HOUR_MS;

/// A way that ends here: it answers as it is told, and otherwise takes everything.
#[derive(Default)]
struct Post {
    answers: Mutex<VecDeque<MailAnswer>>,
    sent: Mutex<Vec<Letter>>,
}

impl Post {
    fn then(&self, answer: MailAnswer) {
        self.answers.lock().unwrap().push_back(answer);
    }

    /// What was sent since the last time.
    fn sent(&self) -> Vec<Letter> {
        std::mem::take(&mut *self.sent.lock().unwrap())
    }

    /// Its subjects.
    fn subjects(&self) -> Vec<String> {
        self.sent().into_iter().map(|letter| letter.subject).collect()
    }
}

#[async_trait]
impl MailPost for Post {
    fn reaches(&self, address: &str) -> bool {
        address.ends_with("@dealer.example")
    }

    fn domain(&self) -> &str {
        "auction.example"
    }

    async fn send(&self, letter: &Letter) -> MailAnswer {
        let answer = self.answers.lock().unwrap().pop_front().unwrap_or(MailAnswer::Taken);
        self.sent.lock().unwrap().push(letter.clone());
        answer
    }
}

struct Words;

impl MailWords for Words {
    fn code(&self, lang: Lang, code: &str) -> MailText {
        let subject = format!("{} code", lang.tag());
        MailText { subject, text: code.to_owned(), html: String::new() }
    }

    fn news(&self, content: &MailContent<'_>) -> MailText {
        let kinds: Vec<&str> = content.news.iter().map(|news| news.kind.name()).collect();
        let what = match content.kind {
            LetterKind::Code => "code",
            LetterKind::News => "news",
            LetterKind::Outbid => "outbid",
            LetterKind::Finds => "finds",
        };
        let more = if content.more > 0 { format!(" +{}", content.more) } else { String::new() };
        let subject = format!("{} {what}: {}{more}", content.lang.tag(), kinds.join(" "));
        MailText { subject, text: content.unsubscribe.to_owned(), html: String::new() }
    }

    fn url(&self, path: &str) -> String {
        format!("https://auction.example{path}")
    }
}

/// From now on this service sends on this way; its own sender does not run.
fn send_by(service: &Service, post: &Arc<Post>) {
    let (_, stopped) = watch::channel(true);
    let mail = Mail { post: Arc::<Post>::clone(post), words: Arc::new(Words), offset_min: 480 };
    drop(service.mail_by(mail, stopped));
}

fn typed(name: &str) -> AddMailAddress {
    AddMailAddress { key: Uuid::now_v7(), address: format!("{name}@dealer.example") }
}

async fn out(world: &World, later_ms: i64) -> usize {
    world.service.tell_news().await.unwrap();
    // news is told by the database's clock too, which counts finer than ours
    world.service.mail_out(world.now().plus_ms(later_ms + 1_000)).await.unwrap()
}

/// The code that goes out now.
async fn code_sent(world: &World, post: &Post) -> String {
    world.service.mail_out(world.now()).await.unwrap();
    post.sent().pop().expect("a code was sent").text
}

/// This person is told at that address.
async fn told_at(world: &World, post: &Post, who: &Principal, name: &str) -> Uuid {
    let add = typed(name);
    world.service.add_mail_address(who, &add).await.unwrap();
    let code = code_sent(world, post).await;
    world.service.confirm_mail_address(who, add.key, &code).await.unwrap();
    add.key
}

/// An hour later by the table: limits on codes are over.
async fn codes_are_old(world: &World) {
    let older = "UPDATE mail_code SET made_at = made_at - interval '2 minutes'";
    sqlx::query(older).execute(&world.db).await.unwrap();
}

/// Which topics go out by mail, all of them being heard of.
async fn mails(world: &World, who: &Principal, topics: &[Topic], pace: FindsPace) {
    let choice = NewsChoice {
        wanted: Topic::ALL.to_vec(),
        pushed: None,
        mailed: Some((topics.to_vec(), pace)),
        lead_min: 5,
    };
    world.service.choose_news(who, &choice).await.unwrap();
}

async fn bid(world: &World, who: &Principal, lot: usize, yuan: i64) {
    accepted(&world.bid(who, lot, Uuid::now_v7(), yuan).await);
}

/// News of this kind is told about a lot.
async fn told(world: &World, who: &Principal, kind: &str, lot: usize) -> Uuid {
    let told = "INSERT INTO alert (user_id, kind, lot_id, made_at, last_at) VALUES ($1, $2, $3, now(), now()) RETURNING id";
    sqlx::query_scalar(told)
        .bind(who.user_id.0)
        .bind(kind)
        .bind(world.lots[lot].0)
        .fetch_one(&world.db)
        .await
        .unwrap()
}

/// State, attempts and last error of letters but codes, in no order.
async fn letters(db: &PgPool) -> Vec<(String, i32, Option<String>)> {
    sqlx::query_as(
        "SELECT state, attempts, last_error FROM mail_letter WHERE kind <> 'code'
          ORDER BY state, attempts, last_error",
    )
    .fetch_all(db)
    .await
    .unwrap()
}

fn state(state: &str, attempts: i32, error: Option<&str>) -> (String, i32, Option<String>) {
    (state.to_owned(), attempts, error.map(str::to_owned))
}

/// Two dealers, the first of whom is told by mail.
async fn world_with_box() -> (World, Arc<Post>, Principal, Principal) {
    let world = World::with_open_lots(2).await;
    let post = Arc::new(Post::default());
    send_by(&world.service, &post);
    let (anna, bert) = (dealer("安"), dealer("伯"));
    told_at(&world, &post, &anna, "anna").await;
    (world, post, anna, bert)
}

#[tokio::test]
async fn an_address_is_told_nothing_before_its_person_has_typed_the_code() {
    let world = World::with_open_lots(1).await;
    let anna = dealer("安");
    let add = typed("anna");
    assert!(!world.service.sends_mail());
    assert_eq!(code(world.service.add_mail_address(&anna, &add).await), "MAIL_OFF");
    let post = Arc::new(Post::default());
    send_by(&world.service, &post);
    let odd = AddMailAddress { address: "anna@elsewhere".to_owned(), ..add.clone() };
    assert_eq!(code(world.service.add_mail_address(&anna, &odd).await), "address:NOT_A_MAIL_ADDRESS");
    for _ in 0..2 {
        world.service.add_mail_address(&anna, &add).await.unwrap();
    }
    assert_eq!(code(world.service.add_mail_address(&anna, &typed("other")).await), "MAIL_ADDRESS_THERE");
    told(&world, &anna, "won", 0).await;
    assert_eq!(out(&world, 0).await, 1, "the code only");
    let letter = post.sent().pop().unwrap();
    assert_eq!((letter.to.as_str(), letter.subject.as_str()), ("anna@dealer.example", "zh-CN code"));
    assert_eq!(letter.unsubscribe, None);
    let there = world.service.mail_address(&anna).await.unwrap().unwrap();
    assert_eq!((there.id, there.confirmed_at), (add.key, None));

    let spaced = format!(" {} {} ", &letter.text[..3], &letter.text[3..]);
    for _ in 0..2 {
        world.service.confirm_mail_address(&anna, add.key, &spaced).await.unwrap();
    }
    assert!(world.service.mail_address(&anna).await.unwrap().unwrap().confirmed_at.is_some());
    told(&world, &anna, "negotiating", 0).await;
    assert_eq!(out(&world, 0).await, 1, "what is told from now on");
    assert_eq!(post.subjects(), ["zh-CN news: negotiating"]);
    let kept: Vec<String> =
        sqlx::query_scalar("SELECT m::text FROM mail_code m").fetch_all(&world.db).await.unwrap();
    assert!(!kept[0].contains(&letter.text), "the code stands nowhere");
}

#[tokio::test]
async fn by_itself_only_what_cannot_be_taken_back_or_has_a_deadline_goes_out() {
    let (world, post, anna, bert) = world_with_box().await;
    let mailed = world.service.mailed_topics(&anna).await.unwrap();
    assert_eq!(mailed, [Topic::Result, Topic::Negotiation, Topic::Selling]);
    bid(&world, &anna, 0, 81_000).await;
    bid(&world, &bert, 0, 90_000).await;
    for kind in ["ending", "lost"] {
        told(&world, &anna, kind, 0).await;
    }
    assert_eq!(out(&world, 0).await, 0);
    told(&world, &anna, "won", 1).await;
    assert_eq!(out(&world, 0).await, 1);
    assert_eq!(post.subjects(), ["zh-CN news: won"]);
    // what he does not want to hear of at all stays unsaid
    mails(&world, &anna, &Topic::ALL, FindsPace::Day).await;
    world.service.choose_alerts(&anna, &[Topic::Result], 5).await.unwrap();
    bid(&world, &anna, 0, 95_000).await;
    bid(&world, &bert, 0, 99_000).await;
    assert_eq!(out(&world, HOUR_MS / 2).await, 0);
}

#[tokio::test]
async fn a_lead_that_is_regained_is_not_told_and_a_muted_car_is_quiet() {
    let (world, post, anna, bert) = world_with_box().await;
    mails(&world, &anna, &[Topic::Outbid, Topic::Result], FindsPace::Day).await;
    world.service.mute_lot(&anna, world.lots[1], true).await.unwrap();
    for lot in [0, 1] {
        bid(&world, &anna, lot, 81_000).await;
        bid(&world, &bert, lot, 90_000).await;
    }
    world.service.tell_news().await.unwrap();
    bid(&world, &anna, 0, 95_000).await;
    assert_eq!(out(&world, 0).await, 1);
    assert_eq!(letters(&world.db).await, [state("dropped", 1, Some("regained"))]);
    told(&world, &anna, "won", 1).await;
    assert_eq!(out(&world, 0).await, 1);
    assert_eq!(post.subjects(), ["zh-CN news: won"], "how it ended");
}

#[tokio::test]
async fn what_is_turned_off_or_muted_while_it_waits_goes_nowhere() {
    let (world, post, anna, bert) = world_with_box().await;
    mails(&world, &anna, &[Topic::Outbid, Topic::Result], FindsPace::Day).await;
    bid(&world, &anna, 0, 81_000).await;
    bid(&world, &bert, 0, 90_000).await;
    world.service.tell_news().await.unwrap();
    world.service.mute_lot(&anna, world.lots[0], true).await.unwrap();
    told(&world, &anna, "won", 1).await;
    mails(&world, &anna, &[Topic::Outbid], FindsPace::Day).await;
    out(&world, 0).await;
    let unwanted = state("dropped", 1, Some("unwanted"));
    assert_eq!(letters(&world.db).await, [unwanted.clone(), unwanted]);
    mails(&world, &anna, &[Topic::Result], FindsPace::Day).await;
    let read = told(&world, &anna, "negotiating", 1).await;
    world.service.read_alerts(&anna, Some(read), world.now().plus_ms(1_000)).await.unwrap();
    out(&world, 0).await;
    assert!(letters(&world.db).await.contains(&state("dropped", 1, Some("read"))), "at the bell");
    assert!(post.sent().is_empty());
}

async fn listed_for(world: &World, who: &Principal, lots: &[usize]) {
    let search = Uuid::now_v7();
    let made =
        "INSERT INTO saved_search (id, user_id, dealer_id, name, filter) VALUES ($1, $2, $3, $4, '{}')";
    sqlx::query(made)
        .bind(search)
        .bind(who.user_id.0)
        .bind(who.dealer().unwrap().dealer_id.0)
        .bind(search.to_string())
        .execute(&world.db)
        .await
        .unwrap();
    for lot in lots {
        let told = "INSERT INTO alert (user_id, kind, lot_id, search_id, made_at, last_at) VALUES ($1, 'match', $2, $3, now(), now())";
        let lot = world.lots[*lot].0;
        sqlx::query(told).bind(who.user_id.0).bind(lot).bind(search).execute(&world.db).await.unwrap();
    }
}

/// When what searches find goes out.
async fn finds_at(world: &World) -> i64 {
    sqlx::query_scalar("SELECT (extract(epoch FROM finds_at) * 1000)::bigint FROM mail_address")
        .fetch_one(&world.db)
        .await
        .unwrap()
}

#[tokio::test]
async fn what_searches_find_comes_in_one_mail_in_the_morning_or_the_hour() {
    let world = World::with_lots_ending_in(3, 3 * DAY_MS).await;
    let post = Arc::new(Post::default());
    send_by(&world.service, &post);
    let anna = dealer("安");
    // the searches below are told by hand
    world.service.tell_news().await.unwrap();
    told_at(&world, &post, &anna, "anna").await;
    listed_for(&world, &anna, &[0]).await;
    assert_eq!(out(&world, DAY_MS).await, 0, "not by itself");
    mails(&world, &anna, &[Topic::Match], FindsPace::Day).await;
    listed_for(&world, &anna, &[0, 1]).await;
    listed_for(&world, &anna, &[1, 2]).await;
    let at = finds_at(&world).await;
    assert_eq!((at + 8 * HOUR_MS).rem_euclid(DAY_MS), 8 * HOUR_MS, "at eight in China");
    let morning = at - world.now().0;
    assert_eq!(out(&world, morning - MINUTE_MS).await, 0);
    assert_eq!(out(&world, morning).await, 1);
    assert_eq!(post.subjects(), ["zh-CN finds: match match match"], "each car once");
    listed_for(&world, &anna, &[0]).await;
    assert_eq!(out(&world, morning + 23 * HOUR_MS).await, 0, "one a day");
    mails(&world, &anna, &[Topic::Match], FindsPace::Hour).await;
    let hour = finds_at(&world).await - world.now().0;
    assert!((0..=HOUR_MS).contains(&hour), "{hour}");
    assert_eq!(out(&world, hour).await, 1);
    let letter = post.sent().pop().unwrap();
    assert!(letter.unsubscribe.unwrap().contains("what=match"));
}

#[tokio::test]
async fn news_that_is_not_told_in_the_end_goes_nowhere() {
    let (world, post, anna, _) = world_with_box().await;
    let mut tx = world.db.begin().await.unwrap();
    let told =
        "INSERT INTO alert (user_id, kind, lot_id, made_at, last_at) VALUES ($1, 'won', $2, now(), now())";
    sqlx::query(told).bind(anna.user_id.0).bind(world.lots[0].0).execute(&mut *tx).await.unwrap();
    assert_eq!(out(&world, 0).await, 0, "not yet");
    tx.rollback().await.unwrap();
    assert_eq!(out(&world, 0).await, 0);
    assert!(letters(&world.db).await.is_empty() && post.sent().is_empty());
}

fn later() -> MailAnswer {
    MailAnswer::Later("busy".to_owned())
}

#[tokio::test]
async fn a_mail_server_that_is_away_is_asked_after_growing_pauses_for_a_day() {
    let (world, post, anna, _) = world_with_box().await;
    told(&world, &anna, "won", 0).await;
    let mut now = world.now().plus_ms(1_000);
    let begun = now;
    let mut asked = 0;
    for pause_ms in [MINUTE_MS, 2 * MINUTE_MS, 4 * MINUTE_MS, 8 * MINUTE_MS] {
        post.then(later());
        assert_eq!(world.service.mail_out(now).await.unwrap(), 1);
        assert_eq!(world.service.mail_out(now.plus_ms(pause_ms - 1)).await.unwrap(), 0);
        now = now.plus_ms(pause_ms);
        asked += 1;
    }
    assert_eq!(letters(&world.db).await, [state("waiting", 4, Some("busy"))]);
    while now.since(begun) <= DAY_MS {
        post.then(later());
        asked += world.service.mail_out(now).await.unwrap();
        now = now.plus_ms(HOUR_MS);
    }
    post.then(later());
    asked += world.service.mail_out(now).await.unwrap();
    let sent = post.sent();
    assert_eq!(sent.len(), asked);
    assert!(sent.iter().all(|letter| letter == &sent[0]), "the same letter each time");
    let all = letters(&world.db).await;
    assert_eq!((all[0].0.as_str(), all[0].2.as_deref()), ("failed", Some("busy")));
    assert_eq!(world.service.mail_out(now.plus_ms(DAY_MS)).await.unwrap(), 0);
}

#[tokio::test]
async fn what_happens_again_while_its_first_mail_waits_is_told_once() {
    let (world, post, anna, _) = world_with_box().await;
    let alert = told(&world, &anna, "won", 0).await;
    post.then(later());
    assert_eq!(out(&world, 0).await, 1);
    let again = "UPDATE alert SET last_at = clock_timestamp() WHERE id = $1";
    sqlx::query(again).bind(alert).execute(&world.db).await.unwrap();
    assert_eq!(out(&world, 5 * MINUTE_MS).await, 2);
    let ended = [state("dropped", 2, Some("told again")), state("sent", 1, None)];
    assert_eq!(letters(&world.db).await, ended);
    assert_eq!(post.sent().len(), 2, "the try that failed, and the one mail");
}

#[tokio::test]
async fn a_box_that_is_not_there_is_told_nothing_more_and_a_text_that_is_refused_only_itself() {
    let (world, post, anna, _) = world_with_box().await;
    told(&world, &anna, "won", 0).await;
    post.then(MailAnswer::Refused("spam".to_owned()));
    assert_eq!(out(&world, 0).await, 1);
    assert_eq!(letters(&world.db).await, [state("failed", 1, Some("spam"))]);
    told(&world, &anna, "won", 1).await;
    post.then(MailAnswer::NoSuchBox("no such box".to_owned()));
    assert_eq!(out(&world, 0).await, 1);
    let there = world.service.mail_address(&anna).await.unwrap().unwrap();
    assert_eq!(there.bounced_why.as_deref(), Some("no such box"));
    told(&world, &anna, "negotiating", 0).await;
    assert_eq!(out(&world, 0).await, 0);
    assert_eq!(post.sent().len(), 2);
    // he takes it off, and types another
    world.service.remove_mail_address(&anna, there.id).await.unwrap();
    codes_are_old(&world).await;
    told_at(&world, &post, &anna, "anna2").await;
    told(&world, &anna, "negotiating", 1).await;
    assert_eq!(out(&world, 0).await, 1);
}

#[tokio::test]
async fn two_processes_send_everything_once() {
    let (world, post, anna, bert) = world_with_box().await;
    mails(&world, &anna, &Topic::ALL, FindsPace::Day).await;
    let other = world.restarted().await;
    send_by(&other.service, &post);
    told(&world, &anna, "won", 0).await;
    bid(&world, &anna, 1, 81_000).await;
    bid(&world, &bert, 1, 90_000).await;
    world.service.tell_news().await.unwrap();
    let now = world.now().plus_ms(1_000);
    let (first, second) = tokio::join!(world.service.mail_out(now), other.service.mail_out(now));
    // who found the address taken leaves it to the next look
    let third = world.service.mail_out(now).await.unwrap();
    assert_eq!(first.unwrap() + second.unwrap() + third, 2);
    assert_eq!(post.sent().len(), 2);
}

#[tokio::test]
async fn what_a_process_took_that_ended_is_sent_by_another_under_the_same_id() {
    let (world, post, anna, _) = world_with_box().await;
    told(&world, &anna, "won", 0).await;
    post.then(later());
    assert_eq!(out(&world, 0).await, 1);
    let first = post.sent().pop().unwrap();
    // taken again, handed over, and not settled
    let now = world.now();
    let taken =
        "UPDATE mail_letter SET attempts = 2, due_at = to_timestamp($1::float8 / 1000) WHERE kind = 'news'";
    sqlx::query(taken).bind((now.0 + 2 * MINUTE_MS) as f64).execute(&world.db).await.unwrap();
    assert_eq!(world.service.mail_out(now.plus_ms(MINUTE_MS)).await.unwrap(), 0, "while it is taken");
    assert_eq!(world.service.mail_out(now.plus_ms(3 * MINUTE_MS)).await.unwrap(), 1);
    let second = post.sent().pop().unwrap();
    assert_eq!((&first.message_id, &first.text), (&second.message_id, &second.text));
    assert!(first.message_id.ends_with("@auction.example"));
    assert_eq!(letters(&world.db).await, [state("sent", 3, None)]);
}

fn link_of(letter: &Letter) -> MailLink {
    let url = letter.unsubscribe.clone().unwrap();
    let part = |name: &str| {
        let (_, rest) = url.split_once(&format!("{name}=")).unwrap();
        rest.split('&').next().unwrap().to_owned()
    };
    MailLink { to: part("to"), what: part("what"), sign: part("sign") }
}

#[tokio::test]
async fn a_link_in_a_mail_ends_its_topic_or_everything_and_no_other_link_does() {
    let (world, post, anna, bert) = world_with_box().await;
    mails(&world, &anna, &[Topic::Outbid, Topic::Result], FindsPace::Day).await;
    bid(&world, &anna, 0, 81_000).await;
    bid(&world, &bert, 0, 90_000).await;
    assert_eq!(out(&world, 0).await, 1);
    let link = link_of(&post.sent().pop().unwrap());
    let asked = world.service.mail_link(&link).await.unwrap();
    assert_eq!((asked.what, asked.is_over), (MailStop::Topic(Topic::Outbid), false));
    for odd in [
        MailLink { what: "all".to_owned(), ..link.clone() },
        MailLink { what: "result".to_owned(), ..link.clone() },
        MailLink { to: Uuid::now_v7().to_string(), ..link.clone() },
        MailLink { sign: String::new(), ..link.clone() },
    ] {
        assert_eq!(code(world.service.mail_link(&odd).await.map(drop)), "NOT_FOUND");
        assert_eq!(code(world.service.stop_mail(&odd, true).await.map(drop)), "NOT_FOUND");
    }
    for _ in 0..2 {
        assert_eq!(world.service.stop_mail(&link, false).await.unwrap(), MailStop::Topic(Topic::Outbid));
    }
    assert!(world.service.mail_link(&link).await.unwrap().is_over);
    assert_eq!(world.service.mailed_topics(&anna).await.unwrap(), [Topic::Result]);
    told(&world, &anna, "won", 0).await;
    assert_eq!(out(&world, 0).await, 1);
    for _ in 0..2 {
        assert_eq!(world.service.stop_mail(&link, true).await.unwrap(), MailStop::All);
    }
    assert!(world.service.mail_link(&link).await.unwrap().is_all_over);
    assert_eq!(world.service.mail_address(&anna).await.unwrap(), None);
    told(&world, &anna, "won", 1).await;
    assert_eq!(out(&world, 0).await, 0);
    // the old mails lie in a box that others may read: their links say nothing of the new address
    codes_are_old(&world).await;
    told_at(&world, &post, &anna, "anna2").await;
    mails(&world, &anna, &[Topic::Outbid], FindsPace::Day).await;
    world.service.stop_mail(&link, false).await.unwrap();
    assert_eq!(world.service.mailed_topics(&anna).await.unwrap(), [Topic::Outbid]);
}

#[tokio::test]
async fn a_box_that_was_not_there_is_tried_again_with_another_code() {
    let world = World::with_open_lots(1).await;
    let post = Arc::new(Post::default());
    send_by(&world.service, &post);
    let (anna, add) = (dealer("安"), typed("anna"));
    post.then(MailAnswer::NoSuchBox("no such box".to_owned()));
    world.service.add_mail_address(&anna, &add).await.unwrap();
    assert_eq!(out(&world, 0).await, 1);
    assert!(world.service.mail_address(&anna).await.unwrap().unwrap().bounced_why.is_some());
    codes_are_old(&world).await;
    world.service.send_mail_code(&anna, Uuid::now_v7(), add.key).await.unwrap();
    let code = code_sent(&world, &post).await;
    world.service.confirm_mail_address(&anna, add.key, &code).await.unwrap();
    assert_eq!(world.service.mail_address(&anna).await.unwrap().unwrap().bounced_why, None);
}

#[tokio::test]
async fn a_letter_of_another_day_that_was_never_tried_does_not_go_out() {
    let (world, post, anna, _) = world_with_box().await;
    told(&world, &anna, "won", 0).await;
    post.then(later());
    assert_eq!(out(&world, 0).await, 1);
    // as a backup from before has it
    sqlx::query("UPDATE mail_letter SET attempts = 0, last_error = NULL WHERE kind <> 'code'")
        .execute(&world.db)
        .await
        .unwrap();
    assert_eq!(post.sent().len(), 1, "the try that failed");
    out(&world, DAY_MS + MINUTE_MS).await;
    assert!(post.sent().is_empty());
    assert_eq!(letters(&world.db).await, [state("dropped", 1, Some("too late"))]);
}

#[tokio::test]
async fn what_nobody_could_send_for_a_day_is_told_no_more() {
    let (world, post, anna, _) = world_with_box().await;
    told(&world, &anna, "won", 0).await;
    assert_eq!(out(&world, DAY_MS + MINUTE_MS).await, 0);
    assert!(letters(&world.db).await.is_empty() && post.sent().is_empty());
}
