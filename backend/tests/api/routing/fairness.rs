//! To whom in a team: in turn, and to whoever has the least.

use super::{networker, report, rule};
use crate::support::actor::Actor;
use crate::support::json;
use crate::support::organisation::{department, team};
use crate::ticket::act;
use futures_util::future::join_all;
use shared::id::PersonId;
use shared::permission::Role;
use std::collections::BTreeSet;

async fn assignee(who: &Actor) -> Option<PersonId> {
    let ticket = report(who, "VPN", json!({})).await;
    let id = ticket["assignee"]["id"].as_str()?;
    Some(id.parse().expect("an id"))
}

async fn assignees(who: &Actor, count: usize) -> Vec<PersonId> {
    let mut people = Vec::new();
    for _ in 0..count {
        people.push(assignee(who).await.expect("somebody"));
    }
    people
}

on_both_databases! {
    async fn turns_go_round_and_go_on_when_somebody_leaves_or_joins(app) {
        let admin = app.admin().await;
        let ana = app.employee().await;
        let mut people = Vec::new();
        for role in [Role::Agent, Role::Lead, Role::Agent] {
            people.push(networker(app, role).await);
        }
        people.sort();
        let [a, b, c] = people[..] else { panic!("three") };
        rule(&admin, "In turn", json!({ "assignment": "ROUND_ROBIN" })).await;
        assert_eq!(assignees(&ana, 7).await, [a, b, c, a, b, c, a]);
        app.set_active(b, false).await;
        assert_eq!(assignees(&ana, 3).await, [c, a, c]);
        app.set_active(b, true).await;
        assert_eq!(assignees(&ana, 3).await, [a, b, c]);
        let revoke = "mutation($input: RoleInput!) { roleRevoke(input: $input) { userErrors { code } } }";
        let input = json!({ "person": a.to_string(), "department": department("it").to_string(), "role": if app_role(&admin, a).await == "LEAD" { "LEAD" } else { "AGENT" } });
        admin.mutate(revoke, json!({ "input": input })).await;
        assert_eq!(assignees(&ana, 3).await, [b, c, b]);
    }

    async fn members_who_may_not_work_there_get_nothing(app) {
        let admin = app.admin().await;
        let ana = app.employee().await;
        networker(app, Role::Approver).await;
        rule(&admin, "In turn", json!({ "assignment": "ROUND_ROBIN" })).await;
        assert_eq!(assignee(&ana).await, None);
        let seen = admin.query("{ routingRules { troubles { kind } } }", json!({})).await;
        assert_eq!(seen["routingRules"], json!([{ "troubles": [{ "kind": "NOBODY_TO_ASSIGN" }] }]));
    }

    async fn rules_of_one_team_share_its_turns(app) {
        let admin = app.admin().await;
        let ana = app.employee().await;
        let people = BTreeSet::from([networker(app, Role::Agent).await, networker(app, Role::Agent).await]);
        rule(&admin, "VPN", json!({ "assignment": "ROUND_ROBIN", "conditions": { "words": ["vpn"] } })).await;
        rule(&admin, "All", json!({ "assignment": "ROUND_ROBIN" })).await;
        let mut got = BTreeSet::new();
        for title in ["VPN", "Printer"] {
            let ticket = report(&ana, title, json!({})).await;
            got.insert(ticket["assignee"]["id"].as_str().expect("an id").parse().expect("an id"));
        }
        assert_eq!(got, people);
    }

    async fn whoever_has_the_least_is_given_the_next(app) {
        let admin = app.admin().await;
        let lead = app.lead("it").await;
        let ana = app.employee().await;
        let mut people = [networker(app, Role::Agent).await, networker(app, Role::Agent).await];
        people.sort();
        let [a, b] = people;
        let busy = report(&ana, "Before", json!({})).await;
        let other = report(&ana, "Before", json!({})).await;
        for ticket in [&busy, &other] {
            let give = json!({ "team": team("network").to_string(), "assignee": a.to_string() });
            act(&lead, "ticketAssign", &ticket["id"], give).await;
        }
        rule(&admin, "Least", json!({ "assignment": "LEAST_LOADED" })).await;
        assert_eq!(assignees(&ana, 4).await, [b, b, a, b], "two and none; then one, two, three and two each");
        let solved = json!({ "code": "SOLVED", "message": "Done." });
        act(&lead, "ticketResolve", &busy["id"], solved).await;
        assert_eq!(assignees(&ana, 2).await, [a, a], "what is done weighs nothing");
    }

    async fn tickets_opened_at_once_each_have_a_turn_of_their_own(app) {
        let admin = app.admin().await;
        let mut people = BTreeSet::new();
        for _ in 0..8 {
            people.insert(networker(app, Role::Agent).await);
        }
        for how in ["ROUND_ROBIN", "LEAST_LOADED"] {
            rule(&admin, how, json!({ "assignment": how, "position": 0 })).await;
            let mut callers = Vec::new();
            for _ in 0..8 {
                callers.push(app.employee().await);
            }
            let got = join_all(callers.iter().map(assignee)).await;
            let distinct: BTreeSet<PersonId> = got.iter().flatten().copied().collect();
            assert_eq!(distinct, people, "{how}: {got:?}");
        }
    }

    async fn somebody_who_leaves_while_tickets_come_in_keeps_none(app) {
        let admin = app.admin().await;
        let ana = app.employee().await;
        let leaver = networker(app, Role::Agent).await;
        networker(app, Role::Agent).await;
        rule(&admin, "In turn", json!({ "assignment": "ROUND_ROBIN" })).await;
        let close = "mutation($input: PersonEditInput!) { personEdit(input: $input) { userErrors { code field } } }";
        let input = json!({ "input": { "person": leaver.to_string(), "expectedVersion": 1, "active": false } });
        let leave = async { admin.mutate(close, input).await };
        let reports = join_all((0..6).map(|_| report(&ana, "VPN", json!({}))));
        let (left, _) = futures_util::future::join(leave, reports).await;
        assert_eq!(left["personEdit"]["userErrors"], json!([]));
        let lead = app.lead("it").await;
        let query = "query($who: ID!) { tickets(filter: { assignee: { in: [$who] } }) { totalCount { value } } }";
        let seen = lead.query(query, json!({ "who": leaver.to_string() })).await;
        assert_eq!(seen["tickets"]["totalCount"]["value"], 0);
    }
}

/// The role in IT of somebody.
async fn app_role(admin: &Actor, person: PersonId) -> String {
    let query = "query($id: ID!) { person(id: $id) { roles { role } } }";
    let seen = admin
        .query(query, json!({ "id": person.to_string() }))
        .await;
    let role = seen["person"]["roles"][0]["role"].as_str();
    role.unwrap_or_else(|| panic!("no role: {seen}")).to_owned()
}
