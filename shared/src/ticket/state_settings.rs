//! What a department sets about its tickets' states. Times are days, because people remember days.

use super::{HoldReason, ResolutionCode};
use crate::validation::{Problem, Problems};
use serde::{Deserialize, Serialize};

/// Most days until a resolved ticket closes by itself.
pub const CLOSE_AFTER_MAX: i32 = 90;
/// Most days in which a closed ticket can be reopened.
pub const REOPEN_WITHIN_MAX: i32 = 365;
/// Most days that a hold lasts unless its wake-up date is named.
pub const WAKE_UP_MAX: i32 = 360;

/// A reason for holds that a department offers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HoldOffer {
    /// The reason.
    pub reason: HoldReason,
    /// How many days such a hold lasts when nobody names its wake-up date.
    pub wake_up_days: i32,
}

/// All that a department sets about states.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct StateSettings {
    /// Days until a resolved ticket closes by itself, when the requester says nothing.
    pub close_after_days: i32,
    /// Days after closing in which a ticket can be reopened; later a new one is opened.
    pub reopen_within_days: i32,
    /// Reasons for which a ticket may wait, in the order of the vocabulary.
    pub hold_reasons: Vec<HoldOffer>,
    /// Codes with which a ticket may be resolved, in the order of the vocabulary.
    pub resolution_codes: Vec<ResolutionCode>,
}

impl Default for StateSettings {
    fn default() -> Self {
        Self {
            close_after_days: 5,
            reopen_within_days: 14,
            hold_reasons: HoldReason::ALL
                .iter()
                .map(|reason| HoldOffer {
                    reason: *reason,
                    wake_up_days: 1,
                })
                .collect(),
            resolution_codes: ResolutionCode::ALL.to_vec(),
        }
    }
}

impl StateSettings {
    /// Puts the lists into the order of their vocabularies.
    pub fn tidy(&mut self) {
        self.hold_reasons.sort_by_key(|offer| offer.reason);
        self.resolution_codes.sort_unstable();
    }

    /// What is offered of a reason, if it is offered.
    pub fn offer(&self, reason: HoldReason) -> Option<HoldOffer> {
        self.hold_reasons
            .iter()
            .find(|offer| offer.reason == reason)
            .copied()
    }

    /// Whether tickets may be resolved with this code.
    pub fn offers(&self, code: ResolutionCode) -> bool {
        self.resolution_codes.contains(&code)
    }
}

/// Checks the settings: sensible times, something to choose from, nothing twice.
///
/// # Errors
/// All that is wrong.
pub fn check_state_settings(settings: &StateSettings) -> Result<(), Vec<Problem>> {
    let mut problems = Problems::new();
    let days = [
        (
            "closeAfterDays",
            settings.close_after_days,
            1,
            CLOSE_AFTER_MAX,
        ),
        (
            "reopenWithinDays",
            settings.reopen_within_days,
            0,
            REOPEN_WITHIN_MAX,
        ),
    ];
    for (field, value, least, most) in days {
        if !(least..=most).contains(&value) {
            problems.add(
                "OUT_OF_RANGE",
                field,
                format!("Between {least} and {most} days."),
            );
        }
    }
    if settings.hold_reasons.is_empty() {
        problems.add("REQUIRED", "holdReasons", "At least one reason is offered.");
    }
    // What is longer than its vocabulary has something twice; nobody makes us compare thousands.
    let lists = [
        (
            "holdReasons",
            settings.hold_reasons.len(),
            HoldReason::ALL.len(),
        ),
        (
            "resolutionCodes",
            settings.resolution_codes.len(),
            ResolutionCode::ALL.len(),
        ),
    ];
    let mut too_long = false;
    for (field, length, most) in lists {
        if length > most {
            problems.add("TOO_MANY", field, format!("There are {most} at most."));
            too_long = true;
        }
    }
    if too_long {
        return problems.finish();
    }
    for (place, offer) in settings.hold_reasons.iter().enumerate() {
        if !(1..=WAKE_UP_MAX).contains(&offer.wake_up_days) {
            problems.add(
                "OUT_OF_RANGE",
                &format!("holdReasons.{place}.wakeUpDays"),
                format!("Between 1 and {WAKE_UP_MAX} days."),
            );
        }
        let same = |other: &HoldOffer| other.reason == offer.reason;
        if settings.hold_reasons[..place].iter().any(same) {
            problems.add(
                "NOT_UNIQUE",
                &format!("holdReasons.{place}.reason"),
                "This reason stands here twice.",
            );
        }
    }
    if settings.resolution_codes.is_empty() {
        problems.add(
            "REQUIRED",
            "resolutionCodes",
            "At least one way to resolve is offered.",
        );
    }
    for (place, code) in settings.resolution_codes.iter().enumerate() {
        if settings.resolution_codes[..place].contains(code) {
            problems.add(
                "NOT_UNIQUE",
                &format!("resolutionCodes.{place}"),
                "This stands here twice.",
            );
        }
    }
    problems.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_settings_are_sound_and_in_order() {
        let mut settings = StateSettings::default();
        assert!(check_state_settings(&settings).is_ok());
        let before = settings.clone();
        settings.hold_reasons.reverse();
        settings.resolution_codes.reverse();
        settings.tidy();
        assert_eq!(settings, before);
    }

    #[test]
    fn what_is_wrong_is_said_of_each_field() {
        let twice = HoldOffer {
            reason: HoldReason::RequestedDate,
            wake_up_days: 366,
        };
        let settings = StateSettings {
            close_after_days: 0,
            reopen_within_days: -1,
            hold_reasons: vec![twice, twice],
            resolution_codes: Vec::new(),
        };
        let fields: Vec<String> = check_state_settings(&settings)
            .expect_err("problems")
            .into_iter()
            .map(|problem| problem.field)
            .collect();
        assert_eq!(
            fields,
            [
                "closeAfterDays",
                "reopenWithinDays",
                "holdReasons.0.wakeUpDays",
                "holdReasons.1.wakeUpDays",
                "holdReasons.1.reason",
                "resolutionCodes",
            ]
        );
        let long = StateSettings {
            hold_reasons: vec![twice; 7],
            ..StateSettings::default()
        };
        let problems = check_state_settings(&long).expect_err("too many");
        assert_eq!((problems.len(), problems[0].code.as_str()), (1, "TOO_MANY"));
    }
}
