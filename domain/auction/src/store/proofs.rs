//! Lines of the log as rows with their hashes, and the keys that sign.

use bidding::{Event, Explanation, LotStatus, Outcome};
use kernel::{Fen, LotId, UnixMs};
use platform_db::from_sql;
use proof::{Genesis, Hash, Incident, NewTerms, PublicKey, Row, Secret};
use sqlx::PgPool;
use sqlx::types::time::OffsetDateTime;
use uuid::Uuid;

use super::lots::{chain_head, stored_hash, text};
use crate::chain::secret;

/// A line with what proves it.
#[derive(Clone, Debug)]
pub(crate) struct ProvenLine {
    pub(crate) row: Row,
    pub(crate) secret: Secret,
    pub(crate) hash: Hash,
    /// The hash that it stands on; none for a line that stands on the lot's terms.
    pub(crate) before: Option<Hash>,
}

/// What a lot's chain begins with, and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct LotChain {
    pub(crate) genesis: Genesis,
    pub(crate) terms_text: String,
    pub(crate) head: Hash,
    pub(crate) seq: i64,
    pub(crate) status: LotStatus,
    /// Whether its last price is an offer that was sealed and that nobody paid: below the reserve, where the second offer makes
    /// the price.
    pub(crate) tells_an_offer: bool,
    /// Whether its price is being negotiated.
    pub(crate) is_provisional: bool,
}

/// The lines of the log that the clauses after `FROM` name, each with the line that it was judged on.
macro_rules! lines {
    ($clauses:tt, $($value:expr),+ $(,)?) => {
        sqlx::query_as!(
            StoredLine,
            r#"SELECT g.lot_id, g.seq, g.judged_seq, g.command, g.key, g.alias, g.actor, g.user_id, g.max_fen,
                      g.report_hash, g.admitted_at, g.code, g.price_fen, b.alias AS "leader_alias?", g.status, g.end_at,
                      g.salt, g.row_hash, p.row_hash AS "before_hash?"
                 FROM lot_log g
                 LEFT JOIN lot_log p ON p.lot_id = g.lot_id AND p.seq = g.judged_seq
                 LEFT JOIN lot_bidder b ON b.lot_id = g.lot_id AND b.dealer_id = g.leader
            "# + $clauses,
            $($value),+
        )
    };
}

struct StoredLine {
    lot_id: Uuid,
    seq: Option<i64>,
    judged_seq: i64,
    command: String,
    key: Uuid,
    alias: Option<i32>,
    actor: Uuid,
    user_id: Option<Uuid>,
    max_fen: Option<i64>,
    report_hash: String,
    admitted_at: OffsetDateTime,
    code: Option<String>,
    price_fen: Option<i64>,
    leader_alias: Option<i32>,
    status: Option<String>,
    end_at: OffsetDateTime,
    salt: Option<Uuid>,
    row_hash: Option<Vec<u8>>,
    /// The hash of the accepted line that it was judged on; none at number 0.
    before_hash: Option<Vec<u8>>,
}

impl StoredLine {
    /// `None` for a line from before there was a chain.
    fn proven(self) -> Option<ProvenLine> {
        let secret = secret(self.actor, self.user_id, self.max_fen, self.salt?);
        let count = |alias: i32| u32::try_from(alias).unwrap_or_default();
        let row = Row {
            lot_id: LotId(self.lot_id),
            seq: self.seq,
            judged_seq: self.judged_seq,
            command: self.command,
            key: self.key,
            alias: self.alias.map(count).unwrap_or_default(),
            secret: secret.commitment(),
            report: self.report_hash,
            admitted_at: from_sql(self.admitted_at),
            code: self.code,
            price_fen: self.price_fen.map(Fen),
            leader: self.leader_alias.map(count),
            status: self.status?,
            end_at: from_sql(self.end_at),
        };
        let (hash, before) = (stored_hash(self.row_hash)?, stored_hash(self.before_hash));
        Some(ProvenLine { row, secret, hash, before })
    }
}

/// Notes a key that signs from now on.
pub(crate) async fn know_key(pool: &PgPool, key: &PublicKey) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO proof_key (id, public_key) VALUES ($1, $2) ON CONFLICT (id) DO NOTHING",
        key.id().0,
        key.to_base64()
    )
    .execute(pool)
    .await?;
    Ok(())
}

/// All keys that ever signed, in base64, the newest first.
pub(crate) async fn keys(pool: &PgPool) -> Result<Vec<(String, UnixMs)>, sqlx::Error> {
    let rows = sqlx::query!("SELECT public_key, first_at FROM proof_key ORDER BY first_at DESC")
        .fetch_all(pool)
        .await?;
    Ok(rows.into_iter().map(|row| (row.public_key, from_sql(row.first_at))).collect())
}

/// The chain of a lot; `None` for an unknown lot and one without a chain.
pub(crate) async fn lot_chain(pool: &PgPool, lot_id: LotId) -> Result<Option<LotChain>, sqlx::Error> {
    let row = sqlx::query!(
        "SELECT n.terms_text, l.chain_head, l.seq, l.status, l.outcome,
                (l.terms ->> 'format' = 'sealed_second' AND l.price_fen IS NOT NULL AND l.state ->> 'reserve_fen' IS NOT NULL
                 AND NOT coalesce((l.state ->> 'met')::bool, false)
                 AND NOT coalesce((l.state ->> 'in_gap')::bool, false)
                 AND NOT coalesce((l.state ->> 'transferred')::bool, false)) AS tells_an_offer
           FROM lot l
           JOIN lot_genesis n ON n.lot_id = l.id
          WHERE l.id = $1",
        lot_id.0
    )
    .fetch_optional(pool)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let Some(head) = chain_head(lot_id, Some(&row.terms_text), row.chain_head) else {
        return Ok(None);
    };
    let status = LotStatus::ALL.into_iter().find(|status| status.as_str() == row.status);
    Ok(Some(LotChain {
        genesis: Genesis { lot_id, terms: Hash::of(&[row.terms_text.as_bytes()]) },
        terms_text: row.terms_text,
        head,
        seq: row.seq,
        status: status.unwrap_or(LotStatus::Closed),
        tells_an_offer: row.tells_an_offer.unwrap_or_default(),
        is_provisional: row.outcome.as_deref() == Some(Outcome::Provisional.as_str()),
    }))
}

/// The terms that took the place of those with which a lot's chain begins, in order.
pub(crate) async fn new_terms(pool: &PgPool, lot_id: LotId) -> Result<Vec<NewTerms>, sqlx::Error> {
    sqlx::query_as!(
        NewTerms,
        "SELECT seq, terms_text FROM lot_new_terms WHERE lot_id = $1 ORDER BY seq LIMIT $2",
        lot_id.0,
        TERMS_MAX
    )
    .fetch_all(pool)
    .await
}

/// The lots that have a chain, the oldest first.
pub(crate) async fn chained_lots(pool: &PgPool) -> Result<Vec<LotId>, sqlx::Error> {
    let ids = sqlx::query_scalar!(
        "SELECT l.id FROM lot l JOIN lot_genesis n ON n.lot_id = l.id ORDER BY l.created_at, l.id"
    );
    Ok(ids.fetch_all(pool).await?.into_iter().map(LotId).collect())
}

/// Accepted lines of a lot from the number after `after`, in order.
pub(crate) async fn accepted(
    pool: &PgPool,
    lot_id: LotId,
    after: i64,
    limit: i64,
) -> Result<Vec<Option<ProvenLine>>, sqlx::Error> {
    let lines = lines!("WHERE g.lot_id = $1 AND g.seq > $2 ORDER BY g.seq LIMIT $3", lot_id.0, after, limit)
        .fetch_all(pool)
        .await?;
    Ok(lines.into_iter().map(StoredLine::proven).collect())
}

/// Refused lines of a lot without the first `skipped`, in the order in which they were written.
pub(crate) async fn refused(
    pool: &PgPool,
    lot_id: LotId,
    skipped: i64,
    limit: i64,
) -> Result<Vec<Option<ProvenLine>>, sqlx::Error> {
    let lines = lines!(
        "WHERE g.lot_id = $1 AND g.seq IS NULL ORDER BY g.written_at, g.key LIMIT $3 OFFSET $2",
        lot_id.0,
        skipped,
        limit
    )
    .fetch_all(pool)
    .await?;
    Ok(lines.into_iter().map(StoredLine::proven).collect())
}

/// One actor's line under this key.
pub(crate) async fn line(pool: &PgPool, actor: Uuid, key: Uuid) -> Result<Option<ProvenLine>, sqlx::Error> {
    let line = lines!("WHERE g.actor = $1 AND g.key = $2", actor, key).fetch_optional(pool).await?;
    Ok(line.and_then(StoredLine::proven))
}

/// One actor's newest bid on a lot, accepted ones first.
pub(crate) async fn newest_line(
    pool: &PgPool,
    actor: Uuid,
    lot_id: LotId,
) -> Result<Option<ProvenLine>, sqlx::Error> {
    let line = lines!(
        "WHERE g.actor = $1 AND g.lot_id = $2 AND g.command IN ('place_max', 'buy_now', 'accept')
         ORDER BY g.seq DESC NULLS LAST, g.admitted_at DESC
         LIMIT 1",
        actor,
        lot_id.0
    )
    .fetch_optional(pool)
    .await?;
    Ok(line.and_then(StoredLine::proven))
}

/// Nobody changes his mind so often before an opening; a sale whose terms changed more is refused another change.
pub(crate) const TERMS_MAX: i64 = 100;

/// More outages than this touch no lot.
const INCIDENTS_MAX: i64 = 100;

/// The outages that a lot was given more time for, in order.
pub(crate) async fn incidents(pool: &PgPool, lot_id: LotId) -> Result<Vec<Incident>, sqlx::Error> {
    let rows = sqlx::query!(
        r#"SELECT seq AS "seq!", events, explanation
             FROM lot_log
            WHERE lot_id = $1 AND command = 'extend_by_system' AND seq IS NOT NULL
            ORDER BY seq
            LIMIT $2"#,
        lot_id.0,
        INCIDENTS_MAX
    )
    .fetch_all(pool)
    .await?;
    let mut incidents = Vec::new();
    for row in rows {
        let events: Vec<Event> = text(&row.events)?;
        let explanation: Explanation = text(&row.explanation)?;
        let end_before = explanation.data["end_before"].as_i64().map(UnixMs);
        incidents.extend(events.into_iter().filter_map(|event| match event {
            Event::ExtendedBySystem { from, to, end_at, .. } => {
                Some(Incident { seq: row.seq, from, to, end_before: end_before.unwrap_or(end_at), end_at })
            }
            _ => None,
        }));
    }
    Ok(incidents)
}
