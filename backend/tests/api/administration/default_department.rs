//! Where a report goes when nobody knows where it belongs.

use super::{assert_fault, call, done, events_since, sequence, set_up};
use crate::support::actor::Actor;
use crate::support::json;
use crate::support::organisation::{category, department, service};
use futures_util::future::join_all;
use serde_json::Value;
use shared::id::DepartmentId;
use uuid::Uuid;

const SHOWS: &str = "organisation { name defaultDepartment { key } }";
const REPORT: &str = "mutation($input: IncidentReportInput!) { incidentReport(input: $input) { ticket { department { key } } userErrors { code field message } } }";

fn default(key: &str) -> Value {
    json!({ "defaultDepartment": department(key).to_string() })
}

async fn report(who: &Actor, more: Value) -> Value {
    let input = super::with(
        &json!({ "title": "Something is odd", "description": "" }),
        more,
    );
    who.mutate(REPORT, json!({ "input": input })).await["incidentReport"].take()
}

async fn seen(who: &Actor) -> Value {
    who.query("{ organisation { defaultDepartment { key } } }", json!({}))
        .await["organisation"]["defaultDepartment"]
        .take()
}

on_both_databases! {
    async fn the_default_department_is_set_and_cleared(app) {
        let admin = app.admin().await;
        let ana = app.employee().await;
        assert_eq!(seen(&ana).await, Value::Null);
        let before = sequence(app).await;
        let set = done(&admin, "organisationEdit", SHOWS, default("it")).await;
        assert_eq!(set["organisation"]["defaultDepartment"]["key"], "it");
        assert_eq!(set["organisation"]["name"], "Bellhop", "what is absent stays");
        done(&admin, "organisationEdit", SHOWS, default("it")).await;
        assert_eq!(events_since(app, before).await, ["SettingChanged"]);
        let renamed = done(&admin, "organisationEdit", SHOWS, json!({ "name": "Example Ltd" })).await;
        assert_eq!(renamed["organisation"], json!({ "name": "Example Ltd", "defaultDepartment": { "key": "it" } }));
        assert_eq!(seen(&ana).await, json!({ "key": "it" }));
        // The organisation answers without sign-in; its departments do not.
        let stranger = app.stranger().graphql(None, "{ organisation { name defaultDepartment { key teams { members { name } } } } }", json!({})).await;
        assert_eq!(stranger.json()["data"]["organisation"], json!({ "name": "Example Ltd", "defaultDepartment": null }));
        let cleared = done(&admin, "organisationEdit", SHOWS, json!({ "defaultDepartment": null })).await;
        assert_eq!(cleared["organisation"]["defaultDepartment"], Value::Null);
        assert_eq!(seen(&ana).await, Value::Null);
    }

    async fn a_department_that_cannot_be_the_default_is_refused(app) {
        let admin = app.admin().await;
        let lead = app.lead("it").await;
        let facilities = json!({ "department": department("facilities").to_string(), "expectedVersion": 1, "active": false });
        done(&admin, "departmentEdit", "department { id }", facilities).await;
        let before = set_up(app, &admin).await;
        for (input, code) in [
            (default("hr"), "INVALID"),
            (default("facilities"), "NOT_FOUND"),
            (json!({ "defaultDepartment": DepartmentId(Uuid::from_u128(7)).to_string() }), "NOT_FOUND"),
            (json!({ "defaultDepartment": service("email").to_string() }), "INVALID_ID"),
            (json!({ "defaultDepartment": "" }), "INVALID_ID"),
            (super::with(&default("hr"), json!({ "name": "Example Ltd" })), "INVALID"),
        ] {
            let refused = call(&admin, "organisationEdit", SHOWS, input).await;
            assert_fault(&refused, code, "defaultDepartment");
            assert!(refused["organisation"].is_null());
        }
        assert_fault(&call(&lead, "organisationEdit", SHOWS, default("it")).await, "FORBIDDEN", "");
        let both = super::with(&default("it"), json!({ "name": "" }));
        assert_fault(&call(&admin, "organisationEdit", SHOWS, both).await, "REQUIRED", "name");
        assert_eq!(set_up(app, &admin).await, before);
    }

    async fn the_default_stays_open_and_in_use(app) {
        let admin = app.admin().await;
        done(&admin, "organisationEdit", SHOWS, default("it")).await;
        let edit = |version: i64, more: Value| super::with(&json!({ "department": department("it").to_string(), "expectedVersion": version }), more);
        let before = set_up(app, &admin).await;
        for (more, field) in [(json!({ "confidential": true }), "confidential"), (json!({ "active": false, "name": "X" }), "active")] {
            let refused = call(&admin, "departmentEdit", "department { id }", edit(1, more)).await;
            assert_fault(&refused, "IN_USE", field);
        }
        assert_eq!(set_up(app, &admin).await, before);
        done(&admin, "departmentEdit", "department { id }", edit(1, json!({ "name": "Computers" }))).await;
        done(&admin, "organisationEdit", SHOWS, default("facilities")).await;
        done(&admin, "departmentEdit", "department { id }", edit(2, json!({ "confidential": true }))).await;
    }

    async fn it_does_not_become_the_default_while_it_closes(app) {
        let admin = app.admin().await;
        let close = json!({ "department": department("it").to_string(), "expectedVersion": 1, "active": false });
        let answers = join_all([
            call(&admin, "organisationEdit", SHOWS, default("it")),
            call(&admin, "departmentEdit", "department { id }", close),
        ]).await;
        let refused: Vec<_> = answers.iter().flat_map(super::faults).collect();
        assert_eq!(refused.len(), 1, "{answers:?}");
        let of = [("NOT_FOUND".to_owned(), "defaultDepartment".to_owned()), ("IN_USE".to_owned(), "active".to_owned())];
        assert!(of.contains(&refused[0]), "{refused:?}");
    }

    async fn a_report_without_a_department_goes_to_the_default(app) {
        let admin = app.admin().await;
        let ana = app.employee().await;
        let refused = report(&ana, json!({})).await;
        assert_fault(&refused, "REQUIRED", "department");
        assert!(refused["ticket"].is_null());
        assert_eq!(report(&ana, json!({ "service": service("wifi").to_string() })).await["ticket"]["department"]["key"], "it");

        done(&admin, "organisationEdit", SHOWS, default("facilities")).await;
        for (more, wanted) in [
            (json!({}), "facilities"),
            (json!({ "department": null }), "facilities"),
            (json!({ "service": service("wifi").to_string() }), "it"),
            (json!({ "category": category("laptop").to_string() }), "it"),
            (json!({ "department": department("hr").to_string() }), "hr"),
        ] {
            let made = report(&ana, more).await;
            assert_eq!(made["userErrors"], json!([]), "{made}");
            assert_eq!(made["ticket"]["department"]["key"], wanted);
        }
        let key = json!({ "idempotencyKey": "k" });
        let first = report(&ana, key.clone()).await;
        done(&admin, "organisationEdit", SHOWS, default("it")).await;
        assert_eq!(report(&ana, key).await, first, "the same report, whatever the default is by now");
    }
}
