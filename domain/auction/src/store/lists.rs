//! Lots as lists and pages show them.

use bidding::{
    BidLine, Call, Format, LotState, LotStatus, MyPosition, Outcome, PublicLot, ReserveLight, StepClock,
    Terms, VoidReason,
};
use kernel::{DealerId, Fen, LotId, SaleId, UnixMs, UserId, VehicleId};
use platform_db::from_sql;
use serde::{Deserialize, Serialize};
use sqlx::postgres::PgRow;
use sqlx::types::time::OffsetDateTime;
use sqlx::{PgConnection, PgPool, Postgres, QueryBuilder, Row as _};
use uuid::Uuid;

use super::conditions::{push_conditions, push_visible, push_watched};
use super::facets::Facets;
use super::lots;
use super::report_news::{ReportNews, report_news};
use crate::audience::SisterPolicy;

/// How many lots a page of the hall shows.
pub(crate) const PAGE_SIZE: i64 = 24;

/// The order of a list of lots.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// The next to end first.
    #[default]
    Ending,
    /// The last to end first.
    EndingLast,
    /// The cheapest first.
    PriceUp,
    /// The dearest first.
    PriceDown,
    /// The newest model year first.
    Newest,
    /// The least driven first.
    Mileage,
}

/// How a lot stands for the company that bid on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MyStanding {
    /// It runs, and the company leads.
    Leading,
    /// It runs, and somebody else leads.
    Outbid,
    /// Sold to the company.
    Won,
    /// Closed below the reserve, and the price is negotiated: the result is open.
    Negotiating,
    /// Over otherwise.
    Lost,
}

impl MyStanding {
    /// All of them.
    pub const ALL: [MyStanding; 5] =
        [MyStanding::Leading, MyStanding::Outbid, MyStanding::Won, MyStanding::Negotiating, MyStanding::Lost];

    /// The name in addresses and text keys.
    pub const fn name(self) -> &'static str {
        match self {
            MyStanding::Leading => "leading",
            MyStanding::Outbid => "outbid",
            MyStanding::Won => "won",
            MyStanding::Negotiating => "negotiating",
            MyStanding::Lost => "lost",
        }
    }
}

/// Which lots, in which order, which page. Every part is optional. A saved search keeps it, without what is one's own.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct HallFilter {
    /// Words that all stand in the title, the VIN or the sale's name, or that name its number there (`#12`, `12号`).
    pub search: String,
    /// The make.
    pub make: String,
    /// The city.
    pub city: String,
    /// The grade.
    pub grade: String,
    /// The fuel.
    pub fuel: String,
    /// The first model year.
    pub year_from: Option<i32>,
    /// The last model year.
    pub year_to: Option<i32>,
    /// The most kilometres.
    pub mileage_to_km: Option<i64>,
    /// What everybody may know of the reserve.
    pub reserve: Option<ReserveLight>,
    /// The lowest price (the start price, where there is no bid).
    pub price_from_fen: Option<Fen>,
    /// The highest price, likewise.
    pub price_to_fen: Option<Fen>,
    /// `open`, `scheduled`, `closed` or nothing for what can still be bid on.
    pub status: String,
    /// How they are sold: the word of a format (`timed`); empty finds all.
    pub format: String,
    /// Only lots of this sale.
    pub sale_id: Option<SaleId>,
    /// Only lots this dealer has bid on.
    #[serde(skip)]
    pub bid_by: Option<DealerId>,
    /// Only lots that stand so for the company of who looks.
    #[serde(skip)]
    pub standing: Option<MyStanding>,
    /// Only lots that who looks keeps an eye on, or that this dealer has bid on, and that are not over.
    #[serde(skip)]
    pub followed_by: Option<DealerId>,
    /// Only lots that who looks keeps an eye on.
    #[serde(skip)]
    pub watched: bool,
    /// What became of them.
    #[serde(skip)]
    pub outcome: Option<Outcome>,
    /// Only lots that end then or later.
    #[serde(skip)]
    pub ends_from: Option<UnixMs>,
    /// Only lots that end before then.
    #[serde(skip)]
    pub ends_before: Option<UnixMs>,
    /// The order.
    pub sort: Sort,
    /// The page, from 1.
    #[serde(skip)]
    pub page: u32,
}

impl HallFilter {
    /// The same for lots that have just been listed, wherever they are in their life.
    pub(crate) fn of_new_lots(&self) -> HallFilter {
        HallFilter { status: "all".to_owned(), ..self.clone() }
    }
}

/// For whom a list is read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Viewer {
    /// The company whose position is shown; none for staff.
    pub(crate) dealer_id: Option<DealerId>,
    /// The person whose watch list counts.
    pub(crate) user_id: UserId,
}

/// A lot in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HallLot {
    /// The lot.
    pub id: LotId,
    /// Its number in the sale.
    pub lot_no: i32,
    /// The sale.
    pub sale_id: SaleId,
    /// The sale's name.
    pub sale_name: String,
    /// When the sale was made: what it costs to buy in it is what held then.
    pub terms_at: UnixMs,
    /// Whether only invited dealer groups see it.
    pub invite_only: bool,
    /// The car.
    pub vehicle_id: VehicleId,
    /// Its title.
    pub title: String,
    /// Its VIN.
    pub vin: String,
    /// Its make.
    pub make: String,
    /// Its model.
    pub model: String,
    /// Its model year.
    pub model_year: i32,
    /// Its mileage.
    pub mileage_km: i64,
    /// Its colour.
    pub colour: String,
    /// Its grade.
    pub grade: String,
    /// Where it stands.
    pub city: String,
    /// Who sells it.
    pub seller_name: String,
    /// Its photos.
    pub photo_ids: Vec<Uuid>,
    /// The start price.
    pub start_fen: Fen,
    /// The market reference price.
    pub guide_fen: Fen,
    /// The condition report that bids bind to.
    pub report_hash: String,
    /// What is to be known of it, where it is not the one that the lot was listed with.
    pub report_news: Option<ReportNews>,
    /// 手续不全: whether the report found a paper missing, or a pledge.
    pub papers_incomplete: bool,
    /// When it opens.
    pub opens_at: UnixMs,
    /// When it was over, where that was before its end: bought, accepted, hammered, passed.
    pub(crate) ended_early_at: Option<UnixMs>,
    /// What everybody sees.
    pub lot: PublicLot,
    /// What this dealer sees besides.
    pub mine: MyPosition,
    /// Whether who looks keeps an eye on it.
    pub watched: bool,
    /// Whether stores of one group may bid against each other.
    pub(crate) sisters: SisterPolicy,
    /// The whole state: for staff pages only, never sent to a dealer.
    pub(crate) state: LotState,
}

impl HallLot {
    /// How it is sold.
    pub const fn format(&self) -> Format {
        self.state.terms.format
    }

    /// Whether the auctioneer can pass it: a sale is never taken from who leads.
    pub fn can_be_passed(&self, now: UnixMs) -> bool {
        bidding::can_pass(&self.state, now)
    }

    /// When it ends; when it ended, once it is over.
    pub fn ends_at(&self) -> UnixMs {
        self.ended_early_at.unwrap_or(self.lot.end_at)
    }

    /// Who has to top up his deposit, and until when, while the lot waits for him.
    pub fn waits_for_deposit(&self) -> Option<(DealerId, UnixMs)> {
        self.state.top_up.map(|top_up| (top_up.dealer_id, top_up.until))
    }

    /// Whether it was sold below the reserve, within the gap that the seller had authorised.
    pub const fn in_gap(&self) -> bool {
        self.state.in_gap
    }

    /// The buy-now price while it is offered.
    pub fn buy_now(&self) -> Option<Fen> {
        self.state.buy_now()
    }

    /// The price from which on it is not offered any more.
    pub fn buy_now_end(&self) -> Option<Fen> {
        self.state.buy_now_end()
    }

    /// Every amount is a multiple of it.
    pub const fn tick_fen(&self) -> Fen {
        self.state.terms.tick_fen
    }

    /// What it is sold by; everybody may read it.
    pub const fn terms(&self) -> &Terms {
        &self.state.terms
    }

    /// Whether how it went can be seen: its log is published once its price is settled, and never where that would tell an offer
    /// that nobody paid.
    pub fn has_replay(&self) -> bool {
        let is_settled = matches!(self.lot.outcome, Some(Outcome::Sold | Outcome::Unsold));
        self.lot.status == LotStatus::Closed && is_settled && !self.tells_an_offer()
    }

    /// Whether its log would tell an offer that nobody paid: it is not published then.
    pub fn tells_an_offer(&self) -> bool {
        self.state.tells_an_offer()
    }

    /// Where the steps of a Dutch lot are, once it opened.
    pub const fn step_clock(&self) -> Option<StepClock> {
        self.state.steps
    }

    /// The current step of a Dutch lot, and its price.
    pub fn step(&self, now: UnixMs) -> Option<(u32, Fen)> {
        let step = self.state.step_at(now)?;
        Some((step, self.state.step_price(step)?))
    }

    /// What it costs now; of a price that falls the step that holds: nothing is written when a step begins.
    pub fn price_at(&self, now: UnixMs) -> Option<Fen> {
        let runs = matches!(self.lot.status, LotStatus::Open | LotStatus::Paused);
        let step = self.step(now).filter(|_| runs);
        step.map(|(_, price_fen)| price_fen).or(self.lot.price_fen)
    }

    /// What the auctioneer of a lane called at this price.
    pub const fn call(&self) -> Option<Call> {
        self.state.call
    }
}

/// One page of a list, and how many there are in all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LotPage {
    /// All that match.
    pub total: i64,
    /// Those of this page.
    pub lots: Vec<HallLot>,
    /// How many a page has.
    pub page_size: i64,
    /// What occurs among lots that can still be bid on, for the filter.
    pub facets: Facets,
}

pub(super) const COLUMNS: &str = "SELECT l.id, l.lot_no, l.sale_id, s.name AS sale_name, s.created_at AS terms_at, s.invite_only, s.sisters, l.vehicle_id, l.title, l.vin, l.make, l.model,
    l.model_year, l.mileage_km, l.colour, l.grade, l.city, l.seller_name, l.photo_ids, l.guide_fen, l.report_hash,
    l.papers_incomplete, l.opens_at, l.state || jsonb_build_object('terms', l.terms) AS state, my.max_fen AS my_max_fen,
    CASE WHEN (l.state ->> 'ended_early')::bool
         THEN (SELECT e.admitted_at FROM lot_log e
                WHERE e.lot_id = l.id AND e.command <> 'place_max' AND e.seq IS NOT NULL
                  AND e.events::jsonb @> '[{\"event\": \"ended_early\"}]'
                ORDER BY e.seq DESC LIMIT 1)
    END AS ended_early_at,
    ARRAY(SELECT b.dealer_id FROM lot_bidder b WHERE b.lot_id = l.id ORDER BY b.alias) AS bidders";

pub(super) const FROM: &str = "
  FROM lot l
  JOIN sale s ON s.id = l.sale_id
  LEFT JOIN LATERAL (
      SELECT g.max_fen FROM lot_log g
       WHERE g.lot_id = l.id AND g.command IN ('place_max', 'buy_now', 'accept') AND g.seq IS NOT NULL
         AND NOT bid_is_void(g.lot_id, g.seq)
         AND g.actor = ";

/// The lots of the filter as this viewer sees them.
pub(crate) async fn hall(
    pool: &PgPool,
    viewer: Viewer,
    filter: &HallFilter,
    limit: i64,
) -> Result<(i64, Vec<HallLot>), sqlx::Error> {
    let mut query = QueryBuilder::<Postgres>::new(COLUMNS);
    let who = viewer.dealer_id.map_or(Uuid::nil(), |dealer| dealer.0);
    push_watched(&mut query, viewer);
    query.push(", count(*) OVER () AS total").push(FROM);
    query.push_bind(who).push(" ORDER BY g.seq DESC LIMIT 1) my ON true WHERE true");
    push_conditions(&mut query, viewer, filter);
    query.push(match filter.sort {
        // the cars of a lane that wait for their turn have no end yet
        Sort::Ending => " ORDER BY (l.status = 'closed'), (l.status = 'scheduled' AND l.opens_at <= clock_timestamp()), l.end_at",
        Sort::EndingLast => " ORDER BY l.end_at DESC",
        Sort::PriceUp => concat!(" ORDER BY ", price!()),
        Sort::PriceDown => concat!(" ORDER BY ", price!(), " DESC"),
        Sort::Newest => " ORDER BY l.model_year DESC",
        Sort::Mileage => " ORDER BY l.mileage_km",
    });
    // each lot once: a number is one lot's in its sale
    query.push(", l.sale_id, l.lot_no");
    let offset = limit * i64::from(filter.page.saturating_sub(1));
    query.push(" LIMIT ").push_bind(limit).push(" OFFSET ").push_bind(offset);
    let rows = query.build().fetch_all(pool).await?;
    let total = match rows.first() {
        Some(row) => row.try_get("total")?,
        None => 0,
    };
    let lots = rows.iter().map(|row| hall_lot(row, viewer)).collect::<Result<_, _>>()?;
    Ok((total, lots))
}

/// Those of these lots that the filter finds.
pub(crate) async fn among(
    conn: &mut PgConnection,
    viewer: Viewer,
    filter: &HallFilter,
    lots: &[LotId],
) -> Result<Vec<LotId>, sqlx::Error> {
    let ids: Vec<Uuid> = lots.iter().map(|lot| lot.0).collect();
    let mut query = QueryBuilder::<Postgres>::new(
        "SELECT l.id FROM lot l JOIN sale s ON s.id = l.sale_id WHERE l.id = ANY(",
    );
    query.push_bind(ids).push(")");
    push_conditions(&mut query, viewer, filter);
    let found: Vec<Uuid> = query.build_query_scalar().fetch_all(conn).await?;
    Ok(found.into_iter().map(LotId).collect())
}

/// The newest bids of a lot beside the lot itself. A second statement would cost the bidding page more than its rows.
const HISTORY: &str = ",
    (SELECT coalesce(jsonb_agg(jsonb_build_object(
                'seq', b.seq, 'alias', b.alias, 'by', b.by, 'price_fen', b.price_fen, 'bought', b.bought,
                'at', (extract(epoch FROM b.admitted_at) * 1000)::bigint) ORDER BY b.seq DESC), '[]')
       FROM (SELECT h.seq, d.alias, w.alias AS by, h.price_fen, h.admitted_at, h.command = 'buy_now' AS bought
               FROM lot_log h
               JOIN lot_bidder d ON d.lot_id = h.lot_id AND d.dealer_id = h.leader
               LEFT JOIN lot_bidder w ON w.lot_id = h.lot_id AND w.dealer_id = h.actor AND h.actor <> h.leader
              WHERE h.lot_id = l.id AND h.command IN ('place_max', 'buy_now', 'accept', 'open', 'void_bid') AND h.seq IS NOT NULL
              ORDER BY h.seq DESC
              LIMIT ";

/// The bids that were voided, beside the lot as well.
const VOIDED: &str = ",
    (SELECT coalesce(jsonb_agg(jsonb_build_object(
                'bid_seq', (v.event ->> 'bid_seq')::bigint, 'alias', d.alias, 'reason', v.event ->> 'reason',
                'price_fen', v.price_fen, 'at', (extract(epoch FROM v.admitted_at) * 1000)::bigint)
                ORDER BY v.seq DESC), '[]')
       FROM (SELECT w.lot_id, w.seq, w.price_fen, w.admitted_at, w.events::jsonb -> 0 AS event
               FROM lot_log w
              WHERE w.lot_id = l.id AND w.command = 'void_bid' AND w.seq IS NOT NULL) v
       LEFT JOIN lot_bidder d ON d.lot_id = v.lot_id AND d.dealer_id = (v.event ->> 'dealer_id')::uuid) AS voided";

/// A bid that was voided, as everybody who looks at the lot is told of it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct VoidedBid {
    /// The number that it had been accepted under.
    pub bid_seq: i64,
    /// The bidder's alias on this lot; none for a max that never left the time before the opening.
    pub alias: Option<u32>,
    /// Why.
    pub reason: VoidReason,
    /// The price after it; none when no bid was left.
    pub price_fen: Option<Fen>,
    /// When.
    pub at: UnixMs,
}

/// One lot with what only its own page shows.
#[derive(Clone, Debug)]
pub(crate) struct OneLot {
    pub(crate) lot: HallLot,
    /// The newest bids, newest first.
    pub(crate) history: Vec<BidLine>,
    /// The newest first.
    pub(crate) voided: Vec<VoidedBid>,
}

/// One lot as this viewer sees it.
pub(crate) async fn one(pool: &PgPool, viewer: Viewer, lot_id: LotId) -> Result<Option<OneLot>, sqlx::Error> {
    let mut query = QueryBuilder::<Postgres>::new(COLUMNS);
    query.push(HISTORY).push_bind(lots::HISTORY_SHOWN).push(") b) AS history").push(VOIDED);
    push_watched(&mut query, viewer);
    query.push(FROM);
    let who = viewer.dealer_id.map_or(Uuid::nil(), |dealer| dealer.0);
    query.push_bind(who).push(" ORDER BY g.seq DESC LIMIT 1) my ON true WHERE l.id = ").push_bind(lot_id.0);
    push_visible(&mut query, viewer);
    let Some(row) = query.build().fetch_optional(pool).await? else { return Ok(None) };
    let decoded = |error| sqlx::Error::Decode(Box::new(error));
    let history = serde_json::from_value(row.try_get("history")?).map_err(decoded)?;
    let voided = serde_json::from_value(row.try_get("voided")?).map_err(decoded)?;
    Ok(Some(OneLot { lot: hall_lot(&row, viewer)?, history, voided }))
}

pub(super) fn hall_lot(row: &PgRow, viewer: Viewer) -> Result<HallLot, sqlx::Error> {
    let mut state: LotState =
        serde_json::from_value(row.try_get("state")?).map_err(|e| sqlx::Error::Decode(Box::new(e)))?;
    state.bidders = row.try_get::<Vec<Uuid>, _>("bidders")?.into_iter().map(DealerId).collect();
    let my_max: Option<i64> = row.try_get("my_max_fen")?;
    let mine = viewer
        .dealer_id
        .map_or_else(MyPosition::default, |dealer| state.position_of(dealer, my_max.map(Fen)));
    Ok(HallLot {
        id: LotId(row.try_get("id")?),
        lot_no: row.try_get("lot_no")?,
        sale_id: SaleId(row.try_get("sale_id")?),
        sale_name: row.try_get("sale_name")?,
        invite_only: row.try_get("invite_only")?,
        terms_at: from_sql(row.try_get::<OffsetDateTime, _>("terms_at")?),
        vehicle_id: VehicleId(row.try_get("vehicle_id")?),
        title: row.try_get("title")?,
        vin: row.try_get("vin")?,
        make: row.try_get("make")?,
        model: row.try_get("model")?,
        model_year: row.try_get("model_year")?,
        mileage_km: row.try_get("mileage_km")?,
        colour: row.try_get("colour")?,
        grade: row.try_get("grade")?,
        city: row.try_get("city")?,
        seller_name: row.try_get("seller_name")?,
        photo_ids: row.try_get("photo_ids")?,
        start_fen: state.terms.start_fen,
        guide_fen: Fen(row.try_get("guide_fen")?),
        report_hash: match &state.report {
            Some(report) => report.hash.clone(),
            None => row.try_get("report_hash")?,
        },
        report_news: report_news(&state, viewer),
        papers_incomplete: row.try_get("papers_incomplete")?,
        opens_at: from_sql(row.try_get::<OffsetDateTime, _>("opens_at")?),
        ended_early_at: row.try_get::<Option<OffsetDateTime>, _>("ended_early_at")?.map(from_sql),
        lot: state.public(),
        mine,
        watched: row.try_get("watched")?,
        sisters: SisterPolicy::of(row.try_get("sisters")?),
        state,
    })
}
