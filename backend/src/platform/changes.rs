//! What an edit changed, gathered field by field for its event.

use super::event_log::{Change, Changes};
use serde::Serialize;
use serde_json::Value;

/// Gathers the fields whose value differs.
#[derive(Debug, Default)]
pub struct Changeset(Changes);

impl Changeset {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Notes a field if it differs.
    pub fn field<T: Serialize + ?Sized>(mut self, name: &str, before: &T, after: &T) -> Self {
        self.add(name, json(before), json(after));
        self
    }

    /// Notes the first value of a field of something new; absent values are left out.
    pub fn first<T: Serialize + ?Sized>(mut self, name: &str, after: &T) -> Self {
        self.add(name, Value::Null, json(after));
        self
    }

    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// For the event.
    pub fn finish(self) -> Changes {
        self.0
    }

    fn add(&mut self, name: &str, before: Value, after: Value) {
        if before != after {
            self.0.insert(name.to_owned(), Change { before, after });
        }
    }
}

/// Values of events are ids, words, numbers, texts and lists of them: they always have a JSON form.
fn json<T: Serialize + ?Sized>(value: &T) -> Value {
    serde_json::to_value(value).unwrap_or(Value::Null)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_that_stays_the_same_is_no_change() {
        let changes = Changeset::new()
            .field("name", "A", "A")
            .field("hue", &1, &2)
            .finish();
        assert_eq!(changes.keys().collect::<Vec<_>>(), ["hue"]);
        assert_eq!(changes["hue"].before, 1);
    }

    #[test]
    fn what_is_absent_from_the_start_is_no_change() {
        assert!(Changeset::new().first("team", &None::<String>).is_empty());
    }
}
