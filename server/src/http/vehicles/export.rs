//! Exactly the cars of the page's filter, row by row: memory stays small however many there are.

use app::i18n::t;
use app::office::vehicles::{filter_of, reserve_word};
use kernel::Lang;
use vehicle::{BATTERY, BatteryReading, ExportRow, Field};

use crate::http::refusal::Refusal;
use crate::http::sheet::{Cell, ListRequest, LongSheet};

/// A sheet of a workbook has 1 048 576 rows; more cars are filtered first.
const ROWS_MAX: i64 = 1_000_000;

/// The cars of the filter.
pub async fn list(request: ListRequest) -> Result<LongSheet<ExportRow>, Refusal> {
    let ListRequest { state, who, lang, query } = request;
    tracing::info!(user.id = %who.user_id, "vehicles exported");
    Ok(LongSheet {
        name: "vehicles",
        header: header(lang),
        rows: state.services.vehicle.export_vehicles(&who, filter_of(&query), ROWS_MAX)?,
        cells,
        lang,
        zone: state.zone(),
    })
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
        .chain(BATTERY.iter().map(|reading| battery_heading(lang, reading)))
        .collect()
}

/// With the unit: a cell of a sheet is a number.
fn battery_heading(lang: Lang, reading: &BatteryReading) -> String {
    let name = t(lang, &format!("vehicle.battery.{}", reading.name));
    if reading.unit.is_empty() { name.into_owned() } else { format!("{name} ({})", reading.unit) }
}

/// In the order of the header.
fn cells(row: ExportRow, lang: Lang) -> Vec<Cell> {
    // how much it is, is told on a car's page to who asks, and written down
    let reserve = row.start_fen.map(|_| reserve_word(lang, row.has_reserve)).unwrap_or_default();
    let f = row.facts;
    let number = |n: Option<i32>| n.map_or(Cell::Empty, |n| Cell::Number(i64::from(n)));
    let battery = BATTERY.iter().map(|reading| {
        let value = row.battery.get(reading.name).map(|value| reading.number(*value));
        value.map_or(Cell::Empty, Cell::Text)
    });
    let battery: Vec<Cell> = battery.collect();
    let mut cells = vec![
        t(lang, &format!("vehicle.status.{}", row.status.name())).into(),
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
        Cell::Text(f.plate_no),
        Cell::Text(f.plate_place),
        number(f.transfers),
        Cell::Text(f.city),
        Cell::Text(f.grade),
        Cell::Text(f.seller_name),
        Cell::Text(f.source_price),
        row.guide_fen.into(),
        row.start_fen.into(),
        Cell::Text(reserve),
        Cell::Time(row.received_at),
        Cell::Time(row.updated_at),
    ];
    cells.extend(battery);
    cells
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
            battery: [("capacity".to_owned(), 575)].into(),
            guide_fen: None,
            start_fen: None,
            has_reserve: false,
            received_at: UnixMs(0),
            updated_at: UnixMs(0),
        };
        let cells = cells(row, Lang::En);
        assert_eq!(header(Lang::En).len(), cells.len());
        let capacity = header(Lang::En).iter().position(|heading| heading.ends_with("(kWh)"));
        let capacity = capacity.and_then(|at| cells.get(at));
        assert!(matches!(capacity, Some(Cell::Text(text)) if text == "57.5"));
        assert_eq!(header(Lang::Zh)[3], "车架号（VIN）");
    }
}
