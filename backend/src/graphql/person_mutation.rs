//! People and their roles are changed.

use super::handover::{TakeOverInput, take_overs, taken_over};
use super::id::{parse, parse_opt};
use super::input::{cleared, cleared_id, kept, key, parts};
use super::organisation::Person;
use super::payload::{edited, made, payloads};
use crate::app::App;
use crate::desk::handover::HandOver;
use crate::desk::notification::TellLeads;
use crate::organisation::entity;
use crate::organisation::password;
use crate::organisation::person::{self, NewPerson, PersonEdit};
use crate::organisation::role::{self, Granted};
use crate::organisation::store;
use crate::platform::error::{Error, code};
use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result};
use shared::permission::{Role, SiteRole};
use std::fmt;

/// A password on its way in; never shown, never part of a digest.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// The text, for whoever checks it.
    pub(super) fn into_text(self) -> String {
        self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

async_graphql::scalar!(
    Secret,
    "Password",
    "A password: text that is taken in and never given out."
);

impl serde::Serialize for Secret {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_none()
    }
}

impl<'de> serde::Deserialize<'de> for Secret {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self)
    }
}

/// A new person.
#[derive(Clone, Debug, InputObject)]
pub struct PersonCreateInput {
    /// Sign-in name: small letters, digits, dots, hyphens, underscores.
    login: String,
    /// Mail address.
    email: String,
    /// Name.
    name: String,
    /// What they do.
    title: Option<String>,
    /// Phone number.
    phone: Option<String>,
    /// The site where they work.
    site: Option<ID>,
    /// IANA zone, such as Europe/Berlin.
    timezone: String,
    /// BCP 47 language.
    #[graphql(default_with = "String::from(\"en\")")]
    locale: String,
    /// Chooses an agreement, never a priority.
    #[graphql(default = false)]
    vip: bool,
    /// Where they work.
    department: Option<ID>,
    /// Whom they report to.
    manager: Option<ID>,
    /// First password; without one they cannot sign in yet.
    password: Option<Secret>,
    /// The same key again gives the same person.
    idempotency_key: Option<String>,
}

/// An edit of a person; what is absent stays.
#[derive(Clone, Debug, InputObject)]
pub struct PersonEditInput {
    /// Who.
    person: ID,
    /// The version that was read.
    expected_version: i32,
    /// Sign-in name.
    login: MaybeUndefined<String>,
    /// Mail address.
    email: MaybeUndefined<String>,
    /// Name.
    name: MaybeUndefined<String>,
    /// What they do; null clears it.
    title: MaybeUndefined<String>,
    /// Phone number; null clears it.
    phone: MaybeUndefined<String>,
    /// The site where they work; null clears it.
    site: MaybeUndefined<ID>,
    /// IANA zone, such as Europe/Berlin.
    timezone: MaybeUndefined<String>,
    /// BCP 47 language.
    locale: MaybeUndefined<String>,
    /// Chooses an agreement, never a priority.
    vip: MaybeUndefined<bool>,
    /// Where they work; null clears it.
    department: MaybeUndefined<ID>,
    /// Whom they report to; null clears it.
    manager: MaybeUndefined<ID>,
    /// Still here; deactivating ends all sessions, and open tickets go to whom `takeOver` names.
    active: MaybeUndefined<bool>,
    /// Who takes over from a person who is deactivated; in the other departments their open
    /// tickets go back to the queues of their teams.
    #[graphql(default)]
    take_over: Vec<TakeOverInput>,
}

/// A new password.
#[derive(Clone, Debug, InputObject)]
pub struct PersonSetPasswordInput {
    /// Whose.
    person: ID,
    /// At least 12 characters.
    password: Secret,
}

/// An invitation.
#[derive(Clone, Debug, InputObject)]
pub struct PersonInviteInput {
    /// Whom.
    person: ID,
}

/// A new password of one's own.
#[derive(Clone, Debug, InputObject)]
pub struct PasswordChangeInput {
    /// The present one; wrong ones are counted and slowed down.
    current_password: Secret,
    /// At least 12 characters.
    new_password: Secret,
}

/// A role to give or to take: `role` with `department`, or `siteRole`.
#[derive(Clone, Debug, InputObject)]
pub struct RoleInput {
    /// Whose.
    person: ID,
    /// The role in the department.
    role: Option<Role>,
    /// Where.
    department: Option<ID>,
    /// The role for the whole site.
    site_role: Option<SiteRole>,
    /// When a role is taken, the last one in which the person worked the department's tickets: who
    /// has their open tickets from now on. Without it they go back to the queues of their teams.
    taken_over_by: Option<ID>,
}

impl RoleInput {
    fn granted(&self) -> Result<Granted, Error> {
        let department = parse_opt(self.department.as_ref(), "department")?;
        match (self.role, department, self.site_role) {
            (Some(role), Some(department), None) => Ok(Granted::In(department, role)),
            (None, None, Some(role)) => Ok(Granted::Site(role)),
            (Some(_), None, None) => Err(Error::refused(
                code::REQUIRED,
                "department",
                "Please say in which department.",
            )),
            _ => Err(Error::refused(
                code::INVALID,
                "role",
                "Either a role in a department or one for the whole site.",
            )),
        }
    }
}

payloads! {
    /// Answer of mutations of people.
    PersonPayload {
        /// The person; after a stale edit as they are now.
        person: Person = entity::person::Model => Person
    }
}

/// What can be done with people.
#[derive(Default)]
pub struct PersonMutation;

#[Object]
impl PersonMutation {
    /// Takes somebody on.
    async fn person_create(
        &self,
        ctx: &Context<'_>,
        input: PersonCreateInput,
    ) -> Result<PersonPayload> {
        let (acting, platform) = parts(ctx)?;
        let key = key("personCreate", &input.idempotency_key, &input);
        let act = async {
            let new = NewPerson {
                department: parse_opt(input.department.as_ref(), "department")?,
                manager: parse_opt(input.manager.as_ref(), "manager")?,
                site: parse_opt(input.site.as_ref(), "site")?,
                login: input.login,
                email: input.email,
                name: input.name,
                title: input.title,
                phone: input.phone,
                timezone: input.timezone,
                locale: input.locale,
                vip: input.vip,
                password: input.password.map(|password| password.0),
            };
            person::create(platform, acting, new, key).await
        };
        made(ctx, act.await)
    }

    /// Changes or deactivates a person.
    async fn person_edit(
        &self,
        ctx: &Context<'_>,
        input: PersonEditInput,
    ) -> Result<PersonPayload> {
        let (acting, platform) = parts(ctx)?;
        let which = input.person;
        let version = input.expected_version;
        let edit = async {
            let id = parse(&which, "person")?;
            let edit = PersonEdit {
                department: cleared_id(&input.department, "department")?,
                manager: cleared_id(&input.manager, "manager")?,
                site: cleared_id(&input.site, "site")?,
                login: kept(input.login),
                email: kept(input.email),
                name: kept(input.name),
                title: cleared(input.title),
                phone: cleared(input.phone),
                timezone: kept(input.timezone),
                locale: kept(input.locale),
                vip: kept(input.vip),
                active: kept(input.active),
            };
            let hand_over = HandOver {
                desk: &ctx.data_unchecked::<App>().desk,
                to: take_overs(&input.take_over)?,
            };
            person::edit(platform, acting, id, version, edit, &hand_over).await
        };
        let current = async { store::person(platform.db.reader(), parse(&which, "person")?).await };
        edited(ctx, edit.await, current).await
    }

    /// Sets somebody's password and ends their sessions.
    async fn person_set_password(
        &self,
        ctx: &Context<'_>,
        input: PersonSetPasswordInput,
    ) -> Result<PersonPayload> {
        let (acting, platform) = parts(ctx)?;
        let act = async {
            let id = parse(&input.person, "person")?;
            password::set(platform, acting, id, &input.password.0, &TellLeads).await
        };
        made(ctx, act.await)
    }

    /// Sends somebody who has no password yet a mail with a link by which they set their first one.
    async fn person_invite(
        &self,
        ctx: &Context<'_>,
        input: PersonInviteInput,
    ) -> Result<PersonPayload> {
        let (acting, platform) = parts(ctx)?;
        let mail = &ctx.data::<App>()?.mail;
        let act = async {
            let id = parse(&input.person, "person")?;
            mail.invite(platform, acting, id).await
        };
        made(ctx, act.await)
    }

    /// Changes the viewer's own password. Their other sessions end, this one goes on.
    async fn password_change(
        &self,
        ctx: &Context<'_>,
        input: PasswordChangeInput,
    ) -> Result<PersonPayload> {
        let (acting, platform) = parts(ctx)?;
        let (current, new) = (&input.current_password.0, &input.new_password.0);
        made(ctx, password::change(platform, acting, current, new).await)
    }

    /// Gives a role.
    async fn role_grant(&self, ctx: &Context<'_>, input: RoleInput) -> Result<PersonPayload> {
        let (acting, platform) = parts(ctx)?;
        let act = async {
            let id = parse(&input.person, "person")?;
            role::grant(platform, acting, id, input.granted()?).await
        };
        made(ctx, act.await)
    }

    /// Takes a role; the last administrator stays.
    async fn role_revoke(&self, ctx: &Context<'_>, input: RoleInput) -> Result<PersonPayload> {
        let (acting, platform) = parts(ctx)?;
        let act = async {
            let id = parse(&input.person, "person")?;
            let granted = input.granted()?;
            let heir = parse_opt(input.taken_over_by.as_ref(), "takenOverBy")?;
            let hand_over = HandOver {
                desk: &ctx.data_unchecked::<App>().desk,
                to: taken_over(granted, heir),
            };
            role::revoke(platform, acting, id, granted, &hand_over).await
        };
        made(ctx, act.await)
    }
}
