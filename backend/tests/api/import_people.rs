//! People from CSV files.

use crate::support::actor::Actor;
use crate::support::app::PASSWORD;
use crate::support::http::Answer;
use crate::support::json;
use crate::ticket::{act, report};
use awc::http::Method;
use serde_json::Value;

async fn send(who: &Actor, question: &str, file: &[u8]) -> Answer {
    let bearer = format!("Bearer {}", who.token());
    let headers = [
        ("authorization", bearer.as_str()),
        ("content-type", "text/csv"),
    ];
    who.client
        .send(
            Method::POST,
            &format!("/import/people{question}"),
            &headers,
            file.to_vec(),
        )
        .await
}

async fn load(who: &Actor, question: &str, file: &str) -> Value {
    let answer = send(who, question, file.as_bytes()).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

/// New, changed, as they were, deactivated, rejected.
fn counts(outcome: &Value) -> [u64; 5] {
    [
        "created",
        "changed",
        "unchanged",
        "deactivated",
        "rejectedCount",
    ]
    .map(|name| outcome[name].as_u64().expect(name))
}

async fn person(admin: &Actor, words: &str) -> Value {
    let query = "query($words: String!) { people(search: $words, includeInactive: true) { nodes { id login email name title phone timezone vip active department { key } manager { name } } } }";
    admin.query(query, json!({ "words": words })).await["people"]["nodes"]
        .get(0)
        .cloned()
        .unwrap_or_default()
}

const FILE: &str = "External ID;Name;E-mail;Title;Department;Manager;VIP;Shoe size\r\n\
    7;Ana Sousa;ana@new.example;Engineer;it;9;no;38\r\n\
    9;\"Rui; the boss\";Rui@new.example;;Facilities;;yes;44\r\n";

on_both_databases! {
    async fn a_file_is_looked_at_first_then_loaded_and_again_changes_nothing(app) {
        let admin = app.admin().await;
        let looked = load(&admin, "?dryRun=true&timezone=Europe/Lisbon", FILE).await;
        assert_eq!(counts(&looked), [2, 0, 0, 0, 0]);
        assert_eq!(looked["ignored"], json!(["Shoe size"]));
        assert_eq!(person(&admin, "ana@new").await, Value::Null);
        let loaded = load(&admin, "?timezone=Europe/Lisbon", FILE).await;
        assert_eq!(counts(&loaded), [2, 0, 0, 0, 0]);
        let ana = person(&admin, "ana@new").await;
        assert_eq!(ana["login"], "ana@new.example");
        assert_eq!((ana["title"].clone(), ana["timezone"].clone()), (json!("Engineer"), json!("Europe/Lisbon")));
        assert_eq!((ana["department"]["key"].clone(), ana["manager"]["name"].clone()), (json!("it"), json!("Rui; the boss")));
        assert_eq!(person(&admin, "rui@new").await["vip"], true);
        assert_eq!(counts(&load(&admin, "", FILE).await), [0, 0, 2, 0, 0]);
        // Known by key, so a new mail address is a change; what has no column stays.
        let married = "id,name,email\n7,Ana Reis,ana.reis@new.example\n";
        assert_eq!(counts(&load(&admin, "", married).await), [0, 1, 0, 0, 0]);
        let ana = person(&admin, "ana.reis").await;
        assert_eq!((ana["title"].clone(), ana["login"].clone()), (json!("Engineer"), json!("ana@new.example")));
    }

    async fn rows_that_cannot_be_taken_are_left_out_with_line_and_reason(app) {
        let admin = app.admin().await;
        let file = "name,email,manager,department,vip\n\
            Good,good@new.example,boss@new.example,,\n\
            Boss,boss@new.example,,,\n\
            No mail,nomail,,,\n\
            \n\
            Twice,good@new.example,,,\n\
            Lost,lost@new.example,nobody@new.example,,\n\
            Below,below@new.example,lost@new.example,,\n\
            Own,own@new.example,own@new.example,,\n\
            Where,where@new.example,,nowhere,\n\
            =Maybe,maybe@new.example,,,perhaps\n\
            Short,short@new.example\n";
        let loaded = load(&admin, "", file).await;
        assert_eq!(counts(&loaded), [2, 0, 0, 0, 8]);
        let lines: Vec<u64> = loaded["rejected"].as_array().expect("a list").iter().map(|r| r["line"].as_u64().expect("a line")).collect();
        assert_eq!(lines, [4, 6, 7, 8, 9, 10, 11, 12], "{loaded}");
        let rejects = loaded["rejects"].as_str().expect("a file");
        assert!(rejects.starts_with("line,reason,name,email,manager,department,vip\n"));
        assert!(rejects.contains("'=Maybe"), "{rejects}");
        // Mended and loaded again as it is.
        let mended = rejects.replace("perhaps", "yes");
        let again = load(&admin, "", &mended).await;
        assert_eq!(again["created"], 1, "{again}");
        assert_eq!(person(&admin, "maybe@new").await["name"], "=Maybe");
        for bad in ["", "name\nAna\n", "name,email,email\nAna,a@b.c,a@b.c\n"] {
            assert_eq!(send(&admin, "", bad.as_bytes()).await.code(), "REQUIRED", "{bad}");
        }
        assert_eq!(send(&admin, "?timezone=Mars", FILE.as_bytes()).await.code(), "UNKNOWN_ZONE");
        assert_eq!(send(&admin, "?colour=red", FILE.as_bytes()).await.status, 400);
    }

    async fn whoever_is_missing_leaves_if_that_is_wanted_and_not_everybody(app) {
        let admin = app.admin().await;
        let ana = app.employee().await;
        let marta = app.agent("it").await;
        let ticket = report(&ana, "Matter", json!({})).await;
        act(&marta, "ticketStart", &ticket["id"], json!({})).await;
        let row = |n: usize| format!("P{n},p{n}@new.example\n");
        let head = "name,email\n".to_owned();
        let whole: String = (0..4).map(row).collect();
        let mine = format!("{},{}@example.org\n", marta.login, marta.login);
        load(&admin, "", &(head.clone() + &whole + &mine)).await;
        let cut = load(&admin, "", &(head.clone() + &row(0))).await;
        assert_eq!(counts(&cut), [0, 0, 1, 0, 0], "nobody leaves unless that is wanted");
        let refused = send(&admin, "?deactivateMissing=true", (head.clone() + &row(0)).as_bytes()).await;
        assert_eq!(refused.code(), "OUT_OF_RANGE");
        let left = load(&admin, "?deactivateMissing=true", &(head + &whole)).await;
        assert_eq!(counts(&left), [0, 0, 4, 1, 0]);
        assert_eq!(marta.ask("{ now }", json!({})).await.status, 401);
        let lead = app.lead("it").await;
        let now = lead.query("query($id: ID!) { ticket(id: $id) { assignee { id } } }", json!({ "id": ticket["id"] })).await;
        assert_eq!(now["ticket"]["assignee"], Value::Null);
        // Who was never in a file stays: the administrator, and those who were taken on by hand.
        assert_eq!(admin.ask("{ now }", json!({})).await.status, 200);
    }

    async fn a_site_is_named_as_it_is_called_and_one_that_is_unknown_is_said(app) {
        let admin = app.admin().await;
        let mutation = "mutation($input: SiteCreateInput!) { siteCreate(input: $input) { site { id } } }";
        let made = admin.mutate(mutation, json!({ "input": { "name": "Lisbon", "timezone": "Europe/Lisbon" } })).await;
        let site = &made["siteCreate"]["site"]["id"];
        let file = "name,email,office\nAna,ana@new.example,lisbon\nRui,rui@new.example,Atlantis\nEva,eva@new.example,\n";
        let loaded = load(&admin, "", file).await;
        assert_eq!(counts(&loaded), [2, 0, 0, 0, 1]);
        assert_eq!(loaded["rejected"], json!([{ "line": 3, "reason": "site: there is none called Atlantis." }]));
        let found = admin.query("{ people(search: \"ana@new\") { nodes { site { name } } } }", json!({})).await;
        assert_eq!(found["people"]["nodes"][0]["site"]["name"], "Lisbon");
        // Whoever works at a site that goes out of use stays there, and what else a file says of them holds.
        let edit = "mutation($input: SiteEditInput!) { siteEdit(input: $input) { userErrors { code } } }";
        let closed = json!({ "input": { "site": site, "expectedVersion": 1, "active": false } });
        assert_eq!(admin.mutate(edit, closed).await["siteEdit"]["userErrors"], json!([]));
        let file = "name,email,site\nAna M,ana@new.example,Lisbon\nEva,eva@new.example,Lisbon\n";
        let loaded = load(&admin, "", file).await;
        assert_eq!(counts(&loaded), [0, 1, 0, 0, 1]);
        assert_eq!(loaded["rejected"], json!([{ "line": 3, "reason": "site: Lisbon is out of use." }]));
        // A column that is there and empty takes it away; a file without the column leaves it.
        assert_eq!(counts(&load(&admin, "", "name,email\nAna M,ana@new.example\n").await), [0, 0, 1, 0, 0]);
        assert_eq!(counts(&load(&admin, "", "name,email,site\nAna M,ana@new.example,\n").await), [0, 1, 0, 0, 0]);
    }

    async fn files_in_other_letters_are_read(app) {
        let admin = app.admin().await;
        let answer = send(&admin, "", b"name;email\nJo\xE3o Pe\xE7a;joao@new.example\n").await.json();
        assert_eq!((answer["encoding"].clone(), answer["created"].clone()), (json!("Latin-1"), json!(1)));
        assert_eq!(person(&admin, "joao@new").await["name"], "João Peça");
        let answer = send(&admin, "", "\u{feff}name\temail\nJoão Peça\tjoao@new.example\n".as_bytes()).await.json();
        assert_eq!((answer["encoding"].clone(), answer["unchanged"].clone()), (json!("UTF-8"), json!(1)));
    }

    async fn only_administrators_import_and_tools_with_the_scope(app) {
        let admin = app.admin().await;
        for who in [app.lead("hr").await, app.agent("it").await, app.auditor().await, app.employee().await] {
            assert_eq!(send(&who, "", FILE.as_bytes()).await.status, 403);
        }
        assert_eq!(app.stranger().send(Method::POST, "/import/people", &[], FILE.as_bytes().to_vec()).await.status, 401);
        for (scope, status) in [("READ_PEOPLE", 403), ("ADMINISTER", 200)] {
            let new = json!({ "input": { "name": "HR system", "scopes": [scope], "expiresAt": "2026-06-01T00:00:00Z", "currentPassword": PASSWORD } });
            let made = admin.mutate("mutation($input: ApiTokenCreateInput!) { apiTokenCreate(input: $input) { secret } }", new).await;
            let bearer = format!("Bearer {}", made["apiTokenCreate"]["secret"].as_str().expect("a secret"));
            let answer = app.stranger().send(Method::POST, "/import/people?dryRun=true", &[("authorization", &bearer)], FILE.as_bytes().to_vec()).await;
            assert_eq!(answer.status, status, "{scope}");
        }
    }

    async fn ten_thousand_rows_are_taken_at_once(app) {
        let admin = app.admin().await;
        let mut file = "id,name,email,manager,department\n".to_owned();
        for n in 0..10_000 {
            let manager = if n == 0 { String::new() } else { (n / 10).to_string() };
            file.push_str(&format!("{n},Person {n},p{n}@new.example,{manager},it\n"));
        }
        assert_eq!(counts(&load(&admin, "", &file).await), [10_000, 0, 0, 0, 0]);
        assert_eq!(counts(&load(&admin, "", &file).await), [0, 0, 10_000, 0, 0]);
        assert_eq!(person(&admin, "p9999@new").await["manager"]["name"], "Person 999");
    }
}
