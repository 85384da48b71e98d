//! What mails are about, and by which server they go out.

use crate::organisation::is_address;
use crate::text::NAME_MAX;
use crate::validation::{Problem, Problems};
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

vocabulary! {
    /// How the way to a mail server is encrypted.
    MailEncryption {
        /// Begins in the clear and is encrypted before anything is said; a server without it gets
        /// nothing. Usual at port 587.
        StartTls = "start_tls",
        /// From the start. Usual at port 465.
        Tls = "tls",
        /// Not at all: whoever is on the way reads password and mails.
        None = "none",
    }
}

vocabulary! {
    /// Whether mail goes out.
    MailStanding {
        /// It is switched off, and nothing is kept for later.
        Off = "off",
        /// It does.
        On = "on",
        /// It waits: this server cannot read the mail server's password, which is to be entered again.
        PasswordNeeded = "password_needed",
    }
}

vocabulary! {
    /// Who says that mail settings cannot be changed here.
    MailFixed {
        /// The server's operator, by what it was started with.
        Start = "start",
        /// The demo, whose passwords everybody knows.
        Demo = "demo",
    }
}

vocabulary! {
    /// Why a mail server took no mail.
    MailProblem {
        /// No server has this name.
        NameNotFound = "name_not_found",
        /// The name leads to an address to which no mail may go.
        AddressNotAllowed = "address_not_allowed",
        /// Nothing listens at the port.
        Refused = "refused",
        /// The network knows no way.
        Unreachable = "unreachable",
        /// No answer in time.
        TimedOut = "timed_out",
        /// What answers is no mail server, or expects another encryption.
        NotAMailServer = "not_a_mail_server",
        /// The server turns everybody away.
        TurnedAway = "turned_away",
        /// The server offers no STARTTLS.
        NoStartTls = "no_start_tls",
        /// Server and Bellhop could not agree on an encryption.
        EncryptionFailed = "encryption_failed",
        /// The server's certificate is not trusted.
        NotTrusted = "not_trusted",
        /// The server takes no sign-in that Bellhop knows.
        NoSignIn = "no_sign_in",
        /// Wrong user or password.
        SignInRefused = "sign_in_refused",
        /// The server wants a sign-in first.
        SignInNeeded = "sign_in_needed",
        /// The sender may not send here.
        SenderRefused = "sender_refused",
        /// The reader is refused.
        ReaderRefused = "reader_refused",
        /// The mail itself is refused.
        MailRefused = "mail_refused",
        /// The connection broke.
        Broken = "broken",
    }
}

impl MailProblem {
    /// In words, for whoever sets mail up.
    pub const fn words(self) -> &'static str {
        match self {
            Self::NameNotFound => "No server has this name. Look whether it is spelled right.",
            Self::AddressNotAllowed => {
                "The name leads to an address to which Bellhop sends no mail (link-local, or for more than one machine)."
            }
            Self::Refused => {
                "Nothing listens at this port, or a firewall refuses. Look at the port: 587 with STARTTLS and 465 with TLS are usual."
            }
            Self::Unreachable => "The network knows no way to this server.",
            Self::TimedOut => {
                "No answer in time. A firewall may hold the connection up, or the port expects another encryption: 465 is for TLS, 587 for STARTTLS."
            }
            Self::NotAMailServer => {
                "What answers there does not speak as a mail server does, or the port expects another encryption: 465 is for TLS, 587 for STARTTLS."
            }
            Self::TurnedAway => "The server turns Bellhop away before anything is said.",
            Self::NoStartTls => {
                "The server offers no STARTTLS at this port. Try TLS at port 465, or ask whoever runs the server."
            }
            Self::EncryptionFailed => {
                "No encryption could be agreed on. The port may expect another one: 465 is for TLS, 587 for STARTTLS."
            }
            Self::NotTrusted => {
                "The server's certificate is not trusted: it is for another name, has ended, or was signed by somebody whom this machine does not know."
            }
            Self::NoSignIn => {
                "The server takes no sign-in with a password here. Leave the user empty, or use an encrypted port."
            }
            Self::SignInRefused => {
                "The server refuses user and password. Some providers want a password made for programs."
            }
            Self::SignInNeeded => "The server wants a user and a password.",
            Self::SenderRefused => {
                "The server does not let this user send as this sender. Use the address that belongs to the user."
            }
            Self::ReaderRefused => "The server refuses the reader's address.",
            Self::MailRefused => "The server refuses the mail.",
            Self::Broken => "The connection broke off in the middle.",
        }
    }
}

/// Longest name of a server.
pub const HOST_MAX: usize = 253;
/// Longest user of a mail server.
pub const MAIL_USER_MAX: usize = 254;
/// Longest password for a mail server.
pub const MAIL_PASSWORD_MAX: usize = 500;
/// The ports below 1024 at which mail servers listen.
const MAIL_PORTS: [i32; 3] = [25, 465, 587];

/// What a mail server's settings must be.
///
/// # Errors
/// All that is wrong.
pub fn check_mail_server(
    (host, port): (&str, i32),
    user: Option<&str>,
    (sender, sender_name): (&str, &str),
    reply_to: Option<&str>,
) -> Result<(), Vec<Problem>> {
    let mut problems = Problems::new();
    if host.is_empty() {
        problems.add("REQUIRED", "host", "Please fill this in.");
    } else if !is_host(host) {
        problems.add(
            "INVALID",
            "host",
            "The name of a server, such as mail.example.org, or its address.",
        );
    }
    let allowed = MAIL_PORTS.contains(&port) || (1024..=65_535).contains(&port);
    if !allowed {
        problems.add(
            "INVALID",
            "port",
            "25, 465, 587, or a port from 1024 to 65535.",
        );
    }
    if let Some(user) = user {
        problems.text("user", user, MAIL_USER_MAX);
        one_line(&mut problems, "user", user);
    }
    if !is_address(sender) {
        problems.add("INVALID", "senderAddress", "This is not a mail address.");
    }
    problems.optional_text("senderName", sender_name, NAME_MAX);
    one_line(&mut problems, "senderName", sender_name);
    if reply_to.is_some_and(|address| !is_address(address)) {
        problems.add("INVALID", "replyTo", "This is not a mail address.");
    }
    problems.finish()
}

fn one_line(problems: &mut Problems, field: &str, text: &str) {
    if text.contains(['\n', '\r', '\t']) {
        problems.add("INVALID", field, "This stands on one line.");
    }
}

/// Whether a text can be the name of a server, or an address.
fn is_host(text: &str) -> bool {
    // An address of version 6.
    if text.matches(':').count() >= 2 {
        let plain = |c: char| c.is_ascii_hexdigit() || matches!(c, ':' | '.');
        return text.len() <= 45 && text.chars().all(plain);
    }
    text.len() <= HOST_MAX
        && text.split('.').all(|label| {
            (1..=63).contains(&label.len())
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(result: Result<(), Vec<Problem>>) -> Vec<String> {
        let problems = result.err().unwrap_or_default();
        problems.into_iter().map(|problem| problem.field).collect()
    }

    fn checked(host: &str, port: i32) -> Vec<String> {
        let sender = ("help@example.org", "Help desk");
        fields(check_mail_server((host, port), None, sender, None))
    }

    #[test]
    fn servers_have_names_or_addresses() {
        for good in [
            "mail.example.org",
            "localhost",
            "smtp_1.internal",
            "10.0.0.7",
            "::1",
            "xn--bcher-kva.example",
        ] {
            assert!(checked(good, 587).is_empty(), "{good}");
        }
        for bad in [
            "",
            "mail.example.org:587",
            "smtp://mail.example.org",
            "user@mail.example.org",
            "mail .example.org",
            "mail\n.example.org",
            ".example.org",
            "mail..org",
            "-mail.org",
            "bücher.example",
            "[::1]",
            "abc:587",
            "::1%eth0",
            "a:b:c.example",
        ] {
            assert_eq!(checked(bad, 587), ["host"], "{bad}");
        }
        assert_eq!(checked(&"a.".repeat(130), 587), ["host"]);
    }

    #[test]
    fn ports_are_those_of_mail_servers_and_the_unprivileged_ones() {
        for good in [25, 465, 587, 1024, 2525, 65_535] {
            assert!(checked("mail", good).is_empty(), "{good}");
        }
        for bad in [-1, 0, 22, 80, 443, 1023, 65_536, i32::MAX] {
            assert_eq!(checked("mail", bad), ["port"], "{bad}");
        }
    }

    #[test]
    fn nothing_begins_a_line_of_its_own() {
        let line = "a\r\nRCPT TO:<eve@example.org>";
        let found = fields(check_mail_server(
            ("mail", 25),
            Some(line),
            ("help@example.org\r\n", line),
            Some("x@y.org\nBcc: z"),
        ));
        assert_eq!(found, ["user", "senderAddress", "senderName", "replyTo"]);
    }

    #[test]
    fn each_problem_is_told_in_words_of_its_own() {
        let mut words: Vec<&str> = MailProblem::ALL.iter().map(|p| p.words()).collect();
        words.sort_unstable();
        words.dedup();
        assert_eq!(words.len(), MailProblem::ALL.len());
    }
}
