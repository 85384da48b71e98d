//! Questions about the organisation.

use super::context::acting;
use super::error::top_level;
use super::id::{id, parse, parse_opt};
use super::mail::sends_mail;
use super::organisation::{
    Category, Department, Person, Service, Site, Team, load_department, load_person,
};
use super::page::PageInfo;
use crate::app::App;
use crate::organisation::access::authorize_reading;
use crate::organisation::role::Granted;
use crate::organisation::store::PeopleFilter;
use crate::organisation::{person, settings, store};
use crate::platform::database::Database;
use crate::platform::error::Error;
use crate::platform::paging::{cursor, page_size, parse_cursor};
use async_graphql::{Context, ID, Object, Result, SimpleObject};
use shared::id::PersonId;
use shared::permission::{Role, SiteRole};
use shared::ticket::{Impact, Priority, Urgency, priority_of};
use shared::time::Timestamp;

/// Order of the list of people, as its cursors name it.
const BY_NAME: &str = "name";

/// The organisation as everybody may know it, signed in or not.
pub struct Organisation(pub settings::Organisation);

/// The organisation as everybody may know it, signed in or not.
#[Object]
impl Organisation {
    /// Name.
    async fn name(&self) -> &str {
        &self.0.name
    }
    /// Demo sign-ins may be offered on the sign-in page.
    async fn demo(&self) -> bool {
        self.0.demo
    }
    /// Mail is sent, so that a forgotten password can be set anew by a link.
    async fn sends_mail(&self, ctx: &Context<'_>) -> Result<bool> {
        sends_mail(ctx).await
    }
    /// For edits.
    async fn version(&self) -> i32 {
        self.0.version
    }
    /// For edits of the priority matrix.
    async fn priority_matrix_version(&self) -> i32 {
        self.0.matrix_version
    }
    /// Where reports go that name neither department nor service nor category; null without one,
    /// and for those who have not signed in.
    async fn default_department(&self, ctx: &Context<'_>) -> Result<Option<Department>> {
        let signed_in = acting(ctx).is_ok();
        Ok(match self.0.default_department.filter(|_| signed_in) {
            Some(key) => Some(load_department(ctx, key).await?),
            None => None,
        })
    }
}

/// People, page by page.
#[derive(SimpleObject)]
pub struct PersonConnection {
    /// With their cursors.
    edges: Vec<PersonEdge>,
    /// Without.
    nodes: Vec<Person>,
    /// Where this page lies.
    page_info: PageInfo,
}

/// A person in a list.
#[derive(SimpleObject)]
pub struct PersonEdge {
    /// Its place.
    cursor: String,
    /// The person.
    node: Person,
}

/// Somebody's role: in a department, or for the whole site.
pub struct RoleHolder {
    person: PersonId,
    granted: Granted,
}

#[Object]
impl RoleHolder {
    /// Who.
    async fn person(&self, ctx: &Context<'_>) -> Result<Person> {
        load_person(ctx, self.person).await
    }
    /// The role in the department.
    async fn role(&self) -> Option<Role> {
        match self.granted {
            Granted::In(_, role) => Some(role),
            Granted::Site(_) => None,
        }
    }
    /// Where.
    async fn department(&self, ctx: &Context<'_>) -> Result<Option<Department>> {
        Ok(match self.granted {
            Granted::In(department, _) => Some(load_department(ctx, department).await?),
            Granted::Site(_) => None,
        })
    }
    /// The role for the whole site.
    async fn site_role(&self) -> Option<SiteRole> {
        match self.granted {
            Granted::In(..) => None,
            Granted::Site(role) => Some(role),
        }
    }
}

/// One cell of the priority matrix.
#[derive(SimpleObject)]
pub struct PriorityCell {
    /// Who is affected.
    impact: Impact,
    /// How soon it hurts.
    urgency: Urgency,
    /// What follows.
    priority: Priority,
}

/// The cells of a matrix, row by row.
pub fn cells(matrix: &shared::ticket::Matrix) -> Vec<PriorityCell> {
    Impact::ALL
        .iter()
        .flat_map(|impact| Urgency::ALL.iter().map(move |urgency| (*impact, *urgency)))
        .map(|(impact, urgency)| PriorityCell {
            impact,
            urgency,
            priority: priority_of(matrix, impact, urgency),
        })
        .collect()
}

/// What can be asked about the organisation.
#[derive(Default)]
pub struct OrganisationQuery;

#[Object]
impl OrganisationQuery {
    /// The one query that answers without sign-in.
    async fn organisation(&self, ctx: &Context<'_>) -> Result<Organisation> {
        settings::organisation(ctx.data::<Database>()?.reader())
            .await
            .map(Organisation)
            .map_err(|error| top_level(ctx, error))
    }

    /// The server's present, to correct a browser's clock.
    async fn now(&self, ctx: &Context<'_>) -> Result<Timestamp> {
        acting(ctx)?;
        Ok(ctx.data::<App>()?.platform.clock.now())
    }

    /// Departments in their order; those out of use only for those who set things up.
    async fn departments(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = false, desc = "Those out of use as well.")] include_inactive: bool,
    ) -> Result<Vec<Department>> {
        let inactive_too = shows_inactive(ctx, include_inactive)?;
        let rows = store::departments(ctx.data::<Database>()?.reader(), inactive_too)
            .await
            .map_err(|error| top_level(ctx, error))?;
        Ok(rows.into_iter().map(Department).collect())
    }

    /// Teams by name.
    async fn teams(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of this department alone.")] department: Option<ID>,
        #[graphql(default = false, desc = "Those out of use as well.")] include_inactive: bool,
    ) -> Result<Vec<Team>> {
        let inactive_too = shows_inactive(ctx, include_inactive)?;
        let rows = async {
            let department = parse_opt(department.as_ref(), "department")?.map(|id| [id]);
            let db = db(ctx)?;
            store::teams(
                db.reader(),
                department.as_ref().map(|d| &d[..]),
                inactive_too,
            )
            .await
        }
        .await
        .map_err(|error| top_level(ctx, error))?;
        Ok(rows.into_iter().map(Team).collect())
    }

    /// Sites by name.
    async fn sites(
        &self,
        ctx: &Context<'_>,
        #[graphql(default = false, desc = "Those out of use as well.")] include_inactive: bool,
    ) -> Result<Vec<Site>> {
        let inactive_too = shows_inactive(ctx, include_inactive)?;
        let rows = store::sites(ctx.data::<Database>()?.reader(), inactive_too)
            .await
            .map_err(|error| top_level(ctx, error))?;
        Ok(rows.into_iter().map(Site).collect())
    }

    /// Services by name.
    async fn services(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of this department alone.")] department: Option<ID>,
        #[graphql(default = false, desc = "Those out of use as well.")] include_inactive: bool,
    ) -> Result<Vec<Service>> {
        let inactive_too = shows_inactive(ctx, include_inactive)?;
        let rows = async {
            let department = parse_opt(department.as_ref(), "department")?;
            store::services(db(ctx)?.reader(), department, inactive_too).await
        }
        .await
        .map_err(|error| top_level(ctx, error))?;
        Ok(rows.into_iter().map(Service).collect())
    }

    /// Categories by name.
    async fn categories(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of this department alone.")] department: Option<ID>,
        #[graphql(default = false, desc = "Those out of use as well.")] include_inactive: bool,
    ) -> Result<Vec<Category>> {
        let inactive_too = shows_inactive(ctx, include_inactive)?;
        let rows = async {
            let department = parse_opt(department.as_ref(), "department")?;
            store::categories(db(ctx)?.reader(), department, inactive_too).await
        }
        .await
        .map_err(|error| top_level(ctx, error))?;
        Ok(rows.into_iter().map(Category).collect())
    }

    /// People by name.
    #[expect(clippy::too_many_arguments, reason = "each is an argument of the API")]
    async fn people(
        &self,
        ctx: &Context<'_>,
        #[graphql(
            desc = "Words that must all occur in the name; for agents and administrators also in sign-in name or mail address."
        )]
        search: Option<String>,
        #[graphql(desc = "Members of this team.")] team: Option<ID>,
        #[graphql(desc = "Those who work in this department.")] department: Option<ID>,
        #[graphql(
            default = false,
            desc = "Deactivated people as well; only for those who set things up."
        )]
        include_inactive: bool,
        #[graphql(desc = "At most 200; 50 unless given.")] first: Option<i32>,
        #[graphql(desc = "Continue after this cursor.")] after: Option<String>,
    ) -> Result<PersonConnection> {
        let acting = acting(ctx)?;
        let rows = async {
            let limit = page_size(first)?;
            let filter = PeopleFilter {
                search: search.unwrap_or_default().chars().take(200).collect(),
                search_contacts: false,
                team: parse_opt(team.as_ref(), "team")?,
                department: parse_opt(department.as_ref(), "department")?,
                inactive_too: include_inactive,
            };
            let place = after.as_deref().map(place).transpose()?;
            let rows = person::people(db(ctx)?.reader(), acting, filter, place, limit + 1).await?;
            Ok::<_, Error>((rows, usize::try_from(limit).unwrap_or(usize::MAX)))
        }
        .await;
        let (mut rows, limit) = rows.map_err(|error| top_level(ctx, error))?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        let cursors: Vec<String> = rows
            .iter()
            .map(|row| cursor(BY_NAME, &[row.id.to_string(), row.name.clone()]))
            .collect();
        Ok(PersonConnection {
            page_info: PageInfo::forward(
                more,
                after.is_some(),
                cursors.first().cloned(),
                cursors.last().cloned(),
            ),
            edges: rows
                .iter()
                .zip(&cursors)
                .map(|(row, cursor)| PersonEdge {
                    cursor: cursor.clone(),
                    node: Person(row.clone()),
                })
                .collect(),
            nodes: rows.into_iter().map(Person).collect(),
        })
    }

    /// A person by id.
    async fn person(&self, ctx: &Context<'_>, id: ID) -> Result<Option<Person>> {
        acting(ctx)?;
        let key: PersonId = parse(&id, "id").map_err(|error| top_level(ctx, error))?;
        Ok(super::organisation::load(ctx, key).await?.map(Person))
    }

    /// Who has which role; for administrators, auditors and leads.
    async fn roles(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Roles in this department alone.")] department: Option<ID>,
    ) -> Result<Vec<RoleHolder>> {
        let acting = acting(ctx)?;
        let (grants, site) = async {
            authorize_reading(acting)?;
            let department = parse_opt(department.as_ref(), "department")?;
            let db = db(ctx)?;
            let grants = store::grants_in(db.reader(), department).await?;
            let site = match department {
                Some(_) => Vec::new(),
                None => store::site_roles(db.reader()).await?,
            };
            Ok::<_, Error>((grants, site))
        }
        .await
        .map_err(|error| top_level(ctx, error))?;
        let site = site.into_iter().map(|row| RoleHolder {
            person: row.person_id,
            granted: Granted::Site(row.role),
        });
        let grants = grants.into_iter().map(|row| RoleHolder {
            person: row.person_id,
            granted: Granted::In(row.department_id, row.role),
        });
        Ok(site.chain(grants).collect())
    }

    /// How priority follows from impact and urgency.
    async fn priority_matrix(&self, ctx: &Context<'_>) -> Result<Vec<PriorityCell>> {
        acting(ctx)?;
        let matrix = settings::priority_matrix(ctx.data::<Database>()?.reader())
            .await
            .map_err(|error| top_level(ctx, error))?;
        Ok(cells(&matrix))
    }
}

/// Whether things out of use are listed: when asked for by somebody who may see them.
fn shows_inactive(ctx: &Context<'_>, asked: bool) -> Result<bool> {
    Ok(acting(ctx)?.grants.may_read_set_up() && asked)
}

fn db<'a>(ctx: &Context<'a>) -> Result<&'a Database, Error> {
    ctx.data::<Database>()
        .map_err(|error| Error::Fault(anyhow::anyhow!(error.message)))
}

/// The place that a cursor names. Names may contain the cursor's separator, so it comes last.
fn place(text: &str) -> Result<(String, PersonId), Error> {
    let parts = parse_cursor(BY_NAME, 2, text)?;
    let id = parse(&id(&parts[0]), "after")?;
    Ok((parts[1].clone(), id))
}
