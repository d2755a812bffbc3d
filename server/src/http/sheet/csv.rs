//! Lists as CSV, as Excel reads it.

use std::io;

use axum::BoxError;
use axum::body::Body;
use bytes::Bytes;
use futures_util::{Stream, StreamExt as _, stream};
use platform_db::CommandError;
use time::UtcOffset;

use super::{Cell, Sheet, broken, local};
use crate::http::refusal::Refusal;

/// Without it Excel reads Chinese as gibberish.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// A whole list.
pub(super) fn whole(sheet: Sheet) -> Result<Body, Refusal> {
    let zone = sheet.zone;
    let rows = sheet.rows.iter().map(|row| texts_of(row, zone));
    let lines = std::iter::once(sheet.header).chain(rows);
    Ok(written(BYTE_ORDER_MARK, lines).map_err(broken)?.into())
}

/// The header, and then the lines as they come.
pub fn streamed(
    header: Vec<String>,
    lines: impl Stream<Item = Result<Vec<Vec<String>>, CommandError>> + Send + 'static,
) -> Body {
    let first = written(BYTE_ORDER_MARK, [header]).map_err(BoxError::from);
    let rest = lines.map(|lines| Ok(written("", lines?)?));
    Body::from_stream(stream::iter([first]).chain(rest))
}

/// A row as texts.
pub(super) fn texts_of(row: &[Cell], zone: UtcOffset) -> Vec<String> {
    row.iter().map(|cell| text_of(cell, zone)).collect()
}

fn text_of(cell: &Cell, zone: UtcOffset) -> String {
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

fn written(start: &str, lines: impl IntoIterator<Item = Vec<String>>) -> io::Result<Bytes> {
    let mut bytes = start.as_bytes().to_vec();
    // a refused line of an import may have more or fewer cells than the header
    let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(&mut bytes);
    for line in lines {
        writer.write_record(line.into_iter().map(tame))?;
    }
    writer.flush()?;
    drop(writer);
    Ok(bytes.into())
}

/// A cell that a spreadsheet would take for a formula gets an apostrophe.
fn tame(cell: String) -> String {
    let is_formula = cell.starts_with(['=', '+', '@', '\t', '\r'])
        || (cell.starts_with('-') && cell.parse::<f64>().is_err());
    if is_formula { format!("'{cell}") } else { cell }
}

#[cfg(test)]
mod tests {
    use kernel::{Fen, UnixMs};

    use super::*;

    #[test]
    fn writes_times_in_the_zone_and_money_in_yuan() {
        let china = UtcOffset::from_whole_seconds(8 * 3_600).unwrap_or(UtcOffset::UTC);
        let row = [Cell::Time(UnixMs(1_795_312_800_000)), Cell::Money(Fen(12_850_050)), Cell::Empty];
        assert_eq!(texts_of(&row, china), ["2026-11-22 10:00:00", "128500.50", ""]);
    }

    #[test]
    fn tames_formulas_and_leaves_numbers() {
        let tamed = |cell: &str| tame(cell.to_owned());
        for cell in ["=1+1", "+86", "@x", "\tx", "\rx", "-1+1"] {
            assert_eq!(tamed(cell), format!("'{cell}"));
        }
        for cell in ["", "-12.50", "奔驰", "a=b"] {
            assert_eq!(tamed(cell), cell);
        }
    }

    #[test]
    fn only_a_file_s_start_has_the_mark_and_lines_may_differ_in_length() {
        let lines = [vec!["甲".to_owned()], vec!["a".to_owned(), "b,c".to_owned()]];
        assert_eq!(written(BYTE_ORDER_MARK, lines.clone()).ok(), Some("\u{feff}甲\na,\"b,c\"\n".into()));
        assert_eq!(written("", lines).ok(), Some("甲\na,\"b,c\"\n".into()));
    }
}
