//! From a file to records of UTF-8 cells, in bounded memory: decompressed, decoded and cut on the way.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use encoding_rs::{CoderResult, Decoder, Encoding};
use flate2::read::MultiGzDecoder;

/// A compressed file may not grow beyond this: a small file can hide terabytes.
const DECOMPRESSED_BYTES_MAX: u64 = 4 * 1024 * 1024 * 1024;
/// A longer record is an opening quote that never closes.
const RECORD_BYTES_MAX: u64 = 1024 * 1024;
/// So is one over more lines: no cell of a car's is a text of pages, and a quote that closes hundreds of lines later
/// has swallowed as many cars.
const RECORD_LINES_MAX: u64 = 100;
/// Bytes a read.
const BUFFER_BYTES: usize = 64 * 1024;

/// What goes wrong while reading a file, as the message of an `io::Error`; `failure_code` reads it back.
const TOO_LARGE: &str = "FILE_TOO_LARGE";
const RECORD_TOO_LONG: &str = "RECORD_TOO_LONG";

/// The code for a failure to read.
pub(crate) fn failure_code(error: &io::Error) -> &'static str {
    let text = error.to_string();
    if text.contains(RECORD_TOO_LONG) {
        RECORD_TOO_LONG
    } else if text.contains(TOO_LARGE) {
        TOO_LARGE
    } else if error.kind() == io::ErrorKind::NotFound {
        "FILE_GONE"
    } else {
        "FILE_UNREADABLE"
    }
}

/// The file's bytes, decompressed if they are compressed, counting what was read of the file itself.
pub(crate) fn open_bytes(path: &Path, bytes_read: Arc<AtomicU64>) -> io::Result<Box<dyn Read + Send>> {
    let mut start = [0_u8; 2];
    let mut file = File::open(path)?;
    let compressed = file.read(&mut start)? == 2 && start == [0x1f, 0x8b];
    let counted = Counted { inner: File::open(path)?, bytes_read };
    Ok(if compressed {
        let decoder = MultiGzDecoder::new(BufReader::with_capacity(BUFFER_BYTES, counted));
        Box::new(Limited { inner: decoder, left: DECOMPRESSED_BYTES_MAX })
    } else {
        Box::new(Limited { inner: counted, left: DECOMPRESSED_BYTES_MAX })
    })
}

struct Counted {
    inner: File,
    bytes_read: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.bytes_read.fetch_add(u64::try_from(n).unwrap_or(0), Ordering::Relaxed);
        Ok(n)
    }
}

struct Limited<R> {
    inner: R,
    left: u64,
}

impl<R: Read> Read for Limited<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let n = self.inner.read(buffer)?;
        self.left = self
            .left
            .checked_sub(u64::try_from(n).unwrap_or(u64::MAX))
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, TOO_LARGE))?;
        Ok(n)
    }
}

/// Decodes to UTF-8 on the way; what does not decode becomes U+FFFD, which the rows are then refused for.
pub(crate) struct Transcoded {
    inner: Box<dyn Read + Send>,
    decoder: Decoder,
    raw: Vec<u8>,
    raw_from: usize,
    at_end: bool,
    /// The decoder has said its last word and must not be asked again.
    finished: bool,
    /// Bytes handed out since the last whole record.
    since_record: u64,
}

impl Transcoded {
    fn new(inner: Box<dyn Read + Send>, encoding: &'static Encoding) -> Transcoded {
        let decoder = encoding.new_decoder_with_bom_removal();
        Transcoded {
            inner,
            decoder,
            raw: Vec::new(),
            raw_from: 0,
            at_end: false,
            finished: false,
            since_record: 0,
        }
    }

    fn refill(&mut self) -> io::Result<()> {
        self.raw.drain(..self.raw_from);
        self.raw_from = 0;
        let kept = self.raw.len();
        self.raw.resize(kept + BUFFER_BYTES, 0);
        let n = self.inner.read(&mut self.raw[kept..])?;
        self.raw.truncate(kept + n);
        self.at_end = n == 0;
        Ok(())
    }
}

impl Read for Transcoded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.finished {
                return Ok(0);
            }
            if self.raw_from == self.raw.len() && !self.at_end {
                self.refill()?;
            }
            let (result, read, written, _) =
                self.decoder.decode_to_utf8(&self.raw[self.raw_from..], buffer, self.at_end);
            self.raw_from += read;
            self.finished = self.at_end && result == CoderResult::InputEmpty;
            if written > 0 {
                self.since_record += u64::try_from(written).unwrap_or(0);
                if self.since_record > RECORD_BYTES_MAX + u64::try_from(buffer.len()).unwrap_or(0) {
                    return Err(io::Error::new(io::ErrorKind::InvalidData, RECORD_TOO_LONG));
                }
                return Ok(written);
            }
            match result {
                CoderResult::InputEmpty => {}
                // the buffer cannot hold one character: csv never asks for so little
                CoderResult::OutputFull => {
                    return Err(io::Error::new(io::ErrorKind::InvalidInput, "read buffer too small"));
                }
            }
        }
    }
}

/// The file's records.
pub(crate) struct Records {
    reader: csv::Reader<Transcoded>,
    record: csv::StringRecord,
    /// Where the record begins that is being read.
    line: u64,
}

impl Records {
    /// Opens the file. The header is the first record.
    pub fn open(
        path: &Path,
        encoding: &'static Encoding,
        delimiter: u8,
        bytes_read: Arc<AtomicU64>,
    ) -> io::Result<Records> {
        let input = Transcoded::new(open_bytes(path, bytes_read)?, encoding);
        let reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(delimiter)
            .buffer_capacity(BUFFER_BYTES)
            .from_reader(input);
        Ok(Records { reader, record: csv::StringRecord::new(), line: 1 })
    }

    /// Where the last record began, or the one that could not be read.
    pub fn line(&self) -> u64 {
        self.line
    }

    /// The next record and its line in the file; `None` at the end.
    pub fn next_record(&mut self) -> io::Result<Option<(u64, &csv::StringRecord)>> {
        self.line = self.reader.position().line();
        let there_is = self.reader.read_record(&mut self.record).map_err(io::Error::from)?;
        self.reader.get_mut().since_record = 0;
        if !there_is {
            return Ok(None);
        }
        self.line = self.record.position().map_or(self.line, csv::Position::line);
        if self.reader.position().line().saturating_sub(self.line) > RECORD_LINES_MAX {
            return Err(io::Error::new(io::ErrorKind::InvalidData, RECORD_TOO_LONG));
        }
        Ok(Some((self.line, &self.record)))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn records(bytes: &[u8], encoding: &'static Encoding) -> io::Result<Vec<(u64, Vec<String>)>> {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes).unwrap();
        let mut records = Records::open(file.path(), encoding, b',', Arc::default())?;
        let mut all = Vec::new();
        while let Some((line, record)) = records.next_record()? {
            all.push((line, record.iter().map(str::to_owned).collect()));
        }
        Ok(all)
    }

    #[test]
    fn the_line_is_the_files_own() {
        let all = records("a,b\n\"two\nlines\",1\nx,2\n".as_bytes(), encoding_rs::UTF_8).unwrap();
        assert_eq!(all.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [1, 2, 4]);
    }

    #[test]
    fn decodes_across_buffer_borders() {
        let text = "品牌,车系\n".to_owned() + &"比亚迪,汉\n".repeat(40_000);
        for encoding in [encoding_rs::GBK, encoding_rs::GB18030, encoding_rs::UTF_8] {
            let (bytes, _, _) = encoding.encode(&text);
            let all = records(&bytes, encoding).unwrap();
            assert_eq!(all.len(), 40_001);
            assert!(all.iter().skip(1).all(|(_, cells)| cells == &["比亚迪", "汉"]));
        }
    }

    #[test]
    fn a_quote_that_never_closes_does_not_fill_the_memory() {
        let text = format!("a,b\n1,\"{}", "x,y\n".repeat(1_000_000));
        let error = records(text.as_bytes(), encoding_rs::UTF_8).unwrap_err();
        assert_eq!(failure_code(&error), "RECORD_TOO_LONG");
    }

    #[test]
    fn a_quote_does_not_swallow_the_rest_of_a_small_file() {
        let text = format!("a,b\n1,2\n3,\"{}", "x,y\n".repeat(300));
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        let mut records = Records::open(file.path(), encoding_rs::UTF_8, b',', Arc::default()).unwrap();
        assert!(records.next_record().unwrap().is_some() && records.next_record().unwrap().is_some());
        assert_eq!(failure_code(&records.next_record().unwrap_err()), "RECORD_TOO_LONG");
        assert_eq!(records.line(), 3);
    }

    #[test]
    fn reads_compressed_files_and_notices_broken_ones() {
        let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        packer.write_all(b"a,b\n1,2\n").unwrap();
        let packed = packer.finish().unwrap();
        assert_eq!(records(&packed, encoding_rs::UTF_8).unwrap().len(), 2);
        let error = records(&packed[..packed.len() - 9], encoding_rs::UTF_8).unwrap_err();
        assert_eq!(failure_code(&error), "FILE_UNREADABLE");
    }
}
