//! A mail server on loopback that speaks SMTP over TCP, and can be in a bad mood.

use super::authority;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use mail_parser::{Message, MessageParser};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};
use tokio::io::{
    AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader,
};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

/// How it treats mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    /// Takes everything.
    Accepts,
    /// Refuses each recipient with this code.
    Refuses(u16),
    /// Takes a mail and closes the connection before it says so.
    DropsAfterData,
    /// Refuses each sender with this code.
    RefusesSender(u16),
    /// Says this to whoever comes, in place of what a mail server says.
    Says(&'static str),
    /// Says nothing, for ever.
    Silent,
    /// Takes everything, and never answers a good-bye.
    SilentAtQuit,
}

/// How the way to it is encrypted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encryption {
    /// Not at all.
    #[default]
    None,
    /// After STARTTLS.
    StartTls,
    /// From the start.
    Tls,
}

/// What it is like.
#[derive(Clone, Copy, Debug, Default)]
pub struct Kind {
    /// How the way to it is encrypted.
    pub encryption: Encryption,
    /// Its certificate is from an authority that nobody knows.
    pub untrusted: bool,
    /// It wants this user with this password.
    pub sign_in: Option<(&'static str, &'static str)>,
}

/// A mail as it arrived.
#[derive(Clone, Debug)]
pub struct Received {
    /// Envelope sender.
    pub from: String,
    /// Envelope recipients.
    pub to: Vec<String>,
    /// All bytes of the mail.
    pub bytes: Vec<u8>,
    /// Who had signed in.
    pub user: Option<String>,
    /// It came over an encrypted connection.
    pub encrypted: bool,
}

impl Received {
    /// Read by somebody else's parser.
    pub fn parsed(&self) -> Message<'_> {
        MessageParser::default()
            .parse(&self.bytes)
            .expect("a mail that can be read")
    }

    /// The bytes, and all that is encoded in them.
    pub fn everything(&self) -> String {
        let mail = self.parsed();
        let mut all = String::from_utf8_lossy(&self.bytes).into_owned();
        for header in mail.headers() {
            all.push_str(&format!("\n{:?}", header.value));
        }
        for part in &mail.parts {
            all.push('\n');
            all.push_str(part.text_contents().unwrap_or_default());
        }
        all
    }

    /// The plain text.
    pub fn text(&self) -> String {
        self.parsed().body_text(0).expect("plain text").into_owned()
    }

    /// The HTML.
    pub fn html(&self) -> String {
        self.parsed().body_html(0).expect("HTML").into_owned()
    }

    /// A header as text.
    pub fn header(&self, name: &str) -> String {
        self.parsed()
            .header_raw(name)
            .unwrap_or_default()
            .trim()
            .to_owned()
    }

    /// The subject, decoded.
    pub fn subject(&self) -> String {
        self.parsed().subject().unwrap_or_default().to_owned()
    }
}

struct State {
    mood: Mood,
    received: Vec<Received>,
    /// Each user and password that was shown to it.
    sign_ins: Vec<(String, String)>,
    connections: usize,
}

/// The server.
pub struct SmtpServer {
    address: SocketAddr,
    kind: Kind,
    tls: TlsAcceptor,
    state: Arc<Mutex<State>>,
    arrived: Arc<Notify>,
    listening: Option<JoinHandle<()>>,
}

static NUMBER: AtomicU16 = AtomicU16::new(1);

impl SmtpServer {
    /// Starts one at an address that nobody else listens at, so that it can go and come back there.
    pub async fn start() -> Self {
        Self::of(Kind::default()).await
    }

    /// Starts one of this kind.
    pub async fn of(kind: Kind) -> Self {
        let [high, low] = NUMBER.fetch_add(1, Ordering::Relaxed).to_be_bytes();
        let process = std::process::id().to_le_bytes();
        let own = IpAddr::V4(Ipv4Addr::new(
            127,
            process[0].max(1),
            process[1] ^ high,
            low,
        ));
        let mut server = Self {
            address: SocketAddr::new(own, 0),
            kind,
            tls: authority::acceptor(&own.to_string(), !kind.untrusted),
            state: Arc::new(Mutex::new(State {
                mood: Mood::Accepts,
                received: Vec::new(),
                sign_ins: Vec::new(),
                connections: 0,
            })),
            arrived: Arc::default(),
            listening: None,
        };
        server.come_back().await;
        server
    }

    /// Its address as a setting.
    pub fn url(&self) -> String {
        format!("smtp://{}", self.address)
    }

    /// Its address.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Each user and password that was shown to it, since the last look.
    pub fn sign_ins(&self) -> Vec<(String, String)> {
        std::mem::take(&mut self.state.lock().expect("a state").sign_ins)
    }

    /// How many connected since it started.
    pub fn connections(&self) -> usize {
        self.state.lock().expect("a state").connections
    }

    /// Treats mail like this from now on.
    pub fn set(&self, mood: Mood) {
        self.state.lock().expect("a state").mood = mood;
    }

    /// Stops listening: connections are refused.
    pub async fn go(&mut self) {
        let listening = self.listening.take().expect("a server that listens");
        listening.abort();
        let _ = listening.await;
    }

    /// Listens again at the same address.
    pub async fn come_back(&mut self) {
        let listener = TcpListener::bind(self.address).await.expect("a port");
        self.address = listener.local_addr().expect("an address");
        let house = House {
            kind: self.kind,
            tls: self.tls.clone(),
            state: self.state.clone(),
            arrived: self.arrived.clone(),
        };
        self.listening = Some(tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.expect("a connection");
                house.state.lock().expect("a state").connections += 1;
                let house = house.clone();
                tokio::spawn(async move {
                    // A client that goes away is no concern of the server.
                    let _ = house.receive(stream).await;
                });
            }
        }));
    }

    /// What has arrived since the last look.
    pub fn take(&self) -> Vec<Received> {
        std::mem::take(&mut self.state.lock().expect("a state").received)
    }

    /// Waits until something has arrived, and takes it.
    pub async fn wait(&self) -> Vec<Received> {
        loop {
            let received = self.take();
            if !received.is_empty() {
                return received;
            }
            self.arrived.notified().await;
        }
    }
}

impl Drop for SmtpServer {
    fn drop(&mut self) {
        if let Some(listening) = &self.listening {
            listening.abort();
        }
    }
}

/// The part of an address between `<` and `>`.
fn address(line: &str) -> String {
    let start = line.find('<').map_or(0, |at| at + 1);
    let end = line.find('>').unwrap_or(line.len());
    line[start..end].to_owned()
}

/// A connection, encrypted or not.
trait Line: AsyncRead + AsyncWrite + Unpin + Send {}
impl<T: AsyncRead + AsyncWrite + Unpin + Send> Line for T {}

type Lines = BufReader<Box<dyn Line>>;

/// What each conversation needs.
#[derive(Clone)]
struct House {
    kind: Kind,
    tls: TlsAcceptor,
    state: Arc<Mutex<State>>,
    arrived: Arc<Notify>,
}

impl House {
    fn mood(&self) -> Mood {
        self.state.lock().expect("a state").mood
    }

    async fn receive(&self, stream: impl Line + 'static) -> std::io::Result<()> {
        let encrypted = self.kind.encryption == Encryption::Tls;
        let mut lines: Lines = if encrypted {
            BufReader::new(Box::new(self.tls.accept(stream).await?))
        } else {
            BufReader::new(Box::new(stream))
        };
        match self.mood() {
            Mood::Silent => {
                // Ends when the client goes.
                let mut said = Vec::new();
                lines.read_to_end(&mut said).await?;
                return Ok(());
            }
            Mood::Says(text) => {
                lines.write_all(text.as_bytes()).await?;
                lines.flush().await?;
                let mut said = Vec::new();
                lines.read_to_end(&mut said).await?;
                return Ok(());
            }
            _ => {}
        }
        lines.write_all(b"220 mail.test ESMTP\r\n").await?;
        if self.converse(&mut lines, encrypted).await? {
            assert!(lines.buffer().is_empty(), "said before it was encrypted");
            let encrypted = self.tls.accept(lines.into_inner()).await?;
            let mut lines: Lines = BufReader::new(Box::new(encrypted));
            self.converse(&mut lines, true).await?;
        }
        Ok(())
    }

    /// Gives whether it goes on encrypted.
    async fn converse(&self, lines: &mut Lines, encrypted: bool) -> std::io::Result<bool> {
        let mut mail = Received {
            from: String::new(),
            to: Vec::new(),
            bytes: Vec::new(),
            user: None,
            encrypted,
        };
        loop {
            lines.flush().await?;
            let line = next(lines).await?;
            if line.is_empty() {
                return Ok(false);
            }
            let word = line.split([' ', ':']).next().unwrap_or_default();
            let answer = match word.trim().to_ascii_uppercase().as_str() {
                "EHLO" => self.greeting(encrypted),
                "STARTTLS" if self.kind.encryption == Encryption::StartTls && !encrypted => {
                    lines.write_all(b"220 go on\r\n").await?;
                    lines.flush().await?;
                    return Ok(true);
                }
                "AUTH" => {
                    mail.user = self.sign_in(&line);
                    match mail.user {
                        Some(_) => "235 welcome\r\n".to_owned(),
                        None => "535 5.7.8 wrong user or password\r\n".to_owned(),
                    }
                }
                "MAIL" if self.kind.sign_in.is_some() && mail.user.is_none() => {
                    "530 5.7.0 sign in first\r\n".to_owned()
                }
                "MAIL" => match self.mood() {
                    Mood::RefusesSender(code) => format!("{code} not as this sender\r\n"),
                    _ => {
                        mail.from = address(&line);
                        mail.to.clear();
                        "250 sender ok\r\n".to_owned()
                    }
                },
                "RCPT" => match self.mood() {
                    Mood::Refuses(code) => format!("{code} not this one\r\n"),
                    _ => {
                        mail.to.push(address(&line));
                        "250 recipient ok\r\n".to_owned()
                    }
                },
                "DATA" => {
                    lines.write_all(b"354 go on\r\n").await?;
                    lines.flush().await?;
                    mail.bytes = body(lines).await?;
                    let mood = {
                        let mut state = self.state.lock().expect("a state");
                        state.received.push(mail.clone());
                        state.mood
                    };
                    self.arrived.notify_one();
                    if mood == Mood::DropsAfterData {
                        return Ok(false);
                    }
                    "250 taken\r\n".to_owned()
                }
                "RSET" | "NOOP" => "250 ok\r\n".to_owned(),
                "QUIT" if self.mood() == Mood::SilentAtQuit => continue,
                "QUIT" => {
                    lines.write_all(b"221 bye\r\n").await?;
                    lines.flush().await?;
                    return Ok(false);
                }
                _ => "502 not known\r\n".to_owned(),
            };
            lines.write_all(answer.as_bytes()).await?;
        }
    }

    fn greeting(&self, encrypted: bool) -> String {
        let mut greeting = "250-mail.test\r\n250-8BITMIME\r\n".to_owned();
        if self.kind.encryption == Encryption::StartTls && !encrypted {
            greeting.push_str("250-STARTTLS\r\n");
        } else if self.kind.sign_in.is_some() {
            greeting.push_str("250-AUTH PLAIN\r\n");
        }
        greeting + "250 SMTPUTF8\r\n"
    }

    /// The user of `AUTH PLAIN`, if they may come in.
    fn sign_in(&self, line: &str) -> Option<String> {
        let shown = line.trim().strip_prefix("AUTH PLAIN ").expect("AUTH PLAIN");
        let shown = STANDARD.decode(shown).expect("base64");
        let shown = String::from_utf8(shown).expect("text");
        let mut parts = shown.split('\0').skip(1);
        let mut part = || parts.next().expect("a user and a password").to_owned();
        let (user, password) = (part(), part());
        let mut state = self.state.lock().expect("a state");
        state.sign_ins.push((user.clone(), password.clone()));
        (self.kind.sign_in == Some((&user, &password))).then_some(user)
    }
}

/// The next line; empty at the end.
async fn next(lines: &mut Lines) -> std::io::Result<String> {
    let mut line = String::new();
    lines.read_line(&mut line).await?;
    assert!(
        line.is_empty() || line.ends_with("\r\n"),
        "a bare line end: {line:?}"
    );
    Ok(line)
}

/// A mail up to the lone dot, with doubled dots made single.
async fn body(lines: &mut Lines) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    loop {
        let mut line = Vec::new();
        if lines.read_until(b'\n', &mut line).await? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        assert!(line.ends_with(b"\r\n") && line.len() <= 1_000, "{line:?}");
        if line == b".\r\n" {
            return Ok(bytes);
        }
        bytes.extend_from_slice(line.strip_prefix(b".").unwrap_or(&line));
    }
}
