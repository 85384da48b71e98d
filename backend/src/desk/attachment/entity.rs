//! Rows of attached files and of the links by which they are fetched.

/// A file of a conversation.
pub mod attachment {
    use sea_orm::entity::prelude::*;
    use shared::attachment::FileKind;
    use shared::id::{AttachmentId, MessageId, PersonId, TicketId};
    use shared::time::Timestamp;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "attachments")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: AttachmentId,
        pub uploader_id: PersonId,
        pub ticket_id: Option<TicketId>,
        pub message_id: Option<MessageId>,
        pub name: String,
        pub kind: FileKind,
        pub bytes: i64,
        pub digest: String,
        pub created_at: Timestamp,
        pub attached_at: Option<Timestamp>,
        pub removed_at: Option<Timestamp>,
        pub removed_by_id: Option<PersonId>,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// A link that can be used once.
pub mod download_link {
    use sea_orm::entity::prelude::*;
    use shared::id::{AttachmentId, PersonId, SessionId};
    use shared::time::Timestamp;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "download_links")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub digest: String,
        pub attachment_id: AttachmentId,
        pub person_id: PersonId,
        pub session_id: Option<SessionId>,
        pub expires_at: Timestamp,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
