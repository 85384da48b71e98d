//! The source's words in ours. What is not listed stays as it was, with the original kept.

use chrono::{NaiveDate, NaiveDateTime, NaiveTime};
use shared::ticket::{Channel, HoldReason, Impact, Priority, TicketState, Urgency};
use shared::time::Timestamp;

/// Our state for one of the source's; `None` for a word that says nothing (such as `-100`): the
/// state then stays as it was.
pub fn state(word: &str) -> Option<(TicketState, Option<HoldReason>)> {
    use HoldReason as H;
    use TicketState as S;
    Some(match word.trim().to_ascii_lowercase().as_str() {
        "new" => (S::New, None),
        "assigned" => (S::Assigned, None),
        "active" | "in progress" | "work in progress" | "open" => (S::InProgress, None),
        "awaiting user info" | "awaiting user" | "awaiting caller" => {
            (S::OnHold, Some(H::WaitingForRequester))
        }
        "awaiting vendor" => (S::OnHold, Some(H::WaitingForSupplier)),
        "awaiting problem" => (S::OnHold, Some(H::WaitingForProblem)),
        "awaiting evidence" => (S::OnHold, Some(H::WaitingForEvidence)),
        "awaiting change" => (S::OnHold, Some(H::WaitingForTeam)),
        "on hold" | "pending" => (S::OnHold, None),
        "resolved" => (S::Resolved, None),
        "closed" => (S::Closed, None),
        "canceled" | "cancelled" => (S::Cancelled, None),
        _ => return None,
    })
}

/// Our channel for a contact type.
pub fn channel(word: Option<&str>) -> Channel {
    match word
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase()
        .as_str()
    {
        "phone" | "ivr" => Channel::Phone,
        "self service" | "self-service" => Channel::Portal,
        "email" => Channel::Email,
        "chat" | "virtual agent" => Channel::Chat,
        "walk-in" | "walk in" => Channel::WalkUp,
        "monitoring" | "event management" | "alert" => Channel::Monitoring,
        // "Direct opening" is a record that was made without a contact.
        _ => Channel::Api,
    }
}

/// The leading digit of words such as `2 - Medium`.
fn rank(word: &str) -> Option<u32> {
    let mut characters = word.trim().chars();
    let digit = characters.next()?.to_digit(10)?;
    let rest = characters.as_str().trim_start();
    (rest.is_empty() || rest.starts_with('-')).then_some(digit)
}

/// `1 - High` to `3 - Low`.
pub fn impact(word: &str) -> Option<Impact> {
    Some(match rank(word)? {
        1 => Impact::Organisation,
        2 => Impact::Team,
        3 => Impact::Person,
        _ => return None,
    })
}

/// `1 - High` to `3 - Low`.
pub fn urgency(word: &str) -> Option<Urgency> {
    Some(match rank(word)? {
        1 => Urgency::High,
        2 => Urgency::Medium,
        3 => Urgency::Low,
        _ => return None,
    })
}

/// `1 - Critical` to `4 - Low`; `5 - Planning` counts as low.
pub fn priority(word: &str) -> Option<Priority> {
    Some(match rank(word)? {
        1 => Priority::Critical,
        2 => Priority::High,
        3 => Priority::Moderate,
        4 | 5 => Priority::Low,
        _ => return None,
    })
}

/// `true` or `false`, as several exports spell it.
pub fn yes_or_no(word: &str) -> Option<bool> {
    match word.trim().to_ascii_lowercase().as_str() {
        "true" | "1" | "yes" => Some(true),
        "false" | "0" | "no" => Some(false),
        _ => None,
    }
}

/// `d/m/Y H:M`, seconds if there are any; also `Y-m-d H:M:S`. There is no zone: UTC.
pub fn instant(text: &str) -> Option<Timestamp> {
    let (date, time) = text.trim().split_once([' ', 'T'])?;
    let date = if let Some((day, rest)) = date.split_once('/') {
        let (month, year) = rest.split_once('/')?;
        NaiveDate::from_ymd_opt(year_number(year)?, number(month)?, number(day)?)?
    } else {
        let (year, rest) = date.split_once('-')?;
        let (month, day) = rest.split_once('-')?;
        NaiveDate::from_ymd_opt(year_number(year)?, number(month)?, number(day)?)?
    };
    let mut parts = time.trim().split(':');
    let (hour, minute) = (number(parts.next()?)?, number(parts.next()?)?);
    let second = parts.next().map_or(Some(0), number)?;
    if parts.next().is_some() {
        return None;
    }
    let time = NaiveTime::from_hms_opt(hour, minute, second)?;
    let millis = NaiveDateTime::new(date, time).and_utc().timestamp_millis();
    Some(Timestamp::from_millis(millis))
}

/// One or two digits and nothing else.
fn number(text: &str) -> Option<u32> {
    (matches!(text.len(), 1..=2) && text.bytes().all(|b| b.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
}

/// Four digits; a year of two would be a guess.
fn year_number(text: &str) -> Option<i32> {
    (text.len() == 4 && text.bytes().all(|b| b.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_are_day_month_year_in_utc() {
        for (text, wanted) in [
            ("29/2/2016 01:16", "2016-02-29T01:16:00Z"),
            ("5/3/2016 9:05", "2016-03-05T09:05:00Z"),
            ("05/03/2016 09:05:30", "2016-03-05T09:05:30Z"),
            ("2016-03-05 09:05:30", "2016-03-05T09:05:30Z"),
        ] {
            assert_eq!(
                instant(text).map(|t| t.to_string()).as_deref(),
                Some(wanted)
            );
        }
        for text in [
            "",
            "29/2/2015 01:16",
            "5/13/2016 01:00",
            "5/3/16 01:00",
            "5/3/2016 24:00",
            "5/3/2016",
            "5/3/2016 1:2:3:4",
            "+5/3/2016 01:00",
            "5/3/2016 01:xx",
        ] {
            assert_eq!(instant(text), None, "{text}");
        }
    }

    #[test]
    fn ranks_need_a_digit_that_stands_alone() {
        assert_eq!(priority("3 - Moderate"), Some(Priority::Moderate));
        assert_eq!(priority("5 - Planning"), Some(Priority::Low));
        assert_eq!(impact("1 - High"), Some(Impact::Organisation));
        assert_eq!(urgency("3"), Some(Urgency::Low));
        for word in ["", "12", "high", "9 - Odd", "1st"] {
            assert_eq!(priority(word), None, "{word}");
        }
    }

    #[test]
    fn a_state_that_says_nothing_is_no_state() {
        assert_eq!(state("-100"), None);
        assert_eq!(state("Resolved"), Some((TicketState::Resolved, None)));
        assert_eq!(
            state("Awaiting Problem"),
            Some((TicketState::OnHold, Some(HoldReason::WaitingForProblem)))
        );
    }
}
