//! `bellhop user`: people from the command line, above all the first administrator.

use super::settings::Storage;
use crate::desk::notification::TellLeads;
use crate::organisation::entity::person::Model as Person;
use crate::organisation::password;
use crate::organisation::person::{self, NewPerson};
use crate::organisation::role::{self, Granted};
use crate::organisation::store::{self, PeopleFilter};
use crate::platform::Platform;
use crate::platform::context::{Actor, Context};
use crate::platform::error::Error;
use crate::platform::idempotency::Key;
use crate::session::normal_login;
use anyhow::{Context as _, Result, anyhow, bail};
use clap::{Args, Subcommand};
use shared::id::PersonId;
use shared::permission::{Grants, SiteRole};
use std::io::{BufRead as _, IsTerminal as _, Write as _};

/// People listed at a time.
const PAGE: u64 = 500;

/// People.
#[derive(Args, Debug)]
pub struct User {
    #[command(flatten)]
    storage: Storage,
    #[command(subcommand)]
    act: Act,
}

#[derive(Subcommand, Debug)]
enum Act {
    /// Adds a person. The password is read from the first line of standard input.
    Add {
        /// Sign-in name.
        login: String,
        /// Name, such as "Ana Sousa".
        #[arg(long)]
        name: String,
        /// E-mail address.
        #[arg(long)]
        email: String,
        /// IANA time zone.
        #[arg(long, default_value = "UTC")]
        timezone: String,
        /// May set everything up.
        #[arg(long)]
        administrator: bool,
    },
    /// Sets a person's password and signs them out everywhere.
    Password {
        /// Sign-in name.
        login: String,
    },
    /// Lists people: sign-in name, name, e-mail address, roles.
    List,
}

impl User {
    /// Does it.
    pub async fn run(self) -> Result<()> {
        let platform = self.storage.open().await?;
        let ctx = operator(&platform);
        match self.act {
            Act::Add {
                login,
                name,
                email,
                timezone,
                administrator,
            } => {
                let new = NewPerson {
                    login,
                    email,
                    name,
                    title: None,
                    phone: None,
                    site: None,
                    timezone,
                    locale: "en".to_owned(),
                    vip: false,
                    department: None,
                    manager: None,
                    password: Some(ask_password()?),
                };
                add(&platform, &ctx, new, administrator).await
            }
            Act::Password { login } => set_password(&platform, &ctx, &login).await,
            Act::List => list(&platform, &ctx).await,
        }
    }
}

/// Whoever has the data folder may set everything up.
fn operator(platform: &Platform) -> Context {
    let mut grants = Grants::requester(PersonId(uuid::Uuid::nil()));
    grants.site.insert(SiteRole::Administrator);
    let now = platform.clock.now();
    Context::of(Actor::System, grants, &[], now, "command:user")
}

async fn add(
    platform: &Platform,
    ctx: &Context,
    new: NewPerson,
    administrator: bool,
) -> Result<()> {
    let key = Key::new("personCreate", None, "");
    let made = person::create(platform, ctx, new, key)
        .await
        .map_err(told)?;
    if administrator {
        let role = Granted::Site(SiteRole::Administrator);
        role::grant(platform, ctx, made.id, role)
            .await
            .map_err(told)?;
    }
    println!("{} can sign in now.", made.login);
    Ok(())
}

async fn set_password(platform: &Platform, ctx: &Context, login: &str) -> Result<()> {
    let login = normal_login(login);
    let Some(found) = everybody(platform, ctx)
        .await?
        .into_iter()
        .find(|person| person.login == login)
    else {
        bail!("there is nobody with the sign-in name `{login}`");
    };
    let password = ask_password()?;
    password::set(platform, ctx, found.id, &password, &TellLeads)
        .await
        .map_err(told)?;
    println!("{login} has a new password and is signed out everywhere.");
    Ok(())
}

async fn list(platform: &Platform, ctx: &Context) -> Result<()> {
    let people = everybody(platform, ctx).await?;
    let ids: Vec<PersonId> = people.iter().map(|person| person.id).collect();
    let db = platform.db.reader();
    let site = store::site_roles_of(db, &ids).await?;
    let roles = store::grants_of(db, &ids).await?;
    let mut out = std::io::stdout().lock();
    for person in people {
        let mut notes: Vec<String> = site
            .iter()
            .filter(|grant| grant.person_id == person.id)
            .map(|grant| grant.role.as_str().to_owned())
            .collect();
        match roles.iter().filter(|r| r.person_id == person.id).count() {
            0 => {}
            1 => notes.push("1 role in a department".to_owned()),
            count => notes.push(format!("{count} roles in departments")),
        }
        if !person.active {
            notes.push("deactivated".to_owned());
        }
        let notes = notes.join(", ");
        writeln!(
            out,
            "{}\t{}\t{}\t{notes}",
            person.login, person.name, person.email
        )?;
    }
    Ok(())
}

/// All people by name, deactivated ones too.
async fn everybody(platform: &Platform, ctx: &Context) -> Result<Vec<Person>> {
    let mut all: Vec<Person> = Vec::new();
    loop {
        let filter = PeopleFilter {
            inactive_too: true,
            ..PeopleFilter::default()
        };
        let after = all.last().map(|person| (person.name.clone(), person.id));
        let page = person::people(platform.db.reader(), ctx, filter, after, PAGE).await?;
        if page.is_empty() {
            return Ok(all);
        }
        all.extend(page);
    }
}

/// A password from the first line of standard input.
fn ask_password() -> Result<String> {
    if std::io::stdin().is_terminal() {
        eprint!("Password (it will be seen): ");
        std::io::stderr().flush()?;
    }
    let mut line = String::new();
    std::io::stdin()
        .lock()
        .read_line(&mut line)
        .context("cannot read a password")?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// A refusal in words.
fn told(error: Error) -> anyhow::Error {
    match error {
        Error::Refused(problems) => {
            let words: Vec<String> = problems
                .into_iter()
                .map(|problem| format!("{}: {}", problem.field, problem.message))
                .collect();
            anyhow!("{}", words.join(" "))
        }
        Error::Fault(fault) => fault,
    }
}
