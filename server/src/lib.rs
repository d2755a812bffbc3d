//! The one binary: wiring and transport, no rules.
//!
//! `services` opens databases and starts the bus, `router` puts pages and routes together, `leptos_pages` is the one
//! place that gives a page its context, `http` holds the handlers by area, `route_table` says who may use what.
//!
//! To add a route: a handler in `http/<area>/<verb>.rs` and its line in the area's `routes()`.

pub mod assets;
pub mod auth;
pub mod checkpoint;
pub mod demo;
pub mod http;
pub mod import;
pub mod leptos_pages;
pub mod live;
pub mod mail;
pub mod middleware;
pub mod push;
pub mod route_table;
pub mod router;
pub mod serve;
pub mod services;
pub mod signing_key;
pub mod state;
pub mod timestamps;
pub mod verify_log;
pub mod verify_receipt;
pub mod witness;
pub mod witness_desk;
pub mod witnesses;
