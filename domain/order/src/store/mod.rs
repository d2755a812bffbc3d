//! All SQL of this service.

pub(crate) mod axes;
pub(crate) mod detail;
pub(crate) mod list;
pub(crate) mod numbers;
pub(crate) mod orders;
pub(crate) mod receivables;
pub(crate) mod schedules;
pub(crate) mod trail;
