//! Opening a ticket: references, routing, participants, first events.

use super::act::Act;
use crate::desk::Desk;
use crate::desk::attachment;
use crate::desk::entity::ticket;
use crate::desk::notification;
use crate::desk::routing::decide::{Routed, Rules, decide};
use crate::desk::routing::default_team;
use crate::desk::service_level::clocks::Present;
use crate::desk::service_level::store::ServiceLevels;
use crate::organisation::entity::category::Model as Category;
use crate::organisation::entity::person::Model as Person;
use crate::organisation::entity::service::Model as Service;
use crate::organisation::entity::team::Model as Team;
use crate::organisation::{reference, settings, store};
use crate::platform::context::Actor;
use crate::platform::database::Connection;
use crate::platform::error::{Error, Result, code};
use crate::platform::event_log::{Change, Changes};
use crate::platform::unit_of_work::UnitOfWork;
use serde_json::{Value, json};
use shared::event::EventKind;
use shared::id::{
    AttachmentId, CatalogItemId, CategoryId, DepartmentId, PersonId, ServiceId, SiteId, TeamId,
    TicketId,
};
use shared::routing::{Facts, Words};
use shared::ticket::{
    Channel, ClockRisk, DUE_ORDER_NONE, Impact, Priority, Reference, TicketKind, TicketState,
    Urgency, priority_of,
};

/// What a new ticket is made of; the caller has validated texts and the actor's right to it.
pub struct NewTicket {
    /// Kind.
    pub kind: TicketKind,
    /// Title.
    pub title: String,
    /// Description in Markdown.
    pub description: String,
    /// Owning department; found by category or service when absent, else the default one.
    pub department: Option<DepartmentId>,
    /// Service.
    pub service: Option<ServiceId>,
    /// Category.
    pub category: Option<CategoryId>,
    /// Team, when the catalog item names one.
    pub team: Option<TeamId>,
    /// Who is affected.
    pub impact: Impact,
    /// How soon it hurts.
    pub urgency: Urgency,
    /// How the contact came in.
    pub channel: Channel,
    /// Who asks.
    pub requester: PersonId,
    /// For whom, when not for the requester.
    pub requested_for: Option<PersonId>,
    /// Catalog item with its version, and the answers as JSON.
    pub catalog: Option<(CatalogItemId, i32, String)>,
    /// Files that were uploaded for it.
    pub files: Vec<AttachmentId>,
    /// What whoever opens it has decided already.
    pub decided: Decided,
}

/// What of a ticket's way whoever opens it has decided, so that no rule is asked about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decided {
    /// Nothing: rules say to which team it goes, and to whom.
    Nothing,
    /// Who has it, or that nobody has to: rules say to which team it goes.
    Assignee,
    /// To which team it goes: no rule is asked.
    Team(TeamId),
}

/// A new ticket with all that it refers to.
pub struct Prepared {
    new: NewTicket,
    /// For whom it is.
    whom: Person,
    /// Where the requester works now.
    site: Option<SiteId>,
    priority: Priority,
    place: Place,
    /// The department's rules, unless whoever opens it has named a team.
    rules: Option<Rules>,
    present: Present,
}

/// Looks up what a new ticket refers to. That takes as long as writing it, so whoever can does it
/// before the writer is taken: what goes out of use in between was in use when it was asked for. What
/// does not rest upon something else is looked up at the same time.
///
/// # Errors
/// Refused when something does not exist or is not in use.
pub async fn prepare(
    db: &impl Connection,
    levels: &ServiceLevels,
    new: NewTicket,
) -> Result<Prepared> {
    // All come to their end, whatever the others say: a statement that is given up costs its
    // connection.
    let (whom, matrix, belongs, current) = tokio::join!(
        whom(db, &new),
        settings::priority_matrix(db),
        place(db, &new),
        levels.current(db),
    );
    let (whom, site) = whom?;
    let matrix = matrix?;
    let (place, rules) = belongs?;
    let present = Present::new(current?, place.categories.clone());
    Ok(Prepared {
        priority: priority_of(&matrix, new.impact, new.urgency),
        present,
        place,
        rules,
        whom,
        site,
        new,
    })
}

/// The one it is for, and the site of whoever asks, who must be known too.
async fn whom(db: &impl Connection, new: &NewTicket) -> Result<(Person, Option<SiteId>)> {
    let requester = reference::require_person(db, new.requester, "requester").await?;
    let site = requester.site_id;
    let whom = match new.requested_for {
        Some(id) => reference::require_person(db, id, "requestedFor").await?,
        None => requester,
    };
    Ok((whom, site))
}

/// Opens a ticket in the caller's transaction.
pub async fn open(desk: &Desk, uow: &mut UnitOfWork, prepared: Prepared) -> Result<ticket::Model> {
    let ctx = uow.context().clone();
    let Prepared {
        new,
        whom,
        site,
        priority,
        place,
        rules,
        present,
    } = prepared;
    let department = place.department;
    let routed = route(uow, &new, &place, rules.as_ref(), &whom, priority).await?;
    let team = match (new.decided, &routed) {
        (Decided::Team(team), _) => Some(team),
        (_, Some(routed)) => Some(routed.team),
        (_, None) => place.team,
    };
    let assignee = routed.as_ref().and_then(|routed| routed.assignee);
    let reference = Reference::new(
        new.kind,
        uow.next_number(new.kind.reference_prefix()).await?,
    );
    let requested_for = new.requested_for.filter(|id| *id != new.requester);
    let (catalog_item_id, catalog_item_version, answers) = match new.catalog {
        Some((id, version, answers)) => (Some(id), Some(version), Some(answers)),
        None => (None, None, None),
    };
    let row = ticket::Model {
        id: TicketId(uow.next_id()),
        kind: new.kind,
        reference_prefix: reference.prefix.clone(),
        reference_number: reference.number,
        reference: reference.to_string(),
        title: new.title.trim().to_owned(),
        description: new.description,
        state: match assignee {
            Some(_) => TicketState::Assigned,
            None => TicketState::New,
        },
        state_before_hold: None,
        source_state: None,
        impact: new.impact,
        urgency: new.urgency,
        priority,
        channel: new.channel,
        department_id: department,
        team_id: team,
        assignee_id: assignee,
        requester_id: new.requester,
        requested_for_id: requested_for,
        opened_by_id: ctx.actor.person().filter(|id| *id != new.requester),
        service_id: new.service,
        category_id: new.category,
        site_id: site,
        catalog_item_id,
        catalog_item_version,
        answers,
        hold_reason: None,
        wake_up_at: None,
        resolution_code: None,
        resolution_message: None,
        created_at: ctx.now,
        updated_at: ctx.now,
        contact_at: ctx.now,
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
    };
    // A call, a walk-up or a chat that an agent writes down has been answered by that.
    let recorded = ctx.grants.works(department)
        && ctx.actor != Actor::Person(new.requester)
        && matches!(
            row.channel,
            Channel::Phone | Channel::WalkUp | Channel::Chat
        );
    let mut changes = Changes::new();
    if recorded {
        changes.insert(
            "recordedByAgent".to_owned(),
            Change {
                before: Value::Null,
                after: json!(true),
            },
        );
    }
    if !new.files.is_empty() {
        changes.insert(
            "attachments".to_owned(),
            Change {
                before: Value::Null,
                after: json!(new.files),
            },
        );
    }
    let mut events = vec![(EventKind::TicketCreated, changes)];
    events.extend(routed.map(|routed| (EventKind::TicketRouted, routed.changes())));
    let row = Act::insert(desk, uow, row, events, &present).await?;
    attachment::attach(uow, &new.files, row.id, None).await?;
    if row.assignee_id.is_some() {
        let words = "opened a ticket that is yours now";
        notification::assignee(uow, &row, EventKind::TicketAssigned, words).await?;
    }
    Ok(row)
}

/// Where a ticket belongs before any rule is asked.
struct Place {
    department: DepartmentId,
    /// Teams of the department that are in use, by name.
    teams: Vec<Team>,
    /// The team where no rule fits.
    team: Option<TeamId>,
    /// Its category and the one above.
    categories: Vec<CategoryId>,
}

/// What the department's rules say, unless whoever opens it has named a team.
async fn route(
    uow: &UnitOfWork,
    new: &NewTicket,
    place: &Place,
    rules: Option<&Rules>,
    whom: &Person,
    priority: Priority,
) -> Result<Option<Routed>> {
    if let Decided::Team(team) = new.decided {
        reference::require_team(uow.tx(), Some(team), place.department).await?;
        return Ok(None);
    }
    let Some(rules) = rules else {
        return Ok(None);
    };
    let facts = Facts {
        kind: new.kind,
        service: new.service,
        categories: place.categories.clone(),
        item: new.catalog.as_ref().map(|(item, ..)| *item),
        priority,
        title: Words::of(&new.title),
        requester_department: whom.department_id,
        vip: whom.vip,
    };
    let assign = new.decided == Decided::Nothing;
    decide(uow, rules, &place.teams, &facts, assign).await
}

/// The owning department (as said, of the category, of the service, the default one) and the team
/// where no rule fits: by category first, then service, then the catalog item's team, else the
/// department's first team by name. Teams out of use are passed over. With it come the department's
/// rules, unless a team is decided.
async fn place(db: &impl Connection, new: &NewTicket) -> Result<(Place, Option<Rules>)> {
    let (categories, service, default) =
        tokio::join!(categories(db, new), service(db, new), default(db, new));
    let (category, parent) = categories?;
    let service = service?;
    let of_category = category.as_ref().map(|c| c.department_id);
    let of_service = service.as_ref().map(|s| s.department_id);
    let named = new.department.or(of_category).or(of_service);
    let Some(department) = named.or(default?) else {
        return Err(Error::refused(
            code::REQUIRED,
            "department",
            "Please say which department this is for.",
        ));
    };
    let own = [department];
    let (used, teams, rules) = tokio::join!(
        reference::require_department(db, department),
        store::teams(db, Some(&own), false),
        rules(db, new, department),
    );
    used?;
    for (owner, field) in [(of_category, "category"), (of_service, "service")] {
        if owner.is_some_and(|owner| owner != department) {
            return Err(Error::refused(
                code::INVALID,
                field,
                "This belongs to another department.",
            ));
        }
    }
    let teams = teams?;
    let named = [
        category.as_ref().and_then(|c| c.team_id),
        parent.as_ref().and_then(|p| p.team_id),
        service.and_then(|s| s.team_id),
        new.team,
    ];
    let place = Place {
        department,
        team: default_team(&teams, named),
        teams,
        categories: [category.map(|c| c.id), parent.map(|p| p.id)]
            .into_iter()
            .flatten()
            .collect(),
    };
    Ok((place, rules?))
}

async fn rules(
    db: &impl Connection,
    new: &NewTicket,
    department: DepartmentId,
) -> Result<Option<Rules>> {
    match new.decided {
        Decided::Team(_) => Ok(None),
        Decided::Nothing | Decided::Assignee => Rules::of(db, department).await.map(Some),
    }
}

/// Its category, and the one above that: there are two levels.
async fn categories(
    db: &impl Connection,
    new: &NewTicket,
) -> Result<(Option<Category>, Option<Category>)> {
    let Some(id) = new.category else {
        return Ok((None, None));
    };
    let category = used(store::category(db, id).await?, |c| c.active, "category")?;
    let parent = match category.parent_id {
        Some(id) => store::category(db, id).await?,
        None => None,
    };
    Ok((Some(category), parent))
}

async fn service(db: &impl Connection, new: &NewTicket) -> Result<Option<Service>> {
    let Some(id) = new.service else {
        return Ok(None);
    };
    used(store::service(db, id).await?, |s| s.active, "service").map(Some)
}

/// The department for what nobody could place, where it may be needed.
async fn default(db: &impl Connection, new: &NewTicket) -> Result<Option<DepartmentId>> {
    if new.department.is_some() || new.category.is_some() || new.service.is_some() {
        return Ok(None);
    }
    settings::default_department(db).await
}

/// What an input refers to must exist and be in use.
fn used<T>(row: Option<T>, active: impl Fn(&T) -> bool, field: &str) -> Result<T> {
    row.filter(active).ok_or_else(|| Error::not_found(field))
}
