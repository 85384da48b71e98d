//! Choices that several editors offer.

use std::rc::Rc;

use crate::lean::*;

use super::operations::{Reach, people, sites::SiteName, teams::TeamChoice};
use crate::{
    api::{
        Id,
        operations::{DepartmentName, TeamName},
    },
    components::{Choice, SearchAnswer, icon_names},
    words::admin as words,
};

/// Departments as options of a select, below "please choose".
pub fn department_options(departments: &[DepartmentName]) -> Vec<(String, String)> {
    let mut options = vec![(String::new(), words::choose().to_owned())];
    options.extend(
        departments
            .iter()
            .map(|department| (department.id.inner().to_owned(), department.name.clone())),
    );
    options
}

/// The teams of the chosen department as options, below "none".
pub fn team_options(teams: &[TeamChoice], department: &str) -> Vec<(String, String)> {
    let mut options = vec![(String::new(), words::none().to_owned())];
    options.extend(
        teams
            .iter()
            .filter(|team| team.department.id.inner() == department)
            .map(|team| (team.id.inner().to_owned(), team.name.clone())),
    );
    options
}

/// The sites in use as options, below "none"; the present one too if it is out of use.
pub fn site_options(sites: Vec<SiteName>, present: Option<&SiteName>) -> Vec<(String, String)> {
    let mut options = vec![(String::new(), words::none().to_owned())];
    let retired = present.filter(|present| !sites.iter().any(|site| site.id == present.id));
    let all = retired.cloned().into_iter().chain(sites);
    options.extend(all.map(|site| (site.id.into_inner(), site.name)));
    options
}

/// The name of a team that something goes to, or "none".
pub fn team_word(team: Option<&TeamName>) -> String {
    team.map_or_else(|| words::none().to_owned(), |team| team.name.clone())
}

/// The icons that are drawn, in words, and the present one if it is another.
pub fn icon_options(present: &str) -> Vec<(String, String)> {
    let named = |name: &str| (name.to_owned(), name.replace('-', " "));
    let mut options: Vec<_> = icon_names().map(named).collect();
    if !present.is_empty() && !options.iter().any(|(name, _)| name == present) {
        options.insert(0, named(present));
    }
    options
}

/// The id that a select holds; `None` for its empty option.
pub fn chosen(value: RwSignal<String>) -> Option<Id> {
    let value = value.get_untracked();
    (!value.is_empty()).then(|| Id::new(value))
}

/// The text of an optional id, for a select.
pub fn id_text(id: Option<&Id>) -> String {
    id.map(|id| id.inner().to_owned()).unwrap_or_default()
}

/// Whether the viewer may change what belongs to this department.
pub fn may_set_up(reach: &Reach, department: &Id) -> bool {
    reach
        .set_up_departments
        .iter()
        .any(|own| own.id == *department)
}

/// The search behind every question "who?" of administration.
pub fn people_search() -> Rc<dyn Fn(String) -> SearchAnswer> {
    Rc::new(|words| {
        Box::pin(async move {
            let found = people::find_colleagues(words)
                .await
                .map_err(|error| error.sentence())?;
            Ok(found
                .into_iter()
                .map(|person| Choice {
                    id: person.id.inner().to_owned(),
                    label: person.name,
                    detail: [
                        person.title,
                        person.department.map(|department| department.name),
                    ]
                    .into_iter()
                    .flatten()
                    .collect::<Vec<_>>()
                    .join(" · "),
                    initials: person.initials,
                    hue: person.hue,
                })
                .collect())
        })
    })
}
