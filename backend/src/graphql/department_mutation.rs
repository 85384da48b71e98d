//! Departments, teams, the organisation's name and the priority matrix are changed.

use super::id::parse;
use super::input::{cleared_id, kept, key, parts};
use super::organisation::{Department, Team};
use super::organisation_query::{Organisation, PriorityCell, cells};
use super::payload::{edited, made, payloads};
use crate::organisation::department::{self, DepartmentEdit, NewDepartment};
use crate::organisation::entity;
use crate::organisation::settings::{self, OrganisationEdit};
use crate::organisation::{store, team};
use crate::platform::error::{Error, code};
use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result};
use shared::ticket::{Impact, Matrix, Priority, Urgency};

/// A new department.
#[derive(Clone, Debug, InputObject)]
pub struct DepartmentCreateInput {
    /// Stable short name: a letter, then small letters, digits and hyphens.
    key: String,
    /// As employees know it.
    name: String,
    /// One line.
    #[graphql(default)]
    description: String,
    /// Name of an icon.
    icon: String,
    /// Colour, 0-359.
    hue: i32,
    /// Hides its tickets from all others.
    #[graphql(default = false)]
    confidential: bool,
    /// The same key again gives the same department.
    idempotency_key: Option<String>,
}

/// An edit of a department; what is absent stays.
#[derive(Clone, Debug, InputObject)]
pub struct DepartmentEditInput {
    /// Which.
    department: ID,
    /// The version that was read.
    expected_version: i32,
    /// Stable short name.
    key: MaybeUndefined<String>,
    /// As employees know it.
    name: MaybeUndefined<String>,
    /// One line.
    description: MaybeUndefined<String>,
    /// Name of an icon.
    icon: MaybeUndefined<String>,
    /// Colour, 0-359.
    hue: MaybeUndefined<i32>,
    /// Hides its tickets from all others; only a lead of the department may open it up.
    confidential: MaybeUndefined<bool>,
    /// Place among the departments.
    position: MaybeUndefined<i32>,
    /// In use.
    active: MaybeUndefined<bool>,
}

payloads! {
    /// Answer of mutations of departments.
    DepartmentPayload {
        /// The department; after a stale edit as it is now.
        department: Department = entity::department::Model => Department
    }
}

/// A new team.
#[derive(Clone, Debug, InputObject)]
pub struct TeamCreateInput {
    /// Whose it is.
    department: ID,
    /// Name.
    name: String,
    /// The same key again gives the same team.
    idempotency_key: Option<String>,
}

/// An edit of a team; what is absent stays.
#[derive(Clone, Debug, InputObject)]
pub struct TeamEditInput {
    /// Which.
    team: ID,
    /// The version that was read.
    expected_version: i32,
    /// Name.
    name: MaybeUndefined<String>,
    /// In use.
    active: MaybeUndefined<bool>,
}

/// Who belongs to a team.
#[derive(Clone, Debug, InputObject)]
pub struct TeamSetMembersInput {
    /// Which.
    team: ID,
    /// The version that was read.
    expected_version: i32,
    /// All of them; who joins must be agent or lead of the department.
    members: Vec<ID>,
}

payloads! {
    /// Answer of mutations of teams.
    TeamPayload {
        /// The team; after a stale edit as it is now.
        team: Team = entity::team::Model => Team
    }
}

/// The organisation's own settings; what is absent stays.
#[derive(Clone, Debug, InputObject)]
pub struct OrganisationEditInput {
    /// The version that was read.
    expected_version: i32,
    /// Its name.
    name: MaybeUndefined<String>,
    /// Where reports go that name neither department nor service nor category: one in use and not
    /// confidential; null clears it.
    default_department: MaybeUndefined<ID>,
}

payloads! {
    /// Answer of an edit of the organisation.
    OrganisationPayload {
        /// The organisation.
        organisation: Organisation = settings::Organisation => Organisation
    }
}

/// One cell of the priority matrix.
#[derive(Clone, Debug, InputObject)]
pub struct PriorityCellInput {
    /// Who is affected.
    impact: Impact,
    /// How soon it hurts.
    urgency: Urgency,
    /// What follows.
    priority: Priority,
}

/// How priority follows from impact and urgency.
#[derive(Clone, Debug, InputObject)]
pub struct PriorityMatrixSetInput {
    /// All nine cells, in any order.
    cells: Vec<PriorityCellInput>,
    /// The version that was read (`Organisation.priorityMatrixVersion`).
    expected_version: i32,
}

payloads! {
    /// Answer of setting the priority matrix.
    PriorityMatrixPayload {
        /// The matrix.
        priority_matrix: Vec<PriorityCell> = Matrix => |matrix| cells(&matrix)
    }
}

/// What can be done with departments, teams and the organisation.
#[derive(Default)]
pub struct DepartmentMutation;

#[Object]
impl DepartmentMutation {
    /// Founds a department.
    async fn department_create(
        &self,
        ctx: &Context<'_>,
        input: DepartmentCreateInput,
    ) -> Result<DepartmentPayload> {
        let (acting, platform) = parts(ctx)?;
        let key = key("departmentCreate", &input.idempotency_key, &input);
        let new = NewDepartment {
            key: input.key,
            name: input.name,
            description: input.description,
            icon: input.icon,
            hue: input.hue,
            confidential: input.confidential,
        };
        made(ctx, department::create(platform, acting, new, key).await)
    }

    /// Changes a department.
    async fn department_edit(
        &self,
        ctx: &Context<'_>,
        input: DepartmentEditInput,
    ) -> Result<DepartmentPayload> {
        let (acting, platform) = parts(ctx)?;
        let which = input.department;
        let edit = async {
            let id = parse(&which, "department")?;
            let edit = DepartmentEdit {
                key: kept(input.key),
                name: kept(input.name),
                description: kept(input.description),
                icon: kept(input.icon),
                hue: kept(input.hue),
                confidential: kept(input.confidential),
                position: kept(input.position),
                active: kept(input.active),
            };
            department::edit(platform, acting, id, input.expected_version, edit).await
        };
        let current =
            async { store::department(platform.db.reader(), parse(&which, "department")?).await };
        edited(ctx, edit.await, current).await
    }

    /// Forms a team.
    async fn team_create(&self, ctx: &Context<'_>, input: TeamCreateInput) -> Result<TeamPayload> {
        let (acting, platform) = parts(ctx)?;
        let key = key("teamCreate", &input.idempotency_key, &input);
        let act = async {
            let department = parse(&input.department, "department")?;
            team::create(platform, acting, department, input.name, key).await
        };
        made(ctx, act.await)
    }

    /// Renames a team, or takes it out of use.
    async fn team_edit(&self, ctx: &Context<'_>, input: TeamEditInput) -> Result<TeamPayload> {
        let (acting, platform) = parts(ctx)?;
        let which = input.team;
        let edit = async {
            let id = parse(&which, "team")?;
            let (name, active) = (kept(input.name), kept(input.active));
            team::edit(platform, acting, id, input.expected_version, name, active).await
        };
        let current = async { store::team(platform.db.reader(), parse(&which, "team")?).await };
        edited(ctx, edit.await, current).await
    }

    /// Says who belongs to a team.
    async fn team_set_members(
        &self,
        ctx: &Context<'_>,
        input: TeamSetMembersInput,
    ) -> Result<TeamPayload> {
        let (acting, platform) = parts(ctx)?;
        let which = input.team;
        let edit = async {
            let id = parse(&which, "team")?;
            let members = input
                .members
                .iter()
                .map(|member| parse(member, "members"))
                .collect::<Result<_, _>>()?;
            team::set_members(platform, acting, id, input.expected_version, members).await
        };
        let current = async { store::team(platform.db.reader(), parse(&which, "team")?).await };
        edited(ctx, edit.await, current).await
    }

    /// Changes the organisation's settings.
    async fn organisation_edit(
        &self,
        ctx: &Context<'_>,
        input: OrganisationEditInput,
    ) -> Result<OrganisationPayload> {
        let (acting, platform) = parts(ctx)?;
        let act = async {
            let edit = OrganisationEdit {
                expected_version: Some(input.expected_version),
                default_department: cleared_id(&input.default_department, "defaultDepartment")?,
                name: kept(input.name),
            };
            settings::edit(platform, acting, edit).await
        };
        let current = async { settings::organisation(platform.db.reader()).await.map(Some) };
        edited(ctx, act.await, current).await
    }

    /// Sets how priority follows from impact and urgency. Tickets keep the priority they have.
    async fn priority_matrix_set(
        &self,
        ctx: &Context<'_>,
        input: PriorityMatrixSetInput,
    ) -> Result<PriorityMatrixPayload> {
        let (acting, platform) = parts(ctx)?;
        let act = async {
            let matrix = matrix(&input.cells)?;
            let expected = Some(input.expected_version);
            settings::set_priority_matrix(platform, acting, matrix, expected).await
        };
        let current = async {
            settings::priority_matrix(platform.db.reader())
                .await
                .map(Some)
        };
        edited(ctx, act.await, current).await
    }
}

/// The matrix that the cells make up: each impact with each urgency once.
fn matrix(cells: &[PriorityCellInput]) -> Result<Matrix, Error> {
    let mut rows = Matrix::default().0;
    for (row, impact) in rows.iter_mut().zip(Impact::ALL) {
        for (value, urgency) in row.iter_mut().zip(Urgency::ALL) {
            let mut found = cells
                .iter()
                .filter(|cell| cell.impact == *impact && cell.urgency == *urgency);
            match (found.next(), found.next()) {
                (Some(cell), None) => *value = cell.priority,
                _ => {
                    return Err(Error::refused(
                        code::INVALID,
                        "cells",
                        "Each impact with each urgency stands there once.",
                    ));
                }
            }
        }
    }
    Ok(Matrix(rows))
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::ticket::priority_of;

    fn inputs() -> Vec<PriorityCellInput> {
        let default = Matrix::default();
        Impact::ALL
            .iter()
            .flat_map(|impact| Urgency::ALL.iter().map(move |urgency| (*impact, *urgency)))
            .map(|(impact, urgency)| PriorityCellInput {
                impact,
                urgency,
                priority: priority_of(&default, impact, urgency),
            })
            .collect()
    }

    #[test]
    fn nine_cells_in_any_order_make_a_matrix() {
        let mut cells = inputs();
        cells.reverse();
        assert_eq!(matrix(&cells).expect("a matrix"), Matrix::default());
    }

    #[test]
    fn a_missing_or_doubled_cell_is_refused() {
        let mut cells = inputs();
        let last = cells.pop().expect("a cell");
        assert_eq!(
            matrix(&cells).expect_err("missing").codes(),
            [code::INVALID]
        );
        cells.extend([last.clone(), last]);
        assert_eq!(
            matrix(&cells).expect_err("doubled").codes(),
            [code::INVALID]
        );
    }
}
