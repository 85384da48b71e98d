//! For whoever runs the server: figures of what waits, a physician, copies of the data.

pub mod backup;
pub mod doctor;
pub mod figures;
