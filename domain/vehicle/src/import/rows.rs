//! One record of a file: taken, or refused with a reason.

use std::collections::BTreeMap;

use kernel::{CheckDigit, Vin};
use serde::Serialize;
use serde_json::{Map, Value, json};

use super::layout::storable;
use super::mapping::Mapping;
use crate::facts::{clean, read_facts};
use crate::price::Price;
use crate::report::{canonical_json, sha256_hex};
use crate::{Field, TEXT_CHARS_MAX};

/// A VIN whose check digit is wrong: doubtful, or refused where the source is North American.
const WRONG_CHECK_DIGIT: &str = "VIN_CHECK_DIGIT_WRONG";

/// A row that passed the check.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct StagedRow {
    pub line: i64,
    /// What makes it this car and no other.
    pub identity: String,
    pub external_id: Option<String>,
    /// Equal rows, equal hashes: the same row again changes nothing.
    pub row_hash: String,
    pub facts: Map<String, Value>,
    pub price: Option<Price>,
    pub cells: Vec<String>,
}

/// Something to say about a line.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Finding {
    pub line: i64,
    pub code: String,
    /// `rejected` or `warning`.
    pub severity: &'static str,
    pub detail: String,
    /// The line's cells, with the first finding of a line.
    pub cells: Option<Vec<String>>,
}

/// What became of a record.
#[derive(Clone, Debug)]
pub(crate) enum Checked {
    /// To be imported, perhaps with warnings.
    Good(Box<StagedRow>, Vec<Finding>),
    /// Not to be imported; every reason is named.
    Rejected(Vec<Finding>),
}

/// Reads the records of one file.
pub(crate) struct RowReader {
    /// The place of each fact's column.
    places: BTreeMap<Field, usize>,
    price_place: Option<usize>,
    mapping: Mapping,
    columns: usize,
    this_year: i32,
}

impl RowReader {
    /// A reader for files with this header. The mapping was checked against it.
    pub fn new(mapping: Mapping, header: &[String], this_year: i32) -> RowReader {
        let place = |name: &String| header.iter().position(|column| column == name);
        RowReader {
            places: mapping.columns.iter().filter_map(|(field, name)| Some((*field, place(name)?))).collect(),
            price_place: mapping.price.as_ref().and_then(|rule| place(&rule.column)),
            columns: header.len(),
            mapping,
            this_year,
        }
    }

    /// Checks one record.
    pub fn check(&self, line: u64, record: &csv::StringRecord) -> Checked {
        let line = i64::try_from(line).unwrap_or(i64::MAX);
        let cells = || record.iter().map(storable).collect::<Vec<String>>();
        let reject = |reasons: Vec<(String, String)>| {
            // the cells stand with the first reason only: they are the same for all
            let mut held = Some(cells());
            let finding =
                |(code, detail)| Finding { line, code, severity: "rejected", detail, cells: held.take() };
            Checked::Rejected(reasons.into_iter().map(finding).collect())
        };
        if let Some(why) = self.unreadable(record) {
            return reject(vec![why]);
        }
        let text_of =
            |field: Field| untamed(self.places.get(&field).and_then(|at| record.get(*at)).unwrap_or(""));
        let mut reading = read_facts(text_of, self.mapping.mileage_unit, self.this_year);
        if !reading.facts.source_price.is_empty() && !self.mapping.currency.is_empty() {
            reading.facts.source_price = format!("{} {}", reading.facts.source_price, self.mapping.currency);
        }
        let external_id = Some(clean(text_of(Field::ExternalId))).filter(|id| !id.is_empty());
        let mut reasons: Vec<(String, String)> = Vec::new();
        for problem in reading.problems {
            let detail = Field::from_name(&problem.field).map(text_of).unwrap_or_default();
            reasons.push((problem.code, storable(detail).chars().take(TEXT_CHARS_MAX).collect()));
        }
        let mut warnings: Vec<&str> = reading.warnings;
        reasons.extend(self.wrong_check_digit(&reading.facts, &mut warnings));
        if external_id.as_ref().is_some_and(|id| id.chars().count() > TEXT_CHARS_MAX) {
            reasons.push(("FIELD_TOO_LONG".into(), String::new()));
        }
        let identity = identity_of(reading.facts.vin.as_ref(), external_id.as_deref());
        if identity.is_none() && !reasons.iter().any(|(code, _)| code.starts_with("VIN_")) {
            reasons.push(("IDENTITY_MISSING".into(), String::new()));
        }
        if !reasons.is_empty() {
            reasons.sort();
            reasons.dedup_by(|a, b| a.0 == b.0);
            return reject(reasons);
        }
        let warn = |code: &str| Finding {
            line,
            code: code.into(),
            severity: "warning",
            detail: String::new(),
            cells: None,
        };
        let mut warnings: Vec<Finding> = warnings.into_iter().map(warn).collect();
        let price = self.price(record, &reading.facts).unwrap_or_else(|code| {
            warnings.push(warn(code));
            None
        });
        let facts = reading.facts.to_map();
        let content = json!({ "facts": facts, "external_id": external_id, "price": price });
        let row_hash = sha256_hex(canonical_json(&content).as_bytes());
        if let Some(first) = warnings.first_mut() {
            first.cells = Some(cells());
        }
        Checked::Good(
            Box::new(StagedRow {
                line,
                identity: identity.unwrap_or_default(),
                external_id,
                row_hash,
                facts,
                price,
                cells: cells(),
            }),
            warnings,
        )
    }

    /// Names a wrong check digit as imports do, and refuses it where the source's VINs must have a right one.
    fn wrong_check_digit(&self, facts: &crate::Facts, warnings: &mut [&str]) -> Option<(String, String)> {
        let warning = warnings.iter_mut().find(|code| **code == "VIN_CHECK_DIGIT")?;
        *warning = WRONG_CHECK_DIGIT;
        let vin = facts.vin.as_ref()?;
        let is_refused = self.mapping.vin_strict && vin.check_digit() == CheckDigit::WrongAndRequired;
        is_refused.then(|| (WRONG_CHECK_DIGIT.into(), vin.to_string()))
    }

    /// Why the cells cannot be taken for what their columns say, if so.
    fn unreadable(&self, record: &csv::StringRecord) -> Option<(String, String)> {
        if record.len() != self.columns {
            return Some(("COLUMN_COUNT".into(), format!("{} / {}", record.len(), self.columns)));
        }
        let is_broken = |at: &usize| record.get(*at).is_some_and(|cell| cell.contains(['\u{fffd}', '\0']));
        let mut used = self.places.values().chain(self.price_place.iter());
        used.any(is_broken).then(|| ("BAD_CHARACTERS".into(), String::new()))
    }

    /// The price that the mapping makes of the row, if it makes one; else why the car stays without.
    fn price(&self, record: &csv::StringRecord, facts: &crate::Facts) -> Result<Option<Price>, &'static str> {
        let (Some(rule), Some(place)) = (&self.mapping.price, self.price_place) else { return Ok(None) };
        let cell = clean(untamed(record.get(place).unwrap_or("")));
        if cell.is_empty() {
            return Err("NOT_PRICED_NO_VALUE");
        }
        if facts.model_year.is_none() {
            return Err("NOT_PRICED_MODEL_YEAR");
        }
        if facts.mileage_km.is_none() {
            return Err("NOT_PRICED_MILEAGE");
        }
        match rule.price_of(&cell) {
            Ok(price) => Ok(Some(price)),
            Err("PRICE_INVALID") => Err("NOT_PRICED_NOT_A_NUMBER"),
            Err("PRICE_TOO_HIGH") => Err("NOT_PRICED_TOO_HIGH"),
            Err(_) => Err("NOT_PRICED_TOO_LOW"),
        }
    }
}

/// What tells this car from all others of its source: its VIN, else the source's own number.
fn identity_of(vin: Option<&Vin>, external_id: Option<&str>) -> Option<String> {
    match (vin, external_id) {
        (Some(vin), _) => Some(format!("vin:{vin}")),
        (None, Some(reference)) => Some(format!("ref:{reference}")),
        (None, None) => None,
    }
}

/// A cell without the apostrophe that keeps a spreadsheet from calculating it: our own files of refused lines have it,
/// and come back mended.
fn untamed(cell: &str) -> &str {
    match cell.strip_prefix('\'') {
        Some(rest) if rest.starts_with(['=', '+', '-', '@', '\t', '\r']) => rest,
        _ => cell,
    }
}
