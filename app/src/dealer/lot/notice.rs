//! What came of a bid that was sent as a form: it comes back with `?answer=<key>`, or `?problem=<code>` when nothing
//! reached the auction.

use auction::BidOutcome;
use kernel::{Fen, LotId, Problem};
use platform_db::CommandError;
use serde_json::Value;
use uuid::Uuid;

use crate::context::PageContext;
use crate::live::{Notice, question};

/// What an address may claim without a record: anybody can write an address.
const CLAIMS: [&str; 5] =
    ["AMOUNT_NEEDED", "AMOUNT_UNREADABLE", "AMOUNT_NOT_POSITIVE", "BUSY", "UNAVAILABLE"];

/// The notice that the panel begins with.
pub(super) async fn of(cx: &PageContext, lot_id: LotId) -> Result<Option<Notice>, Problem> {
    if let Some(code) = cx.query.get("problem").filter(|code| CLAIMS.contains(code)) {
        return Ok(Some(refused(code, Value::Null)));
    }
    let Some(key) = cx.query.parse::<Uuid>("answer") else { return Ok(None) };
    let outcome =
        cx.services.auction.bid_outcome(cx.who()?, key).await.map_err(CommandError::into_problem)?;
    Ok(Some(match outcome {
        None => refused("NO_RECORD", Value::Null),
        Some(BidOutcome::Accepted { max_fen, note }) => {
            Notice::Accepted { max_fen: max_fen.unwrap_or_default(), note }
        }
        Some(BidOutcome::Refused(problem)) => from_problem(*problem, lot_id),
    }))
}

/// What was typed into the form that was refused; nothing once it is accepted.
pub(super) fn typed(cx: &PageContext, notice: Option<&Notice>) -> String {
    match notice {
        Some(Notice::Refused { .. } | Notice::Confirm { .. }) => {
            cx.query.get("max").unwrap_or_default().to_owned()
        }
        _ => String::new(),
    }
}

fn from_problem(problem: Problem, lot_id: LotId) -> Notice {
    // the amount and the lot stand in the record: only on its own lot may a form offer to send it again
    let is_here =
        problem.data.get("lot_id").and_then(Value::as_str).is_some_and(|id| id == lot_id.to_string());
    let max_fen = problem.data.get("max_fen").and_then(Value::as_i64).map(Fen);
    match (problem.code.as_str(), max_fen) {
        (code, Some(max_fen)) if is_here => match question(code, &problem.data) {
            Some(asked) => Notice::Confirm { max_fen, asked },
            None => refused(code, problem.data.clone()),
        },
        (code, _) => refused(code, problem.data.clone()),
    }
}

fn refused(code: &str, data: Value) -> Notice {
    Notice::Refused { code: code.to_owned(), data }
}

#[cfg(test)]
mod tests {
    use crate::live::room::Question;
    use kernel::ProblemKind;
    use serde_json::json;

    use super::*;

    #[test]
    fn a_confirmation_is_offered_for_the_lot_it_was_asked_for() {
        let (here, elsewhere) = (LotId(Uuid::from_u128(1)), LotId(Uuid::from_u128(2)));
        let problem = Problem::new(ProblemKind::Invalid, "FAT_FINGER_CONFIRM").with(
            json!({ "threshold_fen": 130, "guide_fen": 100, "guide_percent": 130, "max_fen": 500, "lot_id": here.to_string(),
                          "confirm": { "key": Uuid::from_u128(3), "token": "1-0a", "until": 1 } }),
        );
        let (key, token) = (Uuid::from_u128(3), "1-0a".to_owned());
        let asked = Question { key, token, limit_fen: Fen(130), by_guide: true, than: 130 };
        assert_eq!(from_problem(problem.clone(), here), Notice::Confirm { max_fen: Fen(500), asked });
        assert!(matches!(from_problem(problem, elsewhere), Notice::Refused { .. }));
    }
}
