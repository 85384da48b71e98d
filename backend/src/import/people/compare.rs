//! Compares a file with who there is, without changing anything.

use super::row::{Draft, mail_key};
use super::{File, Options, Outcome, Reject, store};
use crate::organisation::entity::person::Model as Person;
use crate::organisation::store as organisation;
use crate::platform::Platform;
use crate::platform::error::{Error, Result};
use shared::id::{DepartmentId, PersonId, SiteId};
use std::collections::{HashMap, HashSet};
use uuid::Uuid;

/// Longest chain of managers that is followed.
const CHAIN_MOST: usize = 100;

/// Somebody whom the file brings or changes.
pub struct Step {
    /// By what they are known again.
    pub key: String,
    /// As they are; `None` for somebody new.
    pub before: Option<Person>,
    /// As they will be.
    pub after: Person,
    /// Line in the file.
    pub line: u64,
    /// The row as it was.
    pub fields: Vec<String>,
}

/// What a file would do.
pub struct Plan {
    /// People to write, managers before those who report to them.
    pub steps: Vec<Step>,
    /// People to deactivate.
    pub leavers: Vec<Person>,
    /// Keys to remember besides.
    pub keys: Vec<(String, PersonId)>,
    /// What is told of it.
    pub outcome: Outcome,
}

impl Plan {
    /// Compares.
    pub async fn make(platform: &Platform, file: File, options: &Options) -> Result<Self> {
        let db = platform.db.reader();
        let known = Known::load(db).await?;
        let now = platform.clock.now();
        let mut outcome = file.outcome;
        let mut steps: Vec<(Step, Option<Option<String>>)> = Vec::new();
        let mut seen: HashSet<String> = HashSet::new();
        let mut people_seen: HashSet<PersonId> = HashSet::new();
        let mut logins: HashMap<String, PersonId> = known.logins.clone();
        let mut keys = Vec::new();
        debug_assert_eq!(file.header.len(), outcome.header.len());
        for (draft, fields) in file.drafts {
            let line = draft.line;
            let manager = draft.manager.clone();
            match known.step(
                draft,
                &fields,
                options,
                &mut seen,
                &mut people_seen,
                &mut logins,
                || PersonId(platform.ids.next(now)),
            ) {
                Ok(mut step) => {
                    step.after.created_at = step.before.as_ref().map_or(now, |row| row.created_at);
                    keys.push((step.key.clone(), step.after.id));
                    steps.push((step, manager));
                }
                Err(reason) => outcome.rejected.push(Reject {
                    line,
                    reason,
                    fields,
                }),
            }
        }
        let steps = managed(steps, &known, &mut outcome);
        let taken: HashSet<PersonId> = steps.iter().map(|step| step.after.id).collect();
        keys.retain(|(_, id)| taken.contains(id));
        let leavers = known.missing(options, &people_seen)?;
        // A row that says so deactivates as well.
        for step in &steps {
            match &step.before {
                None => outcome.created += 1,
                Some(before) if before.active && !step.after.active => outcome.deactivated += 1,
                Some(before) if *before == step.after => outcome.unchanged += 1,
                Some(_) => outcome.changed += 1,
            }
        }
        outcome.deactivated += leavers.len();
        outcome.rejected.sort_by_key(|reject| reject.line);
        Ok(Self {
            steps,
            leavers,
            keys,
            outcome,
        })
    }
}

/// Who there is.
struct Known {
    people: HashMap<PersonId, Person>,
    keys: HashMap<String, PersonId>,
    mails: HashMap<String, Vec<PersonId>>,
    logins: HashMap<String, PersonId>,
    departments: HashMap<String, DepartmentId>,
    /// By name, with whether it is in use.
    sites: HashMap<String, (SiteId, bool)>,
}

impl Known {
    async fn load(db: &impl crate::platform::database::Connection) -> Result<Self> {
        let people = store::people(db).await?;
        let mut mails: HashMap<String, Vec<PersonId>> = HashMap::new();
        for person in &people {
            mails
                .entry(mail_key(&person.email))
                .or_default()
                .push(person.id);
        }
        let mut departments = HashMap::new();
        for row in store::departments(db)
            .await?
            .into_iter()
            .filter(|row| row.active)
        {
            departments.insert(row.name.to_lowercase(), row.id);
            departments.insert(row.key, row.id);
        }
        Ok(Self {
            logins: people
                .iter()
                .map(|row| (row.login.clone(), row.id))
                .collect(),
            keys: store::keys(db).await?.into_iter().collect(),
            people: people.into_iter().map(|row| (row.id, row)).collect(),
            mails,
            departments,
            sites: organisation::sites(db, true)
                .await?
                .into_iter()
                .map(|row| (row.name.to_lowercase(), (row.id, row.active)))
                .collect(),
        })
    }

    /// Whom a row means, if they are known: by their key, else the only one with the mail address.
    fn find(&self, draft: &Draft) -> Result<Option<&Person>, String> {
        if let Some(id) = self.keys.get(&draft.key()) {
            return Ok(self.people.get(id));
        }
        match self.mails.get(&mail_key(&draft.email)).map(Vec::as_slice) {
            None | Some([]) => Ok(None),
            Some([id]) => Ok(self.people.get(id)),
            Some(_) => Err("email: several people have this mail address.".to_owned()),
        }
    }

    #[expect(
        clippy::too_many_arguments,
        reason = "what is known of the file so far"
    )]
    fn step(
        &self,
        draft: Draft,
        fields: &[String],
        options: &Options,
        seen: &mut HashSet<String>,
        people_seen: &mut HashSet<PersonId>,
        logins: &mut HashMap<String, PersonId>,
        next: impl FnOnce() -> PersonId,
    ) -> Result<Step, String> {
        let before = self.find(&draft)?.cloned();
        // Named in the file, whatever is wrong with the row: nobody is deactivated for a slip.
        if let Some(person) = &before
            && !people_seen.insert(person.id)
        {
            return Err("This person stands in the file twice.".to_owned());
        }
        if !seen.insert(draft.key())
            || draft.external_id.is_some() && !seen.insert(mail_key(&draft.email))
        {
            return Err("This person stands in the file twice.".to_owned());
        }
        let department = match draft.department.clone() {
            None => None,
            Some(None) => Some(None),
            Some(Some(name)) => match self.departments.get(&name.to_lowercase()) {
                Some(id) => Some(Some(*id)),
                None => return Err(format!("department: there is none called {name}.")),
            },
        };
        let site = match draft.site.clone() {
            None => None,
            Some(None) => Some(None),
            Some(Some(name)) => match self.sites.get(&name.to_lowercase()) {
                // Where somebody is they may stay, also when it is out of use.
                Some((id, active))
                    if *active || before.as_ref().is_some_and(|p| p.site_id == Some(*id)) =>
                {
                    Some(Some(*id))
                }
                Some(_) => return Err(format!("site: {name} is out of use.")),
                None => return Err(format!("site: there is none called {name}.")),
            },
        };
        let key = draft.key();
        let mut after = before.clone().unwrap_or_else(|| Person {
            id: next(),
            login: draft.sign_in_name(),
            email: String::new(),
            name: String::new(),
            title: None,
            phone: None,
            site_id: None,
            timezone: options.timezone.clone(),
            locale: "en".to_owned(),
            vip: false,
            department_id: None,
            manager_id: None,
            password_hash: None,
            active: true,
            created_at: shared::time::Timestamp::from_millis(0),
            version: 1,
        });
        if let Some(login) = draft.login {
            after.login = login;
        }
        match logins.get(&after.login) {
            Some(id) if *id != after.id => {
                return Err("login: somebody else has this sign-in name.".to_owned());
            }
            _ => logins.insert(after.login.clone(), after.id),
        };
        after.email = draft.email;
        after.name = draft.name;
        after.title = draft.title.unwrap_or(after.title);
        after.phone = draft.phone.unwrap_or(after.phone);
        after.site_id = site.unwrap_or(after.site_id);
        after.timezone = draft.timezone.unwrap_or(after.timezone);
        after.locale = draft.locale.unwrap_or(after.locale);
        after.vip = draft.vip.unwrap_or(after.vip);
        after.department_id = department.unwrap_or(after.department_id);
        after.active = draft.active.unwrap_or(after.active);
        Ok(Step {
            key,
            before,
            after,
            line: draft.line,
            fields: fields.to_vec(),
        })
    }

    /// People whom imports brought and who are not in the file.
    fn missing(&self, options: &Options, seen: &HashSet<PersonId>) -> Result<Vec<Person>> {
        if !options.deactivate_missing {
            return Ok(Vec::new());
        }
        let ours: HashSet<PersonId> = self.keys.values().copied().collect();
        let active = |id: &&PersonId| self.people.get(*id).is_some_and(|row| row.active);
        let mut missing: Vec<Person> = ours
            .iter()
            .filter(active)
            .filter(|id| !seen.contains(*id))
            .filter_map(|id| self.people.get(id).cloned())
            .collect();
        let all = ours.iter().filter(active).count();
        // A file that was cut off must not send everybody home.
        if missing.len() * 2 > all {
            return Err(Error::refused(
                "OUT_OF_RANGE",
                "deactivateMissing",
                format!(
                    "This would deactivate {} of {all} people whom imports brought: more than half. Is the file whole?",
                    missing.len()
                ),
            ));
        }
        missing.sort_by(|a, b| (&a.name, a.id).cmp(&(&b.name, b.id)));
        Ok(missing)
    }
}

/// Finds everybody's manager, among the known and in the file; rows whose manager cannot be found, or
/// who would report to themselves, are left out. Managers come before those who report to them.
fn managed(
    steps: Vec<(Step, Option<Option<String>>)>,
    known: &Known,
    outcome: &mut Outcome,
) -> Vec<Step> {
    let mut rest = steps;
    // A row that is left out may have been somebody's manager: until no more is.
    loop {
        let mut by_word: HashMap<String, PersonId> = HashMap::new();
        for (word, ids) in &known.mails {
            if let [id] = ids.as_slice() {
                by_word.insert(word.clone(), *id);
            }
        }
        by_word.extend(known.keys.iter().map(|(key, id)| (key.clone(), *id)));
        by_word.extend(known.logins.iter().map(|(login, id)| (login.clone(), *id)));
        for (step, _) in &rest {
            by_word.insert(step.key.clone(), step.after.id);
            by_word.insert(mail_key(&step.after.email), step.after.id);
            by_word.insert(step.after.login.clone(), step.after.id);
        }
        let mut above: HashMap<PersonId, Option<PersonId>> = known
            .people
            .values()
            .map(|row| (row.id, row.manager_id))
            .collect();
        let mut wrong: HashMap<Uuid, String> = HashMap::new();
        for (step, manager) in &mut rest {
            let found = match manager {
                None => Ok(step.after.manager_id),
                Some(None) => Ok(None),
                Some(Some(word)) => {
                    let ways = [format!("id:{word}"), mail_key(word), word.to_lowercase()];
                    match ways.iter().find_map(|way| by_word.get(way)) {
                        Some(id) => Ok(Some(*id)),
                        None => Err(format!("manager: there is nobody known as {word}.")),
                    }
                }
            };
            match found {
                Ok(manager) => {
                    step.after.manager_id = manager;
                    above.insert(step.after.id, manager);
                }
                Err(reason) => {
                    wrong.insert(step.after.id.0, reason);
                }
            }
        }
        for (step, _) in &rest {
            if circles(step.after.id, &above) {
                let reason = "manager: this person would report to themselves.".to_owned();
                wrong.entry(step.after.id.0).or_insert(reason);
            }
        }
        if wrong.is_empty() {
            return in_order(rest.into_iter().map(|(step, _)| step).collect());
        }
        let mut kept = Vec::with_capacity(rest.len());
        for (step, manager) in rest {
            match wrong.remove(&step.after.id.0) {
                Some(reason) => outcome.rejected.push(Reject {
                    line: step.line,
                    reason,
                    fields: step.fields,
                }),
                None => kept.push((step, manager)),
            }
        }
        rest = kept;
    }
}

fn circles(start: PersonId, above: &HashMap<PersonId, Option<PersonId>>) -> bool {
    let mut at = above.get(&start).copied().flatten();
    for _ in 0..CHAIN_MOST {
        match at {
            None => return false,
            Some(id) if id == start => return true,
            Some(id) => at = above.get(&id).copied().flatten(),
        }
    }
    false
}

/// New people after their new managers.
fn in_order(steps: Vec<Step>) -> Vec<Step> {
    let new: HashSet<PersonId> = steps
        .iter()
        .filter(|step| step.before.is_none())
        .map(|step| step.after.id)
        .collect();
    let mut written: HashSet<PersonId> = HashSet::new();
    let mut ordered = Vec::with_capacity(steps.len());
    let mut waiting = steps;
    while !waiting.is_empty() {
        let before = waiting.len();
        let mut later = Vec::new();
        for step in waiting {
            let ready = step
                .after
                .manager_id
                .is_none_or(|manager| !new.contains(&manager) || written.contains(&manager));
            if ready {
                written.insert(step.after.id);
                ordered.push(step);
            } else {
                later.push(step);
            }
        }
        waiting = later;
        if waiting.len() == before {
            // Circles were left out, so this is never reached; nobody is lost all the same.
            ordered.append(&mut waiting);
        }
    }
    ordered
}
