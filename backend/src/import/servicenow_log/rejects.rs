//! Rows that could not be read, for a person to mend and load again.

use std::ffi::OsString;
use std::fs::File;
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

/// First columns of a reject file; the row's own follow.
const HEADER: [&str; 2] = ["line", "reason"];

/// The reject file; it comes to be with the first row.
pub struct Rejects {
    path: PathBuf,
    writer: Option<csv::Writer<BufWriter<File>>>,
    count: u64,
}

/// `FILE.rejects.csv`, beside the file.
fn beside(file: &Path) -> PathBuf {
    let mut name = OsString::from(file);
    name.push(".rejects.csv");
    PathBuf::from(name)
}

impl Rejects {
    /// For a file that is read from its start: what an earlier run rejected is forgotten.
    pub fn of(file: &Path, path: Option<PathBuf>) -> io::Result<Self> {
        let path = path.unwrap_or_else(|| beside(file));
        // Only a file of our own making may go.
        if std::fs::read(&path).is_ok_and(|text| text.starts_with(b"line,reason")) {
            std::fs::remove_file(&path)?;
        }
        Ok(Self {
            path,
            writer: None,
            count: 0,
        })
    }

    /// Keeps a row with the reason. Where the file's folder cannot be written to, the reject file
    /// is made in the present folder.
    pub fn add<'a>(
        &mut self,
        header: &[String],
        line: u64,
        reason: &str,
        fields: impl Iterator<Item = &'a [u8]>,
    ) -> io::Result<()> {
        if self.writer.is_none() {
            self.writer = Some(self.create(header)?);
        }
        self.count += 1;
        if let Some(writer) = &mut self.writer {
            writer.write_field(line.to_string())?;
            writer.write_field(reason)?;
            for field in fields {
                writer.write_field(field)?;
            }
            writer.write_record(None::<&[u8]>)?;
        }
        Ok(())
    }

    fn create(&mut self, header: &[String]) -> io::Result<csv::Writer<BufWriter<File>>> {
        let file = match File::create(&self.path) {
            Ok(file) => file,
            Err(error) => {
                let name = self.path.file_name().map(PathBuf::from).ok_or(error)?;
                self.path = name;
                File::create(&self.path)?
            }
        };
        let mut writer = csv::WriterBuilder::new()
            .flexible(true)
            .from_writer(BufWriter::new(file));
        let names = HEADER.into_iter().chain(header.iter().map(String::as_str));
        writer.write_record(names)?;
        Ok(writer)
    }

    /// How many rows, and where they are.
    pub fn finish(mut self) -> io::Result<(u64, Option<PathBuf>)> {
        if let Some(writer) = &mut self.writer {
            writer.flush()?;
        }
        Ok((self.count, self.writer.is_some().then_some(self.path)))
    }
}
