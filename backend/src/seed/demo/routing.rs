//! Routing rules of the demo. They are made last: its past was worked without them.

use super::content::Content;
use super::organise::{Keys, find, once};
use crate::app::App;
use crate::desk::routing::rule::{self, NewRule};
use crate::platform::context::Context;
use anyhow::{Context as _, Result};
use shared::routing::Conditions;

/// Makes the rules, each department's in their order.
pub(super) async fn make(app: &App, ctx: &Context, content: &Content, keys: &Keys) -> Result<()> {
    for written in &content.organisation.routing {
        let new = NewRule {
            department: find(&keys.departments, &written.department)?,
            name: written.name.clone(),
            position: None,
            conditions: Conditions {
                kinds: written.kind.into_iter().collect(),
                words: written.words.clone(),
                vip: written.vip,
                ..Conditions::default()
            },
            team: find(&keys.teams, &written.team)?,
            assignment: written.assignment,
            active: true,
        };
        rule::create(&app.platform, ctx, new, once())
            .await
            .with_context(|| written.name.clone())?;
    }
    Ok(())
}
