//! Who may do what. The table, as every operation answers every kind of person, is the reviewed
//! snapshot of the API's permission matrix test; this is its only implementation, and the
//! client asks the server for its answers (`viewerCan`) instead of guessing.

use crate::id::{DepartmentId, PersonId};
use crate::ticket::TicketFacts;
use crate::vocabulary::vocabulary;
use std::collections::{BTreeMap, BTreeSet};

vocabulary! {
    /// What a person is in a department. Everyone is a requester besides.
    Role {
        /// Works its tickets.
        Agent = "agent",
        /// Leads, and works its tickets.
        Lead = "lead",
        /// Decides approvals.
        Approver = "approver",
        /// Writes its articles.
        KnowledgeAuthor = "knowledge_author",
        /// Manages its problems.
        ProblemManager = "problem_manager",
        /// Manages its changes.
        ChangeManager = "change_manager",
        /// Manages its releases.
        ReleaseManager = "release_manager",
        /// Manages its configuration items.
        ConfigurationManager = "configuration_manager",
        /// Manages its assets.
        AssetManager = "asset_manager",
        /// Manages its agreements.
        ServiceLevelManager = "service_level_manager",
    }
}

vocabulary! {
    /// What a person is for the whole site.
    SiteRole {
        /// Sets everything up; sees no confidential content by that.
        Administrator = "administrator",
        /// Reads all that is not confidential; changes nothing but what they themselves watch.
        Auditor = "auditor",
        /// Reads figures of all that is not confidential.
        Reporter = "reporter",
    }
}

vocabulary! {
    /// What a token for tools may be used for; never more than its owner may do.
    TokenScope {
        /// Read tickets, their conversations and clocks, and hear of their changes.
        ReadTickets = "read_tickets",
        /// Report incidents and submit requests.
        ReportTickets = "report_tickets",
        /// Work tickets: reply, assign, hold, resolve and all the rest.
        WorkTickets = "work_tickets",
        /// Read figures, dashboards and flat rows of tickets, and download them.
        ReadReports = "read_reports",
        /// Read people, with contact details as far as the owner sees them, and roles.
        ReadPeople = "read_people",
        /// Read the audit log and download it.
        ReadAudit = "read_audit",
        /// Set things up, people and their roles included; never passwords, never tokens.
        Administer = "administer",
    }
}

impl TokenScope {
    /// Whether somebody may make tokens of this scope.
    pub fn open_to(self, grants: &Grants) -> bool {
        let any_role = !grants.site.is_empty() || grants.roles.values().any(|r| !r.is_empty());
        match self {
            Self::ReadTickets => grants.works_anywhere() || grants.is(SiteRole::Auditor),
            Self::ReportTickets | Self::ReadPeople => any_role,
            Self::WorkTickets => grants.works_anywhere(),
            Self::ReadReports => {
                grants.is(SiteRole::Auditor)
                    || grants.is(SiteRole::Reporter)
                    || grants.roles.values().any(|r| !r.is_empty())
            }
            Self::ReadAudit => grants.may_read_audit(),
            Self::Administer => {
                grants.may_set_up(SetUp::Site) || grants.roles.keys().any(|d| grants.leads(*d))
            }
        }
    }
}

/// Everything that was granted to one person.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Grants {
    /// The person.
    pub person: PersonId,
    /// Site-wide roles.
    pub site: BTreeSet<SiteRole>,
    /// Roles by department.
    pub roles: BTreeMap<DepartmentId, BTreeSet<Role>>,
}

impl Grants {
    /// A requester and no more.
    pub fn requester(person: PersonId) -> Self {
        Self {
            person,
            site: BTreeSet::new(),
            roles: BTreeMap::new(),
        }
    }

    /// Whether the person works tickets of this department (agent or lead).
    pub fn works(&self, department: DepartmentId) -> bool {
        self.roles
            .get(&department)
            .is_some_and(|r| r.contains(&Role::Agent) || r.contains(&Role::Lead))
    }

    /// Whether the person works tickets of any department.
    pub fn works_anywhere(&self) -> bool {
        self.roles.keys().any(|d| self.works(*d))
    }

    /// Whether the person leads this department.
    pub fn leads(&self, department: DepartmentId) -> bool {
        self.roles
            .get(&department)
            .is_some_and(|r| r.contains(&Role::Lead))
    }

    /// Whether the person may change this part of the set-up.
    pub fn may_set_up(&self, part: SetUp) -> bool {
        match part {
            SetUp::Site => self.is(SiteRole::Administrator),
            SetUp::Department(department) => {
                self.is(SiteRole::Administrator) || self.leads(department)
            }
        }
    }

    /// Whether the person may read the set-up's inner parts: calendars, agreements, roles.
    pub fn may_read_set_up(&self) -> bool {
        self.is(SiteRole::Administrator)
            || self.is(SiteRole::Auditor)
            || self.roles.keys().any(|d| self.leads(*d))
    }

    /// Whether the person may read the audit log.
    pub fn may_read_audit(&self) -> bool {
        self.is(SiteRole::Administrator) || self.is(SiteRole::Auditor)
    }

    /// Whether the person has a site-wide role.
    pub fn is(&self, role: SiteRole) -> bool {
        self.site.contains(&role)
    }
}

/// Parts of the set-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SetUp {
    /// Departments, teams, people, roles, calendars, agreements, priorities, the organisation.
    Site,
    /// The members of a department's teams, its services, categories and catalog.
    Department(DepartmentId),
}

/// Which tickets a person may know of: those of some departments, and those they take part in.
/// A store turns it into SQL, the live hub evaluates it.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Scope {
    /// Takes part in these.
    pub person: PersonId,
    /// Sees all unrestricted tickets of these.
    pub departments: BTreeSet<DepartmentId>,
}

impl Scope {
    /// The scope that the grants give, `departments` being all there are with whether each is
    /// confidential.
    pub fn of(grants: &Grants, departments: &[(DepartmentId, bool)]) -> Self {
        let everywhere = grants.works_anywhere() || grants.is(SiteRole::Auditor);
        Self::with(grants, departments, everywhere)
    }

    /// The scope of figures, which reporters have besides.
    pub fn of_reports(grants: &Grants, departments: &[(DepartmentId, bool)]) -> Self {
        let everywhere = grants.works_anywhere()
            || grants.is(SiteRole::Auditor)
            || grants.is(SiteRole::Reporter);
        Self::with(grants, departments, everywhere)
    }

    fn with(grants: &Grants, departments: &[(DepartmentId, bool)], everywhere: bool) -> Self {
        let departments = departments
            .iter()
            .filter(|(id, confidential)| {
                grants.roles.get(id).is_some_and(|roles| !roles.is_empty())
                    || (everywhere && !confidential)
            })
            .map(|(id, _)| *id)
            .collect();
        Self {
            person: grants.person,
            departments,
        }
    }

    /// Whether the ticket is visible.
    pub fn sees(&self, ticket: &TicketFacts) -> bool {
        ticket.participants.contains(&self.person)
            || (!ticket.restricted && self.departments.contains(&ticket.department))
    }
}

/// What can be done with a visible ticket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TicketAction {
    /// Read notes, timeline and clocks.
    ReadInternal,
    /// Write to the others.
    Reply,
    /// Write an internal note.
    AddNote,
    /// Remove a file from the conversation.
    RemoveFile,
    /// Set team and assignee.
    Assign,
    /// Edit title, service, category.
    Edit,
    /// Set impact and urgency.
    SetPriority,
    /// Watch it oneself.
    Watch,
    /// Let another person watch it.
    Share,
    /// Link it to another.
    Link,
}

/// How somebody stands to a ticket that they see.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Asked for it, or it is for them.
    pub requester: bool,
    /// Agent or lead of the owning department.
    pub works: bool,
    /// Sees it by a role, not only by taking part.
    pub by_role: bool,
}

impl Standing {
    /// The standing of `grants` towards a ticket of `department`, asked by or for `requesters`.
    pub fn of(
        grants: &Grants,
        scope: &Scope,
        department: DepartmentId,
        restricted: bool,
        requesters: &[PersonId],
    ) -> Self {
        Self {
            requester: requesters.contains(&grants.person),
            works: grants.works(department),
            by_role: !restricted && scope.departments.contains(&department),
        }
    }

    /// Whether the action is allowed.
    pub fn may(self, action: TicketAction) -> bool {
        match action {
            TicketAction::ReadInternal => self.works || self.by_role,
            TicketAction::Reply => self.works || self.requester,
            TicketAction::Watch => true,
            TicketAction::Share => self.works || self.requester,
            TicketAction::AddNote
            | TicketAction::RemoveFile
            | TicketAction::Assign
            | TicketAction::Edit
            | TicketAction::SetPriority
            | TicketAction::Link => self.works,
        }
    }
}
