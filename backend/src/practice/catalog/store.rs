//! Rows of the catalog.

use super::CatalogItem;
use crate::platform::error::Result;
use crate::platform::row;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use shared::id::{CatalogItemId, DepartmentId};

mod catalog_item {
    use sea_orm::entity::prelude::*;
    use shared::id::{CatalogItemId, DepartmentId, ServiceId, TeamId};

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "catalog_items")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: CatalogItemId,
        pub department_id: DepartmentId,
        pub name: String,
        pub description: String,
        pub icon: String,
        pub category: String,
        pub delivery_promise: String,
        pub service_id: Option<ServiceId>,
        pub team_id: Option<TeamId>,
        pub fields: String,
        pub popularity: i32,
        pub active: bool,
        pub version: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

crate::versioned!(catalog_item);

impl TryFrom<catalog_item::Model> for CatalogItem {
    type Error = serde_json::Error;

    fn try_from(row: catalog_item::Model) -> Result<Self, Self::Error> {
        Ok(Self {
            id: row.id,
            department: row.department_id,
            name: row.name,
            description: row.description,
            icon: row.icon,
            category: row.category,
            delivery_promise: row.delivery_promise,
            service: row.service_id,
            team: row.team_id,
            fields: serde_json::from_str(&row.fields)?,
            popularity: row.popularity,
            active: row.active,
            version: row.version,
        })
    }
}

impl TryFrom<CatalogItem> for catalog_item::Model {
    type Error = serde_json::Error;

    fn try_from(item: CatalogItem) -> Result<Self, Self::Error> {
        Ok(Self {
            id: item.id,
            department_id: item.department,
            name: item.name,
            description: item.description,
            icon: item.icon,
            category: item.category,
            delivery_promise: item.delivery_promise,
            service_id: item.service,
            team_id: item.team,
            fields: serde_json::to_string(&item.fields)?,
            popularity: item.popularity,
            active: item.active,
            version: item.version,
        })
    }
}

/// One item, published or not.
pub(super) async fn find(
    db: &impl ConnectionTrait,
    id: CatalogItemId,
) -> Result<Option<CatalogItem>> {
    let row = catalog_item::Entity::find_by_id(id).one(db).await?;
    Ok(row.map(TryInto::try_into).transpose()?)
}

/// Several items by id.
pub(super) async fn by_ids(
    db: &impl ConnectionTrait,
    ids: &[CatalogItemId],
) -> Result<Vec<CatalogItem>> {
    let rows = catalog_item::Entity::find()
        .filter(catalog_item::Column::Id.is_in(ids.iter().copied()))
        .all(db)
        .await?;
    Ok(rows
        .into_iter()
        .map(TryInto::try_into)
        .collect::<Result<_, _>>()?)
}

/// Items by name; of one department, or of all.
pub(super) async fn list(
    db: &impl ConnectionTrait,
    department: Option<DepartmentId>,
    active_only: bool,
) -> Result<Vec<CatalogItem>> {
    let mut query = catalog_item::Entity::find()
        .order_by_asc(catalog_item::Column::Name)
        .order_by_asc(catalog_item::Column::Id);
    if let Some(department) = department {
        query = query.filter(catalog_item::Column::DepartmentId.eq(department));
    }
    if active_only {
        query = query.filter(catalog_item::Column::Active.eq(true));
    }
    let rows = query.all(db).await?;
    Ok(rows
        .into_iter()
        .map(TryInto::try_into)
        .collect::<Result<_, _>>()?)
}

/// Saves a new item.
pub(super) async fn insert(db: &impl ConnectionTrait, item: CatalogItem) -> Result<()> {
    row::insert(db, catalog_item::Model::try_from(item)?).await
}

/// Saves an edited item.
pub(super) async fn update(
    db: &impl ConnectionTrait,
    item: CatalogItem,
    expected_version: i32,
) -> Result<()> {
    row::update(db, catalog_item::Model::try_from(item)?, expected_version).await
}

/// Counts one more request. It is no edit, so the version stays.
pub(super) async fn raise_popularity(db: &impl ConnectionTrait, id: CatalogItemId) -> Result<()> {
    catalog_item::Entity::update_many()
        .col_expr(
            catalog_item::Column::Popularity,
            Expr::col(catalog_item::Column::Popularity).add(1),
        )
        .filter(catalog_item::Column::Id.eq(id))
        .exec(db)
        .await?;
    Ok(())
}
