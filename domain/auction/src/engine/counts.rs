//! What the bid path has met with: for the log, and for tests that must have met with it.

use std::sync::atomic::{AtomicU64, Ordering};

/// What happened since the start of this process.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BidPathCounts {
    /// Statements that were answered.
    pub written: u64,
    /// Lots of a statement that another process had moved on first.
    pub fences_lost: u64,
    /// Lots that were decided with their row locked, since another process bids on them too.
    pub locked: u64,
    /// Statements that PostgreSQL ended as deadlocked. Each is a defect: all writers lock in one order.
    pub deadlocks: u64,
    /// Statements that were sent again, or read back, because it was not known what became of them.
    pub sent_again: u64,
    /// Lots that followed their log because another process had said that it moved them on.
    pub outdated: u64,
    /// Bids that were handed to the process that decides.
    pub handed_on: u64,
    /// Of these those that were decided here after all: the link ended before they had an answer.
    pub taken_back: u64,
    /// Bids that came in time and were not written before the lot was closed. Each is an incident: somebody lost his bid to us.
    pub missed_close: u64,
}

#[derive(Debug, Default)]
pub(super) struct Counters {
    written: AtomicU64,
    fences_lost: AtomicU64,
    locked: AtomicU64,
    deadlocks: AtomicU64,
    sent_again: AtomicU64,
    outdated: AtomicU64,
    handed_on: AtomicU64,
    taken_back: AtomicU64,
    missed_close: AtomicU64,
}

impl Counters {
    pub(super) fn written(&self) {
        self.written.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn fence_lost(&self) {
        self.fences_lost.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn locked(&self, lots: usize) {
        self.locked.fetch_add(lots as u64, Ordering::Relaxed);
    }

    pub(super) fn deadlock(&self) {
        self.deadlocks.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn missed_close(&self) {
        self.missed_close.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn sent_again(&self) {
        self.sent_again.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn outdated(&self, lots: usize) {
        self.outdated.fetch_add(lots as u64, Ordering::Relaxed);
    }

    pub(super) fn handed_on(&self) {
        self.handed_on.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn taken_back(&self, bids: usize) {
        self.taken_back.fetch_add(bids as u64, Ordering::Relaxed);
    }

    pub(super) fn now(&self) -> BidPathCounts {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        BidPathCounts {
            written: read(&self.written),
            fences_lost: read(&self.fences_lost),
            locked: read(&self.locked),
            deadlocks: read(&self.deadlocks),
            sent_again: read(&self.sent_again),
            outdated: read(&self.outdated),
            handed_on: read(&self.handed_on),
            taken_back: read(&self.taken_back),
            missed_close: read(&self.missed_close),
        }
    }
}
