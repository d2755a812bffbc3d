//! The log by itself: gapless, never falling, one leader.

use uuid::Uuid;

use super::{Fault, Row, StoredLot, Verdict};

/// Checks numbers, price and leader of one lot.
pub(super) fn check(verdict: &mut Verdict, stored: &StoredLot) {
    let accepted: Vec<(i64, &Row)> = stored.log.iter().filter_map(|row| Some((row.seq?, row))).collect();
    numbers(verdict, stored, &accepted);
    prices(verdict, stored, &accepted);
    leaders(verdict, stored, &accepted);
}

fn numbers(verdict: &mut Verdict, stored: &StoredLot, accepted: &[(i64, &Row)]) {
    for (expected, (seq, _)) in (1_i64..).zip(accepted) {
        if *seq != expected {
            let lot_id = stored.lot_id;
            verdict.found(Fault::Gap, format_args!("lot {lot_id}: {seq} stands where {expected} should"));
            break;
        }
    }
    let last = accepted.last().map_or(0, |(seq, _)| *seq);
    if last != stored.seq {
        let (lot_id, seq) = (stored.lot_id, stored.seq);
        verdict.found(Fault::Gap, format_args!("lot {lot_id} is at {seq}, its log at {last}"));
    }
}

fn prices(verdict: &mut Verdict, stored: &StoredLot, accepted: &[(i64, &Row)]) {
    for pair in accepted.windows(2) {
        let ((_, before), (seq, after)) = (pair[0], pair[1]);
        // no price is less than any price; only a void lets it fall
        if after.price_fen < before.price_fen && after.command != "void_bid" {
            let (lot_id, from, to) = (stored.lot_id, before.price_fen, after.price_fen);
            verdict.found(Fault::PriceFell, format_args!("lot {lot_id} at {seq}: from {from:?} to {to:?}"));
        }
    }
    if accepted.last().and_then(|(_, row)| row.price_fen) != stored.price_fen {
        let lot_id = stored.lot_id;
        verdict
            .found(Fault::FoldDiffers, format_args!("the price of lot {lot_id} is not its last log line's"));
    }
}

/// Highest max leads, the earlier one on a tie; the leader may change his own max without losing the lead.
fn leaders(verdict: &mut Verdict, stored: &StoredLot, accepted: &[(i64, &Row)]) {
    let mut leader: Option<(Uuid, i64)> = None;
    for (seq, row) in accepted {
        if row.command == "void_bid" {
            // from here on the leader depends on the whole log: the fold judges it
            return;
        }
        if let (Some(max), "place_max") = (row.max_fen, row.command.as_str()) {
            leader = match leader {
                Some((dealer, standing)) if dealer != row.actor && max <= standing => {
                    Some((dealer, standing))
                }
                _ => Some((row.actor, max)),
            };
        }
        if row.leader != leader.map(|(dealer, _)| dealer) {
            let lot_id = stored.lot_id;
            let found = format_args!("lot {lot_id} at {seq}: {:?} leads, not {:?}", leader, row.leader);
            verdict.found(Fault::WrongLeader, found);
            return;
        }
    }
    if stored.leader != leader.map(|(dealer, _)| dealer) {
        verdict.found(Fault::WrongLeader, format_args!("lot {}: {leader:?} leads", stored.lot_id));
    }
}
