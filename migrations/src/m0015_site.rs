//! Sites: places where people work. Until now a person's office was a word of its own; each such word
//! becomes a site. The column of words stays for a release and is read no longer.

use crate::shape::*;
use sea_orm_migration::prelude::*;
use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend, Statement};
use std::collections::BTreeMap;
use uuid::Uuid;

#[derive(DeriveMigrationName)]
pub struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let sites = table("sites")
            .col(id())
            .col(text("name"))
            .col(text("address"))
            .col(text("timezone"))
            .col(flag("active"))
            .col(int("version"))
            .to_owned();
        create(manager, vec![sites], &[]).await?;
        let column = if manager.get_database_backend() == DbBackend::Postgres {
            "ALTER TABLE people ADD COLUMN site_id uuid NULL CONSTRAINT fk_people_site_id REFERENCES sites (id) ON DELETE RESTRICT"
        } else {
            "ALTER TABLE people ADD COLUMN site_id uuid_text NULL REFERENCES sites (id) ON DELETE RESTRICT"
        };
        let db = manager.get_connection();
        db.execute_unprepared(column).await?;
        db.execute_unprepared("CREATE INDEX ix_people_site ON people (site_id)")
            .await?;
        take_over_words(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let db = manager.get_connection();
        db.execute_unprepared("DROP INDEX ix_people_site").await?;
        db.execute_unprepared("ALTER TABLE people DROP COLUMN site_id")
            .await?;
        drop(manager, &["sites"]).await
    }
}

/// Makes a site of each word that stands with people, in the zone that most of them have.
async fn take_over_words(manager: &SchemaManager<'_>) -> Result<(), DbErr> {
    let db = manager.get_connection();
    let backend = manager.get_database_backend();
    let question = "SELECT TRIM(site) AS name, timezone, COUNT(*) AS people FROM people \
                    WHERE site IS NOT NULL AND TRIM(site) <> '' GROUP BY TRIM(site), timezone \
                    ORDER BY TRIM(site), timezone";
    let rows = db
        .query_all_raw(Statement::from_string(backend, question))
        .await?;
    // Words that differ in case alone mean one place: names of sites are told apart without it.
    let mut places: BTreeMap<String, (Vec<String>, String, i64)> = BTreeMap::new();
    for row in rows {
        let name: String = row.try_get("", "name")?;
        let timezone: String = row.try_get("", "timezone")?;
        let people: i64 = row.try_get("", "people")?;
        let (names, zone, most) = places.entry(name.to_lowercase()).or_default();
        if *most < people {
            (*zone, *most) = (timezone, people);
        }
        if !names.contains(&name) {
            names.push(name);
        }
    }
    for (number, (names, zone, _)) in (1_u128..).zip(places.into_values()) {
        // Version and variant of a UUIDv7 of the first millisecond: in the order of names, before
        // whatever is made later.
        let id = Uuid::from_u128((7_u128 << 76) | (2_u128 << 62) | number);
        let make = Query::insert()
            .into_table(Alias::new("sites"))
            .columns(["id", "name", "address", "timezone", "active", "version"].map(Alias::new))
            .values_panic([
                id.into(),
                names[0].clone().into(),
                "".into(),
                zone.into(),
                true.into(),
                1.into(),
            ])
            .to_owned();
        db.execute(&make).await?;
        let place = Query::update()
            .table(Alias::new("people"))
            .value(Alias::new("site_id"), id)
            .and_where(
                Func::cust(Alias::new("TRIM"))
                    .arg(Expr::col(Alias::new("site")))
                    .is_in(names),
            )
            .to_owned();
        db.execute(&place).await?;
    }
    Ok(())
}
