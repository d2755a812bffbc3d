//! Texts by key, in the person's language. The texts stand in `locales/<area>.yml`.

use std::borrow::Cow;

use kernel::{Fen, Lang, Problem, UnixMs};
use serde_json::Value;

use crate::context::PageContext;
use crate::live::clock::moment;
use crate::live::words::{missing_fen, shape_of};

/// The text of a key. A missing one shows its key, and fails the test that walks all keys.
pub fn t(lang: Lang, key: &str) -> Cow<'static, str> {
    known(lang, key).unwrap_or_else(|| Cow::Owned(key.to_owned()))
}

/// The text of a key with its placeholders (`%{n}`) filled.
pub fn t_with(lang: Lang, key: &str, values: &[(&str, &str)]) -> String {
    let mut text = t(lang, key).into_owned();
    for (name, value) in values {
        text = text.replace(&format!("%{{{name}}}"), value);
    }
    text
}

/// The text of a key, if there is one.
pub fn known(lang: Lang, key: &str) -> Option<Cow<'static, str>> {
    crate::_rust_i18n_try_translate(lang.tag(), key)
}

/// What happened, in words for a program: the text of `error.<code>` with the problem's data filled in (money in yuan,
/// instants in UTC), or the general words for its kind when the code has no text.
pub fn problem_text(lang: Lang, problem: &Problem) -> String {
    problem_in((lang, None), problem)
}

/// The same for who looks at a page: every instant in his own zone.
pub fn problem_words(cx: &PageContext, problem: &Problem) -> String {
    problem_in((cx.lang, Some(cx.zone.whole_seconds() / 60)), problem)
}

fn problem_in((lang, zone_min): (Lang, Option<i32>), problem: &Problem) -> String {
    let key = format!("error.{}", shape_of(&problem.code, &problem.data));
    filled_in((lang, zone_min), &key, &problem.data)
        .unwrap_or_else(|| t(lang, &format!("error.kind.{}", problem.status())).into_owned())
}

/// The text of a key with the members of `data` filled in, money in yuan and instants in UTC; `None` without a text.
pub fn filled(lang: Lang, key: &str, data: &Value) -> Option<String> {
    filled_in((lang, None), key, data)
}

fn filled_in((lang, zone_min): (Lang, Option<i32>), key: &str, data: &Value) -> Option<String> {
    let mut text = known(lang, key)?.into_owned();
    if let Some(missing) = missing_fen(data) {
        text = text.replace("%{missing_fen}", &missing.yuan());
    }
    for (name, value) in data.as_object().into_iter().flatten() {
        text = text.replace(&format!("%{{{name}}}"), &value_text(name, value, zone_min));
    }
    Some(text)
}

/// A value as people read it; its name tells what it is.
fn value_text(name: &str, value: &Value, zone_min: Option<i32>) -> String {
    match (value, value.as_i64()) {
        (_, Some(fen)) if name.ends_with("_fen") => Fen(fen).yuan(),
        (_, Some(at)) if name.ends_with("_at") || name == "until" => match zone_min {
            Some(zone_min) => moment(UnixMs(at), zone_min),
            None => format!("{} UTC", moment(UnixMs(at), 0)),
        },
        (Value::String(text), _) => text.clone(),
        _ => value.to_string(),
    }
}

/// What is wrong with a field, in words.
pub fn field_text(lang: Lang, code: &str) -> String {
    known(lang, &format!("error.{code}")).unwrap_or_else(|| t(lang, "error.kind.422")).into_owned()
}

#[cfg(test)]
mod tests {
    use kernel::ProblemKind;
    use serde_json::json;

    use super::*;

    fn refused(code: &str, data: Value) -> String {
        let mut problem = Problem::new(ProblemKind::Invalid, code);
        problem.data = data;
        problem_text(Lang::En, &problem)
    }

    #[test]
    fn values_are_shown_as_people_read_them() {
        assert!(refused("BELOW_MIN", json!({ "min_next_fen": 6_100_000 })).contains("¥61,000"));
        let floor = refused("BELOW_MIN", json!({ "floor_fen": 6_000_000 }));
        assert!(floor.contains("¥60,000") && !floor.contains('%'), "{floor}");
        assert!(refused("LOT_NOT_OPEN", json!({ "opens_at": 0 })).contains("00:00 UTC"));
        let power = refused("BUYING_POWER", json!({ "needed_fen": 900_000, "available_fen": 250_000 }));
        let told = ["¥9,000", "¥2,500", "¥6,500"].iter().all(|amount| power.contains(amount));
        assert!(told && !power.contains('%'), "{power}");
    }

    #[test]
    fn who_looks_is_told_the_time_of_his_own_clock() {
        let problem = Problem::new(ProblemKind::Conflict, "CLOSED")
            .with(json!({ "admitted_at": 61_000, "end_at": 60_000 }));
        let text = problem_in((Lang::Zh, Some(480)), &problem);
        assert!(text.contains("08:01") && !text.contains("UTC"), "{text}");
    }

    #[test]
    fn who_comes_after_the_buyer_is_told_that_and_no_times_that_deny_it() {
        let taken = refused("CLOSED", json!({ "admitted_at": 5, "end_at": 60_000, "taken": true }));
        assert_eq!(taken, "Another dealer took it.");
        let early = refused("CLOSED", json!({ "admitted_at": 5, "end_at": 60_000 }));
        assert!(!early.contains("UTC") && !early.contains('%'), "{early}");
    }
}
