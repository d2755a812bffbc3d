//! Sends the news to the browsers that persons are told in, behind everything else.
//!
//! What has to go out is a row that the news itself has made, in its own transaction; here it is taken by one process for a
//! minute, sent, and settled. A process that ends between has it sent twice: the browser shows it once, by its tag. What nobody
//! needs any more (read, over, regained) is dropped, a browser that is gone is taken off, and what fails is tried a few times.

use std::time::Duration;

use kernel::UnixMs;
use platform_db::Looks;
use serde_json::json;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::Service;
use crate::inbox::AlertKind;
use crate::push::{Push, PushAnswer, PushMessage, Urgency};
use crate::store::push_deliveries::{self, Due};
use crate::store::push_devices::{self, Which};

/// How often it is looked whether something is due.
const LOOK: Duration = Duration::from_secs(1);
/// So many go out beside each other. One that hangs holds up these, as long as the way has patience.
const AT_ONCE: i64 = 50;
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

/// Runs until `stop` turns true.
pub(crate) async fn run(service: Service, push: Push, stop: watch::Receiver<bool>) {
    let mut looks = Looks::every(LOOK, stop);
    while looks.next().await {
        // what is under way when the process stops is sent again by the next
        if let Some(Err(error)) = looks.unless_over(send_due(&service, &push)).await {
            tracing::warn!(%error, "news could not be sent to browsers; trying again");
        }
    }
}

/// Sends all that is due. A batch may wait for a slow push service, so each begins with the time that it is by then.
async fn send_due(service: &Service, push: &Push) -> Result<(), sqlx::Error> {
    while is_full(send_batch(service, push, service.now()).await?) {}
    Ok(())
}

fn is_full(taken: usize) -> bool {
    i64::try_from(taken) == Ok(AT_ONCE)
}

/// Sends a batch of what is due. How many were taken.
async fn send_batch(service: &Service, push: &Push, now: UnixMs) -> Result<usize, sqlx::Error> {
    let due = push_deliveries::take(&service.db, now, now.plus_ms(TAKEN_MS), AT_ONCE).await?;
    let count = due.len();
    let mut under_way = JoinSet::new();
    for one in due {
        let (service, push) = (service.clone(), push.clone());
        under_way.spawn(async move { send(&service, &push, &one, now).await });
    }
    // what cannot be settled does not stop the others
    let mut failed = Ok(());
    while let Some(done) = under_way.join_next().await {
        let done = done.unwrap_or_else(|error| Err(sqlx::Error::Io(std::io::Error::other(error))));
        failed = failed.and(done);
    }
    failed.map(|()| count)
}

async fn send(service: &Service, push: &Push, due: &Due, now: UnixMs) -> Result<(), sqlx::Error> {
    let db = &service.db;
    let message = match message(push, due, now) {
        Ok(message) => message,
        Err(why) => return push_deliveries::end(db, due, "dropped", why, now).await,
    };
    match push.post.send(&due.address, &message).await {
        PushAnswer::Taken => push_deliveries::sent(db, due, now).await,
        PushAnswer::Gone => {
            tracing::info!(user.id = %due.user_id, device.id = %due.device_id, "a browser is not there any more");
            let mut conn = db.acquire().await?;
            push_devices::remove(&mut conn, due.user_id, Which::One(due.device_id), "gone", now).await
        }
        PushAnswer::Refused(why) => {
            tracing::warn!(device.id = %due.device_id, error = why, "a push service takes no message");
            push_deliveries::end(db, due, "failed", &short(&why), now).await
        }
        PushAnswer::Later { why, .. } if due.attempts >= ATTEMPTS_MAX => {
            tracing::warn!(device.id = %due.device_id, error = why, "a message could not be sent");
            push_deliveries::end(db, due, "failed", &short(&why), now).await
        }
        PushAnswer::Later { after_ms, why } => {
            let pause_ms = pause_ms(due.attempts, after_ms);
            push_deliveries::later(db, due, &short(&why), now.plus_ms(pause_ms)).await
        }
    }
}

/// What is sent, or why it is not worth it.
fn message(push: &Push, due: &Due, now: UnixMs) -> Result<PushMessage, &'static str> {
    if due.is_read {
        return Err("read");
    }
    if due.leads && due.news.kind == AlertKind::Outbid {
        return Err("regained");
    }
    let left_ms = good_until(due).map_or(0, |until| until.since(now));
    let ttl_s = u32::try_from(left_ms / 1_000).ok().filter(|seconds| *seconds > 0).ok_or("over")?;
    let text = push.words.of(&due.news);
    let cut = |words: &str| words.chars().take(WORDS_CHARS_MAX).collect::<String>();
    let topic = topic(due);
    let tag = topic.clone().unwrap_or_else(|| due.alert_id.to_string());
    let text = json!({
        "title": cut(&text.title),
        "body": cut(&text.body),
        "url": text.url,
        "lang": due.news.lang.tag(),
        "tag": tag,
        "at": due.at.0,
    });
    Ok(PushMessage { text: text.to_string(), ttl_s, urgency: urgency(due.news.kind), topic })
}

/// Until when it is worth to be read; never where what it is about is over.
fn good_until(due: &Due) -> Option<UnixMs> {
    let a_day = due.at.plus_ms(DAY_MS);
    match due.news.kind {
        // what can still be bid on
        AlertKind::Outbid
        | AlertKind::Ending
        | AlertKind::OtherVoided
        | AlertKind::LeadBack
        | AlertKind::Match => {
            let ends_at = due.ends_at.unwrap_or(due.at.plus_ms(PAUSED_MS));
            (!due.is_closed).then(|| UnixMs(ends_at.0.min(a_day.0)))
        }
        _ => Some(due.news.answer_by.unwrap_or(a_day)),
    }
}

fn urgency(kind: AlertKind) -> Urgency {
    match kind {
        AlertKind::Outbid
        | AlertKind::Ending
        | AlertKind::Turn
        | AlertKind::Deadline
        | AlertKind::ReportChanged
        | AlertKind::TopUp => Urgency::High,
        AlertKind::Match | AlertKind::Lost => Urgency::Low,
        _ => Urgency::Normal,
    }
}

/// How one stands on a lot, and whose turn it is in a negotiation, is what it is now: the newest replaces what is not delivered
/// yet. An id in hexadecimal is just as long as a topic may be.
fn topic(due: &Due) -> Option<String> {
    let id = match due.news.kind {
        AlertKind::Outbid
        | AlertKind::Ending
        | AlertKind::LeadBack
        | AlertKind::Won
        | AlertKind::Lost
        | AlertKind::Negotiating => due.news.lot_id?.0,
        AlertKind::Turn | AlertKind::Deadline | AlertKind::Agreed | AlertKind::NoDeal => {
            due.news.negotiation_id?.0
        }
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
    /// Sends what is due at that time, once: for tests, which run no sender of their own. How many were taken.
    ///
    /// # Errors
    /// The database's.
    pub async fn push_out(&self, now: UnixMs) -> Result<usize, sqlx::Error> {
        let Some(push) = self.push.get().cloned() else { return Ok(0) };
        let mut taken = 0;
        loop {
            let count = send_batch(self, &push, now).await?;
            taken += count;
            if !is_full(count) {
                return Ok(taken);
            }
        }
    }
}
