//! The audit log.

use cynic::QueryBuilder;

use super::people::PageInfo;
use crate::api::{
    self, ActorKind, AuditTopic, Call, Id, Timestamp, operations::PersonBadge, schema,
};

/// A field's value before and after.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
pub struct AuditChange {
    pub field: String,
    pub before: Option<String>,
    pub after: Option<String>,
}

/// An entry.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    pub id: Id,
    pub occurred_at: Timestamp,
    pub actor_kind: ActorKind,
    pub actor: Option<PersonBadge>,
    pub token_name: Option<String>,
    pub topic: AuditTopic,
    pub kind: String,
    pub subject_kind: String,
    pub subject: Id,
    pub subject_name: Option<String>,
    pub changes: Vec<AuditChange>,
}

/// A page of the log.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "AuditConnection")]
pub struct AuditLog {
    pub nodes: Vec<AuditEntry>,
    pub page_info: PageInfo,
}

/// Which entries are wanted.
#[derive(cynic::InputObject, Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    pub actor: Option<Id>,
    pub topics: Option<Vec<AuditTopic>>,
    pub subject: Option<Id>,
    pub from: Option<Timestamp>,
    pub to: Option<Timestamp>,
}

#[derive(cynic::QueryVariables)]
struct AuditVars {
    filter: AuditFilter,
    after: Option<String>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Query", variables = "AuditVars")]
struct AuditQuery {
    #[arguments(filter: $filter, after: $after, first: 50)]
    audit_log: AuditLog,
}

/// A page of the log, newest first.
pub fn fetch_log(filter: AuditFilter, after: Option<String>) -> Call<AuditLog> {
    api::one!(AuditQuery::build(AuditVars { filter, after }), audit_log)
}
