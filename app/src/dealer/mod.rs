//! Dealers' pages: phone first.

pub mod alerts;
pub mod board;
pub mod calendar;
pub mod checkpoints;
pub mod deposit;
mod duties;
pub mod group;
pub mod hall;
pub mod home;
pub mod lane;
pub mod lot;
mod mail;
pub mod mail_letter;
mod mute;
pub mod my_bids;
pub mod negotiations;
pub mod orders;
pub mod practice;
pub mod proof;
pub mod push;
pub mod receipt;
pub mod replay;
pub mod searches;
pub mod selling;
pub mod unsubscribe;
pub(crate) mod words;
