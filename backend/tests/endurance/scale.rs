//! How much is done: little with all other tests, much by `cargo xtask endurance`.

/// Kills of a server under load.
pub fn kills() -> usize {
    number("BELLHOP_ENDURANCE_KILLS").unwrap_or(12)
}

/// Cuts of listeners' lines.
pub fn cuts() -> usize {
    number("BELLHOP_ENDURANCE_CUTS").unwrap_or(40)
}

/// Kills of one of two servers while timers fire and mails go out: as much less than the others as
/// these take longer.
pub fn node_kills() -> usize {
    number("BELLHOP_ENDURANCE_KILLS").map_or(4, |kills| kills.div_ceil(5))
}

/// Whether nobody else uses the PostgreSQL server, so that it may crash.
pub fn alone() -> bool {
    std::env::var_os("BELLHOP_ENDURANCE_ALONE").is_some()
}

fn number(variable: &str) -> Option<usize> {
    let text = std::env::var(variable).ok()?;
    let number = text.parse();
    Some(number.unwrap_or_else(|_| panic!("{variable} takes a whole number, not {text}")))
}
