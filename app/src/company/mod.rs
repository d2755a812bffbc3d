//! A dealer's own company: its people, managed by its owners.

pub mod home;
pub mod user;
