//! A `bellhop serve` of its own for browser journeys and measurements.

use std::{
    fs,
    io::{Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, Stdio},
    thread,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, bail};

use crate::{machine, postgres::free_port, workspace};

/// Migrating and seeding the demo organisation included.
const START_LIMIT: Duration = Duration::from_secs(120);

/// A running server; dropping it stops it, and removes the data that were made with it.
pub struct Server {
    process: Child,
    executable: PathBuf,
    folder: PathBuf,
    address: String,
    /// Its data are its own.
    fresh: bool,
}

impl Server {
    /// Starts the executable on an empty data folder and a free port, and waits until it answers.
    pub fn fresh(executable: &Path) -> Result<Self> {
        let folder = workspace::target().join("journeys");
        if folder.exists() {
            fs::remove_dir_all(&folder)
                .with_context(|| format!("emptying {}", folder.display()))?;
        }
        fs::create_dir_all(&folder).with_context(|| format!("creating {}", folder.display()))?;
        let outbox = folder.join("outbox").display().to_string();
        let mut server = Self::over(executable, &folder, &["--demo", "--mail-folder", &outbox])?;
        server.fresh = true;
        Ok(server)
    }

    /// Starts the executable on the `data` in this folder, which stay.
    pub fn over(executable: &Path, folder: &Path, arguments: &[&str]) -> Result<Self> {
        let address = format!("127.0.0.1:{}", free_port()?);
        let log = fs::File::create(folder.join("server.log")).context("creating the log")?;
        let process = machine::child(executable, None)?
            .args(["serve", "--listen", &address])
            .args(arguments)
            .arg("--data")
            .arg(folder.join("data"))
            .current_dir(folder)
            .stdin(Stdio::null())
            .stdout(log.try_clone().context("sharing the log")?)
            .stderr(log)
            .spawn()
            .with_context(|| format!("starting {}", executable.display()))?;
        let mut server = Self {
            process,
            executable: executable.to_path_buf(),
            folder: folder.to_path_buf(),
            address,
            fresh: false,
        };
        server.wait_until_ready()?;
        Ok(server)
    }

    /// Where it answers.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What was started, for journeys that need a server of their own.
    pub fn executable(&self) -> &Path {
        &self.executable
    }

    /// The folder that its mails are written to.
    pub fn outbox(&self) -> PathBuf {
        self.folder.join("outbox")
    }

    /// The last lines it logged.
    pub fn log(&self) -> String {
        let text = fs::read_to_string(self.folder.join("server.log")).unwrap_or_default();
        let lines: Vec<_> = text.lines().collect();
        lines[lines.len().saturating_sub(60)..].join("\n")
    }

    fn wait_until_ready(&mut self) -> Result<()> {
        let started = Instant::now();
        while !self.answers() {
            let ended = self.process.try_wait().context("watching the server")?;
            if let Some(status) = ended {
                bail!("the server ended with {status}:\n{}", self.log());
            }
            if started.elapsed() > START_LIMIT {
                bail!("the server did not answer in time:\n{}", self.log());
            }
            thread::sleep(Duration::from_millis(100));
        }
        Ok(())
    }

    fn answers(&self) -> bool {
        let ask = || -> std::io::Result<bool> {
            let mut stream = TcpStream::connect(&self.address)?;
            stream.set_read_timeout(Some(Duration::from_secs(5)))?;
            write!(
                stream,
                "GET /healthz HTTP/1.0\r\nHost: {}\r\n\r\n",
                self.address
            )?;
            let mut answer = [0; 12];
            stream.read_exact(&mut answer)?;
            Ok(answer.starts_with(b"HTTP/1.") && answer.ends_with(b" 200"))
        };
        ask().unwrap_or(false)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
        if self.fresh {
            fs::remove_dir_all(self.folder.join("data")).ok();
        }
    }
}
