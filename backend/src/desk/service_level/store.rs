//! Agreements and calendars in all their versions. A version never changes, so what was compiled
//! once is kept.

use crate::platform::error::Result;
use anyhow::{Context as _, anyhow};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, JoinType, QueryFilter, QueryOrder, QuerySelect, Set,
};
use serde::{Deserialize, Serialize};
use shared::calendar::{CalendarDefinition, CompiledCalendar};
use shared::id::{AgreementId, CalendarId};
use shared::service_level::{Agreement, Conditions, Target};
use shared::time::Timestamp;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// A working calendar.
pub mod calendar {
    use sea_orm::entity::prelude::*;
    use shared::id::CalendarId;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "calendars")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: CalendarId,
        pub name: String,
        pub is_default: bool,
        pub active: bool,
        pub version: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// What a calendar said from an instant on.
pub mod calendar_version {
    use sea_orm::entity::prelude::*;
    use shared::id::CalendarId;
    use shared::time::Timestamp;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "calendar_versions")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub calendar_id: CalendarId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub version: i32,
        pub definition: String,
        pub valid_from: Timestamp,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// A service-level agreement; the list is in order of position.
pub mod agreement {
    use sea_orm::entity::prelude::*;
    use shared::id::{AgreementId, CalendarId};

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "agreements")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub id: AgreementId,
        pub name: String,
        pub position: i32,
        pub calendar_id: CalendarId,
        pub active: bool,
        pub version: i32,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// What an agreement said from an instant on.
pub mod agreement_version {
    use sea_orm::entity::prelude::*;
    use shared::id::AgreementId;
    use shared::time::Timestamp;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "agreement_versions")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub agreement_id: AgreementId,
        #[sea_orm(primary_key, auto_increment = false)]
        pub version: i32,
        pub definition: String,
        pub valid_from: Timestamp,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// What an agreement's version keeps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AgreementDefinition {
    /// Name at that time.
    pub name: String,
    /// Calendar at that time.
    pub calendar: CalendarId,
    /// When it applies.
    pub conditions: Conditions,
    /// What it promises.
    pub targets: Vec<Target>,
}

/// A calendar's version, compiled.
pub struct Calendar {
    /// Which.
    pub id: CalendarId,
    /// Its version.
    pub version: i32,
    /// Its name.
    pub name: String,
    /// Its hours.
    pub compiled: CompiledCalendar,
}

/// The active agreements in their present versions, and those of their calendars.
#[derive(Default)]
pub struct Current {
    /// In their order.
    pub agreements: Vec<Agreement>,
    /// Present version of each calendar.
    pub calendars: HashMap<CalendarId, i32>,
}

/// Versions that were read, kept for ever: they never change.
#[derive(Default)]
pub struct ServiceLevels {
    calendars: RwLock<HashMap<(CalendarId, i32), Arc<Calendar>>>,
    agreements: RwLock<HashMap<(AgreementId, i32), Arc<Agreement>>>,
}

impl ServiceLevels {
    /// What holds for a ticket that is opened or changed now.
    pub async fn current(&self, db: &impl ConnectionTrait) -> Result<Current> {
        let calendars = agreement::Entity::belongs_to(calendar::Entity)
            .from(agreement::Column::CalendarId)
            .to(calendar::Column::Id);
        let rows: Vec<(AgreementId, i32, CalendarId, i32)> = agreement::Entity::find()
            .select_only()
            .columns([
                agreement::Column::Id,
                agreement::Column::Version,
                agreement::Column::CalendarId,
            ])
            .column(calendar::Column::Version)
            .join(JoinType::InnerJoin, calendars.into())
            .filter(agreement::Column::Active.eq(true))
            .order_by_asc(agreement::Column::Position)
            .order_by_asc(agreement::Column::Id)
            .into_tuple()
            .all(db)
            .await?;
        let mut current = Current::default();
        for (id, version, calendar, calendar_version) in rows {
            let agreement = self.agreement(db, id, version).await?;
            current.agreements.push(agreement.as_ref().clone());
            current.calendars.insert(calendar, calendar_version);
        }
        Ok(current)
    }

    /// A version of an agreement.
    pub async fn agreement(
        &self,
        db: &impl ConnectionTrait,
        id: AgreementId,
        version: i32,
    ) -> Result<Arc<Agreement>> {
        let key = (id, version);
        if let Some(known) = self
            .agreements
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&key)
        {
            return Ok(known.clone());
        }
        let row = agreement_version::Entity::find_by_id(key)
            .one(db)
            .await?
            .ok_or_else(|| anyhow!("{id} has no version {version}"))?;
        let definition: AgreementDefinition = serde_json::from_str(&row.definition)
            .with_context(|| format!("{id} version {version}"))?;
        let agreement = Arc::new(Agreement {
            id,
            version,
            name: definition.name,
            conditions: definition.conditions,
            calendar: definition.calendar,
            targets: definition.targets,
        });
        self.agreements
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(key, agreement.clone());
        Ok(agreement)
    }

    /// A version of a calendar.
    pub async fn calendar(
        &self,
        db: &impl ConnectionTrait,
        id: CalendarId,
        version: i32,
    ) -> Result<Arc<Calendar>> {
        let key = (id, version);
        if let Some(known) = self
            .calendars
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&key)
        {
            return Ok(known.clone());
        }
        let row = calendar_version::Entity::find_by_id(key)
            .one(db)
            .await?
            .ok_or_else(|| anyhow!("{id} has no version {version}"))?;
        let name = calendar::Entity::find_by_id(id)
            .one(db)
            .await?
            .map_or_else(String::new, |c| c.name);
        let definition: CalendarDefinition = serde_json::from_str(&row.definition)
            .with_context(|| format!("{id} version {version}"))?;
        let compiled = CompiledCalendar::new(&definition)
            .with_context(|| format!("{id} version {version}"))?;
        let calendar = Arc::new(Calendar {
            id,
            version,
            name,
            compiled,
        });
        self.calendars
            .write()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(key, calendar.clone());
        Ok(calendar)
    }
}

/// Writes a version of a calendar.
pub async fn add_calendar_version(
    db: &impl ConnectionTrait,
    id: CalendarId,
    version: i32,
    definition: &CalendarDefinition,
    now: Timestamp,
) -> Result<()> {
    let row = calendar_version::ActiveModel {
        calendar_id: Set(id),
        version: Set(version),
        definition: Set(serde_json::to_string(definition)?),
        valid_from: Set(now),
    };
    calendar_version::Entity::insert(row)
        .exec_without_returning(db)
        .await?;
    Ok(())
}

/// Writes a version of an agreement.
pub async fn add_agreement_version(
    db: &impl ConnectionTrait,
    id: AgreementId,
    version: i32,
    definition: &AgreementDefinition,
    now: Timestamp,
) -> Result<()> {
    let row = agreement_version::ActiveModel {
        agreement_id: Set(id),
        version: Set(version),
        definition: Set(serde_json::to_string(definition)?),
        valid_from: Set(now),
    };
    agreement_version::Entity::insert(row)
        .exec_without_returning(db)
        .await?;
    Ok(())
}
