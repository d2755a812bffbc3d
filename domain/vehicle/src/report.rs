//! Condition reports: what an inspector found, in versions that never change, each with a hash of its content.

use std::fmt::Write as _;

use kernel::{FieldProblem, Problem, UnixMs};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use crate::grade;
use crate::measures::Measures;
use crate::papers::Papers;

/// The parts of the damage map, in the order of a walk around the car. Text keys: `vehicle.part.<name>`.
pub const PARTS: [&str; 24] = [
    "front_bumper",
    "bonnet",
    "windscreen",
    "left_front_wing",
    "left_front_door",
    "left_rear_door",
    "left_rear_wing",
    "left_sill",
    "rear_bumper",
    "boot_lid",
    "rear_window",
    "right_rear_wing",
    "right_rear_door",
    "right_front_door",
    "right_front_wing",
    "right_sill",
    "roof",
    "wheels",
    "lights",
    "frame",
    "interior",
    "engine",
    "gearbox",
    "battery",
];

/// Kinds of damage. Text keys: `vehicle.damage.<name>`.
pub const DAMAGE_KINDS: [&str; 11] = [
    "scratch",
    "dent",
    "crack",
    "rust",
    "repainted",
    "replaced",
    "deformed",
    "leak",
    "missing",
    "flooded",
    "burnt",
];

/// Structure and powertrain: what is wrong there changes what the car is worth.
const MATERIAL_PARTS: [&str; 6] = ["frame", "left_sill", "right_sill", "engine", "gearbox", "battery"];
/// So does this, wherever it is.
const MATERIAL_KINDS: [&str; 3] = ["deformed", "flooded", "burnt"];

/// More entries are a wreck, and a slip of a program.
pub const DAMAGES_MAX: usize = 100;
/// Longest remark, in characters.
pub const NOTES_CHARS_MAX: usize = 4_000;

/// One damage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Damage {
    /// One of [`PARTS`].
    pub part: String,
    /// One of [`DAMAGE_KINDS`].
    pub kind: String,
    /// 1 light, 2 middling, 3 grave.
    pub severity: u8,
    /// In words.
    #[serde(default)]
    pub note: String,
}

/// Whose report it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Our own people's.
    Inspection,
    /// What the car's source said of it; nobody of ours has looked.
    Source,
}

impl Origin {
    /// The name in the database and in text keys.
    pub const fn name(self) -> &'static str {
        match self {
            Origin::Inspection => "inspection",
            Origin::Source => "source",
        }
    }
}

/// What a report says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// One of [`GRADES`](crate::GRADES); a source's report has its own (`4.2`, `9成新`), or none.
    pub grade: String,
    /// The damages.
    pub damages: Vec<Damage>,
    /// What was measured.
    pub measures: Measures,
    /// Which papers there are.
    pub papers: Papers,
    /// Remarks.
    pub notes: String,
}

impl Findings {
    /// Known parts and kinds, readings that can be, sensible lengths, and the grade that its score gives.
    pub fn check(&self) -> Result<(), Problem> {
        let mut wrong = Vec::new();
        if self.grade.trim().is_empty() {
            wrong.push(FieldProblem::new("score", "GRADE_MISSING"));
        } else if !grade::fits(&self.grade, self.measures.score) {
            wrong.push(FieldProblem::new("score", "SCORE_INVALID"));
        }
        if self.notes.chars().count() > NOTES_CHARS_MAX {
            wrong.push(FieldProblem::new("notes", "FIELD_TOO_LONG"));
        }
        let known = |damage: &Damage| {
            PARTS.contains(&damage.part.as_str())
                && DAMAGE_KINDS.contains(&damage.kind.as_str())
                && (1..=3).contains(&damage.severity)
                && damage.note.chars().count() <= 200
        };
        if self.damages.len() > DAMAGES_MAX || !self.damages.iter().all(known) {
            wrong.push(FieldProblem::new("damages", "DAMAGE_INVALID"));
        }
        if !self.measures.is_sound() {
            wrong.push(FieldProblem::new("measures", "MEASURE_INVALID"));
        }
        if !self.papers.is_sound() {
            wrong.push(FieldProblem::new("papers", "PAPER_INVALID"));
        }
        if wrong.is_empty() { Ok(()) } else { Err(Problem::fields(wrong)) }
    }
}

/// Whether a new report says something else about structure, powertrain, flood, fire or papers: then whoever gave a price on
/// the old one is asked again. Fault codes of the powertrain and what a title needs count, tyres, paint and days of insurance
/// do not. (The odometer is a fact of the car, which stays as it is while it is on offer.)
pub(crate) fn is_material(before: &Findings, after: &Findings) -> bool {
    is_grave_change(&before.damages, &after.damages)
        || before.measures.powertrain_codes() != after.measures.powertrain_codes()
        || before.papers.of_the_title() != after.papers.of_the_title()
}

fn is_grave_change(before: &[Damage], after: &[Damage]) -> bool {
    let grave = |damages: &[Damage]| {
        let counts = |damage: &&Damage| {
            MATERIAL_PARTS.contains(&damage.part.as_str()) || MATERIAL_KINDS.contains(&damage.kind.as_str())
        };
        let mut grave: Vec<_> = damages
            .iter()
            .filter(counts)
            .map(|damage| (damage.part.clone(), damage.kind.clone(), damage.severity))
            .collect();
        grave.sort();
        grave
    };
    grave(before) != grave(after)
}

/// What the hash is of.
pub(crate) struct Hashed<'a> {
    pub vehicle_id: Uuid,
    pub version: i32,
    pub origin: Origin,
    pub findings: &'a Findings,
    pub inspected_by: &'a str,
    pub at: UnixMs,
}

/// The lower-case hex SHA-256 of the report's canonical JSON. Readings and papers stand in it where there are any: a report
/// without has the hash that it had before there were such.
pub(crate) fn hash_of(report: &Hashed<'_>) -> String {
    let mut content = json!({
        "vehicle_id": report.vehicle_id,
        "version": report.version,
        "origin": report.origin.name(),
        "grade": report.findings.grade,
        "damages": report.findings.damages,
        "notes": report.findings.notes,
        "inspected_by": report.inspected_by,
        "inspected_at": report.at.0,
    });
    if !report.findings.measures.is_empty() {
        content["measures"] = json!(report.findings.measures);
    }
    if !report.findings.papers.is_empty() {
        content["papers"] = json!(report.findings.papers);
    }
    sha256_hex(canonical_json(&content).as_bytes())
}

/// Lower-case hex SHA-256.
pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// JSON with sorted keys and no white space: equal values, equal text.
pub(crate) fn canonical_json(value: &Value) -> String {
    let mut out = String::new();
    write_canonical(value, &mut out);
    out
}

fn write_canonical(value: &Value, out: &mut String) {
    match value {
        Value::Object(map) => {
            let mut members: Vec<_> = map.iter().collect();
            members.sort_by_key(|(name, _)| name.as_str());
            out.push('{');
            for (i, (name, member)) in members.into_iter().enumerate() {
                out.push_str(if i > 0 { "," } else { "" });
                let _ = write!(out, "{}:", Value::from(name.as_str()));
                write_canonical(member, out);
            }
            out.push('}');
        }
        Value::Array(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                out.push_str(if i > 0 { "," } else { "" });
                write_canonical(item, out);
            }
            out.push(']');
        }
        scalar => {
            let _ = write!(out, "{scalar}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn canonical_json_does_not_depend_on_the_order_of_keys() {
        let a: Value = serde_json::from_str(r#"{"b":[1,{"y":"引号\"","x":null}],"a":true}"#).unwrap();
        assert_eq!(canonical_json(&a), r#"{"a":true,"b":[1,{"x":null,"y":"引号\""}]}"#);
    }

    #[test]
    fn any_difference_is_another_hash() {
        let findings = Findings { grade: "4.2".into(), ..Findings::default() };
        let hash = |version, findings: &Findings| {
            hash_of(&Hashed {
                vehicle_id: Uuid::nil(),
                version,
                origin: Origin::Inspection,
                findings,
                inspected_by: "某人",
                at: UnixMs(0),
            })
        };
        let other = Findings { notes: "x".into(), ..findings.clone() };
        assert_eq!(hash(1, &findings), hash(1, &findings));
        assert_ne!(hash(1, &findings), hash(2, &findings));
        assert_ne!(hash(1, &findings), hash(1, &other));
        let of_before = "4585c7be141a0245d77b0b042406824cc888a489d356411e04dda7fac697f409";
        assert_eq!(hash(1, &findings), of_before, "a report without readings is what it always was");
        let measured = |treads: u16, codes: Option<Vec<String>>| Findings {
            measures: Measures {
                treads: [("left_front".to_owned(), treads)].into(),
                fault_codes: codes,
                ..Measures::default()
            },
            ..findings.clone()
        };
        let worn = measured(30, None);
        assert_ne!(hash(1, &worn), hash(1, &findings));
        assert_ne!(hash(1, &worn), hash(1, &measured(31, None)));
        assert_ne!(
            hash(1, &worn),
            hash(1, &measured(30, Some(Vec::new()))),
            "that nobody asked is another report"
        );
    }

    #[test]
    fn only_structure_powertrain_flood_and_fire_are_material() {
        let damage = |part: &str, kind: &str, severity| Damage {
            part: part.into(),
            kind: kind.into(),
            severity,
            note: String::new(),
        };
        let before = [damage("frame", "rust", 1), damage("roof", "scratch", 1)];
        let with = |damages: &[Damage]| Findings { damages: damages.to_vec(), ..Findings::default() };
        let is_material = |before: &[Damage], after: &[Damage]| is_material(&with(before), &with(after));
        assert!(!is_material(&before, &[damage("roof", "dent", 2), damage("frame", "rust", 1)]));
        assert!(is_material(&before, &[damage("roof", "scratch", 1)]), "one that is gone");
        assert!(is_material(&before, &[damage("frame", "rust", 2)]), "a graver one");
        assert!(is_material(&[], &[damage("interior", "flooded", 1)]));
        assert!(is_material(&[], &[damage("bonnet", "deformed", 1)]));
    }

    #[test]
    fn a_fault_of_the_powertrain_is_material_and_a_worn_tyre_is_not() {
        let read = |codes: &[&str], tread: u16| Measures {
            treads: [("left_front".to_owned(), tread)].into(),
            fault_codes: Some(codes.iter().map(|code| (*code).to_owned()).collect()),
            ..Measures::default()
        };
        let with = |measures: Measures| Findings { measures, ..Findings::default() };
        let changed = |before: Measures, after: Measures| is_material(&with(before), &with(after));
        assert!(!changed(read(&[], 60), read(&["B1000"], 20)));
        assert!(changed(read(&[], 60), read(&["P0301"], 60)));
        assert!(!changed(Measures::default(), read(&[], 60)), "that it was asked and has none");
    }

    #[test]
    fn a_missing_paper_is_material_and_in_the_hash() {
        let with = |there: bool, keys: u8| Findings {
            papers: Papers {
                there: [("invoice".to_owned(), there)].into(),
                keys: Some(keys),
                ..Papers::default()
            },
            ..Findings::default()
        };
        assert!(is_material(&with(true, 2), &with(false, 2)));
        assert!(is_material(&Findings::default(), &with(true, 2)), "it is known now");
        assert!(!is_material(&with(true, 2), &with(true, 1)));
        let hash = |findings: &Findings| {
            hash_of(&Hashed {
                vehicle_id: Uuid::nil(),
                version: 1,
                origin: Origin::Inspection,
                findings,
                inspected_by: "某人",
                at: UnixMs(0),
            })
        };
        assert_ne!(hash(&with(true, 2)), hash(&with(true, 1)));
    }

    #[test]
    fn unknown_parts_are_refused() {
        let damage = Damage { part: "sofa".into(), kind: "dent".into(), severity: 1, note: String::new() };
        let graded = || Findings {
            grade: "二级".into(),
            measures: Measures { score: Some(80), ..Measures::default() },
            ..Findings::default()
        };
        assert!(graded().check().is_ok());
        let findings = Findings { damages: vec![damage], ..graded() };
        assert_eq!(findings.check().unwrap_err().fields[0].code, "DAMAGE_INVALID");
        let measures = Measures { paint_um: [("sofa".to_owned(), 90)].into(), ..graded().measures };
        let findings = Findings { measures, ..graded() };
        assert_eq!(findings.check().unwrap_err().fields[0].code, "MEASURE_INVALID");
        let papers = Papers { moves: Some("abroad".to_owned()), ..Papers::default() };
        let findings = Findings { papers, ..graded() };
        assert_eq!(findings.check().unwrap_err().fields[0].code, "PAPER_INVALID");
    }
}
