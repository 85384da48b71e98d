//! What an agent does to a ticket.

use cynic::MutationBuilder;
use futures_util::future::LocalBoxFuture;

use super::ticket::TicketDetail;
use crate::api::{
    self, ApiError, Call, HoldReason, Id, Impact, LinkKind, Markdown, ResolutionCode, TicketKind,
    Timestamp, Urgency, UserError, schema,
};

/// The answer to an act on a ticket.
#[derive(cynic::QueryFragment, Clone, Debug)]
pub struct TicketPayload {
    pub ticket: Option<TicketDetail>,
    pub user_errors: Vec<UserError>,
}

/// The answer to a reply or a note.
#[derive(cynic::QueryFragment, Clone, Debug)]
pub struct MessagePayload {
    pub ticket: Option<TicketDetail>,
    pub user_errors: Vec<UserError>,
}

/// Why an act did not happen, with the ticket as it stands meanwhile where the server sent it.
#[derive(Clone, Debug)]
pub struct Refusal {
    pub error: ApiError,
    pub current: Option<Box<TicketDetail>>,
}

impl Refusal {
    /// Somebody changed the ticket first.
    pub fn is_conflict(&self) -> bool {
        self.error.has_code("VERSION_CONFLICT")
    }
}

/// What became of an act.
pub type Outcome = Result<Box<TicketDetail>, Refusal>;

/// Something that an agent is about to do to a ticket; it happens when it is awaited.
#[must_use = "nothing happens until it is awaited"]
pub struct Act(Call<TicketPayload>);

impl IntoFuture for Act {
    type Output = Outcome;
    type IntoFuture = LocalBoxFuture<'static, Outcome>;

    fn into_future(self) -> Self::IntoFuture {
        Box::pin(async move {
            let refused = |error, current: Option<TicketDetail>| {
                Err(Refusal {
                    error,
                    current: current.map(Box::new),
                })
            };
            match self.0.await {
                Ok(TicketPayload {
                    ticket,
                    user_errors,
                }) if !user_errors.is_empty() => refused(ApiError::Refused(user_errors), ticket),
                Ok(TicketPayload {
                    ticket: Some(ticket),
                    ..
                }) => Ok(Box::new(ticket)),
                Ok(_) => refused(ApiError::Malformed("no ticket".to_owned()), None),
                Err(error) => refused(error, None),
            }
        })
    }
}

impl From<MessagePayload> for TicketPayload {
    fn from(payload: MessagePayload) -> Self {
        Self {
            ticket: payload.ticket,
            user_errors: payload.user_errors,
        }
    }
}

macro_rules! act {
    ($($(#[$doc:meta])* $function:ident: $name:ident($vars:ident, $takes:ident).$field:ident;)+) => {$(
        $(#[$doc])*
        pub fn $function(input: $takes) -> Act {
            Act(api::one!($name::build($vars { input }), $field).map(Into::into))
        }
    )+};
}

act! {
    /// A public reply.
    reply: ReplyMutation(ReplyVars, TicketReplyInput).ticket_reply;
    /// An internal note.
    add_note: NoteMutation(NoteVars, TicketAddNoteInput).ticket_add_note;
    /// To a team, to a person, or to nobody in a team.
    assign: AssignMutation(AssignVars, TicketAssignInput).ticket_assign;
    /// Work begins.
    start: StartMutation(StartVars, TicketStartInput).ticket_start;
    /// It waits.
    put_on_hold: HoldMutation(HoldVars, TicketPutOnHoldInput).ticket_put_on_hold;
    /// The wait is over.
    resume: ResumeMutation(ResumeVars, TicketResumeInput).ticket_resume;
    /// Done, and how.
    resolve: ResolveMutation(ResolveVars, TicketResolveInput).ticket_resolve;
    /// The requester says that it is solved.
    confirm: ConfirmMutation(ConfirmVars, TicketConfirmInput).ticket_confirm;
    /// Over.
    close: CloseMutation(CloseVars, TicketCloseInput).ticket_close;
    /// Not done after all.
    reopen: ReopenMutation(ReopenVars, TicketReopenInput).ticket_reopen;
    /// It will not be done.
    cancel: CancelMutation(CancelVars, TicketCancelInput).ticket_cancel;
    /// Impact and urgency; the priority follows.
    set_priority: PriorityMutation(PriorityVars, TicketSetPriorityInput).ticket_set_priority;
    /// Another title.
    retitle: TitleMutation(TitleVars, TitleInput).ticket_edit;
    /// Another service, or none.
    set_service: ServiceMutation(ServiceVars, ServiceInput).ticket_edit;
    /// Another category, or none.
    set_category: CategoryMutation(CategoryVars, CategoryInput).ticket_edit;
    /// Another site, or none.
    set_site: SiteMutation(SiteVars, SiteInput).ticket_edit;
    /// Another kind of work.
    set_kind: KindMutation(KindVars, TicketKindChangeInput).ticket_kind_change;
    /// A link to another ticket, by its reference.
    link: LinkMutation(LinkVars, TicketLinkInput).ticket_link;
}

/// What [`reply`] takes.
#[derive(cynic::InputObject, Clone, Debug)]
pub struct TicketReplyInput {
    pub ticket: Id,
    pub body: Markdown,
    pub attachments: Vec<Id>,
    pub idempotency_key: String,
}

/// What [`add_note`] takes.
#[derive(cynic::InputObject, Clone, Debug)]
pub struct TicketAddNoteInput {
    pub ticket: Id,
    pub body: Markdown,
    pub attachments: Vec<Id>,
    pub idempotency_key: String,
}

/// What [`assign`] takes.
#[derive(cynic::InputObject, Clone, Debug)]
pub struct TicketAssignInput {
    pub ticket: Id,
    pub expected_version: i32,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub team: Option<Id>,
    pub assignee: Option<Id>,
}

/// What [`start`] takes.
#[derive(cynic::InputObject, Clone, Debug)]
pub struct TicketStartInput {
    pub ticket: Id,
    pub expected_version: i32,
}

/// What [`put_on_hold`] takes.
#[derive(cynic::InputObject, Clone, Debug)]
pub struct TicketPutOnHoldInput {
    pub ticket: Id,
    pub expected_version: i32,
    pub reason: HoldReason,
    pub wake_up_at: Timestamp,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub message: Option<Markdown>,
}

/// What [`resume`] takes.
#[derive(cynic::InputObject, Clone, Debug)]
pub struct TicketResumeInput {
    pub ticket: Id,
    pub expected_version: i32,
}

/// What [`resolve`] takes.
#[derive(cynic::InputObject, Clone, Debug)]
pub struct TicketResolveInput {
    pub ticket: Id,
    pub expected_version: i32,
    pub code: ResolutionCode,
    pub message: Markdown,
}

/// What [`confirm`] takes.
#[derive(cynic::InputObject, Clone, Debug)]
pub struct TicketConfirmInput {
    pub ticket: Id,
    pub expected_version: i32,
}

/// What [`close`] takes.
#[derive(cynic::InputObject, Clone, Debug)]
pub struct TicketCloseInput {
    pub ticket: Id,
    pub expected_version: i32,
}

/// What [`reopen`] takes.
#[derive(cynic::InputObject, Clone, Debug)]
pub struct TicketReopenInput {
    pub ticket: Id,
    pub expected_version: i32,
    pub reason: Markdown,
}

/// What [`cancel`] takes.
#[derive(cynic::InputObject, Clone, Debug)]
pub struct TicketCancelInput {
    pub ticket: Id,
    pub expected_version: i32,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub reason: Option<Markdown>,
}

/// What [`set_priority`] takes.
#[derive(cynic::InputObject, Clone, Debug)]
pub struct TicketSetPriorityInput {
    pub ticket: Id,
    pub expected_version: i32,
    pub impact: Impact,
    pub urgency: Urgency,
}

/// What [`retitle`] takes.
#[derive(cynic::InputObject, Clone, Debug)]
#[cynic(graphql_type = "TicketEditInput")]
pub struct TitleInput {
    pub ticket: Id,
    pub expected_version: i32,
    pub title: Option<String>,
}

/// What [`set_service`] takes; null takes the service away, a field that is left out would leave it.
#[derive(cynic::InputObject, Clone, Debug)]
#[cynic(graphql_type = "TicketEditInput")]
pub struct ServiceInput {
    pub ticket: Id,
    pub expected_version: i32,
    pub service: Option<Id>,
}

/// What [`set_category`] takes; null takes the category away.
#[derive(cynic::InputObject, Clone, Debug)]
#[cynic(graphql_type = "TicketEditInput")]
pub struct CategoryInput {
    pub ticket: Id,
    pub expected_version: i32,
    pub category: Option<Id>,
}

/// What [`set_site`] takes; null takes the site away.
#[derive(cynic::InputObject, Clone, Debug)]
#[cynic(graphql_type = "TicketEditInput")]
pub struct SiteInput {
    pub ticket: Id,
    pub expected_version: i32,
    pub site: Option<Id>,
}

/// What [`set_kind`] takes.
#[derive(cynic::InputObject, Clone, Debug)]
pub struct TicketKindChangeInput {
    pub ticket: Id,
    pub expected_version: i32,
    pub kind: TicketKind,
}

#[derive(cynic::QueryVariables, Clone, Debug)]
struct KindVars {
    input: TicketKindChangeInput,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Mutation", variables = "KindVars")]
struct KindMutation {
    #[arguments(input: $input)]
    ticket_kind_change: TicketPayload,
}

/// What [`link`] takes.
#[derive(cynic::InputObject, Clone, Debug)]
pub struct TicketLinkInput {
    pub ticket: Id,
    pub kind: LinkKind,
    pub other: String,
}

#[derive(cynic::QueryVariables, Clone, Debug)]
struct ReplyVars {
    input: TicketReplyInput,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Mutation", variables = "ReplyVars")]
struct ReplyMutation {
    #[arguments(input: $input)]
    ticket_reply: MessagePayload,
}

#[derive(cynic::QueryVariables, Clone, Debug)]
struct NoteVars {
    input: TicketAddNoteInput,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Mutation", variables = "NoteVars")]
struct NoteMutation {
    #[arguments(input: $input)]
    ticket_add_note: MessagePayload,
}

#[derive(cynic::QueryVariables, Clone, Debug)]
struct AssignVars {
    input: TicketAssignInput,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Mutation", variables = "AssignVars")]
struct AssignMutation {
    #[arguments(input: $input)]
    ticket_assign: TicketPayload,
}

#[derive(cynic::QueryVariables, Clone, Debug)]
struct StartVars {
    input: TicketStartInput,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Mutation", variables = "StartVars")]
struct StartMutation {
    #[arguments(input: $input)]
    ticket_start: TicketPayload,
}

#[derive(cynic::QueryVariables, Clone, Debug)]
struct HoldVars {
    input: TicketPutOnHoldInput,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Mutation", variables = "HoldVars")]
struct HoldMutation {
    #[arguments(input: $input)]
    ticket_put_on_hold: TicketPayload,
}

#[derive(cynic::QueryVariables, Clone, Debug)]
struct ResumeVars {
    input: TicketResumeInput,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Mutation", variables = "ResumeVars")]
struct ResumeMutation {
    #[arguments(input: $input)]
    ticket_resume: TicketPayload,
}

#[derive(cynic::QueryVariables, Clone, Debug)]
struct ResolveVars {
    input: TicketResolveInput,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Mutation", variables = "ResolveVars")]
struct ResolveMutation {
    #[arguments(input: $input)]
    ticket_resolve: TicketPayload,
}

#[derive(cynic::QueryVariables, Clone, Debug)]
struct ConfirmVars {
    input: TicketConfirmInput,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Mutation", variables = "ConfirmVars")]
struct ConfirmMutation {
    #[arguments(input: $input)]
    ticket_confirm: TicketPayload,
}

#[derive(cynic::QueryVariables, Clone, Debug)]
struct CloseVars {
    input: TicketCloseInput,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Mutation", variables = "CloseVars")]
struct CloseMutation {
    #[arguments(input: $input)]
    ticket_close: TicketPayload,
}

#[derive(cynic::QueryVariables, Clone, Debug)]
struct ReopenVars {
    input: TicketReopenInput,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Mutation", variables = "ReopenVars")]
struct ReopenMutation {
    #[arguments(input: $input)]
    ticket_reopen: TicketPayload,
}

#[derive(cynic::QueryVariables, Clone, Debug)]
struct CancelVars {
    input: TicketCancelInput,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Mutation", variables = "CancelVars")]
struct CancelMutation {
    #[arguments(input: $input)]
    ticket_cancel: TicketPayload,
}

#[derive(cynic::QueryVariables, Clone, Debug)]
struct PriorityVars {
    input: TicketSetPriorityInput,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Mutation", variables = "PriorityVars")]
struct PriorityMutation {
    #[arguments(input: $input)]
    ticket_set_priority: TicketPayload,
}

#[derive(cynic::QueryVariables, Clone, Debug)]
struct TitleVars {
    input: TitleInput,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Mutation", variables = "TitleVars")]
struct TitleMutation {
    #[arguments(input: $input)]
    ticket_edit: TicketPayload,
}

#[derive(cynic::QueryVariables, Clone, Debug)]
struct ServiceVars {
    input: ServiceInput,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Mutation", variables = "ServiceVars")]
struct ServiceMutation {
    #[arguments(input: $input)]
    ticket_edit: TicketPayload,
}

#[derive(cynic::QueryVariables, Clone, Debug)]
struct CategoryVars {
    input: CategoryInput,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Mutation", variables = "CategoryVars")]
struct CategoryMutation {
    #[arguments(input: $input)]
    ticket_edit: TicketPayload,
}

#[derive(cynic::QueryVariables, Clone, Debug)]
struct SiteVars {
    input: SiteInput,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Mutation", variables = "SiteVars")]
struct SiteMutation {
    #[arguments(input: $input)]
    ticket_edit: TicketPayload,
}

#[derive(cynic::QueryVariables, Clone, Debug)]
struct LinkVars {
    input: TicketLinkInput,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Mutation", variables = "LinkVars")]
struct LinkMutation {
    #[arguments(input: $input)]
    ticket_link: TicketPayload,
}

/// Who watches; without a person oneself.
#[derive(cynic::InputObject, Clone, Debug)]
pub struct TicketWatchInput {
    pub ticket: Id,
}

#[derive(cynic::QueryVariables, Clone, Debug)]
struct WatchVars {
    input: TicketWatchInput,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Mutation", variables = "WatchVars")]
struct WatchMutation {
    #[arguments(input: $input)]
    ticket_watch: TicketPayload,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Mutation", variables = "WatchVars")]
struct UnwatchMutation {
    #[arguments(input: $input)]
    ticket_unwatch: TicketPayload,
}

/// Watches the ticket, or stops.
pub fn watch(ticket: Id, watching: bool) -> Act {
    let vars = WatchVars {
        input: TicketWatchInput { ticket },
    };
    Act(if watching {
        api::one!(WatchMutation::build(vars), ticket_watch)
    } else {
        api::one!(UnwatchMutation::build(vars), ticket_unwatch)
    })
}

#[derive(cynic::InputObject, Clone, Debug)]
pub struct TicketUnlinkInput {
    pub link: Id,
}

#[derive(cynic::QueryVariables, Clone, Debug)]
struct UnlinkVars {
    input: TicketUnlinkInput,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Mutation", variables = "UnlinkVars")]
struct UnlinkMutation {
    #[arguments(input: $input)]
    ticket_unlink: TicketPayload,
}

/// Takes a link away.
pub fn unlink(link: Id) -> Act {
    let input = TicketUnlinkInput { link };
    Act(api::one!(
        UnlinkMutation::build(UnlinkVars { input }),
        ticket_unlink
    ))
}
