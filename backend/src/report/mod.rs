//! Figures over tickets and over their histories. A measure is defined once, in [`measure`], in
//! words and as code; reports, exports and dashboards use that definition.

pub mod dimension;
mod event_store;
mod fact_store;
mod facts;
pub mod flat;
mod flat_store;
pub mod history;
pub mod measure;
pub mod period;
mod steps;
mod store;
pub mod table;
