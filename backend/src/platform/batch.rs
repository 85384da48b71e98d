//! Statements whose results nobody asks for.

use super::error::Result;
use sea_orm::{ConnectionTrait, DatabaseBackend, Statement, StatementBuilder};

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

    /// Of which database they are.
    pub(super) const fn backend(&self) -> DatabaseBackend {
        self.backend
    }

    /// Adds a statement.
    pub fn add(&mut self, statement: &impl StatementBuilder) {
        self.statements.push(self.backend.build(statement));
    }

    /// Adds statements that are text already.
    pub(super) fn extend(&mut self, statements: impl IntoIterator<Item = Statement>) {
        self.statements.extend(statements);
    }

    /// The statements.
    pub(super) fn into_statements(self) -> Vec<Statement> {
        self.statements
    }

    /// Executes all, one by one. Belongs into a transaction: when one fails, those before it are done.
    ///
    /// # Errors
    /// The database does not answer, or a statement breaks a rule of its table.
    pub(super) async fn run(self, db: &impl ConnectionTrait) -> Result<()> {
        for statement in self.statements {
            db.execute_raw(statement).await?;
        }
        Ok(())
    }
}
