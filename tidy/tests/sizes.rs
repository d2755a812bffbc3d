//! Files and functions that a reader can hold in the head.

use tidy::{files, report};

const FILE_LINES_MAX: usize = 600;
const FUNCTION_LINES_MAX: usize = 70;
/// Markup is long and flat.
const VIEW_LINES_MAX: usize = 120;

#[test]
fn files_are_short() {
    let long = files(&[".rs", ".ts", ".sh", ".css"]).into_iter().filter_map(|file| {
        let lines = file.text.lines().count();
        (lines > FILE_LINES_MAX).then(|| format!("{} has {lines} lines, at most {FILE_LINES_MAX}", file.path))
    });
    report("a file is too long: split it by subject", &long.collect::<Vec<_>>());
}

#[test]
fn functions_are_short() {
    let mut breaches = Vec::new();
    // nobody reads what a script writes
    for file in files(&[".rs"]).into_iter().filter(|file| !file.text.contains("; do not edit.")) {
        let limit = if file.is_in("app/") { VIEW_LINES_MAX } else { FUNCTION_LINES_MAX };
        for function in file.source().functions().into_iter().filter(|function| function.lines > limit) {
            breaches.push(format!(
                "{}:{} {} has {} lines, at most {limit}",
                file.path, function.line, function.name, function.lines
            ));
        }
    }
    report("a function is too long: split it", &breaches);
}
