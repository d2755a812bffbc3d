//! The in-process transport: from each outbox to the inboxes that want the event, and on to the consumers.

use std::sync::Arc;
use std::time::Duration;

use kernel::Envelope;
use sqlx::{PgConnection, PgPool};
use tokio::sync::{Notify, watch};
use tokio::task::JoinHandle;

use crate::{Consumer, inbox};

/// How many outbox rows one round takes.
const BATCH: i64 = 1_000;
/// How long a worker sleeps when nobody wakes it; a tenth more or less, so that workers do not march in step.
const POLL: Duration = Duration::from_secs(1);
/// How long a woken relay waits for more: events are not in a hurry, bids that share the database are.
const GATHER: Duration = Duration::from_millis(30);
/// The pause after the database failed.
const PAUSE_AFTER_FAILURE: Duration = Duration::from_secs(2);

/// A service on the bus.
#[derive(Clone)]
pub struct Member {
    /// Its name.
    pub service: &'static str,
    /// Its database.
    pub pool: PgPool,
    /// What it does with others' events, if it wants any.
    pub consumer: Option<Arc<dyn Consumer>>,
}

struct Station {
    member: Member,
    has_outgoing: Notify,
    has_incoming: Notify,
}

/// All services of this process and the workers between them.
#[derive(Clone)]
pub struct Bus {
    stations: Arc<Vec<Station>>,
}

impl Bus {
    /// A bus of these services; nothing runs yet.
    pub fn new(members: Vec<Member>) -> Bus {
        let station = |member| Station { member, has_outgoing: Notify::new(), has_incoming: Notify::new() };
        Bus { stations: Arc::new(members.into_iter().map(station).collect()) }
    }

    /// Tells the relay that a service has committed events. Not needed for correctness: it polls as well.
    pub fn wake(&self, service: &str) {
        if let Some(station) = self.stations.iter().find(|s| s.member.service == service) {
            station.has_outgoing.notify_one();
        }
    }

    /// The services on it, with their databases.
    pub(crate) fn members(&self) -> impl Iterator<Item = &Member> {
        self.stations.iter().map(|station| &station.member)
    }

    /// Tells a consumer that something waits in its inbox.
    pub(crate) fn wake_consumer(&self, service: &str) {
        if let Some(station) = self.stations.iter().find(|s| s.member.service == service) {
            station.has_incoming.notify_one();
        }
    }

    /// Starts the workers; they end when `stop` turns true.
    pub fn start(&self, stop: watch::Receiver<bool>) -> Vec<JoinHandle<()>> {
        let mut workers = Vec::new();
        for index in 0..self.stations.len() {
            workers.push(tokio::spawn(work(self.clone(), index, Duty::Relay, stop.clone())));
            if self.stations[index].member.consumer.is_some() {
                workers.push(tokio::spawn(work(self.clone(), index, Duty::Consume, stop.clone())));
            }
        }
        workers
    }

    /// Relays and handles until nothing is due any more, on the caller's task: for tests and for a clean stop.
    pub async fn drain(&self) -> Result<(), sqlx::Error> {
        loop {
            let mut moved = false;
            for index in 0..self.stations.len() {
                moved |= self.relay_batch(index).await? > 0;
                if let Some(consumer) = &self.stations[index].member.consumer {
                    while inbox::handle_next(&self.stations[index].member.pool, consumer.as_ref()).await? {
                        moved = true;
                    }
                }
            }
            if !moved {
                return Ok(());
            }
        }
    }

    /// Moves one batch out of a service's outbox; returns how many rows.
    async fn relay_batch(&self, index: usize) -> Result<usize, sqlx::Error> {
        // each process asks this once a second of each service, mostly in vain: not worth a transaction
        let first = sqlx::query_scalar!(
            "SELECT position FROM outbox WHERE set_aside_at IS NULL ORDER BY position LIMIT 1"
        );
        if first.fetch_optional(&self.stations[index].member.pool).await?.is_none() {
            return Ok(0);
        }
        let mut tx = self.stations[index].member.pool.begin().await?;
        // One relay at a time keeps the order; the lock is PostgreSQL's and dies with the connection.
        let mine =
            sqlx::query_scalar!("SELECT pg_try_advisory_xact_lock(hashtext('outbox-relay')) AS \"mine!\"")
                .fetch_one(&mut *tx)
                .await?;
        if !mine {
            return Ok(0);
        }
        let rows = sqlx::query!(
            "SELECT position, CASE WHEN event_type = ANY($2) THEN envelope END AS envelope
               FROM outbox
              WHERE set_aside_at IS NULL
              ORDER BY position
              LIMIT $1
                FOR UPDATE SKIP LOCKED",
            BATCH,
            &self.wanted()
        )
        .fetch_all(&mut *tx)
        .await?;
        let moved = rows.len();
        let (mut delivered, mut events) = (Vec::with_capacity(moved), Vec::new());
        for row in rows {
            // what nobody wants is not even read: bids are told of by the thousand
            let Some(envelope) = row.envelope else {
                delivered.push(row.position);
                continue;
            };
            match serde_json::from_value::<Envelope>(envelope) {
                Ok(event) => {
                    events.push(event);
                    delivered.push(row.position);
                }
                Err(error) => set_aside(&mut tx, row.position, &error.to_string()).await?,
            }
        }
        self.deliver(&events).await?;
        sqlx::query!("DELETE FROM outbox WHERE position = ANY($1)", &delivered).execute(&mut *tx).await?;
        tx.commit().await?;
        Ok(moved)
    }

    /// The types of events that some consumer handles.
    fn wanted(&self) -> Vec<String> {
        let consumers = self.stations.iter().filter_map(|station| station.member.consumer.as_ref());
        consumers.flat_map(|consumer| consumer.handles()).map(|name| (*name).to_owned()).collect()
    }

    async fn deliver(&self, events: &[Envelope]) -> Result<(), sqlx::Error> {
        for station in self.stations.iter() {
            let Some(consumer) = &station.member.consumer else { continue };
            let wanted = |event: &&Envelope| consumer.handles().contains(&event.r#type.as_str());
            let wanted: Vec<&Envelope> = events.iter().filter(wanted).collect();
            if !wanted.is_empty() {
                inbox::receive(&station.member.pool, &wanted).await?;
                station.has_incoming.notify_one();
            }
        }
        Ok(())
    }
}

/// Keeps a row that is not an envelope, out of the relay's way: what a service has told is never thrown away.
async fn set_aside(conn: &mut PgConnection, position: i64, reason: &str) -> Result<(), sqlx::Error> {
    tracing::error!(position, reason, "outbox row is not an envelope; set aside");
    sqlx::query!(
        "UPDATE outbox SET set_aside_at = clock_timestamp(), set_aside_reason = $2 WHERE position = $1",
        position,
        reason
    )
    .execute(conn)
    .await?;
    Ok(())
}

#[derive(Clone, Copy)]
enum Duty {
    Relay,
    Consume,
}

async fn work(bus: Bus, index: usize, duty: Duty, mut stop: watch::Receiver<bool>) {
    let station = &bus.stations[index];
    loop {
        let done = match duty {
            Duty::Relay => bus.relay_batch(index).await.map(|moved| moved == 0),
            Duty::Consume => match &station.member.consumer {
                Some(consumer) => {
                    let handled = inbox::handle_next(&station.member.pool, consumer.as_ref()).await;
                    if matches!(handled, Ok(true)) {
                        // its own events may now wait in its outbox
                        station.has_outgoing.notify_one();
                    }
                    handled.map(|there_was| !there_was)
                }
                None => return,
            },
        };
        if *stop.borrow() {
            return;
        }
        let pause = match done {
            Ok(false) => continue,
            Ok(true) => POLL.mul_f64(0.9 + 0.2 * rand::random::<f64>()),
            Err(error) => {
                tracing::warn!(service = station.member.service, %error, "bus worker: database failed, trying again");
                PAUSE_AFTER_FAILURE
            }
        };
        let woken = match duty {
            Duty::Relay => station.has_outgoing.notified(),
            Duty::Consume => station.has_incoming.notified(),
        };
        tokio::select! {
            () = woken => {}
            () = tokio::time::sleep(pause) => {}
            _ = stop.changed() => return,
        }
        if matches!(duty, Duty::Relay) {
            // a burst of commits wakes the relay for each: let them gather, and move them together
            tokio::time::sleep(GATHER).await;
        }
    }
}
