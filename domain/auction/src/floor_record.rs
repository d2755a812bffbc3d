//! The clerk of a lane without a network (离线记录, domain rules §7.4): the lot on the block waits, he writes down what is called
//! on the floor, and brings it in one piece.
//!
//! Each line becomes an ordinary bid from the floor, in his order, under a key that follows from the record's id and the line:
//! however often a record is brought, a line counts once. The lot goes on when all lines have their answers, with its time anew.

use std::collections::HashMap;

use bidding::{Command, Note, RefusalCode};
use kernel::{DealerId, Fen, LotId, Principal, Problem, ProblemKind, Role, UnixMs, event_id_for};
use platform_db::CommandError;
use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use crate::Service;
use crate::engine::{Answer, Outcome};
use crate::lane::auctioneer;
use crate::store::floor_records;

/// A record has so many lines at most: a lot whose floor bids for longer is online again by then.
pub const FLOOR_LINES_MAX: usize = 200;

/// A bid that was called on the floor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct FloorLine {
    /// The paddle that was raised.
    pub paddle: i32,
    /// The amount that was called.
    pub max_fen: Fen,
}

/// What the clerk brings.
#[derive(Clone, Debug)]
pub struct MergeFloor {
    /// The record's id, made by the clerk's page before the first line; a repeat changes nothing.
    pub id: Uuid,
    /// The lot.
    pub lot_id: LotId,
    /// What was called, in order.
    pub lines: Vec<FloorLine>,
}

/// A line, and what became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MergedLine {
    /// The paddle.
    pub paddle: i32,
    /// The amount.
    pub max_fen: Fen,
    /// Why it was refused; none: it counts.
    pub code: Option<RefusalCode>,
    /// What the bidder should know besides.
    pub note: Option<Note>,
}

/// A record that was brought.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FloorRecord {
    /// Its id.
    pub id: Uuid,
    /// The lot.
    pub lot_id: LotId,
    /// Its lines, in the clerk's order.
    pub lines: Vec<MergedLine>,
    /// Who brought it.
    pub by_name: String,
    /// When.
    pub at: UnixMs,
}

impl Service {
    /// Records the floor offline from now on: nobody else bids on the lot on the block, and it does not end.
    pub async fn go_offline(
        &self,
        who: &Principal,
        key: Uuid,
        lot_id: LotId,
    ) -> Result<Answer, CommandError> {
        self.by_staff(who, &[Role::Auctioneer], key, lot_id, Command::GoOffline).await
    }

    /// Goes on without a record: there is none, or it is given up.
    pub async fn back_online(
        &self,
        who: &Principal,
        key: Uuid,
        lot_id: LotId,
    ) -> Result<Answer, CommandError> {
        self.by_staff(who, &[Role::Auctioneer], key, lot_id, Command::BackOnline).await
    }

    /// Bids what was called on the floor, line by line, and lets the lot go on. What no line can be is refused before the first
    /// is bid. After an error the same record is brought again.
    ///
    /// # Errors
    /// `FORBIDDEN`, `FLOOR_LINES_NEEDED`, `FLOOR_LINES_TOO_MANY`, `FLOOR_PADDLES_UNKNOWN`; `BUSY`, `UNAVAILABLE`.
    pub async fn merge_floor(&self, who: &Principal, input: MergeFloor) -> Result<FloorRecord, CommandError> {
        auctioneer(who)?;
        if let Some(known) = floor_records::of(&self.db, input.id).await? {
            return Ok(known);
        }
        let holders = self.holders_of(&input).await?;
        let mut lines = Vec::with_capacity(input.lines.len());
        for (key, line, dealer_id) in keyed(&input, &holders) {
            let answer = self.bid_from_floor(who, (input.lot_id, key), dealer_id, line).await?;
            lines.push(merged(line, &answer));
        }
        // refused where somebody let it go on already: what was called counts all the same
        let key = event_id_for(input.id, "online");
        self.back_online(who, key, input.lot_id).await?;
        floor_records::insert(&self.db, (input.id, input.lot_id), &lines, who, self.now()).await?;
        floor_records::of(&self.db, input.id).await?.ok_or_else(|| Problem::not_found().into())
    }

    /// What became of a record: for staff.
    pub async fn floor_record(&self, id: Uuid) -> Result<Option<FloorRecord>, CommandError> {
        Ok(floor_records::of(&self.db, id).await?)
    }

    async fn holders_of(&self, input: &MergeFloor) -> Result<HashMap<i32, DealerId>, CommandError> {
        let invalid = |code: &str| Problem::new(ProblemKind::Invalid, code);
        if input.lines.is_empty() {
            return Err(invalid("FLOOR_LINES_NEEDED").into());
        }
        if input.lines.len() > FLOOR_LINES_MAX {
            return Err(invalid("FLOOR_LINES_TOO_MANY").with(json!({ "most": FLOOR_LINES_MAX })).into());
        }
        let mut paddles: Vec<i32> = input.lines.iter().map(|line| line.paddle).collect();
        paddles.sort_unstable();
        paddles.dedup();
        let holders = floor_records::holders(&self.db, input.lot_id, &paddles).await?;
        paddles.retain(|paddle| !holders.contains_key(paddle));
        if paddles.is_empty() {
            return Ok(holders);
        }
        let unknown: Vec<String> = paddles.iter().map(|paddle| format!("#{paddle}")).collect();
        Err(invalid("FLOOR_PADDLES_UNKNOWN").with(json!({ "paddles": unknown.join(" ") })).into())
    }
}

/// The lines with their bidders and keys. The same amount of the same paddle twice is two lines; a line keeps its key when
/// another one is struck out.
fn keyed<'a>(
    input: &'a MergeFloor,
    holders: &'a HashMap<i32, DealerId>,
) -> impl Iterator<Item = (Uuid, FloorLine, DealerId)> + use<'a> {
    let mut seen: HashMap<FloorLine, u32> = HashMap::new();
    input.lines.iter().filter_map(move |line| {
        let count = seen.entry(*line).or_default();
        *count += 1;
        let what = format!("line:{}:{}:{count}", line.paddle, line.max_fen.0);
        Some((event_id_for(input.id, &what), *line, *holders.get(&line.paddle)?))
    })
}

fn merged(line: FloorLine, answer: &Answer) -> MergedLine {
    let (code, note) = match &answer.outcome {
        Outcome::Accepted { note, .. } => (None, *note),
        Outcome::Refused(refusal) => (Some(refusal.code), None),
    };
    MergedLine { paddle: line.paddle, max_fen: line.max_fen, code, note }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_keeps_its_key_when_another_is_struck_out_and_the_same_twice_is_two() {
        let line = |paddle: i32, yuan: i64| FloorLine { paddle, max_fen: Fen(yuan * 100) };
        let holders: HashMap<i32, DealerId> = [7, 8]
            .map(|paddle: i32| (paddle, DealerId(Uuid::from_u128(paddle.unsigned_abs().into()))))
            .into();
        let keys = |lines: Vec<FloorLine>| -> Vec<Uuid> {
            let input = MergeFloor { id: Uuid::from_u128(1), lot_id: LotId(Uuid::from_u128(2)), lines };
            keyed(&input, &holders).map(|(key, _, _)| key).collect()
        };
        let all = keys(vec![line(7, 60_000), line(8, 61_000), line(7, 60_000)]);
        assert!(all[0] != all[2] && all[0] != all[1]);
        assert_eq!(keys(vec![line(8, 61_000), line(7, 60_000)]), [all[1], all[0]]);
    }
}
