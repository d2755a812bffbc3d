//! Asking again: the same keys and amounts, by the same dealers, until each has its answer.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use kernel::DealerId;

use crate::bids::bidder::Order;
use crate::bids::room::{self, Room};
use crate::ledger::Ack;
use crate::seed::people::Seat;
use crate::target::Target;
use crate::{Result, fault, socket};

/// A server that has just come up may still say that it is busy.
const ATTEMPTS: u32 = 10;
const BETWEEN: Duration = Duration::from_millis(300);
const ANSWERS_WITHIN: Duration = Duration::from_secs(20);

/// Asks until every order is answered; returns the answers.
pub(crate) async fn ask(
    target: &Target,
    seats: &[Seat],
    mut orders: Vec<(DealerId, Order)>,
) -> Result<Vec<Ack>> {
    let mut acks = Vec::with_capacity(orders.len());
    let mut errors = BTreeMap::new();
    for _ in 0..ATTEMPTS {
        let now = Instant::now();
        let sockets = socket::open_patiently(std::slice::from_ref(target), seats, seats.len()).await?;
        let (bidders, to) = Room::open(sockets, now, now + ANSWERS_WITHIN, None).split();
        let number_of: HashMap<DealerId, u64> =
            (0..).zip(seats).map(|(n, seat)| (seat.dealer_id, n)).collect();
        for (dealer_id, order) in orders {
            let number = number_of.get(&dealer_id).ok_or_else(|| fault("an order of no dealer"))?;
            to.give(*number, order);
        }
        drop(to);
        let tally = room::gather(bidders).await?;
        acks.extend(tally.acks);
        errors = tally.errors;
        orders = tally.unanswered.into_iter().chain(tally.failed).collect();
        if orders.is_empty() {
            return Ok(acks);
        }
        tokio::time::sleep(BETWEEN).await;
    }
    Err(fault(format!("{} bids got no answer even after {ATTEMPTS} repeats: {errors:?}", orders.len())))
}
