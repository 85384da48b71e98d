//! Rows of calendars and agreements, with all their versions.

/// A calendar by its present name and version.
pub mod calendar {
    use sea_orm::entity::prelude::*;
    use shared::id::CalendarId;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "calendars")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: CalendarId,
        pub name: String,
        pub is_default: bool,
        pub active: bool,
        pub version: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// What a calendar says in one of its versions: a `shared::calendar::CalendarDefinition` as JSON.
pub mod calendar_version {
    use sea_orm::entity::prelude::*;
    use shared::id::CalendarId;
    use shared::time::Timestamp;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "calendar_versions")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub calendar_id: CalendarId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub version: i32,
        pub definition: String,
        pub valid_from: Timestamp,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// An agreement by its present name, place and version.
pub mod agreement {
    use sea_orm::entity::prelude::*;
    use shared::id::{AgreementId, CalendarId};

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "agreements")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: AgreementId,
        pub name: String,
        pub position: i32,
        pub calendar_id: CalendarId,
        pub active: bool,
        pub version: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// What an agreement says in one of its versions: a `shared::service_level::Agreement` as JSON.
pub mod agreement_version {
    use sea_orm::entity::prelude::*;
    use shared::id::AgreementId;
    use shared::time::Timestamp;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "agreement_versions")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub agreement_id: AgreementId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub version: i32,
        pub definition: String,
        pub valid_from: Timestamp,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

crate::versioned!(calendar, agreement);
