//! Rows of tickets and what belongs to them.

/// A ticket of any kind.
pub mod ticket {
    use sea_orm::entity::prelude::*;
    use serde::{Deserialize, Serialize};
    use shared::id::{
        AgreementId, CatalogItemId, CategoryId, DepartmentId, PersonId, ServiceId, SiteId, TeamId,
        TicketId,
    };
    use shared::ticket::{
        Channel, ClockRisk, HoldReason, Impact, Priority, ResolutionCode, TicketKind, TicketState,
        Urgency,
    };
    use shared::time::Timestamp;

    #[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, DeriveEntityModel)]
    #[sea_orm(table_name = "tickets")]
    #[serde(rename_all = "camelCase")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: TicketId,
        pub kind: TicketKind,
        pub reference_prefix: String,
        pub reference_number: i64,
        pub reference: String,
        pub title: String,
        pub description: String,
        pub state: TicketState,
        pub state_before_hold: Option<TicketState>,
        pub source_state: Option<String>,
        pub impact: Impact,
        pub urgency: Urgency,
        pub priority: Priority,
        pub channel: Channel,
        pub department_id: DepartmentId,
        pub team_id: Option<TeamId>,
        pub assignee_id: Option<PersonId>,
        pub requester_id: PersonId,
        pub requested_for_id: Option<PersonId>,
        pub opened_by_id: Option<PersonId>,
        pub service_id: Option<ServiceId>,
        pub category_id: Option<CategoryId>,
        pub site_id: Option<SiteId>,
        pub catalog_item_id: Option<CatalogItemId>,
        pub catalog_item_version: Option<i32>,
        pub answers: Option<String>,
        pub hold_reason: Option<HoldReason>,
        pub wake_up_at: Option<Timestamp>,
        pub resolution_code: Option<ResolutionCode>,
        pub resolution_message: Option<String>,
        pub created_at: Timestamp,
        pub updated_at: Timestamp,
        pub contact_at: Timestamp,
        pub resolved_at: Option<Timestamp>,
        pub closed_at: Option<Timestamp>,
        pub due_at: Option<Timestamp>,
        pub due_order: i64,
        pub risk: ClockRisk,
        pub expected_by: Option<Timestamp>,
        pub agreement_id: Option<AgreementId>,
        pub unanswered: bool,
        pub restricted: bool,
        pub reopen_count: i32,
        pub reassignment_count: i32,
        pub version: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Who takes part in a ticket.
pub mod participant {
    use sea_orm::entity::prelude::*;
    use shared::id::{PersonId, TicketId};

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "ticket_participants")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub person_id: PersonId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub ticket_id: TicketId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub part: super::Part,
        /// Whether the ticket is open.
        pub open: bool,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// As what somebody takes part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, sea_orm::EnumIter, sea_orm::DeriveActiveEnum)]
#[sea_orm(rs_type = "String", db_type = "Text", rename_all = "snake_case")]
pub enum Part {
    /// Asked for it, or it is for them.
    Requester,
    /// Watches.
    Watcher,
}

/// A link between two tickets, read from the first.
pub mod link {
    use sea_orm::entity::prelude::*;
    use shared::id::{LinkId, TicketId};
    use shared::ticket::LinkKind;
    use shared::time::Timestamp;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "ticket_links")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: LinkId,
        pub ticket_id: TicketId,
        pub other_id: TicketId,
        pub kind: LinkKind,
        pub created_at: Timestamp,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// A message of a ticket's conversation.
pub mod message {
    use sea_orm::entity::prelude::*;
    use shared::id::{MessageId, PersonId, TicketId};
    use shared::ticket::{Channel, MessageVisibility};
    use shared::time::Timestamp;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "messages")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: MessageId,
        pub ticket_id: TicketId,
        pub author_id: PersonId,
        pub visibility: MessageVisibility,
        pub channel: Channel,
        pub by_requester: bool,
        pub body: String,
        pub created_at: Timestamp,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// A service-level clock as it stood when it was last computed.
pub mod clock {
    use sea_orm::entity::prelude::*;
    use shared::id::{AgreementId, CalendarId, ClockId, TicketId};
    use shared::service_level::{ClockState, ClockTarget};
    use shared::ticket::HoldReason;
    use shared::time::Timestamp;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "clocks")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: ClockId,
        pub ticket_id: TicketId,
        pub target: ClockTarget,
        pub state: ClockState,
        pub agreement_id: AgreementId,
        pub agreement_version: i32,
        pub calendar_id: CalendarId,
        pub calendar_version: i32,
        pub target_seconds: i64,
        pub started_at: Timestamp,
        pub due_at: Option<Timestamp>,
        pub warn_at: Option<Timestamp>,
        pub warned_at: Option<Timestamp>,
        pub breached_at: Option<Timestamp>,
        pub paused_at: Option<Timestamp>,
        pub pause_reason: Option<HoldReason>,
        pub finished_at: Option<Timestamp>,
        pub elapsed_seconds: i64,
        pub measured_at: Timestamp,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// What another system said of a ticket.
pub mod source {
    use sea_orm::entity::prelude::*;
    use shared::id::TicketId;
    use shared::time::Timestamp;

    /// What every event of an imported row says of its row, whatever changed: enough to know the row
    /// again and to count steps without looking at earlier ones.
    pub const ROW: &str = "sourceRow";

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "ticket_sources")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub ticket_id: TicketId,
        pub system: String,
        pub number: String,
        pub state: String,
        pub opened_at: Timestamp,
        pub resolved_at: Option<Timestamp>,
        pub closed_at: Option<Timestamp>,
        pub made_sla: Option<bool>,
        pub reopen_count: i32,
        pub reassignment_count: i32,
        pub contact_type: Option<String>,
        pub problem: Option<String>,
        pub fields: String,
        pub last_at: Option<Timestamp>,
        pub last_mod_count: Option<i64>,
        pub digest: Option<String>,
        pub ticket_version: Option<i32>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// What a person was told.
pub mod notification {
    use sea_orm::entity::prelude::*;
    use shared::event::EventKind;
    use shared::id::{NotificationId, PersonId, TicketId};
    use shared::time::Timestamp;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "notifications")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: NotificationId,
        pub person_id: PersonId,
        pub ticket_id: Option<TicketId>,
        pub kind: EventKind,
        pub text: String,
        pub created_at: Timestamp,
        pub read_at: Option<Timestamp>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
