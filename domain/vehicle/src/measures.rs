//! What an inspection measures: tread depths, paint thickness, and what the car's own computer has stored. Pure.
//!
//! All of it is a part of the condition report and of its hash. A reading that was not taken is not there: nobody can
//! read a zero as a finding.

use std::collections::BTreeMap;

use kernel::FieldProblem;
use serde::{Deserialize, Serialize};

/// The wheels, each with the field of its form, in the order of a walk around the car. Text keys: `vehicle.wheel.<name>`.
pub const WHEELS: [(&str, &str); 4] = [
    ("left_front", "tread_left_front"),
    ("left_rear", "tread_left_rear"),
    ("right_rear", "tread_right_rear"),
    ("right_front", "tread_right_front"),
];

/// The painted panels, each with the field of its form: parts of the damage map. Text keys: `vehicle.part.<name>`.
pub const PANELS: [(&str, &str); 13] = [
    ("bonnet", "paint_bonnet"),
    ("left_front_wing", "paint_left_front_wing"),
    ("left_front_door", "paint_left_front_door"),
    ("left_rear_door", "paint_left_rear_door"),
    ("left_rear_wing", "paint_left_rear_wing"),
    ("left_sill", "paint_left_sill"),
    ("boot_lid", "paint_boot_lid"),
    ("right_rear_wing", "paint_right_rear_wing"),
    ("right_rear_door", "paint_right_rear_door"),
    ("right_front_door", "paint_right_front_door"),
    ("right_front_wing", "paint_right_front_wing"),
    ("right_sill", "paint_right_sill"),
    ("roof", "paint_roof"),
];

/// A reading of an electric car's battery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatteryReading {
    /// Its name; text key `vehicle.battery.<name>`.
    pub name: &'static str,
    /// The field of its form.
    pub field: &'static str,
    /// Behind the value; empty where it is a count.
    pub unit: &'static str,
    /// So many digits behind the point are kept.
    pub decimals: u32,
    /// More cannot be.
    pub max: u16,
}

/// What is read of a battery: what is left of its health, what it holds, how far it goes, how often it was charged fast.
pub const BATTERY: [BatteryReading; 4] = [
    BatteryReading { name: "soh", field: "battery_soh", unit: "%", decimals: 0, max: 100 },
    BatteryReading { name: "capacity", field: "battery_capacity", unit: "kWh", decimals: 1, max: 3_000 },
    BatteryReading { name: "range", field: "battery_range", unit: "km", decimals: 0, max: 2_000 },
    BatteryReading {
        name: "fast_charges",
        field: "battery_fast_charges",
        unit: "",
        decimals: 0,
        max: 60_000,
    },
];
/// Below this share of its health a battery is usually replaced under warranty.
pub const BATTERY_WEAK: u16 = 70;
/// Below this share it has aged more than most.
pub const BATTERY_WORN: u16 = 85;

impl BatteryReading {
    /// The value without its unit: `57.5`.
    pub fn number(&self, value: u16) -> String {
        match self.decimals {
            0 => value.to_string(),
            _ => tread_text(value),
        }
    }

    /// The value with its unit: `57.5 kWh`.
    pub fn text(&self, value: u16) -> String {
        format!("{} {}", self.number(value), self.unit).trim_end().to_owned()
    }
}

/// The deepest tread there is on a passenger car, in tenths of a millimetre.
pub const TREAD_MAX: u16 = 200;
/// Below this a tyre may not be driven on in China (GB 7258).
pub const TREAD_LEGAL: u16 = 16;
/// Below this a tyre is soon to be replaced.
pub const TREAD_WORN: u16 = 30;
/// More is no paint.
pub const PAINT_MAX_UM: u16 = 5_000;
/// Above this a panel has probably been painted again.
pub const PAINT_AGAIN_UM: u16 = 180;
/// Above this there is probably filler under the paint.
pub const PAINT_FILLER_UM: u16 = 300;
/// More codes are a slip of a program.
pub const FAULT_CODES_MAX: usize = 50;

/// The field of the fault codes.
const CODES_FIELD: &str = "fault_codes";
/// The field that says that the computer was asked.
const READ_FIELD: &str = "obd_read";

/// The readings of one inspection.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measures {
    /// 综合评分, from 0 to 100: what the grade was made of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<u8>,
    /// Tread depths in tenths of a millimetre, by wheel.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub treads: BTreeMap<String, u16>,
    /// Paint thickness in µm, by panel: the thickest reading.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub paint_um: BTreeMap<String, u16>,
    /// What was read of the battery, by the names of [`BATTERY`].
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub battery: BTreeMap<String, u16>,
    /// The fault codes that the computer has stored (OBD), in their order; nothing where nobody asked it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fault_codes: Option<Vec<String>>,
}

impl Measures {
    /// Whether nothing was measured.
    pub fn is_empty(&self) -> bool {
        *self == Measures::default()
    }

    /// Whether an instrument read something, or was asked to.
    pub fn has_readings(&self) -> bool {
        !Measures { score: None, ..self.clone() }.is_empty()
    }

    /// Whether every reading is one that can be.
    pub(crate) fn is_sound(&self) -> bool {
        let is_known = |places: &[(&str, &str)], name: &String| places.iter().any(|(known, _)| known == name);
        let codes = self.fault_codes.as_deref().unwrap_or_default();
        self.treads.iter().all(|(wheel, depth)| is_known(&WHEELS, wheel) && *depth <= TREAD_MAX)
            && self.paint_um.iter().all(|(panel, um)| is_known(&PANELS, panel) && *um <= PAINT_MAX_UM)
            && self.battery.iter().all(|(name, value)| {
                BATTERY.iter().any(|reading| reading.name == name && *value <= reading.max)
            })
            && codes.len() <= FAULT_CODES_MAX
            && codes.iter().all(|code| is_fault_code(code))
            && codes.is_sorted()
    }

    /// The codes of the powertrain.
    pub(crate) fn powertrain_codes(&self) -> Vec<&str> {
        let codes = self.fault_codes.iter().flatten().map(String::as_str);
        codes.filter(|code| code.starts_with('P')).collect()
    }
}

/// Reads the readings from the fields of a form. What is empty was not measured.
pub fn read_measures<'a>(text_of: impl Fn(&str) -> &'a str) -> (Measures, Vec<FieldProblem>) {
    let mut wrong = Vec::new();
    let mut read = |places: &[(&str, &str)], decimals: u32, max: u16, code: &str| {
        let mut readings = BTreeMap::new();
        for (name, field) in places {
            let text = plain(text_of(field));
            if text.is_empty() {
                continue;
            }
            match number(&text, decimals).filter(|reading| *reading <= max) {
                Some(reading) => drop(readings.insert((*name).to_owned(), reading)),
                None => wrong.push(FieldProblem::new(field, code)),
            }
        }
        readings
    };
    let treads = read(&WHEELS, 1, TREAD_MAX, "TREAD_INVALID");
    let paint_um = read(&PANELS, 0, PAINT_MAX_UM, "PAINT_INVALID");
    let battery =
        BATTERY.iter().flat_map(|of| read(&[(of.name, of.field)], of.decimals, of.max, "BATTERY_INVALID"));
    let battery = battery.collect();
    let codes = codes_of(text_of(CODES_FIELD));
    if codes.len() > FAULT_CODES_MAX || !codes.iter().all(|code| is_fault_code(code)) {
        wrong.push(FieldProblem::new(CODES_FIELD, "FAULT_CODE_INVALID"));
    }
    // who types codes has read them
    let is_read = !codes.is_empty() || !text_of(READ_FIELD).is_empty();
    (Measures { score: None, treads, paint_um, battery, fault_codes: is_read.then_some(codes) }, wrong)
}

/// `65` tenths as `6.5`.
pub fn tread_text(tenths: u16) -> String {
    format!("{}.{}", tenths / 10, tenths % 10)
}

/// The codes in a text, each once, in their order; whatever stands between them.
fn codes_of(text: &str) -> Vec<String> {
    let between = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | '，' | '、' | '；');
    let codes = text.split(between).map(plain).filter(|code| !code.is_empty());
    let mut codes: Vec<String> = codes.map(|code| code.to_uppercase()).collect();
    codes.sort();
    codes.dedup();
    codes
}

/// `P0301`, `U0100-87`: a system, a digit from 0 to 3, three hexadecimal digits; perhaps a kind of fault.
fn is_fault_code(code: &str) -> bool {
    let (code, kind) = code.split_once('-').map_or((code, None), |(code, kind)| (code, Some(kind)));
    let is_hex = |text: &str| text.bytes().all(|b| b.is_ascii_digit() || (b'A'..=b'F').contains(&b));
    let bytes = code.as_bytes();
    bytes.len() == 5
        && matches!(bytes[0], b'P' | b'C' | b'B' | b'U')
        && matches!(bytes[1], b'0'..=b'3')
        && is_hex(&code[2..])
        && kind.is_none_or(|kind| kind.len() == 2 && is_hex(kind))
}

/// Without space, and digits of Chinese keyboards in their usual width.
fn plain(text: &str) -> String {
    let narrow = |c: char| match c {
        '０'..='９' | '．' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ' | '－' => {
            char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c)
        }
        c => c,
    };
    text.chars().filter(|c| !c.is_whitespace()).map(narrow).collect()
}

/// `6.5` with one decimal is 65; more decimals are none of the instrument's.
fn number(text: &str, decimals: u32) -> Option<u16> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits = usize::try_from(decimals).ok()?;
    let is_number = !whole.is_empty() && whole.bytes().chain(fraction.bytes()).all(|b| b.is_ascii_digit());
    if !is_number || fraction.len() > digits {
        return None;
    }
    format!("{whole}{fraction:0<digits$}").parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::PARTS;

    fn read(fields: &[(&str, &str)]) -> (Measures, Vec<FieldProblem>) {
        let fields = fields.to_vec();
        read_measures(move |name| {
            fields.iter().find(|(field, _)| *field == name).map_or("", |(_, text)| *text)
        })
    }

    #[test]
    fn reads_what_was_measured_and_nothing_else() {
        let (measures, wrong) = read(&[
            ("tread_left_front", " 6.5 "),
            ("tread_right_rear", "４"),
            ("tread_left_rear", ""),
            ("paint_bonnet", "125"),
            ("fault_codes", "p0420，P0301 u0100-87、P0301"),
        ]);
        assert!(wrong.is_empty() && measures.is_sound(), "{wrong:?}");
        assert_eq!(measures.treads, [("left_front".into(), 65), ("right_rear".into(), 40)].into());
        assert_eq!(measures.paint_um, [("bonnet".into(), 125)].into());
        assert_eq!(measures.fault_codes.unwrap(), ["P0301", "P0420", "U0100-87"]);
    }

    #[test]
    fn a_battery_is_read_in_its_units() {
        let (measures, wrong) =
            read(&[("battery_soh", "92"), ("battery_capacity", "57.5"), ("battery_fast_charges", "130")]);
        assert!(wrong.is_empty() && measures.is_sound(), "{wrong:?}");
        let of = |name: &str| {
            let reading = BATTERY.iter().find(|reading| reading.name == name).unwrap();
            measures.battery.get(name).map(|value| reading.text(*value))
        };
        assert_eq!(of("soh").as_deref(), Some("92 %"));
        assert_eq!(of("capacity").as_deref(), Some("57.5 kWh"));
        assert_eq!(of("fast_charges").as_deref(), Some("130"));
        assert_eq!(of("range"), None, "what was not read is not there");
        let (_, wrong) = read(&[("battery_soh", "101"), ("battery_range", "4.5")]);
        assert_eq!(
            wrong.iter().map(|problem| problem.code.as_str()).collect::<Vec<_>>(),
            ["BATTERY_INVALID"; 2]
        );
        let odd = Measures { battery: [("volts".to_owned(), 4)].into(), ..Measures::default() };
        assert!(!odd.is_sound());
    }

    #[test]
    fn a_computer_without_faults_is_not_one_that_nobody_asked() {
        assert_eq!(read(&[]).0.fault_codes, None);
        assert_eq!(read(&[("obd_read", "on")]).0.fault_codes, Some(Vec::new()));
        assert!(read(&[]).0.is_empty() && !read(&[("obd_read", "on")]).0.is_empty());
    }

    #[test]
    fn what_cannot_be_is_named_by_its_field() {
        let (_, wrong) = read(&[
            ("tread_left_front", "6.55"),
            ("tread_left_rear", "20.1"),
            ("paint_roof", "-3"),
            ("paint_bonnet", "5001"),
            ("fault_codes", "P0420 X1"),
        ]);
        let fields: Vec<_> = wrong.iter().map(|problem| problem.field.as_str()).collect();
        assert_eq!(
            fields,
            ["tread_left_front", "tread_left_rear", "paint_bonnet", "paint_roof", "fault_codes"]
        );
    }

    #[test]
    fn panels_are_parts_of_the_damage_map() {
        assert!(
            PANELS.iter().all(|(panel, field)| PARTS.contains(panel) && *field == format!("paint_{panel}"))
        );
        assert!(WHEELS.iter().all(|(wheel, field)| *field == format!("tread_{wheel}")));
        assert_eq!((tread_text(65), tread_text(4)), ("6.5".into(), "0.4".into()));
    }
}
