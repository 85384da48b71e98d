//! Live lists: what comes, what leaves, what is missed, and for whom.

use crate::support::actor::Actor;
use crate::support::json;
use crate::support::organisation::department;
use crate::ticket::{act, report};
use backend::desk::live::{self, Effect};
use backend::platform::context::Context;
use backend::platform::event_log::{self, Changes, NewEvent};
use backend::platform::unit_of_work::UnitOfWork;
use sea_orm::ConnectionTrait as _;
use serde_json::Value;
use shared::event::EventKind;
use shared::id::TicketId;
use shared::permission::Scope;
use shared::ticket::{Condition, Priority, TicketFilter, TicketState};
use std::sync::Arc;

const QUEUE: &str = "subscription($filter: TicketFilter, $first: Int, $since: Sequence) { queueChanged(filter: $filter, first: $first, since: $since) { __typename ... on QueueUpsert { sortKey sequence ticket { id title } } ... on QueueRemove { id sequence } ... on Resync { reason } } }";
const LIST: &str = "query($filter: TicketFilter, $first: Int) { tickets(filter: $filter, first: $first) { asOf edges { sortKey node { id title } } } }";

/// The present end of the log: a subscription from here misses nothing, however late the server
/// gets to it.
pub async fn present(who: &Actor) -> Value {
    who.query("{ queueIds { asOf } }", json!({})).await["queueIds"]["asOf"].clone()
}

fn kind(event: &Value) -> &str {
    event["queueChanged"]["__typename"].as_str().unwrap_or("")
}

on_both_databases! {
    async fn a_new_ticket_comes_into_an_open_queue(app) {
        let ana = app.employee().await;
        let marta = app.agent("it").await;
        let list = marta.query(LIST, json!({})).await;
        let mut queue = marta.subscribe(QUEUE, json!({ "since": list["tickets"]["asOf"] })).await;
        let ticket = report(&ana, "Live", json!({})).await;
        let event = queue.next().await;
        assert_eq!(kind(&event), "QueueUpsert");
        assert_eq!(event["queueChanged"]["ticket"]["id"], ticket["id"]);
        let again = marta.query(LIST, json!({})).await;
        assert_eq!(event["queueChanged"]["sortKey"], again["tickets"]["edges"][0]["sortKey"]);
    }

    /// From so many listeners on, what a change names is read for all of them together.
    async fn many_hear_what_a_change_names_as_it_is_now(app) {
        const NAMES: &str = "subscription($since: Sequence) { queueChanged(since: $since) { ... on QueueUpsert { ticket {
            title requester { name } assignee { name } team { name } department { name } site { name } clocks { target } } } } }";
        let ana = app.employee().await;
        let marta = app.agent("it").await;
        let (asks, works) = (ana.person.to_string(), marta.person.to_string());
        let since = present(&marta).await;
        let mut listeners = Vec::new();
        for _ in 0..20 {
            listeners.push(marta.subscribe(NAMES, json!({ "since": since })).await);
        }
        let ticket = report(&ana, "For many", json!({})).await;
        act(&marta, "ticketAssign", &ticket["id"], json!({ "assignee": works })).await;
        let full = marta.query("query($id: ID!) { ticket(id: $id) { title requester { id name } assignee { id name } team { name }
            department { name } site { name } clocks { target } } }", json!({ "id": ticket["id"] })).await;
        let mut now = full["ticket"].clone();
        assert_eq!((&now["requester"]["id"], &now["assignee"]["id"]), (&json!(asks), &json!(works)));
        for person in ["requester", "assignee"] {
            now[person].as_object_mut().expect("a person").remove("id");
        }
        for listener in &mut listeners {
            // Both changes may come as one.
            loop {
                let told = listener.next().await["queueChanged"]["ticket"].clone();
                assert_eq!(told["requester"], now["requester"]);
                if !told["assignee"].is_null() {
                    assert_eq!(told, now);
                    break;
                }
            }
        }
    }

    async fn a_ticket_that_stops_matching_leaves_it(app) {
        let ana = app.employee().await;
        let marta = app.agent("it").await;
        let ticket = report(&ana, "Leaves", json!({})).await;
        let filter = json!({ "state": { "in": ["NEW"] } });
        let list = marta.query(LIST, json!({ "filter": filter })).await;
        let mut queue = marta.subscribe(QUEUE, json!({ "filter": filter, "since": list["tickets"]["asOf"] })).await;
        act(&marta, "ticketStart", &ticket["id"], json!({})).await;
        let event = queue.next().await;
        assert_eq!((kind(&event), &event["queueChanged"]["id"]), ("QueueRemove", &ticket["id"]));
    }

    async fn what_was_missed_comes_as_one_difference(app) {
        let ana = app.employee().await;
        let marta = app.agent("it").await;
        let stays = report(&ana, "Stays", json!({})).await;
        let goes = report(&ana, "Goes", json!({})).await;
        let filter = json!({ "state": { "in": ["NEW"] } });
        let list = marta.query(LIST, json!({ "filter": filter })).await;
        let since = list["tickets"]["asOf"].clone();
        act(&marta, "ticketStart", &goes["id"], json!({})).await;
        act(&marta, "ticketEdit", &stays["id"], json!({ "title": "Stays, renamed" })).await;
        act(&marta, "ticketEdit", &stays["id"], json!({ "title": "Stays, renamed twice" })).await;
        let never = report(&ana, "Comes and goes", json!({})).await;
        act(&marta, "ticketStart", &never["id"], json!({})).await;
        let mut queue = marta.subscribe(QUEUE, json!({ "filter": filter, "since": since })).await;
        let (first, second) = (queue.next().await, queue.next().await);
        assert_eq!((kind(&first), &first["queueChanged"]["id"]), ("QueueRemove", &goes["id"]));
        assert_eq!((kind(&second), &second["queueChanged"]["ticket"]["title"]), ("QueueUpsert", &json!("Stays, renamed twice")));
        // A list may be newer than the position that came with it, so what came and went is taken away.
        let third = queue.next().await;
        assert_eq!((kind(&third), &third["queueChanged"]["id"]), ("QueueRemove", &never["id"]));
        let present = present(&marta).await;
        for early in [&first, &second] {
            assert_eq!(early["queueChanged"]["sequence"], since, "whoever is cut off here has not heard all");
        }
        assert_eq!(third["queueChanged"]["sequence"], present);
        let last = report(&ana, "After", json!({})).await;
        assert_eq!(queue.next().await["queueChanged"]["ticket"]["id"], last["id"]);
    }

    async fn a_ticket_that_is_ahead_of_its_events_leaves_every_list_it_was_in(app) {
        let ana = app.employee().await;
        let marta = app.agent("it").await;
        let ticket = report(&ana, "Moves on", json!({})).await;
        let since: i64 = present(&marta).await.as_str().expect("text").parse().expect("a position");
        act(&marta, "ticketStart", &ticket["id"], json!({})).await;
        act(&marta, "ticketSetPriority", &ticket["id"], json!({ "impact": "ORGANISATION", "urgency": "HIGH" })).await;
        act(&marta, "ticketResolve", &ticket["id"], json!({ "code": "SOLVED", "message": "Done." })).await;
        let db = app.platform().db.reader();
        let events = event_log::after(db, since, 100).await.expect("events");
        let scope = Scope { person: marta.person, departments: [department("it")].into() };
        let of = |states: &[TicketState], priority: Option<Vec<Priority>>| TicketFilter {
            state: Condition::any_of(states.iter().copied()),
            priority: Condition { any_of: priority, ..Condition::default() },
            ..TicketFilter::default()
        };
        let id: TicketId = ticket["id"].as_str().expect("an id").parse().expect("an id");
        let was = |at: usize, filter: &TicketFilter| {
            let events = Arc::new(events[..at].to_vec());
            let scope = scope.clone();
            let filter = filter.clone();
            async move {
                let batch = live::join(db, events).await.expect("a batch");
                let changed = batch.tickets.iter().find(|t| t.row.id == id).expect("the ticket");
                changed.effect(&scope, &filter)
            }
        };
        // Readings of the log end anywhere; the row is always the resolved one.
        let begun = of(&[TicketState::InProgress], Some(vec![Priority::Critical]));
        let new = of(&[TicketState::New], None);
        for at in 1..=events.len() {
            assert_eq!(was(at, &new).await, Effect::Remove, "in it before, up to {at}");
            let through = events[..at].iter().any(|e| e.kind == EventKind::PriorityChanged);
            let effect = was(at, &begun).await;
            assert_eq!(effect == Effect::Remove, through, "in it only on the way, up to {at}: {effect:?}");
        }
        let done = of(&[TicketState::Resolved], Some(vec![Priority::Critical]));
        assert_eq!(was(1, &done).await, Effect::Upsert);
        let never = of(&[TicketState::New], Some(vec![Priority::Critical]));
        assert_eq!(was(events.len(), &never).await, Effect::Nothing);
    }

    async fn a_gap_of_more_than_an_hour_asks_to_load_again(app) {
        let ana = app.employee().await;
        let marta = app.agent("it").await;
        let list = marta.query(LIST, json!({})).await;
        report(&ana, "Missed", json!({})).await;
        app.advance(3_601).await;
        marta.refresh().await;
        let mut queue = marta.subscribe(QUEUE, json!({ "since": list["tickets"]["asOf"] })).await;
        assert_eq!(kind(&queue.next().await), "Resync");
        let mut future = marta.subscribe(QUEUE, json!({ "since": "999999" })).await;
        assert_eq!(future.refused().await, "INVALID");
    }

    async fn a_window_is_filled_again_when_a_row_leaves_it(app) {
        let ana = app.employee().await;
        let marta = app.agent("it").await;
        let mut tickets = Vec::new();
        for title in ["first", "second", "third"] {
            tickets.push(report(&ana, title, json!({})).await);
            app.advance(60).await;
        }
        let filter = json!({ "state": { "in": ["NEW"] } });
        let list = marta.query(LIST, json!({ "filter": filter, "first": 2 })).await;
        let mut queue = marta.subscribe(QUEUE, json!({ "filter": filter, "first": 2, "since": list["tickets"]["asOf"] })).await;
        act(&marta, "ticketStart", &tickets[0]["id"], json!({})).await;
        assert_eq!(kind(&queue.next().await), "QueueRemove");
        // A listener who was not there yet when it happened is told of all rows of the window.
        let mut refilled = queue.next().await["queueChanged"]["ticket"]["id"].clone();
        if refilled == tickets[1]["id"] {
            refilled = queue.next().await["queueChanged"]["ticket"]["id"].clone();
        }
        assert_eq!(refilled, tickets[2]["id"]);
    }

    async fn a_window_holds_the_first_rows_whatever_moves(app) {
        let ana = app.employee().await;
        let marta = app.agent("it").await;
        let mut tickets = Vec::new();
        for title in ["first", "second", "third", "fourth"] {
            tickets.push(report(&ana, title, json!({})).await);
            app.advance(60).await;
        }
        let variables = json!({ "order": "UPDATED_OLDEST", "first": 2 });
        let list = marta.query(&LIST.replace("$first: Int", "$first: Int, $order: TicketOrder").replace("first: $first", "first: $first, orderBy: $order"), variables.clone()).await;
        let query = QUEUE.replace("$first: Int", "$first: Int, $order: TicketOrder").replace("first: $first", "first: $first, orderBy: $order");
        let mut variables = variables;
        variables["since"] = list["tickets"]["asOf"].clone();
        let mut queue = marta.subscribe(&query, variables).await;
        let mut rows: Vec<(String, Value)> = list["tickets"]["edges"].as_array().expect("edges").iter()
            .map(|edge| (edge["sortKey"].as_str().expect("a key").to_owned(), edge["node"]["id"].clone())).collect();
        // Each edit moves the first row behind all others, and the third moves in.
        for (edited, expected) in [(0, [1, 2]), (1, [2, 3]), (2, [3, 0])] {
            act(&marta, "ticketEdit", &tickets[edited]["id"], json!({ "title": "Edited" })).await;
            app.advance(1).await;
            let wanted: Vec<&Value> = expected.iter().map(|n: &usize| &tickets[*n]["id"]).collect();
            while rows.iter().map(|(_, id)| id).collect::<Vec<_>>() != wanted {
                let event = queue.next().await["queueChanged"].clone();
                let id = event["ticket"]["id"].clone();
                rows.retain(|(_, known)| *known != id);
                rows.push((event["sortKey"].as_str().expect("a key").to_owned(), id));
                rows.sort_by(|a, b| a.0.cmp(&b.0));
                rows.truncate(2);
            }
        }
    }

    async fn others_and_confidential_tickets_never_appear(app) {
        let ana = app.employee().await;
        let marta = app.agent("it").await;
        let mut queue = marta.subscribe(QUEUE, json!({ "since": present(&marta).await })).await;
        let mut mine = ana.subscribe(QUEUE, json!({ "since": present(&ana).await })).await;
        let bela = app.employee().await;
        report(&bela, "Salary", json!({ "department": department("hr").to_string() })).await;
        let visible = report(&bela, "Visible", json!({})).await;
        assert_eq!(queue.next().await["queueChanged"]["ticket"]["id"], visible["id"]);
        let own = report(&ana, "Own", json!({})).await;
        assert_eq!(mine.next().await["queueChanged"]["ticket"]["id"], own["id"]);
    }

    async fn a_watcher_who_is_removed_loses_the_row(app) {
        let ana = app.employee().await;
        let bela = app.employee().await;
        let ticket = report(&ana, "Shared for a while", json!({})).await;
        let watch = "mutation($input: TicketWatchInput!) { ticketWatch(input: $input) { userErrors { code } } }";
        let unwatch = "mutation($input: TicketWatchInput!) { ticketUnwatch(input: $input) { userErrors { code } } }";
        let input = json!({ "input": { "ticket": ticket["id"], "person": bela.person.to_string() } });
        let mut queue = bela.subscribe(QUEUE, json!({ "since": present(&bela).await })).await;
        ana.mutate(watch, input.clone()).await;
        assert_eq!(kind(&queue.next().await), "QueueUpsert");
        ana.mutate(unwatch, input).await;
        assert_eq!(kind(&queue.next().await), "QueueRemove");
    }

    async fn a_clock_that_breaches_changes_the_queue_without_anybody(app) {
        let ana = app.employee().await;
        let marta = app.agent("it").await;
        let ticket = report(&ana, "Due", json!({})).await;
        let filter = json!({ "risk": { "in": ["BREACHED"] } });
        let mut queue = marta.subscribe(QUEUE, json!({ "filter": filter, "since": present(&marta).await })).await;
        app.advance(3_601).await;
        let event = queue.next().await;
        assert_eq!((kind(&event), &event["queueChanged"]["ticket"]["id"]), ("QueueUpsert", &ticket["id"]));
    }

    async fn people_are_told_live_and_never_of_their_own_acts(app) {
        let ana = app.employee().await;
        let marta = app.agent("it").await;
        let ticket = report(&ana, "Tell me", json!({})).await;
        let query = "subscription($since: Sequence) { notificationReceived(since: $since) { unread notification { kind text ticket { id } } } }";
        let mut ears = ana.subscribe(query, json!({ "since": present(&ana).await })).await;
        let reply = "mutation($input: TicketReplyInput!) { ticketReply(input: $input) { userErrors { code } } }";
        ana.mutate(reply, json!({ "input": { "ticket": ticket["id"], "body": "Anything new?" } })).await;
        marta.mutate(reply, json!({ "input": { "ticket": ticket["id"], "body": "Soon." } })).await;
        let event = ears.next().await;
        let told = &event["notificationReceived"];
        assert_eq!((&told["unread"], &told["notification"]["kind"]), (&json!(1), &json!("TicketReplied")));
        assert_eq!(told["notification"]["ticket"]["id"], ticket["id"]);
    }

    async fn what_people_were_told_in_a_long_cut_is_told_when_they_return(app) {
        let ana = app.employee().await;
        let marta = app.agent("it").await;
        let ticket = report(&ana, "Away", json!({})).await;
        let reply = "mutation($input: TicketReplyInput!) { ticketReply(input: $input) { message { id } userErrors { code } } }";
        let say = async |body: &str| {
            let said = marta.mutate(reply, json!({ "input": { "ticket": ticket["id"], "body": body } })).await;
            assert_eq!(said["ticketReply"]["userErrors"], json!([]));
        };
        say("Known already").await;
        let newest = async || ana.query("{ notifications(first: 1) { nodes { id } } }", json!({})).await["notifications"]["nodes"][0]["id"].clone();
        let since = present(&ana).await;
        app.advance(300).await;
        let mut missed = Vec::new();
        for body in ["One", "Two"] {
            app.advance(1).await;
            say(body).await;
            missed.push(newest().await);
        }
        app.advance(3_601).await;
        ana.refresh().await;
        marta.refresh().await;
        let query = "subscription($since: Sequence) { notificationReceived(since: $since) { unread sequence notification { id } } }";
        let mut ears = ana.subscribe(query, json!({ "since": since })).await;
        for (n, id) in missed.iter().enumerate() {
            let told = ears.next().await["notificationReceived"].clone();
            assert_eq!((&told["notification"]["id"], &told["unread"]), (id, &json!(3)));
            let at = if n == 0 { since.clone() } else { present(&ana).await };
            assert_eq!(told["sequence"], at, "a cut in between loses nothing");
        }
        say("Three").await;
        let told = ears.next().await["notificationReceived"].clone();
        assert_eq!((&told["notification"]["id"], &told["unread"]), (&newest().await, &json!(4)));
    }

    async fn a_change_that_cannot_be_read_asks_everybody_to_load_again(app) {
        let ana = app.employee().await;
        let marta = app.agent("it").await;
        let mut queue = marta.subscribe(QUEUE, json!({ "since": present(&marta).await })).await;
        let ticket = report(&ana, "Seen", json!({})).await;
        assert_eq!(kind(&queue.next().await), "QueueUpsert");
        let id: TicketId = ticket["id"].as_str().expect("an id").parse().expect("an id");
        let context = Context::system(app.now(), "test");
        let mut uow = UnitOfWork::begin(app.platform(), &context).await.expect("a unit of work");
        uow.tx().execute_unprepared("alter table tickets rename to gone").await.expect("no tickets");
        uow.emit(NewEvent {
            occurred_at: app.now(),
            kind: EventKind::TicketEdited,
            subject_kind: TicketId::PREFIX,
            subject_id: id.0,
            ticket: Some(id),
            department: None,
            version_after: None,
            cause: None,
            changes: Changes::new(),
        });
        uow.commit().await.expect("a commit");
        assert_eq!(kind(&queue.next().await), "Resync");
        let uow = UnitOfWork::begin(app.platform(), &context).await.expect("a unit of work");
        uow.tx().execute_unprepared("alter table gone rename to tickets").await.expect("tickets");
        uow.commit().await.expect("a commit");
        let after = report(&ana, "After", json!({})).await;
        assert_eq!(queue.next().await["queueChanged"]["ticket"]["id"], after["id"], "the feed goes on");
    }
}
