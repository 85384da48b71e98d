//! A report: tickets counted by period and dimensions.

use super::dimension::{self, Dimension, Value};
use super::fact_store;
use super::facts::{Facts, Need};
use super::measure::{Figures, Measure, Summary, backlog_span};
use super::period::{Unit, Zone, label};
use super::store;
use crate::platform::database::Database;
use crate::platform::error::{Error, Result, code};
use crate::platform::event_log;
use jiff::civil::Date;
use shared::permission::Scope;
use shared::ticket::TicketFilter;
use shared::time::Timestamp;
use std::cmp::Ordering;
use std::collections::HashMap;

/// By which of its instants a ticket belongs to a period, a weekday, an hour.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, async_graphql::Enum)]
#[graphql(name = "ReportInstant")]
pub enum Instant {
    /// Its start.
    #[default]
    Created,
    /// Its resolution.
    Resolved,
    /// Its closing.
    Closed,
}

/// Periods, and the zone in which they lie.
#[derive(Clone, Debug)]
pub struct Bucket {
    /// How long a period is; none splits by no period, and gives weekdays and hours their zone.
    pub unit: Option<Unit>,
    /// IANA zone.
    pub timezone: String,
    /// By which instant.
    pub instant: Instant,
    /// Only instants from here on, and periods that begin from here on.
    pub from: Option<Timestamp>,
    /// Only instants and beginnings of periods before this.
    pub to: Option<Timestamp>,
}

impl Default for Bucket {
    fn default() -> Self {
        Self {
            unit: None,
            timezone: "UTC".into(),
            instant: Instant::Created,
            from: None,
            to: None,
        }
    }
}

/// By what rows can be put in order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, async_graphql::Enum)]
#[graphql(name = "ReportOrderKey")]
pub enum OrderKey {
    /// Period, then the dimensions in the order asked: the default.
    Dimensions,
    /// Number of tickets.
    Count,
    /// Backlog.
    Backlog,
    /// Unresolved backlog.
    BacklogUnresolved,
    /// Median time to the first response; none comes last.
    RespondMedian,
    /// Median time to resolution; none comes last.
    ResolveMedian,
    /// 90th percentile of the time to resolution; none comes last.
    ResolveP90,
    /// Met ratio; none comes last.
    MetRatio,
    /// The source's met ratio; none comes last.
    ImportedMetRatio,
    /// Reopened tickets.
    Reopened,
    /// Reassigned tickets.
    Reassigned,
}

impl OrderKey {
    /// The measure whose figure it puts in order.
    const fn measure(self) -> Option<Measure> {
        Some(match self {
            Self::Dimensions => return None,
            Self::Count => Measure::Count,
            Self::Backlog => Measure::Backlog,
            Self::BacklogUnresolved => Measure::BacklogUnresolved,
            Self::RespondMedian => Measure::RespondTime,
            Self::ResolveMedian | Self::ResolveP90 => Measure::ResolveTime,
            Self::MetRatio => Measure::MetRatio,
            Self::ImportedMetRatio => Measure::ImportedMetRatio,
            Self::Reopened => Measure::Reopened,
            Self::Reassigned => Measure::Reassigned,
        })
    }
}

/// A key and a direction.
#[derive(Clone, Copy, Debug)]
pub struct Order {
    /// By what.
    pub key: OrderKey,
    /// Largest first.
    pub descending: bool,
}

/// What is asked.
#[derive(Clone, Debug)]
pub struct Request {
    /// Which tickets.
    pub filter: TicketFilter,
    /// Only imported tickets, or only those that were created here.
    pub imported: Option<bool>,
    /// What to count.
    pub measures: Vec<Measure>,
    /// By what to split.
    pub group_by: Vec<Dimension>,
    /// Periods.
    pub bucket: Option<Bucket>,
    /// The instant of a backlog without periods; the present unless told.
    pub at: Option<Timestamp>,
    /// Order.
    pub order: Vec<Order>,
    /// Most rows.
    pub first: usize,
}

impl Request {
    /// Whether a measure is asked for.
    pub fn wants(&self, measure: Measure) -> bool {
        self.measures.contains(&measure)
    }

    /// What has to be known of each ticket.
    pub(super) fn needs(&self) -> Vec<Need> {
        let by_order = self.order.iter().filter_map(|order| order.key.measure());
        let measures = self.measures.iter().copied().chain(by_order);
        let instant = match self.bucket.as_ref().map(|bucket| bucket.instant) {
            Some(Instant::Resolved) => Some(Need::Resolved),
            Some(Instant::Closed) => Some(Need::Closed),
            Some(Instant::Created) | None => None,
        };
        let mut needs = Vec::new();
        let all = measures
            .flat_map(|measure| measure.needs().iter().copied())
            .chain(self.group_by.iter().filter_map(|d| d.need()))
            .chain(instant);
        for need in all {
            if !needs.contains(&need) {
                needs.push(need);
            }
        }
        needs
    }

    fn wants_backlog(&self) -> bool {
        self.wants(Measure::Backlog) || self.wants(Measure::BacklogUnresolved)
    }

    fn check(&self) -> Result<()> {
        let refuse = |field, words: &str| Err(Error::refused(code::INVALID, field, words));
        if self.measures.is_empty() {
            return refuse("measures", "Ask for at least one measure.");
        }
        if self.group_by.len() > DIMENSIONS_MOST {
            return refuse("groupBy", "At most 5 dimensions.");
        }
        for (index, dimension) in self.group_by.iter().enumerate() {
            if self.group_by[..index].contains(dimension) {
                return refuse("groupBy", "The same dimension twice.");
            }
        }
        if self.wants_backlog() && self.group_by.iter().any(|d| d.is_of_time()) {
            return refuse(
                "groupBy",
                "A backlog belongs to an instant, not to weekdays or hours.",
            );
        }
        Ok(())
    }
}

/// Most dimensions of one report.
const DIMENSIONS_MOST: usize = 5;
/// Most groups of one report.
const GROUPS_MOST: usize = 100_000;

/// A period of a report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Period {
    /// Such as `2016-02`.
    pub label: String,
    /// Its first instant.
    pub starts_at: Timestamp,
    /// The first instant after it.
    pub ends_at: Timestamp,
}

/// A row of a report.
#[derive(Clone, Debug)]
pub struct Row {
    /// Its period, if the report has periods.
    pub period: Option<Period>,
    /// Its place in each dimension, in the order asked.
    pub values: Vec<Value>,
    /// The same as words.
    pub labels: Vec<String>,
    /// Its figures.
    pub figures: Figures,
    /// Times to the first response.
    pub respond: Option<Summary>,
    /// Times to resolution.
    pub resolve: Option<Summary>,
}

/// A report.
#[derive(Clone, Debug)]
pub struct Report {
    /// Its rows.
    pub rows: Vec<Row>,
    /// Whether there are more rows than were asked for.
    pub truncated: bool,
    /// Tickets that were looked at.
    pub tickets: u64,
    /// Position in the log at which it was made.
    pub as_of: i64,
}

type Key = (Option<Date>, Vec<Value>);
/// Of a group: start and end of each ticket's time in the backlog, and in the unresolved one.
type Spans = HashMap<Vec<Value>, Vec<[(Timestamp, Option<Timestamp>); 2]>>;

struct Counting<'a> {
    request: &'a Request,
    zone: Zone,
    bucket: Bucket,
    parents: dimension::Parents,
    groups: HashMap<Key, Figures>,
    spans: Spans,
    tickets: u64,
}

impl Counting<'_> {
    fn add(&mut self, facts: &Facts) -> Result<()> {
        self.tickets += 1;
        let at = match self.bucket.instant {
            Instant::Created => Some(facts.created_at),
            Instant::Resolved => facts.resolved_at,
            Instant::Closed => facts.closed_at,
        };
        let of_time = self.bucket.unit.is_some()
            || self.bucket.from.is_some()
            || self.bucket.to.is_some()
            || self.bucket.instant != Instant::Created
            || self.request.group_by.iter().any(|d| d.is_of_time());
        let inside = at.is_some_and(|at| {
            self.bucket.from.is_none_or(|from| at >= from)
                && self.bucket.to.is_none_or(|to| at < to)
        });
        let local = if of_time {
            at.map(|at| self.zone.local(at))
        } else {
            None
        };
        let values: Vec<Value> = self
            .request
            .group_by
            .iter()
            .map(|d| dimension::value(*d, facts, &self.parents, local))
            .collect();
        if self.request.wants_backlog() {
            let spans = [backlog_span(facts, false), backlog_span(facts, true)];
            self.spans.entry(values.clone()).or_default().push(spans);
        }
        if inside || !of_time {
            let date = match (self.bucket.unit, local) {
                (Some(unit), Some(local)) => Some(self.zone.first_day(unit, local.date)),
                _ => None,
            };
            self.figures(date, values)?.add(facts);
        }
        Ok(())
    }

    fn figures(&mut self, date: Option<Date>, values: Vec<Value>) -> Result<&mut Figures> {
        if self.groups.len() >= GROUPS_MOST {
            return Err(Error::refused(
                code::LIMIT_EXCEEDED,
                "groupBy",
                format!(
                    "More than {GROUPS_MOST} groups; ask for fewer dimensions or a narrower filter."
                ),
            ));
        }
        Ok(self.groups.entry((date, values)).or_default())
    }

    /// Counts who was in the backlog at each instant.
    fn count_backlogs(&mut self, now: Timestamp) -> Result<()> {
        let spans = std::mem::take(&mut self.spans);
        let Some(unit) = self.bucket.unit else {
            let at = self.request.at.unwrap_or(now);
            for (values, spans) in spans {
                let counts = [0, 1].map(|which| {
                    let open = |s: &&[(Timestamp, Option<Timestamp>); 2]| {
                        s[which].0 < at && s[which].1.is_none_or(|end| end >= at)
                    };
                    spans.iter().filter(open).count() as u64
                });
                if counts != [0, 0] || !self.request.wants(Measure::Count) {
                    let figures = self.figures(None, values)?;
                    [figures.backlog, figures.backlog_unresolved] = counts;
                }
            }
            return Ok(());
        };
        let all = || spans.values().flatten().map(|s| s[0]);
        let Some(earliest) = all().map(|s| s.0).min() else {
            return Ok(());
        };
        let latest = all().map(|s| s.1.unwrap_or(now)).max().unwrap_or(now);
        let from = self.bucket.from.unwrap_or(earliest);
        let to = self.bucket.to.map_or(latest, |to| to.plus_millis(-1));
        let days = self.zone.periods(unit, from, to)?;
        let starts: Vec<Timestamp> = days.iter().map(|day| self.zone.start_of(*day)).collect();
        let grouped = !self.request.group_by.is_empty();
        for (values, spans) in spans {
            let counts = [0, 1].map(|which| counts_at(&starts, spans.iter().map(|s| s[which])));
            for (index, day) in days.iter().enumerate() {
                // The first period may begin before the span that was asked for.
                if self.bucket.from.is_some_and(|from| starts[index] < from) {
                    continue;
                }
                let counts = counts.each_ref().map(|c| c[index]);
                if counts != [0, 0] || !grouped {
                    let figures = self.figures(Some(*day), values.clone())?;
                    [figures.backlog, figures.backlog_unresolved] = counts;
                }
            }
        }
        Ok(())
    }
}

/// For each instant of an ascending list, how many spans hold it: begun before it, and ended at it
/// or later.
fn counts_at(
    instants: &[Timestamp],
    spans: impl Iterator<Item = (Timestamp, Option<Timestamp>)>,
) -> Vec<u64> {
    let mut change = vec![0i64; instants.len() + 1];
    for (start, end) in spans {
        let first = instants.partition_point(|at| *at <= start);
        let after = end.map_or(instants.len(), |end| {
            instants.partition_point(|at| *at <= end)
        });
        if first < after {
            change[first] += 1;
            change[after] -= 1;
        }
    }
    let mut running = 0;
    change[..instants.len()]
        .iter()
        .map(|c| {
            running += c;
            u64::try_from(running).unwrap_or(0)
        })
        .collect()
}

/// Makes a report of what the scope sees.
pub async fn run(
    db: &Database,
    scope: &Scope,
    request: &Request,
    now: Timestamp,
) -> Result<Report> {
    request.check()?;
    let bucket = request.bucket.clone().unwrap_or_default();
    let as_of = event_log::last_sequence(db.reader()).await?;
    let needs_parents = |d: &Dimension| matches!(d, Dimension::Category | Dimension::Subcategory);
    let mut counting = Counting {
        zone: Zone::named(&bucket.timezone)?,
        parents: if request.group_by.iter().any(needs_parents) {
            store::parents(db).await?
        } else {
            dimension::Parents::new()
        },
        request,
        bucket,
        groups: HashMap::new(),
        spans: Spans::new(),
        tickets: 0,
    };
    fact_store::each(db, scope, request, |facts| counting.add(facts)).await?;
    if request.wants_backlog() {
        counting.count_backlogs(now)?;
    }
    if counting.groups.is_empty() && request.group_by.is_empty() && counting.bucket.unit.is_none() {
        counting
            .groups
            .insert((None, Vec::new()), Figures::default());
    }
    let names = store::names(db, counting.groups.keys().flat_map(|(_, values)| values)).await?;
    let tickets = counting.tickets;
    let mut rows = rows(counting, &names);
    sort(&mut rows, &request.order);
    let truncated = rows.len() > request.first;
    rows.truncate(request.first);
    Ok(Report {
        rows,
        truncated,
        tickets,
        as_of,
    })
}

fn rows(counting: Counting<'_>, names: &HashMap<Value, String>) -> Vec<Row> {
    let Counting {
        mut zone,
        bucket,
        groups,
        ..
    } = counting;
    groups
        .into_iter()
        .map(|((date, values), mut figures)| Row {
            period: bucket.unit.zip(date).map(|(unit, first)| {
                let starts_at = zone.start_of(first);
                let ends_at = match zone.next_first_day(unit, first) {
                    Some(next) => zone.start_of(next),
                    None => starts_at,
                };
                Period {
                    label: label(unit, first),
                    starts_at,
                    ends_at,
                }
            }),
            labels: values.iter().map(|v| v.label(names)).collect(),
            values,
            respond: figures.respond.summary(),
            resolve: figures.resolve.summary(),
            figures,
        })
        .collect()
}

fn sort(rows: &mut [Row], orders: &[Order]) {
    rows.sort_by(|a, b| {
        for order in orders {
            let compared = match order.key {
                OrderKey::Dimensions => by_dimensions(a, b),
                key => match (figure(a, key), figure(b, key)) {
                    (Some(x), Some(y)) => x.total_cmp(&y),
                    // Absent ones come last in both directions.
                    (Some(_), None) => return Ordering::Less,
                    (None, Some(_)) => return Ordering::Greater,
                    (None, None) => Ordering::Equal,
                },
            };
            let compared = if order.descending {
                compared.reverse()
            } else {
                compared
            };
            if compared != Ordering::Equal {
                return compared;
            }
        }
        by_dimensions(a, b)
    });
}

fn by_dimensions(a: &Row, b: &Row) -> Ordering {
    let start = |row: &Row| row.period.as_ref().map(|p| p.starts_at);
    let mut compared = start(a).cmp(&start(b));
    for ((x, name_x), (y, name_y)) in a
        .values
        .iter()
        .zip(&a.labels)
        .zip(b.values.iter().zip(&b.labels))
    {
        compared = compared.then_with(|| match (x, y) {
            (Value::Absent, Value::Absent) => Ordering::Equal,
            (Value::Absent, _) => Ordering::Greater,
            (_, Value::Absent) => Ordering::Less,
            (
                Value::Department(_)
                | Value::Team(_)
                | Value::Category(_)
                | Value::Service(_)
                | Value::Site(_),
                _,
            ) => name_x.cmp(name_y).then_with(|| x.cmp(y)),
            _ => x.cmp(y),
        });
    }
    compared
}

fn figure(row: &Row, key: OrderKey) -> Option<f64> {
    let figures = &row.figures;
    Some(match key {
        OrderKey::Dimensions => return None,
        OrderKey::Count => figures.count as f64,
        OrderKey::Backlog => figures.backlog as f64,
        OrderKey::BacklogUnresolved => figures.backlog_unresolved as f64,
        OrderKey::RespondMedian => row.respond?.median_seconds,
        OrderKey::ResolveMedian => row.resolve?.median_seconds,
        OrderKey::ResolveP90 => row.resolve?.p90_seconds,
        OrderKey::MetRatio => figures.met().ratio()?,
        OrderKey::ImportedMetRatio => figures.imported_met.ratio()?,
        OrderKey::Reopened => figures.reopened as f64,
        OrderKey::Reassigned => figures.reassigned as f64,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_backlog_begins_after_the_start_and_ends_with_the_end() {
        let at = |s: i64| Timestamp::from_millis(s);
        let instants: Vec<Timestamp> = [10, 20, 30, 40].map(at).to_vec();
        let count = |start, end: Option<i64>| {
            counts_at(&instants, std::iter::once((at(start), end.map(at))))
        };
        assert_eq!(count(10, Some(30)), [0, 1, 1, 0]);
        assert_eq!(count(9, Some(29)), [1, 1, 0, 0]);
        assert_eq!(count(25, None), [0, 0, 1, 1]);
        assert_eq!(count(20, Some(20)), [0, 0, 0, 0]);
        assert_eq!(count(40, None), [0, 0, 0, 0]);
        // An end before the start, as real data has it.
        assert_eq!(count(30, Some(10)), [0, 0, 0, 0]);
    }
}
