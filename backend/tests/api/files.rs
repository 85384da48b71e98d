//! Attached files: what is taken, who sees them, how they are fetched, and what an attacker gets.

use crate::support::actor::Actor;
use crate::support::app::Is;
use crate::support::organisation::{department, team};
use crate::support::{TestApp, json};
use crate::ticket::report;
use awc::http::Method;
use backend::desk::attachment::sweep;
use backend::desk::entity::participant;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::Value;
use shared::permission::Role;

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR and so on";
const FILES: &str = "query($id: ID!) { ticket(id: $id) {
    attachments { id name kind bytes isImage ofReport removedAt removedBy { id } }
    conversation { nodes { body visibility attachments { id name } } }
    timeline { nodes { kind changes { field } } } viewerCan { removeFiles } } }";

async fn send(who: &Actor, mutation: &str, id: &Value, body: &str, files: &[&str]) -> Value {
    let kind = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
    let query = format!(
        "mutation($input: {kind}!) {{ {mutation}(input: $input) {{ message {{ id attachments {{ id name }} }} userErrors {{ code field message }} }} }}"
    );
    let input = json!({ "ticket": id, "body": body, "attachments": files });
    who.mutate(&query, json!({ "input": input })).await[mutation].clone()
}

async fn see(who: &Actor, id: &Value) -> Value {
    who.query(FILES, json!({ "id": id })).await["ticket"].clone()
}

/// A link's path, or the code of the refusal.
async fn link(who: &Actor, file: &str) -> Result<String, String> {
    let data = who
        .mutate(
            "mutation($input: AttachmentLinkCreateInput!) { attachmentLinkCreate(input: $input) { link { path } userErrors { code } } }",
            json!({ "input": { "attachment": file } }),
        )
        .await["attachmentLinkCreate"]
        .clone();
    match data["link"]["path"].as_str() {
        Some(path) => Ok(path.to_owned()),
        None => Err(data["userErrors"][0]["code"]
            .as_str()
            .expect("a code")
            .to_owned()),
    }
}

async fn remove(who: &Actor, file: &str) -> Value {
    who.mutate(
        "mutation($input: AttachmentRemoveInput!) { attachmentRemove(input: $input) { ticket { id } userErrors { code } } }",
        json!({ "input": { "attachment": file } }),
    )
    .await["attachmentRemove"]
        .clone()
}

/// Opens a path as a browser does that has the cookies and nothing else.
async fn browse(who: &Actor, path: &str) -> crate::support::http::Answer {
    who.client.send(Method::GET, path, &[], Vec::new()).await
}

fn names(files: &Value) -> Vec<&str> {
    let files = files.as_array().expect("a list");
    files
        .iter()
        .map(|file| file["name"].as_str().unwrap_or("-"))
        .collect()
}

async fn code(who: &Actor, name: &str, content: &[u8]) -> (u16, String) {
    let answer = who.upload_with(name, content, &[]).await;
    (answer.status, answer.code())
}

async fn stop_watching(app: &TestApp, who: &Actor) {
    let tx = app.platform().db.begin().await.expect("a transaction");
    participant::Entity::delete_many()
        .filter(participant::Column::PersonId.eq(who.person))
        .exec(&tx)
        .await
        .expect("gone");
    tx.commit().await.expect("a commit");
}

on_both_databases! {
    async fn a_file_goes_up_with_a_report_and_comes_down_once(app) {
        let ana = app.employee().await;
        let marta = app.agent("it").await;
        let file = ana.upload("C:\\fakepath\\März report.txt", b"The whole story.").await;
        let ticket = report(&ana, "It fails", json!({ "attachments": [file] })).await;
        let seen = see(&marta, &ticket["id"]).await;
        assert_eq!(seen["attachments"], json!([{ "id": file, "name": "März report.txt", "kind": "TEXT", "bytes": 16, "isImage": false, "ofReport": true, "removedAt": null, "removedBy": null }]));

        let path = link(&marta, &file).await.expect("a link");
        let answer = browse(&marta, &path).await;
        assert_eq!((answer.status, answer.text.as_str()), (200, "The whole story."));
        for (name, value) in [
            ("content-type", "text/plain; charset=utf-8"),
            ("content-disposition", "attachment; filename=\"M_rz report.txt\"; filename*=UTF-8''M%C3%A4rz%20report.txt"),
            ("content-security-policy", "default-src 'none'; sandbox; frame-ancestors 'none'"),
            ("x-content-type-options", "nosniff"),
            ("cross-origin-resource-policy", "same-origin"),
            ("cache-control", "private, no-store"),
            ("content-length", "16"),
        ] {
            assert_eq!(answer.headers.get(name).map(String::as_str), Some(value), "{name}");
        }
        assert_eq!(browse(&marta, &path).await.status, 404, "a link is good once");
        let by_token = link(&marta, &file).await.expect("a link");
        marta.client.cookies.borrow_mut().clear();
        assert_eq!(marta.get(&by_token).await.status, 200, "a program has no cookie");
    }

    async fn files_of_a_message_are_seen_by_whoever_reads_the_message(app) {
        let ana = app.employee().await;
        let marta = app.agent("it").await;
        let other = app.employee().await;
        let ticket = report(&ana, "It fails", json!({})).await;
        let id = &ticket["id"];
        let shot = ana.upload("shot.png", PNG).await;
        let reply = send(&ana, "ticketReply", id, "", &[&shot]).await;
        assert_eq!(reply["userErrors"], json!([]), "a picture needs no words");
        assert_eq!(reply["message"]["attachments"][0]["name"], "shot.png");
        app.advance(1).await;
        let secret = marta.upload("internal.txt", b"between us").await;
        assert_eq!(send(&marta, "ticketAddNote", id, "See file", &[&secret]).await["userErrors"], json!([]));

        assert_eq!(names(&see(&marta, id).await["attachments"]), ["shot.png", "internal.txt"]);
        let hers = see(&ana, id).await;
        assert_eq!(names(&hers["attachments"]), ["shot.png"]);
        assert_eq!(hers["viewerCan"]["removeFiles"], false);
        assert_eq!(link(&ana, &secret).await, Err("NOT_FOUND".to_owned()));
        assert_eq!(link(&other, &shot).await, Err("NOT_FOUND".to_owned()));
        assert_eq!(link(&ana, &ana.person.to_string()).await, Err("INVALID_ID".to_owned()));

        let picture = format!("/files/{shot}/image");
        let shown = ana.get(&picture).await;
        assert_eq!((shown.status, shown.headers["content-type"].as_str()), (200, "image/png"));
        assert!(shown.headers["content-disposition"].starts_with("inline;"));
        assert!(shown.headers["content-security-policy"].contains("sandbox"));
        assert_eq!(other.get(&picture).await.status, 404);
        assert_eq!(browse(&ana, &picture).await.status, 401, "a cookie is not enough for a page of another site");
        assert_eq!(marta.get(&format!("/files/{secret}/image")).await.status, 404, "no image");
        assert_eq!(app.stranger().send(Method::GET, &picture, &[], vec![]).await.status, 401);
    }

    async fn a_link_serves_the_one_for_whom_it_was_made(app) {
        let ana = app.employee().await;
        let ben = app.employee().await;
        let file = ana.upload("a.txt", b"mine").await;
        let ticket = report(&ana, "It fails", json!({ "attachments": [file] })).await;
        let path = link(&ana, &file).await.expect("a link");
        assert_eq!(app.stranger().send(Method::GET, &path, &[], vec![]).await.status, 404);
        assert_eq!(browse(&ben, &path).await.status, 404);
        assert_eq!(ben.get(&path).await.status, 404);
        let elsewhere = ana.in_another_browser().await;
        assert_eq!(browse(&elsewhere, &path).await.status, 404, "another session of the same person");
        assert_eq!(browse(&ana, &path).await.status, 200, "those attempts did not use it up");

        let late = link(&ana, &file).await.expect("a link");
        app.advance(61).await;
        assert_eq!(browse(&ana, &late).await.status, 404, "a minute is over");

        // Rights are looked at again when the link is used.
        let watcher = app.employee().await;
        let watch = json!({ "input": { "ticket": ticket["id"], "person": watcher.person.to_string() } });
        ana.mutate("mutation($input: TicketWatchInput!) { ticketWatch(input: $input) { userErrors { code } } }", watch).await;
        let theirs = link(&watcher, &file).await.expect("a link");
        stop_watching(app, &watcher).await;
        assert_eq!(browse(&watcher, &theirs).await.status, 404, "no longer a watcher");
        let signed_out = link(&ana, &file).await.expect("a link");
        let thief = ana.client.copy();
        ana.client.send(Method::DELETE, "/session", &[], vec![]).await;
        assert_eq!(thief.send(Method::GET, &signed_out, &[], vec![]).await.status, 404, "the session is over");
        for path in ["/session/file/x", "/session/file/..%2f..%2fetc%2fpasswd", "/session/file/%00", "/files/..%2f..%2fetc%2fpasswd/image"] {
            assert!([401, 404].contains(&thief.send(Method::GET, path, &[], vec![]).await.status), "{path}");
        }
    }

    async fn two_who_use_a_link_at_once_get_one_file(app) {
        let ana = app.employee().await;
        let file = ana.upload("a.txt", b"mine").await;
        report(&ana, "It fails", json!({ "attachments": [file] })).await;
        let path = link(&ana, &file).await.expect("a link");
        let tabs: Vec<_> = (0..6).map(|_| ana.client.copy()).collect();
        let answers = futures_util::future::join_all(tabs.iter().map(|tab| tab.send(Method::GET, &path, &[], vec![]))).await;
        assert_eq!(answers.iter().filter(|answer| answer.status == 200).count(), 1);
    }

    async fn files_of_confidential_departments_stay_there(app) {
        let ana = app.employee().await;
        let marta = app.agent("it").await;
        let ruth = app.agent("hr").await;
        let admin = app.admin().await;
        let file = ana.upload("complaint.pdf", b"%PDF-1.7 ...").await;
        let ticket = report(&ana, "A complaint", json!({ "department": department("hr").to_string(), "attachments": [file] })).await;
        for outsider in [&marta, &admin] {
            assert_eq!(link(outsider, &file).await, Err("NOT_FOUND".to_owned()));
            assert_eq!(remove(outsider, &file).await["userErrors"][0]["code"], "NOT_FOUND");
        }
        assert!(link(&ruth, &file).await.is_ok());
        assert_eq!(names(&see(&ruth, &ticket["id"]).await["attachments"]), ["complaint.pdf"]);
    }

    async fn an_upload_is_its_uploaders_until_it_is_sent_and_sent_once(app) {
        let ana = app.employee().await;
        let ben = app.employee().await;
        let hers = report(&ana, "Hers", json!({})).await;
        let his = report(&ben, "His", json!({})).await;
        let file = ana.upload("a.txt", b"mine").await;
        let codes = |payload: &Value| (payload["userErrors"][0]["code"].clone(), payload["userErrors"][0]["field"].clone());
        let missing = (json!("NOT_FOUND"), json!("attachments"));
        assert_eq!(codes(&send(&ben, "ticketReply", &his["id"], "Look", &[&file]).await), missing);
        assert_eq!(remove(&ben, &file).await["userErrors"][0]["code"], "NOT_FOUND");
        assert_eq!(link(&ben, &file).await, Err("NOT_FOUND".to_owned()));
        assert_eq!(link(&ana, &file).await, Err("NOT_FOUND".to_owned()), "what was not sent is nowhere");
        assert_eq!(codes(&send(&ana, "ticketReply", &hers["id"], "Twice", &[&file, &file]).await), missing);
        assert_eq!(see(&ana, &hers["id"]).await["conversation"]["nodes"], json!([]), "nothing was said by halves");
        let files = [file.as_str()];
        let again = || send(&ana, "ticketReply", &hers["id"], "Look", &files);
        let both = futures_util::future::join(again(), again()).await;
        let done = [&both.0, &both.1].into_iter().filter(|p| p["userErrors"] == json!([])).count();
        assert_eq!(done, 1, "of two who send it at once one does: {both:?}");
        assert_eq!(names(&see(&ana, &hers["id"]).await["attachments"]), ["a.txt"]);
        let many: Vec<String> = futures_util::future::join_all((0..4).map(|n| { let ana = &ana; async move { ana.upload(&format!("{n}.txt"), b"x").await } })).await;
        let many: Vec<&str> = many.iter().cycle().take(11).map(String::as_str).collect();
        assert_eq!(codes(&send(&ana, "ticketReply", &hers["id"], "Many", &many).await).0, "TOO_MANY");
    }

    async fn a_repeated_message_with_files_is_the_same_message(app) {
        let ana = app.employee().await;
        let ticket = report(&ana, "It fails", json!({})).await;
        let (one, two) = (ana.upload("1.txt", b"1").await, ana.upload("2.txt", b"2").await);
        let say = |files: Value| {
            let input = json!({ "ticket": ticket["id"], "body": "Look", "attachments": files, "idempotencyKey": "k" });
            let ana = &ana;
            async move {
                ana.mutate("mutation($input: TicketReplyInput!) { ticketReply(input: $input) { message { id } userErrors { code } } }", json!({ "input": input })).await["ticketReply"].clone()
            }
        };
        let first = say(json!([one])).await;
        assert!(first["message"]["id"].is_string(), "{first}");
        assert_eq!(say(json!([one])).await["message"]["id"], first["message"]["id"]);
        assert_eq!(say(json!([two])).await["userErrors"][0]["code"], "KEY_REUSED");
    }

    async fn what_is_not_taken_is_refused_with_a_reason_and_leaves_nothing(app) {
        let ana = app.employee().await;
        let huge = vec![b'x'; 25 * 1024 * 1024 + 1];
        for (name, content, status, reason) in [
            ("virus.exe", b"MZ".as_slice(), 415, "UNSUPPORTED_FILE"),
            ("page.html", b"<script>alert(1)</script>", 415, "UNSUPPORTED_FILE"),
            ("drawing.svg", b"<svg xmlns='http://www.w3.org/2000/svg'/>", 415, "UNSUPPORTED_FILE"),
            ("shot.png", b"<svg onload=alert(1)>", 415, "UNSUPPORTED_FILE"),
            ("shot.png.exe", PNG, 415, "UNSUPPORTED_FILE"),
            ("a.pdf", b"MZ\x90\0", 415, "UNSUPPORTED_FILE"),
            ("noending", b"text", 415, "UNSUPPORTED_FILE"),
            ("empty.txt", b"", 413, "TOO_LARGE"),
            ("huge.txt", &huge, 413, "TOO_LARGE"),
        ] {
            let expected = if content.is_empty() { (400, "BAD_REQUEST".to_owned()) } else { (status, reason.to_owned()) };
            let found = code(&ana, name, content).await;
            assert!(found == expected || (content.is_empty() && found == (413, "TOO_LARGE".to_owned())), "{name}: {found:?}");
        }
        let answer = ana.upload_with("huge.txt", &huge, &[]).await;
        assert!(answer.text.contains("a little more than 25 MB; 25 MB is the limit"), "{}", answer.text);
        let packed = ana.upload_with("a.txt", b"\x1f\x8b", &[("content-encoding", "gzip")]).await;
        assert_eq!(packed.status, 415);
        assert_eq!(app.stranger().send(Method::POST, "/files?name=a.txt", &[], b"x".to_vec()).await.status, 401);
        assert_eq!(ana.client.send(Method::POST, "/files?name=a.txt", &[], b"x".to_vec()).await.status, 401, "a cookie is not enough");
        let traversal = ana.upload("../../../../tmp/evil.txt", b"x").await;
        assert!(app.files().iter().all(|path| path.starts_with(app.files_folder())));
        assert_eq!(remove(&ana, &traversal).await, json!({ "ticket": null, "userErrors": [] }));
        assert_eq!(app.files(), Vec::<std::path::PathBuf>::new(), "nothing is left");
        assert!(!std::path::Path::new("/tmp/evil.txt").exists());
    }

    async fn a_body_that_is_longer_than_it_says_or_breaks_off_leaves_nothing(app) {
        let ana = app.employee().await;
        // Chunked, so that no length is announced.
        let mut request = format!("POST /files?name=a.txt HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nTransfer-Encoding: chunked\r\n\r\n", ana.token()).into_bytes();
        let piece = vec![b'x'; 1024 * 1024];
        for _ in 0..26 {
            request.extend(b"100000\r\n");
            request.extend(&piece);
            request.extend(b"\r\n");
        }
        request.extend(b"0\r\n\r\n");
        let answer = crate::support::http::raw(app.address(), request).await;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 413"), "{answer}");
        let half = format!("POST /files?name=a.txt HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {}\r\nContent-Length: 1000\r\nConnection: close\r\n\r\nhalf", ana.token());
        let server = app.address();
        tokio::task::spawn_blocking(move || {
            use std::io::Write as _;
            let mut stream = std::net::TcpStream::connect(server).expect("a connection");
            stream.write_all(half.as_bytes()).expect("sent");
            stream.shutdown(std::net::Shutdown::Both).expect("cut");
        })
        .await
        .expect("sent");
        // Another upload comes after both were given up.
        let file = ana.upload("b.txt", b"b").await;
        let mut tries = 0;
        while app.files().len() > 1 && tries < 1_000 {
            ana.query("{ now }", json!({})).await;
            tries += 1;
        }
        assert_eq!(app.files().len(), 1, "{file}");
    }

    async fn archives_are_kept_as_they_came(app) {
        let ana = app.employee().await;
        // What this unpacks to does not matter: nobody unpacks it.
        let bomb = [b"PK\x03\x04".as_slice(), &[0; 512]].concat();
        let file = ana.upload("bomb.zip", &bomb).await;
        report(&ana, "It fails", json!({ "attachments": [file] })).await;
        assert_eq!(std::fs::read(&app.files()[0]).expect("the file"), bomb);
        let path = link(&ana, &file).await.expect("a link");
        let answer = browse(&ana, &path).await;
        assert_eq!(answer.headers["content-type"], "application/octet-stream");
        assert_eq!(answer.headers["content-length"], bomb.len().to_string());
    }

    async fn a_removed_file_is_gone_and_that_it_was_there_stays(app) {
        let ana = app.employee().await;
        let marta = app.agent("it").await;
        let ticket = report(&ana, "It fails", json!({})).await;
        let file = ana.upload("password.txt", b"hunter2").await;
        send(&ana, "ticketReply", &ticket["id"], "Look", &[&file]).await;
        let early = link(&ana, &file).await.expect("a link");
        assert_eq!(remove(&ana, &file).await["userErrors"][0]["code"], "FORBIDDEN", "what was said stays said");
        let done = remove(&marta, &file).await;
        assert_eq!((&done["userErrors"], &done["ticket"]["id"]), (&json!([]), &ticket["id"]));
        assert_eq!(remove(&marta, &file).await["userErrors"], json!([]), "again is no error");
        assert_eq!(app.files(), Vec::<std::path::PathBuf>::new());
        assert_eq!(browse(&ana, &early).await.status, 404);
        assert_eq!(link(&marta, &file).await, Err("NOT_FOUND".to_owned()));
        let seen = see(&marta, &ticket["id"]).await;
        let left = &seen["attachments"][0];
        assert_eq!((&left["name"], &left["removedBy"]["id"], left["removedAt"].is_string()), (&Value::Null, &json!(marta.person.to_string()), true));
        let kinds: Vec<&str> = seen["timeline"]["nodes"].as_array().expect("a timeline").iter().filter_map(|e| e["kind"].as_str()).collect();
        assert_eq!(kinds.iter().filter(|kind| **kind == "AttachmentRemoved").count(), 1);
        assert!(!seen.to_string().contains("password.txt"), "the name could tell");
    }

    async fn nobody_fills_the_disk_with_what_is_never_sent(app) {
        let ana = app.employee().await;
        for n in 0..40 {
            ana.upload(&format!("{n}.txt"), b"x").await;
        }
        assert_eq!(code(&ana, "more.txt", b"x").await, (409, "TOO_MANY".to_owned()));
        assert_eq!(app.files().len(), 40);
        app.advance(86_401).await;
        assert_eq!(sweep::sweep(app.platform()).await.expect("a sweep"), 40);
        assert_eq!(app.files(), Vec::<std::path::PathBuf>::new());
        ana.refresh().await;
        let kept = ana.upload("kept.txt", b"x").await;
        report(&ana, "It fails", json!({ "attachments": [kept] })).await;
        app.advance(2 * 86_400).await;
        assert_eq!(sweep::sweep(app.platform()).await.expect("a sweep"), 0, "what was sent stays");
        assert_eq!(sweep::sweep_strays(app.platform()).await.expect("a sweep"), 0);
        assert_eq!(app.files().len(), 1);
    }

    async fn content_without_a_row_is_swept_and_what_is_not_ours_is_left_alone(app) {
        let ana = app.employee().await;
        let kept = ana.upload("kept.txt", b"x").await;
        report(&ana, "It fails", json!({ "attachments": [kept] })).await;
        let platform = app.platform();
        let lost = platform.ids.next(app.now());
        let mut incoming = platform.files.receive(lost).await.expect("a file");
        incoming.write(b"a crash came before the row").await.expect("written");
        incoming.finish().await.expect("finished");
        std::fs::write(app.files_folder().join("README"), "not ours").expect("written");
        assert_eq!(sweep::sweep_strays(platform).await.expect("a sweep"), 0, "its row may be on the way");
        app.advance(3 * 3_600).await;
        assert_eq!(sweep::sweep_strays(platform).await.expect("a sweep"), 1);
        assert_eq!(app.files().len(), 1);
        assert!(app.files_folder().join("README").exists());
    }

    async fn leads_of_other_departments_read_but_do_not_remove(app) {
        let ana = app.employee().await;
        let lead = app.somebody("lead", Is { roles: vec![("facilities", Role::Lead)], teams: vec!["building"], ..Is::default() }).await;
        let file = ana.upload("a.txt", b"x").await;
        let ticket = report(&ana, "It fails", json!({ "attachments": [file] })).await;
        assert_eq!(ticket["team"]["id"], team("network").to_string(), "the first team by name");
        assert!(link(&lead, &file).await.is_ok());
        assert_eq!(remove(&lead, &file).await["userErrors"][0]["code"], "FORBIDDEN");
    }
}

on_both_databases! {
    with |settings| { settings.upload_burst = 30; settings.uploads_per_second = 0.5; };

    async fn megabytes_are_counted_for_each_person(app) {
        let ana = app.employee().await;
        let ben = app.employee().await;
        let big = vec![b'x'; 20 * 1024 * 1024];
        ana.upload("1.txt", &big).await;
        let answer = ana.upload_with("2.txt", &big, &[]).await;
        assert_eq!((answer.status, answer.code().as_str(), answer.headers["retry-after"].as_str()), (429, "TOO_MANY_REQUESTS", "20"));
        ben.upload("1.txt", &big).await;
        app.advance(20).await;
        ana.upload("2.txt", &big).await;
    }
}
