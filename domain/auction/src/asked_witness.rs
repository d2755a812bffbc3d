//! Witnesses who are asked: the newest checkpoint is shown to each (C2SP tlog-witness), with the proof that it continues the one
//! that he saw last; his line is checked and kept like one that was handed in.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use kernel::{Principal, Role, UnixMs};
use platform_db::{CommandError, Looks};
use proof::{NoteKey, Plan, SignedCheckpoint, Submission};
use sqlx::PgPool;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use crate::Service;
use crate::store::checkpoints::{self, StoredCheckpoint};
use crate::store::witnesses::{self, Turn};
use crate::timestamp::pause_ms;
use crate::witness::keep_cosignature;

/// How often it is looked whether a witness has not signed the newest.
const LOOK: Duration = Duration::from_secs(60);
/// A process that ends while it asks leaves it to the others after so long.
const TURN_MS: i64 = 60_000;
/// He is asked twice: the first answer may be what he saw last.
const TRIES: usize = 2;
/// What is kept of an error.
const ERROR_CHARS_MAX: usize = 500;
/// Whose turn is so long past is nobody's witness any more: the longest pause is an hour.
const FORGOTTEN_AFTER_MS: i64 = 2 * 60 * 60 * 1000;

/// What a witness answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DeskAnswer {
    /// Lines for the note.
    Lines(String),
    /// The size of the checkpoint that he signed last: he was shown the proof from another.
    Saw(u64),
    /// He does not sign.
    Refused(String),
}

/// The way to a witness.
#[async_trait]
pub trait WitnessDesk: Send + Sync {
    /// Shows him a checkpoint; or why he cannot be reached.
    async fn show(&self, submission: &Submission) -> Result<DeskAnswer, String>;
}

/// A witness who is asked.
#[derive(Clone)]
pub struct AskedWitness {
    /// His key, from him.
    pub key: NoteKey,
    /// The way to him.
    pub desk: Arc<dyn WitnessDesk>,
}

/// A witness who is asked and does not sign.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FailingWitness {
    /// His name.
    pub name: String,
    /// Since when; not known where that began before it was written down.
    pub since: Option<UnixMs>,
    /// How often he was asked since he signed last.
    pub attempts: i32,
    /// What came of the last time.
    pub error: String,
    /// When he is asked again.
    pub next_try_at: UnixMs,
}

/// What became of asking.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Asked {
    /// There was nothing to ask, or it was not the time for it.
    Nothing,
    /// He signed this checkpoint.
    Signed(i64),
    /// He did not.
    Failed(String),
}

async fn run(service: Service, witnesses: Vec<AskedWitness>, stop: watch::Receiver<bool>) {
    let mut looks = Looks::every(LOOK, stop);
    while looks.next().await {
        for witness in &witnesses {
            if looks.are_over() {
                return;
            }
            // to its end: what he has signed would else be known only when his turn is over
            if let Err(error) = ask_witness(&service.db, witness, service.now()).await {
                tracing::warn!(%error, "a witness's line could not be kept; trying again");
            }
        }
    }
}

/// Shows a witness the newest checkpoint, if he has not signed it and it is time.
pub async fn ask_witness(db: &PgPool, witness: &AskedWitness, now: UnixMs) -> Result<Asked, sqlx::Error> {
    let key = witness.key.to_string();
    let Some(newest) = checkpoints::before(db, i64::MAX, 1).await?.pop() else { return Ok(Asked::Nothing) };
    let Some(turn) = witnesses::take(db, &key, newest.n, now, now.plus_ms(TURN_MS)).await? else {
        return Ok(Asked::Nothing);
    };
    match show(db, witness, &newest, &turn).await? {
        Ok(()) => {
            witnesses::signed(db, &key, newest.size).await?;
            tracing::info!(
                checkpoint.n = newest.n,
                witness.name = witness.key.name(),
                "a witness has signed"
            );
            Ok(Asked::Signed(newest.n))
        }
        Err(error) => {
            let error: String = error.chars().take(ERROR_CHARS_MAX).collect();
            witnesses::failed(db, &key, &error, (now, now.plus_ms(pause_ms(turn.attempts)))).await?;
            tracing::warn!(
                checkpoint.n = newest.n,
                witness.name = witness.key.name(),
                error,
                "a witness has not signed; trying again"
            );
            Ok(Asked::Failed(error))
        }
    }
}

async fn show(
    db: &PgPool,
    witness: &AskedWitness,
    newest: &StoredCheckpoint,
    turn: &Turn,
) -> Result<Result<(), String>, sqlx::Error> {
    let Ok(checkpoint) = SignedCheckpoint::parse(&newest.note) else {
        return Ok(Err("the checkpoint is not readable".to_owned()));
    };
    let mut old = u64::try_from(turn.seen_size).unwrap_or_default();
    for _ in 0..TRIES {
        let size = checkpoint.checkpoint().size;
        let Some(path) = path(db, old, size).await? else {
            // what he holds is proof of it
            return Ok(Err(format!(
                "the witness saw {old} leaves, and there are {size}: the log is shorter than it was"
            )));
        };
        let submission = Submission { old, path, checkpoint: checkpoint.clone() };
        let lines = match witness.desk.show(&submission).await {
            Ok(DeskAnswer::Lines(lines)) => lines,
            Ok(DeskAnswer::Saw(seen)) => {
                old = seen;
                continue;
            }
            Ok(DeskAnswer::Refused(why)) => return Ok(Err(why)),
            Err(why) => return Ok(Err(why)),
        };
        let Ok(note) = checkpoint.with_lines(&lines) else {
            return Ok(Err("the witness's answer is not readable".to_owned()));
        };
        let kept = keep_cosignature(db, &note, &witness.key).await?;
        return Ok(kept.map(|_| ()).map_err(|fault| fault.to_string()));
    }
    Ok(Err(format!("the witness says that he saw {old} leaves last, and then that he did not")))
}

/// The proof between two sizes; none where the first is the larger. From nothing, and from the same, it is empty.
async fn path(db: &PgPool, old: u64, size: u64) -> Result<Option<Vec<proof::Hash>>, sqlx::Error> {
    if old == 0 || old == size {
        return Ok(Some(Vec::new()));
    }
    let Some(plan) = Plan::consistency(old, size) else { return Ok(None) };
    let parts = checkpoints::parts(&mut *db.acquire().await?, &plan.parts()).await?;
    let path = plan.proof(|part| parts.get(&part).copied());
    path.map(Some).ok_or_else(|| sqlx::Error::Protocol("parts of the tree are missing".into()))
}

impl Service {
    /// Who is asked and does not sign, and why: for who may sign checkpoints, and can do something about it.
    ///
    /// # Errors
    /// Only the database's.
    pub async fn failing_witnesses(&self, who: &Principal) -> Result<Vec<FailingWitness>, CommandError> {
        if !who.has_role(Role::Auctioneer) {
            return Ok(Vec::new());
        }
        Ok(witnesses::failing(&self.db, self.now().plus_ms(-FORGOTTEN_AFTER_MS)).await?)
    }

    /// From now on this process asks these witnesses. The task ends when `stop` turns true.
    pub fn ask_witnesses(&self, witnesses: Vec<AskedWitness>, stop: watch::Receiver<bool>) -> JoinHandle<()> {
        tokio::spawn(run(self.clone(), witnesses, stop))
    }
}
