//! Tokens for tools.

use cynic::{MutationBuilder, QueryBuilder};

use super::{
    changed,
    people::{PageInfo, Password},
};
use crate::api::{
    self, Call, Id, Timestamp, TokenScope, UserError, operations::PersonBadge, schema,
};

/// A token.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
pub struct ApiToken {
    pub id: Id,
    pub name: String,
    pub owner: PersonBadge,
    pub scopes: Vec<TokenScope>,
    pub ending: String,
    pub expires_at: Timestamp,
    pub used_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
}

/// A page of tokens.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "ApiTokenConnection")]
pub struct ApiTokens {
    pub nodes: Vec<ApiToken>,
    pub page_info: PageInfo,
}

#[derive(cynic::QueryVariables)]
struct TokensVars {
    owner: Option<Id>,
    ended: bool,
    after: Option<String>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Query", variables = "TokensVars")]
struct TokensQuery {
    #[arguments(owner: $owner, includeEnded: $ended, after: $after, first: 100)]
    api_tokens: ApiTokens,
}

/// Tokens of a person, or of all.
pub fn fetch_tokens(owner: Option<Id>, ended: bool, after: Option<String>) -> Call<ApiTokens> {
    let vars = TokensVars {
        owner,
        ended,
        after,
    };
    api::one!(TokensQuery::build(vars), api_tokens)
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Viewer")]
struct OwnScopes {
    token_scopes: Vec<TokenScope>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Query")]
struct ScopesQuery {
    viewer: OwnScopes,
}

/// Scopes that the viewer may give.
pub fn fetch_scopes() -> Call<Vec<TokenScope>> {
    api::one!(ScopesQuery::build(()), viewer).map(|viewer| viewer.token_scopes)
}

#[derive(cynic::InputObject, Clone)]
pub struct ApiTokenCreateInput {
    pub name: String,
    pub scopes: Vec<TokenScope>,
    pub expires_at: Timestamp,
    pub current_password: Password,
}

#[derive(cynic::QueryVariables)]
struct CreateVars {
    input: ApiTokenCreateInput,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
struct ApiTokenCreatePayload {
    secret: Option<String>,
    user_errors: Vec<UserError>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Mutation", variables = "CreateVars")]
struct CreateMutation {
    #[arguments(input: $input)]
    api_token_create: ApiTokenCreatePayload,
}

/// Makes a token; gives what the tool sends.
pub fn create(input: ApiTokenCreateInput) -> Call<String> {
    changed!(
        CreateMutation::build(CreateVars { input }),
        api_token_create,
        secret
    )
}

#[derive(cynic::InputObject, Clone, Debug)]
struct ApiTokenRevokeInput {
    api_token: Id,
}

#[derive(cynic::QueryVariables)]
struct RevokeVars {
    input: ApiTokenRevokeInput,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
struct ApiTokenPayload {
    api_token: Option<ApiToken>,
    user_errors: Vec<UserError>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Mutation", variables = "RevokeVars")]
struct RevokeMutation {
    #[arguments(input: $input)]
    api_token_revoke: ApiTokenPayload,
}

/// Takes a token back.
pub fn revoke(api_token: Id) -> Call<ApiToken> {
    let input = ApiTokenRevokeInput { api_token };
    changed!(
        RevokeMutation::build(RevokeVars { input }),
        api_token_revoke,
        api_token
    )
}
