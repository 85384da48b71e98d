//! What people do with tickets, by act.

/// A state's step: parse, act, shape.
macro_rules! step {
    ($ctx:ident, $input:ident, |$desk:ident, $acting:ident, $id:ident| $act:expr) => {{
        let $acting = $crate::graphql::context::acting($ctx)?;
        $crate::graphql::ticket::as_of($ctx).await?;
        let which = $input.ticket.clone();
        let act = async {
            let $id = $crate::graphql::id::parse(&which, "ticket")?;
            let $desk = $crate::graphql::context::desk($ctx)?;
            $act.await
        };
        let current = async {
            let db = $crate::graphql::context::desk($ctx)?.platform.db.reader();
            $crate::desk::store::queue::find(
                db,
                &$acting.scope,
                $crate::graphql::id::parse(&which, "ticket")?,
            )
            .await
        };
        $crate::graphql::payload::edited($ctx, act.await, current).await
    }};
}

mod facts;
mod message;
mod movement;
mod opening;
mod relation;

use super::id::parse;
use super::payload::payloads;
use super::ticket::Ticket;
use crate::desk::entity::ticket;
use crate::platform::error::Error;
use async_graphql::{ID, MergedObject};
use shared::id::AttachmentId;

payloads! {
    /// A ticket after an act, or why not.
    TicketPayload {
        /// The ticket; with VERSION_CONFLICT as it now is.
        ticket: Ticket = ticket::Model => Into::into
    }
}

type Outcome<T> = std::result::Result<T, Error>;

/// What can be done with tickets.
#[derive(MergedObject, Default)]
pub struct TicketMutation(
    opening::OpeningMutation,
    message::MessageMutation,
    movement::MovementMutation,
    facts::FactsMutation,
    relation::RelationMutation,
);

fn files(ids: &[ID]) -> Outcome<Vec<AttachmentId>> {
    ids.iter().map(|id| parse(id, "attachments")).collect()
}
