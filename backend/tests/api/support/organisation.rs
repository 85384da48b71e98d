//! The small organisation that every test starts with.
//!
//! Departments `it`, `facilities` and the confidential `hr`; teams `service-desk` and `network` of
//! IT, `building` of Facilities, `people` of HR; services E-mail (service desk) and Wi-Fi (network);
//! categories Access (service desk), Hardware and below it Laptop; the calendar "Office hours"
//! (Monday to Friday, 09:00-17:00 UTC), and for incidents the agreement "Standard": first response
//! within one hour of it, resolution within eight.

use backend::desk::service_level::store::{self as promises, AgreementDefinition};
use backend::organisation::entity::{category, department, service, team};
use backend::platform::Platform;
use backend::platform::transaction::Transaction;
use sea_orm::{EntityTrait, Set};
use shared::calendar::{CalendarDefinition, Interval, Weekday};
use shared::id::{AgreementId, CalendarId, CategoryId, DepartmentId, ServiceId, TeamId};
use shared::service_level::{Allowance, ClockTarget, Conditions, Target};
use shared::ticket::TicketKind;
use uuid::Uuid;

/// The id of the thing with this key: the same in every test.
fn named(kind: u8, key: &str) -> Uuid {
    let mut bytes = [0; 16];
    bytes[6] = 0x70;
    bytes[8] = 0x80;
    bytes[0] = kind;
    for (place, byte) in bytes[9..].iter_mut().zip(key.bytes()) {
        *place = byte;
    }
    Uuid::from_bytes(bytes)
}

/// `it`, `facilities` or `hr`.
pub fn department(key: &str) -> DepartmentId {
    DepartmentId(named(1, key))
}

/// `service-desk`, `network`, `building` or `people`.
pub fn team(key: &str) -> TeamId {
    TeamId(named(2, key))
}

/// `email` or `wifi`.
pub fn service(key: &str) -> ServiceId {
    ServiceId(named(3, key))
}

/// `access`, `hardware` or `laptop`.
pub fn category(key: &str) -> CategoryId {
    CategoryId(named(4, key))
}

/// The calendar.
pub fn calendar() -> CalendarId {
    CalendarId(named(5, "office"))
}

/// The agreement.
pub fn agreement() -> AgreementId {
    AgreementId(named(6, "default"))
}

/// Writes it.
pub async fn fill(platform: &Platform) {
    let tx = platform.db.begin().await.expect("a transaction");
    departments(&tx).await;
    teams(&tx).await;
    services(&tx).await;
    categories(&tx).await;
    promises(&tx, platform.clock.now()).await;
    tx.commit().await.expect("a commit");
}

async fn departments(tx: &Transaction) {
    let all = [
        ("it", "Information Technology", false),
        ("facilities", "Facilities", false),
        ("hr", "Human Resources", true),
    ];
    for (position, (key, name, confidential)) in (0..).zip(all) {
        let row = department::ActiveModel {
            id: Set(department(key)),
            key: Set(key.to_owned()),
            name: Set(name.to_owned()),
            description: Set(format!("What {name} does.")),
            icon: Set("laptop".to_owned()),
            hue: Set(200),
            confidential: Set(confidential),
            position: Set(position),
            active: Set(true),
            version: Set(1),
        };
        insert::<department::Entity>(tx, row).await;
    }
}

async fn teams(tx: &Transaction) {
    for (key, of, name) in [
        ("service-desk", "it", "Service Desk"),
        ("network", "it", "Network"),
        ("building", "facilities", "Building"),
        ("people", "hr", "People"),
    ] {
        let row = team::ActiveModel {
            id: Set(team(key)),
            department_id: Set(department(of)),
            name: Set(name.to_owned()),
            active: Set(true),
            version: Set(1),
        };
        insert::<team::Entity>(tx, row).await;
    }
}

async fn services(tx: &Transaction) {
    for (key, of, name) in [
        ("email", "service-desk", "E-mail"),
        ("wifi", "network", "Wi-Fi"),
    ] {
        let row = service::ActiveModel {
            id: Set(service(key)),
            department_id: Set(department("it")),
            name: Set(name.to_owned()),
            description: Set(String::new()),
            team_id: Set(Some(team(of))),
            active: Set(true),
            version: Set(1),
        };
        insert::<service::Entity>(tx, row).await;
    }
}

async fn categories(tx: &Transaction) {
    for (key, above, of, name) in [
        ("access", None, Some("service-desk"), "Access"),
        ("hardware", None, Some("service-desk"), "Hardware"),
        ("laptop", Some("hardware"), None, "Laptop"),
    ] {
        let row = category::ActiveModel {
            id: Set(category(key)),
            department_id: Set(department("it")),
            parent_id: Set(above.map(category)),
            name: Set(name.to_owned()),
            team_id: Set(of.map(team)),
            active: Set(true),
            version: Set(1),
        };
        insert::<category::Entity>(tx, row).await;
    }
}

async fn promises(tx: &Transaction, now: shared::time::Timestamp) {
    let weekdays = [
        Weekday::Monday,
        Weekday::Tuesday,
        Weekday::Wednesday,
        Weekday::Thursday,
        Weekday::Friday,
    ];
    let hours = [Interval::new(9 * 60, 17 * 60)];
    let definition = CalendarDefinition::with_hours("UTC", &weekdays, &hours);
    let row = promises::calendar::ActiveModel {
        id: Set(calendar()),
        name: Set("Office hours".to_owned()),
        is_default: Set(true),
        active: Set(true),
        version: Set(1),
    };
    insert::<promises::calendar::Entity>(tx, row).await;
    let row = promises::calendar_version::ActiveModel {
        calendar_id: Set(calendar()),
        version: Set(1),
        definition: Set(serde_json::to_string(&definition).expect("JSON")),
        valid_from: Set(now),
    };
    insert::<promises::calendar_version::Entity>(tx, row).await;

    let definition = AgreementDefinition {
        name: "Standard".to_owned(),
        calendar: calendar(),
        conditions: Conditions {
            kinds: vec![TicketKind::Incident],
            ..Conditions::default()
        },
        targets: vec![
            Target::new(ClockTarget::FirstResponse, Allowance::WorkingSeconds(3_600)),
            Target::new(
                ClockTarget::Resolution,
                Allowance::WorkingSeconds(8 * 3_600),
            ),
        ],
    };
    let row = promises::agreement::ActiveModel {
        id: Set(agreement()),
        name: Set("Standard".to_owned()),
        position: Set(1),
        calendar_id: Set(calendar()),
        active: Set(true),
        version: Set(1),
    };
    insert::<promises::agreement::Entity>(tx, row).await;
    let row = promises::agreement_version::ActiveModel {
        agreement_id: Set(agreement()),
        version: Set(1),
        definition: Set(serde_json::to_string(&definition).expect("JSON")),
        valid_from: Set(now),
    };
    insert::<promises::agreement_version::Entity>(tx, row).await;
}

/// Inserts a row.
pub async fn insert<E: EntityTrait>(
    tx: &Transaction,
    row: impl sea_orm::ActiveModelTrait<Entity = E>,
) {
    E::insert(row)
        .exec_without_returning(tx)
        .await
        .expect("a row");
}
