//! Names of what can happen. The log keeps them for ever; never rename one.

use crate::vocabulary::vocabulary;

vocabulary! {
    /// What happened, in the past tense.
    EventKind {
        /// A ticket came to be.
        TicketCreated = "TicketCreated",
        /// Somebody who works on it wrote to the requester.
        TicketReplied = "TicketReplied",
        /// The requester, or the one it is for, wrote.
        RequesterReplied = "RequesterReplied",
        /// An internal note was written.
        NoteAdded = "NoteAdded",
        /// A file was removed from the conversation, content and name.
        AttachmentRemoved = "AttachmentRemoved",
        /// Team or assignee changed.
        TicketAssigned = "TicketAssigned",
        /// A rule said to which team a new ticket goes, and to whom in it.
        TicketRouted = "TicketRouted",
        /// Work began.
        TicketStarted = "TicketStarted",
        /// It waits.
        TicketPutOnHold = "TicketPutOnHold",
        /// It waits no longer.
        TicketResumed = "TicketResumed",
        /// It was resolved.
        TicketResolved = "TicketResolved",
        /// The requester agreed that it is solved.
        TicketConfirmed = "TicketConfirmed",
        /// It was closed.
        TicketClosed = "TicketClosed",
        /// It was taken up again.
        TicketReopened = "TicketReopened",
        /// It was withdrawn.
        TicketCancelled = "TicketCancelled",
        /// Impact, urgency and with them priority changed.
        PriorityChanged = "PriorityChanged",
        /// It became another kind of work, with another reference.
        TicketKindChanged = "TicketKindChanged",
        /// Title, service or category changed.
        TicketEdited = "TicketEdited",
        /// Somebody watches.
        WatcherAdded = "WatcherAdded",
        /// Somebody watches no longer.
        WatcherRemoved = "WatcherRemoved",
        /// Two tickets were linked.
        LinkAdded = "LinkAdded",
        /// A link was removed.
        LinkRemoved = "LinkRemoved",
        /// An agreement was chosen, or none.
        AgreementChosen = "AgreementChosen",
        /// A clock reached its warning point.
        ClockWarned = "ClockWarned",
        /// A clock's due time passed.
        ClockBreached = "ClockBreached",
        /// A row of another system's audit log.
        TicketImported = "TicketImported",
        /// Organisation settings changed.
        SettingChanged = "SettingChanged",
        /// A mail server was called to see whether it takes mail; nothing was kept.
        MailServerTried = "MailServerTried",
        /// The demo and everything in it was removed; the log begins anew with this.
        DemoRemoved = "DemoRemoved",
        /// A department came to be.
        DepartmentCreated = "DepartmentCreated",
        /// A department changed.
        DepartmentEdited = "DepartmentEdited",
        /// A team came to be.
        TeamCreated = "TeamCreated",
        /// A team changed.
        TeamEdited = "TeamEdited",
        /// What a department sets about states changed.
        StateSettingsEdited = "StateSettingsEdited",
        /// A site came to be.
        SiteCreated = "SiteCreated",
        /// A site changed.
        SiteEdited = "SiteEdited",
        /// A person came to be.
        PersonCreated = "PersonCreated",
        /// A person changed.
        PersonEdited = "PersonEdited",
        /// A password was set.
        PasswordSet = "PasswordSet",
        /// A role was given.
        RoleGranted = "RoleGranted",
        /// A role was taken.
        RoleRevoked = "RoleRevoked",
        /// A calendar came to be.
        CalendarCreated = "CalendarCreated",
        /// A calendar changed.
        CalendarEdited = "CalendarEdited",
        /// An agreement came to be.
        AgreementCreated = "AgreementCreated",
        /// An agreement changed.
        AgreementEdited = "AgreementEdited",
        /// A service came to be.
        ServiceCreated = "ServiceCreated",
        /// A service changed.
        ServiceEdited = "ServiceEdited",
        /// A category came to be.
        CategoryCreated = "CategoryCreated",
        /// A category changed.
        CategoryEdited = "CategoryEdited",
        /// A routing rule came to be.
        RoutingRuleCreated = "RoutingRuleCreated",
        /// A routing rule changed.
        RoutingRuleEdited = "RoutingRuleEdited",
        /// A routing rule was deleted.
        RoutingRuleDeleted = "RoutingRuleDeleted",
        /// A catalog item came to be.
        CatalogItemCreated = "CatalogItemCreated",
        /// A catalog item changed.
        CatalogItemEdited = "CatalogItemEdited",
        /// Somebody signed in.
        SessionStarted = "SessionStarted",
        /// A session ended.
        SessionEnded = "SessionEnded",
        /// A token for tools was made.
        ApiTokenCreated = "ApiTokenCreated",
        /// A token for tools ended: taken back, run out, or with what its owner lost.
        ApiTokenEnded = "ApiTokenEnded",
        /// Somebody failed to sign in as a person so often that they have to wait.
        SignInHeldUp = "SignInHeldUp",
        /// Somebody tried to give or take a role that was not theirs to give or take.
        RoleRefused = "RoleRefused",
        /// Data was downloaded as a file.
        ExportTaken = "ExportTaken",
        /// A person was told something.
        NotificationSent = "NotificationSent",
        /// Somebody is sent a link by which they set a password.
        PasswordLinkSent = "PasswordLinkSent",
        /// A password was set by a link.
        PasswordLinkUsed = "PasswordLinkUsed",
        /// A job was given up after its last attempt.
        JobFailed = "JobFailed",
        /// A job that was given up is tried again.
        JobRetried = "JobRetried",
        /// A job that was given up was thrown away.
        JobDiscarded = "JobDiscarded",
    }
}

vocabulary! {
    /// What an entry of the audit log is about.
    AuditTopic {
        /// Signing in and out, and being held up.
        SignIn = "sign_in",
        /// Passwords.
        Password = "password",
        /// Roles given, taken, refused.
        Role = "role",
        /// People.
        Person = "person",
        /// Tokens for tools.
        Token = "token",
        /// Downloads.
        Export = "export",
        /// Everything else that was set up.
        SetUp = "set_up",
    }
}

impl EventKind {
    /// What the audit log files it under; none for what belongs to tickets and to one person's news.
    pub fn audit_topic(self) -> Option<AuditTopic> {
        Some(match self {
            Self::TicketCreated
            | Self::TicketReplied
            | Self::RequesterReplied
            | Self::NoteAdded
            | Self::TicketAssigned
            | Self::TicketRouted
            | Self::TicketStarted
            | Self::TicketPutOnHold
            | Self::TicketResumed
            | Self::TicketResolved
            | Self::TicketConfirmed
            | Self::TicketClosed
            | Self::TicketReopened
            | Self::TicketCancelled
            | Self::PriorityChanged
            | Self::TicketEdited
            | Self::WatcherAdded
            | Self::WatcherRemoved
            | Self::LinkAdded
            | Self::LinkRemoved
            | Self::AgreementChosen
            | Self::ClockWarned
            | Self::ClockBreached
            | Self::TicketImported
            | Self::NotificationSent => return None,
            Self::SessionStarted | Self::SessionEnded | Self::SignInHeldUp => AuditTopic::SignIn,
            Self::PasswordSet | Self::PasswordLinkSent | Self::PasswordLinkUsed => {
                AuditTopic::Password
            }
            Self::RoleGranted | Self::RoleRevoked | Self::RoleRefused => AuditTopic::Role,
            Self::PersonCreated | Self::PersonEdited => AuditTopic::Person,
            Self::ApiTokenCreated | Self::ApiTokenEnded => AuditTopic::Token,
            Self::ExportTaken => AuditTopic::Export,
            _ => AuditTopic::SetUp,
        })
    }
}

vocabulary! {
    /// Who or what did it.
    ActorKind {
        /// A signed-in person.
        Person = "person",
        /// Bellhop itself: timers and rules.
        System = "system",
        /// An importer.
        Import = "import",
    }
}
