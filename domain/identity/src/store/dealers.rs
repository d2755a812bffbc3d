//! Dealer companies.

use kernel::UnixMs;
use platform_db::{CommandError, constraint, ensure_one_row, from_sql, to_sql};
use sqlx::PgConnection;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::StrikeBar;
use crate::field::one;

/// A row as commands need it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Dealer {
    pub id: Uuid,
    pub name: String,
    pub city: String,
    pub phone: String,
    pub group_name: String,
    pub status: String,
    pub papers: String,
    pub strikes: StrikeBar,
    pub event_seq: i64,
}

/// A row as it is stored.
struct Raw {
    id: Uuid,
    name: String,
    city: String,
    phone: String,
    group_name: String,
    status: String,
    papers: String,
    strike_bar: String,
    struck_until: Option<OffsetDateTime>,
    event_seq: i64,
}

impl From<Raw> for Dealer {
    fn from(raw: Raw) -> Dealer {
        Dealer {
            id: raw.id,
            name: raw.name,
            city: raw.city,
            phone: raw.phone,
            group_name: raw.group_name,
            status: raw.status,
            papers: raw.papers,
            strikes: bar_of(&raw.strike_bar, raw.struck_until),
            event_seq: raw.event_seq,
        }
    }
}

/// What the strikes mean, as it is stored; what nobody knows bars.
pub(crate) fn bar_of(word: &str, until: Option<OffsetDateTime>) -> StrikeBar {
    match (word, until) {
        ("none", _) => StrikeBar::None,
        ("warned", _) => StrikeBar::Warned,
        ("until", Some(until)) => StrikeBar::Until(from_sql(until)),
        _ => StrikeBar::ForGood,
    }
}

const fn word_of(bar: StrikeBar) -> (&'static str, Option<UnixMs>) {
    match bar {
        StrikeBar::None => ("none", None),
        StrikeBar::Warned => ("warned", None),
        StrikeBar::Until(until) => ("until", Some(until)),
        StrikeBar::ForGood => ("for_good", None),
    }
}

/// Inserts a company. `false`: there is one of this id already.
pub(crate) async fn insert(
    conn: &mut PgConnection,
    dealer: &Dealer,
    at: UnixMs,
) -> Result<bool, CommandError> {
    let inserted = sqlx::query!(
        "INSERT INTO dealers (id, name, city, phone, status, created_at, event_seq, group_name, papers)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
         ON CONFLICT ON CONSTRAINT dealers_pkey DO NOTHING",
        dealer.id,
        dealer.name,
        dealer.city,
        dealer.phone,
        dealer.status,
        to_sql(at),
        dealer.event_seq,
        dealer.group_name,
        dealer.papers,
    )
    .execute(conn)
    .await
    .map_err(named)?;
    Ok(inserted.rows_affected() == 1)
}

/// The company.
pub(crate) async fn find(conn: &mut PgConnection, id: Uuid) -> Result<Option<Dealer>, sqlx::Error> {
    let raw = sqlx::query_as!(
        Raw,
        "SELECT id, name, city, phone, group_name, status, papers, strike_bar, struck_until, event_seq
           FROM dealers WHERE id = $1",
        id
    )
    .fetch_optional(conn)
    .await?;
    Ok(raw.map(Dealer::from))
}

/// The company, locked until the transaction ends: its changes and its events come one after the other. Not against those who only
/// name it (a line of a trail, a user), or two who name each other's companies would wait for each other.
pub(crate) async fn lock(conn: &mut PgConnection, id: Uuid) -> Result<Option<Dealer>, sqlx::Error> {
    let raw = sqlx::query_as!(
        Raw,
        "SELECT id, name, city, phone, group_name, status, papers, strike_bar, struck_until, event_seq
           FROM dealers WHERE id = $1 FOR NO KEY UPDATE",
        id
    )
    .fetch_optional(conn)
    .await?;
    Ok(raw.map(Dealer::from))
}

/// Writes the changed row back, with the reason of its status.
pub(crate) async fn update(
    conn: &mut PgConnection,
    dealer: &Dealer,
    reason: Option<&str>,
) -> Result<(), CommandError> {
    let (strike_bar, struck_until) = word_of(dealer.strikes);
    let updated = sqlx::query!(
        "UPDATE dealers
            SET name = $2, city = $3, phone = $4, status = $5, event_seq = $6, group_name = $8, papers = $9,
                strike_bar = $10, struck_until = $11,
                status_reason = CASE WHEN status = $5 THEN status_reason ELSE $7 END
          WHERE id = $1",
        dealer.id,
        dealer.name,
        dealer.city,
        dealer.phone,
        dealer.status,
        dealer.event_seq,
        reason,
        dealer.group_name,
        dealer.papers,
        strike_bar,
        struck_until.map(to_sql),
    )
    .execute(conn)
    .await
    .map_err(named)?;
    ensure_one_row(updated.rows_affected(), "dealers")
}

fn named(error: sqlx::Error) -> CommandError {
    match constraint(&error) {
        Some("dealers_name_key") => one("name", "DEALER_NAME_TAKEN").into(),
        _ => error.into(),
    }
}
