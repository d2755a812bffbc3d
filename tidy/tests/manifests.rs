//! The manifests: dependencies with a reason, one set of lints, one section for cargo-leptos.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use tidy::{files, read, report};
use toml::{Table, Value};

fn table(path: &str) -> Table {
    read(path).parse().unwrap()
}

#[test]
fn leptos_toml_is_the_section_of_cargo_toml() {
    let section = |table: &Table| table["workspace"]["metadata"]["leptos"].clone();
    assert_eq!(section(&table("Leptos.toml")), section(&table("Cargo.toml")));
}

#[test]
fn every_dependency_has_its_reason() {
    let manifest = read("Cargo.toml");
    let lines: Vec<&str> = manifest.lines().collect();
    let start = lines.iter().position(|line| *line == "[workspace.dependencies]").unwrap();
    let mut breaches = Vec::new();
    for (at, line) in lines.iter().enumerate().skip(start + 1).take_while(|(_, line)| !line.starts_with('['))
    {
        let is_dependency = line.contains('=') && !line.starts_with('#') && !line.contains("path = ");
        if is_dependency && !line.contains(" # ") && !lines[at - 1].starts_with("# ") {
            breaches.push((*line).to_owned());
        }
    }
    report("a dependency without a reason beside it", &breaches);
}

#[test]
fn versions_are_named_in_the_workspace_only() {
    let mut breaches = Vec::new();
    for file in files(&["Cargo.toml"]).iter().filter(|file| file.path != "Cargo.toml") {
        let manifest: Table = file.text.parse().unwrap();
        for section in ["dependencies", "dev-dependencies", "build-dependencies"] {
            let Some(Value::Table(list)) = manifest.get(section) else { continue };
            let own = list.iter().filter(|(_, value)| value.get("workspace") != Some(&Value::Boolean(true)));
            breaches.extend(own.map(|(name, _)| format!("{}: {name}", file.path)));
        }
    }
    report("a dependency that is not the workspace's", &breaches);
}

#[test]
fn every_crate_has_the_lints_and_says_what_it_is() {
    let mut breaches = Vec::new();
    for file in files(&["Cargo.toml"]).iter().filter(|file| file.path != "Cargo.toml") {
        let manifest: Table = file.text.parse().unwrap();
        if manifest.get("lints").and_then(|lints| lints.get("workspace")) != Some(&Value::Boolean(true)) {
            breaches.push(format!("{} does not have the workspace's lints", file.path));
        }
        let description = manifest["package"].get("description").and_then(Value::as_str).unwrap_or_default();
        if description.len() < 10 {
            breaches.push(format!("{} does not say what the crate is", file.path));
        }
    }
    report("a manifest is incomplete", &breaches);
}

#[test]
fn crates_come_from_crates_io() {
    let lock: Table = read("Cargo.lock").parse().unwrap();
    let mut breaches = Vec::new();
    for package in lock["package"].as_array().unwrap() {
        let source = package.get("source").and_then(Value::as_str).unwrap_or_default();
        if !source.is_empty() && source != "registry+https://github.com/rust-lang/crates.io-index" {
            breaches.push(format!("{} from {source}", package["name"]));
        }
    }
    report("a crate from elsewhere", &breaches);
}

#[test]
fn tools_of_node_are_pinned() {
    let manifest: serde_json::Value = serde_json::from_str(&read("package.json")).unwrap();
    let mut breaches = Vec::new();
    for section in ["dependencies", "devDependencies"] {
        for (name, version) in manifest[section].as_object().into_iter().flatten() {
            if !version.as_str().is_some_and(|text| text.starts_with(|c: char| c.is_ascii_digit())) {
                breaches.push(format!("{name}: {version}"));
            }
        }
    }
    report("a tool without an exact version", &breaches);
}
