//! `bellhop user`: people from the command line, above all the first administrator.

use super::settings::Storage;
use crate::organisation::entity::{person, role_grant, site_role};
use crate::platform::Platform;
use crate::platform::context::Context;
use crate::platform::event_log::{Change, Changes, NewEvent};
use crate::platform::unit_of_work::UnitOfWork;
use crate::session::{self, end_reason, normal_login, password};
use anyhow::{Context as _, Result, bail};
use clap::{Args, Subcommand};
use sea_orm::{
    ActiveModelTrait, ColumnTrait, EntityTrait, IntoActiveModel, QueryFilter, QueryOrder, Set,
};
use serde_json::Value;
use shared::event::EventKind;
use shared::id::PersonId;
use shared::permission::SiteRole;
use std::io::{BufRead as _, IsTerminal as _, Write as _};

/// People.
#[derive(Args)]
pub struct User {
    #[command(flatten)]
    storage: Storage,
    #[command(subcommand)]
    act: Act,
}

#[derive(Subcommand)]
enum Act {
    /// Adds a person. The password is asked for, or read from standard input.
    Add {
        /// Sign-in name.
        login: String,
        /// Name, such as "Ana Sousa".
        #[arg(long)]
        name: String,
        /// E-mail address.
        #[arg(long)]
        email: String,
        /// May set everything up.
        #[arg(long)]
        administrator: bool,
    },
    /// Sets a person's password and signs them out everywhere.
    Password {
        /// Sign-in name.
        login: String,
    },
    /// Lists people.
    List,
}

impl User {
    /// Does it.
    pub async fn run(self) -> Result<()> {
        let platform = self.storage.open().await?;
        match self.act {
            Act::Add {
                login,
                name,
                email,
                administrator,
            } => add(&platform, &login, &name, &email, administrator).await,
            Act::Password { login } => set_password(&platform, &login).await,
            Act::List => list(&platform).await,
        }
    }
}

async fn add(
    platform: &Platform,
    login: &str,
    name: &str,
    email: &str,
    administrator: bool,
) -> Result<()> {
    let login = normal_login(login);
    if login.is_empty()
        || login.chars().count() > session::LOGIN_MAX
        || login.chars().any(|c| c.is_control() || c.is_whitespace())
    {
        bail!(
            "a sign-in name has no blanks and at most {} characters",
            session::LOGIN_MAX
        );
    }
    if name.trim().is_empty() || !email.contains('@') {
        bail!("a person needs a name and an e-mail address");
    }
    if find(platform, &login).await?.is_some() {
        bail!("there is already somebody with the sign-in name `{login}`");
    }
    let hash = ask_password(platform, &login).await?;
    let context = Context::system(platform.clock.now(), "command:user-add");
    let mut uow = UnitOfWork::begin(platform, &context).await?;
    let id = PersonId(uow.next_id());
    person::Entity::insert(person::ActiveModel {
        id: Set(id),
        login: Set(login.clone()),
        email: Set(email.trim().to_owned()),
        name: Set(name.trim().to_owned()),
        title: Set(None),
        phone: Set(None),
        site: Set(None),
        timezone: Set("UTC".to_owned()),
        locale: Set("en".to_owned()),
        vip: Set(false),
        department_id: Set(None),
        manager_id: Set(None),
        password_hash: Set(Some(hash)),
        active: Set(true),
        created_at: Set(context.now),
        version: Set(1),
    })
    .exec_without_returning(uow.tx())
    .await?;
    emit(
        &mut uow,
        EventKind::PersonCreated,
        id,
        1,
        &[("login", login.as_str().into())],
    );
    if administrator {
        site_role::Entity::insert(site_role::ActiveModel {
            person_id: Set(id),
            role: Set(SiteRole::Administrator),
        })
        .exec_without_returning(uow.tx())
        .await?;
        emit(
            &mut uow,
            EventKind::RoleGranted,
            id,
            1,
            &[("role", "administrator".into())],
        );
    }
    uow.commit().await?;
    println!("{login} can sign in now.");
    Ok(())
}

async fn set_password(platform: &Platform, login: &str) -> Result<()> {
    let login = normal_login(login);
    let Some(found) = find(platform, &login).await? else {
        bail!("there is nobody with the sign-in name `{login}`");
    };
    let hash = ask_password(platform, &login).await?;
    let context = Context::system(platform.clock.now(), "command:user-password");
    let mut uow = UnitOfWork::begin(platform, &context).await?;
    let (id, version) = (found.id, found.version);
    let mut row = found.into_active_model();
    row.password_hash = Set(Some(hash));
    row.update(uow.tx()).await?;
    emit(&mut uow, EventKind::PasswordSet, id, version, &[]);
    session::end_all_of(&mut uow, id, None, end_reason::PASSWORD_CHANGED).await?;
    uow.commit().await?;
    println!("{login} has a new password and is signed out everywhere.");
    Ok(())
}

async fn list(platform: &Platform) -> Result<()> {
    let db = platform.db.reader();
    let people = person::Entity::find()
        .order_by_asc(person::Column::Login)
        .all(db)
        .await?;
    let site = site_role::Entity::find().all(db).await?;
    let roles = role_grant::Entity::find().all(db).await?;
    let mut out = std::io::stdout().lock();
    for person in people {
        let mut notes: Vec<String> = site
            .iter()
            .filter(|row| row.person_id == person.id)
            .map(|row| row.role.to_string())
            .collect();
        let grants = roles
            .iter()
            .filter(|row| row.person_id == person.id)
            .count();
        if grants > 0 {
            notes.push(format!("{grants} department roles"));
        }
        if !person.active {
            notes.push("deactivated".to_owned());
        }
        writeln!(
            out,
            "{}\t{}\t{}\t{}",
            person.login,
            person.name,
            person.email,
            notes.join(", ")
        )?;
    }
    Ok(())
}

async fn find(platform: &Platform, login: &str) -> Result<Option<person::Model>> {
    Ok(person::Entity::find()
        .filter(person::Column::Login.eq(login))
        .one(platform.db.reader())
        .await?)
}

/// Reads a password from the first line of standard input and hashes it.
async fn ask_password(platform: &Platform, login: &str) -> Result<String> {
    if std::io::stdin().is_terminal() {
        eprint!("Password for {login} (it will be seen): ");
        std::io::stderr().flush()?;
    }
    let mut line = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut line)
        .context("cannot read a password")?;
    let text = line.trim_end_matches(['\r', '\n']);
    if let Err(problems) = password::check("password", login, text) {
        let messages: Vec<String> = problems.into_iter().map(|p| p.message).collect();
        bail!("{}", messages.join(" "));
    }
    password::hash(&platform.ids, text).await
}

fn emit(
    uow: &mut UnitOfWork,
    kind: EventKind,
    person: PersonId,
    version: i32,
    after: &[(&str, Value)],
) {
    let changes: Changes = after
        .iter()
        .map(|(field, after)| {
            let change = Change {
                before: Value::Null,
                after: after.clone(),
            };
            ((*field).to_owned(), change)
        })
        .collect();
    uow.emit(NewEvent {
        occurred_at: uow.context().now,
        kind,
        subject_kind: PersonId::PREFIX,
        subject_id: person.0,
        ticket: None,
        department: None,
        version_after: Some(version),
        cause: None,
        changes,
    });
}
