//! Which lots a list is about, as conditions of its statement.

use bidding::ReserveLight;
use platform_db::to_sql;
use sqlx::{Postgres, QueryBuilder};
use uuid::Uuid;

use super::lists::{HallFilter, MyStanding, Viewer};
use super::words::{contains, lot_number};

/// A dealer outside an invite-only sale's groups (定向场) sees nothing of it.
pub(super) fn push_visible(query: &mut QueryBuilder<Postgres>, viewer: Viewer) {
    if let Some(dealer_id) = viewer.dealer_id {
        query
            .push(
                " AND (NOT s.invite_only OR EXISTS (
                     SELECT FROM sale_group i JOIN dealer d ON d.group_name = i.group_name
                      WHERE i.sale_id = s.id AND d.dealer_id = ",
            )
            .push_bind(dealer_id.0)
            .push("))");
    }
}

/// Whether who looks keeps an eye on the lot, as the column `watched`.
pub(super) fn push_watched(query: &mut QueryBuilder<Postgres>, viewer: Viewer) {
    query.push(", EXISTS (SELECT FROM lot_watch w WHERE w.lot_id = l.id AND w.user_id = ");
    query.push_bind(viewer.user_id.0).push(") AS watched");
}

/// All that the filter asks for.
pub(super) fn push_conditions(query: &mut QueryBuilder<Postgres>, viewer: Viewer, filter: &HallFilter) {
    push_visible(query, viewer);
    push_car(query, filter);
    match filter.status.as_str() {
        "open" => query.push(" AND l.status IN ('open', 'paused')"),
        "scheduled" => query.push(" AND l.status = 'scheduled'"),
        "closed" => query.push(" AND l.status = 'closed'"),
        "all" => query,
        // what can still be bid on, unless the list is about a sale or one's own bids: those show all
        _ if filter.followed_by.is_some() || (filter.sale_id.is_none() && filter.bid_by.is_none()) => {
            query.push(" AND l.status <> 'closed'")
        }
        _ => query,
    };
    if let Some(sale_id) = filter.sale_id {
        query.push(" AND l.sale_id = ").push_bind(sale_id.0);
    }
    if filter.watched {
        query.push(" AND EXISTS (SELECT FROM lot_watch w WHERE w.lot_id = l.id AND w.user_id = ");
        query.push_bind(viewer.user_id.0).push(")");
    }
    if let Some(dealer_id) = filter.followed_by {
        query.push(" AND (EXISTS (SELECT FROM lot_watch w WHERE w.lot_id = l.id AND w.user_id = ");
        query
            .push_bind(viewer.user_id.0)
            .push(") OR EXISTS (SELECT FROM lot_bidder b WHERE b.lot_id = l.id AND b.dealer_id = ");
        query.push_bind(dealer_id.0).push("))");
    }
    if let Some(outcome) = filter.outcome {
        query.push(" AND l.outcome = ").push_bind(outcome.as_str());
    }
    if let Some(from) = filter.ends_from {
        query.push(" AND l.end_at >= ").push_bind(to_sql(from));
    }
    if let Some(before) = filter.ends_before {
        query.push(" AND l.end_at < ").push_bind(to_sql(before));
    }
    if let Some(standing) = filter.standing {
        push_standing(query, viewer, standing);
    }
    if let Some(dealer_id) = filter.bid_by {
        query
            .push(" AND EXISTS (SELECT FROM lot_log b WHERE b.lot_id = l.id AND b.command IN ('place_max', 'buy_now', 'accept') AND b.seq IS NOT NULL AND b.actor = ")
            .push_bind(dealer_id.0)
            .push(")");
    }
}

fn push_standing(query: &mut QueryBuilder<Postgres>, viewer: Viewer, standing: MyStanding) {
    let condition = match standing {
        MyStanding::Leading => " AND l.status <> 'closed' AND l.leader_dealer_id = ",
        // a sealed lot leads nobody before its close, and a bid that was voided was outbid by nobody
        MyStanding::Outbid => {
            " AND l.status <> 'closed' AND my.max_fen IS NOT NULL AND coalesce(l.terms ->> 'format', '') NOT LIKE 'sealed%' \
             AND l.leader_dealer_id IS DISTINCT FROM "
        }
        MyStanding::Won => " AND l.outcome = 'sold' AND l.leader_dealer_id = ",
        // whoever leads: until that is over nobody has lost it
        MyStanding::Negotiating => {
            query.push(" AND l.outcome = 'provisional'");
            return;
        }
        // a lot that nobody bought is lost to whoever led
        MyStanding::Lost => " AND (l.outcome = 'unsold' OR l.outcome = 'sold' AND l.leader_dealer_id <> ",
    };
    query.push(condition).push_bind(viewer.dealer_id.map_or(Uuid::nil(), |dealer| dealer.0));
    if standing == MyStanding::Lost {
        query.push(")");
    }
}

/// What the car and its price must be.
pub(super) fn push_car(query: &mut QueryBuilder<Postgres>, filter: &HallFilter) {
    let words = filter.search.trim().replace(['%', '_', '\\'], " ");
    for word in words.split_whitespace().take(6) {
        let pattern = contains(word);
        query.push(" AND (l.title ILIKE ").push_bind(pattern.clone());
        query.push(" OR l.vin ILIKE ").push_bind(pattern.clone());
        query.push(" OR s.name ILIKE ").push_bind(pattern);
        if let Some(number) = lot_number(word) {
            query.push(" OR l.lot_no = ").push_bind(number);
        }
        query.push(")");
    }
    if !filter.make.is_empty() {
        query.push(" AND l.make = ").push_bind(filter.make.clone());
    }
    if !filter.city.is_empty() {
        query.push(" AND l.city = ").push_bind(filter.city.clone());
    }
    if let Some(year) = filter.year_from {
        query.push(" AND l.model_year >= ").push_bind(year);
    }
    if let Some(year) = filter.year_to {
        query.push(" AND l.model_year <= ").push_bind(year);
    }
    if let Some(mileage) = filter.mileage_to_km {
        query.push(" AND l.mileage_km <= ").push_bind(mileage);
    }
    if !filter.grade.is_empty() {
        query.push(" AND l.grade = ").push_bind(filter.grade.clone());
    }
    if !filter.fuel.is_empty() {
        query.push(" AND l.fuel = ").push_bind(filter.fuel.clone());
    }
    if !filter.format.is_empty() {
        query.push(" AND s.format = ").push_bind(filter.format.clone());
    }
    if filter.reserve.is_some() {
        // what no page says of a sealed lot no search may find out
        query.push(" AND (l.status = 'closed' OR coalesce(l.terms ->> 'format', '') NOT LIKE 'sealed%')");
    }
    query.push(match filter.reserve {
        None => "",
        Some(ReserveLight::None) => " AND l.state ->> 'reserve_fen' IS NULL",
        Some(ReserveLight::NotMet) => {
            " AND l.state ->> 'reserve_fen' IS NOT NULL AND NOT (l.state ->> 'met')::bool"
        }
        Some(ReserveLight::Met) => " AND l.state ->> 'reserve_fen' IS NOT NULL AND (l.state ->> 'met')::bool",
        Some(ReserveLight::Secret) => " AND false",
    });
    if let Some(price) = filter.price_from_fen {
        query.push(concat!(" AND ", price!(), " >= ")).push_bind(price.0);
    }
    if let Some(price) = filter.price_to_fen {
        query.push(concat!(" AND ", price!(), " <= ")).push_bind(price.0);
    }
}
