//! Telling that something does not work, or anything that fits no form.

use crate::lean::*;
use leptos_router::hooks::use_query_map;
use serde::{Deserialize, Serialize};
use shared::text::{BODY_MAX, TITLE_MAX};

use super::{
    data,
    draft::Draft,
    sending::{ForWhom, SendForm, Sending, Whom, use_sender, whom_fault},
};
use crate::{
    api::{Id, Impact, Listed, Markdown, Urgency},
    components::{
        AttachButton, Choice, DropZone, RadioCards, RadioOption, Remote, SelectField, TextArea,
        TextField, Tray, TrayList, environment::use_title,
    },
    words::portal as words,
};

/// What is kept of a half-filled report.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Report {
    title: String,
    description: String,
    who: String,
    work: String,
    department: String,
    other: bool,
    person: Option<Choice>,
}

impl Report {
    /// Whether there is anything worth keeping.
    fn is_blank(&self) -> bool {
        self.title.trim().is_empty() && self.description.trim().is_empty()
    }

    fn faults(&self) -> Vec<(String, String)> {
        let mut faults: Vec<_> = shared::ticket::check_report(&self.title, &self.description)
            .err()
            .unwrap_or_default()
            .into_iter()
            .map(|problem| {
                let sentence = match (problem.code.as_str(), problem.field.as_str()) {
                    ("REQUIRED", "title") => words::title_needed().to_owned(),
                    _ => problem.message,
                };
                (problem.field, sentence)
            })
            .collect();
        for (field, value) in [("impact", &self.who), ("urgency", &self.work)] {
            if value.is_empty() {
                faults.push((field.to_owned(), words::choose_one().to_owned()));
            }
        }
        faults.extend(whom_fault(self.other, self.person.as_ref()));
        faults
    }

    fn input(&self, files: Vec<Id>, key: String) -> data::ReportInput {
        data::ReportInput {
            title: self.title.trim().to_owned(),
            description: Markdown(self.description.trim().to_owned()),
            department: (!self.department.is_empty()).then(|| Id::new(&self.department)),
            impact: Impact::from_key(&self.who),
            urgency: Urgency::from_key(&self.work),
            requested_for: self
                .person
                .as_ref()
                .filter(|_| self.other)
                .map(|person| Id::new(&person.id)),
            attachments: files,
            idempotency_key: Some(key),
        }
    }
}

/// The page.
#[component]
pub fn Report() -> impl IntoView {
    use_title(|| words::report_title().to_owned());
    let query = use_query_map().get_untracked();
    let (draft, kept) = Draft::open::<Report>("report");
    let wanted_title = query.get("title").unwrap_or_default();
    // What was just typed into the search goes before what was begun some other day.
    let kept = kept
        .filter(|kept| wanted_title.is_empty() || kept.title == wanted_title)
        .unwrap_or_default();
    let restored = RwSignal::new(!kept.is_blank());

    let title = RwSignal::new(if kept.title.is_empty() {
        wanted_title
    } else {
        kept.title
    });
    let description = RwSignal::new(kept.description);
    let who = RwSignal::new(if kept.who.is_empty() {
        Impact::Person.key().to_owned()
    } else {
        kept.who
    });
    let work = RwSignal::new(kept.work);
    let department = RwSignal::new(kept.department);
    let whom = Whom::new(kept.other, kept.person);
    let tray = Tray::default();
    let sending = Sending::new();
    let deliver = use_sender(sending, draft, words::report_thanks());

    let content = move || Report {
        title: title.get(),
        description: description.get(),
        who: who.get(),
        work: work.get(),
        department: department.get(),
        other: whom.other.get(),
        person: whom.person.get(),
    };
    draft.keep(move || {
        let content = content();
        (!content.is_blank()).then_some(content)
    });

    let departments = Remote::new(|| async {
        data::fetch_departments()
            .await
            .map_err(|error| error.sentence())
    });
    if let Some(wanted) = query.get("department") {
        effect(move |_| {
            let found = departments.ready().unwrap_or_default();
            if let Some(found) = found.iter().find(|found| found.key == wanted)
                && department.with_untracked(String::is_empty)
            {
                department.set(found.id.inner().to_owned());
            }
        });
    }
    let department_options = Signal::derive(move || {
        let mut options = vec![(String::new(), words::not_sure().to_owned())];
        let found = departments.ready().unwrap_or_default();
        options.extend(found.into_iter().map(|found| {
            (
                found.id.inner().to_owned(),
                format!("{}: {}", found.name, found.description),
            )
        }));
        options
    });

    let send = move |()| {
        let report = untrack(content);
        if !untrack(|| tray.is_busy()) && sending.may_send(report.faults()) {
            let input = report.input(untrack(|| tray.ids()), draft.key());
            deliver(data::report(input));
        }
    };
    let start_over = move |()| {
        draft.again();
        for text in [title, description, work, department] {
            text.set(String::new());
        }
        who.set(Impact::Person.key().to_owned());
        whom.clear();
        tray.clear();
        restored.set(false);
        sending.faults.set(Vec::new());
    };
    let option = |value: &str, label: &str, detail: &str| RadioOption {
        value: value.to_owned(),
        label: label.to_owned(),
        detail: detail.to_owned(),
    };
    let who_options = vec![
        option(
            Impact::Person.key(),
            words::who_me(),
            words::who_me_detail(),
        ),
        option(
            Impact::Team.key(),
            words::who_team(),
            words::who_team_detail(),
        ),
        option(
            Impact::Organisation.key(),
            words::who_many(),
            words::who_many_detail(),
        ),
    ];
    let work_options = vec![
        option(
            Urgency::High.key(),
            words::work_no(),
            words::work_no_detail(),
        ),
        option(
            Urgency::Medium.key(),
            words::work_harder(),
            words::work_harder_detail(),
        ),
        option(
            Urgency::Low.key(),
            words::work_yes(),
            words::work_yes_detail(),
        ),
    ];
    view! {
        <div class="page">
            <div class="page-head">
                <h1>{words::report_title()}</h1>
                <p class="page-lead">{words::report_lead()}</p>
            </div>
            <SendForm sending restored on_start_over=start_over send_word=words::send_report() on_send=send waiting=Signal::derive(move || tray.is_busy()) way_back="/">
                <TextField label=words::title_question() value=title error=sending.fault("title") required=true most=TITLE_MAX />
                <DropZone tray>
                <TextArea
                    label=words::description_question()
                    help=words::description_help()
                    value=description
                    error=sending.fault("description")
                    most=BODY_MAX
                    on_submit=send
                />
                <TrayList tray />
                <AttachButton tray />
                </DropZone>
                <RadioCards label=words::who_question() name="who" value=who options=who_options error=sending.fault("impact") />
                <RadioCards label=words::work_question() name="work" value=work options=work_options error=sending.fault("urgency") />
                <SelectField
                    label=words::department_question()
                    help=words::department_help()
                    value=department
                    options=department_options
                    error=sending.fault("department")
                    required=true
                />
                <ForWhom whom error=sending.fault("requestedFor") />
            </SendForm>
        </div>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report() -> Report {
        Report {
            title: "VPN drops".to_owned(),
            who: Impact::Person.key().to_owned(),
            work: Urgency::High.key().to_owned(),
            department: "department_1".to_owned(),
            ..Report::default()
        }
    }

    #[test]
    fn a_report_needs_a_title_and_both_answers_and_may_leave_the_department_open() {
        assert!(report().faults().is_empty());
        let fields: Vec<_> = Report::default()
            .faults()
            .into_iter()
            .map(|(field, _)| field)
            .collect();
        assert_eq!(fields, ["title", "impact", "urgency"]);
        assert_eq!(
            Report::default().input(Vec::new(), "k".into()).department,
            None
        );
    }

    #[test]
    fn a_report_for_somebody_else_names_them() {
        let nameless = Report {
            other: true,
            ..report()
        };
        assert_eq!(nameless.faults()[0].0, "requestedFor");
        let person = Choice {
            id: "person_1".into(),
            label: "Rui".into(),
            detail: String::new(),
            initials: "RC".into(),
            hue: 1,
        };
        let named = Report {
            person: Some(person),
            ..nameless
        };
        assert_eq!(
            named.input(Vec::new(), "k".into()).requested_for,
            Some(Id::new("person_1"))
        );
        assert_eq!(
            Report {
                other: false,
                ..named
            }
            .input(Vec::new(), "k".into())
            .requested_for,
            None
        );
    }
}
