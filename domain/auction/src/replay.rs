//! Closed lots, ready to be shown moment by moment: a step of a replay reads a few columns, not the whole log again.
//!
//! A closed lot's log changes only when a negotiation settles it, and then its head does. So what was worked out of a log is
//! kept under the hash of its newest line, in the memory of this process, and thrown away when others need the place.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use kernel::{LotId, Principal};
use platform_db::CommandError;
use proof::{Hash, Incident, Replay};

use crate::Service;

/// So many rows are kept, of all lots together: some tens of megabytes. A longer log is read again for each step.
const ROWS_MAX: usize = 100_000;

/// A closed lot's auction, moment by moment.
#[derive(Debug)]
pub struct LotReplay {
    /// What was to be seen.
    pub replay: Replay,
    /// The outages that the lot was given more time for.
    pub incidents: Vec<Incident>,
}

/// The replays that were asked for last, the newest first.
#[derive(Debug, Default)]
pub(crate) struct Replays(Mutex<VecDeque<Kept>>);

#[derive(Debug)]
struct Kept {
    lot_id: LotId,
    head: Hash,
    replay: Arc<LotReplay>,
}

impl Replays {
    /// That of a lot whose newest line has this hash.
    fn get(&self, lot_id: LotId, head: Hash) -> Option<Arc<LotReplay>> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let place = kept.iter().position(|one| one.lot_id == lot_id && one.head == head)?;
        let found = kept.remove(place)?;
        let replay = Arc::clone(&found.replay);
        kept.push_front(found);
        Some(replay)
    }

    /// Keeps it, in the place of an older one of the lot and of those that nobody asked for in longest.
    fn keep(&self, lot_id: LotId, head: Hash, replay: &Arc<LotReplay>) {
        let rows = |one: &Kept| one.replay.replay.moments().len();
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.retain(|one| one.lot_id != lot_id);
        kept.push_front(Kept { lot_id, head, replay: Arc::clone(replay) });
        let mut all: usize = kept.iter().map(rows).sum();
        while all > ROWS_MAX {
            let Some(oldest) = kept.pop_back() else { return };
            all -= rows(&oldest);
        }
    }
}

impl Service {
    /// A closed lot's auction for its replay.
    ///
    /// # Errors
    /// As [`Service::published_log`]; `LOT_NOT_CLOSED` also for a lot without a line.
    pub async fn replay(&self, who: &Principal, lot_id: LotId) -> Result<Arc<LotReplay>, CommandError> {
        let head = self.published_head(who, lot_id).await?;
        if let Some(kept) = self.replays.get(lot_id, head) {
            return Ok(kept);
        }
        let log = self.published_log(who, lot_id).await?;
        let not_yet = || kernel::Problem::new(kernel::ProblemKind::Conflict, "LOT_NOT_CLOSED");
        let replay = Replay::of(&log.rows).ok_or_else(not_yet)?;
        let replay = Arc::new(LotReplay { replay, incidents: log.incidents });
        self.replays.keep(lot_id, log.head, &replay);
        Ok(replay)
    }
}

#[cfg(test)]
mod tests {
    use kernel::UnixMs;
    use proof::{PublishedRow, Row, Secret};
    use uuid::Uuid;

    use super::*;

    fn lot(number: u128) -> LotId {
        LotId(Uuid::from_u128(number))
    }

    fn head(number: u8) -> Hash {
        Hash([number; 32])
    }

    fn replay(rows: usize) -> Arc<LotReplay> {
        let secret = Secret { entity: Uuid::nil(), user: Uuid::nil(), amount_fen: None, salt: Uuid::nil() };
        let row = Row {
            lot_id: lot(0),
            seq: Some(1),
            judged_seq: 0,
            command: "open".to_owned(),
            key: Uuid::nil(),
            alias: 0,
            secret: secret.commitment(),
            report: String::new(),
            admitted_at: UnixMs(0),
            code: None,
            price_fen: None,
            leader: None,
            status: "open".to_owned(),
            end_at: UnixMs(0),
        };
        let row = PublishedRow { row, hash: head(0) };
        let Some(replay) = Replay::of(&vec![row; rows]) else { panic!("a log has rows") };
        Arc::new(LotReplay { replay, incidents: Vec::new() })
    }

    #[test]
    fn a_log_is_kept_under_its_newest_line_only() {
        let replays = Replays::default();
        replays.keep(lot(1), head(1), &replay(3));
        assert!(replays.get(lot(1), head(1)).is_some() && replays.get(lot(2), head(1)).is_none());
        assert!(replays.get(lot(1), head(2)).is_none(), "the lot was settled meanwhile");
        replays.keep(lot(1), head(2), &replay(4));
        assert!(replays.get(lot(1), head(1)).is_none(), "nobody asks for what it was");
    }

    #[test]
    fn what_nobody_asked_for_in_longest_makes_room() {
        let replays = Replays::default();
        for number in 1..=4 {
            replays.keep(lot(number), head(1), &replay(ROWS_MAX / 4));
        }
        assert!(replays.get(lot(1), head(1)).is_some());
        replays.keep(lot(5), head(1), &replay(1));
        assert!(replays.get(lot(1), head(1)).is_some() && replays.get(lot(2), head(1)).is_none());
        replays.keep(lot(6), head(1), &replay(ROWS_MAX + 1));
        assert!(replays.get(lot(6), head(1)).is_none(), "no log takes all the room");
    }
}
