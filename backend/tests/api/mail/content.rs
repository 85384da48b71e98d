//! Who gets which mail, and what stands in it.

use super::{reply, report_to, resolve, watch};
use crate::support::app::Is;
use crate::support::smtp::{Received, SmtpServer};
use crate::support::{TestApp, json};
use crate::ticket::{act, report};
use backend::channel::mail::{store, token};
use backend::organisation::entity::person;
use backend::session::key::Keys;
use sea_orm::{EntityTrait as _, Set};
use shared::id::TicketId;
use std::collections::BTreeSet;

fn readers(mails: &[Received]) -> BTreeSet<String> {
    mails.iter().flat_map(|mail| mail.to.clone()).collect()
}

fn set<const N: usize>(logins: [&str; N]) -> BTreeSet<String> {
    logins
        .iter()
        .map(|login| format!("{login}@example.org"))
        .collect()
}

async fn waits_for(app: &TestApp) -> String {
    app.now().plus_seconds(86_400).to_string()
}

on_both_databases! {
    async fn the_requester_is_written_what_an_agent_wrote(app) {
        let server = SmtpServer::start().await;
        app.mail_to(&server);
        let ana = app.employee().await;
        let marta = app.agent("it").await;
        let ticket = report(&ana, "No network on floor 3", json!({})).await;
        assert_eq!(app.run_jobs().await, 0, "nobody is written what they did themselves");
        let said = reply(&marta, &ticket["id"], "Which **socket**?\n\nA <script>alert(1)</script> & a tag.").await;
        assert!(server.take().is_empty(), "nothing is sent before its turn");
        assert_eq!(app.run_jobs().await, 1);
        let mails = server.take();
        assert_eq!(readers(&mails), set([&ana.login]));
        let mail = &mails[0];
        assert_eq!(mail.from, "help@bellhop.example");
        assert_eq!(mail.subject(), "[INC-000001] No network on floor 3");
        assert_eq!(mail.header("Auto-Submitted"), "auto-generated");
        assert_eq!(mail.header("Date"), "Mon, 02 Mar 2026 09:00:00 +0000");
        let text = mail.text();
        assert!(text.contains(&format!("Person {} wrote:", marta.login)), "{text}");
        assert!(text.contains("Which **socket**?\r\n\r\nA <script>"), "{text:?}");
        assert!(text.contains("https://help.example.org/requests/INC-000001"), "{text}");
        let html = mail.html();
        assert!(html.contains("Which <strong>socket</strong>?"), "{html}");
        assert!(!html.contains("<script") && html.contains("&lt;script&gt;"), "{html}");
        assert!(html.contains("href=\"https://help.example.org/requests/INC-000001\""), "{html}");
        assert!(said["message"]["id"].is_string());
    }

    async fn a_mail_carries_what_an_answer_will_be_recognised_by(app) {
        let server = SmtpServer::start().await;
        app.mail_to(&server);
        let ana = app.employee().await;
        let marta = app.agent("it").await;
        let ticket = report(&ana, "Slow mail", json!({})).await;
        reply(&marta, &ticket["id"], "One.").await;
        reply(&marta, &ticket["id"], "Two.").await;
        app.run_jobs().await;
        let mails = server.take();
        let keys = Keys::load_or_create(app.platform()).await.expect("keys");
        let id: TicketId = ticket["id"].as_str().expect("an id").parse().expect("an id");
        let mut ids = BTreeSet::new();
        for mail in &mails {
            let message_id = mail.header("Message-ID");
            assert!(message_id.ends_with("@bellhop.example>"), "{message_id}");
            assert_eq!(token::read(&keys, &message_id), Some((id, ana.person)));
            assert_eq!(mail.header("References"), mail.header("In-Reply-To"));
            ids.insert(message_id);
        }
        assert_eq!((mails.len(), ids.len()), (2, 2));
        assert_eq!(mails[0].header("References"), mails[1].header("References"), "one conversation");
        assert!(mails[0].header("References").starts_with('<'));
    }

    async fn nobody_is_written_for_their_own_act(app) {
        let server = SmtpServer::start().await;
        app.mail_to(&server);
        let ana = app.employee().await;
        let marta = app.agent("it").await;
        let ticket = report(&ana, "Slow mail", json!({})).await;
        let id = &ticket["id"];
        watch(&marta, id, &marta).await;
        reply(&ana, id, "It got worse.").await;
        assert_eq!(app.run_jobs().await, 0, "who works on it is told in the client");
        reply(&marta, id, "Looking.").await;
        resolve(&marta, id, "Cleaned up.").await;
        app.run_jobs().await;
        assert_eq!(readers(&server.take()), set([&ana.login]), "the agent watches, and acted herself");

        let own = report(&marta, "My own laptop", json!({})).await;
        act(&marta, "ticketStart", &own["id"], json!({})).await;
        resolve(&marta, &own["id"], "Done.").await;
        assert_eq!(app.run_jobs().await, 0);
    }

    async fn whoever_called_is_told_that_it_was_written_down(app) {
        let server = SmtpServer::start().await;
        app.mail_to(&server);
        let ana = app.employee().await;
        let ben = app.employee().await;
        let marta = app.agent("it").await;
        let more = json!({ "requester": ana.person.to_string(), "requestedFor": ben.person.to_string(), "channel": "PHONE" });
        report(&marta, "Badge does not open", more).await;
        app.run_jobs().await;
        let mails = server.take();
        assert_eq!(readers(&mails), set([&ana.login, &ben.login]));
        let text = mails[0].text();
        assert!(text.contains(&format!("Person {} wrote this down for you as INC-000001", marta.login)), "{text}");
        assert!(text.contains("It **fails**."), "{text}");
    }

    async fn waiting_and_its_question_are_one_mail(app) {
        let server = SmtpServer::start().await;
        app.mail_to(&server);
        let ana = app.employee().await;
        let cleo = app.employee().await;
        let marta = app.agent("it").await;
        let ticket = report(&ana, "Slow mail", json!({})).await;
        let id = &ticket["id"];
        watch(&ana, id, &cleo).await;
        let until = waits_for(app).await;
        act(&marta, "ticketPutOnHold", id, json!({ "reason": "WAITING_FOR_REQUESTER", "wakeUpAt": until, "message": "Which mailbox?" })).await;
        assert_eq!(app.run_jobs().await, 2);
        let mails = server.take();
        let to = |who: &str| mails.iter().find(|m| m.to[0].starts_with(who)).expect("a mail").text();
        let asked = to(&ana.login);
        assert!(asked.contains("needs an answer from you.") && asked.contains("Which mailbox?"), "{asked}");
        let watching = to(&cleo.login);
        assert!(watching.contains("wrote:") && watching.contains("Which mailbox?"), "{watching}");
        assert!(!watching.contains("answer from you"), "nobody waits for a watcher");

        act(&marta, "ticketResume", id, json!({})).await;
        act(&marta, "ticketPutOnHold", id, json!({ "reason": "WAITING_FOR_SUPPLIER", "wakeUpAt": until })).await;
        assert_eq!(app.run_jobs().await, 0, "waiting for others is no news");
    }

    async fn what_was_resolved_is_told_with_how(app) {
        let server = SmtpServer::start().await;
        app.mail_to(&server);
        let ana = app.employee().await;
        let marta = app.agent("it").await;
        let ticket = report(&ana, "Slow mail", json!({})).await;
        resolve(&marta, &ticket["id"], "The mailbox was **full**.").await;
        app.run_jobs().await;
        let mails = server.take();
        let text = mails[0].text();
        assert!(text.contains("resolved this:") && text.contains("The mailbox was **full**."), "{text}");
        app.advance(30 * 86_400).await;
        assert_eq!(app.run_jobs().await, 0, "closing by itself is no news");
    }

    async fn a_mail_of_a_confidential_department_holds_a_link_and_no_content(app) {
        let server = SmtpServer::start().await;
        app.mail_to(&server);
        let ana = app.employee().await;
        let carla = app.agent("hr").await;
        let words = ["Zebrafish", "quagmire", "Marmalade", "ukulele"];
        let ticket = report_to(&ana, "hr", "A Zebrafish matter", json!({ "description": "about quagmire" })).await;
        let id = &ticket["id"];
        reply(&carla, id, "Marmalade is not allowed.").await;
        let until = waits_for(app).await;
        act(&carla, "ticketPutOnHold", id, json!({ "reason": "WAITING_FOR_REQUESTER", "wakeUpAt": until, "message": "Marmalade?" })).await;
        reply(&ana, id, "Yes.").await;
        resolve(&carla, id, "ukulele was agreed.").await;
        let logged = json!({ "requester": ana.person.to_string(), "channel": "PHONE", "description": "quagmire again" });
        report_to(&carla, "hr", "A second Zebrafish", logged).await;

        let jobs = backend::platform::job::Entity::find().all(app.platform().db.reader()).await.expect("jobs");
        for job in &jobs {
            assert!(words.iter().all(|word| !job.payload.contains(word)), "{}", job.payload);
        }
        assert_eq!(app.run_jobs().await, 4);
        let mails = server.take();
        assert_eq!(mails.len(), 4);
        for mail in &mails {
            let all = mail.everything();
            for word in words.iter().copied().chain([carla.login.as_str(), "Human Resources"]) {
                assert!(!all.contains(word), "{word} in {all}");
            }
            assert!(mail.text().contains("https://help.example.org/requests/INC-00000"), "{all}");
        }
    }

    async fn what_becomes_confidential_before_it_is_sent_is_sealed(app) {
        let server = SmtpServer::start().await;
        app.mail_to(&server);
        let ana = app.employee().await;
        let marta = app.agent("it").await;
        let ticket = report(&ana, "A Zebrafish matter", json!({})).await;
        reply(&marta, &ticket["id"], "Marmalade is not allowed.").await;
        let row = backend::desk::entity::ticket::ActiveModel {
            id: Set(ticket["id"].as_str().expect("an id").parse().expect("an id")),
            restricted: Set(true),
            ..Default::default()
        };
        let tx = app.platform().db.begin().await.expect("a transaction");
        backend::desk::entity::ticket::Entity::update(row).exec(&tx).await.expect("an update");
        tx.commit().await.expect("a commit");
        app.run_jobs().await;
        let all = server.take()[0].everything();
        assert!(!all.contains("Zebrafish") && !all.contains("Marmalade"), "{all}");
    }

    async fn nothing_that_people_write_becomes_a_header_or_a_recipient(app) {
        let server = SmtpServer::start().await;
        app.mail_to(&server);
        let ana = app.employee().await;
        let marta = app.agent("it").await;
        let hostile = "x\r\nBcc: eve@evil.example\r\n\r\n<b>y</b>\r\n.\r\nRCPT TO:<eve@evil.example>";
        for who in [&ana, &marta] {
            let row = person::ActiveModel { id: Set(who.person), name: Set(format!("\"{hostile}\" <eve@evil.example>, z")), ..Default::default() };
            let tx = app.platform().db.begin().await.expect("a transaction");
            person::Entity::update(row).exec(&tx).await.expect("an update");
            tx.commit().await.expect("a commit");
        }
        let ticket = report(&ana, &hostile.chars().take(190).collect::<String>(), json!({})).await;
        reply(&marta, &ticket["id"], hostile).await;
        assert_eq!(app.run_jobs().await, 1);
        let mails = server.take();
        assert_eq!(mails.len(), 1);
        let mail = &mails[0];
        assert_eq!(mail.to, [format!("{}@example.org", ana.login)], "the envelope");
        let parsed = mail.parsed();
        assert!(parsed.bcc().is_none() && parsed.cc().is_none());
        let to: Vec<_> = parsed.to().expect("a reader").iter().map(|a| a.address().unwrap_or_default().to_owned()).collect();
        assert_eq!(to, [format!("{}@example.org", ana.login)], "{}", mail.header("To"));
        assert_eq!(parsed.parts.len(), 3, "two texts in one frame");
        assert!(!mail.html().contains("<b>y</b>"));
    }

    async fn long_subjects_and_all_letters_arrive_whole(app) {
        let server = SmtpServer::start().await;
        app.mail_to(&server);
        let ana = app.employee().await;
        let marta = app.agent("it").await;
        let title = format!("Größe ändern, 日本語 🛎️ {}", "weiter ".repeat(12));
        let ticket = report(&ana, title.trim(), json!({})).await;
        let body = format!(".\n.. ünïcödé 🛎️\n{}", "ein langer Satz ohne Ende ".repeat(200));
        reply(&marta, &ticket["id"], &body).await;
        app.run_jobs().await;
        let mails = server.take();
        assert_eq!(mails[0].subject(), format!("[INC-000001] {}", title.trim()));
        let text = mails[0].text().replace("\r\n", "\n");
        assert!(text.contains(body.trim()), "{text}");
    }

    async fn whoever_wants_no_mail_or_takes_part_no_more_gets_none(app) {
        let server = SmtpServer::start().await;
        app.mail_to(&server);
        let ana = app.employee().await;
        let marta = app.agent("it").await;
        let ticket = report(&ana, "Slow mail", json!({})).await;
        let id = &ticket["id"];
        let tx = app.platform().db.begin().await.expect("a transaction");
        store::set_ticket_mails(&tx, ana.person, false).await.expect("a preference");
        tx.commit().await.expect("a commit");
        reply(&marta, id, "One.").await;
        assert_eq!(app.run_jobs().await, 0);

        let cleo = app.employee().await;
        let (gone, _) = app.person("gone", Is::default()).await;
        watch(&ana, id, &cleo).await;
        reply(&marta, id, "Two.").await;
        let query = "mutation($input: TicketWatchInput!) { ticketUnwatch(input: $input) { userErrors { code } } }";
        ana.mutate(query, json!({ "input": { "ticket": id, "person": cleo.person.to_string() } })).await;
        assert_eq!(app.run_jobs().await, 1);
        assert!(server.take().is_empty(), "she watched when it was written, and not when it was sent");

        report(&marta, "Called", json!({ "requester": gone.to_string(), "channel": "PHONE" })).await;
        app.set_active(gone, false).await;
        assert_eq!(app.run_jobs().await, 1);
        assert!(server.take().is_empty());
    }

    async fn nothing_is_kept_back_while_mail_is_off(app) {
        let ana = app.employee().await;
        let marta = app.agent("it").await;
        let ticket = report(&ana, "Slow mail", json!({})).await;
        reply(&marta, &ticket["id"], "One.").await;
        let server = SmtpServer::start().await;
        app.mail_to(&server);
        assert_eq!(app.run_jobs().await, 0);
        reply(&marta, &ticket["id"], "Two.").await;
        app.app.mail.switch(None);
        assert_eq!(app.run_jobs().await, 0, "what was written waits for a way out");
        app.mail_to(&server);
        assert_eq!(app.run_jobs().await, 1);
        assert!(server.take()[0].text().contains("Two."));
    }
}
