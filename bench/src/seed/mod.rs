//! The field the load runs on: dealers with sessions, and open lots. Written straight into the databases, because
//! signing up two hundred companies by form is not what is measured here. For throw-away databases only.

pub(crate) mod lots;
pub(crate) mod people;

use std::time::{Duration, Instant};

use kernel::{Fen, LotId};

use crate::bids::bidder::Order;
use crate::bids::room::{self, Room};
use crate::target::Target;
use crate::{Result, fault, socket};

use lots::{START_FEN, STEP_FEN, SeededLot};
use people::Seat;

/// Some bids are answered in far less.
const BIDS_WITHIN: Duration = Duration::from_secs(10);

/// What a run bids with and on.
pub(crate) struct Field {
    pub(crate) seats: Vec<Seat>,
    pub(crate) lots: Vec<SeededLot>,
}

/// Bids by these dealers in turn over sockets of theirs, each a step higher.
pub(crate) async fn some_bids(target: &Target, seats: &[Seat], lot_id: LotId, count: usize) -> Result<()> {
    let now = Instant::now();
    let sockets = socket::open_many(target, seats, seats.len()).await?;
    let (bidders, orders) = Room::open(sockets, now, now + BIDS_WITHIN, None).split();
    for number in 0..count {
        let steps = i64::try_from(number)? * STEP_FEN;
        orders.give(number as u64, Order::new((lot_id, Fen(START_FEN + steps)), Instant::now()));
    }
    drop(orders);
    let tally = room::gather(bidders).await?;
    if tally.acks.len() == count {
        Ok(())
    } else {
        Err(fault(format!("not all bids were answered: {:?}", tally.errors)))
    }
}
