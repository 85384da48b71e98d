//! Statements that are sent together: SQLite is asked by another thread, and handing a statement over
//! to it and back takes longer than most statements do.

use super::error::Result;
use sea_orm::{ConnectionTrait, DatabaseBackend, Statement, StatementBuilder, Values};

/// What inserts rows, as stores give it.
pub use sea_orm::sea_query::InsertStatement as Insertion;

/// Statements whose results nobody asks for, in their order.
pub struct Batch {
    backend: DatabaseBackend,
    statements: Vec<Statement>,
}

impl Batch {
    /// Nothing yet.
    pub fn new(backend: DatabaseBackend) -> Self {
        Self {
            backend,
            statements: Vec::new(),
        }
    }

    /// Adds a statement.
    pub fn add(&mut self, statement: &impl StatementBuilder) {
        self.statements.push(self.backend.build(statement));
    }

    /// Adds statements that are text already.
    pub(super) fn extend(&mut self, statements: impl IntoIterator<Item = Statement>) {
        self.statements.extend(statements);
    }

    /// Executes all. Belongs into a transaction: when one fails, those before it are done.
    ///
    /// # Errors
    /// The database does not answer, or a statement breaks a rule of its table.
    pub async fn run(self, db: &impl ConnectionTrait) -> Result<()> {
        match self.backend {
            DatabaseBackend::Sqlite => {
                if let Some(all) = joined(self.statements) {
                    db.execute_raw(all).await?;
                }
            }
            // The protocol takes one statement with values at a time.
            _ => {
                for statement in self.statements {
                    db.execute_raw(statement).await?;
                }
            }
        }
        Ok(())
    }
}

/// One text, with the values of all: SQLite's placeholders have no numbers, and are filled in turn.
fn joined(statements: Vec<Statement>) -> Option<Statement> {
    let mut statements = statements.into_iter();
    let first = statements.next()?;
    Some(statements.fold(first, |mut all, next| {
        all.sql.push_str("; ");
        all.sql.push_str(&next.sql);
        let values = next.values.map_or_else(Vec::new, |Values(values)| values);
        all.values
            .get_or_insert(Values(Vec::new()))
            .0
            .extend(values);
        all
    }))
}
