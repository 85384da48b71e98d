//! The life of one invented ticket, told as acts would have written it: the same events with the
//! same differences, the same clocks.

use super::ground::{Department, Ground};
use super::texts;
use crate::app::App;
use crate::desk::entity::{clock, message, ticket};
use crate::desk::service_level::clocks;
use crate::desk::service_level::history::{self, History};
use crate::desk::service_level::timer::clock_event;
use crate::desk::store::ticket as tickets;
use crate::desk::ticket::lifecycle::{AUTO_CLOSE, WAKE_UP};
use crate::platform::event_log::{Change, Changes, NewEvent};
use crate::platform::timer;
use crate::seed::random::Random;
use anyhow::{Context as _, Result};
use serde_json::{Value, json};
use shared::event::EventKind;
use shared::id::{ClockId, MessageId, PersonId, TicketId, TimerId};
use shared::service_level::{AgreementFacts, Clock, HistoryEntry};
use shared::ticket::{
    Channel, ClockRisk, DUE_ORDER_NONE, HoldReason, Impact, MessageVisibility, ResolutionCode,
    TicketKind, TicketState, Urgency, priority_of,
};
use shared::time::Timestamp;
use uuid::Uuid;

/// From resolution to closing, as departments have it that set nothing.
const CLOSE_AFTER_SECONDS: i64 = 5 * 86_400;

/// All rows of one ticket but its reference, which is numbered as it is written.
pub struct Life {
    /// The ticket as it stands now.
    pub ticket: ticket::Model,
    /// Its conversation.
    pub messages: Vec<message::Model>,
    /// What happened, in order.
    pub events: Vec<NewEvent>,
    /// Its promises.
    pub clocks: Vec<clock::Model>,
    /// What is still to come.
    pub timers: Vec<timer::Model>,
}

/// Tells one life.
pub struct Teller<'a> {
    app: &'a App,
    ground: &'a Ground,
    now: Timestamp,
    row: ticket::Model,
    /// The ticket as the last event left it.
    told: Option<ticket::Model>,
    messages: Vec<message::Model>,
    events: Vec<NewEvent>,
    history: History,
}

/// Minutes to somebody's first look, to the answer of the other side, to the solution: the middle
/// of each; single ones are up to eight times as long.
const LOOK_MINUTES: i64 = 90;
const ANSWER_MINUTES: i64 = 1_440;
const SOLVE_MINUTES: i64 = 1_200;

impl<'a> Teller<'a> {
    /// A teller whose story has not begun.
    pub fn new(app: &'a App, ground: &'a Ground, now: Timestamp) -> Self {
        Self {
            app,
            ground,
            now,
            row: blank(),
            told: None,
            messages: Vec::new(),
            events: Vec::new(),
            history: History::default(),
        }
    }

    /// Tells everything up to now of a ticket opened at that instant.
    pub async fn tell(mut self, random: &mut Random, opened_at: Timestamp) -> Result<Life> {
        let ground = self.ground;
        let department = random
            .pick(&ground.departments)
            .context("no department works")?;
        let agent = self.open(random, department, opened_at).await?;
        self.live(random, opened_at, agent).await?;
        self.end().await
    }

    async fn open(
        &mut self,
        random: &mut Random,
        department: &Department,
        at: Timestamp,
    ) -> Result<PersonId> {
        let (requester, site) = *random
            .pick(&self.ground.requesters)
            .context("nobody reports")?;
        let (team, members) = random.pick(&department.teams).context("no team works")?;
        let service = random.pick(&department.services);
        let category = random.pick(&department.categories);
        let impact = [Impact::Person, Impact::Team, Impact::Organisation]
            [random.weighted(&[0.75, 0.2, 0.05])];
        let urgency =
            [Urgency::Low, Urgency::Medium, Urgency::High][random.weighted(&[0.3, 0.55, 0.15])];
        let about = service.map_or("the system", |service| service.name.as_str());
        let title = texts::TITLES[random.below(texts::TITLES.len())].replace("{}", about);
        self.row = ticket::Model {
            id: TicketId(self.id(at)),
            title,
            description: format!("Since this morning I cannot go on with {about}."),
            impact,
            urgency,
            priority: priority_of(&self.ground.matrix, impact, urgency),
            channel: [Channel::Portal, Channel::Email, Channel::Phone]
                [random.weighted(&[0.6, 0.25, 0.15])],
            department_id: department.id,
            team_id: Some(*team),
            requester_id: requester,
            service_id: service.map(|service| service.id),
            category_id: category.map(|(category, _)| category.id),
            site_id: site,
            created_at: at,
            contact_at: at,
            ..blank()
        };
        self.history
            .entries
            .extend(entries(at, EventKind::TicketCreated, &Changes::new()));
        let facts = AgreementFacts {
            kind: self.row.kind,
            priority: self.row.priority,
            department: department.id,
            service: self.row.service_id,
            category_path: category.map_or_else(Vec::new, |(_, path)| path.clone()),
        };
        let chosen = clocks::choose_among(&self.ground.agreements, &facts, None, at)?;
        if let Some((terms, _)) = &chosen {
            self.row.agreement_id = terms.version.map(|version| version.agreement);
            self.history.terms.push(*terms);
        }
        self.stand(at).await?;
        self.log(at, EventKind::TicketCreated, Changes::new())?;
        if let Some((_, changes)) = chosen {
            let event = self.event(at, EventKind::AgreementChosen, changes);
            self.events.push(event);
        }
        Ok(*random.pick(members).context("the team has members")?)
    }

    /// What happens after it was opened, as far as it lies before now.
    async fn live(&mut self, random: &mut Random, at: Timestamp, agent: PersonId) -> Result<()> {
        let requester = self.row.requester_id;
        let at = at.plus_seconds(random.between(30, 600));
        self.say(random, at, requester, true);
        self.row.unanswered = true;
        self.act(at, EventKind::RequesterReplied).await?;

        let at = after(random, at, LOOK_MINUTES);
        if at > self.now {
            return self.note(at, agent).await;
        }
        self.row.state = TicketState::InProgress;
        self.row.assignee_id = Some(agent);
        self.act(at, EventKind::TicketStarted).await?;

        let mut at = at.plus_seconds(random.between(60, 1_800));
        self.say(random, at, agent, false);
        self.row.unanswered = false;
        self.act(at, EventKind::TicketReplied).await?;

        if random.chance(0.3) {
            at = at.plus_seconds(random.between(5, 60));
            let back = after(random, at, ANSWER_MINUTES);
            self.row.state_before_hold = Some(self.row.state);
            self.row.state = TicketState::OnHold;
            self.row.hold_reason = Some(HoldReason::WaitingForRequester);
            // Nobody waits longer than a week without being woken.
            let wake_up = Ord::min(at.plus_seconds(7 * 86_400), back.plus_seconds(86_400));
            let waits = back > self.now;
            self.row.wake_up_at = Some(if waits {
                Ord::max(wake_up, self.now.plus_seconds(3_600))
            } else {
                wake_up
            });
            self.act(at, EventKind::TicketPutOnHold).await?;
            if waits {
                return Ok(());
            }
            at = back;
            self.say(random, at, requester, true);
            self.row.state = TicketState::InProgress;
            self.row.state_before_hold = None;
            self.row.hold_reason = None;
            self.row.wake_up_at = None;
            self.row.unanswered = true;
            self.act(at, EventKind::RequesterReplied).await?;
            self.act(at, EventKind::TicketResumed).await?;
        }

        // One in a hundred stays open for long, as in every real queue.
        let middle = if random.chance(0.01) { 60 } else { 1 };
        at = after(random, at, SOLVE_MINUTES * middle);
        if at > self.now {
            return Ok(());
        }
        let code = [
            ResolutionCode::Solved,
            ResolutionCode::Workaround,
            ResolutionCode::NotReproducible,
        ][random.weighted(&[0.8, 0.15, 0.05])];
        self.row.state = TicketState::Resolved;
        self.row.resolved_at = Some(at);
        self.row.resolution_code = Some(code);
        self.row.resolution_message =
            Some(texts::SOLUTIONS[random.below(texts::SOLUTIONS.len())].to_owned());
        self.row.unanswered = false;
        self.act(at, EventKind::TicketResolved).await?;

        let (kind, wait) = if random.chance(0.25) {
            (EventKind::TicketConfirmed, random.between(600, 86_400))
        } else {
            (EventKind::TicketClosed, CLOSE_AFTER_SECONDS)
        };
        let at = at.plus_seconds(wait);
        if at > self.now {
            return Ok(());
        }
        self.row.state = TicketState::Closed;
        self.row.closed_at = Some(at);
        self.act(at, kind).await
    }

    /// Where nobody began yet, somebody has at least looked.
    async fn note(&mut self, at: Timestamp, agent: PersonId) -> Result<()> {
        let at = Ord::min(at, self.now);
        self.messages.push(message::Model {
            visibility: MessageVisibility::Internal,
            body: "Seen; first come those who cannot work at all.".to_owned(),
            ..self.message(at, agent, false)
        });
        self.act(at, EventKind::NoteAdded).await
    }

    /// Stores the clocks as they stand now, and what they told on the way.
    async fn end(mut self) -> Result<Life> {
        let evaluated = self.stand(self.now).await?;
        let mut news: Vec<(Timestamp, EventKind, &Clock)> = Vec::new();
        for clock in &evaluated {
            let until = clock.finished_at.unwrap_or(self.now);
            let warned = clock.warn_at.filter(|at| *at <= until);
            news.extend(warned.map(|at| (at, EventKind::ClockWarned, clock)));
            news.extend(
                clock
                    .breached_at
                    .map(|at| (at, EventKind::ClockBreached, clock)),
            );
        }
        news.sort_by_key(|(at, ..)| *at);
        let mut rest = self.difference()?;
        for (at, kind, clock) in news.into_iter().rev() {
            let mut event = clock_event(&self.row, clock.target, kind, at);
            // The last carries what the clocks' passing changed on the ticket.
            event.changes.append(&mut rest);
            self.events.push(event);
        }
        self.events.sort_by_key(|event| event.occurred_at);
        let mut life = Life {
            clocks: Vec::with_capacity(evaluated.len()),
            timers: Vec::new(),
            ticket: self.row.clone(),
            messages: std::mem::take(&mut self.messages),
            events: std::mem::take(&mut self.events),
        };
        let ticket = life.ticket.id;
        for clock in &evaluated {
            let row = clocks::row_of(ClockId(self.id(self.now)), ticket, clock, None);
            if let Some(due_at) = clock.next_instant() {
                life.timers
                    .push(self.timer(clocks::TIMER, row.id.0, due_at));
            }
            life.clocks.push(row);
        }
        if let Some(due_at) = life.ticket.wake_up_at {
            life.timers.push(self.timer(WAKE_UP, ticket.0, due_at));
        }
        if life.ticket.state == TicketState::Resolved
            && let Some(at) = life.ticket.resolved_at
        {
            let due_at = at.plus_seconds(CLOSE_AFTER_SECONDS);
            life.timers.push(self.timer(AUTO_CLOSE, ticket.0, due_at));
        }
        Ok(life)
    }

    /// One act at an instant: clocks first, for the event tells what became of them.
    async fn act(&mut self, at: Timestamp, kind: EventKind) -> Result<()> {
        self.row.version += 1;
        self.row.updated_at = at;
        let mut changes = match kind {
            EventKind::TicketPutOnHold => self.difference()?,
            _ => Changes::new(),
        };
        match kind {
            EventKind::TicketResolved => {
                changes.insert(history::PUBLIC_MESSAGE.to_owned(), becomes(json!(true)));
            }
            EventKind::RequesterReplied | EventKind::TicketReplied | EventKind::NoteAdded => {
                let id = self.messages.last().map(|message| message.id);
                changes.insert("message".to_owned(), becomes(json!(id)));
            }
            _ => {}
        }
        self.history.entries.extend(entries(at, kind, &changes));
        self.stand(at).await?;
        self.log(at, kind, changes)
    }

    /// Evaluates the clocks and writes onto the ticket how they stand.
    async fn stand(&mut self, at: Timestamp) -> Result<Vec<Clock>> {
        let db = self.app.platform.db.reader();
        let levels = &self.app.desk.service_levels;
        let evaluated = clocks::evaluate(db, levels, &self.history, at).await?;
        let standing = shared::service_level::standing(&evaluated);
        self.row.risk = standing.risk;
        self.row.due_at = standing.due_at;
        self.row.due_order = standing.due_order;
        Ok(evaluated)
    }

    fn difference(&self) -> Result<Changes> {
        Ok(tickets::difference(self.told.as_ref(), &self.row)?)
    }

    fn log(&mut self, at: Timestamp, kind: EventKind, mut changes: Changes) -> Result<()> {
        changes.append(&mut self.difference()?);
        let event = self.event(at, kind, changes);
        self.events.push(event);
        self.told = Some(self.row.clone());
        Ok(())
    }

    fn event(&self, at: Timestamp, kind: EventKind, changes: Changes) -> NewEvent {
        NewEvent {
            occurred_at: at,
            kind,
            subject_kind: TicketId::PREFIX,
            subject_id: self.row.id.0,
            ticket: Some(self.row.id),
            department: Some(self.row.department_id),
            version_after: Some(self.row.version),
            cause: None,
            changes,
        }
    }

    fn say(&mut self, random: &mut Random, at: Timestamp, author: PersonId, requester: bool) {
        let words = if requester {
            &texts::ADDITIONS
        } else {
            &texts::ANSWERS
        };
        self.messages.push(message::Model {
            body: words[random.below(words.len())].to_owned(),
            ..self.message(at, author, requester)
        });
    }

    fn message(&self, at: Timestamp, author: PersonId, by_requester: bool) -> message::Model {
        message::Model {
            id: MessageId(self.id(at)),
            ticket_id: self.row.id,
            author_id: author,
            visibility: MessageVisibility::Public,
            channel: Channel::Portal,
            by_requester,
            body: String::new(),
            created_at: at,
        }
    }

    fn timer(&self, kind: &str, subject: Uuid, due_at: Timestamp) -> timer::Model {
        timer::Model {
            id: TimerId(self.id(self.now)),
            due_at,
            kind: kind.to_owned(),
            subject_id: subject,
            ticket_id: Some(self.row.id),
        }
    }

    fn id(&self, at: Timestamp) -> Uuid {
        self.app.platform.ids.next(at)
    }
}

fn entries(
    at: Timestamp,
    kind: EventKind,
    changes: &Changes,
) -> impl Iterator<Item = HistoryEntry> {
    history::facts(kind, changes).map(move |fact| HistoryEntry::new(at, fact))
}

const fn becomes(after: Value) -> Change {
    Change {
        before: Value::Null,
        after,
    }
}

/// An instant some while later; most are sooner than the middle, few much later.
fn after(random: &mut Random, at: Timestamp, middle_minutes: i64) -> Timestamp {
    let share = random.fraction();
    let stretch = 0.1 + 8.0 * share.powi(4);
    at.plus_seconds((middle_minutes as f64 * 60.0 * stretch) as i64 + 1)
}

fn blank() -> ticket::Model {
    let never = Timestamp::from_millis(0);
    ticket::Model {
        id: TicketId(Uuid::nil()),
        kind: TicketKind::Incident,
        reference_prefix: String::new(),
        reference_number: 0,
        reference: String::new(),
        title: String::new(),
        description: String::new(),
        state: TicketState::New,
        state_before_hold: None,
        source_state: None,
        impact: Impact::Person,
        urgency: Urgency::Medium,
        priority: shared::ticket::Priority::Low,
        channel: Channel::Portal,
        department_id: shared::id::DepartmentId(Uuid::nil()),
        team_id: None,
        assignee_id: None,
        requester_id: PersonId(Uuid::nil()),
        requested_for_id: None,
        opened_by_id: None,
        service_id: None,
        category_id: None,
        site_id: None,
        catalog_item_id: None,
        catalog_item_version: None,
        answers: None,
        hold_reason: None,
        wake_up_at: None,
        resolution_code: None,
        resolution_message: None,
        created_at: never,
        updated_at: never,
        contact_at: never,
        resolved_at: None,
        closed_at: None,
        due_at: None,
        due_order: DUE_ORDER_NONE,
        risk: ClockRisk::None,
        expected_by: None,
        agreement_id: None,
        unanswered: false,
        restricted: false,
        reopen_count: 0,
        reassignment_count: 0,
        version: 1,
    }
}
