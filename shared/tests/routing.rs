//! What holds for any rules, any team and any tickets.

use proptest::prelude::*;
use shared::id::{CategoryId, PersonId, RoutingRuleId, ServiceId, TeamId};
use shared::routing::{
    Assignment, Conditions, Facts, Rule, WORD_MAX, WORDS_MAX, Words, check_rule, first_fitting,
    least_loaded, next_in_turn,
};
use shared::ticket::{Priority, TicketKind};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

fn facts(service: u128, category: u128, kind: usize, vip: bool, title: &str) -> Facts {
    Facts {
        kind: TicketKind::ALL[kind % TicketKind::ALL.len()],
        service: Some(ServiceId(Uuid::from_u128(service))),
        // Category 10 stands below 1, 20 below 2.
        categories: [Some(category), above(category)]
            .into_iter()
            .flatten()
            .map(|id| CategoryId(Uuid::from_u128(id)))
            .collect(),
        item: None,
        priority: Priority::ALL[kind % Priority::ALL.len()],
        title: Words::of(title),
        requester_department: None,
        vip,
    }
}

fn above(category: u128) -> Option<u128> {
    (category >= 10).then_some(category / 10)
}

fn rule(number: u128, conditions: Conditions) -> Rule {
    Rule::new(
        RoutingRuleId(Uuid::from_u128(number)),
        conditions,
        TeamId(Uuid::from_u128(number)),
        Assignment::None,
    )
}

const TITLES: [&str; 6] = [
    "vpn",
    "vpn down",
    "down vpn",
    "press room",
    "room",
    "the vpn is slow",
];

fn rules() -> impl Strategy<Value = Vec<Rule>> {
    let one = (
        proptest::collection::vec(0..3_u128, 0..3),
        proptest::collection::vec(proptest::sample::select(vec![1_u128, 2, 10, 20]), 0..3),
        proptest::collection::vec(0..3_usize, 0..2),
        proptest::option::of(any::<bool>()),
        proptest::collection::vec(proptest::sample::select(TITLES.to_vec()), 0..3),
    );
    proptest::collection::vec(one, 0..8).prop_map(|all| {
        (0..)
            .zip(all)
            .map(|(n, (services, categories, kinds, vip, words))| {
                let conditions = Conditions {
                    services: services
                        .into_iter()
                        .map(|d| ServiceId(Uuid::from_u128(d)))
                        .collect(),
                    categories: categories
                        .into_iter()
                        .map(|d| CategoryId(Uuid::from_u128(d)))
                        .collect(),
                    kinds: kinds
                        .into_iter()
                        .map(|k| TicketKind::ALL[k % TicketKind::ALL.len()])
                        .collect(),
                    vip,
                    words: words.into_iter().map(str::to_owned).collect(),
                    ..Conditions::default()
                };
                rule(n, conditions)
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
    fn the_first_rule_that_fits_decides(rules in rules(), service in 0..4_u128, kind in 0..3_usize, vip: bool, title in proptest::sample::select(TITLES.to_vec())) {
        let facts = facts(service, 10, kind, vip, title);
        match first_fitting(&rules, &facts) {
            Some(found) => {
                let place = rules.iter().position(|rule| rule.id == found.id).expect("one of them");
                prop_assert!(found.fits(&facts));
                prop_assert!(rules[..place].iter().all(|rule| !rule.fits(&facts)));
            }
            None => prop_assert!(rules.iter().all(|rule| !rule.fits(&facts))),
        }
    }

    #[test]
    fn what_is_covered_is_never_reached(rules in rules(), service in 0..4_u128, category in proptest::sample::select(vec![1_u128, 2, 10, 20]), kind in 0..3_usize, vip: bool, title in proptest::sample::select(TITLES.to_vec())) {
        let facts = facts(service, category, kind, vip, title);
        let parent = |id: CategoryId| above(id.0.as_u128()).map(|id| CategoryId(Uuid::from_u128(id)));
        for (place, later) in rules.iter().enumerate() {
            for earlier in &rules[..place] {
                prop_assert!(earlier.covers(earlier, parent));
                if earlier.covers(later, parent) && later.fits(&facts) {
                    prop_assert!(earlier.fits(&facts), "{earlier:?} {later:?}");
                }
            }
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
    for (word, title, fits) in [
        ("vpn", "The VPN is slow", true),
        ("vpn", "vpnclient crashes", false),
        ("press room", "Heater in the Press-Room", true),
        ("größe", "Falsche GRÖSSE", false),
        ("Größe", "falsche größe", true),
    ] {
        let conditions = Conditions {
            words: vec![word.to_owned()],
            ..Conditions::default()
        };
        assert_eq!(
            rule(1, conditions).fits(&facts(0, 1, 0, false, title)),
            fits,
            "{word} in {title}"
        );
    }
}

#[test]
fn a_wider_rule_before_a_narrower_one_leaves_it_nothing() {
    let words = |words: &[&str]| Conditions {
        words: words.iter().map(|word| (*word).to_owned()).collect(),
        ..Conditions::default()
    };
    let covers = |wide: Conditions, narrow: Conditions| {
        rule(1, wide).covers(&rule(2, narrow), |id| {
            above(id.0.as_u128()).map(|id| CategoryId(Uuid::from_u128(id)))
        })
    };
    let categories = |ids: &[u128]| Conditions {
        categories: ids
            .iter()
            .map(|id| CategoryId(Uuid::from_u128(*id)))
            .collect(),
        ..Conditions::default()
    };
    assert!(covers(Conditions::default(), words(&["vpn"])));
    assert!(!covers(words(&["vpn"]), Conditions::default()));
    assert!(covers(words(&["VPN", "wifi"]), words(&["vpn tunnel"])));
    assert!(!covers(words(&["vpn tunnel"]), words(&["vpn"])));
    assert!(covers(categories(&[1]), categories(&[10])));
    assert!(!covers(categories(&[10]), categories(&[1])));
}

#[test]
fn what_is_wrong_with_a_rule_is_said_at_its_field() {
    let fault = |name: &str, words: Vec<String>| {
        let conditions = Conditions {
            words,
            ..Conditions::default()
        };
        let problems = check_rule(name, &conditions).err().unwrap_or_default();
        problems
            .first()
            .map(|problem| (problem.code.clone(), problem.field.clone()))
    };
    let at = |code: &str, field: &str| Some((code.to_owned(), field.to_owned()));
    assert_eq!(fault("Network", vec!["vpn".into()]), None);
    assert_eq!(fault(" ", vec![]), at("REQUIRED", "name"));
    let words = "conditions.words";
    assert_eq!(fault("N", vec!["- !".into()]), at("INVALID", words));
    assert_eq!(
        fault("N", vec!["w".repeat(WORD_MAX + 1)]),
        at("TOO_LONG", words)
    );
    assert_eq!(
        fault("N", vec!["w".into(); WORDS_MAX + 1]),
        at("TOO_MANY", words)
    );
}
