//! Records of a CSV file, read so that one broken line costs no more than itself.
//!
//! A quote that is never closed would swallow the rest of a file. Here a record that spans several
//! lines and does not fit the header gives up its first line, and reading goes on with the next.

use flate2::read::MultiGzDecoder;
use std::cell::Cell;
use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::rc::Rc;

/// Longest line, in bytes; a longer one is skipped without being kept.
const LINE_MOST: usize = 1 << 20;
/// Most lines of one record.
const LINES_MOST: usize = 64;

/// What stands at a place of the file.
#[derive(Debug, PartialEq, Eq)]
pub enum Record {
    /// Fields, as bytes without their quotes.
    Fields {
        /// Line on which it begins, from 1.
        line: u64,
        /// Its fields.
        fields: Vec<Vec<u8>>,
    },
    /// A line that belongs to no record.
    Broken {
        /// Which, from 1.
        line: u64,
        /// Why.
        reason: String,
        /// Its bytes; shortened when over-long.
        bytes: Vec<u8>,
    },
}

struct Line {
    number: u64,
    bytes: Vec<u8>,
    /// Bytes that were not kept.
    over: bool,
}

/// Reads records from a plain or gzip-packed file; which of both is told by its first bytes.
pub struct Records {
    reader: Box<dyn BufRead>,
    consumed: Rc<Cell<u64>>,
    pending: VecDeque<Line>,
    lines: u64,
    width: Option<usize>,
}

struct Counted<R> {
    inner: R,
    count: Rc<Cell<u64>>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        self.count.set(self.count.get() + read as u64);
        Ok(read)
    }
}

impl Records {
    /// Opens a file.
    pub fn open(path: &Path) -> io::Result<Self> {
        Self::read(File::open(path)?)
    }

    /// Reads from anything.
    pub fn read(source: impl Read + 'static) -> io::Result<Self> {
        let consumed = Rc::new(Cell::new(0));
        let mut raw = BufReader::with_capacity(
            1 << 16,
            Counted {
                inner: source,
                count: Rc::clone(&consumed),
            },
        );
        let packed = raw.fill_buf()?.starts_with(&[0x1f, 0x8b]);
        let mut reader: Box<dyn BufRead> = if packed {
            Box::new(BufReader::with_capacity(1 << 16, MultiGzDecoder::new(raw)))
        } else {
            Box::new(raw)
        };
        if reader.fill_buf()?.starts_with(b"\xef\xbb\xbf") {
            reader.consume(3);
        }
        Ok(Self {
            reader,
            consumed,
            pending: VecDeque::new(),
            lines: 0,
            width: None,
        })
    }

    /// Bytes of the file read so far (packed ones, if it is packed).
    pub fn consumed(&self) -> u64 {
        self.consumed.get()
    }

    /// From now on a record has this many fields.
    pub fn expect_width(&mut self, width: usize) {
        self.width = Some(width);
    }

    /// The next record; empty lines are passed over.
    pub fn next_record(&mut self) -> io::Result<Option<Record>> {
        loop {
            if !self.have(0)? {
                return Ok(None);
            }
            if self.pending[0].bytes.is_empty() && !self.pending[0].over {
                self.pending.pop_front();
                continue;
            }
            return self.record().map(Some);
        }
    }

    fn record(&mut self) -> io::Result<Record> {
        if self.pending[0].over {
            return Ok(self.give_up(format!("the line is longer than {LINE_MOST} bytes")));
        }
        let mut text = self.pending[0].bytes.clone();
        let mut count = 1;
        loop {
            match split(&text) {
                Some(fields) => {
                    let fits = self.width.is_none_or(|width| width == fields.len());
                    if !fits && count > 1 {
                        return Ok(self.give_up("a quote is not closed".into()));
                    }
                    if !fits {
                        let reason = format!(
                            "{} fields where the header has {}",
                            fields.len(),
                            self.width.unwrap_or(0)
                        );
                        return Ok(self.give_up(reason));
                    }
                    let line = self.pending[0].number;
                    self.pending.drain(..count);
                    return Ok(Record::Fields { line, fields });
                }
                None if count < LINES_MOST && self.have(count)? && !self.pending[count].over => {
                    text.push(b'\n');
                    text.extend_from_slice(&self.pending[count].bytes);
                    count += 1;
                }
                None => return Ok(self.give_up("a quote is not closed".into())),
            }
        }
    }

    fn give_up(&mut self, reason: String) -> Record {
        let (line, bytes) = self
            .pending
            .pop_front()
            .map_or((0, Vec::new()), |l| (l.number, l.bytes));
        Record::Broken {
            line,
            reason,
            bytes,
        }
    }

    /// Whether the pending line `index` exists; reads it if need be.
    fn have(&mut self, index: usize) -> io::Result<bool> {
        while self.pending.len() <= index {
            match self.line()? {
                Some(line) => self.pending.push_back(line),
                None => return Ok(false),
            }
        }
        Ok(true)
    }

    /// A physical line without its end (LF or CRLF).
    fn line(&mut self) -> io::Result<Option<Line>> {
        let mut bytes = Vec::new();
        let mut any = false;
        let mut over = false;
        loop {
            let buffer = self.reader.fill_buf()?;
            if buffer.is_empty() {
                break;
            }
            any = true;
            let end = buffer.iter().position(|b| *b == b'\n');
            let part = &buffer[..end.unwrap_or(buffer.len())];
            if bytes.len() + part.len() > LINE_MOST {
                over = true;
                bytes.truncate(200);
            }
            if !over {
                bytes.extend_from_slice(part);
            }
            let used = part.len() + usize::from(end.is_some());
            self.reader.consume(used);
            if end.is_some() {
                break;
            }
        }
        if !any {
            return Ok(None);
        }
        if bytes.last() == Some(&b'\r') {
            bytes.pop();
        }
        self.lines += 1;
        Ok(Some(Line {
            number: self.lines,
            bytes,
            over,
        }))
    }
}

/// Fields of a record (RFC 4180); `None` while a quote is open. A quote within an unquoted field
/// stands for itself.
fn split(text: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut fields = Vec::with_capacity(40);
    let mut at = 0;
    loop {
        let mut field = Vec::new();
        if text.get(at) == Some(&b'"') {
            at += 1;
            loop {
                match (text.get(at), text.get(at + 1)) {
                    (None, _) => return None,
                    (Some(b'"'), Some(b'"')) => {
                        field.push(b'"');
                        at += 2;
                    }
                    (Some(b'"'), _) => {
                        at += 1;
                        break;
                    }
                    (Some(byte), _) => {
                        field.push(*byte);
                        at += 1;
                    }
                }
            }
        }
        let rest = &text[at..];
        let end = rest.iter().position(|b| *b == b',').unwrap_or(rest.len());
        field.extend_from_slice(&rest[..end]);
        at += end;
        fields.push(field);
        if at >= text.len() {
            return Some(fields);
        }
        at += 1;
        if at == text.len() {
            fields.push(Vec::new());
            return Some(fields);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn all(text: &[u8], width: usize) -> Vec<Record> {
        let mut records = Records::read(io::Cursor::new(text.to_vec())).expect("opens");
        records.expect_width(width);
        std::iter::from_fn(|| records.next_record().expect("reads")).collect()
    }

    fn fields(line: u64, values: &[&str]) -> Record {
        Record::Fields {
            line,
            fields: values.iter().map(|v| v.as_bytes().to_vec()).collect(),
        }
    }

    #[test]
    fn line_ends_quotes_and_a_byte_order_mark_are_understood() {
        assert_eq!(
            all(
                b"\xef\xbb\xbfa,b\r\n\"x, \"\"y\"\"\",\r\n\n\"one\ntwo\",3",
                2
            ),
            [
                fields(1, &["a", "b"]),
                fields(2, &["x, \"y\"", ""]),
                fields(4, &["one\ntwo", "3"]),
            ]
        );
    }

    #[test]
    fn a_quote_that_is_never_closed_costs_one_line() {
        let read = all(b"a,b\n\"c,d\ne,f\ng,h\n", 2);
        assert_eq!(read.len(), 4);
        assert!(matches!(&read[1], Record::Broken { line: 2, .. }));
        assert_eq!(read[2], fields(3, &["e", "f"]));
        assert_eq!(read[3], fields(4, &["g", "h"]));
    }

    #[test]
    fn a_line_with_too_few_fields_is_broken_and_the_next_is_read() {
        let read = all(b"a,b\nc\nd,e\n", 2);
        assert!(
            matches!(&read[1], Record::Broken { line: 2, reason, .. } if reason.contains("1 fields"))
        );
        assert_eq!(read[2], fields(3, &["d", "e"]));
    }

    #[test]
    fn an_over_long_line_is_skipped_without_being_kept() {
        let mut text = b"a,b\n".to_vec();
        text.extend(std::iter::repeat_n(b'x', LINE_MOST * 2));
        text.extend(b"\nc,d\n");
        let read = all(&text, 2);
        assert!(matches!(&read[1], Record::Broken { bytes, .. } if bytes.len() <= 200));
        assert_eq!(read[2], fields(3, &["c", "d"]));
    }

    #[test]
    fn packed_content_is_recognised_by_its_first_bytes() {
        let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
        packed.write_all(b"a,b\nc,d\n").expect("packs");
        let packed = packed.finish().expect("packs");
        assert_eq!(
            all(&packed, 2),
            [fields(1, &["a", "b"]), fields(2, &["c", "d"])]
        );
    }
}
