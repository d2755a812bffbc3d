//! Redis between the processes of one database: they tell each other what they have committed.
//!
//! * Everything here is a hint (docs/decisions/0006-redis-is-only-a-hint.md). A message may be lost, late, doubled or
//!   out of order; whoever hears one looks into PostgreSQL before it decides anything, and looks there by itself now and
//!   then.
//! * Nothing here is awaited by who has something to tell: [`Publisher::publish`] puts a message into a bounded queue
//!   or drops it, and says so in its counts.
//! * Both connections come back by themselves, with a growing pause. After each return of the subscription the
//!   listener hears [`News::Again`]: from here on nothing is missed, before it something may have been.
//!
//! To send another kind of message: another channel, that is another [`start`].
#![deny(missing_docs)]

mod counts;
mod publish;
mod subscribe;

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use counts::Counters;
pub use counts::Counts;

/// How many messages may wait to be sent. Beyond it they are dropped: what is so far behind is no news.
const OUTGOING_LIMIT: usize = 4_096;
/// How many messages may wait to be listened to.
const HEARD_LIMIT: usize = 4_096;
/// A Redis that takes longer to connect or to answer is taken for away.
const ANSWER_LIMIT: Duration = Duration::from_secs(2);
/// The pause after Redis went away; it doubles each time.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
/// The longest pause: so soon after its return Redis is used again.
const LONGEST_PAUSE: Duration = Duration::from_secs(3);

/// Why there is no fan-out.
#[derive(Debug, thiserror::Error)]
pub enum CacheError {
    /// The address is none of Redis.
    #[error("this is no address of a Redis")]
    Address(#[source] redis::RedisError),
}

/// What a listener hears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum News {
    /// Somebody's message; also one's own.
    Message(Bytes),
    /// The subscription was made, for the first time or again: messages before this may be missing.
    Again,
}

/// Sends messages. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Publisher {
    outgoing: mpsc::Sender<Bytes>,
    counters: Arc<Counters>,
}

/// A running fan-out.
#[derive(Debug)]
pub struct Fanout {
    /// The way out.
    pub publisher: Publisher,
    /// The way in. It must be read: what does not fit is dropped, and counted.
    pub heard: mpsc::Receiver<News>,
    /// Its tasks; they end when `stop` turns true.
    pub tasks: Vec<JoinHandle<()>>,
}

/// Starts to publish and to listen on this channel of the Redis at `url`. Redis need not be there yet.
pub fn start(url: &str, channel: &str, stop: watch::Receiver<bool>) -> Result<Fanout, CacheError> {
    let client = redis::Client::open(url).map_err(CacheError::Address)?;
    let (outgoing, queue) = mpsc::channel(OUTGOING_LIMIT);
    let (tell, heard) = mpsc::channel(HEARD_LIMIT);
    let counters = Arc::new(Counters::default());
    let publisher = Publisher { outgoing, counters: Arc::clone(&counters) };
    let sender = publish::Sender::new(client.clone(), channel.to_owned(), Arc::clone(&counters));
    let listener = subscribe::Listener::new(client, channel.to_owned(), tell, Arc::clone(&counters));
    let tasks = vec![
        tokio::spawn(sender.run(queue, stop.clone())),
        tokio::spawn(listener.run(stop.clone())),
        tokio::spawn(counts::report(counters, stop)),
    ];
    Ok(Fanout { publisher, heard, tasks })
}

impl Publisher {
    /// Tells the others. Never waits: a message that finds no place is dropped and counted.
    pub fn publish(&self, message: Bytes) {
        if self.outgoing.try_send(message).is_err() {
            self.counters.unsent(1);
        }
    }

    /// What happened until now.
    pub fn counts(&self) -> Counts {
        self.counters.now()
    }
}

/// Resolves when `stop` turns true, or when nobody is left who could turn it.
async fn stopped(stop: &mut watch::Receiver<bool>) {
    // an error means that the sender is gone, which is a stop as well
    let _ = stop.wait_for(|stop| *stop).await;
}

/// The next pause of a connection that did not come back.
fn longer(pause: Duration) -> Duration {
    (pause * 2).min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_stop_growing() {
        let pauses: Vec<Duration> =
            std::iter::successors(Some(FIRST_PAUSE), |pause| Some(longer(*pause))).take(8).collect();
        assert!(pauses.is_sorted());
        assert_eq!(pauses[7], LONGEST_PAUSE);
    }

    #[tokio::test]
    async fn a_full_queue_drops_and_says_so() {
        let (outgoing, queue) = mpsc::channel(2);
        let publisher = Publisher { outgoing, counters: Arc::default() };
        for _ in 0..5 {
            publisher.publish(Bytes::from_static(b"news"));
        }
        assert_eq!((queue.len(), publisher.counts().unsent), (2, 3));
    }
}
