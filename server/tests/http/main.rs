//! Routes as browsers and programs use them; the path of a test is the path of its route.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "../support/mod.rs"]
mod support;

mod api_v1_me;
mod auctions_lots;
mod bid_news;
mod checkpoints;
mod confirmation;
mod database_away;
mod dealer_tools;
mod demo;
mod dutch_reserve;
mod fine_print;
mod first_look;
mod formats;
mod group;
mod lane;
mod lists;
mod live_power;
mod live_revoked;
mod mail;
mod middleware;
mod negotiations;
mod office_business_days;
mod office_dead_letters;
mod office_dealers;
mod office_deposits;
mod office_lots;
mod office_orders;
mod office_sales;
mod office_vehicles;
mod office_vehicles_import;
mod practice;
mod published_reserve;
mod push;
mod receipts;
mod replay;
mod reserve_approval;
mod search;
mod sellers;
mod selling;
mod settings;
mod sign_in;
mod sold;
mod timestamps;
mod witnesses;
