//! What a test stands on: a database with the small organisation of the API's tests, people who ask
//! and people who work, and a promise so short that clocks are always about to do something.

use crate::organisation::{self, department, insert, team};
use backend::desk::service_level::store::{
    AgreementDefinition, agreement, agreement_version, calendar, calendar_version,
};
use backend::organisation::entity::{person, role_grant, team_member};
use backend::platform::Platform;
use backend::platform::clock::SystemClock;
use backend::platform::database::Database;
use backend::platform::ids::Ids;
use backend::platform::transaction::Transaction;
use backend::session::password;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use sea_orm::{ConnectionTrait as _, DatabaseBackend, Set, Statement};
use shared::calendar::CalendarDefinition;
use shared::id::{AgreementId, CalendarId, PersonId};
use shared::permission::Role;
use shared::service_level::{Allowance, ClockTarget, Conditions, Target};
use shared::ticket::TicketKind;
use shared::time::Timestamp;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Everybody's password.
pub const PASSWORD: &str = "correct horse battery";
/// Names the PostgreSQL server on which databases may be created.
const SERVER: &str = "BELLHOP_TEST_POSTGRES_URL";
/// Names where the sequence of random choices begins; without it, always at the same place.
const SEED: &str = "BELLHOP_ENDURANCE_SEED";
/// Seconds after which an incident of this organisation should be answered, and resolved.
const PROMISES: [(ClockTarget, i64); 2] = [
    (ClockTarget::FirstResponse, 2),
    (ClockTarget::Resolution, 6),
];

/// Which database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// A file.
    Sqlite,
    /// A database on the server of `BELLHOP_TEST_POSTGRES_URL`.
    Postgres,
}

/// Somebody.
#[derive(Clone, Debug)]
pub struct Somebody {
    /// Who.
    pub id: PersonId,
    /// Their sign-in name.
    pub login: String,
}

/// A database of one test, and the folder beside it.
pub struct Ground {
    /// The database's address.
    pub url: String,
    /// Data, mails and logs.
    pub folder: PathBuf,
    /// People who only ask.
    pub employees: Vec<Somebody>,
    /// People who work in `it`, in the service desk and in the network team by turns.
    pub agents: Vec<Somebody>,
    /// Where random choices begin.
    pub seed: u64,
    database: Option<String>,
}

impl Ground {
    /// A new one with so many people of each sort; `None` when there is no PostgreSQL to put it on.
    pub async fn new(backend: Backend, name: &str, people: usize) -> Option<Self> {
        let mut ground = Self::bare(backend, name).await?;
        ground.fill(people).await;
        Some(ground)
    }

    /// The same without tables.
    pub async fn bare(backend: Backend, name: &str) -> Option<Self> {
        let word = format!("endurance_{}_{backend:?}_{name}", std::process::id()).to_lowercase();
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(&word);
        let (url, database) = match backend {
            Backend::Sqlite => (format!("sqlite:{}/bellhop.sqlite3", folder.display()), None),
            Backend::Postgres => {
                let server = std::env::var(SERVER).ok()?;
                let database = format!("bellhop_{word}");
                administer(&server, &format!("CREATE DATABASE {database}")).await;
                // What is acknowledged shall be on its way to the disk; the test server is lax otherwise.
                let strict = format!("ALTER DATABASE {database} SET synchronous_commit = on");
                administer(&server, &strict).await;
                (with_database(&server, &database), Some(database))
            }
        };
        std::fs::create_dir_all(&folder).expect("a folder");
        let seed =
            std::env::var(SEED).map_or(1, |seed| seed.parse().expect("a number in the seed"));
        Some(Self {
            url,
            folder,
            employees: Vec::new(),
            agents: Vec::new(),
            seed,
            database,
        })
    }

    /// Random choices of one part of the test, the same each time.
    pub fn random(&self, part: u64) -> StdRng {
        StdRng::seed_from_u64(self.seed.wrapping_mul(1_000).wrapping_add(part))
    }

    /// Opens the database beside whoever serves it.
    pub async fn open(&self) -> Database {
        Database::connect(&self.url).await.expect("the database")
    }

    /// Kills the process of one of PostgreSQL's connections: all others end with it, and the server
    /// recovers from its log.
    pub async fn crash(&self) {
        let connection = sea_orm::Database::connect(&self.url)
            .await
            .expect("a connection");
        let question = "SELECT pg_backend_pid()";
        let statement = Statement::from_string(DatabaseBackend::Postgres, question);
        let row = connection
            .query_one_raw(statement)
            .await
            .expect("an answer");
        let process: i32 = row.expect("a row").try_get_by_index(0).expect("a number");
        let killed = std::process::Command::new("kill")
            .args(["-KILL", &process.to_string()])
            .status()
            .expect("kill");
        assert!(
            killed.success(),
            "PostgreSQL runs as somebody else or elsewhere"
        );
    }

    /// Where mails go.
    pub fn outbox(&self) -> PathBuf {
        self.folder.join("outbox")
    }

    /// Removes it; a test that fails leaves it for whoever looks.
    pub async fn remove(self) {
        std::fs::remove_dir_all(&self.folder).expect("removed");
        if let Some(database) = self.database {
            let server = std::env::var(SERVER).expect("it was there");
            administer(&server, &format!("DROP DATABASE {database} WITH (FORCE)")).await;
        }
    }

    async fn fill(&mut self, people: usize) {
        let db = Database::open(&self.url).await.expect("a database");
        let platform = Platform::new(db.clone(), Arc::new(SystemClock), Ids::seeded(self.seed));
        organisation::fill(&platform).await;
        let hash = password::hash(&platform.ids, PASSWORD)
            .await
            .expect("a hash");
        let now = platform.clock.now();
        let tx = db.begin().await.expect("a transaction");
        promise(&tx, &platform.ids, now).await;
        for number in 0..people {
            for word in ["employee", "agent"] {
                let somebody = Somebody {
                    id: PersonId(platform.ids.next(now)),
                    login: format!("{word}{number}"),
                };
                add(&tx, &somebody, &hash, now).await;
                if word == "employee" {
                    self.employees.push(somebody);
                } else {
                    give_work(&tx, somebody.id, number).await;
                    self.agents.push(somebody);
                }
            }
        }
        tx.commit().await.expect("a commit");
        db.checkpoint().await.expect("a checkpoint");
        drop(platform);
        db.close().await.expect("closed");
    }
}

async fn add(tx: &Transaction, somebody: &Somebody, hash: &str, now: Timestamp) {
    let row = person::ActiveModel {
        id: Set(somebody.id),
        login: Set(somebody.login.clone()),
        email: Set(format!("{}@example.org", somebody.login)),
        name: Set(format!("Person {}", somebody.login)),
        title: Set(None),
        phone: Set(None),
        site_id: Set(None),
        timezone: Set("UTC".to_owned()),
        locale: Set("en".to_owned()),
        vip: Set(false),
        department_id: Set(None),
        manager_id: Set(None),
        password_hash: Set(Some(hash.to_owned())),
        active: Set(true),
        created_at: Set(now),
        version: Set(1),
    };
    insert::<person::Entity>(tx, row).await;
}

async fn give_work(tx: &Transaction, person: PersonId, number: usize) {
    let row = role_grant::ActiveModel {
        person_id: Set(person),
        department_id: Set(department("it")),
        role: Set(Role::Agent),
    };
    insert::<role_grant::Entity>(tx, row).await;
    let row = team_member::ActiveModel {
        team_id: Set(team(["service-desk", "network"][number % 2])),
        person_id: Set(person),
    };
    insert::<team_member::Entity>(tx, row).await;
}

/// Incidents are promised something within seconds, day and night.
async fn promise(tx: &Transaction, ids: &Ids, now: Timestamp) {
    let (calendar, agreement) = (CalendarId(ids.next(now)), AgreementId(ids.next(now)));
    let row = calendar::ActiveModel {
        id: Set(calendar),
        name: Set("Always".to_owned()),
        is_default: Set(false),
        active: Set(true),
        version: Set(1),
    };
    insert::<calendar::Entity>(tx, row).await;
    let always = CalendarDefinition::always_open("UTC");
    let row = calendar_version::ActiveModel {
        calendar_id: Set(calendar),
        version: Set(1),
        definition: Set(serde_json::to_string(&always).expect("JSON")),
        valid_from: Set(now),
    };
    insert::<calendar_version::Entity>(tx, row).await;
    let definition = AgreementDefinition {
        name: "At once".to_owned(),
        calendar,
        conditions: Conditions {
            kinds: vec![TicketKind::Incident],
            ..Conditions::default()
        },
        targets: PROMISES
            .map(|(target, seconds)| {
                Target::new(target, Allowance::WorkingSeconds(seconds)).with_warning_at(50)
            })
            .to_vec(),
    };
    let row = agreement::ActiveModel {
        id: Set(agreement),
        name: Set("At once".to_owned()),
        position: Set(0),
        calendar_id: Set(calendar),
        active: Set(true),
        version: Set(1),
    };
    insert::<agreement::Entity>(tx, row).await;
    let row = agreement_version::ActiveModel {
        agreement_id: Set(agreement),
        version: Set(1),
        definition: Set(serde_json::to_string(&definition).expect("JSON")),
        valid_from: Set(now),
    };
    insert::<agreement_version::Entity>(tx, row).await;
}

async fn administer(server: &str, statement: &str) {
    let connection = sea_orm::Database::connect(server)
        .await
        .expect("the server");
    let done = connection.execute_unprepared(statement).await;
    done.unwrap_or_else(|error| panic!("{statement}: {error}"));
    connection.close().await.expect("closed");
}

fn with_database(server: &str, name: &str) -> String {
    let (base, query) = server.split_once('?').unwrap_or((server, ""));
    let (start, _) = base.rsplit_once('/').expect("an address with a database");
    if query.is_empty() {
        format!("{start}/{name}")
    } else {
        format!("{start}/{name}?{query}")
    }
}
