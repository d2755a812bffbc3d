//! Exactly what is filtered, row by row, however much it is.

use std::collections::BTreeMap;

use kernel::{Fen, Principal, UnixMs, VehicleId};
use platform_db::CommandError;
use tokio::sync::mpsc;

use crate::actor::Actor;
use crate::{Facts, Service, Status, VehicleFilter, store};

/// How many rows may wait for a slow reader.
const WAITING_MAX: usize = 256;

/// A car to export.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportRow {
    /// The car.
    pub id: VehicleId,
    /// Where it stands.
    pub status: Status,
    /// The source.
    pub source: String,
    /// The source's own reference.
    pub external_id: Option<String>,
    /// Its facts.
    pub facts: Facts,
    /// What the newest report read of the battery, by the names of [`crate::BATTERY`].
    pub battery: BTreeMap<String, u16>,
    /// 指导价.
    pub guide_fen: Option<Fen>,
    /// 起拍价.
    pub start_fen: Option<Fen>,
    /// Whether there is a 保留价; how much is told to who asks.
    pub has_reserve: bool,
    /// Taken in.
    pub received_at: UnixMs,
    /// Last change.
    pub updated_at: UnixMs,
}

impl Service {
    /// The rows of the filter, in its order, without its pages, at most `limit`. They come as fast as they are taken;
    /// who stops taking stops the reading. All staff may read.
    pub fn export_vehicles(
        &self,
        who: &Principal,
        filter: VehicleFilter,
        limit: i64,
    ) -> Result<mpsc::Receiver<Result<ExportRow, CommandError>>, CommandError> {
        Actor::permitted(who, &[])?;
        let (to_reader, rows) = mpsc::channel(WAITING_MAX);
        let db = self.db.clone();
        tokio::spawn(async move {
            if let Err(error) = store::list::export(&db, &filter, limit, &to_reader).await {
                // a reader that is gone needs no error
                let _ = to_reader.send(Err(error.into())).await;
            }
        });
        Ok(rows)
    }
}
