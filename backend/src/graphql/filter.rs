//! Filters as the API takes them, and what they become.

use super::id::parse;
use crate::desk::view::{self, ViewId};
use crate::platform::context::Context;
use crate::platform::database::Connection;
use crate::platform::error::{Error, Result, code};
use async_graphql::{ID, InputObject};
use shared::id::InvalidId;
use shared::ticket::{
    Channel, ClockRisk, Condition, Priority, Span, StateKind, TicketKind, TicketState,
};
use shared::time::Timestamp;
use std::str::FromStr;

/// Most values that a list within a filter may have.
const VALUES_MOST: usize = 200;

/// A condition on a reference to something else.
#[derive(Clone, Debug, Default, InputObject)]
pub struct IdFilter {
    /// One of these.
    #[graphql(name = "in")]
    any_of: Option<Vec<ID>>,
    /// None of these.
    not_in: Option<Vec<ID>>,
    /// Absent, or present.
    is_null: Option<bool>,
}

impl IdFilter {
    fn condition<T: FromStr<Err = InvalidId>>(
        this: Option<&Self>,
        field: &str,
    ) -> Result<Condition<T>> {
        let Some(this) = this else {
            return Ok(Condition::default());
        };
        let list = |ids: &Option<Vec<ID>>| -> Result<Option<Vec<T>>> {
            let Some(ids) = ids else { return Ok(None) };
            bounded(ids.len(), field)?;
            ids.iter()
                .map(|id| parse(id, field))
                .collect::<Result<Vec<T>>>()
                .map(Some)
        };
        Ok(Condition {
            any_of: list(&this.any_of)?,
            none_of: list(&this.not_in)?,
            is_null: this.is_null,
        })
    }
}

fn bounded(length: usize, field: &str) -> Result<()> {
    if length > VALUES_MOST {
        return Err(Error::refused(
            code::LIMIT_EXCEEDED,
            field,
            format!("At most {VALUES_MOST} values."),
        ));
    }
    Ok(())
}

/// A condition on an instant.
#[derive(Clone, Debug, Default, InputObject)]
pub struct DateTimeFilter {
    /// Not before.
    from: Option<Timestamp>,
    /// Before.
    to: Option<Timestamp>,
    /// Absent, or present.
    is_null: Option<bool>,
}

impl From<Option<DateTimeFilter>> for SpanOf {
    fn from(filter: Option<DateTimeFilter>) -> Self {
        let filter = filter.unwrap_or_default();
        Self(Span {
            from: filter.from,
            to: filter.to,
            is_null: filter.is_null,
        })
    }
}

struct SpanOf(Span);

/// A condition on text.
#[derive(Clone, Debug, Default, InputObject)]
pub struct TextFilter {
    /// This occurs in it; ASCII letters compare without case.
    contains: Option<String>,
}

macro_rules! word_filters {
    ($($(#[$meta:meta])* $name:ident: $word:ty;)+) => {$(
        $(#[$meta])*
        #[derive(Clone, Debug, Default, InputObject)]
        pub struct $name {
            /// One of these.
            #[graphql(name = "in")]
            any_of: Option<Vec<$word>>,
            /// None of these.
            not_in: Option<Vec<$word>>,
        }

        impl $name {
            fn condition(this: Option<Self>, field: &str) -> Result<Condition<$word>> {
                let this = this.unwrap_or_default();
                for list in [&this.any_of, &this.not_in] {
                    bounded(list.as_ref().map_or(0, Vec::len), field)?;
                }
                Ok(Condition { any_of: this.any_of, none_of: this.not_in, is_null: None })
            }
        }
    )+};
}

word_filters! {
    /// A condition on the state.
    StateFilter: TicketState;
    /// A condition on the state's kind.
    StateKindFilter: StateKind;
    /// A condition on the priority.
    PriorityFilter: Priority;
    /// A condition on the kind.
    KindFilter: TicketKind;
    /// A condition on how the promise stands.
    RiskFilter: ClockRisk;
    /// A condition on the channel.
    ChannelFilter: Channel;
}

/// All conditions hold together.
#[derive(Clone, Debug, Default, InputObject)]
pub struct TicketFilter {
    /// The conditions of a view hold as well.
    view: Option<ID>,
    /// Kind of work.
    kind: Option<KindFilter>,
    /// State.
    state: Option<StateFilter>,
    /// Fixed kind of the state.
    state_kind: Option<StateKindFilter>,
    /// Priority.
    priority: Option<PriorityFilter>,
    /// How the queue-driving promise stands.
    risk: Option<RiskFilter>,
    /// How the contact came in.
    channel: Option<ChannelFilter>,
    /// Owning department.
    department: Option<IdFilter>,
    /// Team.
    team: Option<IdFilter>,
    /// Assignee.
    assignee: Option<IdFilter>,
    /// Who asked.
    requester: Option<IdFilter>,
    /// Service.
    service: Option<IdFilter>,
    /// Category.
    category: Option<IdFilter>,
    /// The site that it is about.
    site: Option<IdFilter>,
    /// Asked by me, for me, or watched by me.
    mine: Option<bool>,
    /// Start.
    created_at: Option<DateTimeFilter>,
    /// Last change.
    updated_at: Option<DateTimeFilter>,
    /// Resolution.
    resolved_at: Option<DateTimeFilter>,
    /// Earliest due instant.
    due_at: Option<DateTimeFilter>,
    /// The requester wrote last.
    unanswered: Option<bool>,
    /// Words of the title, or a reference.
    text: Option<TextFilter>,
}

/// What a filter means for the person who asks.
pub async fn resolve(
    db: &impl Connection,
    ctx: &Context,
    filter: Option<TicketFilter>,
) -> Result<shared::ticket::TicketFilter> {
    let f = filter.unwrap_or_default();
    let and = match &f.view {
        Some(view) => {
            let id: ViewId = view.parse().map_err(|()| {
                Error::refused(code::INVALID_ID, "filter.view", "There is no such view.")
            })?;
            let zone = view::zone_of(db, ctx.person()).await?;
            Some(Box::new(view::filter(id, ctx.person(), &zone, ctx.now)))
        }
        None => None,
    };
    let text = f
        .text
        .and_then(|t| t.contains)
        .map(|t| t.trim().to_owned())
        .filter(|t| !t.is_empty());
    if text.as_ref().is_some_and(|t| t.chars().count() > 200) {
        return Err(Error::refused(
            "TOO_LONG",
            "filter.text",
            "At most 200 characters.",
        ));
    }
    Ok(shared::ticket::TicketFilter {
        kind: KindFilter::condition(f.kind, "filter.kind")?,
        state: StateFilter::condition(f.state, "filter.state")?,
        state_kind: StateKindFilter::condition(f.state_kind, "filter.stateKind")?,
        priority: PriorityFilter::condition(f.priority, "filter.priority")?,
        risk: RiskFilter::condition(f.risk, "filter.risk")?,
        channel: ChannelFilter::condition(f.channel, "filter.channel")?,
        department: IdFilter::condition(f.department.as_ref(), "filter.department")?,
        team: IdFilter::condition(f.team.as_ref(), "filter.team")?,
        assignee: IdFilter::condition(f.assignee.as_ref(), "filter.assignee")?,
        requester: IdFilter::condition(f.requester.as_ref(), "filter.requester")?,
        service: IdFilter::condition(f.service.as_ref(), "filter.service")?,
        category: IdFilter::condition(f.category.as_ref(), "filter.category")?,
        site: IdFilter::condition(f.site.as_ref(), "filter.site")?,
        participant: (f.mine == Some(true)).then(|| ctx.person()),
        unanswered: f.unanswered,
        created_at: SpanOf::from(f.created_at).0,
        updated_at: SpanOf::from(f.updated_at).0,
        resolved_at: SpanOf::from(f.resolved_at).0,
        due_at: SpanOf::from(f.due_at).0,
        text,
        and,
    })
}
