//! A mail server on loopback that speaks SMTP over TCP, and can be in a bad mood.

use mail_parser::{Message, MessageParser};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio::task::JoinHandle;

/// How it treats mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    /// Takes everything.
    Accepts,
    /// Refuses each recipient with this code.
    Refuses(u16),
    /// Takes a mail and closes the connection before it says so.
    DropsAfterData,
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
}

/// The server.
pub struct SmtpServer {
    address: SocketAddr,
    state: Arc<Mutex<State>>,
    arrived: Arc<Notify>,
    listening: Option<JoinHandle<()>>,
}

static NUMBER: AtomicU16 = AtomicU16::new(1);

impl SmtpServer {
    /// Starts one at an address that nobody else listens at, so that it can go and come back there.
    pub async fn start() -> Self {
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
            state: Arc::new(Mutex::new(State {
                mood: Mood::Accepts,
                received: Vec::new(),
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
        let (state, arrived) = (self.state.clone(), self.arrived.clone());
        self.listening = Some(tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.expect("a connection");
                let (state, arrived) = (state.clone(), arrived.clone());
                tokio::spawn(async move {
                    // A client that goes away is no concern of the server.
                    let _ = converse(stream, &state, &arrived).await;
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

async fn converse(
    stream: TcpStream,
    state: &Mutex<State>,
    arrived: &Notify,
) -> std::io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut lines = BufReader::new(read);
    write.write_all(b"220 mail.test ESMTP\r\n").await?;
    let mut mail = Received {
        from: String::new(),
        to: Vec::new(),
        bytes: Vec::new(),
    };
    loop {
        let mut line = String::new();
        if lines.read_line(&mut line).await? == 0 {
            return Ok(());
        }
        assert!(line.ends_with("\r\n"), "a bare line end: {line:?}");
        let word = line.split([' ', ':']).next().unwrap_or_default();
        let answer = match word.trim().to_ascii_uppercase().as_str() {
            "EHLO" => "250-mail.test\r\n250-8BITMIME\r\n250 SMTPUTF8\r\n".to_owned(),
            "MAIL" => {
                mail.from = address(&line);
                mail.to.clear();
                "250 sender ok\r\n".to_owned()
            }
            "RCPT" => {
                let mood = state.lock().expect("a state").mood;
                match mood {
                    Mood::Refuses(code) => format!("{code} not this one\r\n"),
                    Mood::Accepts | Mood::DropsAfterData => {
                        mail.to.push(address(&line));
                        "250 recipient ok\r\n".to_owned()
                    }
                }
            }
            "DATA" => {
                write.write_all(b"354 go on\r\n").await?;
                mail.bytes = body(&mut lines).await?;
                let mood = {
                    let mut state = state.lock().expect("a state");
                    state.received.push(mail.clone());
                    state.mood
                };
                arrived.notify_one();
                if mood == Mood::DropsAfterData {
                    return Ok(());
                }
                "250 taken\r\n".to_owned()
            }
            "RSET" | "NOOP" => "250 ok\r\n".to_owned(),
            "QUIT" => {
                write.write_all(b"221 bye\r\n").await?;
                return Ok(());
            }
            _ => "502 not known\r\n".to_owned(),
        };
        write.write_all(answer.as_bytes()).await?;
    }
}

/// A mail up to the lone dot, with doubled dots made single.
async fn body(lines: &mut BufReader<tokio::net::tcp::OwnedReadHalf>) -> std::io::Result<Vec<u8>> {
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
