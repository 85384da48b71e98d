//! A database for each test, copied from one that was migrated and filled once.

use super::organisation;
use backend::platform::Platform;
use backend::platform::clock::ManualClock;
use backend::platform::database::Database;
use backend::platform::ids::Ids;
use sea_orm::ConnectionTrait;
use shared::time::Timestamp;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::sync::OnceCell;

/// Which of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// A file.
    Sqlite,
    /// A database on the server of `BELLHOP_TEST_POSTGRES_URL`.
    Postgres,
}

/// When every test begins: a Monday, 09:00 UTC.
pub fn start() -> Timestamp {
    "2026-03-02T09:00:00Z".parse().expect("an instant")
}

static NUMBER: AtomicU32 = AtomicU32::new(1);
static SQLITE: OnceCell<PathBuf> = OnceCell::const_new();
static POSTGRES: OnceCell<String> = OnceCell::const_new();

/// A database of one test.
pub struct Own {
    /// Its address.
    pub url: String,
    /// The folder of attached files.
    pub files: PathBuf,
    kind: Kind,
}

enum Kind {
    File(PathBuf),
    Name(String),
}

impl Own {
    /// Copies the template; `None` when there is no server to copy it on.
    pub async fn create(backend: Backend) -> Option<Self> {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let all = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
        let files = all.join(prefix()).join(format!("{number}.files"));
        match backend {
            Backend::Sqlite => {
                let template = SQLITE.get_or_init(sqlite_template).await;
                let path = template.with_file_name(format!("{number}.sqlite3"));
                std::fs::copy(template, &path).expect("copy of the template");
                Some(Self {
                    url: format!("sqlite:{}", path.display()),
                    files,
                    kind: Kind::File(path),
                })
            }
            Backend::Postgres => {
                let server = std::env::var("BELLHOP_TEST_POSTGRES_URL").ok()?;
                let template = POSTGRES.get_or_init(|| postgres_template(&server)).await;
                let name = format!("{}_{number}", prefix());
                let statement = format!("CREATE DATABASE {name} TEMPLATE {template}");
                administer(&server, &statement).await;
                Some(Self {
                    url: with_database(&server, &name),
                    files,
                    kind: Kind::Name(name),
                })
            }
        }
    }

    /// A database without anything in it, not even tables.
    pub async fn empty(backend: Backend) -> Option<Self> {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(prefix());
        let files = folder.join(format!("{number}.files"));
        match backend {
            Backend::Sqlite => {
                std::fs::create_dir_all(&folder).expect("a folder");
                let path = folder.join(format!("{number}.sqlite3"));
                let url = format!("sqlite:{}", path.display());
                let kind = Kind::File(path);
                Some(Self { url, files, kind })
            }
            Backend::Postgres => {
                let server = std::env::var("BELLHOP_TEST_POSTGRES_URL").ok()?;
                let name = format!("{}_{number}", prefix());
                administer(&server, &format!("CREATE DATABASE {name}")).await;
                let url = with_database(&server, &name);
                let kind = Kind::Name(name);
                Some(Self { url, files, kind })
            }
        }
    }

    /// A database as a release left it: `fixtures/release/NAME.*.sql.gz`.
    pub async fn released(backend: Backend, name: &str) -> Option<Self> {
        let own = Self::empty(backend).await?;
        let kind = match backend {
            Backend::Sqlite => "sqlite",
            Backend::Postgres => "postgres",
        };
        let file = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
            .join(format!("tests/fixtures/release/{name}.{kind}.sql.gz"));
        let file = std::fs::File::open(file).expect("the fixture");
        let mut statements = String::new();
        std::io::Read::read_to_string(&mut flate2::read::GzDecoder::new(file), &mut statements)
            .expect("a fixture");
        let url = own.url.replace("sqlite:", "sqlite://");
        let url = match backend {
            Backend::Sqlite => format!("{url}?mode=rwc"),
            Backend::Postgres => url,
        };
        administer(&url, &statements).await;
        Some(own)
    }

    /// Executes statements past the server, which must not be running.
    pub async fn execute(&self, statements: &str) {
        let url = self.url.replace("sqlite:", "sqlite://");
        administer(&url, statements).await;
    }

    /// Removes it; nobody may be connected any more.
    pub async fn remove(self) {
        if std::fs::exists(&self.files).expect("a look") {
            std::fs::remove_dir_all(&self.files).expect("removal");
        }
        match self.kind {
            Kind::File(path) => {
                for end in ["", "-wal", "-shm", "-lock"] {
                    let file = format!("{}{end}", path.display());
                    if std::fs::exists(&file).expect("a look") {
                        std::fs::remove_file(file).expect("removal");
                    }
                }
            }
            Kind::Name(name) => {
                let server = std::env::var("BELLHOP_TEST_POSTGRES_URL").expect("it was there");
                administer(&server, &format!("DROP DATABASE {name} WITH (FORCE)")).await;
            }
        }
    }
}

fn prefix() -> String {
    format!("bellhop_test_{}", std::process::id())
}

async fn sqlite_template() -> PathBuf {
    let all = PathBuf::from(env!("CARGO_TARGET_TMPDIR"));
    forget_dead(&all);
    let folder = all.join(prefix());
    std::fs::create_dir_all(&folder).expect("a folder");
    let path = folder.join("template.sqlite3");
    fill(&format!("sqlite:{}", path.display())).await;
    path
}

/// Folders of earlier runs: a test process cannot tidy up after itself.
fn forget_dead(all: &std::path::Path) {
    for entry in std::fs::read_dir(all).expect("a folder").flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if let Some(process) = name.strip_prefix("bellhop_test_")
            && !std::path::Path::new("/proc").join(process).exists()
        {
            // Another test process may be tidying up too.
            let _ = std::fs::remove_dir_all(entry.path());
        }
    }
}

async fn postgres_template(server: &str) -> String {
    let name = format!("{}_template", prefix());
    administer(server, &format!("CREATE DATABASE {name}")).await;
    fill(&with_database(server, &name)).await;
    name
}

async fn fill(url: &str) {
    let db = Database::open(url).await.expect("a database");
    let platform = Platform::new(
        db.clone(),
        Arc::new(ManualClock::new(start())),
        Ids::seeded(1),
    );
    organisation::fill(&platform).await;
    db.checkpoint().await.expect("a checkpoint");
    drop(platform);
    db.close().await.expect("closed");
}

async fn administer(server: &str, statement: &str) {
    let connection = sea_orm::Database::connect(server)
        .await
        .expect("the test server");
    connection
        .execute_unprepared(statement)
        .await
        .unwrap_or_else(|error| panic!("{statement:.200}: {error}"));
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
