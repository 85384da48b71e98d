//! The schema, put together from its parts, and what every request brings along.

use super::agreement::{AgreementMutation, AgreementQuery};
use super::api_token::{ApiTokenMutation, ApiTokenQuery};
use super::attachment::AttachmentMutation;
use super::audit::AuditQuery;
use super::calendar::{CalendarMutation, CalendarQuery};
use super::catalog::{CatalogMutation, CatalogQuery};
use super::dashboard::DashboardQuery;
use super::demo::{DemoMutation, DemoQuery};
use super::department_mutation::DepartmentMutation;
use super::first_hour::{FirstHourMutation, FirstHourQuery};
use super::handover::HandOverQuery;
use super::live_loading::LiveLoading;
use super::loader::Loading;
use super::mail::{MailMutation, MailQuery};
use super::mail_settings::MailSettingsMutation;
use super::notification::{NotificationMutation, NotificationQuery};
use super::organisation_query::OrganisationQuery;
use super::person_mutation::PersonMutation;
use super::queue::TicketQuery;
use super::report::ReportQuery;
use super::routing::{RoutingMutation, RoutingQuery};
use super::routing_trial::RoutingTrialQuery;
use super::search::SearchQuery;
use super::service_mutation::ServiceMutation;
use super::site_mutation::SiteMutation;
use super::state_settings::StateSettingsMutation;
use super::subscription::Subscription;
use super::ticket_mutation::TicketMutation;
use super::viewer::ViewerQuery;
use crate::app::App;
use crate::platform::context::Context;
use async_graphql::{MergedObject, Request, Response, Schema, SchemaBuilder};
use std::pin::Pin;
use tokio::sync::OnceCell;

/// Everything that can be asked.
#[derive(MergedObject, Default)]
pub struct Query(
    OrganisationQuery,
    TicketQuery,
    SearchQuery,
    NotificationQuery,
    DashboardQuery,
    ViewerQuery,
    CatalogQuery,
    CalendarQuery,
    AgreementQuery,
    RoutingQuery,
    RoutingTrialQuery,
    ReportQuery,
    HandOverQuery,
    ApiTokenQuery,
    AuditQuery,
    MailQuery,
    FirstHourQuery,
    DemoQuery,
);

/// What is done with tickets, and by everybody for themselves.
#[derive(MergedObject, Default)]
pub struct DeskMutation(TicketMutation, AttachmentMutation, NotificationMutation);

/// What is set up of the organisation.
#[derive(MergedObject, Default)]
pub struct OrganisationMutation(
    DepartmentMutation,
    PersonMutation,
    ServiceMutation,
    SiteMutation,
    StateSettingsMutation,
);

/// What is set up of how tickets are worked.
#[derive(MergedObject, Default)]
pub struct PracticeMutation(
    CatalogMutation,
    CalendarMutation,
    AgreementMutation,
    RoutingMutation,
);

/// What is set up of the installation.
#[derive(MergedObject, Default)]
pub struct OperationsMutation(
    ApiTokenMutation,
    MailMutation,
    MailSettingsMutation,
    FirstHourMutation,
    DemoMutation,
);

// In groups: each part of a merged object is a type around the others, and the compiler looks only so deep.
/// Everything that can be done.
#[derive(MergedObject, Default)]
pub struct Mutation(
    DeskMutation,
    OrganisationMutation,
    PracticeMutation,
    OperationsMutation,
);

/// The whole schema.
pub type BellhopSchema = Schema<Query, Mutation, Subscription>;

/// The log's position that a request's answer is at least as new as.
#[derive(Default)]
pub struct AsOf(pub OnceCell<i64>);

/// Builds the schema of a running server.
pub fn build(app: &App) -> BellhopSchema {
    builder()
        .data(app.clone())
        .data(app.platform.db.clone())
        .data(LiveLoading::new(app.platform.db.clone()))
        .finish()
}

/// The schema in its own language, for `schema.graphql`.
pub fn sdl() -> String {
    builder().finish().sdl()
}

fn builder() -> SchemaBuilder<Query, Mutation, Subscription> {
    Schema::build(Query::default(), Mutation::default(), Subscription)
}

/// Answers a query or a mutation. Compiled here once, and not in every crate that asks.
pub fn execute(
    schema: &BellhopSchema,
    request: Request,
) -> Pin<Box<dyn Future<Output = Response> + Send + '_>> {
    Box::pin(schema.execute(request))
}

/// Gives a request its actor (if signed in) and its own loader: what one actor loaded is never shown
/// to another.
pub fn prepare(request: Request, app: &App, context: Option<Context>) -> Request {
    with_actor(request, Loading::own(app.platform.db.clone()), context)
}

/// The same for a subscription, which shares the rows that it loads.
pub fn prepare_live(request: Request, context: Context) -> Request {
    with_actor(request, Loading::Live, Some(context))
}

fn with_actor(request: Request, loading: Loading, context: Option<Context>) -> Request {
    let request = request.data(loading).data(AsOf::default());
    match context {
        Some(context) => request.data(context),
        None => request,
    }
}
