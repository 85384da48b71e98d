//! How much is done: little with all other tests, much by `cargo xtask endurance`.

/// Kills of a server under load.
pub fn kills() -> usize {
    number("BELLHOP_ENDURANCE_KILLS").unwrap_or(12)
}

fn number(variable: &str) -> Option<usize> {
    let text = std::env::var(variable).ok()?;
    let number = text.parse();
    Some(number.unwrap_or_else(|_| panic!("{variable} takes a whole number, not {text}")))
}
