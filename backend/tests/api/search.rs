//! Search finds what somebody may read, by its words, as soon as the index has it, on both databases
//! alike.

use crate::support::actor::Actor;
use crate::support::app::Is;
use crate::support::organisation::department;
use crate::support::{TestApp, json};
use crate::ticket::{act, report};
use backend::desk::search::store::Tickets;
use backend::operations::doctor::{self, Patient, State};
use backend::platform::error::{Error, Result};
use backend::platform::event_log::Event;
use backend::platform::reader::Reader;
use backend::platform::search::Entry;
use backend::platform::search::indexer::{self, Indexer, Source, Step};
use backend::seed::load;
use sea_orm::{ConnectionTrait as _, DatabaseBackend, Statement};
use serde_json::Value;
use shared::permission::Role;
use std::path::PathBuf;
use std::sync::Arc;
use uuid::Uuid;

const SEARCH: &str = "query($text: String!, $onlyOpen: Boolean, $mine: Boolean, $first: Int, $after: String) {
    search(text: $text, onlyOpen: $onlyOpen, mine: $mine, first: $first, after: $after) {
        totalCount { value exact } pageInfo { hasNextPage endCursor }
        nodes { place message ticket { id title reference } title { text found } snippet { text found } }
    }
}";

async fn search(who: &Actor, text: &str) -> Value {
    let mut data = who.query(SEARCH, json!({ "text": text })).await;
    data["search"].take()
}

fn titles(found: &Value) -> Vec<&str> {
    let nodes = found["nodes"].as_array().expect("nodes");
    let titles = nodes.iter().map(|hit| hit["ticket"]["title"].as_str());
    titles.map(|title| title.expect("a title")).collect()
}

/// Titles of what somebody finds.
async fn found(who: &Actor, text: &str) -> Vec<String> {
    let found = search(who, text).await;
    let all: Vec<String> = titles(&found).into_iter().map(str::to_owned).collect();
    assert_eq!(
        found["totalCount"],
        json!({ "value": all.len(), "exact": true }),
        "what is counted is shown: {text}"
    );
    all
}

/// Segments as one text, with brackets around what was found.
fn marked(segments: &Value) -> String {
    let segments = segments.as_array().expect("segments").iter();
    let one = |segment: &Value| {
        let text = segment["text"].as_str().expect("a text");
        match segment["found"].as_bool().expect("a flag") {
            true => format!("[{text}]"),
            false => text.to_owned(),
        }
    };
    segments.map(one).collect()
}

async fn write(who: &Actor, mutation: &str, ticket: &Value, body: &str, files: &[String]) -> Value {
    let kind = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
    let query = format!(
        "mutation($input: {kind}!) {{ {mutation}(input: $input) {{ userErrors {{ code }} }} }}"
    );
    let input = json!({ "ticket": ticket["id"], "body": body, "attachments": files });
    let data = who.mutate(&query, json!({ "input": input })).await;
    assert_eq!(data[mutation]["userErrors"], json!([]), "{data}");
    data
}

async fn reply(who: &Actor, ticket: &Value, body: &str) {
    write(who, "ticketReply", ticket, body, &[]).await;
}

async fn note(who: &Actor, ticket: &Value, body: &str) {
    write(who, "ticketAddNote", ticket, body, &[]).await;
}

async fn execute(app: &TestApp, statement: &str) {
    let db = &app.platform().db;
    let tx = db.begin().await.expect("a transaction");
    tx.execute_unprepared(statement).await.expect("done");
    tx.commit().await.expect("a commit");
}

async fn number(app: &TestApp, question: &str) -> i64 {
    let db = &app.platform().db;
    let statement = Statement::from_string(db.backend(), question);
    let row = db
        .reader()
        .query_one_raw(statement)
        .await
        .expect("an answer");
    row.expect("a row").try_get_by_index(0).expect("a number")
}

on_both_databases! {
    async fn words_phrases_beginnings_and_what_is_not_wanted(app) {
        let (ana, marta) = (app.employee().await, app.agent("it").await);
        let described = |text: &str| json!({ "description": text });
        report(&ana, "Größerer Drucker", described("Die Tür klemmt, und das WLAN ist weg.")).await;
        report(&ana, "Printer in room 5", described("It is not working since Monday.")).await;
        report(&ana, "Printing costs", described("Working on it, why not ask `e-mail@example.org`?")).await;
        report(&ana, "网络断了", described("VPN: error 0x80070005")).await;
        assert_eq!(found(&marta, "printer").await, [""; 0], "nothing is indexed yet");
        app.index().await;
        for (typed, wanted) in [
            ("grosserer ", &["Größerer Drucker"][..]),
            ("GRÖSSERER", &["Größerer Drucker"]),
            ("tur wlan ", &["Größerer Drucker"]),
            ("print", &["Printer in room 5", "Printing costs"]),
            ("print ", &[]),
            ("prin", &["Printer in room 5", "Printing costs"]),
            ("p", &[]),
            ("working", &["Printer in room 5", "Printing costs"]),
            ("\"not working\"", &["Printer in room 5"]),
            ("\"not ask e-mail\"", &["Printing costs"]),
            ("\"ask not\"", &[]),
            ("working -monday", &["Printing costs"]),
            ("working -\"not working\"", &["Printing costs"]),
            ("-monday", &[]),
            ("room costs", &[]),
            ("printer monday", &["Printer in room 5"]),
            ("网络", &["网络断了"]),
            ("络网 ", &[]),
            ("0x80070005", &["网络断了"]),
            ("example.org", &["Printing costs"]),
            ("", &[]),
            ("  ", &[]),
        ] {
            let mut titles = found(&marta, typed).await;
            titles.sort();
            assert_eq!(titles, wanted, "{typed}");
        }
        let hit = &search(&marta, "printer monday").await["nodes"][0];
        assert_eq!(marked(&hit["title"]), "[Printer] in room 5");
        assert_eq!(marked(&hit["snippet"]), "It is not working since [Monday].");
        assert_eq!(hit["place"], "DESCRIPTION");
    }

    async fn nothing_that_is_typed_is_an_error(app) {
        let (ana, marta) = (app.employee().await, app.agent("it").await);
        report(&ana, "AND OR NOT NEAR", json!({ "description": "title body labels open" })).await;
        app.index().await;
        let long = "x".repeat(200);
        let many = "ab ".repeat(66);
        for typed in [
            "\"", "\"\"", "*", "a*", "^a", "-", "--", "- -", "(", ")", "a AND", "OR", "NOT a", "NEAR(a b, 3)", "title:a", "{title} : a",
            "labels : open", "'", "';--", "a' | 'b", "a & !b", "<->", ":*", "\\", "\\'", "%", "_", "\u{1}\u{7f}", "\u{202e}abc", "🦀", "a\u{301}",
            "¦", "ﷺ", "'@open'", "@open", &long, &many,
        ] {
            let answer = marta.ask(SEARCH, json!({ "text": typed })).await;
            assert!(answer.json().get("errors").is_none(), "{typed}: {}", answer.text);
        }
        assert_eq!(found(&marta, "and or not near").await, ["AND OR NOT NEAR"], "words like any other");
        assert_eq!(found(&marta, "d00000000 open").await, [""; 0], "labels are no words");
        for (wrong, code) in [
            (json!({ "text": "x".repeat(201) }), "INVALID"),
            (json!({ "text": "a", "first": 0 }), "INVALID"),
            (json!({ "text": "a", "first": 51 }), "INVALID"),
            (json!({ "text": "a", "after": "x" }), "INVALID"),
        ] {
            assert_eq!(marta.refused(SEARCH, wrong).await, code);
        }
        let nul = marta.ask(SEARCH, json!({ "text": "and\0or" })).await;
        assert!(nul.status < 500, "{}", nul.text);
    }

    async fn a_reference_is_found_by_its_number_or_the_beginning_of_it(app) {
        let (ana, marta) = (app.employee().await, app.agent("it").await);
        let mut references = Vec::new();
        for n in 1..=12 {
            app.clock().advance(1);
            let ticket = report(&ana, &format!("Matter {n}"), json!({})).await;
            references.push(ticket["reference"].as_str().expect("a reference").to_owned());
        }
        let bela = app.employee().await;
        for typed in [references[4].as_str(), "inc 5", "#5", "INC5", "000005"] {
            let hit = &search(&marta, typed).await["nodes"][0];
            assert_eq!((hit["ticket"]["title"].as_str(), hit["place"].as_str()), (Some("Matter 5"), Some("REFERENCE")), "{typed}");
            assert_eq!(found(&bela, typed).await, [""; 0], "not theirs");
        }
        let found = search(&marta, "inc-1").await;
        assert_eq!(titles(&found), ["Matter 1", "Matter 12", "Matter 11", "Matter 10"]);
        let found = search(&marta, "00001").await;
        assert_eq!(titles(&found), ["Matter 1", "Matter 12", "Matter 11", "Matter 10"]);
    }

    async fn what_is_open_comes_first_then_titles_then_what_changed_last(app) {
        let (ana, marta) = (app.employee().await, app.agent("it").await);
        let mut tickets = Vec::new();
        for (title, description) in [
            ("Old vpn", "x"), ("Closed vpn", "x"), ("Said", "The vpn"), ("Closed said", "The vpn"), ("New vpn", "x"),
        ] {
            app.clock().advance(1);
            tickets.push(report(&ana, title, json!({ "description": description })).await);
        }
        for closed in [1, 3] {
            act(&marta, "ticketResolve", &tickets[closed]["id"], json!({ "code": "SOLVED", "message": "Gone" })).await;
        }
        app.index().await;
        assert_eq!(found(&marta, "vpn").await, ["New vpn", "Old vpn", "Said", "Closed vpn", "Closed said"]);
        reply(&ana, &tickets[0], "And again").await;
        app.index().await;
        assert_eq!(found(&marta, "vpn").await, ["Old vpn", "New vpn", "Said", "Closed vpn", "Closed said"]);
        let open = marta.query(SEARCH, json!({ "text": "vpn", "onlyOpen": true })).await;
        assert_eq!(titles(&open["search"]), ["Old vpn", "New vpn", "Said"]);

        let (mut paged, mut after) = (Vec::new(), Value::Null);
        loop {
            let page = marta.query(SEARCH, json!({ "text": "vpn", "first": 2, "after": after })).await["search"].take();
            assert_eq!(page["totalCount"], json!({ "value": 5, "exact": true }));
            paged.extend(titles(&page).into_iter().map(str::to_owned));
            after = page["pageInfo"]["endCursor"].clone();
            if page["pageInfo"]["hasNextPage"] == false {
                break;
            }
        }
        assert_eq!(paged, ["Old vpn", "New vpn", "Said", "Closed vpn", "Closed said"]);
    }

    async fn changes_are_found_and_what_was_before_is_not(app) {
        let (ana, marta) = (app.employee().await, app.agent("it").await);
        let ticket = report(&ana, "Alpha", json!({})).await;
        app.index().await;
        act(&marta, "ticketEdit", &ticket["id"], json!({ "title": "Omega" })).await;
        assert_eq!(found(&marta, "alpha").await, [""; 0], "the row says otherwise already");
        app.index().await;
        assert_eq!(found(&marta, "alpha").await, [""; 0]);
        assert_eq!(found(&marta, "omega").await, ["Omega"]);

        let public = marta.upload("blueprint.pdf", b"%PDF-1.7 ...").await;
        let secret = marta.upload("dossier.pdf", b"%PDF-1.7 ...").await;
        write(&marta, "ticketReply", &ticket, "A public elephant", std::slice::from_ref(&public)).await;
        write(&marta, "ticketAddNote", &ticket, "An internal zebra", &[secret]).await;
        app.index().await;
        for (who, word, place) in [
            (&marta, "elephant", Some("MESSAGE")), (&ana, "elephant", Some("MESSAGE")),
            (&marta, "zebra", Some("NOTE")), (&ana, "zebra", None),
            (&marta, "blueprint", Some("FILE")), (&ana, "blueprint", Some("FILE")),
            (&marta, "dossier", Some("FILE")), (&ana, "dossier", None),
            (&ana, "omega zebra", None), (&ana, "omega -zebra", Some("TITLE")),
        ] {
            let hits = search(who, word).await;
            assert_eq!(hits["nodes"][0]["place"].as_str(), place, "{word}");
            assert_eq!(hits["totalCount"]["value"], i32::from(place.is_some()), "{word}");
        }
        assert_eq!(found(&marta, "omega -zebra").await, [""; 0], "whoever reads the note knows that it is there");
        let remove = "mutation($input: AttachmentRemoveInput!) { attachmentRemove(input: $input) { userErrors { code } } }";
        marta.mutate(remove, json!({ "input": { "attachment": public } })).await;
        app.index().await;
        assert_eq!(found(&marta, "blueprint").await, [""; 0]);

        act(&marta, "ticketResolve", &ticket["id"], json!({ "code": "SOLVED", "message": "Replaced the **gasket**" })).await;
        app.index().await;
        let hit = &search(&ana, "gasket").await["nodes"][0];
        assert_eq!((hit["place"].as_str(), marked(&hit["snippet"]).as_str()), (Some("RESOLUTION"), "Replaced the [gasket]"));
    }

    async fn nobody_finds_what_they_may_not_read(app) {
        let ana = app.employee().await;
        let requested = report(&ana, "Quiet giraffe", json!({ "department": department("hr").to_string(), "description": "About a colleague" })).await;
        let plain = report(&ana, "Loud giraffe", json!({})).await;
        let (marta, nora) = (app.agent("it").await, app.agent("hr").await);
        note(&nora, &requested, "We know of this giraffe affair").await;
        note(&marta, &plain, "The affair of the giraffe").await;
        app.index().await;
        let both = &["Loud giraffe", "Quiet giraffe"][..];
        let people = [
            (app.employee().await, &[][..], &[][..]),
            (app.agent("facilities").await, &both[..1], &both[..1]),
            (app.lead("facilities").await, &both[..1], &both[..1]),
            (app.lead("it").await, &both[..1], &both[..1]),
            (app.lead("hr").await, both, both),
            (app.admin().await, &[], &[]),
            (app.auditor().await, &both[..1], &both[..1]),
            (app.reporter().await, &[], &[]),
            (app.somebody("approver", Is { roles: vec![("it", Role::Approver)], ..Is::default() }).await, &both[..1], &both[..1]),
            (marta, &both[..1], &both[..1]),
            (nora, both, both),
            (ana, both, &[]),
        ];
        for (who, giraffes, affairs) in &people {
            let sorted = |mut titles: Vec<String>| { titles.sort(); titles };
            assert_eq!(sorted(found(who, "giraffe").await), *giraffes, "{}", who.login);
            assert_eq!(sorted(found(who, "affair").await), *affairs, "{}", who.login);
            let mine = who.query(SEARCH, json!({ "text": "giraffe", "mine": true })).await["search"].take();
            let asked = who.login.starts_with("employee1");
            assert_eq!(mine["totalCount"]["value"], if asked { 2 } else { 0 }, "{}", who.login);
        }

        // Somebody who works elsewhere and is let in reads what is public, and notes no more than before.
        let (_, nora, ana) = (&people[9].0, &people[10].0, &people[11].0);
        let facilities = &people[1].0;
        let watch = json!({ "input": { "ticket": requested["id"], "person": facilities.person.to_string() } });
        let data = ana.mutate("mutation($input: TicketWatchInput!) { ticketWatch(input: $input) { userErrors { code } } }", watch.clone()).await;
        assert_eq!(data["ticketWatch"]["userErrors"], json!([]), "{data}");
        app.index().await;
        assert_eq!(found(facilities, "giraffe").await.len(), 2);
        assert_eq!(found(facilities, "affair").await, ["Loud giraffe"]);
        assert_eq!(found(facilities, "quiet affair").await, [""; 0]);
        nora.mutate("mutation($input: TicketWatchInput!) { ticketUnwatch(input: $input) { userErrors { code } } }", watch).await;
        assert_eq!(found(facilities, "giraffe").await, ["Loud giraffe"], "at once, whatever the index knows");
    }

    async fn an_index_that_lags_behind_shows_nothing(app) {
        let (ana, marta, nora) = (app.employee().await, app.agent("it").await, app.agent("hr").await);
        let ticket = report(&ana, "Moved", json!({})).await;
        note(&marta, &ticket, "A hushed word").await;
        app.index().await;
        assert_eq!(found(&marta, "hushed").await, ["Moved"]);
        // Into a confidential department, and the index does not know.
        let hr = department("hr").0;
        let hr = match app.platform().db.backend() {
            DatabaseBackend::Postgres => format!("'{hr}'"),
            _ => format!("x'{}'", hr.simple()),
        };
        execute(app, &format!("UPDATE tickets SET department_id = {hr}, team_id = NULL")).await;
        for word in ["moved", "hushed"] {
            assert_eq!(found(&marta, word).await, [""; 0]);
        }
        // Whoever takes part still sees the ticket, but not the note that the index finds for them.
        let watch = json!({ "input": { "ticket": ticket["id"], "person": marta.person.to_string() } });
        ana.mutate("mutation($input: TicketWatchInput!) { ticketWatch(input: $input) { userErrors { code } } }", watch).await;
        let hits = search(&marta, "hushed").await;
        assert_eq!((&hits["nodes"], &hits["totalCount"]["value"]), (&json!([]), &json!(0)));
        app.index().await;
        assert_eq!(found(&nora, "hushed").await, ["Moved"]);
        assert_eq!(found(&marta, "hushed").await, [""; 0]);
        assert_eq!(found(&marta, "moved").await, ["Moved"]);
    }

    async fn the_index_catches_up_and_is_built_anew(app) {
        let (ana, marta) = (app.employee().await, app.agent("it").await);
        for n in 0..230 {
            app.clock().advance(1);
            report(&ana, &format!("Thing {n}"), json!({})).await;
        }
        // As a database of an earlier version: all is there, and no index.
        app.index().await;
        let hits = search(&marta, "thing").await;
        assert_eq!(hits["totalCount"], json!({ "value": 200, "exact": false }));
        assert_eq!(titles(&hits)[..2], ["Thing 229", "Thing 228"], "the newest first, also of those that were there");
        assert_eq!(number(app, "SELECT COUNT(*) FROM search_entries").await, 230);

        // A crash: what was done after the last commit is done again, and nothing is there twice.
        let position = "UPDATE settings SET value = REPLACE(value, '\"position\":', '\"position\":1, \"old\":') WHERE name = 'search.index'";
        execute(app, position).await;
        app.index().await;
        assert_eq!(number(app, "SELECT COUNT(*) FROM search_entries").await, 230);
        report(&ana, "Thing of today", json!({})).await;
        app.index().await;
        assert_eq!(found(&marta, "today").await, ["Thing of today"]);

        // Begun anew, and interrupted in the middle.
        indexer::forget(&app.platform().db).await.expect("forgotten");
        assert_eq!(found(&marta, "thing").await, [""; 0]);
        let mut one = app.app.indexer();
        for _ in 0..3 {
            one.step().await.expect("a step");
        }
        drop(one);
        let half = number(app, "SELECT COUNT(*) FROM search_entries").await;
        assert!((1..231).contains(&half), "{half}");
        assert_eq!(found(&marta, "today").await, ["Thing of today"], "the newest are there first");
        app.index().await;
        assert_eq!(number(app, "SELECT COUNT(*) FROM search_entries").await, 231);
        let twice = "SELECT COUNT(*) FROM (SELECT subject FROM search_entries GROUP BY subject HAVING COUNT(*) > 1) AS twice";
        assert_eq!(number(app, twice).await, 0);
    }

    async fn doctor_says_how_far_the_index_is_behind(app) {
        let ana = app.employee().await;
        let finding = || async {
            let patient = Patient {
                data: PathBuf::from(env!("CARGO_TARGET_TMPDIR")),
                files: app.files_folder().to_owned(),
                url: app.database_url().to_owned(),
                clock: app.clock(),
                sample: 0,
            };
            let findings = doctor::examine(&patient).await;
            findings.into_iter().find(|found| found.check == "search").expect("a finding")
        };
        assert_eq!(finding().await.state, State::Well);
        app.index().await;
        report(&ana, "New", json!({})).await;
        assert_eq!(finding().await.state, State::Well);
        app.clock().advance(1_000_000_000);
        let late = finding().await;
        assert_eq!(late.state, State::Warning, "{late:?}");
        app.index().await;
        assert_eq!(finding().await.state, State::Well);
    }

    async fn what_is_loaded_is_found_without_being_indexed_again(app) {
        let (marta, _ana) = (app.agent("it").await, app.employee().await);
        load::load(&app.app, 620, load::SEED, app.now(), &|_| {}).await.expect("a load");
        let hits = search(&marta, "the").await;
        assert_eq!(hits["totalCount"], json!({ "value": 200, "exact": false }));
        let newest = "SELECT MAX(id) FROM search_entries";
        let before = number(app, newest).await;
        assert_eq!(number(app, "SELECT COUNT(*) FROM search_entries").await, 620);
        app.index().await;
        assert_eq!(number(app, newest).await, before, "nothing was left to be indexed");
        let begun = search(&marta, "sinc").await;
        assert!(begun["totalCount"]["value"].as_i64() > Some(10), "words of a load can be gone on with: {begun}");
    }

    async fn a_page_of_nothing_leads_on_to_the_next(app) {
        let (ana, marta) = (app.employee().await, app.agent("it").await);
        for title in ["Kept pelican", "Changed pelican", "Changed pelican too"] {
            app.clock().advance(1);
            report(&ana, title, json!({})).await;
        }
        app.index().await;
        execute(app, "UPDATE tickets SET title = 'Other' WHERE title LIKE 'Changed%'").await;
        let mut after = Value::Null;
        let mut pages = Vec::new();
        loop {
            let page = marta.query(SEARCH, json!({ "text": "pelican", "first": 1, "after": after })).await["search"].take();
            pages.push(titles(&page).join(""));
            after = page["pageInfo"]["endCursor"].clone();
            assert!(after.is_string(), "{page}");
            if page["pageInfo"]["hasNextPage"] == false {
                break;
            }
            assert!(pages.len() < 4, "{pages:?}");
        }
        assert_eq!(pages, ["Kept pelican", "", ""]);
    }

    async fn long_tickets_hide_no_others_and_notes_no_messages(app) {
        let (ana, marta) = (app.employee().await, app.agent("it").await);
        let quiet = report(&ana, "Quiet", json!({})).await;
        reply(&ana, &quiet, "The ocelot is here").await;
        app.clock().advance(1);
        let chatty = report(&ana, "Chatty", json!({})).await;
        reply(&ana, &chatty, "The first ocelot, and an armadillo").await;
        let long = "words and words ".repeat(1_240);
        for _ in 0..6 {
            note(&marta, &chatty, &long).await;
        }
        app.index().await;
        let both = &["Chatty", "Quiet"][..];
        assert_eq!(found(&ana, "ocelot").await, both);
        assert_eq!(found(&marta, "ocelot").await, both);
        for _ in 0..6 {
            app.clock().advance(1);
            reply(&marta, &chatty, &long).await;
        }
        app.clock().advance(1);
        reply(&ana, &chatty, "The last ocelot").await;
        app.index().await;
        for who in [&ana, &marta] {
            assert_eq!(found(who, "ocelot").await, both);
            assert_eq!(found(who, "armadillo").await, [""; 0], "of a long ticket the newest are indexed");
        }
    }

    async fn an_agent_who_takes_part_finds_notes_of_a_restricted_ticket(app) {
        let (ana, marta) = (app.employee().await, app.agent("it").await);
        let ticket = report(&ana, "Narrow", json!({})).await;
        note(&marta, &ticket, "A secret walrus").await;
        let watch = json!({ "input": { "ticket": ticket["id"], "person": marta.person.to_string() } });
        ana.mutate("mutation($input: TicketWatchInput!) { ticketWatch(input: $input) { userErrors { code } } }", watch).await;
        execute(app, "UPDATE tickets SET restricted = TRUE").await;
        app.index().await;
        let other = app.lead("it").await;
        assert_eq!(found(&marta, "walrus").await, ["Narrow"]);
        assert_eq!(found(&other, "walrus").await, [""; 0]);
        assert_eq!(found(&other, "narrow").await, [""; 0]);
        assert_eq!(found(&ana, "walrus").await, [""; 0]);
        assert_eq!(found(&ana, "narrow").await, ["Narrow"]);
    }

    async fn rare_words_are_begun_and_common_ones_too(app) {
        let (ana, marta) = (app.employee().await, app.agent("it").await);
        // More than a beginning stands for when it is common.
        let many: String = (0..40).map(|n| format!("quokka{n:02} quokka{n:02} ")).collect();
        report(&ana, "Many", json!({ "description": many })).await;
        app.clock().advance(1);
        report(&ana, "One", json!({ "description": "A small quokkazebra in the big room" })).await;
        app.index().await;
        assert_eq!(found(&marta, "quokka").await, ["One", "Many"], "also what is written less than others");
        assert_eq!(found(&ana, "small quokkaz").await, ["One"]);
        assert_eq!(found(&marta, "a-small-quokkazebra-in-the-bi").await, ["One"]);
        assert_eq!(found(&marta, "a-small-quokkazebra-in-a-bi").await, [""; 0]);
        execute(app, "UPDATE search_words SET uses = 100000 WHERE word LIKE 'quokka%' AND word <> 'quokkazebra'").await;
        assert_eq!(found(&marta, "quokka").await, ["Many"], "thirty of a common beginning");
        assert_eq!(found(&marta, "quokkaz").await, ["One"]);
    }

    async fn long_questions_are_answered_in_time(app) {
        let (ana, marta) = (app.employee().await, app.agent("it").await);
        let marks = "网".repeat(20_000);
        for n in 0..8 {
            report(&ana, &format!("Marks {n}"), json!({ "description": marks })).await;
        }
        app.index().await;
        let begun = std::time::Instant::now();
        assert_eq!(found(&marta, "网").await.len(), 8);
        assert_eq!(found(&marta, &format!("{}ab", "网".repeat(198))).await.len(), 8, "its first words are asked");
        assert!(begun.elapsed().as_secs() < 60, "{:?}", begun.elapsed());
    }

    async fn a_batch_ends_by_its_size(app) {
        let ana = app.employee().await;
        app.index().await;
        // Nearly ninety thousand bytes each.
        let long = "word ünd ".repeat(2_200);
        for n in 0..60 {
            report(&ana, &format!("Long {n}"), json!({ "description": long.clone() + &n.to_string() })).await;
        }
        let mut one = app.app.indexer();
        let entries = "SELECT COUNT(DISTINCT subject) FROM search_entries";
        one.step().await.expect("a step");
        let first = number(app, entries).await;
        assert!((40..50).contains(&first), "a million bytes of twenty-two thousand each: {first}");
        one.catch_up().await.expect("the rest");
        assert_eq!(number(app, entries).await, 60);
        indexer::forget(&app.platform().db).await.expect("forgotten");
        app.index().await;
        assert_eq!(number(app, entries).await, 60, "built anew, in several batches as well");
    }

    async fn one_that_cannot_be_indexed_does_not_hold_up_the_others(app) {
        let (ana, marta) = (app.employee().await, app.agent("it").await);
        app.index().await;
        for title in ["First heron", "Broken heron", "Last heron"] {
            app.clock().advance(1);
            report(&ana, title, json!({})).await;
        }
        let db = &app.platform().db;
        let broken = Statement::from_string(db.backend(), "SELECT id FROM tickets WHERE title LIKE 'Broken%'");
        let broken = db.reader().query_one_raw(broken).await.expect("an answer").expect("a row");
        let on = broken.try_get_by_index(0).expect("an id");
        let mut indexer = Indexer::new(app.platform().clone(), Arc::new(Fails { on }));
        let mut faults = 0;
        loop {
            match indexer.step().await {
                Ok(Step::Idle) => break,
                Ok(_) => {}
                Err(_) => faults += 1,
            }
            assert!(faults < 10);
        }
        assert!(faults > 1, "it is tried again before it is left out");
        assert_eq!(found(&marta, "heron").await, ["Last heron", "First heron"]);
    }

    async fn a_newer_index_is_left_alone(app) {
        let (ana, marta) = (app.employee().await, app.agent("it").await);
        report(&ana, "Stork", json!({})).await;
        app.index().await;
        execute(app, "UPDATE settings SET value = REPLACE(value, '\"kind\":', '\"kind\":9') WHERE name = 'search.index'").await;
        assert_eq!(app.app.indexer().step().await.expect("a step"), Step::Newer);
        // Nor is it thrown away by a program that cannot build it.
        let refused = indexer::forget(&app.platform().db).await.expect_err("a refusal");
        assert_eq!(refused.codes(), ["NEWER_INDEX"]);
        assert_eq!(found(&marta, "stork").await, ["Stork"]);
        execute(app, "UPDATE settings SET value = REPLACE(value, '\"kind\":9', '\"kind\":1, \"was\":') WHERE name = 'search.index'").await;
        assert_eq!(app.app.indexer().step().await.expect("a step"), Step::Done);
        assert_eq!(found(&marta, "stork").await, [""; 0], "of an older kind, begun anew");
        app.index().await;
        assert_eq!(found(&marta, "stork").await, ["Stork"]);
    }
}

/// Tickets, of which one has no entry for some reason.
struct Fails {
    on: Uuid,
}

#[async_trait::async_trait]
impl Source for Fails {
    fn changed(&self, event: &Event) -> Option<Uuid> {
        Tickets.changed(event)
    }

    async fn entries(&self, db: &Reader, subjects: &[Uuid]) -> Result<Vec<Entry>> {
        if subjects.contains(&self.on) {
            return Err(Error::not_found("entry"));
        }
        Tickets.entries(db, subjects).await
    }

    async fn older(&self, db: &Reader, before: Option<Uuid>, limit: u64) -> Result<Vec<Uuid>> {
        Tickets.older(db, before, limit).await
    }

    async fn count(&self, db: &Reader) -> Result<u64> {
        Tickets.count(db).await
    }
}
