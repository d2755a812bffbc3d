//! Which crate may depend on which (ARCHITECTURE.md, "Arrows").
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::process::Command;

use serde_json::Value;
use tidy::{report, root};

/// What has no place in a pure crate, nor in what is shipped to browsers.
const NOT_IN_THE_BROWSER: [&str; 6] = ["sqlx", "sqlx-core", "tokio", "axum", "hyper", "reqwest"];
/// What pure crates may depend on, apart from each other.
const PURE: [&str; 8] =
    ["serde", "serde_json", "uuid", "thiserror", "sha2", "hex", "base64", "ed25519-dalek"];

/// A crate of ours.
struct Member {
    name: String,
    /// `core`, `platform`, `domain`, `connector`, `app`, `app/client`, `app/verifier`, `server`, `bench`, `tidy`.
    layer: String,
    /// Our crates and others that it depends on; for tests alone marked so.
    dependencies: Vec<(String, Option<String>, bool)>,
}

fn cargo(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO")).args(arguments).current_dir(root()).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

fn members() -> Vec<Member> {
    let metadata: Value =
        serde_json::from_str(&cargo(&["metadata", "--no-deps", "--format-version", "1"])).unwrap();
    let base = root().canonicalize().unwrap();
    let layer_of = |folder: &str| {
        let path =
            folder.strip_prefix(base.to_str().unwrap()).unwrap_or(folder).trim_start_matches('/').to_owned();
        match path.split_once('/') {
            Some((layer @ ("core" | "platform" | "domain" | "connector"), _)) => layer.to_owned(),
            _ => path,
        }
    };
    let dependencies = |package: &Value| {
        let list = package["dependencies"].as_array().unwrap();
        list.iter()
            .map(|dependency| {
                let is_for_tests = dependency["kind"] == "dev";
                let layer = dependency["path"].as_str().map(layer_of);
                (dependency["name"].as_str().unwrap().to_owned(), layer, is_for_tests)
            })
            .collect()
    };
    let packages = metadata["packages"].as_array().unwrap();
    packages
        .iter()
        .map(|package| Member {
            name: package["name"].as_str().unwrap().to_owned(),
            layer: layer_of(package["manifest_path"].as_str().unwrap().trim_end_matches("/Cargo.toml")),
            dependencies: dependencies(package),
        })
        .collect()
}

/// The layers a crate of a layer may use; the second list holds for its tests alone.
fn allowed(layer: &str) -> (&'static [&'static str], &'static [&'static str]) {
    match layer {
        "core" => (&["core"], &[]),
        // platform-testkit stands on platform-db, and other platform crates' tests on it
        "platform" => (&["core", "platform"], &[]),
        "domain" => (&["core", "platform"], &[]),
        "connector" => (&["core", "platform", "domain"], &[]),
        "app" => (&["core", "platform", "domain"], &[]),
        "app/client" => (&["core", "app"], &[]),
        "app/verifier" => (&["core"], &[]),
        "server" => (&["core", "platform", "domain", "connector", "app"], &["bench"]),
        "bench" => (&["core", "platform", "domain", "app", "server"], &[]),
        _ => (&[], &[]),
    }
}

#[test]
fn crates_depend_along_the_arrows_only() {
    let mut breaches = Vec::new();
    for member in members() {
        let (always, in_tests) = allowed(&member.layer);
        for (name, layer, is_for_tests) in &member.dependencies {
            let Some(layer) = layer else { continue };
            let is_allowed =
                always.contains(&layer.as_str()) || (*is_for_tests && in_tests.contains(&layer.as_str()));
            if !is_allowed {
                breaches.push(format!("{} ({}) depends on {name} ({layer})", member.name, member.layer));
            }
        }
    }
    report("an arrow goes the wrong way", &breaches);
}

#[test]
fn pure_crates_stay_pure() {
    let mut breaches = Vec::new();
    for member in members().into_iter().filter(|member| member.layer == "core") {
        for (name, layer, is_for_tests) in &member.dependencies {
            if layer.is_none() && !is_for_tests && !PURE.contains(&name.as_str()) {
                breaches.push(format!("{} depends on {name}", member.name));
            }
        }
    }
    report("a pure crate depends on something heavy", &breaches);
}

#[test]
fn nothing_of_the_server_is_shipped_to_browsers() {
    ["client", "verifier"].into_iter().for_each(ships_nothing_of_the_server);
}

/// The verifier is loaded beside whatever a page has: no views, no islands.
#[test]
fn the_verifier_is_the_pure_core_and_little_else() {
    let shipped = shipped("verifier");
    let heavy = ["app", "leptos", "leptos_dom", "tachys", "reactive_graph"];
    let found: Vec<String> =
        heavy.iter().filter(|name| shipped.iter().any(|one| one == *name)).map(ToString::to_string).collect();
    report("the verifier contains what draws pages", &found);
    assert!(shipped.iter().any(|name| name == "proof"), "it checks with the code that signs");
}

/// The crates in the browsers' graph of a package.
fn shipped(package: &str) -> Vec<String> {
    let graph = cargo(&[
        "tree",
        "--package",
        package,
        "--target",
        "wasm32-unknown-unknown",
        "--edges",
        "normal",
        "--prefix",
        "none",
        "--format",
        "{p}",
    ]);
    graph.lines().filter_map(|line| line.split(' ').next()).map(str::to_owned).collect()
}

fn ships_nothing_of_the_server(package: &str) {
    let shipped = shipped(package);
    let is_shipped = |name: &str| shipped.iter().any(|one| one == name);
    let mut breaches: Vec<String> =
        NOT_IN_THE_BROWSER.iter().filter(|name| is_shipped(name)).map(ToString::to_string).collect();
    let of_the_server = members()
        .into_iter()
        .filter(|member| ["platform", "domain", "connector", "server"].contains(&member.layer.as_str()));
    breaches.extend(of_the_server.filter(|member| is_shipped(&member.name)).map(|member| member.name));
    report(&format!("the wasm graph of {package} contains a crate of the server"), &breaches);
}
