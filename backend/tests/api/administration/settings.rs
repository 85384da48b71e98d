//! The organisation's own settings and the priority matrix.

use super::{assert_fault, call, done, events_since, sequence, set_up};
use crate::support::json;
use crate::ticket::report;
use serde_json::Value;

const MATRIX: &str = "priorityMatrix { impact urgency priority }";

fn cells(priority: &str) -> Vec<Value> {
    let mut cells = Vec::new();
    for impact in ["ORGANISATION", "TEAM", "PERSON"] {
        for urgency in ["HIGH", "MEDIUM", "LOW"] {
            cells.push(json!({ "impact": impact, "urgency": urgency, "priority": priority }));
        }
    }
    cells
}

on_both_databases! {
    async fn the_organisation_is_renamed_once(app) {
        let admin = app.admin().await;
        let before = sequence(app).await;
        let answer = done(&admin, "organisationEdit", "organisation { name }", json!({ "name": "  Example Ltd " })).await;
        assert_eq!(answer["organisation"]["name"], "Example Ltd");
        done(&admin, "organisationEdit", "organisation { name }", json!({ "name": "Example Ltd" })).await;
        assert_eq!(events_since(app, before).await, ["SettingChanged"]);
        let seen = app.stranger().graphql(None, "{ organisation { name } }", json!({})).await;
        assert_eq!(seen.json()["data"]["organisation"]["name"], "Example Ltd");
    }

    async fn a_name_that_is_none_is_refused(app) {
        let admin = app.admin().await;
        let before = set_up(app, &admin).await;
        for (name, code) in [(String::new(), "REQUIRED"), (" \t".into(), "REQUIRED"), ("n".repeat(121), "TOO_LONG"), ("a\u{7}b".into(), "INVALID")] {
            let refused = call(&admin, "organisationEdit", "organisation { name }", json!({ "name": name })).await;
            assert_fault(&refused, code, "name");
            assert!(refused["organisation"].is_null());
        }
        assert_eq!(set_up(app, &admin).await, before);
    }

    async fn the_matrix_counts_for_new_tickets_and_old_ones_keep_their_priority(app) {
        let admin = app.admin().await;
        let marta = app.agent("it").await;
        let old = report(&marta, "Old", json!({})).await;
        let before = sequence(app).await;
        let set = done(&admin, "priorityMatrixSet", MATRIX, json!({ "cells": cells("CRITICAL") })).await;
        assert_eq!(set["priorityMatrix"], json!(cells("CRITICAL")));
        done(&admin, "priorityMatrixSet", MATRIX, json!({ "cells": cells("CRITICAL") })).await;
        assert_eq!(events_since(app, before).await, ["SettingChanged"]);
        assert_eq!(report(&marta, "New", json!({})).await["priority"], "CRITICAL");
        let seen = marta.query("query($id: ID!) { ticket(id: $id) { priority } }", json!({ "id": old["id"] })).await;
        assert_eq!(seen["ticket"]["priority"], old["priority"]);
        assert_ne!(old["priority"], "CRITICAL");
    }

    async fn an_edit_of_settings_that_somebody_changed_meanwhile_is_refused(app) {
        let admin = app.admin().await;
        let shown = "organisation { name version priorityMatrixVersion }";
        let first = done(&admin, "organisationEdit", shown, json!({ "name": "One", "expectedVersion": 1 })).await;
        assert_eq!(first["organisation"]["version"], 2);
        let stale = call(&admin, "organisationEdit", shown, json!({ "name": "Two", "expectedVersion": 1 })).await;
        assert_fault(&stale, "VERSION_CONFLICT", "expectedVersion");
        assert_eq!(stale["organisation"], json!({ "name": "One", "version": 2, "priorityMatrixVersion": 1 }));
        done(&admin, "priorityMatrixSet", MATRIX, json!({ "cells": cells("CRITICAL"), "expectedVersion": 1 })).await;
        let stale = call(&admin, "priorityMatrixSet", MATRIX, json!({ "cells": cells("LOW"), "expectedVersion": 1 })).await;
        assert_fault(&stale, "VERSION_CONFLICT", "expectedVersion");
        assert_eq!(stale["priorityMatrix"], json!(cells("CRITICAL")));
    }

    async fn a_matrix_has_each_cell_once(app) {
        let admin = app.admin().await;
        let before = set_up(app, &admin).await;
        let all = cells("CRITICAL");
        let mut twice = all.clone();
        twice[8] = twice[0].clone();
        for bad in [all[..8].to_vec(), [all.clone(), all[..1].to_vec()].concat(), twice, vec![]] {
            let refused = call(&admin, "priorityMatrixSet", MATRIX, json!({ "cells": bad })).await;
            // A tenth cell is a doubled one.
            assert_fault(&refused, "INVALID", "cells");
            assert!(refused["priorityMatrix"].is_null());
        }
        assert_eq!(set_up(app, &admin).await, before);
    }
}
