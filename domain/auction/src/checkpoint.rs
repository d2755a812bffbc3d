//! The daily checkpoint over all lots: leaves are added, what the tree is then is signed.
//!
//! Every process tries once a minute; a lock in the database lets one at a time, and the day's checkpoint is made once.
//! Leaves are added in pages, each in a transaction of its own: what is added stays, and who comes next goes on there.

use std::time::Duration;

use kernel::{Problem, UnixMs};
use platform_db::CommandError;
use proof::{Checkpoint, Frontier, Hash, Inclusion, Plan, PublicKey, SignedCheckpoint, Signer, note_key};
use serde::Serialize;
use sqlx::{PgConnection, PgPool};
use tokio::sync::watch;
use tokio::time::MissedTickBehavior;

use crate::Service;
use crate::store::checkpoints::{self, StoredCheckpoint};

/// How often it is looked whether the day's checkpoint is due.
const LOOK: Duration = Duration::from_secs(60);
/// How many leaves a transaction adds.
const PAGE: i64 = 5_000;
/// After so many pages what is there is signed, though new lines may be coming faster than they are added.
const PAGES_MAX: usize = 2_000;
/// A line is seen by a checkpoint when it is committed, and bears the time when it was written: no write takes so long.
const LATE_MS: i64 = 60 * 60 * 1_000;

/// A checkpoint as people see it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CheckpointLine {
    /// Its number, from 1.
    pub n: i64,
    /// How many leaves it covers.
    pub size: i64,
    /// The hash over all of them.
    pub root: Hash,
    /// The signed note.
    pub note: String,
    /// Whether it was made because a day had begun; otherwise somebody asked for it.
    pub is_daily: bool,
    /// When, by our clock.
    pub made_at: UnixMs,
}

/// Shows that the log of a checkpoint is the beginning of a later one's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Consistency {
    /// The earlier checkpoint.
    pub first: SignedCheckpoint,
    /// The later.
    pub second: SignedCheckpoint,
    /// RFC 6962 §2.1.2.
    pub path: Vec<Hash>,
}

impl From<StoredCheckpoint> for CheckpointLine {
    fn from(stored: StoredCheckpoint) -> CheckpointLine {
        let StoredCheckpoint { n, size, root, note, is_daily, made_at } = stored;
        CheckpointLine { n, size, root, note, is_daily, made_at }
    }
}

/// Looks every minute until `stop` turns true.
pub(crate) async fn run(service: Service, mut stop: watch::Receiver<bool>) {
    let mut looks = tokio::time::interval(LOOK);
    looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            biased;
            _ = stop.changed() => return,
            _ = looks.tick() => {}
        }
        let made = daily_checkpoint(&service.db, &service.signer, service.now()).await;
        if let Err(error) = made {
            tracing::warn!(%error, "the day's checkpoint could not be made; trying again");
        }
    }
}

/// Notes a key that signs, for a process that runs no [`Service`]: receipts and checkpoints are checked with known keys.
pub async fn know_signer(db: &PgPool, signer: &Signer) -> Result<(), sqlx::Error> {
    crate::store::proofs::know_key(db, &signer.public()).await
}

/// The checkpoint of the day of this instant, made if it is not there yet; none while there is nothing to sign.
pub async fn daily_checkpoint(
    db: &PgPool,
    signer: &Signer,
    now: UnixMs,
) -> Result<Option<CheckpointLine>, sqlx::Error> {
    let mut conn = db.acquire().await?;
    if let Some(made) = checkpoints::of_day(&mut conn, now).await? {
        return Ok(Some(made.into()));
    }
    drop(conn);
    make(db, signer, Some(now)).await
}

/// A checkpoint of everything that is there now: a new one, or the newest when nothing has come since.
pub async fn checkpoint_now(db: &PgPool, signer: &Signer) -> Result<Option<CheckpointLine>, sqlx::Error> {
    make(db, signer, None).await
}

async fn make(
    db: &PgPool,
    signer: &Signer,
    day: Option<UnixMs>,
) -> Result<Option<CheckpointLine>, sqlx::Error> {
    for page in 1..=PAGES_MAX {
        let mut tx = db.begin().await?;
        let (origin, size) = checkpoints::lock(&mut tx).await?;
        if let Some(day) = day
            && let Some(made) = checkpoints::of_day(&mut tx, day).await?
        {
            return Ok(Some(made.into()));
        }
        let newest = checkpoints::newest(&mut tx).await?;
        let (frontier, is_last) = grow(&mut tx, size, newest.as_ref()).await?;
        if is_last || page == PAGES_MAX {
            let made = sign(&mut tx, origin, &frontier, signer, day, newest).await?;
            tx.commit().await?;
            return Ok(made.map(CheckpointLine::from));
        }
        tx.commit().await?;
    }
    Ok(None)
}

/// Adds a page of leaves; true when there were no more.
async fn grow(
    conn: &mut PgConnection,
    size: i64,
    newest: Option<&StoredCheckpoint>,
) -> Result<(Frontier, bool), sqlx::Error> {
    let mut leaves = checkpoints::new_heads(conn, PAGE).await?;
    let room = PAGE - i64::try_from(leaves.len()).unwrap_or(PAGE);
    let since = newest.map_or(UnixMs(0), |newest| newest.made_at.plus_ms(-LATE_MS));
    leaves.extend(checkpoints::new_refusals(conn, since, room).await?);
    let wanted = Frontier::parts(u64::try_from(size).unwrap_or_default());
    let known = checkpoints::parts(conn, &wanted).await?;
    let peaks = wanted.iter().filter_map(|part| known.get(part).copied()).collect();
    let frontier = Frontier::of(u64::try_from(size).unwrap_or_default(), peaks);
    let mut frontier =
        frontier.ok_or_else(|| sqlx::Error::Protocol("parts of the tree are missing".into()))?;
    let mut parts = Vec::with_capacity(2 * leaves.len());
    for leaf in &leaves {
        frontier.push(leaf.row_hash, |part, hash| parts.push((part, hash)));
    }
    if !leaves.is_empty() {
        checkpoints::append(conn, size, &leaves, &parts).await?;
    }
    Ok((frontier, i64::try_from(leaves.len()).is_ok_and(|count| count < PAGE)))
}

async fn sign(
    conn: &mut PgConnection,
    origin: String,
    frontier: &Frontier,
    signer: &Signer,
    day: Option<UnixMs>,
    newest: Option<StoredCheckpoint>,
) -> Result<Option<StoredCheckpoint>, sqlx::Error> {
    let size = i64::try_from(frontier.size()).unwrap_or(i64::MAX);
    let is_covered = day.is_none() && newest.as_ref().is_some_and(|newest| newest.size == size);
    if size == 0 || is_covered {
        return Ok(newest);
    }
    let root = frontier.root();
    let checkpoint = Checkpoint { origin, size: frontier.size(), root };
    let note = SignedCheckpoint::sign(checkpoint, signer).to_string();
    checkpoints::keep(conn, day, size, root, &note).await?;
    checkpoints::newest(conn).await
}

impl Service {
    /// Checkpoints before this number, the newest first.
    pub async fn checkpoints(&self, before: i64, limit: i64) -> Result<Vec<CheckpointLine>, CommandError> {
        let lines = checkpoints::before(&self.db, before, limit).await?;
        Ok(lines.into_iter().map(CheckpointLine::from).collect())
    }

    /// One checkpoint.
    ///
    /// # Errors
    /// `NOT_FOUND`.
    pub async fn checkpoint(&self, n: i64) -> Result<CheckpointLine, CommandError> {
        let found = checkpoints::after(&self.db, n.saturating_sub(1), 1).await?.pop();
        let found = found.filter(|found| found.n == n).ok_or_else(Problem::not_found)?;
        Ok(found.into())
    }

    /// Makes a checkpoint of everything that is there now. A repeat without anything new gets the same one.
    ///
    /// # Errors
    /// `NOTHING_TO_SIGN` before the first lot.
    pub async fn make_checkpoint(&self) -> Result<CheckpointLine, CommandError> {
        let made = checkpoint_now(&self.db, &self.signer).await?;
        Ok(made.ok_or_else(|| Problem::new(kernel::ProblemKind::Conflict, "NOTHING_TO_SIGN"))?)
    }

    /// The log's name, and its public keys as tools for signed notes take them.
    pub async fn note_keys(&self) -> Result<(String, Vec<String>), CommandError> {
        let (origin, _) = checkpoints::log(&self.db).await?;
        let keys = self.proof_keys().await?;
        let keys = keys.iter().map(|(key, _): &(PublicKey, UnixMs)| note_key(&origin, key)).collect();
        Ok((origin, keys))
    }

    /// Shows that a row, known by its hash, is a leaf of a checkpoint (of the newest, when none is named). A lot's head
    /// and a refused bid are leaves; other accepted rows stand below a head, in the lot's log.
    ///
    /// # Errors
    /// `NOT_FOUND` for an unknown checkpoint, and for a row that is no leaf of it.
    pub async fn inclusion(&self, leaf: Hash, n: Option<i64>) -> Result<Inclusion, CommandError> {
        let of = match n {
            Some(n) => Some(self.checkpoint(n).await?),
            None => self.checkpoints(i64::MAX, 1).await?.pop(),
        };
        let of = of.ok_or_else(Problem::not_found)?;
        let place = checkpoints::place_of(&self.db, leaf).await?.ok_or_else(Problem::not_found)?;
        let index = u64::try_from(place).unwrap_or(u64::MAX);
        let plan = Plan::inclusion(index, u64::try_from(of.size).unwrap_or_default());
        let path = self.path(&plan.ok_or_else(Problem::not_found)?).await?;
        Ok(Inclusion { leaf, index, path, checkpoint: signed(&of)? })
    }

    /// The newest head of a lot that the newest checkpoint holds; none while there is none.
    pub async fn head_inclusion(&self, lot_id: kernel::LotId) -> Result<Option<Inclusion>, CommandError> {
        let Some(newest) = self.checkpoints(i64::MAX, 1).await?.pop() else { return Ok(None) };
        match checkpoints::newest_head(&self.db, lot_id, newest.size).await? {
            Some(head) => Ok(Some(self.inclusion(head, Some(newest.n)).await?)),
            None => Ok(None),
        }
    }

    /// Shows that the log of one checkpoint is the beginning of the other's.
    ///
    /// # Errors
    /// `NOT_FOUND` for an unknown one, and when the first is the later.
    pub async fn consistency(&self, first: i64, second: i64) -> Result<Consistency, CommandError> {
        let (first, second) = (self.checkpoint(first).await?, self.checkpoint(second).await?);
        let size = |of: &CheckpointLine| u64::try_from(of.size).unwrap_or_default();
        let plan = Plan::consistency(size(&first), size(&second)).ok_or_else(Problem::not_found)?;
        let path = self.path(&plan).await?;
        Ok(Consistency { first: signed(&first)?, second: signed(&second)?, path })
    }

    async fn path(&self, plan: &Plan) -> Result<Vec<Hash>, CommandError> {
        let mut conn = self.db.acquire().await?;
        let parts = checkpoints::parts(&mut conn, &plan.parts()).await?;
        let path = plan.proof(|part| parts.get(&part).copied());
        path.ok_or_else(|| CommandError::Inconsistent("parts of the tree are missing".to_owned()))
    }
}

fn signed(of: &CheckpointLine) -> Result<SignedCheckpoint, CommandError> {
    SignedCheckpoint::parse(&of.note)
        .map_err(|_| CommandError::Inconsistent(format!("checkpoint {} is not readable", of.n)))
}
