//! A conversation on screen: the newest part, which follows the server, and earlier parts that somebody asked for. No
//! signals here.

/// What has a place in a conversation.
pub trait Said {
    /// Its id; ids sort as the conversation does.
    fn id(&self) -> &str;
}

/// What of a conversation is on screen.
#[derive(Clone, Debug, PartialEq)]
pub struct Talk<M> {
    /// Oldest first.
    pub messages: Vec<M>,
    /// There are earlier ones.
    pub more: bool,
    /// Before this the earlier ones are.
    pub start: Option<String>,
}

impl<M> Default for Talk<M> {
    fn default() -> Self {
        Self {
            messages: Vec::new(),
            more: false,
            start: None,
        }
    }
}

impl<M: Said + Clone> Talk<M> {
    /// Takes the newest part as the server has it now. What stood before it stays, unless so much came meanwhile that
    /// something between would be missing: then the newest part stands alone.
    pub fn newest(&mut self, part: &[M], more: bool, start: Option<String>) {
        let (Some(first), Some(last)) = (part.first(), self.messages.last()) else {
            *self = Self {
                messages: part.to_vec(),
                more,
                start,
            };
            return;
        };
        let gap = more && last.id() < first.id();
        let kept = self
            .messages
            .iter()
            .take_while(|known| !gap && known.id() < first.id())
            .count();
        self.messages.truncate(kept);
        self.messages.extend_from_slice(part);
        if kept == 0 {
            self.more = more;
            self.start = start;
        }
    }

    /// Puts the part before it.
    pub fn earlier(&mut self, part: Vec<M>, more: bool, start: Option<String>) {
        let before = match self.messages.first() {
            Some(first) => part.iter().take_while(|m| m.id() < first.id()).count(),
            None => part.len(),
        };
        self.messages.splice(0..0, part.into_iter().take(before));
        self.more = more;
        self.start = start;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    impl Said for String {
        fn id(&self) -> &str {
            self
        }
    }

    fn part(range: std::ops::Range<u32>) -> Vec<String> {
        range.map(|n| format!("{n:03}")).collect()
    }

    fn start(n: u32) -> Option<String> {
        Some(n.to_string())
    }

    #[test]
    fn earlier_parts_stay_when_the_newest_moves_on() {
        let mut talk = Talk::default();
        talk.newest(&part(50..60), true, start(50));
        talk.earlier(part(40..50), true, start(40));
        talk.newest(&part(52..62), true, start(52));
        assert_eq!(talk.messages, part(40..62));
        assert_eq!((talk.more, talk.start.clone()), (true, start(40)));
        talk.earlier(part(0..40), false, None);
        assert_eq!(talk.messages, part(0..62));
        assert!(!talk.more);
    }

    #[test]
    fn nothing_is_missing_in_between() {
        let mut talk = Talk::default();
        talk.newest(&part(0..10), false, start(0));
        talk.newest(&part(30..40), true, start(30));
        assert_eq!(talk.messages, part(30..40));
        assert_eq!((talk.more, talk.start.clone()), (true, start(30)));
    }

    #[test]
    fn a_part_that_is_all_there_is_replaces_what_was_shown() {
        let mut talk = Talk::default();
        talk.newest(&part(0..3), false, start(0));
        talk.newest(&part(0..4), false, start(0));
        assert_eq!(talk.messages, part(0..4));
        talk.newest(&[], false, None);
        assert_eq!(talk.messages, part(0..0));
    }

    #[test]
    fn a_part_that_comes_twice_is_shown_once() {
        let mut talk = Talk::default();
        talk.newest(&part(5..8), true, start(5));
        talk.earlier(part(2..5), true, start(2));
        talk.earlier(part(2..5), true, start(2));
        assert_eq!(talk.messages, part(2..8));
    }
}
