//! Whoever stops working tickets leaves none behind.

use super::{assert_fault, call, done, events_since, sequence};
use crate::support::actor::Actor;
use crate::support::app::Is;
use crate::support::organisation::{department, team};
use crate::support::{TestApp, json};
use crate::ticket::{act, report};
use backend::desk::handover::HandOver;
use backend::organisation::access::context_of;
use backend::organisation::role::{self, Granted};
use backend::organisation::store;
use serde_json::Value;
use shared::id::PersonId;
use shared::permission::Role;

const SHOWS: &str = "person { active teams { id } roles { role department { key } } }";
const DUTIES: &str = "query($person: ID!) { personDuties(person: $person) { department { key } openTickets teams { id } leads onlyLead } }";

async fn deactivation(app: &TestApp, person: PersonId, take_over: Value) -> Value {
    let row = store::person(app.platform().db.reader(), person)
        .await
        .expect("read")
        .expect("there");
    json!({ "person": person.to_string(), "expectedVersion": row.version, "active": false, "takeOver": take_over })
}

fn heir(of: &str, person: &Actor, leads: bool) -> Value {
    json!([{ "department": department(of).to_string(), "person": person.person.to_string(), "leads": leads }])
}

/// Who has a ticket, its state and its team.
async fn holder(who: &Actor, ticket: &Value) -> Value {
    let query = "query($id: ID!) { ticket(id: $id) { state assignee { id } team { id } } }";
    who.query(query, json!({ "id": ticket["id"] })).await["ticket"].take()
}

/// A ticket that this person began.
async fn begun(ana: &Actor, who: &Actor, of: &str) -> Value {
    let ticket = report(
        ana,
        "Matter",
        json!({ "department": department(of).to_string() }),
    )
    .await;
    let started = act(who, "ticketStart", &ticket["id"], json!({})).await;
    assert_eq!(started["userErrors"], json!([]));
    ticket
}

fn revocation(person: PersonId, role: &str, of: &str) -> Value {
    json!({ "person": person.to_string(), "role": role, "department": department(of).to_string() })
}

on_both_databases! {
    async fn a_deactivated_persons_tickets_go_to_whom_is_named_or_to_the_queue(app) {
        let admin = app.admin().await;
        let ana = app.employee().await;
        let lead = app.lead("it").await;
        let marta = app.agent("it").await;
        let tom = app.agent("it").await;
        let (begun_one, held) = (begun(&ana, &marta, "it").await, begun(&ana, &marta, "it").await);
        let hold = json!({ "reason": "WAITING_FOR_SUPPLIER", "wakeUpAt": "2026-03-10T09:00:00Z" });
        act(&marta, "ticketPutOnHold", &held["id"], hold).await;
        let others = begun(&ana, &tom, "it").await;
        let solved = begun(&ana, &marta, "it").await;
        act(&marta, "ticketResolve", &solved["id"], json!({ "code": "SOLVED", "message": "Done." })).await;

        let duties = admin.query(DUTIES, json!({ "person": marta.person.to_string() })).await;
        assert_eq!(duties["personDuties"], json!([{
            "department": { "key": "it" }, "openTickets": 2, "teams": [{ "id": team("service-desk").to_string() }],
            "leads": false, "onlyLead": false,
        }]));

        let before = sequence(app).await;
        done(&admin, "personEdit", SHOWS, deactivation(app, marta.person, heir("it", &tom, false)).await).await;
        let events = events_since(app, before).await;
        assert_eq!(events, ["PersonEdited", "SessionEnded", "TicketAssigned", "TicketAssigned", "NotificationSent"]);
        for ticket in [&begun_one, &held] {
            assert_eq!(holder(&lead, ticket).await["assignee"]["id"], tom.person.to_string());
        }
        assert_eq!(holder(&lead, &begun_one).await["state"], "IN_PROGRESS");
        assert_eq!(holder(&lead, &held).await["state"], "ON_HOLD");
        let told = tom.query("{ notifications { nodes { text ticket { id } } } }", json!({})).await;
        let texts: Vec<&str> = told["notifications"]["nodes"].as_array().expect("a list").iter().filter_map(|n| n["text"].as_str()).collect();
        assert!(texts.iter().any(|text| text.ends_with("gave you 2 tickets of Person agent-it4")), "{texts:?}");

        // The next one names nobody: the team has them again.
        done(&admin, "personEdit", SHOWS, deactivation(app, tom.person, json!([])).await).await;
        for ticket in [&begun_one, &others] {
            let now = holder(&lead, ticket).await;
            assert_eq!(now["assignee"], Value::Null);
            assert_eq!(now["state"], "NEW");
        }
        act(&lead, "ticketResume", &held["id"], json!({})).await;
        assert_eq!(holder(&lead, &held).await["state"], "NEW");
        // What was resolved and comes back finds nobody either.
        act(&ana, "ticketReopen", &solved["id"], json!({ "reason": "Again." })).await;
        let again = holder(&lead, &solved).await;
        assert_eq!((again["assignee"].clone(), again["state"].clone()), (Value::Null, json!("NEW")));
    }

    async fn whoever_loses_the_last_role_keeps_no_ticket_and_no_team(app) {
        let admin = app.admin().await;
        let ana = app.employee().await;
        let lead = app.lead("it").await;
        let is = Is { roles: vec![("it", Role::Agent), ("it", Role::Lead), ("facilities", Role::Agent)], teams: vec!["service-desk", "building"], ..Is::default() };
        let marta = app.somebody("both", is).await;
        let tom = app.agent("it").await;
        let ticket = begun(&ana, &marta, "it").await;
        let elsewhere = begun(&ana, &marta, "facilities").await;
        let gone = done(&admin, "roleRevoke", SHOWS, revocation(marta.person, "AGENT", "it")).await;
        assert_eq!(gone["person"]["teams"].as_array().map(Vec::len), Some(2));
        assert_eq!(holder(&lead, &ticket).await["assignee"]["id"], marta.person.to_string());

        let mut last = revocation(marta.person, "LEAD", "it");
        last["takenOverBy"] = tom.person.to_string().into();
        let before = sequence(app).await;
        let gone = done(&admin, "roleRevoke", SHOWS, last).await;
        assert_eq!(gone["person"]["teams"], json!([{ "id": team("building").to_string() }]));
        assert_eq!(events_since(app, before).await, ["RoleRevoked", "TeamEdited", "TicketAssigned", "NotificationSent"]);
        assert_eq!(holder(&lead, &ticket).await["assignee"]["id"], tom.person.to_string());
        assert_eq!(holder(&marta, &elsewhere).await["assignee"]["id"], marta.person.to_string());
    }

    async fn who_takes_over_has_to_be_able_to_and_nothing_is_half_done(app) {
        let admin = app.admin().await;
        let ana = app.employee().await;
        let marta = app.agent("it").await;
        let frank = app.agent("facilities").await;
        let ticket = begun(&ana, &marta, "it").await;
        let before = super::set_up(app, &admin).await;
        for who in [&frank, &marta, &ana] {
            let refused = call(&admin, "personEdit", SHOWS, deactivation(app, marta.person, heir("it", who, false)).await).await;
            assert_fault(&refused, "INVALID", "takeOver");
        }
        let (gone, _) = app.person("gone", Is { roles: vec![("it", Role::Agent)], ..Is::default() }).await;
        app.set_active(gone, false).await;
        let before = Value::clone(&{ let mut now = before; now["sequence"] = sequence(app).await.into(); now });
        let take = json!([{ "department": department("it").to_string(), "person": gone.to_string() }]);
        let refused = call(&admin, "personEdit", SHOWS, deactivation(app, marta.person, take).await).await;
        assert_fault(&refused, "NOT_FOUND", "takeOver");
        assert_eq!(before["sequence"], sequence(app).await);
        assert_eq!(holder(&marta, &ticket).await["assignee"]["id"], marta.person.to_string());
    }

    async fn the_only_lead_hands_the_lead_over_in_the_same_act(app) {
        let admin = app.admin().await;
        let lead = app.lead("it").await;
        let marta = app.agent("it").await;
        let duties = admin.query(DUTIES, json!({ "person": lead.person.to_string() })).await;
        assert_eq!(duties["personDuties"][0]["onlyLead"], true);
        done(&admin, "personEdit", SHOWS, deactivation(app, lead.person, heir("it", &marta, true)).await).await;
        let roles = admin.query("query($id: ID!) { person(id: $id) { roles { role } } }", json!({ "id": marta.person.to_string() })).await;
        assert_eq!(roles["person"]["roles"], json!([{ "role": "AGENT" }, { "role": "LEAD" }]));
    }

    async fn an_administrator_learns_nothing_of_a_confidential_departments_tickets(app) {
        let admin = app.admin().await;
        let ana = app.employee().await;
        let lead = app.lead("hr").await;
        let nora = app.agent("hr").await;
        let paul = app.agent("hr").await;
        let ticket = begun(&ana, &nora, "hr").await;
        let person = json!({ "person": nora.person.to_string() });
        let duties = admin.query(DUTIES, person.clone()).await;
        assert_eq!(duties["personDuties"][0]["openTickets"], Value::Null);
        let seen = lead.query(DUTIES, person.clone()).await;
        assert_eq!(seen["personDuties"][0]["openTickets"], 1);
        // A lead of IT sees nothing of HR, an agent nothing at all.
        assert_eq!(app.lead("it").await.query(DUTIES, person.clone()).await["personDuties"], json!([]));
        assert_eq!(paul.refused(DUTIES, person).await, "FORBIDDEN");
        let refused = call(&admin, "personEdit", SHOWS, deactivation(app, nora.person, heir("hr", &paul, false)).await).await;
        assert_fault(&refused, "FORBIDDEN", "takeOver");
        done(&admin, "personEdit", SHOWS, deactivation(app, nora.person, json!([])).await).await;
        let now = holder(&lead, &ticket).await;
        assert_eq!((now["assignee"].clone(), now["state"].clone()), (Value::Null, json!("NEW")));
        // Its own lead says who it is.
        let other = begun(&ana, &paul, "hr").await;
        let mut last = revocation(paul.person, "AGENT", "hr");
        last["takenOverBy"] = lead.person.to_string().into();
        done(&lead, "roleRevoke", SHOWS, last).await;
        assert_eq!(holder(&lead, &other).await["assignee"]["id"], lead.person.to_string());
    }

    async fn a_ticket_that_is_assigned_at_the_same_time_is_not_left_behind(app) {
        let admin = app.admin().await;
        let ana = app.employee().await;
        let lead = app.lead("it").await;
        let context = context_of(app.platform().db.reader(), admin.person, app.now(), "test").await.expect("a look").expect("active");
        let agent = Granted::In(department("it"), Role::Agent);
        for _ in 0..5 {
            let marta = app.agent("it").await;
            let ticket = report(&ana, "Matter", json!({})).await;
            let hand_over = HandOver { desk: &app.app.desk, to: Vec::new() };
            let give = json!({ "assignee": marta.person.to_string() });
            let (_, taken) = tokio::join!(
                act(&lead, "ticketAssign", &ticket["id"], give),
                role::revoke(app.platform(), &context, marta.person, agent, &hand_over),
            );
            taken.expect("the role is taken");
            assert_eq!(holder(&lead, &ticket).await["assignee"], Value::Null);
        }
    }
}
