//! A dealer's own company: its people, managed by its owners.

mod delivery;
pub(crate) mod guests;
pub mod home;
pub mod user;
