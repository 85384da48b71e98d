//! Rows of the organisation.

/// A department.
pub mod department {
    use sea_orm::entity::prelude::*;
    use shared::id::DepartmentId;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "departments")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: DepartmentId,
        pub key: String,
        pub name: String,
        pub description: String,
        pub icon: String,
        pub hue: i32,
        pub confidential: bool,
        pub position: i32,
        pub active: bool,
        pub version: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// A team of a department.
pub mod team {
    use sea_orm::entity::prelude::*;
    use shared::id::{DepartmentId, TeamId};

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "teams")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: TeamId,
        pub department_id: DepartmentId,
        pub name: String,
        pub active: bool,
        pub version: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Who belongs to which team.
pub mod team_member {
    use sea_orm::entity::prelude::*;
    use shared::id::{PersonId, TeamId};

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "team_members")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub team_id: TeamId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub person_id: PersonId,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// A person.
pub mod person {
    use sea_orm::entity::prelude::*;
    use shared::id::{DepartmentId, PersonId, SiteId};
    use shared::time::Timestamp;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "people")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: PersonId,
        pub login: String,
        pub email: String,
        pub name: String,
        pub title: Option<String>,
        pub phone: Option<String>,
        pub site_id: Option<SiteId>,
        pub timezone: String,
        pub locale: String,
        pub vip: bool,
        pub department_id: Option<DepartmentId>,
        pub manager_id: Option<PersonId>,
        pub password_hash: Option<String>,
        pub active: bool,
        pub created_at: Timestamp,
        pub version: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// A site: a place where people work.
pub mod site {
    use sea_orm::entity::prelude::*;
    use shared::id::SiteId;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "sites")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: SiteId,
        pub name: String,
        pub address: String,
        pub timezone: String,
        pub active: bool,
        pub version: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// A role in a department.
pub mod role_grant {
    use sea_orm::entity::prelude::*;
    use shared::id::{DepartmentId, PersonId};
    use shared::permission::Role;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "role_grants")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub person_id: PersonId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub department_id: DepartmentId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub role: Role,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// A role for the whole site.
pub mod site_role {
    use sea_orm::entity::prelude::*;
    use shared::id::PersonId;
    use shared::permission::SiteRole;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "site_roles")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub person_id: PersonId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub role: SiteRole,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// A service.
pub mod service {
    use sea_orm::entity::prelude::*;
    use shared::id::{DepartmentId, ServiceId, TeamId};

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "services")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: ServiceId,
        pub department_id: DepartmentId,
        pub name: String,
        pub description: String,
        pub team_id: Option<TeamId>,
        pub active: bool,
        pub version: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// A category, possibly below another.
pub mod category {
    use sea_orm::entity::prelude::*;
    use shared::id::{CategoryId, DepartmentId, TeamId};

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "categories")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: CategoryId,
        pub department_id: DepartmentId,
        pub parent_id: Option<CategoryId>,
        pub name: String,
        pub team_id: Option<TeamId>,
        pub active: bool,
        pub version: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
