//! A private PostgreSQL for tests: own folder, own port, own password, gone at the end.

use std::{
    fs,
    io::Read,
    net::TcpListener,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use crate::{console::Console, job, machine};

/// The environment variable in which tests find a server they may create databases on.
pub const URL_VARIABLE: &str = "BELLHOP_TEST_POSTGRES_URL";

const START_LIMIT: Duration = Duration::from_secs(30);

/// What a server is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Losing its data is fine, waiting for disks is not.
    Tests,
    /// As somebody would run it who keeps their data.
    Measuring,
}

impl Purpose {
    fn settings(self) -> &'static [&'static str] {
        match self {
            Self::Tests => &[
                "fsync=off",
                "synchronous_commit=off",
                "full_page_writes=off",
                "shared_buffers=128MB",
                "autovacuum=off",
            ],
            Self::Measuring => &["shared_buffers=1GB", "max_wal_size=4GB"],
        }
    }
}

/// A running server; dropping it stops it and removes its folder.
pub struct Postgres {
    folder: PathBuf,
    server: Child,
    port: u16,
    password: String,
    programs: PathBuf,
    user: Option<&'static str>,
}

impl Postgres {
    /// Creates and starts a server with the newest PostgreSQL that is installed.
    ///
    /// As root it runs as user `postgres`, since PostgreSQL refuses root, and
    /// installs Debian's package if there is none.
    pub fn start(purpose: Purpose) -> Result<Self> {
        let mut console = Console::new(1);
        let programs = machine::need(&mut console, &["postgresql"], programs)?;
        let user = machine::is_root().then_some("postgres");
        let folder = std::env::temp_dir().join(format!("bellhop-postgres-{}", std::process::id()));
        fs::create_dir(&folder).with_context(|| format!("creating {}", folder.display()))?;
        let password = random_word()?;
        match Self::start_in(
            &mut console,
            &programs,
            user,
            folder.clone(),
            password,
            purpose,
        ) {
            Ok(server) => Ok(server),
            Err(error) => {
                fs::remove_dir_all(&folder).ok();
                Err(error)
            }
        }
    }

    fn start_in(
        console: &mut Console,
        programs: &Path,
        user: Option<&'static str>,
        folder: PathBuf,
        password: String,
        purpose: Purpose,
    ) -> Result<Self> {
        fs::set_permissions(&folder, fs::Permissions::from_mode(0o700))
            .context("closing the folder to others")?;
        if let Some(user) = user {
            let mut own = Command::new("chown");
            own.arg(user).arg(&folder);
            job::must(console, own)?;
        }
        let password_file = folder.join("password");
        fs::write(&password_file, &password).context("writing the password")?;
        fs::set_permissions(&password_file, fs::Permissions::from_mode(0o644))
            .context("letting the server read the password")?;

        let data = folder.join("data");
        let mut create = machine::child(programs.join("initdb"), user)?;
        create
            .args(["--username=bellhop", "--auth=password", "--encoding=UTF8"])
            .args(["--locale=C.UTF-8", "--no-sync", "--no-instructions"])
            .arg(format!("--pwfile={}", password_file.display()))
            .arg("-D")
            .arg(&data)
            .current_dir(&folder);
        job::must(console, create).context("initdb")?;

        let port = free_port()?;
        let log = fs::File::create(folder.join("log")).context("creating the server's log")?;
        let mut start = machine::child(programs.join("postgres"), user)?;
        start
            .arg("-D")
            .arg(&data)
            .arg("-k")
            .arg(&folder)
            .args(["-p", &port.to_string()]);
        let always = ["listen_addresses=127.0.0.1", "max_connections=200"];
        for setting in always.iter().chain(purpose.settings()) {
            start.args(["-c", setting]);
        }
        let server = start
            .current_dir(&folder)
            .stdin(Stdio::null())
            .stdout(log.try_clone().context("sharing the log")?)
            .stderr(log)
            .spawn()
            .context("starting postgres")?;
        let mut postgres = Self {
            folder,
            server,
            port,
            password,
            programs: programs.to_path_buf(),
            user,
        };
        postgres.wait_until_ready()?;
        Ok(postgres)
    }

    /// Address of its `postgres` database, with a role that may create others.
    pub fn url(&self) -> String {
        self.url_of("postgres")
    }

    fn url_of(&self, database: &str) -> String {
        format!(
            "postgres://bellhop:{}@127.0.0.1:{}/{database}",
            self.password, self.port
        )
    }

    /// Creates a database on it and gives its address.
    pub fn create(&self, name: &str) -> Result<String> {
        let status = Command::new(self.programs.join("psql"))
            .args(["--quiet", "--command", &format!("CREATE DATABASE {name}")])
            .arg(self.url())
            .status()
            .context("starting psql")?;
        if !status.success() {
            bail!("creating the database {name} ended with {status}");
        }
        Ok(self.url_of(name))
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        let started = Instant::now();
        let log = self.folder.join("log");
        loop {
            let text = fs::read_to_string(&log).unwrap_or_default();
            if text.contains("database system is ready to accept connections") {
                return Ok(());
            }
            let ended = self.server.try_wait().context("watching postgres")?;
            if ended.is_some() || started.elapsed() > START_LIMIT {
                bail!("PostgreSQL did not start:\n{text}");
            }
            thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // Killing the main process alone would leave its workers behind for a while.
        let stopped = machine::child(self.programs.join("pg_ctl"), self.user)
            .and_then(|mut command| {
                command
                    .args(["stop", "--silent", "--mode=immediate", "-D"])
                    .arg(self.folder.join("data"))
                    .current_dir(&self.folder)
                    .status()
                    .context("starting pg_ctl")
            })
            .is_ok_and(|status| status.success());
        if !stopped {
            self.server.kill().ok();
        }
        self.server.wait().ok();
        fs::remove_dir_all(&self.folder).ok();
    }
}

/// The folder of the newest installed server's programs.
fn programs() -> Option<PathBuf> {
    let version = |path: &Path| -> u32 {
        path.file_name()
            .and_then(|name| name.to_str())
            .and_then(|name| name.parse().ok())
            .unwrap_or(0)
    };
    let debian = fs::read_dir("/usr/lib/postgresql").ok().and_then(|found| {
        found
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.join("bin/postgres").is_file())
            .max_by_key(|path| version(path))
            .map(|path| path.join("bin"))
    });
    debian.or_else(|| {
        let folder = machine::find("postgres")?.parent()?.to_path_buf();
        folder.join("initdb").is_file().then_some(folder)
    })
}

/// A port of the loopback interface that nobody uses at the moment.
pub fn free_port() -> Result<u16> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).context("asking for a free port")?;
    Ok(listener.local_addr().context("reading the port")?.port())
}

fn random_word() -> Result<String> {
    let mut bytes = [0; 16];
    fs::File::open("/dev/urandom")
        .and_then(|mut source| source.read_exact(&mut bytes))
        .context("reading random bytes")?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
