//! Sale sessions and how their lots come into being.

use bidding::{BelowReserve, LotState};
use kernel::{DealerId, Fen, LotId, SaleId, UnixMs, VehicleId};
use platform_db::{from_sql, to_sql};
use serde_json::{Value, json};
use sqlx::{PgConnection, PgPool};
use uuid::Uuid;

use super::lots::decode;
use crate::audience::SisterPolicy;
use crate::create_sale::{CreateSale, Maker};
use crate::fine_print::FinePrint;
use crate::reserve_rules::{ReserveDisplay, ReserveRules};
use crate::sale_format::FormatNumbers;

/// What a lot needs of a car at its birth; the rest is copied inside the database.
#[derive(Clone, Debug)]
pub(crate) struct CarToOffer {
    pub(crate) vehicle_id: VehicleId,
    pub(crate) guide_fen: Fen,
    pub(crate) start_fen: Fen,
    pub(crate) reserve_fen: Option<Fen>,
    pub(crate) title: String,
}

impl CarToOffer {
    /// Whether bids by this fine print can begin at its start and come to its reserve.
    pub(crate) fn is_on_tick(&self, fine: FinePrint) -> bool {
        fine.fits(self.start_fen) && self.reserve_fen.is_none_or(|reserve| fine.fits(reserve))
    }
}

#[derive(Clone, Debug)]
pub(crate) struct NewLot {
    pub(crate) id: LotId,
    pub(crate) lot_no: i32,
    pub(crate) vehicle_id: VehicleId,
    pub(crate) state: LotState,
}

pub(crate) async fn exists(pool: &PgPool, id: SaleId) -> Result<bool, sqlx::Error> {
    sqlx::query_scalar!("SELECT EXISTS (SELECT FROM sale WHERE id = $1) AS \"exists!\"", id.0)
        .fetch_one(pool)
        .await
}

/// Those of the cars that have a price and are on offer nowhere. The unique index `lot_car_once` is the backstop
/// against another sale in the same moment.
pub(crate) async fn cars_to_offer(
    conn: &mut PgConnection,
    ids: &[VehicleId],
) -> Result<Vec<CarToOffer>, sqlx::Error> {
    let ids: Vec<Uuid> = ids.iter().map(|id| id.0).collect();
    let rows = sqlx::query!(
        "SELECT c.vehicle_id, c.guide_fen, c.start_fen, c.reserve_fen, c.title
           FROM car c
          WHERE c.vehicle_id = ANY($1)
            AND NOT EXISTS (
                SELECT FROM lot l
                 WHERE l.vehicle_id = c.vehicle_id
                   AND (l.status <> 'closed' OR l.outcome IN ('sold', 'provisional')))",
        &ids
    )
    .fetch_all(conn)
    .await?;
    Ok(rows
        .into_iter()
        .map(|row| CarToOffer {
            vehicle_id: VehicleId(row.vehicle_id),
            guide_fen: Fen(row.guide_fen),
            start_fen: Fen(row.start_fen),
            reserve_fen: row.reserve_fen.map(Fen),
            title: row.title,
        })
        .collect())
}

/// The word in the database.
pub(crate) const fn below_reserve_word(mode: BelowReserve) -> &'static str {
    match mode {
        BelowReserve::Full => "full",
        BelowReserve::Stepped => "stepped",
    }
}

/// None: all of it is the usual.
pub(crate) fn fine_column(fine: FinePrint) -> Option<Value> {
    (fine != FinePrint::default()).then(|| json!(fine))
}

pub(crate) async fn insert(
    conn: &mut PgConnection,
    sale: &CreateSale,
    maker: Maker<'_>,
) -> Result<(), sqlx::Error> {
    let numbers = FormatNumbers::of(sale.format, sale.buy_now_percent);
    sqlx::query!(
        "WITH made AS (
             INSERT INTO sale (id, name, opens_at, first_end_at, stagger_ms, window_ms, cap_ms, tick_fen,
                               below_reserve, created_by, created_by_name, format, buy_now_percent,
                               dutch_start_percent, dutch_steps, dutch_step_ms, lane_lot_ms, invite_only, sisters,
                               reserve_display, fine, reserve_limit_percent)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17,
                     cardinality($18::text[]) > 0, $19, $20, $21, $22)
             RETURNING id
         )
         INSERT INTO sale_group (sale_id, group_name)
         SELECT DISTINCT made.id, g.name FROM made CROSS JOIN unnest($18::text[]) AS g (name)",
        sale.id.0,
        sale.times.name.trim(),
        to_sql(sale.times.opens_at),
        to_sql(sale.first_end()),
        sale.times.stagger_ms,
        sale.times.window_ms,
        sale.times.cap_ms,
        sale.fine.tick_fen.0,
        below_reserve_word(sale.below_reserve),
        maker.user_id.0,
        maker.name,
        sale.format.as_str(),
        numbers.buy_now_percent,
        numbers.dutch_start_percent,
        numbers.dutch_steps,
        numbers.dutch_step_ms,
        numbers.lane_lot_ms,
        &sale.audience.groups,
        sale.audience.sisters.as_str(),
        sale.reserve.display.as_str(),
        fine_column(sale.fine),
        sale.reserve.limit_column()
    )
    .execute(conn)
    .await?;
    Ok(())
}

fn encode(value: &impl serde::Serialize) -> Result<Value, sqlx::Error> {
    serde_json::to_value(value).map_err(|error| sqlx::Error::Encode(Box::new(error)))
}

/// Makes the lots, each with its own copy of what the auction knows of the car.
pub(crate) async fn insert_lots(
    conn: &mut PgConnection,
    sale_id: SaleId,
    lots: &[NewLot],
) -> Result<(), sqlx::Error> {
    let ids: Vec<Uuid> = lots.iter().map(|lot| lot.id.0).collect();
    let numbers: Vec<i32> = lots.iter().map(|lot| lot.lot_no).collect();
    let vehicles: Vec<Uuid> = lots.iter().map(|lot| lot.vehicle_id.0).collect();
    let states: Vec<Value> = lots.iter().map(|lot| encode(&lot.state)).collect::<Result<_, _>>()?;
    let terms: Vec<Value> = lots.iter().map(|lot| encode(&lot.state.terms)).collect::<Result<_, _>>()?;
    let terms_texts: Vec<String> = terms.iter().map(Value::to_string).collect();
    let opens: Vec<_> = lots.iter().map(|lot| to_sql(lot.state.opens_at)).collect();
    let ends: Vec<_> = lots.iter().map(|lot| to_sql(lot.state.end_at)).collect();
    sqlx::query!(
        "WITH made AS (
             INSERT INTO lot (id, sale_id, lot_no, vehicle_id, vin, title, make, model, model_year, mileage_km, colour, city,
                              grade, seller_name, photo_ids, guide_fen, report_hash, status, state, terms,
                              opens_at, end_at, fuel, papers_incomplete)
             SELECT n.id, $1, n.lot_no, c.vehicle_id, c.vin, c.title, c.make, c.model, c.model_year, c.mileage_km, c.colour,
                    c.city, c.grade, c.seller_name, c.photo_ids, c.guide_fen, c.report_hash, 'scheduled', n.state,
                    n.terms,
                    n.opens_at, n.end_at, c.fuel, c.papers_incomplete
               FROM unnest($2::uuid[], $3::int[], $4::uuid[], $5::jsonb[], $6::timestamptz[], $7::timestamptz[],
                           $8::text[], $9::jsonb[])
                 AS n (id, lot_no, vehicle_id, state, opens_at, end_at, terms_text, terms)
               JOIN car c ON c.vehicle_id = n.vehicle_id
             RETURNING lot.id
         )
         INSERT INTO lot_genesis (lot_id, terms_text)
         SELECT m.id, g.terms_text FROM made m JOIN unnest($2::uuid[], $8::text[]) AS g (id, terms_text) ON g.id = m.id",
        sale_id.0,
        &ids,
        &numbers,
        &vehicles,
        &states,
        &opens,
        &ends,
        &terms_texts,
        &terms
    )
    .execute(conn)
    .await?;
    Ok(())
}

/// A sale in a list, with what has become of its lots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SaleLine {
    /// The sale.
    pub id: SaleId,
    /// Its name.
    pub name: String,
    /// When it opens.
    pub opens_at: UnixMs,
    /// When its last lot ends (so far).
    pub last_end_at: UnixMs,
    /// What has become of its lots.
    pub count: SalesCount,
    /// Who made it.
    pub created_by_name: String,
    /// How a max below the reserve is shown.
    pub below_reserve: String,
    /// The soft-close window.
    pub window_ms: i64,
    /// How its lots are sold: the word in the database.
    pub format: String,
    /// What else its format needs.
    pub numbers: FormatNumbers,
    /// The dealer groups that it invites; nobody named: it is open to all.
    pub groups: Vec<String>,
    /// Whether stores of one group may outbid each other.
    pub sisters: SisterPolicy,
    /// The pause between the ends of one lot and the next.
    pub stagger_ms: i64,
    /// How far soft close may move an end.
    pub cap_ms: i64,
    /// What it does with the reserves of its cars.
    pub reserve: ReserveRules,
    /// When its first lot ends, as it was planned.
    pub first_end_at: UnixMs,
    /// Counts its changes before the opening.
    pub version: i32,
    /// The numbers that are seldom changed.
    pub fine: FinePrint,
}

/// Which sales are looked for. Every part is optional.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SaleSearch {
    /// In whose name it stands.
    pub name: String,
    /// Only those that are not over.
    pub current: bool,
    /// How their cars are sold: the word of a format (`timed`); empty finds all.
    pub format: String,
    /// Only those that open then or later.
    pub opens_from: Option<UnixMs>,
    /// Only those that open before then.
    pub opens_before: Option<UnixMs>,
}

/// How many lots of a sale are where, and what the sold ones brought.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SalesCount {
    /// All that were not withdrawn.
    pub lots: i64,
    /// Taken out before they opened.
    pub withdrawn: i64,
    /// Not open yet.
    pub scheduled: i64,
    /// Open or paused.
    pub open: i64,
    /// Sold.
    pub sold: i64,
    /// In negotiation.
    pub provisional: i64,
    /// Unsold.
    pub unsold: i64,
    /// The sum of the hammer prices of the sold lots.
    pub hammer_fen: Fen,
}

/// Which sales.
#[derive(Clone, Debug, Default)]
pub(crate) struct SaleFilter {
    /// Only this one.
    pub(crate) id: Option<SaleId>,
    /// Only those in whose name it stands; empty finds all.
    pub(crate) name: String,
    /// Only those whose last lot ends after it.
    pub(crate) ends_from: Option<UnixMs>,
    /// Only those that open then or later.
    pub(crate) opens_from: Option<UnixMs>,
    /// Only those that open before it.
    pub(crate) opens_to: Option<UnixMs>,
    /// Only those of this format; empty finds all.
    pub(crate) format: String,
    /// Only those that this dealer may see.
    pub(crate) seen_by: Option<DealerId>,
}

/// The invite-only sales that a dealer may not see; none are hidden from staff.
pub(crate) async fn hidden_from(
    pool: &PgPool,
    dealer_id: Option<DealerId>,
) -> Result<Vec<Uuid>, sqlx::Error> {
    let Some(dealer_id) = dealer_id else { return Ok(Vec::new()) };
    sqlx::query_scalar!(
        "SELECT s.id FROM sale s
          WHERE s.invite_only
            AND NOT EXISTS (SELECT FROM sale_group i JOIN dealer d ON d.group_name = i.group_name
                             WHERE i.sale_id = s.id AND d.dealer_id = $1)",
        dealer_id.0
    )
    .fetch_all(pool)
    .await
}

/// Sales, the newest first.
pub(crate) async fn list(
    pool: &PgPool,
    filter: SaleFilter,
    limit: i64,
    offset: i64,
) -> Result<(i64, Vec<SaleLine>), sqlx::Error> {
    let rows = sqlx::query!(
        "SELECT s.id, s.name, s.opens_at, s.created_by_name, s.below_reserve, s.window_ms,
                s.format, s.buy_now_percent, s.dutch_start_percent, s.dutch_steps, s.dutch_step_ms, s.lane_lot_ms,
                s.sisters, s.stagger_ms, s.cap_ms, s.first_end_at, s.version, s.reserve_display,
                s.reserve_limit_percent, s.fine,
                ARRAY(SELECT g.group_name FROM sale_group g WHERE g.sale_id = s.id ORDER BY g.group_name) AS \"groups!\",
                coalesce(max(l.end_at) FILTER (WHERE l.outcome IS DISTINCT FROM 'withdrawn'), max(l.end_at)) AS \"last_end_at!\",
                count(*) FILTER (WHERE l.outcome IS DISTINCT FROM 'withdrawn') AS \"lots!\",
                count(*) FILTER (WHERE l.outcome = 'withdrawn') AS \"withdrawn!\",
                count(*) FILTER (WHERE l.status = 'scheduled') AS \"scheduled!\",
                count(*) FILTER (WHERE l.status IN ('open', 'paused')) AS \"open!\",
                count(*) FILTER (WHERE l.outcome = 'sold') AS \"sold!\",
                count(*) FILTER (WHERE l.outcome = 'provisional') AS \"provisional!\",
                count(*) FILTER (WHERE l.outcome = 'unsold') AS \"unsold!\",
                coalesce(sum(l.price_fen) FILTER (WHERE l.outcome = 'sold'), 0)::bigint AS \"hammer_fen!\",
                count(*) OVER () AS \"total!\"
           FROM sale s
           JOIN lot l ON l.sale_id = s.id
          WHERE ($1::uuid IS NULL OR s.id = $1)
            AND ($5::timestamptz IS NULL OR s.opens_at < $5)
            AND ($8::timestamptz IS NULL OR s.opens_at >= $8)
            AND ($9 = '' OR s.format = $9)
            AND s.name ILIKE $7
            AND (NOT s.invite_only OR $6::uuid IS NULL OR EXISTS (
                     SELECT FROM sale_group i JOIN dealer d ON d.group_name = i.group_name
                      WHERE i.sale_id = s.id AND d.dealer_id = $6))
          GROUP BY s.id
         -- what was called off takes place at no time
         HAVING $2::timestamptz IS NULL OR max(l.end_at) FILTER (WHERE l.outcome IS DISTINCT FROM 'withdrawn') > $2
          ORDER BY s.opens_at DESC, s.id
          LIMIT $3 OFFSET $4",
        filter.id.map(|id| id.0),
        filter.ends_from.map(to_sql),
        limit,
        offset,
        filter.opens_to.map(to_sql),
        filter.seen_by.map(|dealer| dealer.0),
        super::contains(&filter.name),
        filter.opens_from.map(to_sql),
        filter.format
    )
    .fetch_all(pool)
    .await?;
    let total = rows.first().map_or(0, |row| row.total);
    let lines = rows.into_iter().map(|row| {
        Ok(SaleLine {
            id: SaleId(row.id),
            name: row.name,
            opens_at: from_sql(row.opens_at),
            last_end_at: from_sql(row.last_end_at),
            created_by_name: row.created_by_name,
            below_reserve: row.below_reserve,
            window_ms: row.window_ms,
            format: row.format,
            numbers: FormatNumbers {
                buy_now_percent: row.buy_now_percent,
                dutch_start_percent: row.dutch_start_percent,
                dutch_steps: row.dutch_steps,
                dutch_step_ms: row.dutch_step_ms,
                lane_lot_ms: row.lane_lot_ms,
            },
            groups: row.groups,
            sisters: SisterPolicy::of(&row.sisters),
            stagger_ms: row.stagger_ms,
            cap_ms: row.cap_ms,
            reserve: ReserveRules {
                display: ReserveDisplay::of(&row.reserve_display),
                limit_percent: i64::from(row.reserve_limit_percent),
            },
            first_end_at: from_sql(row.first_end_at),
            version: row.version,
            fine: row.fine.map_or_else(|| Ok(FinePrint::default()), decode)?,
            count: SalesCount {
                lots: row.lots,
                withdrawn: row.withdrawn,
                scheduled: row.scheduled,
                open: row.open,
                sold: row.sold,
                provisional: row.provisional,
                unsold: row.unsold,
                hammer_fen: Fen(row.hammer_fen),
            },
        })
    });
    let lines: Result<_, sqlx::Error> = lines.collect();
    Ok((total, lines?))
}
