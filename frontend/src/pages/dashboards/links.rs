//! From every figure to the tickets that it counts: addresses of lists of the workspace.

use crate::api::{Listed, Priority, TicketState, Timestamp};

const OPEN: &str = "stateKind=NEW,ACTIVE,WAITING";

/// Lists of one dashboard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Links {
    /// The department's condition; empty on the dashboard of all departments.
    department: String,
    /// Lists are opened in the workspace; to whoever may not go there no figure is a link.
    open_to_viewer: bool,
}

impl Links {
    /// The lists of the department with that id, or of all.
    pub fn of(department: Option<&str>, open_to_viewer: bool) -> Self {
        Self {
            department: department.map_or_else(String::new, |id| format!("department={id}")),
            open_to_viewer,
        }
    }

    /// The address of a list; empty where the viewer may not open it.
    fn list(&self, conditions: &[&str]) -> String {
        if !self.open_to_viewer {
            return String::new();
        }
        let all: Vec<&str> = [self.department.as_str()]
            .into_iter()
            .chain(conditions.iter().copied())
            .filter(|condition| !condition.is_empty())
            .collect();
        format!("/desk/search?{}", all.join("&"))
    }

    /// Everything that is open.
    pub fn open(&self) -> String {
        self.list(&[OPEN])
    }

    /// Open, and nobody has it.
    pub fn unassigned(&self) -> String {
        self.list(&[OPEN, "assignee=none"])
    }

    /// Open, and due between two instants.
    pub fn due(&self, from: Timestamp, to: Timestamp) -> String {
        self.list(&[OPEN, &format!("dueFrom={from}"), &format!("dueTo={to}")])
    }

    /// Open, and past a promise.
    pub fn overdue(&self) -> String {
        self.list(&[OPEN, "risk=BREACHED"])
    }

    /// Open, in that state.
    pub fn state(&self, state: TicketState) -> String {
        self.list(&[&format!("state={}", screaming(state.key()))])
    }

    /// Open, of that priority.
    pub fn priority(&self, priority: Priority) -> String {
        self.list(&[OPEN, &format!("priority={}", screaming(priority.key()))])
    }

    /// Open, with that team or with none.
    pub fn team(&self, team: Option<&str>) -> String {
        self.list(&[OPEN, &format!("team={}", team.unwrap_or("none"))])
    }

    /// What arrived between two instants.
    pub fn arrived(&self, from: Timestamp, to: Timestamp) -> String {
        self.list(&[&format!("createdFrom={from}"), &format!("createdTo={to}")])
    }

    /// What was solved between two instants.
    pub fn resolved(&self, from: Timestamp, to: Timestamp) -> String {
        self.list(&[&format!("resolvedFrom={from}"), &format!("resolvedTo={to}")])
    }

    /// One ticket, in the list of those past a promise or not.
    pub fn ticket(&self, reference: &str) -> Option<String> {
        self.open_to_viewer
            .then(|| format!("/desk/search/{reference}"))
    }
}

/// `InProgress` as the API writes it: `IN_PROGRESS`.
fn screaming(key: &str) -> String {
    let mut text = String::with_capacity(key.len() + 2);
    for (at, letter) in key.char_indices() {
        if letter.is_ascii_uppercase() && at > 0 {
            text.push('_');
        }
        text.push(letter.to_ascii_uppercase());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_of_a_department_leads_to_tickets_of_that_department_alone() {
        let links = Links::of(Some("department_1"), true);
        assert_eq!(
            links.open(),
            "/desk/search?department=department_1&stateKind=NEW,ACTIVE,WAITING"
        );
        assert_eq!(
            links.state(TicketState::InProgress),
            "/desk/search?department=department_1&state=IN_PROGRESS"
        );
        assert_eq!(
            links.team(None),
            "/desk/search?department=department_1&stateKind=NEW,ACTIVE,WAITING&team=none"
        );
    }

    #[test]
    fn to_whoever_may_not_open_the_workspace_nothing_leads_there() {
        let links = Links::of(None, false);
        assert_eq!(links.open(), "");
        assert_eq!(links.team(None), "");
        assert_eq!(links.ticket("INC-000001"), None);
    }

    #[test]
    fn a_figure_of_all_departments_names_none() {
        let links = Links::of(None, true);
        assert_eq!(
            links.overdue(),
            "/desk/search?stateKind=NEW,ACTIVE,WAITING&risk=BREACHED"
        );
        assert_eq!(
            links.unassigned(),
            "/desk/search?stateKind=NEW,ACTIVE,WAITING&assignee=none"
        );
        assert_eq!(
            links.arrived(
                Timestamp::from_millis(0),
                Timestamp::from_millis(86_400_000)
            ),
            "/desk/search?createdFrom=1970-01-01T00:00:00Z&createdTo=1970-01-02T00:00:00Z"
        );
    }
}
