//! What Linux knows of a process, and a server that is one.

use anyhow::{Context as _, Result, bail};
use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Clock ticks of the kernel's accounting in a second, on every Linux of these days.
const TICKS: f64 = 100.0;

/// A running `bellhop serve`, killed when dropped.
pub struct Server {
    child: Child,
    folder: PathBuf,
    /// Where it listens.
    pub address: SocketAddr,
    /// From its start to its first answer.
    pub ready_after: Duration,
}

impl Server {
    /// Starts the executable on a database, and waits for its first answer.
    pub fn start(executable: &str, database: &str) -> Result<Self> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let folder = std::env::temp_dir().join(format!("bellhop-bench-{}", std::process::id()));
        let started = Instant::now();
        let mut child = Command::new(executable)
            .args(["serve", "--database-url", database, "--listen"])
            .arg(address.to_string())
            .arg("--data")
            .arg(&folder)
            // The load is one machine's; what a single person may send is no part of the question.
            .args(["--requests-per-second", "100000"])
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("starting {executable}"))?;
        while !answers(address) {
            if let Some(status) = child.try_wait()? {
                bail!("the server ended with {status}");
            }
            if started.elapsed() > Duration::from_secs(60) {
                bail!("the server does not answer");
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        Ok(Self {
            child,
            folder,
            address,
            ready_after: started.elapsed(),
        })
    }

    /// Its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
        // Nothing was kept there, unless the server made the folder for files.
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn answers(address: SocketAddr) -> bool {
    use std::io::{Read as _, Write as _};
    let ask = || -> std::io::Result<bool> {
        let mut stream = TcpStream::connect(address)?;
        stream.write_all(b"GET /readyz HTTP/1.0\r\nHost: bench\r\n\r\n")?;
        let mut answer = [0; 12];
        stream.read_exact(&mut answer)?;
        Ok(answer.ends_with(b" 200"))
    };
    ask().unwrap_or(false)
}

/// Memory that is in RAM now, in bytes.
pub fn memory(process: u32) -> Result<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status"))?;
    let kilobytes = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))
        .and_then(|rest| rest.split_whitespace().next())
        .context("no memory in the status")?;
    Ok(kilobytes.parse::<u64>()? * 1_024)
}

/// Time that its threads had a processor so far.
pub fn processor_time(process: u32) -> Result<Duration> {
    let line = fs::read_to_string(format!("/proc/{process}/stat"))?;
    // The name in brackets may hold anything; user and system time are the 12th and 13th after it.
    let rest = line.rsplit(')').next().context("no fields")?;
    let mut ticks = 0;
    for field in rest.split_whitespace().skip(11).take(2) {
        ticks += field.parse::<u64>()?;
    }
    Ok(Duration::from_secs_f64(ticks as f64 / TICKS))
}
