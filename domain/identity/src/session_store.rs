//! Where the session middleware keeps its sessions: our table, by the hash of the cookie's value.

use std::fmt;

use async_trait::async_trait;
use kernel::UnixMs;
use platform_db::{from_sql, to_sql};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use sqlx::PgConnection;
use tower_sessions_core::session::{Id, Record};
use tower_sessions_core::session_store::{Error, Result};
use uuid::Uuid;

use crate::Service;
use crate::store::sessions::{self, NewSession};

/// A session unused for so long is over.
pub const IDLE_MS: i64 = 12 * 60 * 60 * 1000;
/// However much it is used, a session ends after so long.
pub const LONGEST_MS: i64 = 7 * 24 * 60 * 60 * 1000;
/// The member of a session's data that holds the person's id.
pub const USER_ID: &str = "user_id";

/// The store of the session middleware.
#[derive(Clone)]
pub struct Sessions(Service);

impl Service {
    /// The store for the session middleware.
    pub fn session_store(&self) -> Sessions {
        Sessions(self.clone())
    }
}

impl fmt::Debug for Sessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sessions")
    }
}

impl Sessions {
    async fn conn(&self) -> Result<sqlx::pool::PoolConnection<sqlx::Postgres>> {
        self.0.db.acquire().await.map_err(backend)
    }

    async fn insert(&self, conn: &mut PgConnection, record: &Record, now: UnixMs) -> Result<bool> {
        let ends_at = now.plus_ms(LONGEST_MS);
        let data = data(record);
        let session = NewSession {
            id_hash: &id_hash(&record.id),
            user_id: user_id(record),
            data: &data,
            now,
            expires_at: UnixMs(from_sql(record.expiry_date).0.min(now.plus_ms(IDLE_MS).0)),
            ends_at,
        };
        sessions::insert(conn, &session).await.map_err(backend)
    }
}

#[async_trait]
impl tower_sessions_core::SessionStore for Sessions {
    /// Always under an id of our own making: whatever the browser sent cannot become the id of a session.
    async fn create(&self, record: &mut Record) -> Result<()> {
        let mut conn = self.conn().await?;
        loop {
            record.id = Id::default();
            if self.insert(&mut conn, record, self.0.clock.now()).await? {
                return Ok(());
            }
        }
    }

    async fn save(&self, record: &Record) -> Result<()> {
        let now = self.0.clock.now();
        let expires_at = UnixMs(from_sql(record.expiry_date).0.min(now.plus_ms(IDLE_MS).0));
        let mut conn = self.conn().await?;
        sessions::update(&mut conn, &id_hash(&record.id), user_id(record), &data(record), now, expires_at)
            .await
            .map_err(backend)
    }

    async fn load(&self, id: &Id) -> Result<Option<Record>> {
        let mut conn = self.conn().await?;
        let found = sessions::find(&mut conn, &id_hash(id), self.0.clock.now()).await.map_err(backend)?;
        found
            .map(|(data, expires_at)| {
                let data = serde_json::from_value(data).map_err(|e| Error::Decode(e.to_string()))?;
                Ok(Record { id: *id, data, expiry_date: to_sql(from_sql(expires_at)) })
            })
            .transpose()
    }

    async fn delete(&self, id: &Id) -> Result<()> {
        let mut conn = self.conn().await?;
        sessions::delete(&mut conn, &id_hash(id)).await.map_err(backend)
    }
}

/// What is kept of a session's id.
pub(crate) fn id_hash(id: &Id) -> [u8; 32] {
    Sha256::digest(id.0.to_le_bytes()).into()
}

fn user_id(record: &Record) -> Option<Uuid> {
    record.data.get(USER_ID).and_then(Value::as_str).and_then(|id| Uuid::parse_str(id).ok())
}

fn data(record: &Record) -> Value {
    Value::Object(record.data.clone().into_iter().collect::<Map<String, Value>>())
}

fn backend(error: sqlx::Error) -> Error {
    tracing::error!(%error, "session store failed");
    Error::Backend("the session store failed".into())
}

#[cfg(test)]
mod tests {
    use tower_sessions_core::SessionStore as _;

    use super::*;
    use crate::test_support::World;

    fn record(user: Uuid, expires: UnixMs) -> Record {
        let data = [(USER_ID.to_owned(), Value::from(user.to_string()))].into();
        Record { id: Id(7), data, expiry_date: to_sql(expires) }
    }

    #[tokio::test]
    async fn a_session_gets_an_id_of_our_own() {
        let world = World::new().await;
        let who = world.staff(&[kernel::Role::Sales]).await;
        let store = world.service.session_store();
        let mut fixed = record(who.user_id.0, world.now().plus_ms(IDLE_MS));
        store.create(&mut fixed).await.unwrap();
        assert_ne!(fixed.id, Id(7));
        assert!(store.load(&Id(7)).await.unwrap().is_none());
        let signed_in = world.service.principal_for_session(fixed.id).await.unwrap().unwrap();
        assert_eq!(signed_in.principal, who);
        assert_eq!(store.load(&fixed.id).await.unwrap(), Some(fixed));
    }

    #[tokio::test]
    async fn a_session_ends_when_idle_and_at_last_in_any_case() {
        let world = World::new().await;
        let who = world.staff(&[kernel::Role::Sales]).await;
        let store = world.service.session_store();
        let mut session = record(who.user_id.0, world.now().plus_ms(IDLE_MS));
        store.create(&mut session).await.unwrap();
        for _ in 0..15 {
            world.clock.advance(IDLE_MS - 1);
            let Some(seen) = world.service.principal_for_session(session.id).await.unwrap() else { break };
            assert!(seen.touch_due);
            session.expiry_date = to_sql(world.now().plus_ms(IDLE_MS));
            store.save(&session).await.unwrap();
        }
        assert!(
            world.service.principal_for_session(session.id).await.unwrap().is_none(),
            "over after seven days"
        );
        let mut idle = record(who.user_id.0, world.now().plus_ms(IDLE_MS));
        store.create(&mut idle).await.unwrap();
        world.clock.advance(IDLE_MS);
        assert!(store.load(&idle.id).await.unwrap().is_none(), "over after twelve idle hours");
    }

    #[tokio::test]
    async fn an_ended_session_is_not_revived_by_a_late_save() {
        let world = World::new().await;
        let who = world.staff(&[kernel::Role::Sales]).await;
        let store = world.service.session_store();
        let mut session = record(who.user_id.0, world.now().plus_ms(IDLE_MS));
        store.create(&mut session).await.unwrap();
        store.delete(&session.id).await.unwrap();
        store.save(&session).await.unwrap();
        assert!(store.load(&session.id).await.unwrap().is_none());
        assert!(world.service.principal_for_session(session.id).await.unwrap().is_none());
    }
}
