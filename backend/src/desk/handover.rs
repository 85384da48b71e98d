//! Somebody stops working tickets: what they have goes to somebody else, or back to the queue of its
//! team, so that no open ticket waits for a person who cannot work it.

use super::Desk;
use super::notification;
use super::store::ticket as tickets;
use super::ticket::act::Act;
use super::ticket::edit::give;
use crate::organisation::leaving::OnLeave;
use crate::organisation::role::{self, Granted};
use crate::organisation::{access, reference, store};
use crate::platform::context::{Actor, Context};
use crate::platform::database::Connection;
use crate::platform::error::{Error, Result, code};
use crate::platform::unit_of_work::UnitOfWork;
use shared::event::EventKind;
use shared::id::{DepartmentId, PersonId, TeamId};
use shared::permission::{Role, SetUp};
use std::collections::{BTreeMap, BTreeSet};
use std::future::Future;
use std::pin::Pin;

/// Who takes over in a department.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakeOver {
    /// Where.
    pub department: DepartmentId,
    /// Whose tickets they are from now on.
    pub person: PersonId,
    /// Leads the department from now on.
    pub leads: bool,
}

/// What is done with the open tickets of somebody who stops: those of a department without a
/// [`TakeOver`] go back to the queue of their team.
pub struct HandOver<'a> {
    /// The desk.
    pub desk: &'a Desk,
    /// Who takes over.
    pub to: Vec<TakeOver>,
}

impl OnLeave for HandOver<'_> {
    fn left<'a>(
        &'a self,
        uow: &'a mut UnitOfWork,
        person: PersonId,
        department: Option<DepartmentId>,
    ) -> Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>> {
        Box::pin(self.hand_over(uow, person, department))
    }
}

impl HandOver<'_> {
    async fn hand_over(
        &self,
        uow: &mut UnitOfWork,
        person: PersonId,
        department: Option<DepartmentId>,
    ) -> Result<()> {
        let concerned = |take: &&TakeOver| department.is_none_or(|id| id == take.department);
        let mut heirs = BTreeMap::new();
        for take in self.to.iter().filter(concerned) {
            check(uow, person, take).await?;
            if take.leads {
                let lead = Granted::In(take.department, Role::Lead);
                role::give(uow, take.person, lead).await?;
            }
            heirs.insert(take.department, take.person);
        }
        let mut given: BTreeMap<PersonId, usize> = BTreeMap::new();
        // In the order of their ids, as all lock several tickets.
        for id in tickets::open_of(uow.tx(), person, department).await? {
            let Some(row) = tickets::lock(uow.tx(), id).await? else {
                continue;
            };
            if row.assignee_id != Some(person) || !row.state.is_open() {
                continue;
            }
            let heir = heirs.get(&row.department_id).copied();
            let mut act = Act::on(self.desk, uow, row, None)?;
            give(&mut act, heir, None).await?;
            act.happened(EventKind::TicketAssigned);
            act.save().await?;
            if let Some(heir) = heir {
                *given.entry(heir).or_default() += 1;
            }
        }
        for (heir, count) in given {
            notification::taken_over(uow, heir, person, count).await?;
        }
        Ok(())
    }
}

/// Whoever takes over works the department's tickets already. In a confidential one only those who
/// work there say who it is: it is not for others to know what there is.
async fn check(uow: &UnitOfWork, person: PersonId, take: &TakeOver) -> Result<()> {
    let refused = |code, message: &str| Error::refused(code, "takeOver", message);
    let ctx = uow.context();
    let department = reference::department(uow.tx(), take.department)
        .await?
        .ok_or_else(|| Error::not_found("takeOver"))?;
    if department.confidential && !knows(ctx, department.id) {
        return Err(refused(
            code::FORBIDDEN,
            "In a confidential department tickets go back to the queue of their team; its own people share them out.",
        ));
    }
    if take.person == person {
        return Err(refused(code::INVALID, "Somebody else has to take over."));
    }
    let heir = reference::require_person(uow.tx(), take.person, "takeOver").await?;
    if !access::grants(uow.tx(), heir.id)
        .await?
        .works(department.id)
    {
        return Err(refused(
            code::INVALID,
            &format!(
                "{} is neither agent nor lead of {}.",
                heir.name, department.name
            ),
        ));
    }
    Ok(())
}

/// Whether the actor may know of a confidential department's tickets.
fn knows(ctx: &Context, department: DepartmentId) -> bool {
    !matches!(ctx.actor, Actor::Person(_)) || ctx.grants.works(department)
}

/// Whether an active person may still work the department's tickets.
pub async fn still_works(
    db: &impl Connection,
    person: PersonId,
    department: DepartmentId,
) -> Result<bool> {
    let active = store::person(db, person).await?.is_some_and(|p| p.active);
    Ok(active && access::grants(db, person).await?.works(department))
}

/// What somebody would leave behind in a department.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Duty {
    /// Where.
    pub department: DepartmentId,
    /// Open tickets that they have; none where that is not the viewer's to know.
    pub open_tickets: Option<u64>,
    /// Teams that they belong to.
    pub teams: Vec<TeamId>,
    /// They lead it.
    pub leads: bool,
    /// Nobody else who is active leads it.
    pub only_lead: bool,
    /// Who could take over; nobody where the viewer does not say who does.
    pub heirs: Vec<PersonId>,
}

/// What somebody would leave behind, by department: for administrators all of it, for leads what is
/// in their own departments.
pub async fn duties(db: &impl Connection, ctx: &Context, person: PersonId) -> Result<Vec<Duty>> {
    if !ctx.grants.may_read_set_up() {
        return Err(Error::forbidden());
    }
    store::person(db, person)
        .await?
        .ok_or_else(|| Error::not_found("person"))?;
    let granted = access::grants(db, person).await?;
    let teams = store::teams_of(db, &[person]).await?;
    let open: BTreeMap<_, _> = tickets::count_open_of(db, person)
        .await?
        .into_iter()
        .collect();
    let works: BTreeSet<DepartmentId> = granted
        .roles
        .keys()
        .copied()
        .filter(|id| granted.works(*id))
        .collect();
    let mut duties = Vec::new();
    for department in store::departments(db, true).await? {
        let id = department.id;
        let hidden = department.confidential && !knows(ctx, id);
        // A ticket that is left from a role of former days would tell of itself.
        let any = works.contains(&id) || (!hidden && open.contains_key(&id));
        if !any || !ctx.grants.may_set_up(SetUp::Department(id)) {
            continue;
        }
        let leads = store::leads_of(db, &[id]).await?;
        duties.push(Duty {
            department: id,
            open_tickets: (!hidden).then(|| open.get(&id).copied().unwrap_or(0)),
            teams: teams
                .iter()
                .filter(|(_, team)| team.department_id == id)
                .map(|(_, team)| team.id)
                .collect(),
            leads: granted.leads(id),
            only_lead: granted.leads(id) && leads.iter().all(|lead| *lead == person),
            heirs: match hidden {
                true => Vec::new(),
                false => heirs(db, id, person).await?,
            },
        });
    }
    Ok(duties)
}

/// Active people other than `person` who work the department's tickets, by name.
async fn heirs(
    db: &impl Connection,
    department: DepartmentId,
    person: PersonId,
) -> Result<Vec<PersonId>> {
    let ids: BTreeSet<PersonId> = store::grants_in(db, Some(department))
        .await?
        .into_iter()
        .filter(|grant| matches!(grant.role, Role::Agent | Role::Lead))
        .map(|grant| grant.person_id)
        .filter(|id| *id != person)
        .collect();
    let ids: Vec<PersonId> = ids.into_iter().collect();
    let mut people = store::people_by_id(db, &ids).await?;
    people.retain(|heir| heir.active);
    people.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
    Ok(people.into_iter().map(|heir| heir.id).collect())
}
