//! What the files say belongs together.

use super::*;
use shared::form::check_form;
use shared::organisation::{check_named, check_password, check_person};
use shared::permission::Role;
use shared::ticket::{Matrix, TicketKind};
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
    for rule in &org.routing {
        let department = org.departments.iter().find(|d| d.key == rule.department);
        let teams = department.map(|d| d.teams.iter().map(|t| t.key.as_str()));
        let known = teams.is_some_and(|mut teams| teams.any(|team| team == rule.team));
        assert!(known, "{} goes to a team of its department", rule.name);
        assert!(!rule.words.is_empty() || rule.vip.is_some());
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
                .any(|d| d.key == item.department && d.teams.iter().any(|t| t.key == item.team)),
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
