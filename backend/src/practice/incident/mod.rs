//! Incidents: an unplanned interruption or loss of quality of a service.

pub mod contact;

use crate::desk::Desk;
use crate::desk::entity::ticket;
use crate::desk::ticket::act;
use crate::desk::ticket::open::{Decided, NewTicket, open, prepare};
use crate::platform::context::Context;
use crate::platform::error::{Error, Result, code};
use crate::platform::idempotency::Key;
use crate::platform::unit_of_work::UnitOfWork;
use shared::id::{AttachmentId, CategoryId, DepartmentId, PersonId, ServiceId, TicketId};
use shared::ticket::{Channel, Impact, TicketKind, Urgency, check_report};

/// What somebody reports.
#[derive(Clone, Debug)]
pub struct Report {
    /// In a few words.
    pub title: String,
    /// What happened, in Markdown; may be empty.
    pub description: String,
    /// Department; found by category or service when absent, else the default one.
    pub department: Option<DepartmentId>,
    /// Affected service.
    pub service: Option<ServiceId>,
    /// Category.
    pub category: Option<CategoryId>,
    /// Who is affected; one person unless said.
    pub impact: Option<Impact>,
    /// How soon it hurts; medium unless said.
    pub urgency: Option<Urgency>,
    /// For whom, when for another person.
    pub requested_for: Option<PersonId>,
    /// Who asked, when an agent writes it down.
    pub requester: Option<PersonId>,
    /// How the contact came in; the portal unless an agent says otherwise.
    pub channel: Option<Channel>,
    /// Files that were uploaded for it.
    pub files: Vec<AttachmentId>,
    /// Makes a repeated report the same one.
    pub idempotency_key: Option<String>,
}

/// Reports an incident: for oneself, for a colleague, or, as an agent, for whoever called.
pub async fn report(desk: &Desk, ctx: &Context, report: Report) -> Result<ticket::Model> {
    check_report(&report.title, &report.description)?;
    on_behalf(ctx, report.requester, report.channel)?;
    let digest = format!(
        "{:?}",
        Report {
            idempotency_key: None,
            ..report.clone()
        }
    );
    let key = Key::new("incidentReport", report.idempotency_key, &digest);
    let new = NewTicket {
        kind: TicketKind::Incident,
        title: report.title,
        description: report.description,
        department: report.department,
        service: report.service,
        category: report.category,
        team: None,
        impact: report.impact.unwrap_or(Impact::Person),
        urgency: report.urgency.unwrap_or(Urgency::Medium),
        channel: report.channel.unwrap_or(Channel::Portal),
        requester: report.requester.unwrap_or_else(|| ctx.person()),
        requested_for: report.requested_for,
        catalog: None,
        files: report.files,
        decided: Decided::Nothing,
    };
    let prepared = match prepare(desk.platform.db.reader(), &desk.service_levels, new).await {
        // What has no key cannot be known already.
        Err(error) if !key.is_given() => return Err(error),
        prepared => prepared,
    };
    let (desk, ctx) = (desk.clone(), ctx.clone());
    let db = desk.platform.db.clone();
    db.act(Box::pin(async move {
        let mut uow = UnitOfWork::begin_shared(&desk.platform, &ctx).await?;
        if let Some(earlier) = key.earlier(&uow).await? {
            uow.rollback().await?;
            return act::find(&desk, &ctx, TicketId(earlier)).await;
        }
        // Only now: a report that is known is known whatever has gone out of use since.
        let row = open(&desk, &mut uow, prepared?).await?;
        key.remember(&mut uow, row.id.0);
        uow.commit().await?;
        Ok(row)
    }))
    .await
}

/// Only those who work tickets write down what others asked, or say how it came in.
pub(crate) fn on_behalf(
    ctx: &Context,
    requester: Option<PersonId>,
    channel: Option<Channel>,
) -> Result<()> {
    let other = requester.is_some_and(|id| id != ctx.person());
    let elsewhere = channel.is_some_and(|c| c != Channel::Portal);
    if (other || elsewhere) && !ctx.grants.works_anywhere() {
        let field = if other { "requester" } else { "channel" };
        return Err(Error::refused(
            code::FORBIDDEN,
            field,
            "Only agents record what others asked for.",
        ));
    }
    Ok(())
}
