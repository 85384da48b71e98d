//! What the invented people write.

/// What is wrong; `{}` is the service.
pub const TITLES: [&str; 16] = [
    "{} is slow since this morning",
    "Cannot sign in to {}",
    "{} shows an empty page",
    "Error when saving in {}",
    "No access to {} after the move",
    "{} logs me out every few minutes",
    "Please look at {}, figures differ",
    "{} asks for a password I never set",
    "Cannot print from {}",
    "{} does not send notifications",
    "Question about {}",
    "{} crashes on start",
    "Attachment missing in {}",
    "{} unavailable in the branch office",
    "Wrong name shown in {}",
    "Licence for {} has run out",
];

/// What the requester adds.
pub const ADDITIONS: [&str; 6] = [
    "It happened again just now. A colleague at the next desk sees the same.",
    "I restarted, without any change.",
    "It only happens when I am connected through the office network.",
    "Here is what I see: the message comes up right after I press Save.",
    "I can wait until the afternoon, but I need it for the closing of the month.",
    "Thank you for looking into it so quickly.",
];

/// What an agent answers.
pub const ANSWERS: [&str; 6] = [
    "Thank you for telling us. I am looking at it now.",
    "I can see the error in our logs. Could you tell me when it happened last?",
    "This looks like the problem of last week. I have asked the team that runs it.",
    "I have reset your profile. Please sign in again and tell me what you see.",
    "We found the cause and are rolling out the correction.",
    "Your access was missing a group. I have added it; it takes up to ten minutes.",
];

/// What an agent tells the requester at the end.
pub const SOLUTIONS: [&str; 5] = [
    "The access was missing and has been granted. Please sign in again.",
    "The service has been restarted and answers as usual.",
    "The correction is installed. Please tell us if you see it again.",
    "The setting was wrong for your office and has been changed.",
    "We replaced the licence. It works from your next start on.",
];
