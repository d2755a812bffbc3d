//! A bid without JavaScript: a form post, then back to the lot, which shows what came of it.

use axum::extract::{Path, State};
use axum::response::Redirect;
use axum::{Extension, Form};
use kernel::{Fen, LotId, Principal, Problem, ProblemKind, parse_amount, parse_wan};
use serde::Deserialize;
use uuid::Uuid;

use crate::http::refusal::Refusal;
use crate::state::AppState;

use super::take;

/// As much as its field takes of what is typed goes back to the page.
const TYPED_MAX: usize = 16;

/// The fields of the bid form, and of the question about an unusually high amount, which brings its own key. A quick button sends `quick_fen`; the field sends `max` in yuan or `max_wan` in 万元.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct BidForm {
    key: String,
    max: String,
    max_wan: String,
    quick_fen: String,
    confirmation: String,
    report: String,
}

/// Places the bid and goes back to the lot with `?answer=<key>`. What is no amount at all goes back with
/// `?problem=<code>`: nothing was sent to the auction.
pub async fn place_bid(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Path(lot_id): Path<LotId>,
    Form(form): Form<BidForm>,
) -> Result<Redirect, Refusal> {
    let outcome = place(&state, &who, lot_id, &form).await?;
    let typed = form.typed();
    Ok(Redirect::to(&format!("/auctions/lots/{lot_id}?{outcome}{typed}#bid")))
}

/// Places the bid of a form. What the page is told that the person comes back to: `answer=<key>`, or `problem=<code>`.
pub(super) async fn place(
    state: &AppState,
    who: &Principal,
    lot_id: LotId,
    form: &BidForm,
) -> Result<String, Refusal> {
    let key: Uuid = form.key.parse().map_err(|_| Problem::new(ProblemKind::Invalid, "MALFORMED_REQUEST"))?;
    let max_fen = match form.amount() {
        Ok(max_fen) => max_fen,
        Err(code) => return Ok(format!("problem={code}")),
    };
    let confirmation = form.confirmation.parse().ok();
    let seen_report = seen(&form.report);
    let bid = auction::PlaceMax { key, lot_id, max_fen, confirmation, seen_report };
    take::told(key, state.services.auction.place_max(who, bid).await)
}

/// The condition report that the form was drawn with.
pub(super) fn seen(report: &str) -> Option<String> {
    Some(report.trim().to_owned()).filter(|report| !report.is_empty())
}

/// The amount of a quick button, or else of the field: in yuan, or in 万元.
pub(super) fn amount_of(quick_fen: &str, max: &str, max_wan: &str) -> Result<Fen, &'static str> {
    if let Ok(fen) = quick_fen.trim().parse::<i64>() {
        return Ok(Fen(fen));
    }
    let parsed = match (max.trim(), max_wan.trim()) {
        ("", "") => return Err("AMOUNT_NEEDED"),
        ("", wan) => parse_wan(wan),
        (typed, _) => parse_amount(typed),
    };
    match parsed {
        Ok(amount) if amount > Fen::ZERO => Ok(amount),
        Ok(_) => Err("AMOUNT_NOT_POSITIVE"),
        Err(_) => Err("AMOUNT_UNREADABLE"),
    }
}

impl BidForm {
    fn amount(&self) -> Result<Fen, &'static str> {
        amount_of(&self.quick_fen, &self.max, &self.max_wan)
    }

    /// What was typed, for the page that follows: what is refused need not be typed again.
    fn typed(&self) -> String {
        let typed: String = self.max.trim().chars().take(TYPED_MAX).collect();
        if typed.is_empty() {
            return typed;
        };
        let encoded = form_urlencoded::Serializer::new(String::new()).append_pair("max", &typed).finish();
        format!("&{encoded}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_yuan_wan_and_quick_buttons() {
        let form = |max: &str, wan: &str, quick: &str| BidForm {
            max: max.into(),
            max_wan: wan.into(),
            quick_fen: quick.into(),
            ..BidForm::default()
        };
        assert_eq!(form("128,500", "", "").amount(), Ok(Fen(12_850_000)));
        assert_eq!(form("12.85万", "", "").amount(), Ok(Fen(12_850_000)));
        assert_eq!(form("", "12.85", "").amount(), Ok(Fen(12_850_000)));
        assert_eq!(form("1", "", "12850000").amount(), Ok(Fen(12_850_000)));
        assert_eq!(form("", "", "").amount(), Err("AMOUNT_NEEDED"));
        assert_eq!(form("many", "", "").amount(), Err("AMOUNT_UNREADABLE"));
        assert_eq!(form("５．２万", "", "").amount(), Ok(Fen(5_200_000)));
        for none in ["-5", "0", "－５"] {
            assert_eq!(form(none, "", "").amount(), Err("AMOUNT_NOT_POSITIVE"), "{none}");
        }
    }
}
