//! From variables to a checked [`Config`].

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::PathBuf;

use crate::settings::{
    ADDR, DATA, DEMO, LOG, LOG_FORMAT, MAIL_FROM, MAIL_PASSWORD, MAIL_SERVER, MAIL_USER, OF_THE_SCRIPTS,
    PAY_ACCOUNT, PAY_BANK, PAY_NAME, PEER_ADDR, POOL_SIZE, POSTGRES_BIN, PROXIES, PUBLIC_URL, PUSH,
    REDIS_URL, SECURE_COOKIES, SERVICES, SIGNING_KEY, TIME_ZONE, TIMESTAMP_ROOTS, TIMESTAMP_URL, WITNESSES,
    setting,
};
use crate::values::{MASKED, is_account, is_log_filter, is_name, mail_sender, mail_server};
use crate::{
    Config, ConfigError, ConfigErrors, Databases, Demo, LogFormat, Mail, PayTo, PublicUrl, Push, Service,
    TimeZone, Timestamps, mask_password,
};

/// What the embedded PostgreSQL serves: its `max_connections` of 200, less what an operator, a backup and
/// migrations need.
const EMBEDDED_CONNECTIONS_MAX: u32 = 180;
/// A note has room for fifteen other lines than ours.
const WITNESSES_MAX: usize = 15;
/// More than anybody has; a bigger number is a slip that would believe a forged header.
const PROXIES_MAX: u8 = 5;
/// Longer than any that people or providers make.
const MAIL_PASSWORD_CHARS_MAX: usize = 200;
/// A pool of one would deadlock where a command holds a connection and asks for another.
const POOL_SIZES: std::ops::RangeInclusive<u32> = 2..=100;

pub(crate) fn from_os(vars: impl Iterator<Item = (OsString, OsString)>) -> Result<Config, ConfigErrors> {
    // a name that is not UTF-8 is none of ours; odd bytes of a value become U+FFFD, which the reader refuses
    from_strings(vars.filter_map(|(name, value)| {
        let name = name.into_string().ok()?;
        Some((name, value.to_string_lossy().into_owned()))
    }))
}

pub(crate) fn from_strings(vars: impl Iterator<Item = (String, String)>) -> Result<Config, ConfigErrors> {
    let mut reader = Reader::new(vars);
    let addr = reader.read(ADDR, |text| text.parse::<SocketAddr>().ok());
    let services = reader.read(SERVICES, Service::list);
    let public_url = reader.public_url(addr);
    let data = reader.read(DATA, |text| Some(PathBuf::from(text)));
    let signing_key = reader.given(SIGNING_KEY).map(PathBuf::from);
    let timestamps = reader.timestamps();
    let witnesses = reader.read(WITNESSES, witness_list);
    let push = reader.read(PUSH, Push::read);
    let mail = reader.mail();
    let postgres_bin = reader.given(POSTGRES_BIN).map(PathBuf::from);
    let databases = reader.databases(services.as_deref());
    let pool_size =
        reader.read(POOL_SIZE, |text| text.parse::<u32>().ok().filter(|size| POOL_SIZES.contains(size)));
    let peer_addr = reader.peer_addr();
    let redis_url = reader.redis_url();
    let demo = reader.read(DEMO, Demo::read);
    let log = reader.read(LOG, |text| is_log_filter(text).then(|| text.to_owned()));
    let log_format = reader.read(LOG_FORMAT, LogFormat::read);
    let time_zone = reader.read(TIME_ZONE, TimeZone::read);
    let secure_cookies = reader.secure_cookies(public_url.as_ref());
    let proxies = reader.read(PROXIES, |text| text.parse::<u8>().ok().filter(|count| *count <= PROXIES_MAX));
    let pay_to = reader.pay_to();
    reader.check_pool(pool_size, services.as_deref(), databases.as_ref());
    reader.check_demo(demo, services.as_deref());
    let Reader { given, unknown, errors } = reader;
    let all = (|| {
        Some(Config {
            addr: addr?,
            public_url: public_url?,
            data: data?,
            signing_key,
            timestamps,
            witnesses: witnesses?,
            push: push?,
            mail,
            postgres_bin,
            services: services?,
            databases: databases?,
            pool_size: pool_size?,
            peer_addr,
            redis_url,
            demo: demo?,
            log: log?,
            log_format: log_format?,
            time_zone: time_zone?,
            secure_cookies: secure_cookies?,
            proxies: proxies?,
            pay_to,
            given,
            unknown,
        })
    })();
    match all {
        Some(config) if errors.is_empty() => Ok(config),
        _ => Err(ConfigErrors(errors)),
    }
}

struct Reader {
    given: BTreeMap<&'static str, String>,
    unknown: Vec<String>,
    errors: Vec<ConfigError>,
}

impl Reader {
    /// Keeps what is ours. An empty variable counts as not set: that is what compose files write for "nothing".
    fn new(vars: impl Iterator<Item = (String, String)>) -> Reader {
        let mut reader = Reader { given: BTreeMap::new(), unknown: Vec::new(), errors: Vec::new() };
        for (name, value) in vars {
            if value.trim().is_empty() {
                continue;
            }
            match setting(&name) {
                Some(setting) if value.contains(char::REPLACEMENT_CHARACTER) => {
                    let value = if setting.name == MAIL_PASSWORD { MASKED.to_owned() } else { value };
                    reader.errors.push(ConfigError::Value { variable: setting.name, value });
                }
                Some(setting) => drop(reader.given.insert(setting.name, value.trim().to_owned())),
                None if name.starts_with("LUOCHUI_") && !OF_THE_SCRIPTS.contains(&name.as_str()) => {
                    reader.unknown.push(name);
                }
                None => {}
            }
        }
        reader.unknown.sort();
        reader
    }

    fn given(&self, variable: &str) -> Option<&str> {
        self.given.get(variable).map(String::as_str)
    }

    /// The given value or the table's default, parsed; a value that does not parse is refused.
    fn read<T>(&mut self, variable: &'static str, parse: impl Fn(&str) -> Option<T>) -> Option<T> {
        let default = setting(variable).map_or("", |setting| setting.default);
        let text = self.given(variable).unwrap_or(default).to_owned();
        let value = parse(&text);
        if value.is_none() {
            // what was typed may be a whole address with a password in it
            self.errors.push(ConfigError::Value { variable, value: mask_password(&text) });
        }
        value
    }

    fn refuse(&mut self, variable: &'static str, problem: impl Into<String>) {
        self.errors.push(ConfigError::Combination { variable, problem: problem.into() });
    }

    fn public_url(&mut self, addr: Option<SocketAddr>) -> Option<PublicUrl> {
        if let Some(text) = self.given(PUBLIC_URL).map(str::to_owned) {
            let url = PublicUrl::read(&text);
            if url.is_none() {
                self.errors.push(ConfigError::Value { variable: PUBLIC_URL, value: text });
            }
            return url;
        }
        let addr = addr?;
        if addr.ip().is_unspecified() || addr.port() == 0 {
            self.refuse(
                PUBLIC_URL,
                format!("must be set, because {ADDR}={addr} does not say which address people type"),
            );
            return None;
        }
        PublicUrl::read(&format!("http://{addr}"))
    }

    fn databases(&mut self, services: Option<&[Service]>) -> Option<Databases> {
        let mut urls = BTreeMap::new();
        for service in Service::ALL {
            let variable = service.database_variable();
            let Some(url) = self.given(variable).map(str::to_owned) else { continue };
            if is_postgres_url(&url) {
                urls.insert(service, url);
            } else {
                self.errors.push(ConfigError::Value { variable, value: mask_password(&url) });
            }
        }
        let services = services?;
        urls.retain(|service, _| services.contains(service));
        if Service::ALL.iter().all(|service| self.given(service.database_variable()).is_none()) {
            if services.len() == Service::ALL.len() {
                return Some(Databases::Embedded);
            }
            self.refuse(
                SERVICES,
                "a part of the services cannot run on the embedded PostgreSQL, which the other processes could not \
                 reach: give each selected service its database URL, or run all",
            );
            return None;
        }
        self.refuse_missing(services);
        self.refuse_shared(&urls);
        Some(Databases::Urls(urls))
    }

    fn refuse_missing(&mut self, services: &[Service]) {
        for service in services {
            let variable = service.database_variable();
            if self.given(variable).is_none() {
                self.refuse(
                    variable,
                    format!(
                        "missing, while other services have a database URL: give the {service} service its own, or \
                         give none to run all on the embedded PostgreSQL"
                    ),
                );
            }
        }
    }

    /// One database a service: two in one would mix their tables.
    fn refuse_shared(&mut self, urls: &BTreeMap<Service, String>) {
        let list: Vec<(&Service, &String)> = urls.iter().collect();
        for (position, (service, url)) in list.iter().enumerate() {
            if let Some((first, _)) = list.iter().take(position).find(|(_, earlier)| earlier == url) {
                self.refuse(
                    service.database_variable(),
                    format!(
                        "is the same database as {}; each service needs its own",
                        first.database_variable()
                    ),
                );
            }
        }
    }

    /// Where others reach this process: they are told it, so "every interface" is no answer.
    fn peer_addr(&mut self) -> Option<SocketAddr> {
        let text = self.given(PEER_ADDR)?.to_owned();
        let addr = text.parse::<SocketAddr>().ok().filter(|addr| !addr.ip().is_unspecified());
        if addr.is_none() {
            self.errors.push(ConfigError::Value { variable: PEER_ADDR, value: text });
        }
        addr
    }

    fn redis_url(&mut self) -> Option<String> {
        let url = self.given(REDIS_URL)?.to_owned();
        if !is_redis_url(&url) {
            self.errors.push(ConfigError::Value { variable: REDIS_URL, value: mask_password(&url) });
        }
        Some(url)
    }

    /// The account that buyers pay into: all of it or nothing. Half of one would send money astray.
    fn pay_to(&mut self) -> Option<PayTo> {
        const PARTS: [&str; 3] = [PAY_NAME, PAY_BANK, PAY_ACCOUNT];
        let missing: Vec<&str> = PARTS.into_iter().filter(|name| self.given(name).is_none()).collect();
        if missing.len() == PARTS.len() {
            return None;
        }
        if let Some(given) = PARTS.into_iter().find(|name| self.given(name).is_some())
            && !missing.is_empty()
        {
            self.refuse(given, format!("is set without {}: buyers need all of it", missing.join(" and ")));
            return None;
        }
        let words = |text: &str| is_name(text).then(|| text.to_owned());
        Some(PayTo {
            name: self.read(PAY_NAME, words)?,
            bank: self.read(PAY_BANK, words)?,
            account: self.read(PAY_ACCOUNT, |text| is_account(text).then(|| text.to_owned()))?,
        })
    }

    /// The way to mail boxes: a server and who writes, and what the server knows us by or nothing of that.
    fn mail(&mut self) -> Option<Mail> {
        // from here on nothing that is printed has it
        let password =
            self.given.get_mut(MAIL_PASSWORD).map(|kept| std::mem::replace(kept, MASKED.to_owned()));
        let has = |reader: &Reader, name| reader.given(name).is_some();
        for (name, with) in [
            (MAIL_FROM, MAIL_SERVER),
            (MAIL_SERVER, MAIL_FROM),
            (MAIL_USER, MAIL_SERVER),
            (MAIL_USER, MAIL_PASSWORD),
            (MAIL_PASSWORD, MAIL_USER),
        ] {
            if has(self, name) && !has(self, with) {
                self.refuse(name, format!("is set without {with}"));
                return None;
            }
        }
        if !has(self, MAIL_SERVER) {
            return None;
        }
        let (tls, host, port) = self.read(MAIL_SERVER, mail_server)?;
        let from = self.read(MAIL_FROM, mail_sender)?;
        let Some(password) = password else { return Some(Mail { tls, host, port, from, sign_in: None }) };
        let user = self.read(MAIL_USER, |text| is_name(text).then(|| text.to_owned()))?;
        if password.chars().count() > MAIL_PASSWORD_CHARS_MAX || password.chars().any(char::is_control) {
            self.errors.push(ConfigError::Value { variable: MAIL_PASSWORD, value: MASKED.to_owned() });
            return None;
        }
        Some(Mail { tls, host, port, from, sign_in: Some((user, password)) })
    }

    /// Who tells the time, and by which roots he is believed: an answer that nobody checks would prove nothing.
    fn timestamps(&mut self) -> Option<Timestamps> {
        let (url, roots) = (self.given(TIMESTAMP_URL), self.given(TIMESTAMP_ROOTS));
        match (url.is_some(), roots.map(PathBuf::from)) {
            (false, None) => None,
            (true, Some(roots)) => {
                let url = self.read(TIMESTAMP_URL, |text| is_http_url(text).then(|| text.to_owned()))?;
                Some(Timestamps { url, roots })
            }
            (true, None) => {
                self.refuse(
                    TIMESTAMP_URL,
                    format!("is set without {TIMESTAMP_ROOTS}: its answers could not be checked"),
                );
                None
            }
            (false, Some(_)) => {
                self.refuse(
                    TIMESTAMP_ROOTS,
                    format!("is set without {TIMESTAMP_URL}: nobody would be asked"),
                );
                None
            }
        }
    }

    fn secure_cookies(&mut self, public_url: Option<&PublicUrl>) -> Option<bool> {
        let wanted = self.read(SECURE_COOKIES, |text| match text {
            "yes" => Some(Some(true)),
            "no" => Some(Some(false)),
            "auto" => Some(None),
            _ => None,
        })?;
        let url = public_url?;
        if wanted == Some(true) && !url.is_https() {
            self.refuse(
                SECURE_COOKIES,
                format!(
                    "yes needs an https address, and {PUBLIC_URL} is {url}: browsers would never send the cookie back \
                     and nobody could sign in"
                ),
            );
        }
        Some(wanted.unwrap_or(url.is_https()))
    }

    fn check_pool(&mut self, size: Option<u32>, services: Option<&[Service]>, databases: Option<&Databases>) {
        let (Some(size), Some(services), Some(Databases::Embedded)) = (size, services, databases) else {
            return;
        };
        let count = u32::try_from(services.len()).unwrap_or(u32::MAX);
        if size.saturating_mul(count) > EMBEDDED_CONNECTIONS_MAX {
            self.refuse(
                POOL_SIZE,
                format!(
                    "{size} connections for each of {count} services are more than the {EMBEDDED_CONNECTIONS_MAX} that \
                     the embedded PostgreSQL serves: at most {}",
                    EMBEDDED_CONNECTIONS_MAX / count.max(1)
                ),
            );
        }
    }

    fn check_demo(&mut self, demo: Option<Demo>, services: Option<&[Service]>) {
        if demo == Some(Demo::Yes) && services.is_some_and(|services| services.len() < Service::ALL.len()) {
            self.refuse(
                DEMO,
                format!("yes needs all services in one process, and {SERVICES} names only a part"),
            );
        }
    }
}

/// `name+id+base64@http://…`, separated by commas.
fn witness_list(text: &str) -> Option<Vec<(String, String)>> {
    let one = |entry: &str| {
        let (key, url) = entry.trim().split_once('@')?;
        (key.matches('+').count() >= 2 && is_http_url(url)).then(|| (key.to_owned(), url.to_owned()))
    };
    let list: Option<Vec<_>> = text.split(',').filter(|entry| !entry.trim().is_empty()).map(one).collect();
    list.filter(|list| list.len() <= WITNESSES_MAX)
}

/// An address that is spoken to in the clear.
fn is_http_url(url: &str) -> bool {
    let host = url.strip_prefix("http://").and_then(|rest| rest.split(['/', '?', '#']).next());
    let is_plain = url.bytes().all(|byte| byte.is_ascii_graphic()) && !url.contains('#');
    is_plain && host.is_some_and(|host| !host.is_empty() && !host.starts_with(':') && !host.contains('@'))
}

fn is_redis_url(url: &str) -> bool {
    let host = url
        .strip_prefix("redis://")
        .and_then(|rest| rest.split(['/', '?', '#']).next())
        .map(|authority| authority.rsplit_once('@').map_or(authority, |(_, host)| host));
    host.is_some_and(|host| !host.is_empty() && !host.starts_with(':'))
}

fn is_postgres_url(url: &str) -> bool {
    let rest = url.strip_prefix("postgres://").or_else(|| url.strip_prefix("postgresql://"));
    // a database must be named: PostgreSQL would otherwise take the user's name for it
    rest.and_then(|rest| rest.split(['?', '#']).next())
        .and_then(|before_query| before_query.rsplit_once('/'))
        .is_some_and(|(_, database)| !database.is_empty())
}
