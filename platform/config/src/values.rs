//! The types of single settings, and how they are read.

use std::fmt;
use std::path::PathBuf;

/// A service: a vertical slice with its own database.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Service {
    /// People, dealers, sign-in.
    Identity,
    /// Cars.
    Vehicle,
    /// Sales, lots, bids.
    Auction,
    /// Orders.
    Order,
    /// Receivables.
    Finance,
}

impl Service {
    /// All services, in the order in which they start.
    pub const ALL: [Service; 5] =
        [Service::Identity, Service::Vehicle, Service::Auction, Service::Order, Service::Finance];

    /// The name: of the crate, of the migrations folder, of the embedded database.
    pub const fn name(self) -> &'static str {
        match self {
            Service::Identity => "identity",
            Service::Vehicle => "vehicle",
            Service::Auction => "auction",
            Service::Order => "order",
            Service::Finance => "finance",
        }
    }

    /// The variable that names its database.
    pub const fn database_variable(self) -> &'static str {
        match self {
            Service::Identity => "IDENTITY_DATABASE_URL",
            Service::Vehicle => "VEHICLE_DATABASE_URL",
            Service::Auction => "AUCTION_DATABASE_URL",
            Service::Order => "ORDER_DATABASE_URL",
            Service::Finance => "FINANCE_DATABASE_URL",
        }
    }

    /// Reads `all` or a comma list; the order of the list means nothing.
    pub(crate) fn list(text: &str) -> Option<Vec<Service>> {
        if text == "all" {
            return Some(Service::ALL.to_vec());
        }
        let named: Vec<&str> = text.split(',').map(str::trim).collect();
        let known = |name: &&str| Service::ALL.iter().any(|service| service.name() == *name);
        named
            .iter()
            .all(known)
            .then(|| Service::ALL.into_iter().filter(|service| named.contains(&service.name())).collect())
    }
}

impl fmt::Display for Service {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Whether to load the demo into empty databases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Demo {
    /// Into whatever databases are given.
    Yes,
    /// Never.
    No,
    /// When all services run on the embedded PostgreSQL.
    Auto,
}

impl Demo {
    pub(crate) fn read(text: &str) -> Option<Demo> {
        match text {
            "yes" => Some(Demo::Yes),
            "no" => Some(Demo::No),
            "auto" => Some(Demo::Auto),
            _ => None,
        }
    }
}

/// How a log line looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

impl LogFormat {
    pub(crate) fn read(text: &str) -> Option<LogFormat> {
        match text {
            "text" => Some(LogFormat::Text),
            "json" => Some(LogFormat::Json),
            _ => None,
        }
    }
}

/// A time zone with a fixed offset. Zones with summer time are not supported: a sale's closing time would exist
/// twice, or not at all, on two days a year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimeZone {
    /// As it was given: `Asia/Shanghai`.
    pub name: String,
    /// Minutes east of UTC.
    pub offset_min: i32,
}

impl TimeZone {
    /// The easternmost and westernmost offsets in use.
    const OFFSET_MIN_MAX: i32 = 14 * 60;

    pub(crate) fn read(text: &str) -> Option<TimeZone> {
        let offset_min = match text {
            "Asia/Shanghai" => 8 * 60,
            "UTC" => 0,
            fixed => fixed_offset(fixed)?,
        };
        (offset_min.abs() <= Self::OFFSET_MIN_MAX).then(|| TimeZone { name: text.to_owned(), offset_min })
    }
}

/// `+08:00`, `-03:30`.
fn fixed_offset(text: &str) -> Option<i32> {
    let (sign, rest) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = rest.split_once(':')?;
    let two_digits = |part: &str| part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
    if !two_digits(hours) || !two_digits(minutes) {
        return None;
    }
    let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
    (minutes < 60).then_some(sign * (hours * 60 + minutes))
}

/// The account that buyers pay into.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PayTo {
    /// Its holder.
    pub name: String,
    /// Its bank.
    pub bank: String,
    /// Its number, as it is printed.
    pub account: String,
}

/// An authority for time stamps.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Timestamps {
    /// Where it is asked.
    pub url: String,
    /// The file of the roots that it is believed by.
    pub roots: PathBuf,
}

/// Whether news may go to browsers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Push {
    /// Nothing leaves the product.
    No,
    /// By the push services that browsers name, and by one on this machine where there is one.
    Yes {
        /// Its address.
        own: Option<String>,
    },
}

impl Push {
    pub(crate) fn read(text: &str) -> Option<Push> {
        match text {
            "no" => Some(Push::No),
            "yes" => Some(Push::Yes { own: None }),
            own => {
                let port =
                    own.strip_prefix("http://127.0.0.1:")?.trim_end_matches('/').parse::<u16>().ok()?;
                (port > 0).then(|| Push::Yes { own: Some(format!("http://127.0.0.1:{port}")) })
            }
        }
    }
}

/// What stands where a secret would.
pub(crate) const MASKED: &str = "***";

/// How a mail server is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailTls {
    /// TLS from the first byte.
    FromTheStart,
    /// TLS before anything else is said; nothing where the server cannot.
    Upgraded,
    /// In the clear: a server on this machine.
    Never,
}

/// The way to mail boxes.
#[derive(Clone, PartialEq, Eq)]
pub struct Mail {
    /// How the server is spoken to.
    pub tls: MailTls,
    /// Where it is.
    pub host: String,
    /// And its port.
    pub port: u16,
    /// Who the mails are from: an address, with a name before it or not.
    pub from: String,
    /// Name and password, where the server wants them.
    pub sign_in: Option<(String, String)>,
}

impl fmt::Debug for Mail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // never the password
        write!(f, "Mail({:?} {}:{})", self.tls, self.host, self.port)
    }
}

/// `starttls://smtp.example.com:587`.
pub(crate) fn mail_server(text: &str) -> Option<(MailTls, String, u16)> {
    let (scheme, rest) = text.split_once("://")?;
    let tls = match scheme {
        "smtps" => MailTls::FromTheStart,
        "starttls" => MailTls::Upgraded,
        "smtp" => MailTls::Never,
        _ => return None,
    };
    let (host, port) = rest.trim_end_matches('/').rsplit_once(':')?;
    let port = port.parse::<u16>().ok().filter(|port| *port > 0)?;
    let is_host = |c: char| c.is_ascii_alphanumeric() || c == '.' || c == '-';
    let is_here = tls != MailTls::Never || host == "127.0.0.1";
    (is_here && !host.is_empty() && host.chars().all(is_host)).then(|| (tls, host.to_owned(), port))
}

/// `name <local@domain>` or `local@domain`; the connector looks closer.
pub(crate) fn mail_sender(text: &str) -> Option<String> {
    let address = match text.split_once('<') {
        Some((_, address)) => address.strip_suffix('>')?,
        None => text,
    };
    let (local, domain) = address.split_once('@')?;
    let is_part = |part: &str| {
        !part.is_empty() && part.chars().all(|c| c.is_ascii_graphic() && !"<>@,;\"()".contains(c))
    };
    let is_whole = is_part(local) && is_part(domain) && text.chars().count() <= 200;
    (is_whole && !text.chars().any(char::is_control)).then(|| text.to_owned())
}

/// A name as it stands on a transfer form.
pub(crate) fn is_name(text: &str) -> bool {
    text.chars().count() <= 100 && !text.chars().any(char::is_control)
}

/// The number of a bank account, as banks print it.
pub(crate) fn is_account(text: &str) -> bool {
    (6..=40).contains(&text.len())
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b" -".contains(&byte))
}

/// A log filter: a level or target, or `target=level`, separated by commas.
pub(crate) fn is_log_filter(text: &str) -> bool {
    const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];
    let is_level = |word: &str| LEVELS.contains(&word.to_ascii_lowercase().as_str());
    let is_target =
        |word: &str| !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || "_:-".contains(c));
    text.split(',').map(str::trim).all(|directive| match directive.rsplit_once('=') {
        Some((target, level)) => is_target(target) && is_level(level),
        None => is_target(directive),
    })
}
