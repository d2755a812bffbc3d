//! Snapshots for sockets. When a hall full of phones comes back at once, thousands ask for the same lot in the same second:
//! what waits is read together, each lot once, while the next gather.

use std::collections::HashSet;

use bidding::ServerFrame;
use kernel::{LotId, Principal, Problem};
use platform_db::CommandError;
use sqlx::PgPool;
use tokio::sync::{mpsc, oneshot};

use crate::store::snapshots::{self, Look, Seens};
use crate::{Service, projection};

/// How many may wait to be read. Whoever comes then waits for a place.
const ASKED_LIMIT: usize = 4_096;
/// How many are read at once.
const TOGETHER: usize = 512;

/// Who reads them. Cheap to clone; it ends with the last clone.
#[derive(Clone, Debug)]
pub(crate) struct Snapshots {
    asked: mpsc::Sender<Asked>,
}

#[derive(Debug)]
struct Asked {
    look: Look,
    answer: oneshot::Sender<Option<Snapshot>>,
}

/// What one viewer sees.
type Snapshot = (snapshots::Seen, bidding::MyPosition);

impl Snapshots {
    /// Reads from this database.
    pub(crate) fn of(db: PgPool) -> Snapshots {
        let (asked, waiting) = mpsc::channel(ASKED_LIMIT);
        tokio::spawn(read(db, waiting));
        Snapshots { asked }
    }

    /// What this viewer sees of the lot. None: there is no such lot for him.
    async fn one(&self, look: Look) -> Result<Option<Snapshot>, Problem> {
        let (answer, answered) = oneshot::channel();
        // what failed was logged where it did
        self.asked.send(Asked { look, answer }).await.map_err(|_| platform_db::unavailable())?;
        answered.await.map_err(|_| platform_db::unavailable())
    }
}

impl Service {
    /// The snapshot a socket asked for.
    ///
    /// # Errors
    /// `NOT_FOUND`, also for who may not see the lot; `UNAVAILABLE` while the database is away.
    pub async fn snapshot(&self, who: &Principal, lot_id: LotId) -> Result<ServerFrame, CommandError> {
        let look = (lot_id, who.dealer().map(|seat| seat.dealer_id));
        let (seen, mine) = self.snapshots.one(look).await?.ok_or_else(Problem::not_found)?;
        Ok(projection::snapshot(lot_id, &seen.state, mine, seen.history, self.now()))
    }
}

async fn read(db: PgPool, mut waiting: mpsc::Receiver<Asked>) {
    let mut asked = Vec::with_capacity(TOGETHER);
    while waiting.recv_many(&mut asked, TOGETHER).await > 0 {
        let looks: HashSet<Look> = asked.iter().map(|one| one.look).collect();
        let looks: Vec<Look> = looks.into_iter().collect();
        match snapshots::of(&db, &looks).await {
            Ok(seens) => asked.drain(..).for_each(|one| one.answer_with(&seens)),
            Err(error) => {
                tracing::warn!(%error, "snapshots could not be read");
                asked.clear();
            }
        }
    }
}

impl Asked {
    fn answer_with(self, seens: &Seens) {
        let seen = seens.lots.get(&self.look.0).zip(seens.positions.get(&self.look));
        // he may have gone meanwhile
        drop(self.answer.send(seen.map(|(seen, mine)| (seen.clone(), mine.clone()))));
    }
}
