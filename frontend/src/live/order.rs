//! The order of a live list, and changes of it that wait. No signals here.

/// Ids in the order of their sort keys, which compare as text. Equal keys are told apart by id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Order {
    entries: Vec<(String, String)>,
}

impl Order {
    /// Takes ids with their sort keys, in any order.
    #[must_use]
    pub fn new(entries: impl IntoIterator<Item = (String, String)>) -> Self {
        let mut entries: Vec<_> = entries.into_iter().map(|(id, key)| (key, id)).collect();
        entries.sort_unstable();
        entries.dedup();
        Self { entries }
    }

    /// The ids, first to last.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.entries.iter().map(|(_, id)| id.as_str())
    }

    /// Where the id stands.
    #[must_use]
    pub fn position(&self, id: &str) -> Option<usize> {
        self.entries.iter().position(|(_, known)| known == id)
    }

    /// The sort key of the last one.
    #[must_use]
    pub fn last_key(&self) -> Option<&str> {
        self.entries.last().map(|(key, _)| key.as_str())
    }

    /// Puts the id where its key says. Tells whether the order of ids changed.
    pub fn place(&mut self, id: &str, key: &str) -> bool {
        let before = self.position(id);
        if let Some(index) = before {
            if self.entries[index].0 == key {
                return false;
            }
            self.entries.remove(index);
        }
        let entry = (key.to_owned(), id.to_owned());
        let index = self.entries.partition_point(|known| *known < entry);
        self.entries.insert(index, entry);
        before != Some(index)
    }

    /// Takes the id out. Tells whether it was there.
    pub fn remove(&mut self, id: &str) -> bool {
        let Some(index) = self.position(id) else {
            return false;
        };
        self.entries.remove(index);
        true
    }
}

/// One change of a list's order.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Place { key: String },
    Remove,
}

/// An order whose changes can be held back while somebody points at the list: nothing moves under a click.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeldOrder {
    shown: Order,
    waiting: Vec<(String, Step)>,
}

impl HeldOrder {
    /// Starts from what the server listed.
    #[must_use]
    pub fn new(shown: Order) -> Self {
        Self {
            shown,
            waiting: Vec::new(),
        }
    }

    /// The order on screen.
    #[must_use]
    pub fn shown(&self) -> &Order {
        &self.shown
    }

    /// How many rows would arrive, move or leave.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Whether this row waits for its removal.
    #[must_use]
    pub fn is_leaving(&self, id: &str) -> bool {
        self.waiting
            .iter()
            .any(|(known, step)| known == id && *step == Step::Remove)
    }

    /// A row arrived or changed. Returns true when the order on screen changed.
    pub fn place(&mut self, id: &str, key: &str, hold: bool) -> bool {
        if !hold {
            self.waiting.retain(|(known, _)| known != id);
            return self.shown.place(id, key);
        }
        let settled = self
            .shown
            .entries
            .iter()
            .any(|(known_key, known)| known == id && known_key == key);
        self.wait(
            id,
            if settled {
                None
            } else {
                Some(Step::Place {
                    key: key.to_owned(),
                })
            },
        );
        false
    }

    /// A row left. Returns true when the order on screen changed.
    pub fn remove(&mut self, id: &str, hold: bool) -> bool {
        if !hold {
            self.waiting.retain(|(known, _)| known != id);
            return self.shown.remove(id);
        }
        let present = self.shown.position(id).is_some();
        self.wait(id, present.then_some(Step::Remove));
        false
    }

    /// More rows of the list were loaded.
    pub fn extend(&mut self, entries: impl IntoIterator<Item = (String, String)>) {
        for (id, key) in entries {
            self.waiting.retain(|(known, _)| *known != id);
            self.shown.place(&id, &key);
        }
    }

    /// Applies what waits. Returns true when the order on screen changed.
    pub fn release(&mut self) -> bool {
        let mut changed = false;
        for (id, step) in std::mem::take(&mut self.waiting) {
            changed |= match step {
                Step::Place { key } => self.shown.place(&id, &key),
                Step::Remove => self.shown.remove(&id),
            };
        }
        changed
    }

    fn wait(&mut self, id: &str, step: Option<Step>) {
        self.waiting.retain(|(known, _)| known != id);
        if let Some(step) = step {
            self.waiting.push((id.to_owned(), step));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order(entries: &[(&str, &str)]) -> Order {
        Order::new(
            entries
                .iter()
                .map(|(id, key)| ((*id).to_owned(), (*key).to_owned())),
        )
    }

    fn ids(order: &Order) -> Vec<&str> {
        order.ids().collect()
    }

    #[test]
    fn a_row_stands_where_its_key_says() {
        let mut order = order(&[("c", "30"), ("a", "10")]);
        assert!(order.place("b", "20"));
        assert_eq!(ids(&order), ["a", "b", "c"]);
        assert!(order.place("a", "99"));
        assert_eq!(ids(&order), ["b", "c", "a"]);
    }

    #[test]
    fn a_key_that_changes_without_passing_a_neighbour_moves_nothing() {
        let mut order = order(&[("a", "10"), ("b", "20"), ("c", "30")]);
        assert!(!order.place("b", "25"));
        assert!(!order.place("b", "25"));
        assert_eq!(ids(&order), ["a", "b", "c"]);
    }

    #[test]
    fn the_same_event_twice_changes_nothing_the_second_time() {
        let mut held = HeldOrder::new(order(&[("a", "10")]));
        assert!(held.place("b", "20", false));
        assert!(!held.place("b", "20", false));
        assert!(held.remove("a", false));
        assert!(!held.remove("a", false));
    }

    #[test]
    fn nothing_moves_while_held_and_everything_on_release() {
        let mut held = HeldOrder::new(order(&[("a", "10"), ("b", "20"), ("c", "30")]));
        assert!(!held.place("n", "05", true));
        assert!(!held.remove("b", true));
        assert_eq!(ids(held.shown()), ["a", "b", "c"]);
        assert_eq!(held.waiting(), 2);
        assert!(held.is_leaving("b"));
        assert!(held.release());
        assert_eq!(ids(held.shown()), ["n", "a", "c"]);
        assert_eq!(held.waiting(), 0);
    }

    #[test]
    fn a_row_that_arrives_and_leaves_while_held_was_never_there() {
        let mut held = HeldOrder::new(order(&[("a", "10")]));
        held.place("n", "05", true);
        held.remove("n", true);
        assert_eq!(held.waiting(), 0);
        held.remove("a", true);
        held.place("a", "10", true);
        assert_eq!(held.waiting(), 0);
    }

    #[test]
    fn a_change_that_comes_after_the_hold_replaces_the_one_that_waits() {
        let mut held = HeldOrder::new(order(&[("a", "10"), ("b", "20")]));
        held.remove("a", true);
        assert!(held.place("a", "30", false));
        assert_eq!(ids(held.shown()), ["b", "a"]);
        assert!(!held.release());
    }
}
