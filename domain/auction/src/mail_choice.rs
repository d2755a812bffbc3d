//! Which news goes out by mail, beside the bell and the browsers; and how a reader ends that from the mail itself.

use kernel::{FieldProblem, Principal, Problem, UnixMs};
use platform_db::CommandError;
use uuid::Uuid;

use crate::Service;
use crate::inbox::{ENDING_LEADS_MIN, Topic};
use crate::mail_address::FindsPace;
use crate::store::{alerts, mail_addresses, mail_choices, push_choices};

/// What a person wants to hear of, and where.
#[derive(Clone, Debug)]
pub struct NewsChoice {
    /// Of what at all.
    pub wanted: Vec<Topic>,
    /// What of it in his browsers; none leaves that as it is.
    pub pushed: Option<Vec<Topic>>,
    /// What of it by mail, and how often what searches find; none leaves that as it is.
    pub mailed: Option<(Vec<Topic>, FindsPace)>,
    /// How many minutes before its end he is told of a watched lot.
    pub lead_min: i16,
}

/// What a link in a mail ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailStop {
    /// Mails of one topic.
    Topic(Topic),
    /// All mails.
    All,
}

impl MailStop {
    /// The name in links.
    pub const fn name(self) -> &'static str {
        match self {
            MailStop::Topic(topic) => topic.name(),
            MailStop::All => "all",
        }
    }

    fn from_name(name: &str) -> Option<MailStop> {
        match name {
            "all" => Some(MailStop::All),
            name => Topic::ALL.into_iter().find(|topic| topic.name() == name).map(MailStop::Topic),
        }
    }
}

/// A link of a mail, as it was read from an address.
#[derive(Clone, Debug)]
pub struct MailLink {
    /// To which address the mail went.
    pub to: String,
    /// What it ends.
    pub what: String,
    /// Its signature.
    pub sign: String,
}

/// A link that holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MailStopped {
    /// What it ends.
    pub what: MailStop,
    /// Whether that is so already.
    pub is_over: bool,
    /// Whether nothing at all goes to that address any more.
    pub is_all_over: bool,
}

impl Service {
    /// The topics whose news goes out to this person by mail, as far as he wants to hear of them at all.
    ///
    /// # Errors
    /// Only the database's.
    pub async fn mailed_topics(&self, who: &Principal) -> Result<Vec<Topic>, CommandError> {
        let names = mail_choices::mailed(&self.db, who.user_id).await?;
        Ok(Topic::ALL.into_iter().filter(|topic| names.iter().any(|name| name == topic.name())).collect())
    }

    /// Keeps what this person wants to hear of, and where. Repeats change nothing.
    ///
    /// # Errors
    /// As [`Service::choose_alerts`].
    pub async fn choose_news(&self, who: &Principal, choice: &NewsChoice) -> Result<(), CommandError> {
        if !ENDING_LEADS_MIN.contains(&choice.lead_min) {
            return Err(Problem::fields(vec![FieldProblem::new("lead", "OUT_OF_RANGE")]).into());
        }
        let now = self.now();
        let mut tx = self.db.begin().await?;
        alerts::choose(&mut tx, who.user_id, &choice.wanted, choice.lead_min).await?;
        if let Some(pushed) = &choice.pushed {
            push_choices::choose(&mut tx, who.user_id, pushed).await?;
        }
        if let Some((mailed, pace)) = &choice.mailed {
            mail_choices::choose(&mut tx, who.user_id, mailed).await?;
            let finds_at = self.finds_from(*pace, now);
            mail_addresses::keep_pace(&mut tx, who.user_id, *pace, finds_at).await?;
        }
        Ok(tx.commit().await?)
    }

    /// From when on finds go out at that pace.
    fn finds_from(&self, pace: FindsPace, now: UnixMs) -> UnixMs {
        const HOUR_MS: i64 = 60 * 60 * 1000;
        match pace {
            FindsPace::Day => self.next_morning(now),
            FindsPace::Hour => now.plus_ms(HOUR_MS - now.0.rem_euclid(HOUR_MS)),
        }
    }

    /// What a link in a mail ends.
    ///
    /// # Errors
    /// `NOT_FOUND` for one that we did not write.
    pub async fn mail_link(&self, link: &MailLink) -> Result<MailStopped, CommandError> {
        let (id, what) = self.read_link(link)?;
        let is_over = mail_choices::is_stopped(&self.db, id, what).await?;
        let is_all_over = mail_choices::is_stopped(&self.db, id, MailStop::All).await?;
        Ok(MailStopped { what, is_over, is_all_over })
    }

    /// Ends what a link in a mail ends; or, with `all`, every mail to that address. Whoever has the mail may do it, signed in or not.
    /// Repeats change nothing.
    ///
    /// # Errors
    /// `NOT_FOUND` for a link that we did not write.
    pub async fn stop_mail(&self, link: &MailLink, all: bool) -> Result<MailStop, CommandError> {
        let (id, what) = self.read_link(link)?;
        let what = if all { MailStop::All } else { what };
        let mut tx = self.db.begin().await?;
        if let Some(user_id) = mail_addresses::owner(&mut tx, id).await? {
            mail_addresses::in_turn(&mut tx, user_id).await?;
            match what {
                MailStop::All => {
                    mail_addresses::remove(&mut tx, user_id, Some(id), "unsubscribed", self.now()).await?;
                }
                MailStop::Topic(topic) => mail_choices::stop(&mut tx, user_id, topic).await?,
            }
        }
        tx.commit().await?;
        Ok(what)
    }

    fn read_link(&self, link: &MailLink) -> Result<(Uuid, MailStop), CommandError> {
        let id: Option<Uuid> = link.to.parse().ok();
        let what = MailStop::from_name(&link.what);
        match id.zip(what) {
            Some((id, what)) if self.mail_secret().signed(id, what.name(), &link.sign) => Ok((id, what)),
            _ => Err(Problem::not_found().into()),
        }
    }

    /// The path of the link that ends this.
    pub(crate) fn stop_path(&self, address_id: Uuid, what: MailStop) -> String {
        let sign = self.mail_secret().signature(address_id, what.name());
        format!("/mail/unsubscribe?to={address_id}&what={}&sign={sign}", what.name())
    }
}
