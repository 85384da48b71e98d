//! Flat rows for tools that pull: one per ticket, one per event.
