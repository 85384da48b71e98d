//! Where mail goes: a mail server, or a folder of files for development.

use super::compose::Mail;
use super::render;
use crate::platform::job::Failure;
use anyhow::{Context as _, Result, bail};
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::{self, extension::ClientId};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// How long the mail server may take for one step.
const STEP: Duration = Duration::from_secs(30);
/// Refusals that say something about our sign-in, not about the mail: tried again, since somebody
/// will mend it.
const SIGN_IN_CODES: &[u16] = &[530, 534, 535, 538];

/// Settings of outgoing mail.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `smtp://…` or `smtps://…`.
    pub smtp_url: Option<String>,
    /// A folder that gets a file a mail, in place of a mail server.
    pub folder: Option<PathBuf>,
    /// The sender, such as `Help desk <help@example.org>`.
    pub from: String,
    /// Address that links begin with.
    pub base_url: String,
}

/// A way out.
pub struct Outbox {
    way: Way,
    from: Mailbox,
    base_url: String,
}

enum Way {
    Smtp {
        transport: AsyncSmtpTransport<Tokio1Executor>,
        server: String,
    },
    Folder(PathBuf),
}

impl Outbox {
    /// What the settings describe; nothing is reached for yet.
    pub fn open(settings: &Settings) -> Result<Self> {
        let from: Mailbox = settings
            .from
            .parse()
            .with_context(|| format!("`{}` is no sender of mail", settings.from))?;
        let way = match (&settings.smtp_url, &settings.folder) {
            (Some(url), None) => {
                let url = with_encryption(url)?;
                let transport = AsyncSmtpTransport::<Tokio1Executor>::from_url(&url)
                    // The address may hold a password, so it is not repeated.
                    .map_err(|error| anyhow::anyhow!("the address of the mail server: {error}"))?
                    .hello_name(ClientId::Domain(from.email.domain().to_owned()))
                    .timeout(Some(STEP))
                    .build();
                Way::Smtp {
                    transport,
                    server: server_of(&url).to_owned(),
                }
            }
            (None, Some(folder)) => {
                std::fs::create_dir_all(folder)
                    .with_context(|| format!("cannot create {}", folder.display()))?;
                Way::Folder(folder.clone())
            }
            _ => bail!("mail goes either to a mail server or to a folder"),
        };
        Ok(Self {
            way,
            from,
            base_url: settings.base_url.trim_end_matches('/').to_owned(),
        })
    }

    /// The sender's domain.
    pub fn domain(&self) -> &str {
        self.from.email.domain()
    }

    /// The sender.
    pub fn from(&self) -> String {
        self.from.to_string()
    }

    /// The mail server without its password, if mail goes to one.
    pub fn server(&self) -> Option<&str> {
        match &self.way {
            Way::Smtp { server, .. } => Some(server),
            Way::Folder(_) => None,
        }
    }

    /// The folder, if mail goes to one.
    pub fn folder(&self) -> Option<&Path> {
        match &self.way {
            Way::Smtp { .. } => None,
            Way::Folder(folder) => Some(folder),
        }
    }

    /// The address of a page.
    pub fn link(&self, path: &str) -> String {
        format!("{}{path}", self.base_url)
    }

    /// Hands a mail over.
    pub async fn send(&self, mail: &Mail) -> Result<(), Failure> {
        let message = self.envelope(mail)?;
        match &self.way {
            Way::Smtp { transport, .. } => {
                transport.send(message).await.map_err(|e| failure(&e))?;
            }
            Way::Folder(folder) => {
                let name = format!("{}-{}.eml", mail.at.as_millis(), mail.job);
                write_whole(folder.join(name), message.formatted()).await?;
            }
        }
        Ok(())
    }

    /// Whether mail could be handed over, without handing any over; if not, why.
    pub async fn reachable(&self) -> Result<(), String> {
        match &self.way {
            Way::Smtp { transport, server } => match transport.test_connection().await {
                Ok(true) => Ok(()),
                Ok(false) => Err(format!("{server} answers, but takes no mail.")),
                Err(error) => Err(format!(
                    "{server} takes no mail: {}",
                    failure(&error).message
                )),
            },
            Way::Folder(folder) => match tokio::fs::metadata(folder).await {
                Ok(found) if found.is_dir() => Ok(()),
                Ok(_) => Err(format!("{} is no folder.", folder.display())),
                Err(error) => Err(format!("{}: {error}.", folder.display())),
            },
        }
    }

    fn envelope(&self, mail: &Mail) -> Result<Message, Failure> {
        let (name, address) = &mail.to;
        let address: Address = address
            .parse()
            .map_err(|_| Failure::permanent("BAD_ADDRESS", "The person's mail address is none."))?;
        let at = u64::try_from(mail.at.as_millis()).unwrap_or(0);
        let mut builder = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(Some(render::line(name)), address))
            .date(SystemTime::UNIX_EPOCH + Duration::from_millis(at))
            .message_id(Some(mail.id.clone()))
            .subject(render::subject(&mail.subject))
            // Programs that answer by themselves (RFC 3834) leave this unanswered.
            .raw_header(raw("Auto-Submitted", "auto-generated"))
            .raw_header(raw("X-Auto-Response-Suppress", "All"));
        if let Some(root) = &mail.root {
            builder = builder.in_reply_to(root.clone()).references(root.clone());
        }
        builder
            .multipart(MultiPart::alternative_plain_html(
                render::plain(&mail.content),
                render::html(&mail.content),
            ))
            .map_err(|error| Failure::permanent("BAD_MAIL", error.to_string()))
    }
}

fn raw(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

/// A file that is there whole or not at all.
async fn write_whole(path: PathBuf, bytes: Vec<u8>) -> Result<(), Failure> {
    let written = tokio::task::spawn_blocking(move || {
        let draft = path.with_extension("part");
        std::fs::write(&draft, bytes)?;
        std::fs::rename(draft, path)
    })
    .await;
    match written {
        Ok(Ok(())) => Ok(()),
        Ok(Err(error)) => Err(Failure::temporary("FOLDER", error.to_string())),
        Err(error) => Err(Failure::temporary("FOLDER", error.to_string())),
    }
}

fn failure(error: &smtp::Error) -> Failure {
    if let Some(code) = error.status() {
        let number = u16::from(code);
        let name = format!("SMTP_{number}");
        return if error.is_permanent() && !SIGN_IN_CODES.contains(&number) {
            Failure::permanent(name, error.to_string())
        } else {
            Failure::temporary(name, error.to_string())
        };
    }
    let code = if error.is_timeout() {
        "SMTP_TIMED_OUT"
    } else if error.is_tls() {
        "SMTP_TLS"
    } else if error.is_client() || error.is_response() {
        "SMTP_PROTOCOL"
    } else {
        "SMTP_UNREACHABLE"
    };
    Failure::temporary(code, error.to_string())
}

/// Host and port of a mail server's address.
fn server_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    authority.rsplit('@').next().unwrap_or_default()
}

/// Whether a mail server is on this machine.
fn is_here(url: &str) -> bool {
    let server = server_of(url);
    let host = if let Some(rest) = server.strip_prefix('[') {
        rest.split(']').next().unwrap_or_default()
    } else {
        server.split(':').next().unwrap_or_default()
    };
    host == "localhost"
        || host
            .parse::<std::net::IpAddr>()
            .is_ok_and(|address| address.is_loopback())
}

/// The address with encryption: demanded, unless the server is on this machine or the address says
/// otherwise. `tls=none` gives it up.
fn with_encryption(url: &str) -> Result<String> {
    let known = url.starts_with("smtp://") || url.starts_with("smtps://");
    if !known {
        bail!("the address of a mail server begins with smtp:// or smtps://");
    }
    if let Some((before, tls)) = url.split_once("tls=")
        && tls == "none"
    {
        return Ok(before.trim_end_matches(['?', '&']).to_owned());
    }
    if url.starts_with("smtps://") || url.contains("tls=") || is_here(url) {
        return Ok(url.to_owned());
    }
    let joint = if url.contains('?') { '&' } else { '?' };
    Ok(format!("{url}{joint}tls=required"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn encryption_is_demanded_of_servers_elsewhere() {
        for (url, wanted) in [
            (
                "smtp://mail.example.org",
                "smtp://mail.example.org?tls=required",
            ),
            (
                "smtp://a:b@mail.example.org:587",
                "smtp://a:b@mail.example.org:587?tls=required",
            ),
            (
                "smtp://mail.example.org?tls=opportunistic",
                "smtp://mail.example.org?tls=opportunistic",
            ),
            (
                "smtp://mail.example.org:25?tls=none",
                "smtp://mail.example.org:25",
            ),
            ("smtps://mail.example.org", "smtps://mail.example.org"),
            ("smtp://127.0.0.1:2525", "smtp://127.0.0.1:2525"),
            ("smtp://[::1]:2525", "smtp://[::1]:2525"),
            ("smtp://localhost", "smtp://localhost"),
            (
                "smtp://127.0.0.1.evil.example",
                "smtp://127.0.0.1.evil.example?tls=required",
            ),
        ] {
            assert_eq!(with_encryption(url).expect(url), wanted);
        }
        assert!(with_encryption("http://mail.example.org").is_err());
    }

    #[test]
    fn a_password_is_not_shown() {
        assert_eq!(
            server_of("smtp://ana:s3cret@mail.example.org:587?tls=required"),
            "mail.example.org:587"
        );
        let settings = Settings {
            smtp_url: Some("smtp://ana:s3cret@mail.example.org:99999999".into()),
            folder: None,
            from: "help@example.org".into(),
            base_url: "https://help.example.org".into(),
        };
        let error = Outbox::open(&settings).err().expect("a refusal");
        assert!(!format!("{error:#}").contains("s3cret"));
    }
}
