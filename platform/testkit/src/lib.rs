//! What tests stand on: a real PostgreSQL and a fresh, migrated database for each test.
//!
//! `script/test` starts one private cluster and names it in `LUOCHUI_TEST_DATABASE_URL` (its `postgres` database,
//! as superuser). A test calls [`fresh_database`]; databases are dropped with the cluster.
//!
//! For faults: [`Proxy`] stands before PostgreSQL and breaks connections, [`RedisServer`] is a Redis that may be killed, [`TimeAuthority`]
//! an authority for time stamps that may lie, [`PushService`] a push service that knows a few browsers, [`MailServer`] a mail server that may refuse, hang up and hang.
#![deny(missing_docs)]
#![expect(clippy::expect_used, reason = "a test without its database fails by panicking")]

mod database;
mod mail_server;
mod proxy;
mod push_service;
mod redis;
mod time_authority;

use kernel::{DealerId, DealerSeat, Lang, Principal, Role, Seat, UserId};
use uuid::Uuid;

pub use database::fresh_database;
pub use mail_server::{MailServer, Mailed, Mailing, SmtpStep};
pub use proxy::{Fault, Proxy, Rewrite, Upstream};
pub use push_service::{PushService, Pushed, Pushing, Subscribed, open_push};
pub use redis::RedisServer;
pub use time_authority::{Answering, Making, TimeAuthority};

/// A member of staff with these roles.
pub fn staff(roles: &[Role]) -> Principal {
    Principal {
        user_id: UserId(Uuid::now_v7()),
        display_name: "测试员工".into(),
        lang: Lang::Zh,
        seat: Seat::Staff { roles: roles.to_vec() },
    }
}

/// A user of a new dealer company.
pub fn dealer(name: &str) -> Principal {
    Principal {
        user_id: UserId(Uuid::now_v7()),
        display_name: format!("{name}用户"),
        lang: Lang::Zh,
        seat: Seat::Dealer(DealerSeat {
            dealer_id: DealerId(Uuid::now_v7()),
            dealer_name: name.to_owned(),
            is_owner: true,
        }),
    }
}
