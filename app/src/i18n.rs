//! Texts by key, in the person's language. The texts stand in `locales/<area>.yml`.

use std::borrow::Cow;

use kernel::{Lang, Problem};

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

/// What happened, in words: the text of `error.<code>` with the problem's data filled in, or the general words for
/// its kind when the code has no text.
pub fn problem_text(lang: Lang, problem: &Problem) -> String {
    let key = format!("error.{}", problem.code);
    let Some(mut text) = known(lang, &key).map(Cow::into_owned) else {
        return t(lang, &format!("error.kind.{}", problem.status())).into_owned();
    };
    if let Some(data) = problem.data.as_object() {
        for (name, value) in data {
            let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            text = text.replace(&format!("%{{{name}}}"), &value);
        }
    }
    text
}

/// What is wrong with a field, in words.
pub fn field_text(lang: Lang, code: &str) -> String {
    known(lang, &format!("error.{code}")).unwrap_or_else(|| t(lang, "error.kind.422")).into_owned()
}
