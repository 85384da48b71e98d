//! What every request needs of the server.

use super::budget::Budgets;
use super::limits::Shape;
use super::settings::Settings;
use super::socket::registry::Sockets;
use crate::app::App;
use crate::graphql::schema::{self, BellhopSchema};
use crate::organisation::access;
use crate::platform::context::Context;
use crate::platform::error::Result;
use crate::session::network::Network;
use crate::session::{Holder, Sessions};
use shared::id::{PersonId, SessionId};

/// Who spends a budget.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Actor {
    /// A signed-in person.
    Person(PersonId),
    /// Somebody unknown in a network.
    Network(Network),
}

/// What every request needs.
pub struct Server {
    /// The parts of the server that know the business.
    pub app: App,
    /// The executable schema.
    pub schema: BellhopSchema,
    /// Its sizes.
    pub shape: Shape,
    /// Sign-in.
    pub sessions: Sessions,
    /// Open sockets.
    pub sockets: Sockets,
    /// Requests by actor.
    pub budgets: Budgets<Actor>,
    /// Sign-ins by network.
    pub sign_ins: Budgets<Network>,
    /// Renewals of each session: each may be a writing transaction.
    pub renewals: Budgets<SessionId>,
    /// Settings.
    pub settings: Settings,
}

impl Server {
    /// Puts the parts together.
    pub async fn new(app: App, settings: Settings) -> Result<Self> {
        let schema = schema::build(&app);
        Ok(Self {
            shape: Shape::of(&schema.sdl())?,
            sessions: Sessions::open(&app.platform).await?,
            sockets: Sockets::default(),
            budgets: Budgets::new(settings.burst, settings.per_second),
            sign_ins: Budgets::new(settings.sign_in_burst, settings.sign_ins_per_second),
            renewals: Budgets::new(settings.renewal_burst, settings.renewals_per_second),
            schema,
            app,
            settings,
        })
    }

    /// Takes from an actor's budget, or says after how many seconds there is enough.
    pub fn spend(&self, actor: Actor, worth: u32) -> std::result::Result<(), i64> {
        match worth {
            0 => Ok(()),
            worth => self
                .budgets
                .take_many(actor, worth, self.app.platform.clock.now()),
        }
    }

    /// Who holds an access token, with the grants of this moment.
    pub async fn context_of_token(
        &self,
        token: &str,
        request_id: &str,
    ) -> Result<Option<(Holder, Context)>> {
        let Some(holder) = self.sessions.holder(token).await? else {
            return Ok(None);
        };
        let context = self.grants_of(holder, request_id).await?;
        Ok(context.map(|context| (holder, context)))
    }

    /// The context of somebody whose token was good earlier, with the grants of this moment; `None`
    /// when the session has ended or the person may not act any more.
    pub async fn context_of(&self, holder: Holder, request_id: &str) -> Result<Option<Context>> {
        if !self.sessions.runs(holder).await? {
            return Ok(None);
        }
        self.grants_of(holder, request_id).await
    }

    async fn grants_of(&self, holder: Holder, request_id: &str) -> Result<Option<Context>> {
        let platform = &self.app.platform;
        let now = platform.clock.now();
        let context =
            access::context_of(platform.db.reader(), holder.person, now, request_id).await?;
        Ok(context.map(|context| context.in_session(holder.session)))
    }
}
