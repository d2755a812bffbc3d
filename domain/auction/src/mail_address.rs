//! The address that a person wants to be told at by mail: typed, confirmed by a code that was sent there, taken off again.

use kernel::{FieldProblem, Lang, Principal, Problem, ProblemKind, UnixMs};
use platform_db::CommandError;
use serde_json::json;
use sqlx::PgConnection;
use uuid::Uuid;

use crate::Service;
use crate::consumer::UserChanged;
use crate::mail::Mail;
use crate::mail_secret::MailSecret;
use crate::store::mail_addresses::{self, Added, NewCode};

/// A code is good for so long: a mail may take its time, and a person too.
pub(crate) const CODE_MS: i64 = 30 * 60 * 1000;
/// As the table has it; so few guesses of a million are none.
pub(crate) const CODE_TRIES_MAX: i32 = 5;
/// So soon no other code is sent.
const CODE_PAUSE_MS: i64 = 60_000;
/// More codes nobody needs in a day, at however many addresses.
pub(crate) const CODES_A_PERSON_MAX: i64 = 10;
/// Nor at one address, whoever asks: nobody's box is filled from here.
pub(crate) const CODES_A_BOX_MAX: i64 = 5;
/// Over which the two are counted.
const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// How often what searches find goes out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FindsPace {
    /// At most once an hour.
    Hour,
    /// Once a day, in the morning.
    Day,
}

impl FindsPace {
    /// Both.
    pub const ALL: [FindsPace; 2] = [FindsPace::Hour, FindsPace::Day];

    /// The name in forms and in text keys.
    pub const fn name(self) -> &'static str {
        match self {
            FindsPace::Hour => "hour",
            FindsPace::Day => "day",
        }
    }

    /// As the table has it.
    pub(crate) const fn seconds(self) -> i32 {
        match self {
            FindsPace::Hour => 60 * 60,
            FindsPace::Day => 24 * 60 * 60,
        }
    }

    pub(crate) fn from_seconds(seconds: i32) -> FindsPace {
        if seconds == FindsPace::Hour.seconds() { FindsPace::Hour } else { FindsPace::Day }
    }
}

/// A person's address, and what has become of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailAddress {
    /// Its id.
    pub id: Uuid,
    /// The address.
    pub address: String,
    /// Since when.
    pub made_at: UnixMs,
    /// When its person confirmed it; nothing is sent there before.
    pub confirmed_at: Option<UnixMs>,
    /// When something was last sent there.
    pub told_at: Option<UnixMs>,
    /// What the mail server said when there was no such box; nothing more is sent there.
    pub bounced_why: Option<String>,
    /// How often what searches find goes out.
    pub finds: FindsPace,
}

/// An address that a person wants to be told at.
#[derive(Clone, Debug)]
pub struct AddMailAddress {
    /// Made by the sender; a repeat changes nothing. The address's id from then on.
    pub key: Uuid,
    /// The address.
    pub address: String,
}

impl Service {
    /// The address at which this person is told, or will be once it is confirmed.
    ///
    /// # Errors
    /// Only the database's.
    pub async fn mail_address(&self, who: &Principal) -> Result<Option<MailAddress>, CommandError> {
        Ok(mail_addresses::of(&self.db, who.user_id).await?)
    }

    /// Takes down an address, and sends a code there.
    ///
    /// # Errors
    /// `NOT_A_DEALER`, `MAIL_OFF`, `INVALID_FIELDS` (address), `MAIL_ADDRESS_THERE`, `TOO_MANY_MAIL_CODES`, `MAIL_CODE_TOO_SOON`.
    pub async fn add_mail_address(&self, who: &Principal, add: &AddMailAddress) -> Result<(), CommandError> {
        who.dealer().ok_or_else(|| Problem::new(ProblemKind::Forbidden, "NOT_A_DEALER"))?;
        let mail = self.mail_or_off()?;
        let address = add.address.trim();
        if !mail.post.reaches(address) {
            return Err(Problem::fields(vec![FieldProblem::new("address", "NOT_A_MAIL_ADDRESS")]).into());
        }
        let now = self.now();
        let finds_at = self.next_morning(now);
        let mut tx = self.db.begin().await?;
        mail_addresses::in_turn(&mut tx, who.user_id).await?;
        let added = mail_addresses::insert(&mut tx, who, add.key, address, (now, finds_at)).await?;
        match added {
            Added::Before => return Ok(()),
            Added::AnotherIsThere => return Err(conflict("MAIL_ADDRESS_THERE")),
            Added::Now => self.send_code(&mut tx, who, (add.key, add.key), address, now).await?,
        }
        Ok(tx.commit().await?)
    }

    /// Sends another code to an address that is not confirmed; the one before is good no more. The key is the sender's; a repeat
    /// sends none.
    ///
    /// # Errors
    /// `MAIL_OFF`, `NOT_FOUND`, `TOO_MANY_MAIL_CODES`, `MAIL_CODE_TOO_SOON`.
    pub async fn send_mail_code(&self, who: &Principal, key: Uuid, id: Uuid) -> Result<(), CommandError> {
        self.mail_or_off()?;
        let now = self.now();
        let mut tx = self.db.begin().await?;
        mail_addresses::in_turn(&mut tx, who.user_id).await?;
        let Some(there) = mail_addresses::there(&mut tx, who.user_id, id).await? else {
            return Err(Problem::not_found().into());
        };
        if there.is_confirmed {
            return Ok(());
        }
        mail_addresses::try_again(&mut tx, id).await?;
        self.send_code(&mut tx, who, (key, id), &there.address, now).await?;
        Ok(tx.commit().await?)
    }

    async fn send_code(
        &self,
        conn: &mut PgConnection,
        who: &Principal,
        (code_id, address_id): (Uuid, Uuid),
        address: &str,
        now: UnixMs,
    ) -> Result<(), CommandError> {
        let code =
            NewCode { id: code_id, address_id, box_hash: self.mail_secret().box_hash(address), at: now };
        if mail_addresses::has_code(conn, code_id).await? {
            return Ok(());
        }
        let sent = mail_addresses::sent_codes(conn, who.user_id, &code, now.plus_ms(-DAY_MS)).await?;
        if sent.by_person >= CODES_A_PERSON_MAX || sent.to_box >= CODES_A_BOX_MAX {
            let problem = Problem::new(ProblemKind::Busy, "TOO_MANY_MAIL_CODES");
            return Err(problem.with(json!({ "most": CODES_A_BOX_MAX })).into());
        }
        if sent.last_at.is_some_and(|at| now.since(at) < CODE_PAUSE_MS) {
            return Err(Problem::new(ProblemKind::Busy, "MAIL_CODE_TOO_SOON").into());
        }
        Ok(mail_addresses::add_code(conn, who.user_id, &code).await?)
    }

    /// From now on this person is told at that address: he has the code that was sent there. Repeats change nothing.
    ///
    /// # Errors
    /// `NOT_FOUND`, `MAIL_CODE_WRONG`, `MAIL_CODE_RUN_OUT`.
    pub async fn confirm_mail_address(
        &self,
        who: &Principal,
        id: Uuid,
        typed: &str,
    ) -> Result<(), CommandError> {
        let now = self.now();
        let mut tx = self.db.begin().await?;
        mail_addresses::in_turn(&mut tx, who.user_id).await?;
        let Some(there) = mail_addresses::there(&mut tx, who.user_id, id).await? else {
            return Err(Problem::not_found().into());
        };
        if there.is_confirmed {
            return Ok(());
        }
        let Some(code) = mail_addresses::newest_code(&mut tx, id).await? else {
            return Err(conflict("MAIL_CODE_RUN_OUT"));
        };
        if code.tries >= CODE_TRIES_MAX || now.since(code.at) >= CODE_MS {
            return Err(conflict("MAIL_CODE_RUN_OUT"));
        }
        let typed: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
        if self.mail_secret().code(code.id, &there.address) == typed {
            mail_addresses::confirm(&mut tx, id, self.next_morning(now), now).await?;
            return Ok(tx.commit().await?);
        }
        mail_addresses::tried(&mut tx, code.id).await?;
        tx.commit().await?;
        let left = CODE_TRIES_MAX - code.tries - 1;
        Err(Problem::new(ProblemKind::Invalid, "MAIL_CODE_WRONG").with(json!({ "left": left })).into())
    }

    /// Tells this person nothing more by mail, and forgets the address. Repeats change nothing.
    ///
    /// # Errors
    /// `NOT_FOUND` for what is not this person's.
    pub async fn remove_mail_address(&self, who: &Principal, id: Uuid) -> Result<(), CommandError> {
        let mut tx = self.db.begin().await?;
        mail_addresses::in_turn(&mut tx, who.user_id).await?;
        if !mail_addresses::is_of(&mut tx, who.user_id, id).await? {
            return Err(Problem::not_found().into());
        }
        mail_addresses::remove(&mut tx, who.user_id, Some(id), "person", self.now()).await?;
        Ok(tx.commit().await?)
    }

    fn mail_or_off(&self) -> Result<&Mail, CommandError> {
        self.mail.get().ok_or_else(|| conflict("MAIL_OFF"))
    }

    pub(crate) fn mail_secret(&self) -> MailSecret<'_> {
        MailSecret::of(self.confirmations.secret())
    }

    /// The next eight o'clock of its readers: before the first sales.
    pub(crate) fn next_morning(&self, now: UnixMs) -> UnixMs {
        const MORNING_MS: i64 = 8 * 60 * 60 * 1000;
        let ahead_ms = self.mail.get().map_or(0, |mail| i64::from(mail.offset_min) * 60_000);
        let into_day = (now.0 + ahead_ms - MORNING_MS).rem_euclid(DAY_MS);
        now.plus_ms(DAY_MS - into_day)
    }
}

fn conflict(code: &str) -> CommandError {
    Problem::new(ProblemKind::Conflict, code).into()
}

/// Who may sign in no more is told nothing more; who reads another language from now on is told in that.
pub(crate) async fn hear_user(
    conn: &mut PgConnection,
    news: &UserChanged,
    at: UnixMs,
) -> Result<(), sqlx::Error> {
    match (news.active, &news.lang) {
        (false, _) => mail_addresses::remove(conn, news.user_id, None, "barred", at).await,
        (true, Some(lang)) => mail_addresses::speak(conn, news.user_id, Lang::from_tag(lang)).await,
        (true, None) => Ok(()),
    }
}
