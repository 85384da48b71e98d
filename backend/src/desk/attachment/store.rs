//! Rows of attached files.

use super::entity::attachment::{ActiveModel, Column, Entity, Model};
use super::entity::download_link;
use crate::desk::entity::message;
use crate::platform::error::Result;
use crate::platform::row;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect, QueryTrait,
};
use shared::id::{AttachmentId, MessageId, PersonId, TicketId};
use shared::ticket::MessageVisibility;
use shared::time::Timestamp;

/// How many files, and how many bytes they have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Amount {
    /// Files.
    pub files: u64,
    /// Bytes.
    pub bytes: u64,
}

/// Writes a new row.
pub async fn insert(db: &impl ConnectionTrait, new: Model) -> Result<()> {
    row::insert::<Model, ActiveModel>(db, new).await
}

/// A row by id.
pub async fn find(db: &impl ConnectionTrait, id: AttachmentId) -> Result<Option<Model>> {
    Ok(Entity::find_by_id(id).one(db).await?)
}

/// Which of these ids have content that is still wanted.
pub async fn wanted(db: &impl ConnectionTrait, ids: &[AttachmentId]) -> Result<Vec<AttachmentId>> {
    Ok(Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::Id.is_in(ids.iter().copied()))
        .filter(Column::RemovedAt.is_null())
        .into_tuple()
        .all(db)
        .await?)
}

/// What somebody uploaded and has not sent.
pub async fn pending_of(db: &impl ConnectionTrait, person: PersonId) -> Result<Amount> {
    let rows = Entity::find()
        .filter(Column::UploaderId.eq(person))
        .filter(Column::AttachedAt.is_null());
    amount(db, rows).await
}

/// What a ticket has; what was removed does not count.
pub async fn of_ticket_amount(db: &impl ConnectionTrait, ticket: TicketId) -> Result<Amount> {
    let rows = Entity::find()
        .filter(Column::TicketId.eq(ticket))
        .filter(Column::RemovedAt.is_null());
    amount(db, rows).await
}

/// What these rows have that nobody sent yet.
pub async fn unsent_amount(
    db: &impl ConnectionTrait,
    person: PersonId,
    ids: &[AttachmentId],
) -> Result<Amount> {
    amount(db, unsent(person, ids)).await
}

fn unsent(person: PersonId, ids: &[AttachmentId]) -> sea_orm::Select<Entity> {
    Entity::find()
        .filter(Column::Id.is_in(ids.iter().copied()))
        .filter(Column::UploaderId.eq(person))
        .filter(Column::TicketId.is_null())
}

async fn amount(db: &impl ConnectionTrait, rows: sea_orm::Select<Entity>) -> Result<Amount> {
    #[derive(FromQueryResult)]
    struct Sums {
        files: i64,
        bytes: Option<i64>,
    }
    let sums = rows
        .select_only()
        .column_as(Column::Id.count(), "files")
        // PostgreSQL sums 64-bit numbers into a type of its own.
        .column_as(Expr::cust("CAST(SUM(bytes) AS BIGINT)"), "bytes")
        .into_model::<Sums>()
        .one(db)
        .await?;
    Ok(sums.map_or_else(Amount::default, |sums| Amount {
        files: u64::try_from(sums.files).unwrap_or(0),
        bytes: u64::try_from(sums.bytes.unwrap_or(0)).unwrap_or(0),
    }))
}

/// Gives a ticket what a person uploaded and nobody sent yet; says how many there were. In one statement: of two that
/// send the same file at once, one finds it gone.
pub async fn attach(
    db: &impl ConnectionTrait,
    person: PersonId,
    ids: &[AttachmentId],
    ticket: TicketId,
    message: Option<MessageId>,
    now: Timestamp,
) -> Result<u64> {
    let done = Entity::update_many()
        .col_expr(Column::TicketId, Expr::value(ticket))
        .col_expr(Column::MessageId, Expr::value(message))
        .col_expr(Column::AttachedAt, Expr::value(now))
        .filter(Column::Id.is_in(ids.iter().copied()))
        .filter(Column::UploaderId.eq(person))
        .filter(Column::TicketId.is_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected)
}

/// Forgets what a person uploaded and did not send; whether it was there.
pub async fn discard(
    db: &impl ConnectionTrait,
    person: PersonId,
    id: AttachmentId,
) -> Result<bool> {
    let done = Entity::delete_many()
        .filter(Column::Id.eq(id))
        .filter(Column::UploaderId.eq(person))
        .filter(Column::TicketId.is_null())
        .exec(db)
        .await?;
    Ok(done.rows_affected > 0)
}

/// Marks a file as removed; its name and digest could tell what it was, so they go too. Its links lead nowhere.
pub async fn mark_removed(
    db: &impl ConnectionTrait,
    id: AttachmentId,
    by: Option<PersonId>,
    now: Timestamp,
) -> Result<()> {
    Entity::update_many()
        .col_expr(Column::RemovedAt, Expr::value(now))
        .col_expr(Column::RemovedById, Expr::value(by))
        .col_expr(Column::Name, Expr::value(""))
        .col_expr(Column::Digest, Expr::value(""))
        .filter(Column::Id.eq(id))
        .exec(db)
        .await?;
    download_link::Entity::delete_many()
        .filter(download_link::Column::AttachmentId.eq(id))
        .exec(db)
        .await?;
    Ok(())
}

/// A ticket's files in the order in which they came; those of internal notes only for whoever may read notes.
pub async fn of_ticket(
    db: &impl ConnectionTrait,
    ticket: TicketId,
    internal: bool,
) -> Result<Vec<Model>> {
    let mut rows = Entity::find()
        .filter(Column::TicketId.eq(ticket))
        .order_by_asc(Column::Id);
    if !internal {
        let public = message::Entity::find()
            .select_only()
            .column(message::Column::Id)
            .filter(message::Column::TicketId.eq(ticket))
            .filter(message::Column::Visibility.eq(MessageVisibility::Public))
            .into_query();
        rows = rows.filter(
            sea_orm::Condition::any()
                .add(Column::MessageId.is_null())
                .add(Column::MessageId.in_subquery(public)),
        );
    }
    Ok(rows.all(db).await?)
}

/// The files of messages.
pub async fn of_messages(db: &impl ConnectionTrait, messages: &[MessageId]) -> Result<Vec<Model>> {
    Ok(Entity::find()
        .filter(Column::MessageId.is_in(messages.iter().copied()))
        .order_by_asc(Column::Id)
        .all(db)
        .await?)
}

/// What nobody sent for so long that nobody will.
pub async fn forgotten(
    db: &impl ConnectionTrait,
    before: Timestamp,
    limit: u64,
) -> Result<Vec<AttachmentId>> {
    Ok(Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(Column::AttachedAt.is_null())
        .filter(Column::CreatedAt.lt(before))
        .limit(limit)
        .into_tuple()
        .all(db)
        .await?)
}

/// Forgets those of them that still nobody sent.
pub async fn forget(db: &impl ConnectionTrait, ids: &[AttachmentId]) -> Result<()> {
    Entity::delete_many()
        .filter(Column::Id.is_in(ids.iter().copied()))
        .filter(Column::TicketId.is_null())
        .exec(db)
        .await?;
    Ok(())
}

/// Writes a link.
pub async fn insert_link(db: &impl ConnectionTrait, link: download_link::Model) -> Result<()> {
    row::insert::<download_link::Model, download_link::ActiveModel>(db, link).await
}

/// A link by its digest.
pub async fn find_link(
    db: &impl ConnectionTrait,
    digest: String,
) -> Result<Option<download_link::Model>> {
    Ok(download_link::Entity::find_by_id(digest).one(db).await?)
}

/// Takes a link away; whether it was there.
pub async fn take_link(db: &impl ConnectionTrait, digest: &str) -> Result<bool> {
    let done = download_link::Entity::delete_many()
        .filter(download_link::Column::Digest.eq(digest))
        .exec(db)
        .await?;
    Ok(done.rows_affected > 0)
}

/// Forgets links that are good no more.
pub async fn forget_links(db: &impl ConnectionTrait, now: Timestamp) -> Result<()> {
    download_link::Entity::delete_many()
        .filter(download_link::Column::ExpiresAt.lte(now))
        .exec(db)
        .await?;
    Ok(())
}
