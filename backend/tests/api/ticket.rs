//! The life of an incident, its clocks, and what is refused on the way.

use crate::support::actor::Actor;
use crate::support::organisation::{department, service, team};
use crate::support::{TestApp, json};
use serde_json::Value;

const REPORT: &str = "mutation($input: IncidentReportInput!) { incidentReport(input: $input) { ticket { id reference version state priority team { id } department { key } unanswered clocks { target state dueAt } } userErrors { code field } } }";
const TICKET: &str = "query($id: ID!) { ticket(id: $id) { id version state priority assignee { id } reopenCount reassignmentCount holdReason unanswered risk resolvedAt closedAt resolutionCode
    availableTransitions viewerCan { reply addNote assign }
    clocks { target state breached dueAt finishedAt elapsedSeconds remainingSeconds targetSeconds pauseReason openSpans { from to } explanation { agreementName elapsedSeconds segments { kind countedSeconds runningTotal } } }
    conversation { nodes { visibility byRequester body bodyHtml } }
    timeline { nodes { kind changes { field before after } } } } }";

/// Reports as `who` and gives the ticket.
pub async fn report(who: &Actor, title: &str, more: Value) -> Value {
    let mut input = json!({ "title": title, "description": "It **fails**.", "department": department("it").to_string() });
    input
        .as_object_mut()
        .expect("an object")
        .extend(more.as_object().cloned().unwrap_or_default());
    let data = who.mutate(REPORT, json!({ "input": input })).await;
    assert_eq!(data["incidentReport"]["userErrors"], json!([]), "{data}");
    data["incidentReport"]["ticket"].clone()
}

/// Acts on a ticket with its present version; gives the payload.
pub async fn act(who: &Actor, mutation: &str, id: &Value, more: Value) -> Value {
    let now = who
        .query(
            "query($id: ID!) { ticket(id: $id) { version } }",
            json!({ "id": id }),
        )
        .await;
    let mut input = json!({ "ticket": id, "expectedVersion": now["ticket"]["version"] });
    input
        .as_object_mut()
        .expect("an object")
        .extend(more.as_object().cloned().unwrap_or_default());
    let kind = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
    let query = format!(
        "mutation($input: {kind}!) {{ {mutation}(input: $input) {{ ticket {{ id state version }} userErrors {{ code field message }} }} }}"
    );
    who.mutate(&query, json!({ "input": input })).await[mutation].clone()
}

async fn say(who: &Actor, mutation: &str, id: &Value, body: &str) -> Value {
    let kind = if mutation == "ticketReply" {
        "TicketReplyInput"
    } else {
        "TicketAddNoteInput"
    };
    let query = format!(
        "mutation($input: {kind}!) {{ {mutation}(input: $input) {{ message {{ id }} userErrors {{ code field }} }} }}"
    );
    who.mutate(&query, json!({ "input": { "ticket": id, "body": body } }))
        .await[mutation]
        .clone()
}

async fn see(who: &Actor, id: &Value) -> Value {
    who.query(TICKET, json!({ "id": id })).await["ticket"].clone()
}

fn clock<'a>(ticket: &'a Value, target: &str) -> &'a Value {
    ticket["clocks"]
        .as_array()
        .and_then(|c| c.iter().find(|c| c["target"] == target))
        .unwrap_or(&Value::Null)
}

fn codes(payload: &Value) -> Vec<String> {
    payload["userErrors"]
        .as_array()
        .map_or_else(Vec::new, |list| {
            list.iter()
                .map(|e| e["code"].as_str().unwrap_or("").to_owned())
                .collect()
        })
}

async fn hold_until(app: &TestApp, seconds: i64) -> String {
    app.now().plus_seconds(seconds).to_string()
}

on_both_databases! {
    async fn an_incident_goes_from_report_to_resolution_and_is_confirmed(app) {
        let ana = app.employee().await;
        let marta = app.agent("it").await;
        let ticket = report(&ana, "No network on floor 3", json!({ "service": service("wifi").to_string(), "impact": "TEAM", "urgency": "HIGH" })).await;
        assert_eq!(ticket["reference"], "INC-000001");
        assert_eq!((&ticket["state"], &ticket["priority"]), (&json!("NEW"), &json!("HIGH")));
        assert_eq!(ticket["team"]["id"], team("network").to_string(), "routed by the service");
        let id = &ticket["id"];

        app.advance(600).await;
        assert_eq!(codes(&act(&marta, "ticketStart", id, json!({})).await), Vec::<String>::new());
        let started = see(&marta, id).await;
        assert_eq!(started["state"], "IN_PROGRESS");
        assert_eq!(started["assignee"]["id"], marta.person.to_string(), "whoever starts has it");
        assert_eq!(clock(&started, "FIRST_RESPONSE")["remainingSeconds"], 3_000);

        say(&marta, "ticketReply", id, "On it.").await;
        let answered = see(&marta, id).await;
        assert_eq!(clock(&answered, "FIRST_RESPONSE")["state"], "MET");

        app.advance(1_200).await;
        let done = act(&marta, "ticketResolve", id, json!({ "code": "SOLVED", "message": "The switch is back." })).await;
        assert_eq!(done["ticket"]["state"], "RESOLVED", "{done}");
        let resolved = see(&marta, id).await;
        let resolution = clock(&resolved, "RESOLUTION");
        assert_eq!((&resolution["state"], &resolution["elapsedSeconds"]), (&json!("MET"), &json!(1_800)));
        let segments = resolution["explanation"]["segments"].as_array().expect("segments");
        let counted: i64 = segments.iter().filter_map(|s| s["countedSeconds"].as_i64()).sum();
        assert_eq!(counted, 1_800, "the explanation adds up");

        assert_eq!(act(&ana, "ticketConfirm", id, json!({})).await["ticket"]["state"], "CLOSED");
        let kinds: Vec<String> = see(&marta, id).await["timeline"]["nodes"].as_array().expect("a timeline").iter().map(|e| e["kind"].as_str().unwrap_or("").to_owned()).collect();
        assert_eq!(kinds, ["TicketCreated", "AgreementChosen", "TicketStarted", "TicketReplied", "TicketResolved", "TicketConfirmed"]);
    }

    async fn a_hold_pauses_the_resolution_and_the_answer_ends_it(app) {
        let ana = app.employee().await;
        let marta = app.agent("it").await;
        let ticket = report(&ana, "Slow mail", json!({})).await;
        let id = &ticket["id"];
        act(&marta, "ticketStart", id, json!({})).await;
        app.advance(3_600).await;
        let until = hold_until(app, 86_400).await;
        let held = act(&marta, "ticketPutOnHold", id, json!({ "reason": "WAITING_FOR_REQUESTER", "wakeUpAt": until, "message": "Which mailbox?" })).await;
        assert_eq!(held["ticket"]["state"], "ON_HOLD", "{held}");
        app.advance(7_200).await;
        let paused = see(&marta, id).await;
        let resolution = clock(&paused, "RESOLUTION");
        assert_eq!((&resolution["state"], &resolution["dueAt"]), (&json!("PAUSED"), &Value::Null));
        assert_eq!(resolution["remainingSeconds"], 7 * 3_600, "an hour of eight is used");
        say(&ana, "ticketReply", id, "The shared one.").await;
        let going = see(&marta, id).await;
        assert_eq!((&going["state"], &going["unanswered"]), (&json!("IN_PROGRESS"), &json!(true)));
        assert_eq!(clock(&going, "RESOLUTION")["remainingSeconds"], 7 * 3_600);
        assert_eq!(clock(&going, "RESOLUTION")["dueAt"], "2026-03-03T11:00:00Z", "seven hours from noon, to the next day");
    }

    async fn a_hold_ends_by_itself_at_its_wake_up_date(app) {
        let ana = app.employee().await;
        let marta = app.agent("it").await;
        let ticket = report(&ana, "New badge reader", json!({})).await;
        let until = hold_until(app, 7_200).await;
        act(&marta, "ticketPutOnHold", &ticket["id"], json!({ "reason": "WAITING_FOR_SUPPLIER", "wakeUpAt": until })).await;
        app.advance(7_199).await;
        assert_eq!(see(&marta, &ticket["id"]).await["state"], "ON_HOLD");
        app.advance(1).await;
        assert_eq!(see(&marta, &ticket["id"]).await["state"], "NEW");
    }

    async fn a_promise_that_is_not_kept_breaches_on_time_and_once(app) {
        let ana = app.employee().await;
        let marta = app.agent("it").await;
        let ticket = report(&ana, "Printer jam", json!({})).await;
        act(&marta, "ticketStart", &ticket["id"], json!({})).await;
        app.advance(3_600).await;
        let due = see(&marta, &ticket["id"]).await;
        assert_eq!(clock(&due, "FIRST_RESPONSE")["breached"], false, "met if finished at the due time");
        app.advance(1).await;
        let late = see(&marta, &ticket["id"]).await;
        assert_eq!((&clock(&late, "FIRST_RESPONSE")["breached"], &late["risk"]), (&json!(true), &json!("BREACHED")));
        app.advance(86_400 * 3).await;
        let kinds = see(&marta, &ticket["id"]).await;
        let breaches = kinds["timeline"]["nodes"].as_array().expect("a timeline").iter().filter(|e| e["kind"] == "ClockBreached").count();
        assert_eq!(breaches, 2, "one for each of the two clocks");
        let told = marta.query("{ notifications { nodes { kind text } unread } }", json!({})).await;
        assert!(told["notifications"]["nodes"].as_array().expect("a list").iter().any(|n| n["kind"] == "ClockBreached"), "{told}");
    }

    async fn reopening_goes_on_where_the_clock_stopped(app) {
        let ana = app.employee().await;
        let marta = app.agent("it").await;
        let ticket = report(&ana, "VPN drops", json!({})).await;
        let id = &ticket["id"];
        app.advance(1_800).await;
        act(&marta, "ticketResolve", id, json!({ "code": "WORKAROUND", "message": "Use IKEv2." })).await;
        app.advance(7_200).await;
        let again = act(&ana, "ticketReopen", id, json!({ "reason": "It still drops." })).await;
        assert_eq!(again["ticket"]["state"], "IN_PROGRESS", "{again}");
        let open = see(&marta, id).await;
        assert_eq!((&open["reopenCount"], &clock(&open, "RESOLUTION")["elapsedSeconds"]), (&json!(1), &json!(1_800)));
        assert_eq!(open["resolvedAt"], Value::Null);
    }

    async fn what_is_resolved_closes_after_five_days_and_reopens_within_fourteen(app) {
        let ana = app.employee().await;
        let marta = app.agent("it").await;
        let ticket = report(&ana, "Lost file", json!({})).await;
        let id = &ticket["id"];
        act(&marta, "ticketResolve", id, json!({ "code": "SOLVED", "message": "Restored." })).await;
        app.advance(5 * 86_400).await;
        assert_eq!(see(&marta, id).await["state"], "CLOSED");
        // A session lasts fourteen days without use.
        app.advance(7 * 86_400).await;
        marta.refresh().await;
        app.advance(7 * 86_400 + 1).await;
        assert_eq!(see(&marta, id).await["availableTransitions"], json!([]));
    }

    async fn a_stale_edit_is_refused_and_shows_the_newest(app) {
        let ana = app.employee().await;
        let marta = app.agent("it").await;
        let ticket = report(&ana, "Old version", json!({})).await;
        act(&marta, "ticketStart", &ticket["id"], json!({})).await;
        let query = "mutation($input: TicketEditInput!) { ticketEdit(input: $input) { ticket { version title } userErrors { code field } } }";
        let stale = marta.mutate(query, json!({ "input": { "ticket": ticket["id"], "expectedVersion": 1, "title": "Mine" } })).await;
        assert_eq!(codes(&stale["ticketEdit"]), ["VERSION_CONFLICT"]);
        assert_eq!(stale["ticketEdit"]["ticket"]["title"], "Old version");
    }

    async fn an_internal_note_is_not_for_the_requester(app) {
        let ana = app.employee().await;
        let marta = app.agent("it").await;
        let ticket = report(&ana, "Notes", json!({})).await;
        say(&marta, "ticketAddNote", &ticket["id"], "secret diagnosis").await;
        let seen = see(&ana, &ticket["id"]).await;
        assert_eq!(seen["conversation"]["nodes"], json!([]));
        assert_eq!((&seen["clocks"], &seen["timeline"]), (&Value::Null, &Value::Null));
        assert_eq!(codes(&say(&ana, "ticketAddNote", &ticket["id"], "me too").await), ["FORBIDDEN"]);
        let told = ana.query("{ notifications { unread } }", json!({})).await;
        assert_eq!(told["notifications"]["unread"], 0);
    }

    async fn a_stranger_learns_nothing_of_a_ticket(app) {
        let ana = app.employee().await;
        let other = app.employee().await;
        let ticket = report(&ana, "Private", json!({})).await;
        assert_eq!(other.query(TICKET, json!({ "id": ticket["id"] })).await["ticket"], Value::Null);
        assert_eq!(codes(&say(&other, "ticketReply", &ticket["id"], "hello").await), ["NOT_FOUND"]);
        let found = other.query("query($r: String!) { ticket(reference: $r) { id } tickets { nodes { id } totalCount { value } } queueIds { ids } }", json!({ "r": ticket["reference"] })).await;
        assert_eq!(found, json!({ "ticket": null, "tickets": { "nodes": [], "totalCount": { "value": 0 } }, "queueIds": { "ids": [] } }));
    }

    async fn a_confidential_department_hides_its_tickets_from_other_agents(app) {
        let ana = app.employee().await;
        let marta = app.agent("it").await;
        let nora = app.agent("hr").await;
        let admin = app.admin().await;
        let ticket = report(&ana, "Payslip is wrong", json!({ "department": department("hr").to_string() })).await;
        assert_ne!(see(&nora, &ticket["id"]).await, Value::Null);
        assert_ne!(see(&ana, &ticket["id"]).await, Value::Null);
        for who in [&marta, &admin] {
            assert_eq!(see(who, &ticket["id"]).await, Value::Null);
        }
    }

    async fn watching_shows_and_unwatching_hides(app) {
        let ana = app.employee().await;
        let bela = app.employee().await;
        let ticket = report(&ana, "Shared", json!({})).await;
        let watch = "mutation($input: TicketWatchInput!) { ticketWatch(input: $input) { userErrors { code } } }";
        let shared = ana.mutate(watch, json!({ "input": { "ticket": ticket["id"], "person": bela.person.to_string() } })).await;
        assert_eq!(shared["ticketWatch"]["userErrors"], json!([]));
        let seen = see(&bela, &ticket["id"]).await;
        assert_eq!(seen["viewerCan"], json!({ "reply": false, "addNote": false, "assign": false }));
        let unwatch = "mutation($input: TicketWatchInput!) { ticketUnwatch(input: $input) { userErrors { code } } }";
        bela.mutate(unwatch, json!({ "input": { "ticket": ticket["id"] } })).await;
        assert_eq!(see(&bela, &ticket["id"]).await, Value::Null);
    }

    async fn the_same_key_reports_once_and_never_something_else(app) {
        let ana = app.employee().await;
        let key = json!({ "idempotencyKey": "k1" });
        let first = report(&ana, "Twice", key.clone()).await;
        let second = report(&ana, "Twice", key).await;
        assert_eq!(first["id"], second["id"]);
        let input = json!({ "title": "Other", "description": "", "department": department("it").to_string(), "idempotencyKey": "k1" });
        let other = ana.mutate(REPORT, json!({ "input": input })).await;
        assert_eq!(codes(&other["incidentReport"]), ["KEY_REUSED"]);
    }

    async fn bad_input_is_refused_with_code_and_field(app) {
        let ana = app.employee().await;
        let it = department("it").to_string();
        let cases = [
            (json!({ "title": " ", "description": "", "department": it }), "REQUIRED", "title"),
            (json!({ "title": "x".repeat(201), "description": "", "department": it }), "TOO_LONG", "title"),
            (json!({ "title": "x", "description": "y".repeat(20_001), "department": it }), "TOO_LONG", "description"),
            (json!({ "title": "a\u{1}b", "description": "", "department": it }), "INVALID", "title"),
            (json!({ "title": "x", "description": "" }), "REQUIRED", "department"),
            (json!({ "title": "x", "description": "", "department": "nonsense" }), "INVALID_ID", "department"),
            (json!({ "title": "x", "description": "", "department": team("network").to_string() }), "INVALID_ID", "department"),
            (json!({ "title": "x", "description": "", "department": it, "requester": ana.person.to_string(), "channel": "PHONE" }), "FORBIDDEN", "channel"),
            (json!({ "title": "x", "description": "", "department": department("hr").to_string(), "service": service("wifi").to_string() }), "INVALID", "service"),
        ];
        for (input, code, field) in cases {
            let answer = ana.mutate(REPORT, json!({ "input": input })).await;
            let error = &answer["incidentReport"]["userErrors"][0];
            assert_eq!((&error["code"], &error["field"]), (&json!(code), &json!(field)), "{input}");
        }
        let none = ana.query("{ tickets { totalCount { value } } }", json!({})).await;
        assert_eq!(none["tickets"]["totalCount"]["value"], 0, "nothing half saved");
    }

    async fn assigning_sets_the_state_and_counts_hand_overs(app) {
        let ana = app.employee().await;
        let marta = app.agent("it").await;
        let ticket = report(&ana, "Whose?", json!({})).await;
        let id = &ticket["id"];
        let assigned = act(&marta, "ticketAssign", id, json!({ "team": team("service-desk").to_string(), "assignee": marta.person.to_string() })).await;
        assert_eq!(assigned["ticket"]["state"], "ASSIGNED", "{assigned}");
        let stranger = act(&marta, "ticketAssign", id, json!({ "assignee": ana.person.to_string() })).await;
        assert_eq!(codes(&stranger), ["INVALID"]);
        let elsewhere = act(&marta, "ticketAssign", id, json!({ "team": team("building").to_string() })).await;
        assert_eq!(codes(&elsewhere).len(), 1);
        let back = act(&marta, "ticketAssign", id, json!({ "team": team("network").to_string() })).await;
        assert_eq!(back["ticket"]["state"], "NEW");
        assert_eq!(see(&marta, id).await["reassignmentCount"], 2, "from Network, to which it was routed, and back");
        assert_eq!(codes(&act(&ana, "ticketAssign", id, json!({})).await), ["FORBIDDEN"]);
    }

    async fn whoever_takes_a_ticket_of_another_team_takes_it_to_theirs(app) {
        let ana = app.employee().await;
        let marta = app.agent("it").await;
        let ticket = report(&ana, "Wi-Fi", json!({ "service": service("wifi").to_string() })).await;
        assert_eq!(ticket["team"]["id"], team("network").to_string());
        let taken = act(&marta, "ticketAssign", &ticket["id"], json!({ "assignee": marta.person.to_string() })).await;
        assert_eq!(taken["ticket"]["state"], "ASSIGNED", "{taken}");
        let now = marta.query("query($id: ID!) { ticket(id: $id) { team { id } } }", json!({ "id": ticket["id"] })).await;
        assert_eq!(now["ticket"]["team"]["id"], team("service-desk").to_string());
        let named = act(&marta, "ticketAssign", &ticket["id"], json!({ "team": team("network").to_string(), "assignee": marta.person.to_string() })).await;
        assert_eq!(codes(&named), ["INVALID"], "a team that was named must be theirs");
    }

    async fn a_link_is_seen_from_both_ends_and_only_by_those_who_see_both(app) {
        let ana = app.employee().await;
        let bela = app.employee().await;
        let marta = app.agent("it").await;
        let one = report(&ana, "One", json!({})).await;
        let two = report(&bela, "Two", json!({})).await;
        let link = "mutation($input: TicketLinkInput!) { ticketLink(input: $input) { userErrors { code } } }";
        let linked = marta.mutate(link, json!({ "input": { "ticket": one["id"], "kind": "PARENT_OF", "other": "inc-2" } })).await;
        assert_eq!(linked["ticketLink"]["userErrors"], json!([]));
        let query = "query($id: ID!) { ticket(id: $id) { links { kind ticket { reference } } } }";
        let far = marta.query(query, json!({ "id": two["id"] })).await;
        assert_eq!(far["ticket"]["links"], json!([{ "kind": "CHILD_OF", "ticket": { "reference": "INC-000001" } }]));
        assert_eq!(ana.query(query, json!({ "id": one["id"] })).await["ticket"]["links"], json!([]));
    }

    async fn conversation_and_timeline_are_read_from_either_end(app) {
        let ana = app.employee().await;
        let marta = app.agent("it").await;
        let ticket = report(&ana, "Long", json!({})).await;
        for number in 1..=5 {
            app.advance(60).await;
            say(&ana, "ticketReply", &ticket["id"], &format!("{number}")).await;
        }
        let part = |list: &'static str, fields: &'static str| format!("query($id: ID!, $first: Int, $after: String, $last: Int, $before: String) {{ ticket(id: $id) {{ list: {list}(first: $first, after: $after, last: $last, before: $before) {{ nodes {{ {fields} }} pageInfo {{ hasPreviousPage hasNextPage startCursor endCursor }} }} }} }}");
        let conversation = part("conversation", "body");
        let bodies = |page: &Value| page["nodes"].as_array().expect("nodes").iter().map(|node| node["body"].as_str().expect("a body").to_owned()).collect::<Vec<_>>();
        let newest = ana.query(&conversation, json!({ "id": ticket["id"], "last": 2 })).await["ticket"]["list"].clone();
        assert_eq!(bodies(&newest), ["4", "5"]);
        assert_eq!((&newest["pageInfo"]["hasPreviousPage"], &newest["pageInfo"]["hasNextPage"]), (&json!(true), &json!(false)));
        let before = newest["pageInfo"]["startCursor"].clone();
        let earlier = ana.query(&conversation, json!({ "id": ticket["id"], "last": 10, "before": before })).await["ticket"]["list"].clone();
        assert_eq!(bodies(&earlier), ["1", "2", "3"]);
        assert_eq!((&earlier["pageInfo"]["hasPreviousPage"], &earlier["pageInfo"]["hasNextPage"]), (&json!(false), &json!(true)));
        let after = earlier["pageInfo"]["endCursor"].clone();
        let later = ana.query(&conversation, json!({ "id": ticket["id"], "first": 1, "after": after })).await["ticket"]["list"].clone();
        assert_eq!(bodies(&later), ["4"]);

        let timeline = part("timeline", "kind");
        let last = marta.query(&timeline, json!({ "id": ticket["id"], "last": 1 })).await["ticket"]["list"].clone();
        let all = marta.query(&timeline, json!({ "id": ticket["id"] })).await["ticket"]["list"].clone();
        assert_eq!(last["nodes"][0], all["nodes"].as_array().expect("nodes").last().expect("an entry").clone());
        let foreign = json!({ "id": ticket["id"], "before": last["pageInfo"]["startCursor"], "last": 1 });
        assert_eq!(ana.refused(&conversation, foreign).await, "INVALID");
        assert_eq!(ana.refused(&conversation, json!({ "id": ticket["id"], "first": 1, "last": 1 })).await, "INVALID");
    }

    async fn hostile_markdown_is_rendered_harmless(app) {
        let ana = app.employee().await;
        let ticket = report(&ana, "<b>x</b>", json!({})).await;
        say(&ana, "ticketReply", &ticket["id"], "**bold** [x](javascript:alert(1)) <script>alert(1)</script>").await;
        let html = see(&ana, &ticket["id"]).await["conversation"]["nodes"][0]["bodyHtml"].as_str().expect("html").to_owned();
        assert!(html.contains("<strong>bold</strong>") && !html.contains("<script") && !html.contains("href=\"javascript"), "{html}");
    }
}
