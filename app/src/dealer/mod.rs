//! Dealers' pages: phone first.

pub mod home;
