//! `/export/audit.csv`: the audit log, newest first, with the filter of the list.

use super::csv_text::{Cell, write};
use super::export::{
    Asked, Source, admitted, download, in_time, instant, question_of, refused, words,
};
use super::server::Server;
use crate::audit::{self, Entry, Filter};
use crate::graphql::audit::subject;
use crate::platform::error::{Error, Result};
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::stream;
use serde::Deserialize;
use shared::permission::TokenScope;
use std::fmt::Write as _;

/// Entries that are read at once.
const PAGE: u64 = 1_000;

/// What `/export/audit.csv` can be asked; lists are separated by commas.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct AuditQuestion {
    actor: Option<String>,
    topics: Option<String>,
    kinds: Option<String>,
    subject: Option<String>,
    from: Option<String>,
    to: Option<String>,
}

impl AuditQuestion {
    fn read(self) -> Result<Filter> {
        let actor = self.actor.map(|text| {
            text.parse()
                .map_err(|error| Error::invalid_id("actor", &error))
        });
        Ok(Filter {
            actor: actor.transpose()?,
            topics: words("topics", self.topics.as_deref(), |word| word.parse().ok())?,
            kinds: words("kinds", self.kinds.as_deref(), |word| word.parse().ok())?,
            subject: self.subject.as_deref().map(subject).transpose()?,
            from: instant("from", self.from)?,
            to: instant("to", self.to)?,
        })
    }
}

const HEAD: [&str; 14] = [
    "sequence",
    "occurred_at",
    "actor_kind",
    "actor_id",
    "actor",
    "token",
    "topic",
    "kind",
    "subject_kind",
    "subject_id",
    "subject",
    "department",
    "changes",
    "request_id",
];

/// `GET /export/audit.csv`.
pub async fn audit_log(
    server: web::Data<Server>,
    request: HttpRequest,
    question: Asked<AuditQuestion>,
) -> HttpResponse {
    let (caller, context) =
        match admitted(&server, &request, TokenScope::ReadAudit, "audit.csv").await {
            Ok(signed_in) => signed_in,
            Err(response) => return response,
        };
    let filter = audit::authorize(&context)
        .and_then(|()| question_of(question))
        .and_then(AuditQuestion::read);
    let filter = match filter {
        Ok(filter) => filter,
        Err(error) => return refused(&request, &error),
    };
    let mut head = String::new();
    write(&mut head, HEAD.map(|name| Cell::Plain(name.to_owned())));
    let source = Source {
        server,
        caller,
        context,
    };
    let pages = stream::try_unfold(
        (source, filter, head, None, true),
        |(mut source, filter, mut text, before, more)| async move {
            if !more {
                return Ok(None);
            }
            source.renew().await?;
            let db = source.server.app.platform.db.reader();
            let reading = audit::entries(db, &source.context, &filter, before, PAGE);
            let entries = in_time(&source.server, reading).await?;
            for entry in &entries {
                row(&mut text, entry);
            }
            let more = entries.len() as u64 == PAGE;
            let before = entries.last().map(|entry| entry.sequence);
            let next = (source, filter, String::new(), before, more);
            Ok::<_, Error>(Some((web::Bytes::from(text), next)))
        },
    );
    download("audit.csv", pages)
}

fn row(text: &mut String, entry: &Entry) {
    let mut changes = String::new();
    for change in &entry.changes {
        let shown = |value: &Option<String>| value.clone().unwrap_or_default();
        let (before, after) = (shown(&change.before), shown(&change.after));
        // Writing to a text cannot fail.
        let _ = write!(changes, "{}: {before} → {after}; ", change.field);
    }
    let cells: [Cell<'_>; HEAD.len()] = [
        Cell::plain(Some(entry.sequence)),
        Cell::plain(Some(entry.occurred_at)),
        Cell::plain(Some(entry.actor_kind)),
        Cell::plain(entry.actor),
        entry.actor_name.as_deref().into(),
        entry.token_name.as_deref().into(),
        Cell::plain(Some(entry.topic)),
        Cell::plain(Some(entry.kind)),
        Cell::Text(&entry.subject_kind),
        Cell::Text(&entry.subject),
        entry.subject_name.as_deref().into(),
        entry.department_name.as_deref().into(),
        Cell::Text(changes.trim_end_matches("; ")),
        Cell::Text(&entry.request_id),
    ];
    write(text, cells);
}
