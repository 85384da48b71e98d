//! A request's progress in plain words: received, being worked on, done.

use crate::{
    api::{HoldReason, TicketState, Timestamp},
    components::{StepState, Tone},
    words::portal as words,
};

/// What the requester is told about where a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Received, being worked on, done.
    pub steps: [StepState; 3],
    /// In two or three words.
    pub label: &'static str,
    /// The colour of the label.
    pub tone: Tone,
    /// A drawing before the label; none when empty.
    pub icon: &'static str,
    /// What the requester can do about it.
    pub stage: Stage,
}

/// Whose turn it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    /// Nobody has begun.
    Received,
    /// Somebody works on it.
    Working,
    /// It stands still for a reason that is not the requester's.
    Paused(HoldReason),
    /// The requester must answer.
    WaitingForYou,
    /// Done, and the requester may say whether rightly.
    Solved,
    /// Done for good.
    Closed,
    /// Withdrawn.
    Withdrawn,
}

impl Progress {
    /// Where a request in that state stands.
    pub fn of(state: TicketState, reason: Option<HoldReason>) -> Self {
        use StepState::{Ahead, Done, Now, Stopped, Waiting};
        let (steps, label, tone, icon, stage) = match (state, reason) {
            (TicketState::New, _) => (
                [Now, Ahead, Ahead],
                words::progress_received(),
                Tone::Neutral,
                "inbox",
                Stage::Received,
            ),
            (TicketState::Assigned | TicketState::InProgress, _) => (
                [Done, Now, Ahead],
                words::progress_working(),
                Tone::Accent,
                "",
                Stage::Working,
            ),
            (TicketState::OnHold, Some(HoldReason::WaitingForRequester)) => (
                [Done, Waiting, Ahead],
                words::progress_waiting_for_you(),
                Tone::Warn,
                "reply",
                Stage::WaitingForYou,
            ),
            (TicketState::OnHold, reason) => (
                [Done, Now, Ahead],
                words::progress_paused(),
                Tone::Neutral,
                "pause",
                Stage::Paused(reason.unwrap_or(HoldReason::WaitingForTeam)),
            ),
            (TicketState::Resolved, _) => (
                [Done, Done, Done],
                words::progress_done(),
                Tone::Ok,
                "check",
                Stage::Solved,
            ),
            (TicketState::Closed, _) => (
                [Done, Done, Done],
                words::progress_done(),
                Tone::Ok,
                "check",
                Stage::Closed,
            ),
            (TicketState::Cancelled, _) => (
                [Done, Stopped, Stopped],
                words::progress_withdrawn(),
                Tone::Neutral,
                "x",
                Stage::Withdrawn,
            ),
        };
        Self {
            steps,
            label,
            tone,
            icon,
            stage,
        }
    }

    /// Whether the request still needs anybody.
    pub fn is_open(self) -> bool {
        matches!(
            self.stage,
            Stage::Received | Stage::Working | Stage::Paused(_) | Stage::WaitingForYou
        )
    }
}

/// The words of the three steps.
pub fn step_words() -> [&'static str; 3] {
    [
        words::step_received(),
        words::step_working(),
        words::step_done(),
    ]
}

/// How the promise of a request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Promise {
    /// None was given.
    None,
    /// It is to be kept by then.
    By(Timestamp),
    /// Its time has passed.
    Late,
}

impl Promise {
    /// How the promise of an open request stands at `now`.
    pub fn at(expected_by: Option<Timestamp>, now: Timestamp) -> Self {
        match expected_by {
            None => Self::None,
            Some(by) if by < now => Self::Late,
            Some(by) => Self::By(by),
        }
    }
}

/// Why a request stands still, as a sentence.
pub fn pause_sentence(reason: HoldReason, until: Option<String>) -> String {
    match (reason, until) {
        (HoldReason::RequestedDate, Some(day)) => words::paused_until(day),
        (HoldReason::RequestedDate, None) => words::paused_date().to_owned(),
        (HoldReason::WaitingForSupplier, _) => words::paused_supplier().to_owned(),
        (HoldReason::WaitingForProblem, _) => words::paused_problem().to_owned(),
        (HoldReason::WaitingForTeam, _) => words::paused_team().to_owned(),
        (HoldReason::WaitingForEvidence, _) => words::paused_evidence().to_owned(),
        (HoldReason::WaitingForRequester, _) => words::next_waiting_for_you().to_owned(),
    }
}

/// The greeting of that hour (0–23).
pub fn greeting(hour: u32) -> fn(&str) -> String {
    match hour {
        5..=11 => |name| words::good_morning(name),
        12..=17 => |name| words::good_afternoon(name),
        _ => |name| words::good_evening(name),
    }
}

/// The name that somebody is called by.
pub fn first_name(name: &str) -> &str {
    name.split_whitespace().next().unwrap_or(name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::Listed;

    #[test]
    fn waiting_for_the_requester_is_told_apart_from_every_other_pause() {
        let waiting = Progress::of(TicketState::OnHold, Some(HoldReason::WaitingForRequester));
        assert_eq!(waiting.stage, Stage::WaitingForYou);
        assert_eq!(waiting.tone, Tone::Warn);
        for reason in HoldReason::ALL
            .iter()
            .copied()
            .filter(|reason| *reason != HoldReason::WaitingForRequester)
        {
            let paused = Progress::of(TicketState::OnHold, Some(reason));
            assert_eq!(paused.stage, Stage::Paused(reason));
            assert!(paused.is_open());
        }
    }

    #[test]
    fn every_state_has_its_words_and_only_open_ones_are_open() {
        let open: Vec<_> = TicketState::ALL
            .iter()
            .copied()
            .filter(|state| Progress::of(*state, None).is_open())
            .collect();
        assert_eq!(
            open,
            [
                TicketState::New,
                TicketState::Assigned,
                TicketState::InProgress,
                TicketState::OnHold
            ]
        );
        assert!(
            TicketState::ALL
                .iter()
                .all(|state| !Progress::of(*state, None).label.is_empty())
        );
    }

    #[test]
    fn a_promise_is_late_once_its_time_has_passed() {
        let now = Timestamp::from_millis(1_000_000);
        assert_eq!(
            Promise::at(Some(now.plus_seconds(1)), now),
            Promise::By(now.plus_seconds(1))
        );
        assert_eq!(Promise::at(Some(now.plus_seconds(-1)), now), Promise::Late);
        assert_eq!(Promise::at(None, now), Promise::None);
    }

    #[test]
    fn the_greeting_follows_the_hour() {
        assert_eq!(greeting(8)("Ana"), words::good_morning("Ana"));
        assert_eq!(greeting(13)("Ana"), words::good_afternoon("Ana"));
        assert_eq!(greeting(23)("Ana"), words::good_evening("Ana"));
        assert_eq!(greeting(3)("Ana"), words::good_evening("Ana"));
        assert_eq!(first_name("Ana Ferreira"), "Ana");
    }
}
