//! A server of one test.

use super::actor::Actor;
use super::authority;
use super::database::{self, Backend, Own};
use super::http::Client;
use super::organisation;
use super::smtp::SmtpServer;
use backend::app::App;
use backend::channel::mail::Surroundings;
use backend::channel::mail::outbox::{self, Outbox};
use backend::channel::mail::smtp::Trust;
use backend::http::client_files::ClientFiles;
use backend::http::{self as server, Running, Server, Settings};
use backend::organisation::entity::{person, role_grant, site_role};
use backend::platform::clock::{Clock, ManualClock};
use backend::platform::context::Context;
use backend::platform::database::Database;
use backend::platform::event_log::{Change, NewEvent};
use backend::platform::files::Files;
use backend::platform::ids::Ids;
use backend::platform::unit_of_work::UnitOfWork;
use backend::platform::vault::Vault;
use backend::platform::{Platform, timer};
use backend::seed::demo;
use backend::session::{Sessions, password};
use sea_orm::{EntityTrait as _, Set};
use serde_json::Value;
use shared::event::EventKind;
use shared::id::{PersonId, SessionId};
use shared::permission::{Role, SiteRole};
use shared::time::Timestamp;
use std::cell::{Cell, RefCell};
use std::net::{IpAddr, Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use tokio::sync::OnceCell;

/// What links in mails begin with.
const LINKS: &str = "https://help.example.org";
/// Everybody's password.
pub const PASSWORD: &str = "correct horse battery";

static HASH: OnceCell<String> = OnceCell::const_new();

/// A running server with its own database and a clock that stands still.
pub struct TestApp {
    /// The server's parts, for use cases that have no address.
    pub app: App,
    clock: Arc<ManualClock>,
    running: RefCell<Running>,
    own: Own,
    people: Cell<u32>,
}

/// What a person is.
#[derive(Clone, Debug, Default)]
pub struct Is {
    /// Roles in departments, by the department's key.
    pub roles: Vec<(&'static str, Role)>,
    /// Site-wide roles.
    pub site: Vec<SiteRole>,
    /// Teams, by key.
    pub teams: Vec<&'static str>,
}

fn surroundings() -> Surroundings {
    Surroundings {
        base_url: LINKS.to_owned(),
        trust: Trust::read(authority::pem()).expect("an authority"),
    }
}

impl TestApp {
    /// Starts one; `None` when there is no PostgreSQL to start it on.
    pub async fn start(backend: Backend, change: fn(&mut Settings)) -> Option<Self> {
        Some(Self::on(Own::create(backend).await?, change).await)
    }

    /// Starts one with the demo organisation, in which nothing has happened yet.
    pub async fn demo(backend: Backend) -> Option<Self> {
        let app = Self::on(Own::empty(backend).await?, |_| {}).await;
        demo::found(&app.app).await.expect("a demo organisation");
        Some(app)
    }

    /// Starts one on a database that is there, and migrates it.
    pub async fn on(own: Own, change: fn(&mut Settings)) -> Self {
        let clock = Arc::new(ManualClock::new(database::start()));
        let db = Database::open(&own.url).await.expect("the test's database");
        let files = Files::at(&own.files);
        let platform = Platform::new(db, clock.clone(), Ids::seeded(2))
            .with_files(files)
            .with_vault(Vault::at(&own.files.join("secret.key")));
        let app = App::new(platform);
        app.mail.stand(surroundings());
        app.start(false);
        let mut settings = Settings {
            // The clock stands still, so nothing would ever come back.
            burst: 1_000_000,
            sign_in_burst: 1_000_000,
            password_mail_burst: 1_000_000,
            ..Settings::default()
        };
        change(&mut settings);
        let server = Server::new(app.clone(), settings).await.expect("a server");
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let running = server::start(server, listener, ClientFiles::NONE, 1).expect("a start");
        Self {
            app,
            clock,
            running: RefCell::new(running),
            own,
            people: Cell::new(0),
        }
    }

    /// The database's address.
    pub fn database_url(&self) -> &str {
        &self.own.url
    }

    /// The clock.
    pub fn clock(&self) -> &ManualClock {
        &self.clock
    }

    /// Stops the server and removes the database.
    pub async fn stop(self) {
        self.running.into_inner().stop().await.expect("a stop");
        let db = self.app.platform.db.clone();
        drop(self.app);
        db.close().await.expect("closed");
        self.own.remove().await;
    }

    /// The platform.
    pub fn platform(&self) -> &Platform {
        &self.app.platform
    }

    /// Paths of all attached files, unfinished ones too.
    pub fn files(&self) -> Vec<std::path::PathBuf> {
        let Ok(folders) = std::fs::read_dir(&self.own.files) else {
            return Vec::new();
        };
        let mut paths = Vec::new();
        let entries = folders.map(|folder| folder.expect("an entry").path());
        for folder in entries.filter(|path| path.is_dir()) {
            let files = std::fs::read_dir(folder).expect("a folder");
            paths.extend(files.map(|file| file.expect("an entry").path()));
        }
        paths
    }

    /// Where attached files lie.
    pub fn files_folder(&self) -> &std::path::Path {
        &self.own.files
    }

    /// Where the server listens.
    pub fn address(&self) -> SocketAddr {
        self.running.borrow().address
    }

    /// Serves the figures to whoever shows this token; gives the address.
    pub fn serve_metrics(&self, token: &str) -> SocketAddr {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
        let mut running = self.running.borrow_mut();
        running
            .serve_metrics(listener, Some(token))
            .expect("the figures")
    }

    /// Sockets that said who they are.
    pub fn open_sockets(&self) -> usize {
        self.running.borrow().open_sockets()
    }

    /// Tells the server that it is to end, and lets it go on.
    pub fn begin_to_stop(&self) {
        self.running.borrow().begin_to_stop();
    }

    /// The present.
    pub fn now(&self) -> Timestamp {
        self.clock.now()
    }

    /// Moves the clock on and fires all timers that came due.
    pub async fn advance(&self, seconds: i64) {
        self.clock.advance(seconds);
        self.fire_timers().await;
    }

    /// Moves the clock to an instant and fires all timers that came due.
    pub async fn advance_to(&self, instant: &str) {
        self.clock.set(instant.parse().expect("an instant"));
        self.fire_timers().await;
    }

    async fn fire_timers(&self) {
        while timer::fire_due(&self.app.platform, &self.app.desk)
            .await
            .expect("timers")
            > 0
        {}
    }

    /// Sends mail to this server from now on.
    pub fn mail_to(&self, server: &SmtpServer) {
        self.switch_mail_on(server.url());
    }

    /// Switches mail on for tests that never send any.
    pub fn mail_nowhere(&self) {
        self.switch_mail_on("smtp://127.0.0.1:9".to_owned());
    }

    /// Sends mail as was set up in the browser, which is so from the start.
    pub fn mail_as_kept(&self) {
        self.app.mail.switch(None);
    }

    /// What a second server of the same database is made of; it does not listen.
    pub async fn second_node(&self) -> App {
        let db = Database::open(&self.own.url).await.expect("the database");
        let platform = Platform::new(db, self.clock.clone(), Ids::seeded(3))
            .with_files(Files::at(&self.own.files))
            .with_vault(Vault::at(&self.secret_key()));
        let app = App::new(platform);
        app.mail.stand(surroundings());
        app
    }

    /// Where the secret key lies.
    pub fn secret_key(&self) -> std::path::PathBuf {
        self.own.files.join("secret.key")
    }

    fn switch_mail_on(&self, url: String) {
        let settings = outbox::Settings {
            smtp_url: Some(url),
            folder: None,
            from: "Help desk <help@bellhop.example>".to_owned(),
            base_url: LINKS.to_owned(),
            trust: Trust::default(),
        };
        let outbox = Outbox::open(&settings).expect("a way out");
        self.app.mail.switch(Some(outbox));
    }

    /// Does all jobs that are due, and gives how many attempts that were.
    pub async fn run_jobs(&self) -> usize {
        let mut attempts = 0;
        loop {
            match self.app.runner().run_due().await.expect("jobs") {
                0 => return attempts,
                more => attempts += more,
            }
        }
    }

    /// Indexes all that was committed.
    pub async fn index(&self) {
        self.app.indexer().catch_up().await.expect("an index");
    }

    /// A client that is not signed in.
    pub fn stranger(&self) -> Client {
        self.stranger_at(IpAddr::V4(Ipv4Addr::LOCALHOST))
    }

    /// The same from another address of the loopback network, such as 127.7.7.7.
    pub fn stranger_at(&self, address: IpAddr) -> Client {
        Client::new(self.address(), address)
    }

    /// Somebody new who only asks for things.
    pub async fn employee(&self) -> Actor {
        self.somebody("employee", Is::default()).await
    }

    /// A new agent of a department, member of its first team.
    pub async fn agent(&self, department: &'static str) -> Actor {
        self.worker("agent", department, Role::Agent).await
    }

    /// A new lead of a department, member of its first team.
    pub async fn lead(&self, department: &'static str) -> Actor {
        self.worker("lead", department, Role::Lead).await
    }

    async fn worker(&self, word: &str, department: &'static str, role: Role) -> Actor {
        let team = match department {
            "it" => "service-desk",
            "facilities" => "building",
            _ => "people",
        };
        let is = Is {
            roles: vec![(department, role)],
            teams: vec![team],
            ..Is::default()
        };
        self.somebody(&format!("{word}-{department}"), is).await
    }

    /// A new site administrator.
    pub async fn admin(&self) -> Actor {
        self.with_site_role("admin", SiteRole::Administrator).await
    }

    /// A new auditor.
    pub async fn auditor(&self) -> Actor {
        self.with_site_role("auditor", SiteRole::Auditor).await
    }

    /// A new reporter.
    pub async fn reporter(&self) -> Actor {
        self.with_site_role("reporter", SiteRole::Reporter).await
    }

    async fn with_site_role(&self, word: &str, role: SiteRole) -> Actor {
        let is = Is {
            site: vec![role],
            ..Is::default()
        };
        self.somebody(word, is).await
    }

    /// Somebody new, signed in.
    pub async fn somebody(&self, word: &str, is: Is) -> Actor {
        let (person, login) = self.person(word, is).await;
        Actor::sign_in(self.stranger(), person, &login).await
    }

    /// Somebody new who has not signed in; their id and sign-in name.
    pub async fn person(&self, word: &str, is: Is) -> (PersonId, String) {
        let number = self.people.get() + 1;
        self.people.set(number);
        let platform = self.platform();
        let hash = HASH
            .get_or_init(|| async {
                password::hash(&platform.ids, PASSWORD)
                    .await
                    .expect("a hash")
            })
            .await;
        let id = PersonId(platform.ids.next(self.now()));
        let login = format!("{word}{number}");
        let tx = platform.db.begin().await.expect("a transaction");
        let row = person::ActiveModel {
            id: Set(id),
            login: Set(login.clone()),
            email: Set(format!("{login}@example.org")),
            name: Set(format!("Person {login}")),
            title: Set(None),
            phone: Set(None),
            site_id: Set(None),
            timezone: Set("UTC".to_owned()),
            locale: Set("en".to_owned()),
            vip: Set(false),
            department_id: Set(is
                .roles
                .first()
                .map(|(key, _)| organisation::department(key))),
            manager_id: Set(None),
            password_hash: Set(Some(hash.clone())),
            active: Set(true),
            created_at: Set(self.now()),
            version: Set(1),
        };
        organisation::insert::<person::Entity>(&tx, row).await;
        for (department, role) in is.roles {
            let row = role_grant::ActiveModel {
                person_id: Set(id),
                department_id: Set(organisation::department(department)),
                role: Set(role),
            };
            organisation::insert::<role_grant::Entity>(&tx, row).await;
        }
        for role in is.site {
            let row = site_role::ActiveModel {
                person_id: Set(id),
                role: Set(role),
            };
            organisation::insert::<site_role::Entity>(&tx, row).await;
        }
        for team in is.teams {
            let row = backend::organisation::entity::team_member::ActiveModel {
                team_id: Set(organisation::team(team)),
                person_id: Set(id),
            };
            organisation::insert::<backend::organisation::entity::team_member::Entity>(&tx, row)
                .await;
        }
        tx.commit().await.expect("a commit");
        (id, login)
    }

    /// Gives somebody a role, with its event, as the administration does.
    pub async fn grant(&self, person: PersonId, department: &str, role: Role) {
        let mut uow = self.act().await;
        let row = role_grant::ActiveModel {
            person_id: Set(person),
            department_id: Set(organisation::department(department)),
            role: Set(role),
        };
        organisation::insert::<role_grant::Entity>(uow.tx(), row).await;
        self.happened(&mut uow, EventKind::RoleGranted, person, "role");
        uow.commit().await.expect("a commit");
    }

    /// Deactivates somebody or takes them back, with the event, as the administration does.
    pub async fn set_active(&self, person: PersonId, active: bool) {
        let mut uow = self.act().await;
        person::Entity::update(person::ActiveModel {
            id: Set(person),
            active: Set(active),
            ..Default::default()
        })
        .exec(uow.tx())
        .await
        .expect("an update");
        self.happened(&mut uow, EventKind::PersonEdited, person, "active");
        uow.commit().await.expect("a commit");
    }

    /// Sets what somebody's password is compared with.
    pub async fn set_password_hash(&self, person: PersonId, hash: Option<String>) {
        let uow = self.act().await;
        person::Entity::update(person::ActiveModel {
            id: Set(person),
            password_hash: Set(hash),
            ..Default::default()
        })
        .exec(uow.tx())
        .await
        .expect("an update");
        uow.commit().await.expect("a commit");
    }

    /// The session of an access token.
    pub async fn session_of(&self, token: &str) -> SessionId {
        let sessions = Sessions::open(self.platform()).await.expect("sessions");
        let holder = sessions.holder(token).await.expect("a look");
        holder.expect("a good token").session
    }

    async fn act(&self) -> UnitOfWork {
        let context = Context::system(self.now(), "test");
        UnitOfWork::begin(self.platform(), &context)
            .await
            .expect("a unit of work")
    }

    fn happened(&self, uow: &mut UnitOfWork, kind: EventKind, person: PersonId, field: &str) {
        let change = Change {
            before: Value::Null,
            after: Value::Null,
        };
        uow.emit(NewEvent {
            occurred_at: self.now(),
            kind,
            subject_kind: PersonId::PREFIX,
            subject_id: person.0,
            ticket: None,
            department: None,
            version_after: None,
            cause: None,
            changes: [(field.to_owned(), change)].into(),
        });
    }
}
