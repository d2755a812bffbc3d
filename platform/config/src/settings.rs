//! The table of all settings.

/// One setting as people read about it.
#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// The variable.
    pub name: &'static str,
    /// What holds when it is not set; empty where that is "nothing".
    pub default: &'static str,
    /// Which values are allowed.
    pub allowed: &'static str,
    /// What it is for.
    pub meaning: &'static str,
}

pub(crate) const ADDR: &str = "LUOCHUI_ADDR";
pub(crate) const PUBLIC_URL: &str = "LUOCHUI_PUBLIC_URL";
pub(crate) const DATA: &str = "LUOCHUI_DATA";
pub(crate) const SIGNING_KEY: &str = "LUOCHUI_SIGNING_KEY";
pub(crate) const TIMESTAMP_URL: &str = "LUOCHUI_TIMESTAMP_URL";
pub(crate) const TIMESTAMP_ROOTS: &str = "LUOCHUI_TIMESTAMP_ROOTS";
pub(crate) const WITNESSES: &str = "LUOCHUI_WITNESSES";
pub(crate) const PUSH: &str = "LUOCHUI_PUSH";
pub(crate) const MAIL_SERVER: &str = "LUOCHUI_MAIL_SERVER";
pub(crate) const MAIL_FROM: &str = "LUOCHUI_MAIL_FROM";
pub(crate) const MAIL_USER: &str = "LUOCHUI_MAIL_USER";
pub(crate) const MAIL_PASSWORD: &str = "LUOCHUI_MAIL_PASSWORD";
pub(crate) const POSTGRES_BIN: &str = "LUOCHUI_POSTGRES_BIN";
pub(crate) const SERVICES: &str = "LUOCHUI_SERVICES";
pub(crate) const POOL_SIZE: &str = "LUOCHUI_POOL_SIZE";
pub(crate) const PEER_ADDR: &str = "LUOCHUI_PEER_ADDR";
pub(crate) const REDIS_URL: &str = "LUOCHUI_REDIS_URL";
pub(crate) const DEMO: &str = "LUOCHUI_DEMO";
pub(crate) const LOG: &str = "LUOCHUI_LOG";
pub(crate) const LOG_FORMAT: &str = "LUOCHUI_LOG_FORMAT";
pub(crate) const TIME_ZONE: &str = "LUOCHUI_TIME_ZONE";
pub(crate) const SECURE_COOKIES: &str = "LUOCHUI_SECURE_COOKIES";
pub(crate) const PROXIES: &str = "LUOCHUI_PROXIES";
pub(crate) const PAY_NAME: &str = "LUOCHUI_PAY_NAME";
pub(crate) const PAY_BANK: &str = "LUOCHUI_PAY_BANK";
pub(crate) const PAY_ACCOUNT: &str = "LUOCHUI_PAY_ACCOUNT";

const DATABASE_URL: &str = "a PostgreSQL URL: postgres://user:password@host:5432/database";

/// Every setting of the server, in the order in which `server check` prints them.
pub const SETTINGS: &[Setting] = &[
    Setting {
        name: ADDR,
        default: "127.0.0.1:3000",
        allowed: "an IP address and a port, for example 127.0.0.1:3000 or 0.0.0.0:3000",
        meaning: "Where the server listens. Set LUOCHUI_PUBLIC_URL as well when it listens on every interface \
                  (0.0.0.0, [::]) or on any free port (0).",
    },
    Setting {
        name: PUBLIC_URL,
        default: "http:// and LUOCHUI_ADDR",
        allowed: "a web address without a path, for example https://auction.example.com",
        meaning: "The address people type. Requests that change something must come from pages of this address; \
                  https makes cookies Secure.",
    },
    Setting {
        name: DATA,
        default: "./data",
        allowed: "a folder; it is made when it is missing",
        meaning: "Everything the server keeps on disk: the embedded PostgreSQL, photos, uploaded files. One server a \
                  folder.",
    },
    Setting {
        name: SIGNING_KEY,
        default: "",
        allowed: "a file with 32 random bytes in base64",
        meaning: "The key that signs receipts of bids. When it is not set, signing.key in LUOCHUI_DATA, made at the first \
                  start. Keep a copy: whoever has it can sign in your name. A new key is no harm, old receipts stay good.",
    },
    Setting {
        name: TIMESTAMP_URL,
        default: "",
        allowed: "an http address, for example http://tsa.example.com/stamp",
        meaning: "A time-stamping authority (RFC 3161) that is asked for the time of every checkpoint. It needs no TLS: a hash \
                  is sent, and the answer is signed. Set LUOCHUI_TIMESTAMP_ROOTS with it. Without it checkpoints have no time \
                  from outside.",
    },
    Setting {
        name: TIMESTAMP_ROOTS,
        default: "",
        allowed: "a PEM file with one or more certificates",
        meaning: "The root certificates that the authority's certificate has to lead to. Get them from the authority itself.",
    },
    Setting {
        name: WITNESSES,
        default: "",
        allowed: "a comma list of keys with an http address each: name+id+base64@http://witness.example.com",
        meaning: "Witnesses outside who are shown every checkpoint and asked to sign it (C2SP tlog-witness; a server witness with \
                  --listen is one). Their keys come from them. No TLS is needed: what is sent is public, and what comes back is \
                  signed.",
    },
    Setting {
        name: PUSH,
        default: "yes",
        allowed: "yes, no, or the http address of a push service on this machine: http://127.0.0.1:4100",
        meaning: "Whether dealers may turn on alerts in their browsers (Web Push). The server then calls the push services of \
                  browser makers, over TLS and with this machine's certificates; what it sends only the browser can read. \
                  Browsers allow it only where LUOCHUI_PUBLIC_URL is https, or localhost. An address is for tests: it may be \
                  used beside the others.",
    },
    Setting {
        name: MAIL_SERVER,
        default: "",
        allowed: "smtps://host:465 (TLS from the first byte), starttls://host:587 (TLS before anything else), or \
                  smtp://127.0.0.1:port (in the clear, on this machine only)",
        meaning: "The SMTP server that takes news for dealers' mail boxes. Set LUOCHUI_MAIL_FROM with it. Its certificate is \
                  checked by this machine's. Without it no mail is sent, and the page says so.",
    },
    Setting {
        name: MAIL_FROM,
        default: "",
        allowed: "a mail address, with a name before it or not: 落槌 <news@auction.example.com>",
        meaning: "Who the mails are from. The server of LUOCHUI_MAIL_SERVER has to be allowed to send for its domain (SPF, DKIM).",
    },
    Setting {
        name: MAIL_USER,
        default: "",
        allowed: "a name of at most 100 characters",
        meaning: "By which the mail server knows us. Set LUOCHUI_MAIL_PASSWORD with it, or neither.",
    },
    Setting {
        name: MAIL_PASSWORD,
        default: "",
        allowed: "at most 200 characters",
        meaning: "Its password. It is shown and logged nowhere.",
    },
    Setting {
        name: POSTGRES_BIN,
        default: "",
        allowed: "a folder with initdb and postgres",
        meaning: "PostgreSQL's binaries for the embedded database, where they are neither in /usr/lib/postgresql nor \
                  on the PATH.",
    },
    Setting {
        name: SERVICES,
        default: "all",
        allowed: "all, or a comma list of identity, vehicle, auction, order, finance",
        meaning: "Which services this process runs. A part of them needs database URLs, and a bus between processes, which is not there yet: the server refuses to start with a part.",
    },
    Setting {
        name: "IDENTITY_DATABASE_URL",
        default: "",
        allowed: DATABASE_URL,
        meaning: "The database of people, dealers and sign-in. Give every selected service its URL, or none: then \
                  all are in the embedded PostgreSQL.",
    },
    Setting {
        name: "VEHICLE_DATABASE_URL",
        default: "",
        allowed: DATABASE_URL,
        meaning: "The database of cars, inspection and prices.",
    },
    Setting {
        name: "AUCTION_DATABASE_URL",
        default: "",
        allowed: DATABASE_URL,
        meaning: "The database of sales, lots and bids.",
    },
    Setting {
        name: "ORDER_DATABASE_URL",
        default: "",
        allowed: DATABASE_URL,
        meaning: "The database of orders.",
    },
    Setting {
        name: "FINANCE_DATABASE_URL",
        default: "",
        allowed: DATABASE_URL,
        meaning: "The database of receivables and payments.",
    },
    Setting {
        name: POOL_SIZE,
        default: "16",
        allowed: "a number from 2 to 100",
        meaning: "Connections of each service's pool. The embedded PostgreSQL serves 180 in all.",
    },
    Setting {
        name: PEER_ADDR,
        default: "",
        allowed: "an IP address of this machine and a port, for example 10.0.0.7:3001; 0 takes any free port",
        meaning: "Where other processes of the same databases reach this one. With it they agree on one that decides the \
                  bids of all, which costs less than deciding beside each other; without it, or while it is unreachable, \
                  each decides its own. Bids go over it in the clear: only for the network in which PostgreSQL is.",
    },
    Setting {
        name: REDIS_URL,
        default: "",
        allowed: "a Redis URL without TLS: redis://host:6379, redis://user:password@host:6379/0",
        meaning: "A Redis over which several processes of the same databases tell each other of bids at once. Without it, \
                  or while it is away, they find out within two seconds. Nothing is kept there, and no bid waits for it.",
    },
    Setting {
        name: DEMO,
        default: "auto",
        allowed: "yes, no or auto",
        meaning: "Load the demo into empty databases. auto: only when all services run on the embedded PostgreSQL.",
    },
    Setting {
        name: LOG,
        default: "info,sqlx=warn",
        allowed: "a level (off, error, warn, info, debug, trace), then target=level pairs, separated by commas",
        meaning: "What is logged.",
    },
    Setting {
        name: LOG_FORMAT,
        default: "text",
        allowed: "text or json",
        meaning: "How a log line looks: for people or for a collector.",
    },
    Setting {
        name: TIME_ZONE,
        default: "Asia/Shanghai",
        allowed: "Asia/Shanghai, UTC, or a fixed offset such as +08:00",
        meaning: "In which times are shown and typed. The database keeps UTC.",
    },
    Setting {
        name: SECURE_COOKIES,
        default: "auto",
        allowed: "yes, no or auto",
        meaning: "Whether browsers send our cookies over https only. auto: when LUOCHUI_PUBLIC_URL is https.",
    },
    Setting {
        name: PROXIES,
        default: "0",
        allowed: "a number from 0 to 5",
        meaning: "How many proxies of yours stand before the server, each adding the caller's address to \
                  X-Forwarded-For. With 0 the header is not believed at all. Limits on sign-in count by that address.",
    },
    Setting {
        name: PAY_NAME,
        default: "",
        allowed: "a name of at most 100 characters",
        meaning: "To whom buyers pay: the holder of the account that every unpaid order names. Set all three of \
                  LUOCHUI_PAY_NAME, LUOCHUI_PAY_BANK and LUOCHUI_PAY_ACCOUNT, or none: then orders say that finance \
                  sends the account.",
    },
    Setting {
        name: PAY_BANK,
        default: "",
        allowed: "a name of at most 100 characters",
        meaning: "The bank and branch of that account.",
    },
    Setting {
        name: PAY_ACCOUNT,
        default: "",
        allowed: "6 to 40 letters and digits, with spaces or hyphens between them",
        meaning: "The number of that account.",
    },
];

/// Variables of the scripts and tests, which the server does not read: not taken for misspelt settings.
pub(crate) const OF_THE_SCRIPTS: &[&str] = &[
    "LUOCHUI_CACHE",
    "LUOCHUI_CHROMIUM",
    "LUOCHUI_NO_DOWNLOAD",
    "LUOCHUI_PROFILE",
    "LUOCHUI_TEST_DATABASE_URL",
    "LUOCHUI_TEST_PG",
    "LUOCHUI_TEST_PG_PORT",
];

pub(crate) fn setting(name: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|setting| setting.name == name)
}
