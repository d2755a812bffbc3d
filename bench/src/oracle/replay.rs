//! The fold once more: every line of the log judged again by `core/bidding`, on the state it says it was judged on.

use std::collections::HashMap;

use bidding::{Command, History, LotState, RefusalCode, VoidReason, apply_all, decide};
use kernel::{DealerId, Fen};

use super::{Fault, Row, StoredLot, Verdict};

/// Replays one lot from the state it was seeded with.
pub(super) fn check(verdict: &mut Verdict, seeded: &LotState, stored: &StoredLot) {
    let mut refused_at: HashMap<i64, Vec<&Row>> = HashMap::new();
    for row in stored.log.iter().filter(|row| row.seq.is_none()) {
        refused_at.entry(row.judged_seq).or_default().push(row);
    }
    let mut state = seeded.clone();
    let mut history = History::beginning(seeded.reserve_fen);
    refusals(verdict, stored, &state, &history, &mut refused_at);
    for row in stored.log.iter().filter(|row| row.seq.is_some()) {
        let accepted =
            command(row, &history).and_then(|command| decide(&state, &command, row.admitted_at).ok());
        let Some(accepted) = accepted else {
            verdict.found(Fault::FoldDiffers, format_args!("lot {}: no rule accepts {row:?}", stored.lot_id));
            return;
        };
        state = apply_all(&state, &accepted.events);
        history.follow(state.seq, &accepted.events);
        let same = state.price_fen.map(|price| price.0) == row.price_fen
            && state.leader.map(|leader| leader.dealer_id.0) == row.leader;
        if !same || Some(state.seq) != row.seq {
            verdict.found(Fault::FoldDiffers, format_args!("lot {}: {state:?} after {row:?}", stored.lot_id));
            return;
        }
        refusals(verdict, stored, &state, &history, &mut refused_at);
    }
    if state != stored.state {
        let (lot_id, kept) = (stored.lot_id, &stored.state);
        verdict.found(
            Fault::FoldDiffers,
            format_args!("lot {lot_id} is kept as {kept:?}, its log gives {state:?}"),
        );
    }
    for row in refused_at.values().flatten() {
        verdict.found(Fault::FoldDiffers, format_args!("judged on a state that never was: {row:?}"));
    }
}

fn refusals(
    verdict: &mut Verdict,
    stored: &StoredLot,
    state: &LotState,
    history: &History,
    refused_at: &mut HashMap<i64, Vec<&Row>>,
) {
    for row in refused_at.remove(&state.seq).unwrap_or_default() {
        if row.code.as_deref() == Some(RefusalCode::BuyingPower.as_str()) {
            // what the dealer held elsewhere is not in this log: all else must have spoken for the bid
            if command(row, history).is_none_or(|command| decide(state, &command, row.admitted_at).is_err()) {
                verdict.found(
                    Fault::FoldDiffers,
                    format_args!("lot {}: not for buying power: {row:?}", stored.lot_id),
                );
            }
            continue;
        }
        let again = command(row, history).and_then(|command| decide(state, &command, row.admitted_at).err());
        let code = again.as_ref().map(|refusal| refusal.code.as_str());
        if code != row.code.as_deref() || again.map(|refusal| refusal.data) != Some(row.explanation.clone()) {
            verdict
                .found(Fault::FoldDiffers, format_args!("lot {}: refused otherwise: {row:?}", stored.lot_id));
        }
    }
}

/// The command behind a line. Seeded lots are opened, bid on, perhaps put right, and closed; nothing else.
fn command(row: &Row, history: &History) -> Option<Command> {
    match row.command.as_str() {
        "open" => Some(Command::Open),
        "close" => Some(Command::Close),
        "place_max" => Some(Command::PlaceMax {
            dealer_id: DealerId(row.actor),
            max_fen: Fen(row.max_fen?),
            confirmed: row.confirmed,
            bar: None,
            power_fen: None,
            seen_report: None,
            group: None,
        }),
        "withdraw" => Some(Command::Withdraw { dealer_id: DealerId(row.actor) }),
        "void_bid" => {
            let data = &row.explanation["data"];
            Some(Command::VoidBid {
                bid_seq: data["bid_seq"].as_i64()?,
                reason: VoidReason::ALL.into_iter().find(|reason| data["reason"] == reason.as_str())?,
                history: history.clone(),
                // sales of a run hold no deposits that a void could find short
                powers: Vec::new(),
            })
        }
        _ => None,
    }
}
