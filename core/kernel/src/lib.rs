//! What every service means by money, ids, time, people, events and errors.
//!
//! Pure data and arithmetic: no IO, no clock, no randomness, so that the same words compile for the browser.
//! To add a word here, it must be used by at least two services; a word of one service lives in that service.
#![deny(missing_docs)]
#![cfg_attr(test, expect(clippy::unwrap_used, reason = "a test fails by panicking"))]

mod calendar;
mod envelope;
mod ids;
mod lang;
mod money;
mod principal;
mod problem;
mod time;
mod vin;

pub use calendar::{Calendar, Day, DayKind};
pub use envelope::{Envelope, EventType};
pub use ids::{DealerId, LotId, NegotiationId, OrderId, SaleId, UserId, VehicleId, event_id_for, uuid_v7};
pub use lang::Lang;
pub use money::{Fen, MoneyError, parse_amount, parse_wan, parse_yuan};
pub use principal::{Access, DealerSeat, Principal, Role, Seat};
pub use problem::{FieldProblem, Problem, ProblemKind};
pub use time::UnixMs;
pub use vin::{CheckDigit, Vin, VinError};
