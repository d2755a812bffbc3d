//! What kind of file it is: encoding, delimiter, header, a few rows to look at.

use std::io::{self, Read};
use std::path::Path;
use std::sync::Arc;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};
use kernel::{Problem, ProblemKind, Vin};
use serde_json::json;

use super::decode::{Records, failure_code, open_bytes};

/// Encodings a person may choose, by their labels.
pub const ENCODINGS: [&str; 6] = ["UTF-8", "gb18030", "Big5", "UTF-16LE", "UTF-16BE", "windows-1252"];
/// Delimiters a person may choose.
pub const DELIMITERS: [char; 4] = [',', ';', '\t', '|'];
/// Rows shown on the mapping page.
const SAMPLE_ROWS: usize = 5;
/// More columns are no table.
const COLUMNS_MAX: usize = 500;
/// How much of the file's text decides on the delimiter.
const DELIMITER_LINES: usize = 20;
/// How many bytes that are not ASCII the guess of the encoding sees.
const GUESS_BYTES_MAX: usize = 64 * 1024;

/// What the first line of a file is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FirstLine {
    /// The names of the columns.
    #[default]
    Names,
    /// A car like the others: the columns are called by their places.
    Data,
}

impl FirstLine {
    /// Both, in the order of the choice.
    pub const ALL: [FirstLine; 2] = [FirstLine::Names, FirstLine::Data];

    /// The name in the database, in forms, and in text keys (`vehicle.import.first_line.names`).
    pub const fn name(self) -> &'static str {
        match self {
            FirstLine::Names => "names",
            FirstLine::Data => "data",
        }
    }

    /// The one of that name.
    pub fn from_name(name: &str) -> Option<FirstLine> {
        FirstLine::ALL.into_iter().find(|line| line.name() == name)
    }
}

/// What a person says of a file; the rest is found out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadAs {
    /// The encoding's label.
    pub encoding: Option<String>,
    /// Between the cells.
    pub delimiter: Option<char>,
    /// What the first line is; names, unless it is said.
    pub first_line: Option<FirstLine>,
}

/// How a file is to be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The encoding's label.
    pub encoding: String,
    /// Between the cells.
    pub delimiter: char,
    /// What the first line is.
    pub first_line: FirstLine,
    /// The names of the columns.
    pub header: Vec<String>,
    /// The first rows.
    pub sample: Vec<Vec<String>>,
}

impl Layout {
    /// Whether values stand where the columns' names are due: the file has no line of names, and its first car would be
    /// lost. One number alone may be a column's name, as a year is in a table of years.
    pub fn is_first_line_doubtful(&self) -> bool {
        let is_vin = |cell: &&String| Vin::parse(cell).is_ok();
        let values = self.header.iter().filter(|cell| is_value(cell)).count();
        self.first_line == FirstLine::Names && (values >= 2 || self.header.iter().any(|cell| is_vin(&cell)))
    }
}

/// A number, an amount, a day: what no column is called. A column without a name is `#5`, and that is no value.
fn is_value(cell: &str) -> bool {
    let mut digits = 0;
    let is_of_a_value = |c: char| {
        digits += usize::from(c.is_ascii_digit());
        c.is_ascii_digit()
            || matches!(
                c,
                '.' | ',' | '-' | '/' | ':' | '%' | ' ' | '¥' | '$' | '万' | '元' | '年' | '月' | '日'
            )
    };
    cell.trim().chars().all(is_of_a_value) && digits > 0
}

/// Finds out how a file is to be read, but for what a person says of it.
/// Reads the whole file once: call it where blocking is allowed.
pub fn inspect_file(path: &Path, read_as: &ReadAs) -> Result<Layout, Problem> {
    let encoding = match &read_as.encoding {
        Some(label) => Encoding::for_label(label.as_bytes()).ok_or_else(|| refused("ENCODING_UNKNOWN"))?,
        None => detect_encoding(path)?,
    };
    let delimiter = match read_as.delimiter {
        Some(known) if DELIMITERS.contains(&known) => known,
        Some(_) => return Err(refused("DELIMITER_UNKNOWN")),
        None => detect_delimiter(path, encoding)?,
    };
    let first_line = read_as.first_line.unwrap_or_default();
    let (header, sample) = read_top(path, encoding, delimiter, first_line)?;
    Ok(Layout { encoding: encoding.name().to_owned(), delimiter, first_line, header, sample })
}

fn refused(code: &str) -> Problem {
    Problem::new(ProblemKind::Invalid, code)
}

fn unreadable(error: io::Error) -> Problem {
    unreadable_in(&error, 1)
}

fn unreadable_in(error: &io::Error, line: u64) -> Problem {
    refused(failure_code(error)).with(json!({ "line": line }))
}

fn detect_encoding(path: &Path) -> Result<&'static Encoding, Problem> {
    let mut bytes = open_bytes(path, Arc::default()).map_err(unreadable)?;
    let mut buffer = vec![0_u8; 64 * 1024];
    let n = fill(&mut bytes, &mut buffer).map_err(unreadable)?;
    let start = &buffer[..n];
    if n == 0 {
        return Err(refused("FILE_EMPTY"));
    }
    if let Some((encoding, _)) = Encoding::for_bom(start) {
        return Ok(encoding);
    }
    // a workbook is a zip archive (xlsx) or an OLE file (xls)
    if start.starts_with(b"PK\x03\x04") || start.starts_with(b"\xd0\xcf\x11\xe0") {
        return Err(refused("FILE_IS_WORKBOOK"));
    }
    if let Some(encoding) = utf_16_without_bom(start) {
        return Ok(encoding);
    }
    // one stray control character is a bad line, many are no text
    let controls = start.iter().filter(|b| matches!(b, 0..=8 | 14..=26 | 28..=31)).count();
    if controls * 100 > n {
        return Err(refused("FILE_NOT_TEXT"));
    }
    let mut census = Census::new();
    census.count(start);
    loop {
        let n = fill(&mut bytes, &mut buffer).map_err(unreadable)?;
        if n == 0 {
            return Ok(census.encoding());
        }
        census.count(&buffer[..n]);
    }
}

/// Fills the buffer as far as the file goes.
fn fill(bytes: &mut impl Read, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < buffer.len() {
        match bytes.read(&mut buffer[filled..])? {
            0 => break,
            n => filled += n,
        }
    }
    Ok(filled)
}

/// Latin letters and commas in UTF-16 have a zero in every second byte.
fn utf_16_without_bom(start: &[u8]) -> Option<&'static Encoding> {
    let is_latin = |byte: u8| matches!(byte, b'\t' | b'\r' | b'\n' | b' '..=b'~');
    let pairs = start.as_chunks::<2>().0;
    let zero_first = pairs.iter().filter(|pair| pair[0] == 0 && is_latin(pair[1])).count();
    let zero_second = pairs.iter().filter(|pair| pair[1] == 0 && is_latin(pair[0])).count();
    let many = |zeros: usize, others: usize| zeros * 5 > pairs.len() && others * 50 <= zeros;
    if many(zero_second, zero_first) {
        Some(UTF_16LE)
    } else if many(zero_first, zero_second) {
        Some(UTF_16BE)
    } else {
        None
    }
}

/// Counts how well the text is UTF-8, and shows what is not ASCII to the guesser.
struct Census {
    decoder: encoding_rs::Decoder,
    guesser: EncodingDetector,
    guessed_bytes: usize,
    characters: usize,
    faults: usize,
    text: String,
}

impl Census {
    fn new() -> Census {
        Census {
            decoder: UTF_8.new_decoder_without_bom_handling(),
            guesser: EncodingDetector::new(Iso2022JpDetection::Deny),
            guessed_bytes: 0,
            characters: 0,
            faults: 0,
            text: String::with_capacity(256 * 1024),
        }
    }

    fn count(&mut self, bytes: &[u8]) {
        if bytes.is_ascii() {
            return;
        }
        if self.guessed_bytes < GUESS_BYTES_MAX {
            let shown = &bytes[..bytes.len().min(GUESS_BYTES_MAX - self.guessed_bytes)];
            self.guesser.feed(shown, false);
            self.guessed_bytes += shown.len();
        }
        self.text.clear();
        self.text.reserve(bytes.len() * 3 + 16);
        let _ = self.decoder.decode_to_string(bytes, &mut self.text, false);
        self.faults += self.text.matches('\u{fffd}').count();
        self.characters += self.text.bytes().filter(|b| *b >= 0xc0).count();
    }

    /// A few broken characters in much good UTF-8 are a few broken lines, not another encoding.
    fn encoding(self) -> &'static Encoding {
        if self.faults * 20 <= self.characters {
            return UTF_8;
        }
        let guess = self.guesser.guess(None, Utf8Detection::Deny);
        // GB18030 reads everything that GBK writes, and more
        if guess == encoding_rs::GBK { GB18030 } else { guess }
    }
}

/// The delimiter which cuts the first lines into the same number of columns, the most of them.
fn detect_delimiter(path: &Path, encoding: &'static Encoding) -> Result<char, Problem> {
    let mut best = (',', 0);
    for delimiter in DELIMITERS {
        let mut records = open(path, encoding, delimiter)?;
        let mut widths = Vec::new();
        while widths.len() < DELIMITER_LINES {
            // a quote that does not close under this delimiter is no reason to refuse the file
            match records.next_record() {
                Ok(Some((_, record))) => widths.push(record.len()),
                _ => break,
            }
        }
        let header = widths.first().copied().unwrap_or(0);
        let same = widths.iter().filter(|width| **width == header).count();
        let score = if header > 1 { same * 1_000 + header } else { 0 };
        if score > best.1 {
            best = (delimiter, score);
        }
    }
    Ok(best.0)
}

fn open(path: &Path, encoding: &'static Encoding, delimiter: char) -> Result<Records, Problem> {
    let delimiter = u8::try_from(delimiter).map_err(|_| refused("DELIMITER_UNKNOWN"))?;
    Records::open(path, encoding, delimiter, Arc::default()).map_err(unreadable)
}

fn read_top(
    path: &Path,
    encoding: &'static Encoding,
    delimiter: char,
    first_line: FirstLine,
) -> Result<(Vec<String>, Vec<Vec<String>>), Problem> {
    let mut records = open(path, encoding, delimiter)?;
    let mut sample = Vec::new();
    let header = match records.next_record() {
        Ok(Some((_, record))) if first_line == FirstLine::Names => names_of(record),
        Ok(Some((_, record))) => {
            sample.push(record.iter().map(shown).collect());
            (1..=record.len()).map(|place| format!("#{place}")).collect()
        }
        Ok(None) => return Err(refused("FILE_EMPTY")),
        Err(error) => return Err(unreadable_in(&error, records.line())),
    };
    if header.len() > COLUMNS_MAX {
        return Err(refused("TOO_MANY_COLUMNS").with(json!({ "n": header.len(), "max": COLUMNS_MAX })));
    }
    if header.len() < 2 {
        return Err(refused("HEADER_MISSING"));
    }
    while sample.len() < SAMPLE_ROWS {
        match records.next_record() {
            Ok(Some((_, record))) => sample.push(record.iter().map(shown).collect()),
            Ok(None) => break,
            Err(error) => return Err(unreadable_in(&error, records.line())),
        }
    }
    Ok((header, sample))
}

/// The names of the columns: one that has none is called by its place, and one that is there before by both, so that
/// a person can choose either.
fn names_of(record: &csv::StringRecord) -> Vec<String> {
    let mut names: Vec<String> = Vec::with_capacity(record.len());
    for (cell, place) in record.iter().zip(1..) {
        let name = shown(cell.trim());
        let name = if name.is_empty() { format!("#{place}") } else { name };
        let is_new = !names.contains(&name);
        names.push(if is_new { name } else { format!("{name} #{place}") });
    }
    names
}

/// The database keeps no NUL characters.
pub(crate) fn storable(cell: &str) -> String {
    cell.replace('\0', "\u{fffd}")
}

/// What a page shows of a cell: nobody reads a thousand characters there.
fn shown(cell: &str) -> String {
    storable(cell).chars().take(1_000).collect()
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn inspect(bytes: &[u8]) -> Result<Layout, Problem> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        inspect_file(file.path(), &ReadAs::default())
    }

    #[test]
    fn values_where_names_are_due_are_doubted() {
        let is_doubtful = |text: &str| inspect(text.as_bytes()).unwrap().is_first_line_doubtful();
        for names in [
            TEXT,
            "vin,make,model,2024\n1,2,3,4\n",
            "VIN,,,Price ($)\n1,2,3,4\n",
            "里程(万公里),报价(万元)\n1,2\n",
        ] {
            assert!(!is_doubtful(names), "{names}");
        }
        for data in [
            "A-1,远山,S5,2021,3.25,8.98,杭州\nA-2,远山,S7,2019,7.1,10.5,宁波\n",
            "1M8GDM9AXKP042788,Acme,Roadster\n1M8GDM9AXKP042789,Acme,Van\n",
            "Acme,Van,\"12,500\",2021-03\n",
            "远山,S5,8.98万,2021年3月\n",
        ] {
            assert!(is_doubtful(data), "{data}");
        }
    }

    #[test]
    fn a_first_line_of_data_is_a_row_and_columns_are_called_by_their_places() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all("A-1,远山,2021\nA-2,长河,2019\n".as_bytes()).unwrap();
        let as_data = ReadAs { first_line: Some(FirstLine::Data), ..ReadAs::default() };
        let layout = inspect_file(file.path(), &as_data).unwrap();
        assert_eq!(layout.header, ["#1", "#2", "#3"]);
        assert_eq!(layout.sample[0], ["A-1", "远山", "2021"]);
        assert!(!layout.is_first_line_doubtful(), "it was decided");
    }

    const TEXT: &str = "编号,品牌,车系,里程(万公里)\nA1,长城,哈弗H6,3.2\nA2,奇瑞,瑞虎8,1.5\n";

    #[test]
    fn finds_the_encoding_out() {
        let utf_16 = |swap: bool| -> Vec<u8> {
            TEXT.encode_utf16().flat_map(|u| if swap { u.to_be_bytes() } else { u.to_le_bytes() }).collect()
        };
        let cases: [(Vec<u8>, &str); 6] = [
            (TEXT.as_bytes().to_vec(), "UTF-8"),
            ([b"\xef\xbb\xbf", TEXT.as_bytes()].concat(), "UTF-8"),
            (encoding_rs::GBK.encode(TEXT).0.into_owned(), "gb18030"),
            ([&b"\xff\xfe"[..], &utf_16(false)].concat(), "UTF-16LE"),
            ([&b"\xfe\xff"[..], &utf_16(true)].concat(), "UTF-16BE"),
            ("vin,make\n1,Acme\n".encode_utf16().flat_map(u16::to_le_bytes).collect(), "UTF-16LE"),
        ];
        for (bytes, encoding) in cases {
            let layout = inspect(&bytes).unwrap();
            assert_eq!(layout.encoding, encoding);
            assert!(layout.header[0] == "编号" || layout.header[0] == "vin", "{:?}", layout.header);
        }
    }

    #[test]
    fn one_broken_character_does_not_change_the_encoding() {
        let mut bytes = TEXT.repeat(20).into_bytes();
        let place = bytes.len() - 30;
        bytes.insert(place, 0xff);
        assert_eq!(inspect(&bytes).unwrap().encoding, "UTF-8");
    }

    #[test]
    fn finds_the_delimiter_out() {
        for delimiter in DELIMITERS {
            let text = TEXT.replace(',', &delimiter.to_string());
            assert_eq!(inspect(text.as_bytes()).unwrap().delimiter, delimiter);
        }
        let quoted = "name;price\n\"a, b, c\";\"1,5\"\n\"d, e, f\";\"2,5\"\n";
        assert_eq!(inspect(quoted.as_bytes()).unwrap().delimiter, ';');
    }

    #[test]
    fn every_column_can_be_told_from_the_others() {
        let layout = inspect(b"vin,make,model,model,,odometer\n1,2,3,4,5,6\n").unwrap();
        assert_eq!(layout.header, ["vin", "make", "model", "model #4", "#5", "odometer"]);
    }

    #[test]
    fn says_in_which_line_a_quote_never_closes() {
        let text = format!("a,b\n1,2\n3,\"{}", "4,5\n".repeat(300));
        let problem = inspect(text.as_bytes()).unwrap_err();
        assert_eq!((problem.code.as_str(), &problem.data["line"]), ("RECORD_TOO_LONG", &3.into()));
    }

    #[test]
    fn says_what_is_no_table() {
        let code = |bytes: &[u8]| inspect(bytes).unwrap_err().code;
        assert_eq!(code(b""), "FILE_EMPTY");
        assert_eq!(code(b"PK\x03\x04rest of a workbook"), "FILE_IS_WORKBOOK");
        assert_eq!(code(&[0x89, b'P', b'N', b'G', 0, 1, 2, 3, 0, 0, 0, 0]), "FILE_NOT_TEXT");
        assert_eq!(code(b"just some words\nand more\n"), "HEADER_MISSING");
        assert_eq!(code(b"\x1f\x8bnot really compressed"), "FILE_UNREADABLE");
    }
}
