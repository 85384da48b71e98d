//! A probe for each field of the schema.

use super::probe::{Kind, Probe, Variables};
use super::stage::{Place, Ready, Stage};
use crate::support::app::Is;
use crate::support::json;
use crate::support::organisation::{agreement, calendar, category, department, service, team};
use backend::desk::service_level::store::{agreement as agreements, calendar as calendars};
use backend::desk::state_settings;
use backend::organisation::entity::site;
use backend::organisation::store;
use backend::platform::job;
use backend::practice::catalog;
use sea_orm::{EntityTrait as _, Set};
use serde_json::Value;
use shared::id::{JobId, SiteId};
use shared::job::JobState;

/// Makes variables of an expression over the stage and the place.
macro_rules! with {
    (|$stage:ident, $place:ident| $value:expr) => {{
        fn make<'a>(
            $stage: &'a Stage<'a>,
            $place: Place,
        ) -> std::pin::Pin<Box<dyn std::future::Future<Output = Value> + 'a>> {
            // Not every field needs both.
            let _ = ($stage, $place);
            Box::pin(async move { $value })
        }
        make as Variables
    }};
}

fn field(kind: Kind, name: &'static str, document: &str, variables: Variables) -> Probe {
    Probe {
        kind,
        name,
        places: false,
        document: document.to_owned(),
        variables,
        uses: None,
        number: None,
    }
}

fn query(name: &'static str, document: &str) -> Probe {
    field(Kind::Query, name, document, with!(|stage, place| json!({})))
}

/// A query that is asked in both places.
fn queries(name: &'static str, document: &str, variables: Variables) -> Probe {
    Probe {
        places: true,
        ..field(Kind::Query, name, document, variables)
    }
}

fn subscriptions(name: &'static str, document: &str, variables: Variables) -> Probe {
    Probe {
        places: true,
        ..field(Kind::Subscription, name, document, variables)
    }
}

/// A mutation with an input of this type.
fn act(name: &'static str, input: &str, variables: Variables) -> Probe {
    let document = format!(
        "mutation($input: {input}!) {{ {name}(input: $input) {{ userErrors {{ code field message }} }} }}"
    );
    field(Kind::Mutation, name, &document, variables)
}

/// A mutation that is tried in both places.
fn acts(name: &'static str, input: &str, variables: Variables) -> Probe {
    Probe {
        places: true,
        ..act(name, input, variables)
    }
}

/// A mutation on a ticket that has come so far; a success uses it up.
fn on_ticket(name: &'static str, input: &str, ready: Ready, variables: Variables) -> Probe {
    Probe {
        uses: Some(ready),
        ..acts(name, input, variables)
    }
}

/// All of them, each kind in the order of the schema.
pub fn all() -> Vec<Probe> {
    let mut all = about_the_organisation();
    all.extend(about_tickets());
    all.extend(figures());
    all.extend(live());
    all.extend(on_tickets());
    all.extend(set_up());
    all.extend(mail());
    all
}

/// A site that nobody has changed.
async fn old_site(stage: &Stage<'_>) -> String {
    let platform = stage.app.platform();
    let id = SiteId(platform.ids.next(stage.app.now()));
    let row = site::ActiveModel {
        id: Set(id),
        name: Set(format!("Old site {}", stage.next())),
        address: Set(String::new()),
        timezone: Set("UTC".to_owned()),
        active: Set(true),
        version: Set(1),
    };
    let tx = platform.db.begin().await.expect("a transaction");
    site::Entity::insert(row)
        .exec_without_returning(&tx)
        .await
        .expect("a row");
    tx.commit().await.expect("a commit");
    id.to_string()
}

/// A mail that was given up.
async fn dead_letter(stage: &Stage<'_>) -> String {
    let platform = stage.app.platform();
    let id = JobId(platform.ids.next(stage.app.now()));
    let row = job::ActiveModel {
        id: Set(id),
        kind: Set("mail".to_owned()),
        ticket_id: Set(None),
        person_id: Set(None),
        payload: Set("{}".to_owned()),
        state: Set(JobState::Dead),
        attempts: Set(1),
        created_at: Set(stage.app.now()),
        due_at: Set(stage.app.now()),
        locked_until: Set(None),
        finished_at: Set(Some(stage.app.now())),
        error_code: Set(Some("SMTP_550".to_owned())),
        error: Set(None),
    };
    let tx = platform.db.begin().await.expect("a transaction");
    job::Entity::insert(row)
        .exec_without_returning(&tx)
        .await
        .expect("a row");
    tx.commit().await.expect("a commit");
    id.to_string()
}

fn mail() -> Vec<Probe> {
    vec![
        act(
            "personInvite",
            "PersonInviteInput",
            with!(|stage, place| {
                stage.app.mail_nowhere();
                let (person, _) = stage.app.person("invited", Is::default()).await;
                stage.app.set_password_hash(person, None).await;
                json!({ "input": { "person": person.to_string() } })
            }),
        ),
        query("mail", "{ mail { on dead } }"),
        act(
            "mailRetry",
            "MailRetryInput",
            with!(|stage, place| json!({ "input": { "jobs": [dead_letter(stage).await] } })),
        ),
        act(
            "mailDiscard",
            "MailDiscardInput",
            with!(
                |stage, place| json!({ "input": { "jobs": [dead_letter(stage).await], "reason": "Moved away" } })
            ),
        ),
        field(
            Kind::Mutation,
            "mailSendTest",
            "mutation { mailSendTest { userErrors { code field message } } }",
            with!(|stage, place| {
                stage.app.mail_nowhere();
                json!({})
            }),
        ),
        act(
            "mailSettingsEdit",
            "MailSettingsEditInput",
            with!(|stage, place| {
                stage.app.mail_as_kept();
                json!({ "input": { "expectedVersion": 1, "on": false } })
            }),
        ),
        act(
            "mailSettingsTest",
            "MailSettingsTestInput",
            with!(|stage, place| {
                stage.app.mail_as_kept();
                json!({ "input": { "server": { "host": "127.0.0.1", "port": 1024, "encryption": "NONE", "senderAddress": "help@example.org" } } })
            }),
        ),
        act(
            "mailPreferenceSet",
            "MailPreferenceSetInput",
            with!(|stage, place| json!({ "input": { "ticketMails": true } })),
        ),
    ]
}

fn by_department() -> Variables {
    with!(|stage, place| json!({ "department": department(place.department()).to_string() }))
}

fn about_the_organisation() -> Vec<Probe> {
    vec![
        query("organisation", "{ organisation { name } }"),
        query("now", "{ now }"),
        query(
            "viewer",
            "{ viewer { person { email } canAdminister canUseDesk unreadNotifications } }",
        ),
        query(
            "departments",
            "{ departments(includeInactive: true) { name } }",
        ),
        queries(
            "teams",
            "query($department: ID) { teams(department: $department) { name } }",
            by_department(),
        ),
        field(
            Kind::Query,
            "sites",
            "{ sites(includeInactive: true) { name address peopleCount } }",
            with!(|stage, place| {
                old_site(stage).await;
                json!({})
            }),
        ),
        query("services", "{ services(includeInactive: true) { name } }"),
        query(
            "categories",
            "{ categories(includeInactive: true) { name } }",
        ),
        query("people", "{ people { nodes { name email } } }"),
        field(
            Kind::Query,
            "person",
            "query($id: ID!) { person(id: $id) { name email login } }",
            with!(|stage, place| json!({ "id": stage.subject })),
        ),
        queries(
            "roles",
            "query($department: ID) { roles(department: $department) { role } }",
            by_department(),
        ),
        queries(
            "personDuties",
            "query($person: ID!) { personDuties(person: $person) { openTickets } }",
            with!(|stage, place| json!({ "person": stage.worker(place).person.to_string() })),
        ),
        query("setUp", "{ setUp { needed } }"),
        query("departmentTemplates", "{ departmentTemplates { key } }"),
        query("demoData", "{ demoData { organisation } }"),
        query("auditLog", "{ auditLog { nodes { kind } } }"),
        query("apiTokens", "{ apiTokens { nodes { name } } }"),
        query("priorityMatrix", "{ priorityMatrix { priority } }"),
        queries(
            "catalogItems",
            "query($department: ID) { catalogItems(department: $department) { name } }",
            by_department(),
        ),
        queries(
            "catalogItem",
            "query($id: ID!) { catalogItem(id: $id) { name } }",
            with!(|stage, place| json!({ "id": stage.item_at(place) })),
        ),
        query("calendars", "{ calendars { name } }"),
        query("agreements", "{ agreements { name calendar { name } } }"),
        queries(
            "routingRules",
            "query($department: ID) { routingRules(department: $department) { name } }",
            with!(|stage, place| {
                a_rule(stage, place).await;
                json!({ "department": department(place.department()).to_string() })
            }),
        ),
        queries(
            "routingTrial",
            "query($department: ID!) { routingTrial(department: $department, rules: []) { tickets outcomes { samples { ticket { id title } } } } }",
            with!(
                |stage, place| json!({ "department": department(place.department()).to_string() })
            ),
        ),
    ]
}

fn filtered() -> Variables {
    with!(
        |stage, place| json!({ "filter": { "department": { "in": [department(place.department()).to_string()] } } })
    )
}

/// Searches everything; the index has what was written by then.
fn searched(text: &'static str) -> Probe {
    let document = format!(
        "{{ search(text: {}, first: 50) {{ nodes {{ ticket {{ reference }} title {{ text }} snippet {{ text }} }} }} }}",
        json!(text)
    );
    field(
        Kind::Query,
        "search",
        &document,
        with!(|stage, place| {
            stage.app.index().await;
            json!({})
        }),
    )
}

fn about_tickets() -> Vec<Probe> {
    vec![
        queries(
            "ticket",
            "query($id: ID!) { ticket(id: $id) { title conversation { nodes { body } } clocks { target } timeline { nodes { kind } } requester { email } } }",
            with!(|stage, place| json!({ "id": stage.at(place).id })),
        ),
        queries(
            "tickets",
            "query($filter: TicketFilter) { tickets(filter: $filter) { nodes { title } } }",
            filtered(),
        ),
        queries(
            "queueIds",
            "query($filter: TicketFilter) { queueIds(filter: $filter) { ids } }",
            filtered(),
        ),
        queries(
            "ticketsByIds",
            "query($ids: [ID!]!) { ticketsByIds(ids: $ids) { title } }",
            with!(|stage, place| json!({ "ids": [stage.at(place).id] })),
        ),
        searched("matter "),
        // Notes are found by those who read them.
        searched("\"internal remark\""),
        query(
            "queueViews",
            "{ queueViews { views { id name count { value } } } }",
        ),
        query(
            "notifications",
            "{ notifications { nodes { text ticket { title } } } }",
        ),
    ]
}

fn figures() -> Vec<Probe> {
    let number = |pointer: &'static str, probe: Probe| Probe {
        number: Some(pointer),
        ..probe
    };
    vec![
        query("dashboards", "{ dashboards { name } }"),
        number(
            "/open",
            queries(
                "dashboard",
                "query($id: ID!) { dashboard(id: $id) { open } }",
                with!(|stage, place| json!({ "id": department(place.department()).to_string() })),
            ),
        ),
        query("reportMeasures", "{ reportMeasures { words } }"),
        number(
            "/tickets",
            queries(
                "ticketReport",
                "query($filter: TicketFilter) { ticketReport(filter: $filter, measures: [COUNT]) { tickets } }",
                filtered(),
            ),
        ),
        number(
            "/rows",
            queries(
                "ticketEventReport",
                "query($filter: TicketFilter) { ticketEventReport(filter: $filter) { rows } }",
                filtered(),
            ),
        ),
        query("ticketFacts", "{ ticketFacts { nodes { reference } } }"),
        query("ticketEvents", "{ ticketEvents { nodes { reference } } }"),
    ]
}

fn live() -> Vec<Probe> {
    let since = with!(|stage, place| json!({
        "since": stage.since,
        "id": stage.at(place).id,
        "dashboard": department(place.department()).to_string(),
        "filter": { "department": { "in": [department(place.department()).to_string()] } },
    }));
    vec![
        subscriptions(
            "queueChanged",
            "subscription($filter: TicketFilter, $since: Sequence) { queueChanged(filter: $filter, since: $since) { ... on QueueUpsert { ticket { title } } } }",
            since,
        ),
        subscriptions(
            "ticketChanged",
            "subscription($id: ID!, $since: Sequence) { ticketChanged(id: $id, since: $since) { ... on TicketUpsert { ticket { title clocks { target } } } } }",
            since,
        ),
        subscriptions(
            "clocksChanged",
            "subscription($filter: TicketFilter, $since: Sequence) { clocksChanged(filter: $filter, since: $since) { ... on ClockUpsert { clock { target ticket { title } } } } }",
            since,
        ),
        Probe {
            places: false,
            ..subscriptions(
                "viewCountsChanged",
                "subscription($since: Sequence) { viewCountsChanged(since: $since) { counts { view } } }",
                since,
            )
        },
        subscriptions(
            "dashboardChanged",
            "subscription($dashboard: ID!, $since: Sequence) { dashboardChanged(id: $dashboard, since: $since) { dashboard { open } } }",
            since,
        ),
        Probe {
            places: false,
            ..subscriptions(
                "notificationReceived",
                "subscription($since: Sequence) { notificationReceived(since: $since) { notification { text } } }",
                since,
            )
        },
    ]
}

/// The input of a step of a ticket: the ticket, its version, and what else there is.
async fn step(stage: &Stage<'_>, place: Place, ready: Ready, more: Value) -> Value {
    let sample = stage.ticket(place, ready).await;
    let mut input = json!({
        "ticket": sample.id,
        "expectedVersion": stage.version(place, &sample.id).await,
    });
    input
        .as_object_mut()
        .expect("an object")
        .extend(more.as_object().cloned().unwrap_or_default());
    json!({ "input": input })
}

fn on_tickets() -> Vec<Probe> {
    vec![
        acts(
            "incidentReport",
            "IncidentReportInput",
            with!(|stage, place| json!({ "input": {
                "title": "Scratch", "description": "", "department": department(place.department()).to_string(),
            } })),
        ),
        acts(
            "contactLog",
            "ContactLogInput",
            with!(|stage, place| json!({ "input": {
                "requester": stage.subject, "channel": "PHONE", "title": "Scratch",
                "department": department(place.department()).to_string(),
                "resolution": { "code": "SOLVED", "message": "Solved." },
            } })),
        ),
        acts(
            "requestSubmit",
            "RequestSubmitInput",
            with!(
                |stage, place| json!({ "input": { "catalogItem": stage.item_at(place), "answers": [] } })
            ),
        ),
        on_ticket(
            "ticketReply",
            "TicketReplyInput",
            Ready::New,
            with!(
                |stage, place| json!({ "input": { "ticket": stage.ticket(place, Ready::New).await.id, "body": "Hello." } })
            ),
        ),
        on_ticket(
            "ticketAddNote",
            "TicketAddNoteInput",
            Ready::New,
            with!(
                |stage, place| json!({ "input": { "ticket": stage.ticket(place, Ready::New).await.id, "body": "Hm." } })
            ),
        ),
        acts(
            "attachmentLinkCreate",
            "AttachmentLinkCreateInput",
            with!(|stage, place| json!({ "input": { "attachment": stage.file(place).await } })),
        ),
        acts(
            "attachmentRemove",
            "AttachmentRemoveInput",
            with!(|stage, place| json!({ "input": { "attachment": stage.file(place).await } })),
        ),
        on_ticket(
            "ticketAssign",
            "TicketAssignInput",
            Ready::New,
            with!(|stage, place| {
                let to = stage.worker(place).person.to_string();
                let more = json!({ "team": team(place.team()).to_string(), "assignee": to });
                step(stage, place, Ready::New, more).await
            }),
        ),
        on_ticket(
            "ticketStart",
            "TicketStartInput",
            Ready::Assigned,
            with!(|stage, place| step(stage, place, Ready::Assigned, json!({})).await),
        ),
        on_ticket(
            "ticketPutOnHold",
            "TicketPutOnHoldInput",
            Ready::Assigned,
            with!(|stage, place| {
                let more =
                    json!({ "reason": "WAITING_FOR_SUPPLIER", "wakeUpAt": "2026-03-10T09:00:00Z" });
                step(stage, place, Ready::Assigned, more).await
            }),
        ),
        on_ticket(
            "ticketResume",
            "TicketResumeInput",
            Ready::OnHold,
            with!(|stage, place| step(stage, place, Ready::OnHold, json!({})).await),
        ),
        on_ticket(
            "ticketResolve",
            "TicketResolveInput",
            Ready::Assigned,
            with!(|stage, place| step(
                stage,
                place,
                Ready::Assigned,
                json!({ "code": "SOLVED", "message": "Done." })
            )
            .await),
        ),
        on_ticket(
            "ticketConfirm",
            "TicketConfirmInput",
            Ready::Resolved,
            with!(|stage, place| step(stage, place, Ready::Resolved, json!({})).await),
        ),
        on_ticket(
            "ticketClose",
            "TicketCloseInput",
            Ready::Resolved,
            with!(|stage, place| step(stage, place, Ready::Resolved, json!({})).await),
        ),
        on_ticket(
            "ticketReopen",
            "TicketReopenInput",
            Ready::Resolved,
            with!(|stage, place| step(
                stage,
                place,
                Ready::Resolved,
                json!({ "reason": "Not yet." })
            )
            .await),
        ),
        on_ticket(
            "ticketCancel",
            "TicketCancelInput",
            Ready::New,
            with!(|stage, place| step(stage, place, Ready::New, json!({})).await),
        ),
        on_ticket(
            "ticketSetPriority",
            "TicketSetPriorityInput",
            Ready::New,
            with!(|stage, place| step(
                stage,
                place,
                Ready::New,
                json!({ "impact": "TEAM", "urgency": "HIGH" })
            )
            .await),
        ),
        on_ticket(
            "ticketEdit",
            "TicketEditInput",
            Ready::New,
            with!(|stage, place| step(
                stage,
                place,
                Ready::New,
                json!({ "title": "Another title" })
            )
            .await),
        ),
        on_ticket(
            "ticketKindChange",
            "TicketKindChangeInput",
            Ready::New,
            with!(|stage, place| step(stage, place, Ready::New, json!({ "kind": "CASE" })).await),
        ),
        on_ticket(
            "ticketWatch",
            "TicketWatchInput",
            Ready::New,
            with!(
                |stage, place| json!({ "input": { "ticket": stage.ticket(place, Ready::New).await.id } })
            ),
        ),
        on_ticket(
            "ticketUnwatch",
            "TicketWatchInput",
            Ready::New,
            with!(
                |stage, place| json!({ "input": { "ticket": stage.ticket(place, Ready::New).await.id } })
            ),
        ),
        on_ticket(
            "ticketLink",
            "TicketLinkInput",
            Ready::New,
            with!(|stage, place| json!({ "input": {
                "ticket": stage.ticket(place, Ready::New).await.id,
                "kind": "RELATES_TO",
                "other": stage.at(place).reference,
            } })),
        ),
        on_ticket(
            "ticketUnlink",
            "TicketUnlinkInput",
            Ready::Linked,
            with!(
                |stage, place| json!({ "input": { "link": stage.ticket(place, Ready::Linked).await.link } })
            ),
        ),
        act(
            "notificationsMarkRead",
            "NotificationsMarkReadInput",
            with!(|stage, place| json!({ "input": {} })),
        ),
    ]
}

fn set_up() -> Vec<Probe> {
    let mut all = departments_and_people();
    all.extend(what_is_offered());
    all.extend(what_is_promised());
    all.extend(routing());
    all
}

/// A version of the organisation's settings at present.
async fn version_of(stage: &Stage<'_>, which: &str) -> Value {
    let question = format!("{{ organisation {{ {which} }} }}");
    let mut found = stage.admin().query(&question, json!({})).await;
    found["organisation"][which].take()
}

fn departments_and_people() -> Vec<Probe> {
    vec![
        act(
            "organisationEdit",
            "OrganisationEditInput",
            with!(|stage, place| {
                let version = version_of(stage, "version").await;
                json!({ "input": { "name": format!("Organisation {}", stage.next()), "expectedVersion": version } })
            }),
        ),
        act(
            "priorityMatrixSet",
            "PriorityMatrixSetInput",
            with!(|stage, place| {
                let mut cells = Vec::new();
                for impact in ["ORGANISATION", "TEAM", "PERSON"] {
                    for urgency in ["HIGH", "MEDIUM", "LOW"] {
                        cells.push(
                            json!({ "impact": impact, "urgency": urgency, "priority": "HIGH" }),
                        );
                    }
                }
                let version = version_of(stage, "priorityMatrixVersion").await;
                json!({ "input": { "cells": cells, "expectedVersion": version } })
            }),
        ),
        act(
            "departmentCreate",
            "DepartmentCreateInput",
            with!(|stage, place| json!({ "input": {
                "key": format!("department-{}", stage.next()), "name": "New", "icon": "building", "hue": 10,
            } })),
        ),
        acts(
            "departmentEdit",
            "DepartmentEditInput",
            with!(|stage, place| {
                let id = department(place.department());
                let row = store::department(stage.app.platform().db.reader(), id)
                    .await
                    .expect("read")
                    .expect("there");
                json!({ "input": {
                    "department": id.to_string(), "expectedVersion": row.version, "description": format!("Line {}", stage.next()),
                } })
            }),
        ),
        acts(
            "teamCreate",
            "TeamCreateInput",
            with!(
                |stage, place| json!({ "input": { "department": department(place.department()).to_string(), "name": "New team" } })
            ),
        ),
        acts(
            "teamEdit",
            "TeamEditInput",
            with!(|stage, place| {
                let id = team(place.team());
                let row = store::team(stage.app.platform().db.reader(), id)
                    .await
                    .expect("read")
                    .expect("there");
                json!({ "input": { "team": id.to_string(), "expectedVersion": row.version, "name": format!("Team {}", stage.next()) } })
            }),
        ),
        acts(
            "teamSetMembers",
            "TeamSetMembersInput",
            with!(|stage, place| {
                let id = team(place.team());
                let row = store::team(stage.app.platform().db.reader(), id)
                    .await
                    .expect("read")
                    .expect("there");
                let member = stage.worker(place).person.to_string();
                json!({ "input": { "team": id.to_string(), "expectedVersion": row.version, "members": [member] } })
            }),
        ),
        act(
            "personCreate",
            "PersonCreateInput",
            with!(|stage, place| {
                let login = format!("new{}", stage.next());
                json!({ "input": { "login": login, "email": format!("{login}@example.org"), "name": "Somebody New", "timezone": "UTC" } })
            }),
        ),
        act(
            "personEdit",
            "PersonEditInput",
            with!(|stage, place| {
                let id = stage.subject.parse().expect("an id");
                let row = store::person(stage.app.platform().db.reader(), id)
                    .await
                    .expect("read")
                    .expect("there");
                json!({ "input": { "person": stage.subject, "expectedVersion": row.version, "title": format!("Title {}", stage.next()) } })
            }),
        ),
        act(
            "personSetPassword",
            "PersonSetPasswordInput",
            with!(
                |stage, place| json!({ "input": { "person": stage.subject, "password": "another battery staple" } })
            ),
        ),
        act(
            "passwordChange",
            "PasswordChangeInput",
            with!(
                |stage, place| json!({ "input": { "currentPassword": "not the password", "newPassword": "another battery staple" } })
            ),
        ),
        act(
            "setUpDemo",
            "SetUpDemoInput",
            with!(|stage, place| json!({ "input": { "code": "aaaa-aaaa-aaaa" } })),
        ),
        act(
            "setUpBegin",
            "SetUpBeginInput",
            with!(|stage, place| json!({ "input": {
                "code": "aaaa-aaaa-aaaa", "organisation": "Mine", "name": "Eve", "login": "eve", "email": "eve@example.org",
                "timezone": "UTC", "password": "a sentence is fine",
            } })),
        ),
        act(
            "demoRemove",
            "DemoRemoveInput",
            with!(
                |stage, place| json!({ "input": { "organisation": "Bellhop", "currentPassword": crate::support::app::PASSWORD } })
            ),
        ),
        act(
            "departmentsFromTemplates",
            "DepartmentsFromTemplatesInput",
            with!(|stage, place| json!({ "input": { "templates": [] } })),
        ),
        act(
            "apiTokenCreate",
            "ApiTokenCreateInput",
            with!(|stage, place| json!({ "input": {
                "name": "A tool", "scopes": ["REPORT_TICKETS"], "expiresAt": "2026-06-01T00:00:00Z",
                "currentPassword": crate::support::app::PASSWORD,
            } })),
        ),
        act(
            "apiTokenRevoke",
            "ApiTokenRevokeInput",
            with!(
                |stage, place| json!({ "input": { "apiToken": shared::id::ApiTokenId(uuid::Uuid::nil()).to_string() } })
            ),
        ),
        acts(
            "roleGrant",
            "RoleInput",
            with!(|stage, place| json!({ "input": {
                "person": stage.subject, "role": "APPROVER", "department": department(place.department()).to_string(),
            } })),
        ),
        acts(
            "roleRevoke",
            "RoleInput",
            with!(|stage, place| json!({ "input": {
                "person": stage.subject, "role": "APPROVER", "department": department(place.department()).to_string(),
            } })),
        ),
    ]
}

fn what_is_offered() -> Vec<Probe> {
    vec![
        acts(
            "stateSettingsEdit",
            "StateSettingsEditInput",
            with!(|stage, place| {
                let department = department(place.department());
                let found = state_settings::of(stage.app.platform().db.reader(), department)
                    .await
                    .expect("read");
                let days = 1 + (found.now().close_after_days % 90);
                json!({ "input": { "department": department.to_string(), "expectedVersion": found.version(), "closeAfterDays": days } })
            }),
        ),
        act(
            "siteCreate",
            "SiteCreateInput",
            with!(
                |stage, place| json!({ "input": { "name": format!("New site {}", stage.next()), "timezone": "UTC" } })
            ),
        ),
        act(
            "siteEdit",
            "SiteEditInput",
            with!(|stage, place| {
                let id = old_site(stage).await;
                json!({ "input": { "site": id, "expectedVersion": 1, "name": format!("Site {}", stage.next()) } })
            }),
        ),
        acts(
            "serviceCreate",
            "ServiceCreateInput",
            with!(
                |stage, place| json!({ "input": { "department": department(place.department()).to_string(), "name": "New service" } })
            ),
        ),
        act(
            "serviceEdit",
            "ServiceEditInput",
            with!(|stage, place| {
                let id = service("email");
                let row = store::service(stage.app.platform().db.reader(), id)
                    .await
                    .expect("read")
                    .expect("there");
                json!({ "input": { "service": id.to_string(), "expectedVersion": row.version, "name": format!("Service {}", stage.next()) } })
            }),
        ),
        acts(
            "categoryCreate",
            "CategoryCreateInput",
            with!(
                |stage, place| json!({ "input": { "department": department(place.department()).to_string(), "name": "New category" } })
            ),
        ),
        act(
            "categoryEdit",
            "CategoryEditInput",
            with!(|stage, place| {
                let id = category("access");
                let row = store::category(stage.app.platform().db.reader(), id)
                    .await
                    .expect("read")
                    .expect("there");
                json!({ "input": { "category": id.to_string(), "expectedVersion": row.version, "name": format!("Category {}", stage.next()) } })
            }),
        ),
        acts(
            "catalogItemCreate",
            "CatalogItemCreateInput",
            with!(|stage, place| json!({ "input": {
                "department": department(place.department()).to_string(), "name": "New item", "icon": "package", "category": "Things",
            } })),
        ),
        acts(
            "catalogItemEdit",
            "CatalogItemEditInput",
            with!(|stage, place| {
                let id = stage.item_at(place);
                let found = catalog::by_ids(
                    stage.app.platform().db.reader(),
                    &[id.parse().expect("an id")],
                )
                .await
                .expect("read");
                json!({ "input": { "catalogItem": id, "expectedVersion": found[0].version, "name": format!("Item {}", stage.next()) } })
            }),
        ),
    ]
}

/// A routing rule of the place's department; made by its lead.
async fn a_rule(stage: &Stage<'_>, place: Place) -> String {
    let input = json!({
        "department": department(place.department()).to_string(), "name": format!("Rule {}", stage.next()),
        "team": team(place.team()).to_string(), "conditions": { "words": ["nobody says this"] },
        "idempotencyKey": format!("rule {}", stage.next()),
    });
    let query = "mutation($input: RoutingRuleCreateInput!) { routingRuleCreate(input: $input) { rule { id } userErrors { code } } }";
    let made = stage
        .worker(place)
        .mutate(query, json!({ "input": input }))
        .await;
    let id = made["routingRuleCreate"]["rule"]["id"].as_str();
    id.unwrap_or_else(|| panic!("no rule: {made}")).to_owned()
}

fn routing() -> Vec<Probe> {
    vec![
        acts(
            "routingRuleCreate",
            "RoutingRuleCreateInput",
            with!(|stage, place| json!({ "input": {
                "department": department(place.department()).to_string(), "name": "New rule",
                "team": team(place.team()).to_string(), "conditions": { "words": ["nobody says this"] },
            } })),
        ),
        acts(
            "routingRuleEdit",
            "RoutingRuleEditInput",
            with!(|stage, place| json!({ "input": {
                "rule": a_rule(stage, place).await, "expectedVersion": 1, "position": 0,
            } })),
        ),
        acts(
            "routingRuleDelete",
            "RoutingRuleDeleteInput",
            with!(|stage, place| json!({ "input": {
                "rule": a_rule(stage, place).await, "expectedVersion": 1,
            } })),
        ),
    ]
}

fn what_is_promised() -> Vec<Probe> {
    vec![
        act(
            "calendarCreate",
            "CalendarCreateInput",
            with!(
                |stage, place| json!({ "input": { "name": "New calendar", "hours": {
                "zone": "UTC", "weekly": [{ "weekday": "MONDAY", "hours": [{ "start": "09:00", "end": "17:00" }] }],
            } } })
            ),
        ),
        act(
            "calendarEdit",
            "CalendarEditInput",
            with!(|stage, place| {
                let row = calendars::Entity::find_by_id(calendar())
                    .one(stage.app.platform().db.reader())
                    .await
                    .expect("read")
                    .expect("there");
                json!({ "input": { "calendar": calendar().to_string(), "expectedVersion": row.version, "name": format!("Calendar {}", stage.next()) } })
            }),
        ),
        act(
            "agreementCreate",
            "AgreementCreateInput",
            with!(|stage, place| json!({ "input": {
                "name": "New agreement", "calendar": calendar().to_string(),
                "targets": [{ "target": "RESOLUTION", "workingSeconds": 3600 }],
            } })),
        ),
        act(
            "agreementEdit",
            "AgreementEditInput",
            with!(|stage, place| {
                let row = agreements::Entity::find_by_id(agreement())
                    .one(stage.app.platform().db.reader())
                    .await
                    .expect("read")
                    .expect("there");
                json!({ "input": { "agreement": agreement().to_string(), "expectedVersion": row.version, "name": format!("Agreement {}", stage.next()) } })
            }),
        ),
    ]
}
