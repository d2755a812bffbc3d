//! The way out: whatever waits is sent together, or dropped while Redis is away.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use redis::aio::MultiplexedConnection;
use redis::{AsyncConnectionConfig, Client, RedisError};
use tokio::sync::{mpsc, watch};
use tokio::time::Instant;

use crate::counts::Counters;
use crate::{ANSWER_LIMIT, FIRST_PAUSE, longer, stopped};

/// How many messages leave in one round trip.
const TOGETHER: usize = 256;

pub(crate) struct Sender {
    client: Client,
    channel: String,
    counters: Arc<Counters>,
    connection: Option<MultiplexedConnection>,
    /// While Redis is away: when it is tried again, and how long after that.
    away: Option<(Instant, Duration)>,
}

impl Sender {
    pub(crate) fn new(client: Client, channel: String, counters: Arc<Counters>) -> Sender {
        Sender { client, channel, counters, connection: None, away: None }
    }

    pub(crate) async fn run(mut self, mut queue: mpsc::Receiver<Bytes>, mut stop: watch::Receiver<bool>) {
        let mut waiting = Vec::with_capacity(TOGETHER);
        loop {
            let taken = tokio::select! {
                taken = queue.recv_many(&mut waiting, TOGETHER) => taken,
                () = stopped(&mut stop) => return,
            };
            if taken == 0 {
                return;
            }
            if self.send(&waiting).await {
                self.counters.sent(taken);
            } else {
                self.counters.unsent(taken);
            }
            waiting.clear();
        }
    }

    /// Returns whether Redis took them. While it is away nothing waits for it: these are hints, and old ones soon.
    async fn send(&mut self, messages: &[Bytes]) -> bool {
        if self.away.is_some_and(|(again_at, _)| Instant::now() < again_at) {
            return false;
        }
        match self.try_send(messages).await {
            Ok(()) => {
                if self.away.take().is_some() {
                    tracing::info!("Redis takes messages again");
                }
                true
            }
            Err(error) => {
                self.connection = None;
                let pause = match self.away {
                    Some((_, pause)) => longer(pause),
                    None => {
                        tracing::warn!(%error, "Redis is away: other processes find out by looking at the database");
                        FIRST_PAUSE
                    }
                };
                self.away = Some((Instant::now() + pause, pause));
                false
            }
        }
    }

    async fn try_send(&mut self, messages: &[Bytes]) -> Result<(), RedisError> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => {
                let config = AsyncConnectionConfig::new()
                    .set_connection_timeout(Some(ANSWER_LIMIT))
                    .set_response_timeout(Some(ANSWER_LIMIT));
                self.client.get_multiplexed_async_connection_with_config(&config).await?
            }
        };
        let mut together = redis::pipe();
        for message in messages {
            together.cmd("PUBLISH").arg(&self.channel).arg(message.as_ref()).ignore();
        }
        together.exec_async(&mut connection).await?;
        self.connection = Some(connection);
        Ok(())
    }
}
