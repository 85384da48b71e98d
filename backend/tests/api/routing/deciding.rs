//! Which rule decides, and when none is asked.

use super::{done, goes_to, networker, report, routed, rule};
use crate::support::app::Is;
use crate::support::json;
use crate::support::organisation::{category, department, service, team};
use serde_json::Value;
use shared::permission::Role;

on_both_databases! {
    async fn the_first_rule_that_fits_says_the_team(app) {
        let lead = app.lead("it").await;
        let ana = app.employee().await;
        rule(&lead, "Network words", json!({ "conditions": { "words": ["vpn", "press room"] } })).await;
        rule(&lead, "Wi-Fi that hurts", json!({ "conditions": { "services": [service("email").to_string()], "priorities": ["CRITICAL", "HIGH"] } })).await;
        rule(&lead, "Laptops", json!({ "conditions": { "categories": [category("hardware").to_string()], "kinds": ["INCIDENT"] } })).await;
        for (title, more, wanted) in [
            ("The VPN is slow", json!({}), "Network"),
            ("Cold in the Press-Room", json!({}), "Network"),
            ("vpnclient crashes", json!({ "service": service("email").to_string() }), "Service Desk"),
            ("Mail is slow", json!({ "service": service("email").to_string() }), "Service Desk"),
            ("Mail is down", json!({ "service": service("email").to_string(), "impact": "ORGANISATION", "urgency": "HIGH" }), "Network"),
            ("Screen is dark", json!({ "category": category("laptop").to_string() }), "Network"),
            ("Key is lost", json!({ "category": category("access").to_string() }), "Service Desk"),
        ] {
            assert_eq!(goes_to(&ana, title, more).await, wanted, "{title}");
        }
    }

    async fn an_earlier_rule_wins_and_a_switched_off_one_is_passed_over(app) {
        let lead = app.lead("it").await;
        let ana = app.employee().await;
        let desk = json!({ "team": team("service-desk").to_string() });
        let wide = rule(&lead, "All to the desk", desk).await;
        let narrow = rule(&lead, "VPN", json!({ "conditions": { "words": ["vpn"] } })).await;
        assert_eq!(goes_to(&ana, "VPN", json!({})).await, "Service Desk");
        done(&lead, "routingRuleEdit", json!({ "rule": narrow, "expectedVersion": 1, "position": 0 })).await;
        assert_eq!(goes_to(&ana, "VPN", json!({})).await, "Network");
        done(&lead, "routingRuleEdit", json!({ "rule": narrow, "expectedVersion": 2, "active": false })).await;
        assert_eq!(goes_to(&ana, "VPN", json!({})).await, "Service Desk");
        done(&lead, "routingRuleDelete", json!({ "rule": wide, "expectedVersion": 1 })).await;
        assert_eq!(goes_to(&ana, "VPN", json!({})).await, "Network", "as it was without rules");
    }

    async fn rules_of_one_department_say_nothing_of_another(app) {
        let admin = app.admin().await;
        let ana = app.employee().await;
        rule(&admin, "All", json!({})).await;
        let facilities = json!({ "department": department("facilities").to_string() });
        assert_eq!(goes_to(&ana, "VPN", facilities).await, "Building");
    }

    async fn whom_it_is_for_counts_and_not_who_wrote_it_down(app) {
        let lead = app.lead("it").await;
        let marta = app.agent("it").await;
        let (boss, _) = app.person("boss", Is { roles: vec![("hr", Role::Agent)], ..Is::default() }).await;
        rule(&lead, "For HR", json!({ "team": team("service-desk").to_string(), "conditions": { "requesterDepartments": [department("hr").to_string()] } })).await;
        assert_eq!(goes_to(&marta, "Help", json!({})).await, "Network");
        assert_eq!(goes_to(&marta, "Help", json!({ "requestedFor": boss.to_string() })).await, "Service Desk");
        assert_eq!(goes_to(&marta, "Help", json!({ "requester": boss.to_string() })).await, "Service Desk");
    }

    async fn a_rule_whose_team_went_out_of_use_is_passed_over_and_says_so(app) {
        let admin = app.admin().await;
        let ana = app.employee().await;
        let mail = json!({ "service": service("email").to_string() });
        rule(&admin, "All", json!({})).await;
        assert_eq!(goes_to(&ana, "Help", mail.clone()).await, "Network");
        let close = "mutation($input: TeamEditInput!) { teamEdit(input: $input) { userErrors { code } } }";
        let input = json!({ "team": team("network").to_string(), "expectedVersion": 1, "active": false });
        admin.mutate(close, json!({ "input": input })).await;
        assert_eq!(goes_to(&ana, "Help", mail).await, "Service Desk");
        let seen = admin.query("{ routingRules { troubles { kind because } } }", json!({})).await;
        assert_eq!(seen["routingRules"], json!([{ "troubles": [{ "kind": "TEAM_OUT_OF_USE", "because": null }] }]));
    }

    async fn the_timeline_says_which_rule_it_was(app) {
        let lead = app.lead("it").await;
        let ana = app.employee().await;
        rule(&lead, "Network words", json!({ "assignment": "ROUND_ROBIN", "conditions": { "words": ["vpn"] } })).await;
        let nobody = report(&ana, "VPN", json!({})).await;
        assert_eq!((&nobody["state"], &nobody["assignee"]), (&json!("NEW"), &Value::Null), "nobody is in the team");
        let event = routed(&lead, &nobody).await;
        assert_eq!(event["changes"], json!([{ "field": "rule", "after": "Network words" }, { "field": "team", "after": "Network" }]));
        assert_eq!((&event["actorName"], &event["actor"]), (&json!("Bellhop"), &Value::Null));

        let nora = networker(app, Role::Agent).await;
        let ticket = report(&ana, "VPN", json!({})).await;
        assert_eq!(ticket["assignee"]["id"], nora.to_string());
        assert_eq!(ticket["state"], "ASSIGNED");
        let event = routed(&lead, &ticket).await;
        let nora = format!("Person {}", "networker3");
        assert_eq!(event["changes"], json!([
            { "field": "assignee", "after": nora }, { "field": "assignment", "after": "round robin" },
            { "field": "rule", "after": "Network words" }, { "field": "team", "after": "Network" },
        ]));
        let other = report(&ana, "Printer", json!({})).await;
        assert_eq!(routed(&lead, &other).await, Value::Null, "no rule fitted");
        let mine = ana.query("query($id: ID!) { ticket(id: $id) { timeline { nodes { kind } } } }", json!({ "id": ticket["id"] })).await;
        assert!(!mine.to_string().contains("TicketRouted"), "{mine}");
    }

    async fn whoever_gets_a_ticket_is_told_unless_they_opened_it(app) {
        let lead = app.lead("it").await;
        let ana = app.employee().await;
        let is = Is { roles: vec![("it", Role::Agent)], teams: vec!["network"], ..Is::default() };
        let nora = app.somebody("networker", is).await;
        rule(&lead, "All", json!({ "assignment": "ROUND_ROBIN" })).await;
        let told = "{ notifications { nodes { text ticket { title } } } }";
        report(&nora, "My own", json!({})).await;
        assert_eq!(nora.query(told, json!({})).await["notifications"]["nodes"], json!([]));
        report(&ana, "VPN", json!({})).await;
        let text = format!("Person {} opened a ticket that is yours now: VPN", ana.login);
        assert_eq!(nora.query(told, json!({})).await["notifications"]["nodes"], json!([{ "text": text, "ticket": { "title": "VPN" } }]));
    }

    async fn what_an_agent_decides_on_the_telephone_stands(app) {
        let lead = app.lead("it").await;
        let marta = app.agent("it").await;
        let ana = app.employee().await;
        let nora = networker(app, Role::Agent).await;
        rule(&lead, "All", json!({ "assignment": "ROUND_ROBIN" })).await;
        let log = async |more: Value| {
            let query = "mutation($input: ContactLogInput!) { contactLog(input: $input) { ticket { id state team { name } assignee { id } } userErrors { code field } } }";
            let base = json!({ "requester": ana.person.to_string(), "channel": "PHONE", "title": "Call", "description": "", "department": department("it").to_string() });
            let data = marta.mutate(query, json!({ "input": super::with(&base, more) })).await;
            data["contactLog"].clone()
        };
        let desk = team("service-desk").to_string();
        let named = log(json!({ "team": desk })).await["ticket"].clone();
        assert_eq!((&named["team"]["name"], &named["assignee"]), (&json!("Service Desk"), &Value::Null));
        assert_eq!(routed(&lead, &named).await, Value::Null, "no rule was asked");
        let mine = log(json!({ "mine": true })).await["ticket"].clone();
        assert_eq!((&mine["team"]["name"], &mine["assignee"]["id"]), (&json!("Network"), &json!(marta.person.to_string())));
        let solved = log(json!({ "resolution": { "code": "SOLVED", "message": "Done." } })).await["ticket"].clone();
        assert_ne!(solved["assignee"]["id"], json!(nora.to_string()), "what is done is nobody's turn");
        let left = log(json!({})).await["ticket"].clone();
        assert_eq!(left["assignee"]["id"], json!(nora.to_string()));
        let elsewhere = log(json!({ "team": team("building").to_string() })).await;
        assert_eq!(elsewhere["userErrors"], json!([{ "code": "INVALID", "field": "team" }]));
    }

    async fn a_catalog_item_is_routed_by_rules_before_its_own_team(app) {
        let lead = app.lead("it").await;
        let ana = app.employee().await;
        let make = "mutation($input: CatalogItemCreateInput!) { catalogItemCreate(input: $input) { catalogItem { id } userErrors { code } } }";
        let input = json!({ "department": department("it").to_string(), "name": "A mouse", "icon": "package", "category": "Things", "team": team("service-desk").to_string() });
        let made = lead.mutate(make, json!({ "input": input })).await;
        let item = made["catalogItemCreate"]["catalogItem"]["id"].clone();
        let ask = async || {
            let query = "mutation($input: RequestSubmitInput!) { requestSubmit(input: $input) { ticket { team { name } } userErrors { code } } }";
            let data = ana.mutate(query, json!({ "input": { "catalogItem": item, "answers": [] } })).await;
            data["requestSubmit"]["ticket"]["team"]["name"].clone()
        };
        assert_eq!(ask().await, "Service Desk");
        rule(&lead, "Mice", json!({ "conditions": { "items": [item] } })).await;
        assert_eq!(ask().await, "Network");
        assert_eq!(goes_to(&ana, "A mouse", json!({ "service": service("email").to_string() })).await, "Service Desk", "an incident asks for no item");
    }
}
