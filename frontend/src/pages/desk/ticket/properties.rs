//! What the ticket is about and who has it: each property a control of its own, saved by itself.

use crate::lean::*;
use cynic::QueryBuilder;
use leptos::html;
use wasm_bindgen_futures::spawn_local;

use super::{
    changes::Change,
    conversation::When,
    store::{TicketStore, use_ticket},
};
use crate::{
    api::{
        self, Impact, Listed, TicketKind, Urgency,
        operations::{PersonBadge, ServiceName, TeamName},
    },
    components::{
        Avatar,
        environment::{Shortcut, ShortcutGroup, focus_heading, use_shortcuts, use_viewer},
    },
    pages::desk::{
        operations::{CategoryName, ChoicesQuery, ChoicesVars, SiteName},
        workspace::use_workspace,
    },
    words::{self, terms::Named},
};

/// One choice of a property.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    value: String,
    text: String,
}

/// The properties of the ticket.
#[component]
pub fn Properties() -> impl IntoView {
    let store = use_ticket();
    let choices = choices(store);
    let can = store.part(|ticket| {
        let can = &ticket.viewer_can;
        (can.assign, can.edit, can.set_priority, can.change_kind)
    });
    let may_assign = move || can.get().is_some_and(|can| can.0);
    let may_edit = move || can.get().is_some_and(|can| can.1);
    let may_prioritise = move || can.get().is_some_and(|can| can.2);
    let may_change_kind = move || can.get().is_some_and(|can| can.3);
    let assignee = NodeRef::<html::Select>::new();
    let kind_node = NodeRef::<html::Select>::new();
    let impact = NodeRef::<html::Select>::new();
    let viewer = use_viewer();
    let focus = |node: NodeRef<html::Select>| {
        move || {
            if let Some(select) = node.get_untracked() {
                // A control that is not shown cannot take the focus, and need not.
                _ = select.focus();
            }
        }
    };
    use_shortcuts(vec![
        Shortcut::new(
            "a",
            words::ticket::key_assign(),
            ShortcutGroup::Ticket,
            focus(assignee),
        ),
        Shortcut::new(
            "t",
            words::ticket::key_kind(),
            ShortcutGroup::Ticket,
            focus(kind_node),
        ),
        Shortcut::new(
            "p",
            words::ticket::key_priority(),
            ShortcutGroup::Ticket,
            focus(impact),
        ),
        Shortcut::new(
            "m",
            words::ticket::key_mine(),
            ShortcutGroup::Ticket,
            move || {
                if untrack(may_assign) {
                    let me = viewer.with_untracked(|viewer| PersonBadge {
                        id: viewer.person.id.clone(),
                        name: viewer.person.name.clone(),
                        initials: viewer.person.initials.clone(),
                        hue: viewer.person.hue,
                    });
                    store.change(Change::Assignee(Some(me)));
                }
            },
        ),
    ]);

    // Each property: what it is now, what it can be, and what a choice means.
    let team = store.part(|ticket| ticket.team.clone());
    let person = store.part(|ticket| ticket.assignee.clone());
    let kind = store.part(|ticket| ticket.kind);
    let service = store.part(|ticket| ticket.service.clone());
    let category = store.part(|ticket| ticket.category.clone());
    let site = store.part(|ticket| ticket.site.clone());
    let levels = store.part(|ticket| (ticket.impact, ticket.urgency));

    let teams = memo(move |_| {
        let mut all = choices.with(|choices| {
            choices.as_ref().map_or_else(Vec::new, |choices| {
                choices
                    .teams
                    .iter()
                    .map(|team| TeamName {
                        id: team.id.clone(),
                        name: team.name.clone(),
                    })
                    .collect()
            })
        });
        if let Some(Some(present)) = team.get()
            && !all.contains(&present)
        {
            all.insert(0, present);
        }
        all
    });
    let members = memo(move |_| {
        let team = team.get().flatten();
        let mut all: Vec<PersonBadge> = choices.with(|choices| {
            choices.as_ref().map_or_else(Vec::new, |choices| {
                match team
                    .as_ref()
                    .and_then(|team| choices.teams.iter().find(|known| known.id == team.id))
                {
                    Some(team) => team.members.clone(),
                    None => {
                        let mut everybody: Vec<PersonBadge> = Vec::new();
                        for member in choices.teams.iter().flat_map(|team| &team.members) {
                            if !everybody.iter().any(|known| known.id == member.id) {
                                everybody.push(member.clone());
                            }
                        }
                        everybody
                    }
                }
            })
        });
        if let Some(Some(present)) = person.get()
            && !all.iter().any(|known| known.id == present.id)
        {
            all.insert(0, present);
        }
        all
    });
    let services = memo(move |_| {
        let mut all: Vec<ServiceName> = choices.with(|choices| {
            choices
                .as_ref()
                .map_or_else(Vec::new, |choices| choices.services.clone())
        });
        if let Some(Some(present)) = service.get()
            && !all.iter().any(|known| known.id == present.id)
        {
            all.insert(0, present);
        }
        all
    });
    let categories = memo(move |_| {
        let mut all: Vec<CategoryName> = choices.with(|choices| {
            choices
                .as_ref()
                .map_or_else(Vec::new, |choices| choices.categories.clone())
        });
        if let Some(Some(present)) = category.get()
            && !all.iter().any(|known| known.id == present.id)
        {
            all.insert(0, present);
        }
        all
    });
    let workspace = use_workspace();
    let sites = memo(move |_| {
        let mut all: Vec<SiteName> = workspace.sites.get();
        if let Some(Some(present)) = site.get()
            && !all.iter().any(|known| known.id == present.id)
        {
            all.insert(0, present);
        }
        all
    });

    let requester = store.part(|ticket| ticket.requester.clone());
    let for_whom = store.part(|ticket| (ticket.requested_for.clone(), ticket.requester.id.clone()));
    let channel = store.part(|ticket| ticket.channel);
    let department = store.part(|ticket| ticket.department.name.clone());
    let dates = store.part(|ticket| (ticket.created_at, ticket.updated_at, ticket.resolved_at));
    let resolution = store.part(|ticket| ticket.resolution_code);

    view! {
        <section class="facts-block">
            <h3>{words::ticket::details()}</h3>
            <dl class="facts">
                <div>
                    <dt>{words::desk::column_requester()}</dt>
                    <dd>{move || requester.get().map(|requester| {
                        let about = [requester.title.clone(), requester.site.as_ref().map(|site| site.name.clone()), requester.email.clone(), requester.phone.clone()].into_iter().flatten().filter(|part| !part.is_empty()).collect::<Vec<_>>();
                        view! {
                            <span class="who"><Avatar initials=requester.initials hue=requester.hue name=requester.name.clone()/><span>{requester.name}
                            {about.into_iter().map(|part| view! { <small class="muted">{breakable(&part)}</small> }).collect_view()}</span></span>
                        }
                    })}</dd>
                </div>
                {move || for_whom.get().filter(|(person, requester)| person.id != *requester).map(|(person, _)| view! {
                    <div><dt>{words::ticket::requested_for()}</dt><dd><span class="who"><Avatar initials=person.initials hue=person.hue name=person.name.clone()/>{person.name}</span></dd></div>
                })}
                <div><dt>{words::ticket::department()}</dt><dd>{move || department.get()}</dd></div>
                <Choice
                    label=words::desk::column_team()
                    may=Signal::derive(may_assign)
                    value=Signal::derive(move || team.get().flatten().map_or_else(String::new, |team| team.id.inner().to_owned()))
                    text=Signal::derive(move || team.get().flatten().map_or_else(|| words::ticket::none().to_owned(), |team| team.name))
                    options=Signal::derive(move || {
                        let none = team.get().flatten().is_none().then(none);
                        none.into_iter().chain(teams.get().into_iter().map(|team| Entry { value: team.id.into_inner(), text: team.name })).collect()
                    })
                    on_choose=move |value: String| {
                        if let Some(team) = teams.get_untracked().into_iter().find(|team| team.id.inner() == value) {
                            store.change(Change::Team(team));
                        }
                    }/>
                <Choice
                    label=words::desk::column_assignee()
                    node=assignee
                    hint="a"
                    may=Signal::derive(may_assign)
                    value=Signal::derive(move || person.get().flatten().map_or_else(String::new, |person| person.id.inner().to_owned()))
                    text=Signal::derive(move || person.get().flatten().map_or_else(|| words::desk::nobody().to_owned(), |person| person.name))
                    options=Signal::derive(move || {
                        let nobody = Entry { value: String::new(), text: words::desk::nobody().to_owned() };
                        std::iter::once(nobody).chain(members.get().into_iter().map(|person| Entry { value: person.id.into_inner(), text: person.name })).collect()
                    })
                    on_choose=move |value: String| {
                        store.change(Change::Assignee(members.get_untracked().into_iter().find(|person| person.id.inner() == value)));
                    }/>
                <Choice
                    label=words::ticket::impact()
                    node=impact
                    hint="p"
                    may=Signal::derive(may_prioritise)
                    value=Signal::derive(move || levels.get().map_or_else(String::new, |levels| levels.0.key().to_owned()))
                    text=Signal::derive(move || levels.get().map_or_else(String::new, |levels| levels.0.word().to_owned()))
                    options=Signal::stored(Impact::ALL.iter().map(|choice| Entry { value: choice.key().to_owned(), text: choice.word().to_owned() }).collect::<Vec<_>>())
                    on_choose=move |value: String| if let Some(choice) = Impact::from_key(&value) { store.change(Change::Impact(choice)) }/>
                <Choice
                    label=words::ticket::urgency()
                    may=Signal::derive(may_prioritise)
                    value=Signal::derive(move || levels.get().map_or_else(String::new, |levels| levels.1.key().to_owned()))
                    text=Signal::derive(move || levels.get().map_or_else(String::new, |levels| levels.1.word().to_owned()))
                    options=Signal::stored(Urgency::ALL.iter().map(|choice| Entry { value: choice.key().to_owned(), text: choice.word().to_owned() }).collect::<Vec<_>>())
                    on_choose=move |value: String| if let Some(choice) = Urgency::from_key(&value) { store.change(Change::Urgency(choice)) }/>
                <Choice
                    label=words::ticket::kind()
                    node=kind_node
                    hint="t"
                    may=Signal::derive(may_change_kind)
                    value=Signal::derive(move || kind.get().map_or_else(String::new, |kind| kind.key().to_owned()))
                    text=Signal::derive(move || kind.get().map_or_else(String::new, |kind| kind.word().to_owned()))
                    options=Signal::stored(TicketKind::ALL.iter().map(|choice| Entry { value: choice.key().to_owned(), text: choice.word().to_owned() }).collect::<Vec<_>>())
                    on_choose=move |value: String| if let Some(choice) = TicketKind::from_key(&value) { store.change(Change::Kind(choice)) }/>
                <Choice
                    label=words::ticket::service()
                    may=Signal::derive(may_edit)
                    value=Signal::derive(move || service.get().flatten().map_or_else(String::new, |service| service.id.inner().to_owned()))
                    text=Signal::derive(move || service.get().flatten().map_or_else(|| words::ticket::none().to_owned(), |service| service.name))
                    options=Signal::derive(move || {
                        std::iter::once(none()).chain(services.get().into_iter().map(|service| Entry { value: service.id.into_inner(), text: service.name })).collect()
                    })
                    on_choose=move |value: String| {
                        store.change(Change::Service(services.get_untracked().into_iter().find(|service| service.id.inner() == value)));
                    }/>
                <Choice
                    label=words::ticket::category()
                    may=Signal::derive(may_edit)
                    value=Signal::derive(move || category.get().flatten().map_or_else(String::new, |category| category.id.inner().to_owned()))
                    text=Signal::derive(move || category.get().flatten().map_or_else(|| words::ticket::none().to_owned(), |category| category.path()))
                    options=Signal::derive(move || {
                        std::iter::once(none()).chain(categories.get().into_iter().map(|category| Entry { value: category.id.inner().to_owned(), text: category.path() })).collect()
                    })
                    on_choose=move |value: String| {
                        store.change(Change::Category(categories.get_untracked().into_iter().find(|category| category.id.inner() == value)));
                    }/>
                <Show when=move || !sites.with(Vec::is_empty)>
                    <Choice
                        label=words::ticket::site()
                        may=Signal::derive(may_edit)
                        value=Signal::derive(move || site.get().flatten().map_or_else(String::new, |site| site.id.inner().to_owned()))
                        text=Signal::derive(move || site.get().flatten().map_or_else(|| words::ticket::none().to_owned(), |site| site.name))
                        options=Signal::derive(move || {
                            std::iter::once(none()).chain(sites.get().into_iter().map(|site| Entry { value: site.id.into_inner(), text: site.name })).collect()
                        })
                        on_choose=move |value: String| {
                            store.change(Change::Site(sites.get_untracked().into_iter().find(|site| site.id.inner() == value)));
                        }/>
                </Show>
                <div><dt>{words::ticket::channel()}</dt><dd>{move || channel.get().map(Named::word)}</dd></div>
                {move || resolution.get().flatten().map(|code| view! {
                    <div><dt>{words::ticket::resolution_code()}</dt><dd>{code.word()}</dd></div>
                })}
                {move || dates.get().map(|(created, updated, resolved)| view! {
                    <div><dt>{words::terms_words::order_created()}</dt><dd><When at=created/></dd></div>
                    <div><dt>{words::terms_words::order_updated()}</dt><dd><When at=updated/></dd></div>
                    {resolved.map(|resolved| view! { <div><dt>{words::terms_words::state_resolved()}</dt><dd><When at=resolved/></dd></div> })}
                })}
            </dl>
        </section>
    }
}

fn none() -> Entry {
    Entry {
        value: String::new(),
        text: words::ticket::none().to_owned(),
    }
}

/// A property that is chosen from a list. It reads as text until somebody points at it.
#[component]
fn Choice(
    label: &'static str,
    #[prop(optional)] node: NodeRef<html::Select>,
    #[prop(optional)] hint: &'static str,
    may: Signal<bool>,
    value: Signal<String>,
    text: Signal<String>,
    options: Signal<Vec<Entry>>,
    on_choose: impl Fn(String) + Copy + Send + Sync + 'static,
) -> impl IntoView {
    let store = use_ticket();
    let saving = memo(move |_| store.saving.get() == Some(label));
    let id = format!("fact-{}", label.to_lowercase().replace(' ', "-"));
    let field = StoredValue::new(id.clone());
    // What is shown follows the ticket, also back from a choice that was refused; the options must be there first.
    effect(move |_| {
        options.track();
        let present = value.get();
        if let Some(select) = node.get() {
            request_animation_frame(move || select.set_value(&present));
        }
    });
    let title = if hint.is_empty() {
        label.to_owned()
    } else {
        format!("{label} ({hint})")
    };
    view! {
        <div>
            <dt><label for=id title=title>{label}</label></dt>
            <dd>
                <Show when=move || may.get() fallback=move || text.get()>
                    <select
                        id=field.get_value()
                        class="quiet-select"
                        node_ref=node
                        aria-busy=move || saving.get().then_some("true")
                        on:change=move |event| on_choose(event_target_value(&event))
                        on:keydown=move |event| {
                            if event.key() == "Escape" {
                                event.stop_propagation();
                                focus_heading();
                            }
                        }
                    >
                        {move || options.get().into_iter().map(|option| view! { <option value=option.value>{option.text}</option> }).collect_view()}
                    </select>
                </Show>
            </dd>
        </div>
    }
}

/// What the properties can be set to, loaded once for each department.
fn choices(store: TicketStore) -> Memo<Option<ChoicesQuery>> {
    let workspace = use_workspace();
    let department = store.part(|ticket| ticket.department.id.clone());
    effect(move |_| {
        let Some(department) = department.get() else {
            return;
        };
        let key = department.inner().to_owned();
        if workspace.choices.with(|known| known.contains_key(&key)) {
            return;
        }
        spawn_local(async move {
            // Without choices a property still shows its value; the next ticket asks again.
            if let Ok(found) = api::query(ChoicesQuery::build(ChoicesVars { department })).await {
                _ = workspace
                    .choices
                    .try_update(|known| known.insert(key, found));
            }
        });
    });
    memo(move |_| {
        let department = department.get()?;
        workspace
            .choices
            .with(|known| known.get(department.inner()).cloned())
    })
}

/// A text that may go on in the next line before an "at": a narrow column would break a mail address anywhere.
fn breakable(text: &str) -> AnyView {
    match text.split_once('@') {
        Some((name, host)) => view! { {name.to_owned()}<wbr/>{format!("@{host}")} }.into_any(),
        None => text.to_owned().into_any(),
    }
}
