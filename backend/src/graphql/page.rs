//! Parts that all lists share.

use crate::desk::store::queue::Count;
use crate::platform::paging::PartRows;
use async_graphql::SimpleObject;

/// Whether a list goes on.
#[derive(Clone, Debug, SimpleObject)]
pub struct PageInfo {
    /// More follow.
    has_next_page: bool,
    /// Some came before.
    has_previous_page: bool,
    /// Place of the first.
    start_cursor: Option<String>,
    /// Place of the last.
    end_cursor: Option<String>,
}

impl PageInfo {
    /// Of a list that is read from either end.
    pub fn of<R>(page: &PartRows<R>, cursor: impl Fn(&R) -> String) -> Self {
        Self {
            has_next_page: page.has_next,
            has_previous_page: page.has_previous,
            start_cursor: page.rows.first().map(&cursor),
            end_cursor: page.rows.last().map(&cursor),
        }
    }

    /// Of a list that is read forward.
    pub fn forward(next: bool, previous: bool, start: Option<String>, end: Option<String>) -> Self {
        Self {
            has_next_page: next,
            has_previous_page: previous,
            start_cursor: start,
            end_cursor: end,
        }
    }
}

/// How many; exact up to 10,000.
#[derive(Clone, Copy, Debug, PartialEq, Eq, SimpleObject)]
pub struct TotalCount {
    /// At most 10,000.
    value: i32,
    /// False: there are more than value.
    exact: bool,
}

impl From<Count> for TotalCount {
    fn from(count: Count) -> Self {
        Self {
            value: i32::try_from(count.value).unwrap_or(i32::MAX),
            exact: count.exact,
        }
    }
}
