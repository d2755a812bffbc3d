//! Sends news by mail, behind everything else.
//!
//! What has to be told is a row that the news itself has made, in its own transaction. Here such rows are put into letters, and
//! letters are taken by one process for two minutes, handed to the mail server, and settled. A process that ends between has it
//! sent twice, under the same Message-ID: no mail box loses one, and most show one. What nobody needs any more is left out when the
//! letter's turn comes, and a letter of which nothing is left is dropped.

use std::collections::HashSet;
use std::time::Duration;

use kernel::UnixMs;
use platform_db::Looks;
use tokio::sync::watch;
use tokio::task::JoinSet;

use crate::Service;
use crate::inbox::{AlertKind, Topic};
use crate::mail::{Letter, LetterKind, Mail, MailAnswer, MailContent, MailNews, MailText};
use crate::mail_address::CODE_MS;
use crate::mail_choice::MailStop;
use crate::store::mail_addresses;
use crate::store::mail_deliveries::{self as deliveries, Due, End, Item, Pace};

/// How often it is looked whether something is due.
const LOOK: Duration = Duration::from_secs(2);
/// How many looks lie between two clean-ups.
const LOOKS_A_CLEANING: u32 = 300;
/// So many letters go out beside each other: mail servers let a sender have few connections.
const AT_ONCE: usize = 4;
/// So many addresses are written to between two looks at what is due.
const ADDRESSES_AT_ONCE: i64 = 200;
/// Longer than the way has patience.
const TAKEN_MS: i64 = 2 * 60_000;
/// After the first failure; doubled by each that follows.
const FIRST_PAUSE_MS: i64 = 60_000;
/// A mail server that is away for long is asked so often.
const LONGEST_PAUSE_MS: i64 = 60 * 60_000;
/// News that could not be sent for so long is no news any more.
const DAY_MS: i64 = 24 * 60 * 60_000;
/// Of lost leads one letter in so long.
const OUTBID_PAUSE_MS: i64 = 15 * 60_000;
/// What waits for the letter before it is looked at again after so long.
const BEFORE_MS: i64 = 60_000;
/// More cars nobody reads of in one mail.
const NEWS_A_LETTER_MAX: usize = 40;
/// So much of a letter is looked at to find them; what is beyond is counted only.
const LOOKED_AT_MAX: i64 = 400;
/// What is kept of an error, as the table has it.
const ERROR_CHARS_MAX: usize = 500;
/// Letters that were settled are kept so long, to see what became of them.
const KEPT_MS: i64 = 30 * DAY_MS;
/// So many are removed at once.
const FORGOTTEN_AT_ONCE: i64 = 5_000;

/// Runs until `stop` turns true.
pub(crate) async fn run(service: Service, mail: Mail, stop: watch::Receiver<bool>) {
    let mut looks = Looks::every(LOOK, stop);
    let mut looked: u32 = 0;
    while looks.next().await {
        // what is under way when the process stops is sent again by the next
        if let Some(Err(error)) = looks.unless_over(look(&service, &mail)).await {
            tracing::warn!(%error, "news could not be sent by mail; trying again");
        }
        looked = looked.wrapping_add(1);
        if looked.is_multiple_of(LOOKS_A_CLEANING)
            && let Err(error) = forget(&service).await
        {
            tracing::warn!(%error, "old letters could not be removed; trying again later");
        }
    }
}

async fn forget(service: &Service) -> Result<(), sqlx::Error> {
    let before = service.now().plus_ms(-KEPT_MS);
    deliveries::forget(&service.db, before, FORGOTTEN_AT_ONCE).await?;
    mail_addresses::forget(&service.db, before, FORGOTTEN_AT_ONCE).await
}

async fn look(service: &Service, mail: &Mail) -> Result<(), sqlx::Error> {
    write_due(service, service.now()).await?;
    let mut under_way = JoinSet::new();
    // what cannot be settled does not stop the others
    let mut failed = Ok(());
    loop {
        let room = AT_ONCE - under_way.len();
        let now = service.now();
        let due = take(service, now, room).await.unwrap_or_else(|error| {
            // who is under way ends: a letter that was handed over and not settled would go out twice
            failed = std::mem::replace(&mut failed, Ok(())).and(Err(error));
            Vec::new()
        });
        for due in due {
            let (service, mail) = (service.clone(), mail.clone());
            under_way.spawn(async move { send(&service, &mail, &due, now).await });
        }
        match under_way.join_next().await {
            Some(done) => {
                let done = done.unwrap_or_else(|error| Err(sqlx::Error::Io(std::io::Error::other(error))));
                failed = failed.and(done);
            }
            None => return failed,
        }
    }
}

async fn take(service: &Service, now: UnixMs, most: usize) -> Result<Vec<Due>, sqlx::Error> {
    let most = i64::try_from(most).unwrap_or(i64::MAX);
    deliveries::take(&service.db, now, now.plus_ms(TAKEN_MS), most).await
}

/// Puts what is due into letters.
async fn write_due(service: &Service, now: UnixMs) -> Result<(), sqlx::Error> {
    let pace = Pace {
        now,
        since: now.plus_ms(-DAY_MS),
        outbid_next: now.plus_ms(OUTBID_PAUSE_MS),
        again_at: now.plus_ms(BEFORE_MS),
    };
    for address in deliveries::to_write(&service.db, now, ADDRESSES_AT_ONCE).await? {
        deliveries::write(&service.db, address, pace).await?;
    }
    Ok(())
}

async fn send(service: &Service, mail: &Mail, due: &Due, now: UnixMs) -> Result<(), sqlx::Error> {
    let db = &service.db;
    let letter = match letter(service, mail, due, now).await? {
        Ok(letter) => letter,
        Err(why) => return deliveries::end(db, due, End::Dropped(why), now).await,
    };
    match mail.post.send(&letter).await {
        MailAnswer::Taken => {
            let outbid_next = service.now().max(now).plus_ms(OUTBID_PAUSE_MS);
            deliveries::end(db, due, End::Sent { outbid_next }, now).await
        }
        MailAnswer::NoSuchBox(why) => {
            tracing::info!(address.id = %due.address_id, error = why, "a mail box is not there");
            deliveries::end(db, due, End::Failed(&short(&why)), now).await?;
            let mut tx = db.begin().await?;
            mail_addresses::bounced(&mut tx, due.address_id, &short(&why), now).await?;
            tx.commit().await
        }
        MailAnswer::Refused(why) => {
            tracing::warn!(letter.id = %due.id, error = why, "the mail server takes no such mail");
            deliveries::end(db, due, End::Failed(&short(&why)), now).await
        }
        MailAnswer::Later(why) if now.since(due.made_at) >= DAY_MS => {
            tracing::warn!(letter.id = %due.id, error = why, "a mail could not be sent for a day");
            deliveries::end(db, due, End::Failed(&short(&why)), now).await
        }
        MailAnswer::Later(why) => {
            tracing::warn!(letter.id = %due.id, attempts = due.attempts, error = why, "a mail has to wait");
            deliveries::later(db, due, &short(&why), now.plus_ms(pause_ms(due.attempts))).await
        }
    }
}

/// The letter as it is sent now, or why there is none.
async fn letter(
    service: &Service,
    mail: &Mail,
    due: &Due,
    now: UnixMs,
) -> Result<Result<Letter, &'static str>, sqlx::Error> {
    let Some(address) = &due.address else { return Ok(Err("removed")) };
    let age_ms = now.since(due.made_at);
    // out of a backup, or while there was no mail server: news of another day. And one that ends its task each time
    if age_ms >= 2 * DAY_MS || age_ms >= DAY_MS && due.attempts <= 1 {
        return Ok(Err("too late"));
    }
    let letter = |text: MailText, unsubscribe: Option<String>| Letter {
        to: address.clone(),
        message_id: format!("{}@{}", due.id, mail.post.domain()),
        written_at: due.made_at,
        subject: text.subject,
        text: text.text,
        html: text.html,
        unsubscribe,
    };
    if let Some(code_id) = due.code_id {
        if now.since(due.made_at) >= CODE_MS {
            return Ok(Err("run out"));
        }
        let code = service.mail_secret().code(code_id, address);
        return Ok(Ok(letter(mail.words.code(due.lang, &code), None)));
    }
    let (items, unread) = deliveries::items(&service.db, due.id, LOOKED_AT_MAX).await?;
    let mut news = match still_news(items, now) {
        Ok(news) => news,
        Err(why) => return Ok(Err(why)),
    };
    let stop = stop_of(due.kind, news[0].kind);
    let unsubscribe = service.stop_path(due.address_id, stop);
    let more = news.len().saturating_sub(NEWS_A_LETTER_MAX) + unread;
    news.truncate(NEWS_A_LETTER_MAX);
    let content =
        MailContent { lang: due.lang, kind: due.kind, news: &news, more, unsubscribe: &unsubscribe };
    // a mail box ends mails like this one with one press; where only all can be ended, a person has to say so on the page
    let at_once = (stop != MailStop::All).then(|| mail.words.url(&unsubscribe));
    Ok(Ok(letter(mail.words.news(&content), at_once)))
}

/// What of a letter is worth telling: at least one; or why nothing is. A lost lead that is there twice is told once.
fn still_news(items: Vec<Item>, now: UnixMs) -> Result<Vec<MailNews>, &'static str> {
    let mut why = "nothing";
    let mut news: Vec<MailNews> = Vec::new();
    // the same may be said of a lot twice: it was found by two searches, or its lead was lost again in another line
    let mut said = HashSet::new();
    for item in items {
        let is_once = [AlertKind::Outbid, AlertKind::Match].contains(&item.news.kind);
        match over(&item, now) {
            Some(reason) => why = reason,
            None if is_once && !said.insert((item.news.kind.name(), item.news.lot_id)) => {}
            None => news.push(item.news),
        }
    }
    if news.is_empty() { Err(why) } else { Ok(news) }
}

/// Why nobody needs it any more.
fn over(item: &Item, now: UnixMs) -> Option<&'static str> {
    let is_late = item.news.answer_by.is_some_and(|by| by <= now);
    match item.news.kind {
        _ if !item.is_wanted => Some("unwanted"),
        _ if item.is_read => Some("read"),
        _ if item.is_told_again => Some("told again"),
        AlertKind::Outbid if item.leads => Some("regained"),
        // what can still be bid on
        AlertKind::Outbid | AlertKind::Ending | AlertKind::LeadBack | AlertKind::Match if item.is_closed => {
            Some("over")
        }
        AlertKind::LeadBack if !item.leads => Some("lost again"),
        AlertKind::Turn | AlertKind::Deadline | AlertKind::SellingTurn | AlertKind::SellingDeadline
            if is_late || !item.is_turn =>
        {
            Some("over")
        }
        AlertKind::ReportChanged | AlertKind::TopUp if is_late => Some("over"),
        _ => None,
    }
}

/// What the link at the end of a letter ends: the topic of it, or everything where it has none.
fn stop_of(letter: LetterKind, first: AlertKind) -> MailStop {
    let topic = match (letter, first) {
        (LetterKind::Finds, _) | (_, AlertKind::Match) => Topic::Match,
        (LetterKind::Outbid, _) | (_, AlertKind::Outbid) => Topic::Outbid,
        (_, AlertKind::Ending) => Topic::Ending,
        (_, AlertKind::Won | AlertKind::Lost | AlertKind::Transferred | AlertKind::Negotiating) => {
            Topic::Result
        }
        (_, AlertKind::Turn | AlertKind::Deadline | AlertKind::Agreed | AlertKind::NoDeal) => {
            Topic::Negotiation
        }
        (
            _,
            AlertKind::SellingSold
            | AlertKind::SellingUnsold
            | AlertKind::SellingTurn
            | AlertKind::SellingDeadline
            | AlertKind::SellingAgreed
            | AlertKind::SellingNoDeal,
        ) => Topic::Selling,
        (_, AlertKind::SaleChanged | AlertKind::SaleCalledOff | AlertKind::LotWithdrawn) => Topic::Sale,
        _ => return MailStop::All,
    };
    MailStop::Topic(topic)
}

/// How long to wait after so many failures.
fn pause_ms(attempts: i32) -> i64 {
    let doubled = u32::try_from(attempts - 1).unwrap_or_default().min(20);
    (FIRST_PAUSE_MS << doubled).min(LONGEST_PAUSE_MS)
}

fn short(error: &str) -> String {
    error.chars().take(ERROR_CHARS_MAX).collect()
}

impl Service {
    /// Writes and sends what is due at that time, once: for tests, which run no sender of their own. How many letters were taken.
    ///
    /// # Errors
    /// The database's.
    pub async fn mail_out(&self, now: UnixMs) -> Result<usize, sqlx::Error> {
        let Some(mail) = self.mail.get().cloned() else { return Ok(0) };
        write_due(self, now).await?;
        let mut taken = 0;
        loop {
            let due = take(self, now, AT_ONCE).await?;
            if due.is_empty() {
                return Ok(taken);
            }
            taken += due.len();
            for one in due {
                send(self, &mail, &one, now).await?;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use kernel::LotId;
    use uuid::Uuid;

    use super::*;

    fn item(kind: AlertKind) -> Item {
        let news = MailNews {
            kind,
            lot_id: Some(LotId(Uuid::from_u128(1))),
            title: "大众 朗逸".to_owned(),
            negotiation_id: None,
            sale_id: None,
            answer_by: None,
            price_fen: None,
            search_name: None,
            store_name: None,
            times: 1,
        };
        Item {
            news,
            is_wanted: true,
            is_read: false,
            is_closed: false,
            leads: false,
            is_turn: true,
            is_told_again: false,
        }
    }

    fn by(kind: AlertKind, at: i64) -> Item {
        let mut item = item(kind);
        item.news.answer_by = Some(UnixMs(at));
        item
    }

    #[test]
    fn what_nobody_needs_any_more_is_left_out() {
        let now = UnixMs(1_000);
        let why = |item: Item| over(&item, now);
        assert_eq!(why(item(AlertKind::Outbid)), None);
        assert_eq!(why(Item { leads: true, ..item(AlertKind::Outbid) }), Some("regained"));
        assert_eq!(why(Item { is_closed: true, ..item(AlertKind::Outbid) }), Some("over"));
        assert_eq!(why(Item { is_read: true, ..item(AlertKind::Won) }), Some("read"));
        assert_eq!(why(Item { is_wanted: false, ..item(AlertKind::Won) }), Some("unwanted"));
        assert_eq!(why(Item { is_closed: true, ..item(AlertKind::Won) }), None);
        assert_eq!(why(item(AlertKind::LeadBack)), Some("lost again"));
        assert_eq!(why(Item { is_told_again: true, ..item(AlertKind::ReportChanged) }), Some("told again"));
        assert_eq!(why(by(AlertKind::Turn, 2_000)), None);
        assert_eq!(why(by(AlertKind::Turn, 1_000)), Some("over"));
        assert_eq!(why(Item { is_turn: false, ..by(AlertKind::Deadline, 2_000) }), Some("over"));
        assert_eq!(why(by(AlertKind::TopUp, 999)), Some("over"));
    }

    #[test]
    fn a_car_stands_in_a_letter_once() {
        let twice = vec![item(AlertKind::Match), item(AlertKind::Match), item(AlertKind::Outbid)];
        assert_eq!(still_news(twice, UnixMs(0)).map(|news| news.len()), Ok(2));
        let read = Item { is_read: true, ..item(AlertKind::Match) };
        assert_eq!(still_news(vec![read], UnixMs(0)), Err("read"));
        assert_eq!(still_news(Vec::new(), UnixMs(0)), Err("nothing"));
    }

    #[test]
    fn pauses_grow_to_an_hour() {
        assert_eq!([1, 2, 3, 7, 40].map(pause_ms), [60_000, 120_000, 240_000, 3_600_000, 3_600_000]);
    }
}
