//! Figures: medians, percentiles, and the line in which they are told.

use std::time::Duration;

/// Times of many rounds of the same.
#[derive(Default)]
pub struct Times(Vec<Duration>);

impl Times {
    /// One more.
    pub fn add(&mut self, time: Duration) {
        self.0.push(time);
    }

    /// What `share` of them stay below, in milliseconds; zero of none.
    pub fn percentile(&self, share: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let place = (sorted.len() as f64 * share) as usize;
        sorted
            .get(place.min(sorted.len().saturating_sub(1)))
            .map_or(0.0, |time| time.as_secs_f64() * 1_000.0)
    }

    /// Half of them, in milliseconds.
    pub fn median(&self) -> f64 {
        self.percentile(0.5)
    }
}

/// Tells a figure.
pub fn tell(name: &str, value: &str, goal: &str) {
    println!("{name}\t{value}\t{goal}");
}
