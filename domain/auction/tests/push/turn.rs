//! What is asked again when a message's turn comes: whether it is wanted, what is more urgent, what it would replace.

use auction::{Act, HallFilter, Negotiate};
use kernel::{Fen, Role, UnixMs};
use platform_testkit::staff;

use super::*;
use crate::common::{join_all, until};

const SECOND_MS: i64 = 1_000;

/// The person is told this of the lot so long after now, and nothing else is done about it.
async fn told(world: &World, who: &Principal, kind: &str, later_ms: i64) {
    let at = world.now().plus_ms(later_ms);
    sqlx::query(
        "INSERT INTO alert (user_id, kind, lot_id, lot_seq, made_at, last_at)
         VALUES ($1, $2, $3, $4, to_timestamp($5::float8 / 1000), to_timestamp($5::float8 / 1000))",
    )
    .bind(who.user_id.0)
    .bind(kind)
    .bind(world.lots[0].0)
    .bind((kind == "lead_back").then_some(1_i64))
    .bind(at.0 as f64)
    .execute(&world.db)
    .await
    .unwrap();
}

async fn push_out(world: &World, later_ms: i64) -> usize {
    world.service.push_out(world.now().plus_ms(later_ms)).await.unwrap()
}

async fn list_more(world: &World, count: usize) {
    let sale = world.new_sale(count, 3_600_000).await;
    world.service.create_sale(&staff(&[Role::Auctioneer]), sale).await.unwrap();
    world.service.tell_news().await.unwrap();
}

#[tokio::test]
async fn what_is_turned_off_while_it_waits_is_not_shown_and_what_was_not_shown_makes_no_pause() {
    let (world, way, anna, bert) = outbid().await;
    world.service.tell_news().await.unwrap();
    world.service.mute_lot(&anna, world.lots[0], true).await.unwrap();
    push_out(&world, 0).await;
    assert_eq!(deliveries(&world.db).await, [state("dropped", 1, Some("turned off"))]);
    world.service.mute_lot(&anna, world.lots[0], false).await.unwrap();
    let again = async |yuan: i64| {
        bid(&world, &anna, yuan).await;
        bid(&world, &bert, yuan + 5_000).await;
        world.service.tell_news().await.unwrap();
    };
    for (wanted, pushed) in [(&Topic::ALL[..], &[Topic::Match][..]), (&[Topic::Match][..], &Topic::ALL[..])] {
        world.service.choose_alerts_and_pushes(&anna, &Topic::ALL, &Topic::ALL, 5).await.unwrap();
        again(if wanted.len() > 1 { 100_000 } else { 120_000 }).await;
        world.service.choose_alerts_and_pushes(&anna, wanted, pushed, 5).await.unwrap();
        push_out(&world, 0).await;
        assert_eq!(deliveries(&world.db).await, [state("dropped", 1, Some("turned off"))]);
    }
    world.service.choose_alerts_and_pushes(&anna, &Topic::ALL, &Topic::ALL, 5).await.unwrap();
    again(140_000).await;
    assert!(way.sent().is_empty());
    assert_eq!(push_out(&world, 0).await, 1, "at once: nothing has buzzed yet");
    again(160_000).await;
    assert_eq!(push_out(&world, 0).await, 0, "this has");
    assert_eq!(push_out(&world, 3 * MINUTE_MS).await, 1);
    assert_eq!(way.sent().len(), 2);
}

/// A message is on its way; the lead is lost again; the message arrives.
async fn again_meanwhile(mutes: bool) -> (World, Arc<Way>) {
    let (world, way, anna, bert) = outbid().await;
    world.service.tell_news().await.unwrap();
    let gate = way.hold("push.example");
    let (service, now) = (world.service.clone(), world.now());
    let sending = tokio::spawn(async move { service.push_out(now).await });
    until("it is on its way", async || way.held() == 1).await;
    bid(&world, &anna, 95_000).await;
    bid(&world, &bert, 99_000).await;
    world.service.tell_news().await.unwrap();
    world.service.mute_lot(&anna, world.lots[0], mutes).await.unwrap();
    gate.add_permits(10);
    assert_eq!(sending.await.unwrap().unwrap(), 1);
    (world, way)
}

#[tokio::test]
async fn what_happens_again_while_it_is_sent_goes_out_again_unless_it_was_turned_off() {
    let (world, way) = again_meanwhile(false).await;
    assert_eq!(deliveries(&world.db).await, [state("waiting", 0, None)]);
    assert_eq!(push_out(&world, MINUTE_MS).await, 0);
    assert_eq!(push_out(&world, 3 * MINUTE_MS).await, 1);
    assert_eq!(way.sent().len(), 2);
    let (world, way) = again_meanwhile(true).await;
    assert_eq!(deliveries(&world.db).await, [state("sent", 1, None)]);
    assert_eq!(way.sent().len(), 1);
}

#[tokio::test]
async fn what_is_told_at_the_moment_in_which_a_message_ends_is_not_lost() {
    let (world, way, _, _) = outbid().await;
    world.service.tell_news().await.unwrap();
    let gate = way.hold("push.example");
    let (service, now) = (world.service.clone(), world.now());
    let sending = tokio::spawn(async move { service.push_out(now).await });
    until("it is on its way", async || way.held() == 1).await;
    // told again by another process, which has not committed yet
    let mut tx = world.db.begin().await.unwrap();
    let again = "UPDATE alert SET times = times + 1, last_at = last_at + interval '1 second'";
    sqlx::query(again).execute(&mut *tx).await.unwrap();
    gate.add_permits(10);
    until("the message waits for that", async || common::waiting(&world.db).await == 1).await;
    tx.commit().await.unwrap();
    sending.await.unwrap().unwrap();
    assert_eq!(deliveries(&world.db).await, [state("waiting", 0, None)]);
}

/// Three persons who have news, in as many browsers as they may have, all at this push service.
async fn crowd(world: &World, host: &str) {
    for who in (0..3).map(|n| dealer(&format!("{host}{n}"))) {
        for n in 0..PUSH_DEVICES_MAX {
            let add = browser_at(host, &format!("{}-{n}", who.user_id));
            world.service.add_push_device(&who, &add).await.unwrap();
        }
        told(world, &who, "won", 0).await;
    }
}

#[tokio::test]
async fn a_slow_push_service_holds_up_only_itself() {
    let (world, way, anna, _) = world_with_phone().await;
    let gate = way.hold("slow.example");
    crowd(&world, "slow.example").await;
    told(&world, &anna, "lost", 0).await;
    let (service, now) = (world.service.clone(), world.now().plus_ms(SECOND_MS));
    let sending = tokio::spawn(async move { service.push_out(now).await });
    until("the other one has its message", async || way.sent.lock().unwrap().len() == 1).await;
    until("so many are on their way", async || way.held() == 20).await;
    assert_eq!(way.sent(), [("https://push.example/phone".to_owned(), "zh-CN lost".to_owned())]);
    // places are taken again as they become free, not when the last of them is
    gate.add_permits(1);
    until("one more is on its way", async || way.held() == 21).await;
    gate.add_permits(100);
    assert_eq!(sending.await.unwrap().unwrap(), 31);
    assert_eq!(way.sent().len(), 30);
}

#[tokio::test]
async fn a_running_sender_goes_on_beside_what_hangs_and_ends_when_it_is_told_to() {
    let world = World::with_open_lots(1).await;
    let way = Arc::new(Way::default());
    way.hold("slow.example");
    let (stop, stopped) = watch::channel(false);
    let push = Push { post: Arc::<Way>::clone(&way), words: Arc::new(Words) };
    let running = world.service.push_by(push, stopped);
    let (anna, bert) = (dealer("安"), dealer("伯"));
    world.service.add_push_device(&anna, &browser_at("slow.example", "phone")).await.unwrap();
    told_in(&world, &bert, "desk").await;
    told(&world, &anna, "won", 0).await;
    until("hers hangs", async || way.held() == 1).await;
    for (count, kind) in [(1, "ending"), (2, "won")] {
        told(&world, &bert, kind, 0).await;
        until("his goes out", async || way.sent.lock().unwrap().len() == count).await;
    }
    stop.send_replace(true);
    running.await.unwrap();
    let hers = "SELECT state FROM push_delivery p JOIN alert a ON a.id = p.alert_id WHERE a.user_id = $1";
    let hers: String = sqlx::query_scalar(hers).bind(anna.user_id.0).fetch_one(&world.db).await.unwrap();
    assert_eq!(hers, "waiting", "the next process sends it");
}

#[tokio::test]
async fn what_is_urgent_goes_first_and_a_browser_gets_one_after_the_other() {
    let (world, way, anna, _) = world_with_phone().await;
    for (kind, later_ms) in [("lost", 0), ("won", 10), ("ending", 20)] {
        told(&world, &anna, kind, later_ms).await;
    }
    assert_eq!(push_out(&world, SECOND_MS).await, 3);
    let sent = way.sent.lock().unwrap().clone();
    let urgencies: Vec<Urgency> = sent.iter().map(|(_, message)| message.urgency).collect();
    // and what is older is not shown in the place of what is newer
    assert_eq!(urgencies, [Urgency::High], "{sent:?}");
    let overtaken = state("dropped", 1, Some("overtaken"));
    assert_eq!(deliveries(&world.db).await, [overtaken.clone(), overtaken, state("sent", 1, None)]);
}

#[tokio::test]
async fn two_processes_share_the_browsers() {
    let (world, way, _, _) = world_with_phone().await;
    let other = world.restarted().await;
    let second = Arc::new(Way::default());
    send_by(&other.service, &second);
    crowd(&world, "slow.example").await;
    let now = world.now().plus_ms(SECOND_MS);
    let both = [&world, &other].map(|world| world.service.push_out(now));
    for done in join_all(both.into_iter()).await {
        done.unwrap();
    }
    // what one of them left to the other, which had taken its browser just then
    world.service.push_out(now).await.unwrap();
    let mut to: Vec<String> = way.sent().into_iter().chain(second.sent()).map(|(to, _)| to).collect();
    assert_eq!(to.len(), 30);
    to.sort();
    to.dedup();
    assert_eq!(to.len(), 30, "each once");
}

#[tokio::test]
async fn what_a_search_finds_at_once_is_one_message() {
    let (world, way, anna, bert) = world_with_phone().await;
    told_in(&world, &anna, "desk").await;
    told_in(&world, &bert, "other").await;
    // the car that is there already is no news
    world.service.tell_news().await.unwrap();
    let (all, cheap) = (Uuid::now_v7(), Uuid::now_v7());
    world.service.save_search(&anna, all, "全部", &HallFilter::default()).await.unwrap();
    world.service.save_search(&bert, cheap, "也是", &HallFilter::default()).await.unwrap();
    list_more(&world, 12).await;
    assert_eq!(push_out(&world, 0).await, 0, "more may be found within seconds");
    list_more(&world, 1).await;
    let read = world.service.alerts(&anna, true, 1).await.unwrap();
    assert_eq!(read.total, 13, "the bell has a line for each");
    world.service.read_alerts(&anna, Some(read.alerts[0].id), world.now()).await.unwrap();
    assert_eq!(push_out(&world, 15 * SECOND_MS).await, 3);
    let sent = way.sent.lock().unwrap().clone();
    let tags = sent.iter().filter(|(to, _)| !to.ends_with("other")).map(|(_, message)| message.topic.clone());
    assert_eq!(tags.collect::<Vec<_>>(), [Some(all.simple().to_string()), Some(all.simple().to_string())]);
    let said: Vec<String> = way.sent().into_iter().map(|(_, title)| title).collect();
    assert_eq!(said, ["zh-CN match ×12", "zh-CN match ×13", "zh-CN match ×12"]);
    assert!(deliveries(&world.db).await.iter().all(|one| one.0 == "sent"));
    // the next look finds one
    list_more(&world, 1).await;
    world.service.mute_search(&bert, cheap, true).await.unwrap();
    assert_eq!(push_out(&world, 40 * SECOND_MS).await, 3);
    let said: Vec<String> = way.sent().into_iter().map(|(_, title)| title).collect();
    assert_eq!(said, ["zh-CN match", "zh-CN match"], "and a search that is turned off is quiet at once");
}

#[tokio::test]
async fn a_lead_that_came_back_and_went_is_no_news_any_more() {
    let (world, way, anna, _) = outbid().await;
    world.service.tell_news().await.unwrap();
    assert_eq!(push_out(&world, 0).await, 1);
    told(&world, &anna, "lead_back", 10).await;
    push_out(&world, SECOND_MS).await;
    assert!(deliveries(&world.db).await.contains(&state("dropped", 1, Some("lost again"))));
    bid(&world, &anna, 95_000).await;
    sqlx::query("DELETE FROM alert WHERE kind = 'lead_back'").execute(&world.db).await.unwrap();
    told(&world, &anna, "lead_back", 20).await;
    assert_eq!(push_out(&world, SECOND_MS).await, 1);
    assert_eq!(way.sent().len(), 2);
}

#[tokio::test]
async fn what_was_held_up_does_not_replace_what_is_newer() {
    let (world, way, anna, _) = outbid().await;
    world.service.tell_news().await.unwrap();
    way.then(later(Some(5 * MINUTE_MS)));
    assert_eq!(push_out(&world, 0).await, 1);
    told(&world, &anna, "ending", SECOND_MS).await;
    assert_eq!(push_out(&world, 2 * SECOND_MS).await, 1);
    push_out(&world, 6 * MINUTE_MS).await;
    assert_eq!(deliveries(&world.db).await, [state("dropped", 2, Some("overtaken")), state("sent", 1, None)]);
    assert_eq!(way.sent().len(), 2);
}

#[tokio::test]
async fn a_turn_that_was_answered_is_no_news_and_the_next_one_is() {
    let world = World::with_lots_ending_in(1, 1_200).await;
    let way = Arc::new(Way::default());
    send_by(&world.service, &way);
    let anna = dealer("安");
    told_in(&world, &anna, "phone").await;
    bid(&world, &anna, 60_000).await;
    world.until_closed().await;
    world.service.beat().await.unwrap();
    let sales = staff(&[Role::Sales]);
    let (id, _) = world.service.negotiation_of_lot(&sales, world.lots[0]).await.unwrap().unwrap();
    let act = async |who: &Principal, act: Act| {
        let input = Negotiate { key: Uuid::now_v7(), id, act, then_next_bidder: false };
        world.service.negotiate(who, input).await.unwrap();
        world.service.tell_news().await.unwrap();
    };
    act(&sales, Act::Counter { amount_fen: Fen(7_600_000) }).await;
    act(&anna, Act::StandBy).await;
    let turns = async |world: &World| {
        let query = "SELECT p.state, p.last_error FROM push_delivery p JOIN alert a ON a.id = p.alert_id
                      WHERE a.kind = 'turn' ORDER BY a.made_at";
        let states: Vec<(String, Option<String>)> = sqlx::query_as(query).fetch_all(&world.db).await.unwrap();
        states.into_iter().map(|(state, why)| why.unwrap_or(state)).collect::<Vec<_>>()
    };
    push_out(&world, SECOND_MS).await;
    assert_eq!(turns(&world).await, ["answered"]);
    act(&sales, Act::Counter { amount_fen: Fen(7_000_000) }).await;
    // an outage gave time back: what is said is the deadline that holds
    let given = "UPDATE negotiation SET deadline_at = deadline_at + interval '1 hour'";
    sqlx::query(given).execute(&world.db).await.unwrap();
    push_out(&world, SECOND_MS).await;
    assert_eq!(turns(&world).await, ["answered", "sent"]);
    let last = way.sent.lock().unwrap().last().cloned().unwrap();
    assert_eq!(said(&last.1)["title"], "zh-CN turn");
    let left_s = i64::from(last.1.ttl_s);
    let deadline: i64 =
        sqlx::query_scalar("SELECT (extract(epoch FROM deadline_at) * 1000)::bigint FROM negotiation")
            .fetch_one(&world.db)
            .await
            .unwrap();
    let until_then_s = UnixMs(deadline).since(world.now()) / 1_000;
    assert!((until_then_s - 30..=until_then_s + 1).contains(&left_s), "{left_s} of {until_then_s}");
}

#[tokio::test]
async fn what_only_a_newer_process_knows_is_left_to_it_and_not_for_ever() {
    let (world, way, anna, _) = world_with_phone().await;
    sqlx::query("ALTER TABLE alert DROP CONSTRAINT alert_kind_known").execute(&world.db).await.unwrap();
    told(&world, &anna, "of_tomorrow", 0).await;
    assert_eq!(push_out(&world, MINUTE_MS).await, 0);
    assert_eq!(deliveries(&world.db).await, [state("waiting", 0, None)], "nobody has it");
    assert_eq!(push_out(&world, 25 * 60 * MINUTE_MS).await, 0);
    assert_eq!(deliveries(&world.db).await, [state("dropped", 1, Some("unknown"))]);
    assert!(way.sent().is_empty());
}
