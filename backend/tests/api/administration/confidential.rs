//! Setting up a confidential department shows nothing of its tickets.

use super::{assert_fault, call, done};
use crate::support::actor::Actor;
use crate::support::app::Is;
use crate::support::organisation::{department, team};
use crate::support::{TestApp, json};
use crate::ticket::{act, report};
use serde_json::Value;
use shared::permission::{Role, SiteRole};

/// A ticket of HR with an agent of HR, as neither an administrator nor anybody else may find it.
struct Secret {
    id: String,
    reference: String,
    title: &'static str,
}

impl Secret {
    async fn make(app: &TestApp) -> (Self, Actor, Actor) {
        let ana = app.employee().await;
        let nora = app.agent("hr").await;
        let title = "My manager shouts at me";
        let more = json!({ "department": department("hr").to_string() });
        let ticket = report(&ana, title, more).await;
        act(&nora, "ticketStart", &ticket["id"], json!({})).await;
        let text = |field: &str| ticket[field].as_str().expect("a text").to_owned();
        let secret = Self {
            id: text("id"),
            reference: text("reference"),
            title,
        };
        (secret, ana, nora)
    }

    /// Panics when an answer shows anything of it.
    fn is_not_in(&self, answer: &Value, by: &str) {
        let text = answer.to_string();
        for sign in [
            self.id.as_str(),
            &self.reference,
            self.title,
            "It **fails**.",
        ] {
            assert!(!text.contains(sign), "{by} shows {sign}: {text}");
        }
    }

    /// Asks for it in every way that a reader of tickets has.
    async fn stays_hidden_from(&self, who: &Actor, after: &str) {
        let seen = who
            .query(
                "query($id: ID!, $reference: String!, $hr: ID!) {
                    one: ticket(id: $id) { title } two: ticket(reference: $reference) { title }
                    tickets { nodes { title } totalCount { value } }
                    ofDepartment: tickets(filter: { department: { in: [$hr] } }) { totalCount { value } }
                    queueIds { ids }
                    notifications { nodes { text } unread }
                }",
                json!({ "id": self.id, "reference": self.reference, "hr": department("hr").to_string() }),
            )
            .await;
        let nothing = json!({
            "one": null, "two": null,
            "tickets": { "nodes": [], "totalCount": { "value": 0 } },
            "ofDepartment": { "totalCount": { "value": 0 } },
            "queueIds": { "ids": [] },
            "notifications": { "nodes": [], "unread": 0 },
        });
        assert_eq!(seen, nothing, "after {after}");
    }
}

on_both_databases! {
    async fn an_administrator_without_a_role_there_learns_nothing_by_setting_it_up(app) {
        let admin = app.admin().await;
        let (secret, ana, nora) = Secret::make(app).await;
        let hr = department("hr").to_string();
        secret.stays_hidden_from(&admin, "the beginning").await;
        let item = done(&admin, "catalogItemCreate", "catalogItem { id popularity }", json!({ "department": hr, "name": "A talk", "icon": "users", "category": "Care" })).await;
        let item = item["catalogItem"]["id"].clone();
        let acts = [
            ("departmentEdit", "department { id teams { members { name } } catalogItems { name } }", json!({ "department": hr, "expectedVersion": 1, "name": "People", "position": 0 })),
            ("departmentEdit", "department { id active }", json!({ "department": hr, "expectedVersion": 2, "active": false })),
            ("departmentEdit", "department { id active }", json!({ "department": hr, "expectedVersion": 3, "active": true })),
            ("teamEdit", "team { members { name } }", json!({ "team": team("people").to_string(), "expectedVersion": 1, "name": "Care" })),
            ("teamCreate", "team { id }", json!({ "department": hr, "name": "Listeners" })),
            ("serviceCreate", "service { id }", json!({ "department": hr, "name": "Care", "team": team("people").to_string() })),
            ("categoryCreate", "category { id }", json!({ "department": hr, "name": "Conflict", "team": team("people").to_string() })),
            ("catalogItemEdit", "catalogItem { id popularity }", json!({ "catalogItem": item, "expectedVersion": 1, "active": false })),
            ("personEdit", "person { id teams { name } roles { role } }", json!({ "person": nora.person.to_string(), "expectedVersion": 1, "title": "Listener" })),
            // Neither working there on paper nor being somebody's manager opens anything.
            ("personEdit", "person { id }", json!({ "person": admin.person.to_string(), "expectedVersion": 1, "department": hr })),
            ("personEdit", "person { id }", json!({ "person": ana.person.to_string(), "expectedVersion": 1, "manager": admin.person.to_string() })),
            ("agreementCreate", "agreement { id }", json!({ "name": "Care", "position": 0, "calendar": crate::support::organisation::calendar().to_string(), "conditions": { "departments": [hr] }, "targets": [{ "target": "RESOLUTION", "workingSeconds": 60 }] })),
            ("roleGrant", "person { id }", json!({ "person": ana.person.to_string(), "siteRole": "REPORTER" })),
            ("roleRevoke", "person { id }", json!({ "person": nora.person.to_string(), "role": "AGENT", "department": hr })),
            ("personEdit", "person { id }", json!({ "person": nora.person.to_string(), "expectedVersion": 2, "active": false })),
        ];
        for (mutation, shows, input) in acts {
            let answer = done(&admin, mutation, shows, input).await;
            secret.is_not_in(&answer, mutation);
            secret.stays_hidden_from(&admin, mutation).await;
        }
    }

    async fn nobody_opens_a_confidential_department_to_themselves(app) {
        let site = vec![SiteRole::Administrator];
        let plain = app.admin().await;
        let works = app.somebody("both", Is { roles: vec![("it", Role::Lead)], site: site.clone(), teams: vec!["service-desk"] }).await;
        let (secret, ..) = Secret::make(app).await;
        let hr = department("hr").to_string();
        for who in [&plain, &works] {
            let before = super::set_up(app, who).await;
            for role in Role::ALL {
                let input = json!({ "person": who.person.to_string(), "role": role.as_str().to_uppercase(), "department": hr });
                assert_fault(&call(who, "roleGrant", "person { id }", input).await, "FORBIDDEN", "person");
            }
            let open = json!({ "department": hr, "expectedVersion": 1, "confidential": false });
            assert_fault(&call(who, "departmentEdit", "department { id }", open).await, "FORBIDDEN", "confidential");
            let join = json!({ "team": team("people").to_string(), "expectedVersion": 1, "members": [who.person.to_string()] });
            assert_fault(&call(who, "teamSetMembers", "team { id }", join).await, "INVALID", "members");
            let tried = super::events_since(app, before["sequence"].as_i64().expect("a sequence")).await;
            assert_eq!(tried, vec!["RoleRefused"; Role::ALL.len()]);
            let mut after = super::set_up(app, who).await;
            after["sequence"] = before["sequence"].clone();
            assert_eq!(after, before);
            let seen = who.query("query($id: ID!) { ticket(id: $id) { id } }", json!({ "id": secret.id })).await;
            assert!(seen["ticket"].is_null());
        }
    }

    async fn how_much_is_asked_of_a_confidential_department_is_for_those_with_a_role_there(app) {
        let admin = app.admin().await;
        let ana = app.employee().await;
        let nora = app.agent("hr").await;
        let marta = app.agent("it").await;
        let mut items = Vec::new();
        for key in ["hr", "it"] {
            let input = json!({ "department": department(key).to_string(), "name": format!("Something of {key}"), "icon": "users", "category": "Care" });
            let made = done(&admin, "catalogItemCreate", "catalogItem { id }", input).await;
            let item = made["catalogItem"]["id"].clone();
            let submit = "mutation($input: RequestSubmitInput!) { requestSubmit(input: $input) { userErrors { code field } } }";
            for _ in 0..2 {
                let sent = ana.mutate(submit, json!({ "input": { "catalogItem": item, "answers": [] } })).await;
                assert_eq!(sent["requestSubmit"]["userErrors"], json!([]));
            }
            items.push(item);
        }
        for (who, of_hr) in [(&nora, 2), (&admin, 0), (&marta, 0), (&ana, 0)] {
            for (item, wanted) in items.iter().zip([of_hr, 2]) {
                let seen = who.query("query($id: ID!) { catalogItem(id: $id) { popularity } }", json!({ "id": item })).await;
                assert_eq!(seen["catalogItem"]["popularity"], wanted, "{}", who.login);
            }
        }
        let edit = json!({ "catalogItem": items[0], "expectedVersion": 1, "name": "Else" });
        let edited = done(&admin, "catalogItemEdit", "catalogItem { popularity }", edit).await;
        assert_eq!(edited["catalogItem"]["popularity"], 0);
    }

    async fn what_becomes_confidential_is_hidden_at_once(app) {
        let admin = app.somebody("both", Is { roles: vec![("facilities", Role::Agent)], site: vec![SiteRole::Administrator], teams: vec!["building"] }).await;
        let ana = app.employee().await;
        let ticket = report(&ana, "A leak", json!({})).await;
        let ask = "query($id: ID!) { ticket(id: $id) { title } }";
        let id = json!({ "id": ticket["id"] });
        assert_eq!(admin.query(ask, id.clone()).await["ticket"]["title"], "A leak");
        let close = json!({ "department": department("it").to_string(), "expectedVersion": 1, "confidential": true });
        done(&admin, "departmentEdit", "department { confidential }", close).await;
        assert!(admin.query(ask, id).await["ticket"].is_null());
        let open = json!({ "department": department("it").to_string(), "expectedVersion": 2, "confidential": false });
        assert_fault(&call(&admin, "departmentEdit", "department { id }", open).await, "FORBIDDEN", "confidential");
    }

    async fn whoever_lost_their_role_is_told_nothing_more(app) {
        let admin = app.admin().await;
        let (secret, ana, nora) = Secret::make(app).await;
        let reply = "mutation($input: TicketReplyInput!) { ticketReply(input: $input) { userErrors { code } } }";
        for (body, unread) in [("Please help.", 1), ("Is somebody there?", 1)] {
            let said = ana.mutate(reply, json!({ "input": { "ticket": secret.id, "body": body } })).await;
            assert_eq!(said["ticketReply"]["userErrors"], json!([]));
            let told = nora.query("{ notifications { unread } }", json!({})).await;
            assert_eq!(told["notifications"]["unread"], unread, "after {body}");
            let input = json!({ "person": nora.person.to_string(), "role": "AGENT", "department": department("hr").to_string() });
            done(&admin, "roleRevoke", "person { id }", input).await;
        }
    }

    async fn roles_in_a_confidential_department_are_given_by_its_leads(app) {
        let admin = app.admin().await;
        let puppet = app.employee().await;
        let role = |who: &Actor, role: &str, of: &str| json!({ "person": who.person.to_string(), "role": role, "department": department(of).to_string() });
        let shows = "person { id }";
        // While nobody leads it, an administrator names the first lead.
        let teresa = app.employee().await;
        done(&admin, "roleGrant", shows, role(&teresa, "LEAD", "hr")).await;
        for wanted in ["AGENT", "LEAD", "APPROVER"] {
            assert_fault(&call(&admin, "roleGrant", shows, role(&puppet, wanted, "hr")).await, "FORBIDDEN", "department");
        }
        assert_fault(&call(&admin, "roleRevoke", shows, role(&teresa, "LEAD", "hr")).await, "FORBIDDEN", "role");
        // The lead gives and takes them, there and nowhere else.
        let nora = app.employee().await;
        done(&teresa, "roleGrant", shows, role(&nora, "AGENT", "hr")).await;
        assert_fault(&call(&nora, "roleGrant", shows, role(&puppet, "AGENT", "hr")).await, "FORBIDDEN", "");
        assert_fault(&call(&teresa, "roleGrant", shows, role(&nora, "AGENT", "it")).await, "FORBIDDEN", "");
        done(&teresa, "roleRevoke", shows, role(&nora, "AGENT", "hr")).await;
        let marta = app.lead("it").await;
        assert_fault(&call(&marta, "roleGrant", shows, role(&puppet, "AGENT", "it")).await, "FORBIDDEN", "");
    }

    async fn leads_are_told_when_a_password_opens_their_confidential_department(app) {
        let admin = app.admin().await;
        let ana = app.employee().await;
        let nora = app.agent("hr").await;
        let teresa = app.lead("hr").await;
        let marta = app.lead("it").await;
        for person in [&nora, &ana] {
            let input = json!({ "person": person.person.to_string(), "password": "another good password" });
            done(&admin, "personSetPassword", "person { id }", input).await;
        }
        let ask = "{ notifications { unread nodes { kind text ticket { id } } } }";
        let told = teresa.query(ask, json!({})).await["notifications"].clone();
        assert_eq!(told["unread"], 1, "{told}");
        assert_eq!(told["nodes"][0]["kind"], "PasswordSet");
        let text = told["nodes"][0]["text"].as_str().expect("a text");
        assert!(text.contains("set a new password for"), "{text}");
        assert_eq!(marta.query(ask, json!({})).await["notifications"]["unread"], 0);
    }
}
