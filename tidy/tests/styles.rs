//! The style sheets can be read: a lost brace stops every build, but only at the end of a long one, and no compiler looks
//! at them before.

use tidy::{files, report};

#[test]
fn braces_of_style_sheets_match() {
    let breaches: Vec<_> = files(&[".css"])
        .iter()
        .filter(|file| file.path.starts_with("style/"))
        .filter_map(|file| unmatched(&file.text).map(|line| format!("{}:{line}", file.path)))
        .collect();
    report("a brace of a style sheet has no other", &breaches);
}

#[test]
fn a_lost_brace_is_found_where_it_was_opened() {
    assert_eq!(unmatched("a {\n}\n@media x {\n  b {\n  }\n}\n"), None);
    assert_eq!(unmatched("a {\n}\nb {\n  color: red;\n/* } */\n"), Some(3));
    assert_eq!(unmatched("a {\n}\n}\n"), Some(3));
}

/// The line of the first brace that closes nothing, or of the outermost one that nothing closes.
fn unmatched(css: &str) -> Option<usize> {
    let mut open = Vec::new();
    let mut is_comment = false;
    for (number, line) in css.lines().enumerate() {
        let mut rest = line;
        loop {
            let (code, more) = match (is_comment, rest.split_once(if is_comment { "*/" } else { "/*" })) {
                (true, Some((_, after))) => ("", Some(after)),
                (true, None) => ("", None),
                (false, Some((before, after))) => (before, Some(after)),
                (false, None) => (rest, None),
            };
            for brace in code.chars() {
                match brace {
                    '{' => open.push(number + 1),
                    '}' if open.pop().is_none() => return Some(number + 1),
                    _ => {}
                }
            }
            let Some(after) = more else { break };
            is_comment = !is_comment;
            rest = after;
        }
    }
    open.first().copied()
}
