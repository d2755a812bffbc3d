//! All SQL of this service.

pub(crate) mod ageing;
pub(crate) mod business_days;
pub(crate) mod deposit_returns;
pub(crate) mod deposits;
pub(crate) mod detail;
pub(crate) mod ledger;
pub(crate) mod list;
pub(crate) mod receivables;
pub(crate) mod trail;
