//! Finding a colleague.

use std::rc::Rc;

use super::data::{self, Colleague};
use crate::components::{Choice, SearchAnswer};

/// The search behind every question "who?" of the portal.
pub fn people_search() -> Rc<dyn Fn(String) -> SearchAnswer> {
    Rc::new(|words| {
        Box::pin(async move {
            let found = data::fetch_people(words)
                .await
                .map_err(|error| error.sentence())?;
            Ok(found.into_iter().map(choice).collect())
        })
    })
}

fn choice(person: Colleague) -> Choice {
    let parts = [
        person.title,
        person.department.map(|department| department.name),
        person.site.map(|site| site.name),
    ];
    Choice {
        id: person.id.inner().to_owned(),
        label: person.name,
        detail: parts
            .into_iter()
            .flatten()
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join(" · "),
        initials: person.initials,
        hue: person.hue,
    }
}
