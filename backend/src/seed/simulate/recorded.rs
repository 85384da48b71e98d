//! Imported tickets, lived again as new ones: as they were opened, given, held and solved.

use super::pace::Pace;
use super::recorded_life::{Doing, steps};
use super::recorded_store::{Imported, imported};
use super::{Done, REQUEST, is_left_to_others, quietly};
use crate::app::App;
use crate::desk::entity::ticket;
use crate::desk::store::ticket as tickets;
use crate::desk::ticket::open::{Decided, NewTicket, open, prepare};
use crate::desk::ticket::{edit, lifecycle};
use crate::organisation::access;
use crate::organisation::role::{self, Granted};
use crate::platform::context::Context;
use crate::platform::event_log;
use crate::platform::unit_of_work::UnitOfWork;
use anyhow::{Result, ensure};
use shared::event::EventKind;
use shared::id::{DepartmentId, PersonId, TeamId, TicketId};
use shared::permission::Role;
use shared::ticket::ResolutionCode;
use shared::time::Timestamp;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Tickets that are read at once.
const PAGE: u64 = 100;

/// Where the telling stands.
pub(super) struct Recorded {
    /// The last ticket that was read.
    read: Option<(Timestamp, TicketId)>,
    all_read: bool,
    /// What is to come, in order; the number keeps steps of one instant apart.
    steps: BTreeMap<(Timestamp, u64), (TicketId, Doing)>,
    counter: u64,
    /// By the imported ticket's id.
    lives: HashMap<TicketId, Life>,
    /// Those who may work by now.
    workers: BTreeSet<(PersonId, DepartmentId)>,
}

struct Life {
    imported: Imported,
    /// The new ticket, once it is there.
    id: Option<TicketId>,
    /// Steps that are still to come.
    left: usize,
}

impl Recorded {
    /// Looks whether there is anything.
    pub(super) async fn open(app: &App) -> Result<Self> {
        let mut recorded = Self {
            read: None,
            all_read: false,
            steps: BTreeMap::new(),
            counter: 0,
            lives: HashMap::new(),
            workers: BTreeSet::new(),
        };
        recorded.read_page(app).await?;
        ensure!(
            !recorded.steps.is_empty(),
            "there is nothing to replay: no ticket was imported; `bellhop import servicenow-log FILE` does that"
        );
        Ok(recorded)
    }

    async fn read_page(&mut self, app: &App) -> Result<()> {
        let db = app.platform.db.reader();
        let page = imported(db, self.read, PAGE).await?;
        self.all_read = page.is_empty();
        for imported in page {
            let id = imported.ticket.id;
            self.read = Some((imported.opened_at, id));
            let events = event_log::of_ticket(db, id, &[EventKind::TicketImported]).await?;
            let mut rows = Vec::with_capacity(events.len());
            for event in events {
                rows.push((event.occurred_at, event.changes()?));
            }
            rows.sort_by_key(|(at, _)| *at);
            let steps = steps(imported.opened_at, &rows);
            let life = Life {
                imported,
                id: None,
                left: steps.len(),
            };
            self.lives.insert(id, life);
            for (at, doing) in steps {
                self.counter += 1;
                self.steps.insert((at, self.counter), (id, doing));
            }
        }
        Ok(())
    }

    /// When the next step is, in the record's time; `None` after the last.
    pub(super) async fn peek(&mut self, app: &App) -> Result<Option<Timestamp>> {
        loop {
            let next = self.steps.first_key_value().map(|((at, _), _)| *at);
            // Tickets that are not read yet were opened after all that are.
            let sure = next.is_some_and(|at| self.read.is_some_and(|(read, _)| at < read));
            if sure || self.all_read {
                return Ok(next);
            }
            self.read_page(app).await?;
        }
    }

    /// Does the next step, at the present.
    pub(super) async fn play(&mut self, app: &App, now: Timestamp, pace: &Pace) -> Result<Done> {
        let Some((_, (source, doing))) = self.steps.pop_first() else {
            return Ok(Done::Nothing);
        };
        let Some(mut life) = self.lives.remove(&source) else {
            return Ok(Done::Nothing);
        };
        life.left -= 1;
        let done = quietly(self.step(app, now, pace, &mut life, &doing).await);
        let goes_on = life.left > 0 && (life.id.is_some() || done.is_err());
        if goes_on && !matches!(done, Ok(Done::LeftAlone)) {
            self.lives.insert(source, life);
        }
        done
    }

    async fn step(
        &mut self,
        app: &App,
        now: Timestamp,
        pace: &Pace,
        life: &mut Life,
        doing: &Doing,
    ) -> Result<Done> {
        let system = Context::system(now, REQUEST);
        let desk = &app.desk;
        if let Doing::Open(team) = doing {
            let requester = life.imported.ticket.requester_id;
            let ctx = self.acting(app, &system, Some(requester)).await?;
            life.id = Some(report(app, &ctx, &life.imported, *team).await?);
            return Ok(Done::Arrived);
        }
        let Some(id) = life.id else {
            return Ok(Done::Nothing);
        };
        if is_left_to_others(app, id).await? {
            return Ok(Done::LeftAlone);
        }
        let db = app.platform.db.reader();
        let Some(row) = tickets::by_ids(db, &[id]).await?.pop() else {
            return Ok(Done::Nothing);
        };
        let version = row.version;
        let by = match doing {
            Doing::Confirm => Some(row.requester_id),
            Doing::Give(_, Some(to)) => Some(*to),
            _ => row.assignee_id,
        };
        if let Doing::Give(_, Some(to)) = doing {
            self.let_work(app, &system, *to, row.department_id).await?;
        }
        let ctx = self.acting(app, &system, by).await?;
        match doing {
            Doing::Open(_) => {}
            Doing::Give(team, to) => give(app, &system, &ctx, &row, *team, *to).await?,
            Doing::Start => {
                lifecycle::start(desk, &ctx, id, version).await?;
            }
            Doing::Hold(reason, lasts) => {
                let until = now.plus_millis(pace.lasts(*lasts));
                lifecycle::put_on_hold(desk, &ctx, id, version, *reason, Some(until), None).await?;
            }
            Doing::Resume => {
                lifecycle::resume(desk, &ctx, id, Some(version)).await?;
            }
            Doing::Resolve => {
                let text = format!("Solved, as {} was.", life.imported.number);
                let code = ResolutionCode::Solved;
                lifecycle::resolve(desk, &ctx, id, version, code, &text).await?;
                return Ok(Done::Resolved);
            }
            Doing::Reopen => {
                let text = format!("Reopened, as {} was.", life.imported.number);
                lifecycle::reopen(desk, &ctx, id, version, &text).await?;
            }
            Doing::Confirm => {
                lifecycle::confirm(desk, &ctx, id, version).await?;
            }
            Doing::Cancel => {
                lifecycle::cancel(desk, &ctx, id, version, None).await?;
            }
        }
        Ok(Done::Worked)
    }

    /// Whoever did it; Bellhop itself where nobody is known who still is there.
    async fn acting(
        &self,
        app: &App,
        system: &Context,
        person: Option<PersonId>,
    ) -> Result<Context> {
        let Some(person) = person else {
            return Ok(system.clone());
        };
        let db = app.platform.db.reader();
        let known = access::context_of(db, person, system.now, REQUEST).await?;
        Ok(known.unwrap_or_else(|| system.clone()))
    }

    /// Imported people have no roles; one who is to be given a ticket needs one.
    async fn let_work(
        &mut self,
        app: &App,
        system: &Context,
        person: PersonId,
        department: DepartmentId,
    ) -> Result<()> {
        if self.workers.contains(&(person, department)) {
            return Ok(());
        }
        let db = app.platform.db.reader();
        if !access::grants(db, person).await?.works(department) {
            let agent = Granted::In(department, Role::Agent);
            role::grant(&app.platform, system, person, agent).await?;
        }
        self.workers.insert((person, department));
        Ok(())
    }
}

/// Opens a new ticket like the imported one.
async fn report(
    app: &App,
    ctx: &Context,
    imported: &Imported,
    team: Option<TeamId>,
) -> Result<TicketId> {
    let ticket = &imported.ticket;
    let new = NewTicket {
        kind: ticket.kind,
        title: ticket.title.clone(),
        description: ticket.description.clone(),
        department: Some(ticket.department_id),
        service: ticket.service_id,
        category: ticket.category_id,
        team,
        impact: ticket.impact,
        urgency: ticket.urgency,
        channel: ticket.channel,
        requester: ticket.requester_id,
        requested_for: None,
        catalog: None,
        files: Vec::new(),
        decided: team.map_or(Decided::Nothing, Decided::Team),
    };
    let mut uow = UnitOfWork::begin(&app.platform, ctx).await?;
    let prepared = prepare(uow.tx(), &app.desk.service_levels, new).await?;
    let row = open(&app.desk, &mut uow, prepared).await?;
    uow.commit().await?;
    Ok(row.id)
}

/// Gives a ticket to a team, then to a person, who need not be of the team: imports know no members.
async fn give(
    app: &App,
    system: &Context,
    ctx: &Context,
    row: &ticket::Model,
    team: Option<TeamId>,
    to: Option<PersonId>,
) -> Result<()> {
    let desk = &app.desk;
    let mut version = row.version;
    if team.is_some() && team != row.team_id || to.is_none() {
        version = edit::assign(desk, system, row.id, version, team, None)
            .await?
            .version;
    }
    if to.is_some() {
        edit::assign(desk, ctx, row.id, version, None, to).await?;
    }
    Ok(())
}
