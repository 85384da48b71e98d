//! Everything that is said on screen: one function for each key of the locale files (`words::desk::list_empty()`),
//! made by `build.rs`. A key that does not exist does not compile.
//!
//! Placeholders (`{name}`) become arguments in the order in which they appear; plural forms take the count first.

pub mod format;
pub mod terms;

include!(concat!(env!("OUT_DIR"), "/words.rs"));
