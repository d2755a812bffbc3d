//! All SQL of the auction, one module a subject. Private to the crate.

/// What a lot costs as everybody may see it, as `LotState::shown_price` says: the price, or where it begins.
macro_rules! price {
    () => {
        "coalesce(CASE WHEN l.status = 'closed' AND l.outcome <> 'sold' AND l.terms ->> 'format' = 'sealed_second'
                       THEN NULL ELSE l.price_fen END, (l.terms ->> 'start_fen')::bigint)"
    };
}

pub(crate) mod alerts;
pub(crate) mod batch;
pub(crate) mod bid_news;
pub(crate) mod business_days;
pub(crate) mod cars;
pub(crate) mod checkpoints;
mod conditions;
pub(crate) mod confirmation;
pub(crate) mod cosignatures;
pub(crate) mod delivery;
pub(crate) mod facets;
pub(crate) mod floor_records;
pub(crate) mod follow;
pub(crate) mod follow_ons;
pub(crate) mod history;
pub(crate) mod lane;
pub(crate) mod lists;
pub(crate) mod log;
pub(crate) mod lots;
pub(crate) mod mail_addresses;
pub(crate) mod mail_choices;
pub(crate) mod mail_deliveries;
pub(crate) mod my_bids;
pub(crate) mod negotiation_alerts;
pub(crate) mod negotiation_lists;
pub(crate) mod negotiations;
pub(crate) mod power;
pub(crate) mod practice;
pub(crate) mod processes;
pub(crate) mod proofs;
pub(crate) mod pulse;
pub(crate) mod push_choices;
pub(crate) mod push_deliveries;
pub(crate) mod push_devices;
pub(crate) mod report_changes;
pub(crate) mod report_news;
pub(crate) mod reserve_approvals;
pub(crate) mod reveals;
pub(crate) mod sale_changes;
pub(crate) mod sales;
pub(crate) mod searches;
pub(crate) mod seller_links;
pub(crate) mod seller_news;
pub(crate) mod seller_records;
pub(crate) mod selling;
pub(crate) mod snapshots;
pub(crate) mod strike_news;
pub(crate) mod templates;
pub(crate) mod timestamps;
pub(crate) mod top_ups;
pub(crate) mod voids;
pub(crate) mod watch;
pub(crate) mod witnesses;
pub(crate) mod words;

pub(crate) use words::contains;
