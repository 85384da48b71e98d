//! Routing rules in plain words. No signals here.

use super::operations::routing::{RoutingConditions, RoutingProblem, RoutingRule};
use crate::{
    api::{Assignment, RoutingTrouble, TicketKind},
    words::{admin as words, terms::Named},
};

/// "a", "a or b", "a, b or c".
fn any_of(names: impl Iterator<Item = String>) -> String {
    let mut names: Vec<String> = names.collect();
    match names.pop() {
        None => String::new(),
        Some(last) if names.is_empty() => last,
        Some(last) => words::routing_or(names.join(", "), last),
    }
}

fn kind_word(kind: TicketKind) -> &'static str {
    match kind {
        TicketKind::Incident => words::routing_incidents(),
        TicketKind::ServiceRequest => words::routing_requests(),
        TicketKind::Case => words::routing_cases(),
    }
}

/// Which tickets fit, in one line: "Incidents about Network, with priority P1 or P2".
pub fn conditions(asked: &RoutingConditions) -> String {
    let mut text = if asked.kinds.is_empty() {
        words::routing_all_tickets().to_owned()
    } else {
        any_of(asked.kinds.iter().map(|kind| kind_word(*kind).to_owned()))
    };
    let mut say = |names: Vec<String>, word: fn(String) -> String| {
        let names = any_of(names.into_iter());
        if !names.is_empty() {
            text.push(' ');
            text.push_str(&word(names));
        }
    };
    say(
        asked.services.iter().map(|one| one.name.clone()).collect(),
        words::routing_about,
    );
    say(
        asked
            .categories
            .iter()
            .map(|one| one.name.clone())
            .collect(),
        words::routing_in_category,
    );
    say(
        asked.items.iter().map(|one| one.name.clone()).collect(),
        words::routing_for_item,
    );
    say(
        asked.words.iter().map(|word| format!("“{word}”")).collect(),
        words::routing_that_say,
    );
    say(
        asked
            .priorities
            .iter()
            .map(|one| one.word().to_owned())
            .collect(),
        words::routing_with_priority,
    );
    say(
        asked
            .requester_departments
            .iter()
            .map(|one| one.name.clone())
            .collect(),
        words::routing_for_people_of,
    );
    if let Some(vip) = asked.vip {
        text.push(' ');
        text.push_str(if vip {
            words::routing_for_vips()
        } else {
            words::routing_not_for_vips()
        });
    }
    text
}

/// To whom in the team.
pub fn assignment(how: Assignment) -> &'static str {
    match how {
        Assignment::None => words::routing_to_nobody(),
        Assignment::RoundRobin => words::routing_in_turn(),
        Assignment::LeastLoaded => words::routing_least_loaded(),
    }
}

/// The team and to whom in it: "Network, in turn".
pub fn goes_to(rule: &RoutingRule) -> String {
    let team = rule
        .team
        .as_ref()
        .map_or_else(|| words::none().to_owned(), |team| team.name.clone());
    words::routing_goes_to(team, assignment(rule.assignment))
}

/// What keeps a rule from doing what it says; `all` are the rules among which the one to blame is.
pub fn trouble(problem: &RoutingProblem, all: &[RoutingRule]) -> String {
    let blamed = problem
        .because
        .as_ref()
        .and_then(|id| all.iter().find(|rule| rule.id == *id));
    match (problem.kind, blamed) {
        (RoutingTrouble::TeamOutOfUse, _) => words::routing_trouble_team().to_owned(),
        (RoutingTrouble::NobodyToAssign, _) => words::routing_trouble_nobody().to_owned(),
        (RoutingTrouble::NothingFits, _) => words::routing_trouble_nothing().to_owned(),
        (RoutingTrouble::NeverReached, Some(rule)) => {
            words::routing_trouble_never_by(rule.name.clone())
        }
        (RoutingTrouble::NeverReached, None) => words::routing_trouble_never().to_owned(),
    }
}

/// The lines of a text that are not blank.
pub fn lines(text: &str) -> Vec<String> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .map(str::to_owned)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::{Id, Priority, operations::ServiceName};

    #[test]
    fn conditions_read_as_a_sentence() {
        assert_eq!(conditions(&RoutingConditions::default()), "All tickets");
        let service = |name: &str| ServiceName {
            id: Id::new(name),
            name: name.to_owned(),
        };
        let asked = RoutingConditions {
            kinds: vec![TicketKind::Incident],
            services: vec![service("Network"), service("VPN")],
            priorities: vec![Priority::Critical, Priority::High],
            words: vec!["wifi".to_owned()],
            vip: Some(true),
            ..RoutingConditions::default()
        };
        assert_eq!(
            conditions(&asked),
            format!(
                "Incidents about Network or VPN that say “wifi” with priority {} or {} for very important people",
                Priority::Critical.word(),
                Priority::High.word()
            )
        );
    }

    #[test]
    fn words_stand_on_lines() {
        assert_eq!(lines(" vpn \n\n press room\n"), ["vpn", "press room"]);
    }
}
