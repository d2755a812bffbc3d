//! Where SQL may stand, and how it is written.

use std::collections::BTreeMap;

use tidy::{File, files, report};

/// The ways to run SQL.
const CALLS: [&str; 9] = [
    "query!",
    "query_as!",
    "query_scalar!",
    "query_file!",
    "query_file_as!",
    "query_file_scalar!",
    "sqlx::query",
    "sqlx::query_as",
    "QueryBuilder",
];

/// Who may write SQL: each service's store, and the platform for its own tables. The load generator asks the database
/// what became of the bids it saw acknowledged.
fn may_write_sql(file: &File) -> bool {
    let mut parts = file.path.split('/');
    let is_store = parts.next() == Some("domain")
        && parts.nth(1) == Some("src")
        && parts.next().is_some_and(|part| part == "store" || part == "store.rs");
    is_store
        || ["platform/bus/", "platform/db/", "bench/"].iter().any(|folder| file.is_in(folder))
        || file.is_test()
}

#[test]
fn sql_stands_in_stores_only() {
    let mut breaches = Vec::new();
    for file in files(&[".rs"]).iter().filter(|file| !may_write_sql(file)) {
        let source = file.source().without_tests();
        for call in CALLS {
            let lines = source.places(call).into_iter().map(|at| source.line_of(at));
            breaches.extend(lines.map(|line| format!("{}:{line} {call}", file.path)));
        }
    }
    report("SQL outside a store", &breaches);
}

#[test]
fn columns_are_named() {
    let mut breaches = Vec::new();
    for file in files(&[".rs", ".sql"]).iter().filter(|file| !file.is_in("tidy/")) {
        for (line, text) in file.text.lines().enumerate() {
            if text.to_ascii_uppercase().replace("SELECT *,", "SELECT * ").contains("SELECT * ") {
                breaches.push(format!("{}:{}", file.path, line + 1));
            }
        }
    }
    report("SELECT with a star: name the columns", &breaches);
}

#[test]
fn every_migration_can_be_undone_and_they_are_numbered_without_gaps() {
    let mut services: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in files(&[".sql"]).into_iter().filter(|file| file.is_in("migrations/")) {
        let mut parts = file.path.splitn(3, '/').skip(1).map(str::to_owned);
        if let (Some(service), Some(name)) = (parts.next(), parts.next()) {
            services.entry(service).or_default().push(name);
        }
    }
    let mut breaches = Vec::new();
    for (service, names) in &services {
        let ups: Vec<&str> = names.iter().filter_map(|name| name.strip_suffix(".up.sql")).collect();
        for (position, up) in ups.iter().enumerate() {
            if !names.contains(&format!("{up}.down.sql")) {
                breaches.push(format!("migrations/{service}/{up} has no .down.sql"));
            }
            if !up.starts_with(&format!("{:04}_", position + 1)) {
                breaches.push(format!("migrations/{service}/{up} should be number {:04}", position + 1));
            }
        }
        let is_known = |name: &String| name.ends_with(".up.sql") || name.ends_with(".down.sql");
        breaches.extend(
            names
                .iter()
                .filter(|name| !is_known(name))
                .map(|name| format!("migrations/{service}/{name} is neither up nor down")),
        );
    }
    report("a migration is out of order", &breaches);
}
