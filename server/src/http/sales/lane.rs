//! The auctioneer's console of a lane, and the clerk's desk on the floor.

use app::FormState;
use auction::{FloorBid, GivePaddle};
use axum::extract::{Path, State};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Redirect, Response};
use axum::{Extension, Form};
use bidding::Call;
use kernel::{Fen, FieldProblem, LotId, Principal, Problem, SaleId, parse_amount};
use serde::Deserialize;
use uuid::Uuid;

use super::lot_control::back;
use crate::http::refusal::Refusal;
use crate::leptos_pages::render_form;
use crate::state::AppState;

/// The fields of the console's buttons.
#[derive(Debug, Deserialize)]
pub struct LaneForm {
    key: Uuid,
    #[serde(default)]
    lane: String,
    #[serde(default)]
    call: String,
}

/// Calls to everybody.
pub async fn call(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Path(lot_id): Path<LotId>,
    Form(form): Form<LaneForm>,
) -> Result<Redirect, Refusal> {
    let call = if form.call == Call::LastCall.as_str() { Call::LastCall } else { Call::Attention };
    let answer = state.services.auction.call_lot(&who, form.key, lot_id, call).await;
    back(lot_id, &form.lane, answer, "LOT_CALLED")
}

/// Passes the lot.
pub async fn pass(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Path(lot_id): Path<LotId>,
    Form(form): Form<LaneForm>,
) -> Result<Redirect, Refusal> {
    let answer = state.services.auction.pass_lot(&who, form.key, lot_id).await;
    back(lot_id, &form.lane, answer, "LOT_PASSED")
}

/// Lets the hammer fall before the time is over.
pub async fn hammer(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Path(lot_id): Path<LotId>,
    Form(form): Form<LaneForm>,
) -> Result<Redirect, Refusal> {
    let answer = state.services.auction.hammer_lot(&who, form.key, lot_id).await;
    back(lot_id, &form.lane, answer, "LOT_HAMMERED")
}

/// The desk's forms, told apart by their hidden field `form`: a bid from the floor, a paddle.
pub async fn floor(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Path(sale_id): Path<SaleId>,
    parts: Parts,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Response {
    let place = format!("/office/sales/{sale_id}/floor");
    match at_the_desk(&state, &who, sale_id, &Desk(&pairs)).await {
        Ok(done) => Redirect::to(&format!("{place}?done={done}")).into_response(),
        Err(problem) => render_form(&state, parts, FormState::refused(pairs, problem)).await,
    }
}

async fn at_the_desk(
    state: &AppState,
    who: &Principal,
    sale_id: SaleId,
    desk: &Desk<'_>,
) -> Result<&'static str, Problem> {
    let auction = &state.services.auction;
    let wrong = |field: &str, code: &str| Problem::fields(vec![FieldProblem::new(field, code)]);
    let key: Uuid = desk.id("key")?;
    let paddle = desk.text("paddle").parse().map_err(|_| wrong("paddle", "NUMBER_UNREADABLE"))?;
    match desk.text("form") {
        "bid" => {
            let lot_id = LotId(desk.id("lot_id")?);
            let bid = FloorBid { key, lot_id, paddle, max_fen: desk.amount()? };
            let answer =
                auction.floor_bid(who, bid).await.map_err(platform_db::CommandError::into_problem)?;
            answer.refusal().map_or(Ok("FLOOR_BID_TAKEN"), Err)
        }
        _ => {
            let dealer_id =
                desk.text("dealer_id").parse().map_err(|_| wrong("dealer_id", "DEALER_NEEDED"))?;
            let given = auction.give_paddle(who, GivePaddle { key, sale_id, paddle, dealer_id }).await;
            given.map_err(platform_db::CommandError::into_problem)?;
            Ok("PADDLE_GIVEN")
        }
    }
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
