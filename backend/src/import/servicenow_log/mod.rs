//! `bellhop import servicenow-log`: the audit log of a ServiceNow instance, one row for every
//! change of an incident. Reading sorts the rows by incident; loading then writes each incident
//! whole, so that a run that was cut off can simply be repeated.

mod directory;
mod directory_store;
pub mod header;
mod history;
pub mod lines;
mod mapping;
mod names;
mod rejects;
pub mod row;
mod sorting;
mod store;

pub use directory::DEPARTMENT;
pub use store::SYSTEM;

use crate::organisation::settings;
use crate::platform::Platform;
use crate::platform::context::{Actor, Context};
use crate::platform::error::Result;
use crate::platform::unit_of_work::UnitOfWork;
use anyhow::{Context as _, anyhow};
use directory::Directory;
use header::Layout;
use lines::{Record, Records};
use rejects::Rejects;
use row::Row;
use shared::id::PersonId;
use shared::permission::Grants;
use shared::ticket::Matrix;
use sorting::{Sorted, Sorter};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use uuid::Uuid;

/// What an import can be told.
#[derive(Clone, Debug)]
pub struct Options {
    /// Key of the department that the tickets go to; created when missing.
    pub department: String,
    /// Where rows go that cannot be read; beside the file unless told.
    pub rejects: Option<PathBuf>,
    /// Bytes of rows kept in memory before they go to temporary files.
    pub memory: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            department: DEPARTMENT.to_owned(),
            rejects: None,
            memory: sorting::MEMORY,
        }
    }
}

/// What an import is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Reading the file; counted in its bytes.
    Reading,
    /// Loading incidents; counted in rows.
    Loading,
}

/// Hears how far an import is.
pub trait Progress {
    /// A phase begins, with what it has to do in all.
    fn begin(&mut self, phase: Phase, total: u64);
    /// So much of it is done.
    fn done(&mut self, done: u64);
}

/// Hears nothing.
impl Progress for () {
    fn begin(&mut self, _: Phase, _: u64) {}
    fn done(&mut self, _: u64) {}
}

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Rows that could be read.
    pub rows: u64,
    /// Rows that could not.
    pub rejected: u64,
    /// Where those are.
    pub rejects: Option<PathBuf>,
    /// Incidents of the file.
    pub incidents: u64,
    /// Incidents that are new.
    pub created: u64,
    /// Incidents that were known and have grown or changed.
    pub extended: u64,
    /// Incidents that were known as they are.
    pub unchanged: u64,
    /// Events written for rows.
    pub events: u64,
    /// People created.
    pub people: u64,
}

/// How long a commit may take; chunks grow and shrink to stay below.
const COMMIT: Duration = Duration::from_millis(200);
/// What chunks aim at, so that a slow moment still fits.
const AIM: Duration = Duration::from_millis(120);
/// Rows of the first chunk, and of the smallest and the largest.
const ROWS: (usize, usize, usize) = (400, 20, 4_000);

/// Loads a file, plain or packed. What was loaded before is not loaded again.
pub async fn run(
    platform: &Platform,
    file: &Path,
    options: &Options,
    progress: &mut (dyn Progress + Send),
) -> Result<Summary> {
    let mut summary = Summary::default();
    let (layout, mut sorted) = read(platform, file, options, progress, &mut summary)?;
    load(
        platform,
        &layout,
        &mut sorted,
        options,
        progress,
        &mut summary,
    )
    .await?;
    Ok(summary)
}

/// First pass: every row is checked, and sorted by incident.
fn read(
    platform: &Platform,
    file: &Path,
    options: &Options,
    progress: &mut (dyn Progress + Send),
    summary: &mut Summary,
) -> Result<(Layout, Sorted)> {
    let shown = file.display();
    let mut records = Records::open(file).with_context(|| format!("cannot read {shown}"))?;
    let size = std::fs::metadata(file).map_or(0, |m| m.len());
    progress.begin(Phase::Reading, size);
    let layout = match records
        .next_record()
        .with_context(|| format!("cannot read {shown}"))?
    {
        Some(Record::Fields { fields, .. }) => {
            Layout::read(&fields).map_err(|reason| anyhow!("{shown}: {reason}"))?
        }
        Some(Record::Broken { reason, .. }) => {
            return Err(anyhow!("{shown}: the header cannot be read: {reason}").into());
        }
        None => return Err(anyhow!("{shown} is empty").into()),
    };
    records.expect_width(layout.width());
    let mut rejects = Rejects::of(file, options.rejects.clone())
        .context("cannot remove the reject file of an earlier run")?;
    let name = format!(
        "bellhop-import-{}",
        platform.ids.next(platform.clock.now()).simple()
    );
    let mut sorter = Sorter::new(options.memory, std::env::temp_dir(), name);
    let mut position = 0;
    let mut payload = Vec::new();
    while let Some(record) = records
        .next_record()
        .with_context(|| format!("cannot read {shown}"))?
    {
        position += 1;
        let (line, fields) = match record {
            Record::Fields { line, fields } => (line, fields),
            Record::Broken {
                line,
                reason,
                bytes,
            } => {
                let fields = std::iter::once(bytes.as_slice());
                rejects
                    .add(layout.names(), line, &reason, fields)
                    .context("cannot write the reject file")?;
                continue;
            }
        };
        encode(position, &fields, &mut payload);
        match Row::read(&layout, position, fields) {
            Ok(row) => {
                sorter
                    .push(row.number.as_bytes(), &payload)
                    .context("cannot write a temporary file")?;
                summary.rows += 1;
            }
            Err(reason) => {
                let (_, fields) = decode(&payload)?;
                let fields = fields.iter().map(Vec::as_slice);
                rejects
                    .add(layout.names(), line, &reason, fields)
                    .context("cannot write the reject file")?;
            }
        }
        if position % 512 == 0 {
            progress.done(records.consumed());
        }
    }
    progress.done(size);
    (summary.rejected, summary.rejects) =
        rejects.finish().context("cannot write the reject file")?;
    let sorted = sorter.finish().context("cannot read a temporary file")?;
    Ok((layout, sorted))
}

/// Second pass: incident by incident, several to a commit.
async fn load(
    platform: &Platform,
    layout: &Layout,
    sorted: &mut Sorted,
    options: &Options,
    progress: &mut (dyn Progress + Send),
    summary: &mut Summary,
) -> Result<()> {
    progress.begin(Phase::Loading, summary.rows);
    let context = || {
        let nobody = Grants::requester(PersonId(Uuid::nil()));
        Context::of(
            Actor::Import,
            nobody,
            &[],
            platform.clock.now(),
            "import-servicenow-log",
        )
    };
    let mut uow = UnitOfWork::begin(platform, &context()).await?;
    let mut directory = Directory::open(&mut uow, &options.department).await?;
    let matrix = settings::priority_matrix(uow.tx()).await?;
    uow.commit().await?;
    let mut wanted = ROWS.0;
    let mut done = 0;
    loop {
        let incidents = take(layout, sorted, wanted)?;
        if incidents.is_empty() {
            break;
        }
        let rows: usize = incidents.iter().map(|i| i.rows.len()).sum();
        let unknown = changed(platform, incidents, summary).await?;
        if !unknown.is_empty() {
            let began = Instant::now();
            let uow = UnitOfWork::begin(platform, &context()).await?;
            write(uow, layout, &mut directory, &matrix, unknown, summary).await?;
            wanted = adapt(wanted, began.elapsed());
        }
        done += rows as u64;
        progress.done(done);
    }
    summary.people = directory.people_created;
    Ok(())
}

/// Rows of the next chunk, after one of `rows` took `elapsed`.
fn adapt(rows: usize, elapsed: Duration) -> usize {
    if elapsed > COMMIT {
        tracing::debug!(?elapsed, rows, "a chunk took longer than wanted");
    }
    let ratio = AIM.as_secs_f64() / elapsed.as_secs_f64().max(0.001);
    let next = rows as f64 * ratio.clamp(0.25, 1.5);
    (next as usize).clamp(ROWS.1, ROWS.2)
}

struct Incident {
    number: String,
    rows: Vec<Row>,
    digest: String,
}

/// Whole incidents of at least `wanted` rows together.
fn take(layout: &Layout, sorted: &mut Sorted, wanted: usize) -> Result<Vec<Incident>> {
    let mut incidents: Vec<Incident> = Vec::new();
    let mut count = 0;
    while count < wanted {
        let mut rows = Vec::new();
        while let Some((key, payload)) = next(sorted)? {
            let (position, fields) = decode(&payload)?;
            let row = Row::read(layout, position, fields)
                .map_err(|reason| anyhow!("a row cannot be read again: {reason}"))?;
            rows.push(row);
            if sorted.peek() != Some(key.as_slice()) {
                break;
            }
        }
        let Some(first) = rows.first() else {
            break;
        };
        count += rows.len();
        incidents.push(Incident {
            number: first.number.clone(),
            digest: history::digest(layout, &rows),
            rows,
        });
    }
    Ok(incidents)
}

fn next(sorted: &mut Sorted) -> Result<Option<(Vec<u8>, Vec<u8>)>> {
    Ok(sorted.next().context("cannot read a temporary file")?)
}

/// Those of which the database does not know all that the file says.
async fn changed(
    platform: &Platform,
    incidents: Vec<Incident>,
    summary: &mut Summary,
) -> Result<Vec<Incident>> {
    let numbers: Vec<String> = incidents.iter().map(|i| i.number.clone()).collect();
    let known = store::sources(platform.db.reader(), &numbers).await?;
    summary.incidents += incidents.len() as u64;
    Ok(incidents
        .into_iter()
        .filter(|incident| {
            let same = known
                .get(&incident.number)
                .is_some_and(|source| source.digest.as_ref() == Some(&incident.digest));
            summary.unchanged += u64::from(same);
            !same
        })
        .collect())
}

async fn write(
    mut uow: UnitOfWork,
    layout: &Layout,
    directory: &mut Directory,
    matrix: &Matrix,
    incidents: Vec<Incident>,
    summary: &mut Summary,
) -> Result<()> {
    let rows = incidents.iter().flat_map(|i| &i.rows);
    directory.learn(&mut uow, layout, rows).await?;
    let numbers: Vec<String> = incidents.iter().map(|i| i.number.clone()).collect();
    // Asked again within the transaction: another import may have been quicker.
    let mut known = store::sources(uow.tx(), &numbers).await?;
    let mut new = Vec::new();
    for incident in incidents {
        let source = known.remove(&incident.number);
        let rows = match &source {
            Some(source) => store::known_rows(uow.tx(), source.ticket_id).await?,
            None => Vec::new(),
        };
        let history = history::assemble(layout, incident.rows, &directory.names, matrix, &rows)
            .ok_or_else(|| anyhow!("{} cannot be put together", incident.number))?;
        let events = history.steps.len() as u64;
        match source {
            None => {
                summary.created += 1;
                summary.events += events;
                new.push(store::New {
                    number: incident.number,
                    digest: incident.digest,
                    history,
                });
            }
            Some(source) => {
                if store::extend(&mut uow, &source, incident.digest, history).await? {
                    summary.extended += 1;
                    summary.events += events;
                } else {
                    summary.unchanged += 1;
                }
            }
        }
    }
    store::insert(&mut uow, directory.department, new).await?;
    uow.commit().await?;
    Ok(())
}

/// A row as bytes: its position, then its fields with their lengths.
fn encode(position: u64, fields: &[Vec<u8>], into: &mut Vec<u8>) {
    into.clear();
    into.extend_from_slice(&position.to_le_bytes());
    for field in fields {
        let length = u32::try_from(field.len()).unwrap_or(u32::MAX);
        into.extend_from_slice(&length.to_le_bytes());
        into.extend_from_slice(field);
    }
}

fn decode(mut bytes: &[u8]) -> Result<(u64, Vec<Vec<u8>>)> {
    let broken = || anyhow!("a temporary file is damaged");
    let (position, rest) = bytes.split_first_chunk::<8>().ok_or_else(broken)?;
    let position = u64::from_le_bytes(*position);
    bytes = rest;
    let mut fields = Vec::with_capacity(40);
    while let Some((length, rest)) = bytes.split_first_chunk::<4>() {
        let length = u32::from_le_bytes(*length) as usize;
        let (field, rest) = rest.split_at_checked(length).ok_or_else(broken)?;
        fields.push(field.to_vec());
        bytes = rest;
    }
    Ok((position, fields))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chunks_shrink_when_a_commit_is_slow_and_grow_when_it_is_quick() {
        assert_eq!(adapt(400, AIM), 400);
        assert!(adapt(400, Duration::from_secs(1)) < 150);
        assert_eq!(adapt(400, Duration::from_millis(1)), 600);
        assert_eq!(adapt(25, Duration::from_secs(9)), ROWS.1);
    }

    #[test]
    fn a_row_comes_back_from_its_bytes() {
        let fields = vec![b"a".to_vec(), Vec::new(), b"c\xff".to_vec()];
        let mut bytes = Vec::new();
        encode(7, &fields, &mut bytes);
        assert_eq!(decode(&bytes).expect("whole"), (7, fields));
        assert!(decode(&bytes[..bytes.len() - 1]).is_err());
    }
}
