//! Sockets that watch while others bid.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use futures_util::{SinkExt as _, StreamExt as _};
use tokio::task::JoinHandle;

use crate::seed::Field;
use crate::target::Target;
use crate::{Result, socket};

/// The watchers of a run. They go when it is dropped.
pub(crate) struct Audience {
    tasks: Vec<JoinHandle<()>>,
    frames: Arc<AtomicU64>,
}

impl Audience {
    /// Opens so many sockets; each watches `follow` lots, so that all lots have about as many watchers.
    pub(crate) async fn open(
        target: &Target,
        field: &Field,
        count: usize,
        follow: usize,
    ) -> Result<Audience> {
        let frames = Arc::new(AtomicU64::new(0));
        let mut tasks = Vec::with_capacity(count);
        for (number, (_, mut socket)) in
            socket::open_many(target, &field.seats, count).await?.into_iter().enumerate()
        {
            for lot in followed(number, follow, field.lots.len()) {
                socket.feed(socket::watch(field.lots[lot].id)).await?;
            }
            socket.flush().await?;
            let frames = Arc::clone(&frames);
            tasks.push(tokio::spawn(async move {
                while let Some(Ok(message)) = socket.next().await {
                    frames.fetch_add(u64::from(message.is_text()), Ordering::Relaxed);
                }
            }));
        }
        Ok(Audience { tasks, frames })
    }

    /// How many frames they have been told.
    pub(crate) fn frames(&self) -> u64 {
        self.frames.load(Ordering::Relaxed)
    }
}

impl Drop for Audience {
    fn drop(&mut self) {
        self.tasks.iter().for_each(JoinHandle::abort);
    }
}

/// Which lots a watcher follows: neighbours in the list, the next watcher's begin where these end.
fn followed(watcher: usize, follow: usize, lots: usize) -> impl Iterator<Item = usize> {
    let follow = follow.min(lots);
    (0..follow).map(move |n| (watcher * follow + n) % lots.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_lot_is_followed_alike_and_never_twice_by_one() {
        let mut watched = [0; 6];
        for watcher in 0..3 {
            followed(watcher, 4, 6).for_each(|lot| watched[lot] += 1);
        }
        assert_eq!(watched, [2; 6]);
        assert_eq!(followed(5, 4, 2).count(), 2);
        assert_eq!(followed(0, 4, 0).count(), 0);
    }
}
