//! The filter in Rust and the filter in SQL are one: random filters over random tickets give the
//! same lists on both databases, in the same order.

use crate::support::organisation::{category, department, service, team};
use crate::support::{TestApp, json};
use crate::ticket::{act, report};
use crate::ticket_site::works_at;
use backend::desk::store::queue;
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};
use shared::id::{PersonId, SiteId};
use shared::permission::Scope;
use shared::ticket::{
    Channel, ClockRisk, Condition, Priority, Span, StateKind, TicketFacts, TicketFilter,
    TicketKind, TicketOrder, TicketState, sort_key,
};
use std::collections::BTreeSet;

fn some<T: Copy>(rng: &mut StdRng, all: &[T]) -> Condition<T> {
    let pick = |rng: &mut StdRng| all.choose_multiple(rng, 2).copied().collect::<Vec<_>>();
    match rng.random_range(0..9) {
        0 => Condition {
            any_of: Some(pick(rng)),
            ..Condition::default()
        },
        1 => Condition {
            none_of: Some(pick(rng)),
            ..Condition::default()
        },
        _ => Condition::default(),
    }
}

fn optional<T: Copy>(rng: &mut StdRng, all: &[T]) -> Condition<T> {
    match rng.random_range(0..12) {
        0 => Condition {
            is_null: Some(true),
            ..Condition::default()
        },
        1 => Condition {
            is_null: Some(false),
            ..Condition::default()
        },
        _ => some(rng, all),
    }
}

fn span(rng: &mut StdRng, facts: &[TicketFacts]) -> Span {
    let instant = |rng: &mut StdRng| {
        facts
            .choose(rng)
            .map(|t| t.created_at.plus_seconds(rng.random_range(-5..7_200)))
    };
    match rng.random_range(0..10) {
        0 => Span {
            from: instant(rng),
            ..Span::default()
        },
        1 => Span {
            to: instant(rng),
            ..Span::default()
        },
        2 => Span {
            is_null: Some(rng.random()),
            ..Span::default()
        },
        _ => Span::default(),
    }
}

fn filter(
    rng: &mut StdRng,
    facts: &[TicketFacts],
    people: &[PersonId],
    sites: &[SiteId],
) -> TicketFilter {
    let words = ["net", "NET", "ü", "%", "_", "inc-00000", "zzz"];
    TicketFilter {
        kind: some(rng, TicketKind::ALL),
        state: some(rng, TicketState::ALL),
        state_kind: some(rng, StateKind::ALL),
        priority: some(rng, Priority::ALL),
        risk: some(rng, ClockRisk::ALL),
        channel: some(rng, Channel::ALL),
        department: some(rng, &[department("it"), department("facilities")]),
        team: optional(rng, &[team("network"), team("service-desk")]),
        assignee: optional(rng, people),
        requester: some(rng, people),
        service: optional(rng, &[service("wifi"), service("email")]),
        category: optional(rng, &[category("laptop"), category("access")]),
        site: if rng.random_bool(0.3) {
            optional(rng, sites)
        } else {
            Condition::default()
        },
        participant: rng
            .random_bool(0.1)
            .then(|| *people.choose(rng).expect("people")),
        unanswered: rng.random_bool(0.1).then(|| rng.random()),
        created_at: span(rng, facts),
        updated_at: span(rng, facts),
        resolved_at: span(rng, facts),
        due_at: span(rng, facts),
        text: rng
            .random_bool(0.15)
            .then(|| (*words.choose(rng).expect("words")).to_owned()),
        and: None,
    }
}

async fn all_facts(app: &TestApp, scope: &Scope) -> Vec<TicketFacts> {
    let db = app.platform().db.reader();
    let rows = queue::slice(
        db,
        scope,
        &TicketFilter::default(),
        TicketOrder::Created,
        0,
        1_000,
    )
    .await
    .expect("rows");
    let ids: Vec<_> = rows.iter().map(|row| row.id).collect();
    let mut people = queue::participants(db, &ids).await.expect("participants");
    rows.iter()
        .map(|row| {
            queue::facts(
                row,
                people
                    .remove(&row.id)
                    .into_iter()
                    .flatten()
                    .map(|p| p.person_id)
                    .collect(),
            )
        })
        .collect()
}

on_both_databases! {
    async fn rust_and_sql_select_and_order_alike(app) {
        let mut rng = StdRng::seed_from_u64(7);
        let marta = app.agent("it").await;
        let ana = app.employee().await;
        let bela = app.employee().await;
        let sites = [works_at(app, &ana, "Berlin").await, works_at(app, &bela, "Lisbon").await].map(|id| id.parse().expect("an id"));
        let titles = ["No network", "Größer drücken", "100 % full_disk", "netWORK two", "Plain"];
        for n in 0..40 {
            let who = if rng.random() { &ana } else { &bela };
            let mut more = json!({ "impact": (["ORGANISATION", "TEAM", "PERSON"][n % 3]), "urgency": (["HIGH", "LOW"][n % 2]) });
            match rng.random_range(0..4) {
                0 => more["service"] = json!(service("wifi").to_string()),
                1 => more["category"] = json!(category("laptop").to_string()),
                2 => more["department"] = json!(department("facilities").to_string()),
                _ => {}
            }
            let ticket = report(who, titles[n % titles.len()], more).await;
            app.advance(rng.random_range(1..900)).await;
            if rng.random() {
                act(&marta, "ticketStart", &ticket["id"], json!({})).await;
            }
            if rng.random_bool(0.3) {
                act(&marta, "ticketEdit", &ticket["id"], json!({ "site": null })).await;
            }
            if rng.random_bool(0.3) {
                act(&marta, "ticketResolve", &ticket["id"], json!({ "code": "SOLVED", "message": "Done" })).await;
                if rng.random() {
                    act(&marta, "ticketReopen", &ticket["id"], json!({ "reason": "Again" })).await;
                }
            }
        }
        let people = [marta.person, ana.person, bela.person];
        let everything = Scope { person: marta.person, departments: BTreeSet::from([department("it"), department("facilities")]) };
        let facts = all_facts(app, &everything).await;
        assert_eq!(facts.len(), 40);
        let scopes = [
            everything.clone(),
            Scope { person: ana.person, departments: BTreeSet::new() },
            Scope { person: bela.person, departments: BTreeSet::from([department("facilities")]) },
        ];
        let db = app.platform().db.reader();
        let mut matched = 0;
        for _ in 0..500 {
            let mut wanted = filter(&mut rng, &facts, &people, &sites);
            if rng.random_bool(0.3) {
                wanted.and = Some(Box::new(filter(&mut rng, &facts, &people, &sites)));
            }
            let scope = scopes.choose(&mut rng).expect("scopes");
            let mut order = *TicketOrder::ALL.choose(&mut rng).expect("orders");
            // The open queue by due time has a way of its own to be found.
            if rng.random_bool(0.2) {
                wanted.state_kind.any_of = Some(vec![StateKind::New, StateKind::Active]);
                order = *[TicketOrder::Due, TicketOrder::DueLast].choose(&mut rng).expect("orders");
            }
            let mut expected: Vec<_> = facts.iter().filter(|t| scope.sees(t) && wanted.matches(t)).collect();
            expected.sort_by_key(|t| sort_key(order, t));
            let expected: Vec<_> = expected.into_iter().map(|t| t.id).collect();
            let (found, _) = queue::ids(db, scope, &wanted, order).await.expect("ids");
            assert_eq!(found, expected, "{wanted:?} {order}");
            let count = queue::count(db, scope, &wanted).await.expect("a count");
            assert_eq!(count.value, expected.len() as u64);
            matched += expected.len();

            let mut paged = Vec::new();
            let mut after: Option<String> = None;
            loop {
                let page = queue::page(db, scope, &wanted, order, 7, after.as_deref()).await.expect("a page");
                after = page.rows.last().map(|row| queue::cursor(order, row));
                paged.extend(page.rows.iter().map(|row| row.id));
                if !page.has_next {
                    break;
                }
            }
            assert_eq!(paged, expected, "pages of {order}");
        }
        assert!(matched > 500, "filters that match nothing prove nothing: {matched}");
    }
}
