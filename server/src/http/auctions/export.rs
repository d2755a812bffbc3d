//! Lists of the auction as CSV files.

use axum::Extension;
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use kernel::{Principal, Problem, UnixMs};

use crate::http::refusal::Refusal;
use crate::state::AppState;

/// At most so many lines a file; a longer list is filtered first.
const LINES_MAX: i64 = 10_000;

/// This dealer's bids, accepted and refused.
pub async fn my_bids_csv(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
) -> Result<Response, Refusal> {
    let bids = state.services.auction.my_bids(&who, UnixMs(i64::MAX), LINES_MAX).await?;
    let header = ["time_ms", "lot_id", "title", "max_yuan", "number", "refused", "price_yuan", "by"];
    let rows = bids.iter().map(|bid| {
        vec![
            bid.admitted_at.0.to_string(),
            bid.lot_id.to_string(),
            bid.title.clone(),
            bid.max_fen.yuan_plain(),
            bid.seq.map(|seq| seq.to_string()).unwrap_or_default(),
            bid.code.clone().unwrap_or_default(),
            bid.price_fen.map(|p| p.yuan_plain()).unwrap_or_default(),
            bid.user_name.clone(),
        ]
    });
    csv_file("my-bids.csv", &header, rows)
}

/// A CSV file with a byte order mark, without which Excel reads Chinese as gibberish. A cell that a spreadsheet
/// would take for a formula gets an apostrophe.
pub fn csv_file(
    name: &str,
    header: &[&str],
    rows: impl Iterator<Item = Vec<String>>,
) -> Result<Response, Refusal> {
    let broken = |_| Refusal(Problem::internal());
    let mut bytes = "\u{feff}".as_bytes().to_vec();
    let mut writer = csv::Writer::from_writer(&mut bytes);
    writer.write_record(header).map_err(broken)?;
    for row in rows {
        writer.write_record(row.iter().map(|cell| tame(cell))).map_err(broken)?;
    }
    writer.flush().map_err(|_| Refusal(Problem::internal()))?;
    drop(writer);
    let mut response = bytes.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/csv; charset=utf-8"));
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{name}\"")) {
        headers.insert(CONTENT_DISPOSITION, value);
    }
    Ok(response)
}

pub(crate) fn tame(cell: &str) -> String {
    let is_formula = cell.starts_with(['=', '+', '@', '\t', '\r'])
        || (cell.starts_with('-') && cell.parse::<f64>().is_err());
    if is_formula { format!("'{cell}") } else { cell.to_owned() }
}
