//! Moving tickets on: to a team or a person, and from state to state.

use super::TicketPayload;
use crate::desk::ticket::{edit, lifecycle};
use crate::graphql::id::parse_opt;
use crate::graphql::scalar::Markdown;
use async_graphql::{Context, ID, InputObject, Object, Result};
use shared::ticket::{HoldReason, ResolutionCode};
use shared::time::Timestamp;

/// To whom a ticket goes.
#[derive(InputObject)]
pub struct TicketAssignInput {
    /// Which ticket.
    ticket: ID,
    /// The version that was looked at.
    expected_version: i32,
    /// The team; it stays when absent.
    team: Option<ID>,
    /// The person; nobody when absent.
    assignee: Option<ID>,
}

macro_rules! step_inputs {
    ($($(#[$meta:meta])* $name:ident;)+) => {$(
        $(#[$meta])*
        #[derive(InputObject)]
        pub struct $name {
            /// Which ticket.
            ticket: ID,
            /// The version that was looked at.
            expected_version: i32,
        }
    )+};
}

step_inputs! {
    /// The beginning of work.
    TicketStartInput;
    /// The end of a hold.
    TicketResumeInput;
    /// The requester's agreement.
    TicketConfirmInput;
    /// The closing of what is resolved.
    TicketCloseInput;
}

/// A hold.
#[derive(InputObject)]
pub struct TicketPutOnHoldInput {
    /// Which ticket.
    ticket: ID,
    /// The version that was looked at.
    expected_version: i32,
    /// Why it waits.
    reason: HoldReason,
    /// Until when; for so many days as the department says of the reason when absent.
    wake_up_at: Option<Timestamp>,
    /// What to tell the requester.
    message: Option<Markdown>,
}

/// A resolution.
#[derive(InputObject)]
pub struct TicketResolveInput {
    /// Which ticket.
    ticket: ID,
    /// The version that was looked at.
    expected_version: i32,
    /// How.
    code: ResolutionCode,
    /// What to tell the requester.
    message: Markdown,
}

/// A reopening.
#[derive(InputObject)]
pub struct TicketReopenInput {
    /// Which ticket.
    ticket: ID,
    /// The version that was looked at.
    expected_version: i32,
    /// Why; it becomes a message.
    reason: Markdown,
}

/// A withdrawal.
#[derive(InputObject)]
pub struct TicketCancelInput {
    /// Which ticket.
    ticket: ID,
    /// The version that was looked at.
    expected_version: i32,
    /// Why; it becomes a message.
    reason: Option<Markdown>,
}

/// The way of tickets.
#[derive(Default)]
pub struct MovementMutation;

#[Object]
impl MovementMutation {
    /// Gives a ticket to a team, a person, or both.
    async fn ticket_assign(
        &self,
        ctx: &Context<'_>,
        input: TicketAssignInput,
    ) -> Result<TicketPayload> {
        step!(ctx, input, |desk, acting, id| async {
            let team = parse_opt(input.team.as_ref(), "team")?;
            let assignee = parse_opt(input.assignee.as_ref(), "assignee")?;
            edit::assign(desk, acting, id, input.expected_version, team, assignee).await
        })
    }

    /// Begins to work.
    async fn ticket_start(
        &self,
        ctx: &Context<'_>,
        input: TicketStartInput,
    ) -> Result<TicketPayload> {
        step!(ctx, input, |desk, acting, id| lifecycle::start(
            desk,
            acting,
            id,
            input.expected_version
        ))
    }

    /// Lets it wait for a reason, until a date.
    async fn ticket_put_on_hold(
        &self,
        ctx: &Context<'_>,
        input: TicketPutOnHoldInput,
    ) -> Result<TicketPayload> {
        let message = input.message.map(|m| m.0);
        step!(ctx, input, |desk, acting, id| lifecycle::put_on_hold(
            desk,
            acting,
            id,
            input.expected_version,
            input.reason,
            input.wake_up_at,
            message.as_deref()
        ))
    }

    /// Goes on where the hold interrupted.
    async fn ticket_resume(
        &self,
        ctx: &Context<'_>,
        input: TicketResumeInput,
    ) -> Result<TicketPayload> {
        step!(ctx, input, |desk, acting, id| lifecycle::resume(
            desk,
            acting,
            id,
            Some(input.expected_version)
        ))
    }

    /// Resolves with a code and a message to the requester.
    async fn ticket_resolve(
        &self,
        ctx: &Context<'_>,
        input: TicketResolveInput,
    ) -> Result<TicketPayload> {
        step!(ctx, input, |desk, acting, id| lifecycle::resolve(
            desk,
            acting,
            id,
            input.expected_version,
            input.code,
            &input.message.0
        ))
    }

    /// The requester says that it is solved.
    async fn ticket_confirm(
        &self,
        ctx: &Context<'_>,
        input: TicketConfirmInput,
    ) -> Result<TicketPayload> {
        step!(ctx, input, |desk, acting, id| lifecycle::confirm(
            desk,
            acting,
            id,
            input.expected_version
        ))
    }

    /// Closes what is resolved.
    async fn ticket_close(
        &self,
        ctx: &Context<'_>,
        input: TicketCloseInput,
    ) -> Result<TicketPayload> {
        step!(ctx, input, |desk, acting, id| lifecycle::close(
            desk,
            acting,
            id,
            Some(input.expected_version)
        ))
    }

    /// Takes a resolved or closed ticket up again.
    async fn ticket_reopen(
        &self,
        ctx: &Context<'_>,
        input: TicketReopenInput,
    ) -> Result<TicketPayload> {
        step!(ctx, input, |desk, acting, id| lifecycle::reopen(
            desk,
            acting,
            id,
            input.expected_version,
            &input.reason.0
        ))
    }

    /// Withdraws it.
    async fn ticket_cancel(
        &self,
        ctx: &Context<'_>,
        input: TicketCancelInput,
    ) -> Result<TicketPayload> {
        let reason = input.reason.map(|r| r.0);
        step!(ctx, input, |desk, acting, id| lifecycle::cancel(
            desk,
            acting,
            id,
            input.expected_version,
            reason.as_deref()
        ))
    }
}
