//! Working calendars. Hours and dates are written as text, one span or date after the other: quick to
//! type, to read and to copy.

use crate::lean::*;
use shared::text::NAME_MAX;

use super::{
    form::{Form, FormView, use_saved},
    frame::{Editor, EditorDialog, SectionHead, bones},
    operations::calendars::{
        self as data, Calendar, CalendarCreateInput, CalendarEditInput, CalendarHoursInput,
        ClosedDateInput, ExceptionalOpeningInput, Hours, HoursInput, Weekday, WeekdayHoursInput,
    },
    rows::{Cell, Row, Rows},
    zone::ZoneField,
};
use crate::{
    api::fresh_key,
    components::{Check, FieldFrame, Remote, TextArea, TextField, environment::use_viewer},
    words::admin as words,
};

fn weekday_word(weekday: Weekday) -> &'static str {
    match weekday {
        Weekday::Monday => words::monday(),
        Weekday::Tuesday => words::tuesday(),
        Weekday::Wednesday => words::wednesday(),
        Weekday::Thursday => words::thursday(),
        Weekday::Friday => words::friday(),
        Weekday::Saturday => words::saturday(),
        Weekday::Sunday => words::sunday(),
    }
}

/// Spans as text, such as `09:00-12:00, 13:00-17:00`.
fn hours_text(hours: &[Hours]) -> String {
    hours
        .iter()
        .map(|span| format!("{}-{}", span.start, span.end))
        .collect::<Vec<_>>()
        .join(", ")
}

/// Reads spans; a span whose end is not after its start ends on the next day.
fn read_hours(text: &str) -> Option<Vec<HoursInput>> {
    text.split(',')
        .map(str::trim)
        .filter(|span| !span.is_empty())
        .map(|span| {
            let (start, end) = span.split_once(['-', '–'])?;
            let (start, end) = (wall_time(start.trim())?, wall_time(end.trim())?);
            Some(HoursInput {
                ends_next_day: end <= start,
                start,
                end,
            })
        })
        .collect()
}

/// A wall time with two digits on each side, so that texts compare as times.
fn wall_time(text: &str) -> Option<String> {
    let (hour, minute) = text.split_once(':').unwrap_or((text, "00"));
    let (hour, minute): (u8, u8) = (hour.parse().ok()?, minute.parse().ok()?);
    (hour <= 24 && minute < 60).then(|| format!("{hour:02}:{minute:02}"))
}

/// Lines `date name`.
fn closed_text(calendar: &Calendar) -> String {
    let lines = calendar.closed.iter().map(|closed| {
        format!("{} {}", closed.on, closed.name)
            .trim_end()
            .to_owned()
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn read_closed(text: &str) -> Vec<ClosedDateInput> {
    lines(text)
        .map(|line| {
            let (on, name) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
            ClosedDateInput {
                on: on.to_owned(),
                name: name.trim().to_owned(),
            }
        })
        .collect()
}

/// Lines `date hours name`; `closed` in place of hours for a date without any.
fn openings_text(calendar: &Calendar) -> String {
    let lines = calendar.openings.iter().map(|opening| {
        let hours = if opening.hours.is_empty() {
            words::closed_word().to_owned()
        } else {
            hours_text(&opening.hours).replace(", ", ",")
        };
        format!("{} {hours} {}", opening.date, opening.name)
            .trim_end()
            .to_owned()
    });
    lines.collect::<Vec<_>>().join("\n")
}

fn read_openings(text: &str) -> Option<Vec<ExceptionalOpeningInput>> {
    lines(text)
        .map(|line| {
            let (date, rest) = line.split_once(char::is_whitespace)?;
            let rest = rest.trim();
            let (hours, name) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
            let hours = if hours == words::closed_word() {
                Vec::new()
            } else {
                read_hours(hours)?
            };
            Some(ExceptionalOpeningInput {
                date: date.to_owned(),
                hours,
                name: name.trim().to_owned(),
            })
        })
        .collect()
}

fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty())
}

/// The page.
#[component]
pub fn Calendars() -> impl IntoView {
    let list = Remote::new(|| async {
        data::fetch_calendars()
            .await
            .map_err(|error| error.sentence())
    });
    let editor = Editor::<Calendar>::new();
    view! {
        <SectionHead
            title=words::calendars()
            lead=words::calendars_lead()
            add_word=words::new_calendar()
            on_add=move |()| editor.add()
        />
        {list.view(bones, move |found| {
            let rows = Signal::derive(move || found.with(|found| found.iter().map(row).collect::<Vec<_>>()));
            view! {
                <Rows
                    label=words::calendars()
                    heads=&[words::name, words::zone, words::hours]
                    rows
                    empty=("calendar-days", words::no_calendars())
                    on_edit=move |id: String| editor.edit_one(list.ready_untracked(), |one| *one.id.inner() == id)
                />
            }
            .into_any()
        })}
        <EditorDialog editor title=editor.title(words::new_calendar(), words::edit_calendar()) on_closed=move |()| list.again()>
            <CalendarForm editor />
        </EditorDialog>
    }
}

fn row(calendar: &Calendar) -> Row {
    let closed = i64::try_from(calendar.closed.len()).unwrap_or(i64::MAX);
    Row {
        id: calendar.id.inner().to_owned(),
        name: calendar.name.clone(),
        chip: calendar.is_default.then(words::default_chip),
        retired: !calendar.active,
        cells: vec![
            Cell::Text(calendar.zone.clone()),
            Cell::Lines(
                week_lines(calendar),
                if closed > 0 {
                    words::closed_dates_count(closed)
                } else {
                    String::new()
                },
            ),
        ],
        ..Row::default()
    }
}

/// The week with neighbouring days of the same hours together: "Monday to Friday 09:00–17:00".
fn week_lines(calendar: &Calendar) -> Vec<String> {
    let mut runs: Vec<(Weekday, Weekday, String)> = Vec::new();
    for (place, weekday) in Weekday::ALL.into_iter().enumerate() {
        let Some(day) = calendar.weekly.iter().find(|day| day.weekday == weekday) else {
            continue;
        };
        let hours = hours_text(&day.hours).replace('-', "–");
        match runs.last_mut() {
            Some((_, last, same))
                if *same == hours && place > 0 && Weekday::ALL[place - 1] == *last =>
            {
                *last = weekday;
            }
            _ => runs.push((weekday, weekday, hours)),
        }
    }
    runs.into_iter()
        .map(|(first, last, hours)| {
            if first == last {
                format!("{} {hours}", weekday_word(first))
            } else {
                words::days_with_hours(weekday_word(first), weekday_word(last), hours)
            }
        })
        .collect()
}

#[component]
fn CalendarForm(editor: Editor<Calendar>) -> impl IntoView {
    let before = editor.existing();
    let is_new = before.is_none();
    let was_default = before.as_ref().is_some_and(|calendar| calendar.is_default);
    let form = Form::new();
    let saved = use_saved();
    let idempotency_key = fresh_key();
    let name = RwSignal::new(before.as_ref().map(|c| c.name.clone()).unwrap_or_default());
    let zone = RwSignal::new(before.as_ref().map_or_else(
        || use_viewer().with_untracked(|viewer| viewer.person.timezone.clone()),
        |c| c.zone.clone(),
    ));
    let closed = RwSignal::new(before.as_ref().map(closed_text).unwrap_or_default());
    let openings = RwSignal::new(before.as_ref().map(openings_text).unwrap_or_default());
    let is_default = RwSignal::new(was_default);
    let active = RwSignal::new(before.as_ref().is_none_or(|c| c.active));
    let week: Vec<(Weekday, RwSignal<String>)> = Weekday::ALL
        .into_iter()
        .map(|weekday| {
            let text = match &before {
                Some(calendar) => calendar
                    .weekly
                    .iter()
                    .find(|day| day.weekday == weekday)
                    .map(|day| hours_text(&day.hours))
                    .unwrap_or_default(),
                None if matches!(weekday, Weekday::Saturday | Weekday::Sunday) => String::new(),
                None => "09:00-17:00".to_owned(),
            };
            (weekday, RwSignal::new(text))
        })
        .collect();
    let days = week
        .iter()
        .map(|(weekday, text)| view! { <TextField label=weekday_word(*weekday) value=*text required=true /> })
        .collect_view();
    let read = move || -> Result<CalendarHoursInput, Vec<(String, String)>> {
        let mut faults = Vec::new();
        let mut weekly = Vec::new();
        for (weekday, text) in &week {
            match read_hours(&text.get_untracked()) {
                Some(hours) if hours.is_empty() => {}
                Some(hours) => weekly.push(WeekdayHoursInput {
                    weekday: *weekday,
                    hours,
                }),
                None => faults.push((
                    "weekly".to_owned(),
                    words::hours_fault(weekday_word(*weekday)),
                )),
            }
        }
        let openings = read_openings(&openings.get_untracked());
        if openings.is_none() {
            faults.push(("openings".to_owned(), words::openings_fault().to_owned()));
        }
        if !faults.is_empty() {
            return Err(faults);
        }
        Ok(CalendarHoursInput {
            zone: zone.get_untracked(),
            weekly,
            closed: read_closed(&closed.get_untracked()),
            openings: openings.unwrap_or_default(),
        })
    };
    let send = move |()| {
        let hours = match read() {
            Ok(hours) => hours,
            Err(faults) => {
                form.refuse(faults);
                return;
            }
        };
        let before = before.clone();
        let idempotency_key = idempotency_key.clone();
        let act = match before {
            None => data::create(CalendarCreateInput {
                name: name.get_untracked(),
                is_default: is_default.get_untracked(),
                hours,
                idempotency_key: Some(idempotency_key),
            }),
            Some(before) => data::edit(CalendarEditInput {
                calendar: before.id,
                expected_version: before.version,
                name: Some(name.get_untracked()),
                is_default: Some(is_default.get_untracked()),
                active: Some(active.get_untracked()),
                hours: Some(hours),
            }),
        };
        form.send(act, move |_| {
            saved();
            editor.close();
        });
    };
    view! {
        <FormView form send_word=words::save() on_send=send on_cancel=move |()| editor.close()>
            <div class="admin-pair">
                <TextField label=words::name() value=name required=true most=NAME_MAX error=form.fault("name") />
                <ZoneField value=zone error=form.fault("zone") />
            </div>
            <FieldFrame
                label=words::hours()
                help=words::hours_help()
                error=form.fault("weekly")
                group=true
                children=Box::new(move |_, _| view! { <div class="admin-days">{days}</div> }.into_any())
            />
            <TextArea label=words::closed_dates() help=words::closed_help() value=closed rows=5 error=form.fault("closed") />
            <TextArea label=words::openings() help=words::openings_help() value=openings rows=2 error=form.fault("openings") />
            {(!was_default).then(|| view! { <Check label=words::make_default() value=is_default /> })}
            {(!is_new && !was_default).then(|| view! { <Check label=words::in_use() value=active /> })}
        </FormView>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_read_as_people_write_them() {
        let spans = read_hours("9-12, 13:00–17:30").expect("hours");
        assert_eq!(
            (spans[0].start.as_str(), spans[0].end.as_str()),
            ("09:00", "12:00")
        );
        assert_eq!(
            (spans[1].start.as_str(), spans[1].end.as_str()),
            ("13:00", "17:30")
        );
        assert!(!spans[1].ends_next_day);
        assert!(read_hours("22:00-06:00").expect("hours")[0].ends_next_day);
        assert!(!read_hours("00:00-24:00").expect("hours")[0].ends_next_day);
        assert_eq!(read_hours(" "), Some(Vec::new()));
        assert_eq!(read_hours("nine to five"), None);
    }

    #[test]
    fn a_closed_date_has_a_name_behind_it() {
        let dates = read_closed("--12-25 Christmas Day\n\n2026-05-01");
        assert_eq!(
            (dates[0].on.as_str(), dates[0].name.as_str()),
            ("--12-25", "Christmas Day")
        );
        assert_eq!(
            (dates[1].on.as_str(), dates[1].name.as_str()),
            ("2026-05-01", "")
        );
    }
}
