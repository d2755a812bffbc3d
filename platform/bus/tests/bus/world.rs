//! Two services with a database each, and a consumer that can be told to fail in every way.

use std::sync::Arc;
use std::sync::Mutex;

use async_trait::async_trait;
use kernel::{Envelope, EventType, UnixMs};
use platform_bus::{Bus, Consumer, Member, Meta, publish};
use platform_db::{CommandError, new_id};
use serde::{Deserialize, Serialize};
use sqlx::migrate::Migrator;
use sqlx::{PgConnection, PgPool};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use uuid::Uuid;

/// The bus needs no tables but its own.
static NO_TABLES: Migrator = Migrator::DEFAULT;

/// Something that happened at the sender.
#[derive(Debug, Serialize, Deserialize)]
pub struct Counted {
    pub n: i64,
}

impl EventType for Counted {
    const NAME: &'static str = "Counted";
    const VERSION: u16 = 1;
    const SERVICE: &'static str = "sender";
}

/// How the consumer fails, after it has written its effect.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fault {
    None,
    Refuses,
    /// Only events of this number.
    RefusesOnly(i64),
    Panics,
    Disconnects,
    BreaksDeferredConstraint,
}

/// Writes each event down. Its table has no unique key, so that a second effect would show.
pub struct Recorder {
    fault: Mutex<Fault>,
    in_bulk: bool,
    handled: UnboundedSender<i64>,
}

#[async_trait]
impl Consumer for Recorder {
    fn handles(&self) -> &'static [&'static str] {
        &["Counted"]
    }

    fn in_bulk(&self) -> &'static [&'static str] {
        if self.in_bulk { &["Counted"] } else { &[] }
    }

    async fn handle(&self, conn: &mut PgConnection, event: &Envelope) -> Result<(), CommandError> {
        sqlx::query("INSERT INTO effect (message_id, aggregate, seq) VALUES ($1, $2, $3)")
            .bind(event.id)
            .bind(event.aggregate)
            .bind(event.aggregate_seq)
            .execute(&mut *conn)
            .await?;
        let fault = *self.fault.lock().unwrap();
        match fault {
            Fault::None => {}
            Fault::RefusesOnly(n) if n != event.aggregate_seq => {}
            Fault::Refuses | Fault::RefusesOnly(_) => {
                return Err(CommandError::Inconsistent("not today".into()));
            }
            Fault::Panics => panic!("the consumer has a bug"),
            Fault::Disconnects => {
                sqlx::query("SELECT pg_terminate_backend(pg_backend_pid())").execute(&mut *conn).await?;
            }
            Fault::BreaksDeferredConstraint => {
                sqlx::query("INSERT INTO follower (leader) VALUES (404)").execute(&mut *conn).await?;
            }
        }
        let _ = self.handled.send(event.aggregate_seq);
        Ok(())
    }
}

pub struct World {
    pub sender: PgPool,
    pub receiver: PgPool,
    pub recorder: Arc<Recorder>,
    pub handled: UnboundedReceiver<i64>,
    pub bus: Bus,
}

impl World {
    pub async fn new() -> World {
        World::with(false).await
    }

    /// The same, whose consumer takes many at once.
    pub async fn in_bulk() -> World {
        World::with(true).await
    }

    async fn with(in_bulk: bool) -> World {
        let sender = platform_testkit::fresh_database(&NO_TABLES).await;
        let receiver = platform_testkit::fresh_database(&NO_TABLES).await;
        for statement in [
            "CREATE TABLE effect (
                position BIGINT GENERATED ALWAYS AS IDENTITY, message_id UUID, aggregate UUID, seq BIGINT)",
            "CREATE TABLE leader (id INT PRIMARY KEY)",
            "CREATE TABLE follower (leader INT REFERENCES leader DEFERRABLE INITIALLY DEFERRED)",
        ] {
            sqlx::query(statement).execute(&receiver).await.unwrap();
        }
        let (send, handled) = unbounded_channel();
        let recorder = Arc::new(Recorder { fault: Mutex::new(Fault::None), in_bulk, handled: send });
        let bus = bus_over(&sender, &receiver, &recorder);
        World { sender, receiver, recorder, handled, bus }
    }

    /// A second process over the same databases.
    pub fn another_bus(&self) -> Bus {
        bus_over(&self.sender, &self.receiver, &self.recorder)
    }

    pub fn fail_by(&self, fault: Fault) {
        *self.recorder.fault.lock().unwrap() = fault;
    }

    /// Publishes event `seq` of an aggregate.
    pub async fn publish(&self, aggregate: Uuid, seq: i64) -> Uuid {
        let meta = Meta {
            aggregate,
            aggregate_seq: seq,
            occurred_at: UnixMs(seq),
            actor: "system:test".into(),
            correlation_id: new_id(),
            causation_id: None,
        };
        let mut tx = self.sender.begin().await.unwrap();
        let id = publish(&mut tx, &Counted { n: seq }, meta).await.unwrap();
        tx.commit().await.unwrap();
        id
    }

    pub async fn count(&self, query: &'static str) -> i64 {
        sqlx::query_scalar(query).fetch_one(&self.receiver).await.unwrap()
    }

    pub async fn effects(&self) -> i64 {
        self.count("SELECT count(*) FROM effect").await
    }

    /// The sequence numbers of an aggregate's effects, in the order in which they were made.
    pub async fn order_of(&self, aggregate: Uuid) -> Vec<i64> {
        sqlx::query_scalar("SELECT seq FROM effect WHERE aggregate = $1 ORDER BY position")
            .bind(aggregate)
            .fetch_all(&self.receiver)
            .await
            .unwrap()
    }
}

fn bus_over(sender: &PgPool, receiver: &PgPool, recorder: &Arc<Recorder>) -> Bus {
    Bus::new(vec![
        Member { service: "sender", pool: sender.clone(), consumer: None },
        Member { service: "receiver", pool: receiver.clone(), consumer: Some(recorder.clone()) },
    ])
}
