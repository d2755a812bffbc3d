//! Reading the sources for the checks under `tests/`.
//!
//! Not a parser: enough of a lexer to tell code from comments and texts, and enough of a brace matcher to tell where
//! a function ends. To add a check: a test in the file of its subject under `tests/`, which collects every breach
//! and hands them to [`report`].
#![deny(missing_docs)]

mod lexer;
mod tree;

pub use lexer::{Function, Source, Text};
pub use tree::{File, files, read, root};

/// Fails with every breach at once, so that one run shows them all.
///
/// # Panics
/// When there is a breach.
pub fn report(rule: &str, breaches: &[String]) {
    assert!(breaches.is_empty(), "{rule}: {} found\n  {}\n", breaches.len(), breaches.join("\n  "));
}
