//! How mail goes out, as administrators set it in the browser: kept in the database for all nodes,
//! with a password that only the server's secret key opens.
//!
//! The password belongs to its server and user: it is sealed to host, port, encryption and user, so
//! that it goes nowhere else, whoever changes the rest.

use super::Mail;
use super::compose;
use super::letter::{About, Letter};
use super::outbox::Outbox;
use super::smtp::Trouble;
use crate::organisation::access::authorize;
use crate::organisation::settings::organisation;
use crate::organisation::{Subject, emit};
use crate::platform::Platform;
use crate::platform::changes::Changeset;
use crate::platform::context::Context;
use crate::platform::database::Connection;
use crate::platform::error::{Error, Result, code};
use crate::platform::setting;
use crate::platform::unit_of_work::UnitOfWork;
use crate::platform::vault::{Sealed, Shut, Vault};
use lettre::Address;
use serde::{Deserialize, Serialize};
use shared::event::EventKind;
use shared::id::{JobId, PersonId};
use shared::mail::{HOST_MAX, MAIL_PASSWORD_MAX, MailEncryption, MailFixed, check_mail_server};
use shared::permission::SetUp;
use shared::time::Timestamp;
use shared::validation::Problems;
use std::time::Duration;
use uuid::Uuid;

/// Setting: how mail goes out.
const NAME: &str = "mail";
/// Changes come one at a time.
const TURN: &str = "mail settings";
/// What the password is sealed for.
const PURPOSE: &str = "password of the mail server";
/// How long a test may take.
const TEST: Duration = Duration::from_secs(10);

/// A mail server, and who sends by it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Server {
    /// Its name or address.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How the way there is encrypted.
    pub encryption: MailEncryption,
    /// As whom Bellhop signs in; nobody where it need not.
    pub user: Option<String>,
    /// The sender of all mail.
    pub sender_address: String,
    /// The sender's name; may be empty.
    pub sender_name: String,
    /// Where answers go, when not to the sender.
    pub reply_to: Option<String>,
}

impl Server {
    /// What the password belongs to. None of the parts holds a line end.
    fn account(&self) -> String {
        let user = self.user.as_deref().unwrap_or_default();
        format!("{}\n{}\n{}\n{user}", self.host, self.port, self.encryption)
    }
}

/// What is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Mail goes out.
    pub on: bool,
    /// By this server.
    pub server: Option<Server>,
    /// With this password.
    pub password: Option<KeptPassword>,
    /// Grows with each change.
    pub version: i32,
}

/// A password, sealed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptPassword {
    sealed: Sealed,
    /// Since when.
    pub set_at: Timestamp,
    /// By whom.
    pub set_by: PersonId,
}

impl Default for Kept {
    fn default() -> Self {
        Self {
            on: false,
            server: None,
            password: None,
            version: 1,
        }
    }
}

impl Kept {
    /// The password; an outer `None` when none was kept.
    pub fn open(&self, vault: &Vault) -> Option<Result<String, Shut>> {
        let (server, password) = self.server.as_ref().zip(self.password.as_ref())?;
        Some(vault.open(PURPOSE, &server.account(), &password.sealed))
    }
}

/// A password as somebody typed it; it shows itself to nobody.
pub struct Typed(String);

impl From<String> for Typed {
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// A mail server as somebody typed it.
pub struct Draft {
    /// The name or address of the server.
    pub host: String,
    /// Its port.
    pub port: i32,
    /// How the way there is encrypted.
    pub encryption: MailEncryption,
    /// As whom to sign in.
    pub user: Option<String>,
    /// With what; without it the kept one is meant, if it belongs to this server and user.
    pub password: Option<Typed>,
    /// The sender.
    pub sender_address: String,
    /// Their name.
    pub sender_name: String,
    /// Where answers go.
    pub reply_to: Option<String>,
}

impl Draft {
    /// Checked, and as it would be kept.
    fn read(self) -> Result<(Server, Option<Typed>)> {
        let filled = |text: Option<String>| crate::organisation::filled(text);
        let host = self.host.trim().trim_end_matches('.').to_lowercase();
        // As addresses of version 6 stand in links.
        let host = match host.strip_prefix('[').and_then(|h| h.strip_suffix(']')) {
            Some(inner) => inner.to_owned(),
            None => host.chars().take(HOST_MAX + 1).collect(),
        };
        let (user, reply_to) = (filled(self.user), filled(self.reply_to));
        let sender = (
            self.sender_address.trim().to_owned(),
            self.sender_name.trim().to_owned(),
        );
        check_mail_server(
            (&host, self.port),
            user.as_deref(),
            (&sender.0, &sender.1),
            reply_to.as_deref(),
        )?;
        let mut problems = Problems::new();
        for (field, address) in [
            ("senderAddress", Some(&sender.0)),
            ("replyTo", reply_to.as_ref()),
        ] {
            if address.is_some_and(|address| address.parse::<Address>().is_err()) {
                problems.add(code::INVALID, field, "This is not a mail address.");
            }
        }
        let password = self.password.filter(|typed| !typed.0.is_empty());
        if let Some(Typed(text)) = &password {
            if user.is_none() {
                problems.add(code::REQUIRED, "user", "A password belongs to a user.");
            }
            if text.chars().count() > MAIL_PASSWORD_MAX || text.chars().any(char::is_control) {
                problems.add(
                    code::INVALID,
                    "password",
                    format!("One line of at most {MAIL_PASSWORD_MAX} characters."),
                );
            }
        }
        problems.finish()?;
        let server = Server {
            host,
            // It was checked.
            port: u16::try_from(self.port).unwrap_or_default(),
            encryption: self.encryption,
            user,
            sender_address: sender.0,
            sender_name: sender.1,
            reply_to,
        };
        Ok((server, password))
    }
}

/// What is kept at present.
pub async fn kept(db: &impl Connection) -> Result<Kept> {
    let Some(row) = setting::get::<serde_json::Value>(db, NAME).await? else {
        return Ok(Kept::default());
    };
    // Acts go on without mail, and an administrator can set it up anew.
    Ok(serde_json::from_value(row).unwrap_or_else(|error| {
        tracing::error!(%error, "the settings of mail cannot be read: mail is off");
        Kept::default()
    }))
}

/// What is kept, for administrators.
pub async fn look(platform: &Platform, ctx: &Context) -> Result<Kept> {
    authorize(ctx, SetUp::Site)?;
    kept(platform.db.reader()).await
}

/// Who says that nothing can be changed here, if anybody does.
pub async fn fixed(mail: &Mail, db: &impl Connection) -> Result<Option<MailFixed>> {
    if mail.is_given() {
        return Ok(Some(MailFixed::Start));
    }
    let demo = organisation(db).await?.demo;
    Ok(demo.then_some(MailFixed::Demo))
}

async fn refuse_fixed(mail: &Mail, db: &impl Connection) -> Result<()> {
    match fixed(mail, db).await? {
        None => Ok(()),
        Some(MailFixed::Start) => Err(Error::not_allowed_now(
            "Mail was set up by whoever started the server, so it cannot be changed here.",
        )),
        Some(MailFixed::Demo) => Err(Error::not_allowed_now(
            "Everybody knows the passwords of a demo, so its mail is set up by whoever starts the server alone.",
        )),
    }
}

/// Changes how mail goes out. What is `None` stays.
pub async fn edit(
    mail: &Mail,
    platform: &Platform,
    ctx: &Context,
    expected_version: i32,
    on: Option<bool>,
    draft: Option<Draft>,
) -> Result<Kept> {
    authorize(ctx, SetUp::Site)?;
    refuse_fixed(mail, platform.db.reader()).await?;
    let draft = draft.map(Draft::read).transpose()?;
    let mut uow = UnitOfWork::begin(platform, ctx).await?;
    uow.wait_turn(TURN).await?;
    refuse_fixed(mail, uow.tx()).await?;
    let before = kept(uow.tx()).await?;
    if before.version != expected_version {
        return Err(Error::version_conflict());
    }
    let mut after = before.clone();
    if let Some((server, typed)) = draft {
        after.password = match typed {
            Some(Typed(text)) => Some(KeptPassword {
                sealed: platform
                    .vault
                    .seal(&platform.ids, PURPOSE, &server.account(), &text)
                    .map_err(|error| no_key(&error))?,
                set_at: ctx.now,
                set_by: ctx.person(),
            }),
            None => match password_of(&before, &server)? {
                Some(password) => match before.open(&platform.vault) {
                    Some(Err(_)) => return Err(needs_password()),
                    _ => Some(password.clone()),
                },
                None => None,
            },
        };
        after.server = Some(server);
    }
    after.on = on.unwrap_or(before.on);
    if after.on && after.server.is_none() {
        return Err(Error::refused(
            code::REQUIRED,
            "host",
            "Mail needs a server before it can be switched on.",
        ));
    }
    if after == before {
        return Ok(after);
    }
    if after.server != before.server || after.password != before.password {
        // Each server that is named can be made to be called.
        mail.count_attempt(ctx.now)?;
    }
    after.version += 1;
    setting::set(uow.tx(), NAME, &after).await?;
    emit(
        &mut uow,
        EventKind::SettingChanged,
        subject(Some(after.version)),
        changes(&before, &after),
    );
    uow.commit().await?;
    // What waits can go.
    platform.jobs_changed.notify_one();
    Ok(after)
}

/// The kept password, if this server and user are those it belongs to; nobody else is ever given it.
fn password_of<'a>(kept: &'a Kept, server: &Server) -> Result<Option<&'a KeptPassword>> {
    if server.user.is_none() {
        return Ok(None);
    }
    let same = kept.server.as_ref().map(Server::account) == Some(server.account());
    match &kept.password {
        Some(password) if same => Ok(Some(password)),
        Some(_) => Err(Error::refused(
            code::REQUIRED,
            "password",
            "The kept password belongs to another server, port, encryption or user. Please enter the one for this.",
        )),
        None => Err(Error::refused(
            code::REQUIRED,
            "password",
            "A user needs a password.",
        )),
    }
}

/// What the log's entries are about.
fn subject(version: Option<i32>) -> Subject {
    Subject {
        kind: "mail",
        id: Uuid::nil(),
        department: None,
        version,
    }
}

/// What changed, for the log: never the password, but that it did.
fn changes(before: &Kept, after: &Kept) -> Changeset {
    let (old, new) = (before.server.as_ref(), after.server.as_ref());
    let mut changes = Changeset::new().field("on", &before.on, &after.on);
    let mut field = |name, of: fn(&Server) -> serde_json::Value| {
        let (old, new) = (old.map(of), new.map(of));
        changes = std::mem::take(&mut changes).field(name, &old, &new);
    };
    field("host", |server| server.host.clone().into());
    field("port", |server| server.port.into());
    field("encryption", |server| server.encryption.as_str().into());
    field("user", |server| server.user.clone().into());
    field("senderAddress", |server| {
        server.sender_address.clone().into()
    });
    field("senderName", |server| server.sender_name.clone().into());
    field("replyTo", |server| server.reply_to.clone().into());
    if before.password == after.password {
        return changes;
    }
    match after.password {
        Some(_) => changes.first("password", "set"),
        None => changes.field("password", &Some("set"), &None),
    }
}

/// Sends the viewer a mail by a server as typed; nothing is kept. Gives why it was not taken.
pub async fn test(
    mail: &Mail,
    platform: &Platform,
    ctx: &Context,
    draft: Draft,
) -> Result<Option<Trouble>> {
    authorize(ctx, SetUp::Site)?;
    refuse_fixed(mail, platform.db.reader()).await?;
    let (server, typed) = draft.read()?;
    let password = match typed {
        Some(Typed(text)) => Some(text),
        None => {
            let kept = kept(platform.db.reader()).await?;
            match password_of(&kept, &server)?.and_then(|_| kept.open(&platform.vault)) {
                Some(opened) => Some(opened.map_err(|_| needs_password())?),
                None => None,
            }
        }
    };
    mail.count_attempt(ctx.now)?;
    let outbox = mail.outbox_to(&server, password.as_deref())?;
    let letter = Letter {
        to: ctx.person(),
        about: About::Test,
    };
    let keys = mail.keys(platform).await?;
    let job = JobId(platform.ids.next(ctx.now));
    let Some(written) = compose::compose(platform, keys, &outbox, job, &letter).await? else {
        return Err(Error::forbidden());
    };
    // It goes on when whoever asked has gone: no server is called without an entry in the log.
    let (platform, ctx) = (platform.clone(), ctx.clone());
    let tried = tokio::spawn(async move {
        let trouble = outbox.try_out(&written, TEST).await.err();
        log_test(&platform, &ctx, &server, trouble.as_ref()).await?;
        Ok(trouble)
    });
    tried.await.map_err(|error| Error::Fault(error.into()))?
}

/// Notes who made which server be called, and what came of it.
async fn log_test(
    platform: &Platform,
    ctx: &Context,
    server: &Server,
    trouble: Option<&Trouble>,
) -> Result<()> {
    let mut uow = UnitOfWork::begin(platform, ctx).await?;
    let outcome = trouble.map_or("sent", |trouble| trouble.problem.as_str());
    let changes = Changeset::new()
        .first("host", &server.host)
        .first("port", &server.port)
        .first("outcome", outcome);
    emit(&mut uow, EventKind::MailServerTried, subject(None), changes);
    uow.commit().await?;
    Ok(())
}

/// Nothing can be sealed: whoever runs the server has to look.
fn no_key(error: &anyhow::Error) -> Error {
    tracing::error!(%error, "a password cannot be sealed");
    Error::refused(
        code::NOT_ALLOWED_NOW,
        "password",
        "The secret key cannot be read or written on this server; `bellhop doctor` says why.",
    )
}

fn needs_password() -> Error {
    Error::refused(
        code::REQUIRED,
        "password",
        "This server cannot read the kept password any more. Please enter it again.",
    )
}

/// Whether mail goes out, by what is kept: also while it waits for a password.
pub(super) async fn is_on(db: &impl Connection) -> Result<bool> {
    Ok(kept(db).await?.on)
}

/// The way out that is kept; `None` while it is switched off.
pub(super) fn way_out(
    mail: &Mail,
    platform: &Platform,
    kept: &Kept,
) -> Result<Option<Result<Outbox, Shut>>> {
    let Some(server) = kept.server.as_ref().filter(|_| kept.on) else {
        return Ok(None);
    };
    let password = match kept.open(&platform.vault).transpose() {
        Ok(password) => password,
        Err(shut) => return Ok(Some(Err(shut))),
    };
    Ok(Some(Ok(mail.outbox_to(server, password.as_deref())?)))
}
