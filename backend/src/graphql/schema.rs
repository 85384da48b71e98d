//! The schema, put together from its parts, and what every request brings along.

use super::loader::OrganisationLoader;
use super::organisation::OrganisationQuery;
use crate::app::App;
use crate::platform::context::Context;
use async_graphql::dataloader::DataLoader;
use async_graphql::{EmptyMutation, EmptySubscription, MergedObject, Request, Schema};

/// Everything that can be asked.
#[derive(MergedObject, Default)]
pub struct Query(OrganisationQuery);

/// The whole schema.
pub type BellhopSchema = Schema<Query, EmptyMutation, EmptySubscription>;

/// Builds the schema of a running server.
pub fn build(app: &App) -> BellhopSchema {
    builder()
        .data(app.clone())
        .data(app.platform.db.clone())
        .finish()
}

/// The schema in its own language, for `schema.graphql`.
pub fn sdl() -> String {
    builder().finish().sdl()
}

fn builder() -> async_graphql::SchemaBuilder<Query, EmptyMutation, EmptySubscription> {
    Schema::build(Query::default(), EmptyMutation, EmptySubscription)
}

/// Gives a request its actor (if signed in) and its own loaders: what one actor loaded is never
/// shown to another.
pub fn prepare(request: Request, app: &App, context: Option<Context>) -> Request {
    let request = request.data(DataLoader::new(
        OrganisationLoader(app.platform.db.clone()),
        tokio::spawn,
    ));
    match context {
        Some(context) => request.data(context),
        None => request,
    }
}
