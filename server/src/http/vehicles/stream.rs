//! Files written while they are read: a list of any length in little memory.

use std::io::{Read as _, Seek as _};

use axum::body::Body;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::Response;
use bytes::Bytes;
use rust_xlsxwriter::{Format, Workbook};
use time::UtcOffset;

use crate::http::auctions::export::tame;
use crate::http::refusal::Refusal;
use crate::http::sheet::{Cell, Kind, broken, write};

/// Bytes a chunk of a finished file.
const CHUNK_BYTES: usize = 64 * 1024;

/// Rows as CSV, the first ones with the byte order mark that Excel needs for Chinese.
pub(super) fn csv_bytes(rows: &[Vec<String>], is_start: bool) -> Result<Bytes, Refusal> {
    let mut bytes = if is_start { "\u{feff}".as_bytes().to_vec() } else { Vec::new() };
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(&mut bytes);
    for row in rows {
        writer.write_record(row.iter().map(|cell| tame(cell))).map_err(broken)?;
    }
    writer.flush().map_err(broken)?;
    drop(writer);
    Ok(bytes.into())
}

/// A body as a download. A name that is not ASCII is said twice, as RFC 6266 asks.
pub(super) fn download(body: Body, name: &str, kind: Kind) -> Result<Response, Refusal> {
    let (content, ending) = match kind {
        Kind::Csv => ("text/csv; charset=utf-8", "csv"),
        Kind::Xlsx => ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    };
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content));
    let plain: String = name.chars().map(|c| if is_plain(c) { c } else { '_' }).collect();
    let encoded: String = name.bytes().map(percent_encoded).collect();
    let disposition =
        format!("attachment; filename=\"{plain}.{ending}\"; filename*=UTF-8''{encoded}.{ending}");
    headers.insert(CONTENT_DISPOSITION, HeaderValue::from_str(&disposition).map_err(broken)?);
    Ok(response)
}

fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ' ')
}

fn percent_encoded(byte: u8) -> String {
    match char::from(byte) {
        c if c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_') => c.to_string(),
        _ => format!("%{byte:02X}"),
    }
}

/// A workbook of the rows that `next` gives, written on a thread of its own into a file that has no name and goes
/// with the answer.
pub(super) async fn workbook_body(
    header: Vec<String>,
    next: impl FnMut() -> Option<Result<Vec<Cell>, Refusal>> + Send + 'static,
    zone: UtcOffset,
) -> Result<Body, Refusal> {
    let written = tokio::task::spawn_blocking(move || write_workbook(&header, next, zone)).await;
    let file = written.map_err(broken)??;
    let chunks = futures_util::stream::try_unfold(file, |file| async move {
        let read = tokio::task::spawn_blocking(move || read_chunk(file)).await;
        read.map_err(std::io::Error::other)?
    });
    Ok(Body::from_stream(chunks))
}

fn write_workbook(
    header: &[String],
    mut next: impl FnMut() -> Option<Result<Vec<Cell>, Refusal>>,
    zone: UtcOffset,
) -> Result<std::fs::File, Refusal> {
    let mut workbook = Workbook::new();
    // rows go to disk as they come
    let sheet = workbook.add_worksheet_with_constant_memory().map_err(broken)?;
    let bold = Format::new().set_bold();
    let money = Format::new().set_num_format("#,##0.00");
    let moment = Format::new().set_num_format("yyyy-mm-dd hh:mm");
    sheet.set_freeze_panes(1, 0).map_err(broken)?;
    for (title, column) in header.iter().zip(0..) {
        sheet.set_column_width(column, 14).map_err(broken)?;
        sheet.write_string_with_format(0, column, title, &bold).map_err(broken)?;
    }
    let mut row = 0;
    while let Some(cells) = next() {
        row += 1;
        for (cell, column) in cells?.iter().zip(0..) {
            write(sheet, row, column, cell, zone, &money, &moment).map_err(broken)?;
        }
    }
    let mut file = tempfile::tempfile().map_err(broken)?;
    workbook.save_to_writer(&mut file).map_err(broken)?;
    file.rewind().map_err(broken)?;
    Ok(file)
}

fn read_chunk(mut file: std::fs::File) -> std::io::Result<Option<(Bytes, std::fs::File)>> {
    let mut chunk = vec![0; CHUNK_BYTES];
    let n = file.read(&mut chunk)?;
    chunk.truncate(n);
    Ok((n > 0).then(|| (chunk.into(), file)))
}
