//! Habits that a program can check.

use tidy::{File, files, read, report};

/// Who may write HTML past the templates, and why it is safe there.
const MAY_WRITE_HTML: &[(&str, &str)] = &[
    ("app/src/shell.rs", "constants of ours"),
    ("app/src/ui/icon.rs", "drawings that ship with the program"),
];

/// Left from work that is not done, or not meant to be committed.
const UNFINISHED: [&str; 6] = ["todo!", "unimplemented!", "dbg!", "#[ignore", "TODO", "FIXME"];

/// What belongs to one machine and not to the project. Taken apart here, so that this list is no breach itself.
const OF_ONE_MACHINE: [&str; 6] = [
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
    concat!("/Us", "ers/"),
    concat!("/wo", "rk/"),
    concat!("deb.deb", "ian.org"),
    concat!("_auth", "Token"),
];

fn written_by_us() -> Vec<File> {
    let endings = [
        ".rs",
        ".toml",
        ".md",
        ".sql",
        ".sh",
        ".ts",
        ".css",
        ".yml",
        ".json",
        "bootstrap",
        "server",
        "dev",
        "test",
        "prepare",
        "test-database",
        "run",
    ];
    files(&endings).into_iter().filter(|file| !file.path.starts_with("target/")).collect()
}

#[test]
fn nothing_is_left_unfinished() {
    let mut breaches = Vec::new();
    for file in files(&[".rs"]).iter().filter(|file| !file.is_in("tidy/")) {
        for (line, text) in file.text.lines().enumerate() {
            let found = UNFINISHED.iter().filter(|word| text.contains(**word));
            breaches.extend(found.map(|word| format!("{}:{} {word}", file.path, line + 1)));
        }
    }
    report("something is unfinished", &breaches);
}

#[test]
fn the_project_speaks_of_no_one_machine() {
    let mut breaches = Vec::new();
    for file in written_by_us() {
        for (line, text) in file.text.lines().enumerate() {
            let found = OF_ONE_MACHINE.iter().filter(|word| text.contains(**word));
            breaches.extend(found.map(|word| format!("{}:{} {word}", file.path, line + 1)));
        }
    }
    report("a word of one machine", &breaches);
}

#[test]
fn html_goes_through_the_templates() {
    let mut breaches = Vec::new();
    for file in files(&[".rs"]).iter().filter(|file| !file.is_in("tidy/")) {
        if MAY_WRITE_HTML.iter().any(|(path, _)| *path == file.path) {
            continue;
        }
        let source = file.source();
        breaches.extend(
            source.places("inner_html").into_iter().map(|at| format!("{}:{}", file.path, source.line_of(at))),
        );
    }
    report("inner_html outside the listed files", &breaches);
}

#[test]
fn tests_do_not_sleep() {
    let mut breaches = Vec::new();
    for file in files(&[".rs"]).iter().filter(|file| file.path.contains("/tests/")) {
        let source = file.source();
        breaches.extend(
            source.places("sleep(").into_iter().map(|at| format!("{}:{}", file.path, source.line_of(at))),
        );
    }
    report("a test sleeps: wait for a mark instead", &breaches);
}

#[test]
fn settings_are_read_in_one_place() {
    let mut breaches = Vec::new();
    let product = ["core/", "domain/", "connector/", "app/src/", "server/src/", "platform/"];
    for file in files(&[".rs"])
        .iter()
        .filter(|file| product.iter().any(|folder| file.is_in(folder)) && !file.is_test())
    {
        if file.is_in("platform/config/") {
            continue;
        }
        let source = file.source().without_tests();
        for call in ["env::var(", "env::vars("] {
            let lines = source.places(call).into_iter().map(|at| source.line_of(at));
            breaches.extend(lines.map(|line| format!("{}:{line} {call}", file.path)));
        }
    }
    report("a setting is read outside platform/config", &breaches);
}

#[test]
fn the_crates_that_others_stand_on_explain_themselves() {
    let mut breaches = Vec::new();
    for file in files(&["src/lib.rs"]) {
        let is_stood_on = ["core/", "platform/", "domain/"].iter().any(|folder| file.is_in(folder));
        if is_stood_on && !file.text.contains("#![deny(missing_docs)]") {
            breaches.push(format!("{} does not deny missing_docs", file.path));
        }
        if !file.text.starts_with("//!") {
            breaches.push(format!("{} has no crate doc", file.path));
        }
    }
    report("a crate does not explain itself", &breaches);
}

#[test]
fn links_between_documents_lead_somewhere() {
    let mut breaches = Vec::new();
    for file in files(&[".md"]) {
        let folder = file.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        for target in
            file.text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target)
        {
            let path = target.split('#').next().unwrap_or_default();
            if path.is_empty() || target.contains("://") || target.starts_with("mailto:") {
                continue;
            }
            if !tidy::root().join(folder).join(path).exists() {
                breaches.push(format!("{} → {target}", file.path));
            }
        }
    }
    report("a link leads nowhere", &breaches);
}

/// A walk through the code that names files which have moved is worse than none.
#[test]
fn files_that_documents_name_are_there() {
    let mut breaches = Vec::new();
    let ours = [
        "app/",
        "bench/",
        "connector/",
        "core/",
        "domain/",
        "migrations/",
        "platform/",
        "script/",
        "server/",
        "tidy/",
    ];
    for file in files(&[".md"]) {
        for named in file.text.split('`').skip(1).step_by(2) {
            // with a placeholder it is no one file
            let is_path = ours.iter().any(|folder| named.starts_with(folder))
                && !named.contains(['<', '*', '{', ' ', ':'])
                && !named.contains("NNNN");
            if is_path && !tidy::root().join(named).exists() {
                breaches.push(format!("{} → {named}", file.path));
            }
        }
    }
    report("a document names a file that is not there", &breaches);
}

#[test]
fn the_scripts_install_the_wasm_bindgen_that_the_workspace_names() {
    let common = read("script/lib/common.sh");
    let version =
        common.lines().find_map(|line| line.strip_prefix("WASM_BINDGEN_VERSION=")).unwrap_or_default();
    assert!(!version.is_empty(), "script/lib/common.sh names a version");
    let named = format!("wasm-bindgen = \"={version}\"");
    assert!(read("Cargo.toml").contains(&named), "Cargo.toml should say {named}");
}

/// A person of a dealer group has several stores and two tabs: a form that does not say for which store it was drawn is refused.
#[test]
fn every_form_says_for_which_store_it_was_drawn() {
    const SAYS: [&str; 4] = ["<FormKey/>", "store_field()", "hidden(screen)", "drawn_for()"];
    // what is a person's own business, or a member of staff's
    const PERSONAL: [&str; 2] = ["action=\"/sign-out\"", "action=\"/settings/appearance\""];
    let mut breaches = Vec::new();
    for file in files(&[".rs"]) {
        if !file.is_in("app/src/") || file.is_in("app/src/office/") {
            continue;
        }
        for (at, _) in file.text.match_indices("method=\"post\"") {
            let form = file.text[at..].split("</form>").next().unwrap_or_default();
            let is_said = SAYS.iter().chain(&PERSONAL).any(|word| form.contains(word));
            if !is_said {
                breaches.push(format!("{}:{}", file.path, file.text[..at].matches('\n').count() + 1));
            }
        }
    }
    report("a form without <FormKey/> or store_field()", &breaches);
}
