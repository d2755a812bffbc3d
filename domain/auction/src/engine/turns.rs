//! How many statements of this process may be under way at once.
//!
//! Alone, each writer has one: one decides while the other's is written. Beside other processes all of them write to one
//! database, and more under way gains nothing: batches get smaller, each has a flush of its own, and they wait for each
//! other's rows. The same holds on a machine with two cores, which a statement and whoever sends bids have full. Then a
//! process has one at a time, and what waits meanwhile shares the next.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::{Peers, WRITERS};

/// So many cores are full with one statement: with two at once, answers a second stay the same, and the processor time of
/// PostgreSQL a bid rises by a third (`docs/performance.md`).
const CORES_OF_A_STATEMENT: usize = 2;

/// The turns of a process' writers. Cheap to clone.
#[derive(Clone)]
pub(super) struct Turns {
    peers: Arc<Peers>,
    has_cores: bool,
    places: Arc<Semaphore>,
}

/// The right to have a statement under way, until it is dropped.
pub(super) struct Turn {
    _places: OwnedSemaphorePermit,
}

impl Turns {
    pub(super) fn new(peers: Arc<Peers>, cores: usize) -> Turns {
        let has_cores = cores > CORES_OF_A_STATEMENT;
        Turns { peers, has_cores, places: Arc::new(Semaphore::new(WRITERS)) }
    }

    /// A turn, if there is one at once.
    pub(super) fn at_once(&self) -> Option<Turn> {
        let places = Arc::clone(&self.places).try_acquire_many_owned(self.needed());
        places.ok().map(|places| Turn { _places: places })
    }

    /// Waits for a turn, in the order of asking. The places are never closed, so there is always one in the end.
    pub(super) async fn wait(&self) -> Option<Turn> {
        let places = Arc::clone(&self.places).acquire_many_owned(self.needed()).await;
        places.ok().map(|places| Turn { _places: places })
    }

    /// Whether another writer has the turn, or has been given it and only has to be woken.
    pub(super) fn are_taken(&self) -> bool {
        self.places.available_permits() < usize::try_from(self.needed()).unwrap_or(usize::MAX)
    }

    /// Whether other processes write too.
    pub(super) fn are_beside_others(&self) -> bool {
        self.peers.are_busy()
    }

    /// All places, while other processes write too, and where cores are few.
    fn needed(&self) -> u32 {
        let is_one_each = self.has_cores && !self.are_beside_others();
        if is_one_each { 1 } else { u32::try_from(WRITERS).unwrap_or(1) }
    }
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use kernel::LotId;
    use uuid::Uuid;

    use super::*;

    #[tokio::test]
    async fn alone_each_writer_has_a_turn_and_beside_others_one_after_the_other() {
        let peers = Arc::new(Peers::default());
        let turns = Turns::new(Arc::clone(&peers), 4);
        let alone: Vec<Turn> = (0..WRITERS).map(|_| turns.at_once().unwrap()).collect();
        assert!(turns.at_once().is_none(), "a turn for each writer, and no more");
        drop(alone);
        peers.moved_on(LotId(Uuid::from_u128(1)), 1);
        let one = turns.at_once().unwrap();
        assert!(turns.at_once().is_none());
        drop(one);
        assert!(turns.wait().await.is_some());
    }

    #[tokio::test]
    async fn on_few_cores_one_statement_is_under_way() {
        let turns = Turns::new(Arc::default(), 2);
        let one = turns.at_once().unwrap();
        assert!(turns.at_once().is_none());
        drop(one);
        assert!(turns.at_once().is_some());
    }

    #[tokio::test]
    async fn who_waits_has_the_turn_before_he_is_woken() {
        let turns = Turns::new(Arc::default(), 2);
        let one = turns.at_once().unwrap();
        let who_waits = turns.clone();
        let next = tokio::spawn(async move { who_waits.wait().await });
        tokio::task::yield_now().await;
        assert!(!next.is_finished());
        drop(one);
        assert!(turns.are_taken());
        drop(next.await.unwrap());
        assert!(!turns.are_taken());
    }
}
