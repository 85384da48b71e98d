//! Which rows of a long list are in sight. No signals here.

use std::ops::Range;

/// Rows drawn above and below what is in sight, so that scrolling shows no gaps.
const MARGIN: usize = 8;

/// The rows to draw.
#[must_use]
pub fn in_sight(scroll_top: f64, height: f64, row_height: f64, count: usize) -> Range<usize> {
    let first = rows(scroll_top, row_height);
    let shown = rows(height, row_height) + 2;
    let start = first.saturating_sub(MARGIN).min(count);
    start..(first + shown + MARGIN).min(count)
}

/// Whether the end of what is loaded is so near that more should be.
#[must_use]
pub fn near_end(sight: &Range<usize>, count: usize) -> bool {
    sight.end + MARGIN >= count
}

/// Where to scroll so that the row can be seen; none when it can.
#[must_use]
pub fn scroll_for(index: usize, scroll_top: f64, height: f64, row_height: f64) -> Option<f64> {
    #[expect(clippy::cast_precision_loss, reason = "lists end at ten thousand rows")]
    let top = index as f64 * row_height;
    if top < scroll_top {
        Some(top)
    } else if top + row_height > scroll_top + height {
        Some(top + row_height - height)
    } else {
        None
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "not negative, and lists end at ten thousand rows"
)]
fn rows(length: f64, row_height: f64) -> usize {
    (length.max(0.0) / row_height) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_rows_in_sight_and_a_margin_are_drawn() {
        assert_eq!(in_sight(0.0, 340.0, 34.0, 10_000), 0..20);
        assert_eq!(in_sight(34_000.0, 340.0, 34.0, 10_000), 992..1_020);
        assert_eq!(in_sight(0.0, 340.0, 34.0, 3), 0..3);
        assert_eq!(in_sight(50_000.0, 340.0, 34.0, 3), 3..3);
    }

    #[test]
    fn more_is_loaded_before_the_end_is_seen() {
        assert!(!near_end(&in_sight(0.0, 340.0, 34.0, 100), 100));
        assert!(near_end(&in_sight(2_600.0, 340.0, 34.0, 100), 100));
    }

    #[test]
    fn a_row_out_of_sight_is_brought_just_into_it() {
        assert_eq!(scroll_for(3, 0.0, 340.0, 34.0), None);
        assert_eq!(scroll_for(10, 0.0, 340.0, 34.0), Some(34.0));
        assert_eq!(scroll_for(2, 340.0, 340.0, 34.0), Some(68.0));
    }
}
