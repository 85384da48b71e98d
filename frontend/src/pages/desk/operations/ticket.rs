//! One ticket with everything its page shows.

use super::queue::{QueueRemove, Resync};
use cynic::QueryBuilder;

use crate::api::{
    self, Call, Channel, ClockRisk, HoldReason, Id, Impact, LinkKind, Markdown, MessageVisibility,
    Plain, Priority, ResolutionCode, Sequence, StateKind, TicketKind, TicketState, Timestamp,
    Transition, Urgency,
    operations::{ClockFace, DepartmentName, FileFace, PersonBadge, ServiceName, TeamName},
    schema,
};
use crate::live::Said;

#[derive(cynic::QueryVariables, Clone, Debug)]
struct TicketVars {
    reference: String,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Query", variables = "TicketVars")]
struct TicketQuery {
    #[arguments(reference: $reference)]
    ticket: Option<TicketDetail>,
}

/// A ticket by its reference; nothing when the viewer sees no such ticket.
pub fn fetch_ticket(reference: String) -> Call<Option<TicketDetail>> {
    api::one!(TicketQuery::build(TicketVars { reference }), ticket)
}

/// A ticket as its page shows it.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq)]
#[cynic(graphql_type = "Ticket")]
pub struct TicketDetail {
    pub id: Id,
    pub reference: String,
    pub kind: TicketKind,
    pub title: String,
    pub description_html: String,
    pub state: TicketState,
    pub state_kind: StateKind,
    pub impact: Impact,
    pub urgency: Urgency,
    pub priority: Priority,
    pub channel: Channel,
    pub department: TicketDepartment,
    pub team: Option<TeamName>,
    pub assignee: Option<PersonBadge>,
    pub requester: RequesterCard,
    pub requested_for: PersonBadge,
    pub opened_by: Option<PersonBadge>,
    pub service: Option<ServiceName>,
    pub category: Option<CategoryName>,
    pub site: Option<SiteName>,
    pub hold_reason: Option<HoldReason>,
    pub wake_up_at: Option<Timestamp>,
    pub resolution_code: Option<ResolutionCode>,
    pub resolution_message: Option<Markdown>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
    pub resolved_at: Option<Timestamp>,
    pub risk: ClockRisk,
    pub reopen_count: i32,
    pub version: i32,
    pub watchers: Vec<PersonBadge>,
    pub links: Vec<TicketLink>,
    pub attachments: Vec<FileFace>,
    #[arguments(last: 60)]
    pub conversation: Conversation,
    #[arguments(last: 200)]
    pub timeline: Option<Timeline>,
    pub clocks: Option<Vec<ClockFace>>,
    pub viewer_can: ViewerCan,
    pub available_transitions: Vec<Transition>,
    pub as_of: Sequence,
}

/// Who asked, with what an agent wants to know at once.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "Person")]
pub struct RequesterCard {
    pub id: Id,
    pub name: String,
    pub initials: String,
    pub hue: i32,
    pub title: Option<String>,
    pub department: Option<DepartmentName>,
    pub site: Option<SiteName>,
    pub vip: bool,
    pub email: Option<String>,
    pub phone: Option<String>,
    pub timezone: String,
}

/// The department that has the ticket, and what it offers.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "Department")]
pub struct TicketDepartment {
    pub id: Id,
    pub name: String,
    pub state_settings: Offers,
}

/// What a department offers when a ticket is held or resolved.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "StateSettings")]
pub struct Offers {
    pub hold_reasons: Vec<HoldOffer>,
    pub resolution_codes: Vec<ResolutionCode>,
}

/// A reason for which a ticket may wait, and for how many days unless somebody says.
#[derive(cynic::QueryFragment, Clone, Copy, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "HoldReasonOffer")]
pub struct HoldOffer {
    pub reason: HoldReason,
    pub wake_up_days: i32,
}

/// Where somebody works, or what a ticket is about.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "Site")]
pub struct SiteName {
    pub id: Id,
    pub name: String,
}

#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "Category")]
pub struct CategoryName {
    pub id: Id,
    pub name: String,
    pub parent: Option<ParentCategory>,
}

#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "Category")]
pub struct ParentCategory {
    pub name: String,
}

impl CategoryName {
    /// With its parent: "VPN › Client".
    pub fn path(&self) -> String {
        match &self.parent {
            Some(parent) => format!("{} › {}", parent.name, self.name),
            None => self.name.clone(),
        }
    }
}

#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
pub struct TicketLink {
    pub id: Id,
    pub kind: LinkKind,
    pub ticket: LinkedTicket,
}

#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "Ticket")]
pub struct LinkedTicket {
    pub reference: String,
    pub title: String,
    pub state: TicketState,
}

#[derive(cynic::QueryFragment, Clone, Debug, PartialEq)]
#[cynic(graphql_type = "MessageConnection")]
pub struct Conversation {
    pub nodes: Vec<Message>,
    pub page_info: EarlierInfo,
}

/// Whether a part of a conversation has earlier ones before it.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "PageInfo")]
pub struct EarlierInfo {
    pub has_previous_page: bool,
    pub start_cursor: Option<String>,
}

impl Said for Message {
    fn id(&self) -> &str {
        self.id.inner()
    }
}

#[derive(cynic::QueryVariables, Clone, Debug)]
struct EarlierVars {
    id: Id,
    before: Option<String>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Query", variables = "EarlierVars")]
struct EarlierQuery {
    #[arguments(id: $id)]
    ticket: Option<EarlierTicket>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Ticket", variables = "EarlierVars")]
struct EarlierTicket {
    #[arguments(last: 60, before: $before)]
    conversation: Conversation,
}

/// The messages before a place of a conversation.
pub fn fetch_earlier(id: Id, before: Option<String>) -> Call<Option<Conversation>> {
    api::one!(EarlierQuery::build(EarlierVars { id, before }), ticket)
        .map(|ticket| ticket.map(|ticket| ticket.conversation))
}

/// Something that somebody wrote.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
pub struct Message {
    pub id: Id,
    pub author: PersonBadge,
    pub visibility: MessageVisibility,
    pub body_html: String,
    pub created_at: Timestamp,
    pub channel: Channel,
    pub by_requester: bool,
    pub attachments: Vec<FileFace>,
}

#[derive(cynic::QueryFragment, Clone, Debug, PartialEq)]
#[cynic(graphql_type = "TimelineConnection")]
pub struct Timeline {
    pub nodes: Vec<TimelineEntry>,
}

/// Something that happened.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
pub struct TimelineEntry {
    pub id: Id,
    pub kind: String,
    pub occurred_at: Timestamp,
    pub actor_name: String,
    pub changes: Vec<FieldChange>,
}

#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
pub struct FieldChange {
    pub field: String,
    pub before: Option<String>,
    pub after: Option<String>,
}

#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
pub struct ViewerCan {
    pub reply: bool,
    pub add_note: bool,
    pub remove_files: bool,
    pub change_kind: bool,
    pub assign: bool,
    pub edit: bool,
    pub set_priority: bool,
    pub watch: bool,
    pub link: bool,
}

#[derive(cynic::QueryVariables, Clone, Debug)]
pub struct TicketChangedVars {
    pub id: Id,
    pub since: Option<Sequence>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Subscription", variables = "TicketChangedVars")]
pub struct TicketChanged {
    #[arguments(id: $id, since: $since)]
    pub ticket_changed: TicketChange,
}

#[derive(cynic::InlineFragments, Clone, Debug)]
#[expect(
    clippy::large_enum_variant,
    reason = "lives for the length of one event"
)]
pub enum TicketChange {
    TicketUpsert(TicketUpsert),
    QueueRemove(
        #[expect(
            dead_code,
            reason = "the subscription is about one ticket: that it is gone says all"
        )]
        QueueRemove,
    ),
    Resync(Resync),
    #[cynic(fallback)]
    Unknown,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
pub struct TicketUpsert {
    pub ticket: Plain<TicketDetail>,
    pub sequence: Sequence,
}
