//! What came back, held against what should.

use std::collections::BTreeMap;

use crate::report;

/// What came back, by case.
#[derive(Debug, Default)]
pub(super) struct Outcomes {
    cases: BTreeMap<String, BTreeMap<String, u64>>,
    right: u64,
    wrong: u64,
}

impl Outcomes {
    /// Notes what came back. It is right when it is one of `expected`.
    pub(super) fn note(&mut self, case: impl Into<String>, expected: &[&str], came: impl Into<String>) {
        let came = came.into();
        let right = expected.contains(&came.as_str());
        if right {
            self.right += 1;
        } else {
            self.wrong += 1;
        }
        let shown = if right { came } else { format!("{came} (expected {})", expected.join(" or ")) };
        *self.cases.entry(case.into()).or_default().entry(shown).or_default() += 1;
    }

    pub(super) fn right(&self) -> u64 {
        self.right
    }

    pub(super) fn wrong(&self) -> u64 {
        self.wrong
    }

    /// Prints a line a case.
    pub(super) fn print(&self) {
        let width = self.cases.keys().map(|case| case.chars().count()).max().unwrap_or(0);
        report::say("");
        for (case, came) in &self.cases {
            let came: Vec<String> = came.iter().map(|(what, count)| format!("{what} × {count}")).collect();
            report::say(format!("{case:<width$}  {}", came.join(", ")));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_expected_is_wrong() {
        let mut outcomes = Outcomes::default();
        outcomes.note("binary", &["BAD_FRAME", "closed"], "closed");
        outcomes.note("binary", &["BAD_FRAME", "closed"], "accepted");
        assert_eq!((outcomes.right(), outcomes.wrong()), (1, 1));
        assert!(outcomes.cases["binary"].contains_key("accepted (expected BAD_FRAME or closed)"));
    }
}
