//! Exactly the cars of the page's filter, row by row: memory stays small however many there are.

use app::context::Appearance;
use app::i18n::t;
use app::office::vehicles::filter_of;
use app::query::Query;
use axum::Extension;
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::response::Response;
use bytes::Bytes;
use futures_util::StreamExt as _;
use kernel::{Lang, Principal};
use platform_db::CommandError;
use time::UtcOffset;
use tokio::sync::mpsc;
use vehicle::{ExportRow, Field};

use super::stream::{csv_bytes, download, workbook_body};
use crate::http::refusal::Refusal;
use crate::http::sheet::{Cell, Kind, text_of};
use crate::state::AppState;

/// A sheet of a workbook has 1 048 576 rows; more cars are filtered first.
const ROWS_MAX: i64 = 1_000_000;
/// Rows a chunk of the answer.
const CHUNK_ROWS: usize = 500;

type Rows = mpsc::Receiver<Result<ExportRow, CommandError>>;

/// As text.
pub async fn csv(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Extension(appearance): Extension<Appearance>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    let (lang, zone) = (appearance.lang, state.zone());
    let rows = rows_of(&state, &who, query)?;
    let first = csv_bytes(&[header(lang)], true)?;
    let rest = futures_util::stream::try_unfold(rows, move |mut rows| async move {
        Ok(chunk(&mut rows, lang, zone).await?.map(|bytes| (bytes, rows)))
    });
    let body = futures_util::stream::iter([Ok::<_, CommandError>(first)]).chain(rest);
    download(Body::from_stream(body), "vehicles", Kind::Csv)
}

/// As a spreadsheet.
pub async fn xlsx(
    State(state): State<AppState>,
    Extension(who): Extension<Principal>,
    Extension(appearance): Extension<Appearance>,
    RawQuery(query): RawQuery,
) -> Result<Response, Refusal> {
    let (lang, zone) = (appearance.lang, state.zone());
    let mut rows = rows_of(&state, &who, query)?;
    let next = move || rows.blocking_recv().map(|row| row.map(|row| cells(row, lang)).map_err(Refusal::from));
    let body = workbook_body(header(lang), next, zone).await?;
    download(body, "vehicles", Kind::Xlsx)
}

fn rows_of(state: &AppState, who: &Principal, query: Option<String>) -> Result<Rows, Refusal> {
    let filter = filter_of(&Query::read(query.as_deref().unwrap_or_default()));
    tracing::info!(user.id = %who.user_id, "vehicles exported");
    Ok(state.services.vehicle.export_vehicles(who, filter, ROWS_MAX)?)
}

async fn chunk(rows: &mut Rows, lang: Lang, zone: UtcOffset) -> Result<Option<Bytes>, CommandError> {
    let mut lines = Vec::with_capacity(CHUNK_ROWS);
    while lines.len() < CHUNK_ROWS {
        let Some(row) = rows.recv().await else { break };
        lines.push(cells(row?, lang).iter().map(|cell| text_of(cell, zone)).collect());
    }
    if lines.is_empty() {
        return Ok(None);
    }
    let bytes = csv_bytes(&lines, false)
        .map_err(|_| CommandError::Inconsistent("cars could not be written as CSV".to_owned()))?;
    Ok(Some(bytes))
}

fn header(lang: Lang) -> Vec<String> {
    let own = ["status", "column.source", "field.external_id"];
    let facts = Field::ALL.into_iter().filter(|field| *field != Field::ExternalId);
    let money = ["column.guide", "column.start", "column.reserve", "column.received", "column.updated"];
    let word = |key: &str| t(lang, &format!("vehicle.{key}")).into_owned();
    own.iter()
        .map(|key| word(key))
        .chain(facts.map(|field| match field {
            Field::Mileage => word("field.mileage_km"),
            other => word(&format!("field.{}", other.name())),
        }))
        .chain(money.iter().map(|key| word(key)))
        .collect()
}

/// In the order of the header.
fn cells(row: ExportRow, lang: Lang) -> Vec<Cell> {
    let f = row.facts;
    let number = |n: Option<i32>| n.map_or(Cell::Empty, |n| Cell::Number(i64::from(n)));
    let money = |fen: Option<kernel::Fen>| fen.map_or(Cell::Empty, Cell::Money);
    vec![
        Cell::Text(t(lang, &format!("vehicle.status.{}", row.status.name())).into_owned()),
        Cell::Text(row.source),
        Cell::Text(row.external_id.unwrap_or_default()),
        Cell::Text(f.vin.map(String::from).unwrap_or_default()),
        Cell::Text(f.make),
        Cell::Text(f.model),
        Cell::Text(f.trim),
        Cell::Text(f.title),
        number(f.model_year),
        Cell::Text(f.body),
        Cell::Text(f.fuel),
        Cell::Text(f.transmission),
        number(f.mileage_km),
        Cell::Text(f.colour),
        Cell::Text(f.interior),
        Cell::Text(f.first_registration),
        Cell::Text(f.plate_place),
        number(f.transfers),
        Cell::Text(f.city),
        Cell::Text(f.grade),
        Cell::Text(f.seller_name),
        Cell::Text(f.source_price),
        money(row.guide_fen),
        money(row.start_fen),
        money(row.reserve_fen),
        Cell::Time(row.received_at),
        Cell::Time(row.updated_at),
    ]
}

#[cfg(test)]
mod tests {
    use kernel::{UnixMs, VehicleId};
    use vehicle::{Facts, Status};

    use super::*;

    #[test]
    fn every_column_has_its_heading() {
        let row = ExportRow {
            id: VehicleId(uuid::Uuid::nil()),
            status: Status::Priced,
            source: "intake".into(),
            external_id: None,
            facts: Facts::default(),
            guide_fen: None,
            start_fen: None,
            reserve_fen: None,
            received_at: UnixMs(0),
            updated_at: UnixMs(0),
        };
        assert_eq!(header(Lang::En).len(), cells(row, Lang::En).len());
        assert_eq!(header(Lang::Zh)[3], "VIN（车架号）");
    }
}
