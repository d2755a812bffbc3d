//! Lists of any length: written while they are read, in little memory.

use axum::response::Response;
use futures_util::stream;
use kernel::Lang;
use platform_db::CommandError;
use time::UtcOffset;
use tokio::sync::mpsc;

use super::{Cell, Kind, List, csv, download, workbook};
use crate::http::refusal::Refusal;

/// Rows a chunk of the answer.
const CHUNK_ROWS: usize = 500;

/// A list whose rows come one after the other.
pub struct LongSheet<R> {
    /// The file's name without its ending.
    pub name: &'static str,
    /// The first line.
    pub header: Vec<String>,
    /// The others, as they come.
    pub rows: mpsc::Receiver<Result<R, CommandError>>,
    /// The cells of a row.
    pub cells: fn(R, Lang) -> Vec<Cell>,
    /// In which language.
    pub lang: Lang,
    /// In which zone times are written.
    pub zone: UtcOffset,
}

impl<R: Send + 'static> List for LongSheet<R> {
    async fn answer(mut self, kind: Kind) -> Result<Response, Refusal> {
        let (name, header) = (self.name, std::mem::take(&mut self.header));
        let body = match kind {
            Kind::Csv => {
                let chunks = stream::try_unfold(self, |mut list| async move {
                    let lines = list.chunk().await?;
                    Ok((!lines.is_empty()).then_some((lines, list)))
                });
                csv::streamed(header, chunks)
            }
            Kind::Xlsx => {
                let zone = self.zone;
                workbook::streamed(header, move || self.next_row(), zone).await?
            }
        };
        download(body, name, kind)
    }
}

impl<R> LongSheet<R> {
    async fn chunk(&mut self) -> Result<Vec<Vec<String>>, CommandError> {
        let mut lines = Vec::with_capacity(CHUNK_ROWS);
        while lines.len() < CHUNK_ROWS {
            let Some(row) = self.rows.recv().await else { break };
            lines.push(csv::texts_of(&(self.cells)(row?, self.lang), self.zone));
        }
        Ok(lines)
    }

    /// Waits for a row; not for a thread of the runtime.
    fn next_row(&mut self) -> Option<Result<Vec<Cell>, CommandError>> {
        Some(self.rows.blocking_recv()?.map(|row| (self.cells)(row, self.lang)))
    }
}
