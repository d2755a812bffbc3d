//! Every setting in one documented place, checked at start.
//!
//! [`Config::from_env`] reads the environment once, in `main`; nothing else in the product reads a variable. Wrong
//! values and wrong combinations are all reported at once, each with the variable's name and what is allowed.
//!
//! To add a setting: a line in [`SETTINGS`] (name, default, what is allowed, meaning), a field in [`Config`], its
//! reading in `load.rs`, its refusals in `tests/refusals.rs`; then `UPDATE_DOCS=1 cargo test -p platform-config`
//! writes `docs/settings.md` anew.
#![deny(missing_docs)]

mod error;
mod explain;
mod load;
mod origin;
mod settings;
mod values;

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

pub use error::{ConfigError, ConfigErrors};
pub use explain::{Explained, Source, mask_password, settings_page};
pub use origin::PublicUrl;
pub use settings::{SETTINGS, Setting};
pub use values::{Demo, LogFormat, Mail, MailTls, PayTo, Push, Service, TimeZone, Timestamps};

/// All settings, checked.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where the server listens.
    pub addr: SocketAddr,
    /// The address people type: origin check, cookies, links.
    pub public_url: PublicUrl,
    /// The folder of everything the server keeps: embedded PostgreSQL, photos, files.
    pub data: PathBuf,
    /// The file of the key that signs receipts, where it is not in [`Config::data`].
    pub signing_key: Option<PathBuf>,
    /// Who tells the time of checkpoints, if anybody.
    pub timestamps: Option<Timestamps>,
    /// Who is asked to witness checkpoints: keys with addresses.
    pub witnesses: Vec<(String, String)>,
    /// Whether news may go to browsers.
    pub push: Push,
    /// The way to mail boxes, if there is one.
    pub mail: Option<Mail>,
    /// PostgreSQL's binaries, where they are not in an ordinary place.
    pub postgres_bin: Option<PathBuf>,
    /// Which services this process runs, in the order of [`Service::ALL`].
    pub services: Vec<Service>,
    /// Where their databases are.
    pub databases: Databases,
    /// Connections of each service's pool.
    pub pool_size: u32,
    /// Where other processes reach this one, if there are any.
    pub peer_addr: Option<SocketAddr>,
    /// The Redis between processes, if there is one.
    pub redis_url: Option<String>,
    /// Whether to load the demo.
    pub demo: Demo,
    /// The log filter, in `tracing`'s syntax.
    pub log: String,
    /// How log lines look.
    pub log_format: LogFormat,
    /// In which times are shown and read.
    pub time_zone: TimeZone,
    /// Whether cookies carry `Secure`.
    pub secure_cookies: bool,
    /// How many proxies of ours stand before the server.
    pub proxies: u8,
    /// Where buyers pay, once an operator has said so.
    pub pay_to: Option<PayTo>,
    given: BTreeMap<&'static str, String>,
    unknown: Vec<String>,
}

/// Where the services' databases are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Databases {
    /// In the embedded PostgreSQL, one database a service.
    Embedded,
    /// Each selected service's own URL.
    Urls(BTreeMap<Service, String>),
}

impl Config {
    /// Reads this process's environment.
    pub fn from_env() -> Result<Config, ConfigErrors> {
        load::from_os(std::env::vars_os())
    }

    /// Reads these variables and no others: for tests.
    ///
    /// ```
    /// let config = platform_config::Config::from_pairs([("LUOCHUI_ADDR", "127.0.0.1:8080")]).unwrap();
    /// assert_eq!(config.public_url.as_str(), "http://127.0.0.1:8080");
    /// ```
    pub fn from_pairs<K, V>(pairs: impl IntoIterator<Item = (K, V)>) -> Result<Config, ConfigErrors>
    where
        K: Into<String>,
        V: Into<String>,
    {
        load::from_strings(pairs.into_iter().map(|(name, value)| (name.into(), value.into())))
    }

    /// Whether this process runs the service.
    pub fn runs(&self, service: Service) -> bool {
        self.services.contains(&service)
    }

    /// Whether the databases are in the embedded PostgreSQL.
    pub fn is_embedded(&self) -> bool {
        self.databases == Databases::Embedded
    }

    /// The service's database URL, if the databases are not embedded.
    pub fn database_url(&self, service: Service) -> Option<&str> {
        match &self.databases {
            Databases::Embedded => None,
            Databases::Urls(urls) => urls.get(&service).map(String::as_str),
        }
    }

    /// Whether to load the demo, given whether the databases are still empty.
    pub fn wants_demo(&self, databases_are_empty: bool) -> bool {
        match self.demo {
            Demo::No => false,
            Demo::Yes => databases_are_empty,
            Demo::Auto => {
                databases_are_empty && self.is_embedded() && self.services.len() == Service::ALL.len()
            }
        }
    }

    /// Whether a request's `Origin` header is ours: the public URL, and on a loopback address the same port under
    /// any of the machine's own names.
    pub fn accepts_origin(&self, origin: &str) -> bool {
        self.public_url.accepts(origin)
    }

    /// Variables that look like settings of ours and are none: most likely misspelt. Not refused, because
    /// Kubernetes invents such names for a service called `luochui`.
    pub fn unknown(&self) -> &[String] {
        &self.unknown
    }
}
