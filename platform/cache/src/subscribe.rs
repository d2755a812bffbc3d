//! The way in: a subscription that is made again whenever it ends.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt as _;
use redis::{Client, RedisError, RedisResult};
use tokio::sync::{mpsc, watch};

use crate::counts::Counters;
use crate::{ANSWER_LIMIT, FIRST_PAUSE, News, longer, stopped};

/// A subscription says nothing while nobody commits: it is asked so often whether it lives.
const PING: Duration = Duration::from_secs(5);

pub(crate) struct Listener {
    client: Client,
    channel: String,
    tell: mpsc::Sender<News>,
    counters: Arc<Counters>,
}

impl Listener {
    pub(crate) fn new(
        client: Client,
        channel: String,
        tell: mpsc::Sender<News>,
        counters: Arc<Counters>,
    ) -> Listener {
        Listener { client, channel, tell, counters }
    }

    pub(crate) async fn run(self, mut stop: watch::Receiver<bool>) {
        tokio::select! {
            () = self.listen_for_ever() => {}
            () = stopped(&mut stop) => {}
        }
    }

    async fn listen_for_ever(&self) {
        let mut pause = FIRST_PAUSE;
        let mut is_told = false;
        loop {
            let before = self.counters.now().subscribed;
            let ended = self.listen().await;
            if self.tell.is_closed() {
                return;
            }
            let had_been = self.counters.now().subscribed > before;
            pause = if had_been { FIRST_PAUSE } else { longer(pause) };
            if had_been || !is_told {
                let error = ended.err().map(|error| error.to_string()).unwrap_or_default();
                tracing::warn!(error, "no subscription at Redis; it is made again as soon as Redis is there");
                is_told = true;
            }
            tokio::time::sleep(pause).await;
        }
    }

    /// Listens until the connection ends.
    async fn listen(&self) -> RedisResult<()> {
        let (mut asks, mut messages) = bounded(self.client.get_async_pubsub()).await?.split();
        bounded(asks.subscribe(&self.channel)).await?;
        self.counters.subscribed();
        self.hear(News::Again);
        let mut pings = tokio::time::interval(PING);
        loop {
            tokio::select! {
                message = messages.next() => match message {
                    Some(message) => {
                        self.counters.heard();
                        self.hear(News::Message(Bytes::copy_from_slice(message.get_payload_bytes())));
                    }
                    None => return Ok(()),
                },
                _ = pings.tick() => bounded(asks.ping::<redis::Value>()).await.map(drop)?,
                () = self.tell.closed() => return Ok(()),
            }
        }
    }

    /// A slow listener misses messages rather than holding them up: it looks into the database anyway.
    fn hear(&self, news: News) {
        if self.tell.try_send(news).is_err() {
            self.counters.overrun();
        }
    }
}

async fn bounded<T>(answer: impl Future<Output = RedisResult<T>>) -> RedisResult<T> {
    match tokio::time::timeout(ANSWER_LIMIT, answer).await {
        Ok(answer) => answer,
        Err(_) => Err(RedisError::from(std::io::Error::from(std::io::ErrorKind::TimedOut))),
    }
}
