//! By what a report can be split.

use super::facts::{Facts, Need};
use super::period::Local;
use shared::id::{CategoryId, DepartmentId, ServiceId, SiteId, TeamId};
use shared::ticket::{Channel, Priority, TicketKind, TicketState};
use std::collections::HashMap;

macro_rules! dimensions {
    ($($(#[$meta:meta])* $variant:ident = $key:literal;)+) => {
        /// By what a report can be split.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, async_graphql::Enum)]
        #[graphql(name = "ReportDimension")]
        pub enum Dimension { $($(#[$meta])* $variant),+ }

        impl Dimension {
            /// All, in declared order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// Its name in addresses and in the head of a table.
            pub const fn key(self) -> &'static str {
                match self { $(Self::$variant => $key),+ }
            }
        }
    };
}

dimensions! {
    /// State now.
    State = "state";
    /// State in the words of an import's source, as its last row says.
    SourceState = "source_state";
    /// Priority now.
    Priority = "priority";
    /// Kind of work.
    Kind = "kind";
    /// How the contact came in.
    Channel = "channel";
    /// How the contact came in, in the words of an import's source.
    ContactType = "contact_type";
    /// Owning department.
    Department = "department";
    /// Team now.
    Team = "team";
    /// Topmost category above the ticket's.
    Category = "category";
    /// The ticket's own category, where it lies below another.
    Subcategory = "subcategory";
    /// Service.
    Service = "service";
    /// Site.
    Site = "site";
    /// Weekday of the instant: 1 (Monday) to 7 (Sunday).
    Weekday = "weekday";
    /// Hour of the instant: 0 to 23.
    Hour = "hour";
}

impl Dimension {
    /// Whether it needs an instant and a zone.
    pub const fn is_of_time(self) -> bool {
        matches!(self, Self::Weekday | Self::Hour)
    }

    /// What it has to know of a ticket.
    pub(super) const fn need(self) -> Option<Need> {
        Some(match self {
            Self::State => Need::State,
            Self::SourceState => Need::SourceState,
            Self::Priority => Need::Priority,
            Self::Kind => Need::Kind,
            Self::Channel => Need::Channel,
            Self::ContactType => Need::ContactType,
            Self::Department => Need::Department,
            Self::Team => Need::Team,
            Self::Category | Self::Subcategory => Need::Category,
            Self::Service => Need::Service,
            Self::Site => Need::Site,
            Self::Weekday | Self::Hour => return None,
        })
    }
}

/// A ticket's place in a dimension.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// None.
    Absent,
    /// A state.
    State(TicketState),
    /// A priority.
    Priority(Priority),
    /// A kind.
    Kind(TicketKind),
    /// A channel.
    Channel(Channel),
    /// Words of a source.
    Text(String),
    /// A weekday or an hour.
    Number(i8),
    /// A department.
    Department(DepartmentId),
    /// A team.
    Team(TeamId),
    /// A category.
    Category(CategoryId),
    /// A service.
    Service(ServiceId),
    /// A site.
    Site(SiteId),
}

impl Value {
    fn optional<T>(value: Option<T>, make: impl FnOnce(T) -> Self) -> Self {
        value.map_or(Self::Absent, make)
    }

    /// As a table shows it; `names` tells those of teams and the like.
    pub fn label(&self, names: &HashMap<Value, String>) -> String {
        match self {
            Self::Absent => String::new(),
            Self::State(state) => state.to_string(),
            Self::Priority(priority) => priority.to_string(),
            Self::Kind(kind) => kind.to_string(),
            Self::Channel(channel) => channel.to_string(),
            Self::Text(text) => text.clone(),
            Self::Number(number) => number.to_string(),
            Self::Department(_)
            | Self::Team(_)
            | Self::Category(_)
            | Self::Service(_)
            | Self::Site(_) => names.get(self).cloned().unwrap_or_default(),
        }
    }
}

/// Which category lies below which.
pub type Parents = HashMap<CategoryId, Option<CategoryId>>;

/// The topmost category above one, itself included.
fn topmost(parents: &Parents, category: CategoryId) -> CategoryId {
    let mut top = category;
    // Deeper than any tree of categories, and an end for one that runs in a circle.
    for _ in 0..32 {
        match parents.get(&top) {
            Some(Some(parent)) => top = *parent,
            _ => break,
        }
    }
    top
}

/// A ticket's place in a dimension. `local` is the instant that the report counts by.
pub fn value(
    dimension: Dimension,
    facts: &Facts,
    parents: &Parents,
    local: Option<Local>,
) -> Value {
    match dimension {
        Dimension::State => Value::optional(facts.state, Value::State),
        Dimension::SourceState => Value::optional(facts.source_state.clone(), Value::Text),
        Dimension::Priority => Value::optional(facts.priority, Value::Priority),
        Dimension::Kind => Value::optional(facts.kind, Value::Kind),
        Dimension::Channel => Value::optional(facts.channel, Value::Channel),
        Dimension::ContactType => Value::optional(facts.contact_type.clone(), Value::Text),
        Dimension::Department => Value::optional(facts.department, Value::Department),
        Dimension::Team => Value::optional(facts.team, Value::Team),
        Dimension::Category => {
            let top = facts.category.map(|category| topmost(parents, category));
            Value::optional(top, Value::Category)
        }
        Dimension::Subcategory => {
            let own = facts
                .category
                .filter(|category| topmost(parents, *category) != *category);
            Value::optional(own, Value::Category)
        }
        Dimension::Service => Value::optional(facts.service, Value::Service),
        Dimension::Site => Value::optional(facts.site, Value::Site),
        Dimension::Weekday => Value::optional(local.map(|l| l.weekday), Value::Number),
        Dimension::Hour => Value::optional(local.map(|l| l.hour), Value::Number),
    }
}
