//! Tokens for tools.

use super::context::acting;
use super::error::{UserError, outcome, top_level};
use super::id::{id, parse, parse_opt};
use super::input::parts;
use super::organisation::{Person, load_person};
use super::page::PageInfo;
use super::payload::{made, payloads};
use super::person_mutation::Secret;
use crate::organisation::api_token::{self, NewApiToken};
use crate::platform::database::Database;
use crate::platform::paging::{cursor, page_size, parse_cursor};
use crate::session::api_token::{row, scopes};
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use shared::permission::TokenScope;
use shared::time::Timestamp;

/// Order of the list, as its cursors name it.
const NEWEST: &str = "newest";

/// A token by which a tool acts for its owner.
pub struct ApiToken(pub row::Model);

#[Object]
impl ApiToken {
    /// Identity.
    async fn id(&self) -> ID {
        id(self.0.id)
    }
    /// What it is for.
    async fn name(&self) -> &str {
        &self.0.name
    }
    /// For whom it acts.
    async fn owner(&self, ctx: &Context<'_>) -> Result<Person> {
        load_person(ctx, self.0.person_id).await
    }
    /// What it may be used for.
    async fn scopes(&self) -> Vec<TokenScope> {
        scopes(&self.0).into_iter().collect()
    }
    /// Its last letters.
    async fn ending(&self) -> &str {
        &self.0.ending
    }
    /// When it was made.
    async fn created_at(&self) -> Timestamp {
        self.0.created_at
    }
    /// When it ends at the latest.
    async fn expires_at(&self) -> Timestamp {
        self.0.expires_at
    }
    /// When it was used last, to the minute; null when never.
    async fn used_at(&self) -> Option<Timestamp> {
        self.0.used_at
    }
    /// When it ended; null while it runs.
    async fn ended_at(&self) -> Option<Timestamp> {
        self.0.ended_at
    }
    /// Why it ended: revoked, expired, deactivated, role_lost or password_set.
    async fn end_reason(&self) -> Option<&str> {
        self.0.end_reason.as_deref()
    }
}

/// Tokens, page by page.
#[derive(SimpleObject)]
pub struct ApiTokenConnection {
    /// The tokens, newest first.
    nodes: Vec<ApiToken>,
    /// Where this page lies.
    page_info: PageInfo,
}

/// A new token.
#[derive(Clone, Debug, InputObject)]
pub struct ApiTokenCreateInput {
    /// What it is for.
    name: String,
    /// What it may be used for; never more than the viewer may do.
    scopes: Vec<TokenScope>,
    /// When it ends, within a year.
    expires_at: Timestamp,
    /// The viewer's present password.
    current_password: Secret,
}

/// A token to take back.
#[derive(Clone, Debug, InputObject)]
pub struct ApiTokenRevokeInput {
    /// Which.
    api_token: ID,
}

/// Answer of the mutation that makes a token.
#[derive(SimpleObject)]
pub struct ApiTokenCreatePayload {
    /// The token.
    api_token: Option<ApiToken>,
    /// What the tool sends as `Authorization: Bearer …`. It is given this once.
    secret: Option<String>,
    /// Why not.
    user_errors: Vec<UserError>,
}

payloads! {
    /// Answer of mutations of tokens.
    ApiTokenPayload {
        /// The token.
        api_token: ApiToken = row::Model => ApiToken
    }
}

/// Asks for tokens.
#[derive(Default)]
pub struct ApiTokenQuery;

#[Object]
impl ApiTokenQuery {
    /// Tokens for tools: a person's own; for administrators everybody's.
    async fn api_tokens(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of this person; without it of all, for administrators.")] owner: Option<
            ID,
        >,
        #[graphql(desc = "Those that have ended, too.", default = false)] include_ended: bool,
        #[graphql(desc = "How many; at most 200.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
    ) -> Result<ApiTokenConnection> {
        let acting = acting(ctx)?;
        let found = async {
            let owner = parse_opt(owner.as_ref(), "owner")?;
            let size = page_size(first)?;
            let before = match &after {
                Some(text) => {
                    let place = parse_cursor(NEWEST, 1, text)?;
                    Some(parse(&ID(place[0].clone()), "after")?)
                }
                None => None,
            };
            let db = ctx.data_unchecked::<Database>().reader();
            let rows = api_token::list(db, acting, owner, include_ended, before, size + 1).await?;
            Ok((rows, size))
        };
        let (mut rows, size) = found.await.map_err(|error| top_level(ctx, error))?;
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        let more = rows.len() > size;
        rows.truncate(size);
        let place = |row: &row::Model| cursor(NEWEST, &[row.id.to_string()]);
        let page_info = PageInfo::forward(
            more,
            after.is_some(),
            rows.first().map(place),
            rows.last().map(place),
        );
        Ok(ApiTokenConnection {
            nodes: rows.into_iter().map(ApiToken).collect(),
            page_info,
        })
    }
}

/// What can be done with tokens.
#[derive(Default)]
pub struct ApiTokenMutation;

#[Object]
impl ApiTokenMutation {
    /// Makes a token for the viewer's tools.
    async fn api_token_create(
        &self,
        ctx: &Context<'_>,
        input: ApiTokenCreateInput,
    ) -> Result<ApiTokenCreatePayload> {
        let (acting, platform) = parts(ctx)?;
        let new = NewApiToken {
            name: input.name,
            scopes: input.scopes.into_iter().collect(),
            expires_at: input.expires_at,
            current_password: input.current_password.into_text(),
        };
        let (made, user_errors) = outcome(ctx, api_token::create(platform, acting, new).await)?;
        let (row, secret) = made.unzip();
        Ok(ApiTokenCreatePayload {
            api_token: row.map(ApiToken),
            secret,
            user_errors,
        })
    }

    /// Takes a token back at once.
    async fn api_token_revoke(
        &self,
        ctx: &Context<'_>,
        input: ApiTokenRevokeInput,
    ) -> Result<ApiTokenPayload> {
        let (acting, platform) = parts(ctx)?;
        let act = async {
            let id = parse(&input.api_token, "apiToken")?;
            api_token::revoke(platform, acting, id).await
        };
        made(ctx, act.await)
    }
}
