//! An authority for time stamps (RFC 3161) of a test's own: `openssl ts` behind a small HTTP server, with a root made for it.

use std::io;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// No question is longer.
const REQUEST_BYTES_MAX: usize = 16 * 1024;

/// How the authority is made.
#[derive(Clone, Copy, Debug)]
pub struct Making {
    /// Its key, as `openssl req -newkey` takes it; `ec` is on the curve P-256.
    pub key: &'static str,
    /// How long its certificate is valid; negative: it has run out.
    pub days: i32,
    /// What its certificate is for.
    pub usage: &'static str,
    /// Which hashes it takes.
    pub takes: &'static str,
    /// The hash under its signature.
    pub digest: &'static str,
    /// The hash by which an answer names the certificate.
    pub names_by: &'static str,
    /// Digits of a second.
    pub digits: u8,
}

impl Default for Making {
    fn default() -> Making {
        Making {
            key: "ec",
            days: 30,
            usage: "critical, timeStamping",
            takes: "sha256",
            digest: "sha256",
            names_by: "sha256",
            digits: 0,
        }
    }
}

/// What it does when it is asked.
#[derive(Clone, Debug)]
pub enum Answering {
    /// Stamps what it is sent.
    Honestly,
    /// Sends these bytes, whatever is asked.
    With(Vec<u8>),
    /// HTTP 503.
    Unavailable,
    /// Takes the question and says nothing more.
    Never,
}

/// A running authority. It ends with this value.
#[derive(Debug)]
pub struct TimeAuthority {
    folder: Arc<TempDir>,
    url: String,
    answering: Arc<Mutex<Answering>>,
    asked: Arc<AtomicUsize>,
    serving: JoinHandle<()>,
}

impl TimeAuthority {
    /// Starts one. The binary is Debian's `openssl`, which `script/bootstrap --test` installs.
    pub async fn start(making: Making) -> io::Result<TimeAuthority> {
        let folder = Arc::new(TempDir::new()?);
        make(folder.path(), making)?;
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}/stamp", listener.local_addr()?);
        let answering = Arc::new(Mutex::new(Answering::Honestly));
        let asked = Arc::new(AtomicUsize::new(0));
        let (there, how, count) = (Arc::clone(&folder), Arc::clone(&answering), Arc::clone(&asked));
        let serving = tokio::spawn(async move {
            while let Ok((caller, _)) = listener.accept().await {
                let (there, how, count) = (Arc::clone(&there), Arc::clone(&how), Arc::clone(&count));
                tokio::spawn(async move {
                    count.fetch_add(1, Ordering::SeqCst);
                    let how = how.lock().unwrap_or_else(PoisonError::into_inner).clone();
                    // who hangs up gets no answer
                    drop(answer(caller, there.path(), how).await);
                });
            }
        });
        Ok(TimeAuthority { folder, url, answering, asked, serving })
    }

    /// Its address.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The file of its root, in PEM.
    pub fn roots(&self) -> PathBuf {
        self.folder.path().join("root.pem")
    }

    /// A file of its folder: its key and certificate are `tsa.key` and `tsa.pem`.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// How often it was asked.
    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }

    /// From now on it does this.
    pub fn answer(&self, how: Answering) {
        *self.answering.lock().unwrap_or_else(PoisonError::into_inner) = how;
    }

    /// An answer for this text, to a question of nobody's.
    pub fn reply_for(&self, text: &str) -> io::Result<Vec<u8>> {
        let folder = self.folder.path();
        std::fs::write(folder.join("text"), text)?;
        openssl(folder, &["ts", "-query", "-data", "text", "-sha256", "-cert", "-out", "own.tsq"])?;
        reply(folder, "own.tsq")
    }

    /// Runs openssl in its folder.
    pub fn openssl(&self, words: &[&str]) -> io::Result<()> {
        openssl(self.folder.path(), words)
    }
}

impl Drop for TimeAuthority {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

fn make(folder: &Path, making: Making) -> io::Result<()> {
    let Making { key, days, usage, takes, digest, names_by, digits } = making;
    let config = format!(
        "[req]\ndistinguished_name = dn\nprompt = no\n[dn]\nCN = Root of the tests\n\
         [root]\nbasicConstraints = critical, CA:TRUE\nkeyUsage = critical, keyCertSign\n\
         [stamping]\nbasicConstraints = CA:FALSE\nkeyUsage = critical, digitalSignature\nextendedKeyUsage = {usage}\n\
         [tsa]\nserial = serial\ndefault_policy = 1.2.3.4.1\ndigests = {takes}\naccuracy = secs:1, millisecs:500\n\
         clock_precision_digits = {digits}\nordering = yes\ntsa_name = yes\ness_cert_id_alg = {names_by}\n\
         signer_digest = {digest}\n"
    );
    std::fs::write(folder.join("openssl.cnf"), config)?;
    let curve = ["-pkeyopt", "ec_paramgen_curve:prime256v1"];
    let root = ["req", "-x509", "-config", "openssl.cnf", "-extensions", "root", "-newkey", "ec", "-nodes"];
    let kept = ["-keyout", "root.key", "-out", "root.pem", "-days", "3650"];
    openssl(folder, &[&root[..], &curve, &kept].concat())?;
    let own = ["req", "-new", "-config", "openssl.cnf", "-nodes", "-subj", "/CN=Time of the tests"];
    let kept = ["-newkey", key, "-keyout", "tsa.key", "-out", "tsa.csr"];
    let curve = if key == "ec" { &curve[..] } else { &[] };
    openssl(folder, &[&own[..], &kept, curve].concat())?;
    let days = days.to_string();
    let signed =
        ["x509", "-req", "-in", "tsa.csr", "-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial"];
    let what = ["-extfile", "openssl.cnf", "-extensions", "stamping", "-days", &days, "-out", "tsa.pem"];
    openssl(folder, &[&signed[..], &what].concat())
}

fn reply(folder: &Path, question: &str) -> io::Result<Vec<u8>> {
    let answered = format!("{question}.tsr");
    let words = ["ts", "-reply", "-config", "openssl.cnf", "-section", "tsa", "-queryfile", question];
    let with = ["-signer", "tsa.pem", "-inkey", "tsa.key", "-chain", "root.pem", "-out", &answered];
    openssl(folder, &[&words[..], &with].concat())?;
    std::fs::read(folder.join(answered))
}

fn openssl(folder: &Path, words: &[&str]) -> io::Result<()> {
    let done = Command::new("openssl").args(words).current_dir(folder).stdin(Stdio::null()).output();
    let done =
        done.map_err(|error| io::Error::new(error.kind(), format!("openssl cannot be run: {error}")))?;
    match done.status.success() {
        true => Ok(()),
        false => Err(io::Error::other(String::from_utf8_lossy(&done.stderr).into_owned())),
    }
}

/// One question a connection; as much of HTTP as that takes.
async fn answer(mut caller: TcpStream, folder: &Path, how: Answering) -> io::Result<()> {
    let question = question(&mut caller).await?;
    let body = match how {
        Answering::Honestly => {
            let name = format!("{}.tsq", uuid::Uuid::now_v7());
            std::fs::write(folder.join(&name), question)?;
            reply(folder, &name)?
        }
        Answering::With(bytes) => bytes,
        Answering::Unavailable => {
            return caller
                .write_all(b"HTTP/1.1 503 Away\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
                .await;
        }
        Answering::Never => {
            // until the caller hangs up
            caller.read_to_end(&mut Vec::new()).await?;
            return Ok(());
        }
    };
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/timestamp-reply\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    caller.write_all(head.as_bytes()).await?;
    caller.write_all(&body).await
}

async fn question(caller: &mut TcpStream) -> io::Result<Vec<u8>> {
    let mut read = Vec::new();
    loop {
        if let Some(end) = read.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&read[..end]).to_ascii_lowercase();
            let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
            let length: usize = length.and_then(|length| length.parse().ok()).unwrap_or_default();
            let asks =
                head.starts_with("post ") && head.contains("content-type: application/timestamp-query");
            if !asks {
                return Err(io::Error::other("no question for a time stamp"));
            }
            if read.len() >= end + 4 + length {
                return Ok(read[end + 4..end + 4 + length].to_vec());
            }
        }
        let mut part = [0; 2048];
        let length = caller.read(&mut part).await?;
        read.extend_from_slice(&part[..length]);
        if length == 0 || read.len() > REQUEST_BYTES_MAX {
            return Err(io::Error::other("no whole question"));
        }
    }
}
