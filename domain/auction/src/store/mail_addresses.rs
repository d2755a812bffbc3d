//! The addresses that persons are told at by mail, and the codes that were sent there.

use kernel::{Lang, Principal, UnixMs, UserId};
use platform_db::{from_sql, to_sql};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use crate::mail_address::{FindsPace, MailAddress};

/// What became of an address that was to be taken down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Added {
    /// It is.
    Now,
    /// It was, under the same key.
    Before,
    /// The person has another.
    AnotherIsThere,
}

/// A person's address, for who may change it.
#[derive(Clone, Debug)]
pub(crate) struct There {
    pub(crate) address: String,
    pub(crate) is_confirmed: bool,
}

/// A code that is to be sent.
#[derive(Clone, Debug)]
pub(crate) struct NewCode {
    pub(crate) id: Uuid,
    pub(crate) address_id: Uuid,
    pub(crate) box_hash: Vec<u8>,
    pub(crate) at: UnixMs,
}

/// What was sent in a while.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SentCodes {
    pub(crate) by_person: i64,
    pub(crate) to_box: i64,
    /// When the person last had one sent.
    pub(crate) last_at: Option<UnixMs>,
}

/// A code that was sent.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SentCode {
    pub(crate) id: Uuid,
    pub(crate) at: UnixMs,
    pub(crate) tries: i32,
}

/// Until this transaction ends nobody else changes what this person is told by mail: limits are counted by one at a time.
pub(crate) async fn in_turn(conn: &mut PgConnection, user_id: UserId) -> Result<(), sqlx::Error> {
    let whose = format!("mail-of-{}", user_id.0);
    sqlx::query!("SELECT pg_advisory_xact_lock(hashtextextended($1, 0)) AS \"locked!: ()\"", whose)
        .fetch_one(conn)
        .await?;
    Ok(())
}

/// A person's address.
pub(crate) async fn of(pool: &PgPool, user_id: UserId) -> Result<Option<MailAddress>, sqlx::Error> {
    let row = sqlx::query!(
        "SELECT id, address AS \"address!\", made_at, confirmed_at, told_at, bounced_why, finds_every_s
           FROM mail_address
          WHERE user_id = $1 AND removed_at IS NULL",
        user_id.0
    )
    .fetch_optional(pool)
    .await?;
    Ok(row.map(|row| MailAddress {
        id: row.id,
        address: row.address,
        made_at: from_sql(row.made_at),
        confirmed_at: row.confirmed_at.map(from_sql),
        told_at: row.told_at.map(from_sql),
        bounced_why: row.bounced_why,
        finds: FindsPace::from_seconds(row.finds_every_s),
    }))
}

/// Takes an address down, unless the person has one.
pub(crate) async fn insert(
    conn: &mut PgConnection,
    who: &Principal,
    id: Uuid,
    address: &str,
    (now, finds_at): (UnixMs, UnixMs),
) -> Result<Added, sqlx::Error> {
    if is_of(conn, who.user_id, id).await? {
        return Ok(Added::Before);
    }
    let done = sqlx::query!(
        "INSERT INTO mail_address (id, user_id, lang, address, made_at, finds_at, outbid_at)
         VALUES ($1, $2, $3, $4, $5, $6, $5)
         ON CONFLICT DO NOTHING",
        id,
        who.user_id.0,
        who.lang.tag(),
        address,
        to_sql(now),
        to_sql(finds_at)
    )
    .execute(conn)
    .await?;
    Ok(if done.rows_affected() == 1 { Added::Now } else { Added::AnotherIsThere })
}

/// Whether it is, or was, this person's.
pub(crate) async fn is_of(conn: &mut PgConnection, user_id: UserId, id: Uuid) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT EXISTS (SELECT FROM mail_address WHERE id = $1 AND user_id = $2) AS \"is_of!\"",
        id,
        user_id.0
    )
    .fetch_one(conn)
    .await
}

/// Whose address it is. A link of one that was taken off changes nothing any more.
pub(crate) async fn owner(conn: &mut PgConnection, id: Uuid) -> Result<Option<UserId>, sqlx::Error> {
    let owner =
        sqlx::query_scalar!("SELECT user_id FROM mail_address WHERE id = $1 AND removed_at IS NULL", id);
    Ok(owner.fetch_optional(conn).await?.map(UserId))
}

/// The person's address of that id, while he has it.
pub(crate) async fn there(
    conn: &mut PgConnection,
    user_id: UserId,
    id: Uuid,
) -> Result<Option<There>, sqlx::Error> {
    let row = sqlx::query!(
        "SELECT address AS \"address!\", confirmed_at
           FROM mail_address
          WHERE id = $1 AND user_id = $2 AND removed_at IS NULL",
        id,
        user_id.0
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| There { address: row.address, is_confirmed: row.confirmed_at.is_some() }))
}

/// Whether a code was made under this key.
pub(crate) async fn has_code(conn: &mut PgConnection, id: Uuid) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!("SELECT EXISTS (SELECT FROM mail_code WHERE id = $1) AS \"there!\"", id)
        .fetch_one(conn)
        .await
}

/// How many codes were sent since then, by this person and to the box of that code; the box is this transaction's from here on.
pub(crate) async fn sent_codes(
    conn: &mut PgConnection,
    user_id: UserId,
    code: &NewCode,
    since: UnixMs,
) -> Result<SentCodes, sqlx::Error> {
    // others may write to the same box
    sqlx::query!(
        "SELECT pg_advisory_xact_lock(hashtextextended(encode($1::bytea, 'hex'), 1)) AS \"locked!: ()\"",
        &code.box_hash
    )
    .fetch_one(&mut *conn)
    .await?;
    let row = sqlx::query!(
        "SELECT (SELECT count(*) FROM mail_code WHERE user_id = $1 AND made_at > $3) AS \"by_person!\",
                (SELECT count(*) FROM mail_code WHERE box = $2 AND made_at > $3) AS \"to_box!\",
                (SELECT max(made_at) FROM mail_code WHERE user_id = $1 AND made_at > $3) AS last_at",
        user_id.0,
        &code.box_hash,
        to_sql(since)
    )
    .fetch_one(conn)
    .await?;
    Ok(SentCodes { by_person: row.by_person, to_box: row.to_box, last_at: row.last_at.map(from_sql) })
}

/// Makes a code, and the letter that brings it; one that still waits is sent no more.
pub(crate) async fn add_code(
    conn: &mut PgConnection,
    user_id: UserId,
    code: &NewCode,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE mail_letter
            SET state = 'dropped', settled_at = $2, last_error = 'another code'
          WHERE address_id = $1 AND kind = 'code' AND state = 'waiting'",
        code.address_id,
        to_sql(code.at)
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!(
        "WITH made AS (
             INSERT INTO mail_code (id, address_id, user_id, box, made_at) VALUES ($1, $2, $3, $4, $5)
         )
         INSERT INTO mail_letter (address_id, kind, code_id, made_at, due_at) VALUES ($2, 'code', $1, $5, $5)",
        code.id,
        code.address_id,
        user_id.0,
        &code.box_hash,
        to_sql(code.at)
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// The code that was last sent to an address; none before it is good any more.
pub(crate) async fn newest_code(
    conn: &mut PgConnection,
    address_id: Uuid,
) -> Result<Option<SentCode>, sqlx::Error> {
    let row = sqlx::query!(
        "SELECT id, made_at, tries FROM mail_code WHERE address_id = $1 ORDER BY made_at DESC, id DESC LIMIT 1",
        address_id
    )
    .fetch_optional(conn)
    .await?;
    Ok(row.map(|row| SentCode { id: row.id, at: from_sql(row.made_at), tries: row.tries }))
}

/// Somebody typed another one.
pub(crate) async fn tried(conn: &mut PgConnection, code_id: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query!("UPDATE mail_code SET tries = tries + 1 WHERE id = $1", code_id).execute(conn).await?;
    Ok(())
}

/// From now on the person is told there.
pub(crate) async fn confirm(
    conn: &mut PgConnection,
    id: Uuid,
    finds_at: UnixMs,
    now: UnixMs,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE mail_address
            SET confirmed_at = $2, outbid_at = $2, finds_at = $3, bounced_at = NULL, bounced_why = NULL
          WHERE id = $1 AND removed_at IS NULL AND confirmed_at IS NULL",
        id,
        to_sql(now),
        to_sql(finds_at)
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// How often what the person's searches find goes out, and from when on. What waits goes by that too.
pub(crate) async fn keep_pace(
    conn: &mut PgConnection,
    user_id: UserId,
    pace: FindsPace,
    finds_at: UnixMs,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "WITH kept AS (
             UPDATE mail_address
                SET finds_every_s = $2, finds_at = $3
              WHERE user_id = $1 AND removed_at IS NULL AND finds_every_s <> $2
             RETURNING id
         )
         UPDATE mail_delivery d
            SET due_at = $3
           FROM kept k
          WHERE d.address_id = k.id AND d.letter_id IS NULL AND d.way = 'finds'",
        user_id.0,
        pace.seconds(),
        to_sql(finds_at)
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// There is no such box: nothing more is sent there.
pub(crate) async fn bounced(
    conn: &mut PgConnection,
    id: Uuid,
    why: &str,
    now: UnixMs,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE mail_address SET bounced_at = $2, bounced_why = $3 WHERE id = $1 AND removed_at IS NULL AND bounced_at IS NULL",
        id,
        to_sql(now),
        why
    )
    .execute(&mut *conn)
    .await?;
    drop_waiting(conn, &[id], "bounced", now).await
}

/// It is tried again: the person asks for another code.
pub(crate) async fn try_again(conn: &mut PgConnection, id: Uuid) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE mail_address SET bounced_at = NULL, bounced_why = NULL WHERE id = $1 AND bounced_at IS NOT NULL",
        id
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Takes a person's address off, or that one only, and forgets it.
pub(crate) async fn remove(
    conn: &mut PgConnection,
    user_id: UserId,
    one: Option<Uuid>,
    why: &str,
    at: UnixMs,
) -> Result<(), sqlx::Error> {
    let gone = sqlx::query_scalar!(
        "UPDATE mail_address
            SET removed_at = $4, removed_why = $3, address = NULL, bounced_at = NULL, bounced_why = NULL
          WHERE user_id = $1 AND removed_at IS NULL AND ($2::uuid IS NULL OR id = $2)
         RETURNING id",
        user_id.0,
        one,
        why,
        to_sql(at)
    )
    .fetch_all(&mut *conn)
    .await?;
    drop_waiting(conn, &gone, "removed", at).await
}

/// What waits for these addresses is not sent any more.
async fn drop_waiting(
    conn: &mut PgConnection,
    ids: &[Uuid],
    why: &str,
    now: UnixMs,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE mail_letter
            SET state = 'dropped', settled_at = $2, last_error = $3
          WHERE address_id = ANY($1) AND state = 'waiting'",
        ids,
        to_sql(now),
        why
    )
    .execute(&mut *conn)
    .await?;
    sqlx::query!("DELETE FROM mail_delivery WHERE address_id = ANY($1) AND letter_id IS NULL", ids)
        .execute(conn)
        .await?;
    Ok(())
}

/// From now on the person is told in this language.
pub(crate) async fn speak(conn: &mut PgConnection, user_id: UserId, lang: Lang) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "UPDATE mail_address SET lang = $2 WHERE user_id = $1 AND removed_at IS NULL AND lang <> $2",
        user_id.0,
        lang.tag()
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Removes rows of addresses that were taken off before then, and with them all that was sent there.
pub(crate) async fn forget(pool: &PgPool, before: UnixMs, limit: i64) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "DELETE FROM mail_address
          WHERE id IN (SELECT id FROM mail_address WHERE removed_at < $1 ORDER BY removed_at LIMIT $2)",
        to_sql(before),
        limit
    )
    .execute(pool)
    .await?;
    Ok(())
}
