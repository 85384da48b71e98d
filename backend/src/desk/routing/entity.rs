//! Rows of routing.

/// A rule.
pub mod rule {
    use sea_orm::entity::prelude::*;
    use shared::id::{DepartmentId, RoutingRuleId, TeamId};
    use shared::routing::Assignment;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "routing_rules")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: RoutingRuleId,
        pub department_id: DepartmentId,
        pub position: i32,
        pub name: String,
        pub conditions: String,
        pub team_id: TeamId,
        pub assignment: Assignment,
        pub active: bool,
        pub version: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Whose turn it was last in a team.
pub mod turn {
    use sea_orm::entity::prelude::*;
    use shared::id::{PersonId, TeamId};

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "routing_turns")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub team_id: TeamId,
        pub person_id: PersonId,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}
