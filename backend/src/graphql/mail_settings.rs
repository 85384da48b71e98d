//! How mail goes out, set and tried by administrators. The password comes in here and never out.

use super::input::parts;
use super::mail::{Mail, present};
use super::organisation::{Person, load_person_opt};
use super::payload::{edited, made, payloads};
use super::person_mutation::Secret;
use crate::app::App;
use crate::channel::mail::settings::{self, Draft, Kept, KeptPassword, Server, Typed};
use crate::channel::mail::smtp::Trouble;
use crate::platform::context::Context as Acting;
use crate::platform::error::Result as Outcome;
use async_graphql::{Context, InputObject, Object, Result};
use shared::mail::{MailEncryption, MailFixed, MailProblem};
use shared::time::Timestamp;

/// How mail was set up in the browser.
pub struct MailSettings {
    kept: Kept,
    fixed: Option<MailFixed>,
}

impl MailSettings {
    /// For administrators.
    pub async fn present(app: &App, acting: &Acting) -> Outcome<Self> {
        Ok(Self {
            kept: settings::look(&app.platform, acting).await?,
            fixed: settings::fixed(&app.mail, app.platform.db.reader()).await?,
        })
    }

    fn server(&self) -> Option<&Server> {
        self.kept.server.as_ref()
    }

    fn password(&self) -> Option<&KeptPassword> {
        self.kept.password.as_ref()
    }
}

/// How mail was set up in the browser.
#[Object]
impl MailSettings {
    /// Who says that nothing can be changed here; null when it can. `START`: the server was started
    /// with settings of its own, which hold in place of these.
    async fn fixed_by(&self) -> Option<MailFixed> {
        self.fixed
    }
    /// Mail is switched on.
    async fn on(&self) -> bool {
        self.kept.on
    }
    /// Name or address of the mail server; null before the first set-up.
    async fn host(&self) -> Option<&str> {
        Some(&self.server()?.host)
    }
    /// Its port.
    async fn port(&self) -> Option<i32> {
        Some(self.server()?.port.into())
    }
    /// How the way there is encrypted.
    async fn encryption(&self) -> Option<MailEncryption> {
        Some(self.server()?.encryption)
    }
    /// As whom Bellhop signs in; null where it need not.
    async fn user(&self) -> Option<&str> {
        self.server()?.user.as_deref()
    }
    /// When the password was set that is kept; it is never shown. Null when there is none.
    async fn password_set_at(&self) -> Option<Timestamp> {
        Some(self.password()?.set_at)
    }
    /// Who set it.
    async fn password_set_by(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        load_person_opt(ctx, self.password().map(|password| password.set_by)).await
    }
    /// Address of the sender of all mail.
    async fn sender_address(&self) -> Option<&str> {
        Some(&self.server()?.sender_address)
    }
    /// The sender's name; empty when there is none.
    async fn sender_name(&self) -> Option<&str> {
        Some(&self.server()?.sender_name)
    }
    /// Where answers go, when not to the sender.
    async fn reply_to(&self) -> Option<&str> {
        self.server()?.reply_to.as_deref()
    }
    /// For edits.
    async fn version(&self) -> i32 {
        self.kept.version
    }
}

/// A mail server, and who sends by it.
#[derive(Clone, Debug, InputObject)]
pub struct MailServerInput {
    /// Name or address of the mail server, without port.
    host: String,
    /// Port: 25, 465, 587, or 1024 and above.
    port: i32,
    /// How the way there is encrypted.
    encryption: MailEncryption,
    /// As whom to sign in; without it nobody signs in, and a kept password is forgotten.
    user: Option<String>,
    /// Their password. Without it the kept one is used, where host, port, encryption and user are
    /// those it was set for; else it is asked for.
    password: Option<Secret>,
    /// Address of the sender of all mail.
    sender_address: String,
    /// The sender's name.
    #[graphql(default)]
    sender_name: String,
    /// Where answers go, when not to the sender.
    reply_to: Option<String>,
}

impl MailServerInput {
    fn draft(self) -> Draft {
        Draft {
            host: self.host,
            port: self.port,
            encryption: self.encryption,
            user: self.user,
            password: self.password.map(|secret| Typed::from(secret.into_text())),
            sender_address: self.sender_address,
            sender_name: self.sender_name,
            reply_to: self.reply_to,
        }
    }
}

/// A change of how mail goes out; what is absent stays.
#[derive(Clone, Debug, InputObject)]
pub struct MailSettingsEditInput {
    /// The version that was read.
    expected_version: i32,
    /// Switches mail on or off.
    on: Option<bool>,
    /// The mail server, all of it.
    server: Option<MailServerInput>,
}

/// A mail server to try.
#[derive(Clone, Debug, InputObject)]
pub struct MailSettingsTestInput {
    /// The mail server, as it would be kept.
    server: MailServerInput,
}

/// What became of a mail that was sent to try a server.
pub struct MailSettingsTest(Option<Trouble>);

/// What became of a mail that was sent to try a server.
#[Object]
impl MailSettingsTest {
    /// The server took it.
    async fn sent(&self) -> bool {
        self.0.is_none()
    }
    /// Why not.
    async fn problem(&self) -> Option<MailProblem> {
        Some(self.0.as_ref()?.problem)
    }
    /// The same in words.
    async fn message(&self) -> Option<&str> {
        Some(self.0.as_ref()?.problem.words())
    }
    /// The mail server's own words, shortened; null unless it answered as a mail server does.
    async fn answer(&self) -> Option<&str> {
        self.0.as_ref()?.answer.as_deref()
    }
}

payloads! {
    /// Answer of a change of how mail goes out.
    MailSettingsPayload {
        /// How mail stands; after a stale edit as it is now.
        mail: Mail = Mail => |mail| mail
    }
    /// Answer of a test.
    MailSettingsTestPayload {
        /// What became of the mail.
        test: MailSettingsTest = Option<Trouble> => MailSettingsTest
    }
}

/// What can be done with how mail goes out.
#[derive(Default)]
pub struct MailSettingsMutation;

#[Object]
impl MailSettingsMutation {
    /// Changes how mail goes out, for all servers of this database at once; for administrators, not
    /// for tools.
    async fn mail_settings_edit(
        &self,
        ctx: &Context<'_>,
        input: MailSettingsEditInput,
    ) -> Result<MailSettingsPayload> {
        let (acting, platform) = parts(ctx)?;
        let app = ctx.data::<App>()?;
        let draft = input.server.map(MailServerInput::draft);
        let edit = async {
            let (mail, expected) = (&app.mail, input.expected_version);
            settings::edit(mail, platform, acting, expected, input.on, draft).await?;
            present(app, acting).await
        };
        let current = async { present(app, acting).await.map(Some) };
        edited(ctx, edit.await, current).await
    }

    /// Sends the viewer a mail by a server that is not kept yet, and says within ten seconds what
    /// became of it; for administrators, not for tools.
    async fn mail_settings_test(
        &self,
        ctx: &Context<'_>,
        input: MailSettingsTestInput,
    ) -> Result<MailSettingsTestPayload> {
        let (acting, platform) = parts(ctx)?;
        let mail = &ctx.data::<App>()?.mail;
        let draft = input.server.draft();
        made(ctx, settings::test(mail, platform, acting, draft).await)
    }
}
