//! Outgoing mail: how it stands, and what is done with mails that could not be sent.

use cynic::{MutationBuilder, QueryBuilder};

use super::{changed, people::Password};
use crate::api::{self, Call, Id, MailEncryption, Timestamp, UserError, schema};

/// Where a mail stands.
#[derive(cynic::Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum JobState {
    Waiting,
    Done,
    Skipped,
    Dead,
    Discarded,
}

/// What a mail is about.
#[derive(cynic::Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailSubject {
    Received,
    Reply,
    Waiting,
    Resolved,
    Test,
    Invitation,
    PasswordReset,
}

/// Which mails that could not be sent.
#[derive(cynic::Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailFailures {
    Dead,
    Retrying,
}

/// Whom a mail is for.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "Person")]
pub struct Reader {
    pub name: String,
    pub email: Option<String>,
}

/// A mail that could not be sent.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "MailJob")]
pub struct Failure {
    pub id: Id,
    pub subject: Option<MailSubject>,
    pub reader: Option<Reader>,
    pub attempts: i32,
    pub created_at: Timestamp,
    pub due_at: Option<Timestamp>,
    pub error_code: Option<String>,
    pub error: Option<String>,
}

#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "MailJobConnection")]
pub struct Failures {
    pub nodes: Vec<Failure>,
}

/// Whether mail goes out.
#[derive(cynic::Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailStanding {
    Off,
    On,
    PasswordNeeded,
}

/// Who says that nothing can be changed here.
#[derive(cynic::Enum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum MailFixed {
    Start,
    Demo,
}

/// Who set a password.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "Person")]
pub struct SetBy {
    pub name: String,
}

/// How mail was set up in the browser.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
pub struct MailSettings {
    pub fixed_by: Option<MailFixed>,
    pub on: bool,
    pub host: Option<String>,
    pub port: Option<i32>,
    pub encryption: Option<MailEncryption>,
    pub user: Option<String>,
    pub password_set_at: Option<Timestamp>,
    pub password_set_by: Option<SetBy>,
    pub sender_address: Option<String>,
    pub sender_name: Option<String>,
    pub reply_to: Option<String>,
    pub version: i32,
}

/// How mail stands.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "Mail", variables = "MailVars")]
pub struct Mail {
    pub standing: MailStanding,
    pub settings: MailSettings,
    pub server: Option<String>,
    pub folder: Option<String>,
    pub sender: Option<String>,
    pub links: Option<String>,
    pub waiting: i32,
    pub dead: i32,
    pub failing: i32,
    pub last_sent_at: Option<Timestamp>,
    #[cynic(alias, rename = "failures")]
    #[arguments(which: $dead, first: 100)]
    pub given_up: Failures,
    #[cynic(alias, rename = "failures")]
    #[arguments(which: $retrying, first: 100)]
    pub retried: Failures,
}

#[derive(cynic::QueryVariables)]
pub struct MailVars {
    dead: MailFailures,
    retrying: MailFailures,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Query", variables = "MailVars")]
struct MailQuery {
    mail: Mail,
}

/// How mail stands, with what failed.
pub fn fetch_mail() -> Call<Mail> {
    let vars = MailVars {
        dead: MailFailures::Dead,
        retrying: MailFailures::Retrying,
    };
    api::one!(MailQuery::build(vars), mail)
}

/// A mail server as it stands in a form.
#[derive(cynic::InputObject, Clone)]
pub struct MailServerInput {
    pub host: String,
    pub port: i32,
    pub encryption: MailEncryption,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub password: Option<Password>,
    pub sender_address: String,
    pub sender_name: String,
    #[cynic(skip_serializing_if = "Option::is_none")]
    pub reply_to: Option<String>,
}

#[derive(cynic::InputObject, Clone)]
struct MailSettingsEditInput {
    expected_version: i32,
    on: Option<bool>,
    server: Option<MailServerInput>,
}

#[derive(cynic::QueryVariables)]
struct EditVars {
    input: MailSettingsEditInput,
}

/// What stands after a change.
#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "MailSettings")]
pub struct Saved {
    pub version: i32,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Mail")]
struct SavedMail {
    settings: Saved,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
struct MailSettingsPayload {
    mail: Option<SavedMail>,
    user_errors: Vec<UserError>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Mutation", variables = "EditVars")]
struct EditMutation {
    #[arguments(input: $input)]
    mail_settings_edit: MailSettingsPayload,
}

/// Changes how mail goes out; gives the new version.
pub fn edit(expected_version: i32, on: bool, server: Option<MailServerInput>) -> Call<i32> {
    let input = MailSettingsEditInput {
        expected_version,
        on: Some(on),
        server,
    };
    changed!(
        EditMutation::build(EditVars { input }),
        mail_settings_edit,
        mail
    )
    .map(|mail| mail.settings.version)
}

/// What became of a mail that was sent to try a server.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "MailSettingsTest")]
pub struct Tried {
    pub sent: bool,
    pub message: Option<String>,
    pub answer: Option<String>,
}

#[derive(cynic::InputObject, Clone)]
struct MailSettingsTestInput {
    server: MailServerInput,
}

#[derive(cynic::QueryVariables)]
struct TryVars {
    input: MailSettingsTestInput,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
struct MailSettingsTestPayload {
    test: Option<Tried>,
    user_errors: Vec<UserError>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Mutation", variables = "TryVars")]
struct TryMutation {
    #[arguments(input: $input)]
    mail_settings_test: MailSettingsTestPayload,
}

/// Sends the viewer a mail by a server that is not kept yet.
pub fn try_out(server: MailServerInput) -> Call<Tried> {
    let input = MailSettingsTestInput { server };
    changed!(
        TryMutation::build(TryVars { input }),
        mail_settings_test,
        test
    )
}

/// A test mail and what became of it.
#[derive(cynic::QueryFragment, Clone, Debug, PartialEq, Eq)]
#[cynic(graphql_type = "MailJob")]
pub struct Test {
    pub id: Id,
    pub state: JobState,
    pub error_code: Option<String>,
    pub error: Option<String>,
}

#[derive(cynic::QueryVariables)]
struct TestVars {
    id: Id,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Mail", variables = "TestVars")]
struct OneTest {
    #[arguments(id: $id)]
    job: Option<Test>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Query", variables = "TestVars")]
struct TestQuery {
    mail: OneTest,
}

/// What became of a test mail.
pub fn fetch_test(id: Id) -> Call<Option<Test>> {
    api::one!(TestQuery::build(TestVars { id }), mail).map(|mail| mail.job)
}

#[derive(cynic::QueryFragment, Clone, Debug)]
struct MailTestPayload {
    job: Option<Test>,
    user_errors: Vec<UserError>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Mutation")]
struct TestMutation {
    mail_send_test: MailTestPayload,
}

/// Sends the viewer a test mail.
pub fn send_test() -> Call<Test> {
    changed!(TestMutation::build(()), mail_send_test, job)
}

/// Only whether it succeeded: the page asks for everything anew.
#[derive(cynic::QueryFragment, Clone, Debug)]
struct MailPayload {
    user_errors: Vec<UserError>,
}

#[derive(cynic::InputObject, Clone, Debug)]
struct MailRetryInput {
    jobs: Vec<Id>,
}

#[derive(cynic::QueryVariables)]
struct RetryVars {
    input: MailRetryInput,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Mutation", variables = "RetryVars")]
struct RetryMutation {
    #[arguments(input: $input)]
    mail_retry: MailPayload,
}

/// Sends failed mails again at once.
pub fn retry(jobs: Vec<Id>) -> Call<()> {
    let input = MailRetryInput { jobs };
    api::query(RetryMutation::build(RetryVars { input }))
        .then(|answer| api::refusal(answer.mail_retry.user_errors))
}

#[derive(cynic::InputObject, Clone, Debug)]
struct MailDiscardInput {
    jobs: Vec<Id>,
    reason: String,
}

#[derive(cynic::QueryVariables)]
struct DiscardVars {
    input: MailDiscardInput,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Mutation", variables = "DiscardVars")]
struct DiscardMutation {
    #[arguments(input: $input)]
    mail_discard: MailPayload,
}

/// Throws dead letters away.
pub fn discard(jobs: Vec<Id>, reason: String) -> Call<()> {
    let input = MailDiscardInput { jobs, reason };
    api::query(DiscardMutation::build(DiscardVars { input }))
        .then(|answer| api::refusal(answer.mail_discard.user_errors))
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Organisation")]
struct Sending {
    sends_mail: bool,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Query")]
struct SendingQuery {
    organisation: Sending,
}

/// Whether mail is sent at all.
pub fn fetch_sends_mail() -> Call<bool> {
    api::one!(SendingQuery::build(()), organisation).map(|found| found.sends_mail)
}

#[derive(cynic::InputObject, Clone, Debug)]
struct PersonInviteInput {
    person: Id,
}

#[derive(cynic::QueryVariables)]
struct InviteVars {
    input: PersonInviteInput,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "PersonPayload")]
struct Invited {
    user_errors: Vec<UserError>,
}

#[derive(cynic::QueryFragment, Clone, Debug)]
#[cynic(graphql_type = "Mutation", variables = "InviteVars")]
struct InviteMutation {
    #[arguments(input: $input)]
    person_invite: Invited,
}

/// Sends somebody without a password a link by which they set their first one.
pub fn invite(person: Id) -> Call<()> {
    let input = PersonInviteInput { person };
    api::query(InviteMutation::build(InviteVars { input }))
        .then(|answer| api::refusal(answer.person_invite.user_errors))
}
