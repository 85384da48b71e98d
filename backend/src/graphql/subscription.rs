//! Live: what changed, as it changes. A client passes as `since` what its answer was as of; what it
//! missed comes as one difference, and a gap that is too large as `Resync`.
//!
//! What a subscription does at its beginning and at each change is boxed: most of the time it waits,
//! and there are thousands of them, so that none should keep room for what it does not do just now.

use super::clock::Clock;
use super::context::{acting, app};
use super::dashboard::{Dashboard, DashboardKey};
use super::error::top_level;
use super::filter::{TicketFilter, resolve};
use super::id::{id, parse};
use super::live_loading::LiveLoading;
use super::notification::{Notification, small};
use super::page::TotalCount;
use super::scalar::Sequence;
use super::ticket::Ticket;
use crate::app::App;
use crate::desk::live::{self, Batch, Effect};
use crate::desk::live_list::{LiveList, Step};
use crate::desk::service_level::clock_store;
use crate::desk::store::{notification, queue};
use crate::desk::view;
use crate::platform::context::Context as Acting;
use crate::platform::error::{Error, Result as Outcome, code};
use crate::platform::event_log;
use async_graphql::{Context, ID, Result, SimpleObject, Subscription, Union};
use futures_util::Stream;
use shared::event::EventKind;
use shared::id::{NotificationId, TicketId};
use shared::permission::TicketAction;
use shared::ticket::TicketOrder;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

/// A ticket belongs to the list: put it at its place, or replace the one that is there.
#[derive(SimpleObject)]
pub struct QueueUpsert {
    /// The ticket.
    ticket: Ticket,
    /// Its place in the list's order.
    sort_key: String,
    /// What the list is now at least as new as.
    sequence: Sequence,
}

/// Something belongs to the list no longer, or is no longer visible.
#[derive(SimpleObject)]
pub struct QueueRemove {
    /// Which.
    id: ID,
    /// What the list is now at least as new as.
    sequence: Sequence,
}

/// The gap is too large, or the reader too slow: load the list again.
#[derive(SimpleObject)]
pub struct Resync {
    /// Why.
    reason: &'static str,
    /// The present end of the log.
    sequence: Sequence,
}

/// A change of a list of tickets.
#[derive(Union)]
pub enum QueueChange {
    /// Put or replace.
    Upsert(QueueUpsert),
    /// Take away.
    Remove(QueueRemove),
    /// Load again.
    Resync(Resync),
}

/// A ticket as it now is.
#[derive(SimpleObject)]
pub struct TicketUpsert {
    /// The ticket.
    ticket: Ticket,
    /// What it is at least as new as.
    sequence: Sequence,
}

/// A change of one ticket.
#[derive(Union)]
pub enum TicketChange {
    /// As it now is.
    Upsert(TicketUpsert),
    /// Visible no longer.
    Remove(QueueRemove),
    /// Load again.
    Resync(Resync),
}

/// A clock as it now is.
#[derive(SimpleObject)]
pub struct ClockUpsert {
    /// The clock.
    clock: Clock,
    /// What it is at least as new as.
    sequence: Sequence,
}

/// A change of the clocks of a list.
#[expect(
    clippy::large_enum_variant,
    reason = "made and sent at once, never kept in a list"
)]
#[derive(Union)]
pub enum ClockChange {
    /// As it now is.
    Upsert(ClockUpsert),
    /// Its ticket left the list.
    Remove(QueueRemove),
    /// Load again.
    Resync(Resync),
}

/// How many tickets a view has.
#[derive(Clone, PartialEq, SimpleObject)]
pub struct ViewCount {
    /// Which view.
    view: ID,
    /// How many.
    count: TotalCount,
}

/// Counts that changed.
#[derive(SimpleObject)]
pub struct ViewCountsUpdate {
    /// Of all the viewer's views.
    counts: Vec<ViewCount>,
    /// What they are at least as new as.
    sequence: Sequence,
}

/// A dashboard as it now is.
#[derive(SimpleObject)]
pub struct DashboardUpdate {
    /// The dashboard.
    dashboard: Dashboard,
    /// What it is at least as new as.
    sequence: Sequence,
}

/// Something that the viewer was told just now.
#[derive(SimpleObject)]
pub struct NotificationReceived {
    /// What.
    notification: Notification,
    /// Not read yet, in all.
    unread: i32,
    /// What this is at least as new as.
    sequence: Sequence,
}

/// Counters and dashboards are sent at most this often.
const COALESCE: Duration = Duration::from_secs(1);
/// Counts change by time alone too (due today): looked at this often.
const RECOUNT: Duration = Duration::from_secs(60);
/// A client that was away longer loads again, in seconds.
const CATCH_UP_SECONDS: i64 = 3_600;
/// Most notifications that a returning client is sent; older ones are in the list.
const MISSED_MOST: u64 = 50;
/// An act is recorded at most so long after the instant that its rows carry, in seconds.
const ACT_SECONDS: i64 = 60;
/// Listeners for whom it pays to read together what a change names.
const MANY: usize = 16;
/// Away too long or reading too slowly: the remedy is the same.
const TOO_MUCH: &str = "More happened than can be told as a difference.";

/// What a listener hears.
enum Heard {
    /// Tickets that changed.
    Batch {
        /// What happened.
        batch: Arc<Batch>,
        /// Everything up to here was told before.
        after: i64,
    },
    /// Some were missed.
    Missed {
        /// Everything up to here was told.
        after: i64,
    },
}

/// A place in the live stream: first the difference since `since`, then what follows.
struct Ear {
    app: App,
    rows: LiveLoading,
    receiver: Receiver<Arc<Batch>>,
    first: Option<Heard>,
    /// Everything up to here was told.
    told: i64,
}

impl Ear {
    async fn open(ctx: &Context<'_>, since: Option<Sequence>) -> Outcome<Self> {
        let app = app(ctx)?.clone();
        // Listening begins before the log is read, so that nothing falls between.
        let receiver = app.tickets.listen();
        let db = app.platform.db.reader();
        let end = event_log::last_sequence(db).await?;
        let since = since.map_or(end, |s| s.0);
        if since > end || since < 0 {
            return Err(Error::refused(
                code::INVALID,
                "since",
                "This position does not exist.",
            ));
        }
        let (first, told) = if since == end {
            (None, end)
        } else {
            let oldest = app.platform.clock.now().plus_seconds(-CATCH_UP_SECONDS);
            match live::catch_up(db, since, oldest).await? {
                Some(batch) => {
                    let last = batch.last;
                    let batch = Arc::new(batch);
                    let after = since;
                    (Some(Heard::Batch { batch, after }), last)
                }
                None => (Some(Heard::Missed { after: since }), end),
            }
        };
        let rows = ctx
            .data::<LiveLoading>()
            .map_err(|error| anyhow::anyhow!("{error:?}"))?
            .clone();
        // What others read may be older than what this one is told first.
        rows.reach(told);
        Ok(Self {
            app,
            rows,
            receiver,
            first,
            told,
        })
    }

    /// The next that is new; `None` at the end.
    async fn next(&mut self) -> Option<Heard> {
        if let Some(first) = self.first.take() {
            return Some(first);
        }
        loop {
            match self.receiver.recv().await {
                Ok(batch) if batch.last == i64::MAX => {
                    return Some(Heard::Missed { after: self.told });
                }
                Ok(batch) if batch.last <= self.told => {}
                Ok(batch) => {
                    let after = std::mem::replace(&mut self.told, batch.last);
                    self.rows.reach(batch.last);
                    return Some(Heard::Batch { batch, after });
                }
                Err(RecvError::Lagged(_)) => return Some(Heard::Missed { after: self.told }),
                Err(RecvError::Closed) => return None,
            }
        }
    }

    /// Where many tell of a batch: reads what its tickets name, together with them. Few read only
    /// what they show.
    async fn gather(&self, batch: &Batch, steps: &[Step]) {
        let tells = steps.iter().any(|step| matches!(step, Step::Upsert(_)));
        if tells && self.app.tickets.listeners() >= MANY {
            let tickets = batch.tickets.iter().map(|changed| changed.row.as_ref());
            self.rows.gather(tickets).await;
        }
    }

    /// Where the listener stands, if that was the end of the log.
    fn present(&self) -> Option<i64> {
        self.first.is_none().then_some(self.told)
    }

    async fn resync(&self, reason: &'static str) -> Resync {
        let end = event_log::last_sequence(self.app.platform.db.reader()).await;
        if let Err(error) = &end {
            tracing::error!(%error, "the end of the log cannot be read");
        }
        Resync {
            reason,
            sequence: Sequence(end.unwrap_or(self.told)),
        }
    }
}

/// What each of so many answers brings a list up to. Only the last one brings it to the batch's end:
/// whoever is cut off before has not heard all of it, and asks again from where they were.
fn positions(count: usize, after: i64, last: i64) -> impl Iterator<Item = Sequence> {
    (1..=count).map(move |number| Sequence(if number == count { last } else { after }))
}

fn told(order: TicketOrder, steps: Vec<Step>, after: i64, last: i64) -> Vec<QueueChange> {
    let positions = positions(steps.len(), after, last);
    let told = steps.into_iter().zip(positions);
    told.map(|(step, sequence)| match step {
        Step::Upsert(row) => QueueChange::Upsert(QueueUpsert {
            sort_key: queue::sort_key(order, &row),
            ticket: row.into(),
            sequence,
        }),
        Step::Remove(key) => QueueChange::Remove(QueueRemove {
            id: id(key),
            sequence,
        }),
    })
    .collect()
}

/// The clocks that a batch changes in a list, and the tickets that leave it.
async fn clock_changes(
    app: &App,
    acting: &Acting,
    filter: &shared::ticket::TicketFilter,
    batch: &Batch,
    after: i64,
) -> Outcome<Vec<ClockChange>> {
    let mut found = Vec::new();
    for changed in &batch.tickets {
        match changed.effect(&acting.scope, filter) {
            Effect::Nothing => {}
            Effect::Remove => found.push(Err(changed.row.id)),
            Effect::Upsert => {
                let standing = crate::desk::ticket::act::standing_of(acting, &changed.row);
                if standing.may(TicketAction::ReadInternal) {
                    let db = app.platform.db.reader();
                    let clocks = clock_store::of_ticket(db, changed.row.id).await?;
                    found.extend(clocks.into_iter().map(Ok));
                }
            }
        }
    }
    let positions = positions(found.len(), after, batch.last);
    let changes = found.into_iter().zip(positions);
    Ok(changes
        .map(|(found, sequence)| match found {
            Ok(row) => ClockChange::Upsert(ClockUpsert {
                clock: Clock::new(row),
                sequence,
            }),
            Err(key) => ClockChange::Remove(QueueRemove {
                id: id(key),
                sequence,
            }),
        })
        .collect())
}

/// What can be listened to.
#[derive(Default)]
pub struct Subscription;

#[Subscription]
impl Subscription {
    /// Changes of a list of tickets. With `first` the list is a window of so many rows, refilled
    /// when one leaves it.
    async fn queue_changed(
        &self,
        ctx: &Context<'_>,
        filter: Option<TicketFilter>,
        order_by: Option<TicketOrder>,
        first: Option<i32>,
        since: Option<Sequence>,
    ) -> Result<impl Stream<Item = QueueChange> + use<>> {
        let acting = acting(ctx)?.clone();
        let work = async {
            let window = match first {
                Some(first) => Some(
                    u64::try_from(first)
                        .ok()
                        .filter(|n| (1..=queue::COUNT_MOST).contains(n))
                        .ok_or_else(|| {
                            Error::refused(
                                code::INVALID,
                                "first",
                                format!("Between 1 and {}.", queue::COUNT_MOST),
                            )
                        })?,
                ),
                None => None,
            };
            let db = app(ctx)?.platform.db.reader();
            let filter = resolve(db, &acting, filter).await?;
            let order = order_by.unwrap_or(TicketOrder::Due);
            let mut list = LiveList::new(acting.scope.clone(), filter, order);
            let ear = Ear::open(ctx, since).await?;
            if let Some(size) = window {
                list = list.with_window(db, size, ear.present()).await?;
            }
            Ok((ear, list))
        };
        let (mut ear, mut list) = Box::pin(work)
            .await
            .map_err(|error| top_level(ctx, error))?;
        Ok(async_stream::stream! {
            while let Some(heard) = ear.next().await {
                match heard {
                    Heard::Missed { .. } => yield QueueChange::Resync(Box::pin(ear.resync(TOO_MUCH)).await),
                    Heard::Batch { batch, after } => {
                        match Box::pin(list.steps(ear.app.platform.db.reader(), &batch)).await {
                            Ok(steps) => {
                                Box::pin(ear.gather(&batch, &steps)).await;
                                for change in told(list.order, steps, after, batch.last) {
                                    yield change;
                                }
                            }
                            Err(error) => {
                                tracing::error!(%error, "a window cannot be refilled");
                                yield QueueChange::Resync(Box::pin(ear.resync("The list cannot be read just now.")).await);
                            }
                        }
                    }
                }
            }
        })
    }

    /// Changes of one visible ticket: its fields, conversation, clocks.
    async fn ticket_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "id")] key: ID,
        since: Option<Sequence>,
    ) -> Result<impl Stream<Item = TicketChange> + use<>> {
        let acting = acting(ctx)?.clone();
        let work = async {
            let key: TicketId = parse(&key, "id")?;
            let known = queue::find(app(ctx)?.platform.db.reader(), &acting.scope, key).await?;
            known.ok_or_else(|| Error::not_found("id"))?;
            Ok((Ear::open(ctx, since).await?, key))
        };
        let (mut ear, key) = Box::pin(work)
            .await
            .map_err(|error| top_level(ctx, error))?;
        Ok(async_stream::stream! {
            while let Some(heard) = ear.next().await {
                match heard {
                    Heard::Missed { .. } => yield TicketChange::Resync(Box::pin(ear.resync(TOO_MUCH)).await),
                    Heard::Batch { batch, .. } => {
                        for changed in batch.tickets.iter().filter(|t| t.row.id == key) {
                            if acting.scope.sees(&changed.after) {
                                yield TicketChange::Upsert(TicketUpsert { ticket: changed.row.clone().into(), sequence: Sequence(changed.sequence) });
                            } else {
                                yield TicketChange::Remove(QueueRemove { id: id(changed.row.id), sequence: Sequence(changed.sequence) });
                            }
                        }
                    }
                }
            }
        })
    }

    /// Changes of the clocks of a list of tickets that the viewer works.
    async fn clocks_changed(
        &self,
        ctx: &Context<'_>,
        filter: Option<TicketFilter>,
        since: Option<Sequence>,
    ) -> Result<impl Stream<Item = ClockChange> + use<>> {
        let acting = acting(ctx)?.clone();
        let work = async {
            let filter = resolve(app(ctx)?.platform.db.reader(), &acting, filter).await?;
            Ok((Ear::open(ctx, since).await?, filter))
        };
        let (mut ear, filter) = Box::pin(work)
            .await
            .map_err(|error| top_level(ctx, error))?;
        Ok(async_stream::stream! {
            while let Some(heard) = ear.next().await {
                match heard {
                    Heard::Missed { .. } => yield ClockChange::Resync(Box::pin(ear.resync(TOO_MUCH)).await),
                    Heard::Batch { batch, after } => {
                        match Box::pin(clock_changes(&ear.app, &acting, &filter, &batch, after)).await {
                            Ok(changes) => for change in changes {
                                yield change;
                            },
                            Err(error) => {
                                tracing::error!(%error, "clocks cannot be read");
                                yield ClockChange::Resync(Box::pin(ear.resync("The clocks cannot be read just now.")).await);
                            }
                        }
                    }
                }
            }
        })
    }

    /// Counts of the viewer's views, when they change; at most once a second.
    async fn view_counts_changed(
        &self,
        ctx: &Context<'_>,
        since: Option<Sequence>,
    ) -> Result<impl Stream<Item = ViewCountsUpdate> + use<>> {
        let acting = acting(ctx)?.clone();
        let work = async {
            if !acting.grants.works_anywhere() {
                return Err(Error::forbidden());
            }
            Ear::open(ctx, since).await
        };
        let mut ear = Box::pin(work)
            .await
            .map_err(|error| top_level(ctx, error))?;
        Ok(async_stream::stream! {
            let mut known: Option<Vec<ViewCount>> = None;
            while let Some(sequence) = settled(&mut ear).await {
                match Box::pin(counts(&ear.app, &acting)).await {
                    Ok(counts) => if known.as_ref() != Some(&counts) {
                        known = Some(counts.clone());
                        yield ViewCountsUpdate { counts, sequence: Sequence(sequence) };
                    },
                    Err(error) => tracing::error!(%error, "views cannot be counted"),
                }
            }
        })
    }

    /// A dashboard, when it changes; at most once a second.
    async fn dashboard_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "id")] key: ID,
        since: Option<Sequence>,
    ) -> Result<impl Stream<Item = DashboardUpdate> + use<>> {
        let acting = acting(ctx)?.clone();
        let work = async {
            let key = DashboardKey::visible(app(ctx)?.platform.db.reader(), &acting, &key)
                .await?
                .ok_or_else(|| Error::not_found("id"))?;
            Ok((Ear::open(ctx, since).await?, key))
        };
        let (mut ear, key) = Box::pin(work)
            .await
            .map_err(|error| top_level(ctx, error))?;
        Ok(async_stream::stream! {
            while let Some(sequence) = settled(&mut ear).await {
                let now = ear.app.platform.clock.now();
                match Box::pin(Dashboard::read(&ear.app, &acting.at(now), &key)).await {
                    Ok(dashboard) => yield DashboardUpdate { dashboard, sequence: Sequence(sequence) },
                    Err(error) => tracing::error!(%error, "a dashboard cannot be read"),
                }
            }
        })
    }

    /// What the viewer is told, as it happens.
    async fn notification_received(
        &self,
        ctx: &Context<'_>,
        since: Option<Sequence>,
    ) -> Result<impl Stream<Item = NotificationReceived> + use<>> {
        let acting = acting(ctx)?.clone();
        let mut ear = Box::pin(Ear::open(ctx, since))
            .await
            .map_err(|error| top_level(ctx, error))?;
        Ok(async_stream::stream! {
            while let Some(heard) = ear.next().await {
                let found = match heard {
                    Heard::Batch { batch, after } => {
                        Box::pin(received(&ear.app, &acting, &batch, after)).await
                    }
                    Heard::Missed { after } => Box::pin(missed(&ear.app, &acting, after)).await,
                };
                match found {
                    Ok(found) => for one in found {
                        yield one;
                    },
                    Err(error) => {
                        // Whoever listens asks again from where they are, and loses nothing.
                        tracing::error!(%error, "notifications cannot be read");
                        return;
                    }
                }
            }
        })
    }
}

/// Waits until something happened and a second has passed, or a minute without anything; what came
/// meanwhile counts as one. Gives the position reached.
async fn settled(ear: &mut Ear) -> Option<i64> {
    match tokio::time::timeout(RECOUNT, ear.next()).await {
        Ok(None) => return None,
        Ok(Some(_)) => {
            let quiet = tokio::time::sleep(COALESCE);
            tokio::pin!(quiet);
            loop {
                tokio::select! {
                    () = &mut quiet => break,
                    heard = ear.next() => { heard?; }
                }
            }
        }
        Err(_) => {}
    }
    Some(ear.told)
}

async fn counts(app: &App, acting: &Acting) -> Outcome<Vec<ViewCount>> {
    let db = app.platform.db.reader();
    let ids = view::of_person(db, acting).await?;
    let views = view::counts(db, acting, &ids, app.platform.clock.now()).await?;
    Ok(views
        .into_iter()
        .map(|v| ViewCount {
            view: ID(v.id.to_string()),
            count: v.count.into(),
        })
        .collect())
}

/// What a batch tells the viewer that was not told before: it may begin earlier than `after`.
async fn received(
    app: &App,
    acting: &Acting,
    batch: &Batch,
    after: i64,
) -> Outcome<Vec<NotificationReceived>> {
    let db = app.platform.db.reader();
    let person = acting.person();
    let mut found = Vec::new();
    for event in batch
        .events
        .iter()
        .filter(|e| e.kind == EventKind::NotificationSent && e.sequence > after)
    {
        let mine = event
            .changes()?
            .get("person")
            .is_some_and(|c| c.after == person.to_string());
        if !mine {
            continue;
        }
        let id = NotificationId(event.subject_id);
        if let Some(row) = notification::find(db, person, id).await? {
            found.push(NotificationReceived {
                notification: Notification(row),
                unread: small(notification::unread(db, person).await?),
                sequence: Sequence(event.sequence),
            });
        }
    }
    Ok(found)
}

/// What the viewer was told after a position, too much having happened since to look through all
/// of it: the newest, oldest of them first.
async fn missed(app: &App, acting: &Acting, after: i64) -> Outcome<Vec<NotificationReceived>> {
    let db = app.platform.db.reader();
    let person = acting.person();
    let end = event_log::last_sequence(db).await?;
    let Some(first) = event_log::after(db, after, 1).await?.pop() else {
        return Ok(Vec::new());
    };
    let since = first.recorded_at.plus_seconds(-ACT_SECONDS);
    let mut rows = notification::list(db, person, None, MISSED_MOST).await?;
    rows.retain(|row| row.created_at >= since);
    let unread = small(notification::unread(db, person).await?);
    let mut found: Vec<NotificationReceived> = rows
        .into_iter()
        .rev()
        .map(|row| NotificationReceived {
            notification: Notification(row),
            unread,
            // Whoever is cut off before the last of them has not heard all.
            sequence: Sequence(after),
        })
        .collect();
    if let Some(last) = found.last_mut() {
        last.sequence = Sequence(end);
    }
    Ok(found)
}
