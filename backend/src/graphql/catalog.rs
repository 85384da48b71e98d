//! The catalog: what can be asked for.

use super::context::acting;
use super::error::top_level;
use super::id::{id, parse, parse_opt};
use super::input::{cleared_id, kept, key, parts};
use super::loader::OrganisationLoader;
use super::organisation::{Department, Service, Team, load_department, load_service, load_team};
use super::payload::{edited, made, payloads};
use crate::platform::database::Database;
use crate::platform::error::Error;
use crate::practice::catalog::{self, ItemEdit, NewItem};
use async_graphql::dataloader::Loader;
use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result, SimpleObject};
use shared::form::{FieldKind, FormField as Field};
use shared::id::{CatalogItemId, DepartmentId};
use std::collections::HashMap;
use std::sync::Arc;

/// Something that can be asked for.
#[derive(Clone)]
pub struct CatalogItem(pub catalog::CatalogItem);

#[Object]
impl CatalogItem {
    /// Identity.
    async fn id(&self) -> ID {
        id(self.0.id)
    }
    /// What one asks for.
    async fn name(&self) -> &str {
        &self.0.name
    }
    /// What it is.
    async fn description(&self) -> &str {
        &self.0.description
    }
    /// Name of an icon.
    async fn icon(&self) -> &str {
        &self.0.icon
    }
    /// Whose it is.
    async fn department(&self, ctx: &Context<'_>) -> Result<Department> {
        load_department(ctx, self.0.department).await
    }
    /// Heading that it stands under.
    async fn category(&self) -> &str {
        &self.0.category
    }
    /// What is promised, in words.
    async fn delivery_promise(&self) -> &str {
        &self.0.delivery_promise
    }
    /// The service that requests for it are about.
    async fn service(&self, ctx: &Context<'_>) -> Result<Option<Service>> {
        load_service(ctx, self.0.service).await
    }
    /// The team that requests for it go to.
    async fn team(&self, ctx: &Context<'_>) -> Result<Option<Team>> {
        load_team(ctx, self.0.team).await
    }
    /// What is asked, in this order.
    async fn fields(&self) -> Vec<FormField> {
        self.0.fields.iter().cloned().map(Into::into).collect()
    }
    /// How often it was asked for; of a confidential department only for those with a role there.
    async fn popularity(&self, ctx: &Context<'_>) -> Result<i32> {
        let figures = &acting(ctx)?.report_scope;
        let department = self.0.department;
        let shown = figures.departments.contains(&department)
            || !load_department(ctx, department).await?.0.confidential;
        Ok(if shown { self.0.popularity } else { 0 })
    }
    /// Can be asked for.
    async fn active(&self) -> bool {
        self.0.active
    }
    /// For edits.
    async fn version(&self) -> i32 {
        self.0.version
    }
}

/// One field of a form.
#[derive(Clone, SimpleObject)]
pub struct FormField {
    /// Stable name within the form.
    key: String,
    /// What the person reads.
    label: String,
    /// What it takes.
    kind: FieldKind,
    /// Must be answered.
    required: bool,
    /// A hint below the field; empty without one.
    help: String,
    /// For choices.
    options: Vec<String>,
    /// Longest text, in characters.
    max_length: Option<i32>,
    /// Smallest number.
    minimum: Option<f64>,
    /// Largest number.
    maximum: Option<f64>,
}

impl From<Field> for FormField {
    fn from(field: Field) -> Self {
        Self {
            key: field.key,
            label: field.label,
            kind: field.kind,
            required: field.required,
            help: field.help.unwrap_or_default(),
            options: field.options,
            max_length: field
                .max_length
                .map(|length| i32::try_from(length).unwrap_or(i32::MAX)),
            minimum: field.minimum,
            maximum: field.maximum,
        }
    }
}

/// One field of a form, as its editor saves it.
#[derive(Clone, Debug, InputObject)]
pub struct FormFieldInput {
    /// Stable name within the form: small letters, digits, underscores.
    key: String,
    /// What the person reads.
    label: String,
    /// What it takes.
    kind: FieldKind,
    /// Must be answered.
    #[graphql(default = false)]
    required: bool,
    /// A hint below the field.
    help: Option<String>,
    /// For choices.
    #[graphql(default)]
    options: Vec<String>,
    /// Longest text, in characters.
    max_length: Option<i32>,
    /// Smallest number.
    minimum: Option<f64>,
    /// Largest number.
    maximum: Option<f64>,
}

fn fields(inputs: Vec<FormFieldInput>) -> Result<Vec<Field>, Error> {
    inputs
        .into_iter()
        .enumerate()
        .map(|(index, input)| {
            let max_length = input
                .max_length
                .map(|length| {
                    u32::try_from(length)
                        .ok()
                        .filter(|l| *l > 0)
                        .ok_or_else(|| {
                            Error::refused(
                                "OUT_OF_RANGE",
                                &format!("fields.{index}.maxLength"),
                                "At least one character.",
                            )
                        })
                })
                .transpose()?;
            Ok(Field {
                key: input.key,
                label: input.label,
                kind: input.kind,
                required: input.required,
                help: input.help.filter(|help| !help.trim().is_empty()),
                options: input.options,
                max_length,
                minimum: input.minimum,
                maximum: input.maximum,
            })
        })
        .collect()
}

impl Loader<CatalogItemId> for OrganisationLoader {
    type Value = catalog::CatalogItem;
    type Error = Arc<Error>;

    async fn load(
        &self,
        keys: &[CatalogItemId],
    ) -> Result<HashMap<CatalogItemId, Self::Value>, Self::Error> {
        let items = catalog::by_ids(self.0.reader(), keys).await?;
        Ok(items.into_iter().map(|item| (item.id, item)).collect())
    }
}

/// Items of the catalog by name.
pub async fn items(
    ctx: &Context<'_>,
    department: Option<DepartmentId>,
    search: Option<&str>,
    unpublished: bool,
) -> Result<Vec<CatalogItem>> {
    let acting = acting(ctx)?;
    let db = ctx.data::<Database>()?.reader();
    let items = catalog::items(db, acting, department, search, unpublished)
        .await
        .map_err(|error| top_level(ctx, error))?;
    Ok(items.into_iter().map(CatalogItem).collect())
}

/// What can be asked about the catalog.
#[derive(Default)]
pub struct CatalogQuery;

#[Object]
impl CatalogQuery {
    /// Published items by name.
    async fn catalog_items(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of this department alone.")] department: Option<ID>,
        #[graphql(
            desc = "Words that must all occur in name, heading or description; where no item has them all, those whose names have most of them."
        )]
        search: Option<String>,
        #[graphql(
            default = false,
            desc = "Unpublished ones as well, where the asker edits the catalog."
        )]
        include_inactive: bool,
    ) -> Result<Vec<CatalogItem>> {
        acting(ctx)?;
        let department =
            parse_opt(department.as_ref(), "department").map_err(|error| top_level(ctx, error))?;
        items(ctx, department, search.as_deref(), include_inactive).await
    }

    /// One item; null when it is unknown or not published.
    async fn catalog_item(&self, ctx: &Context<'_>, id: ID) -> Result<Option<CatalogItem>> {
        let acting = acting(ctx)?;
        let db = ctx.data::<Database>()?.reader();
        let item = async { catalog::item(db, acting, parse(&id, "id")?).await }
            .await
            .map_err(|error| top_level(ctx, error))?;
        Ok(item.map(CatalogItem))
    }
}

/// A new item of the catalog.
#[derive(Clone, Debug, InputObject)]
pub struct CatalogItemCreateInput {
    /// Whose it is.
    department: ID,
    /// What one asks for.
    name: String,
    /// What it is.
    #[graphql(default)]
    description: String,
    /// Name of an icon.
    icon: String,
    /// Heading that it stands under.
    category: String,
    /// What is promised, in words.
    #[graphql(default)]
    delivery_promise: String,
    /// The service that requests for it are about.
    service: Option<ID>,
    /// The team that requests for it go to.
    team: Option<ID>,
    /// What is asked, in this order.
    #[graphql(default)]
    fields: Vec<FormFieldInput>,
    /// Can be asked for at once.
    #[graphql(default = true)]
    active: bool,
    /// The same key again gives the same item.
    idempotency_key: Option<String>,
}

/// An edit of an item; what is absent stays.
#[derive(Clone, Debug, InputObject)]
pub struct CatalogItemEditInput {
    /// Which.
    catalog_item: ID,
    /// The version that was read.
    expected_version: i32,
    /// What one asks for.
    name: MaybeUndefined<String>,
    /// What it is.
    description: MaybeUndefined<String>,
    /// Name of an icon.
    icon: MaybeUndefined<String>,
    /// Heading that it stands under.
    category: MaybeUndefined<String>,
    /// What is promised, in words.
    delivery_promise: MaybeUndefined<String>,
    /// The service; null clears it.
    service: MaybeUndefined<ID>,
    /// The team; null clears it.
    team: MaybeUndefined<ID>,
    /// What is asked.
    fields: MaybeUndefined<Vec<FormFieldInput>>,
    /// Can be asked for.
    active: MaybeUndefined<bool>,
}

payloads! {
    /// Answer of mutations of the catalog.
    CatalogItemPayload {
        /// The item; after a stale edit as it is now.
        catalog_item: CatalogItem = catalog::CatalogItem => CatalogItem
    }
}

/// What can be done with the catalog.
#[derive(Default)]
pub struct CatalogMutation;

#[Object]
impl CatalogMutation {
    /// Adds an item to a department's catalog.
    async fn catalog_item_create(
        &self,
        ctx: &Context<'_>,
        input: CatalogItemCreateInput,
    ) -> Result<CatalogItemPayload> {
        let (acting, platform) = parts(ctx)?;
        let key = key("catalogItemCreate", &input.idempotency_key, &input);
        let act = async {
            let new = NewItem {
                department: parse(&input.department, "department")?,
                service: parse_opt(input.service.as_ref(), "service")?,
                team: parse_opt(input.team.as_ref(), "team")?,
                fields: fields(input.fields)?,
                name: input.name,
                description: input.description,
                icon: input.icon,
                category: input.category,
                delivery_promise: input.delivery_promise,
                active: input.active,
            };
            catalog::create(platform, acting, new, key).await
        };
        made(ctx, act.await)
    }

    /// Changes an item.
    async fn catalog_item_edit(
        &self,
        ctx: &Context<'_>,
        input: CatalogItemEditInput,
    ) -> Result<CatalogItemPayload> {
        let (acting, platform) = parts(ctx)?;
        let which = input.catalog_item.clone();
        let edit = async {
            let id = parse(&which, "catalogItem")?;
            let edit = ItemEdit {
                service: cleared_id(&input.service, "service")?,
                team: cleared_id(&input.team, "team")?,
                fields: kept(input.fields).map(fields).transpose()?,
                name: kept(input.name),
                description: kept(input.description),
                icon: kept(input.icon),
                category: kept(input.category),
                delivery_promise: kept(input.delivery_promise),
                active: kept(input.active),
            };
            catalog::edit(platform, acting, id, input.expected_version, edit).await
        };
        let current = async {
            let id = parse(&which, "catalogItem")?;
            catalog::item(platform.db.reader(), acting, id).await
        };
        edited(ctx, edit.await, current).await
    }
}
