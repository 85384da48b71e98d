//! Places where people work.

use super::{assert_fault, call, done, with};
use crate::support::json;
use crate::support::organisation::department;
use crate::ticket::report;

on_both_databases! {
    async fn a_person_works_at_a_site_and_their_tickets_show_it(app) {
        let admin = app.admin().await;
        let lisbon = done(&admin, "siteCreate", "site { id name timezone peopleCount }", json!({ "name": " Lisbon ", "address": "Cais 14", "timezone": "Europe/Lisbon" })).await;
        assert_eq!(lisbon["site"]["name"], "Lisbon");
        assert_eq!(lisbon["site"]["peopleCount"], 0);
        let id = &lisbon["site"]["id"];
        let ana = app.employee().await;
        let edit = json!({ "person": ana.person.to_string(), "expectedVersion": 1, "site": id });
        let moved = done(&admin, "personEdit", "person { version site { name address peopleCount } }", edit).await;
        assert_eq!(moved["person"]["site"], json!({ "name": "Lisbon", "address": "Cais 14", "peopleCount": 1 }));

        let ticket = report(&ana, "No light", json!({ "department": department("it").to_string() })).await;
        let marta = app.agent("it").await;
        let shown = marta.query("query($id: ID!) { ticket(id: $id) { requester { site { name timezone peopleCount } } } }", json!({ "id": ticket["id"] })).await;
        // How many work somewhere is for those who set up.
        assert_eq!(shown["ticket"]["requester"]["site"], json!({ "name": "Lisbon", "timezone": "Europe/Lisbon", "peopleCount": null }));

        let edit = json!({ "person": ana.person.to_string(), "expectedVersion": 2, "site": null });
        let moved = done(&admin, "personEdit", "person { site { name } }", edit).await;
        assert_eq!(moved["person"]["site"], json!(null));
    }

    async fn a_site_out_of_use_keeps_its_people_and_takes_nobody_new(app) {
        let admin = app.admin().await;
        let made = done(&admin, "siteCreate", "site { id }", json!({ "name": "Old mill", "timezone": "UTC" })).await;
        let id = &made["site"]["id"];
        let person = json!({ "login": "miller", "email": "miller@example.org", "name": "Mia Miller", "timezone": "UTC", "site": id });
        let miller = done(&admin, "personCreate", "person { id }", person.clone()).await;
        done(&admin, "siteEdit", "site { active }", json!({ "site": id, "expectedVersion": 1, "active": false })).await;

        let employee = app.employee().await;
        for (who, listed) in [(&admin, 1), (&employee, 0)] {
            let sites = who.query("{ sites(includeInactive: true) { name } }", json!({})).await;
            assert_eq!(sites["sites"].as_array().expect("sites").len(), listed);
        }
        // Whoever is there stays, whatever else is changed of them.
        let edit = json!({ "person": miller["person"]["id"], "expectedVersion": 1, "site": id, "title": "Miller" });
        let edited = done(&admin, "personEdit", "person { site { name active } }", edit).await;
        assert_eq!(edited["person"]["site"], json!({ "name": "Old mill", "active": false }));
        let second = with(&person, json!({ "login": "second" }));
        assert_fault(&call(&admin, "personCreate", "person { id }", second).await, "NOT_FOUND", "site");
    }

    async fn only_administrators_change_sites(app) {
        for who in [app.lead("it").await, app.auditor().await, app.employee().await] {
            let input = json!({ "name": "Mine", "timezone": "UTC" });
            let refused = call(&who, "siteCreate", "site { id }", input).await;
            assert_eq!(refused["userErrors"][0]["code"], "FORBIDDEN", "{refused}");
        }
    }
}
