//! Which items somebody means who types what they want.

use super::CatalogItem;
use crate::platform::search::fold;

/// Shortest word by which a name alone is found.
const TELLING: usize = 3;
/// Words of a question that are looked for; what follows them says nothing new.
const MOST: usize = 16;

/// The items whose name, heading or description has every word. Where none has, people have written a sentence: then
/// the items whose names have most of it.
pub fn matching(mut items: Vec<CatalogItem>, wanted: &str) -> Vec<CatalogItem> {
    if wanted.trim().is_empty() {
        return items;
    }
    let mut wanted = words(wanted, false);
    if wanted.is_empty() {
        // Signs alone: nothing has them.
        return Vec::new();
    }
    wanted.truncate(MOST);
    let has_all = |item: &CatalogItem| {
        let text = format!("{} \n{} \n{}", item.name, item.category, item.description);
        let text = words(&text, true);
        wanted
            .iter()
            .all(|word| text.iter().any(|other| other.contains(word)))
    };
    if items.iter().any(has_all) {
        items.retain(has_all);
        return items;
    }
    let told = |item: &CatalogItem| told_by_name(&item.name, &wanted);
    let most = items.iter().map(told).max().unwrap_or_default();
    items.retain(|item| most > 0 && told(item) == most);
    items
}

/// How much of what is wanted a name has, in letters: long words say more than short ones.
fn told_by_name(name: &str, wanted: &[String]) -> usize {
    let name = words(name, true);
    let same = |word: &str, other: &str| {
        other.starts_with(word) || (other.chars().count() > TELLING && word.starts_with(other))
    };
    wanted
        .iter()
        .map(|word| (word, word.chars().count()))
        .filter(|(word, length)| *length >= TELLING && name.iter().any(|other| same(word, other)))
        .map(|(_, length)| length)
        .sum()
}

/// The words of a text; with `joined` also what a hyphen holds together, as people write it without: "wifi".
fn words(text: &str, joined: bool) -> Vec<String> {
    let folded = fold::words(text);
    let mut words: Vec<String> = folded.iter().map(|word| word.text.clone()).collect();
    if joined {
        words.extend(folded.windows(2).filter_map(|pair| {
            let between = text.get(pair[0].place.end..pair[1].place.start);
            (between == Some("-")).then(|| format!("{}{}", pair[0].text, pair[1].text))
        }));
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;
    use shared::id::{CatalogItemId, DepartmentId};
    use uuid::Uuid;

    fn found(wanted: &str) -> Vec<String> {
        let item = |name: &str, description: &str| CatalogItem {
            id: CatalogItemId(Uuid::nil()),
            department: DepartmentId(Uuid::nil()),
            name: name.to_owned(),
            description: description.to_owned(),
            icon: String::new(),
            category: String::new(),
            delivery_promise: String::new(),
            service: None,
            team: None,
            fields: Vec::new(),
            popularity: 0,
            active: true,
            version: 1,
        };
        let items = vec![
            item("Guest Wi-Fi", "A code for a visitor."),
            item("New laptop", "For you or for your team."),
            item("Replace my badge", "It was lost, or does not open doors."),
            item("Room for an event", "Chairs, coffee, a screen."),
            item("Screen, dock or headset", "For your desk."),
            item("Café card", ""),
        ];
        let found = matching(items, wanted);
        found.into_iter().map(|item| item.name).collect()
    }

    #[test]
    fn words_are_found_as_people_write_them() {
        for wanted in ["wifi", "wi-fi", "WiFi", "guest wifi", "wi"] {
            assert_eq!(found(wanted), ["Guest Wi-Fi"], "{wanted}");
        }
        assert_eq!(found("cafe"), ["Café card"]);
    }

    #[test]
    fn every_word_counts_where_something_has_them_all() {
        assert_eq!(
            found("screen"),
            ["Room for an event", "Screen, dock or headset"]
        );
        assert_eq!(found("screen coffee"), ["Room for an event"]);
        assert_eq!(found("lost badge"), ["Replace my badge"]);
        assert_eq!((found("").len(), found(" ").len()), (6, 6));
        assert!(found("???").is_empty());
    }

    #[test]
    fn a_sentence_finds_what_its_words_name() {
        assert_eq!(found("I need a new laptop for my team"), ["New laptop"]);
        assert_eq!(found("two screens please"), ["Screen, dock or headset"]);
        assert_eq!(found("wifi is slow today"), ["Guest Wi-Fi"]);
        assert_eq!(found("my badge stopped working"), ["Replace my badge"]);
        assert!(found("the lift is stuck").is_empty());
        assert!(found("is an or").is_empty());
    }
}
