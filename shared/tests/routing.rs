//! What holds for any rules, any team and any tickets.

use proptest::prelude::*;
use shared::id::{DepartmentId, PersonId, RoutingRuleId, TeamId};
use shared::routing::{
    Assignment, Conditions, Facts, Rule, first_fitting, least_loaded, next_in_turn,
};
use shared::ticket::{Priority, TicketKind};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

fn facts(department: u128, kind: usize, priority: usize, vip: bool, title: &str) -> Facts {
    Facts {
        department: DepartmentId(Uuid::from_u128(department)),
        kind: TicketKind::ALL[kind % TicketKind::ALL.len()],
        service: None,
        categories: Vec::new(),
        item: None,
        priority: Priority::ALL[priority % Priority::ALL.len()],
        title: title.to_owned(),
        requester_department: None,
        vip,
    }
}

fn rules() -> impl Strategy<Value = Vec<Rule>> {
    let rule = (
        proptest::collection::vec(0..4_u128, 0..3),
        proptest::collection::vec(0..3_usize, 0..2),
        proptest::option::of(any::<bool>()),
    );
    proptest::collection::vec(rule, 0..8).prop_map(|all| {
        (0..)
            .zip(all)
            .map(|(n, (departments, kinds, vip))| Rule {
                id: RoutingRuleId(Uuid::from_u128(n)),
                conditions: Conditions {
                    departments: departments
                        .into_iter()
                        .map(|d| DepartmentId(Uuid::from_u128(d)))
                        .collect(),
                    kinds: kinds
                        .into_iter()
                        .map(|k| TicketKind::ALL[k % TicketKind::ALL.len()])
                        .collect(),
                    vip,
                    ..Conditions::default()
                },
                team: TeamId(Uuid::from_u128(n)),
                assignment: Assignment::None,
            })
            .collect()
    })
}

fn people(ids: BTreeSet<u128>) -> Vec<PersonId> {
    ids.into_iter()
        .map(|id| PersonId(Uuid::from_u128(id)))
        .collect()
}

proptest! {
    #[test]
    fn the_first_rule_that_fits_decides(rules in rules(), department in 0..5_u128, kind in 0..3_usize, vip: bool) {
        let facts = facts(department, kind, 0, vip, "");
        match first_fitting(&rules, &facts) {
            Some(found) => {
                let place = rules.iter().position(|rule| rule.id == found.id).expect("one of them");
                prop_assert!(found.conditions.fit(&facts));
                prop_assert!(rules[..place].iter().all(|rule| !rule.conditions.fit(&facts)));
            }
            None => prop_assert!(rules.iter().all(|rule| !rule.conditions.fit(&facts))),
        }
    }

    #[test]
    fn a_turn_is_fair_within_one(ids in proptest::collection::btree_set(any::<u128>(), 1..12), start in proptest::option::of(any::<u128>()), tickets in 1..100_usize) {
        let members = people(ids);
        let mut last = start.map(|id| PersonId(Uuid::from_u128(id)));
        let mut given: BTreeMap<PersonId, usize> = members.iter().map(|id| (*id, 0)).collect();
        for _ in 0..tickets {
            let next = next_in_turn(&members, last).expect("somebody");
            *given.get_mut(&next).expect("a member") += 1;
            last = Some(next);
        }
        let (least, most) = (given.values().min().copied(), given.values().max().copied());
        prop_assert!(most.zip(least).is_some_and(|(most, least)| most - least <= 1), "{given:?}");
    }

    #[test]
    fn nobody_has_less_than_the_least_loaded(loads in proptest::collection::btree_map(any::<u128>(), 0..50_u64, 0..12), seed: u64) {
        let mut loads: Vec<_> = loads.into_iter().map(|(id, load)| (PersonId(Uuid::from_u128(id)), load)).collect();
        let chosen = least_loaded(&loads);
        let least = loads.iter().map(|(_, load)| *load).min();
        let load = |id: PersonId| loads.iter().find(|(known, _)| *known == id).map(|(_, load)| *load);
        prop_assert_eq!(chosen.and_then(load), least);
        let turn = usize::try_from(seed % 12).unwrap_or(0) % loads.len().max(1);
        loads.rotate_left(turn);
        prop_assert_eq!(least_loaded(&loads), chosen, "whatever the order");
    }
}

#[test]
fn words_are_whole_words_of_any_case() {
    let rule = |word: &str| Conditions {
        words: vec![word.to_owned()],
        ..Conditions::default()
    };
    for (word, title, fits) in [
        ("vpn", "The VPN is slow", true),
        ("vpn", "vpnclient crashes", false),
        ("press room", "Heater in the Press-Room", true),
        ("größe", "Falsche GRÖSSE", false),
        ("Größe", "falsche größe", true),
        (" ", "anything", false),
    ] {
        assert_eq!(
            rule(word).fit(&facts(0, 0, 0, false, title)),
            fits,
            "{word} in {title}"
        );
    }
}
