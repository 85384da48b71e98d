//! What tools may ask and do with a token: for each field of the schema's first level the scope that
//! opens it. What stands here under none is closed to tools.

use async_graphql::Positioned;
use async_graphql::parser::types::{
    ExecutableDocument, OperationDefinition, OperationType, Selection, SelectionSet,
};
use shared::permission::TokenScope;
use std::collections::{BTreeSet, HashSet};

/// What opens a field to tools.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opens {
    /// Every token.
    Any,
    /// A token of this scope.
    Scope(TokenScope),
    /// None: it is a person's own affair.
    Never,
}

use Opens::{Any, Never, Scope};
use TokenScope::{
    Administer, ReadAudit, ReadPeople, ReadReports, ReadTickets, ReportTickets, WorkTickets,
};

/// The scope that opens fields of queries and subscriptions.
const READING: &[(Opens, &[&str])] = &[
    (
        Any,
        &[
            "organisation",
            "now",
            "viewer",
            "departments",
            "teams",
            "services",
            "sites",
            "categories",
            "priorityMatrix",
            "catalogItems",
            "catalogItem",
            "reportMeasures",
            "setUp",
        ],
    ),
    (
        Scope(ReadTickets),
        &[
            "ticket",
            "tickets",
            "search",
            "queueIds",
            "ticketsByIds",
            "queueViews",
            "queueChanged",
            "ticketChanged",
            "clocksChanged",
            "viewCountsChanged",
        ],
    ),
    (
        Scope(ReadReports),
        &[
            "dashboards",
            "dashboard",
            "dashboardChanged",
            "ticketReport",
            "ticketEventReport",
            "ticketFacts",
            "ticketEvents",
        ],
    ),
    (Scope(ReadPeople), &["people", "person", "roles"]),
    (Scope(ReadAudit), &["auditLog"]),
    (
        Scope(Administer),
        &[
            "calendars",
            "agreements",
            "routingRules",
            "personDuties",
            "departmentTemplates",
            "demoData",
            "mail",
        ],
    ),
    (
        Never,
        &[
            "notifications",
            "notificationReceived",
            "apiTokens",
            // It shows tickets to whoever sets up.
            "routingTrial",
        ],
    ),
];

/// The scope that opens fields of mutations.
const ACTING: &[(Opens, &[&str])] = &[
    (Scope(ReadTickets), &["attachmentLinkCreate"]),
    (Scope(ReportTickets), &["incidentReport", "requestSubmit"]),
    (
        Scope(WorkTickets),
        &[
            "attachmentRemove",
            "contactLog",
            "ticketReply",
            "ticketAddNote",
            "ticketAssign",
            "ticketStart",
            "ticketPutOnHold",
            "ticketResume",
            "ticketResolve",
            "ticketConfirm",
            "ticketClose",
            "ticketReopen",
            "ticketCancel",
            "ticketSetPriority",
            "ticketEdit",
            "ticketKindChange",
            "ticketWatch",
            "ticketUnwatch",
            "ticketLink",
            "ticketUnlink",
        ],
    ),
    (
        Scope(Administer),
        &[
            "departmentCreate",
            "departmentsFromTemplates",
            "departmentEdit",
            "teamCreate",
            "teamEdit",
            "teamSetMembers",
            "organisationEdit",
            "priorityMatrixSet",
            "personCreate",
            "personEdit",
            "roleGrant",
            "roleRevoke",
            "serviceCreate",
            "serviceEdit",
            "siteCreate",
            "siteEdit",
            "stateSettingsEdit",
            "categoryCreate",
            "categoryEdit",
            "catalogItemCreate",
            "catalogItemEdit",
            "calendarCreate",
            "calendarEdit",
            "agreementCreate",
            "agreementEdit",
            "routingRuleCreate",
            "routingRuleEdit",
            "routingRuleDelete",
            "mailRetry",
            "mailDiscard",
            "mailSendTest",
        ],
    ),
    (
        Never,
        &[
            "personSetPassword",
            "passwordChange",
            "personInvite",
            "apiTokenCreate",
            "setUpDemo",
            "setUpBegin",
            "demoRemove",
            "apiTokenRevoke",
            "notificationsMarkRead",
            "mailPreferenceSet",
            // A password for another server goes with it, and connections to wherever it says.
            "mailSettingsEdit",
            "mailSettingsTest",
        ],
    ),
];

/// What opens a field of the first level; `None` where nobody has said it, which closes it.
pub fn opens(operation: OperationType, field: &str) -> Option<Opens> {
    // What the schema says of itself is in its file for everybody to read.
    if field.starts_with("__") {
        return Some(Any);
    }
    let table = match operation {
        OperationType::Query | OperationType::Subscription => READING,
        OperationType::Mutation => ACTING,
    };
    table
        .iter()
        .find(|(_, fields)| fields.contains(&field))
        .map(|(opens, _)| *opens)
}

/// The first field of the operation that these scopes do not open.
pub fn closed_field<'a>(
    document: &'a ExecutableDocument,
    operation: &'a OperationDefinition,
    scopes: &BTreeSet<TokenScope>,
) -> Option<&'a str> {
    let mut fields = Fields {
        document,
        seen: HashSet::new(),
        found: Vec::new(),
    };
    fields.collect(&operation.selection_set.node);
    let is_open = |field: &str| match opens(operation.ty, field) {
        Some(Any) => true,
        Some(Scope(scope)) => scopes.contains(&scope),
        Some(Never) | None => false,
    };
    fields.found.into_iter().find(|field| !is_open(field))
}

/// Fields of the first level, those in fragments too.
struct Fields<'a> {
    document: &'a ExecutableDocument,
    seen: HashSet<&'a str>,
    found: Vec<&'a str>,
}

impl<'a> Fields<'a> {
    fn collect(&mut self, set: &'a SelectionSet) {
        for Positioned { node, .. } in &set.items {
            match node {
                Selection::Field(field) => self.found.push(field.node.name.node.as_str()),
                Selection::InlineFragment(inline) => {
                    self.collect(&inline.node.selection_set.node);
                }
                Selection::FragmentSpread(spread) => {
                    let name = &spread.node.fragment_name.node;
                    if self.seen.insert(name.as_str())
                        && let Some(fragment) = self.document.fragments.get(name)
                    {
                        self.collect(&fragment.node.selection_set.node);
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use async_graphql::parser::types::{DocumentOperations, TypeKind, TypeSystemDefinition};
    use async_graphql::parser::{parse_query, parse_schema};

    #[test]
    fn somebody_has_said_of_each_field_which_scope_opens_it() {
        let schema = parse_schema(crate::graphql::schema::sdl()).expect("a schema");
        let mut missing = Vec::new();
        for definition in schema.definitions {
            let TypeSystemDefinition::Type(definition) = definition else {
                continue;
            };
            let operation = match definition.node.name.node.as_str() {
                "Query" => OperationType::Query,
                "Mutation" => OperationType::Mutation,
                "Subscription" => OperationType::Subscription,
                _ => continue,
            };
            let TypeKind::Object(object) = definition.node.kind else {
                continue;
            };
            for field in object.fields {
                let name = field.node.name.node;
                if opens(operation, &name).is_none() {
                    missing.push(name.to_string());
                }
            }
        }
        assert!(
            missing.is_empty(),
            "which scope opens these to tools, if any? {missing:?}"
        );
    }

    #[test]
    fn fields_in_fragments_are_found_and_doubling_ones_are_walked_once() {
        let closed = |query: &str, scopes: &[TokenScope]| {
            let document = parse_query(query).expect("a query");
            let DocumentOperations::Single(operation) = &document.operations else {
                panic!("one operation");
            };
            let scopes = scopes.iter().copied().collect();
            closed_field(&document, &operation.node, &scopes).map(str::to_owned)
        };
        let hidden = "{ now ...a } fragment a on Query { ... on Query { ...b ...b } } fragment b on Query { mine: people { nodes { id } } }";
        assert_eq!(closed(hidden, &[ReadTickets]).as_deref(), Some("people"));
        assert_eq!(closed(hidden, &[ReadPeople]), None);
        assert_eq!(closed("{ __typename now }", &[]), None);
        let all = TokenScope::ALL;
        let own = "mutation { passwordChange(input: {}) { userErrors { code } } }";
        assert_eq!(closed(own, all).as_deref(), Some("passwordChange"));
        assert_eq!(closed("{ whatever }", all).as_deref(), Some("whatever"));
    }
}
