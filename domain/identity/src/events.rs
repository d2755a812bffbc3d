//! What this service tells the others.

use kernel::{DealerId, EventType, Principal, UnixMs, UserId};
use platform_bus::{Meta, publish};
use serde::{Deserialize, Serialize};
use sqlx::PgConnection;
use uuid::Uuid;

/// A dealer was registered, renamed, suspended or activated, its papers were verified, or its strikes became others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DealerChanged {
    /// The company.
    pub dealer_id: DealerId,
    /// Its name now.
    pub name: String,
    /// `active` or `suspended`.
    pub status: String,
    /// The dealer group; empty where there is none, and in events from before there were groups.
    #[serde(default)]
    pub group: String,
    /// `missing` or `verified`. Companies in events from before this question were let in by hand.
    #[serde(default = "verified")]
    pub papers: String,
    /// Whether its strikes keep it from bidding: for good, or until the time beside it.
    #[serde(default)]
    pub struck_out: bool,
    /// Until when.
    #[serde(default)]
    pub struck_until: Option<UnixMs>,
}

fn verified() -> String {
    crate::Papers::Verified.name().to_owned()
}

impl EventType for DealerChanged {
    const NAME: &'static str = "DealerChanged";
    const VERSION: u16 = 1;
    const SERVICE: &'static str = "identity";
}

/// A company got a strike, or one was lifted: what its users are to be told. What the strikes mean for its bidding stands in
/// [`DealerChanged`] too, which says it again with every later change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StrikesChanged {
    /// The company.
    pub dealer_id: DealerId,
    /// Its users who may sign in.
    pub users: Vec<UserId>,
    /// `strike_given` or `strike_lifted`.
    pub what: String,
    /// What that strike was for: `unpaid`, `late_transfer`, `other`.
    pub reason: String,
    /// Whether the strikes keep it from bidding now: for good, or until the time beside it.
    pub struck_out: bool,
    /// Until when.
    pub struck_until: Option<UnixMs>,
}

impl EventType for StrikesChanged {
    const NAME: &'static str = "StrikesChanged";
    const VERSION: u16 = 1;
    const SERVICE: &'static str = "identity";
}

/// A user was registered or changed, or reads another language. Says nothing personal: whoever needs the name asks this service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct UserChanged {
    /// The person.
    pub user_id: UserId,
    /// The company, for a dealer's user.
    pub dealer_id: Option<DealerId>,
    /// Whether the person may sign in.
    pub active: bool,
    /// In which language the person reads; not in events from before it was told.
    #[serde(default)]
    pub lang: Option<String>,
}

impl EventType for UserChanged {
    const NAME: &'static str = "UserChanged";
    const VERSION: u16 = 1;
    const SERVICE: &'static str = "identity";
}

/// A person left: in one browser, or everywhere but perhaps there. Whoever tells him news in browsers tells none there any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignedOut {
    /// The person.
    pub user_id: UserId,
    /// The browser that was left, by the name under which it is told news; with `elsewhere`, the only one that was not.
    pub device_id: Option<Uuid>,
    /// Whether all others were left.
    pub elsewhere: bool,
}

impl EventType for SignedOut {
    const NAME: &'static str = "SignedOut";
    const VERSION: u16 = 1;
    const SERVICE: &'static str = "identity";
}

/// Writes down that a person left, in the transaction in which he does. A record of its own: it waits for no other event.
pub(crate) async fn tell_signed_out(
    conn: &mut PgConnection,
    who: &Principal,
    event: &SignedOut,
    at: UnixMs,
) -> Result<(), sqlx::Error> {
    let key = Uuid::now_v7();
    tell(conn, event, Occasion { who, at, key, aggregate: key, seq: 1 }).await
}

/// The envelope's facts for an event of this service.
pub(crate) struct Occasion<'a> {
    pub who: &'a Principal,
    pub at: UnixMs,
    /// The command's id.
    pub key: Uuid,
    pub aggregate: Uuid,
    pub seq: i64,
}

/// Writes the event into the outbox, inside the change's transaction.
pub(crate) async fn tell<E: EventType>(
    conn: &mut PgConnection,
    event: &E,
    occasion: Occasion<'_>,
) -> Result<(), sqlx::Error> {
    let meta = Meta {
        aggregate: occasion.aggregate,
        aggregate_seq: occasion.seq,
        occurred_at: occasion.at,
        actor: format!("user:{}", occasion.who.user_id),
        correlation_id: occasion.key,
        causation_id: None,
    };
    publish(conn, event, meta).await.map(|_| ())
}
