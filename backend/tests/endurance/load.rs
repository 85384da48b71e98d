//! People at work, as fast as the server lets them, and a journal of all that was acknowledged.
//!
//! What got no answer is sent again until it gets one, as it was: with its key, or with the version
//! that it was about. So each act of the journal must have happened, and just once.

use crate::client::{Client, Heard};
use crate::organisation::department;
use rand::Rng as _;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use serde_json::{Value, json};
use shared::event::EventKind;
use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::{Duration, Instant};
use tokio::task::JoinHandle;

/// Pause before something is tried again.
const PAUSE: Duration = Duration::from_millis(5);
/// Nothing is tried for longer.
const PATIENCE: Duration = Duration::from_secs(90);
/// Tickets that one writer works on at a time.
const DESK: usize = 6;

/// An acknowledged act.
#[derive(Clone, Debug)]
pub enum Done {
    /// Somebody reported an incident.
    Reported {
        /// With this key.
        key: String,
        /// And this title, which nobody else uses.
        title: String,
        /// The ticket.
        ticket: String,
        /// Its reference.
        reference: String,
    },
    /// Somebody wrote.
    Said {
        /// With this key.
        key: String,
        /// This text, which nobody else uses.
        body: String,
        /// On this ticket.
        ticket: String,
        /// The message.
        message: String,
        /// What the log calls it.
        kind: EventKind,
    },
    /// Something else happened to a ticket.
    Moved {
        /// Which.
        ticket: String,
        /// What the log calls it.
        kind: EventKind,
        /// The version that this gave it.
        version: i64,
    },
}

/// What was acknowledged, and how hard that was.
#[derive(Default)]
pub struct Journal {
    /// All acts.
    pub acts: RefCell<Vec<Done>>,
    /// Requests without an answer.
    pub unheard: Cell<usize>,
    /// Why the last of them had none.
    pub last_silence: RefCell<String>,
    /// Acts that had happened although their answer was lost, as far as versions tell.
    pub had_happened: Cell<usize>,
}

/// Writers at work.
pub struct Load {
    /// What they achieved.
    pub journal: Rc<Journal>,
    stop: Rc<Cell<bool>>,
    tasks: Vec<JoinHandle<Writer>>,
}

impl Load {
    /// Sets them to work, each as fast as it is answered.
    pub fn begin(writers: Vec<Writer>, journal: Rc<Journal>) -> Self {
        Self::with_pause(writers, journal, Duration::ZERO)
    }

    /// Sets them to work, at no more than so many acts a second.
    pub fn at_pace(writers: Vec<Writer>, journal: Rc<Journal>, pace: f64) -> Self {
        let pause = Duration::from_secs_f64(writers.len() as f64 / pace);
        Self::with_pause(writers, journal, pause)
    }

    fn with_pause(writers: Vec<Writer>, journal: Rc<Journal>, pause: Duration) -> Self {
        let stop = Rc::new(Cell::new(false));
        let tasks = writers
            .into_iter()
            .map(|writer| actix_web::rt::spawn(writer.work(stop.clone(), pause)))
            .collect();
        Self {
            journal,
            stop,
            tasks,
        }
    }

    /// Acts so far.
    pub fn acts(&self) -> usize {
        self.journal.acts.borrow().len()
    }

    /// Panics if a writer gave up.
    pub async fn look(&mut self) {
        if let Some(index) = self.tasks.iter().position(JoinHandle::is_finished) {
            self.tasks.swap_remove(index).await.expect("a writer");
            panic!("a writer went home");
        }
    }

    /// Lets each end the act in hand, which needs a server, and gives them back.
    pub async fn end(self) -> Vec<Writer> {
        self.stop.set(true);
        let mut writers = Vec::new();
        for task in self.tasks {
            writers.push(task.await.expect("a writer"));
        }
        writers
    }
}

/// A ticket as its writer knows it.
struct Ticket {
    id: String,
    version: i64,
    state: String,
}

/// Two people, one who asks and one who works; nobody else touches their tickets.
pub struct Writer {
    name: String,
    asks: Client,
    works: Client,
    random: StdRng,
    journal: Rc<Journal>,
    tickets: Vec<Ticket>,
    acts: u64,
}

impl Writer {
    /// Two people with nothing to do yet.
    pub fn new(
        name: String,
        asks: Client,
        works: Client,
        random: StdRng,
        journal: Rc<Journal>,
    ) -> Self {
        Self {
            name,
            asks,
            works,
            random,
            journal,
            tickets: Vec::new(),
            acts: 0,
        }
    }

    async fn work(mut self, stop: Rc<Cell<bool>>, pause: Duration) -> Self {
        let mut next = Instant::now();
        while !stop.get() {
            tokio::time::sleep_until(next.into()).await;
            next += pause;
            self.act().await;
        }
        self
    }

    async fn act(&mut self) {
        self.acts += 1;
        if self.tickets.len() < DESK || self.random.random_bool(0.25) {
            return self.report().await;
        }
        let index = self.random.random_range(0..self.tickets.len());
        if self.random.random_bool(0.4) {
            return self.say(index).await;
        }
        let state = self.tickets[index].state.clone();
        let all: &[Step] = match state.as_str() {
            "NEW" => &[Step::Start, Step::Edit, Step::Assign, Step::Rank],
            "ASSIGNED" => &[Step::Start, Step::Edit, Step::Hold],
            "IN_PROGRESS" => &[Step::Hold, Step::Resolve, Step::Edit, Step::Rank],
            "ON_HOLD" => &[Step::Resume],
            "RESOLVED" => &[Step::Reopen, Step::Confirm],
            _ => &[],
        };
        match all.choose(&mut self.random) {
            Some(step) => self.step(index, *step).await,
            // Closed: on to others.
            None => {
                self.tickets.swap_remove(index);
            }
        }
    }

    async fn report(&mut self) {
        let title = format!("{}-{} does not work", self.name, self.acts);
        let input = json!({
            "title": title,
            "description": "Since this morning. ".repeat(self.random.random_range(1..40)),
            "department": department("it").to_string(),
            "idempotencyKey": format!("{}-{}", self.name, self.acts),
        });
        let twice = self.random.random_bool(0.1);
        let ticket = self
            .insist("incidentReport", "ticket", &input, &self.asks, twice)
            .await;
        let id = text(&ticket, "id");
        self.note(Done::Reported {
            key: text(&input, "idempotencyKey"),
            title,
            ticket: id.clone(),
            reference: text(&ticket, "reference"),
        });
        self.tickets.push(Ticket {
            id,
            version: number(&ticket, "version"),
            state: text(&ticket, "state"),
        });
        if self.tickets.len() > DESK {
            self.tickets.remove(0);
        }
    }

    async fn say(&mut self, index: usize) {
        let (field, kind, who) = match self.random.random_range(0..3) {
            0 => (
                "ticketReply",
                EventKind::RequesterReplied,
                self.asks.clone(),
            ),
            1 => ("ticketReply", EventKind::TicketReplied, self.works.clone()),
            _ => ("ticketAddNote", EventKind::NoteAdded, self.works.clone()),
        };
        let ticket = &self.tickets[index];
        let closed = matches!(ticket.state.as_str(), "CLOSED" | "CANCELLED");
        if closed && kind != EventKind::NoteAdded {
            return;
        }
        let body = format!("{}-{} says this.", self.name, self.acts);
        let input = json!({
            "ticket": ticket.id,
            "body": body,
            "idempotencyKey": format!("{}-{}", self.name, self.acts),
        });
        let twice = self.random.random_bool(0.1);
        let message = self
            .insist(field, "message { id } ticket", &input, &who, twice)
            .await;
        let expected = self.tickets[index].version + 1;
        let ticket = &message["ticket"];
        assert_eq!(number(ticket, "version"), expected, "{input}: {message}");
        self.tickets[index].version = expected;
        self.tickets[index].state = text(ticket, "state");
        self.note(Done::Said {
            key: text(&input, "idempotencyKey"),
            body,
            ticket: text(&input, "ticket"),
            message: text(&message["message"], "id"),
            kind,
        });
    }

    async fn step(&mut self, index: usize, step: Step) {
        let ticket = &self.tickets[index];
        let mut input = json!({ "ticket": ticket.id, "expectedVersion": ticket.version });
        let add = |input: &mut Value, name: &str, value: Value| {
            input[name] = value;
        };
        let (field, kind) = match step {
            Step::Start => ("ticketStart", EventKind::TicketStarted),
            Step::Assign => {
                add(
                    &mut input,
                    "assignee",
                    json!(self.works.somebody.id.to_string()),
                );
                ("ticketAssign", EventKind::TicketAssigned)
            }
            Step::Edit => {
                add(
                    &mut input,
                    "title",
                    json!(format!("{}-{} is broken", self.name, self.acts)),
                );
                ("ticketEdit", EventKind::TicketEdited)
            }
            Step::Rank => {
                let impact = ["PERSON", "TEAM"].choose(&mut self.random).expect("one");
                add(&mut input, "impact", json!(impact));
                add(
                    &mut input,
                    "urgency",
                    json!(["LOW", "HIGH"].choose(&mut self.random)),
                );
                ("ticketSetPriority", EventKind::PriorityChanged)
            }
            Step::Hold => {
                let reason = ["WAITING_FOR_REQUESTER", "WAITING_FOR_SUPPLIER"];
                add(&mut input, "reason", json!(reason.choose(&mut self.random)));
                add(&mut input, "wakeUpAt", json!(tomorrow()));
                ("ticketPutOnHold", EventKind::TicketPutOnHold)
            }
            Step::Resume => ("ticketResume", EventKind::TicketResumed),
            Step::Resolve => {
                add(&mut input, "code", json!("SOLVED"));
                add(&mut input, "message", json!("It works again."));
                ("ticketResolve", EventKind::TicketResolved)
            }
            Step::Confirm => ("ticketConfirm", EventKind::TicketConfirmed),
            Step::Reopen => {
                add(&mut input, "reason", json!("It does not."));
                ("ticketReopen", EventKind::TicketReopened)
            }
        };
        let who = if matches!(step, Step::Confirm | Step::Reopen) {
            self.asks.clone()
        } else {
            self.works.clone()
        };
        let expected = ticket.version + 1;
        let ticket = self.insist(field, "ticket", &input, &who, false).await;
        let version = number(&ticket, "version");
        if version + 1 == expected {
            // The priority that it has already: nothing happened.
            assert_eq!(step, Step::Rank, "{input}: {ticket}");
            return;
        }
        assert_eq!(version, expected, "{input}: {ticket}");
        self.tickets[index].version = version;
        self.tickets[index].state = text(&ticket, "state");
        self.note(Done::Moved {
            ticket: text(&input, "ticket"),
            kind,
            version,
        });
    }

    fn note(&self, done: Done) {
        self.journal.acts.borrow_mut().push(done);
    }

    /// Sends it until it is acknowledged; with `twice`, two at once, which must come to the same.
    async fn insist(
        &self,
        field: &str,
        what: &str,
        input: &Value,
        who: &Client,
        twice: bool,
    ) -> Value {
        let begun = Instant::now();
        let mut unheard = false;
        loop {
            let answer = if twice {
                let (one, other) = tokio::join!(
                    self.send(field, what, input, who),
                    self.send(field, what, input, who)
                );
                if let (Some(one), Some(other)) = (&one, &other) {
                    let id = |answer: &Value| {
                        answer
                            .pointer("/message/id")
                            .or(answer.pointer("/ticket/id"))
                            .cloned()
                    };
                    assert_eq!(id(one), id(other), "{input}");
                }
                unheard |= one.is_none() || other.is_none();
                one.or(other)
            } else {
                self.send(field, what, input, who).await
            };
            let Some(answer) = answer else {
                unheard = true;
                self.journal.unheard.set(self.journal.unheard.get() + 1);
                let why = self.journal.last_silence.borrow().clone();
                assert!(
                    begun.elapsed() < PATIENCE,
                    "nobody heard {field} {input}: {why}"
                );
                tokio::time::sleep(PAUSE).await;
                continue;
            };
            let code = answer.pointer("/userErrors/0/code").and_then(Value::as_str);
            match code {
                None => {}
                // It was about the version before: the act whose answer was lost has happened.
                Some("VERSION_CONFLICT") if unheard => {
                    self.journal
                        .had_happened
                        .set(self.journal.had_happened.get() + 1);
                }
                Some(_) => panic!("{field} {input}: {answer}"),
            }
            return if what == "ticket" {
                answer["ticket"].clone()
            } else {
                answer
            };
        }
    }

    /// `None`: nothing was heard.
    async fn send(&self, field: &str, what: &str, input: &Value, who: &Client) -> Option<Value> {
        let kind = format!("{}{}Input", field[..1].to_uppercase(), &field[1..]);
        let query = format!(
            "mutation($input: {kind}!) {{ {field}(input: $input) {{ \
             {what} {{ id reference version state }} userErrors {{ code field message }} }} }}"
        );
        match who.ask(&query, &json!({ "input": input })).await {
            Heard::Data(mut data) => Some(data[field].take()),
            Heard::Nothing(why) => {
                *self.journal.last_silence.borrow_mut() = why;
                None
            }
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Start,
    Assign,
    Edit,
    Rank,
    Hold,
    Resume,
    Resolve,
    Confirm,
    Reopen,
}

fn tomorrow() -> String {
    use backend::platform::clock::{Clock as _, SystemClock};
    SystemClock.now().plus_seconds(86_400).to_string()
}

fn text(value: &Value, name: &str) -> String {
    let found = value[name].as_str();
    found
        .unwrap_or_else(|| panic!("no {name} in {value}"))
        .to_owned()
}

fn number(value: &Value, name: &str) -> i64 {
    let found = value[name].as_i64();
    found.unwrap_or_else(|| panic!("no {name} in {value}"))
}
