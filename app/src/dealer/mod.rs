//! Dealers' pages: phone first.

pub mod home;
pub mod orders;
