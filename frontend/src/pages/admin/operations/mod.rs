//! What the pages of administration ask and send.

pub mod agreements;
pub mod audit;
pub mod calendars;
pub mod catalog;
pub mod demo;
pub mod departments;
pub mod leaving;
pub mod mail;
pub mod people;
pub mod routing;
pub mod services;
pub mod set_up;
pub mod sites;
pub mod states;
pub mod teams;
pub mod tokens;

use cynic::QueryBuilder;

use crate::api::{self, Call, Id, operations::DepartmentName, schema};

/// What the viewer may set up.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "Viewer")]
pub struct Reach {
    /// Everything.
    pub can_administer_site: bool,
    /// Services, categories, catalog and teams' members of these departments.
    pub set_up_departments: Vec<DepartmentName>,
    /// The same once more: which of them are confidential.
    #[cynic(alias, rename = "setUpDepartments")]
    secrets: Vec<Secrecy>,
}

#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "Department")]
struct Secrecy {
    id: Id,
    confidential: bool,
}

impl Reach {
    /// Departments in which the viewer may give roles: an administrator in all, subject to what the server says; others
    /// in confidential ones that they lead.
    pub fn gives_roles_in(&self) -> Vec<DepartmentName> {
        let secret = |id: &Id| {
            self.secrets
                .iter()
                .any(|one| one.confidential && one.id == *id)
        };
        let all = self.set_up_departments.iter();
        all.filter(|department| self.can_administer_site || secret(&department.id))
            .cloned()
            .collect()
    }

    /// Whether the viewer may give any role.
    pub fn gives_roles(&self) -> bool {
        self.can_administer_site || !self.gives_roles_in().is_empty()
    }
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Query")]
struct ReachQuery {
    viewer: Reach,
}

/// Asks what the viewer may set up.
pub fn fetch_reach() -> Call<Reach> {
    api::one!(ReachQuery::build(()), viewer)
}

/// A mutation that gives the object of its payload, or why there is none.
macro_rules! changed {
    ($operation:expr, $payload:ident, $object:ident) => {{
        $crate::api::one!($operation, $payload).then(|payload| {
            $crate::api::refusal(payload.user_errors)?;
            payload.$object.ok_or_else(|| {
                $crate::api::ApiError::Malformed(
                    concat!(stringify!($payload), " gave nothing").to_owned(),
                )
            })
        })
    }};
}
pub(super) use changed;
