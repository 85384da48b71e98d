//! A list on screen that events patch row by row.

use std::collections::HashMap;

use leptos::prelude::*;

use super::order::{HeldOrder, Order};

/// A row with its id and the text by which it is sorted.
#[derive(Clone, Debug)]
pub struct Entry<Row> {
    pub id: String,
    pub sort_key: String,
    pub row: Row,
}

/// An order of ids and a signal for each row: an event touches one row and, at most, the order.
///
/// Show it with `<For each=move || list.ids().get() key=Clone::clone>` and [`LiveList::row`].
pub struct LiveList<Row: Send + Sync + 'static> {
    order: StoredValue<HeldOrder>,
    rows: StoredValue<HashMap<String, ArcRwSignal<Row>>>,
    ids: RwSignal<Vec<String>>,
    waiting: RwSignal<usize>,
    leaving: RwSignal<Vec<String>>,
}

impl<Row: Send + Sync + 'static> Clone for LiveList<Row> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<Row: Send + Sync + 'static> Copy for LiveList<Row> {}

impl<Row: Clone + PartialEq + Send + Sync + 'static> Default for LiveList<Row> {
    fn default() -> Self {
        Self::new()
    }
}

impl<Row: Clone + PartialEq + Send + Sync + 'static> LiveList<Row> {
    /// An empty list.
    #[must_use]
    pub fn new() -> Self {
        Self {
            order: StoredValue::new(HeldOrder::default()),
            rows: StoredValue::new(HashMap::new()),
            ids: RwSignal::new(Vec::new()),
            waiting: RwSignal::new(0),
            leaving: RwSignal::new(Vec::new()),
        }
    }

    /// The ids on screen, in order.
    #[must_use]
    pub fn ids(&self) -> Signal<Vec<String>> {
        self.ids.into()
    }

    /// How many changes of the order wait.
    #[must_use]
    pub fn waiting(&self) -> Signal<usize> {
        self.waiting.into()
    }

    /// The rows that wait for their removal.
    #[must_use]
    pub fn leaving(&self) -> Signal<Vec<String>> {
        self.leaving.into()
    }

    /// The row's own signal.
    #[must_use]
    pub fn row(&self, id: &str) -> Option<ArcRwSignal<Row>> {
        self.rows.with_value(|rows| rows.get(id).cloned())
    }

    /// Whether the list holds this id.
    #[must_use]
    pub fn contains(&self, id: &str) -> bool {
        self.rows.with_value(|rows| rows.contains_key(id))
    }

    /// Starts anew with what the server listed. Rows that stay keep their signals, and with them their place on screen.
    pub fn replace(&self, entries: Vec<Entry<Row>>) {
        let order = Order::new(
            entries
                .iter()
                .map(|entry| (entry.id.clone(), entry.sort_key.clone())),
        );
        self.rows.update_value(|rows| {
            let mut old = std::mem::take(rows);
            for entry in entries {
                let signal = old.remove(&entry.id);
                rows.insert(entry.id, put(signal, entry.row));
            }
        });
        self.order.set_value(HeldOrder::new(order));
        self.publish();
    }

    /// Adds rows that were loaded further down.
    pub fn extend(&self, entries: Vec<Entry<Row>>) {
        let mut keys = Vec::with_capacity(entries.len());
        self.rows.update_value(|rows| {
            for entry in entries {
                keys.push((entry.id.clone(), entry.sort_key));
                let signal = rows.remove(&entry.id);
                rows.insert(entry.id, put(signal, entry.row));
            }
        });
        self.order.update_value(|order| order.extend(keys));
        self.publish();
    }

    /// A row arrived or changed. With `hold` it changes where it stands, and moves later.
    /// Returns true when what the row shows changed.
    pub fn upsert(&self, entry: Entry<Row>, hold: bool) -> bool {
        let Entry { id, sort_key, row } = entry;
        let known = self.row(&id);
        let changed = known
            .as_ref()
            .is_none_or(|signal| signal.with_untracked(|shown| *shown != row));
        if changed {
            let signal = put(known, row);
            self.rows.update_value(|rows| {
                rows.insert(id.clone(), signal);
            });
        }
        if self
            .order
            .try_update_value(|order| order.place(&id, &sort_key, hold))
            .unwrap_or(false)
        {
            self.publish();
        } else {
            self.publish_waiting();
        }
        changed
    }

    /// A row left. With `hold` it stays on screen, marked, until [`Self::release`].
    pub fn remove(&self, id: &str, hold: bool) {
        if self
            .order
            .try_update_value(|order| order.remove(id, hold))
            .unwrap_or(false)
        {
            self.publish();
        } else {
            self.publish_waiting();
        }
    }

    /// Applies the changes that wait.
    pub fn release(&self) {
        if self
            .order
            .try_update_value(HeldOrder::release)
            .unwrap_or(false)
        {
            self.publish();
        } else {
            self.publish_waiting();
        }
    }

    /// The sort key of the last row on screen.
    #[must_use]
    pub fn last_key(&self) -> Option<String> {
        self.order
            .with_value(|order| order.shown().last_key().map(str::to_owned))
    }

    fn publish(&self) {
        let ids = self
            .order
            .with_value(|order| order.shown().ids().map(str::to_owned).collect::<Vec<_>>());
        if self.waiting.get_untracked() == 0 && self.order.with_value(|order| order.waiting() == 0)
        {
            // Rows that are neither shown nor waiting are forgotten.
            self.rows.update_value(|rows| {
                if rows.len() > ids.len() {
                    rows.retain(|id, _| ids.contains(id));
                }
            });
        }
        self.ids.set(ids);
        self.publish_waiting();
    }

    fn publish_waiting(&self) {
        let (waiting, leaving) = self.order.with_value(|order| {
            let leaving = order
                .shown()
                .ids()
                .filter(|id| order.is_leaving(id))
                .map(str::to_owned)
                .collect::<Vec<_>>();
            (order.waiting(), leaving)
        });
        if self.waiting.get_untracked() != waiting {
            self.waiting.set(waiting);
        }
        if self.leaving.with_untracked(|known| *known != leaving) {
            self.leaving.set(leaving);
        }
    }
}

fn put<Row: PartialEq + Send + Sync + 'static>(
    signal: Option<ArcRwSignal<Row>>,
    row: Row,
) -> ArcRwSignal<Row> {
    match signal {
        Some(signal) => {
            if signal.with_untracked(|shown| *shown != row) {
                signal.set(row);
            }
            signal
        }
        None => ArcRwSignal::new(row),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(id: &str, sort_key: &str, row: u32) -> Entry<u32> {
        Entry {
            id: id.to_owned(),
            sort_key: sort_key.to_owned(),
            row,
        }
    }

    fn list() -> LiveList<u32> {
        let list = LiveList::new();
        list.replace(vec![entry("a", "1", 10), entry("b", "2", 20)]);
        list
    }

    #[test]
    fn an_event_sets_one_row_and_leaves_the_order_alone() {
        Owner::new().with(|| {
            let list = list();
            let row = list.row("b").expect("b");
            assert!(list.upsert(entry("b", "2", 21), false));
            assert_eq!(row.get_untracked(), 21);
            assert_eq!(list.ids().get_untracked(), ["a", "b"]);
            assert!(!list.upsert(entry("b", "2", 21), false));
        });
    }

    #[test]
    fn a_held_arrival_waits_with_its_row_ready() {
        Owner::new().with(|| {
            let list = list();
            list.upsert(entry("n", "0", 5), true);
            list.remove("a", true);
            assert_eq!(list.ids().get_untracked(), ["a", "b"]);
            assert_eq!(list.waiting().get_untracked(), 2);
            assert_eq!(list.leaving().get_untracked(), ["a"]);
            list.release();
            assert_eq!(list.ids().get_untracked(), ["n", "b"]);
            assert_eq!(list.row("n").expect("n").get_untracked(), 5);
            assert_eq!(list.waiting().get_untracked(), 0);
        });
    }

    #[test]
    fn starting_anew_keeps_the_signals_of_rows_that_stay() {
        Owner::new().with(|| {
            let list = list();
            let row = list.row("a").expect("a");
            list.replace(vec![entry("a", "1", 11), entry("c", "3", 30)]);
            assert_eq!(row.get_untracked(), 11);
            assert!(list.row("b").is_none());
        });
    }
}
