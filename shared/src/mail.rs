//! What mails are about.

use crate::vocabulary::vocabulary;

vocabulary! {
    /// What a mail is about.
    MailSubject {
        /// A ticket was written down for its reader.
        Received = "received",
        /// An answer.
        Reply = "reply",
        /// A ticket waits for its reader.
        Waiting = "waiting",
        /// A ticket was resolved.
        Resolved = "resolved",
        /// Somebody tries whether mail arrives.
        Test = "test",
        /// Somebody new sets their first password.
        Invitation = "invitation",
        /// Somebody forgot their password.
        PasswordReset = "password_reset",
    }
}
