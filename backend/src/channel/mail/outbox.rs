//! Where mail goes: a mail server, or a folder of files for development.

use super::Surroundings;
use super::compose::Mail;
use super::render;
use super::settings::Server;
use super::smtp::{Target, Trouble, Trust};
use crate::platform::job::Failure;
use anyhow::{Context as _, Result, bail};
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::transport::smtp::{self, client::Tls, extension::ClientId};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor};
use shared::mail::MailProblem;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// How long the mail server may take for one step.
const STEP: Duration = Duration::from_secs(30);
/// How long a mail server that was set up in the browser may take for all steps.
const WHOLE: Duration = Duration::from_secs(90);
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
    /// Whom the mail server may be certified by.
    pub trust: Trust,
}

/// A way out.
pub struct Outbox {
    way: Way,
    from: Mailbox,
    reply_to: Option<Mailbox>,
    base_url: String,
}

enum Way {
    Smtp {
        transport: AsyncSmtpTransport<Tokio1Executor>,
        server: String,
    },
    /// Set up in the browser.
    Server {
        target: Target,
        name: String,
    },
    Folder(PathBuf),
}

impl Outbox {
    /// The way to a server that was set up in the browser; nothing is reached for yet.
    pub fn to(server: &Server, password: Option<&str>, around: &Surroundings) -> Result<Self> {
        let target = Target::new(server, password, &around.trust)?;
        let name = Some(render::line(&server.sender_name)).filter(|name| !name.is_empty());
        let reply_to = server.reply_to.as_ref();
        Ok(Self {
            way: Way::Server {
                name: target.name(),
                target,
            },
            from: Mailbox::new(name, server.sender_address.parse()?),
            reply_to: reply_to
                .map(|address| Ok::<_, anyhow::Error>(Mailbox::new(None, address.parse()?)))
                .transpose()?,
            base_url: around.base_url.trim_end_matches('/').to_owned(),
        })
    }

    /// What the settings describe; nothing is reached for yet.
    pub fn open(settings: &Settings) -> Result<Self> {
        let from: Mailbox = settings
            .from
            .parse()
            .with_context(|| format!("`{}` is no sender of mail", settings.from))?;
        let way = match (&settings.smtp_url, &settings.folder) {
            (Some(url), None) => {
                let url = with_encryption(url)?;
                let mut builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(&url)
                    // The address may hold a password, so it is not repeated.
                    .map_err(|error| anyhow::anyhow!("the address of the mail server: {error}"))?;
                if let Some(tls) = encryption(&url, &settings.trust)? {
                    builder = builder.tls(tls);
                }
                let transport = builder
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
            reply_to: None,
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
            Way::Server { name, .. } => Some(name),
            Way::Folder(_) => None,
        }
    }

    /// The folder, if mail goes to one.
    pub fn folder(&self) -> Option<&Path> {
        match &self.way {
            Way::Smtp { .. } | Way::Server { .. } => None,
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
            Way::Server { target, .. } => deliver(target, &message, WHOLE).await?,
            Way::Folder(folder) => {
                let name = format!("{}-{}.eml", mail.at.as_millis(), mail.job);
                write_whole(folder.join(name), message.formatted()).await?;
            }
        }
        Ok(())
    }

    /// Hands a mail over to a server that was set up in the browser, within a time; tells what is wrong.
    pub async fn try_out(&self, mail: &Mail, within: Duration) -> Result<(), Trouble> {
        let message = self.envelope(mail);
        match (&self.way, message) {
            (Way::Server { target, .. }, Ok(message)) => deliver(target, &message, within).await,
            // The reader's address is none.
            (Way::Server { .. }, Err(_)) => Err(MailProblem::ReaderRefused.into()),
            (Way::Smtp { .. } | Way::Folder(_), _) => Err(MailProblem::NotAMailServer.into()),
        }
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
            Way::Server { target, name } => target.look(STEP).await.map_err(|trouble| {
                let said = Failure::from(trouble).message;
                format!("{name} takes no mail: {said}")
            }),
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
        if let Some(reply_to) = &self.reply_to {
            builder = builder.reply_to(reply_to.clone());
        }
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

async fn deliver(target: &Target, message: &Message, within: Duration) -> Result<(), Trouble> {
    let (envelope, bytes) = (message.envelope(), message.formatted());
    target.deliver(envelope, &bytes, within).await
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

/// How the way to a server is encrypted that others than the machine's authorities may certify; as
/// its address says where there are none.
fn encryption(url: &str, trust: &Trust) -> Result<Option<Tls>> {
    if trust.is_empty() {
        return Ok(None);
    }
    let parameters = || trust.parameters(host_of(url));
    Ok(if url.starts_with("smtps://") {
        Some(Tls::Wrapper(parameters()?))
    } else if url.contains("tls=required") {
        Some(Tls::Required(parameters()?))
    } else if url.contains("tls=opportunistic") {
        Some(Tls::Opportunistic(parameters()?))
    } else {
        None
    })
}

/// Host and port of a mail server's address.
fn server_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    authority.rsplit('@').next().unwrap_or_default()
}

/// Host of a mail server's address.
fn host_of(url: &str) -> &str {
    let server = server_of(url);
    if let Some(rest) = server.strip_prefix('[') {
        rest.split(']').next().unwrap_or_default()
    } else {
        server.split(':').next().unwrap_or_default()
    }
}

/// Whether a mail server is on this machine.
fn is_here(url: &str) -> bool {
    let host = host_of(url);
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
            trust: Trust::default(),
        };
        let error = Outbox::open(&settings).err().expect("a refusal");
        assert!(!format!("{error:#}").contains("s3cret"));
    }
}
