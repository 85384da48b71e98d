//! Files of a conversation.

use cynic::MutationBuilder;

use crate::api::{self, ApiError, Call, Id, UserError, refusal, schema};

/// A file as a conversation shows it.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "Attachment")]
pub struct FileFace {
    pub id: Id,
    /// Nothing when it was removed.
    pub name: Option<String>,
    pub bytes: i32,
    pub is_image: bool,
    pub of_report: bool,
}

#[derive(cynic::InputObject, Clone, Debug)]
#[cynic(graphql_type = "AttachmentLinkCreateInput")]
struct LinkInput {
    attachment: Id,
}

#[derive(cynic::QueryVariables)]
struct LinkVariables {
    input: LinkInput,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "LinkVariables")]
struct LinkMutation {
    #[arguments(input: $input)]
    attachment_link_create: LinkPayload,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "AttachmentLinkPayload")]
struct LinkPayload {
    link: Option<LinkPath>,
    user_errors: Vec<UserError>,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "AttachmentLink")]
struct LinkPath {
    path: String,
}

/// A path from which the file can be fetched once.
pub fn file_link(attachment: Id) -> Call<String> {
    let input = LinkInput { attachment };
    api::one!(
        LinkMutation::build(LinkVariables { input }),
        attachment_link_create
    )
    .then(|payload| {
        refusal(payload.user_errors)?;
        payload
            .link
            .map(|link| link.path)
            .ok_or_else(|| ApiError::Malformed("neither a link nor errors".to_owned()))
    })
}

#[derive(cynic::InputObject, Clone, Debug)]
#[cynic(graphql_type = "AttachmentRemoveInput")]
struct RemoveInput {
    attachment: Id,
}

#[derive(cynic::QueryVariables)]
struct RemoveVariables {
    input: RemoveInput,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "Mutation", variables = "RemoveVariables")]
struct RemoveMutation {
    #[arguments(input: $input)]
    attachment_remove: RemovePayload,
}

#[derive(cynic::QueryFragment)]
#[cynic(graphql_type = "AttachmentRemovePayload")]
struct RemovePayload {
    user_errors: Vec<UserError>,
}

/// Takes a file away: an upload that was not sent, or one of a ticket.
pub fn remove_file(attachment: Id) -> Call<()> {
    let input = RemoveInput { attachment };
    api::one!(
        RemoveMutation::build(RemoveVariables { input }),
        attachment_remove
    )
    .then(|payload| refusal(payload.user_errors))
}
