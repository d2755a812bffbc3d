//! The browsers in which a person wants to be told (Web Push): who allows it where, and the way out to them, which the server
//! gives. `push_delivery.rs` sends.

use std::sync::Arc;

use async_trait::async_trait;
use kernel::{Lang, LotId, NegotiationId, Principal, Problem, ProblemKind, SaleId, UnixMs};
use platform_db::CommandError;
use serde_json::json;
use sqlx::PgConnection;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::Service;
use crate::consumer::{SignedOut, UserChanged};
use crate::inbox::AlertKind;
use crate::push_delivery;
use crate::store::lists::HallFilter;
use crate::store::push_devices::{self, Added, Which};

/// More browsers than a person has.
pub const PUSH_DEVICES_MAX: i64 = 10;
/// As the table has it.
const AGENT_CHARS_MAX: usize = 200;

/// Where a browser is reached: what it gave out when its person allowed it. Whoever has it can have the browser woken up, so it
/// is shown to nobody.
#[derive(Clone, PartialEq, Eq)]
pub struct PushAddress {
    /// The address at its push service.
    pub endpoint: String,
    /// Its public key, a point of P-256 as 65 bytes.
    pub p256dh: Vec<u8>,
    /// The secret that it shares with us, 16 bytes.
    pub auth: Vec<u8>,
}

impl std::fmt::Debug for PushAddress {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PushAddress")
    }
}

/// How soon a phone should be woken up for it (RFC 8030 §5.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Urgency {
    /// When it is awake anyway.
    Low,
    /// Soon.
    Normal,
    /// At once.
    High,
}

impl Urgency {
    /// The urgency of that number in the table.
    pub(crate) const fn of(number: i16) -> Urgency {
        match number {
            0 => Urgency::High,
            1 => Urgency::Normal,
            _ => Urgency::Low,
        }
    }

    /// The name in the header.
    pub const fn name(self) -> &'static str {
        match self {
            Urgency::Low => "low",
            Urgency::Normal => "normal",
            Urgency::High => "high",
        }
    }
}

/// What is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushMessage {
    /// What the browser reads, in JSON; encrypted on the way.
    pub text: String,
    /// For how long it is worth to be delivered.
    pub ttl_s: u32,
    /// How soon.
    pub urgency: Urgency,
    /// What is not delivered yet under the same topic is replaced by it; at most 32 letters of base64url.
    pub topic: Option<String>,
}

/// What the push service says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PushAnswer {
    /// It delivers it.
    Taken,
    /// There is no such browser any more.
    Gone,
    /// It will not take this, however often it is sent.
    Refused(String),
    /// Not now.
    Later {
        /// Not before so long.
        after_ms: Option<i64>,
        /// What is the matter.
        why: String,
    },
}

/// The way to push services.
#[async_trait]
pub trait PushPost: Send + Sync {
    /// The key under which browsers subscribe, in base64url.
    fn public_key(&self) -> &str;
    /// Whether anything can be sent there, and may be.
    fn reaches(&self, address: &PushAddress) -> bool;
    /// Sends it.
    async fn send(&self, to: &PushAddress, message: &PushMessage) -> PushAnswer;
}

/// A piece of news on its way out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushNews {
    /// In which language it is read.
    pub lang: Lang,
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
    /// The store for which the person bid, where it is not his own.
    pub store_name: Option<String>,
    /// The search that found it.
    pub search: Option<PushSearch>,
    /// How many cars it has found, told together; one for all other news.
    pub cars: u32,
}

/// A saved search that found cars.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushSearch {
    /// The search.
    pub id: Uuid,
    /// What its owner calls it.
    pub name: String,
    /// What it finds.
    pub filter: HallFilter,
}

/// How a person reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushText {
    /// What happened.
    pub title: String,
    /// To what.
    pub body: String,
    /// The page about it, as a path.
    pub url: String,
}

/// The words for news: they are the pages'.
pub trait PushWords: Send + Sync {
    /// This one's.
    fn of(&self, news: &PushNews) -> PushText;
}

/// Way and words.
#[derive(Clone)]
pub struct Push {
    /// The way.
    pub post: Arc<dyn PushPost>,
    /// The words.
    pub words: Arc<dyn PushWords>,
}

/// A browser that a person allows news in.
#[derive(Clone, Debug)]
pub struct AddPushDevice {
    /// Made by the sender; a repeat changes nothing. The browser's id from then on.
    pub key: Uuid,
    /// Where it is reached.
    pub address: PushAddress,
    /// What it says it is.
    pub agent: String,
    /// The name under which it was told news until now: a browser whose address has changed is not told twice.
    pub instead_of: Option<Uuid>,
}

/// A browser that a person is told in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushDevice {
    /// Its id.
    pub id: Uuid,
    /// What it says it is.
    pub agent: String,
    /// Since when.
    pub made_at: UnixMs,
    /// When it was last told something.
    pub told_at: Option<UnixMs>,
}

impl Service {
    /// The secret key of this database for push services; `fresh` becomes it where there is none.
    ///
    /// # Errors
    /// The database's.
    pub async fn push_secret(&self, fresh: &[u8; 32]) -> Result<Vec<u8>, sqlx::Error> {
        push_devices::key(&self.db, fresh).await
    }

    /// From now on this process tells browsers the news on this way; said once, at the start. The task ends when `stop` turns
    /// true.
    pub fn push_by(&self, push: Push, stop: watch::Receiver<bool>) -> JoinHandle<()> {
        let push = self.push.get_or_init(|| push).clone();
        tokio::spawn(push_delivery::run(self.clone(), push, stop))
    }

    /// The key under which browsers subscribe; none where nothing leaves the product.
    pub fn push_key(&self) -> Option<&str> {
        self.push.get().map(|push| push.post.public_key())
    }

    /// The browsers that this person is told in, the newest first.
    ///
    /// # Errors
    /// Only the database's.
    pub async fn push_devices(&self, who: &Principal) -> Result<Vec<PushDevice>, CommandError> {
        Ok(push_devices::list(&self.db, who.user_id, PUSH_DEVICES_MAX).await?)
    }

    /// From now on this person is told in that browser, and nobody else is: it has one person at a time.
    ///
    /// # Errors
    /// `PUSH_OFF`, `PUSH_ADDRESS_REFUSED`, `TOO_MANY_DEVICES`, `DEVICE_TURNED_OFF` where a repeat comes after it was taken off,
    /// `DEVICE_KEY_REUSED`, `NOT_A_DEALER`.
    pub async fn add_push_device(&self, who: &Principal, add: &AddPushDevice) -> Result<(), CommandError> {
        who.dealer().ok_or_else(|| Problem::new(ProblemKind::Forbidden, "NOT_A_DEALER"))?;
        let push = self.push.get().ok_or_else(|| Problem::new(ProblemKind::Conflict, "PUSH_OFF"))?;
        if !push.post.reaches(&add.address) {
            return Err(Problem::new(ProblemKind::Invalid, "PUSH_ADDRESS_REFUSED").into());
        }
        let agent: String = add.agent.chars().take(AGENT_CHARS_MAX).collect();
        let add = AddPushDevice { agent, ..add.clone() };
        let refused = |code: &str| Problem::new(ProblemKind::Conflict, code);
        match push_devices::insert(&self.db, who, &add, PUSH_DEVICES_MAX, self.now()).await? {
            Added::Yes => Ok(()),
            Added::TooMany => {
                Err(refused("TOO_MANY_DEVICES").with(json!({ "most": PUSH_DEVICES_MAX })).into())
            }
            Added::RemovedSince => Err(refused("DEVICE_TURNED_OFF").into()),
            Added::KeyReused => Err(refused("DEVICE_KEY_REUSED").into()),
        }
    }

    /// Tells this person nothing more in that browser. Repeats change nothing.
    ///
    /// # Errors
    /// `NOT_FOUND` for what is not this person's.
    pub async fn remove_push_device(&self, who: &Principal, id: Uuid) -> Result<(), CommandError> {
        let mut conn = self.db.acquire().await?;
        if !push_devices::is_of(&mut conn, who.user_id, id).await? {
            return Err(Problem::not_found().into());
        }
        Ok(push_devices::remove(&mut conn, who.user_id, Which::One(id), "person", self.now()).await?)
    }

    /// Somebody leaves the browser that is told news under this name, and leaves nobody's news there. Who he is does not matter:
    /// his session may have run out. Repeats, and names that are none, change nothing.
    ///
    /// # Errors
    /// Only the database's.
    pub async fn leave_browser(&self, id: Uuid) -> Result<(), CommandError> {
        let mut conn = self.db.acquire().await?;
        Ok(leave(&mut conn, id, self.now()).await?)
    }
}

/// Whoever leaves a browser leaves none of its news to the next, also where another person had turned them on.
async fn leave(conn: &mut PgConnection, id: Uuid, at: UnixMs) -> Result<(), sqlx::Error> {
    match push_devices::owner(conn, id).await? {
        Some(owner) => push_devices::remove(conn, owner, Which::One(id), "signed_out", at).await,
        None => Ok(()),
    }
}

/// A person left, in one browser or in all but perhaps one: nobody is told there any more.
pub(crate) async fn hear_signed_out(
    conn: &mut PgConnection,
    news: &SignedOut,
    at: UnixMs,
) -> Result<(), sqlx::Error> {
    match (news.elsewhere, news.device_id) {
        (true, kept) => push_devices::remove(conn, news.user_id, Which::AllBut(kept), "signed_out", at).await,
        (false, Some(id)) => leave(conn, id, at).await,
        (false, None) => Ok(()),
    }
}

/// Who may sign in no more is told nothing more; who reads another language from now on is told in that.
pub(crate) async fn hear_user(
    conn: &mut PgConnection,
    news: &UserChanged,
    at: UnixMs,
) -> Result<(), sqlx::Error> {
    match (news.active, &news.lang) {
        (false, _) => push_devices::remove(conn, news.user_id, Which::All, "barred", at).await,
        (true, Some(lang)) => push_devices::speak(conn, news.user_id, Lang::from_tag(lang)).await,
        (true, None) => Ok(()),
    }
}
