//! Who wants mail.

use crate::platform::error::Result;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, Set};
use shared::id::PersonId;
use std::collections::BTreeSet;

/// What mail a person wants. Without a row they want all of it.
pub mod preference {
    use sea_orm::entity::prelude::*;
    use shared::id::PersonId;

    #[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
    #[sea_orm(table_name = "mail_preferences")]
    pub struct Model {
        #[sea_orm(primary_key, auto_increment = false)]
        pub person_id: PersonId,
        pub ticket_mails: bool,
    }

    #[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
    pub enum Relation {}

    impl ActiveModelBehavior for ActiveModel {}
}

/// Those of these people who want mail about tickets.
pub async fn who_want_ticket_mails(
    db: &impl ConnectionTrait,
    people: Vec<PersonId>,
) -> Result<BTreeSet<PersonId>> {
    if people.is_empty() {
        return Ok(BTreeSet::new());
    }
    let off: Vec<PersonId> = preference::Entity::find()
        .filter(preference::Column::PersonId.is_in(people.iter().copied()))
        .filter(preference::Column::TicketMails.eq(false))
        .all(db)
        .await?
        .into_iter()
        .map(|row| row.person_id)
        .collect();
    Ok(people.into_iter().filter(|id| !off.contains(id)).collect())
}

/// Sets whether a person wants mail about tickets.
pub async fn set_ticket_mails(
    db: &impl ConnectionTrait,
    person: PersonId,
    wanted: bool,
) -> Result<()> {
    let row = preference::ActiveModel {
        person_id: Set(person),
        ticket_mails: Set(wanted),
    };
    preference::Entity::insert(row)
        .on_conflict(
            OnConflict::column(preference::Column::PersonId)
                .update_column(preference::Column::TicketMails)
                .to_owned(),
        )
        .exec_without_returning(db)
        .await?;
    Ok(())
}
