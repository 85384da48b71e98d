//! Working calendars, as administrators draw them up.

use super::context::acting;
use super::error::top_level;
use super::id::{id, parse};
use super::input::{kept, key, parts};
use super::payload::{edited, made, payloads};
use crate::platform::database::Database;
use crate::platform::error::{Error, code};
use crate::practice::service_level::calendar::{self, CalendarEdit, NewCalendar};
use async_graphql::{Context, ID, InputObject, MaybeUndefined, Object, Result, SimpleObject};
use shared::calendar::{
    CalendarDefinition, ClosedDate as Closed, ExceptionalOpening as Opening, Interval,
    MINUTES_OF_A_DAY, Weekday,
};

/// A working calendar.
pub struct Calendar(pub calendar::Calendar);

#[Object]
impl Calendar {
    /// Identity.
    async fn id(&self) -> ID {
        id(self.0.id)
    }
    /// Name.
    async fn name(&self) -> &str {
        &self.0.name
    }
    /// IANA zone.
    async fn zone(&self) -> &str {
        &self.0.definition.zone
    }
    /// The one that counts where no other is chosen.
    async fn is_default(&self) -> bool {
        self.0.is_default
    }
    /// Can be chosen.
    async fn active(&self) -> bool {
        self.0.active
    }
    /// For edits; also the version of the hours.
    async fn version(&self) -> i32 {
        self.0.version
    }
    /// Hours of the weekdays that have any, Monday first.
    async fn weekly(&self) -> Vec<WeekdayHours> {
        self.0
            .definition
            .weekly
            .iter()
            .filter(|(_, hours)| !hours.is_empty())
            .map(|(weekday, hours)| WeekdayHours {
                weekday: *weekday,
                hours: hours.iter().map(Hours::of).collect(),
            })
            .collect()
    }
    /// Closed dates.
    async fn closed(&self) -> Vec<ClosedDate> {
        self.0
            .definition
            .closed
            .iter()
            .map(|closed| ClosedDate {
                on: closed.on.to_string(),
                name: closed.name.clone(),
            })
            .collect()
    }
    /// Dates with hours of their own.
    async fn openings(&self) -> Vec<ExceptionalOpening> {
        self.0
            .definition
            .openings
            .iter()
            .map(|opening| ExceptionalOpening {
                date: opening.date.to_string(),
                hours: opening.hours.iter().map(Hours::of).collect(),
                name: opening.name.clone(),
            })
            .collect()
    }
}

/// Working hours of one weekday.
#[derive(SimpleObject)]
pub struct WeekdayHours {
    /// Which.
    weekday: Weekday,
    /// From when to when.
    hours: Vec<Hours>,
}

/// A span of hours.
#[derive(SimpleObject)]
pub struct Hours {
    /// Wall time, HH:MM.
    start: String,
    /// Wall time, HH:MM up to 24:00.
    end: String,
    /// The end lies on the following date.
    ends_next_day: bool,
}

impl Hours {
    fn of(interval: &Interval) -> Self {
        let text = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
        Self {
            start: text(interval.start),
            end: text(interval.end),
            ends_next_day: interval.ends_next_day,
        }
    }
}

/// A date without working time.
#[derive(SimpleObject)]
pub struct ClosedDate {
    /// YYYY-MM-DD once, --MM-DD every year.
    on: String,
    /// What it is called.
    name: String,
}

/// A date with hours of its own, also when it is closed.
#[derive(SimpleObject)]
pub struct ExceptionalOpening {
    /// YYYY-MM-DD.
    date: String,
    /// From when to when; none means closed.
    hours: Vec<Hours>,
    /// Why.
    name: String,
}

/// A span of hours.
#[derive(Clone, Debug, InputObject)]
pub struct HoursInput {
    /// Wall time, HH:MM.
    start: String,
    /// Wall time, HH:MM up to 24:00.
    end: String,
    /// The end lies on the following date.
    #[graphql(default = false)]
    ends_next_day: bool,
}

/// Working hours of one weekday.
#[derive(Clone, Debug, InputObject)]
pub struct WeekdayHoursInput {
    /// Which; each at most once.
    weekday: Weekday,
    /// From when to when.
    hours: Vec<HoursInput>,
}

/// A date without working time.
#[derive(Clone, Debug, InputObject)]
pub struct ClosedDateInput {
    /// YYYY-MM-DD once, --MM-DD every year.
    on: String,
    /// What it is called.
    #[graphql(default)]
    name: String,
}

/// A date with hours of its own.
#[derive(Clone, Debug, InputObject)]
pub struct ExceptionalOpeningInput {
    /// YYYY-MM-DD.
    date: String,
    /// From when to when; none means closed.
    hours: Vec<HoursInput>,
    /// Why.
    #[graphql(default)]
    name: String,
}

/// Zone and hours of a calendar.
#[derive(Clone, Debug, InputObject)]
pub struct CalendarHoursInput {
    /// IANA zone, such as Europe/Berlin.
    zone: String,
    /// Hours of the weekdays that have any.
    weekly: Vec<WeekdayHoursInput>,
    /// Closed dates.
    #[graphql(default)]
    closed: Vec<ClosedDateInput>,
    /// Dates with hours of their own.
    #[graphql(default)]
    openings: Vec<ExceptionalOpeningInput>,
}

/// A new calendar.
#[derive(Clone, Debug, InputObject)]
pub struct CalendarCreateInput {
    /// Name.
    name: String,
    /// Takes over as the default.
    #[graphql(default = false)]
    is_default: bool,
    /// Zone and hours.
    hours: CalendarHoursInput,
    /// The same key again gives the same calendar.
    idempotency_key: Option<String>,
}

/// An edit of a calendar; what is absent stays.
#[derive(Clone, Debug, InputObject)]
pub struct CalendarEditInput {
    /// Which.
    calendar: ID,
    /// The version that was read.
    expected_version: i32,
    /// Name.
    name: MaybeUndefined<String>,
    /// Takes over as the default; a default is replaced by another, never just dropped.
    is_default: MaybeUndefined<bool>,
    /// Can be chosen.
    active: MaybeUndefined<bool>,
    /// Zone and hours, all of them.
    hours: MaybeUndefined<CalendarHoursInput>,
}

payloads! {
    /// Answer of mutations of calendars.
    CalendarPayload {
        /// The calendar; after a stale edit as it is now.
        calendar: Calendar = calendar::Calendar => Calendar
    }
}

/// Minutes of the day of a wall time.
fn minutes(text: &str, field: &str) -> Result<u16, Error> {
    let parsed = text.split_once(':').and_then(|(hours, minutes)| {
        let two = |part: &str| {
            (part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit()))
                .then(|| part.parse::<u16>().ok())
                .flatten()
        };
        let minutes = two(minutes).filter(|m| *m < 60)?;
        Some(two(hours)? * 60 + minutes).filter(|total| *total <= MINUTES_OF_A_DAY)
    });
    parsed.ok_or_else(|| Error::refused(code::INVALID, field, "A time looks like 09:30."))
}

fn intervals(inputs: &[HoursInput], field: &str) -> Result<Vec<Interval>, Error> {
    inputs
        .iter()
        .map(|input| {
            Ok(Interval {
                start: minutes(&input.start, field)?,
                end: minutes(&input.end, field)?,
                ends_next_day: input.ends_next_day,
            })
        })
        .collect()
}

fn definition(input: &CalendarHoursInput) -> Result<CalendarDefinition, Error> {
    let mut definition = CalendarDefinition {
        zone: input.zone.trim().to_owned(),
        ..CalendarDefinition::default()
    };
    for (index, day) in input.weekly.iter().enumerate() {
        let field = format!("hours.weekly.{index}");
        let hours = intervals(&day.hours, &field)?;
        if definition.weekly.insert(day.weekday, hours).is_some() {
            return Err(Error::refused(
                "DUPLICATE",
                &field,
                "This weekday stands there twice.",
            ));
        }
    }
    for (index, closed) in input.closed.iter().enumerate() {
        let on = closed.on.trim().parse().map_err(|error| {
            Error::refused(
                code::INVALID,
                &format!("hours.closed.{index}"),
                format!("{error}."),
            )
        })?;
        definition.closed.push(Closed {
            on,
            name: closed.name.trim().to_owned(),
        });
    }
    for (index, opening) in input.openings.iter().enumerate() {
        let field = format!("hours.openings.{index}");
        let date = opening
            .date
            .trim()
            .parse()
            .map_err(|error| Error::refused(code::INVALID, &field, format!("{error}.")))?;
        definition.openings.push(Opening {
            date,
            hours: intervals(&opening.hours, &field)?,
            name: opening.name.trim().to_owned(),
        });
    }
    Ok(definition)
}

/// What administrators can ask about calendars.
#[derive(Default)]
pub struct CalendarQuery;

#[Object]
impl CalendarQuery {
    /// All working calendars, the default one first; for administrators, auditors and leads.
    async fn calendars(&self, ctx: &Context<'_>) -> Result<Vec<Calendar>> {
        let acting = acting(ctx)?;
        let calendars = calendar::calendars(ctx.data::<Database>()?.reader(), acting)
            .await
            .map_err(|error| top_level(ctx, error))?;
        Ok(calendars.into_iter().map(Calendar).collect())
    }
}

/// What can be done with calendars.
#[derive(Default)]
pub struct CalendarMutation;

#[Object]
impl CalendarMutation {
    /// Draws up a working calendar.
    async fn calendar_create(
        &self,
        ctx: &Context<'_>,
        input: CalendarCreateInput,
    ) -> Result<CalendarPayload> {
        let (acting, platform) = parts(ctx)?;
        let key = key("calendarCreate", &input.idempotency_key, &input);
        let act = async {
            let new = NewCalendar {
                definition: definition(&input.hours)?,
                name: input.name,
                is_default: input.is_default,
            };
            calendar::create(platform, acting, new, key).await
        };
        made(ctx, act.await)
    }

    /// Changes a working calendar: its next version.
    async fn calendar_edit(
        &self,
        ctx: &Context<'_>,
        input: CalendarEditInput,
    ) -> Result<CalendarPayload> {
        let (acting, platform) = parts(ctx)?;
        let which = input.calendar;
        let edit = async {
            let id = parse(&which, "calendar")?;
            let edit = CalendarEdit {
                definition: kept(input.hours).as_ref().map(definition).transpose()?,
                name: kept(input.name),
                is_default: kept(input.is_default),
                active: kept(input.active),
            };
            calendar::edit(platform, acting, id, input.expected_version, edit).await
        };
        let current = async {
            let id = parse(&which, "calendar")?;
            calendar::calendar(platform.db.reader(), acting, id).await
        };
        edited(ctx, edit.await, current).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wall_times_are_read_strictly() {
        assert_eq!(minutes("09:30", "hours").expect("a time"), 570);
        assert_eq!(minutes("24:00", "hours").expect("a time"), 1440);
        for text in ["", "9:30", "09:60", "24:01", "25:00", "0930", "+9:00"] {
            assert!(minutes(text, "hours").is_err(), "{text}");
        }
    }

    #[test]
    fn a_weekday_that_stands_there_twice_is_refused() {
        let day = WeekdayHoursInput {
            weekday: Weekday::Monday,
            hours: Vec::new(),
        };
        let input = CalendarHoursInput {
            zone: "Europe/Berlin".into(),
            weekly: vec![day.clone(), day],
            closed: Vec::new(),
            openings: Vec::new(),
        };
        assert_eq!(
            definition(&input).expect_err("twice").codes(),
            ["DUPLICATE"]
        );
    }
}
