//! Outgoing mail, for administrators; and who wants which mail.

use super::context::acting;
use super::error::top_level;
use super::id::{id, parse};
use super::input::parts;
use super::mail_settings::MailSettings;
use super::notification::small;
use super::organisation::{Person, load_person_opt};
use super::page::PageInfo;
use super::payload::{made, payloads};
use crate::app::App;
use crate::channel::mail::{self, admin};
use crate::platform::error::{Error, Result as Outcome};
use crate::platform::job::{Model, trouble::Figures};
use crate::platform::paging;
use async_graphql::{Context, Enum, ID, InputObject, Object, Result};
use shared::id::JobId;
use shared::job::JobState;
use shared::mail::{MailStanding, MailSubject};
use shared::time::Timestamp;

/// How outgoing mail stands.
pub struct Mail {
    way: mail::Way,
    base_url: Option<String>,
    settings: MailSettings,
    figures: Figures,
}

/// How outgoing mail stands.
#[Object]
impl Mail {
    /// Mail is sent.
    async fn on(&self) -> bool {
        self.way.standing() == MailStanding::On
    }
    /// Whether mail is sent, and if not, why.
    async fn standing(&self) -> MailStanding {
        self.way.standing()
    }
    /// How it was set up in the browser, and whether it can be.
    async fn settings(&self) -> &MailSettings {
        &self.settings
    }
    /// The mail server's name and port.
    async fn server(&self) -> Option<&str> {
        self.way.outbox()?.server()
    }
    /// The folder that mails are written to in place of being sent.
    async fn folder(&self) -> Option<String> {
        let folder = self.way.outbox()?.folder()?;
        Some(folder.display().to_string())
    }
    /// The sender of all mail.
    async fn sender(&self) -> Option<String> {
        Some(self.way.outbox()?.from())
    }
    /// What links in mails begin with.
    async fn links(&self) -> Option<String> {
        match (self.way.outbox(), &self.base_url) {
            (Some(outbox), _) => Some(outbox.link("/")),
            (None, Some(base)) => Some(format!("{base}/")),
            (None, None) => None,
        }
    }
    /// To be sent, those that failed included.
    async fn waiting(&self) -> i32 {
        small(self.figures.waiting)
    }
    /// Of these, those that failed and are tried again.
    async fn failing(&self) -> i32 {
        small(self.figures.failing)
    }
    /// Given up.
    async fn dead(&self) -> i32 {
        small(self.figures.dead)
    }
    /// When the last one was sent.
    async fn last_sent_at(&self) -> Option<Timestamp> {
        self.figures.last_done_at
    }
    /// Mails that could not be sent, newest first.
    async fn failures(
        &self,
        ctx: &Context<'_>,
        which: MailFailures,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<MailJobConnection> {
        let (acting, platform) = parts(ctx)?;
        let work = async {
            let size = paging::page_size(first)?;
            let after = match &after {
                Some(text) => Some(
                    paging::parse_cursor("mail", 1, text)?[0]
                        .parse::<JobId>()
                        .map_err(|e| Error::invalid_id("after", &e))?,
                ),
                None => None,
            };
            let dead = which == MailFailures::Dead;
            let mut rows = admin::list(platform, acting, dead, after, size + 1).await?;
            let has_next = rows.len() as u64 > size;
            rows.truncate(usize::try_from(size).unwrap_or(usize::MAX));
            let page_info = PageInfo::forward(
                has_next,
                after.is_some(),
                rows.first().map(cursor),
                rows.last().map(cursor),
            );
            Ok(MailJobConnection { rows, page_info })
        };
        work.await.map_err(|error| top_level(ctx, error))
    }
    /// One mail, to follow what becomes of it.
    #[graphql(name = "job")]
    async fn one(&self, ctx: &Context<'_>, id: ID) -> Result<Option<MailJob>> {
        let (acting, platform) = parts(ctx)?;
        let work = async { admin::find(platform, acting, parse(&id, "id")?).await };
        let found = work.await.map_err(|error| top_level(ctx, error))?;
        Ok(found.map(MailJob))
    }
}

/// Which mails that could not be sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum MailFailures {
    /// Given up.
    Dead,
    /// Tried again.
    Retrying,
}

/// A mail that is sent, was sent, or could not be.
pub struct MailJob(Model);

/// A mail that is sent, was sent, or could not be. Neither what it says nor which ticket it is about
/// is told: that may not be for an administrator's eyes.
#[Object]
impl MailJob {
    /// Identity.
    async fn id(&self) -> ID {
        id(self.0.id)
    }
    /// Where it stands.
    async fn state(&self) -> JobState {
        self.0.state
    }
    /// What it is about, while it waits or is given up.
    async fn subject(&self) -> Option<MailSubject> {
        admin::subject(&self.0)
    }
    /// Whom it is for.
    async fn reader(&self, ctx: &Context<'_>) -> Result<Option<Person>> {
        load_person_opt(ctx, self.0.person_id).await
    }
    /// How often it was tried.
    async fn attempts(&self) -> i32 {
        self.0.attempts
    }
    /// When what it tells happened.
    async fn created_at(&self) -> Timestamp {
        self.0.created_at
    }
    /// When it is tried again.
    async fn due_at(&self) -> Option<Timestamp> {
        (self.0.state == JobState::Waiting).then_some(self.0.due_at)
    }
    /// When it was sent or given up.
    async fn finished_at(&self) -> Option<Timestamp> {
        self.0.finished_at
    }
    /// Why the last attempt failed; stable, upper case, such as SMTP_550.
    async fn error_code(&self) -> Option<&str> {
        self.0.error_code.as_deref()
    }
    /// The same in the mail server's words.
    async fn error(&self) -> Option<&str> {
        self.0.error.as_deref()
    }
}

/// A page of mails.
pub struct MailJobConnection {
    rows: Vec<Model>,
    page_info: PageInfo,
}

/// A page of mails.
#[Object]
impl MailJobConnection {
    /// Mails.
    async fn nodes(&self) -> Vec<MailJob> {
        self.rows.iter().cloned().map(MailJob).collect()
    }
    /// Whether there is more.
    async fn page_info(&self) -> &PageInfo {
        &self.page_info
    }
}

fn cursor(row: &Model) -> String {
    paging::cursor("mail", &[row.id.to_string()])
}

/// How mail stands, for administrators.
pub(super) async fn present(
    app: &App,
    acting: &crate::platform::context::Context,
) -> Outcome<Mail> {
    Ok(Mail {
        figures: admin::figures(&app.platform, acting).await?,
        settings: MailSettings::present(app, acting).await?,
        base_url: app.mail.base_url(),
        way: app.mail.way(&app.platform).await?,
    })
}

/// Whether mail is sent at all.
pub(super) async fn sends_mail(ctx: &Context<'_>) -> Result<bool> {
    let app = ctx.data::<App>()?;
    let on = app.mail.is_on(app.platform.db.reader()).await;
    on.map_err(|error| top_level(ctx, error))
}

/// What can be asked about mail.
#[derive(Default)]
pub struct MailQuery;

#[Object]
impl MailQuery {
    /// How outgoing mail stands; for administrators.
    async fn mail(&self, ctx: &Context<'_>) -> Result<Mail> {
        let found = present(ctx.data::<App>()?, acting(ctx)?).await;
        found.map_err(|error| top_level(ctx, error))
    }
}

/// Mails to send again.
#[derive(InputObject)]
pub struct MailRetryInput {
    /// Which; at most 200.
    jobs: Vec<ID>,
}

/// Dead letters to throw away.
#[derive(InputObject)]
pub struct MailDiscardInput {
    /// Which; at most 200.
    jobs: Vec<ID>,
    /// Why; the log keeps it.
    reason: String,
}

/// Which mail the viewer wants.
#[derive(InputObject)]
pub struct MailPreferenceSetInput {
    /// Mail about tickets. Mail about one's own sign-in comes in any case.
    ticket_mails: bool,
}

payloads! {
    /// Answer of what is done with failed mail.
    MailPayload {
        /// How mail stands afterwards.
        mail: Mail = Mail => |mail| mail
    }
    /// Answer of a test mail.
    MailTestPayload {
        /// The mail; ask for it again to see what became of it.
        job: MailJob = Model => MailJob
    }
    /// Answer of a preference.
    MailPreferencePayload {
        /// Whether the viewer wants mail about tickets.
        ticket_mails: bool = bool => |wanted| wanted
    }
}

fn ids(jobs: &[ID]) -> Outcome<Vec<JobId>> {
    jobs.iter().map(|key| parse(key, "jobs")).collect()
}

/// What can be done with mail.
#[derive(Default)]
pub struct MailMutation;

#[Object]
impl MailMutation {
    /// Sends failed mails again at once.
    async fn mail_retry(&self, ctx: &Context<'_>, input: MailRetryInput) -> Result<MailPayload> {
        let (acting, platform) = parts(ctx)?;
        let app = ctx.data::<App>()?;
        let act = async {
            admin::retry(&app.mail, platform, acting, &ids(&input.jobs)?).await?;
            present(app, acting).await
        };
        made(ctx, act.await)
    }

    /// Throws dead letters away.
    async fn mail_discard(
        &self,
        ctx: &Context<'_>,
        input: MailDiscardInput,
    ) -> Result<MailPayload> {
        let (acting, platform) = parts(ctx)?;
        let app = ctx.data::<App>()?;
        let act = async {
            admin::discard(platform, acting, &ids(&input.jobs)?, &input.reason).await?;
            present(app, acting).await
        };
        made(ctx, act.await)
    }

    /// Sends the viewer a mail, to see whether mail arrives; for administrators.
    async fn mail_send_test(&self, ctx: &Context<'_>) -> Result<MailTestPayload> {
        let (acting, platform) = parts(ctx)?;
        let app = ctx.data::<App>()?;
        made(ctx, admin::send_test(&app.mail, platform, acting).await)
    }

    /// Says which mail the viewer wants.
    async fn mail_preference_set(
        &self,
        ctx: &Context<'_>,
        input: MailPreferenceSetInput,
    ) -> Result<MailPreferencePayload> {
        let (acting, platform) = parts(ctx)?;
        let set = mail::preference::set_ticket_mails(platform, acting, input.ticket_mails).await;
        made(ctx, set)
    }
}
