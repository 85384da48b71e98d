//! Tickets: the interface and its kinds.

#![expect(
    clippy::duplicated_attributes,
    reason = "the fields of an interface are attributes, and many have the same type"
)]

use super::attachment::Attachment;
use super::catalog::CatalogItem;
use super::clock::Clock;
use super::conversation::{MessageConnection, messages};
use super::error::top_level;
use super::id::id;
use super::loader::StatesOf;
use super::organisation::{
    Category, Department, Person, Service, Site, Team, load, load_category, load_department,
    load_person, load_person_opt, load_service, load_site, load_team,
};
use super::scalar::{Markdown, Sequence};
use super::straight::{self, Straight};
use super::timeline::{TimelineConnection, timeline};
use crate::app::App;
use crate::desk::attachment::store;
use crate::desk::entity::ticket;
use crate::desk::store::{participant, queue};
use crate::desk::ticket::{act, link};
use crate::platform::context::Context as Acting;
use crate::platform::error::Error;
use crate::platform::paging::Ends;
use crate::platform::{event_log, markdown};
use crate::practice::catalog;
use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::{
    Context, ContextSelectionSet, ID, Interface, Object, OutputType, Positioned, Result,
    ServerResult, SimpleObject, Value,
};
use shared::form::FieldKind;
use shared::id::{PersonId, TicketId};
use shared::permission::{Standing, TicketAction};
use shared::service_level::{ClockState, ClockTarget};
use shared::ticket::{
    Channel, ClockRisk, Doer, HoldReason, Impact, LinkKind, Priority, ResolutionCode, StateKind,
    Stimulus, TicketKind, TicketState, Urgency, allowed_stimuli,
};
use shared::time::Timestamp;
use std::borrow::Cow;
use std::pin::Pin;
use std::sync::Arc;

/// What a viewer may do with a ticket besides moving it on.
#[derive(SimpleObject)]
pub struct ViewerCan {
    /// Write to the others.
    reply: bool,
    /// Write an internal note.
    add_note: bool,
    /// Remove files from the conversation.
    remove_files: bool,
    /// Set team and assignee.
    assign: bool,
    /// Edit title, service, category, site.
    edit: bool,
    /// Make it another kind of work.
    change_kind: bool,
    /// Set impact and urgency.
    set_priority: bool,
    /// Watch it.
    watch: bool,
    /// Link it.
    link: bool,
    /// Let others watch.
    share: bool,
    /// See its clocks.
    see_clocks: bool,
    /// See its timeline.
    see_timeline: bool,
}

/// A link as this ticket shows it.
#[derive(SimpleObject)]
pub struct TicketLink {
    /// Identity.
    id: ID,
    /// Read from this ticket.
    kind: LinkKind,
    /// The other one.
    ticket: Ticket,
}

/// An answer of a request's form.
#[derive(SimpleObject)]
pub struct Answer {
    /// Key of the field.
    key: String,
    /// What was asked.
    label: String,
    /// For reading.
    text: String,
    /// As it was given.
    value: async_graphql::Json<serde_json::Value>,
}

/// What every kind of ticket answers alike.
struct Common<'a>(&'a ticket::Model);

impl Common<'_> {
    fn standing(&self, ctx: &Context<'_>) -> Result<Standing> {
        Ok(act::standing_of(ctx.data::<Acting>()?, self.0))
    }

    fn may(&self, ctx: &Context<'_>, action: TicketAction) -> Result<bool> {
        Ok(self.standing(ctx)?.may(action))
    }

    fn viewer_can(&self, ctx: &Context<'_>) -> Result<ViewerCan> {
        let standing = self.standing(ctx)?;
        let over = matches!(self.0.state, TicketState::Closed | TicketState::Cancelled);
        Ok(ViewerCan {
            reply: standing.may(TicketAction::Reply) && !over,
            add_note: standing.may(TicketAction::AddNote),
            remove_files: standing.may(TicketAction::RemoveFile),
            assign: standing.may(TicketAction::Assign) && self.0.state.is_open(),
            edit: standing.may(TicketAction::Edit),
            change_kind: standing.may(TicketAction::Edit) && self.0.state.is_open(),
            set_priority: standing.may(TicketAction::SetPriority),
            watch: standing.may(TicketAction::Watch),
            link: standing.may(TicketAction::Link),
            share: standing.may(TicketAction::Share),
            see_clocks: standing.may(TicketAction::ReadInternal),
            see_timeline: standing.may(TicketAction::ReadInternal),
        })
    }

    async fn available_transitions(&self, ctx: &Context<'_>) -> Result<Vec<Stimulus>> {
        let standing = self.standing(ctx)?;
        // Not the request's instant: a subscription's request is as old as its socket.
        let now = ctx.data::<App>()?.platform.clock.now();
        let doer = Doer {
            requester: standing.requester,
            agent: standing.works,
        };
        let mut stimuli = allowed_stimuli(self.0.state, doer);
        if let Some(closed_at) = self
            .0
            .closed_at
            .filter(|_| stimuli.contains(&Stimulus::Reopen))
        {
            let settings = load(ctx, StatesOf(self.0.department_id)).await?;
            if settings.is_none_or(|settings| now > settings.reopen_until(closed_at)) {
                stimuli.retain(|s| *s != Stimulus::Reopen);
            }
        }
        Ok(stimuli)
    }

    async fn watchers(&self, ctx: &Context<'_>) -> Result<Vec<Person>> {
        let db = ctx.data::<App>()?.platform.db.clone();
        let ids = participant::watchers(db.reader(), self.0.id)
            .await
            .map_err(|e| top_level(ctx, e))?;
        people(ctx, ids).await
    }

    async fn links(&self, ctx: &Context<'_>) -> Result<Vec<TicketLink>> {
        let db = ctx.data::<App>()?.platform.db.clone();
        let seen = link::of_ticket(db.reader(), self.0.id)
            .await
            .map_err(|e| top_level(ctx, e))?;
        let mut links = Vec::with_capacity(seen.len());
        for s in seen {
            // A link to what the viewer does not see is not there for them.
            if let Some(ticket) = load_ticket(ctx, s.other).await? {
                links.push(TicketLink {
                    id: id(s.id),
                    kind: s.kind,
                    ticket,
                });
            }
        }
        Ok(links)
    }

    async fn attachments(&self, ctx: &Context<'_>) -> Result<Vec<Attachment>> {
        let internal = self.may(ctx, TicketAction::ReadInternal)?;
        let db = ctx.data::<App>()?.platform.db.clone();
        let rows = store::of_ticket(db.reader(), self.0.id, internal)
            .await
            .map_err(|e| top_level(ctx, e))?;
        Ok(rows.into_iter().map(Attachment).collect())
    }

    async fn clocks(&self, ctx: &Context<'_>) -> Result<Option<Vec<Clock>>> {
        if !self.may(ctx, TicketAction::ReadInternal)? {
            return Ok(None);
        }
        let mut rows = super::organisation::load(ctx, super::loader::ClocksOf(self.0.id))
            .await?
            .unwrap_or_default();
        rows.sort_by_key(|row| row.target);
        Ok(Some(rows.into_iter().map(Clock::new).collect()))
    }

    async fn next_clock(&self, ctx: &Context<'_>) -> Result<Option<Clock>> {
        if !self.may(ctx, TicketAction::ReadInternal)? {
            return Ok(None);
        }
        let rows = super::organisation::load(ctx, super::loader::ClocksOf(self.0.id))
            .await?
            .unwrap_or_default();
        let open = rows.into_iter().filter(|row| {
            row.finished_at.is_none()
                && matches!(
                    row.state,
                    ClockState::Running | ClockState::Paused | ClockState::Breached
                )
        });
        Ok(open
            .min_by_key(|row| row.due_at.map_or(i64::MAX, |at| at.as_millis()))
            .map(Clock::new))
    }

    async fn expected_by(&self, ctx: &Context<'_>) -> Result<Option<Timestamp>> {
        if self.0.expected_by.is_some() || !self.0.state.is_open() {
            return Ok(self.0.expected_by);
        }
        let rows = super::organisation::load(ctx, super::loader::ClocksOf(self.0.id))
            .await?
            .unwrap_or_default();
        Ok(rows
            .into_iter()
            .find(|row| row.target == ClockTarget::Resolution)
            .and_then(|row| row.due_at))
    }

    async fn as_of(&self, ctx: &Context<'_>) -> Result<Sequence> {
        as_of(ctx).await
    }
}

/// The log's position that an answer is at least as new as. Resolvers that answer with tickets ask
/// before they read rows; whoever asks later in the same request gets the same.
pub async fn as_of(ctx: &Context<'_>) -> Result<Sequence> {
    let app = ctx.data::<App>()?;
    let read = || event_log::last_sequence(app.platform.db.reader());
    let sequence = match ctx.data_opt::<super::schema::AsOf>() {
        Some(known) => known.0.get_or_try_init(read).await.copied(),
        None => read().await,
    };
    sequence.map(Sequence).map_err(|e| top_level(ctx, e))
}

async fn people(ctx: &Context<'_>, ids: Vec<PersonId>) -> Result<Vec<Person>> {
    let mut list = Vec::with_capacity(ids.len());
    for key in ids {
        list.extend(load_person_opt(ctx, Some(key)).await?);
    }
    Ok(list)
}

/// One record of work; a queue holds all kinds.
#[derive(Interface)]
#[graphql(
    field(name = "id", ty = "ID", desc = "Identity."),
    field(name = "reference", ty = "&str", desc = "Such as INC-000123."),
    field(name = "kind", ty = "TicketKind", desc = "Kind of work."),
    field(name = "title", ty = "&str", desc = "In the requester's words."),
    field(name = "description", ty = "Markdown", desc = "What it is about."),
    field(
        name = "description_html",
        ty = "String",
        desc = "The same, rendered and sanitised."
    ),
    field(name = "state", ty = "TicketState", desc = "State."),
    field(
        name = "state_kind",
        ty = "StateKind",
        desc = "Fixed kind of the state."
    ),
    field(
        name = "source_state",
        ty = "Option<&str>",
        desc = "What an importer's source called the state."
    ),
    field(name = "impact", ty = "Impact", desc = "Who is affected."),
    field(name = "urgency", ty = "Urgency", desc = "How soon it hurts."),
    field(
        name = "priority",
        ty = "Priority",
        desc = "Follows from impact and urgency."
    ),
    field(name = "channel", ty = "Channel", desc = "How the contact came in."),
    field(
        name = "department",
        ty = "Straight<Department>",
        desc = "Owning department."
    ),
    field(
        name = "team",
        ty = "Option<Straight<Team>>",
        desc = "Team that has it."
    ),
    field(
        name = "assignee",
        ty = "Option<Straight<Person>>",
        desc = "Person who has it."
    ),
    field(name = "requester", ty = "Straight<Person>", desc = "Who asked."),
    field(
        name = "requested_for",
        ty = "Straight<Person>",
        desc = "For whom; the requester unless said otherwise."
    ),
    field(
        name = "opened_by",
        ty = "Option<Straight<Person>>",
        desc = "Who wrote it down, when not the requester."
    ),
    field(name = "service", ty = "Option<Service>", desc = "Affected service."),
    field(name = "category", ty = "Option<Category>", desc = "Category."),
    field(
        name = "site",
        ty = "Option<Site>",
        desc = "The site that it is about: where the requester worked when it was opened, unless an agent says otherwise."
    ),
    field(
        name = "hold_reason",
        ty = "Option<HoldReason>",
        desc = "Why it waits."
    ),
    field(
        name = "wake_up_at",
        ty = "Option<Timestamp>",
        desc = "Until when it waits."
    ),
    field(
        name = "resolution_code",
        ty = "Option<ResolutionCode>",
        desc = "How it was resolved."
    ),
    field(
        name = "resolution_message",
        ty = "Option<Markdown>",
        desc = "What the requester was told."
    ),
    field(name = "created_at", ty = "Timestamp", desc = "Start."),
    field(name = "updated_at", ty = "Timestamp", desc = "Last change."),
    field(name = "resolved_at", ty = "Option<Timestamp>", desc = "Resolution."),
    field(name = "closed_at", ty = "Option<Timestamp>", desc = "End."),
    field(
        name = "due_at",
        ty = "Option<Timestamp>",
        desc = "Earliest due instant among unmet promises; null while none runs."
    ),
    field(
        name = "risk",
        ty = "ClockRisk",
        desc = "How the queue-driving promise stands."
    ),
    field(
        name = "expected_by",
        ty = "Option<Timestamp>",
        desc = "By when the requester may expect the end, if promised."
    ),
    field(
        name = "unanswered",
        ty = "bool",
        desc = "The requester wrote last and nobody answered."
    ),
    field(name = "reopen_count", ty = "i32", desc = "How often it was reopened."),
    field(
        name = "reassignment_count",
        ty = "i32",
        desc = "How often team or assignee changed."
    ),
    field(name = "version", ty = "i32", desc = "For edits."),
    field(name = "watchers", ty = "Vec<Person>", desc = "Who watches."),
    field(
        name = "links",
        ty = "Vec<TicketLink>",
        desc = "Linked tickets that the viewer sees."
    ),
    field(
        name = "attachments",
        ty = "Vec<Attachment>",
        desc = "Files of the report and of the messages that the viewer may read, oldest first."
    ),
    field(
        name = "conversation",
        ty = "MessageConnection",
        desc = "Messages, oldest first.",
        arg(name = "first", ty = "Option<i32>"),
        arg(name = "after", ty = "Option<String>"),
        arg(name = "last", ty = "Option<i32>"),
        arg(name = "before", ty = "Option<String>")
    ),
    field(
        name = "timeline",
        ty = "Option<TimelineConnection>",
        desc = "What happened, oldest first; null for those who do not work it.",
        arg(name = "first", ty = "Option<i32>"),
        arg(name = "after", ty = "Option<String>"),
        arg(name = "last", ty = "Option<i32>"),
        arg(name = "before", ty = "Option<String>")
    ),
    field(
        name = "clocks",
        ty = "Option<Vec<Clock>>",
        desc = "Its promises; null for those who do not work it."
    ),
    field(
        name = "next_clock",
        ty = "Option<Straight<Clock>>",
        desc = "The clock that drives the queue."
    ),
    field(
        name = "viewer_can",
        ty = "ViewerCan",
        desc = "What the viewer may do."
    ),
    field(
        name = "available_transitions",
        ty = "Vec<Stimulus>",
        desc = "Steps that the viewer may take now."
    ),
    field(
        name = "as_of",
        ty = "Sequence",
        desc = "Position in the log at which this was read."
    )
)]
pub enum Ticket {
    /// An incident.
    Incident(Incident),
    /// A service request.
    ServiceRequest(ServiceRequest),
    /// A question or a matter that is neither.
    Case(Case),
}

/// A ticket of a list, resolved straight.
pub struct Listed(Ticket);

impl From<&Arc<ticket::Model>> for Listed {
    fn from(row: &Arc<ticket::Model>) -> Self {
        Self(row.clone().into())
    }
}

impl OutputType for Listed {
    fn type_name() -> Cow<'static, str> {
        Ticket::type_name()
    }

    fn introspection_type_name(&self) -> Cow<'static, str> {
        self.0.introspection_type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        Ticket::create_type_info(registry)
    }

    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        _: &Positioned<Field>,
    ) -> ServerResult<Value> {
        // One future of a ticket is on the heap, so that a list's is not as large as all that a ticket
        // can be asked for.
        let resolved: Pin<Box<dyn Future<Output = ServerResult<Value>> + Send + '_>> = match &self.0
        {
            Ticket::Incident(object) => Box::pin(straight::resolve(ctx, object)),
            Ticket::ServiceRequest(object) => Box::pin(straight::resolve(ctx, object)),
            Ticket::Case(object) => Box::pin(straight::resolve(ctx, object)),
        };
        resolved.await
    }
}

impl From<ticket::Model> for Ticket {
    fn from(row: ticket::Model) -> Self {
        Arc::new(row).into()
    }
}

impl From<Arc<ticket::Model>> for Ticket {
    fn from(row: Arc<ticket::Model>) -> Self {
        match row.kind {
            TicketKind::Incident => Self::Incident(Incident(row)),
            TicketKind::ServiceRequest => Self::ServiceRequest(ServiceRequest(row)),
            TicketKind::Case => Self::Case(Case(row)),
        }
    }
}

/// A visible ticket by id; together with others of the request.
pub async fn load_ticket(ctx: &Context<'_>, key: TicketId) -> Result<Option<Ticket>> {
    let app = ctx.data::<App>()?;
    let acting = ctx.data::<Acting>()?;
    let row = queue::find(app.platform.db.reader(), &acting.scope, key)
        .await
        .map_err(|e| top_level(ctx, e))?;
    Ok(row.map(Into::into))
}

macro_rules! ticket_object {
    ($(#[$meta:meta])* $name:ident { $($extra:tt)* }) => {
        $(#[$meta])*
        pub struct $name(pub Arc<ticket::Model>);

        $(#[$meta])*
        #[Object]
        impl $name {
            /// Identity.
            async fn id(&self) -> ID { id(self.0.id) }
            /// Such as INC-000123.
            async fn reference(&self) -> &str { &self.0.reference }
            /// Kind of work.
            async fn kind(&self) -> TicketKind { self.0.kind }
            /// In the requester's words.
            async fn title(&self) -> &str { &self.0.title }
            /// What it is about.
            async fn description(&self) -> Markdown { Markdown(self.0.description.clone()) }
            /// The same, rendered and sanitised.
            async fn description_html(&self) -> String { markdown::render(&self.0.description) }
            /// State.
            async fn state(&self) -> TicketState { self.0.state }
            /// Fixed kind of the state.
            async fn state_kind(&self) -> StateKind { self.0.state.kind() }
            /// What an importer's source called the state.
            async fn source_state(&self) -> Option<&str> { self.0.source_state.as_deref() }
            /// Who is affected.
            async fn impact(&self) -> Impact { self.0.impact }
            /// How soon it hurts.
            async fn urgency(&self) -> Urgency { self.0.urgency }
            /// Follows from impact and urgency.
            async fn priority(&self) -> Priority { self.0.priority }
            /// How the contact came in.
            async fn channel(&self) -> Channel { self.0.channel }
            /// Owning department.
            async fn department(&self, ctx: &Context<'_>) -> Result<Straight<Department>> { load_department(ctx, self.0.department_id).await.map(Straight) }
            /// Team that has it.
            async fn team(&self, ctx: &Context<'_>) -> Result<Option<Straight<Team>>> { Ok(load_team(ctx, self.0.team_id).await?.map(Straight)) }
            /// Person who has it.
            async fn assignee(&self, ctx: &Context<'_>) -> Result<Option<Straight<Person>>> { Ok(load_person_opt(ctx, self.0.assignee_id).await?.map(Straight)) }
            /// Who asked.
            async fn requester(&self, ctx: &Context<'_>) -> Result<Straight<Person>> { load_person(ctx, self.0.requester_id).await.map(Straight) }
            /// For whom; the requester unless said otherwise.
            async fn requested_for(&self, ctx: &Context<'_>) -> Result<Straight<Person>> { load_person(ctx, self.0.requested_for_id.unwrap_or(self.0.requester_id)).await.map(Straight) }
            /// Who wrote it down, when not the requester.
            async fn opened_by(&self, ctx: &Context<'_>) -> Result<Option<Straight<Person>>> { Ok(load_person_opt(ctx, self.0.opened_by_id).await?.map(Straight)) }
            /// Affected service.
            async fn service(&self, ctx: &Context<'_>) -> Result<Option<Service>> { load_service(ctx, self.0.service_id).await }
            /// Category.
            async fn category(&self, ctx: &Context<'_>) -> Result<Option<Category>> { load_category(ctx, self.0.category_id).await }
            /// The site that it is about: where the requester worked when it was opened, unless an agent says otherwise.
            async fn site(&self, ctx: &Context<'_>) -> Result<Option<Site>> { load_site(ctx, self.0.site_id).await }
            /// Why it waits.
            async fn hold_reason(&self) -> Option<HoldReason> { self.0.hold_reason }
            /// Until when it waits.
            async fn wake_up_at(&self) -> Option<Timestamp> { self.0.wake_up_at }
            /// How it was resolved.
            async fn resolution_code(&self) -> Option<ResolutionCode> { self.0.resolution_code }
            /// What the requester was told.
            async fn resolution_message(&self) -> Option<Markdown> { self.0.resolution_message.clone().map(Markdown) }
            /// Start.
            async fn created_at(&self) -> Timestamp { self.0.created_at }
            /// Last change.
            async fn updated_at(&self) -> Timestamp { self.0.updated_at }
            /// Resolution.
            async fn resolved_at(&self) -> Option<Timestamp> { self.0.resolved_at }
            /// End.
            async fn closed_at(&self) -> Option<Timestamp> { self.0.closed_at }
            /// Earliest due instant among unmet promises; null while none runs.
            async fn due_at(&self) -> Option<Timestamp> { self.0.due_at }
            /// How the queue-driving promise stands.
            async fn risk(&self) -> ClockRisk { self.0.risk }
            /// By when the requester may expect the end, if promised.
            async fn expected_by(&self, ctx: &Context<'_>) -> Result<Option<Timestamp>> { Common(&self.0).expected_by(ctx).await }
            /// The requester wrote last and nobody answered.
            async fn unanswered(&self) -> bool { self.0.unanswered }
            /// How often it was reopened.
            async fn reopen_count(&self) -> i32 { self.0.reopen_count }
            /// How often team or assignee changed.
            async fn reassignment_count(&self) -> i32 { self.0.reassignment_count }
            /// For edits.
            async fn version(&self) -> i32 { self.0.version }
            /// Who watches.
            async fn watchers(&self, ctx: &Context<'_>) -> Result<Vec<Person>> { Common(&self.0).watchers(ctx).await }
            /// Linked tickets that the viewer sees.
            async fn links(&self, ctx: &Context<'_>) -> Result<Vec<TicketLink>> { Common(&self.0).links(ctx).await }
            /// Files of the report and of the messages that the viewer may read, oldest first.
            async fn attachments(&self, ctx: &Context<'_>) -> Result<Vec<Attachment>> { Common(&self.0).attachments(ctx).await }
            /// Messages, oldest first.
            async fn conversation(&self, ctx: &Context<'_>, first: Option<i32>, after: Option<String>, last: Option<i32>, before: Option<String>) -> Result<MessageConnection> {
                let internal = Common(&self.0).may(ctx, TicketAction::ReadInternal)?;
                messages(ctx, self.0.id, internal, Ends { first, after, last, before }).await
            }
            /// What happened, oldest first; null for those who do not work it.
            async fn timeline(&self, ctx: &Context<'_>, first: Option<i32>, after: Option<String>, last: Option<i32>, before: Option<String>) -> Result<Option<TimelineConnection>> {
                if !Common(&self.0).may(ctx, TicketAction::ReadInternal)? {
                    return Ok(None);
                }
                timeline(ctx, self.0.id, Ends { first, after, last, before }).await.map(Some)
            }
            /// Its promises; null for those who do not work it.
            async fn clocks(&self, ctx: &Context<'_>) -> Result<Option<Vec<Clock>>> { Common(&self.0).clocks(ctx).await }
            /// The clock that drives the queue.
            async fn next_clock(&self, ctx: &Context<'_>) -> Result<Option<Straight<Clock>>> { Ok(Common(&self.0).next_clock(ctx).await?.map(Straight)) }
            /// What the viewer may do.
            async fn viewer_can(&self, ctx: &Context<'_>) -> Result<ViewerCan> { Common(&self.0).viewer_can(ctx) }
            /// Steps that the viewer may take now.
            async fn available_transitions(&self, ctx: &Context<'_>) -> Result<Vec<Stimulus>> { Common(&self.0).available_transitions(ctx).await }
            /// Position in the log at which this was read.
            async fn as_of(&self, ctx: &Context<'_>) -> Result<Sequence> { Common(&self.0).as_of(ctx).await }
            $($extra)*
        }
    };
}

ticket_object! {
    /// An unplanned interruption or loss of quality of a service.
    Incident {}
}

ticket_object! {
    /// A question or a matter that is neither an interruption nor from the catalog.
    Case {}
}

ticket_object! {
    /// Something that was asked for from the catalog.
    ServiceRequest {
        /// What was asked for.
        async fn catalog_item(&self, ctx: &Context<'_>) -> Result<Option<CatalogItem>> {
            Ok(item_of(ctx, &self.0).await?.map(CatalogItem))
        }
        /// Answers of the form, in the order of its fields.
        async fn answers(&self, ctx: &Context<'_>) -> Result<Vec<Answer>> { answers(ctx, &self.0).await }
    }
}

async fn item_of(ctx: &Context<'_>, row: &ticket::Model) -> Result<Option<catalog::CatalogItem>> {
    match row.catalog_item_id {
        Some(item) => super::organisation::load(ctx, item).await,
        None => Ok(None),
    }
}

async fn answers(ctx: &Context<'_>, row: &ticket::Model) -> Result<Vec<Answer>> {
    let Some(text) = &row.answers else {
        return Ok(Vec::new());
    };
    let given: Vec<shared::ticket::Answer> =
        serde_json::from_str(text).map_err(|e| top_level(ctx, Error::from(e)))?;
    let fields = item_of(ctx, row)
        .await?
        .map_or_else(Vec::new, |item| item.fields);
    let mut list = Vec::with_capacity(given.len());
    for answer in given {
        let field = fields.iter().find(|f| f.key == answer.key);
        let person = match (
            field.map(|f| f.kind),
            answer
                .value
                .as_str()
                .and_then(|t| t.parse::<PersonId>().ok()),
        ) {
            (Some(FieldKind::Person), Some(key)) => {
                load_person_opt(ctx, Some(key)).await?.map(|p| p.0.name)
            }
            _ => None,
        };
        list.push(Answer {
            label: field.map_or_else(|| answer.key.clone(), |f| f.label.clone()),
            text: person.unwrap_or_else(|| words(&answer.value)),
            key: answer.key,
            value: async_graphql::Json(answer.value),
        });
    }
    Ok(list)
}

fn words(value: &serde_json::Value) -> String {
    use serde_json::Value;
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Bool(true) => "Yes".to_owned(),
        Value::Bool(false) => "No".to_owned(),
        Value::Array(items) => items.iter().map(words).collect::<Vec<_>>().join(", "),
        other => other.to_string(),
    }
}
