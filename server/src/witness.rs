//! `server witness` and `server verify-checkpoint`: for people outside, who need neither a database nor settings.
//!
//! A witness keeps the last checkpoint that he saw. He signs a newer one only with the proof that it continues that one, so an
//! operator who rewrites history finds no witness for it, and whoever asks for the witness's line sees that it is missing.
#![expect(clippy::print_stdout, reason = "the commands answer at the terminal")]

use std::error::Error;
use std::fs;
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use clap::Args;
use kernel::UnixMs;
use platform_db::{Clock as _, SystemClock};
use proof::{Consistency, Hash, NoteKey, SignedCheckpoint, WitnessFault, may_cosign};

use crate::{signing_key, timestamps};

/// A note or a proof is a few kilobytes.
const FILE_BYTES_MAX: u64 = 1024 * 1024;

/// Why a command fails.
pub(crate) type Failed = Box<dyn Error + Send + Sync>;

/// Whose witness, and what was shown to him.
#[derive(Debug, Args)]
pub struct Witness {
    /// The witness's name, without blanks: `witness.example.com/luochui`.
    #[arg(long)]
    pub(crate) name: String,
    /// The file with the witness's secret key, 32 bytes in base64; made where there is none.
    #[arg(long, value_name = "FILE")]
    pub(crate) key: PathBuf,
    /// The log's public key, `name+id+base64`, as `/proof/checkpoints` has it. Ask for it once, and keep it.
    #[arg(long, value_name = "KEY")]
    pub(crate) log: NoteKeyArgument,
    /// The last checkpoint that this witness signed; written by this command.
    #[arg(long, value_name = "FILE")]
    pub(crate) seen: PathBuf,
    /// Be asked at this address (C2SP tlog-witness) instead: the log sends its checkpoints to `http://ADDRESS/add-checkpoint`.
    #[arg(long, value_name = "ADDRESS", conflicts_with = "file")]
    pub(crate) listen: Option<SocketAddr>,
    /// What the log shows: a checkpoint the first time, later the answer of `/proof/checkpoints/{n}/since/{m}`, where m is
    /// the number of the one that was seen.
    #[arg(required_unless_present = "listen")]
    file: Option<PathBuf>,
}

impl Witness {
    /// Whether this witness waits to be asked.
    pub fn listens(&self) -> bool {
        self.listen.is_some()
    }
}

/// Which checkpoint, and whom to believe.
#[derive(Debug, Args)]
pub struct VerifyCheckpoint {
    /// A checkpoint, as `/proof/checkpoints/{n}` has it.
    file: PathBuf,
    /// The log's public key, `name+id+base64`.
    #[arg(long, value_name = "KEY")]
    log: NoteKeyArgument,
    /// A witness's public key, from the witness; may be given several times.
    #[arg(long, value_name = "KEY")]
    witness: Vec<NoteKeyArgument>,
    /// How many of them must have signed; all, unless it is said.
    #[arg(long, value_name = "COUNT")]
    need: Option<usize>,
    /// What an authority said about its time, as `/proof/checkpoints/{n}/timestamp.tsr` has it.
    #[arg(long, value_name = "FILE", requires = "roots")]
    timestamp: Option<PathBuf>,
    /// The root certificates by which the authority is believed, in PEM, from the authority.
    #[arg(long, value_name = "PEM", requires = "timestamp")]
    roots: Option<PathBuf>,
}

/// A key on the command line.
#[derive(Clone, Debug)]
pub struct NoteKeyArgument(pub NoteKey);

impl std::str::FromStr for NoteKeyArgument {
    type Err = String;

    fn from_str(text: &str) -> Result<NoteKeyArgument, String> {
        text.parse().map(NoteKeyArgument).map_err(|_| "no key of the form name+id+base64".to_owned())
    }
}

/// Signs what continues what was seen, remembers it, and prints the note with the new line.
///
/// # Errors
/// What cannot be read; and where history was rewritten, which is the news that a witness is there to bring.
pub fn run(what: &Witness) -> Result<(), Failed> {
    let signer = signing_key::of_file(&what.key)?;
    let seen = seen(&what.seen)?;
    let file = what.file.as_ref().ok_or("nothing was shown to the witness")?;
    let (mut shown, path) = shown(&read(file)?, seen.as_ref())?;
    match may_cosign(seen.as_ref(), &shown, &what.log.0, &path) {
        Ok(()) => {}
        Err(WitnessFault::NotSigned) => return Err("the log has not signed this checkpoint".into()),
        Err(WitnessFault::OtherLog) => return Err("this is a checkpoint of another log".into()),
        Err(WitnessFault::NotContinued) => {
            return Err(format!(
                "NOT SIGNED: {} does not continue the checkpoint in {}. Without a proof that is nothing yet; with one it means \
                 that history was rewritten. Keep both files",
                file.display(),
                what.seen.display()
            )
            .into());
        }
    }
    // remembered before it is signed: a witness who forgets could sign two histories
    keep(&what.seen, &shown.to_string())?;
    let now_s = u64::try_from(SystemClock.now().0 / 1_000)?;
    let bad_name = |_| format!("{} is no name for a witness", what.name);
    shown.cosign(&what.name, &signer, now_s).map_err(bad_name)?;
    print!("{shown}");
    Ok(())
}

/// Says who signed, and fails where that is not enough.
///
/// # Errors
/// What cannot be read, and a checkpoint that the log or too few witnesses signed.
pub fn verify(what: &VerifyCheckpoint) -> Result<(), Failed> {
    let note = parse(&read(&what.file)?)?;
    let checkpoint = note.checkpoint();
    println!("{} with {} leaves", checkpoint.origin, checkpoint.size);
    let by_log = note.is_signed_by_log(&what.log.0);
    println!("{:<40} {}", what.log.0.name(), if by_log { "signed" } else { "DID NOT SIGN" });
    let mut signed = 0;
    for NoteKeyArgument(witness) in &what.witness {
        match note.cosigned_by(witness) {
            Some(at_s) => {
                signed += 1;
                println!("{:<40} signed at {}", witness.name(), time_of(at_s));
            }
            None => println!("{:<40} DID NOT SIGN", witness.name()),
        }
    }
    if let (Some(file), Some(roots)) = (&what.timestamp, &what.roots) {
        let roots = timestamps::roots(roots)?;
        let stamp = connector_timestamp::check(&read_bytes(file)?, note.text(), &roots)
            .map_err(|fault| format!("{} proves nothing: {fault}", file.display()))?;
        println!("{:<40} was there at {}", stamp.authority, time_of_ms(stamp.at));
    }
    let need = what.need.unwrap_or(what.witness.len());
    match by_log && signed >= need {
        true => Ok(()),
        false => Err(format!("{signed} of the {need} witnesses that are needed have signed").into()),
    }
}

fn time_of(at_s: u64) -> String {
    let at = i64::try_from(at_s).ok().and_then(|s| time::OffsetDateTime::from_unix_timestamp(s).ok());
    let shown = at.and_then(|at| at.format(&time::format_description::well_known::Rfc3339).ok());
    shown.unwrap_or_else(|| format!("second {at_s}"))
}

/// To the millisecond, as an authority tells it.
pub(crate) fn time_of_ms(at: UnixMs) -> String {
    let shown = platform_db::to_sql(at).format(&time::format_description::well_known::Rfc3339);
    shown.unwrap_or_else(|_| format!("millisecond {}", at.0))
}

pub(crate) fn seen(path: &Path) -> Result<Option<SignedCheckpoint>, Failed> {
    match read(path) {
        Ok(text) => Ok(Some(parse(&text)?)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

/// The newer checkpoint, with the proof that it continues the one that was seen.
fn shown(text: &str, seen: Option<&SignedCheckpoint>) -> Result<(SignedCheckpoint, Vec<Hash>), Failed> {
    if let Ok(note) = SignedCheckpoint::parse(text) {
        return Ok((note, Vec::new()));
    }
    let proof: Consistency = serde_json::from_str(text)
        .map_err(|error| format!("neither a checkpoint nor a proof that one continues another: {error}"))?;
    let fits = seen.is_none_or(|seen| seen.checkpoint() == proof.first.checkpoint());
    match fits {
        true => Ok((proof.second, proof.path)),
        false => Err("the proof begins at another checkpoint than the one that was seen".into()),
    }
}

fn parse(text: &str) -> Result<SignedCheckpoint, Failed> {
    SignedCheckpoint::parse(text).map_err(|_| "this is no signed checkpoint".into())
}

/// In one step: never half a checkpoint.
pub(crate) fn keep(path: &Path, text: &str) -> io::Result<()> {
    let new = path.with_extension("new");
    let mut file = fs::File::create(&new)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    fs::rename(new, path)
}

fn read(path: &Path) -> io::Result<String> {
    String::from_utf8(read_bytes(path)?).map_err(io::Error::other)
}

fn read_bytes(path: &Path) -> io::Result<Vec<u8>> {
    if fs::metadata(path)?.len() > FILE_BYTES_MAX {
        return Err(io::Error::other("the file is too large to be a checkpoint"));
    }
    fs::read(path)
}
