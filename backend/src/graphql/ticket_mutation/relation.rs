//! Who watches a ticket, and to which others it is linked.

use super::TicketPayload;
use crate::desk::ticket::{link, watch};
use crate::graphql::context::{acting, desk};
use crate::graphql::id::{parse, parse_opt};
use crate::graphql::payload::made;
use crate::graphql::ticket::as_of;
use async_graphql::{Context, ID, InputObject, Object, Result};
use shared::ticket::LinkKind;

/// Who watches.
#[derive(InputObject)]
pub struct TicketWatchInput {
    /// Which ticket.
    ticket: ID,
    /// The viewer unless said.
    person: Option<ID>,
}

/// A link.
#[derive(InputObject)]
pub struct TicketLinkInput {
    /// Which ticket.
    ticket: ID,
    /// How they relate, read from this ticket.
    kind: LinkKind,
    /// Reference or id of the other.
    other: String,
}

/// A link's end.
#[derive(InputObject)]
pub struct TicketUnlinkInput {
    /// Which link.
    link: ID,
}

/// What tickets are related to.
#[derive(Default)]
pub struct RelationMutation;

#[Object]
impl RelationMutation {
    /// Lets somebody watch: the viewer, or a person with whom it is shared.
    async fn ticket_watch(
        &self,
        ctx: &Context<'_>,
        input: TicketWatchInput,
    ) -> Result<TicketPayload> {
        step!(ctx, input, |desk, acting, id| async {
            watch::watch(
                desk,
                acting,
                id,
                parse_opt(input.person.as_ref(), "person")?,
            )
            .await
        })
    }

    /// Ends somebody's watching.
    async fn ticket_unwatch(
        &self,
        ctx: &Context<'_>,
        input: TicketWatchInput,
    ) -> Result<TicketPayload> {
        step!(ctx, input, |desk, acting, id| async {
            watch::unwatch(
                desk,
                acting,
                id,
                parse_opt(input.person.as_ref(), "person")?,
            )
            .await
        })
    }

    /// Links two tickets.
    async fn ticket_link(
        &self,
        ctx: &Context<'_>,
        input: TicketLinkInput,
    ) -> Result<TicketPayload> {
        step!(ctx, input, |desk, acting, id| link::link(
            desk,
            acting,
            id,
            input.kind,
            &input.other
        ))
    }

    /// Removes a link.
    async fn ticket_unlink(
        &self,
        ctx: &Context<'_>,
        input: TicketUnlinkInput,
    ) -> Result<TicketPayload> {
        let acting = acting(ctx)?;
        as_of(ctx).await?;
        let work = async { link::unlink(desk(ctx)?, acting, parse(&input.link, "link")?).await };
        made(ctx, work.await)
    }
}
