//! Dealers, one user each, and a session for each user.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::DealerId;
use sha2::{Digest as _, Sha256};
use sqlx::PgConnection;
use uuid::Uuid;

use crate::Result;
use crate::target::Databases;

/// ¥100,000,000,000: holds are moved and checked, and no bid is refused for want of power.
const DEPOSIT_FEN: i64 = 10_000_000_000_000;

/// One dealer's user, signed in.
#[derive(Clone, Debug)]
pub(crate) struct Seat {
    pub(crate) dealer_id: DealerId,
    pub(crate) user_id: Uuid,
    /// The value of the session cookie.
    pub(crate) session: String,
}

/// Makes so many dealers. Their users have no password: they exist by their sessions.
pub(crate) async fn seed(databases: &Databases, count: usize) -> Result<Vec<Seat>> {
    let seats: Vec<(Seat, [u8; 32])> = (0..count).map(|_| seat()).collect();
    let dealer_ids: Vec<Uuid> = seats.iter().map(|(seat, _)| seat.dealer_id.0).collect();
    let user_ids: Vec<Uuid> = seats.iter().map(|(seat, _)| seat.user_id).collect();
    let id_hashes: Vec<Vec<u8>> = seats.iter().map(|(_, hash)| hash.to_vec()).collect();
    let mut tx = databases.identity.begin().await?;
    sqlx::query(
        "INSERT INTO dealers (id, name, city, phone, status, created_at, event_seq, papers)
         SELECT id, 'Bench ' || id, 'Bench', '00000000', 'active', now(), 0, 'verified' FROM unnest($1::uuid[]) AS d (id)",
    )
    .bind(&dealer_ids)
    .execute(&mut *tx)
    .await?;
    insert_users(&mut tx, &user_ids, &dealer_ids, true).await?;
    insert_sessions(&mut tx, &id_hashes, &user_ids).await?;
    tx.commit().await?;
    sqlx::query(
        "INSERT INTO dealer (dealer_id, heard_seq, name, suspended)
         SELECT id, 0, 'Bench ' || id, false FROM unnest($1::uuid[]) AS d (id)",
    )
    .bind(&dealer_ids)
    .execute(&databases.auction)
    .await?;
    sqlx::query(
        "INSERT INTO buying_power (dealer_id, heard_seq, deposit_fen, limit_fen)
         SELECT id, 0, $2, $2 FROM unnest($1::uuid[]) AS d (id)",
    )
    .bind(&dealer_ids)
    .bind(DEPOSIT_FEN)
    .execute(&databases.auction)
    .await?;
    Ok(seats.into_iter().map(|(seat, _)| seat).collect())
}

/// A user of the office with every role; returns its session.
pub(crate) async fn seed_staff(databases: &Databases) -> Result<String> {
    let (seat, id_hash) = seat();
    let mut tx = databases.identity.begin().await?;
    sqlx::query(
        "INSERT INTO users (id, login, display_name, password_hash, password_set_at, lang, seat, is_owner, active,
                            created_at, event_seq)
         VALUES ($1, 'bench-' || $1, 'Bench', '!', now(), 'en', 'staff', false, true, now(), 0)",
    )
    .bind(seat.user_id)
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "INSERT INTO user_roles (user_id, role)
         SELECT $1, role FROM unnest(ARRAY['inspector', 'pricing', 'auctioneer', 'finance', 'admin']) AS r (role)",
    )
    .bind(seat.user_id)
    .execute(&mut *tx)
    .await?;
    insert_sessions(&mut tx, &[id_hash.to_vec()], &[seat.user_id]).await?;
    tx.commit().await?;
    Ok(seat.session)
}

/// Another user of the same dealer, signed in.
pub(crate) async fn colleague(databases: &Databases, of: &Seat) -> Result<Seat> {
    let (other, id_hash) = seat();
    let mut tx = databases.identity.begin().await?;
    insert_users(&mut tx, &[other.user_id], &[of.dealer_id.0], false).await?;
    insert_sessions(&mut tx, &[id_hash.to_vec()], &[other.user_id]).await?;
    tx.commit().await?;
    Ok(Seat { dealer_id: of.dealer_id, ..other })
}

async fn insert_users(
    conn: &mut PgConnection,
    user_ids: &[Uuid],
    dealer_ids: &[Uuid],
    are_owners: bool,
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO users (id, login, display_name, password_hash, password_set_at, lang, seat, dealer_id, is_owner,
                            active, created_at, event_seq)
         SELECT id, 'bench-' || id, 'Bench', '!', now(), 'en', 'dealer', dealer_id, $3, true, now(), 0
           FROM unnest($1::uuid[], $2::uuid[]) AS u (id, dealer_id)",
    )
    .bind(user_ids)
    .bind(dealer_ids)
    .bind(are_owners)
    .execute(conn)
    .await?;
    Ok(())
}

async fn insert_sessions(
    conn: &mut PgConnection,
    id_hashes: &[Vec<u8>],
    user_ids: &[Uuid],
) -> Result<(), sqlx::Error> {
    sqlx::query(
        "INSERT INTO sessions (id_hash, user_id, data, created_at, seen_at, expires_at, ends_at)
         SELECT id_hash, user_id, jsonb_build_object('user_id', user_id), now(), now(),
                now() + interval '12 hours', now() + interval '7 days'
           FROM unnest($1::bytea[], $2::uuid[]) AS s (id_hash, user_id)",
    )
    .bind(id_hashes)
    .bind(user_ids)
    .execute(conn)
    .await?;
    Ok(())
}

/// An API token of this user; the database keeps its hash.
pub(crate) async fn token(databases: &Databases, seat: &Seat) -> Result<String> {
    let secret = format!("bench-{}", Uuid::new_v4().simple());
    sqlx::query(
        "INSERT INTO api_tokens (id, user_id, name, secret_hash, last_four, created_at)
         VALUES ($1, $2, $3, $4, $5, now())",
    )
    .bind(Uuid::now_v7())
    .bind(seat.user_id)
    .bind("bench")
    .bind(Sha256::digest(secret.as_bytes()).to_vec())
    .bind(&secret[secret.len() - 4..])
    .execute(&databases.identity)
    .await?;
    Ok(secret)
}

fn seat() -> (Seat, [u8; 32]) {
    let id: i128 = rand::random();
    let bytes = id.to_le_bytes();
    let session = URL_SAFE_NO_PAD.encode(bytes);
    let seat = Seat { dealer_id: DealerId(Uuid::now_v7()), user_id: Uuid::now_v7(), session };
    (seat, Sha256::digest(bytes).into())
}
