//! Lists of tickets and the views upon them.

use super::at_hand;
use super::context::{acting, app};
use super::error::top_level;
use super::filter::{TicketFilter, resolve};
use super::id::{id, parse};
use super::organisation::{Department, Team, load_department, load_team};
use super::page::{PageInfo, TotalCount};
use super::scalar::Sequence;
use super::straight::Straight;
use super::ticket::{Listed, Ticket, as_of};
use crate::desk::entity::ticket;
use crate::desk::store::queue::{self, Page};
use crate::desk::view::{self, View, ViewId};
use crate::platform::error::{Error, code};
use crate::platform::{event_log, paging};
use async_graphql::{Context, Enum, ID, Object, Result, SimpleObject};
use shared::id::TicketId;
use shared::permission::Scope;
use shared::ticket::{Reference, TicketOrder};
use shared::view::{DepartmentView, PersonalView, TeamView};
use std::collections::HashMap;
use std::sync::Arc;

/// Whose a view is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum ViewGroup {
    /// The viewer's.
    Mine,
    /// A team's.
    Team,
    /// A department's.
    Department,
}

/// A view upon the queue.
pub struct QueueView(pub View);

/// A view upon the queue.
#[Object]
impl QueueView {
    /// Identity; also part of its address.
    async fn id(&self) -> ID {
        ID(self.0.id.to_string())
    }
    /// Its name, without that of its team or department.
    async fn name(&self) -> &'static str {
        match self.0.id {
            ViewId::Personal(PersonalView::Assigned) => "Assigned to me",
            ViewId::Personal(PersonalView::Unanswered) => "Waiting for my answer",
            ViewId::Personal(PersonalView::Overdue) => "Overdue",
            ViewId::Team(_, TeamView::Open) | ViewId::Department(_, DepartmentView::Open) => "Open",
            ViewId::Team(_, TeamView::Unassigned)
            | ViewId::Department(_, DepartmentView::Unassigned) => "Unassigned",
            ViewId::Team(_, TeamView::DueToday) => "Due today",
            ViewId::Team(_, TeamView::Overdue) | ViewId::Department(_, DepartmentView::Overdue) => {
                "Overdue"
            }
            ViewId::Team(_, TeamView::OnHold) => "On hold",
            ViewId::Department(_, DepartmentView::Resolved) => "Resolved",
        }
    }
    /// Whose it is.
    async fn group(&self) -> ViewGroup {
        match self.0.id {
            ViewId::Personal(_) => ViewGroup::Mine,
            ViewId::Team(..) => ViewGroup::Team,
            ViewId::Department(..) => ViewGroup::Department,
        }
    }
    /// Its team.
    async fn team(&self, ctx: &Context<'_>) -> Result<Option<Team>> {
        match self.0.id {
            ViewId::Team(team, _) => load_team(ctx, Some(team)).await,
            _ => Ok(None),
        }
    }
    /// Its department.
    async fn department(&self, ctx: &Context<'_>) -> Result<Option<Department>> {
        match self.0.id {
            ViewId::Department(department, _) => load_department(ctx, department).await.map(Some),
            _ => Ok(None),
        }
    }
    /// Tickets in it.
    async fn count(&self) -> TotalCount {
        self.0.count.into()
    }
    /// Tickets past their promise deserve a warning colour.
    async fn alarming(&self) -> bool {
        matches!(
            self.0.id,
            ViewId::Personal(PersonalView::Overdue)
                | ViewId::Team(_, TeamView::Overdue)
                | ViewId::Department(_, DepartmentView::Overdue)
        )
    }
}

/// The viewer's views.
#[derive(SimpleObject)]
pub struct QueueViews {
    /// In their order.
    views: Vec<QueueView>,
    /// What the counts are at least as new as.
    as_of: Sequence,
}

/// A ticket and its place.
#[derive(SimpleObject)]
pub struct TicketEdge {
    /// Its place, for paging.
    cursor: String,
    /// Compare as text, ascending, to keep the list's order.
    sort_key: String,
    /// The ticket.
    node: Listed,
}

/// A page of tickets.
pub struct TicketConnection {
    rows: Vec<Arc<ticket::Model>>,
    has_next: bool,
    order: TicketOrder,
    filter: shared::ticket::TicketFilter,
    scope: Arc<Scope>,
    after: bool,
    as_of: i64,
}

/// A page of tickets.
#[Object]
impl TicketConnection {
    /// Tickets with their places.
    async fn edges(&self) -> Vec<Straight<TicketEdge>> {
        let edges = self.rows.iter().map(|row| edge(self.order, row));
        edges.map(Straight).collect()
    }
    /// Tickets.
    async fn nodes(&self) -> Vec<Listed> {
        self.rows.iter().map(Into::into).collect()
    }
    /// Whether there is more.
    async fn page_info(&self) -> PageInfo {
        let place = |row: &Arc<ticket::Model>| queue::cursor(self.order, row);
        PageInfo::forward(
            self.has_next,
            self.after,
            self.rows.first().map(place),
            self.rows.last().map(place),
        )
    }
    /// How many in all; counted only when asked for.
    async fn total_count(&self, ctx: &Context<'_>) -> Result<TotalCount> {
        let count =
            async { queue::count(app(ctx)?.platform.db.reader(), &self.scope, &self.filter).await };
        count
            .await
            .map(Into::into)
            .map_err(|error| top_level(ctx, error))
    }
    /// What the page is at least as new as: pass it to queueChanged as since.
    #[graphql(name = "asOf")]
    async fn position(&self) -> Sequence {
        Sequence(self.as_of)
    }
}

fn edge(order: TicketOrder, row: &Arc<ticket::Model>) -> TicketEdge {
    TicketEdge {
        cursor: queue::cursor(order, row),
        sort_key: queue::sort_key(order, row),
        node: row.into(),
    }
}

/// Ids of a list in its order.
#[derive(SimpleObject)]
pub struct QueueIds {
    /// Up to 10,000.
    ids: Vec<ID>,
    /// There are more.
    truncated: bool,
    /// What the list is at least as new as.
    as_of: Sequence,
}

/// Most tickets that are loaded by id at once.
const IDS_MOST: usize = 200;

/// What can be asked about tickets.
#[derive(Default)]
pub struct TicketQuery;

#[Object]
impl TicketQuery {
    /// A ticket by id or by reference; null when it does not exist or is not visible.
    async fn ticket(
        &self,
        ctx: &Context<'_>,
        #[graphql(name = "id")] key: Option<ID>,
        reference: Option<String>,
    ) -> Result<Option<Ticket>> {
        let acting = acting(ctx)?;
        as_of(ctx).await?;
        let work = async {
            let db = app(ctx)?.platform.db.clone();
            let row = match (key, reference) {
                (Some(key), None) => {
                    queue::find(db.reader(), &acting.scope, parse(&key, "id")?).await?
                }
                (None, Some(text)) => match text.parse::<Reference>() {
                    Ok(reference) => {
                        queue::find_by_reference(db.reader(), &acting.scope, &reference).await?
                    }
                    Err(()) => None,
                },
                _ => {
                    return Err(Error::refused(
                        code::INVALID,
                        "id",
                        "Give either an id or a reference.",
                    ));
                }
            };
            Ok(row.map(Into::into))
        };
        work.await.map_err(|error| top_level(ctx, error))
    }

    /// A list of visible tickets.
    async fn tickets(
        &self,
        ctx: &Context<'_>,
        filter: Option<TicketFilter>,
        order_by: Option<TicketOrder>,
        first: Option<i32>,
        after: Option<String>,
    ) -> Result<TicketConnection> {
        let acting = acting(ctx)?;
        let Sequence(as_of) = as_of(ctx).await?;
        let order = order_by.unwrap_or(TicketOrder::Due);
        let work = async {
            let size = paging::page_size(first)?;
            let db = app(ctx)?.platform.db.clone();
            let filter = resolve(db.reader(), acting, filter).await?;
            let Page { rows, has_next } = queue::page(
                db.reader(),
                &acting.scope,
                &filter,
                order,
                size,
                after.as_deref(),
            )
            .await?;
            Ok(TicketConnection {
                rows: rows.into_iter().map(Arc::new).collect(),
                has_next,
                order,
                filter,
                scope: acting.scope.clone(),
                after: after.is_some(),
                as_of,
            })
        };
        let page: TicketConnection = work.await.map_err(|error| top_level(ctx, error))?;
        let list = ctx.look_ahead();
        let nodes = [list.field("edges").field("node"), list.field("nodes")];
        at_hand::gather(ctx, &nodes, &page.rows).await?;
        Ok(page)
    }

    /// All ids of a list in its order, up to 10,000, for lists that load rows as they show them.
    async fn queue_ids(
        &self,
        ctx: &Context<'_>,
        filter: Option<TicketFilter>,
        order_by: Option<TicketOrder>,
    ) -> Result<QueueIds> {
        let acting = acting(ctx)?;
        let work = async {
            let db = app(ctx)?.platform.db.clone();
            let filter = resolve(db.reader(), acting, filter).await?;
            let as_of = event_log::last_sequence(db.reader()).await?;
            let (ids, truncated) = queue::ids(
                db.reader(),
                &acting.scope,
                &filter,
                order_by.unwrap_or(TicketOrder::Due),
            )
            .await?;
            Ok(QueueIds {
                ids: ids.into_iter().map(id).collect(),
                truncated,
                as_of: Sequence(as_of),
            })
        };
        work.await.map_err(|error| top_level(ctx, error))
    }

    /// Tickets by id, in the order asked, 200 at most; unseen ones are left out.
    async fn tickets_by_ids(&self, ctx: &Context<'_>, ids: Vec<ID>) -> Result<Vec<Listed>> {
        let acting = acting(ctx)?;
        let work = async {
            if ids.len() > IDS_MOST {
                return Err(Error::refused(
                    code::LIMIT_EXCEEDED,
                    "ids",
                    format!("At most {IDS_MOST} ids."),
                ));
            }
            let keys: Vec<TicketId> = ids
                .iter()
                .map(|key| parse(key, "ids"))
                .collect::<std::result::Result<_, _>>()?;
            let rows =
                queue::find_many(app(ctx)?.platform.db.reader(), &acting.scope, &keys).await?;
            let mut by_id: HashMap<TicketId, ticket::Model> =
                rows.into_iter().map(|row| (row.id, row)).collect();
            let rows = keys.iter().filter_map(|key| by_id.remove(key));
            Ok(rows.map(Arc::new).collect::<Vec<_>>())
        };
        let rows = work.await.map_err(|error| top_level(ctx, error))?;
        at_hand::gather(ctx, &[ctx.look_ahead()], &rows).await?;
        Ok(rows.iter().map(Into::into).collect())
    }

    /// The viewer's views with their counts.
    async fn queue_views(&self, ctx: &Context<'_>) -> Result<QueueViews> {
        let acting = acting(ctx)?;
        let work = async {
            let db = app(ctx)?.platform.db.clone();
            let as_of = event_log::last_sequence(db.reader()).await?;
            let ids = view::of_person(db.reader(), acting).await?;
            let views = view::counts(db.reader(), acting, &ids, acting.now).await?;
            Ok(QueueViews {
                views: views.into_iter().map(QueueView).collect(),
                as_of: Sequence(as_of),
            })
        };
        work.await.map_err(|error| top_level(ctx, error))
    }
}
