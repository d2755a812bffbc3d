//! Which column is which fact, and in which units: kept per source, proposed from the header.

use std::collections::BTreeMap;

use kernel::{FieldProblem, Problem, ProblemKind, Role};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::{Field, MileageUnit, PriceRule};

/// Longest label of a currency.
const CURRENCY_CHARS_MAX: usize = 12;

/// Two ready-made ways of reading a header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Preset {
    /// Sales of an English-speaking auction house: miles, dollars.
    EnglishAuction,
    /// Listings of a Chinese site: 万公里, 万元.
    ChineseListing,
}

impl Preset {
    /// The name in text keys (`vehicle.preset.english_auction`).
    pub const fn name(self) -> &'static str {
        match self {
            Preset::EnglishAuction => "english_auction",
            Preset::ChineseListing => "chinese_listing",
        }
    }
}

/// Which column is which fact, and in which units.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapping {
    /// The column of each fact, by its header.
    pub columns: BTreeMap<Field, String>,
    /// In what mileage is counted.
    pub mileage_unit: MileageUnit,
    /// The label behind the source's own price (`USD`); it is kept as text and never converted.
    pub currency: String,
    /// The source is North American: a line whose VIN must have a right check digit and has a wrong one is refused.
    /// Elsewhere position 9 is often no check digit, and the line is taken with a warning.
    #[serde(default)]
    pub vin_strict: bool,
    /// How a column becomes guide, start and reserve price; `None`: the cars are priced by hand.
    pub price: Option<PriceRule>,
}

impl Mapping {
    /// The mapped columns that a file with this header does not have.
    pub fn missing(&self, header: &[String]) -> Vec<&str> {
        let price_column = self.price.iter().map(|rule| &rule.column);
        let mapped = self.columns.values().chain(price_column);
        mapped.filter(|column| !header.contains(column)).map(String::as_str).collect()
    }

    /// Fits the mapping to a file: every mapped column is there, and what a car cannot do without is mapped.
    pub(crate) fn check(&self, header: &[String]) -> Result<(), Problem> {
        let missing = self.missing(header);
        if !missing.is_empty() {
            let data = json!({ "columns": missing.join("、") });
            return Err(Problem::new(ProblemKind::Invalid, "MISSING_COLUMNS").with(data));
        }
        let mut wrong = Vec::new();
        let mapped = |field: Field| self.columns.contains_key(&field);
        if !mapped(Field::Vin) && !mapped(Field::ExternalId) {
            wrong.push(FieldProblem::new("vin", "IDENTITY_UNMAPPED"));
        }
        if !mapped(Field::Make) {
            wrong.push(FieldProblem::new("make", "FIELD_UNMAPPED"));
        }
        if !mapped(Field::Model) && !mapped(Field::Title) {
            wrong.push(FieldProblem::new("model", "FIELD_UNMAPPED"));
        }
        if self.currency.chars().count() > CURRENCY_CHARS_MAX {
            wrong.push(FieldProblem::new("currency", "FIELD_TOO_LONG"));
        }
        if let Some(rule) = &self.price {
            check_rule(rule, &mut wrong);
        }
        if wrong.is_empty() { Ok(()) } else { Err(Problem::fields(wrong)) }
    }

    /// Who may import with this mapping: pricing is the pricing staff's.
    pub(crate) fn roles(&self) -> &'static [Role] {
        if self.price.is_some() { &[Role::Pricing] } else { &[Role::Inspector, Role::Pricing] }
    }
}

fn check_rule(rule: &PriceRule, wrong: &mut Vec<FieldProblem>) {
    if rule.factor_bp == 0 || rule.factor_bp > 1_000_000 {
        wrong.push(FieldProblem::new("factor_bp", "FACTOR_RANGE"));
    }
    if rule.start_bp == 0 || rule.start_bp > 20_000 {
        wrong.push(FieldProblem::new("start_bp", "FACTOR_RANGE"));
    }
    if rule.reserve_bp > 20_000 {
        wrong.push(FieldProblem::new("reserve_bp", "FACTOR_RANGE"));
    } else if rule.reserve_bp > 0 && rule.reserve_bp < rule.start_bp {
        wrong.push(FieldProblem::new("reserve_bp", "START_ABOVE_RESERVE"));
    }
}
