//! All SQL of this service, one module a table or two. Functions take the connection of the caller's transaction.

pub(crate) mod attempts;
pub(crate) mod dealer_list;
pub(crate) mod dealers;
pub(crate) mod principals;
pub(crate) mod revocations;
pub(crate) mod sessions;
pub(crate) mod strikes;
pub(crate) mod tokens;
pub(crate) mod trail;
pub(crate) mod user_list;
pub(crate) mod user_stores;
pub(crate) mod users;
