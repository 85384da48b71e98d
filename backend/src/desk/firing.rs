//! What the timers of tickets do.

use super::service_level::{clocks, timer};
use super::store::ticket as tickets;
use super::ticket::lifecycle;
use crate::desk::Desk;
use crate::platform::error::Result;
use crate::platform::timer::{Firing, Model};
use crate::platform::unit_of_work::UnitOfWork;
use shared::id::{ClockId, TicketId};
use std::future::Future;
use std::pin::Pin;

impl Firing for Desk {
    fn hold<'a>(
        &'a self,
        uow: &'a UnitOfWork,
        due: &'a Model,
    ) -> Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>> {
        Box::pin(async move {
            if let Some(ticket) = due.ticket_id {
                tickets::lock(uow.tx(), ticket).await?;
            }
            Ok(())
        })
    }

    fn fire<'a>(
        &'a self,
        uow: &'a mut UnitOfWork,
        due: &'a Model,
    ) -> Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>> {
        Box::pin(async move {
            match due.kind.as_str() {
                clocks::TIMER => {
                    timer::fire(uow, &self.service_levels, ClockId(due.subject_id)).await
                }
                lifecycle::WAKE_UP => lifecycle::wake_up(self, uow, TicketId(due.subject_id)).await,
                lifecycle::AUTO_CLOSE => {
                    lifecycle::auto_close(self, uow, TicketId(due.subject_id)).await
                }
                other => Err(anyhow::anyhow!("no timer is called {other}").into()),
            }
        })
    }
}
