//! Dealers, one user each, and a session for each user.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use kernel::DealerId;
use sha2::{Digest as _, Sha256};
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
        "INSERT INTO dealers (id, name, city, phone, status, created_at, event_seq)
         SELECT id, 'Bench ' || id, 'Bench', '00000000', 'active', now(), 0 FROM unnest($1::uuid[]) AS d (id)",
    )
    .bind(&dealer_ids)
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "INSERT INTO users (id, login, display_name, password_hash, password_set_at, lang, seat, dealer_id, is_owner,
                            active, created_at, event_seq)
         SELECT id, 'bench-' || id, 'Bench', '!', now(), 'en', 'dealer', dealer_id, true, true, now(), 0
           FROM unnest($1::uuid[], $2::uuid[]) AS u (id, dealer_id)",
    )
    .bind(&user_ids)
    .bind(&dealer_ids)
    .execute(&mut *tx)
    .await?;
    sqlx::query(
        "INSERT INTO sessions (id_hash, user_id, data, created_at, seen_at, expires_at, ends_at)
         SELECT id_hash, user_id, jsonb_build_object('user_id', user_id), now(), now(),
                now() + interval '12 hours', now() + interval '7 days'
           FROM unnest($1::bytea[], $2::uuid[]) AS s (id_hash, user_id)",
    )
    .bind(&id_hashes)
    .bind(&user_ids)
    .execute(&mut *tx)
    .await?;
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
