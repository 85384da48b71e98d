//! Dashboards: figures that equal the lists behind them, and for whom.

use crate::live::present;
use crate::support::json;
use crate::support::organisation::department;
use crate::ticket::{act, report};
use serde_json::Value;

const BOARD: &str = "query($id: ID!) { dashboard(id: $id) { open unassigned overdue dueSoon arrivedToday resolvedToday metRatio
    backlogByState { state count } backlogByPriority { priority count } backlogByTeam { team { name } count overdue }
    flow { date from to arrived resolved } dueNext { reference } breached { reference } } }";

fn count_of(list: &Value, key: &str, word: &str) -> i64 {
    let entry = list
        .as_array()
        .and_then(|l| l.iter().find(|e| e[key] == word));
    entry.and_then(|e| e["count"].as_i64()).unwrap_or(-1)
}

on_both_databases! {
    async fn the_figures_of_a_board_are_those_of_its_tickets(app) {
        let ana = app.employee().await;
        let marta = app.agent("it").await;
        let one = report(&ana, "One", json!({ "impact": "ORGANISATION", "urgency": "HIGH" })).await;
        let two = report(&ana, "Two", json!({})).await;
        report(&ana, "Elsewhere", json!({ "department": department("facilities").to_string() })).await;
        act(&marta, "ticketStart", &one["id"], json!({})).await;
        act(&marta, "ticketResolve", &two["id"], json!({ "code": "SOLVED", "message": "Done." })).await;
        let board = marta.query(BOARD, json!({ "id": department("it").to_string() })).await["dashboard"].clone();
        assert_eq!((&board["open"], &board["unassigned"], &board["overdue"]), (&json!(1), &json!(0), &json!(0)));
        assert_eq!(count_of(&board["backlogByState"], "state", "IN_PROGRESS"), 1);
        assert_eq!(count_of(&board["backlogByPriority"], "priority", "CRITICAL"), 1);
        assert_eq!((&board["arrivedToday"], &board["resolvedToday"]), (&json!(2), &json!(1)));
        let flow = board["flow"].as_array().expect("days");
        assert_eq!((flow.len(), &flow[29]["date"], &flow[28]["arrived"]), (30, &json!("2026-03-02"), &json!(0)));
        assert_eq!(board["metRatio"], 1.0, "resolved in time, and the resolution answered first");

        app.advance(3_601).await;
        let late = marta.query(BOARD, json!({ "id": "all" })).await["dashboard"].clone();
        assert_eq!(late["open"], 2, "all departments that the agent sees");
        assert_eq!(late["overdue"], 2);
        assert_eq!(late["breached"].as_array().map(Vec::len), Some(2));
        assert_eq!(late["backlogByTeam"].as_array().expect("teams").iter().filter_map(|t| t["overdue"].as_i64()).sum::<i64>(), 2);
    }

    async fn a_board_changes_live_and_not_more_often_than_once_a_second(app) {
        let ana = app.employee().await;
        let marta = app.agent("it").await;
        let query = "subscription($id: ID!, $since: Sequence) { dashboardChanged(id: $id, since: $since) { dashboard { open } } }";
        let mut board = marta.subscribe(query, json!({ "id": "all", "since": present(&marta).await })).await;
        for title in ["a", "b", "c"] {
            report(&ana, title, json!({})).await;
        }
        let event = board.next().await;
        assert_eq!(event["dashboardChanged"]["dashboard"]["open"], 3, "three changes are one");
    }

    async fn an_employee_has_no_boards_and_nobody_those_of_confidential_departments(app) {
        let ana = app.employee().await;
        let marta = app.agent("it").await;
        assert_eq!(ana.query("{ dashboards { id } }", json!({})).await["dashboards"], json!([]));
        assert_eq!(ana.query(BOARD, json!({ "id": "all" })).await["dashboard"], Value::Null);
        assert_eq!(marta.query(BOARD, json!({ "id": department("hr").to_string() })).await["dashboard"], Value::Null);
        let mut refused = ana.subscribe("subscription { dashboardChanged(id: \"all\") { sequence } }", json!({})).await;
        assert_eq!(refused.refused().await, "NOT_FOUND");
    }

    async fn counts_of_views_follow_what_happens(app) {
        let ana = app.employee().await;
        let marta = app.agent("it").await;
        let mut counts = marta.subscribe("subscription($since: Sequence) { viewCountsChanged(since: $since) { counts { view count { value } } } }", json!({ "since": present(&marta).await })).await;
        let ticket = report(&ana, "Count me", json!({})).await;
        let of = |event: &Value, view: &str| {
            let list = event["viewCountsChanged"]["counts"].as_array().expect("counts").clone();
            list.iter().find(|c| c["view"] == view).and_then(|c| c["count"]["value"].as_i64())
        };
        let first = counts.next().await;
        assert_eq!(of(&first, &format!("{}:unassigned", department("it"))), Some(1));
        act(&marta, "ticketStart", &ticket["id"], json!({})).await;
        let second = counts.next().await;
        assert_eq!((of(&second, "assigned"), of(&second, &format!("{}:unassigned", department("it")))), (Some(1), Some(0)));
    }

    async fn clocks_of_a_list_are_told_as_they_change(app) {
        let ana = app.employee().await;
        let marta = app.agent("it").await;
        let ticket = report(&ana, "Ticking", json!({})).await;
        let query = "subscription($since: Sequence) { clocksChanged(since: $since) { __typename ... on ClockUpsert { clock { target state breached ticket { id } } } } }";
        let mut clocks = marta.subscribe(query, json!({ "since": present(&marta).await })).await;
        app.advance(3_601).await;
        let (one, two) = (clocks.next().await, clocks.next().await);
        let breached: Vec<&Value> = [&one, &two].into_iter().map(|e| &e["clocksChanged"]["clock"]).filter(|c| c["breached"] == true).collect();
        assert_eq!(breached.len(), 1);
        assert_eq!((&breached[0]["target"], &breached[0]["ticket"]["id"]), (&json!("FIRST_RESPONSE"), &ticket["id"]));
    }
}
