//! Changes of one property: shown at once, saved one by one, taken back with a reason when refused.

use crate::{
    api::{
        Id, Impact, TicketKind, Urgency,
        operations::{PersonBadge, ServiceName, TeamName},
    },
    pages::desk::operations::{
        Act, CategoryInput, CategoryName, ServiceInput, SiteInput, SiteName, TicketAssignInput,
        TicketDetail, TicketKindChangeInput, TicketSetPriorityInput, TitleInput, assign, retitle,
        set_category, set_kind, set_priority, set_service, set_site,
    },
    words::{self, terms::Named},
};

/// A property with the value that somebody gave it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    Team(TeamName),
    Assignee(Option<PersonBadge>),
    Impact(Impact),
    Urgency(Urgency),
    Kind(TicketKind),
    Service(Option<ServiceName>),
    Category(Option<CategoryName>),
    Site(Option<SiteName>),
    Title(String),
}

impl Change {
    /// The property's name.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Team(_) => words::desk::column_team(),
            Self::Assignee(_) => words::desk::column_assignee(),
            Self::Impact(_) => words::ticket::impact(),
            Self::Urgency(_) => words::ticket::urgency(),
            Self::Kind(_) => words::ticket::kind(),
            Self::Service(_) => words::ticket::service(),
            Self::Category(_) => words::ticket::category(),
            Self::Site(_) => words::ticket::site(),
            Self::Title(_) => words::ticket::title(),
        }
    }

    /// What this property of the ticket reads.
    pub fn reading(&self, ticket: &TicketDetail) -> String {
        let none = || words::ticket::none().to_owned();
        match self {
            Self::Team(_) => ticket
                .team
                .as_ref()
                .map_or_else(none, |team| team.name.clone()),
            Self::Assignee(_) => ticket.assignee.as_ref().map_or_else(
                || words::desk::nobody().to_owned(),
                |person| person.name.clone(),
            ),
            Self::Impact(_) => ticket.impact.word().to_owned(),
            Self::Urgency(_) => ticket.urgency.word().to_owned(),
            Self::Kind(_) => ticket.kind.word().to_owned(),
            Self::Service(_) => ticket
                .service
                .as_ref()
                .map_or_else(none, |service| service.name.clone()),
            Self::Category(_) => ticket
                .category
                .as_ref()
                .map_or_else(none, CategoryName::path),
            Self::Site(_) => ticket
                .site
                .as_ref()
                .map_or_else(none, |site| site.name.clone()),
            Self::Title(_) => ticket.title.clone(),
        }
    }

    /// The ticket as it will read. What follows from it (the priority, say) is the server's to tell.
    pub fn apply(&self, ticket: &mut TicketDetail) {
        match self {
            Self::Team(team) => {
                if ticket.team.as_ref() != Some(team) {
                    // A team gets a ticket unassigned.
                    ticket.assignee = None;
                }
                ticket.team = Some(team.clone());
            }
            Self::Assignee(assignee) => ticket.assignee.clone_from(assignee),
            Self::Impact(impact) => ticket.impact = *impact,
            Self::Urgency(urgency) => ticket.urgency = *urgency,
            Self::Kind(kind) => ticket.kind = *kind,
            Self::Service(service) => ticket.service.clone_from(service),
            Self::Category(category) => ticket.category.clone_from(category),
            Self::Site(site) => ticket.site.clone_from(site),
            Self::Title(title) => ticket.title.clone_from(title),
        }
    }

    /// Asks the server for it, on the version of the ticket that the person saw.
    ///
    /// # Errors
    /// See [`Act`].
    pub fn send(&self, ticket: &TicketDetail) -> Act {
        let id = ticket.id.clone();
        let expected_version = ticket.version;
        match self.clone() {
            Self::Team(team) => assign(TicketAssignInput {
                ticket: id,
                expected_version,
                team: Some(team.id),
                assignee: None,
            }),
            Self::Assignee(Some(person)) => assign(TicketAssignInput {
                ticket: id,
                expected_version,
                team: None,
                assignee: Some(person.id),
            }),
            Self::Assignee(None) => {
                let team: Option<Id> = ticket.team.as_ref().map(|team| team.id.clone());
                assign(TicketAssignInput {
                    ticket: id,
                    expected_version,
                    team,
                    assignee: None,
                })
            }
            Self::Impact(impact) => set_priority(TicketSetPriorityInput {
                ticket: id,
                expected_version,
                impact,
                urgency: ticket.urgency,
            }),
            Self::Urgency(urgency) => set_priority(TicketSetPriorityInput {
                ticket: id,
                expected_version,
                impact: ticket.impact,
                urgency,
            }),
            Self::Kind(kind) => set_kind(TicketKindChangeInput {
                ticket: id,
                expected_version,
                kind,
            }),
            Self::Service(service) => set_service(ServiceInput {
                ticket: id,
                expected_version,
                service: service.map(|service| service.id),
            }),
            Self::Category(category) => set_category(CategoryInput {
                ticket: id,
                expected_version,
                category: category.map(|category| category.id),
            }),
            Self::Site(site) => set_site(SiteInput {
                ticket: id,
                expected_version,
                site: site.map(|site| site.id),
            }),
            Self::Title(title) => retitle(TitleInput {
                ticket: id,
                expected_version,
                title: Some(title),
            }),
        }
    }
}
