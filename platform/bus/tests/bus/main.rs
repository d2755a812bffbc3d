//! The bus on real databases: once, in order, and what happens when something fails.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod bulk;
mod delivery;
mod failure;
mod under_way;
mod workers;
mod world;
