//! The colours of `style/tokens.css`: both ways to darkness are the same, and text can be read on what it stands on.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use tidy::{files, report};

/// Text, and every surface it is used on: WCAG's 4.5 : 1.
const TEXTS: &[(&str, &[&str])] = &[
    ("ink", &["ground", "surface", "sunken", "hover", "accent-soft"]),
    ("ink-soft", &["ground", "surface", "sunken", "hover", "idle-soft"]),
    ("ink-faint", &["ground", "surface", "sunken", "hover"]),
    ("accent-ink", &["ground", "surface", "sunken", "hover", "accent-soft"]),
    ("on-accent", &["accent", "accent-hover"]),
    ("good-ink", &["ground", "surface", "hover", "good-soft"]),
    ("bad-ink", &["ground", "surface", "hover", "bad-soft"]),
    ("warn-ink", &["ground", "surface", "hover", "sunken", "warn-soft"]),
    ("on-bad", &["bad-fill"]),
];
/// Edges of controls: 3 : 1.
const EDGES: &[(&str, &[&str])] =
    &[("line-strong", &["surface", "ground"]), ("accent", &["surface", "ground"])];

type Palette = BTreeMap<String, String>;

#[test]
fn dark_by_choice_is_dark_by_system() {
    let css = tokens();
    let by_system = palette(&css, ":root:not([data-theme=\"light\"]) {");
    let by_choice = palette(&css, ":root[data-theme=\"dark\"] {");
    assert_eq!(by_system, by_choice);
    let light = palette(&css, ":root {");
    let missing: Vec<_> = light.keys().filter(|name| !by_choice.contains_key(*name)).cloned().collect();
    report("a colour has no dark value", &missing);
}

#[test]
fn text_and_edges_stand_out() {
    let css = tokens();
    let mut weak = Vec::new();
    for (theme, start) in [("light", ":root {"), ("dark", ":root[data-theme=\"dark\"] {")] {
        let colours = palette(&css, start);
        for (pairs, least) in [(TEXTS, 4.5), (EDGES, 3.0)] {
            for (front, back) in
                pairs.iter().flat_map(|(front, backs)| backs.iter().map(move |back| (front, back)))
            {
                let ratio = contrast(&colours[*front], &colours[*back]);
                if ratio < least {
                    weak.push(format!(
                        "{theme}: --{front} on --{back} is {ratio:.2} : 1, at least {least} : 1"
                    ));
                }
            }
        }
    }
    report("too little contrast in style/tokens.css", &weak);
}

fn tokens() -> String {
    let file = files(&[".css"]).into_iter().find(|file| file.path == "style/tokens.css");
    file.expect("style/tokens.css exists").text.clone()
}

/// The `--name: #rrggbb;` lines of the first rule that starts so.
fn palette(css: &str, start: &str) -> Palette {
    let body = css.split_once(start).expect("the rule exists").1;
    let body = body.split_once('}').expect("the rule ends").0;
    let line = |line: &str| {
        let (name, value) = line.trim().strip_prefix("--")?.split_once(':')?;
        let value = value.trim().split(';').next()?.trim();
        value.starts_with('#').then(|| (name.to_owned(), value.to_owned()))
    };
    body.lines().filter_map(line).collect()
}

fn contrast(front: &str, back: &str) -> f64 {
    let (a, b) = (luminance(front), luminance(back));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

fn luminance(colour: &str) -> f64 {
    let channel = |at: usize| {
        let value = u8::from_str_radix(&colour[at..at + 2], 16).expect("a colour has six hexadecimal digits");
        let share = f64::from(value) / 255.0;
        if share <= 0.040_45 { share / 12.92 } else { ((share + 0.055) / 1.055).powf(2.4) }
    };
    0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
}
