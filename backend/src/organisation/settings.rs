//! What holds for the whole organisation.

use super::access::authorize;
use super::{DEPARTMENTS_TURN, Subject, emit, store};
use crate::platform::Platform;
use crate::platform::changes::Changeset;
use crate::platform::context::Context;
use crate::platform::database::Connection;
use crate::platform::error::{Error, Result, code};
use crate::platform::setting;
use crate::platform::unit_of_work::UnitOfWork;
use shared::event::EventKind;
use shared::id::DepartmentId;
use shared::organisation::check_named;
use shared::permission::SetUp;
use shared::ticket::Matrix;
use uuid::Uuid;

/// What an organisation is called that has no name yet.
pub const UNNAMED: &str = "Bellhop";
/// Setting: the organisation's name.
pub const NAME: &str = "organisation.name";
/// Setting: whether the data is the demo's, so that its sign-ins may be offered.
pub const DEMO: &str = "organisation.demo";
/// Setting: the department for what nobody could place.
pub const DEFAULT_DEPARTMENT: &str = "organisation.default_department";
/// Setting: how priority follows from impact and urgency.
const MATRIX: &str = "priority_matrix";
/// Setting: grows with each edit of the organisation.
const VERSION: &str = "organisation.version";
/// Setting: grows with each edit of the priority matrix.
const MATRIX_VERSION: &str = "priority_matrix.version";

/// What everybody may know, signed in or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Organisation {
    /// Name.
    pub name: String,
    /// Demo sign-ins may be offered.
    pub demo: bool,
    /// Where reports go that name neither department nor service nor category.
    pub default_department: Option<DepartmentId>,
    /// For edits.
    pub version: i32,
    /// For edits of the priority matrix.
    pub matrix_version: i32,
}

/// An edit; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub struct OrganisationEdit {
    /// The version that was read; `None` where the edit is a part of another act, which read nothing.
    pub expected_version: Option<i32>,
    /// Name.
    pub name: Option<String>,
    /// The department for what nobody could place; the inner `None` clears it.
    pub default_department: Option<Option<DepartmentId>>,
}

/// The organisation's own settings.
pub async fn organisation(db: &impl Connection) -> Result<Organisation> {
    Ok(Organisation {
        name: setting::get(db, NAME)
            .await?
            .unwrap_or_else(|| UNNAMED.to_owned()),
        demo: setting::get(db, DEMO).await?.unwrap_or(false),
        default_department: default_department(db).await?,
        version: version(db, VERSION).await?,
        matrix_version: version(db, MATRIX_VERSION).await?,
    })
}

/// What a version stands at; 1 before the first edit.
async fn version(db: &impl Connection, name: &str) -> Result<i32> {
    Ok(setting::get(db, name).await?.unwrap_or(1))
}

/// Refuses an edit of what somebody else edited meanwhile.
fn expect(found: i32, expected: Option<i32>) -> Result<()> {
    if expected.is_some_and(|expected| expected != found) {
        return Err(Error::version_conflict());
    }
    Ok(())
}

/// The department for what nobody could place, if one was chosen. It is in use and not confidential.
pub async fn default_department(db: &impl Connection) -> Result<Option<DepartmentId>> {
    Ok(setting::get::<Option<DepartmentId>>(db, DEFAULT_DEPARTMENT)
        .await?
        .flatten())
}

/// The present priority matrix.
pub async fn priority_matrix(db: &impl Connection) -> Result<Matrix> {
    Ok(setting::get(db, MATRIX).await?.unwrap_or_default())
}

/// Changes the organisation's name or its default department.
pub async fn edit(
    platform: &Platform,
    ctx: &Context,
    edit: OrganisationEdit,
) -> Result<Organisation> {
    authorize(ctx, SetUp::Site)?;
    let mut uow = UnitOfWork::begin(platform, ctx).await?;
    uow.wait_turn(DEPARTMENTS_TURN).await?;
    let before = organisation(uow.tx()).await?;
    expect(before.version, edit.expected_version)?;
    let old = before.clone();
    let mut after = Organisation {
        name: edit
            .name
            .map_or(old.name.clone(), |name| name.trim().to_owned()),
        default_department: edit.default_department.unwrap_or(old.default_department),
        ..old
    };
    check_named(&after.name, "")?;
    if after.default_department != before.default_department {
        check_default(uow.tx(), after.default_department).await?;
    }
    let changes = Changeset::new()
        .field("name", &before.name, &after.name)
        .field(
            "defaultDepartment",
            &before.default_department,
            &after.default_department,
        );
    if changes.is_empty() {
        return Ok(after);
    }
    if after.name != before.name {
        setting::set(uow.tx(), NAME, &after.name).await?;
    }
    if after.default_department != before.default_department {
        setting::set(uow.tx(), DEFAULT_DEPARTMENT, &after.default_department).await?;
    }
    after.version += 1;
    setting::set(uow.tx(), VERSION, &after.version).await?;
    emit(&mut uow, EventKind::SettingChanged, subject(), changes);
    uow.commit().await?;
    Ok(after)
}

/// Names the organisation as a part of another act.
pub async fn rename(uow: &mut UnitOfWork, name: &str) -> Result<()> {
    let name = name.trim();
    check_named(name, "").map_err(|mut problems| {
        for problem in &mut problems {
            problem.field = "organisation".to_owned();
        }
        problems
    })?;
    let before = organisation(uow.tx()).await?;
    let changes = Changeset::new().field("name", before.name.as_str(), name);
    if !changes.is_empty() {
        setting::set(uow.tx(), NAME, &name).await?;
        setting::set(uow.tx(), VERSION, &(before.version + 1)).await?;
        emit(uow, EventKind::SettingChanged, subject(), changes);
    }
    Ok(())
}

/// What nobody could place is often for somebody else: in a confidential department nobody else
/// could take it over.
async fn check_default(db: &impl Connection, department: Option<DepartmentId>) -> Result<()> {
    let Some(id) = department else { return Ok(()) };
    let department = store::department(db, id)
        .await?
        .filter(|row| row.active)
        .ok_or_else(|| Error::not_found("defaultDepartment"))?;
    if department.confidential {
        return Err(Error::refused(
            code::INVALID,
            "defaultDepartment",
            "A confidential department cannot be the default.",
        ));
    }
    Ok(())
}

/// Sets the priority matrix. Tickets keep the priority that they have.
pub async fn set_priority_matrix(
    platform: &Platform,
    ctx: &Context,
    matrix: Matrix,
    expected_version: Option<i32>,
) -> Result<Matrix> {
    authorize(ctx, SetUp::Site)?;
    let mut uow = UnitOfWork::begin(platform, ctx).await?;
    uow.wait_turn("priority matrix").await?;
    let present = version(uow.tx(), MATRIX_VERSION).await?;
    expect(present, expected_version)?;
    let before = priority_matrix(uow.tx()).await?;
    let changes = Changeset::new().field("priorityMatrix", &before, &matrix);
    if changes.is_empty() {
        return Ok(matrix);
    }
    setting::set(uow.tx(), MATRIX, &matrix).await?;
    setting::set(uow.tx(), MATRIX_VERSION, &(present + 1)).await?;
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
