//! Writing the index.

use super::query::BEGINNING_LEAST;
use super::{Entry, Field, fold};
use crate::platform::counter;
use crate::platform::database::Database;
use crate::platform::error::Result;
use sea_orm::sea_query::Value;
use sea_orm::{ConnectionTrait, DatabaseBackend, Statement};
use std::collections::{BTreeMap, HashSet};
use std::fmt::Write as _;
use uuid::Uuid;

/// Words of one row of the index: an entry that has more is several rows. PostgreSQL counts places up to
/// 16,383.
const WORDS_A_ROW: usize = 7_500;
/// Bytes of one row's words; PostgreSQL takes a megabyte, places included.
const BYTES_A_ROW: usize = 400_000;
/// Rows of one statement.
const ROWS_A_STATEMENT: usize = 1_000;
/// Counter of rows that are newer than all others.
const NEW: &str = "search.new";
/// Counter of rows that are older than all others; their numbers are negative.
const OLD: &str = "search.old";
/// A word that nobody can ask for, between two texts of a field: no phrase goes from one into the other.
const BREAK: &str = "¦";
/// In front of labels: no word is one.
pub(super) const LABEL: char = '§';

/// At which end of the others entries are put: those that changed last are found first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Before all others; the last of the batch comes first.
    First,
    /// Behind all others, the first of the batch first; what has an entry keeps it.
    Last,
}

/// Entries ready to be written.
pub struct Batch {
    backend: DatabaseBackend,
    rows: Vec<(Uuid, Vec<String>)>,
    words: BTreeMap<String, i64>,
    subjects: Vec<Uuid>,
}

/// Words of one row, by field and text.
#[derive(Clone, Default)]
struct Row {
    fields: [Vec<Vec<String>>; 4],
    words: usize,
    bytes: usize,
}

impl Row {
    fn has_room(&self, words: &[String]) -> bool {
        // Each text takes a place more, for the break before it.
        self.words + words.len() < WORDS_A_ROW && self.bytes + bytes(words) < BYTES_A_ROW
    }

    fn add(&mut self, field: Field, words: Vec<String>) {
        self.words += words.len() + 1;
        self.bytes += bytes(&words);
        self.fields[field as usize].push(words);
    }

    /// The columns of the table of FTS5.
    fn columns(&self, labels: &[String]) -> Vec<String> {
        let texts = self.fields.iter().map(|texts| {
            let texts: Vec<String> = texts.iter().map(|words| words.join(" ")).collect();
            texts.join(&format!(" {BREAK} "))
        });
        let labels: Vec<String> = labels.iter().map(|l| format!("{LABEL}{l}")).collect();
        texts.chain([labels.join(" ")]).collect()
    }

    /// A tsvector as text: each word with its places.
    fn vector(&self, labels: &[String]) -> String {
        let (mut text, mut place) = (String::new(), 0);
        for (field, texts) in Field::ALL.iter().zip(&self.fields) {
            for words in texts {
                place += 1;
                for word in words {
                    place += 1;
                    // Writing to a text cannot fail.
                    let _ = write!(text, "'{word}':{place}{} ", field.weight());
                }
            }
        }
        for label in labels {
            let _ = write!(text, "'{LABEL}{label}' ");
        }
        text
    }
}

fn bytes(words: &[String]) -> usize {
    words.iter().map(|word| word.len() + 8).sum()
}

impl Batch {
    /// Folds entries. This is work of the processor alone, and belongs before a transaction. `subjects`
    /// are all whose entries are replaced; those of them without an entry are found no more.
    pub fn prepare(backend: DatabaseBackend, subjects: Vec<Uuid>, entries: &[Entry]) -> Self {
        let mut batch = Self {
            backend,
            rows: Vec::with_capacity(entries.len()),
            words: BTreeMap::new(),
            subjects,
        };
        for entry in entries {
            batch.add(entry);
        }
        batch
    }

    fn add(&mut self, entry: &Entry) {
        let mut titled = Row::default();
        let mut rows = Vec::new();
        let mut texts: Vec<&(Field, String)> = entry.texts.iter().collect();
        texts.sort_by_key(|(field, _)| *field);
        let mut row: Option<Row> = None;
        for (field, text) in texts {
            let words: Vec<String> = fold::words(text).into_iter().map(|w| w.text).collect();
            for word in words.iter().filter(|word| in_vocabulary(word)) {
                match self.words.get_mut(word) {
                    Some(uses) => *uses += 1,
                    None => {
                        self.words.insert(word.clone(), 1);
                    }
                }
            }
            if *field == Field::Title {
                titled.add(*field, words);
                continue;
            }
            for piece in pieces(words) {
                let open = row.get_or_insert_with(|| titled.clone());
                if !open.has_room(&piece) {
                    // What it is called belongs to each row.
                    rows.push(std::mem::replace(open, titled.clone()));
                }
                open.add(*field, piece);
            }
        }
        rows.push(row.unwrap_or(titled));
        for row in rows {
            let values = match self.backend {
                DatabaseBackend::Postgres => vec![row.vector(&entry.labels)],
                _ => row.columns(&entry.labels),
            };
            self.rows.push((entry.subject, values));
        }
    }

    /// Takes the words of the vocabulary out, for whoever writes many batches and their words once.
    pub fn take_words(&mut self) -> BTreeMap<String, i64> {
        std::mem::take(&mut self.words)
    }

    /// Writes, in the transaction of `db`.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn write(mut self, db: &impl ConnectionTrait, end: End) -> Result<()> {
        let present = rows_of(db, &self.subjects).await?;
        match end {
            End::First => {
                let ids: Vec<i64> = present.iter().map(|(id, _)| *id).collect();
                remove(db, &ids).await?;
            }
            End::Last => {
                let known: HashSet<Uuid> =
                    present.into_iter().map(|(_, subject)| subject).collect();
                self.rows.retain(|(subject, _)| !known.contains(subject));
            }
        }
        self.insert(db, end).await?;
        write_words(db, self.words).await
    }

    /// Writes entries of subjects that certainly have none yet.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn write_new(self, db: &impl ConnectionTrait) -> Result<()> {
        self.insert(db, End::First).await?;
        write_words(db, self.words).await
    }

    async fn insert(&self, db: &impl ConnectionTrait, end: End) -> Result<()> {
        let count = i64::try_from(self.rows.len()).map_err(anyhow::Error::from)?;
        if count == 0 {
            return Ok(());
        }
        // Written in the order of their ids, as FTS5 likes it.
        let (first, backwards) = match end {
            End::First => (counter::raise(db, NEW, count).await? - count + 1, false),
            End::Last => (-counter::raise(db, OLD, count).await?, true),
        };
        let mut rows: Vec<&(Uuid, Vec<String>)> = self.rows.iter().collect();
        if backwards {
            rows.reverse();
        }
        let numbered: Vec<_> = (first..).zip(rows).collect();
        for rows in numbered.chunks(ROWS_A_STATEMENT) {
            let entries = rows.iter().map(|(id, (subject, _))| {
                let cells = [Cell::Number(*id), Cell::Subject(*subject)];
                cells.into_iter()
            });
            let texts = rows.iter().map(|(_, (_, texts))| {
                let texts = texts.iter().map(|text| Cell::Text(text.clone()));
                texts.collect::<Vec<_>>().into_iter()
            });
            if self.backend == DatabaseBackend::Postgres {
                let into = "search_entries (id, subject, words)";
                let rows = entries.zip(texts).map(|(entry, text)| entry.chain(text));
                insert(db, into, &["", "", "::tsvector"], rows, "").await?;
            } else {
                let into = "search_text (rowid, title, body, remark, note, labels)";
                let with_text = rows.iter().zip(texts);
                let with_text =
                    with_text.map(|((id, _), texts)| [Cell::Number(*id)].into_iter().chain(texts));
                insert(
                    db,
                    "search_entries (id, subject)",
                    &["", "unhex"],
                    entries,
                    "",
                )
                .await?;
                insert(db, into, &[""; 6], with_text, "").await?;
            }
        }
        Ok(())
    }
}

/// A text that is too long for one row.
fn pieces(words: Vec<String>) -> Vec<Vec<String>> {
    if words.len() < WORDS_A_ROW / 2 {
        return vec![words];
    }
    // Half a row at most, and of the longest words a tenth.
    let most = if bytes(&words) < BYTES_A_ROW / 2 {
        WORDS_A_ROW / 2
    } else {
        WORDS_A_ROW / 20
    };
    words.chunks(most).map(<[String]>::to_vec).collect()
}

fn in_vocabulary(word: &str) -> bool {
    word.chars().count() >= BEGINNING_LEAST && !word.bytes().all(|byte| byte.is_ascii_digit())
}

/// Counts words of the vocabulary, in their order: two that write at once wait, and do not deadlock.
///
/// # Errors
/// The database does not answer.
pub async fn write_words(db: &impl ConnectionTrait, words: BTreeMap<String, i64>) -> Result<()> {
    let rows: Vec<[Cell; 2]> = words
        .into_iter()
        .map(|(word, uses)| [Cell::Text(word), Cell::Number(uses)])
        .collect();
    let more = "ON CONFLICT (word) DO UPDATE SET uses = search_words.uses + excluded.uses";
    for rows in rows.chunks(10 * ROWS_A_STATEMENT) {
        let into = "search_words (word, uses)";
        insert(db, into, &[""; 2], rows.iter().cloned(), more).await?;
    }
    Ok(())
}

/// A value of a row.
#[derive(Clone)]
enum Cell {
    Number(i64),
    Text(String),
    Subject(Uuid),
}

impl Cell {
    fn into_value(self) -> Value {
        match self {
            Self::Number(number) => number.into(),
            Self::Text(text) => text.into(),
            Self::Subject(id) => id.into(),
        }
    }

    fn into_json(self) -> serde_json::Value {
        match self {
            Self::Number(number) => number.into(),
            Self::Text(text) => text.into(),
            Self::Subject(id) => id.simple().to_string().into(),
        }
    }
}

/// Inserts rows by one statement. SQLite gets them as one text: rows with a parameter for each value
/// take it longer to prepare than to store, the longer the more there are. `by` names what each column's
/// value goes through: a function of SQLite, a cast of PostgreSQL.
async fn insert(
    db: &impl ConnectionTrait,
    into: &str,
    by: &[&str],
    rows: impl Iterator<Item = impl IntoIterator<Item = Cell>>,
    more: &str,
) -> Result<()> {
    let backend = db.get_database_backend();
    let (text, values) = if backend == DatabaseBackend::Postgres {
        let mut text = format!("INSERT INTO {into} VALUES ");
        let mut values: Vec<Value> = Vec::new();
        for row in rows {
            text.push_str(if values.is_empty() { "(" } else { ", (" });
            for (column, (cell, by)) in row.into_iter().zip(by).enumerate() {
                if column > 0 {
                    text.push_str(", ");
                }
                values.push(cell.into_value());
                // Writing to a text cannot fail.
                let _ = write!(text, "${}{by}", values.len());
            }
            text.push(')');
        }
        (format!("{text} {more}"), values)
    } else {
        let rows: Vec<Vec<serde_json::Value>> = rows
            .map(|row| row.into_iter().map(Cell::into_json).collect())
            .collect();
        let columns = by.iter().enumerate();
        let columns: Vec<String> = columns
            .map(|(column, by)| format!("{by}(value ->> {column})"))
            .collect();
        let columns = columns.join(", ");
        let text =
            format!("INSERT INTO {into} SELECT {columns} FROM json_each(?) WHERE TRUE {more}");
        (text, vec![serde_json::to_string(&rows)?.into()])
    };
    db.execute_raw(Statement::from_sql_and_values(backend, text, values))
        .await?;
    Ok(())
}

/// Which of these subjects have entries.
pub(super) async fn known(db: &impl ConnectionTrait, subjects: &[Uuid]) -> Result<HashSet<Uuid>> {
    let rows = rows_of(db, subjects).await?;
    Ok(rows.into_iter().map(|(_, subject)| subject).collect())
}

/// Rows of these subjects.
async fn rows_of(db: &impl ConnectionTrait, subjects: &[Uuid]) -> Result<Vec<(i64, Uuid)>> {
    use sea_orm::sea_query::{Alias, Expr, ExprTrait as _, Query};
    let mut found = Vec::new();
    for subjects in subjects.chunks(ROWS_A_STATEMENT) {
        let question = Query::select()
            .columns([Alias::new("id"), Alias::new("subject")])
            .from(Alias::new("search_entries"))
            .and_where(Expr::col(Alias::new("subject")).is_in(subjects.iter().copied()))
            .to_owned();
        for row in db.query_all(&question).await? {
            found.push((row.try_get_by_index(0)?, row.try_get_by_index(1)?));
        }
    }
    Ok(found)
}

/// Takes rows out.
async fn remove(db: &impl ConnectionTrait, ids: &[i64]) -> Result<()> {
    let backend = db.get_database_backend();
    // One text however many they are, so that it is prepared once.
    let (tables, list) = match backend {
        DatabaseBackend::Postgres => (
            &["search_entries WHERE id"][..],
            "SELECT value::bigint FROM json_array_elements_text($1::json)",
        ),
        _ => (
            &["search_text WHERE rowid", "search_entries WHERE id"][..],
            "SELECT value FROM json_each(?)",
        ),
    };
    let ids = serde_json::to_string(ids)?;
    for table in tables {
        let text = format!("DELETE FROM {table} IN ({list})");
        let statement = Statement::from_sql_and_values(backend, text, [ids.as_str().into()]);
        db.execute_raw(statement).await?;
    }
    Ok(())
}

/// Parts of FTS5's index that it begins to merge, unless a load puts that off.
const MERGED_FROM: u32 = 4;

/// Many entries are written soon: FTS5 puts off merging what it has written.
///
/// # Errors
/// The database does not answer.
pub async fn begin_load(db: &Database) -> Result<()> {
    tell_fts5(db, &[merge_from(0)]).await
}

/// They are written: it merges all at once, which is less work than again and again, and goes on as
/// before.
///
/// # Errors
/// The database does not answer.
pub async fn end_load(db: &Database) -> Result<()> {
    let optimize = "INSERT INTO search_text (search_text) VALUES ('optimize')".to_owned();
    tell_fts5(db, &[merge_from(MERGED_FROM), optimize]).await
}

fn merge_from(parts: u32) -> String {
    format!("INSERT INTO search_text (search_text, rank) VALUES ('automerge', {parts})")
}

async fn tell_fts5(db: &Database, statements: &[String]) -> Result<()> {
    if db.backend() == DatabaseBackend::Postgres {
        return Ok(());
    }
    let tx = db.begin().await?;
    for statement in statements {
        tx.execute_unprepared(statement).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Empties the index, the vocabulary too.
///
/// # Errors
/// The database does not answer.
pub async fn empty(db: &impl ConnectionTrait) -> Result<()> {
    let steps: &[&str] = match db.get_database_backend() {
        DatabaseBackend::Postgres => &["TRUNCATE search_entries, search_words"],
        _ => &[
            "INSERT INTO search_text (search_text) VALUES ('delete-all')",
            "DELETE FROM search_entries",
            "DELETE FROM search_words",
        ],
    };
    for step in steps {
        db.execute_unprepared(step).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(texts: &[(Field, &str)]) -> Entry {
        let texts = texts
            .iter()
            .map(|(field, text)| (*field, (*text).to_owned()));
        Entry {
            subject: Uuid::nil(),
            texts: texts.collect(),
            labels: vec!["open".to_owned()],
        }
    }

    fn rows(backend: DatabaseBackend, entry: Entry) -> Vec<Vec<String>> {
        let batch = Batch::prepare(backend, vec![entry.subject], &[entry]);
        batch.rows.into_iter().map(|(_, values)| values).collect()
    }

    #[test]
    fn fields_stay_apart_and_so_do_texts_of_a_field() {
        let texts = [
            (Field::Remark, "First. It's"),
            (Field::Title, "Größe"),
            (Field::Remark, "second"),
        ];
        assert_eq!(
            rows(DatabaseBackend::Sqlite, entry(&texts)),
            [["grosse", "", "first it s ¦ second", "", "§open"]]
        );
        assert_eq!(
            rows(DatabaseBackend::Postgres, entry(&texts)),
            [["'grosse':2A 'first':4C 'it':5C 's':6C 'second':8C '§open' "]]
        );
        assert!(fold::words("¦ §").is_empty(), "nobody can ask for them");
    }

    #[test]
    fn what_is_too_long_for_a_row_is_several_with_the_title_in_each() {
        let long = "word ".repeat(3 * WORDS_A_ROW);
        for backend in [DatabaseBackend::Sqlite, DatabaseBackend::Postgres] {
            let found = rows(
                backend,
                entry(&[
                    (Field::Title, "Name"),
                    (Field::Body, &long),
                    (Field::Note, "end"),
                ]),
            );
            assert!(found.len() >= 3, "{}", found.len());
            for row in &found {
                assert!(row[0].starts_with("name") || row[0].starts_with("'name':2A"));
                let words: usize = row.iter().map(|text| text.split(' ').count()).sum();
                assert!(words < 16_000, "{words}");
            }
        }
    }

    #[test]
    fn the_vocabulary_has_what_may_be_gone_on_with() {
        let batch = Batch::prepare(
            DatabaseBackend::Sqlite,
            vec![Uuid::nil()],
            &[entry(&[(Field::Body, "a wifi WiFi 000123 x1")])],
        );
        let words: Vec<(String, i64)> = batch.words.into_iter().collect();
        assert_eq!(words, [("wifi".to_owned(), 2), ("x1".to_owned(), 1)]);
    }
}
