//! One row, understood or refused with a reason.

use super::header::{Column, Layout};
use super::mapping;
use shared::ticket::{Impact, Priority, Urgency};
use shared::time::Timestamp;

/// A row of the log: the whole incident as it stood then.
#[derive(Clone, Debug)]
pub struct Row {
    /// Place among the rows of the file; "last" means the highest.
    pub position: u64,
    /// The incident.
    pub number: String,
    /// When the row was written.
    pub updated_at: Timestamp,
    /// How often the incident had been changed, if told.
    pub mod_count: Option<i64>,
    /// Every field, in the order of the header.
    fields: Vec<String>,
    /// When the incident was opened, if told.
    pub opened_at: Option<Timestamp>,
    /// When it was resolved, if told.
    pub resolved_at: Option<Timestamp>,
    /// When it was closed, if told.
    pub closed_at: Option<Timestamp>,
    /// Changes of group so far.
    pub reassignment_count: i32,
    /// Reopenings so far.
    pub reopen_count: i32,
    /// Whether the promise was kept, if told.
    pub made_sla: Option<bool>,
    /// Impact, if told.
    pub impact: Option<Impact>,
    /// Urgency, if told.
    pub urgency: Option<Urgency>,
    /// Priority, if told.
    pub priority: Option<Priority>,
}

/// Longest number of an incident, in characters.
const NUMBER_MOST: usize = 80;

/// What stands for "unknown".
fn known(text: &str) -> Option<&str> {
    let trimmed = text.trim();
    (!trimmed.is_empty() && trimmed != "?").then_some(text)
}

impl Row {
    /// Reads a record; the error says why it cannot be read.
    pub fn read(layout: &Layout, position: u64, fields: Vec<Vec<u8>>) -> Result<Self, String> {
        let mut texts = Vec::with_capacity(fields.len());
        for (place, bytes) in fields.into_iter().enumerate() {
            let name = &layout.names()[place];
            let text =
                String::from_utf8(bytes).map_err(|_| format!("{name} is not valid UTF-8 text"))?;
            if text.contains('\0') {
                return Err(format!("{name} contains a NUL character"));
            }
            texts.push(text);
        }
        let get = |column: Column| {
            layout
                .place(column)
                .and_then(|place| known(&texts[place]).map(str::trim))
        };
        let instant = |column: Column| get(column).map(|t| date(t, column)).transpose();
        let number = get(Column::Number).ok_or("number is unknown")?.to_owned();
        if number.eq_ignore_ascii_case(Column::Number.name()) {
            return Err("the header stands here again".into());
        }
        if number.chars().count() > NUMBER_MOST {
            return Err(format!("number is longer than {NUMBER_MOST} characters"));
        }
        let count = |column: Column| -> Result<Option<i64>, String> {
            get(column)
                .map(|text| {
                    text.parse::<i64>()
                        .ok()
                        .filter(|n| (0..=i64::from(i32::MAX)).contains(n))
                        .ok_or_else(|| format!("{} is not a count: {text:?}", column.name()))
                })
                .transpose()
        };
        let small = |column: Column| -> Result<i32, String> {
            Ok(count(column)?
                .and_then(|n| i32::try_from(n).ok())
                .unwrap_or(0))
        };
        Ok(Self {
            position,
            updated_at: instant(Column::SysUpdatedAt)?.ok_or("sys_updated_at is unknown")?,
            mod_count: count(Column::SysModCount)?,
            opened_at: instant(Column::OpenedAt)?,
            resolved_at: instant(Column::ResolvedAt)?,
            closed_at: instant(Column::ClosedAt)?,
            reassignment_count: small(Column::ReassignmentCount)?,
            reopen_count: small(Column::ReopenCount)?,
            made_sla: get(Column::MadeSla)
                .map(|t| mapping::yes_or_no(t).ok_or_else(|| word(Column::MadeSla, t)))
                .transpose()?,
            impact: get(Column::Impact)
                .map(|t| mapping::impact(t).ok_or_else(|| word(Column::Impact, t)))
                .transpose()?,
            urgency: get(Column::Urgency)
                .map(|t| mapping::urgency(t).ok_or_else(|| word(Column::Urgency, t)))
                .transpose()?,
            priority: get(Column::Priority)
                .map(|t| mapping::priority(t).ok_or_else(|| word(Column::Priority, t)))
                .transpose()?,
            number,
            fields: texts,
        })
    }

    /// A known value, exactly as it stands in the file.
    pub fn text(&self, layout: &Layout, column: Column) -> Option<&str> {
        layout
            .place(column)
            .and_then(|place| known(&self.fields[place]))
    }

    /// Every field, in the order of the header.
    pub fn fields(&self) -> &[String] {
        &self.fields
    }

    /// The place of the row in the incident's history.
    pub fn order(&self) -> (Timestamp, i64, u64) {
        (self.updated_at, self.mod_count.unwrap_or(-1), self.position)
    }
}

fn word(column: Column, text: &str) -> String {
    let shortened: String = text.chars().take(40).collect();
    format!("{} is not understood: {shortened:?}", column.name())
}

fn date(text: &str, column: Column) -> Result<Timestamp, String> {
    mapping::instant(text).ok_or_else(|| {
        let shortened: String = text.chars().take(40).collect();
        format!(
            "{} is not an instant like 29/2/2016 01:16: {shortened:?}",
            column.name()
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout() -> Layout {
        let names = [
            "number",
            "incident_state",
            "sys_updated_at",
            "opened_at",
            "priority",
        ];
        Layout::read(&names.map(|n| n.as_bytes().to_vec())).expect("a header")
    }

    fn read(fields: [&[u8]; 5]) -> Result<Row, String> {
        Row::read(&layout(), 0, fields.map(<[u8]>::to_vec).to_vec())
    }

    #[test]
    fn a_question_mark_is_unknown_and_blanks_are_kept() {
        let row = read([b"INC1", b" Opened  by ", b"1/2/2016 00:00", b"?", b"?"]).expect("a row");
        assert_eq!(row.opened_at, None);
        assert_eq!(row.priority, None);
        assert_eq!(
            row.text(&layout(), Column::IncidentState),
            Some(" Opened  by ")
        );
        assert_eq!(row.text(&layout(), Column::OpenedAt), None);
    }

    #[test]
    fn what_cannot_be_read_is_refused_with_a_reason() {
        let good: [&[u8]; 5] = [b"INC1", b"New", b"1/2/2016 00:00", b"1/2/2016 00:00", b"?"];
        for (place, value, words) in [
            (0, &b"?"[..], "number is unknown"),
            (0, b"number", "header"),
            (1, b"N\xffw", "UTF-8"),
            (1, b"N\0w", "NUL"),
            (2, b"31/2/2016 00:00", "sys_updated_at"),
            (2, b"", "sys_updated_at is unknown"),
            (3, b"soon", "opened_at"),
            (4, b"very", "priority"),
        ] {
            let mut fields = good;
            fields[place] = value;
            let reason = read(fields).expect_err("refused");
            assert!(reason.contains(words), "{reason}");
        }
        assert!(read(good).is_ok());
    }
}
