//! Longest lengths of texts, in characters. The database, the API and the forms use the same.

/// Title of a ticket.
pub const TITLE_MAX: usize = 200;
/// Description or message, in Markdown.
pub const BODY_MAX: usize = 20_000;
/// Name of a person, team, service and the like.
pub const NAME_MAX: usize = 120;
/// A line that describes something.
pub const DESCRIPTION_MAX: usize = 2_000;
/// A form's short answer.
pub const ANSWER_MAX: usize = 500;
