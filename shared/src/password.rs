//! Links by which people set a password.

use crate::vocabulary::vocabulary;

vocabulary! {
    /// Why somebody sets a password by a link.
    PasswordLinkPurpose {
        /// They are new, and have none yet.
        Invitation = "invitation",
        /// They forgot theirs.
        Reset = "reset",
    }
}
