//! Every text in both languages, every key and every error code with a text.

use std::collections::{BTreeMap, BTreeSet};

use tidy::{File, Source, Text, files, report};

const LANGUAGES: [&str; 2] = ["zh-CN", "en"];
/// The functions that take a key as the argument after the language.
const TAKES_A_KEY: [&str; 4] = ["t(", "t_with(", "known(", "te("];

/// The keys of all locale files with their languages and texts.
fn locales() -> BTreeMap<String, BTreeMap<String, String>> {
    let mut keys: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for file in files(&[".yml"]).into_iter().filter(|file| file.is_in("app/locales/")) {
        let mut key = String::new();
        for line in file.text.lines().filter(|line| !line.trim_start().starts_with('#')) {
            let Some((name, text)) = line.split_once(':') else { continue };
            if !line.starts_with(' ') {
                key = name.trim().trim_matches('"').to_owned();
                if key != "_version" {
                    keys.entry(key.clone()).or_default();
                }
            } else if line.starts_with("  ") && !line.starts_with("   ") {
                let language = name.trim().trim_matches('"').to_owned();
                keys.entry(key.clone()).or_default().insert(language, text.trim().to_owned());
            }
        }
    }
    keys
}

fn shipped() -> Vec<File> {
    let places = ["core/", "platform/", "domain/", "connector/", "app/", "server/"];
    files(&[".rs"])
        .into_iter()
        .filter(|file| !file.is_test() && places.iter().any(|place| file.is_in(place)))
        .collect()
}

#[test]
fn every_text_is_in_both_languages_with_the_same_placeholders() {
    let mut breaches = Vec::new();
    for (key, texts) in locales() {
        for language in LANGUAGES {
            if texts.get(language).is_none_or(|text| text.trim_matches('"').is_empty()) {
                breaches.push(format!("{key} has no text in {language}"));
            }
        }
        for language in texts.keys().filter(|language| !LANGUAGES.contains(&language.as_str())) {
            breaches.push(format!("{key} has a text in {language}"));
        }
        let sets: Vec<BTreeSet<String>> = texts.values().map(|text| placeholders(text)).collect();
        if sets.windows(2).any(|pair| pair[0] != pair[1]) {
            breaches.push(format!("{key} has different placeholders: {sets:?}"));
        }
    }
    report("a text is missing", &breaches);
}

/// `%{name}`.
fn placeholders(text: &str) -> BTreeSet<String> {
    text.split("%{")
        .skip(1)
        .filter_map(|rest| rest.split_once('}'))
        .map(|(name, _)| name.to_owned())
        .collect()
}

#[test]
fn every_key_has_a_text() {
    let keys = locales();
    let mut breaches = Vec::new();
    for file in shipped() {
        let source = file.source().without_tests();
        for (line, key) in keys_used(&source) {
            let is_known = match key.split_once('{') {
                // made by format!: at least one key begins like that
                Some((start, _)) => keys.keys().any(|known| known.starts_with(start)),
                None => keys.contains_key(&key),
            };
            if !is_known {
                breaches.push(format!("{}:{line} {key}", file.path));
            }
        }
    }
    report("a key has no text in app/locales", &breaches);
}

/// The literal that is the second argument of `t(lang, "key")`, or stands in a `format!` there.
fn keys_used(source: &Source) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for call in TAKES_A_KEY {
        for at in source.places(call) {
            let open = at + call.len() - 1;
            let Some((from, to)) = second_argument(source.code.as_bytes(), open) else { continue };
            let literal = source.texts.iter().find(|text| text.at >= from && text.at < to);
            found.extend(literal.map(|text| (text.line, text.value.clone())));
        }
    }
    found
}

/// Where the second argument of the call whose parenthesis is at `open` begins and ends.
fn second_argument(code: &[u8], open: usize) -> Option<(usize, usize)> {
    let (mut depth, mut from) = (0_i32, None);
    for (at, byte) in code.iter().enumerate().skip(open) {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth -= 1,
            b',' if depth == 1 => match from {
                None => from = Some(at + 1),
                Some(from) => return Some((from, at)),
            },
            _ => {}
        }
        if depth == 0 {
            return from.map(|from| (from, at));
        }
    }
    None
}

#[test]
fn every_code_has_a_text() {
    let keys = locales();
    let mut breaches = Vec::new();
    for file in shipped() {
        let source = file.source().without_tests();
        for text in source.texts.iter() {
            let is_known = match code_of(&source, text) {
                Code::None => true,
                Code::OfAProblem => keys.contains_key(&format!("error.{}", text.value)),
                Code::OfAnything => keys.keys().any(|key| key.ends_with(&format!(".{}", text.value))),
            };
            if !is_known {
                breaches.push(format!("{}:{} {}", file.path, text.line, text.value));
            }
        }
    }
    report("a code has no text in app/locales (error.<CODE> for a problem)", &breaches);
}

enum Code {
    None,
    /// Of an outcome, a note, a warning: its text stands under any area.
    OfAnything,
    /// Shown by the error page and beside fields.
    OfAProblem,
}

/// Written in capitals and no code.
const NO_CODES: [&str; 2] = ["SCREAMING_SNAKE_CASE", "PG_VERSION"];

/// A code is written in capitals: with an underscore anywhere, without one where a problem is made of it.
fn code_of(source: &Source, text: &Text) -> Code {
    let value = text.value.as_str();
    let is_capital = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    let is_code = value.len() >= 4
        && value.starts_with(|c: char| c.is_ascii_uppercase())
        && value.chars().all(is_capital)
        && !value.ends_with('_') // the beginning of codes
        && !NO_CODES.contains(&value)
        && !["LUOCHUI_", "LEPTOS_", "CARGO_", "DATABASE_"].iter().any(|part| value.contains(part));
    if !is_code {
        return Code::None;
    }
    let code = source.code.as_bytes();
    let start = (0..text.at).rev().find(|at| matches!(code[*at], b';' | b'{' | b'}')).unwrap_or(0);
    match source.code.get(start..text.at) {
        Some(statement) if statement.contains("Problem::new(") => Code::OfAProblem,
        _ if value.contains('_') => Code::OfAnything,
        _ => Code::None,
    }
}
