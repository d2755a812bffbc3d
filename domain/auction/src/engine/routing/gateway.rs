//! The end that hands bids on, and takes the answers to the sockets that wait for them.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use platform_link::{LinkError, Reader, STILL_HERE, Writer};
use tokio::sync::mpsc;
use tokio::task::yield_now;
use tokio::time::{sleep, timeout};

use super::super::{BATCH_LIMIT, Job, ReplyTo};
use super::wire::{RoutedBid, encode_bids, next_answer};

/// A bid that has waited so long for its answer is decided here. As long as a statement may take: what stopped the
/// other's may not stop ours.
const ANSWER_LIMIT: Duration = Duration::from_secs(5);
/// The pause after a frame that several bids shared: then more come at once than one by one would be worth a frame, and
/// where they are decided they wait for the statement under way anyway. A single bid is followed by no pause.
const GATHER: Duration = Duration::from_millis(1);

/// Bids that were sent and have no answer, in the order in which they were sent.
#[derive(Default)]
struct Pending(Mutex<BTreeMap<u64, (Instant, Job)>>);

impl Pending {
    fn jobs(&self) -> MutexGuard<'_, BTreeMap<u64, (Instant, Job)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Hands on what comes out of the queue until the link ends, or the queue does and everything has its answer. Returns why
/// it did, and what has no answer then.
pub(super) async fn hand_on(
    (reader, writer): (Reader, Writer),
    mut queue: mpsc::Receiver<Job>,
) -> (Result<(), LinkError>, Vec<Job>) {
    let pending = Pending::default();
    // out of the queue, and not sent yet: kept here, so that they are not lost with whoever was about to
    let mut next = Vec::with_capacity(BATCH_LIMIT);
    let ended = tokio::select! {
        error = hear(reader, &pending) => Err(error),
        sent = send(writer, (&mut queue, &mut next), &pending) => sent,
        error = watch_over(&pending) => Err(error),
    };
    queue.close();
    let mut left: Vec<Job> = std::mem::take(&mut *pending.jobs()).into_values().map(|(_, job)| job).collect();
    left.append(&mut next);
    while let Ok(job) = queue.try_recv() {
        left.push(job);
    }
    (ended, left)
}

async fn send(
    mut writer: Writer,
    (queue, jobs): (&mut mpsc::Receiver<Job>, &mut Vec<Job>),
    pending: &Pending,
) -> Result<(), LinkError> {
    let mut last = 0;
    loop {
        match timeout(STILL_HERE, queue.recv_many(jobs, BATCH_LIMIT)).await {
            // nobody can send any more; what was sent is still waited for
            Ok(0) if pending.jobs().is_empty() => return Ok(()),
            Ok(0) => sleep(STILL_HERE / 10).await,
            Ok(_) => gather(queue, jobs).await,
            // nothing to say: an empty frame tells that we are still here
            Err(_) => {}
        }
        let is_shared = jobs.len() > 1;
        let frame =
            if jobs.is_empty() { Vec::new() } else { encode_bids(&numbered(jobs, &mut last, pending)) };
        writer.send(&frame).await?;
        if is_shared {
            sleep(GATHER).await;
        }
    }
}

/// Lets whoever is ready to run at this moment come first: their bids share the frame. Nobody waits for anything but them.
async fn gather(queue: &mut mpsc::Receiver<Job>, jobs: &mut Vec<Job>) {
    yield_now().await;
    while jobs.len() < BATCH_LIMIT
        && let Ok(job) = queue.try_recv()
    {
        jobs.push(job);
    }
}

/// Gives each job a number, under which it waits from now on: the answer may be here before we go on.
fn numbered(jobs: &mut Vec<Job>, last: &mut u64, pending: &Pending) -> Vec<RoutedBid> {
    let (now, mut waiting) = (Instant::now(), pending.jobs());
    let number = |job: Job| {
        *last += 1;
        let bid = RoutedBid::of(*last, &job);
        waiting.insert(*last, (now, job));
        bid
    };
    jobs.drain(..).filter_map(number).collect()
}

async fn hear(mut reader: Reader, pending: &Pending) -> LinkError {
    loop {
        let mut frame = match reader.frame().await {
            Ok(frame) => frame,
            Err(error) => return error,
        };
        let mut waiting = pending.jobs();
        while let Some((number, answer)) = next_answer(&mut frame) {
            if let Some((_, Job { reply_to: ReplyTo::Socket(mailbox), .. })) = waiting.remove(&number) {
                mailbox.send(answer);
            }
        }
    }
}

/// Ends when the oldest bid has waited too long: the other end is there, and cannot decide.
async fn watch_over(pending: &Pending) -> LinkError {
    loop {
        sleep(STILL_HERE).await;
        let since = pending.jobs().first_key_value().map(|(_, (since, _))| *since);
        if since.is_some_and(|since| since.elapsed() > ANSWER_LIMIT) {
            return LinkError::Silent;
        }
    }
}
