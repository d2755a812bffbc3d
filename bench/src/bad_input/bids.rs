//! Well-formed bids that no rule accepts.

use bidding::ClientFrame;
use futures_util::SinkExt as _;
use kernel::{Fen, LotId};
use uuid::Uuid;

use super::{Ground, attack};
use crate::Result;
use crate::bad_input::outcome::Outcomes;
use crate::seed::lots::{START_FEN, STEP_FEN};
use crate::socket;

/// The highest amount that is a multiple of the tick.
const HIGHEST: i64 = i64::MAX - i64::MAX % 10_000;

/// A bid and the answers it may get, in order.
pub(super) struct Case {
    pub(super) name: &'static str,
    pub(super) lot_id: LotId,
    pub(super) max_fen: i64,
    pub(super) expected: &'static str,
}

/// All cases; a lot that is open takes the first of them that is in order, so that the later ones meet a price.
pub(super) fn cases(ground: &Ground) -> Vec<Case> {
    let (open, closed, scheduled) = (ground.open.id, ground.closed.id, ground.scheduled.id);
    let unknown = LotId(Uuid::now_v7());
    let case = |name, lot_id, max_fen, expected| Case { name, lot_id, max_fen, expected };
    vec![
        case("0", open, 0, "BELOW_MIN"),
        case("negative", open, -STEP_FEN, "BELOW_MIN"),
        case("least i64", open, i64::MIN, "NOT_TICK"),
        case("off the tick", open, START_FEN + 1, "NOT_TICK"),
        case("negative, off the tick", open, -1, "NOT_TICK"),
        case("greatest i64, off the tick", open, i64::MAX, "NOT_TICK"),
        case("below the start", open, START_FEN - STEP_FEN, "BELOW_MIN"),
        case("on a closed lot", closed, START_FEN, "CLOSED"),
        // it waits for the opening
        case("on a lot that opens tomorrow", scheduled, START_FEN, "accepted"),
        case("on an unknown lot", unknown, START_FEN, "NOT_FOUND"),
        case("on no lot", LotId(Uuid::nil()), START_FEN, "NOT_FOUND"),
        case("an ordinary one among them", open, START_FEN, "accepted"),
        case("the same max again", open, START_FEN, "DUPLICATE"),
        case("the greatest amount there is", open, HIGHEST, "BUYING_POWER"),
    ]
}

/// Tries them over a socket.
pub(super) async fn try_all(ground: &Ground, outcomes: &mut Outcomes) -> Result<()> {
    let mut socket = socket::open(&ground.target, &ground.seats[0]).await?;
    for case in cases(ground) {
        let key = Uuid::now_v7();
        let bid = ClientFrame::PlaceMax {
            key,
            lot_id: case.lot_id,
            max_fen: Fen(case.max_fen),
            confirmation: None,
            report_hash: None,
        };
        socket.send(socket::message(&bid)).await?;
        let came = attack::answer(&mut socket).await?;
        outcomes.note(format!("socket: bid {}", case.name), &[case.expected], came);
    }
    // a key used again for another amount
    let key = Uuid::now_v7();
    for (max_fen, expected) in [(0, "BELOW_MIN"), (STEP_FEN, "DUPLICATE")] {
        let bid = ClientFrame::PlaceMax {
            key,
            lot_id: ground.open.id,
            max_fen: Fen(max_fen),
            confirmation: None,
            report_hash: None,
        };
        socket.send(socket::message(&bid)).await?;
        let came = attack::answer(&mut socket).await?;
        outcomes.note("socket: a key used again for another amount", &[expected], came);
    }
    for (name, frame) in [
        ("watch an unknown lot", ClientFrame::Watch { lot_id: LotId(Uuid::now_v7()) }),
        ("snapshot of an unknown lot", ClientFrame::Snapshot { lot_id: LotId(Uuid::now_v7()) }),
    ] {
        socket.send(socket::message(&frame)).await?;
        let came = attack::answer(&mut socket).await?;
        outcomes.note(format!("socket: {name}"), &["NOT_FOUND"], came);
    }
    Ok(())
}
