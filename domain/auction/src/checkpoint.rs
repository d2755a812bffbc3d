//! The daily checkpoint over all lots: leaves are added, what the tree is then is signed.
//!
//! Every process looks once a minute; a lock in the database lets one at a time work, and the day's checkpoint is made once.
//! Leaves are added in pages, each in a transaction of its own: what is added stays, and who comes next goes on there.
//! Refused lines are walked in the order of time, window by window: each line is read once, however many there are.

use std::time::{Duration, Instant};

use kernel::{Problem, UnixMs};
use platform_db::{CommandError, Looks};
use proof::{
    Checkpoint, Consistency, Frontier, Hash, Inclusion, Plan, PublicKey, SignedCheckpoint, Signer, note_key,
};
use sqlx::{PgConnection, PgPool};
use tokio::sync::watch;

use crate::Service;
use crate::store::checkpoints::{self, Leaf, StoredCheckpoint};
use crate::store::pulse::database_now;

/// How often it is looked whether the day's checkpoint is due.
const LOOK: Duration = Duration::from_secs(60);
/// How many heads a transaction adds at most, and about how many refused lines.
const PAGE: i64 = 5_000;
/// The span of time whose refused lines a transaction adds: it begins with the first, and grows where they are few.
const FIRST_WINDOW_MS: i64 = 1_000;
const LONGEST_WINDOW_MS: i64 = 10 * 60 * 1_000;
/// The daily checkpoint rests so many times as long as each page took: it can wait, and bids cannot.
const RESTS: u32 = 3;
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

/// What somebody knows of the checkpoints that he looks for; what fits one of it is found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CheckpointSearch {
    /// The number.
    pub n: Option<i64>,
    /// How the hash over all leaves begins, in hexadecimal digits.
    pub root: Option<String>,
    /// Made from an instant on, and before another.
    pub made: Option<(UnixMs, UnixMs)>,
}

impl From<StoredCheckpoint> for CheckpointLine {
    fn from(stored: StoredCheckpoint) -> CheckpointLine {
        let StoredCheckpoint { n, size, root, note, is_daily, made_at } = stored;
        CheckpointLine { n, size, root, note, is_daily, made_at }
    }
}

/// Looks every minute until `stop` turns true.
pub(crate) async fn run(service: Service, stop: watch::Receiver<bool>) {
    let mut looks = Looks::every(LOOK, stop);
    while looks.next().await {
        if let Err(error) = daily_checkpoint_in_turn(&service.db, &service.signer, service.now()).await {
            tracing::warn!(%error, "the day's checkpoint could not be made; trying again");
        }
    }
}

/// As [`daily_checkpoint`], unless another process is at it: while one rests between two pages, nobody else works. None then.
pub async fn daily_checkpoint_in_turn(
    db: &PgPool,
    signer: &Signer,
    now: UnixMs,
) -> Result<Option<CheckpointLine>, sqlx::Error> {
    if let Some(made) = checkpoints::of_day(&mut *db.acquire().await?, now).await? {
        return Ok(Some(made.into()));
    }
    let Some(turn) = checkpoints::turn(db).await? else { return Ok(None) };
    let made = daily_checkpoint(db, signer, now).await;
    // until here nobody else had it
    drop(turn);
    made
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
    let mut walk = None;
    loop {
        let started = Instant::now();
        let mut tx = db.begin().await?;
        let (origin, size) = checkpoints::lock(&mut tx).await?;
        if let Some(day) = day
            && let Some(made) = checkpoints::of_day(&mut tx, day).await?
        {
            return Ok(Some(made.into()));
        }
        let newest = checkpoints::newest(&mut tx).await?;
        let walk = match &mut walk {
            Some(walk) => walk,
            None => walk.insert(Walk::since(&mut tx, newest.as_ref()).await?),
        };
        let leaves = walk.next_leaves(&mut tx).await?;
        let frontier = grow(&mut tx, size, &leaves).await?;
        if walk.is_done() {
            let made = sign(&mut tx, origin, &frontier, signer, day, newest).await?;
            tx.commit().await?;
            return Ok(made.map(CheckpointLine::from));
        }
        tx.commit().await?;
        if day.is_some() {
            tokio::time::sleep(started.elapsed() * RESTS).await;
        }
    }
}

/// The way through what may be no leaf yet: the heads of all lots, then the lines that were refused until it began.
#[derive(Debug)]
struct Walk {
    has_heads: bool,
    from: UnixMs,
    until: UnixMs,
    window_ms: i64,
}

impl Walk {
    async fn since(conn: &mut PgConnection, newest: Option<&StoredCheckpoint>) -> Result<Walk, sqlx::Error> {
        // lines of this very millisecond belong to it
        let until = database_now(conn).await?.plus_ms(1);
        let from = match newest {
            Some(newest) => newest.made_at.plus_ms(-LATE_MS),
            None => checkpoints::first_refusal(conn).await?.unwrap_or(until),
        };
        Ok(Walk { has_heads: false, from, until, window_ms: FIRST_WINDOW_MS })
    }

    fn is_done(&self) -> bool {
        self.has_heads && self.from >= self.until
    }

    /// The next page of leaves; none only at the end.
    async fn next_leaves(&mut self, conn: &mut PgConnection) -> Result<Vec<Leaf>, sqlx::Error> {
        if !self.has_heads {
            let heads = checkpoints::new_heads(conn, PAGE).await?;
            self.has_heads = i64::try_from(heads.len()).is_ok_and(|count| count < PAGE);
            if !heads.is_empty() {
                return Ok(heads);
            }
        }
        while !self.is_done() {
            let to = self.from.plus_ms(self.window_ms).min(self.until);
            let lines = checkpoints::new_refusals(conn, self.from, to).await?;
            self.passed(to, lines.len());
            if !lines.is_empty() {
                return Ok(lines);
            }
        }
        Ok(Vec::new())
    }

    /// A window's lines were taken. The next is so long that it should hold about a page.
    fn passed(&mut self, to: UnixMs, lines: usize) {
        self.from = to;
        let lines = i64::try_from(lines).unwrap_or(i64::MAX);
        if lines > PAGE {
            self.window_ms = (self.window_ms / 2).max(1);
        } else if lines < PAGE / 2 {
            self.window_ms = (self.window_ms * 2).min(LONGEST_WINDOW_MS);
        }
    }
}

/// Adds a page of leaves.
async fn grow(conn: &mut PgConnection, size: i64, leaves: &[Leaf]) -> Result<Frontier, sqlx::Error> {
    let wanted = Frontier::parts(u64::try_from(size).unwrap_or_default());
    let known = checkpoints::parts(conn, &wanted).await?;
    let peaks = wanted.iter().filter_map(|part| known.get(part).copied()).collect();
    let frontier = Frontier::of(u64::try_from(size).unwrap_or_default(), peaks);
    let mut frontier =
        frontier.ok_or_else(|| sqlx::Error::Protocol("parts of the tree are missing".into()))?;
    let mut parts = Vec::with_capacity(2 * leaves.len());
    for leaf in leaves {
        frontier.push(leaf.row_hash, |part, hash| parts.push((part, hash)));
    }
    if !leaves.is_empty() {
        checkpoints::append(conn, size, leaves, &parts).await?;
    }
    Ok(frontier)
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

    /// Those that are looked for, the newest first, at most `limit`.
    pub async fn find_checkpoints(
        &self,
        search: &CheckpointSearch,
        limit: i64,
    ) -> Result<Vec<CheckpointLine>, CommandError> {
        let lines = checkpoints::matching(&self.db, search, limit).await?;
        Ok(lines.into_iter().map(CheckpointLine::from).collect())
    }

    /// The number of the checkpoint that this note is of, whoever signed it.
    ///
    /// # Errors
    /// `CHECKPOINT_UNKNOWN` where it is none of ours.
    pub async fn checkpoint_of(&self, note: &SignedCheckpoint) -> Result<i64, CommandError> {
        let size = i64::try_from(note.checkpoint().size).unwrap_or(i64::MAX);
        let same = |stored: &StoredCheckpoint| {
            SignedCheckpoint::parse(&stored.note).is_ok_and(|ours| ours.checkpoint() == note.checkpoint())
        };
        let found = checkpoints::of_size(&self.db, size).await?.into_iter().find(same);
        let unknown = || Problem::new(kernel::ProblemKind::NotFound, "CHECKPOINT_UNKNOWN");
        Ok(found.ok_or_else(unknown)?.n)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_follow_how_many_lines_there_are() {
        let mut walk =
            Walk { has_heads: true, from: UnixMs(0), until: UnixMs(1_000_000), window_ms: FIRST_WINDOW_MS };
        walk.passed(UnixMs(1_000), 0);
        assert_eq!((walk.from, walk.window_ms), (UnixMs(1_000), 2_000));
        walk.passed(UnixMs(3_000), 20_000);
        assert_eq!(walk.window_ms, 1_000);
        walk.passed(UnixMs(4_000), 4_000);
        assert_eq!(walk.window_ms, 1_000, "about a page stays");
        for _ in 0..40 {
            walk.passed(walk.from, 0);
        }
        assert_eq!(walk.window_ms, LONGEST_WINDOW_MS);
        for _ in 0..40 {
            walk.passed(walk.from, 1_000_000);
        }
        assert_eq!(walk.window_ms, 1, "a window is never empty");
        assert!(!walk.is_done());
        walk.passed(UnixMs(1_000_000), 0);
        assert!(walk.is_done());
    }
}
