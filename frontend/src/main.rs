//! The browser client of Bellhop: portal, workspace and dashboards.
//!
//! `shell → pages → components → live → api → shared`; arrows point at what is imported. `words`, and `lean` in place of the framework's prelude, are at hand everywhere.

mod api;
mod components;
mod lean;
mod live;
mod pages;
mod shell;
mod words;

fn main() {
    shell::start();
}
