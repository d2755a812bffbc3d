//! News by mail: the way to boxes and the words, which the server gives. `mail_address.rs` is to whom, `mail_choice.rs` which of it,
//! `mail_delivery.rs` sends.

use std::sync::Arc;

use async_trait::async_trait;
use kernel::{Fen, Lang, LotId, NegotiationId, SaleId, UnixMs};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::Service;
use crate::inbox::AlertKind;
use crate::mail_delivery;

/// A mail, ready to be handed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// To which address.
    pub to: String,
    /// Its id, the same each time that it is sent: a box that gets it twice knows it.
    pub message_id: String,
    /// When it was written.
    pub written_at: UnixMs,
    /// What it is about.
    pub subject: String,
    /// As plain text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
    /// Where who gets it says that he wants no more of it (RFC 8058); none where he asked for just this one.
    pub unsubscribe: Option<String>,
}

/// What the mail server says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MailAnswer {
    /// It delivers it.
    Taken,
    /// There is no such box.
    NoSuchBox(String),
    /// It will not take this text, however often it is sent.
    Refused(String),
    /// Not now, or not from us as things are.
    Later(String),
}

/// The way to boxes.
#[async_trait]
pub trait MailPost: Send + Sync {
    /// Whether it is an address that mails can be sent to.
    fn reaches(&self, address: &str) -> bool;
    /// The domain that the mails are from.
    fn domain(&self) -> &str;
    /// Hands a letter over.
    async fn send(&self, letter: &Letter) -> MailAnswer;
}

/// What a letter is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LetterKind {
    /// The code by which an address is confirmed.
    Code,
    /// One piece of news.
    News,
    /// Lost leads of a quarter of an hour.
    Outbid,
    /// What searches have found, in an hour or a day.
    Finds,
}

impl LetterKind {
    /// The name in the database.
    pub(crate) const fn name(self) -> &'static str {
        match self {
            LetterKind::Code => "code",
            LetterKind::News => "news",
            LetterKind::Outbid => "outbid",
            LetterKind::Finds => "finds",
        }
    }

    /// The kind of that name.
    pub(crate) fn from_name(name: &str) -> Option<LetterKind> {
        let all = [LetterKind::Code, LetterKind::News, LetterKind::Outbid, LetterKind::Finds];
        all.into_iter().find(|kind| kind.name() == name)
    }
}

/// A piece of news in a letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailNews {
    /// What happened.
    pub kind: AlertKind,
    /// The lot.
    pub lot_id: Option<LotId>,
    /// Its title, or its sale's name where it is about that; empty where the news is about neither.
    pub title: String,
    /// The negotiation that it is about.
    pub negotiation_id: Option<NegotiationId>,
    /// The sale that it is about.
    pub sale_id: Option<SaleId>,
    /// Until when something has to be done.
    pub answer_by: Option<UnixMs>,
    /// The price then.
    pub price_fen: Option<Fen>,
    /// The store for which the person bid, where it is not his own.
    pub store_name: Option<String>,
    /// The search that found it.
    pub search_name: Option<String>,
    /// How often it happened.
    pub times: i32,
}

/// What is in a letter besides its address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailText {
    /// What it is about.
    pub subject: String,
    /// As plain text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
}

/// What a letter of news has to say.
#[derive(Clone, Debug)]
pub struct MailContent<'a> {
    /// In which language it is read.
    pub lang: Lang,
    /// What it is about.
    pub kind: LetterKind,
    /// At least one, the newest first.
    pub news: &'a [MailNews],
    /// How many more there are.
    pub more: usize,
    /// The path where its reader says that he wants no more of it.
    pub unsubscribe: &'a str,
}

/// The words of letters: they are the pages'.
pub trait MailWords: Send + Sync {
    /// Of the letter with this code.
    fn code(&self, lang: Lang, code: &str) -> MailText;
    /// Of a letter with news.
    fn news(&self, content: &MailContent<'_>) -> MailText;
    /// The whole address of a page.
    fn url(&self, path: &str) -> String;
}

/// Way and words.
#[derive(Clone)]
pub struct Mail {
    /// The way.
    pub post: Arc<dyn MailPost>,
    /// The words.
    pub words: Arc<dyn MailWords>,
    /// How far its readers' clocks are ahead of UTC, in minutes: what goes out once a day goes in the morning.
    pub offset_min: i32,
}

impl Service {
    /// From now on this process sends news by mail on this way; said once, at the start. The task ends when `stop` turns true.
    pub fn mail_by(&self, mail: Mail, stop: watch::Receiver<bool>) -> JoinHandle<()> {
        let mail = self.mail.get_or_init(|| mail).clone();
        tokio::spawn(mail_delivery::run(self.clone(), mail, stop))
    }

    /// Whether mails can go out at all.
    pub fn sends_mail(&self) -> bool {
        self.mail.get().is_some()
    }
}
