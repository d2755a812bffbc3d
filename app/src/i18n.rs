//! Texts by key, in the person's language. The texts stand in `locales/<area>.yml`.

use std::borrow::Cow;

use kernel::{Fen, Lang, Problem, UnixMs};
use serde_json::Value;

use crate::live::clock::moment;
use crate::live::words::shape_of;

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

/// What happened, in words: the text of `error.<code>` with the problem's data filled in (money in yuan, instants in
/// UTC), or the general words for its kind when the code has no text.
pub fn problem_text(lang: Lang, problem: &Problem) -> String {
    let key = format!("error.{}", shape_of(&problem.code, &problem.data));
    filled(lang, &key, &problem.data)
        .unwrap_or_else(|| t(lang, &format!("error.kind.{}", problem.status())).into_owned())
}

/// The text of a key with the members of `data` filled in, money in yuan and instants in UTC; `None` without a text.
pub fn filled(lang: Lang, key: &str, data: &Value) -> Option<String> {
    let mut text = known(lang, key)?.into_owned();
    for (name, value) in data.as_object().into_iter().flatten() {
        text = text.replace(&format!("%{{{name}}}"), &value_text(name, value));
    }
    Some(text)
}

/// A value as people read it; its name tells what it is.
fn value_text(name: &str, value: &Value) -> String {
    match (value, value.as_i64()) {
        (_, Some(fen)) if name.ends_with("_fen") => Fen(fen).yuan(),
        (_, Some(at)) if name.ends_with("_at") => format!("{} UTC", moment(UnixMs(at), 0)),
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
    }
}
