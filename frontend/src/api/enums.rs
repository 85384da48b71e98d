//! The API's closed sets of values. Their names on screen: [`crate::words::terms`].

use super::schema;

/// A closed set of values that forms can list.
pub trait Listed: Copy + Sized + 'static {
    /// All values, in the order in which people expect them.
    const ALL: &'static [Self];

    /// The value's name in Rust, for keys of forms and styles.
    fn key(self) -> &'static str;

    /// The value with that [`Self::key`].
    fn from_key(key: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|value| value.key() == key)
    }
}

macro_rules! choices {
    ($($(#[$doc:meta])* $name:ident { $($variant:ident),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(cynic::Enum, Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum $name { $($variant),+ }

        impl Listed for $name {
            const ALL: &'static [Self] = &[$(Self::$variant),+];

            fn key(self) -> &'static str {
                match self { $(Self::$variant => stringify!($variant)),+ }
            }
        }
    )+};
}

choices! {
    /// What kind of work a ticket is.
    TicketKind { Incident, ServiceRequest, Case }
    /// Where a ticket stands.
    TicketState { New, Assigned, InProgress, OnHold, Resolved, Closed, Cancelled }
    /// What a state means to clocks, queues and reports.
    StateKind { New, Active, Waiting, Resolved, Closed, Cancelled }
    /// Follows from impact and urgency.
    Priority { Critical, High, Moderate, Low }
    /// How many are affected.
    Impact { Organisation, Team, Person }
    /// How soon it matters.
    Urgency { High, Medium, Low }
    /// Why a ticket waits.
    HoldReason { WaitingForRequester, RequestedDate, WaitingForSupplier, WaitingForProblem, WaitingForTeam, WaitingForEvidence }
    /// The way a ticket or a message came in.
    Channel { Portal, Phone, Email, Chat, WalkUp, Api, Monitoring }
    /// How a ticket ended.
    ResolutionCode { Solved, Workaround, Answered, Fulfilled, NotReproducible, Duplicate, NoLongerNeeded }
    /// What a clock measures.
    ClockTarget { FirstResponse, Resolution }
    /// Where a clock stands.
    ClockState { Running, Paused, Met, Breached, Cancelled, NotNeeded }
    /// How the promise that drives the queue stands.
    ClockRisk { None, OnTrack, AtRisk, Breached, Paused }
    /// What a part of a clock's history counted as.
    SegmentKind { Counted, OutsideHours, Holiday, Paused, Finished }
    /// Who may read a message.
    MessageVisibility { Public, Internal }
    /// How two tickets belong together.
    LinkKind { RelatesTo, Duplicates, DuplicatedBy, CausedBy, Causes, ParentOf, ChildOf }
    /// What a form asks for.
    FieldKind { Text, LongText, Number, Date, Choice, MultipleChoice, YesNo, Person }
    /// The orders of a list of tickets.
    TicketOrder { Due, DueLast, Updated, UpdatedOldest, Created, CreatedOldest, Priority, PriorityLowest }
    /// The next steps of a ticket.
    Transition { Start, PutOnHold, Resume, Resolve, Confirm, Close, Reopen, Cancel }
    /// To whom in a team a new ticket goes.
    Assignment { None, RoundRobin, LeastLoaded }
    /// What keeps a routing rule from doing what it says.
    RoutingTrouble { TeamOutOfUse, NobodyToAssign, NeverReached, NothingFits }
    /// Where a view of the queue stands in the list of views.
    ViewGroup { Mine, Team, Department }
    /// A role in a department.
    Role { Agent, Lead, Approver, KnowledgeAuthor, ProblemManager, ChangeManager, ReleaseManager, ConfigurationManager, AssetManager, ServiceLevelManager }
    /// What a token for tools may be used for.
    TokenScope { ReadTickets, ReportTickets, WorkTickets, ReadReports, ReadPeople, ReadAudit, Administer }
    /// What an entry of the audit log is about.
    AuditTopic { SignIn, Password, Role, Person, Token, Export, SetUp }
    /// How the way to a mail server is encrypted.
    MailEncryption { StartTls, Tls, None }
    /// Who or what did something.
    ActorKind { Person, System, Import }
    /// Where a search found something.
    SearchPlace { Reference, Title, Description, Resolution, Message, Note, File }
    /// A role in the whole organisation.
    SiteRole { Administrator, Auditor, Reporter }
}
