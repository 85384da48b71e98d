//! Which column stands where.

use std::collections::BTreeMap;

macro_rules! columns {
    ($($(#[$meta:meta])* $variant:ident = $name:literal),+ $(,)?) => {
        /// The columns that the importer understands. Others are kept as text.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Column { $($(#[$meta])* $variant),+ }

        impl Column {
            /// All, in declared order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// As the header names it.
            pub const fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),+ }
            }
        }
    };
}

columns! {
    /// Identity of the incident.
    Number = "number",
    /// Its state at the time of the row.
    IncidentState = "incident_state",
    /// When the row was written.
    SysUpdatedAt = "sys_updated_at",
    /// How often the incident had been changed.
    SysModCount = "sys_mod_count",
    /// Who wrote the row.
    SysUpdatedBy = "sys_updated_by",
    /// When the incident was opened.
    OpenedAt = "opened_at",
    /// When it was resolved.
    ResolvedAt = "resolved_at",
    /// When it was closed.
    ClosedAt = "closed_at",
    /// When its record was made.
    SysCreatedAt = "sys_created_at",
    /// How often it moved between groups.
    ReassignmentCount = "reassignment_count",
    /// How often it was taken up again.
    ReopenCount = "reopen_count",
    /// Whether it kept its promise.
    MadeSla = "made_sla",
    /// Who asked.
    CallerId = "caller_id",
    /// Who recorded it.
    OpenedBy = "opened_by",
    /// How the contact came in.
    ContactType = "contact_type",
    /// Category.
    Category = "category",
    /// Category below it.
    Subcategory = "subcategory",
    /// Symptom.
    Symptom = "u_symptom",
    /// Who is affected.
    Impact = "impact",
    /// How soon it hurts.
    Urgency = "urgency",
    /// How urgent it is.
    Priority = "priority",
    /// Team.
    AssignmentGroup = "assignment_group",
    /// Person who has it.
    AssignedTo = "assigned_to",
    /// Problem that it belongs to.
    ProblemId = "problem_id",
    /// Who resolved it.
    ResolvedBy = "resolved_by",
    /// One line of text, in logs that have it.
    ShortDescription = "short_description",
    /// More text, in logs that have it.
    Description = "description",
}

/// Without these a log cannot be read.
const REQUIRED: &[Column] = &[
    Column::Number,
    Column::IncidentState,
    Column::SysUpdatedAt,
    Column::OpenedAt,
];

/// The header, understood.
#[derive(Clone, Debug)]
pub struct Layout {
    /// Every column's name, in file order.
    names: Vec<String>,
    places: BTreeMap<Column, usize>,
}

impl Layout {
    /// Reads a header; order, case and blanks around names do not matter. Fails with words that
    /// name what is missing.
    pub fn read(fields: &[Vec<u8>]) -> Result<Self, String> {
        let names: Vec<String> = fields
            .iter()
            .map(|name| String::from_utf8_lossy(name).trim().to_lowercase())
            .collect();
        let mut places = BTreeMap::new();
        for (place, name) in names.iter().enumerate() {
            if let Some(column) = Column::ALL.iter().find(|c| c.name() == name)
                && places.insert(*column, place).is_some()
            {
                return Err(format!("the column {name} stands in the header twice"));
            }
        }
        let missing: Vec<&str> = REQUIRED
            .iter()
            .filter(|c| !places.contains_key(c))
            .map(|c| c.name())
            .collect();
        if missing.is_empty() {
            Ok(Self { names, places })
        } else {
            Err(format!(
                "this is not a ServiceNow incident audit log: the header lacks {}",
                missing.join(", ")
            ))
        }
    }

    /// How many columns there are.
    pub fn width(&self) -> usize {
        self.names.len()
    }

    /// Where a column stands, if it does.
    pub fn place(&self, column: Column) -> Option<usize> {
        self.places.get(&column).copied()
    }

    /// Every column's name, in file order.
    pub fn names(&self) -> &[String] {
        &self.names
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(text: &str) -> Result<Layout, String> {
        let fields: Vec<Vec<u8>> = text.split(',').map(|f| f.as_bytes().to_vec()).collect();
        Layout::read(&fields)
    }

    #[test]
    fn order_case_and_further_columns_do_not_matter() {
        let layout =
            header("colour, Opened_At ,number,SYS_UPDATED_AT,incident_state").expect("a header");
        assert_eq!(layout.place(Column::Number), Some(2));
        assert_eq!(layout.place(Column::OpenedAt), Some(1));
        assert_eq!(layout.place(Column::Priority), None);
    }

    #[test]
    fn a_missing_required_column_is_named() {
        let error = header("number,opened_at").expect_err("incomplete");
        assert!(error.contains("incident_state, sys_updated_at"), "{error}");
        assert!(header("number,number,opened_at,sys_updated_at,incident_state").is_err());
    }
}
