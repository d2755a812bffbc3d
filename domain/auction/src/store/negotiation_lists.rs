//! Negotiations as lists and pages show them.

use deal::{Kind, Negotiation, Side};
use kernel::{DealerId, Fen, LotId, NegotiationId, SaleId, UnixMs, VehicleId};
use platform_db::{from_sql, to_sql};
use sqlx::PgPool;

use super::lots::decode;
use crate::negotiation::{Filter, Move, Row, Sort, State};

/// A negotiation as it is stored, beside what its lot says.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) row: Row,
    pub(crate) state: Negotiation,
    pub(crate) vehicle_id: VehicleId,
    pub(crate) then_next_bidder: bool,
}

/// Whose negotiations.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Whose {
    /// All of them: for staff.
    Anybodys,
    /// Those in which this company buys.
    Buyers(DealerId),
    /// Those about lots that this company sells, and does not buy itself.
    Sellers(DealerId),
}

/// How many match, and those of the page. For a dealer only his own.
pub(crate) async fn list(
    pool: &PgPool,
    dealer: Option<DealerId>,
    filter: &Filter,
    limit: i64,
) -> Result<(i64, Vec<Row>), sqlx::Error> {
    let words = filter.search.trim().replace(['%', '_', '\\'], " ");
    let offset = limit.saturating_mul(i64::from(filter.page.saturating_sub(1)));
    // what runs comes first in the order of deadlines, or an old deadline would hide it
    let rows = sqlx::query!(
        "SELECT n.id, n.lot_id, n.status, n.state, n.buyer_dealer_id, n.opened_at, n.ended_at,
                l.lot_no, l.title, l.vin, l.sale_id, s.name AS sale_name, d.name AS \"buyer_name?\",
                count(*) OVER () AS \"total!\"
           FROM negotiation n
           JOIN lot l ON l.id = n.lot_id
           JOIN sale s ON s.id = l.sale_id
           LEFT JOIN dealer d ON d.dealer_id = n.buyer_dealer_id
          CROSS JOIN LATERAL (
                SELECT CASE $4::text
                       WHEN 'bid' THEN (n.state -> 'terms' ->> 'bid_fen')::float8
                       WHEN 'opened' THEN extract(epoch FROM n.opened_at)::float8
                       ELSE extract(epoch FROM n.deadline_at)::float8 END AS value) k
          WHERE ($1::uuid IS NULL OR n.buyer_dealer_id = $1)
            AND ($2::text = '' OR concat_ws(' ', l.title, l.vin, s.name,
                                            CASE WHEN $1::uuid IS NULL THEN d.name END) ILIKE '%' || $2 || '%')
            AND CASE $3::text
                WHEN 'open' THEN n.status = 'open'
                WHEN 'seller' THEN n.status = 'open' AND n.turn = 'seller'
                WHEN 'buyer' THEN n.status = 'open' AND n.turn = 'buyer'
                WHEN 'agreed' THEN n.status = 'agreed'
                WHEN 'failed' THEN n.status NOT IN ('open', 'agreed')
                ELSE TRUE END
          ORDER BY CASE WHEN $4::text = 'deadline' THEN n.status <> 'open' END,
                   CASE WHEN $5::bool THEN k.value END,
                   CASE WHEN NOT $5::bool THEN k.value END DESC,
                   n.id
          LIMIT $6
         OFFSET $7",
        dealer.map(|dealer| dealer.0),
        words,
        filter.state.map(State::name).unwrap_or_default(),
        filter.sort.name(),
        filter.ascending,
        limit,
        offset
    )
    .fetch_all(pool)
    .await?;
    let total = rows.first().map_or(0, |row| row.total);
    let rows = rows
        .into_iter()
        .map(|row| {
            Ok(Row::of(
                NegotiationId(row.id),
                decode(row.state)?,
                crate::negotiation::Lot {
                    id: LotId(row.lot_id),
                    no: row.lot_no,
                    sale_id: SaleId(row.sale_id),
                    sale_name: row.sale_name,
                    title: row.title,
                    vin: row.vin,
                },
                (DealerId(row.buyer_dealer_id), row.buyer_name),
                (from_sql(row.opened_at), row.ended_at.map(from_sql)),
            ))
        })
        .collect::<Result<_, sqlx::Error>>()?;
    Ok((total, rows))
}

/// One of them, where it is theirs.
pub(crate) async fn one(
    pool: &PgPool,
    whose: Whose,
    id: NegotiationId,
) -> Result<Option<Found>, sqlx::Error> {
    let (buyer, seller) = match whose {
        Whose::Anybodys => (None, None),
        Whose::Buyers(company) => (Some(company.0), None),
        Whose::Sellers(company) => (None, Some(company.0)),
    };
    let row = sqlx::query!(
        "SELECT n.lot_id, n.state, n.buyer_dealer_id, n.opened_at, n.ended_at, n.then_next_bidder,
                l.lot_no, l.title, l.vin, l.vehicle_id, l.sale_id, s.name AS sale_name, d.name AS \"buyer_name?\"
           FROM negotiation n
           JOIN lot l ON l.id = n.lot_id
           JOIN sale s ON s.id = l.sale_id
           LEFT JOIN dealer d ON d.dealer_id = n.buyer_dealer_id
          WHERE n.id = $1
            AND ($2::uuid IS NULL OR n.buyer_dealer_id = $2)
            AND ($3::uuid IS NULL OR n.buyer_dealer_id <> $3 AND l.seller_name IN (
                     SELECT c.seller_name FROM selling_company c WHERE c.dealer_id = $3))",
        id.0,
        buyer,
        seller
    )
    .fetch_optional(pool)
    .await?;
    let Some(row) = row else { return Ok(None) };
    let state: Negotiation = decode(row.state)?;
    let lot = crate::negotiation::Lot {
        id: LotId(row.lot_id),
        no: row.lot_no,
        sale_id: SaleId(row.sale_id),
        sale_name: row.sale_name,
        title: row.title,
        vin: row.vin,
    };
    let buyer = (DealerId(row.buyer_dealer_id), row.buyer_name);
    let times = (from_sql(row.opened_at), row.ended_at.map(from_sql));
    Ok(Some(Found {
        row: Row::of(id, state.clone(), lot, buyer, times),
        state,
        vehicle_id: VehicleId(row.vehicle_id),
        then_next_bidder: row.then_next_bidder,
    }))
}

/// What has happened, oldest first. The refused moves are left out; of the other side's people and of its secret limits
/// nothing is told.
pub(crate) async fn moves(
    pool: &PgPool,
    id: NegotiationId,
    viewer: Side,
    is_staff: bool,
) -> Result<Vec<Move>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT command, at, side,
                CASE WHEN command <> 'enter_secret' OR side = $2 THEN amount_fen END AS amount_fen,
                CASE WHEN $3::bool OR side = $2 THEN user_name END AS user_name,
                side = 'seller' AND $2 = 'seller' AND user_id IS NOT NULL
                    AND actor = '00000000-0000-0000-0000-000000000000' AS \"by_staff!\"
           FROM negotiation_log
          WHERE negotiation_id = $1 AND code IS NULL AND (seq IS NOT NULL OR $3::bool)
          ORDER BY written_at, seq",
        id.0,
        viewer.as_str(),
        is_staff
    )
    .fetch_all(pool)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| Move {
            what: row.command,
            at: from_sql(row.at),
            side: [Side::Buyer, Side::Seller]
                .into_iter()
                .find(|side| row.side.as_deref() == Some(side.as_str())),
            amount_fen: row.amount_fen.map(Fen),
            who: row.user_name,
            by_staff: row.by_staff,
        })
        .collect())
}

/// How many wait for the seller, how many for a buyer; of a dealer's own only. What is past its deadline waits for nobody.
pub(crate) async fn counts(
    pool: &PgPool,
    dealer: Option<DealerId>,
    now: UnixMs,
) -> Result<(i64, i64), sqlx::Error> {
    let row = sqlx::query!(
        "SELECT count(*) FILTER (WHERE turn = 'seller') AS \"seller!\",
                count(*) FILTER (WHERE turn = 'buyer') AS \"buyer!\"
           FROM negotiation
          WHERE status = 'open' AND deadline_at > $2
            AND ($1::uuid IS NULL OR buyer_dealer_id = $1)",
        dealer.map(|dealer| dealer.0),
        to_sql(now)
    )
    .fetch_one(pool)
    .await?;
    Ok((row.seller, row.buyer))
}

/// The negotiations of a lot, the newest first. For a dealer only his own.
pub(crate) async fn of_lot(
    pool: &PgPool,
    dealer: Option<DealerId>,
    lot_id: LotId,
) -> Result<Vec<(NegotiationId, Kind)>, sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT id, kind
           FROM negotiation
          WHERE lot_id = $1
            AND ($2::uuid IS NULL OR buyer_dealer_id = $2)
          ORDER BY opened_at DESC",
        lot_id.0,
        dealer.map(|dealer| dealer.0)
    )
    .fetch_all(pool)
    .await?;
    rows.into_iter()
        .map(|row| {
            let unknown = || sqlx::Error::Decode(format!("negotiation kind {}", row.kind).into());
            Ok((NegotiationId(row.id), Kind::from_name(&row.kind).ok_or_else(unknown)?))
        })
        .collect()
}

impl Row {
    fn of(
        id: NegotiationId,
        state: Negotiation,
        lot: crate::negotiation::Lot,
        (buyer_dealer_id, buyer_name): (DealerId, Option<String>),
        (opened_at, ended_at): (UnixMs, Option<UnixMs>),
    ) -> Row {
        Row {
            id,
            lot,
            kind: state.terms.kind,
            status: state.status,
            turn: state.turn,
            deadline_at: state.deadline_at,
            bid_fen: state.terms.bid_fen,
            buyer_fen: state.buyer.offer_fen.unwrap_or(state.terms.bid_fen),
            seller_fen: state.seller.offer_fen,
            price_fen: state.price_fen,
            buyer_dealer_id,
            buyer_name: buyer_name.unwrap_or_default(),
            opened_at,
            ended_at,
        }
    }
}

impl Sort {
    /// The name in addresses.
    pub const fn name(self) -> &'static str {
        match self {
            Sort::Deadline => "deadline",
            Sort::Opened => "opened",
            Sort::Bid => "bid",
        }
    }
}
