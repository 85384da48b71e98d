//! The browser client of Bellhop. It has two faces, each a page and a module of its own, so that
//! nobody loads administration who does not administer: the client proper (portal, workspace,
//! dashboards) and the administration. Both are made of the same modules.
//!
//! `shell → pages → components → live → api → shared`; arrows point at what is imported. `words`, and `lean` in place of the framework's prelude, are at hand everywhere.

mod api;
mod components;
mod lean;
mod live;
mod pages;
mod shell;
mod words;

pub use shell::{start, start_administration};
