//! From a line of the log to the row that its hash covers.

use bidding::LotState;
use kernel::{DealerId, Fen};
use proof::{Row, Secret};
use uuid::Uuid;

use crate::store::batch::LogRow;

/// The row of a line that leaves the lot in this state.
pub(crate) fn row(line: &LogRow, state: &LotState) -> Row {
    let alias_of = |dealer_id: DealerId| state.alias_of(dealer_id);
    Row {
        lot_id: line.lot_id,
        seq: line.seq,
        judged_seq: line.judged_seq,
        command: line.command.to_owned(),
        key: line.key,
        alias: line.alias.and_then(|alias| u32::try_from(alias).ok()).unwrap_or_default(),
        secret: secret(line.actor, line.user_id, line.max_fen, line.salt).commitment(),
        report: line.report_hash.clone(),
        admitted_at: line.admitted_at,
        code: line.code.map(str::to_owned),
        price_fen: line.price_fen.map(Fen),
        leader: line.leader.and_then(|leader| alias_of(DealerId(leader))),
        status: line.status.as_str().to_owned(),
        end_at: line.end_at,
    }
}

/// Who asked for how much.
pub(crate) fn secret(actor: Uuid, user_id: Option<Uuid>, max_fen: Option<i64>, salt: Uuid) -> Secret {
    Secret { entity: actor, user: user_id.unwrap_or_default(), amount_fen: max_fen.map(Fen), salt }
}
