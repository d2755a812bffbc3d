//! People and companies: dealers, users, roles, sign-in, sessions, API tokens.
//!
//! Each command and each loader is a method of [`Service`] in a file of its own. To add a command: a file named
//! after the verb with its input type and `impl Service`, its SQL in `store/`, its line in the trail (the command's
//! id is the line's id, so a repeat is recognised), its event if others must know, and its tests in the same file.
//!
//! Who may do what stands in [`permit`]; a dealer never learns that another dealer's record exists.
#![deny(missing_docs)]
#![cfg_attr(test, expect(clippy::unwrap_used, reason = "a test fails by panicking"))]

mod appearance;
mod change_dealer;
mod change_user;
mod choose_store;
mod dealers;
mod demo;
mod events;
mod field;
mod give_store;
mod list;
mod make_token;
mod password;
pub mod permit;
mod principal;
mod register_dealer;
mod register_user;
mod revocations;
mod revoke_token;
mod session_store;
mod sessions;
mod set_password;
mod sign_in;
mod sign_out;
mod store;
mod stores;
mod strikes;
mod sweep;
mod take_store;
#[cfg(test)]
mod test_support;
mod trail;
mod users;

use std::sync::Arc;

use platform_db::Clock;
use sqlx::PgPool;
use tokio::sync::Semaphore;

use crate::revocations::Revocations;

pub use appearance::{Appearance, SetAppearance, Theme};
pub use change_dealer::ChangeDealer;
pub use change_user::ChangeUser;
pub use choose_store::ChooseStore;
pub use dealers::{DealerDetail, DealerFilter, DealerRow, DealerSort, DealerStatus, Papers, Standing};
pub use demo::{DemoPeople, DemoPerson, demo_dealer_id, demo_user_id};
pub use events::{DealerChanged, SignedOut, StrikesChanged, UserChanged};
pub use give_store::GiveStore;
pub use list::{MAX_EXPORT, PAGE_SIZE, Page};
pub use make_token::{MakeToken, NewToken, TokenRow};
pub use principal::{Credential, SignedIn};
pub use register_dealer::RegisterDealer;
pub use register_user::{NewSeat, RegisterUser};
pub use revocations::Revoked;
pub use revoke_token::RevokeToken;
pub use session_store::{IDLE_MS, LONGEST_MS, Sessions, USER_ID};
pub use sessions::SessionRow;
pub use set_password::SetPassword;
pub use sign_in::SignIn;
pub use stores::{Guest, Store};
pub use strikes::{
    GiveStrike, LiftStrike, Lifted, STRIKE_CONFIRM, Strike, StrikeBar, StrikeOutlook, StrikeReason,
};
pub use take_store::TakeStore;
pub use tower_sessions_core::session::Id as SessionId;
pub use trail::TrailLine;
pub use users::{UserDetail, UserFilter, UserRow, UserSeat, UserSort};

/// The migrations of the identity database.
pub static MIGRATOR: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations/identity");

/// So many passwords are hashed at a time; each takes 19 MiB and a core for some 20 ms.
const HASHING_AT_ONCE: usize = 4;

/// The identity service: its commands and loaders.
#[derive(Clone)]
pub struct Service {
    db: PgPool,
    clock: Arc<dyn Clock>,
    hashing: Arc<Semaphore>,
    revocations: Revocations,
}

impl Service {
    /// A service over this database.
    pub fn new(db: PgPool, clock: Arc<dyn Clock>) -> Service {
        let hashing = Arc::new(Semaphore::new(HASHING_AT_ONCE));
        Service { db, clock, hashing, revocations: Revocations::default() }
    }

    /// Its database, for the bus and for migrations.
    pub fn pool(&self) -> &PgPool {
        &self.db
    }
}
