//! Every command and the imports, on a real database.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod commands;
mod hear;
mod import;
mod import_faults;
mod import_files;
mod list;
mod photos;
mod reveal;
mod yard;
