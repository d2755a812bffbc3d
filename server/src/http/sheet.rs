//! A list as a file: CSV for programs, XLSX for people with a spreadsheet. Money and times are numbers there, so that
//! a person can add them up.

use std::fmt;

use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use kernel::{Fen, Problem, UnixMs};
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, Worksheet, XlsxError};
use time::{OffsetDateTime, UtcOffset};

use crate::http::auctions::export::csv_file;
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
    /// The sheet as a download.
    pub fn answer(self, kind: Kind) -> Result<Response, Refusal> {
        match kind {
            Kind::Csv => {
                let zone = self.zone;
                let rows =
                    self.rows.into_iter().map(|row| row.iter().map(|cell| text_of(cell, zone)).collect());
                let header: Vec<&str> = self.header.iter().map(String::as_str).collect();
                csv_file(&format!("{}.csv", self.name), &header, rows)
            }
            Kind::Xlsx => {
                let bytes = self.workbook().map_err(broken)?;
                let mut response = bytes.into_response();
                let headers = response.headers_mut();
                let content = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
                headers.insert(CONTENT_TYPE, HeaderValue::from_static(content));
                let disposition = format!("attachment; filename=\"{}.xlsx\"", self.name);
                headers.insert(CONTENT_DISPOSITION, HeaderValue::from_str(&disposition).map_err(broken)?);
                Ok(response)
            }
        }
    }

    fn workbook(&self) -> Result<Vec<u8>, XlsxError> {
        let mut workbook = Workbook::new();
        let sheet = workbook.add_worksheet();
        let bold = Format::new().set_bold();
        for (title, column) in self.header.iter().zip(0..) {
            sheet.write_string_with_format(0, column, title, &bold)?;
        }
        let money = Format::new().set_num_format("#,##0.00");
        let moment = Format::new().set_num_format("yyyy-mm-dd hh:mm");
        for (cells, row) in self.rows.iter().zip(1..) {
            for (cell, column) in cells.iter().zip(0..) {
                write(sheet, row, column, cell, self.zone, &money, &moment)?;
            }
        }
        sheet.set_freeze_panes(1, 0)?;
        sheet.autofit();
        workbook.save_to_buffer()
    }
}

pub(crate) fn write(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    cell: &Cell,
    zone: UtcOffset,
    money: &Format,
    moment: &Format,
) -> Result<(), XlsxError> {
    match cell {
        Cell::Text(text) => sheet.write_string(row, column, text)?,
        // a spreadsheet knows only floating numbers; this is the last step, nothing is computed with it here
        Cell::Money(fen) => sheet.write_number_with_format(row, column, fen.0 as f64 / 100.0, money)?,
        Cell::Time(at) => sheet.write_datetime_with_format(row, column, &excel_time(*at, zone)?, moment)?,
        // years and kilometres are exact in a float
        Cell::Number(n) => sheet.write_number(row, column, *n as f64)?,
        Cell::Empty => sheet,
    };
    Ok(())
}

fn local(at: UnixMs, zone: UtcOffset) -> OffsetDateTime {
    platform_db::to_sql(at).to_offset(zone)
}

fn excel_time(at: UnixMs, zone: UtcOffset) -> Result<ExcelDateTime, XlsxError> {
    let at = local(at, zone);
    let year = u16::try_from(at.year()).unwrap_or_default();
    ExcelDateTime::from_ymd(year, at.month().into(), at.day())?.and_hms(
        at.hour().into(),
        at.minute(),
        at.second(),
    )
}

pub(crate) fn text_of(cell: &Cell, zone: UtcOffset) -> String {
    match cell {
        Cell::Text(text) => text.clone(),
        Cell::Money(fen) => fen.yuan_plain(),
        Cell::Time(at) => {
            let at = local(*at, zone);
            let (year, month, day) = (at.year(), u8::from(at.month()), at.day());
            format!("{year:04}-{month:02}-{day:02} {:02}:{:02}:{:02}", at.hour(), at.minute(), at.second())
        }
        Cell::Number(n) => n.to_string(),
        Cell::Empty => String::new(),
    }
}

pub(crate) fn broken(error: impl fmt::Display) -> Refusal {
    tracing::error!(%error, "a file could not be written");
    Refusal(Problem::internal())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn writes_times_in_the_zone_and_money_in_yuan() {
        let china = UtcOffset::from_whole_seconds(8 * 3_600).unwrap_or(UtcOffset::UTC);
        assert_eq!(text_of(&Cell::Time(UnixMs(1_795_312_800_000)), china), "2026-11-22 10:00:00");
        assert_eq!(text_of(&Cell::Money(Fen(12_850_050)), china), "128500.50");
        assert_eq!(text_of(&Cell::from(None), china), "");
    }

    #[test]
    fn a_workbook_is_a_zip_file_with_every_kind_of_cell() {
        let rows = vec![vec![Cell::from("=1+1"), Cell::Money(Fen(1)), Cell::Time(UnixMs(0)), Cell::Empty]];
        let sheet = Sheet { name: "x", header: vec!["甲".into()], rows, zone: UtcOffset::UTC };
        assert!(sheet.workbook().is_ok_and(|bytes| bytes.starts_with(b"PK")));
    }
}
