//! Addresses of the workspace: `/desk/<view>/<reference>?order=…&q=…`. The address is the state: it can be sent to a
//! colleague.
//!
//! In place of a view, `search` lists what the conditions of the address say, on their own:
//! `state`, `stateKind`, `priority`, `risk`, `kind` (names as in the API's enums, comma-separated), `department`, `team`,
//! `assignee`, `site` (ids; `none` for nobody), and `createdFrom`, `createdTo`, `resolvedFrom`, `resolvedTo`, `dueFrom`, `dueTo`
//! (RFC 3339).

use super::operations::{
    IdFilter, KindFilter, PriorityFilter, RiskFilter, StateFilter, StateKindFilter, TextFilter,
    TicketFilter,
};
use crate::api::{
    ClockRisk, Id, Listed, Priority, StateKind, TicketKind, TicketOrder, TicketState,
};

/// In place of a view: only the conditions of the address.
pub const SEARCH: &str = "search";

/// The condition that stays from view to view.
const SITE: &str = "site";
/// In place of an id: nobody, nowhere.
pub const NONE: &str = "none";

/// Conditions that come from the address and not from a view.
const CONDITIONS: [&str; 15] = [
    "state",
    "stateKind",
    "priority",
    "risk",
    "kind",
    "department",
    "team",
    "assignee",
    SITE,
    "createdFrom",
    "createdTo",
    "resolvedFrom",
    "resolvedTo",
    "dueFrom",
    "dueTo",
];

/// Where in the workspace somebody is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    pub view: Option<String>,
    pub reference: Option<String>,
    pub order: Option<TicketOrder>,
    pub text: String,
    /// Further conditions, as they stand in the address.
    pub conditions: Vec<(String, String)>,
}

impl Place {
    /// Reads an address: its parts, and what stands behind the question mark.
    pub fn read(
        part: impl Fn(&str) -> Option<String>,
        query: impl Fn(&str) -> Option<String>,
    ) -> Self {
        let conditions = CONDITIONS
            .iter()
            .filter_map(|name| query(name).map(|value| ((*name).to_owned(), value)))
            .filter(|(_, value)| !value.is_empty())
            .collect();
        let there = |name: &str| part(name).filter(|part| !part.is_empty());
        // `/desk/INC-000123` is what people type and what others send them.
        let (view, reference) = match (there("view"), there("reference")) {
            (Some(only), None) if is_reference(&only) => (None, Some(only.to_uppercase())),
            both => both,
        };
        Self {
            view,
            reference,
            order: query("order").and_then(|order| order_of(&order)),
            text: query("q").unwrap_or_default(),
            conditions,
        }
    }

    /// The address of this place.
    pub fn address(&self) -> String {
        let mut address = "/desk".to_owned();
        for part in [self.view.as_deref(), self.reference.as_deref()]
            .into_iter()
            .flatten()
        {
            address.push('/');
            address.push_str(&encode(part));
        }
        let mut query = Vec::new();
        if let Some(order) = self.order {
            query.push(format!("order={}", order.key().to_lowercase()));
        }
        if !self.text.is_empty() {
            query.push(format!("q={}", encode(&self.text)));
        }
        query.extend(
            self.conditions
                .iter()
                .map(|(name, value)| format!("{name}={}", encode(value))),
        );
        if !query.is_empty() {
            address.push('?');
            address.push_str(&query.join("&"));
        }
        address
    }

    /// The same list with this ticket open, or with none.
    pub fn with_reference(&self, reference: Option<&str>) -> Self {
        Self {
            reference: reference.map(str::to_owned),
            ..self.clone()
        }
    }

    /// The sites that the list is narrowed to, as they stand in the address.
    pub fn site(&self) -> Option<&str> {
        let mut all = self.conditions.iter();
        all.find(|(name, _)| name == SITE)
            .map(|(_, value)| value.as_str())
    }

    /// The same list, narrowed to a site, to what has none ([`NONE`]), or not by site.
    pub fn with_site(mut self, site: Option<&str>) -> Self {
        self.conditions.retain(|(name, _)| name != SITE);
        self.conditions
            .extend(site.map(|site| (SITE.to_owned(), site.to_owned())));
        self
    }

    /// The conditions for the server.
    pub fn filter(&self) -> TicketFilter {
        let mut filter = TicketFilter {
            view: self
                .view
                .as_deref()
                .filter(|view| *view != SEARCH)
                .map(Id::new),
            text: (!self.text.trim().is_empty()).then(|| TextFilter {
                contains: Some(self.text.trim().to_owned()),
            }),
            ..TicketFilter::default()
        };
        for (name, value) in &self.conditions {
            let values = || value.split(',').filter(|value| !value.is_empty());
            let ids = || match value.as_str() {
                NONE => IdFilter {
                    is_null: Some(true),
                    ..IdFilter::default()
                },
                _ => IdFilter {
                    among: Some(values().map(Id::new).collect()),
                    ..IdFilter::default()
                },
            };
            match name.as_str() {
                "state" => {
                    filter.state = Some(StateFilter {
                        among: known(TicketState::ALL, TicketState::key, values()),
                    });
                }
                "stateKind" => {
                    filter.state_kind = Some(StateKindFilter {
                        among: known(StateKind::ALL, StateKind::key, values()),
                    });
                }
                "priority" => {
                    filter.priority = Some(PriorityFilter {
                        among: known(Priority::ALL, Priority::key, values()),
                    });
                }
                "risk" => {
                    filter.risk = Some(RiskFilter {
                        among: known(ClockRisk::ALL, ClockRisk::key, values()),
                    })
                }
                "kind" => {
                    filter.kind = Some(KindFilter {
                        among: known(TicketKind::ALL, TicketKind::key, values()),
                    })
                }
                "department" => filter.department = Some(ids()),
                "team" => filter.team = Some(ids()),
                "assignee" => filter.assignee = Some(ids()),
                SITE => filter.site = Some(ids()),
                "createdFrom" => {
                    filter.created_at.get_or_insert_default().from = value.parse().ok()
                }
                "createdTo" => filter.created_at.get_or_insert_default().to = value.parse().ok(),
                "resolvedFrom" => {
                    filter.resolved_at.get_or_insert_default().from = value.parse().ok()
                }
                "resolvedTo" => filter.resolved_at.get_or_insert_default().to = value.parse().ok(),
                "dueFrom" => filter.due_at.get_or_insert_default().from = value.parse().ok(),
                "dueTo" => filter.due_at.get_or_insert_default().to = value.parse().ok(),
                _ => {}
            }
        }
        filter
    }
}

/// Letters, a hyphen, digits.
fn is_reference(text: &str) -> bool {
    text.split_once('-').is_some_and(|(letters, digits)| {
        letters.len() >= 2
            && letters.chars().all(|letter| letter.is_ascii_alphabetic())
            && !digits.is_empty()
            && digits.chars().all(|digit| digit.is_ascii_digit())
    })
}

/// `IN_PROGRESS`, `InProgress` and `in_progress` all mean the same.
fn known<'a, T: Copy>(
    all: &[T],
    key: fn(T) -> &'static str,
    values: impl Iterator<Item = &'a str>,
) -> Vec<T> {
    let plain = |text: &str| text.replace('_', "").to_lowercase();
    values
        .filter_map(|value| {
            all.iter()
                .copied()
                .find(|candidate| plain(key(*candidate)) == plain(value))
        })
        .collect()
}

fn order_of(text: &str) -> Option<TicketOrder> {
    TicketOrder::ALL
        .iter()
        .copied()
        .find(|order| order.key().eq_ignore_ascii_case(text))
}

/// Percent-encoding of what may not stand in a part of an address.
fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~:,".contains(&byte) {
            encoded.push(char::from(byte));
        } else {
            encoded.push_str(&format!("%{byte:02X}"));
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    fn query(pairs: &'static [(&str, &str)]) -> impl Fn(&str) -> Option<String> {
        |wanted| {
            pairs
                .iter()
                .find(|(name, _)| *name == wanted)
                .map(|(_, value)| (*value).to_owned())
        }
    }

    #[test]
    fn an_address_leads_back_to_its_place() {
        let params = query(&[("view", "team:team_01:open"), ("reference", "INC-000012")]);
        let place = Place::read(params, query(&[("order", "updated"), ("q", "vpn & more")]));
        assert_eq!(
            place.address(),
            "/desk/team:team_01:open/INC-000012?order=updated&q=vpn%20%26%20more"
        );
        assert_eq!(
            place.with_reference(None).address(),
            "/desk/team:team_01:open?order=updated&q=vpn%20%26%20more"
        );
    }

    #[test]
    fn a_reference_alone_leads_to_its_ticket() {
        let place = Place::read(query(&[("view", "inc-000012")]), query(&[]));
        assert_eq!(
            (place.view, place.reference.as_deref()),
            (None, Some("INC-000012"))
        );
        assert!(
            !is_reference("team:team_01:open") && !is_reference("all-") && !is_reference("search")
        );
    }

    #[test]
    fn a_list_is_narrowed_to_a_site_and_widened_again() {
        let place = Place::read(query(&[("view", "all")]), query(&[("state", "NEW")]));
        let there = place.clone().with_site(Some("site_1"));
        assert_eq!(there.address(), "/desk/all?state=NEW&site=site_1");
        let again = Place::read(
            query(&[("view", "all")]),
            query(&[("state", "NEW"), ("site", "site_1")]),
        );
        assert_eq!((&again, again.site()), (&there, Some("site_1")));
        assert_eq!(
            again.filter().site.expect("a site").among,
            Some(vec![Id::new("site_1")])
        );
        let nowhere = again.with_site(Some(NONE));
        assert_eq!(nowhere.filter().site.expect("none").is_null, Some(true));
        assert_eq!(nowhere.with_site(None), place);
    }

    #[test]
    fn conditions_of_an_address_become_a_filter() {
        let place = Place::read(
            query(&[("view", SEARCH)]),
            query(&[
                ("state", "IN_PROGRESS,new"),
                ("team", "team_1"),
                ("assignee", "none"),
                ("createdFrom", "2026-05-04T00:00:00Z"),
                ("unknown", "x"),
            ]),
        );
        let filter = place.filter();
        assert_eq!(filter.view, None);
        let created = filter.created_at.expect("creation");
        assert_eq!(
            created.from.map(|from| from.to_string()).as_deref(),
            Some("2026-05-04T00:00:00Z")
        );
        assert_eq!(created.to, None);
        assert_eq!(
            filter.state.expect("states").among,
            [TicketState::InProgress, TicketState::New]
        );
        assert_eq!(
            filter.team.expect("teams").among,
            Some(vec![Id::new("team_1")])
        );
        assert_eq!(filter.assignee.expect("assignee").is_null, Some(true));
    }
}
