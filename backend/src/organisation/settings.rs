//! What holds for the whole organisation.

use super::access::authorize;
use super::{Subject, emit};
use crate::platform::Platform;
use crate::platform::changes::Changeset;
use crate::platform::context::Context;
use crate::platform::database::Connection;
use crate::platform::error::Result;
use crate::platform::setting;
use crate::platform::unit_of_work::UnitOfWork;
use shared::event::EventKind;
use shared::organisation::check_named;
use shared::permission::SetUp;
use shared::ticket::Matrix;
use uuid::Uuid;

/// Setting: the organisation's name.
pub const NAME: &str = "organisation.name";
/// Setting: whether the data is the demo's, so that its sign-ins may be offered.
pub const DEMO: &str = "organisation.demo";
/// Setting: how priority follows from impact and urgency.
pub const MATRIX: &str = "priority_matrix";

/// What everybody may know, signed in or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organisation {
    /// Name.
    pub name: String,
    /// Demo sign-ins may be offered.
    pub demo: bool,
}

/// Name and kind of the organisation.
pub async fn organisation(db: &impl Connection) -> Result<Organisation> {
    Ok(Organisation {
        name: setting::get(db, NAME)
            .await?
            .unwrap_or_else(|| "Bellhop".to_owned()),
        demo: setting::get(db, DEMO).await?.unwrap_or(false),
    })
}

/// The present priority matrix.
pub async fn priority_matrix(db: &impl Connection) -> Result<Matrix> {
    Ok(setting::get(db, MATRIX).await?.unwrap_or_default())
}

/// Renames the organisation.
pub async fn rename(platform: &Platform, ctx: &Context, name: &str) -> Result<Organisation> {
    authorize(ctx, SetUp::Site)?;
    let name = name.trim();
    check_named(name, "")?;
    let mut uow = UnitOfWork::begin(platform, ctx).await?;
    let before = organisation(uow.tx()).await?;
    let after = Organisation {
        name: name.to_owned(),
        ..before
    };
    let changes = Changeset::new().field("name", &before.name, &after.name);
    if changes.is_empty() {
        return Ok(after);
    }
    setting::set(uow.tx(), NAME, &after.name).await?;
    emit(&mut uow, EventKind::SettingChanged, subject(), changes);
    uow.commit().await?;
    Ok(after)
}

/// Sets the priority matrix. Tickets keep the priority that they have.
pub async fn set_priority_matrix(
    platform: &Platform,
    ctx: &Context,
    matrix: Matrix,
) -> Result<Matrix> {
    authorize(ctx, SetUp::Site)?;
    let mut uow = UnitOfWork::begin(platform, ctx).await?;
    let before = priority_matrix(uow.tx()).await?;
    let changes = Changeset::new().field("priorityMatrix", &before, &matrix);
    if changes.is_empty() {
        return Ok(matrix);
    }
    setting::set(uow.tx(), MATRIX, &matrix).await?;
    emit(&mut uow, EventKind::SettingChanged, subject(), changes);
    uow.commit().await?;
    Ok(matrix)
}

/// There is one organisation, so its subject needs no id.
fn subject() -> Subject {
    Subject {
        kind: "organisation",
        id: Uuid::nil(),
        department: None,
        version: None,
    }
}
