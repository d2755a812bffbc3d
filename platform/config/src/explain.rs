//! The settings as people read them: `server check` and `docs/settings.md`.

use crate::settings::{POSTGRES_BIN, PUBLIC_URL, REDIS_URL, SECURE_COOKIES};
use crate::{Config, Databases, SETTINGS, Service, Setting};

/// One setting with the value that holds now.
#[derive(Clone, Debug)]
pub struct Explained {
    /// Which.
    pub setting: &'static Setting,
    /// The value, with passwords masked; empty for nothing.
    pub value: String,
    /// Where it comes from.
    pub from: Source,
}

/// Where a value comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// The environment.
    Environment,
    /// The default.
    Default,
    /// Another setting.
    Derived,
}

impl Source {
    /// The word that `server check` prints.
    pub const fn word(self) -> &'static str {
        match self {
            Source::Environment => "environment",
            Source::Default => "default",
            Source::Derived => "derived",
        }
    }
}

impl Config {
    /// Every setting with its value and where that comes from, in the table's order.
    pub fn explain(&self) -> Vec<Explained> {
        SETTINGS.iter().map(|setting| self.explain_one(setting)).collect()
    }

    fn explain_one(&self, setting: &'static Setting) -> Explained {
        let is_url = Service::ALL.iter().any(|service| service.database_variable() == setting.name);
        if setting.name == SECURE_COOKIES {
            let from = if matches!(self.given.get(SECURE_COOKIES).map(String::as_str), None | Some("auto")) {
                Source::Derived
            } else {
                Source::Environment
            };
            return Explained { setting, value: if self.secure_cookies { "yes" } else { "no" }.into(), from };
        }
        if let Some(given) = self.given.get(setting.name) {
            let value =
                if is_url || setting.name == REDIS_URL { mask_password(given) } else { given.clone() };
            return Explained { setting, value, from: Source::Environment };
        }
        match setting.name {
            PUBLIC_URL => Explained { setting, value: self.public_url.to_string(), from: Source::Derived },
            POSTGRES_BIN => Explained { setting, value: String::new(), from: Source::Default },
            _ if is_url && self.databases == Databases::Embedded => {
                Explained { setting, value: "embedded".into(), from: Source::Derived }
            }
            _ => Explained { setting, value: setting.default.into(), from: Source::Default },
        }
    }
}

/// A database URL fit for a screen: the password, in either of the two places where it may stand, is `***`.
pub fn mask_password(url: &str) -> String {
    let (main, query) = url.split_once('?').map_or((url, None), |(main, query)| (main, Some(query)));
    let (scheme, rest) = main.split_once("://").map_or(("", main), |(scheme, rest)| (scheme, rest));
    let main = match rest.rsplit_once('@') {
        Some((user, host)) => {
            let user = user.split_once(':').map_or(user.to_owned(), |(name, _)| format!("{name}:***"));
            format!("{user}@{host}")
        }
        None => rest.to_owned(),
    };
    let scheme = if scheme.is_empty() { String::new() } else { format!("{scheme}://") };
    let query = query.map_or(String::new(), |query| {
        let masked: Vec<String> = query
            .split('&')
            .map(|pair| match pair.split_once('=') {
                Some((name, _)) if name.eq_ignore_ascii_case("password") => format!("{name}=***"),
                _ => pair.to_owned(),
            })
            .collect();
        format!("?{}", masked.join("&"))
    });
    format!("{scheme}{main}{query}")
}

/// `docs/settings.md`, made from the table.
pub fn settings_page() -> String {
    let mut page = String::from(
        "# Settings\n\n\
         Every setting is an environment variable, read once at start. An empty one counts as not set. Wrong values and\n\
         wrong combinations stop the server with a message that names the variable; all of them are reported at once.\n\
         `server check` prints every setting with the value that holds and where it comes from.\n\n\
         This page is made from the table in `platform/config/src/settings.rs`; a test keeps the two equal.\n\n\
         | variable | default | takes | meaning |\n\
         | --- | --- | --- | --- |\n",
    );
    for Setting { name, default, allowed, meaning } in SETTINGS {
        let default = match *name {
            _ if default.is_empty() => String::new(),
            PUBLIC_URL => (*default).to_owned(),
            _ => format!("`{default}`"),
        };
        page.push_str(&format!("| `{name}` | {default} | {allowed} | {meaning} |\n"));
    }
    page
}
