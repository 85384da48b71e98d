//! The things that are made and edited alike: one row each.

use crate::support::json;
use crate::support::organisation::{calendar, department, team};
use serde_json::Value;

/// Something that is created and edited.
pub struct Thing {
    /// The mutation that creates.
    pub create: &'static str,
    /// The mutation that edits.
    pub edit: &'static str,
    /// Its field in inputs of edits and in payloads.
    pub name: &'static str,
    /// A good input.
    pub input: Value,
    /// The query that lists all of them.
    pub list: &'static str,
    /// Where the list stands in its answer.
    pub place: &'static str,
    /// Fields that hold an id, in the input of creation.
    pub ids: &'static [&'static str],
    /// Fields that hold an id, in the input of an edit.
    pub edited_ids: &'static [&'static str],
}

impl Thing {
    /// What its payloads are asked for.
    pub fn shows(&self) -> String {
        format!("{} {{ id name version }}", self.name)
    }

    /// The input of an edit.
    pub fn edit_input(&self, id: &Value, version: i64, more: Value) -> Value {
        super::with(&json!({ self.name: id, "expectedVersion": version }), more)
    }
}

/// All of them.
pub fn all() -> Vec<Thing> {
    let it = department("it").to_string();
    vec![
        Thing {
            create: "departmentCreate",
            edit: "departmentEdit",
            name: "department",
            input: json!({ "key": "garden", "name": "Garden", "description": "Grows.", "icon": "laptop", "hue": 120 }),
            list: "{ departments(includeInactive: true) { id } }",
            place: "/departments",
            ids: &[],
            edited_ids: &["department"],
        },
        Thing {
            create: "teamCreate",
            edit: "teamEdit",
            name: "team",
            input: json!({ "department": it, "name": "Garden" }),
            list: "{ teams(includeInactive: true) { id } }",
            place: "/teams",
            ids: &["department"],
            edited_ids: &["team"],
        },
        Thing {
            create: "personCreate",
            edit: "personEdit",
            name: "person",
            input: json!({ "login": "gerda", "email": "gerda@example.org", "name": "Gerda Garden", "timezone": "Europe/Berlin" }),
            list: "{ people(first: 200, includeInactive: true) { nodes { id } } }",
            place: "/people/nodes",
            ids: &["department", "manager", "site"],
            edited_ids: &["person", "department", "manager", "site"],
        },
        Thing {
            create: "siteCreate",
            edit: "siteEdit",
            name: "site",
            input: json!({ "name": "Garden", "address": "Green Lane 1", "timezone": "Europe/Berlin" }),
            list: "{ sites(includeInactive: true) { id } }",
            place: "/sites",
            ids: &[],
            edited_ids: &["site"],
        },
        Thing {
            create: "serviceCreate",
            edit: "serviceEdit",
            name: "service",
            input: json!({ "department": it, "name": "Garden", "team": team("network").to_string() }),
            list: "{ services(includeInactive: true) { id } }",
            place: "/services",
            ids: &["department", "team"],
            edited_ids: &["service", "team"],
        },
        Thing {
            create: "categoryCreate",
            edit: "categoryEdit",
            name: "category",
            input: json!({ "department": it, "name": "Garden" }),
            list: "{ categories(includeInactive: true) { id } }",
            place: "/categories",
            ids: &["department", "parent", "team"],
            edited_ids: &["category", "parent", "team"],
        },
        Thing {
            create: "catalogItemCreate",
            edit: "catalogItemEdit",
            name: "catalogItem",
            input: json!({ "department": it, "name": "Garden", "icon": "laptop", "category": "Outside", "fields": [{ "key": "where", "label": "Where", "kind": "TEXT" }] }),
            list: "{ catalogItems(includeInactive: true) { id } }",
            place: "/catalogItems",
            ids: &["department", "service", "team"],
            edited_ids: &["catalogItem", "service", "team"],
        },
        Thing {
            create: "calendarCreate",
            edit: "calendarEdit",
            name: "calendar",
            input: json!({ "name": "Garden", "hours": { "zone": "Europe/Berlin", "weekly": [{ "weekday": "MONDAY", "hours": [{ "start": "09:00", "end": "17:00" }] }] } }),
            list: "{ calendars { id } }",
            place: "/calendars",
            ids: &[],
            edited_ids: &["calendar"],
        },
        Thing {
            create: "agreementCreate",
            edit: "agreementEdit",
            name: "agreement",
            input: json!({ "name": "Garden", "calendar": calendar().to_string(), "targets": [{ "target": "RESOLUTION", "workingSeconds": 3600 }] }),
            list: "{ agreements { id } }",
            place: "/agreements",
            ids: &["calendar"],
            edited_ids: &["agreement", "calendar"],
        },
        Thing {
            create: "routingRuleCreate",
            edit: "routingRuleEdit",
            name: "rule",
            input: json!({ "department": it, "name": "Garden", "team": team("network").to_string(), "conditions": { "words": ["garden"] }, "assignment": "ROUND_ROBIN" }),
            list: "{ routingRules { id } }",
            place: "/routingRules",
            ids: &["department", "team"],
            edited_ids: &["rule", "team"],
        },
    ]
}
