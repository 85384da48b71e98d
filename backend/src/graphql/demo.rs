//! The demo's data, and its end.

use super::context::acting;
use super::error::{UserError, outcome, top_level};
use super::input::parts;
use super::person_mutation::Secret;
use crate::app::App;
use crate::first_hour::removal::{self, DemoData as Found};
use async_graphql::{Context, InputObject, Object, Result, SimpleObject};

/// What there is of a demo. All of it goes when the demo is removed, whoever made it.
#[derive(SimpleObject)]
pub struct DemoData {
    /// Name of the organisation.
    organisation: String,
    /// Departments.
    departments: i32,
    /// People, deactivated ones too.
    people: i32,
    /// Tickets.
    tickets: i32,
    /// Messages and notes.
    messages: i32,
    /// Attached files.
    files: i32,
}

impl From<Found> for DemoData {
    fn from(found: Found) -> Self {
        let counts = found.counts;
        let whole = |count| i32::try_from(count).unwrap_or(i32::MAX);
        Self {
            organisation: found.organisation,
            departments: whole(counts.departments),
            people: whole(counts.people),
            tickets: whole(counts.tickets),
            messages: whole(counts.messages),
            files: whole(counts.files),
        }
    }
}

/// Asks about the demo.
#[derive(Default)]
pub struct DemoQuery;

#[Object]
impl DemoQuery {
    /// What there is of the demo; null where the data is one's own. For administrators.
    async fn demo_data(&self, ctx: &Context<'_>) -> Result<Option<DemoData>> {
        let app = ctx.data::<App>()?;
        let found = removal::demo_data(app.platform.db.reader(), acting(ctx)?).await;
        let found = found.map_err(|error| top_level(ctx, error))?;
        Ok(found.map(Into::into))
    }
}

/// Who removes the demo proves it.
#[derive(Clone, Debug, InputObject)]
pub struct DemoRemoveInput {
    /// Name of the organisation, as it is.
    organisation: String,
    /// Password of whoever removes it; wrong ones are counted and slowed down.
    current_password: Secret,
}

/// Answer of the mutation that removes the demo.
#[derive(SimpleObject)]
pub struct DemoRemovePayload {
    /// What went; null when nothing did.
    removed: Option<DemoData>,
    /// Why not.
    user_errors: Vec<UserError>,
}

/// What can be done with a demo.
#[derive(Default)]
pub struct DemoMutation;

#[Object]
impl DemoMutation {
    /// Removes the demo with everything in it, what people made by hand too. Everybody's session ends,
    /// and the set-up page opens with a new code on the server's console. For administrators.
    async fn demo_remove(
        &self,
        ctx: &Context<'_>,
        input: DemoRemoveInput,
    ) -> Result<DemoRemovePayload> {
        let (acting, platform) = parts(ctx)?;
        let password = input.current_password.into_text();
        let removed =
            removal::remove_as_administrator(platform, acting, &input.organisation, &password)
                .await;
        let (removed, user_errors) = outcome(ctx, removed)?;
        if removed.is_some() {
            ctx.data::<App>()?
                .first_hour
                .open_again(&platform.ids, true);
        }
        Ok(DemoRemovePayload {
            removed: removed.map(Into::into),
            user_errors,
        })
    }
}
