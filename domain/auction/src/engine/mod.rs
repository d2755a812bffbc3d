//! The bid path of one process: bounded queues, lot actors in memory, one fenced statement a batch.
//!
//! * Each lot belongs to one writer task of this process (by hash), so the process has one statement of a lot in
//!   flight. Other processes may serve the same lot: the fence decides, and the loser reloads and decides again.
//! * While a statement is in flight the next commands queue, and share the next one; that is the whole batching policy. Alone on
//!   the database they are decided meanwhile, so that it can follow at once.
//! * An answer leaves only after COMMIT, and while the next statement runs. A queue that is full answers `BUSY` at once.
//! * When a commit's outcome is unknown, the same statement is sent again (its fence makes a second effect
//!   impossible) and the recorded keys are read back; "refused" is never guessed.

mod actor;
mod answer;
mod counts;
mod judging;
mod loading;
mod locked;
mod opening;
mod outage;
mod peers;
mod plan;
mod planning;
mod power;
mod rest;
mod routing;
mod turns;
mod untold;
mod within;
mod writer;

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use bidding::Command;
use kernel::{DealerId, LotId, Principal, SaleId, UnixMs, UserId, VehicleId};
use platform_live::{Hub, Mailbox};
use proof::Signer;
use sqlx::PgPool;
use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::audience::SisterPolicy;
use crate::clock::AnchoredClock;

pub(crate) use actor::Actor;
pub use answer::{Answer, BidProof, Failure, Outcome};
pub(crate) use answer::{Recorded, encode};
pub use counts::BidPathCounts;
pub(crate) use peers::{Peers, Unsent};
pub(crate) use power::{Power, Powers};
pub(crate) use routing::{Place, run as take_part};
use routing::{Routing, WayBack};
pub(crate) use within::{Within, write_all_within, write_within};

/// Writer tasks a process: one decides while the other's statement is under way. More only wait for each other: a batch
/// over many lots moves the holds of most dealers, whose rows stay locked until its flush.
const WRITERS: usize = 2;
/// How many commands one statement takes at most. A statement of a hundred is the cheapest a bid where a flush costs next
/// to nothing; where it takes milliseconds, all that waits should share it, and only a closed room has more than this.
const BATCH_LIMIT: usize = 512;
/// How many commands may wait for one lot.
const LOT_QUEUE_LIMIT: usize = 2_000;
/// How many commands may wait for one writer, all lots together.
const WRITER_QUEUE_LIMIT: usize = 20_000;

/// The hub of the auction: topics are lots, audience members are dealers (staff watch as the nil dealer).
pub type LotHub = Hub<LotId, DealerId>;
/// One socket of the auction.
pub type LotMailbox = Mailbox<LotId, DealerId>;

/// What does not change about a lot, for answers and events.
#[derive(Clone, Debug)]
pub(crate) struct LotFacts {
    pub(crate) lot_id: LotId,
    pub(crate) sale_id: SaleId,
    pub(crate) sale_name: String,
    /// When its sale was made: fees are those that held then.
    pub(crate) terms_at: UnixMs,
    pub(crate) vehicle_id: VehicleId,
    pub(crate) vin: String,
    pub(crate) title: String,
    pub(crate) report_hash: String,
    /// The seller's name, as other spellings of it come down to.
    pub(crate) seller_folded_name: String,
    /// The dealer groups that the sale invites; none where it is open to all.
    pub(crate) invited: Option<Vec<String>>,
    pub(crate) sisters: SisterPolicy,
}

/// Who sent a command.
#[derive(Clone, Debug)]
pub(crate) struct Sender {
    /// The bidding entity; nil for staff and system.
    pub(crate) actor: Uuid,
    /// The person, if there is one.
    pub(crate) user_id: Option<UserId>,
    /// The name in the log.
    pub(crate) user_name: String,
}

impl Sender {
    /// A person: for his company, or one of the staff.
    pub(crate) fn person(who: &Principal) -> Sender {
        let actor = who.dealer().map_or(Uuid::nil(), |seat| seat.dealer_id.0);
        Sender { actor, user_id: Some(who.user_id), user_name: who.display_name.clone() }
    }

    /// A person of the company that sells: it bids on nothing here, so no entity stands for it, and the log has its name.
    pub(crate) fn seller(who: &Principal, company: &str) -> Sender {
        let user_name = format!("{} · {company}", who.display_name);
        Sender { actor: Uuid::nil(), user_id: Some(who.user_id), user_name }
    }

    /// What the sweeper sends: nobody's bid, and no person's word.
    pub(crate) fn sweeper() -> Sender {
        Sender { actor: Uuid::nil(), user_id: None, user_name: "sweeper".to_owned() }
    }
}

/// Where the answer goes.
#[derive(Debug)]
pub(crate) enum ReplyTo {
    Caller(oneshot::Sender<Result<Answer, Failure>>),
    Socket(Arc<LotMailbox>),
    /// Another process, where somebody waits for it.
    Process {
        way_back: Arc<WayBack>,
        number: u64,
    },
}

/// A command in a lot's queue.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) key: Uuid,
    pub(crate) lot_id: LotId,
    pub(crate) command: Command,
    pub(crate) sender: Sender,
    pub(crate) admitted_at: UnixMs,
    pub(crate) reply_to: ReplyTo,
    /// Counts the lot's queue; given back when the job is dropped.
    _place: QueuePlace,
}

/// The bid path. Cheap to clone.
#[derive(Clone)]
pub struct Engine {
    inner: Arc<Inner>,
}

struct Inner {
    writers: Vec<mpsc::Sender<Job>>,
    waiting: RwLock<HashMap<LotId, Arc<AtomicUsize>>>,
    clock: AnchoredClock,
    hub: Arc<LotHub>,
    peers: Arc<Peers>,
    routing: Routing,
    counters: Arc<counts::Counters>,
}

#[derive(Debug)]
struct QueuePlace(Arc<AtomicUsize>);

impl Drop for QueuePlace {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Engine {
    /// Starts the writers. They end when the engine and all its clones are gone.
    pub(crate) fn start(
        db: PgPool,
        clock: AnchoredClock,
        hub: Arc<LotHub>,
        told: Arc<dyn Fn() + Send + Sync>,
        (dealers, powers): (crate::consumer::Dealers, Powers),
        signer: &Arc<Signer>,
    ) -> (Engine, Vec<JoinHandle<()>>) {
        let statements = platform_db::planned_once(&db, u32::try_from(WRITERS).unwrap_or(1));
        let (peers, counters) = (Arc::new(Peers::default()), Arc::new(counts::Counters::default()));
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let turns = turns::Turns::new(Arc::clone(&peers), cores);
        let mut writers = Vec::new();
        let mut tasks = Vec::new();
        for _ in 0..WRITERS {
            let (sender, receiver) = mpsc::channel(WRITER_QUEUE_LIMIT);
            let writer = writer::Writer::new(
                (db.clone(), statements.clone()),
                (Arc::clone(&hub), Arc::clone(&peers), turns.clone()),
                Arc::clone(&told),
                (dealers.clone(), powers.clone()),
                clock.clone(),
                Arc::clone(signer),
                Arc::clone(&counters),
            );
            tasks.push(tokio::spawn(writer.run(receiver)));
            writers.push(sender);
        }
        let (waiting, routing) = (RwLock::new(HashMap::new()), Routing::default());
        let inner = Inner { writers, waiting, clock, hub, peers, routing, counters };
        (Engine { inner: Arc::new(inner) }, tasks)
    }

    /// The hub that live frames leave by.
    pub fn hub(&self) -> &Arc<LotHub> {
        &self.inner.hub
    }

    /// The clock that admits commands.
    pub fn clock(&self) -> &AnchoredClock {
        &self.inner.clock
    }

    /// What the bid path of this process has met with until now.
    pub fn counts(&self) -> BidPathCounts {
        self.inner.counters.now()
    }

    /// What is known of other processes.
    pub(crate) fn peers(&self) -> &Arc<Peers> {
        &self.inner.peers
    }

    /// Queues a command and waits for its durable answer.
    pub(crate) async fn ask(
        &self,
        lot_id: LotId,
        key: Uuid,
        command: Command,
        sender: Sender,
    ) -> Result<Answer, Failure> {
        let (reply, answer) = oneshot::channel();
        self.submit(lot_id, key, command, sender, ReplyTo::Caller(reply))?;
        // a dropped reply means that the writer ended mid-way: the outcome is unknown, a repeat finds it
        answer.await.unwrap_or(Err(Failure::Unavailable))
    }

    /// Where bids are decided at present.
    fn routing(&self) -> &Routing {
        &self.inner.routing
    }

    /// Whether another process decides what comes over the sockets of this one, as far as is known.
    pub(crate) fn decides_elsewhere(&self) -> bool {
        self.routing().is_elsewhere()
    }

    /// Queues a command, here or where it is decided; its answer goes where `reply_to` says. The admission time is now.
    pub(crate) fn submit(
        &self,
        lot_id: LotId,
        key: Uuid,
        command: Command,
        sender: Sender,
        reply_to: ReplyTo,
    ) -> Result<(), Failure> {
        let admitted_at = self.inner.clock.admission_time().ok_or(Failure::Unavailable)?;
        let place = self.take_place(lot_id)?;
        let job = Job { key, lot_id, command, sender, admitted_at, reply_to, _place: place };
        let Some(way) = self.routing().way_of(&job) else {
            return self.queue(job).map_err(|error| failure_of(&error));
        };
        match way.try_send(job) {
            Ok(()) => {
                self.inner.counters.handed_on();
                Ok(())
            }
            // the link has ended, and the next look will find out
            Err(TrySendError::Closed(job)) => self.queue(job).map_err(|error| failure_of(&error)),
            Err(TrySendError::Full(_)) => Err(Failure::Busy),
        }
    }

    /// Queues a command that was admitted then, to be decided here.
    fn queue_here(
        &self,
        (lot_id, key): (LotId, Uuid),
        command: Command,
        sender: Sender,
        admitted_at: UnixMs,
        reply_to: ReplyTo,
    ) -> Result<(), Failure> {
        let place = self.take_place(lot_id)?;
        let job = Job { key, lot_id, command, sender, admitted_at, reply_to, _place: place };
        self.queue(job).map_err(|error| failure_of(&error))
    }

    /// Queues commands here that were handed on and have no answer.
    fn take_back(&self, jobs: Vec<Job>) {
        self.inner.counters.taken_back(jobs.len());
        for job in jobs {
            if let Err(error) = self.queue(job) {
                let failure = failure_of(&error);
                writer::fail_all(vec![error.into_inner()], failure);
            }
        }
    }

    /// Queues a job for the writer of its lot; one that finds no place is given back.
    #[expect(
        clippy::result_large_err,
        reason = "a job is moved from queue to queue, and a box would be one more"
    )]
    fn queue(&self, job: Job) -> Result<(), TrySendError<Job>> {
        let index = usize::try_from(job.lot_id.0.as_u128() % WRITERS as u128).unwrap_or_default();
        self.inner.writers[index].try_send(job)
    }

    fn take_place(&self, lot_id: LotId) -> Result<QueuePlace, Failure> {
        let known = self.inner.waiting.read().unwrap_or_else(PoisonError::into_inner).get(&lot_id).cloned();
        let counter = match known {
            Some(counter) => counter,
            None => {
                let mut waiting = self.inner.waiting.write().unwrap_or_else(PoisonError::into_inner);
                if waiting.len() > 4 * LOT_QUEUE_LIMIT {
                    // lots that nobody asks about any more (and lots that never were)
                    waiting.retain(|_, counter| counter.load(Ordering::Relaxed) > 0);
                }
                Arc::clone(waiting.entry(lot_id).or_default())
            }
        };
        if counter.fetch_add(1, Ordering::Relaxed) >= LOT_QUEUE_LIMIT {
            counter.fetch_sub(1, Ordering::Relaxed);
            return Err(Failure::Busy);
        }
        Ok(QueuePlace(counter))
    }
}

fn failure_of(error: &TrySendError<Job>) -> Failure {
    match error {
        TrySendError::Full(_) => Failure::Busy,
        TrySendError::Closed(_) => Failure::Unavailable,
    }
}
