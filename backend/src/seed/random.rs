//! Chance that repeats itself: the same seed gives the same numbers on every machine and with every
//! version of every library, so that a demo can be told about in a manual.

/// A SplitMix64 generator. Not for secrets.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// Starts from a seed.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// Evenly in `0.0 ..= 1.0`.
    pub fn fraction(&mut self) -> f64 {
        f64::from((self.bits() >> 32) as u32) / f64::from(u32::MAX)
    }

    /// True in that share of cases.
    pub fn chance(&mut self, share: f64) -> bool {
        self.fraction() < share
    }

    /// Evenly in `0 .. end`; 0 when `end` is 0.
    pub fn below(&mut self, end: usize) -> usize {
        if end == 0 {
            return 0;
        }
        (self.bits() % end as u64) as usize
    }

    /// Evenly in `from ..= to`.
    pub fn between(&mut self, from: i64, to: i64) -> i64 {
        let width = to.saturating_sub(from).max(0).unsigned_abs() + 1;
        from + (self.bits() % width) as i64
    }

    /// One of them.
    pub fn pick<'a, T>(&mut self, items: &'a [T]) -> Option<&'a T> {
        items.get(self.below(items.len()))
    }

    /// The index of one of the weights, each as likely as it weighs; 0 when nothing weighs anything.
    pub fn weighted(&mut self, weights: &[f64]) -> usize {
        let mut left = self.fraction() * weights.iter().sum::<f64>();
        for (index, weight) in weights.iter().enumerate() {
            left -= weight;
            if left < 0.0 {
                return index;
            }
        }
        weights.iter().rposition(|w| *w > 0.0).unwrap_or(0)
    }

    /// About normal: the mean of four even numbers, scaled to that standard deviation.
    pub fn around(&mut self, mean: f64, deviation: f64) -> f64 {
        let sum: f64 = (0..4).map(|_| self.fraction()).sum();
        mean + (sum - 2.0) * deviation * 3.0_f64.sqrt()
    }

    /// Puts them into another order.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for index in (1..items.len()).rev() {
            items.swap(index, self.below(index + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_gives_the_same_numbers() {
        let (mut one, mut two) = (Random::new(7), Random::new(7));
        for _ in 0..100 {
            assert_eq!(one.bits(), two.bits());
        }
        assert_ne!(Random::new(8).bits(), Random::new(7).bits());
    }

    #[test]
    fn weights_are_kept_and_nothing_without_weight_is_taken() {
        let mut random = Random::new(1);
        let mut taken = [0; 3];
        for _ in 0..3000 {
            taken[random.weighted(&[1.0, 0.0, 2.0])] += 1;
        }
        assert_eq!(taken[1], 0);
        assert!(taken[0] > 800 && taken[2] > 1800, "{taken:?}");
    }

    #[test]
    fn a_shuffle_loses_nothing() {
        let mut items: Vec<u32> = (0..50).collect();
        Random::new(3).shuffle(&mut items);
        let shuffled = items.clone();
        items.sort_unstable();
        assert_eq!(items, (0..50).collect::<Vec<_>>());
        assert_ne!(items, shuffled);
    }
}
