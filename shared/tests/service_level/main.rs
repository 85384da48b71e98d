//! Tests of working time and service-level clocks.

mod agreement;
mod calendar;
mod checker;
mod clock;
mod countdown;
mod explanation;
mod histories;
mod properties;
mod support;
mod terms;
mod walker;
