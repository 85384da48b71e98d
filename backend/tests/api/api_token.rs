//! Tokens by which tools act for a person.

use crate::support::actor::Actor;
use crate::support::app::{Is, PASSWORD};
use crate::support::http::{Answer, Client};
use crate::support::organisation::department;
use crate::support::socket::Socket;
use crate::support::{TestApp, json};
use crate::ticket::report;
use awc::http::Method;
use backend::session::api_token::row;
use backend::session::sweep;
use sea_orm::EntityTrait as _;
use serde_json::Value;
use shared::permission::{Role, SiteRole};

const CREATE: &str = "mutation($input: ApiTokenCreateInput!) { apiTokenCreate(input: $input) { apiToken { id name scopes ending owner { id } createdAt expiresAt usedAt endedAt } secret userErrors { code field } } }";
const REVOKE: &str = "mutation($input: ApiTokenRevokeInput!) { apiTokenRevoke(input: $input) { apiToken { endedAt endReason } userErrors { code field } } }";
const LIST: &str = "query($owner: ID, $ended: Boolean!) { apiTokens(owner: $owner, includeEnded: $ended) { nodes { id name usedAt endReason owner { id } } pageInfo { hasNextPage endCursor } } }";
const QUIET: &str = "subscription { queueChanged { __typename } }";

fn input(name: &str, scopes: &[&str]) -> Value {
    json!({ "name": name, "scopes": scopes, "expiresAt": "2026-06-01T00:00:00Z", "currentPassword": PASSWORD })
}

async fn create(who: &Actor, input: Value) -> Value {
    who.mutate(CREATE, json!({ "input": input })).await["apiTokenCreate"].take()
}

/// A tool with a token of its own.
struct Tool {
    id: String,
    secret: String,
    client: Client,
}

impl Tool {
    async fn of(app: &TestApp, who: &Actor, scopes: &[&str]) -> Self {
        let made = create(who, input("A tool", scopes)).await;
        assert_eq!(made["userErrors"], json!([]), "{made}");
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        Self {
            id: text(&made["apiToken"]["id"]),
            secret: text(&made["secret"]),
            client: app.stranger(),
        }
    }

    async fn ask(&self, query: &str, variables: Value) -> Answer {
        self.client
            .graphql(Some(&self.secret), query, variables)
            .await
    }

    async fn get(&self, path: &str) -> Answer {
        let bearer = format!("Bearer {}", self.secret);
        self.client
            .send(Method::GET, path, &[("authorization", &bearer)], Vec::new())
            .await
    }

    async fn socket(&self) -> Socket {
        let mut socket = Socket::open(&self.client).await;
        socket.init(&self.secret).await;
        socket
    }

    async fn is_known(&self) -> bool {
        self.ask("{ now }", json!({})).await.status == 200
    }
}

async fn fault(who: &Actor, input: Value) -> (String, String) {
    let made = create(who, input).await;
    assert_eq!(made["secret"], Value::Null, "{made}");
    let error = &made["userErrors"][0];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    (text(&error["code"]), text(&error["field"]))
}

async fn end_reason(app: &TestApp, tool: &Tool) -> Option<String> {
    let rows = row::Entity::find()
        .all(app.platform().db.reader())
        .await
        .expect("rows");
    let row = rows.into_iter().find(|row| row.id.to_string() == tool.id);
    row.expect("the token").end_reason
}

on_both_databases! {
    async fn a_tool_reads_works_listens_and_downloads_with_a_token(app) {
        let ana = app.employee().await;
        let marta = app.agent("it").await;
        let ticket = report(&ana, "Matter", json!({})).await;
        let tool = Tool::of(app, &marta, &["READ_TICKETS", "WORK_TICKETS", "READ_REPORTS"]).await;
        assert!(tool.secret.starts_with("bhp_") && tool.secret.len() == 56, "{}", tool.secret);
        let rows = row::Entity::find().all(app.platform().db.reader()).await.expect("rows");
        let kept = format!("{rows:?}");
        assert!(!kept.contains(&tool.secret[4..]), "only a digest is kept");

        let seen = tool.ask("query($id: ID!) { ticket(id: $id) { title } viewer { person { id } } }", json!({ "id": ticket["id"] })).await.json();
        assert_eq!(seen["data"]["ticket"]["title"], "Matter");
        assert_eq!(seen["data"]["viewer"]["person"]["id"], marta.person.to_string());
        let start = "mutation($input: TicketStartInput!) { ticketStart(input: $input) { ticket { assignee { id } } userErrors { code } } }";
        let started = tool.ask(start, json!({ "input": { "ticket": ticket["id"], "expectedVersion": ticket["version"] } })).await.json();
        assert_eq!(started["data"]["ticketStart"]["ticket"]["assignee"]["id"], marta.person.to_string());
        // From here on, however late the server comes to the subscription.
        let since = tool.ask("{ queueIds { asOf } }", json!({})).await.json()["data"]["queueIds"]["asOf"].take();
        let mut heard = tool.socket().await.into_subscription("subscription($id: ID!, $since: Sequence) { ticketChanged(id: $id, since: $since) { ... on TicketUpsert { ticket { title } } } }", json!({ "id": ticket["id"], "since": since })).await;
        crate::ticket::act(&marta, "ticketResolve", &ticket["id"], json!({ "code": "SOLVED", "message": "Done." })).await;
        assert_eq!(heard.next().await["ticketChanged"]["ticket"]["title"], "Matter");
        let facts = tool.get("/export/ticket-facts.csv").await;
        assert_eq!(facts.status, 200);
        assert!(facts.text.contains(ticket["reference"].as_str().expect("a reference")));
    }

    async fn a_token_opens_nothing_but_its_scopes(app) {
        let admin = app.admin().await;
        let tool = Tool::of(app, &admin, &["READ_PEOPLE"]).await;
        assert_eq!(tool.ask("{ people { nodes { name } } departments { name } }", json!({})).await.status, 200);
        for closed in [
            "{ tickets { nodes { id } } }",
            "{ now ...a } fragment a on Query { ticketReport { tickets } }",
            "{ notifications { unread } }",
            "{ apiTokens { nodes { id } } }",
            "mutation { notificationsMarkRead(input: {}) { userErrors { code } } }",
            "mutation { organisationEdit(input: { name: \"Mine\", expectedVersion: 1 }) { userErrors { code } } }",
        ] {
            assert_eq!(tool.ask(closed, json!({})).await.code(), "FORBIDDEN", "{closed}");
        }
        assert_eq!(tool.get("/export/ticket-facts.csv").await.status, 403);
        let mut socket = tool.socket().await;
        socket.subscribe("1", QUIET, json!({})).await;
        let crate::support::socket::Heard::Message(refused) = socket.hear().await else { panic!("closed") };
        assert_eq!(refused["payload"][0]["extensions"]["code"], "FORBIDDEN");
    }

    async fn no_token_touches_passwords_or_tokens(app) {
        let admin = app.admin().await;
        let all = ["READ_TICKETS", "REPORT_TICKETS", "READ_REPORTS", "READ_PEOPLE", "READ_AUDIT", "ADMINISTER"];
        let is = Is { site: vec![SiteRole::Administrator, SiteRole::Auditor], ..Is::default() };
        let both = app.somebody("both", is).await;
        let tool = Tool::of(app, &both, &all).await;
        let renamed = tool.ask("mutation { organisationEdit(input: { name: \"Example Ltd\", expectedVersion: 1 }) { userErrors { code } } }", json!({})).await.json();
        assert_eq!(renamed["data"]["organisationEdit"]["userErrors"], json!([]));
        let id = admin.person.to_string();
        let set = "mutation($input: PersonSetPasswordInput!) { personSetPassword(input: $input) { userErrors { code } } }";
        assert_eq!(tool.ask(set, json!({ "input": { "person": id, "password": "another battery staple" } })).await.code(), "FORBIDDEN");
        assert_eq!(tool.ask(CREATE, json!({ "input": input("More", &["READ_PEOPLE"]) })).await.code(), "FORBIDDEN");
        assert_eq!(tool.ask(REVOKE, json!({ "input": { "apiToken": tool.id } })).await.code(), "FORBIDDEN");
        let change = "mutation($input: PasswordChangeInput!) { passwordChange(input: $input) { userErrors { code } } }";
        assert_eq!(tool.ask(change, json!({ "input": { "currentPassword": PASSWORD, "newPassword": "another battery staple" } })).await.code(), "FORBIDDEN");
        // Nor is it a session.
        let bearer = format!("Bearer {}", tool.secret);
        tool.client.send(Method::DELETE, "/session?everywhere=true", &[("authorization", &bearer)], Vec::new()).await;
        assert_eq!(both.ask("{ now }", json!({})).await.status, 200);
        assert!(tool.is_known().await);
    }

    async fn nobody_gives_a_token_more_than_they_have(app) {
        let ana = app.employee().await;
        assert_eq!(fault(&ana, input("Mine", &["REPORT_TICKETS"])).await.0, "FORBIDDEN");
        let marta = app.agent("it").await;
        for scope in ["ADMINISTER", "READ_AUDIT"] {
            assert_eq!(fault(&marta, input("Mine", &["READ_TICKETS", scope])).await, ("FORBIDDEN".into(), "scopes".into()));
        }
        let reporter = app.reporter().await;
        assert_eq!(fault(&reporter, input("Mine", &["READ_TICKETS"])).await.1, "scopes");
        assert_eq!(fault(&marta, input("Mine", &[])).await, ("REQUIRED".into(), "scopes".into()));
        assert_eq!(fault(&marta, input(" ", &["READ_TICKETS"])).await, ("REQUIRED".into(), "name".into()));
        for end in ["2026-03-02T09:00:00Z", "2027-03-04T09:00:00Z"] {
            let mut late = input("Mine", &["READ_TICKETS"]);
            late["expiresAt"] = end.into();
            assert_eq!(fault(&marta, late).await, ("OUT_OF_RANGE".into(), "expiresAt".into()));
        }
        let mut wrong = input("Mine", &["READ_TICKETS"]);
        wrong["currentPassword"] = "not the password".into();
        for _ in 0..5 {
            assert_eq!(fault(&marta, wrong.clone()).await, ("WRONG_PASSWORD".into(), "currentPassword".into()));
        }
        assert_eq!(fault(&marta, wrong).await.0, "TOO_MANY_ATTEMPTS");
        assert_eq!(row::Entity::find().all(app.platform().db.reader()).await.expect("rows"), []);
    }

    async fn a_token_sees_what_its_owner_sees_now(app) {
        let ana = app.employee().await;
        let is = Is { roles: vec![("it", Role::Agent), ("hr", Role::Agent)], ..Is::default() };
        let nora = app.somebody("nora", is).await;
        let secret = report(&ana, "Secret", json!({ "department": department("hr").to_string() })).await;
        let tool = Tool::of(app, &nora, &["READ_TICKETS"]).await;
        let ticket = "query($id: ID!) { ticket(id: $id) { title } }";
        let id = json!({ "id": secret["id"] });
        assert_eq!(tool.ask(ticket, id.clone()).await.json()["data"]["ticket"]["title"], "Secret");
        let lead = app.lead("hr").await;
        let role = json!({ "input": { "person": nora.person.to_string(), "role": "AGENT", "department": department("hr").to_string() } });
        lead.mutate("mutation($input: RoleInput!) { roleRevoke(input: $input) { userErrors { code } } }", role).await;
        // Still an agent of IT, so the token lives on and sees as little as its owner.
        assert_eq!(tool.ask(ticket, id).await.json()["data"]["ticket"], Value::Null);
    }

    async fn a_token_ends_with_what_it_rests_on(app) {
        let admin = app.admin().await;
        let gone = |tool: Tool, reason: &'static str| async move {
            assert!(!tool.is_known().await, "{reason}");
            assert_eq!(tool.get("/export/ticket-facts.csv").await.status, 401);
            assert_eq!(end_reason(app, &tool).await.as_deref(), Some(reason));
        };
        let marta = app.agent("it").await;
        let tool = Tool::of(app, &marta, &["READ_TICKETS"]).await;
        let mut socket = tool.socket().await;
        let ended = marta.mutate(REVOKE, json!({ "input": { "apiToken": tool.id } })).await;
        assert_eq!(ended["apiTokenRevoke"]["apiToken"]["endReason"], "revoked");
        assert_eq!(socket.closed().await, 4401);
        gone(tool, "revoked").await;

        let tool = Tool::of(app, &marta, &["READ_TICKETS"]).await;
        let role = json!({ "input": { "person": marta.person.to_string(), "role": "AGENT", "department": department("it").to_string() } });
        admin.mutate("mutation($input: RoleInput!) { roleRevoke(input: $input) { userErrors { code } } }", role).await;
        gone(tool, "role_lost").await;

        let tom = app.agent("it").await;
        let tool = Tool::of(app, &tom, &["READ_TICKETS"]).await;
        let other = Tool::of(app, &app.agent("it").await, &["READ_TICKETS"]).await;
        let password = json!({ "input": { "person": tom.person.to_string(), "password": "another battery staple" } });
        admin.mutate("mutation($input: PersonSetPasswordInput!) { personSetPassword(input: $input) { userErrors { code } } }", password).await;
        gone(tool, "password_set").await;
        assert!(other.is_known().await);

        let paul = app.agent("it").await;
        let tool = Tool::of(app, &paul, &["READ_TICKETS"]).await;
        let off = json!({ "input": { "person": paul.person.to_string(), "expectedVersion": 1, "active": false } });
        admin.mutate("mutation($input: PersonEditInput!) { personEdit(input: $input) { userErrors { code } } }", off).await;
        gone(tool, "deactivated").await;

        let mut socket = other.socket().await;
        app.advance_to("2026-06-01T00:00:00Z").await;
        assert!(!other.is_known().await);
        sweep(app.platform()).await.expect("a sweep");
        assert_eq!(socket.closed().await, 4401);
        gone(other, "expired").await;
    }

    async fn its_owner_and_administrators_see_a_token_and_take_it_back(app) {
        let admin = app.admin().await;
        let marta = app.agent("it").await;
        let tom = app.lead("it").await;
        let tool = Tool::of(app, &marta, &["READ_TICKETS"]).await;
        let own = json!({ "owner": marta.person.to_string(), "ended": false });
        let seen = marta.query(LIST, own.clone()).await;
        assert_eq!(seen["apiTokens"]["nodes"][0]["id"], tool.id.as_str());
        assert_eq!(tom.refused(LIST, own).await, "FORBIDDEN");
        assert_eq!(tom.refused(LIST, json!({ "ended": true })).await, "FORBIDDEN");
        let refused = tom.mutate(REVOKE, json!({ "input": { "apiToken": tool.id } })).await;
        assert_eq!(refused["apiTokenRevoke"]["userErrors"][0]["code"], "NOT_FOUND");
        let all = admin.query(LIST, json!({ "ended": false })).await;
        assert_eq!(all["apiTokens"]["nodes"].as_array().map(Vec::len), Some(1));
        admin.mutate(REVOKE, json!({ "input": { "apiToken": tool.id } })).await;
        assert!(!tool.is_known().await);
        assert_eq!(admin.query(LIST, json!({ "ended": false })).await["apiTokens"]["nodes"], json!([]));
        assert_eq!(marta.query(LIST, json!({ "owner": marta.person.to_string(), "ended": true })).await["apiTokens"]["nodes"][0]["endReason"], "revoked");
    }

    async fn when_it_was_used_is_noted_once_a_minute(app) {
        let marta = app.agent("it").await;
        let tool = Tool::of(app, &marta, &["READ_TICKETS"]).await;
        let used = || async {
            let own = json!({ "owner": marta.person.to_string(), "ended": false });
            marta.query(LIST, own).await["apiTokens"]["nodes"][0]["usedAt"].take()
        };
        assert_eq!(used().await, Value::Null);
        assert!(tool.is_known().await);
        assert_eq!(used().await, "2026-03-02T09:00:00Z");
        app.advance(59).await;
        assert!(tool.is_known().await);
        assert_eq!(used().await, "2026-03-02T09:00:00Z");
        app.advance(1).await;
        assert!(tool.is_known().await);
        assert_eq!(used().await, "2026-03-02T09:01:00Z");
    }
}

on_both_databases! { with |settings| { settings.tool_burst = 3; settings.tool_requests_per_second = 0.25; };
    async fn a_tool_that_runs_wild_leaves_its_owner_the_browser(app) {
        let marta = app.agent("it").await;
        let wild = Tool::of(app, &marta, &["READ_TICKETS"]).await;
        let calm = Tool::of(app, &marta, &["READ_TICKETS"]).await;
        for _ in 0..3 {
            assert!(wild.is_known().await);
        }
        let refused = wild.ask("{ now }", json!({})).await;
        assert_eq!((refused.status, refused.code()), (429, "TOO_MANY_REQUESTS".to_owned()));
        assert!(calm.is_known().await);
        for _ in 0..5 {
            assert_eq!(marta.ask("{ now }", json!({})).await.status, 200);
        }
    }
}
