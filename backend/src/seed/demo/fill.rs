//! Fills the slots of a story, so that two tickets of one story do not read alike.
//!
//! `{name}` is a slot, `{one|other}` takes one of them, and slots may stand within. A slot keeps its
//! value throughout a ticket; a digit at its end gives another value of the same list. An option
//! that begins with `de:`, `es:` or `pt:` is only for those who speak that language.

use super::content::Slots;
use crate::seed::random::Random;
use jiff::civil::{DateTime, Weekday};
use std::collections::BTreeMap;

/// A story has a slot that nothing fills.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("nothing fills the slot {{{0}}}")]
pub struct UnknownSlot(pub String);

/// Fills texts of one ticket.
pub struct Filler<'a> {
    slots: &'a Slots,
    site: &'a str,
    /// BCP 47, of the requester.
    locale: &'a str,
    /// Local time of the report.
    local: DateTime,
    /// Values so far; at first those that the ticket itself gives, such as `requester`.
    values: BTreeMap<String, String>,
}

impl<'a> Filler<'a> {
    /// For a ticket reported at `site` at `local` time, about which `facts` are known.
    pub fn new(
        slots: &'a Slots,
        site: &'a str,
        locale: &'a str,
        local: DateTime,
        facts: BTreeMap<String, String>,
    ) -> Self {
        Self {
            slots,
            site,
            locale,
            local,
            values: facts,
        }
    }

    /// Sets or replaces a value, such as the agent's name once somebody else takes over.
    pub fn set(&mut self, slot: &str, value: &str) {
        self.values.insert(slot.to_owned(), value.to_owned());
    }

    /// The text with everything filled in.
    pub fn fill(&mut self, text: &str, random: &mut Random) -> Result<String, UnknownSlot> {
        let mut filled = String::with_capacity(text.len() + 32);
        let mut rest = text;
        while let Some(open) = rest.find('{') {
            filled.push_str(&rest[..open]);
            let inside = &rest[open + 1..];
            let close = closing(inside).ok_or_else(|| UnknownSlot(inside.to_owned()))?;
            let options = split(&inside[..close]);
            let value = match options.as_slice() {
                [slot] => self.value(slot, random)?,
                several => {
                    let fit: Vec<&str> = several
                        .iter()
                        .filter_map(|option| spoken(option, self.locale))
                        .collect();
                    let chosen = random.pick(&fit).copied().unwrap_or_default();
                    self.fill(chosen, random)?
                }
            };
            filled.push_str(&value);
            rest = &inside[close + 1..];
        }
        filled.push_str(rest);
        Ok(filled)
    }

    fn value(&mut self, slot: &str, random: &mut Random) -> Result<String, UnknownSlot> {
        if let Some(value) = self.values.get(slot) {
            return Ok(value.clone());
        }
        if let Some(value) = self.date_value(slot) {
            return Ok(value);
        }
        if let Some(value) = self.hour_value(slot, random) {
            self.values.insert(slot.to_owned(), value.clone());
            return Ok(value);
        }
        let list = slot.trim_end_matches(|c: char| c.is_ascii_digit());
        let value = if let Some(pattern) = self.slots.patterns.get(list) {
            from_pattern(pattern, random)
        } else {
            let options = self
                .slots
                .lists
                .get(list)
                .or_else(|| self.slots.by_site.get(list)?.get(self.site))
                .ok_or_else(|| UnknownSlot(slot.to_owned()))?;
            let taken: Vec<&String> = self
                .values
                .iter()
                .filter(|(name, _)| name.trim_end_matches(|c: char| c.is_ascii_digit()) == list)
                .map(|(_, value)| value)
                .collect();
            let free: Vec<&String> = options.iter().filter(|o| !taken.contains(o)).collect();
            let free = if free.is_empty() {
                options.iter().collect()
            } else {
                free
            };
            random
                .pick(&free)
                .map(|value| (*value).clone())
                .ok_or_else(|| UnknownSlot(slot.to_owned()))?
        };
        self.values.insert(slot.to_owned(), value.clone());
        Ok(value)
    }

    /// `earlier` and `later`: a time of the same day, about an hour away.
    fn hour_value(&self, slot: &str, random: &mut Random) -> Option<String> {
        let minutes = match slot {
            "earlier" => -random.between(20, 80),
            "later" => random.between(50, 130),
            _ => return None,
        };
        let time = self
            .local
            .checked_add(jiff::Span::new().minutes(minutes))
            .ok()?;
        Some(format!("{}:{:02}", time.hour(), time.minute() / 5 * 5))
    }

    /// `day+4`, `date-2`, `iso+1`: so many days away, moved off the weekend in the same direction.
    fn date_value(&self, slot: &str) -> Option<String> {
        let at = slot.find(['+', '-'])?;
        let (form, days) = slot.split_at(at);
        let days: i64 = days.parse().ok()?;
        let mut date = self
            .local
            .date()
            .checked_add(jiff::Span::new().days(days))
            .ok()?;
        while matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday) {
            date = if days < 0 {
                date.yesterday().ok()?
            } else {
                date.tomorrow().ok()?
            };
        }
        let near = days.abs() < 6;
        match form {
            "day" if near => Some(date.strftime("%A").to_string()),
            "day" | "date" => Some(date.strftime("%-d %B").to_string()),
            "iso" => Some(date.to_string()),
            _ => None,
        }
    }
}

/// The option without its language; `None` for those who do not speak it.
pub fn spoken<'t>(option: &'t str, locale: &str) -> Option<&'t str> {
    match option.split_once(':') {
        Some((language @ ("de" | "es" | "pt"), text)) => {
            locale.starts_with(language).then_some(text)
        }
        _ => Some(option),
    }
}

/// Index of the brace that closes what was opened before `inside`.
fn closing(inside: &str) -> Option<usize> {
    let mut depth = 0usize;
    for (index, character) in inside.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => return Some(index),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// Splits at the bars that stand outside of inner braces.
fn split(inside: &str) -> Vec<&str> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0usize);
    for (index, character) in inside.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            '|' if depth == 0 => {
                parts.push(&inside[start..index]);
                start = index + 1;
            }
            _ => {}
        }
    }
    parts.push(&inside[start..]);
    parts
}

fn from_pattern(pattern: &str, random: &mut Random) -> String {
    pattern
        .chars()
        .map(|character| match character {
            '#' => char::from(b'0' + random.below(10) as u8),
            '@' => char::from(b'A' + random.below(6) as u8),
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::content::{Content, Speaker};
    use super::*;
    use jiff::civil::date;

    fn slots() -> Slots {
        Content::read().expect("content").slots
    }

    #[test]
    fn a_slot_keeps_its_value_and_a_numbered_one_differs() {
        let slots = slots();
        let mut random = Random::new(5);
        let mut filler = Filler::new(
            &slots,
            "lisbon",
            "de-DE",
            date(2026, 11, 20).at(9, 30, 0, 0),
            BTreeMap::new(),
        );
        for _ in 0..20 {
            let text = filler
                .fill("{floor} {floor} {floor2}", &mut random)
                .expect("filled");
            let words: Vec<&str> = text.split(' ').collect();
            assert_eq!(words[0], words[1]);
            assert_ne!(words[0], words[2]);
        }
    }

    #[test]
    fn one_of_several_may_hold_slots_and_be_empty() {
        let slots = slots();
        let mut filler = Filler::new(
            &slots,
            "berlin",
            "de-DE",
            date(2026, 11, 20).at(9, 30, 0, 0),
            BTreeMap::new(),
        );
        let mut seen = std::collections::BTreeSet::new();
        for seed in 0..50 {
            let mut random = Random::new(seed);
            seen.insert(
                filler
                    .fill("a{ in {room}|, b|}", &mut random)
                    .expect("filled"),
            );
        }
        assert_eq!(seen.len(), 3, "{seen:?}");
        assert!(seen.contains("a"));
    }

    #[test]
    fn days_are_counted_from_the_report_and_are_never_on_a_weekend() {
        let slots = slots();
        let mut random = Random::new(1);
        // A Friday.
        let mut filler = Filler::new(
            &slots,
            "berlin",
            "de-DE",
            date(2026, 11, 20).at(9, 30, 0, 0),
            BTreeMap::new(),
        );
        let text = filler
            .fill("{day+1} {day-1} {date+8} {day+12} {iso+1}", &mut random)
            .expect("filled");
        assert_eq!(text, "Monday Thursday 30 November 2 December 2026-11-23");
    }

    #[test]
    fn an_option_in_a_language_is_for_those_who_speak_it() {
        let slots = slots();
        let local = date(2026, 11, 20).at(9, 30, 0, 0);
        let mut filler = Filler::new(&slots, "berlin", "de-DE", local, BTreeMap::new());
        for seed in 0..20 {
            let mut random = Random::new(seed);
            let text = filler.fill("{de:Danke|pt:Um abraço|es:Gracias}", &mut random);
            assert_eq!(text.as_deref(), Ok("Danke"));
        }
        assert_eq!(spoken("pt:Luz", "pt-PT"), Some("Luz"));
        assert_eq!(spoken("pt:Luz", "en-US"), None);
        assert_eq!(spoken("VPN: gone", "en-US"), Some("VPN: gone"));
    }

    #[test]
    fn an_unknown_slot_is_named() {
        let slots = slots();
        let mut filler = Filler::new(
            &slots,
            "berlin",
            "de-DE",
            date(2026, 11, 20).at(9, 30, 0, 0),
            BTreeMap::new(),
        );
        assert_eq!(
            filler.fill("{nothing}", &mut Random::new(1)),
            Err(UnknownSlot("nothing".into()))
        );
    }

    #[test]
    fn every_slot_of_every_story_is_filled_at_every_site() {
        let content = Content::read().expect("content");
        let facts: BTreeMap<String, String> = super::super::plan::FACTS
            .iter()
            .map(|name| ((*name).to_owned(), "X".to_owned()))
            .collect();
        for story in &content.stories {
            for site in &content.organisation.sites {
                for seed in 0..4 {
                    let mut random = Random::new(seed);
                    let mut filler = Filler::new(
                        &content.slots,
                        &site.key,
                        "es-ES",
                        date(2026, 10, 1).at(14, 5, 0, 0),
                        facts.clone(),
                    );
                    let end = match &story.end {
                        super::super::content::End::Resolved { text, .. } => Some(text),
                        _ => None,
                    };
                    let texts = story
                        .titles
                        .iter()
                        .chain(story.talk.iter().map(|m| &m.text))
                        .chain(story.answers.values())
                        .chain(end);
                    for text in texts {
                        let filled = filler
                            .fill(text, &mut random)
                            .unwrap_or_else(|e| panic!("{}: {e}", story.key));
                        assert!(!filled.contains(['{', '}']), "{filled}");
                    }
                    assert!(story.talk.iter().any(|m| m.by != Speaker::Note));
                }
            }
        }
    }
}
