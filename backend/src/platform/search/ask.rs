//! Asking the index. What is typed has become words of letters and digits alone; they are put between
//! quotation marks all the same, and the whole is one bound value.

use super::Field;
use super::index::LABEL;
use super::query::{Query, Term};
use crate::platform::error::Result;
use sea_orm::sea_query::{Alias, Expr, ExprTrait as _, Func, Order, Query as Select};
use sea_orm::{ConnectionTrait, DatabaseBackend, Statement};
use uuid::Uuid;

/// Words that begin alike are asked for as a beginning, as long as they were written so seldom together:
/// merging the places of all of them is cheap then, and exact.
const SELDOM: i64 = 5_000;
/// Longer words that a common beginning stands for: those that are written most.
const LONGER_MOST: u64 = 30;
/// Words of a term whose common beginning stands for longer ones: each repeats all words before it.
const REPEATED_MOST: usize = 4;

/// Who asks reads these fields of entries that have one of these labels.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// What they read.
    pub fields: Vec<Field>,
    /// Of which entries; of none without a label.
    pub labels: Vec<String>,
}

/// A term as it is asked.
#[derive(Debug)]
struct Rows {
    /// The words that it may be.
    either: Vec<Vec<String>>,
    /// Their last word is a beginning.
    begins: bool,
}

/// A question whose beginnings have become words.
pub struct Question {
    wanted: Vec<Rows>,
    unwanted: Vec<Rows>,
    readings: Vec<Reading>,
}

impl Question {
    /// Asks the vocabulary for the words that a beginning may be.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn new(
        db: &impl ConnectionTrait,
        query: &Query,
        mut readings: Vec<Reading>,
    ) -> Result<Self> {
        readings.retain(|reading| !reading.labels.is_empty());
        let mut wanted = Vec::new();
        for term in &query.wanted {
            wanted.push(rows(db, term).await?);
        }
        let unwanted = query.unwanted.iter();
        Ok(Self {
            wanted,
            unwanted: unwanted.map(|term| Rows::of(term, false)).collect(),
            readings,
        })
    }

    /// Subjects of what fits and has this label, the last changed first; one that has several rows may come more than once.
    ///
    /// # Errors
    /// The database does not answer.
    pub async fn subjects(
        &self,
        db: &impl ConnectionTrait,
        label: &str,
        limit: u64,
    ) -> Result<Vec<Uuid>> {
        if self.wanted.is_empty() || self.readings.is_empty() {
            return Ok(Vec::new());
        }
        let backend = db.get_database_backend();
        let (text, condition) = match backend {
            DatabaseBackend::Postgres => (
                "SELECT subject FROM search_entries WHERE words @@ $1::tsquery ORDER BY id DESC LIMIT $2",
                self.tsquery(label),
            ),
            _ => (
                "SELECT e.subject FROM search_text JOIN search_entries e ON e.id = search_text.rowid \
                 WHERE search_text MATCH ? ORDER BY search_text.rowid DESC LIMIT ?",
                self.fts5(label),
            ),
        };
        let limit = i64::try_from(limit).map_err(anyhow::Error::from)?;
        let values = [condition.into(), limit.into()];
        let found = db
            .query_all_raw(Statement::from_sql_and_values(backend, text, values))
            .await?;
        let subjects = found.iter().map(|row| row.try_get_by_index(0));
        Ok(subjects.collect::<std::result::Result<_, _>>()?)
    }

    fn fts5(&self, label: &str) -> String {
        let either = |rows: &Rows| {
            let end = if rows.begins { " *" } else { "" };
            let phrase = |words: &Vec<String>| format!("\"{}\"{end}", words.join(" "));
            format!("({})", joined(rows.either.iter().map(phrase), " OR "))
        };
        let columns = |fields: &[Field]| {
            let names = fields.iter().map(|field| field.column().to_owned());
            format!("{{{}}}", joined(names, " "))
        };
        let labelled = |labels: &[String]| {
            let labels = labels.iter().map(|label| format!("\"{LABEL}{label}\""));
            format!("labels : ({})", joined(labels, " OR "))
        };
        let readings = self.readings.iter().map(|reading| {
            let wanted = joined(self.wanted.iter().map(either), " AND ");
            let mut text = format!(
                "({} : ({wanted})) AND ({}) AND ({})",
                columns(&reading.fields),
                labelled(&reading.labels),
                labelled(&[label.to_owned()])
            );
            if !self.unwanted.is_empty() {
                let unwanted = joined(self.unwanted.iter().map(either), " OR ");
                text = format!("({text}) NOT ({} : ({unwanted}))", columns(&reading.fields));
            }
            format!("({text})")
        });
        joined(readings, " OR ")
    }

    fn tsquery(&self, label: &str) -> String {
        let either = |rows: &Rows, fields: &[Field]| {
            let some = fields.len() < Field::ALL.len();
            let weights: String = fields.iter().filter(|_| some).map(|f| f.weight()).collect();
            let lexeme = |(at, word): (usize, &String), last: usize| {
                let star = if rows.begins && at == last { "*" } else { "" };
                match (star, weights.as_str()) {
                    ("", "") => format!("'{word}'"),
                    _ => format!("'{word}':{star}{weights}"),
                }
            };
            let phrase = |words: &Vec<String>| {
                let last = words.len() - 1;
                let words = words.iter().enumerate().map(|word| lexeme(word, last));
                format!("({})", joined(words, " <-> "))
            };
            format!("({})", joined(rows.either.iter().map(phrase), " | "))
        };
        let labelled = |labels: &[String]| {
            let labels = labels.iter().map(|label| format!("'{LABEL}{label}'"));
            format!("({})", joined(labels, " | "))
        };
        let readings = self.readings.iter().map(|reading| {
            let wanted = self.wanted.iter();
            let wanted = wanted.map(|rows| either(rows, &reading.fields));
            let unwanted = self.unwanted.iter();
            let unwanted = unwanted.map(|rows| format!("!{}", either(rows, &reading.fields)));
            let labels = [labelled(&reading.labels), labelled(&[label.to_owned()])];
            let parts = wanted.chain(labels).chain(unwanted);
            format!("({})", joined(parts, " & "))
        });
        joined(readings, " | ")
    }
}

fn joined(parts: impl Iterator<Item = String>, by: &str) -> String {
    parts.collect::<Vec<_>>().join(by)
}

impl Rows {
    fn of(term: &Term, begins: bool) -> Self {
        Self {
            either: vec![term.words.clone()],
            begins,
        }
    }
}

async fn rows(db: &impl ConnectionTrait, term: &Term) -> Result<Rows> {
    let (true, Some((last, before))) = (term.begins, term.words.split_last()) else {
        return Ok(Rows::of(term, false));
    };
    let (uses, longer) = longer(db, last).await?;
    if uses <= SELDOM {
        return Ok(Rows::of(term, true));
    }
    let mut rows = Rows::of(term, false);
    if term.words.len() <= REPEATED_MOST {
        for word in longer {
            let mut row = before.to_vec();
            row.push(word);
            rows.either.push(row);
        }
    }
    Ok(rows)
}

/// How often the words of the vocabulary that begin like this were written, without itself, and those
/// that were written most.
async fn longer(db: &impl ConnectionTrait, beginning: &str) -> Result<(i64, Vec<String>)> {
    let word = || Expr::col(Alias::new("word"));
    let uses = || Expr::col(Alias::new("uses"));
    let longer = || {
        Select::select()
            .from(Alias::new("search_words"))
            .and_where(word().gt(beginning))
            .and_where(word().lt(format!("{beginning}{}", char::MAX)))
            .to_owned()
    };
    let sum = Func::cast_as(Func::sum(uses()), Alias::new("bigint"));
    let sum = db.query_one(longer().expr(sum)).await?;
    let sum: Option<i64> = sum.map_or(Ok(None), |row| row.try_get_by_index(0))?;
    let most = longer()
        .column(Alias::new("word"))
        .order_by(Alias::new("uses"), Order::Desc)
        .order_by(Alias::new("word"), Order::Asc)
        .limit(LONGER_MOST)
        .to_owned();
    let found = db.query_all(&most).await?;
    let words = found.iter().map(|row| row.try_get_by_index(0));
    Ok((
        sum.unwrap_or(0),
        words.collect::<std::result::Result<_, _>>()?,
    ))
}
