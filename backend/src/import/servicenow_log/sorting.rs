//! Sorts more than fits into memory: full buffers go to temporary files, which are merged.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write};
use std::path::PathBuf;

/// Bytes kept in memory before a buffer is written out.
pub const MEMORY: usize = 64 << 20;

/// Takes entries in any order and gives them back by key; entries of one key keep their order.
pub struct Sorter {
    memory: usize,
    folder: PathBuf,
    name: String,
    bytes: Vec<u8>,
    entries: Vec<Entry>,
    runs: Vec<Run>,
}

#[derive(Clone, Copy)]
struct Entry {
    start: usize,
    key: usize,
    payload: usize,
}

struct Run {
    path: PathBuf,
    reader: Option<BufReader<File>>,
}

impl Drop for Run {
    fn drop(&mut self) {
        self.reader = None;
        if let Err(error) = std::fs::remove_file(&self.path) {
            tracing::warn!(%error, path = %self.path.display(), "a temporary file stays behind");
        }
    }
}

impl Sorter {
    /// With `memory` bytes; temporary files are called `name` and a number, in `folder`.
    pub fn new(memory: usize, folder: PathBuf, name: String) -> Self {
        Self {
            memory,
            folder,
            name,
            bytes: Vec::new(),
            entries: Vec::new(),
            runs: Vec::new(),
        }
    }

    /// Adds an entry.
    pub fn push(&mut self, key: &[u8], payload: &[u8]) -> io::Result<()> {
        let size = key.len() + payload.len() + size_of::<Entry>();
        let used = self.bytes.len() + self.entries.len() * size_of::<Entry>();
        if used + size > self.memory && !self.entries.is_empty() {
            self.spill()?;
        }
        self.entries.push(Entry {
            start: self.bytes.len(),
            key: key.len(),
            payload: payload.len(),
        });
        self.bytes.extend_from_slice(key);
        self.bytes.extend_from_slice(payload);
        Ok(())
    }

    fn sort(&mut self) {
        let bytes = &self.bytes;
        self.entries
            .sort_by(|a, b| key(bytes, a).cmp(key(bytes, b)));
    }

    /// A file that nobody else has.
    fn create(&self) -> io::Result<(PathBuf, File)> {
        let mut attempt = 0;
        loop {
            let name = format!("{}-{}-{attempt}.run", self.name, self.runs.len());
            let path = self.folder.join(name);
            let made = File::options()
                .read(true)
                .write(true)
                .create_new(true)
                .open(&path);
            match made {
                Ok(file) => return Ok((path, file)),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && attempt < 1_000 => {
                    attempt += 1;
                }
                Err(error) => return Err(error),
            }
        }
    }

    fn spill(&mut self) -> io::Result<()> {
        self.sort();
        let (path, file) = self.create()?;
        let mut run = Run { path, reader: None };
        let mut writer = BufWriter::with_capacity(1 << 18, file);
        for entry in &self.entries {
            writer.write_all(&length(entry.key)?)?;
            writer.write_all(&length(entry.payload)?)?;
            let end = entry.start + entry.key + entry.payload;
            writer.write_all(&self.bytes[entry.start..end])?;
        }
        let mut file = writer
            .into_inner()
            .map_err(io::IntoInnerError::into_error)?;
        file.seek(SeekFrom::Start(0))?;
        run.reader = Some(BufReader::with_capacity(1 << 16, file));
        self.runs.push(run);
        self.bytes.clear();
        self.entries.clear();
        Ok(())
    }

    /// Gives the entries back in order.
    pub fn finish(mut self) -> io::Result<Sorted> {
        self.sort();
        let mut sorted = Sorted {
            bytes: self.bytes,
            entries: self.entries.into_iter(),
            runs: self.runs,
            heads: BinaryHeap::new(),
        };
        for source in 0..=sorted.runs.len() {
            sorted.advance(source)?;
        }
        Ok(sorted)
    }
}

fn key<'a>(bytes: &'a [u8], entry: &Entry) -> &'a [u8] {
    &bytes[entry.start..entry.start + entry.key]
}

fn length(length: usize) -> io::Result<[u8; 4]> {
    u32::try_from(length)
        .map(u32::to_le_bytes)
        .map_err(io::Error::other)
}

/// A key, the source it comes from (older ones first), and what belongs to it.
type Head = Reverse<(Vec<u8>, usize, Vec<u8>)>;

/// Entries in the order of their keys.
pub struct Sorted {
    bytes: Vec<u8>,
    entries: std::vec::IntoIter<Entry>,
    runs: Vec<Run>,
    heads: BinaryHeap<Head>,
}

impl Sorted {
    /// The next key and payload.
    pub fn next(&mut self) -> io::Result<Option<(Vec<u8>, Vec<u8>)>> {
        let Some(Reverse((key, source, payload))) = self.heads.pop() else {
            return Ok(None);
        };
        self.advance(source)?;
        Ok(Some((key, payload)))
    }

    /// The key of the next entry.
    pub fn peek(&self) -> Option<&[u8]> {
        self.heads.peek().map(|Reverse((key, ..))| key.as_slice())
    }

    /// Fetches the next entry of a source; the last source is what stayed in memory.
    fn advance(&mut self, source: usize) -> io::Result<()> {
        let next = match self.runs.get_mut(source) {
            None => self.entries.next().map(|entry| {
                let payload = entry.start + entry.key;
                (
                    key(&self.bytes, &entry).to_vec(),
                    self.bytes[payload..payload + entry.payload].to_vec(),
                )
            }),
            Some(run) => read_entry(run)?,
        };
        if let Some((key, payload)) = next {
            self.heads.push(Reverse((key, source, payload)));
        }
        Ok(())
    }
}

fn read_entry(run: &mut Run) -> io::Result<Option<(Vec<u8>, Vec<u8>)>> {
    let Some(reader) = &mut run.reader else {
        return Ok(None);
    };
    let mut lengths = [0; 8];
    match reader.read_exact(&mut lengths) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        Err(error) => return Err(error),
    }
    let size = |at: usize| {
        u32::from_le_bytes([
            lengths[at],
            lengths[at + 1],
            lengths[at + 2],
            lengths[at + 3],
        ]) as usize
    };
    let mut key = vec![0; size(0)];
    reader.read_exact(&mut key)?;
    let mut payload = vec![0; size(4)];
    reader.read_exact(&mut payload)?;
    Ok(Some((key, payload)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sorted(memory: usize, name: &str) -> Vec<(Vec<u8>, Vec<u8>)> {
        let mut sorter = Sorter::new(memory, std::env::temp_dir(), name.to_owned());
        for n in 0..200u32 {
            let key = format!("{:02}", (n * 37) % 17);
            sorter
                .push(key.as_bytes(), n.to_string().as_bytes())
                .expect("kept");
        }
        let mut sorted = sorter.finish().expect("sorted");
        std::iter::from_fn(|| sorted.next().expect("read")).collect()
    }

    #[test]
    fn little_memory_gives_the_same_order_as_much() {
        let name = format!("bellhop-sorting-{}", std::process::id());
        let much = sorted(1 << 20, &name);
        assert_eq!(sorted(300, &name), much);
        let mut wanted: Vec<(String, u32)> = (0..200)
            .map(|n| (format!("{:02}", (n * 37) % 17), n))
            .collect();
        wanted.sort();
        let read: Vec<(String, u32)> = much
            .into_iter()
            .map(|(key, payload)| {
                let payload = String::from_utf8(payload).expect("text");
                (
                    String::from_utf8(key).expect("text"),
                    payload.parse().expect("a number"),
                )
            })
            .collect();
        assert_eq!(read, wanted);
    }
}
