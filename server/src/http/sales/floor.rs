//! The clerk's desk on the floor of a lane: bids from the floor, one by one or recorded offline, and paddles.

use app::FormState;
use auction::{Answer, FloorBid, FloorLine, GivePaddle, MergeFloor};
use axum::extract::{Path, State};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use kernel::{Fen, FieldProblem, LotId, Principal, Problem, ProblemKind, SaleId, parse_amount};
use platform_db::CommandError;
use serde_json::json;
use uuid::Uuid;

use super::lane::LaneForm;
use super::lot_control::back;
use crate::http::refusal::Refusal;
use crate::leptos_pages::render_form;
use crate::state::AppState;

/// Records the floor offline from now on.
pub async fn offline(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Path(lot_id): Path<LotId>,
    Form(form): Form<LaneForm>,
) -> Result<Redirect, Refusal> {
    let answer = state.services.auction.go_offline(&who, form.key, lot_id).await;
    switched(lot_id, &form, answer, "LANE_OFFLINE")
}

/// Goes on without what was recorded.
pub async fn online(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Path(lot_id): Path<LotId>,
    Form(form): Form<LaneForm>,
) -> Result<Redirect, Refusal> {
    let answer = state.services.auction.back_online(&who, form.key, lot_id).await;
    switched(lot_id, &form, answer, "LANE_ONLINE")
}

/// Back to the desk, or to the console, with what was done or why it was not.
fn switched(
    lot_id: LotId,
    form: &LaneForm,
    answer: Result<Answer, CommandError>,
    done: &str,
) -> Result<Redirect, Refusal> {
    // only an id leads to a desk: the field is the sender's word
    let Ok(sale_id) = form.desk.parse::<SaleId>() else { return back(lot_id, &form.lane, answer, done) };
    let said = match answer?.refusal() {
        None => format!("done={done}"),
        Some(problem) => format!("problem={}", problem.code),
    };
    Ok(Redirect::to(&format!("/office/sales/{sale_id}/floor?{said}")))
}

/// The desk's forms, told apart by their hidden field `form`: a bid from the floor, what was recorded offline, a paddle. A bid from the
/// auctioneer's console leads back to it; what is wrong with one stands at the desk, beside its fields.
pub async fn at_the_desk(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Path(sale_id): Path<SaleId>,
    parts: Parts,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    let place = format!("/office/sales/{sale_id}/floor");
    let is_console = Desk(&pairs).text("lane") == "on";
    match taken(&state, &who, sale_id, &Desk(&pairs)).await {
        Ok(done) if is_console => {
            Redirect::to(&format!("/office/sales/{sale_id}/lane?done={done}")).into_response()
        }
        Ok(done) => Redirect::to(&format!("{place}?done={done}")).into_response(),
        Err(problem) => render_form(&state, parts, FormState::refused(pairs, problem)).await,
    }
}

async fn taken(
    state: &AppState,
    who: &Principal,
    sale_id: SaleId,
    desk: &Desk<'_>,
) -> Result<String, Problem> {
    if desk.text("form") == "merge" {
        return merged(state, who, desk).await;
    }
    let auction = &state.services.auction;
    let wrong = |field: &str, code: &str| Problem::fields(vec![FieldProblem::new(field, code)]);
    let key: Uuid = desk.id("key")?;
    let paddle = desk.text("paddle").parse().map_err(|_| wrong("paddle", "NUMBER_UNREADABLE"))?;
    match desk.text("form") {
        "bid" => {
            let lot_id = LotId(desk.id("lot_id")?);
            let bid = FloorBid { key, lot_id, paddle, max_fen: desk.amount()? };
            let answer = auction.floor_bid(who, bid).await.map_err(CommandError::into_problem)?;
            answer.refusal().map_or(Ok("FLOOR_BID_TAKEN".to_owned()), Err)
        }
        _ => {
            let dealer_id =
                desk.text("dealer_id").parse().map_err(|_| wrong("dealer_id", "DEALER_NEEDED"))?;
            let given = auction.give_paddle(who, GivePaddle { key, sale_id, paddle, dealer_id }).await;
            given.map_err(CommandError::into_problem)?;
            Ok("PADDLE_GIVEN".to_owned())
        }
    }
}

/// Brings what was recorded offline; the page shows what became of each line.
async fn merged(state: &AppState, who: &Principal, desk: &Desk<'_>) -> Result<String, Problem> {
    let (id, lot_id) = (desk.id("record")?, LotId(desk.id("lot_id")?));
    let input = MergeFloor { id, lot_id, lines: floor_lines(desk.text("lines"))? };
    let merged = state.services.auction.merge_floor(who, input).await;
    merged.map_err(CommandError::into_problem)?;
    Ok(format!("FLOOR_MERGED&merged={id}"))
}

/// `12 65000`: a line a bid, paddle and amount. Empty lines are none.
fn floor_lines(text: &str) -> Result<Vec<FloorLine>, Problem> {
    let mut lines = Vec::new();
    for (number, line) in (1..).zip(text.lines()).filter(|(_, line)| !line.trim().is_empty()) {
        lines.push(floor_line(line.trim()).ok_or_else(|| {
            let data = json!({ "line": number, "text": line.trim() });
            Problem::new(ProblemKind::Invalid, "FLOOR_LINE_UNREADABLE").with(data)
        })?);
    }
    Ok(lines)
}

fn floor_line(line: &str) -> Option<FloorLine> {
    let (paddle, amount) = line.trim_start_matches('#').split_once(char::is_whitespace)?;
    let (paddle, max_fen) = (paddle.parse().ok()?, parse_amount(amount.trim()).ok()?);
    Some(FloorLine { paddle, max_fen })
}

/// What was typed at the desk.
struct Desk<'a>(&'a [(String, String)]);

impl Desk<'_> {
    fn text(&self, name: &str) -> &str {
        self.0.iter().find(|(n, v)| n == name && !v.trim().is_empty()).map_or("", |(_, value)| value.trim())
    }

    fn id(&self, name: &str) -> Result<Uuid, Problem> {
        let malformed = |_| Problem::new(kernel::ProblemKind::Invalid, "MALFORMED_REQUEST");
        self.text(name).parse().map_err(malformed)
    }

    /// A button sends the next amount itself; else it was typed.
    fn amount(&self) -> Result<Fen, Problem> {
        if let Ok(fen) = self.text("quick_fen").parse::<i64>() {
            return Ok(Fen(fen));
        }
        let code = if self.text("max").is_empty() { "AMOUNT_NEEDED" } else { "AMOUNT_UNREADABLE" };
        let wrong = |_| Problem::fields(vec![FieldProblem::new("max", code)]);
        parse_amount(self.text("max")).map_err(wrong)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_as_clerks_write_them() {
        let line = |paddle: i32, yuan: i64| FloorLine { paddle, max_fen: Fen(yuan * 100) };
        let read = floor_lines("12 65000\n\n #7  6.6万 \r\n8\t67,500\n").map_err(|problem| problem.code);
        assert_eq!(read, Ok(vec![line(12, 65_000), line(7, 66_000), line(8, 67_500)]));
        for text in ["12 65000\n13", "x 65000", "12 much", "65000"] {
            let problem = floor_lines(text).map(|lines| lines.len());
            assert_eq!(problem.map_err(|problem| problem.code), Err("FLOOR_LINE_UNREADABLE".to_owned()));
        }
        let data = floor_lines("1 60000\n\nwhat").map(|lines| lines.len()).map_err(|problem| problem.data);
        assert_eq!(data, Err(json!({ "line": 3, "text": "what" })));
    }
}
