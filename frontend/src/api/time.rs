//! The server's present. The only place of the client that asks the browser for the time.

use std::sync::atomic::{AtomicI64, Ordering};

use super::Timestamp;

/// Milliseconds by which the server is ahead of the browser.
static OFFSET: AtomicI64 = AtomicI64::new(0);

#[expect(
    clippy::disallowed_methods,
    reason = "the one place of the client that asks for the time"
)]
#[expect(
    clippy::cast_possible_truncation,
    reason = "milliseconds since 1970 fit for 285,000 years"
)]
fn browser_millis() -> i64 {
    js_sys::Date::now() as i64
}

/// The present by the server's clock.
#[must_use]
pub fn now() -> Timestamp {
    Timestamp::from_millis(browser_millis().saturating_add(OFFSET.load(Ordering::Relaxed)))
}

/// An instant by the browser's own clock, to be handed to [`correct_clock`].
#[must_use]
pub fn browser_now() -> i64 {
    browser_millis()
}

/// Notes what the server said that it was, asked at `asked` and answered at `answered` (browser's milliseconds):
/// half of the way is taken for the answer's.
pub fn correct_clock(server: Timestamp, asked: i64, answered: i64) {
    OFFSET.store(
        offset(server.as_millis(), asked, answered),
        Ordering::Relaxed,
    );
}

const fn offset(server: i64, asked: i64, answered: i64) -> i64 {
    server - asked - (answered - asked) / 2
}

#[cfg(test)]
mod tests {
    use super::offset;

    #[test]
    fn half_of_the_way_counts_as_the_answers_way() {
        assert_eq!(offset(10_000, 4_000, 4_200), 5_900);
        assert_eq!(offset(4_100, 4_000, 4_200), 0);
    }
}
