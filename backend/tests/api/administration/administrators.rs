//! Somebody can always set things up.

use super::{assert_fault, call, done, set_up};
use crate::support::actor::Actor;
use crate::support::{TestApp, json};
use backend::desk::handover::HandOver;
use backend::organisation::access::context_of;
use backend::organisation::person::{self, PersonEdit};
use backend::organisation::role::{self, Granted};
use backend::organisation::store;
use backend::platform::context::Context;
use backend::platform::error::Result;
use serde_json::Value;
use shared::id::PersonId;
use shared::permission::SiteRole;

const SHOWS: &str = "person { id active siteRoles }";

fn role(who: PersonId) -> Value {
    json!({ "person": who.to_string(), "siteRole": "ADMINISTRATOR" })
}

async fn deactivation(app: &TestApp, who: PersonId) -> Value {
    json!({ "person": who.to_string(), "expectedVersion": version(app, who).await, "active": false })
}

async fn version(app: &TestApp, who: PersonId) -> i32 {
    let row = store::person(app.platform().db.reader(), who).await;
    row.expect("a look").expect("a person").version
}

/// Active administrators.
async fn administrators(app: &TestApp) -> Vec<PersonId> {
    let db = app.platform().db.reader();
    let roles = store::site_roles(db).await.expect("roles");
    let ids: Vec<PersonId> = roles
        .iter()
        .filter(|row| row.role == SiteRole::Administrator)
        .map(|row| row.person_id)
        .collect();
    let people = store::people_by_id(db, &ids).await.expect("people");
    people.iter().filter(|p| p.active).map(|p| p.id).collect()
}

async fn context(app: &TestApp, who: &Actor) -> Context {
    context_of(app.platform().db.reader(), who.person, app.now(), "test")
        .await
        .expect("a look")
        .expect("an active person")
}

/// One of two acts was done, the other refused for the sake of the last administrator.
fn one_of<T: std::fmt::Debug>(outcomes: [Result<T>; 2]) {
    let refusals: Vec<_> = outcomes.iter().filter_map(|o| o.as_ref().err()).collect();
    assert_eq!(refusals.len(), 1, "{outcomes:?}");
    assert_eq!(refusals[0].codes(), ["LAST_ADMINISTRATOR"]);
}

on_both_databases! {
    async fn the_last_administrator_stays(app) {
        let admin = app.admin().await;
        let before = set_up(app, &admin).await;
        let refused = call(&admin, "personEdit", SHOWS, deactivation(app, admin.person).await).await;
        assert_fault(&refused, "LAST_ADMINISTRATOR", "active");
        let refused = call(&admin, "roleRevoke", SHOWS, role(admin.person)).await;
        assert_fault(&refused, "LAST_ADMINISTRATOR", "siteRole");
        assert_eq!(set_up(app, &admin).await, before);
        assert_eq!(administrators(app).await, [admin.person]);
    }

    async fn a_deactivated_administrator_does_not_count(app) {
        let admin = app.admin().await;
        let other = app.admin().await;
        done(&admin, "personEdit", SHOWS, deactivation(app, other.person).await).await;
        let refused = call(&admin, "roleRevoke", SHOWS, role(admin.person)).await;
        assert_fault(&refused, "LAST_ADMINISTRATOR", "siteRole");
        let refused = call(&admin, "personEdit", SHOWS, deactivation(app, admin.person).await).await;
        assert_fault(&refused, "LAST_ADMINISTRATOR", "active");
    }

    async fn an_administrator_among_others_may_go_and_comes_back_without_the_role(app) {
        let admin = app.admin().await;
        let other = app.admin().await;
        let gone = done(&other, "roleRevoke", SHOWS, role(other.person)).await;
        assert_eq!(gone["person"]["siteRoles"], json!([]));
        assert_fault(&call(&other, "roleGrant", SHOWS, role(other.person)).await, "FORBIDDEN", "");
        let twice = done(&admin, "roleRevoke", SHOWS, role(other.person)).await;
        assert_eq!(twice["person"]["siteRoles"], json!([]));
        let back = done(&admin, "roleGrant", SHOWS, role(other.person)).await;
        assert_eq!(back["person"]["siteRoles"], json!(["ADMINISTRATOR"]));
    }

    async fn two_administrators_cannot_remove_each_other_at_once(app) {
        let one = app.admin().await;
        let two = app.admin().await;
        let platform = app.platform();
        let (first, second) = (context(app, &one).await, context(app, &two).await);
        let administrator = Granted::Site(SiteRole::Administrator);
        let nothing = HandOver { desk: &app.app.desk, to: Vec::new() };
        let off = || PersonEdit { active: Some(false), ..PersonEdit::default() };
        for round in 0..6 {
            let (version_one, version_two) = (version(app, one.person).await, version(app, two.person).await);
            match round % 3 {
                0 => one_of(tokio::join!(
                    role::revoke(platform, &first, two.person, administrator, &nothing),
                    role::revoke(platform, &second, one.person, administrator, &nothing),
                ).into()),
                1 => one_of(tokio::join!(
                    person::edit(platform, &first, two.person, version_two, off(), &nothing),
                    person::edit(platform, &second, one.person, version_one, off(), &nothing),
                ).into()),
                _ => one_of(tokio::join!(
                    person::edit(platform, &first, two.person, version_two, off(), &nothing),
                    role::revoke(platform, &second, one.person, administrator, &nothing),
                ).into()),
            }
            assert_eq!(administrators(app).await.len(), 1, "round {round}");
            for who in [one.person, two.person] {
                let on = PersonEdit { active: Some(true), ..PersonEdit::default() };
                person::edit(platform, &first, who, version(app, who).await, on, &nothing).await.expect("active again");
                role::grant(platform, &first, who, administrator).await.expect("an administrator again");
            }
        }
    }

    async fn a_deactivated_person_is_signed_out_and_gets_no_role(app) {
        let admin = app.admin().await;
        let marta = app.agent("it").await;
        done(&admin, "personEdit", SHOWS, deactivation(app, marta.person).await).await;
        assert_eq!(marta.ask("{ now }", json!({})).await.status, 401);
        assert_eq!(marta.refresh().await.status, 401);
        assert_fault(&call(&admin, "roleGrant", SHOWS, role(marta.person)).await, "NOT_FOUND", "person");
    }
}
