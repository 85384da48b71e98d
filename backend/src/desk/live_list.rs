//! One list of tickets as one listener has it: what a batch of changes does to it.

use super::entity::ticket;
use super::live::{Batch, Effect};
use super::store::queue;
use crate::platform::database::Connection;
use crate::platform::error::Result;
use crate::platform::event_log;
use shared::id::TicketId;
use shared::permission::Scope;
use shared::ticket::{TicketFilter, TicketOrder};
use std::collections::HashMap;
use std::sync::Arc;

/// A question to the live queue.
pub struct LiveList {
    /// What the listener sees.
    pub scope: Arc<Scope>,
    /// What belongs to it.
    pub filter: TicketFilter,
    /// In which order.
    pub order: TicketOrder,
    window: Option<Window>,
}

/// A step of a list.
pub enum Step {
    /// Put it at its place, or replace the one that is there.
    Upsert(Arc<ticket::Model>),
    /// Take it away.
    Remove(TicketId),
}

impl LiveList {
    /// A list without an end.
    pub fn new(scope: Arc<Scope>, filter: TicketFilter, order: TicketOrder) -> Self {
        Self {
            scope,
            filter,
            order,
            window: None,
        }
    }

    /// The same with its first `size` rows alone. `present` is where the listener's list was
    /// loaded, if that was the end of the log when it began to listen.
    pub async fn with_window(
        self,
        db: &impl Connection,
        size: u64,
        present: Option<i64>,
    ) -> Result<Self> {
        let mut window = Window { size, rows: None };
        if let Some(present) = present {
            let rows = self.slice(db, size).await?;
            // Whoever loaded it then has these rows, unless something happened in between.
            if event_log::last_sequence(db).await? == present {
                window.fill(self.order, rows);
            }
        }
        Ok(Self {
            window: Some(window),
            ..self
        })
    }

    /// What a batch does to it.
    pub async fn steps(&mut self, db: &impl Connection, batch: &Batch) -> Result<Vec<Step>> {
        let mut steps = Vec::new();
        for changed in &batch.tickets {
            match changed.effect(&self.scope, &self.filter) {
                Effect::Upsert => steps.push(Step::Upsert(changed.row.clone())),
                Effect::Remove => steps.push(Step::Remove(changed.row.id)),
                Effect::Nothing => {}
            }
        }
        let order = self.order;
        let gap = self.window.as_mut().and_then(|window| {
            let gap = !steps.is_empty() && window.take(order, &steps);
            gap.then_some(window.size)
        });
        if let Some(size) = gap {
            let rows = self.slice(db, size).await?;
            let new = self.window.as_mut().map(|window| window.fill(order, rows));
            let new = new.into_iter().flatten();
            steps.extend(new.map(|row| Step::Upsert(Arc::new(row))));
        }
        Ok(steps)
    }

    async fn slice(&self, db: &impl Connection, size: u64) -> Result<Vec<ticket::Model>> {
        queue::slice(db, &self.scope, &self.filter, self.order, 0, size).await
    }
}

/// The first rows of a list, as far as the listener was told of them.
struct Window {
    size: u64,
    /// Places by ticket. Not known before the first gap where the list was loaded before the
    /// present end of the log.
    rows: Option<HashMap<TicketId, String>>,
}

impl Window {
    /// Takes the steps, and tells whether rows may have moved in that nobody told.
    fn take(&mut self, order: TicketOrder, steps: &[Step]) -> bool {
        let Some(rows) = &mut self.rows else {
            return true;
        };
        let mut gap = false;
        for step in steps {
            match step {
                Step::Upsert(row) => {
                    let place = queue::sort_key(order, row);
                    let before = rows.insert(row.id, place.clone());
                    gap |= before.is_some_and(|before| place > before);
                }
                Step::Remove(key) => gap |= rows.remove(key).is_some(),
            }
        }
        let size = usize::try_from(self.size).unwrap_or(usize::MAX);
        if rows.len() > size {
            let mut places: Vec<&String> = rows.values().collect();
            places.sort_unstable();
            let beyond = places[size].clone();
            rows.retain(|_, place| *place < beyond);
        }
        gap
    }

    /// Takes the rows that there are, and gives those that the listener was not told of.
    fn fill(&mut self, order: TicketOrder, rows: Vec<ticket::Model>) -> Vec<ticket::Model> {
        let known = self.rows.take().unwrap_or_default();
        let mut present = HashMap::with_capacity(rows.len());
        let mut new = Vec::new();
        for row in rows {
            let place = queue::sort_key(order, &row);
            if known.get(&row.id) != Some(&place) {
                new.push(row.clone());
            }
            present.insert(row.id, place);
        }
        self.rows = Some(present);
        new
    }
}
