//! Everybody, and the two tickets that all is tried on.

use crate::support::actor::Actor;
use crate::support::http::Client;
use crate::support::organisation::{department, team};
use crate::support::{TestApp, json};
use serde_json::Value;
use std::cell::{Cell, RefCell};
use std::collections::HashMap;

/// The two kinds of places.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// In IT.
    Ordinary,
    /// In HR.
    Confidential,
}

impl Place {
    /// As the snapshot says it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ordinary => "ordinary",
            Self::Confidential => "confidential",
        }
    }

    /// The department's key.
    pub fn department(self) -> &'static str {
        match self {
            Self::Ordinary => "it",
            Self::Confidential => "hr",
        }
    }

    /// A team of the department.
    pub fn team(self) -> &'static str {
        match self {
            Self::Ordinary => "service-desk",
            Self::Confidential => "people",
        }
    }
}

/// How far a ticket has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Ready {
    /// Just reported.
    New,
    /// Somebody has it.
    Assigned,
    /// It waits.
    OnHold,
    /// Resolved.
    Resolved,
    /// Linked to another.
    Linked,
}

/// A ticket to try something on.
#[derive(Clone, Debug)]
pub struct Sample {
    /// Its id.
    pub id: String,
    /// Its reference.
    pub reference: String,
    /// A link of it, where it is linked.
    pub link: String,
}

/// Everybody and everything.
pub struct Stage<'a> {
    /// The server.
    pub app: &'a TestApp,
    /// Somebody who has not signed in.
    pub stranger: Client,
    /// Everybody who has, by role, in the snapshot's order.
    pub people: Vec<(&'static str, Actor)>,
    /// The ticket in IT.
    pub ordinary: Sample,
    /// The ticket in HR.
    pub confidential: Sample,
    /// Position of the log before both.
    pub since: String,
    /// Somebody for administrators to change.
    pub subject: String,
    /// Items of the catalog: IT's and HR's.
    pub items: [String; 2],
    workers: [Actor; 2],
    ready: RefCell<HashMap<(Place, Ready), Sample>>,
    count: Cell<u32>,
}

impl<'a> Stage<'a> {
    /// Sets it.
    pub async fn set(app: &'a TestApp) -> Self {
        let workers = [app.lead("it").await, app.lead("hr").await];
        let admin = app.admin().await;
        let people = vec![
            ("employee", app.employee().await),
            ("requester", app.employee().await),
            ("watcher", app.employee().await),
            ("IT agent", app.agent("it").await),
            ("IT lead", app.lead("it").await),
            ("Facilities agent", app.agent("facilities").await),
            ("HR agent", app.agent("hr").await),
            ("HR lead", app.lead("hr").await),
            ("administrator", admin),
            ("auditor", app.auditor().await),
            ("reporter", app.reporter().await),
        ];
        let (subject, _) = app
            .person("subject", crate::support::app::Is::default())
            .await;
        let nothing = Sample {
            id: String::new(),
            reference: String::new(),
            link: String::new(),
        };
        let mut stage = Self {
            app,
            stranger: app.stranger(),
            people,
            ordinary: nothing.clone(),
            confidential: nothing,
            since: String::new(),
            subject: subject.to_string(),
            items: Default::default(),
            workers,
            ready: RefCell::default(),
            count: Cell::new(0),
        };
        stage.items = [
            stage.item(Place::Ordinary).await,
            stage.item(Place::Confidential).await,
        ];
        let queue = stage.admin().query("{ tickets { asOf } }", json!({})).await;
        stage.since = text(&queue["tickets"]["asOf"]);
        stage.ordinary = stage.sample(Place::Ordinary).await;
        stage.confidential = stage.sample(Place::Confidential).await;
        stage
    }

    /// The ticket of a place.
    pub fn at(&self, place: Place) -> &Sample {
        match place {
            Place::Ordinary => &self.ordinary,
            Place::Confidential => &self.confidential,
        }
    }

    /// The item of a place.
    pub fn item_at(&self, place: Place) -> &str {
        match place {
            Place::Ordinary => &self.items[0],
            Place::Confidential => &self.items[1],
        }
    }

    /// Somebody by role.
    pub fn person(&self, role: &str) -> &Actor {
        let found = self.people.iter().find(|(name, _)| *name == role);
        &found.unwrap_or_else(|| panic!("nobody is {role}")).1
    }

    /// The administrator.
    pub fn admin(&self) -> &Actor {
        self.person("administrator")
    }

    /// A lead who prepares what is tried; not one of those who try it.
    pub fn worker(&self, place: Place) -> &Actor {
        match place {
            Place::Ordinary => &self.workers[0],
            Place::Confidential => &self.workers[1],
        }
    }

    /// A number that was not given before.
    pub fn next(&self) -> u32 {
        self.count.set(self.count.get() + 1);
        self.count.get()
    }

    /// The version of a ticket.
    pub async fn version(&self, place: Place, id: &str) -> Value {
        let query = "query($id: ID!) { ticket(id: $id) { version } }";
        let found = self.worker(place).query(query, json!({ "id": id })).await;
        found["ticket"]["version"].clone()
    }

    /// A ticket that has come so far; the same one until it is [`Self::used`].
    pub async fn ticket(&self, place: Place, ready: Ready) -> Sample {
        let known = self.ready.borrow().get(&(place, ready)).cloned();
        if let Some(known) = known {
            return known;
        }
        let made = self.make(place, ready).await;
        self.ready.borrow_mut().insert((place, ready), made.clone());
        made
    }

    /// A new file in a public message.
    pub async fn file(&self, place: Place) -> String {
        let worker = self.worker(place);
        let file = worker.upload("plan.txt", b"A plan.").await;
        let input = json!({ "ticket": self.at(place).id, "body": "", "attachments": [file] });
        let data = worker
            .mutate(
                "mutation($input: TicketReplyInput!) { ticketReply(input: $input) { userErrors { code } } }",
                json!({ "input": input }),
            )
            .await;
        assert_eq!(data["ticketReply"]["userErrors"], json!([]));
        file
    }

    /// Somebody changed it: the next one gets another.
    pub fn used(&self, place: Place, ready: Ready) {
        self.ready.borrow_mut().remove(&(place, ready));
    }

    async fn make(&self, place: Place, ready: Ready) -> Sample {
        let mut sample = self.report(place, "Scratch").await;
        let worker = self.worker(place);
        let assignee = worker.person.to_string();
        match ready {
            Ready::New => {}
            Ready::Assigned => {
                let input = json!({ "team": team(place.team()).to_string(), "assignee": assignee });
                self.act(place, "ticketAssign", &sample.id, input).await;
            }
            Ready::OnHold => {
                let input =
                    json!({ "reason": "WAITING_FOR_SUPPLIER", "wakeUpAt": "2026-03-10T09:00:00Z" });
                self.act(place, "ticketPutOnHold", &sample.id, input).await;
            }
            Ready::Resolved => {
                let input = json!({ "code": "SOLVED", "message": "Solved." });
                self.act(place, "ticketResolve", &sample.id, input).await;
            }
            Ready::Linked => {
                let other = self.report(place, "Scratch").await;
                let input = json!({ "ticket": sample.id, "kind": "RELATES_TO", "other": other.id });
                let data = worker
                    .mutate(
                        "mutation($input: TicketLinkInput!) { ticketLink(input: $input) { ticket { links { id } } userErrors { code } } }",
                        json!({ "input": input }),
                    )
                    .await;
                sample.link = text(super::at(&data, "/ticketLink/ticket/links/0/id"));
            }
        }
        sample
    }

    async fn report(&self, place: Place, title: &str) -> Sample {
        let input = json!({
            "title": title,
            "description": "As described.",
            "department": department(place.department()).to_string(),
        });
        let data = self
            .person("requester")
            .mutate(
                "mutation($input: IncidentReportInput!) { incidentReport(input: $input) { ticket { id reference } userErrors { code field } } }",
                json!({ "input": input }),
            )
            .await;
        let ticket = &data["incidentReport"]["ticket"];
        assert!(ticket.is_object(), "{data}");
        let sample = Sample {
            id: text(&ticket["id"]),
            reference: text(&ticket["reference"]),
            link: String::new(),
        };
        let input =
            json!({ "ticket": sample.id, "person": self.person("watcher").person.to_string() });
        let data = self
            .worker(place)
            .mutate(
                "mutation($input: TicketWatchInput!) { ticketWatch(input: $input) { userErrors { code } } }",
                json!({ "input": input }),
            )
            .await;
        assert_eq!(data["ticketWatch"]["userErrors"], json!([]));
        sample
    }

    /// A ticket with a team, a reply and an internal note.
    async fn sample(&self, place: Place) -> Sample {
        let title = match place {
            Place::Ordinary => "Ordinary matter",
            Place::Confidential => "Confidential matter",
        };
        let sample = self.report(place, title).await;
        let assign = json!({ "team": team(place.team()).to_string() });
        self.act(place, "ticketAssign", &sample.id, assign).await;
        for (mutation, kind, body) in [
            ("ticketReply", "TicketReplyInput", "We are on it."),
            ("ticketAddNote", "TicketAddNoteInput", "Internal remark"),
        ] {
            let query = format!(
                "mutation($input: {kind}!) {{ {mutation}(input: $input) {{ userErrors {{ code }} }} }}"
            );
            let data = self
                .worker(place)
                .mutate(
                    &query,
                    json!({ "input": { "ticket": sample.id, "body": body } }),
                )
                .await;
            assert_eq!(data[mutation]["userErrors"], json!([]));
        }
        sample
    }

    async fn act(&self, place: Place, mutation: &str, id: &str, more: Value) {
        let mut input = json!({ "ticket": id, "expectedVersion": self.version(place, id).await });
        input
            .as_object_mut()
            .expect("an object")
            .extend(more.as_object().cloned().unwrap_or_default());
        let kind = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
        let query = format!(
            "mutation($input: {kind}!) {{ {mutation}(input: $input) {{ userErrors {{ code field }} }} }}"
        );
        let data = self
            .worker(place)
            .mutate(&query, json!({ "input": input }))
            .await;
        assert_eq!(data[mutation]["userErrors"], json!([]), "{mutation}");
    }

    async fn item(&self, place: Place) -> String {
        let input = json!({
            "department": department(place.department()).to_string(),
            "name": format!("Something from {}", place.department()),
            "icon": "package",
            "category": "Things",
        });
        let data = self
            .admin()
            .mutate(
                "mutation($input: CatalogItemCreateInput!) { catalogItemCreate(input: $input) { catalogItem { id } userErrors { code field } } }",
                json!({ "input": input }),
            )
            .await;
        text(super::at(&data, "/catalogItemCreate/catalogItem/id"))
    }
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("no text: {value}"))
        .to_owned()
}
