//! Sends the news to the browsers that persons are told in, behind everything else.
//!
//! What has to go out is a row that the news itself has made, in its own transaction; here it is taken by one process for a
//! minute, sent, and settled. A process that ends between has it sent twice: the browser shows it once, by its tag. What nobody
//! needs any more (read, over, regained, turned off) is dropped, a browser that is gone is taken off, and what fails is tried a
//! few times. What is urgent goes first, and a push service that is slow holds up only what is for itself.

use std::collections::HashMap;
use std::time::Duration;

use kernel::UnixMs;
use platform_db::Looks;
use serde_json::json;
use tokio::sync::watch;
use tokio::task::{Id, JoinError, JoinSet};
use uuid::Uuid;

use crate::Service;
use crate::inbox::AlertKind;
use crate::push::{Push, PushAnswer, PushMessage, PushNews};
use crate::store::push_deliveries::{self, Due, End, Piece, Room, UnderWay};
use crate::store::push_devices::{self, Which};

/// How often it is looked whether something is due.
const LOOK: Duration = Duration::from_secs(1);
/// So many are under way beside each other.
const AT_ONCE: usize = 50;
/// So many of them to one push service: one that hangs leaves room for the others.
const AT_ONCE_A_HOST: usize = 20;
/// Longer than the way has patience.
const TAKEN_MS: i64 = 60_000;
/// A few minutes with the pauses between; who was away longer finds his news at the bell.
const ATTEMPTS_MAX: i32 = 6;
/// After the first failure; doubled by each that follows.
const FIRST_PAUSE_MS: i64 = 15_000;
/// A push service that asks for more is asked after that.
const LONGEST_PAUSE_MS: i64 = 60 * 60 * 1_000;
/// News without an end of its own is worth a day.
const DAY_MS: i64 = 24 * 60 * 60 * 1_000;
/// A lot that stands still goes on in so long at the least.
const PAUSED_MS: i64 = 10 * 60 * 1_000;
/// What is kept of an error, as the table has it.
const ERROR_CHARS_MAX: usize = 500;
/// Titles are shorter; a message has to fit into 4 kB.
const WORDS_CHARS_MAX: usize = 200;
/// How one stands on a lot: the newest replaces what was said before.
pub(crate) const OF_STANDING: [AlertKind; 7] = [
    AlertKind::Outbid,
    AlertKind::Ending,
    AlertKind::LeadBack,
    AlertKind::Won,
    AlertKind::Lost,
    AlertKind::Transferred,
    AlertKind::Negotiating,
];

/// Runs until `stop` turns true.
pub(crate) async fn run(service: Service, push: Push, stop: watch::Receiver<bool>) {
    let mut looks = Looks::every(LOOK, stop);
    let mut sender = Sender::new(service, push);
    // what is under way when the process stops is sent again by the next
    loop {
        tokio::select! {
            goes_on = looks.next() => if !goes_on { return },
            // its place is free
            Some(ended) = sender.ended() => complain(ended),
        }
        let now = sender.service.now();
        match looks.unless_over(sender.fill(now)).await {
            Some(filled) => complain(filled.map(|_| ())),
            None => return,
        }
    }
}

fn complain(result: Result<(), sqlx::Error>) {
    if let Err(error) = result {
        tracing::warn!(%error, "news could not be sent to browsers; trying again");
    }
}

/// The messages that are under way.
struct Sender {
    service: Service,
    push: Push,
    under_way: JoinSet<Result<(), sqlx::Error>>,
    /// To which browser, at which push service.
    places: HashMap<Id, (Uuid, String)>,
}

impl Sender {
    fn new(service: Service, push: Push) -> Sender {
        Sender { service, push, under_way: JoinSet::new(), places: HashMap::new() }
    }

    /// Sends what is due, as far as there is room. How many messages that were.
    async fn fill(&mut self, now: UnixMs) -> Result<usize, sqlx::Error> {
        let mut count = 0;
        while let Some(room) = self.room() {
            let (db, again_at) = (&self.service.db, now.plus_ms(TAKEN_MS));
            let due = push_deliveries::take(db, now, again_at, room, &self.where_to()).await?;
            if due.is_empty() {
                break;
            }
            count += due.len();
            due.into_iter().for_each(|one| self.begin(one, now));
        }
        Ok(count)
    }

    fn room(&self) -> Option<Room> {
        let free = AT_ONCE.checked_sub(self.under_way.len()).filter(|free| *free > 0)?;
        Some(Room { all: number(free), a_host: number(AT_ONCE_A_HOST) })
    }

    fn where_to(&self) -> UnderWay {
        let mut hosts: HashMap<&str, usize> = HashMap::new();
        for (_, host) in self.places.values() {
            *hosts.entry(host).or_default() += 1;
        }
        let room = |count: usize| number(AT_ONCE_A_HOST.saturating_sub(count));
        UnderWay {
            devices: self.places.values().map(|(device_id, _)| *device_id).collect(),
            hosts: hosts.into_iter().map(|(host, count)| (host.to_owned(), room(count))).collect(),
        }
    }

    fn begin(&mut self, due: Due, now: UnixMs) {
        let place = (due.device_id, due.host.clone());
        let (service, push) = (self.service.clone(), self.push.clone());
        let task = self.under_way.spawn(async move { send(&service, &push, &due, now).await });
        self.places.insert(task.id(), place);
    }

    /// Waits until a message has ended, and says how; what has ended with it is free too. None where nothing is under way.
    async fn ended(&mut self) -> Option<Result<(), sqlx::Error>> {
        let first = self.under_way.join_next_with_id().await?;
        let mut all = self.free(first);
        while let Some(next) = self.under_way.try_join_next_with_id() {
            // what cannot be settled does not stop the others
            all = all.and(self.free(next));
        }
        Some(all)
    }

    fn free(&mut self, ended: Result<(Id, Result<(), sqlx::Error>), JoinError>) -> Result<(), sqlx::Error> {
        let (id, result) =
            ended.unwrap_or_else(|error| (error.id(), Err(sqlx::Error::Io(std::io::Error::other(error)))));
        self.places.remove(&id);
        result
    }
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

async fn send(service: &Service, push: &Push, due: &Due, now: UnixMs) -> Result<(), sqlx::Error> {
    let db = &service.db;
    let message = match message(push, due, now) {
        Ok(message) => message,
        Err(why) => return push_deliveries::settle(db, due, End::Dropped(why), now).await,
    };
    match push.post.send(&due.address, &message).await {
        PushAnswer::Taken => push_deliveries::settle(db, due, End::Sent, now).await,
        PushAnswer::Gone => {
            tracing::info!(user.id = %due.user_id, device.id = %due.device_id, "a browser is not there any more");
            let mut conn = db.acquire().await?;
            push_devices::remove(&mut conn, due.user_id, Which::One(due.device_id), "gone", now).await
        }
        PushAnswer::Refused(why) => {
            tracing::warn!(device.id = %due.device_id, error = why, "a push service takes no message");
            push_deliveries::settle(db, due, End::Failed(&short(&why)), now).await
        }
        PushAnswer::Later { why, .. } if due.attempts >= ATTEMPTS_MAX => {
            tracing::warn!(device.id = %due.device_id, error = why, "a message could not be sent");
            push_deliveries::settle(db, due, End::Failed(&short(&why)), now).await
        }
        PushAnswer::Later { after_ms, why } => {
            let pause_ms = pause_ms(due.attempts, after_ms);
            push_deliveries::later(db, due, &short(&why), now.plus_ms(pause_ms)).await
        }
    }
}

/// What is sent, or why it is not worth it.
fn message(push: &Push, due: &Due, now: UnixMs) -> Result<PushMessage, &'static str> {
    let worth: Vec<Result<(&Piece, i64), &'static str>> =
        due.pieces.iter().map(|piece| worth_ms(piece, now).map(|left_ms| (piece, left_ms))).collect();
    let told: Vec<(&Piece, i64)> = worth.iter().filter_map(|piece| piece.ok()).collect();
    let Some((first, _)) = told.first() else {
        return Err(worth.into_iter().find_map(Result::err).unwrap_or("over"));
    };
    let left_ms = told.iter().map(|(_, left_ms)| *left_ms).max().unwrap_or_default();
    let at = told.iter().map(|(piece, _)| piece.at).max().unwrap_or(first.at);
    let news = PushNews { cars: u32::try_from(told.len()).unwrap_or(u32::MAX), ..first.news.clone() };
    let text = push.words.of(&news);
    let cut = |words: &str| words.chars().take(WORDS_CHARS_MAX).collect::<String>();
    let topic = topic(&news);
    let tag = topic.clone().unwrap_or_else(|| first.alert_id.to_string());
    let text = json!({
        "title": cut(&text.title),
        "body": cut(&text.body),
        "url": text.url,
        "lang": news.lang.tag(),
        "tag": tag,
        "at": at.0,
    });
    let ttl_s = u32::try_from(left_ms / 1_000).unwrap_or(u32::MAX);
    Ok(PushMessage { text: text.to_string(), ttl_s, urgency: due.urgency, topic })
}

/// For how long it is still worth to be read, a second at least; or why it is not any more.
fn worth_ms(piece: &Piece, now: UnixMs) -> Result<i64, &'static str> {
    match piece.news.kind {
        _ if piece.is_read => Err("read"),
        _ if !piece.is_wanted => Err("turned off"),
        // it would replace that
        _ if piece.is_overtaken => Err("overtaken"),
        AlertKind::Outbid if piece.leads => Err("regained"),
        AlertKind::LeadBack if !piece.leads => Err("lost again"),
        AlertKind::Turn | AlertKind::Deadline | AlertKind::SellingTurn | AlertKind::SellingDeadline
            if !piece.has_turn =>
        {
            Err("answered")
        }
        _ => {
            let left_ms = good_until(piece).map_or(0, |until| until.since(now));
            if left_ms >= 1_000 { Ok(left_ms) } else { Err("over") }
        }
    }
}

/// Until when it is worth to be read; never where what it is about is over.
fn good_until(piece: &Piece) -> Option<UnixMs> {
    let a_day = piece.at.plus_ms(DAY_MS);
    match piece.news.kind {
        // what can still be bid on
        AlertKind::Outbid
        | AlertKind::Ending
        | AlertKind::OtherVoided
        | AlertKind::LeadBack
        | AlertKind::Match => {
            let ends_at = piece.ends_at.unwrap_or(piece.at.plus_ms(PAUSED_MS));
            (!piece.is_closed).then(|| UnixMs(ends_at.0.min(a_day.0)))
        }
        _ => Some(piece.news.answer_by.unwrap_or(a_day)),
    }
}

/// How one stands on a lot, whose turn it is in a negotiation, and what a search has found is what it is now: the newest replaces
/// what is not delivered yet. An id in hexadecimal is just as long as a topic may be.
fn topic(news: &PushNews) -> Option<String> {
    let id = match news.kind {
        kind if OF_STANDING.contains(&kind) => news.lot_id?.0,
        AlertKind::Turn
        | AlertKind::Deadline
        | AlertKind::Agreed
        | AlertKind::NoDeal
        | AlertKind::SellingTurn
        | AlertKind::SellingDeadline
        | AlertKind::SellingAgreed
        | AlertKind::SellingNoDeal => news.negotiation_id?.0,
        // a single car stands for itself
        AlertKind::Match if news.cars > 1 => news.search.as_ref()?.id,
        _ => return None,
    };
    Some(id.simple().to_string())
}

/// How long to wait after so many failures; longer where the push service says so.
fn pause_ms(attempts: i32, asked_ms: Option<i64>) -> i64 {
    let doubled = u32::try_from(attempts - 1).unwrap_or_default().min(20);
    (FIRST_PAUSE_MS << doubled).max(asked_ms.unwrap_or_default()).min(LONGEST_PAUSE_MS)
}

fn short(error: &str) -> String {
    error.chars().take(ERROR_CHARS_MAX).collect()
}

impl Service {
    /// Sends what is due at that time, once: for tests, which run no sender of their own. How many messages were taken.
    ///
    /// # Errors
    /// The database's.
    pub async fn push_out(&self, now: UnixMs) -> Result<usize, sqlx::Error> {
        let Some(push) = self.push.get().cloned() else { return Ok(0) };
        let mut sender = Sender::new(self.clone(), push);
        let mut count = sender.fill(now).await?;
        while let Some(ended) = sender.ended().await {
            ended?;
            count += sender.fill(now).await?;
        }
        Ok(count)
    }
}
