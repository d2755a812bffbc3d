//! Hands mails to the SMTP server that the settings name (RFC 5321), over TLS (RFC 8314, RFC 3207) unless it is on this machine.
//!
//! It speaks the steps of SMTP one by one, because it matters which of them a server refuses: a recipient that does not exist is
//! the recipient's fault, a password that is wrong is ours, and a text that is refused is the text's.
#![deny(missing_docs)]

mod letter;

use std::fmt;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use auction::{Letter, MailAnswer, MailPost};
use lettre::Address;
use lettre::message::Mailbox;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::ClientId;

/// A mail in all: servers that look for spam take their time after the text.
const PATIENCE: Duration = Duration::from_secs(40);
/// A connection to the server, with TLS.
const CONNECT_PATIENCE: Duration = Duration::from_secs(10);
/// Connections that wait for the next mail.
const IDLE_MAX: usize = 2;
/// One that nobody needed for so long is left: servers close theirs.
const IDLE_PATIENCE: Duration = Duration::from_secs(20);
/// RFC 5321 §4.5.3.1.3, less the brackets.
const ADDRESS_CHARS_MAX: usize = 254;

/// How the server is spoken to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tls {
    /// TLS from the first byte.
    FromTheStart,
    /// TLS before anything else is said.
    Upgraded,
    /// In the clear, on this machine.
    Never,
}

/// Where the server is, and what it knows us by.
#[derive(Clone)]
pub struct Server {
    /// How it is spoken to.
    pub tls: Tls,
    /// Its name, which its certificate has to bear.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// Who the mails are from.
    pub from: String,
    /// Name and password, where it wants them.
    pub sign_in: Option<(String, String)>,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // never the password
        write!(f, "Server({}:{})", self.host, self.port)
    }
}

/// No way can be made.
#[derive(Debug, thiserror::Error)]
pub enum WayError {
    /// The sender.
    #[error("'{0}' is no address that mails can be from")]
    From(String),
    /// The TLS library.
    #[error("TLS to the mail server cannot be prepared")]
    Tls(#[source] Error),
}

/// The way to mail boxes.
pub struct Smtp {
    server: Server,
    from: Mailbox,
    tls: Option<TlsParameters>,
    idle: Mutex<Vec<(Instant, AsyncSmtpConnection)>>,
    patience: Duration,
}

impl Smtp {
    /// A way over this server.
    ///
    /// # Errors
    /// When the sender is no address, or TLS cannot be prepared.
    pub fn new(server: Server) -> Result<Smtp, WayError> {
        let from = server.from.parse::<Mailbox>().ok().filter(|from| is_plain(&from.email));
        let from = from.ok_or_else(|| WayError::From(server.from.clone()))?;
        let tls = match server.tls {
            Tls::Never => None,
            Tls::FromTheStart | Tls::Upgraded => {
                Some(TlsParameters::new_rustls(server.host.clone()).map_err(WayError::Tls)?)
            }
        };
        Ok(Smtp { server, from, tls, idle: Mutex::default(), patience: PATIENCE })
    }

    /// Waits so long for a mail to be taken.
    #[must_use]
    pub fn with_patience(mut self, patience: Duration) -> Smtp {
        self.patience = patience;
        self
    }

    async fn hand_over(&self, letter: &Letter) -> MailAnswer {
        let to = match letter.to.parse::<Address>() {
            Ok(to) if is_plain(&to) => to,
            _ => return MailAnswer::NoSuchBox("no address".to_owned()),
        };
        let text = match letter::written(&self.from, &to, letter) {
            Ok(text) => text,
            Err(why) => return MailAnswer::Refused(why),
        };
        let mut server = match self.connection().await {
            Ok(server) => server,
            Err(error) => return MailAnswer::Later(error.to_string()),
        };
        let answer = say(&mut server, &self.from.email, to, &text).await;
        match answer {
            MailAnswer::Taken => self.keep(server),
            _ => server.abort().await,
        }
        answer
    }

    /// One that is open, or a new one.
    async fn connection(&self) -> Result<AsyncSmtpConnection, Error> {
        while let Some(mut server) = self.kept() {
            if server.test_connected().await {
                return Ok(server);
            }
        }
        self.connect().await
    }

    async fn connect(&self) -> Result<AsyncSmtpConnection, Error> {
        let Server { host, port, tls, sign_in, .. } = &self.server;
        let us = ClientId::Domain(self.from.email.domain().to_owned());
        let at_once = self.tls.clone().filter(|_| *tls == Tls::FromTheStart);
        let timeout = Some(CONNECT_PATIENCE);
        let mut server =
            AsyncSmtpConnection::connect_tokio1((host.as_str(), *port), timeout, &us, at_once, None).await?;
        if let (Tls::Upgraded, Some(parameters)) = (tls, &self.tls) {
            // refuses where the server cannot: nothing is said in the clear
            server.starttls(parameters.clone(), &us).await?;
        }
        if let Some((name, password)) = sign_in {
            let credentials = Credentials::new(name.clone(), password.clone());
            server.auth(&[Mechanism::Plain, Mechanism::Login], &credentials).await?;
        }
        Ok(server)
    }

    fn kept(&self) -> Option<AsyncSmtpConnection> {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.retain(|(since, _)| since.elapsed() < IDLE_PATIENCE);
        idle.pop().map(|(_, server)| server)
    }

    fn keep(&self, server: AsyncSmtpConnection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < IDLE_MAX && !server.has_broken() {
            idle.push((Instant::now(), server));
        }
    }
}

/// The steps of one mail; what a refusal means depends on the step. Servers repeat the address in their words: it is left out of
/// what is kept and logged.
async fn say(server: &mut AsyncSmtpConnection, from: &Address, to: Address, text: &[u8]) -> MailAnswer {
    let address = to.to_string();
    let words = |error: &Error| error.to_string().replace(&address, "…");
    if let Err(error) = server.command(Mail::new(Some(from.clone()), Vec::new())).await {
        // we are not let in, or the server is busy: neither is this mail's fault
        return MailAnswer::Later(words(&error));
    }
    if let Err(error) = server.command(Rcpt::new(to, Vec::new())).await {
        let why = words(&error);
        return match error.is_permanent() && is_about_box(&why) {
            true => MailAnswer::NoSuchBox(why),
            false => MailAnswer::Later(why),
        };
    }
    let handed = match server.command(Data).await {
        Ok(_) => server.message(text).await,
        Err(error) => Err(error),
    };
    match handed {
        Ok(_) => MailAnswer::Taken,
        Err(error) if error.is_permanent() && !is_about_us(&words(&error)) => {
            MailAnswer::Refused(words(&error))
        }
        Err(error) => MailAnswer::Later(words(&error)),
    }
}

/// The code of RFC 3463 in a server's words, where it says one.
fn enhanced(why: &str) -> Option<&str> {
    let is_code = |word: &&str| {
        let parts: Vec<&str> = word.split('.').collect();
        let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        parts.len() == 3 && parts[0] == "5" && parts.iter().all(is_number)
    };
    why.split(|letter: char| !letter.is_ascii_digit() && letter != '.').find(is_code)
}

/// Whether it is the box that is not there. Servers refuse us at the same step, for their limits, our name or a missing sign-in,
/// and that would end the mail of a person who has done nothing: in doubt it is not the box.
fn is_about_box(why: &str) -> bool {
    match enhanced(why) {
        Some(code) => ["5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1"].contains(&code),
        None => {
            let why = why.to_lowercase();
            let names = ["user", "recipient", "mailbox", "no such", "用户", "收件人"];
            names.iter().any(|name| why.contains(name)) && !why.contains("sender")
        }
    }
}

/// Whether the server refuses us and not the mail: by its limits, or because it does not trust where we come from.
fn is_about_us(why: &str) -> bool {
    enhanced(why).is_some_and(|code| code == "5.4.5" || code.starts_with("5.7."))
}

/// An address that every server knows what to do with.
fn is_plain(address: &Address) -> bool {
    let text: &str = address.as_ref();
    // a name and not a number: nobody makes our server try hosts of its own network
    let last = address.domain().rsplit('.').next().unwrap_or_default();
    let is_name = last.starts_with("xn--") || last.bytes().all(|byte| byte.is_ascii_alphabetic());
    let is_usual = |byte: u8| byte.is_ascii_graphic() && !b"\"[]".contains(&byte);
    text.len() <= ADDRESS_CHARS_MAX && text.bytes().all(is_usual) && is_name
}

#[async_trait]
impl MailPost for Smtp {
    fn reaches(&self, address: &str) -> bool {
        address.parse::<Address>().is_ok_and(|address| is_plain(&address) && address.domain().contains('.'))
    }

    fn domain(&self) -> &str {
        self.from.email.domain()
    }

    async fn send(&self, letter: &Letter) -> MailAnswer {
        match tokio::time::timeout(self.patience, self.hand_over(letter)).await {
            Ok(answer) => answer,
            Err(_) => MailAnswer::Later("the mail server does not answer".to_owned()),
        }
    }
}
