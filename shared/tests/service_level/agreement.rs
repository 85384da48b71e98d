//! Choosing an agreement.

use shared::id::{AgreementId, CalendarId, CategoryId, DepartmentId, ServiceId};
use shared::service_level::{
    Agreement, AgreementFacts, Allowance, ClockTarget, ConditionKind, Conditions, Target, choose,
};
use shared::ticket::{Priority, TicketKind};
use uuid::Uuid;

fn agreement(name: &str, conditions: Conditions) -> Agreement {
    Agreement {
        id: AgreementId(Uuid::from_u128(name.len() as u128)),
        version: 1,
        name: name.to_owned(),
        conditions,
        calendar: CalendarId(Uuid::from_u128(1)),
        targets: Vec::new(),
    }
}

fn facts() -> AgreementFacts {
    AgreementFacts {
        kind: TicketKind::Incident,
        priority: Priority::High,
        department: DepartmentId(Uuid::from_u128(10)),
        service: None,
        category_path: vec![
            CategoryId(Uuid::from_u128(21)),
            CategoryId(Uuid::from_u128(20)),
        ],
    }
}

#[test]
fn the_first_agreement_whose_conditions_all_hold_is_chosen_and_says_why() {
    let department = DepartmentId(Uuid::from_u128(10));
    let agreements = [
        agreement(
            "another department",
            Conditions {
                departments: vec![DepartmentId(Uuid::from_u128(11))],
                ..Conditions::default()
            },
        ),
        agreement(
            "requests",
            Conditions {
                departments: vec![department],
                kinds: vec![TicketKind::ServiceRequest],
                ..Conditions::default()
            },
        ),
        agreement(
            "urgent",
            Conditions {
                departments: vec![department],
                priorities: vec![Priority::Critical, Priority::High],
                ..Conditions::default()
            },
        ),
        agreement("all", Conditions::default()),
    ];
    let choice = choose(&agreements, &facts()).expect("an agreement");
    assert_eq!(
        (choice.agreement.name.as_str(), choice.position),
        ("urgent", 2)
    );
    assert_eq!(
        choice.because,
        [ConditionKind::Priority, ConditionKind::Department]
    );
    let low = AgreementFacts {
        priority: Priority::Low,
        ..facts()
    };
    let choice = choose(&agreements, &low).expect("an agreement");
    assert_eq!(
        (choice.agreement.name.as_str(), choice.because.len()),
        ("all", 0)
    );
    assert_eq!(choose(&agreements[..3], &low), None);
}

#[test]
fn a_condition_on_a_category_holds_for_those_below_it() {
    let conditions = |category| Conditions {
        categories: vec![CategoryId(Uuid::from_u128(category))],
        ..Conditions::default()
    };
    assert_eq!(
        conditions(20).matched(&facts()),
        Some(vec![ConditionKind::Category])
    );
    assert_eq!(
        conditions(21).matched(&facts()),
        Some(vec![ConditionKind::Category])
    );
    assert_eq!(conditions(22).matched(&facts()), None);
}

#[test]
fn a_condition_on_a_service_does_not_hold_for_a_ticket_without_one() {
    let service = ServiceId(Uuid::from_u128(30));
    let conditions = Conditions {
        services: vec![service],
        ..Conditions::default()
    };
    assert_eq!(conditions.matched(&facts()), None);
    let with = AgreementFacts {
        service: Some(service),
        ..facts()
    };
    assert_eq!(
        conditions.matched(&with),
        Some(vec![ConditionKind::Service])
    );
}

#[test]
fn an_agreement_may_promise_more_to_urgent_tickets() {
    let mut agreement = agreement("all", Conditions::default());
    let mut quick = Target::new(ClockTarget::Resolution, Allowance::WorkingSeconds(3600));
    quick.priorities = vec![Priority::Critical];
    agreement.targets = vec![
        quick,
        Target::new(ClockTarget::Resolution, Allowance::WorkingDays(5)),
    ];
    let allowance = |kind, priority| {
        agreement
            .target(kind, priority)
            .map(|target| target.allowance)
    };
    assert_eq!(
        allowance(ClockTarget::Resolution, Priority::Critical),
        Some(Allowance::WorkingSeconds(3600))
    );
    assert_eq!(
        allowance(ClockTarget::Resolution, Priority::Low),
        Some(Allowance::WorkingDays(5))
    );
    assert_eq!(allowance(ClockTarget::FirstResponse, Priority::Low), None);
    let text = serde_json::to_string(&agreement).expect("JSON");
    assert_eq!(
        serde_json::from_str::<Agreement>(&text).expect("an agreement"),
        agreement
    );
}
