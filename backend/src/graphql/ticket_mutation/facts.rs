//! What a ticket is about: priority, title, service, category, site, kind.

use super::{Outcome, TicketPayload};
use crate::desk::ticket::{edit, kind};
use crate::graphql::id::parse;
use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result};
use shared::ticket::{Impact, TicketKind, Urgency};

/// Impact and urgency.
#[derive(InputObject)]
pub struct TicketSetPriorityInput {
    /// Which ticket.
    ticket: ID,
    /// The version that was looked at.
    expected_version: i32,
    /// Who is affected.
    impact: Impact,
    /// How soon it hurts.
    urgency: Urgency,
}

/// An edit; what is absent stays.
#[derive(InputObject)]
pub struct TicketEditInput {
    /// Which ticket.
    ticket: ID,
    /// The version that was looked at.
    expected_version: i32,
    /// New title.
    title: Option<String>,
    /// New service; null clears it.
    service: MaybeUndefined<ID>,
    /// New category; null clears it.
    category: MaybeUndefined<ID>,
    /// New site; null clears it.
    site: MaybeUndefined<ID>,
}

/// Another kind of work.
#[derive(InputObject)]
pub struct TicketKindChangeInput {
    /// Which ticket.
    ticket: ID,
    /// The version that was looked at.
    expected_version: i32,
    /// What it is.
    kind: TicketKind,
}

/// Facts of tickets.
#[derive(Default)]
pub struct FactsMutation;

#[Object]
impl FactsMutation {
    /// Sets impact and urgency; priority follows.
    async fn ticket_set_priority(
        &self,
        ctx: &Context<'_>,
        input: TicketSetPriorityInput,
    ) -> Result<TicketPayload> {
        step!(ctx, input, |desk, acting, id| edit::set_priority(
            desk,
            acting,
            id,
            input.expected_version,
            input.impact,
            input.urgency
        ))
    }

    /// Edits title, service, category and site.
    async fn ticket_edit(
        &self,
        ctx: &Context<'_>,
        input: TicketEditInput,
    ) -> Result<TicketPayload> {
        step!(ctx, input, |desk, acting, id| async {
            let change = edit::Edit {
                title: input.title,
                service: changed(&input.service, "service")?,
                category: changed(&input.category, "category")?,
                site: changed(&input.site, "site")?,
            };
            edit::edit(desk, acting, id, input.expected_version, change).await
        })
    }

    /// Makes it another kind of work. Conversation, history and start stay; the agreement is chosen anew; the reference
    /// is another one, and the old one still leads here.
    async fn ticket_kind_change(
        &self,
        ctx: &Context<'_>,
        input: TicketKindChangeInput,
    ) -> Result<TicketPayload> {
        step!(ctx, input, |desk, acting, id| kind::change(
            desk,
            acting,
            id,
            input.expected_version,
            input.kind
        ))
    }
}

/// A part of an edit: absent stays, null clears.
fn changed<T: std::str::FromStr<Err = shared::id::InvalidId>>(
    value: &MaybeUndefined<ID>,
    field: &str,
) -> Outcome<Option<Option<T>>> {
    Ok(match value {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(None),
        MaybeUndefined::Value(id) => Some(Some(parse(id, field)?)),
    })
}
