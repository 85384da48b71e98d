//! The demo's data files, parsed. What they say is checked by the tests, so that a slip of the pen in
//! a file fails a build and not somebody's first minute.

mod catalog;
mod organisation;
mod people;
mod story;

#[cfg(test)]
mod tests;

pub use catalog::Item;
pub use organisation::{
    Agreement, Calendar, Category, Department, Holiday, Hours, Organisation, Service, Site,
    SubCategory, Team,
};
pub use people::{Grant, People, Person};
pub use story::{Comeback, End, From, Message, Slots, Speaker, Story};

use catalog::CatalogFile;
use story::{ComebackFile, StoryFile};

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

fn parse<T: serde::de::DeserializeOwned>(
    file: &'static str,
    text: &str,
) -> Result<T, ContentError> {
    toml::from_str(text).map_err(|source| ContentError { file, source })
}

macro_rules! read {
    ($file:literal) => {
        parse($file, include_str!(concat!("../", $file)))
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
