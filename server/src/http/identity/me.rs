//! `GET /api/v1/me`: whom a token acts for.

use axum::{Extension, Json};
use kernel::{Principal, Seat};
use serde::Serialize;

/// The person, as programs see it.
#[derive(Debug, Serialize)]
pub struct Me {
    user_id: String,
    name: String,
    lang: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    dealer_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dealer_name: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    roles: Vec<&'static str>,
}

/// Who one is.
pub async fn me(Extension(who): Extension<Principal>) -> Json<Me> {
    let seat = who.dealer();
    Json(Me {
        user_id: who.user_id.to_string(),
        name: who.display_name.clone(),
        lang: who.lang.tag(),
        dealer_id: seat.map(|seat| seat.dealer_id.to_string()),
        dealer_name: seat.map(|seat| seat.dealer_name.clone()),
        roles: match &who.seat {
            Seat::Staff { roles } => roles.iter().map(|role| role.name()).collect(),
            Seat::Dealer(_) => Vec::new(),
        },
    })
}
