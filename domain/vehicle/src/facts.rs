//! What is known of a car, and how it is read from text: a form's fields and a file's cells alike.

use kernel::{CheckDigit, FieldProblem, Vin, VinError};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::units::{MileageError, MileageUnit, read_mileage_km};

/// Longer texts are no facts of a car.
pub const TEXT_CHARS_MAX: usize = 200;
/// No country's plates are longer.
const PLATE_CHARS_MAX: usize = 12;
/// Before it no car had a model year.
const MODEL_YEAR_MIN: i32 = 1900;
/// A car of this age with fewer kilometres than [`SUSPECT_KM`] has a broken counter or a typing error.
const SUSPECT_AGE_YEARS: i32 = 3;
const SUSPECT_KM: i32 = 50;

/// The facts of a car. Texts are empty where nothing is known.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// The VIN; listings often carry none.
    pub vin: Option<Vin>,
    /// 品牌.
    pub make: String,
    /// 车系.
    pub model: String,
    /// 配置.
    pub trim: String,
    /// The headline, as listings show it.
    pub title: String,
    /// 年款.
    pub model_year: Option<i32>,
    /// 车身形式.
    pub body: String,
    /// 燃料.
    pub fuel: String,
    /// 变速箱.
    pub transmission: String,
    /// 里程.
    pub mileage_km: Option<i32>,
    /// 外观颜色.
    pub colour: String,
    /// 内饰颜色.
    pub interior: String,
    /// 首次上牌: `2018-03`, or `2018`.
    pub first_registration: String,
    /// 车牌号: `浙A12345`, in capitals and without marks between them. It names a person's car: staff alone see it. Facts that
    /// were kept before there was one have none.
    #[serde(default)]
    pub plate_no: String,
    /// 牌照所在地.
    pub plate_place: String,
    /// 过户次数.
    pub transfers: Option<i32>,
    /// 所在城市.
    pub city: String,
    /// 车况等级, as the source or our report grades.
    pub grade: String,
    /// 委托方.
    pub seller_name: String,
    /// The source's own price with its currency; never converted.
    pub source_price: String,
}

/// A fact by name: a form's field, a column of a mapping, a key of the trail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "each is the field of Facts of the same name, or the source's own reference")]
pub enum Field {
    Vin,
    ExternalId,
    Make,
    Model,
    Trim,
    Title,
    ModelYear,
    Body,
    Fuel,
    Transmission,
    Mileage,
    Colour,
    Interior,
    FirstRegistration,
    PlateNo,
    PlatePlace,
    Transfers,
    City,
    Grade,
    SellerName,
    SourcePrice,
}

impl Field {
    /// All of them, in the order of forms.
    pub const ALL: [Field; 21] = [
        Field::Vin,
        Field::ExternalId,
        Field::Make,
        Field::Model,
        Field::Trim,
        Field::Title,
        Field::ModelYear,
        Field::Body,
        Field::Fuel,
        Field::Transmission,
        Field::Mileage,
        Field::Colour,
        Field::Interior,
        Field::FirstRegistration,
        Field::PlateNo,
        Field::PlatePlace,
        Field::Transfers,
        Field::City,
        Field::Grade,
        Field::SellerName,
        Field::SourcePrice,
    ];

    /// The name in forms, mappings and text keys (`vehicle.field.model_year`).
    pub const fn name(self) -> &'static str {
        match self {
            Field::Vin => "vin",
            Field::ExternalId => "external_id",
            Field::Make => "make",
            Field::Model => "model",
            Field::Trim => "trim",
            Field::Title => "title",
            Field::ModelYear => "model_year",
            Field::Body => "body",
            Field::Fuel => "fuel",
            Field::Transmission => "transmission",
            Field::Mileage => "mileage",
            Field::Colour => "colour",
            Field::Interior => "interior",
            Field::FirstRegistration => "first_registration",
            Field::PlateNo => "plate_no",
            Field::PlatePlace => "plate_place",
            Field::Transfers => "transfers",
            Field::City => "city",
            Field::Grade => "grade",
            Field::SellerName => "seller_name",
            Field::SourcePrice => "source_price",
        }
    }

    /// The key of [`Facts`], by which the trail tells that it changed.
    pub const fn key(self) -> &'static str {
        match self {
            Field::Mileage => "mileage_km",
            other => other.name(),
        }
    }

    /// The field of that name.
    pub fn from_name(name: &str) -> Option<Field> {
        Field::ALL.into_iter().find(|field| field.name() == name)
    }
}

/// What reading came to: the facts, what is wrong with them, and what is only doubtful.
#[derive(Clone, Debug, Default)]
pub struct Reading {
    /// The facts; fields that are wrong are left empty.
    pub facts: Facts,
    /// With any of these the car is not taken.
    pub problems: Vec<FieldProblem>,
    /// With these it is taken, and they are kept: `VIN_CHECK_DIGIT`, `MILEAGE_UNKNOWN`, `MILEAGE_SUSPECT`.
    pub warnings: Vec<&'static str>,
}

/// Reads facts from texts. `text_of` answers the text of a field, empty where there is none.
pub fn read_facts<'a>(text_of: impl Fn(Field) -> &'a str, unit: MileageUnit, this_year: i32) -> Reading {
    let mut reading = Reading::default();
    read_texts(&mut reading, &text_of);
    read_vin(&mut reading, text_of(Field::Vin));
    read_year(&mut reading, &clean(text_of(Field::ModelYear)), this_year);
    read_mileage(&mut reading, &clean(text_of(Field::Mileage)), unit, this_year);
    match read_plate(text_of(Field::PlateNo)) {
        Some(plate) => reading.facts.plate_no = plate,
        None => reading.problems.push(FieldProblem::new(Field::PlateNo.name(), "PLATE_INVALID")),
    }
    let transfers = clean(text_of(Field::Transfers));
    if !transfers.is_empty() {
        match transfers.trim_end_matches('次').trim().parse::<i32>() {
            Ok(n @ 0..=99) => reading.facts.transfers = Some(n),
            _ => reading.problems.push(FieldProblem::new(Field::Transfers.name(), "TRANSFERS_INVALID")),
        }
    }
    match read_month(&clean(text_of(Field::FirstRegistration)), this_year) {
        Ok(month) => reading.facts.first_registration = month,
        Err(code) => reading.problems.push(FieldProblem::new(Field::FirstRegistration.name(), code)),
    }
    let facts = &mut reading.facts;
    if facts.make.is_empty() {
        reading.problems.push(FieldProblem::new(Field::Make.name(), "MAKE_MISSING"));
    }
    if facts.model.is_empty() {
        facts.model.clone_from(&facts.title);
    }
    if facts.model.is_empty() {
        reading.problems.push(FieldProblem::new(Field::Model.name(), "MODEL_MISSING"));
    }
    if facts.title.is_empty() {
        facts.title = title_of(facts);
    }
    reading
}

fn read_texts<'a>(reading: &mut Reading, text_of: &impl Fn(Field) -> &'a str) {
    let facts = &mut reading.facts;
    let targets = [
        (Field::Make, &mut facts.make),
        (Field::Model, &mut facts.model),
        (Field::Trim, &mut facts.trim),
        (Field::Title, &mut facts.title),
        (Field::Body, &mut facts.body),
        (Field::Fuel, &mut facts.fuel),
        (Field::Transmission, &mut facts.transmission),
        (Field::Colour, &mut facts.colour),
        (Field::Interior, &mut facts.interior),
        (Field::PlatePlace, &mut facts.plate_place),
        (Field::City, &mut facts.city),
        (Field::Grade, &mut facts.grade),
        (Field::SellerName, &mut facts.seller_name),
        (Field::SourcePrice, &mut facts.source_price),
    ];
    for (field, target) in targets {
        let text = clean(text_of(field));
        if text.chars().count() > TEXT_CHARS_MAX {
            reading.problems.push(FieldProblem::new(field.name(), "FIELD_TOO_LONG"));
        } else {
            *target = text;
        }
    }
}

/// A plate as it is kept and looked for, whatever marks and spaces stand between; none of what is no plate anywhere. One
/// that its source hides (`浙A12**5`) is not known.
fn read_plate(text: &str) -> Option<String> {
    let plate: String = clean(text).chars().filter(|c| !is_plate_mark(*c)).collect();
    if plate.contains('*') {
        return Some(String::new());
    }
    let is_plate = plate.chars().count() <= PLATE_CHARS_MAX && plate.chars().all(char::is_alphanumeric);
    is_plate.then(|| plate.to_uppercase())
}

/// What plates are written with and are not: `浙A·12345`, `B-MW 1234`.
pub(crate) const fn is_plate_mark(c: char) -> bool {
    matches!(c, '·' | '•' | '・' | '.' | '-' | ' ')
}

fn read_vin(reading: &mut Reading, text: &str) {
    match Vin::parse(&clean(text)) {
        Ok(vin) => {
            if vin.check_digit() != CheckDigit::Right {
                reading.warnings.push("VIN_CHECK_DIGIT");
            }
            reading.facts.vin = Some(vin);
        }
        Err(VinError::Empty) => {}
        Err(VinError::Length) => reading.problems.push(FieldProblem::new("vin", "VIN_LENGTH")),
        Err(VinError::Character) => reading.problems.push(FieldProblem::new("vin", "VIN_CHARACTER")),
    }
}

fn read_year(reading: &mut Reading, text: &str, this_year: i32) {
    let digits = text.trim_end_matches(['款', '年']).trim();
    if digits.is_empty() {
        // listings name it in the headline only: 奥迪A4L 2013款
        reading.facts.model_year = year_before(&reading.facts.title, '款')
            .filter(|year| (MODEL_YEAR_MIN..=this_year + 1).contains(year));
        return;
    }
    match digits.parse::<i32>() {
        Ok(year) if (MODEL_YEAR_MIN..=this_year + 1).contains(&year) => reading.facts.model_year = Some(year),
        _ => reading.problems.push(FieldProblem::new(Field::ModelYear.name(), "MODEL_YEAR_INVALID")),
    }
}

fn year_before(text: &str, mark: char) -> Option<i32> {
    let before = text.split(mark).next().filter(|before| before.len() < text.len())?;
    let start = before.char_indices().rev().nth(3)?.0;
    before.get(start..)?.parse().ok()
}

fn read_mileage(reading: &mut Reading, text: &str, unit: MileageUnit, this_year: i32) {
    if text.is_empty() {
        return;
    }
    // counters that show nines everywhere mean "not read"
    if text.len() >= 6 && text.bytes().all(|b| b == b'9') {
        reading.warnings.push("MILEAGE_UNKNOWN");
        return;
    }
    match read_mileage_km(text, unit) {
        Ok(km) => {
            let old = reading.facts.model_year.is_some_and(|year| year <= this_year - SUSPECT_AGE_YEARS);
            if old && km < SUSPECT_KM {
                reading.warnings.push("MILEAGE_SUSPECT");
            }
            reading.facts.mileage_km = Some(km);
        }
        Err(MileageError::NotANumber) => {
            reading.problems.push(FieldProblem::new(Field::Mileage.name(), "MILEAGE_INVALID"));
        }
        Err(MileageError::OutOfRange) => {
            reading.problems.push(FieldProblem::new(Field::Mileage.name(), "MILEAGE_RANGE"));
        }
    }
}

/// `2018-03`, `2018/3`, `2018.03`, `2018年3月`, `2018-03-15`, `2018`; `未上牌` is nothing.
fn read_month(text: &str, this_year: i32) -> Result<String, &'static str> {
    const CODE: &str = "FIRST_REGISTRATION_INVALID";
    if text.is_empty() || text == "未上牌" {
        return Ok(String::new());
    }
    let mut parts =
        text.split(['-', '/', '.', '年', '月', '日']).map(str::trim).filter(|part| !part.is_empty());
    let year: i32 = parts.next().and_then(|year| year.parse().ok()).ok_or(CODE)?;
    if !(MODEL_YEAR_MIN..=this_year + 1).contains(&year) {
        return Err(CODE);
    }
    match parts.next() {
        None => Ok(format!("{year:04}")),
        Some(month) => match month.parse::<u8>() {
            Ok(month @ 1..=12) => Ok(format!("{year:04}-{month:02}")),
            _ => Err(CODE),
        },
    }
}

/// Trimmed, inner white space folded, and the many ways of writing "nothing" as nothing.
pub(crate) fn clean(text: &str) -> String {
    // the last is a dash that went through the wrong encoding once
    const NOTHING: [&str; 11] = ["-", "--", "—", "/", "n/a", "null", "none", "无", "未知", "不详", "â€”"];
    let folded = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let nothing = NOTHING.iter().any(|word| folded.eq_ignore_ascii_case(word));
    if nothing { String::new() } else { folded }
}

fn title_of(facts: &Facts) -> String {
    let year = facts.model_year.map(|year| year.to_string()).unwrap_or_default();
    let chinese = !facts.make.is_ascii();
    let year_in_words = if chinese && !year.is_empty() { format!("{year}款") } else { year.clone() };
    let parts: [&str; 4] = if chinese {
        [&facts.make, &facts.model, &year_in_words, &facts.trim]
    } else {
        [&year, &facts.make, &facts.model, &facts.trim]
    };
    let mut title = parts.into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
    if title.chars().count() > TEXT_CHARS_MAX {
        title = title.chars().take(TEXT_CHARS_MAX).collect();
    }
    title
}

impl Facts {
    /// What the VIN's check digit says against it, as the record keeps it.
    pub(crate) fn vin_warning(&self) -> Option<&'static str> {
        match self.vin.as_ref()?.check_digit() {
            CheckDigit::Right => None,
            CheckDigit::WrongAndRequired => Some("wrong_and_required"),
            CheckDigit::WrongNotRequired => Some("wrong_not_required"),
        }
    }

    /// As a JSON object, a member a fact.
    pub(crate) fn to_map(&self) -> Map<String, Value> {
        match serde_json::to_value(self) {
            Ok(Value::Object(map)) => map,
            _ => Map::new(),
        }
    }

    /// These facts with the members of `changes` that differ, and what differed: `{"city": ["旧", "新"]}`.
    pub(crate) fn changed_by(
        &self,
        changes: &Map<String, Value>,
    ) -> Result<(Facts, Map<String, Value>), serde_json::Error> {
        let mut map = self.to_map();
        let mut differences = Map::new();
        for (name, new) in changes {
            if let Some(old) = map.get(name).filter(|old| *old != new) {
                differences.insert(name.clone(), Value::Array(vec![old.clone(), new.clone()]));
                map.insert(name.clone(), new.clone());
            }
        }
        Ok((serde_json::from_value(Value::Object(map))?, differences))
    }
}

/// What a source's new delivery changes: members that differ from what the same source said last time. What it
/// does not say any more (empty) is kept.
pub(crate) fn news_of(before: &Map<String, Value>, now: &Map<String, Value>) -> Map<String, Value> {
    let says_nothing = |value: &Value| value.is_null() || value.as_str() == Some("");
    now.iter()
        .filter(|(name, value)| !says_nothing(value) && before.get(*name) != Some(*value))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

#[cfg(test)]
#[path = "facts_tests.rs"]
mod tests;
