//! All bidders of a run, and the two ways of giving them orders.

use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use tokio::sync::Semaphore;
use tokio::sync::mpsc::{self, UnboundedSender};
use tokio::task;

use super::amounts::Climb;
use super::bidder::{Bidder, Order};
use super::tally::Tally;
use crate::Result;
use crate::pace::Schedule;
use crate::seed::people::Seat;
use crate::socket::Socket;

/// Running bidders.
pub(crate) type Bidders = Vec<task::JoinHandle<Tally>>;

/// How long the closed loop waits for an answer before it looks at the clock.
const LOOK_UP: Duration = Duration::from_millis(100);

/// Running bidders and the way to them.
pub(crate) struct Room {
    bidders: Bidders,
    orders: Orders,
}

/// Gives orders to the bidders in turn. When it is dropped they wait for their last answers and end.
pub(crate) struct Orders {
    to: Vec<UnboundedSender<Order>>,
    window: Option<Arc<Semaphore>>,
}

impl Room {
    /// Starts a bidder on each socket. `window` bounds the unanswered bids of all together.
    pub(crate) fn open(
        sockets: Vec<(Seat, Socket)>,
        counted_from: Instant,
        deadline: Instant,
        window: Option<usize>,
    ) -> Room {
        let window = window.map(|size| Arc::new(Semaphore::new(size)));
        let mut to = Vec::with_capacity(sockets.len());
        let mut bidders = Vec::with_capacity(sockets.len());
        for (seat, socket) in sockets {
            let (sender, receiver) = mpsc::unbounded_channel();
            let bidder = Bidder::new(seat, socket, counted_from, window.clone());
            bidders.push(tokio::spawn(bidder.run(receiver, deadline)));
            to.push(sender);
        }
        Room { bidders, orders: Orders { to, window } }
    }

    /// The bidders, and the way to them.
    pub(crate) fn split(self) -> (Bidders, Orders) {
        (self.bidders, self.orders)
    }
}

impl Orders {
    /// Open loop: each bid when it is due, whatever became of the ones before.
    pub(crate) fn at(self, schedule: Schedule, climb: Arc<Climb>) -> JoinHandle<()> {
        schedule.run(move |n, due| self.give(n, Order::new(climb.next(n), due)))
    }

    /// Closed loop: the next bid as soon as one was answered.
    pub(crate) async fn one_for_one(self, until: Instant, climb: Arc<Climb>) {
        self.one_for_one_at(until, climb, f64::INFINITY).await;
    }

    /// Closed loop, with at most so many bids a second: where a server refuses at once there is no end of answers.
    pub(crate) async fn one_for_one_at(self, until: Instant, climb: Arc<Climb>, rate: f64) {
        let Some(window) = self.window.clone() else { return };
        let start = Instant::now();
        let mut n = 0;
        while Instant::now() < until {
            if n as f64 > start.elapsed().as_secs_f64() * rate {
                tokio::time::sleep(Duration::from_millis(2)).await;
                continue;
            }
            // answers may stop coming
            let Ok(Ok(free)) = tokio::time::timeout(LOOK_UP, window.acquire()).await else { continue };
            // the bidder gives it back with the answer
            free.forget();
            self.give(n, Order::new(climb.next(n), Instant::now()));
            n += 1;
        }
    }

    /// The bid with this number: bidders take turns.
    pub(crate) fn give(&self, n: u64, order: Order) {
        let at = usize::try_from(n).unwrap_or(0) % self.to.len();
        // a closed channel is a socket that was cut, which its bidder notes
        let _ = self.to[at].send(order);
    }
}

/// Waits for the bidders and adds up what they noted.
pub(crate) async fn gather(bidders: Bidders) -> Result<Tally> {
    let mut tally = Tally::default();
    for bidder in bidders {
        tally.merge(bidder.await?);
    }
    Ok(tally)
}
