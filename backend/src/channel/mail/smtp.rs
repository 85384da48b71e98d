//! Hands one mail to a mail server that was set up in the browser, step by step, so that it can be
//! said in words which step failed.
//!
//! Only an answer in the form of SMTP, three digits and a text, is passed on, whoever gives it: servers of
//! FTP and NNTP speak in the same form. What else is sent is not.

use super::address;
use super::settings::Server;
use crate::platform::job::Failure;
use lettre::address::{Address, Envelope};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, DEFAULT_MECHANISMS};
use lettre::transport::smtp::client::{AsyncSmtpConnection, Certificate, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::{ClientId, Extension, MailBodyParameter, MailParameter};
use shared::mail::{MailEncryption, MailProblem};
use std::error::Error as _;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::Duration;

/// How long one address may take to accept a connection; what is said over it has the time of the whole.
const CONNECTING: Duration = Duration::from_secs(5);
/// How long a server may take to answer a good-bye.
const GOOD_BYE: Duration = Duration::from_secs(1);
/// Addresses of one name that are tried.
const ADDRESSES: usize = 4;
/// Characters of a server's own words that are passed on.
const WORDS_MOST: usize = 200;
/// Refusals that say something about the sign-in.
const SIGN_IN_CODES: [u16; 4] = [530, 534, 535, 538];

/// Whom else than the system's authorities servers may be certified by.
#[derive(Clone, Debug, Default)]
pub struct Trust(Vec<Certificate>);

impl Trust {
    /// Those of a text with certificates as PEM, too.
    pub fn read(pem: &[u8]) -> anyhow::Result<Self> {
        let certificates = Certificate::from_pem(pem)?;
        anyhow::ensure!(
            pem.windows(5).any(|text| text == b"BEGIN"),
            "there is no certificate"
        );
        Ok(Self(vec![certificates]))
    }

    /// What servers of this name must show.
    pub fn parameters(&self, name: &str) -> anyhow::Result<TlsParameters> {
        let mut builder = TlsParameters::builder(name.to_owned());
        for certificate in &self.0 {
            builder = builder.add_root_certificate(certificate.clone());
        }
        Ok(builder.build_rustls()?)
    }

    /// Whether there is anybody.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// A mail server, and how it is spoken to.
pub struct Target {
    host: String,
    port: u16,
    tls: Option<(MailEncryption, TlsParameters)>,
    sign_in: Option<Credentials>,
    hello: ClientId,
}

/// Why a mail was not taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// What is wrong.
    pub problem: MailProblem,
    /// The server's code.
    pub code: Option<u16>,
    /// The server's own words, short and on one line.
    pub answer: Option<String>,
}

impl From<MailProblem> for Trouble {
    fn from(problem: MailProblem) -> Self {
        Self {
            problem,
            code: None,
            answer: None,
        }
    }
}

impl From<Trouble> for Failure {
    fn from(trouble: Trouble) -> Self {
        use MailProblem::{
            AddressNotAllowed, Broken, EncryptionFailed, NameNotFound, NoStartTls, NotAMailServer,
            NotTrusted, Refused, TimedOut, Unreachable,
        };
        let code = match (trouble.code, trouble.problem) {
            (Some(code), _) => format!("SMTP_{code}"),
            (None, TimedOut) => "SMTP_TIMED_OUT".to_owned(),
            (None, NotTrusted | EncryptionFailed | NoStartTls) => "SMTP_TLS".to_owned(),
            (None, NameNotFound | Refused | Unreachable | Broken | AddressNotAllowed) => {
                "SMTP_UNREACHABLE".to_owned()
            }
            (None, NotAMailServer) => "SMTP_PROTOCOL".to_owned(),
            (None, _) => "SMTP_REFUSED".to_owned(),
        };
        let words = trouble.problem.words();
        let message = match &trouble.answer {
            Some(answer) => format!("{answer} ({words})"),
            None => words.to_owned(),
        };
        // What is wrong with the sign-in or the sender is a setting, which somebody will mend.
        let about_the_mail = matches!(
            trouble.problem,
            MailProblem::ReaderRefused | MailProblem::MailRefused
        );
        if about_the_mail && trouble.code.is_some_and(|code| code >= 500) {
            Self::permanent(code, message)
        } else {
            Self::temporary(code, message)
        }
    }
}

/// Where in a conversation an error came.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Step {
    Greeting,
    Encryption,
    SignIn,
    Sender,
    Reader,
    Content,
}

impl Target {
    /// What the settings describe; nothing is reached for yet.
    pub fn new(server: &Server, password: Option<&str>, trust: &Trust) -> anyhow::Result<Self> {
        let tls = match server.encryption {
            MailEncryption::None => None,
            how => Some((how, trust.parameters(&server.host)?)),
        };
        let domain = server.sender_address.rsplit('@').next();
        let sign_in = server.user.as_deref().zip(password);
        Ok(Self {
            host: server.host.clone(),
            port: server.port,
            tls,
            sign_in: sign_in
                .map(|(user, password)| Credentials::new(user.to_owned(), password.to_owned())),
            hello: ClientId::Domain(domain.unwrap_or_default().to_owned()),
        })
    }

    /// Host and port.
    pub fn name(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }

    /// Hands a mail over, within a time.
    pub async fn deliver(
        &self,
        envelope: &Envelope,
        mail: &[u8],
        within: Duration,
    ) -> Result<(), Trouble> {
        let handed_over = async {
            let mut connection = self.open().await?;
            hand_over(&mut connection, envelope, mail).await?;
            Ok(connection)
        };
        // From here on the mail is taken, whatever becomes of the good-bye.
        leave(in_time(within, handed_over).await?).await;
        Ok(())
    }

    /// Connects and signs in, within a time, and hands nothing over.
    pub async fn look(&self, within: Duration) -> Result<(), Trouble> {
        leave(in_time(within, self.open()).await?).await;
        Ok(())
    }

    /// The name is looked up here and the address that was judged is the one that is connected to:
    /// a name that leads elsewhere a moment later is no way around.
    async fn addresses(&self) -> Result<Vec<SocketAddr>, Trouble> {
        let found = tokio::net::lookup_host((self.host.as_str(), self.port)).await;
        let found: Vec<SocketAddr> = match found {
            Ok(found) => found.collect(),
            Err(_) => Vec::new(),
        };
        if found.is_empty() {
            return Err(MailProblem::NameNotFound.into());
        }
        let mut allowed: Vec<SocketAddr> = found
            .into_iter()
            .filter(|found| address::allowed(found.ip()))
            .collect();
        if allowed.is_empty() {
            return Err(MailProblem::AddressNotAllowed.into());
        }
        allowed.truncate(ADDRESSES);
        Ok(allowed)
    }

    /// An open, encrypted and signed-in connection.
    async fn open(&self) -> Result<AsyncSmtpConnection, Trouble> {
        let mut last = Trouble::from(MailProblem::Unreachable);
        for address in self.addresses().await? {
            match self.connect(address).await {
                Ok(connection) => return self.prepare(connection).await,
                Err(trouble) => last = trouble,
            }
        }
        Err(last)
    }

    async fn connect(&self, address: SocketAddr) -> Result<AsyncSmtpConnection, Trouble> {
        let (step, tls) = match &self.tls {
            Some((MailEncryption::Tls, tls)) => (Step::Encryption, Some(tls.clone())),
            _ => (Step::Greeting, None),
        };
        AsyncSmtpConnection::connect_tokio1(address, Some(CONNECTING), &self.hello, tls, None)
            .await
            .map_err(|error| trouble(step, &error))
    }

    async fn prepare(
        &self,
        mut connection: AsyncSmtpConnection,
    ) -> Result<AsyncSmtpConnection, Trouble> {
        if let Some((MailEncryption::StartTls, tls)) = &self.tls {
            if !connection.can_starttls() {
                leave(connection).await;
                return Err(MailProblem::NoStartTls.into());
            }
            let encrypted = connection.starttls(tls.clone(), &self.hello).await;
            encrypted.map_err(|error| trouble(Step::Encryption, &error))?;
        }
        if let Some(sign_in) = &self.sign_in {
            let info = connection.server_info();
            if info.get_auth_mechanism(DEFAULT_MECHANISMS).is_none() {
                leave(connection).await;
                return Err(MailProblem::NoSignIn.into());
            }
            let signed_in = connection.auth(DEFAULT_MECHANISMS, sign_in).await;
            signed_in.map_err(|error| trouble(Step::SignIn, &error))?;
        }
        Ok(connection)
    }
}

/// Says good-bye. It is not waited for long, and nothing depends on it: some servers never answer.
async fn leave(mut connection: AsyncSmtpConnection) {
    let _ = tokio::time::timeout(GOOD_BYE, connection.quit()).await;
}

async fn in_time<T>(
    within: Duration,
    work: impl Future<Output = Result<T, Trouble>>,
) -> Result<T, Trouble> {
    tokio::time::timeout(within, work)
        .await
        .unwrap_or_else(|_| Err(MailProblem::TimedOut.into()))
}

async fn hand_over(
    connection: &mut AsyncSmtpConnection,
    envelope: &Envelope,
    mail: &[u8],
) -> Result<(), Trouble> {
    let mut parameters = Vec::new();
    let offers =
        |connection: &AsyncSmtpConnection, what| connection.server_info().supports_feature(what);
    let plain = |address: &Address| AsRef::<str>::as_ref(address).is_ascii();
    if !envelope.to().iter().chain(envelope.from()).all(plain) {
        if !offers(connection, Extension::SmtpUtfEight) {
            return Err(MailProblem::ReaderRefused.into());
        }
        parameters.push(MailParameter::SmtpUtfEight);
    }
    if !mail.is_ascii() {
        if !offers(connection, Extension::EightBitMime) {
            return Err(MailProblem::MailRefused.into());
        }
        parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    let step = |step| move |error: Error| trouble(step, &error);
    let from = Mail::new(envelope.from().cloned(), parameters);
    connection.command(from).await.map_err(step(Step::Sender))?;
    for to in envelope.to() {
        let to = Rcpt::new(to.clone(), Vec::new());
        connection.command(to).await.map_err(step(Step::Reader))?;
    }
    connection
        .command(Data)
        .await
        .map_err(step(Step::Content))?;
    connection
        .message(mail)
        .await
        .map_err(step(Step::Content))?;
    Ok(())
}

/// An error of a step in our words, and the server's.
fn trouble(step: Step, error: &Error) -> Trouble {
    if let Some(code) = error.status() {
        let code = u16::from(code);
        let problem = match step {
            Step::SignIn => MailProblem::SignInRefused,
            _ if code == 530 => MailProblem::SignInNeeded,
            _ if SIGN_IN_CODES.contains(&code) => MailProblem::SignInRefused,
            Step::Greeting => MailProblem::TurnedAway,
            Step::Encryption => MailProblem::EncryptionFailed,
            Step::Sender => MailProblem::SenderRefused,
            Step::Reader => MailProblem::ReaderRefused,
            Step::Content => MailProblem::MailRefused,
        };
        let words = error.source().map(ToString::to_string).unwrap_or_default();
        return Trouble {
            problem,
            code: Some(code),
            answer: Some(shortened(&format!("{code} {words}"))),
        };
    }
    let problem = match broken(error) {
        Some((_, words)) if words.contains("invalid peer certificate") => MailProblem::NotTrusted,
        Some((ErrorKind::ConnectionRefused, _)) => MailProblem::Refused,
        Some((ErrorKind::TimedOut, _)) => MailProblem::TimedOut,
        Some((ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable, _)) => {
            MailProblem::Unreachable
        }
        _ if step == Step::Encryption => MailProblem::EncryptionFailed,
        _ if step == Step::Greeting => MailProblem::NotAMailServer,
        _ => MailProblem::Broken,
    };
    problem.into()
}

/// What the machine says of a connection.
fn broken(error: &Error) -> Option<(ErrorKind, String)> {
    let mut source = error.source();
    while let Some(error) = source {
        if let Some(error) = error.downcast_ref::<std::io::Error>() {
            return Some((error.kind(), error.to_string()));
        }
        source = error.source();
    }
    None
}

/// On one line, of bounded length, without what could be taken for markup of a terminal.
fn shortened(text: &str) -> String {
    let line = text
        .split(|c: char| c.is_control() || c.is_whitespace() || is_invisible(c))
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    match line.char_indices().nth(WORDS_MOST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}

/// Letters that turn the direction of reading, or are not seen.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_servers_words_are_passed_on_short_and_on_one_line() {
        assert_eq!(
            shortened("550 5.7.1 no\r\n\tway \u{1b}[31m\u{202e}x"),
            "550 5.7.1 no way [31m x"
        );
        assert_eq!(
            shortened(&"ä".repeat(5_000)).chars().count(),
            WORDS_MOST + 1
        );
    }

    #[test]
    fn only_what_is_wrong_with_a_mail_itself_is_given_up() {
        let of = |problem, code| {
            let failure = Failure::from(Trouble {
                problem,
                code,
                answer: None,
            });
            (failure.code, failure.again)
        };
        assert_eq!(
            of(MailProblem::ReaderRefused, Some(550)),
            ("SMTP_550".into(), false)
        );
        assert_eq!(
            of(MailProblem::ReaderRefused, Some(451)),
            ("SMTP_451".into(), true)
        );
        assert_eq!(
            of(MailProblem::SenderRefused, Some(553)),
            ("SMTP_553".into(), true)
        );
        assert_eq!(
            of(MailProblem::SignInRefused, Some(535)),
            ("SMTP_535".into(), true)
        );
        assert_eq!(
            of(MailProblem::SignInNeeded, Some(530)),
            ("SMTP_530".into(), true)
        );
        assert_eq!(
            of(MailProblem::TurnedAway, Some(554)),
            ("SMTP_554".into(), true)
        );
        for problem in MailProblem::ALL {
            assert!(of(*problem, None).1, "{problem}");
        }
    }
}
