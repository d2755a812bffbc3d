//! A dealer's own company: its people, managed by its owners.

mod delivery;
pub mod home;
pub mod user;
