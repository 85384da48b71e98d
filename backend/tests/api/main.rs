//! The API from outside: real HTTP and websockets against a real server, every test on SQLite and
//! on PostgreSQL. `support` says how to write one.

#[macro_use]
mod support;

mod administration;
mod api_token;
mod audit;
mod bad_input;
mod commit;
mod contact;
mod dashboard;
mod demo_removal;
mod faults;
mod files;
mod first_hour;
mod import_people;
mod kind;
mod list_fields;
mod live;
mod load;
mod mail;
mod operations;
mod password_change;
mod permission_matrix;
mod queue_filter;
mod report;
mod routing;
mod search;
mod session;
mod sign_in;
mod simulate;
mod socket;
mod state_settings;
mod ticket;
mod ticket_site;
mod timer;
mod upgrade;
