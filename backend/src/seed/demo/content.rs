//! The demo's data files, parsed. What they say is checked by the tests below, so that a slip of the
//! pen in a file fails a build and not somebody's first minute.

use serde::Deserialize;
use shared::form::FormField;
use shared::permission::{Role, SiteRole};
use shared::ticket::{
    Channel, HoldReason, Impact, Matrix, Priority, ResolutionCode, TicketKind, Urgency,
};
use std::collections::BTreeMap;

/// A file cannot be read.
#[derive(Debug, thiserror::Error)]
#[error("demo content {file}: {source}")]
pub struct ContentError {
    /// Name of the file.
    pub file: &'static str,
    /// What is wrong with it.
    pub source: toml::de::Error,
}

/// Everything.
#[derive(Debug)]
pub struct Content {
    /// Sites, calendars, departments, services, categories, agreements.
    pub organisation: Organisation,
    /// Who works there.
    pub people: People,
    /// What can be asked for.
    pub items: Vec<Item>,
    /// Stories to make tickets of.
    pub stories: Vec<Story>,
    /// What is said when something was not solved after all.
    pub comebacks: Vec<Comeback>,
    /// What fills the slots in stories.
    pub slots: Slots,
}

/// `organisation.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Organisation {
    /// As on screen.
    pub name: String,
    /// Of mail addresses; a reserved one.
    pub domain: String,
    /// Key of the calendar of whatever names none.
    pub default_calendar: String,
    /// Key of the department for what nobody could place.
    pub default_department: String,
    /// Offices.
    #[serde(rename = "site")]
    pub sites: Vec<Site>,
    /// Working hours.
    #[serde(rename = "calendar")]
    pub calendars: Vec<Calendar>,
    /// Departments with their teams.
    #[serde(rename = "department")]
    pub departments: Vec<Department>,
    /// Services.
    #[serde(rename = "service")]
    pub services: Vec<Service>,
    /// Categories.
    #[serde(rename = "category")]
    pub categories: Vec<Category>,
    /// Agreements in their order.
    #[serde(rename = "agreement")]
    pub agreements: Vec<Agreement>,
    /// Priority by impact and urgency.
    priority_matrix: MatrixRows,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct MatrixRows {
    organisation: MatrixRow,
    team: MatrixRow,
    person: MatrixRow,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct MatrixRow {
    high: Priority,
    medium: Priority,
    low: Priority,
}

impl Organisation {
    /// Priority by impact and urgency.
    pub fn matrix(&self) -> Matrix {
        let row = |row: &MatrixRow| [row.high, row.medium, row.low];
        let rows = &self.priority_matrix;
        Matrix([row(&rows.organisation), row(&rows.team), row(&rows.person)])
    }
}

/// An office.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Site {
    /// Key.
    pub key: String,
    /// Name.
    pub name: String,
    /// IANA zone.
    pub zone: String,
    /// Key of the calendar of those who work there.
    pub calendar: String,
}

/// Working hours.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Calendar {
    /// Key.
    pub key: String,
    /// Name.
    pub name: String,
    /// IANA zone.
    pub zone: String,
    /// Weekly hours.
    pub hours: Vec<Hours>,
    /// Closed dates.
    pub holidays: Vec<Holiday>,
}

/// The same hours on some weekdays.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Hours {
    /// `monday` and so on.
    pub days: Vec<String>,
    /// Pairs of `HH:MM`, from and to.
    pub open: Vec<[String; 2]>,
}

/// A closed date.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Holiday {
    /// `YYYY-MM-DD`, or `--MM-DD` for every year.
    pub on: String,
    /// Name.
    pub name: String,
}

/// A department.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Department {
    /// Key.
    pub key: String,
    /// As employees see it.
    pub name: String,
    /// One line.
    pub description: String,
    /// Name of an icon.
    pub icon: String,
    /// 0-359.
    pub hue: u16,
    /// Hidden from all others.
    pub confidential: bool,
    /// Teams.
    pub teams: Vec<Team>,
}

/// A team.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Team {
    /// Key.
    pub key: String,
    /// Name.
    pub name: String,
}

/// A service.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Service {
    /// Key.
    pub key: String,
    /// Name.
    pub name: String,
    /// Key of its department.
    pub department: String,
    /// One line.
    pub description: String,
}

/// A category of the first level.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Category {
    /// Key.
    pub key: String,
    /// Name.
    pub name: String,
    /// Key of its department.
    pub department: String,
    /// Key of the team that it routes to.
    pub team: String,
    /// Second level.
    pub children: Vec<SubCategory>,
}

/// A category of the second level.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SubCategory {
    /// Key: that of its parent, a dot, its own.
    pub key: String,
    /// Name.
    pub name: String,
    /// Key of the team, where another than its parent's.
    pub team: Option<String>,
}

/// An agreement.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Agreement {
    /// Key.
    pub key: String,
    /// Name.
    pub name: String,
    /// Only for this department.
    pub department: Option<String>,
    /// Only for this kind.
    pub kind: Option<TicketKind>,
    /// Only for these; empty: all.
    #[serde(default)]
    pub priorities: Vec<Priority>,
    /// Key of the calendar.
    pub calendar: String,
    /// Working minutes.
    pub first_response_minutes: u32,
    /// Working minutes.
    pub resolution_minutes: u32,
    /// Warn when this share of the time is used, in per cent.
    pub warning_percent: u16,
}

/// `people.toml`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct People {
    /// The same for all.
    pub password: String,
    /// Logins that are told to whoever starts the demo.
    pub showcase: Vec<String>,
    /// Everybody.
    #[serde(rename = "person")]
    pub all: Vec<Person>,
}

/// Somebody.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// Key.
    pub key: String,
    /// Name.
    pub name: String,
    /// Sign-in name.
    pub login: String,
    /// Mail address.
    pub email: String,
    /// Title.
    pub title: String,
    /// The part of the organisation they work in, a department's name or not.
    pub unit: String,
    /// Key of their site.
    pub site: String,
    /// BCP 47.
    pub locale: String,
    /// Number.
    pub phone: String,
    /// Key of their manager.
    pub manager: Option<String>,
    /// Keys of their teams.
    #[serde(default)]
    pub teams: Vec<String>,
    /// Roles.
    #[serde(default)]
    pub roles: Vec<Grant>,
    /// Chooses an agreement, never a priority.
    #[serde(default)]
    pub vip: bool,
}

/// A role, in a department or for the whole site.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub enum Grant {
    /// In a department.
    Department {
        /// Which role.
        role: Role,
        /// Key of the department.
        department: String,
    },
    /// For the whole site.
    Site {
        /// Which role.
        role: SiteRole,
    },
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CatalogFile {
    item: Vec<Item>,
}

/// Something that can be asked for.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Item {
    /// Key.
    pub key: String,
    /// Name.
    pub name: String,
    /// One line.
    pub description: String,
    /// Name of an icon.
    pub icon: String,
    /// Key of the department.
    pub department: String,
    /// Key of the category.
    pub category: String,
    /// Key of the service.
    pub service: String,
    /// Key of the team.
    pub team: String,
    /// What is promised, in words.
    pub promise: String,
    /// Among those offered first.
    #[serde(default)]
    pub popular: bool,
    /// The form.
    pub fields: Vec<FormField>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct StoryFile {
    ticket: Vec<Story>,
}

/// A story that up to `uses` tickets tell, each with other people and other slots.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Story {
    /// Key.
    pub key: String,
    /// Titles, one of which is taken.
    pub titles: Vec<String>,
    /// Incident or request.
    pub kind: TicketKind,
    /// Key of the category.
    pub category: String,
    /// Key of the service.
    pub service: String,
    /// Key of the catalog item whose form was filled in.
    pub item: Option<String>,
    /// Answers to that form, as text.
    #[serde(default)]
    pub answers: BTreeMap<String, String>,
    /// Who is affected.
    pub impact: Impact,
    /// How soon it hurts.
    pub urgency: Urgency,
    /// How it came in.
    pub channel: Channel,
    /// At most so many tickets.
    pub uses: usize,
    /// Who may tell it.
    #[serde(default)]
    pub from: From,
    /// What is said, in order; the first is the report itself.
    pub talk: Vec<Message>,
    /// How it ends.
    pub end: End,
}

/// Who may tell a story; each list that is empty allows everybody.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct From {
    /// Keys of sites.
    pub sites: Vec<String>,
    /// Units.
    pub units: Vec<String>,
    /// Keys of people.
    pub people: Vec<String>,
}

/// Who says something.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Speaker {
    /// Who asked.
    Requester,
    /// Who works on it, to the requester.
    Agent,
    /// Who works on it, to colleagues.
    Note,
}

/// Something said.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Message {
    /// By whom.
    pub by: Speaker,
    /// Working minutes after the one before.
    #[serde(default)]
    pub after: u32,
    /// Markdown with slots.
    pub text: String,
    /// It waits from here on, until somebody writes again.
    pub hold: Option<HoldReason>,
}

/// How a story ends.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case", deny_unknown_fields)]
pub enum End {
    /// Solved.
    Resolved {
        /// Working minutes after the last message.
        after: u32,
        /// How.
        code: ResolutionCode,
        /// What the requester reads.
        text: String,
        /// The requester is likely to say that it is right.
        #[serde(default)]
        confirm: bool,
    },
    /// Not yet.
    Open,
    /// It waits.
    Hold {
        /// For what.
        reason: HoldReason,
        /// Days until it is looked at again.
        wake_days: u32,
    },
    /// Withdrawn.
    Cancelled {
        /// Working minutes after the last message.
        after: u32,
    },
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ComebackFile {
    comeback: Vec<Comeback>,
}

/// A reopened ticket's second half.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comeback {
    /// Why it is reopened.
    pub requester: String,
    /// The answer.
    pub agent: String,
    /// How it ends.
    pub resolution: String,
}

/// What fills slots.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Slots {
    /// `#` is a digit, `@` a capital letter.
    pub patterns: BTreeMap<String, String>,
    /// One of a list.
    pub lists: BTreeMap<String, Vec<String>>,
    /// One of the list of the requester's site.
    pub by_site: BTreeMap<String, BTreeMap<String, Vec<String>>>,
}

fn parse<T: serde::de::DeserializeOwned>(
    file: &'static str,
    text: &str,
) -> Result<T, ContentError> {
    toml::from_str(text).map_err(|source| ContentError { file, source })
}

macro_rules! read {
    ($file:literal) => {
        parse($file, include_str!($file))
    };
}

impl Content {
    /// Reads the files that are built in.
    ///
    /// # Errors
    /// A file is not as it should be; the tests keep that from happening.
    pub fn read() -> Result<Self, ContentError> {
        let catalog: CatalogFile = read!("catalog.toml")?;
        let comebacks: ComebackFile = read!("conversations/comebacks.toml")?;
        let files: [StoryFile; 9] = [
            read!("conversations/it_network.toml")?,
            read!("conversations/it_devices.toml")?,
            read!("conversations/it_apps.toml")?,
            read!("conversations/it_access.toml")?,
            read!("conversations/people.toml")?,
            read!("conversations/facilities.toml")?,
            read!("conversations/finance.toml")?,
            read!("conversations/legal.toml")?,
            read!("conversations/security.toml")?,
        ];
        Ok(Self {
            organisation: read!("organisation.toml")?,
            people: read!("people.toml")?,
            items: catalog.item,
            stories: files.into_iter().flat_map(|file| file.ticket).collect(),
            comebacks: comebacks.comeback,
            slots: read!("conversations/slots.toml")?,
        })
    }

    /// The person with that key.
    pub fn person(&self, key: &str) -> Option<&Person> {
        self.people.all.iter().find(|p| p.key == key)
    }

    /// The site with that key.
    pub fn site(&self, key: &str) -> Option<&Site> {
        self.organisation.sites.iter().find(|s| s.key == key)
    }

    /// Department and team of a category of the second level.
    pub fn route(&self, category: &str) -> Option<(&str, &str)> {
        let parent = self
            .organisation
            .categories
            .iter()
            .find(|c| c.children.iter().any(|child| child.key == category))?;
        let child = parent.children.iter().find(|c| c.key == category)?;
        let team = child.team.as_deref().unwrap_or(&parent.team);
        Some((&parent.department, team))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::form::check_form;
    use shared::organisation::{check_named, check_password, check_person};
    use std::collections::BTreeSet;

    fn content() -> Content {
        Content::read().expect("the files parse")
    }

    fn unique<'a>(keys: impl Iterator<Item = &'a str>) -> BTreeSet<&'a str> {
        let all: Vec<&str> = keys.collect();
        let set: BTreeSet<&str> = all.iter().copied().collect();
        assert_eq!(all.len(), set.len(), "twice the same key in {all:?}");
        set
    }

    #[test]
    fn the_organisation_refers_only_to_what_it_has() {
        let content = content();
        let org = &content.organisation;
        let calendars = unique(org.calendars.iter().map(|c| c.key.as_str()));
        let departments = unique(org.departments.iter().map(|d| d.key.as_str()));
        let teams = unique(
            org.departments
                .iter()
                .flat_map(|d| d.teams.iter().map(|t| t.key.as_str())),
        );
        unique(org.services.iter().map(|s| s.key.as_str()));
        unique(org.agreements.iter().map(|a| a.key.as_str()));
        unique(org.categories.iter().flat_map(|c| {
            std::iter::once(c.key.as_str()).chain(c.children.iter().map(|s| s.key.as_str()))
        }));
        assert!(calendars.contains(org.default_calendar.as_str()));
        let default = org
            .departments
            .iter()
            .find(|d| d.key == org.default_department);
        assert!(default.is_some_and(|d| !d.confidential));
        assert_eq!(departments.len(), 6);
        assert_eq!(org.matrix(), Matrix::default());
        let zones: BTreeSet<&str> = org.sites.iter().map(|s| s.zone.as_str()).collect();
        assert_eq!(zones.len(), 3);
        for site in &org.sites {
            assert!(calendars.contains(site.calendar.as_str()), "{}", site.key);
        }
        for department in &org.departments {
            check_named(&department.name, &department.description).expect("name");
            assert!(department.hue < 360);
        }
        for service in &org.services {
            check_named(&service.name, &service.description).expect("name");
            assert!(departments.contains(service.department.as_str()));
        }
        for category in &org.categories {
            assert!(departments.contains(category.department.as_str()));
            assert!(teams.contains(category.team.as_str()));
            for child in &category.children {
                assert!(child.key.starts_with(&format!("{}.", category.key)));
                let (_, team) = content.route(&child.key).expect("route");
                assert!(teams.contains(team));
            }
        }
        for agreement in &org.agreements {
            assert!(calendars.contains(agreement.calendar.as_str()));
            assert!(
                agreement
                    .department
                    .as_deref()
                    .is_none_or(|d| departments.contains(d))
            );
            assert!(agreement.first_response_minutes < agreement.resolution_minutes);
        }
    }

    #[test]
    fn every_person_is_complete_and_has_a_manager_who_exists() {
        let content = content();
        let people = unique(content.people.all.iter().map(|p| p.key.as_str()));
        unique(content.people.all.iter().map(|p| p.login.as_str()));
        unique(content.people.all.iter().map(|p| p.email.as_str()));
        unique(content.people.all.iter().map(|p| p.phone.as_str()));
        check_password("", &content.people.password).expect("password");
        assert!((55..=70).contains(&people.len()), "{}", people.len());
        assert_eq!(content.people.all.iter().filter(|p| p.vip).count(), 2);
        for login in &content.people.showcase {
            assert!(people.contains(login.as_str()), "{login}");
        }
        for person in &content.people.all {
            check_person(&person.name, &person.login, &person.email).expect("person");
            assert!(person.email.ends_with(&content.organisation.domain));
            assert!(content.site(&person.site).is_some());
            assert!(
                person
                    .manager
                    .as_deref()
                    .is_none_or(|m| people.contains(m) && m != person.key)
            );
        }
    }

    #[test]
    fn every_team_has_an_agent_and_every_department_one_lead() {
        let content = content();
        for department in &content.organisation.departments {
            let has = |person: &&Person, wanted: Role| {
                person.roles.iter().any(|grant| {
                    matches!(grant, Grant::Department { role, department: d } if *role == wanted && *d == department.key)
                })
            };
            let leads = content
                .people
                .all
                .iter()
                .filter(|p| has(p, Role::Lead))
                .count();
            assert_eq!(leads, 1, "{}", department.key);
            for team in &department.teams {
                assert!(
                    content
                        .people
                        .all
                        .iter()
                        .any(|p| p.teams.contains(&team.key) && has(&p, Role::Agent)),
                    "{}",
                    team.key
                );
            }
        }
        for person in &content.people.all {
            for team in &person.teams {
                assert!(
                    content
                        .organisation
                        .departments
                        .iter()
                        .any(|d| d.teams.iter().any(|t| t.key == *team)),
                    "{team}"
                );
            }
        }
    }

    #[test]
    fn catalog_items_belong_together_and_their_forms_are_sound() {
        let content = content();
        unique(content.items.iter().map(|i| i.key.as_str()));
        assert!(content.items.len() >= 24);
        for item in &content.items {
            check_named(&item.name, &item.description).expect("name");
            check_form(&item.fields).expect("form");
            let (department, _) = content.route(&item.category).expect("category");
            assert_eq!(department, item.department, "{}", item.key);
            let service = content
                .organisation
                .services
                .iter()
                .find(|s| s.key == item.service);
            assert_eq!(
                service.map(|s| s.department.as_str()),
                Some(item.department.as_str())
            );
            assert!(
                content
                    .organisation
                    .departments
                    .iter()
                    .any(|d| d.key == item.department
                        && d.teams.iter().any(|t| t.key == item.team)),
                "{}",
                item.key
            );
        }
    }

    #[test]
    fn stories_refer_only_to_what_there_is() {
        let content = content();
        unique(content.stories.iter().map(|s| s.key.as_str()));
        assert!(content.stories.len() >= 110);
        let uses: usize = content.stories.iter().map(|s| s.uses).sum();
        assert!(uses >= 440, "{uses} uses leave no room for chance");
        for story in &content.stories {
            let key = &story.key;
            assert!((1..=5).contains(&story.uses), "{key}");
            assert!(
                story.titles.len() >= 2,
                "{key} needs another way to be titled"
            );
            assert_eq!(story.talk[0].by, Speaker::Requester, "{key}");
            assert!((1..=7).contains(&story.talk.len()), "{key}");
            let (department, _) = content.route(&story.category).expect(key);
            let service = content
                .organisation
                .services
                .iter()
                .find(|s| s.key == story.service);
            assert_eq!(
                service.map(|s| s.department.as_str()),
                Some(department),
                "{key}"
            );
            for unit in &story.from.units {
                assert!(
                    content.people.all.iter().any(|p| p.unit == *unit),
                    "{key}: {unit}"
                );
            }
            for site in &story.from.sites {
                assert!(content.site(site).is_some(), "{key}: {site}");
            }
            for person in &story.from.people {
                assert!(content.person(person).is_some(), "{key}: {person}");
            }
            if let Some(wanted) = &story.item {
                let item = content.items.iter().find(|i| i.key == *wanted).expect(key);
                assert_eq!(item.department, department, "{key}");
                assert_eq!(story.kind, TicketKind::ServiceRequest, "{key}");
                for answer in story.answers.keys() {
                    assert!(
                        item.fields.iter().any(|f| f.key == *answer),
                        "{key}: {answer}"
                    );
                }
            } else {
                assert!(story.answers.is_empty(), "{key}");
            }
        }
    }
}
