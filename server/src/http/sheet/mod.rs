//! Lists as files: CSV for programs, XLSX for people with a spreadsheet. Money and times are numbers there, so that a
//! person can add them up.
//!
//! An area says what a list's rows are; [`files`] gives it both routes. A list that may be of any length is a
//! [`LongSheet`], written while it is read.

pub mod csv;
mod download;
mod list;
mod long;
mod workbook;

use std::borrow::Cow;
use std::fmt;

use app::i18n::t;
use axum::response::Response;
use kernel::{Fen, Problem, UnixMs};
use time::{OffsetDateTime, UtcOffset};

pub use download::download;
pub use list::{List, ListRequest, file, files};
pub use long::LongSheet;

use crate::http::refusal::Refusal;

/// Which file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Text with commas.
    Csv,
    /// A spreadsheet.
    Xlsx,
}

/// One cell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Cell {
    /// Words.
    Text(String),
    /// An amount, in yuan.
    Money(Fen),
    /// A time, in the zone of the file.
    Time(UnixMs),
    /// A whole number.
    Number(i64),
    /// Nothing.
    Empty,
}

impl From<&str> for Cell {
    fn from(text: &str) -> Cell {
        Cell::Text(text.to_owned())
    }
}

impl From<Cow<'_, str>> for Cell {
    fn from(text: Cow<'_, str>) -> Cell {
        Cell::Text(text.into_owned())
    }
}

impl From<Option<Fen>> for Cell {
    fn from(amount: Option<Fen>) -> Cell {
        amount.map_or(Cell::Empty, Cell::Money)
    }
}

impl From<Option<UnixMs>> for Cell {
    fn from(at: Option<UnixMs>) -> Cell {
        at.map_or(Cell::Empty, Cell::Time)
    }
}

/// A list with its headings.
#[derive(Clone, Debug)]
pub struct Sheet {
    /// The file's name without its ending.
    pub name: &'static str,
    /// The first line.
    pub header: Vec<String>,
    /// The others.
    pub rows: Vec<Vec<Cell>>,
    /// In which zone times are written.
    pub zone: UtcOffset,
}

impl Sheet {
    /// A list as it was asked for. The heading of each column is the text of `prefix.column`.
    pub fn of(
        request: &ListRequest,
        name: &'static str,
        prefix: &str,
        columns: &[&str],
        rows: impl Iterator<Item = Vec<Cell>>,
    ) -> Sheet {
        let heading = |column: &&str| t(request.lang, &format!("{prefix}.{column}")).into_owned();
        let header = columns.iter().map(heading).collect();
        let rows: Vec<Vec<Cell>> = rows.collect();
        debug_assert!(
            rows.iter().all(|row| row.len() == columns.len()),
            "a heading for every cell of {name}"
        );
        Sheet { name, header, rows, zone: request.state.zone() }
    }
}

impl List for Sheet {
    async fn answer(self, kind: Kind) -> Result<Response, Refusal> {
        let name = self.name;
        let body = match kind {
            Kind::Csv => csv::whole(self)?,
            Kind::Xlsx => workbook::whole(self).await?,
        };
        download(body, name, kind)
    }
}

fn local(at: UnixMs, zone: UtcOffset) -> OffsetDateTime {
    platform_db::to_sql(at).to_offset(zone)
}

fn broken(error: impl fmt::Display) -> Refusal {
    tracing::error!(%error, "a file could not be written");
    Refusal(Problem::internal())
}
