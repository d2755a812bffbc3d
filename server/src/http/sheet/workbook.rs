//! Lists as workbooks.

use std::fs::File;
use std::io::{self, Read as _, Seek as _};

use axum::body::Body;
use bytes::Bytes;
use futures_util::stream;
use kernel::UnixMs;
use platform_db::CommandError;
use rust_xlsxwriter::{ExcelDateTime, Format, Workbook, Worksheet, XlsxError};
use time::UtcOffset;
use tokio::task::spawn_blocking;

use super::{Cell, Sheet, broken, local};
use crate::http::refusal::Refusal;

/// Bytes a chunk of a finished file.
const CHUNK_BYTES: usize = 64 * 1024;
/// How wide a column is whose cells are not known yet, in characters.
const WIDTH: u32 = 14;

/// A whole list, its columns as wide as their cells. Packing takes a while, so no thread of the runtime does it.
pub(super) async fn whole(sheet: Sheet) -> Result<Body, Refusal> {
    let bytes = spawn_blocking(move || write_whole(&sheet)).await.map_err(broken)?;
    Ok(bytes.map_err(broken)?.into())
}

/// A workbook of the rows that `next` gives, written on a thread of its own into a file that has no name and goes
/// with the answer.
pub(super) async fn streamed(
    header: Vec<String>,
    next: impl FnMut() -> Option<Result<Vec<Cell>, CommandError>> + Send + 'static,
    zone: UtcOffset,
) -> Result<Body, Refusal> {
    let file = spawn_blocking(move || write_streamed(&header, next, zone)).await.map_err(broken)??;
    let chunks = stream::try_unfold(file, |file| async move {
        spawn_blocking(move || read_chunk(file)).await.map_err(io::Error::other)?
    });
    Ok(Body::from_stream(chunks))
}

fn write_whole(sheet: &Sheet) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let page = workbook.add_worksheet();
    let mut writer = Writer::start(page, &sheet.header, sheet.zone)?;
    for cells in &sheet.rows {
        writer.add(cells)?;
    }
    page.autofit();
    workbook.save_to_buffer()
}

fn write_streamed(
    header: &[String],
    mut next: impl FnMut() -> Option<Result<Vec<Cell>, CommandError>>,
    zone: UtcOffset,
) -> Result<File, Refusal> {
    let mut workbook = Workbook::new();
    // rows go to disk as they come
    let page = workbook.add_worksheet_with_constant_memory().map_err(broken)?;
    for (_, column) in header.iter().zip(0..) {
        page.set_column_width(column, WIDTH).map_err(broken)?;
    }
    let mut writer = Writer::start(page, header, zone).map_err(broken)?;
    while let Some(cells) = next() {
        writer.add(&cells?).map_err(broken)?;
    }
    let mut file = tempfile::tempfile().map_err(broken)?;
    workbook.save_to_writer(&mut file).map_err(broken)?;
    file.rewind().map_err(broken)?;
    Ok(file)
}

fn read_chunk(mut file: File) -> io::Result<Option<(Bytes, File)>> {
    let mut chunk = vec![0; CHUNK_BYTES];
    let n = file.read(&mut chunk)?;
    chunk.truncate(n);
    Ok((n > 0).then(|| (chunk.into(), file)))
}

/// Writes row after row.
struct Writer<'a> {
    page: &'a mut Worksheet,
    zone: UtcOffset,
    row: u32,
    money: Format,
    moment: Format,
}

impl Writer<'_> {
    /// The header, bold and always in sight.
    fn start<'a>(
        page: &'a mut Worksheet,
        header: &[String],
        zone: UtcOffset,
    ) -> Result<Writer<'a>, XlsxError> {
        page.set_freeze_panes(1, 0)?;
        let bold = Format::new().set_bold();
        for (title, column) in header.iter().zip(0..) {
            page.write_string_with_format(0, column, title, &bold)?;
        }
        let money = Format::new().set_num_format("#,##0.00");
        let moment = Format::new().set_num_format("yyyy-mm-dd hh:mm");
        Ok(Writer { page, zone, row: 0, money, moment })
    }

    fn add(&mut self, cells: &[Cell]) -> Result<(), XlsxError> {
        self.row += 1;
        for (cell, column) in cells.iter().zip(0..) {
            self.write(column, cell)?;
        }
        Ok(())
    }

    fn write(&mut self, column: u16, cell: &Cell) -> Result<(), XlsxError> {
        let (page, row) = (&mut *self.page, self.row);
        match cell {
            Cell::Text(text) => page.write_string(row, column, text)?,
            // a spreadsheet knows only floating numbers; this is the last step, nothing is computed with it here
            Cell::Money(fen) => {
                page.write_number_with_format(row, column, fen.0 as f64 / 100.0, &self.money)?
            }
            Cell::Time(at) => {
                page.write_datetime_with_format(row, column, &excel_time(*at, self.zone)?, &self.moment)?
            }
            // years and kilometres are exact in a float
            Cell::Number(n) => page.write_number(row, column, *n as f64)?,
            Cell::Empty => page,
        };
        Ok(())
    }
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

#[cfg(test)]
mod tests {
    use kernel::Fen;

    use super::*;

    fn row() -> Vec<Cell> {
        vec![Cell::from("=1+1"), Cell::Money(Fen(1)), Cell::Time(UnixMs(0)), Cell::Number(1), Cell::Empty]
    }

    #[test]
    fn a_workbook_is_a_zip_file_with_every_kind_of_cell() {
        let sheet = Sheet { name: "x", header: vec!["甲".into()], rows: vec![row()], zone: UtcOffset::UTC };
        assert!(write_whole(&sheet).is_ok_and(|bytes| bytes.starts_with(b"PK")));
    }

    #[test]
    fn so_is_one_written_as_its_rows_come() {
        let mut rows = std::iter::repeat_with(|| Ok(row())).take(3);
        let file = write_streamed(&["甲".into()], || rows.next(), UtcOffset::UTC);
        let chunk = file.ok().and_then(|file| read_chunk(file).ok().flatten());
        assert!(chunk.is_some_and(|(bytes, _)| bytes.starts_with(b"PK")));
    }
}
