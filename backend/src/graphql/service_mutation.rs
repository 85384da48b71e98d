//! Services and categories are changed.

use super::id::{parse, parse_opt};
use super::input::{cleared_id, kept, key, parts};
use super::organisation::{Category, Service};
use super::payload::{edited, made, payloads};
use crate::organisation::category::{self, CategoryEdit, NewCategory};
use crate::organisation::entity;
use crate::organisation::service::{self, NewService, ServiceEdit};
use crate::organisation::store;
use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result};

/// A new service.
#[derive(Clone, Debug, InputObject)]
pub struct ServiceCreateInput {
    /// Whose it is.
    department: ID,
    /// Name.
    name: String,
    /// What it is.
    #[graphql(default)]
    description: String,
    /// Team that tickets about it go to.
    team: Option<ID>,
    /// The same key again gives the same service.
    idempotency_key: Option<String>,
}

/// An edit of a service; what is absent stays.
#[derive(Clone, Debug, InputObject)]
pub struct ServiceEditInput {
    /// Which.
    service: ID,
    /// The version that was read.
    expected_version: i32,
    /// Name.
    name: MaybeUndefined<String>,
    /// What it is.
    description: MaybeUndefined<String>,
    /// Team that tickets about it go to; null clears it.
    team: MaybeUndefined<ID>,
    /// In use.
    active: MaybeUndefined<bool>,
}

payloads! {
    /// Answer of mutations of services.
    ServicePayload {
        /// The service; after a stale edit as it is now.
        service: Service = entity::service::Model => Service
    }
}

/// A new category.
#[derive(Clone, Debug, InputObject)]
pub struct CategoryCreateInput {
    /// Whose it is.
    department: ID,
    /// Name.
    name: String,
    /// The category above; there are two levels.
    parent: Option<ID>,
    /// Team that its tickets go to.
    team: Option<ID>,
    /// The same key again gives the same category.
    idempotency_key: Option<String>,
}

/// An edit of a category; what is absent stays.
#[derive(Clone, Debug, InputObject)]
pub struct CategoryEditInput {
    /// Which.
    category: ID,
    /// The version that was read.
    expected_version: i32,
    /// Name.
    name: MaybeUndefined<String>,
    /// The category above; null moves it to the top.
    parent: MaybeUndefined<ID>,
    /// Team that its tickets go to; null clears it.
    team: MaybeUndefined<ID>,
    /// In use.
    active: MaybeUndefined<bool>,
}

payloads! {
    /// Answer of mutations of categories.
    CategoryPayload {
        /// The category; after a stale edit as it is now.
        category: Category = entity::category::Model => Category
    }
}

/// What can be done with services and categories.
#[derive(Default)]
pub struct ServiceMutation;

#[Object]
impl ServiceMutation {
    /// Adds a service to a department.
    async fn service_create(
        &self,
        ctx: &Context<'_>,
        input: ServiceCreateInput,
    ) -> Result<ServicePayload> {
        let (acting, platform) = parts(ctx)?;
        let key = key("serviceCreate", &input.idempotency_key, &input);
        let act = async {
            let new = NewService {
                department: parse(&input.department, "department")?,
                team: parse_opt(input.team.as_ref(), "team")?,
                name: input.name,
                description: input.description,
            };
            service::create(platform, acting, new, key).await
        };
        made(ctx, act.await)
    }

    /// Changes a service.
    async fn service_edit(
        &self,
        ctx: &Context<'_>,
        input: ServiceEditInput,
    ) -> Result<ServicePayload> {
        let (acting, platform) = parts(ctx)?;
        let which = input.service;
        let edit = async {
            let id = parse(&which, "service")?;
            let edit = ServiceEdit {
                team: cleared_id(&input.team, "team")?,
                name: kept(input.name),
                description: kept(input.description),
                active: kept(input.active),
            };
            service::edit(platform, acting, id, input.expected_version, edit).await
        };
        let current =
            async { store::service(platform.db.reader(), parse(&which, "service")?).await };
        edited(ctx, edit.await, current).await
    }

    /// Adds a category to a department.
    async fn category_create(
        &self,
        ctx: &Context<'_>,
        input: CategoryCreateInput,
    ) -> Result<CategoryPayload> {
        let (acting, platform) = parts(ctx)?;
        let key = key("categoryCreate", &input.idempotency_key, &input);
        let act = async {
            let new = NewCategory {
                department: parse(&input.department, "department")?,
                parent: parse_opt(input.parent.as_ref(), "parent")?,
                team: parse_opt(input.team.as_ref(), "team")?,
                name: input.name,
            };
            category::create(platform, acting, new, key).await
        };
        made(ctx, act.await)
    }

    /// Changes a category.
    async fn category_edit(
        &self,
        ctx: &Context<'_>,
        input: CategoryEditInput,
    ) -> Result<CategoryPayload> {
        let (acting, platform) = parts(ctx)?;
        let which = input.category;
        let edit = async {
            let id = parse(&which, "category")?;
            let edit = CategoryEdit {
                parent: cleared_id(&input.parent, "parent")?,
                team: cleared_id(&input.team, "team")?,
                name: kept(input.name),
                active: kept(input.active),
            };
            category::edit(platform, acting, id, input.expected_version, edit).await
        };
        let current =
            async { store::category(platform.db.reader(), parse(&which, "category")?).await };
        edited(ctx, edit.await, current).await
    }
}
