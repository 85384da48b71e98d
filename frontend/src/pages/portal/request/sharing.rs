//! The facts beside a request, and the colleagues who may follow it.

use crate::lean::*;

use super::{
    super::{data, people::people_search},
    Held,
};
use crate::{
    api::{Id, operations::PersonBadge},
    components::{
        Avatar, Choice, Icon, PersonPicker, Remote,
        environment::{announce, use_viewer},
        use_toaster,
    },
    live,
    words::{components as general, format, portal as words},
};

/// Who asked, for whom, where it is, by when, and who follows it.
#[component]
pub fn Facts(held: Signal<Held>, page: Remote<Option<Held>>) -> impl IntoView {
    let zone =
        StoredValue::new(use_viewer().with_untracked(|viewer| viewer.person.timezone.clone()));
    let now = live::now();
    let requester = held.with_untracked(|(request, _)| request.summary.requester.clone());
    let requested_for = held.with_untracked(|(request, _)| request.summary.requested_for.clone());
    let for_other = (requested_for.id != requester.id).then_some(requested_for);
    let department =
        memo(move |_| held.with(|(request, _)| request.summary.department.name.clone()));
    let assignee = memo(move |_| held.with(|(request, _)| request.summary.assignee.clone()));
    let expected = memo(move |_| {
        let open = held.with(|(request, _)| {
            super::Progress::of(request.summary.state, request.summary.hold_reason).is_open()
        });
        let by = held
            .with(|(request, _)| request.summary.expected_by)
            .filter(|_| open)?;
        Some(zone.with_value(|zone| {
            (
                super::super::card::when(by, now.get(), zone),
                format::exact(by, zone),
            )
        }))
    });
    view! {
        <aside class="card card-pad" aria-labelledby="facts">
            <h2 id="facts" class="sr-only">{words::facts()}</h2>
            <dl class="about">
                <div><dt>{words::asked_by_label()}</dt><dd>{person(requester)}</dd></div>
                {for_other.map(|other| view! { <div><dt>{words::for_label()}</dt><dd>{person(other)}</dd></div> })}
                <div><dt>{words::department()}</dt><dd>{move || department.get()}</dd></div>
                {move || assignee.get().map(|who| view! { <div><dt>{words::worked_on_by()}</dt><dd>{person(who)}</dd></div> })}
                {move || {
                    expected.get().map(|(text, exact)| view! { <div><dt>{words::expected()}</dt><dd title=exact>{text}</dd></div> })
                }}
            </dl>
            <Sharing held page />
        </aside>
    }
}

fn person(badge: PersonBadge) -> impl IntoView {
    view! {
        <Avatar initials=badge.initials hue=badge.hue name=badge.name.clone() />
        <span>{badge.name}</span>
    }
}

#[component]
fn Sharing(held: Signal<Held>, page: Remote<Option<Held>>) -> impl IntoView {
    let toaster = use_toaster();
    let ticket = StoredValue::new(held.with_untracked(|(request, _)| request.summary.id.clone()));
    let watchers = memo(move |_| held.with(|(request, _)| request.watchers.clone()));
    let may = memo(move |_| held.with(|(request, _)| request.viewer_can.watch));
    let adding = RwSignal::new(false);
    let picked = RwSignal::new(None::<Choice>);
    let act = move |person: Id, name: String, share: bool| {
        leptos::task::spawn_local(async move {
            let input = data::ShareInput {
                ticket: ticket.get_value(),
                person: Some(person),
            };
            let outcome = if share {
                data::share(input).await
            } else {
                data::unshare(input).await
            };
            match outcome {
                Ok(_) => {
                    let sentence = if share {
                        words::shared_with(&name)
                    } else {
                        words::no_longer_shared_with(&name)
                    };
                    announce(sentence.clone());
                    toaster.say(sentence);
                    page.again();
                }
                Err(error) => toaster.warn(error.sentence()),
            }
        });
    };
    effect(move |_| {
        if let Some(choice) = picked.get() {
            picked.set(None);
            adding.set(false);
            act(Id::new(choice.id), choice.label, true);
        }
    });
    view! {
        <div class="about sharing">
            <h3 class="field-help">{words::shared()}</h3>
            <Show when=move || !watchers.with(Vec::is_empty) fallback=|| view! { <p class="muted">{words::shared_with_nobody()}</p> }>
                <ul class="people" role="list">
                    <For each=move || watchers.get() key=|person| person.id.inner().to_owned() let:person>
                        <li class="person">
                            <Avatar initials=person.initials hue=person.hue name=person.name.clone() />
                            <span>{person.name.clone()}</span>
                            <Show when=move || may.get()>
                                {
                                    let (id, name) = (person.id.clone(), person.name.clone());
                                    view! {
                                        <button
                                            type="button"
                                            class="btn btn-quiet btn-icon btn-tiny"
                                            aria-label=general::remove(&name)
                                            on:click=move |_| act(id.clone(), name.clone(), false)
                                        >
                                            <Icon name="x" class="icon-s" />
                                        </button>
                                    }
                                }
                            </Show>
                        </li>
                    </For>
                </ul>
            </Show>
            <Show when=move || may.get()>
                <Show
                    when=move || adding.get()
                    fallback=move || {
                        view! {
                            <button type="button" class="btn btn-small" on:click=move |_| adding.set(true)>
                                <Icon name="user-plus" />
                                {words::share()}
                            </button>
                        }
                    }
                >
                    <PersonPicker label=words::share_with() help=words::share_help() picked search=people_search() required=true />
                    <button type="button" class="btn btn-quiet btn-small" on:click=move |_| adding.set(false)>{words::cancel()}</button>
                </Show>
            </Show>
        </div>
    }
}
