//! What people read about the settings.
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;

use platform_config::{Config, SETTINGS, Service, Source, mask_password, settings_page};

fn value(config: &Config, name: &str) -> (String, Source) {
    config
        .explain()
        .into_iter()
        .find(|one| one.setting.name == name)
        .map(|one| (one.value, one.from))
        .unwrap()
}

#[test]
fn every_setting_says_its_value_and_where_it_comes_from() {
    let config = Config::from_pairs([("LUOCHUI_ADDR", "127.0.0.1:8080")]).unwrap();
    assert_eq!(config.explain().len(), SETTINGS.len());
    assert_eq!(value(&config, "LUOCHUI_ADDR"), ("127.0.0.1:8080".into(), Source::Environment));
    assert_eq!(value(&config, "LUOCHUI_PUBLIC_URL"), ("http://127.0.0.1:8080".into(), Source::Derived));
    assert_eq!(value(&config, "LUOCHUI_DATA"), ("./data".into(), Source::Default));
    assert_eq!(value(&config, "AUCTION_DATABASE_URL"), ("embedded".into(), Source::Derived));
    assert_eq!(value(&config, "LUOCHUI_SECURE_COOKIES"), ("no".into(), Source::Derived));
}

#[test]
fn passwords_are_masked() {
    let config = Config::from_pairs(Service::ALL.map(|s| {
        (s.database_variable().to_owned(), format!("postgres://u:geheim@db:5432/{s}?sslmode=require"))
    }))
    .unwrap();
    let (shown, from) = value(&config, "ORDER_DATABASE_URL");
    assert_eq!(
        (shown.as_str(), from),
        ("postgres://u:***@db:5432/order?sslmode=require", Source::Environment)
    );
    let config = Config::from_pairs([("LUOCHUI_REDIS_URL", "redis://u:geheim@cache:6379/0")]).unwrap();
    assert_eq!(value(&config, "LUOCHUI_REDIS_URL").0, "redis://u:***@cache:6379/0");
}

#[test]
fn the_mask_finds_the_password_wherever_it_stands() {
    let cases = [
        ("postgres://u:p@h/d", "postgres://u:***@h/d"),
        ("postgres://u:p@ss@h/d", "postgres://u:***@h/d"),
        ("postgres://u@h/d?user=u&password=p", "postgres://u@h/d?user=u&password=***"),
        ("postgres://h/d", "postgres://h/d"),
        ("u:p@h", "u:***@h"),
    ];
    for (url, masked) in cases {
        assert_eq!(mask_password(url), masked);
    }
}

/// `UPDATE_DOCS=1 cargo test -p platform-config` writes the page anew.
#[test]
fn the_page_of_settings_is_up_to_date() {
    let path = Path::new(&std::env::var("CARGO_MANIFEST_DIR").unwrap()).join("../../docs/settings.md");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, settings_page()).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        written == settings_page(),
        "docs/settings.md is out of date: UPDATE_DOCS=1 cargo test -p platform-config"
    );
}
