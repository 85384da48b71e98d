//! People from a CSV file: compared with who there is, row by row, then written in parts.
//!
//! Somebody is known again by the key of the file's system (`external_id`), else by mail address. The
//! same file twice changes nothing. A row that cannot be taken is left out with its line and the
//! reason; the others are taken.

mod compare;
mod row;
mod store;
mod text;
mod write;

use crate::organisation::access::authorize;
use crate::organisation::leaving::OnLeave;
use crate::platform::Platform;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result, code};
use compare::Plan;
use row::{Column, Draft};
use shared::permission::SetUp;

/// Most rows of a file.
const ROWS_MOST: usize = 200_000;

/// How a file is loaded.
#[derive(Clone, Debug)]
pub struct Options {
    /// Looks only: says what would be done.
    pub dry_run: bool,
    /// Deactivates people whom an earlier import brought and who are not in this file.
    pub deactivate_missing: bool,
    /// Zone of new people whose row names none.
    pub timezone: String,
}

/// A row that was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reject {
    /// Line in the file; 0 for what no row is to blame for.
    pub line: u64,
    /// Why.
    pub reason: String,
    /// The row as it was.
    pub fields: Vec<String>,
}

/// What was done, or would be.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// Rows of the file.
    pub rows: usize,
    /// People who are new.
    pub created: usize,
    /// People who changed.
    pub changed: usize,
    /// People of whom the file says nothing new.
    pub unchanged: usize,
    /// People who were deactivated.
    pub deactivated: usize,
    /// Rows that were not taken.
    pub rejected: Vec<Reject>,
    /// How the file was written.
    pub encoding: &'static str,
    /// The headings.
    pub header: Vec<String>,
    /// Headings that are not understood.
    pub ignored: Vec<String>,
}

impl Outcome {
    /// The rows that were not taken as a file to mend and load again: its first two columns are
    /// passed over then. Empty when all were taken.
    pub fn rejects_csv(&self) -> Result<String> {
        if self.rejected.is_empty() {
            return Ok(String::new());
        }
        let mut writer = csv::WriterBuilder::new()
            .flexible(true)
            .from_writer(Vec::new());
        let mut head = vec!["line".to_owned(), "reason".to_owned()];
        head.extend(self.header.iter().cloned());
        writer.write_record(&head).map_err(anyhow::Error::from)?;
        for reject in &self.rejected {
            let mut cells = vec![reject.line.to_string(), reject.reason.clone()];
            cells.extend(reject.fields.iter().map(|field| guarded(field)));
            writer.write_record(&cells).map_err(anyhow::Error::from)?;
        }
        let bytes = writer
            .into_inner()
            .map_err(|error| anyhow::anyhow!("{error}"))?;
        Ok(String::from_utf8(bytes).map_err(anyhow::Error::from)?)
    }
}

/// A cell that no spreadsheet takes for a formula; reading takes the guard away again.
fn guarded(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

/// A file, read.
struct File {
    header: Vec<String>,
    drafts: Vec<(Draft, Vec<String>)>,
    outcome: Outcome,
}

/// Loads a file.
///
/// # Errors
/// The file has no heading for name or mail address, more rows than there may be, or would
/// deactivate more than half of the people whom imports brought.
pub async fn run(
    platform: &Platform,
    ctx: &Context,
    bytes: &[u8],
    options: &Options,
    on_leave: &dyn OnLeave,
) -> Result<Outcome> {
    authorize(ctx, SetUp::Site)?;
    if !shared::calendar::zone_exists(&options.timezone) {
        return Err(Error::refused(
            "UNKNOWN_ZONE",
            "timezone",
            "This is not a known time zone, such as Europe/Berlin.",
        ));
    }
    let file = parse(bytes)?;
    let plan = Plan::make(platform, file, options).await?;
    if options.dry_run {
        return Ok(plan.outcome);
    }
    write::write(platform, ctx, plan, on_leave).await
}

/// The line on which a row begins: the reader stands behind the row before it, in front of lines
/// without anything.
fn line_of(text: &str, place: &csv::Position) -> u64 {
    let start = usize::try_from(place.byte()).unwrap_or(usize::MAX);
    let rest = text.as_bytes().get(start..).unwrap_or_default();
    let blank = rest.iter().take_while(|byte| matches!(byte, b'\n' | b'\r'));
    place.line() + blank.filter(|byte| **byte == b'\n').count() as u64
}

fn parse(bytes: &[u8]) -> Result<File> {
    let (text, encoding) = text::decode(bytes);
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(text::separator(&text))
        .flexible(true)
        .from_reader(text.as_bytes());
    let unreadable = |error: csv::Error| Error::refused(code::INVALID, "file", error.to_string());
    let header: Vec<String> = reader
        .headers()
        .map_err(unreadable)?
        .iter()
        .map(|heading| heading.trim().to_owned())
        .collect();
    let columns: Vec<Option<Column>> = header.iter().map(|text| row::column(text)).collect();
    for (wanted, name) in [(Column::Email, "email"), (Column::Name, "name")] {
        let found = columns
            .iter()
            .filter(|column| **column == Some(wanted))
            .count();
        if found != 1 {
            return Err(Error::refused(
                code::REQUIRED,
                "file",
                format!("The first line names the columns; exactly one has to be {name}."),
            ));
        }
    }
    let known = columns.clone();
    let ignored = |(heading, column): (&String, &Option<Column>)| {
        let own = ["line", "reason"].contains(&heading.as_str());
        (column.is_none() && !own).then(|| heading.clone())
    };
    let mut outcome = Outcome {
        encoding,
        ignored: header.iter().zip(&known).filter_map(ignored).collect(),
        header: header.clone(),
        ..Outcome::default()
    };
    let mut drafts = Vec::new();
    for record in reader.records() {
        let record = record.map_err(unreadable)?;
        let line = record.position().map_or(0, |place| line_of(&text, place));
        let fields: Vec<String> = record.iter().map(str::to_owned).collect();
        if fields.iter().all(|field| field.trim().is_empty()) {
            continue;
        }
        outcome.rows += 1;
        if outcome.rows > ROWS_MOST {
            return Err(Error::refused(
                "TOO_MANY",
                "file",
                format!("At most {ROWS_MOST} rows."),
            ));
        }
        let read = if fields.len() == header.len() {
            row::read(line, &columns, record.iter())
        } else {
            Err(format!(
                "{} fields, where the first line has {}.",
                fields.len(),
                header.len()
            ))
        };
        match read {
            Ok(draft) => drafts.push((draft, fields)),
            Err(reason) => outcome.rejected.push(Reject {
                line,
                reason,
                fields,
            }),
        }
    }
    Ok(File {
        header,
        drafts,
        outcome,
    })
}
