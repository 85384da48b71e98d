//! Downloads by plain GET with a bearer token: `/export/ticket-report.csv`,
//! `/export/ticket-facts.csv`, `/export/ticket-events.csv`. Rows are read page by page while they
//! are sent, so that a long file takes no more memory than a short one.

use super::answer::{code as http_code, plain, request_id};
use super::csv_text::{Cell, write};
use super::graphql::bearer;
use super::server::{Actor, Server};
use crate::audit;
use crate::platform::context::Context;
use crate::platform::error::{Error, Result, code};
use crate::report::dimension::Dimension;
use crate::report::flat::{self, Fact, PAGE_MOST, TicketEvent};
use crate::report::measure::{Measure, Met, Summary, rounded};
use crate::report::period::Unit;
use crate::report::table::{self, Bucket, Instant, Request, Row};
use crate::session::Caller;
use actix_web::http::{StatusCode, header};
use actix_web::{HttpRequest, HttpResponse, web};
use futures_util::stream;
use serde::Deserialize;
use serde_json::{Value, json};
use shared::permission::TokenScope;
use shared::ticket::{Condition, Span, TicketFilter};
use shared::time::Timestamp;
use std::str::FromStr;
use std::sync::Arc;

/// What `/export/ticket-report.csv` can be asked; lists are separated by commas.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ReportQuestion {
    measures: Option<String>,
    group_by: Option<String>,
    unit: Option<String>,
    timezone: Option<String>,
    instant: Option<String>,
    from: Option<String>,
    to: Option<String>,
    at: Option<String>,
    imported: Option<bool>,
    department: Option<String>,
    team: Option<String>,
    service: Option<String>,
    site: Option<String>,
    category: Option<String>,
    kind: Option<String>,
    state: Option<String>,
    priority: Option<String>,
    channel: Option<String>,
    created_from: Option<String>,
    created_to: Option<String>,
}

/// What `/export/ticket-facts.csv` can be asked.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct FactsQuestion {
    updated_since: Option<String>,
}

/// What `/export/ticket-events.csv` can be asked.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct EventsQuestion {
    after: Option<String>,
}

pub(super) type Asked<T> = std::result::Result<web::Query<T>, actix_web::Error>;

/// `GET /export/ticket-report.csv`.
pub async fn ticket_report(
    server: web::Data<Server>,
    request: HttpRequest,
    question: Asked<ReportQuestion>,
) -> HttpResponse {
    let (_, context) = match admitted(
        &server,
        &request,
        TokenScope::ReadReports,
        "ticket-report.csv",
    )
    .await
    {
        Ok(signed_in) => signed_in,
        Err(response) => return response,
    };
    let made = async {
        let asked = Arc::new(report_request(question_of(question)?)?);
        let db = &server.app.platform.db;
        let report = in_time(
            &server,
            table::run(db, &context.report_scope, &asked, context.now),
        )
        .await?;
        Ok((asked, report))
    };
    let (asked, report) = match made.await {
        Ok(made) => made,
        Err(error) => return refused(&request, &error),
    };
    let mut head = String::new();
    write(&mut head, report_head(&asked).into_iter().map(Cell::Plain));
    let rows = stream::iter(report.rows.into_iter().map(move |row| {
        let mut line = String::new();
        report_row(&mut line, &asked, &row);
        Ok::<_, Error>(web::Bytes::from(line))
    }));
    let head = stream::iter([Ok(web::Bytes::from(head))]);
    download(
        "ticket-report.csv",
        futures_util::StreamExt::chain(head, rows),
    )
}

/// `GET /export/ticket-facts.csv`.
pub async fn ticket_facts(
    server: web::Data<Server>,
    request: HttpRequest,
    question: Asked<FactsQuestion>,
) -> HttpResponse {
    let (caller, context) = match admitted(
        &server,
        &request,
        TokenScope::ReadReports,
        "ticket-facts.csv",
    )
    .await
    {
        Ok(signed_in) => signed_in,
        Err(response) => return response,
    };
    let since = match question_of(question).and_then(|q| instant("updatedSince", q.updated_since)) {
        Ok(since) => since,
        Err(error) => return refused(&request, &error),
    };
    let mut head = String::new();
    write(
        &mut head,
        FACT_HEAD.map(|name| Cell::Plain(name.to_owned())),
    );
    let source = Source {
        server,
        caller,
        context,
    };
    let pages = stream::try_unfold(
        (source, head, None, true),
        move |(mut source, mut text, after, more)| async move {
            if !more {
                return Ok(None);
            }
            source.renew().await?;
            let db = &source.server.app.platform.db;
            let scope = source.context.report_scope.clone();
            let page = in_time(
                &source.server,
                flat::facts(db, &scope, since, after, PAGE_MOST),
            )
            .await?;
            for row in &page.rows {
                fact_row(&mut text, row);
            }
            let after = page.rows.last().map(|row| (row.updated_at, row.id));
            let next = (source, String::new(), after, page.has_next);
            Ok::<_, Error>(Some((web::Bytes::from(text), next)))
        },
    );
    download("ticket-facts.csv", pages)
}

/// `GET /export/ticket-events.csv`.
pub async fn ticket_events(
    server: web::Data<Server>,
    request: HttpRequest,
    question: Asked<EventsQuestion>,
) -> HttpResponse {
    let (caller, context) = match admitted(
        &server,
        &request,
        TokenScope::ReadReports,
        "ticket-events.csv",
    )
    .await
    {
        Ok(signed_in) => signed_in,
        Err(response) => return response,
    };
    let after = question_of(question).and_then(|q| match q.after {
        Some(text) => text
            .parse::<i64>()
            .map_err(|_| Error::refused(code::INVALID, "after", "This is a sequence, a number.")),
        None => Ok(0),
    });
    let after = match after {
        Ok(after) => after,
        Err(error) => return refused(&request, &error),
    };
    let mut head = String::new();
    write(
        &mut head,
        EVENT_HEAD.map(|name| Cell::Plain(name.to_owned())),
    );
    let source = Source {
        server,
        caller,
        context,
    };
    let pages = stream::try_unfold(
        (source, head, after, true),
        |(mut source, mut text, after, more)| async move {
            if !more {
                return Ok(None);
            }
            source.renew().await?;
            let db = &source.server.app.platform.db;
            let scope = source.context.report_scope.clone();
            let page = in_time(&source.server, flat::events(db, &scope, after, PAGE_MOST)).await?;
            for row in &page.rows {
                event_row(&mut text, row);
            }
            let after = page.rows.last().map_or(after, |row| row.sequence);
            let next = (source, String::new(), after, page.has_next);
            Ok::<_, Error>(Some((web::Bytes::from(text), next)))
        },
    );
    download("ticket-events.csv", pages)
}

/// Who reads a download, asked again before each page: a session that ended reads no further.
pub(super) struct Source {
    /// The server.
    pub server: web::Data<Server>,
    /// Who reads.
    pub caller: Caller,
    /// With the grants of this moment.
    pub context: Context,
}

impl Source {
    /// Looks again at who reads.
    pub async fn renew(&mut self) -> Result<()> {
        let id = self.context.request_id.clone();
        self.context = self
            .server
            .still(&self.caller, &id)
            .await?
            .ok_or_else(Error::forbidden)?;
        Ok(())
    }
}

/// What a download is worth of its actor's budget: whole tables are read for it.
const WORTH: u32 = 50;

/// Gives a reading no more time than a request of the API has.
pub(super) async fn in_time<T>(
    server: &Server,
    reading: impl Future<Output = Result<T>>,
) -> Result<T> {
    match tokio::time::timeout(server.settings.execution_time, reading).await {
        Ok(read) => read,
        Err(_) => Err(Error::refused(
            code::INVALID,
            "",
            "This takes too long. Please ask for less, such as a shorter period.",
        )),
    }
}

pub(super) async fn admitted(
    server: &web::Data<Server>,
    request: &HttpRequest,
    scope: TokenScope,
    file: &str,
) -> std::result::Result<(Caller, Context), HttpResponse> {
    let (caller, context) = admitted_for(server, request, scope).await?;
    let asked = request.query_string();
    match audit::export_taken(&server.app.platform, &context, file, asked).await {
        Ok(()) => Ok((caller, context)),
        Err(error) => Err(refused(request, &error)),
    }
}

/// Whoever sends a costly request, once the budget is taken; tools need the scope.
pub(super) async fn admitted_for(
    server: &web::Data<Server>,
    request: &HttpRequest,
    scope: TokenScope,
) -> std::result::Result<(Caller, Context), HttpResponse> {
    let id = request_id(request);
    let token = bearer(request).unwrap_or_default();
    let found = server.caller(token, &id).await;
    let (caller, context) = match found {
        Ok(Some(found)) => found,
        Ok(None) => {
            let mut response = plain(
                request,
                StatusCode::UNAUTHORIZED,
                code::UNAUTHENTICATED,
                "Please sign in.",
                Value::Null,
            );
            response.headers_mut().insert(
                header::WWW_AUTHENTICATE,
                header::HeaderValue::from_static("Bearer"),
            );
            return Err(response);
        }
        Err(error) => return Err(refused(request, &error)),
    };
    if let Caller::Token(holder) = &caller
        && !holder.scopes.contains(&scope)
    {
        return Err(plain(
            request,
            StatusCode::FORBIDDEN,
            code::FORBIDDEN,
            "This token may not be used for this.",
            Value::Null,
        ));
    }
    if let Err(seconds) = server.spend(Actor::from(&caller), WORTH) {
        let mut response = plain(
            request,
            StatusCode::TOO_MANY_REQUESTS,
            http_code::TOO_MANY_REQUESTS,
            "Too many requests. Please wait a little.",
            Value::Null,
        );
        response
            .headers_mut()
            .insert(header::RETRY_AFTER, header::HeaderValue::from(seconds));
        return Err(response);
    }
    Ok((caller, context))
}

pub(super) fn refused(request: &HttpRequest, error: &Error) -> HttpResponse {
    match error {
        Error::Refused(problems) => {
            let problem = problems.first();
            let forbidden = problem.is_some_and(|p| p.code == code::FORBIDDEN);
            plain(
                request,
                if forbidden {
                    StatusCode::FORBIDDEN
                } else {
                    StatusCode::BAD_REQUEST
                },
                problem.map_or(code::INVALID, |p| p.code.as_str()),
                problem.map_or("Refused.", |p| p.message.as_str()),
                json!({ "field": problem.map(|p| p.field.as_str()) }),
            )
        }
        fault @ Error::Fault(_) => {
            tracing::error!(error = ?fault, request_id = %request_id(request), "an export failed");
            let (status, code, words) = super::answer::of_fault(fault);
            plain(request, status, code, words, Value::Null)
        }
    }
}

pub(super) fn download(
    name: &str,
    text: impl stream::Stream<Item = Result<web::Bytes>> + 'static,
) -> HttpResponse {
    // An error midway cuts the answer off, so that nobody takes a part for the whole.
    let text = futures_util::TryStreamExt::map_err(text, |error| {
        tracing::error!(%error, "an export was cut off");
        actix_web::error::ErrorInternalServerError("cut off")
    });
    HttpResponse::Ok()
        .content_type("text/csv; charset=utf-8")
        .insert_header((
            header::CONTENT_DISPOSITION,
            format!("attachment; filename=\"{name}\""),
        ))
        .streaming(text)
}

pub(super) fn question_of<T>(question: Asked<T>) -> Result<T> {
    question.map(web::Query::into_inner).map_err(|error| {
        Error::refused(
            code::INVALID,
            "",
            format!("The address is not understood: {error}"),
        )
    })
}

pub(super) fn instant(field: &str, text: Option<String>) -> Result<Option<Timestamp>> {
    text.map(|text| {
        text.parse()
            .map_err(|error| Error::refused(code::INVALID, field, format!("{error}")))
    })
    .transpose()
}

/// Words of a list, each looked up by its name.
pub(super) fn words<T>(
    field: &str,
    text: Option<&str>,
    find: impl Fn(&str) -> Option<T>,
) -> Result<Vec<T>> {
    text.unwrap_or_default()
        .split(',')
        .map(str::trim)
        .filter(|word| !word.is_empty())
        .map(|word| {
            find(word).ok_or_else(|| {
                let shown: String = word.chars().take(60).collect();
                Error::refused(
                    code::INVALID,
                    field,
                    format!("{shown:?} is not known here."),
                )
            })
        })
        .collect()
}

fn condition<T: FromStr>(field: &str, text: Option<&str>) -> Result<Condition<T>> {
    let any_of = words(field, text, |word| word.parse().ok())?;
    Ok(Condition {
        any_of: text.is_some().then_some(any_of),
        none_of: None,
        is_null: None,
    })
}

fn report_request(q: ReportQuestion) -> Result<Request> {
    let measure = |word: &str| Measure::ALL.iter().copied().find(|m| m.key() == word);
    let dimension = |word: &str| Dimension::ALL.iter().copied().find(|d| d.key() == word);
    let unit = match q.unit.as_deref() {
        None => None,
        Some("day") => Some(Unit::Day),
        Some("week") => Some(Unit::Week),
        Some("month") => Some(Unit::Month),
        Some("quarter") => Some(Unit::Quarter),
        Some("year") => Some(Unit::Year),
        Some(_) => {
            let known = "One of day, week, month, quarter, year.";
            return Err(Error::refused(code::INVALID, "unit", known));
        }
    };
    let by = match q.instant.as_deref() {
        None | Some("created") => Instant::Created,
        Some("resolved") => Instant::Resolved,
        Some("closed") => Instant::Closed,
        Some(_) => {
            let known = "One of created, resolved, closed.";
            return Err(Error::refused(code::INVALID, "instant", known));
        }
    };
    Ok(Request {
        filter: TicketFilter {
            kind: condition("kind", q.kind.as_deref())?,
            state: condition("state", q.state.as_deref())?,
            priority: condition("priority", q.priority.as_deref())?,
            channel: condition("channel", q.channel.as_deref())?,
            department: condition("department", q.department.as_deref())?,
            team: condition("team", q.team.as_deref())?,
            service: condition("service", q.service.as_deref())?,
            site: condition("site", q.site.as_deref())?,
            category: condition("category", q.category.as_deref())?,
            created_at: Span {
                from: instant("createdFrom", q.created_from)?,
                to: instant("createdTo", q.created_to)?,
                is_null: None,
            },
            ..TicketFilter::default()
        },
        imported: q.imported,
        measures: words(
            "measures",
            Some(q.measures.as_deref().unwrap_or("count")),
            measure,
        )?,
        group_by: words("groupBy", q.group_by.as_deref(), dimension)?,
        bucket: Some(Bucket {
            unit,
            timezone: q.timezone.unwrap_or_else(|| "UTC".to_owned()),
            instant: by,
            from: instant("from", q.from)?,
            to: instant("to", q.to)?,
        }),
        at: instant("at", q.at)?,
        order: Vec::new(),
        first: usize::MAX,
    })
}

/// The columns of each measure.
fn columns(measure: Measure) -> Vec<String> {
    let key = measure.key();
    match measure {
        Measure::RespondTime | Measure::ResolveTime => {
            ["n", "mean_seconds", "median_seconds", "p90_seconds"]
                .iter()
                .map(|part| format!("{key}_{part}"))
                .collect()
        }
        Measure::MetRatio
        | Measure::RespondMetRatio
        | Measure::ResolveMetRatio
        | Measure::ImportedMetRatio => {
            let stem = key.trim_end_matches("_ratio");
            vec![stem.to_owned(), format!("{stem}_breached"), key.to_owned()]
        }
        _ => vec![key.to_owned()],
    }
}

fn report_head(asked: &Request) -> Vec<String> {
    let mut head = Vec::new();
    if asked.bucket.as_ref().is_some_and(|b| b.unit.is_some()) {
        head.extend(["period".to_owned(), "period_start".to_owned()]);
    }
    head.extend(asked.group_by.iter().map(|d| d.key().to_owned()));
    for measure in &asked.measures {
        head.extend(columns(*measure));
    }
    head
}

fn report_row(line: &mut String, asked: &Request, row: &Row) {
    let mut cells = Vec::new();
    if let Some(period) = &row.period {
        cells.push(Cell::Plain(period.label.clone()));
        cells.push(Cell::Plain(period.starts_at.to_string()));
    }
    cells.extend(row.labels.iter().map(|label| Cell::Text(label)));
    let figures = &row.figures;
    for measure in &asked.measures {
        match measure {
            Measure::Count => cells.push(Cell::plain(Some(figures.count))),
            Measure::Backlog => cells.push(Cell::plain(Some(figures.backlog))),
            Measure::BacklogUnresolved => cells.push(Cell::plain(Some(figures.backlog_unresolved))),
            Measure::RespondTime => cells.extend(times(row.respond)),
            Measure::ResolveTime => cells.extend(times(row.resolve)),
            Measure::MetRatio => cells.extend(met(figures.met())),
            Measure::RespondMetRatio => cells.extend(met(figures.respond_met)),
            Measure::ResolveMetRatio => cells.extend(met(figures.resolve_met)),
            Measure::ImportedMetRatio => cells.extend(met(figures.imported_met)),
            Measure::Reopened => cells.push(Cell::plain(Some(figures.reopened))),
            Measure::Reassigned => cells.push(Cell::plain(Some(figures.reassigned))),
            Measure::WithoutResolution => cells.push(Cell::plain(Some(figures.without_resolution))),
            Measure::WithProblem => cells.push(Cell::plain(Some(figures.with_problem))),
        }
    }
    write(line, cells);
}

fn times(summary: Option<Summary>) -> [Cell<'static>; 4] {
    let number = |pick: fn(Summary) -> f64| Cell::plain(summary.map(|s| rounded(pick(s), 3)));
    [
        Cell::plain(Some(summary.map_or(0, |s| s.n))),
        number(|s| s.mean_seconds),
        number(|s| s.median_seconds),
        number(|s| s.p90_seconds),
    ]
}

fn met(met: Met) -> [Cell<'static>; 3] {
    [
        Cell::plain(Some(met.met)),
        Cell::plain(Some(met.breached)),
        Cell::plain(met.ratio().map(|ratio| rounded(ratio, 6))),
    ]
}

const FACT_HEAD: [&str; 32] = [
    "id",
    "reference",
    "kind",
    "state",
    "state_kind",
    "priority",
    "impact",
    "urgency",
    "channel",
    "department",
    "team",
    "service",
    "site",
    "category",
    "parent_category",
    "created_at",
    "updated_at",
    "resolved_at",
    "closed_at",
    "due_at",
    "reopen_count",
    "reassignment_count",
    "version",
    "source_system",
    "source_number",
    "source_state",
    "source_opened_at",
    "source_resolved_at",
    "source_closed_at",
    "source_made_sla",
    "source_contact_type",
    "source_problem",
];

fn fact_row(text: &mut String, row: &Fact) {
    let cells: [Cell<'_>; FACT_HEAD.len()] = [
        Cell::plain(Some(row.id)),
        Cell::Text(&row.reference),
        Cell::plain(Some(row.kind)),
        Cell::plain(Some(row.state)),
        Cell::plain(Some(row.state.kind())),
        Cell::plain(Some(row.priority)),
        Cell::plain(Some(row.impact)),
        Cell::plain(Some(row.urgency)),
        Cell::plain(Some(row.channel)),
        Cell::Text(&row.department),
        row.team.as_deref().into(),
        row.service.as_deref().into(),
        row.site.as_deref().into(),
        row.category.as_deref().into(),
        row.parent_category.as_deref().into(),
        Cell::plain(Some(row.created_at)),
        Cell::plain(Some(row.updated_at)),
        Cell::plain(row.resolved_at),
        Cell::plain(row.closed_at),
        Cell::plain(row.due_at),
        Cell::plain(Some(row.reopen_count)),
        Cell::plain(Some(row.reassignment_count)),
        Cell::plain(Some(row.version)),
        row.source_system.as_deref().into(),
        row.source_number.as_deref().into(),
        row.source_state.as_deref().into(),
        Cell::plain(row.source_opened_at),
        Cell::plain(row.source_resolved_at),
        Cell::plain(row.source_closed_at),
        Cell::plain(row.source_made_sla),
        row.source_contact_type.as_deref().into(),
        row.source_problem.as_deref().into(),
    ];
    write(text, cells);
}

const EVENT_HEAD: [&str; 12] = [
    "sequence",
    "case_id",
    "reference",
    "source_number",
    "activity",
    "timestamp",
    "recorded_at",
    "resource",
    "from_state",
    "to_state",
    "from_source_state",
    "to_source_state",
];

fn event_row(text: &mut String, row: &TicketEvent) {
    let cells: [Cell<'_>; EVENT_HEAD.len()] = [
        Cell::plain(Some(row.sequence)),
        Cell::plain(Some(row.ticket)),
        Cell::Text(&row.reference),
        row.source_number.as_deref().into(),
        Cell::Text(&row.activity),
        Cell::plain(Some(row.occurred_at)),
        Cell::plain(Some(row.recorded_at)),
        row.resource.as_deref().into(),
        Cell::plain(row.from_state),
        Cell::plain(row.to_state),
        row.from_source_state.as_deref().into(),
        row.to_source_state.as_deref().into(),
    ];
    write(text, cells);
}
