//! A mail server of a test's own: as much of SMTP as a client needs (RFC 5321, AUTH PLAIN of RFC 4954), the boxes are what it was
//! sent, and it may be told to refuse, to hang up and to hang.

use std::io;
use std::sync::{Arc, Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// No mail of a test is longer.
const MAIL_BYTES_MAX: usize = 256 * 1024;

/// A step of SMTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SmtpStep {
    /// Before anything is said.
    Greeting,
    /// The name and the password.
    Auth,
    /// Who writes.
    Mail,
    /// To whom.
    Rcpt,
    /// Before the text.
    Data,
    /// After the text.
    Text,
}

/// What it does with callers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mailing {
    /// Takes what is as it should be.
    Honestly,
    /// Answers so at this step: `550 5.1.1 no such box`.
    Refuse(SmtpStep, &'static str),
    /// Hangs up at this step.
    HangUp(SmtpStep),
    /// Says nothing more at this step.
    Hang(SmtpStep),
    /// Takes the mail, and hangs up before it says so.
    TakeSilently,
}

/// A mail as it was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mailed {
    /// To whom.
    pub to: String,
    /// From whom, by the envelope.
    pub from: String,
    /// The text with its headers, as it was sent.
    pub raw: String,
}

impl Mailed {
    /// A header's value, put together and decoded.
    pub fn header(&self, name: &str) -> String {
        let head = self.raw.split("\r\n\r\n").next().unwrap_or_default().replace("\r\n ", " ");
        let prefix = format!("{}:", name.to_ascii_lowercase());
        let line = head.lines().find(|line| line.to_ascii_lowercase().starts_with(&prefix));
        decoded_words(line.map(|line| line[prefix.len()..].trim()).unwrap_or_default())
    }

    /// The part of this type, decoded.
    pub fn part(&self, kind: &str) -> String {
        let wanted = format!("content-type: {kind}");
        let part = self.raw.split("\r\n--").find(|part| part.to_ascii_lowercase().contains(&wanted));
        let (head, body) = part.and_then(|part| part.split_once("\r\n\r\n")).unwrap_or_default();
        let head = head.to_ascii_lowercase();
        let bytes = if head.contains("base64") {
            STANDARD.decode(body.replace(['\r', '\n'], "")).unwrap_or_default()
        } else if head.contains("quoted-printable") {
            from_quoted(&body.replace("=\r\n", ""))
        } else {
            body.as_bytes().to_vec()
        };
        String::from_utf8_lossy(&bytes).replace("\r\n", "\n").trim_end().to_owned()
    }
}

/// Words of headers that are not ASCII (RFC 2047).
fn decoded_words(text: &str) -> String {
    let mut decoded = String::new();
    let mut after_word = false;
    for word in text.split(' ') {
        let inner = word.strip_prefix("=?utf-8?").and_then(|rest| rest.strip_suffix("?="));
        let bytes = match inner.and_then(|inner| inner.split_once('?')) {
            Some(("b", text)) => STANDARD.decode(text).ok(),
            Some(("q", text)) => Some(from_quoted(&text.replace('_', " "))),
            _ => None,
        };
        let is_word = bytes.is_some();
        // the space between two words of that kind is none
        let is_joined = is_word && after_word;
        if !decoded.is_empty() && !is_joined {
            decoded.push(' ');
        }
        match bytes {
            Some(bytes) => decoded.push_str(&String::from_utf8_lossy(&bytes)),
            None => decoded.push_str(word),
        }
        after_word = is_word;
    }
    decoded
}

/// `=E8=90=BD` and what stands between (RFC 2045 §6.7).
fn from_quoted(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let escaped = (*first == b'=').then(|| after.get(..2)).flatten();
        let byte = escaped.and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        bytes.push(byte.unwrap_or(*first));
        rest = if byte.is_some() { &after[2..] } else { after };
    }
    bytes
}

#[derive(Debug)]
struct State {
    how: Mailing,
    user: Option<(String, String)>,
    mailed: Vec<Mailed>,
    callers: usize,
    said: Vec<String>,
}

/// A running mail server. It ends with this value.
#[derive(Debug)]
pub struct MailServer {
    port: u16,
    state: Arc<Mutex<State>>,
    /// Callers listen to it, and go when it says so.
    leave: watch::Sender<()>,
    serving: JoinHandle<()>,
}

impl MailServer {
    /// Starts one that lets everybody in.
    pub async fn start() -> io::Result<MailServer> {
        MailServer::start_for(None).await
    }

    /// Starts one that lets in who has this name and password.
    pub async fn start_for(user: Option<(&str, &str)>) -> io::Result<MailServer> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let port = listener.local_addr()?.port();
        let user = user.map(|(name, password)| (name.to_owned(), password.to_owned()));
        let empty = State { how: Mailing::Honestly, user, mailed: Vec::new(), callers: 0, said: Vec::new() };
        let state = Arc::new(Mutex::new(empty));
        let (leave, told) = watch::channel(());
        let shared = Arc::clone(&state);
        let serving = tokio::spawn(async move {
            while let Ok((caller, _)) = listener.accept().await {
                let (shared, mut told) = (Arc::clone(&shared), told.clone());
                told.mark_unchanged();
                lock(&shared).callers += 1;
                // who hangs up gets no answer
                let session = Session { caller: BufReader::new(caller), state: shared };
                tokio::spawn(async move {
                    tokio::select! {
                        // who is told to go answers nothing more
                        biased;
                        left = told.changed() => drop(left),
                        served = session.serve() => drop(served),
                    }
                });
            }
        });
        Ok(MailServer { port, state, leave, serving })
    }

    /// Its port on this machine.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Its address as the settings have it.
    pub fn url(&self) -> String {
        format!("smtp://127.0.0.1:{}", self.port)
    }

    /// From now on it does this.
    pub fn answer(&self, how: Mailing) {
        lock(&self.state).how = how;
    }

    /// Hangs up on everybody who is connected, as servers do with who says nothing for long.
    pub fn hang_up_on_all(&self) {
        self.leave.send_replace(());
    }

    /// What it has taken, in order.
    pub fn mailed(&self) -> Vec<Mailed> {
        lock(&self.state).mailed.clone()
    }

    /// How many have connected.
    pub fn callers(&self) -> usize {
        lock(&self.state).callers
    }

    /// The commands that it was sent, without what follows their first word.
    pub fn said(&self) -> Vec<String> {
        lock(&self.state).said.clone()
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

fn lock(state: &Mutex<State>) -> std::sync::MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Session {
    caller: BufReader<TcpStream>,
    state: Arc<Mutex<State>>,
}

impl Session {
    async fn serve(mut self) -> io::Result<()> {
        self.at(SmtpStep::Greeting, "220 test").await?;
        let (mut is_in, mut from, mut to) = (lock(&self.state).user.is_none(), None, None);
        loop {
            let line = self.line().await?;
            let word = line.split([' ', ':']).next().unwrap_or_default().to_ascii_uppercase();
            lock(&self.state).said.push(word.clone());
            match word.as_str() {
                "EHLO" => self.say("250-test\r\n250-8BITMIME\r\n250 AUTH PLAIN").await?,
                "NOOP" => self.say("250 yes").await?,
                "QUIT" => return self.say("221 bye").await,
                "AUTH" => {
                    is_in = self.knows(&line);
                    let answer = if is_in { "235 welcome" } else { "535 5.7.8 wrong name or password" };
                    self.at(SmtpStep::Auth, answer).await?;
                }
                "MAIL" if is_in => {
                    (from, to) = (address(&line), None);
                    self.at(SmtpStep::Mail, "250 go on").await?;
                }
                "RCPT" if from.is_some() => {
                    if self.at(SmtpStep::Rcpt, "250 go on").await? {
                        to = address(&line);
                    }
                }
                "DATA" if to.is_some() => {
                    if self.at(SmtpStep::Data, "354 go on, end with a dot").await? {
                        let raw = self.text().await?;
                        self.take(from.clone().zip(to.take()), raw).await?;
                    }
                }
                _ => self.say("503 5.5.1 not now").await?,
            }
        }
    }

    async fn take(&mut self, between: Option<(String, String)>, raw: String) -> io::Result<()> {
        let how = lock(&self.state).how.clone();
        let fails = [Mailing::HangUp(SmtpStep::Text), Mailing::Hang(SmtpStep::Text)].contains(&how)
            || matches!(how, Mailing::Refuse(SmtpStep::Text, _));
        if let (false, Some((from, to))) = (fails, between) {
            lock(&self.state).mailed.push(Mailed { to, from, raw });
        }
        if how == Mailing::TakeSilently {
            return Err(io::Error::other("hangs up"));
        }
        self.at(SmtpStep::Text, "250 taken").await.map(drop)
    }

    /// Answers at a step, or does what it was told. Whether the caller may go on.
    async fn at(&mut self, step: SmtpStep, answer: &str) -> io::Result<bool> {
        let how = lock(&self.state).how.clone();
        match how {
            Mailing::Refuse(at, refusal) if at == step => self.say(refusal).await.map(|()| false),
            Mailing::HangUp(at) if at == step => Err(io::Error::other("hangs up")),
            Mailing::Hang(at) if at == step => {
                // until the caller hangs up
                self.caller.read_to_end(&mut Vec::new()).await?;
                Err(io::Error::other("hung"))
            }
            _ => self.say(answer).await.map(|()| answer.starts_with(['2', '3'])),
        }
    }

    fn knows(&self, line: &str) -> bool {
        let Some((name, password)) = lock(&self.state).user.clone() else { return true };
        let sent = line.strip_prefix("AUTH PLAIN ").and_then(|text| STANDARD.decode(text).ok());
        sent == Some(format!("\0{name}\0{password}").into_bytes())
    }

    async fn line(&mut self) -> io::Result<String> {
        let mut line = String::new();
        if self.caller.read_line(&mut line).await? == 0 {
            return Err(io::Error::other("gone"));
        }
        Ok(line.trim_end().to_owned())
    }

    /// Until the dot; a dot that was doubled on the way is one.
    async fn text(&mut self) -> io::Result<String> {
        let mut text = String::new();
        loop {
            let mut line = String::new();
            if self.caller.read_line(&mut line).await? == 0 || text.len() > MAIL_BYTES_MAX {
                return Err(io::Error::other("no whole mail"));
            }
            if line == ".\r\n" {
                return Ok(text);
            }
            text.push_str(line.strip_prefix('.').unwrap_or(&line));
        }
    }

    async fn say(&mut self, text: &str) -> io::Result<()> {
        self.caller.write_all(format!("{text}\r\n").as_bytes()).await
    }
}

/// `<news@example.com>` of a command.
fn address(line: &str) -> Option<String> {
    let (_, rest) = line.split_once('<')?;
    rest.split_once('>').map(|(address, _)| address.to_owned())
}
