//! From the instants of a story to those at which it is told: so many times as fast, and without its
//! nights. No clock is altered: what is told happens at the present of whoever tells it.

use shared::time::Timestamp;

/// Nobody waits longer than this, in the story's time, for something to happen: nights, weekends and
/// holidays are cut short.
pub const LONGEST_WAIT_MILLIS: i64 = 30 * 60 * 1000;

/// A wait of the story is never made longer than this, in the story's time.
pub const LONGEST_HOLD_MILLIS: i64 = 5 * 86_400 * 1000;

/// Maps the instants of a story, in their order.
#[derive(Clone, Debug)]
pub struct Pace {
    speed: i64,
    start: Timestamp,
    /// The story's instant that was mapped last.
    last: Option<Timestamp>,
    /// Milliseconds of the story that were told, but for what was cut: so that no fraction is lost.
    told: i64,
}

impl Pace {
    /// Tells a story from `start` on, `speed` times as fast.
    pub fn new(speed: u32, start: Timestamp) -> Self {
        Self {
            speed: i64::from(speed.max(1)),
            start,
            last: None,
            told: 0,
        }
    }

    /// When the next instant of the story is told; one that lies before the last is told with it.
    pub fn real(&mut self, at: Timestamp) -> Timestamp {
        let wait = self.last.map_or(0, |last| at.millis_since(last));
        self.told += wait.clamp(0, LONGEST_WAIT_MILLIS);
        self.last = Some(self.last.map_or(at, |last| last.max(at)));
        self.start.plus_millis(self.told / self.speed)
    }

    /// How long that much time of the story takes; never nothing.
    pub fn lasts(&self, millis: i64) -> i64 {
        (millis.clamp(0, LONGEST_HOLD_MILLIS) / self.speed).max(1_000)
    }

    /// Whatever comes is told later by so much: what was missed while nobody could tell it does not
    /// come all at once.
    pub fn slip(&mut self, millis: i64) {
        self.start = self.start.plus_millis(millis.max(0));
    }

    /// Another story begins: its first instant follows the last of the one before at once.
    pub fn next_story(&mut self) {
        self.last = None;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const START: Timestamp = Timestamp::from_millis(1_772_442_000_000);

    #[test]
    fn ten_minutes_last_a_second_and_a_night_three() {
        let at = |minutes: i64| Timestamp::from_millis(minutes * 60_000);
        let mut pace = Pace::new(600, START);
        assert_eq!(pace.real(at(5_000)), START, "the first is told at once");
        assert_eq!(pace.real(at(5_010)), START.plus_millis(1_000));
        assert_eq!(pace.real(at(5_020)), START.plus_millis(2_000));
        assert_eq!(pace.real(at(6_000)), START.plus_millis(5_000));
        pace.slip(40_000);
        assert_eq!(pace.real(at(6_000)), START.plus_millis(45_000));
        pace.next_story();
        assert_eq!(pace.real(at(1)), START.plus_millis(45_000));
        assert_eq!(pace.lasts(86_400_000), 144_000);
        assert_eq!(
            pace.lasts(365 * 86_400_000),
            720_000,
            "no hold lasts for ever"
        );
        assert_eq!(pace.lasts(1), 1_000);
    }

    proptest! {
        #[test]
        fn order_is_kept_nothing_is_slower_than_said_and_no_wait_is_long(
            speed in 1_u32..10_000,
            mut instants in proptest::collection::vec(0_i64..6_000_000_000, 1..200),
        ) {
            instants.sort_unstable();
            let mut pace = Pace::new(speed, START);
            let told: Vec<Timestamp> = instants
                .iter()
                .map(|at| pace.real(Timestamp::from_millis(*at)))
                .collect();
            prop_assert_eq!(told[0], START);
            for (story, real) in instants.windows(2).zip(told.windows(2)) {
                let (wait, told) = (story[1] - story[0], real[1].millis_since(real[0]));
                prop_assert!(told >= 0);
                let exact = wait.min(LONGEST_WAIT_MILLIS) / i64::from(speed);
                prop_assert!((told - exact).abs() <= 1, "{} told as {}", wait, told);
            }
            // Roundings do not add up.
            let waits = instants.windows(2).map(|w| (w[1] - w[0]).min(LONGEST_WAIT_MILLIS));
            let whole = waits.sum::<i64>() / i64::from(speed);
            let last = told[told.len() - 1];
            prop_assert_eq!(last.millis_since(START), whole);
        }
    }
}
