//! What every request needs of the server.

use super::files::Uploads;
use super::limits::Limits;
use super::metrics::Counters;
use super::settings::Settings;
use super::socket::registry::Sockets;
use crate::app::App;
use crate::graphql::schema::{self, BellhopSchema};
use crate::organisation::access;
use crate::platform::budget::Budgets;
use crate::platform::context::Context;
use crate::platform::error::Result;
use crate::session::network::Network;
use crate::session::{Caller, Holder, Sessions};
use shared::id::{ApiTokenId, PersonId, SessionId};
use std::sync::atomic::{AtomicBool, Ordering};

/// Who spends a budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Actor {
    /// A signed-in person.
    Person(PersonId),
    /// A tool with a token of somebody.
    Token(ApiTokenId),
    /// Somebody unknown in a network.
    Network(Network),
}

/// What every request needs.
pub struct Server {
    /// The parts of the server that know the business.
    pub app: App,
    /// The executable schema.
    pub schema: BellhopSchema,
    /// What may be asked of it.
    pub limits: Limits,
    /// Sign-in.
    pub sessions: Sessions,
    /// Open sockets.
    pub sockets: Sockets,
    /// Requests by actor.
    pub budgets: Budgets<Actor>,
    /// Requests of tools, by token: a tool that runs wild leaves its owner the browser.
    pub tool_budgets: Budgets<Actor>,
    /// Sign-ins by network.
    pub sign_ins: Budgets<Network>,
    /// Mails with links to set a password, by network.
    pub password_mails: Budgets<Network>,
    /// Renewals of each session: each may be a writing transaction.
    pub renewals: Budgets<SessionId>,
    /// Uploads that are under way.
    pub uploads: Uploads,
    /// Megabytes that somebody uploads.
    pub uploaded: Budgets<PersonId>,
    /// What this node counts of itself.
    pub counters: Counters,
    /// Whether this node has been told to end.
    stopping: AtomicBool,
    /// Settings.
    pub settings: Settings,
}

impl From<&Caller> for Actor {
    fn from(caller: &Caller) -> Self {
        match caller {
            Caller::Session(holder) => Self::Person(holder.person),
            Caller::Token(holder) => Self::Token(holder.token),
        }
    }
}

impl Server {
    /// Puts the parts together.
    pub async fn new(app: App, settings: Settings) -> Result<Self> {
        let schema = schema::build(&app);
        Ok(Self {
            limits: Limits::of(&schema.sdl())?,
            sessions: Sessions::open(&app.platform).await?,
            sockets: Sockets::default(),
            budgets: Budgets::new(settings.burst, settings.per_second),
            tool_budgets: Budgets::new(settings.tool_burst, settings.tool_requests_per_second),
            sign_ins: Budgets::new(settings.sign_in_burst, settings.sign_ins_per_second),
            password_mails: Budgets::new(
                settings.password_mail_burst,
                settings.password_mails_per_second,
            ),
            renewals: Budgets::new(settings.renewal_burst, settings.renewals_per_second),
            uploads: Uploads::default(),
            uploaded: Budgets::new(settings.upload_burst, settings.uploads_per_second),
            counters: Counters::default(),
            stopping: AtomicBool::new(false),
            schema,
            app,
            settings,
        })
    }

    /// From now on this node says that it is not ready for requests; it still answers them.
    pub fn begin_to_stop(&self) {
        self.stopping.store(true, Ordering::Relaxed);
    }

    /// Whether this node has been told to end.
    pub fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::Relaxed)
    }

    /// Takes from an actor's budget, or says after how many seconds there is enough.
    pub fn spend(&self, actor: Actor, worth: u32) -> std::result::Result<(), i64> {
        match worth {
            0 => Ok(()),
            worth => {
                let budgets = match actor {
                    Actor::Token(_) => &self.tool_budgets,
                    Actor::Person(_) | Actor::Network(_) => &self.budgets,
                };
                budgets.take_many(actor, worth, self.app.platform.clock.now())
            }
        }
    }

    /// Who sends a request, with the grants of this moment: a session's access token, or a token for
    /// tools. Whoever asks this looks at the scopes of tools.
    pub async fn caller(&self, token: &str, request_id: &str) -> Result<Option<(Caller, Context)>> {
        let Some(caller) = self.sessions.caller(token).await? else {
            return Ok(None);
        };
        let context = self.as_caller(&caller, request_id).await?;
        Ok(context.map(|context| (caller, context)))
    }

    /// The context of somebody who called earlier, with the grants of this moment; `None` when the
    /// session or the token has ended, or the person may not act any more.
    pub async fn still(&self, caller: &Caller, request_id: &str) -> Result<Option<Context>> {
        if !self.sessions.still_calls(caller).await? {
            return Ok(None);
        }
        self.as_caller(caller, request_id).await
    }

    async fn as_caller(&self, caller: &Caller, request_id: &str) -> Result<Option<Context>> {
        let platform = &self.app.platform;
        let now = platform.clock.now();
        let person = caller.person();
        let context = access::context_of(platform.db.reader(), person, now, request_id).await?;
        Ok(context.map(|context| match caller {
            Caller::Session(holder) => context.in_session(holder.session),
            Caller::Token(holder) => context.by_token(holder.token),
        }))
    }

    /// Who holds an access token of a session, with the grants of this moment. Tools are nobody
    /// here.
    pub async fn context_of_token(
        &self,
        token: &str,
        request_id: &str,
    ) -> Result<Option<(Holder, Context)>> {
        let Some(holder) = self.sessions.holder(token).await? else {
            return Ok(None);
        };
        let context = self.as_caller(&Caller::Session(holder), request_id).await?;
        Ok(context.map(|context| (holder, context)))
    }
}
