//! How a lot ended, by its own row and log.

use std::time::{Duration, Instant};

use kernel::UnixMs;
use sqlx::PgPool;

use crate::bids::tally::Tally;
use crate::ledger::Answer;
use crate::oracle::{Fault, Verdict, rows};
use crate::seed::lots::SeededLot;
use crate::{Result, fault};

/// Half a second of drain, and the sweeper's round.
const CLOSED_WITHIN: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(50);

/// A lot that has closed.
pub(super) struct Hammer {
    lot: rows::Closed,
    /// The end that the sale promised; soft close moves it.
    promised: UnixMs,
}

impl Hammer {
    /// Waits until the lot is closed.
    pub(super) async fn wait(auction: &PgPool, lot: &SeededLot) -> Result<Hammer> {
        let give_up_at = Instant::now() + CLOSED_WITHIN;
        loop {
            if let Some(closed) = rows::closed(auction, lot.id).await? {
                return Ok(Hammer { lot: closed, promised: lot.state.end_at });
            }
            if Instant::now() > give_up_at {
                return Err(fault(format!("lot {} does not close", lot.id)));
            }
            tokio::time::sleep(POLL).await;
        }
    }

    /// From the end to the line of the close.
    pub(super) fn closed_after(&self) -> Duration {
        let ms = self.lot.written_at.0 - self.lot.end_at.0;
        Duration::from_millis(u64::try_from(ms).unwrap_or(0))
    }

    /// One close, and it is the last line; one winner; nothing accepted that was sent or admitted after the end.
    pub(super) fn judge(&self, verdict: &mut Verdict, tally: &Tally, clock_error_ms: i64) {
        let lot = &self.lot;
        let lot_id = lot.lot_id;
        if lot.closes != 1 {
            verdict.found(Fault::Winners, format_args!("lot {lot_id} was closed {} times", lot.closes));
        }
        if lot.after_close > 0 {
            verdict
                .found(Fault::Late, format_args!("lot {lot_id}: {} lines after the close", lot.after_close));
        }
        if lot.late > 0 {
            verdict
                .found(Fault::Late, format_args!("lot {lot_id}: {} admitted at or after the end", lot.late));
        }
        let has_winner = lot.outcome == "sold" && lot.leader.is_some();
        if has_winner != (lot.bids > 0) {
            let (outcome, bids) = (&lot.outcome, lot.bids);
            verdict.found(Fault::Winners, format_args!("lot {lot_id} is {outcome} with {bids} bids"));
        }
        // by the sender's clock as well: what the server stamps is not believed
        let last_ms = lot.end_at.0.max(self.promised.0) + clock_error_ms;
        for ack in tally.acks.iter().filter(|ack| ack.lot_id == lot_id) {
            let sent_ms = sent_ms(ack.key);
            if matches!(ack.answer, Answer::Accepted { .. }) && sent_ms > last_ms {
                let late = sent_ms - last_ms;
                verdict.found(Fault::Late, format_args!("{ack:?} was sent {late} ms after the end"));
            }
        }
    }
}

/// When a key was made, which is when its bid was due: it stands in its first 48 bits.
fn sent_ms(key: uuid::Uuid) -> i64 {
    let ms = key.as_u128() >> 80;
    i64::try_from(ms).unwrap_or(i64::MAX)
}

#[cfg(test)]
#[expect(clippy::unwrap_used, reason = "tests")]
mod tests {
    use kernel::{DealerId, Fen, LotId};
    use uuid::Uuid;

    use super::*;
    use crate::ledger::Ack;

    const END: UnixMs = UnixMs(1_764_154_000_000);

    fn hammer(change: impl FnOnce(&mut rows::Closed)) -> Hammer {
        let mut lot = rows::Closed {
            lot_id: LotId(Uuid::nil()),
            end_at: END,
            written_at: END.plus_ms(600),
            outcome: "sold".into(),
            leader: Some(Uuid::nil()),
            closes: 1,
            after_close: 0,
            late: 0,
            bids: 9,
        };
        change(&mut lot);
        Hammer { lot, promised: END }
    }

    fn accepted_at(ms: i64) -> Tally {
        let ms = u64::try_from(END.0 + ms).unwrap();
        let seconds = uuid::Timestamp::from_unix(
            uuid::NoContext,
            ms / 1000,
            u32::try_from(ms % 1000).unwrap() * 1_000_000,
        );
        let ack = Ack {
            lot_id: LotId(Uuid::nil()),
            dealer_id: DealerId(Uuid::nil()),
            key: Uuid::new_v7(seconds),
            max_fen: Fen(1),
            answer: Answer::Accepted { seq: 1, note: None },
        };
        Tally { acks: vec![ack], ..Tally::default() }
    }

    fn judged(hammer: &Hammer, tally: &Tally) -> Verdict {
        let mut verdict = Verdict::default();
        hammer.judge(&mut verdict, tally, 2);
        verdict
    }

    #[test]
    fn a_fair_end_has_no_faults() {
        let verdict = judged(&hammer(|_| ()), &accepted_at(2));
        assert_eq!(verdict.examples(), [] as [String; 0]);
        let nobody = hammer(|lot| (lot.outcome, lot.leader, lot.bids) = ("unsold".into(), None, 0));
        assert_eq!(judged(&nobody, &Tally::default()).faults(), 0);
        assert_eq!(nobody.closed_after(), Duration::from_millis(600));
    }

    #[test]
    fn a_bid_sent_after_the_end_may_not_be_accepted_whatever_its_stamp() {
        assert_eq!(judged(&hammer(|_| ()), &accepted_at(3)).count(Fault::Late), 1);
    }

    #[test]
    fn late_lines_and_second_hammers_are_found() {
        let none = Tally::default();
        assert_eq!(judged(&hammer(|lot| lot.late = 1), &none).count(Fault::Late), 1);
        assert_eq!(judged(&hammer(|lot| lot.after_close = 1), &none).count(Fault::Late), 1);
        assert_eq!(judged(&hammer(|lot| lot.closes = 2), &none).count(Fault::Winners), 1);
        assert_eq!(judged(&hammer(|lot| lot.leader = None), &none).count(Fault::Winners), 1);
        assert_eq!(judged(&hammer(|lot| lot.bids = 0), &none).count(Fault::Winners), 1);
    }
}
