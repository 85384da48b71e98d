//! The portal: for everybody who needs something.

mod ask;
mod card;
mod data;
mod draft;
mod form;
mod frame;
mod home;
mod item;
mod list;
mod news;
mod people;
mod progress;
mod report;
mod request;
mod requests;
mod search;
mod sending;

pub use ask::{Ask, AskDepartment};
pub use frame::Frame;
pub use home::Home;
pub use item::AskItem;
pub use list::Requests;
pub use news::{NewsList, NewsMenu};
pub use people::people_search;
pub use report::Report;
pub use request::Request;
