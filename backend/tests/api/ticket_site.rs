//! The site that a ticket is about: the requester's when it was opened, or what agents say.

use crate::administration::done;
use crate::live::present;
use crate::support::actor::Actor;
use crate::support::organisation::department;
use crate::support::{TestApp, json};
use crate::ticket::{act, report};
use serde_json::Value;

const TICKET: &str = "query($id: ID!) { ticket(id: $id) { version site { id name active } requester { site { name } }
    timeline { nodes { kind changes { field before after } } } } }";
const LIST: &str =
    "query($filter: TicketFilter) { tickets(filter: $filter) { nodes { title site { name } } } }";
const QUEUE: &str = "subscription($filter: TicketFilter, $since: Sequence) { queueChanged(filter: $filter, since: $since) {
    __typename ... on QueueUpsert { ticket { title site { name } } } ... on QueueRemove { id } } }";

/// Makes a site, and says that somebody works there; gives its id.
pub async fn works_at(app: &TestApp, who: &Actor, name: &str) -> String {
    let admin = app.admin().await;
    let input = json!({ "name": name, "timezone": "UTC" });
    let made = done(&admin, "siteCreate", "site { id }", input).await;
    let id = made["site"]["id"].as_str().expect("an id").to_owned();
    let edit = json!({ "person": who.person.to_string(), "expectedVersion": 1, "site": id });
    done(&admin, "personEdit", "person { version }", edit).await;
    id
}

async fn see(who: &Actor, id: &Value) -> Value {
    who.query(TICKET, json!({ "id": id })).await["ticket"].clone()
}

async fn titles(who: &Actor, site: Value) -> Vec<String> {
    let filter = json!({ "filter": { "site": site } });
    let list = who.query(LIST, filter).await;
    let nodes = list["tickets"]["nodes"].as_array().expect("a list");
    let mut titles: Vec<String> = nodes
        .iter()
        .map(|ticket| ticket["title"].as_str().expect("a title").to_owned())
        .collect();
    titles.sort();
    titles
}

on_both_databases! {
    async fn a_ticket_keeps_the_site_where_its_requester_worked(app) {
        let ana = app.employee().await;
        let lisbon = works_at(app, &ana, "Lisbon").await;
        let marta = app.agent("it").await;
        let ticket = report(&ana, "No light", json!({})).await;
        let admin = app.admin().await;
        let gone = json!({ "person": ana.person.to_string(), "expectedVersion": 2, "site": null });
        done(&admin, "personEdit", "person { version }", gone).await;
        let closed = json!({ "site": lisbon, "expectedVersion": 1, "active": false });
        done(&admin, "siteEdit", "site { active }", closed).await;
        for who in [&ana, &marta] {
            let shown = see(who, &ticket["id"]).await;
            assert_eq!(shown["site"], json!({ "id": lisbon, "name": "Lisbon", "active": false }));
            assert_eq!(shown["requester"]["site"], Value::Null);
        }
        let later = report(&ana, "Still none", json!({})).await;
        assert_eq!(see(&ana, &later["id"]).await["site"], Value::Null);
        // It stays through whatever else is changed of it, and nothing new gets a site out of use.
        let kept = act(&marta, "ticketEdit", &ticket["id"], json!({ "title": "Dark", "site": lisbon })).await;
        assert_eq!(kept["userErrors"], json!([]));
        let refused = act(&marta, "ticketEdit", &later["id"], json!({ "site": lisbon })).await;
        assert_eq!((&refused["userErrors"][0]["code"], &refused["userErrors"][0]["field"]), (&json!("NOT_FOUND"), &json!("site")));
    }

    async fn whoever_writes_it_down_the_requesters_site_counts(app) {
        let (ana, bela) = (app.employee().await, app.employee().await);
        works_at(app, &ana, "Lisbon").await;
        works_at(app, &bela, "Berlin").await;
        let marta = app.agent("it").await;
        let called = report(&marta, "A call", json!({ "requester": ana.person.to_string(), "channel": "PHONE" })).await;
        assert_eq!(see(&marta, &called["id"]).await["site"]["name"], "Lisbon");
        let other = report(&bela, "For Ana", json!({ "requestedFor": ana.person.to_string() })).await;
        assert_eq!(see(&marta, &other["id"]).await["site"]["name"], "Berlin");
        let contact = json!({ "requester": ana.person.to_string(), "channel": "WALK_UP", "title": "Here", "department": department("it").to_string() });
        let logged = done(&marta, "contactLog", "ticket { site { name } }", contact).await;
        assert_eq!(logged["ticket"]["site"]["name"], "Lisbon");
    }

    async fn agents_change_it_and_the_timeline_says_so(app) {
        let ana = app.employee().await;
        works_at(app, &ana, "Lisbon").await;
        let berlin = works_at(app, &app.employee().await, "Berlin").await;
        let marta = app.agent("it").await;
        let ticket = report(&ana, "No light", json!({})).await;
        let id = &ticket["id"];
        for who in [&ana, &app.agent("facilities").await] {
            let refused = act(who, "ticketEdit", id, json!({ "site": berlin })).await;
            assert!(["FORBIDDEN", "NOT_FOUND"].contains(&refused["userErrors"][0]["code"].as_str().expect("a code")), "{refused}");
        }
        assert_eq!(act(&marta, "ticketEdit", id, json!({ "site": berlin })).await["ticket"]["version"], 2);
        assert_eq!(act(&marta, "ticketEdit", id, json!({ "site": berlin })).await["ticket"]["version"], 2, "nothing to do");
        let stale = json!({ "input": { "ticket": id, "expectedVersion": 1, "site": null } });
        let stale = marta.mutate("mutation($input: TicketEditInput!) { ticketEdit(input: $input) { ticket { site { name } } userErrors { code } } }", stale).await;
        assert_eq!(stale["ticketEdit"], json!({ "ticket": { "site": { "name": "Berlin" } }, "userErrors": [{ "code": "VERSION_CONFLICT" }] }));
        act(&marta, "ticketEdit", id, json!({ "site": null })).await;
        let shown = see(&marta, id).await;
        assert_eq!(shown["site"], Value::Null);
        let nodes = shown["timeline"]["nodes"].as_array().expect("a timeline");
        let told: Vec<_> = nodes.iter().flat_map(|e| e["changes"].as_array().expect("changes"))
            .filter(|c| c["field"] == "site").map(|c| (c["before"].clone(), c["after"].clone())).collect();
        let (lisbon, berlin) = (json!("Lisbon"), json!("Berlin"));
        assert_eq!(told, [(Value::Null, lisbon.clone()), (lisbon, berlin.clone()), (berlin, Value::Null)]);
    }

    async fn lists_and_live_lists_are_filtered_by_it(app) {
        let (ana, bela) = (app.employee().await, app.employee().await);
        let lisbon = works_at(app, &ana, "Lisbon").await;
        let berlin = works_at(app, &bela, "Berlin").await;
        let marta = app.agent("it").await;
        let ticket = report(&ana, "In Lisbon", json!({})).await;
        report(&bela, "In Berlin", json!({})).await;
        report(&app.employee().await, "Nowhere", json!({})).await;
        assert_eq!(titles(&marta, json!({ "in": [lisbon] })).await, ["In Lisbon"]);
        assert_eq!(titles(&marta, json!({ "in": [lisbon, berlin] })).await, ["In Berlin", "In Lisbon"]);
        assert_eq!(titles(&marta, json!({ "notIn": [lisbon] })).await, ["In Berlin", "Nowhere"]);
        assert_eq!(titles(&marta, json!({ "isNull": true })).await, ["Nowhere"]);

        let since = present(&marta).await;
        let mut there = marta.subscribe(QUEUE, json!({ "filter": { "site": { "in": [lisbon] } }, "since": since })).await;
        let mut here = marta.subscribe(QUEUE, json!({ "filter": { "site": { "in": [berlin] } }, "since": since })).await;
        act(&marta, "ticketEdit", &ticket["id"], json!({ "site": berlin })).await;
        assert_eq!(there.next().await["queueChanged"], json!({ "__typename": "QueueRemove", "id": ticket["id"] }));
        assert_eq!(here.next().await["queueChanged"], json!({ "__typename": "QueueUpsert", "ticket": { "title": "In Lisbon", "site": { "name": "Berlin" } } }));
    }

    async fn reports_count_by_it_and_exports_name_it(app) {
        let (ana, bela) = (app.employee().await, app.employee().await);
        let lisbon = works_at(app, &ana, "Lisbon").await;
        works_at(app, &bela, "Berlin").await;
        report(&ana, "In Lisbon", json!({})).await;
        report(&ana, "There too", json!({})).await;
        report(&bela, "In Berlin", json!({})).await;
        report(&app.employee().await, "Nowhere", json!({})).await;
        let reporter = app.reporter().await;
        let counted = reporter.query("{ ticketReport(measures: [COUNT], groupBy: [SITE]) { rows { count site { name } } } }", json!({})).await;
        assert_eq!(counted["ticketReport"]["rows"], json!([
            { "count": 1, "site": { "name": "Berlin" } },
            { "count": 2, "site": { "name": "Lisbon" } },
            { "count": 1, "site": null },
        ]));
        let bearer = format!("Bearer {}", reporter.token());
        let get = async |path: &str| {
            reporter.client.send(awc::http::Method::GET, path, &[("authorization", &bearer)], Vec::new()).await.text
        };
        assert_eq!(get("/export/ticket-report.csv?measures=count&groupBy=site").await, "site,count\r\nBerlin,1\r\nLisbon,2\r\n,1\r\n");
        assert_eq!(get(&format!("/export/ticket-report.csv?measures=count&site={lisbon}")).await, "count\r\n2\r\n");
        let facts = get("/export/ticket-facts.csv").await;
        let column = facts.lines().next().and_then(|head| head.split(',').position(|name| name == "site"));
        let column = column.expect("a column");
        let mut sites: Vec<_> = facts.lines().skip(1).filter_map(|line| line.split(',').nth(column)).collect();
        sites.sort_unstable();
        assert_eq!(sites, ["", "Berlin", "Lisbon", "Lisbon"]);
    }
}
