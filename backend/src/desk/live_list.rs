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
                window.fill(self.order, rows, true);
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
            // Otherwise the rows are ahead of what the listener was told.
            let present = event_log::last_sequence(db).await? == batch.last;
            let new = self
                .window
                .as_mut()
                .map(|window| window.fill(order, rows, present));
            let new = new.into_iter().flatten();
            steps.extend(new.map(|row| Step::Upsert(Arc::new(row))));
        }
        Ok(steps)
    }

    async fn slice(&self, db: &impl Connection, size: u64) -> Result<Vec<ticket::Model>> {
        queue::slice(db, &self.scope, &self.filter, self.order, 0, size).await
    }
}

/// The first rows of a list as the listener has them: who puts one row too many takes the last away.
struct Window {
    size: u64,
    /// Places by ticket; `None` as long as it is not known what the listener has.
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
                    let before = put(rows, self.size, row.id, place.clone());
                    gap |= before.is_some_and(|before| place > before);
                }
                Step::Remove(key) => gap |= rows.remove(key).is_some(),
            }
        }
        gap
    }

    /// Takes the rows that there are, and gives those that the listener was not told of. Rows that
    /// are `present` are all the listener has; others may be ahead of rows that it is still to lose.
    fn fill(
        &mut self,
        order: TicketOrder,
        rows: Vec<ticket::Model>,
        present: bool,
    ) -> Vec<ticket::Model> {
        let places: HashMap<TicketId, String> = rows
            .iter()
            .map(|row| (row.id, queue::sort_key(order, row)))
            .collect();
        let Some(known) = &mut self.rows else {
            self.rows = present.then_some(places);
            return rows;
        };
        let mut new = rows;
        new.retain(|row| known.get(&row.id) != places.get(&row.id));
        for row in &new {
            put(known, self.size, row.id, queue::sort_key(order, row));
        }
        if present {
            self.rows = Some(places);
        }
        new
    }
}

/// Puts a row at its place, and takes the last one away where that is one too many. Gives its place
/// before.
fn put(
    rows: &mut HashMap<TicketId, String>,
    size: u64,
    key: TicketId,
    place: String,
) -> Option<String> {
    let before = rows.insert(key, place);
    if rows.len() as u64 > size
        && let Some(last) = rows.iter().max_by_key(|(_, place)| *place)
    {
        let last = *last.0;
        rows.remove(&last);
    }
    before
}
