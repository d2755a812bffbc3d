//! People, as the office keeps them. The company's own pages use the same parts.

pub mod detail;
pub mod filter;
pub(crate) mod forms;
pub mod list;
pub(crate) mod people;
pub mod register;
pub(crate) mod stores;
pub(crate) mod trail;
pub mod words;

pub use filter::filter_of;
pub use words::{active_key, seat_words};
