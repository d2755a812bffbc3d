//! 手续: the papers, keys and duties that a car comes with. Pure.
//!
//! A part of the condition report and of its hash, like what was measured: what nobody looked at is not there, and can be
//! read neither as a paper that is there nor as one that is missing.

use std::collections::BTreeMap;

use kernel::{Fen, FieldProblem, parse_amount};
use serde::{Deserialize, Serialize};
use time::Date;
use time::format_description::BorrowedFormatItem;
use time::macros::format_description;

/// The papers that a title needs, each with the field of its form: 登记证、行驶证、购车发票、购置税凭证. Text keys:
/// `vehicle.paper.<name>`.
pub const PAPERS: [(&str, &str); 4] = [
    ("certificate", "paper_certificate"),
    ("licence", "paper_licence"),
    ("invoice", "paper_invoice"),
    ("purchase_tax", "paper_purchase_tax"),
];

/// What holds until a day, each with the field of its form: 年检、交强险、商业险. Text keys: `vehicle.until.<name>`.
pub const UNTIL: [(&str, &str); 3] = [
    ("inspection", "until_inspection"),
    ("compulsory", "until_compulsory"),
    ("commercial", "until_commercial"),
];

/// Who settles the violations that are open (违章由谁处理). Text keys: `vehicle.settled_by.<name>`.
pub const SETTLED_BY: [&str; 2] = ["seller", "buyer"];

/// Where the car can be registered next: anywhere (可外迁), or in its own city only (仅限本市). Text keys:
/// `vehicle.moves.<name>`.
pub const MOVES: [&str; 2] = ["anywhere", "local"];

/// No car has more keys.
pub const KEYS_MAX: u8 = 9;
/// More points than this are a slip.
const POINTS_MAX: u16 = 999;
/// So is a larger fine: ¥1,000,000.
const FINE_MAX: Fen = Fen(100_000_000);

const DAY: &[BorrowedFormatItem<'_>] = format_description!("[year]-[month]-[day]");

/// What an inspection found of a car's papers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Papers {
    /// Whether each is there, by the names of [`PAPERS`].
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub there: BTreeMap<String, bool>,
    /// The last day, `2027-03-31`, by the names of [`UNTIL`].
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub until: BTreeMap<String, String>,
    /// 钥匙数.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keys: Option<u8>,
    /// Points of violations that are open (违章扣分).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub violation_points: Option<u16>,
    /// Their fines (违章罚款).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub violation_fine_fen: Option<Fen>,
    /// One of [`SETTLED_BY`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settled_by: Option<String>,
    /// Whether it is pledged (抵押).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pledged: Option<bool>,
    /// One of [`MOVES`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moves: Option<String>,
}

/// What the papers come to, at a glance.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Completeness {
    /// 手续齐全: every paper is there, and nobody holds a pledge.
    Complete,
    /// 手续不全: a paper is missing, or the car is pledged.
    Incomplete,
    /// Not all of it was looked at, and nothing was found missing.
    Unknown,
}

impl Papers {
    /// Whether nobody looked at any.
    pub fn is_empty(&self) -> bool {
        *self == Papers::default()
    }

    /// What they come to.
    pub fn completeness(&self) -> Completeness {
        let looked_at = || PAPERS.iter().map(|(name, _)| self.there.get(*name).copied());
        if self.pledged == Some(true) || looked_at().any(|there| there == Some(false)) {
            Completeness::Incomplete
        } else if self.pledged == Some(false) && looked_at().all(|there| there == Some(true)) {
            Completeness::Complete
        } else {
            Completeness::Unknown
        }
    }

    /// Whether something is missing, or the car is pledged.
    pub fn is_incomplete(&self) -> bool {
        self.completeness() == Completeness::Incomplete
    }

    /// What changes a title: whoever gave a price before such a change is asked again.
    pub(crate) fn of_the_title(&self) -> impl PartialEq {
        (self.there.clone(), self.pledged, self.moves.clone())
    }

    /// Whether all of it can be.
    pub(crate) fn is_sound(&self) -> bool {
        let is_known = |known: &[(&str, &str)], name: &String| known.iter().any(|(one, _)| one == name);
        let one_of = |known: &[&str], value: &Option<String>| {
            value.as_ref().is_none_or(|value| known.contains(&value.as_str()))
        };
        self.there.keys().all(|name| is_known(&PAPERS, name))
            && self.until.iter().all(|(name, day)| is_known(&UNTIL, name) && day_of(day).is_some())
            && self.keys.is_none_or(|keys| keys <= KEYS_MAX)
            && self.violation_points.is_none_or(|points| points <= POINTS_MAX)
            && self.violation_fine_fen.is_none_or(|fine| (Fen::ZERO..=FINE_MAX).contains(&fine))
            && one_of(&SETTLED_BY, &self.settled_by)
            && one_of(&MOVES, &self.moves)
    }
}

/// Reads them from the fields of a form. What is empty was not looked at.
pub fn read_papers<'a>(text_of: impl Fn(&str) -> &'a str) -> (Papers, Vec<FieldProblem>) {
    let mut wrong = Vec::new();
    let given = |field: &str| Some(text_of(field).trim()).filter(|text| !text.is_empty());
    let mut read = |field: &str, is_read: bool| {
        if !is_read {
            wrong.push(FieldProblem::new(field, "PAPER_INVALID"));
        }
    };
    let mut papers = Papers::default();
    for (name, field) in PAPERS {
        let there = given(field).map(yes_or_no);
        read(field, there != Some(None));
        papers.there.extend(there.flatten().map(|there| (name.to_owned(), there)));
    }
    for (name, field) in UNTIL {
        let day = given(field);
        read(field, day.is_none_or(|day| day_of(day).is_some()));
        papers.until.extend(day.map(|day| (name.to_owned(), day.to_owned())));
    }
    let keys = given("keys").map(|text| text.parse::<u8>().ok().filter(|keys| *keys <= KEYS_MAX));
    read("keys", keys != Some(None));
    papers.keys = keys.flatten();
    let points = given("violation_points");
    let points = points.map(|text| text.parse::<u16>().ok().filter(|points| *points <= POINTS_MAX));
    read("violation_points", points != Some(None));
    papers.violation_points = points.flatten();
    let fine = given("violation_fine");
    let fine = fine.map(|text| parse_amount(text).ok().filter(|fine| (Fen::ZERO..=FINE_MAX).contains(fine)));
    read("violation_fine", fine != Some(None));
    papers.violation_fine_fen = fine.flatten();
    let pledged = given("pledged").map(yes_or_no);
    read("pledged", pledged != Some(None));
    papers.pledged = pledged.flatten();
    for (field, known, value) in
        [("settled_by", SETTLED_BY, &mut papers.settled_by), ("moves", MOVES, &mut papers.moves)]
    {
        let asked = given(field);
        read(field, asked.is_none_or(|asked| known.contains(&asked)));
        *value = asked.map(str::to_owned);
    }
    (papers, wrong)
}

/// The day that a text names: `2027-03-31`.
fn day_of(text: &str) -> Option<Date> {
    Date::parse(text, &DAY).ok()
}

fn yes_or_no(text: &str) -> Option<bool> {
    match text {
        "yes" => Some(true),
        "no" => Some(false),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(fields: &[(&'static str, &'static str)]) -> (Papers, Vec<String>) {
        let text_of =
            |name: &str| fields.iter().find(|(field, _)| *field == name).map_or("", |(_, text)| *text);
        let (papers, wrong) = read_papers(text_of);
        (papers, wrong.into_iter().map(|problem| problem.field).collect())
    }

    const ALL_THERE: [(&str, &str); 5] = [
        ("paper_certificate", "yes"),
        ("paper_licence", "yes"),
        ("paper_invoice", "yes"),
        ("paper_purchase_tax", "yes"),
        ("pledged", "no"),
    ];

    #[test]
    fn reads_what_was_looked_at_and_nothing_else() {
        let (papers, wrong) = read(&[
            ("paper_certificate", "yes"),
            ("paper_invoice", "no"),
            ("until_compulsory", "2027-03-31"),
            ("keys", " 2 "),
            ("violation_points", "6"),
            ("violation_fine", "400"),
            ("settled_by", "seller"),
            ("moves", "local"),
        ]);
        assert!(wrong.is_empty() && papers.is_sound(), "{wrong:?}");
        assert_eq!(papers.there, [("certificate".into(), true), ("invoice".into(), false)].into());
        assert_eq!(papers.until, [("compulsory".into(), "2027-03-31".into())].into());
        assert_eq!((papers.keys, papers.violation_points), (Some(2), Some(6)));
        assert_eq!((papers.violation_fine_fen, papers.pledged), (Some(Fen(40_000)), None));
        assert_eq!((papers.settled_by.as_deref(), papers.moves.as_deref()), (Some("seller"), Some("local")));
        assert_eq!(read(&[]), (Papers::default(), Vec::new()));
    }

    #[test]
    fn what_cannot_be_is_named_by_its_field() {
        let (papers, wrong) = read(&[
            ("paper_licence", "perhaps"),
            ("until_inspection", "2027-02-30"),
            ("keys", "10"),
            ("violation_points", "-1"),
            ("violation_fine", "1000001"),
            ("pledged", "x"),
            ("settled_by", "nobody"),
            ("moves", "abroad"),
        ]);
        let fields = [
            "paper_licence",
            "until_inspection",
            "keys",
            "violation_points",
            "violation_fine",
            "pledged",
            "settled_by",
            "moves",
        ];
        assert_eq!(wrong, fields);
        assert!(!papers.is_sound(), "nor could a program keep it");
    }

    #[test]
    fn papers_are_complete_when_each_was_seen_and_nobody_holds_a_pledge() {
        let of = |changed: &[(&'static str, &'static str)]| {
            let fields: Vec<_> = changed.iter().chain(&ALL_THERE).copied().collect();
            read(&fields).0.completeness()
        };
        assert_eq!(of(&[]), Completeness::Complete);
        assert_eq!(of(&[("paper_invoice", "no")]), Completeness::Incomplete);
        assert_eq!(of(&[("pledged", "yes")]), Completeness::Incomplete);
        assert_eq!(of(&[("pledged", " ")]), Completeness::Unknown, "nobody asked");
        assert_eq!(Papers::default().completeness(), Completeness::Unknown);
        assert_eq!(read(&[("paper_licence", "no")]).0.completeness(), Completeness::Incomplete);
    }

    #[test]
    fn days_and_keys_do_not_change_a_title() {
        let (before, _) = read(&ALL_THERE);
        let later = Papers {
            keys: Some(1),
            until: [("inspection".into(), "2027-01-31".into())].into(),
            ..before.clone()
        };
        assert!(before.of_the_title() == later.of_the_title());
        let pledged = Papers { pledged: Some(true), ..before.clone() };
        assert!(before.of_the_title() != pledged.of_the_title());
    }
}
