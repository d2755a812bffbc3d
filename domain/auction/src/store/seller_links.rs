//! Whose company a seller is, and how his name is spelled on cars.

use kernel::{DealerId, Fen, LotId, Principal, UnixMs};
use platform_db::{from_sql, to_sql};
use sqlx::{PgConnection, PgPool};

use crate::barred_leader::Lead;
use crate::company_name::folded;
use crate::seller_link::{LinkSeller, SellerLink, UnlinkSeller, Unlinked};

/// So many links of a seller a page shows.
const SHOWN: i64 = 50;

/// What an undo found.
#[derive(Clone, Debug)]
pub(crate) enum Ended {
    /// It was this call that ended it.
    Now { seller_name: String, dealer_id: DealerId },
    /// An earlier call with the same key did.
    ByThis,
    /// Somebody else did.
    Before,
    /// There is no such link.
    Never,
}

/// Keeps what the spellings on lots and cars come down to, of those that are not kept yet. The names are walked by their indexes,
/// for there are few sellers and many cars.
pub(crate) async fn know_spellings(conn: &mut PgConnection) -> Result<(), sqlx::Error> {
    let names = sqlx::query_scalar!(
        "WITH RECURSIVE on_lot AS (
             (SELECT seller_name FROM lot ORDER BY seller_name LIMIT 1)
             UNION ALL
             SELECT (SELECT l.seller_name FROM lot l WHERE l.seller_name > n.seller_name ORDER BY l.seller_name LIMIT 1)
               FROM on_lot n
              WHERE n.seller_name IS NOT NULL
         ), on_car AS (
             (SELECT seller_name FROM car ORDER BY seller_name LIMIT 1)
             UNION ALL
             SELECT (SELECT c.seller_name FROM car c WHERE c.seller_name > n.seller_name ORDER BY c.seller_name LIMIT 1)
               FROM on_car n
              WHERE n.seller_name IS NOT NULL
         )
         SELECT n.seller_name AS \"seller_name!\"
           FROM (SELECT seller_name FROM on_lot UNION SELECT seller_name FROM on_car) n
          WHERE n.seller_name IS NOT NULL
            AND NOT EXISTS (SELECT FROM seller_spelling s WHERE s.seller_name = n.seller_name)"
    )
    .fetch_all(&mut *conn)
    .await?;
    if names.is_empty() {
        return Ok(());
    }
    let folds: Vec<String> = names.iter().map(|name| folded(name)).collect();
    sqlx::query!(
        "INSERT INTO seller_spelling (seller_name, folded_name)
         SELECT n.seller_name, n.folded_name FROM unnest($1::text[], $2::text[]) AS n (seller_name, folded_name)
         ON CONFLICT DO NOTHING",
        &names,
        &folds
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// All sellers who are a company's at present: folded names, and whose.
pub(crate) async fn all(pool: &PgPool) -> Result<Vec<(String, DealerId)>, sqlx::Error> {
    let rows = sqlx::query!("SELECT folded_name, dealer_id FROM seller_link WHERE undone_at IS NULL")
        .fetch_all(pool)
        .await?;
    Ok(rows.into_iter().map(|row| (row.folded_name, DealerId(row.dealer_id))).collect())
}

/// How a seller is written on some car; none where nobody of this folded name sells.
pub(crate) async fn spelled(
    conn: &mut PgConnection,
    folded_name: &str,
) -> Result<Option<String>, sqlx::Error> {
    know_spellings(conn).await?;
    sqlx::query_scalar!(
        "SELECT seller_name FROM seller_spelling WHERE folded_name = $1 ORDER BY seller_name LIMIT 1",
        folded_name
    )
    .fetch_optional(conn)
    .await
}

/// Whether this key has said the same before; none where it has said nothing.
pub(crate) async fn given_under(
    conn: &mut PgConnection,
    input: &LinkSeller,
    folded_name: &str,
) -> Result<Option<bool>, sqlx::Error> {
    sqlx::query_scalar!(
        "SELECT folded_name = $2 AND dealer_id = $3 AS \"same!\" FROM seller_link WHERE id = $1",
        input.key,
        folded_name,
        input.dealer_id.0
    )
    .fetch_optional(conn)
    .await
}

/// Writes a link.
pub(crate) async fn insert(
    conn: &mut PgConnection,
    input: &LinkSeller,
    folded_name: &str,
    who: &Principal,
    at: UnixMs,
) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "INSERT INTO seller_link (id, folded_name, seller_name, dealer_id, linked_by, linked_by_name, linked_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        input.key,
        folded_name,
        input.seller_name.trim(),
        input.dealer_id.0,
        who.user_id.0,
        who.display_name,
        to_sql(at)
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// Ends a link, once.
pub(crate) async fn end(
    conn: &mut PgConnection,
    input: &UnlinkSeller,
    who: &Principal,
    at: UnixMs,
) -> Result<Ended, sqlx::Error> {
    let ended = sqlx::query!(
        "UPDATE seller_link
            SET undo_key = $2, undone_by = $3, undone_by_name = $4, undone_at = $5, undo_reason = $6
          WHERE id = $1 AND undone_at IS NULL
         RETURNING seller_name, dealer_id",
        input.link_id,
        input.key,
        who.user_id.0,
        who.display_name,
        to_sql(at),
        input.reason.trim()
    )
    .fetch_optional(&mut *conn)
    .await?;
    if let Some(row) = ended {
        return Ok(Ended::Now { seller_name: row.seller_name, dealer_id: DealerId(row.dealer_id) });
    }
    let by_this = sqlx::query_scalar!(
        "SELECT undo_key = $2 AS \"same!\" FROM seller_link WHERE id = $1",
        input.link_id,
        input.key
    )
    .fetch_optional(conn)
    .await?;
    Ok(match by_this {
        Some(true) => Ended::ByThis,
        Some(false) => Ended::Before,
        None => Ended::Never,
    })
}

/// Whose company a seller is and was, the newest first.
pub(crate) async fn of_seller(
    conn: &mut PgConnection,
    folded_name: &str,
) -> Result<Vec<SellerLink>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT k.id, k.seller_name, k.dealer_id, d.name, k.linked_by_name, k.linked_at,
                k.undone_by_name, k.undone_at, k.undo_reason
           FROM seller_link k
           JOIN dealer d ON d.dealer_id = k.dealer_id
          WHERE k.folded_name = $1
          ORDER BY k.undone_at IS NOT NULL, k.linked_at DESC
          LIMIT $2",
        folded_name,
        SHOWN
    )
    .fetch_all(conn)
    .await?;
    let links = rows.into_iter().map(|row| SellerLink {
        id: row.id,
        seller_name: row.seller_name,
        dealer_id: DealerId(row.dealer_id),
        dealer_name: row.name,
        by_name: row.linked_by_name,
        at: from_sql(row.linked_at),
        undone: row
            .undone_by_name
            .zip(row.undone_at)
            .zip(row.undo_reason)
            .map(|((by_name, at), reason)| Unlinked { by_name, at: from_sql(at), reason }),
    });
    Ok(links.collect())
}

/// The sellers who are a company's at present, with their names as they were written, and the companies' names: for the list.
pub(crate) async fn named(pool: &PgPool) -> Result<Vec<(String, String, String)>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT k.folded_name, k.seller_name, d.name
           FROM seller_link k
           JOIN dealer d ON d.dealer_id = k.dealer_id
          WHERE k.undone_at IS NULL"
    )
    .fetch_all(pool)
    .await?;
    Ok(rows.into_iter().map(|row| (row.folded_name, row.seller_name, row.name)).collect())
}

/// The lots of this seller that run with his own company in the lead, the next to end first: it bid before it was linked.
pub(crate) async fn own_leads(conn: &mut PgConnection, folded_name: &str) -> Result<Vec<Lead>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT l.id, l.title, l.price_fen, l.end_at
           FROM seller_spelling s
           JOIN selling_company c ON c.seller_name = s.seller_name
           JOIN lot l ON l.seller_name = s.seller_name AND l.leader_dealer_id = c.dealer_id
          WHERE s.folded_name = $1 AND l.status IN ('open', 'paused')
          ORDER BY l.end_at, l.id
          LIMIT $2",
        folded_name,
        SHOWN
    )
    .fetch_all(conn)
    .await?;
    let leads = rows.into_iter().map(|row| Lead {
        lot_id: LotId(row.id),
        title: row.title,
        price_fen: row.price_fen.map(Fen),
        end_at: from_sql(row.end_at),
    });
    Ok(leads.collect())
}
