//! The live channel's hub: newest-only shared frames, and bounded personal queues that never drop.
//!
//! * A topic (a lot) has one newest frame, encoded once and shared by all its watchers. A slow reader whose frames
//!   were overtaken gets the newest one; nobody has a backlog. Frames are numbered: news comes from this process and
//!   from others, and an older frame that arrives later never replaces a newer one.
//! * A mailbox (one socket) also has a personal queue for answers to its own commands. It is bounded; when it is
//!   full the socket is cut, because an answer is never dropped silently.
//! * Nothing here awaits a socket: publishing marks mailboxes and returns.
#![deny(missing_docs)]

use std::collections::{BTreeSet, HashMap};
use std::hash::Hash;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use bytes::Bytes;
use tokio::sync::Notify;

/// How many answers may wait for one socket before it is cut.
const PERSONAL_LIMIT: usize = 256;

/// All topics and who watches them. `K` names a topic, `A` an audience member (a dealer) with several sockets.
#[derive(Debug)]
pub struct Hub<K, A> {
    topics: RwLock<HashMap<K, Topic<K, A>>>,
    next_mailbox: AtomicU64,
}

#[derive(Debug)]
struct Topic<K, A> {
    /// With its number.
    newest: Option<(i64, Bytes)>,
    watchers: HashMap<u64, Arc<Mailbox<K, A>>>,
}

/// One socket's side of the hub.
#[derive(Debug)]
pub struct Mailbox<K, A> {
    id: u64,
    audience: A,
    state: Mutex<MailboxState<K>>,
    wake: Notify,
    overrun: AtomicBool,
}

#[derive(Debug)]
struct MailboxState<K> {
    // Ordered, so that a socket with many lots serves them in turn.
    changed: BTreeSet<K>,
    personal: Vec<Bytes>,
}

/// What a socket has to send now.
#[derive(Debug, PartialEq, Eq)]
pub enum Outgoing {
    /// These frames: answers first, then the newest frame of each changed topic.
    Frames(Vec<Bytes>),
    /// The personal queue ran over: close the socket, the client resyncs.
    Overrun,
}

impl<K: Copy + Eq + Ord + Hash, A: Copy + Eq> Default for Hub<K, A> {
    fn default() -> Self {
        Hub { topics: RwLock::new(HashMap::new()), next_mailbox: AtomicU64::new(0) }
    }
}

impl<K: Copy + Eq + Ord + Hash, A: Copy + Eq> Hub<K, A> {
    /// A mailbox for a new socket of this audience member.
    pub fn mailbox(&self, audience: A) -> Arc<Mailbox<K, A>> {
        Arc::new(Mailbox {
            id: self.next_mailbox.fetch_add(1, Ordering::Relaxed),
            audience,
            state: Mutex::new(MailboxState { changed: BTreeSet::new(), personal: Vec::new() }),
            wake: Notify::new(),
            overrun: AtomicBool::new(false),
        })
    }

    /// From now on the mailbox hears of the topic.
    pub fn watch(&self, topic: K, mailbox: &Arc<Mailbox<K, A>>) {
        let mut topics = self.topics.write().unwrap_or_else(PoisonError::into_inner);
        let entry = topics.entry(topic).or_insert_with(|| Topic { newest: None, watchers: HashMap::new() });
        entry.watchers.insert(mailbox.id, Arc::clone(mailbox));
    }

    /// The mailbox hears of the topic no longer. A topic without watchers is forgotten.
    pub fn unwatch(&self, topic: K, mailbox: &Mailbox<K, A>) {
        let mut topics = self.topics.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(entry) = topics.get_mut(&topic) {
            entry.watchers.remove(&mailbox.id);
            if entry.watchers.is_empty() {
                topics.remove(&topic);
            }
        }
        mailbox.state().changed.remove(&topic);
    }

    /// Makes `frame` the topic's newest and wakes its watchers, unless it has one of this number or a higher one.
    /// Without watchers it costs nothing: `frame` is not even made.
    pub fn publish(&self, topic: K, number: i64, frame: impl FnOnce() -> Bytes) {
        let mut topics = self.topics.write().unwrap_or_else(PoisonError::into_inner);
        let Some(entry) = topics.get_mut(&topic) else { return };
        if entry.newest.as_ref().is_some_and(|(newest, _)| *newest >= number) {
            return;
        }
        entry.newest = Some((number, frame()));
        for mailbox in entry.watchers.values() {
            mailbox.state().changed.insert(topic);
            mailbox.wake.notify_one();
        }
    }

    /// Sends a frame to those watchers of the topic who belong to one audience member.
    pub fn publish_to(&self, topic: K, audience: A, frame: impl FnOnce() -> Bytes) {
        let topics = self.topics.read().unwrap_or_else(PoisonError::into_inner);
        let Some(entry) = topics.get(&topic) else { return };
        let mut theirs = entry.watchers.values().filter(|m| m.audience == audience).peekable();
        if theirs.peek().is_none() {
            return;
        }
        let frame = frame();
        for mailbox in theirs {
            mailbox.send(frame.clone());
        }
    }

    /// How many sockets watch a topic.
    pub fn watchers(&self, topic: K) -> usize {
        let topics = self.topics.read().unwrap_or_else(PoisonError::into_inner);
        topics.get(&topic).map_or(0, |entry| entry.watchers.len())
    }

    /// Whether a socket of this audience member watches the topic.
    pub fn is_watched_by(&self, topic: K, audience: A) -> bool {
        let topics = self.topics.read().unwrap_or_else(PoisonError::into_inner);
        topics.get(&topic).is_some_and(|entry| entry.watchers.values().any(|m| m.audience == audience))
    }

    /// The topics that somebody watches, each with the number of its newest frame.
    pub fn watched(&self) -> Vec<(K, Option<i64>)> {
        let topics = self.topics.read().unwrap_or_else(PoisonError::into_inner);
        topics
            .iter()
            .map(|(topic, entry)| (*topic, entry.newest.as_ref().map(|(number, _)| *number)))
            .collect()
    }

    /// Takes what the mailbox has to send; empty when there is nothing.
    pub fn take(&self, mailbox: &Mailbox<K, A>) -> Outgoing {
        if mailbox.overrun.load(Ordering::Acquire) {
            return Outgoing::Overrun;
        }
        let (mut frames, changed) = {
            let mut state = mailbox.state();
            (std::mem::take(&mut state.personal), std::mem::take(&mut state.changed))
        };
        if !changed.is_empty() {
            let topics = self.topics.read().unwrap_or_else(PoisonError::into_inner);
            let newest = |topic: &K| {
                topics.get(topic).and_then(|entry| entry.newest.as_ref().map(|(_, frame)| frame.clone()))
            };
            frames.extend(changed.iter().filter_map(newest));
        }
        Outgoing::Frames(frames)
    }
}

impl<K: Copy + Eq + Ord + Hash, A: Copy + Eq> Mailbox<K, A> {
    /// Queues a personal frame: an answer, a snapshot that was asked for. Never waits.
    pub fn send(&self, frame: Bytes) {
        let mut state = self.state();
        if state.personal.len() >= PERSONAL_LIMIT {
            self.overrun.store(true, Ordering::Release);
        } else {
            state.personal.push(frame);
        }
        drop(state);
        self.wake.notify_one();
    }

    /// Waits until there may be something to [`Hub::take`].
    pub async fn woken(&self) {
        self.wake.notified().await;
    }

    fn state(&self) -> MutexGuard<'_, MailboxState<K>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(hub: &Hub<u32, u32>, mailbox: &Mailbox<u32, u32>) -> Vec<Bytes> {
        match hub.take(mailbox) {
            Outgoing::Frames(frames) => frames,
            Outgoing::Overrun => vec![Bytes::from_static(b"overrun")],
        }
    }

    #[test]
    fn a_slow_reader_gets_only_the_newest() {
        let hub = Hub::<u32, u32>::default();
        let slow = hub.mailbox(7);
        hub.watch(1, &slow);
        for n in 0..1000 {
            hub.publish(1, n, || Bytes::from(n.to_string()));
        }
        assert_eq!(frames(&hub, &slow), [Bytes::from_static(b"999")]);
        assert_eq!(frames(&hub, &slow), [] as [Bytes; 0]);
    }

    #[test]
    fn an_older_frame_never_replaces_a_newer_one() {
        let hub = Hub::<u32, u32>::default();
        let mailbox = hub.mailbox(7);
        hub.watch(1, &mailbox);
        hub.publish(1, 6, || Bytes::from_static(b"six, of another process"));
        hub.publish(1, 5, || unreachable!("five is old"));
        hub.publish(1, 6, || unreachable!("six is known"));
        assert_eq!(frames(&hub, &mailbox), [Bytes::from_static(b"six, of another process")]);
        assert_eq!(hub.watched(), [(1, Some(6))]);
        assert!(hub.is_watched_by(1, 7) && !hub.is_watched_by(1, 8) && !hub.is_watched_by(2, 7));
        hub.unwatch(1, &mailbox);
        assert_eq!(hub.watched(), []);
    }

    #[test]
    fn answers_are_never_dropped_but_a_full_queue_cuts_the_socket() {
        let hub = Hub::<u32, u32>::default();
        let socket = hub.mailbox(7);
        hub.watch(1, &socket);
        for n in 0..PERSONAL_LIMIT {
            socket.send(Bytes::from(n.to_string()));
        }
        assert_eq!(frames(&hub, &socket).len(), PERSONAL_LIMIT);
        for n in 0..=PERSONAL_LIMIT {
            socket.send(Bytes::from(n.to_string()));
        }
        assert_eq!(hub.take(&socket), Outgoing::Overrun);
    }

    #[test]
    fn a_personal_frame_reaches_all_sockets_of_that_member_only() {
        let hub = Hub::<u32, u32>::default();
        let (phone, desk, rival) = (hub.mailbox(7), hub.mailbox(7), hub.mailbox(8));
        for mailbox in [&phone, &desk, &rival] {
            hub.watch(1, mailbox);
        }
        hub.publish_to(1, 7, || Bytes::from_static(b"yours"));
        assert_eq!(frames(&hub, &phone).len(), 1);
        assert_eq!(frames(&hub, &desk).len(), 1);
        assert!(frames(&hub, &rival).is_empty());
    }

    #[test]
    fn nobody_watching_costs_no_encoding() {
        let hub = Hub::<u32, u32>::default();
        hub.publish(1, 1, || unreachable!("encoded for nobody"));
        let left = hub.mailbox(7);
        hub.watch(1, &left);
        hub.unwatch(1, &left);
        hub.publish(1, 1, || unreachable!("encoded for nobody"));
        assert_eq!(hub.watchers(1), 0);
    }
}
