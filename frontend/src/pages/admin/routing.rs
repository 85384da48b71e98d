//! Routing rules: by department an ordered list of which the first that fits decides.

use crate::lean::*;
use wasm_bindgen::JsCast;

use super::{
    choices::chosen,
    form::{Form, FormView},
    frame::{EditButton, Editor, EditorDialog, SectionHead, bones},
    operations::{
        Reach,
        routing::{self as data, RoutingRule, RoutingRuleDeleteInput, RoutingRuleEditInput},
    },
    routing_form::RoutingForm,
    routing_trial::TrialPanel,
    routing_words,
};
use crate::{
    api::{Call, Id},
    components::{
        Dialog, EmptyState, Icon, Remote, SelectField, environment::announce, use_toaster,
    },
    words::{admin as words, shell as common},
};

/// What a row can be asked to do.
#[derive(Clone, Copy)]
struct Acts {
    edit: Callback<RoutingRule>,
    delete: Callback<RoutingRule>,
    /// To which place, counted from 0.
    place: Callback<(RoutingRule, usize)>,
    switch: Callback<RoutingRule>,
    /// The row that was moved last, and whether up: its button gets the focus back when the list is drawn anew.
    moved: StoredValue<Option<(Id, bool)>>,
}

/// The page.
#[component]
pub fn Routing(reach: Reach) -> impl IntoView {
    let list =
        Remote::new(|| async { data::fetch_rules().await.map_err(|error| error.sentence()) });
    let choices = Remote::new(|| async {
        data::fetch_choices()
            .await
            .map_err(|error| error.sentence())
    });
    let departments: Vec<(String, String)> = reach
        .set_up_departments
        .iter()
        .map(|one| (one.id.inner().to_owned(), one.name.clone()))
        .collect();
    let several = departments.len() > 1;
    let department = RwSignal::new(
        departments
            .first()
            .map(|(id, _)| id.clone())
            .unwrap_or_default(),
    );
    let editor = Editor::<RoutingRule>::new();
    let toaster = use_toaster();
    let doomed = RwSignal::new(None::<RoutingRule>);
    let deleting = RwSignal::new(false);
    let own = move |all: Vec<RoutingRule>| -> Vec<RoutingRule> {
        let id = department.get();
        let mut all = all;
        all.retain(|rule| *rule.department.id.inner() == id);
        all
    };
    let change = move |act: Call<RoutingRule>, said: Box<dyn Fn(&RoutingRule) -> String>| {
        leptos::task::spawn_local(async move {
            match act.await {
                Ok(rule) => announce(said(&rule)),
                Err(error) => toaster.warn(error.sentence()),
            }
            list.again();
        });
    };
    let acts = Acts {
        moved: StoredValue::new(None),
        edit: Callback::new(move |rule| editor.edit(rule)),
        delete: Callback::new(move |rule| {
            doomed.set(Some(rule));
            deleting.set(true);
        }),
        place: Callback::new(move |(rule, place): (RoutingRule, usize)| {
            let position = i32::try_from(place).ok();
            let edit = RoutingRuleEditInput {
                position,
                ..RoutingRuleEditInput::of(&rule)
            };
            let said =
                move |rule: &RoutingRule| words::routing_placed(rule.name.clone(), place + 1);
            change(data::edit(edit), Box::new(said));
        }),
        switch: Callback::new(move |rule: RoutingRule| {
            let edit = RoutingRuleEditInput {
                active: Some(!rule.active),
                ..RoutingRuleEditInput::of(&rule)
            };
            let said = |rule: &RoutingRule| match rule.active {
                true => words::routing_on_now(rule.name.clone()),
                false => words::routing_off_now(rule.name.clone()),
            };
            change(data::edit(edit), Box::new(said));
        }),
    };
    view! {
        <SectionHead
            title=words::routing()
            lead=words::routing_lead()
            add_word=words::new_rule()
            on_add=move |()| editor.add()
            may_add=!departments.is_empty()
        />
        {several.then(|| view! {
            <div class="admin-search">
                <SelectField label=words::department() value=department options=departments.clone() required=true />
            </div>
        })}
        {list.view(bones, move |found| {
            let rules = memo(move |_| own(found.get()));
            view! { <Rules rules acts /> }.into_any()
        })}
        <section class="card card-pad routing-trial" aria-labelledby="routing-trial">
            <h2 id="routing-trial">{words::routing_try_title()}</h2>
            <p class="muted">{words::routing_try_lead()}</p>
            <TrialPanel
                department=Signal::derive(move || Some(department.get()).filter(|id| !id.is_empty()).map(Id::new))
                drafts=Callback::new(|()| Ok(None))
                word=words::routing_try()
            />
        </section>
        <EditorDialog editor title=editor.title(words::new_rule(), words::edit_rule()) on_closed=move |()| list.again()>
            {move || {
                let department = chosen(department)?;
                let all = own(list.ready_untracked().unwrap_or_default());
                choices.ready().map(|choices| view! { <RoutingForm editor department choices all /> })
            }}
        </EditorDialog>
        <Dialog open=deleting title=Signal::derive(|| words::routing_delete().to_owned()) close_word=common::close()>
            {move || doomed.get().map(|rule| view! { <Delete rule open=deleting on_done=move |()| list.again() /> })}
        </Dialog>
    }
}

#[component]
fn Rules(rules: Memo<Vec<RoutingRule>>, acts: Acts) -> impl IntoView {
    let numbered =
        move || -> Vec<(usize, RoutingRule)> { rules.get().into_iter().enumerate().collect() };
    effect(move |_| {
        rules.with(|_| ());
        if let Some((id, up)) = acts.moved.try_update_value(Option::take).flatten() {
            request_animation_frame(move || focus_again(&row_id(&id), up));
        }
    });
    view! {
        <Show
            when=move || rules.with(|rules| !rules.is_empty())
            fallback=|| view! { <EmptyState icon="share-2" title=words::no_rules() text=words::no_rules_text() /> }
        >
            <ol class="admin-list">
                <For each=numbered key=move |(place, rule)| (*place, rule.id.clone(), rule.version, said(rule, rules)) let((place, rule))>
                    <OneRule place rule rules acts />
                </For>
                <li class="routing-else muted">{words::routing_else()}</li>
            </ol>
        </Show>
    }
}

#[component]
fn OneRule(
    place: usize,
    rule: RoutingRule,
    rules: Memo<Vec<RoutingRule>>,
    acts: Acts,
) -> impl IntoView {
    let is_last = move || rules.with(|rules| place + 1 >= rules.len());
    let troubles = said(&rule, rules)
        .into_iter()
        .map(|sentence| {
            view! { <p class="routing-trouble"><Icon name="triangle-alert" class="icon-s" /><span>{sentence}</span></p> }
        })
        .collect_view();
    let name = rule.name.clone();
    let told = StoredValue::new(rule.clone());
    let id = row_id(&rule.id);
    let go = move |up: bool| {
        let to = if up {
            place.checked_sub(1)
        } else {
            Some(place + 1)
        };
        if let Some(to) = to {
            acts.moved
                .set_value(Some((told.with_value(|rule| rule.id.clone()), up)));
            acts.place.run((told.get_value(), to));
        }
    };
    view! {
        <li class="card card-pad routing-rule" class:routing-off=!rule.active id=id>
            <span class="routing-place" aria-hidden="true">{place + 1}</span>
            <div class="routing-what">
                <p class="admin-name">
                    <strong>{name.clone()}</strong>
                    {(!rule.active).then(|| view! { <span class="chip">{words::routing_off()}</span> })}
                </p>
                <p>{routing_words::conditions(&rule.conditions)}</p>
                <p class="routing-goes"><Icon name="arrow-right" class="icon-s" /><span>{routing_words::goes_to(&rule)}</span></p>
                {troubles}
            </div>
            <div class="admin-field-buttons routing-buttons">
                <button
                    type="button"
                    class="btn btn-quiet btn-icon btn-small"
                    data-move="up"
                    aria-label=words::routing_up(name.clone())
                    disabled=place == 0
                    on:click=move |_| go(true)
                >
                    <Icon name="arrow-up" />
                </button>
                <button
                    type="button"
                    class="btn btn-quiet btn-icon btn-small"
                    data-move="down"
                    aria-label=words::routing_down(name.clone())
                    disabled=is_last
                    on:click=move |_| go(false)
                >
                    <Icon name="arrow-down" />
                </button>
                <button
                    type="button"
                    class="btn btn-small"
                    aria-label=if rule.active { words::routing_switch_off_name(name.clone()) } else { words::routing_switch_on_name(name.clone()) }
                    on:click=move |_| acts.switch.run(told.get_value())
                >
                    <Icon name=if rule.active { "pause" } else { "play" } />
                    {if rule.active { words::routing_switch_off() } else { words::routing_switch_on() }}
                </button>
                <EditButton name=name.clone() on_edit=move |()| acts.edit.run(told.get_value()) />
                <button
                    type="button"
                    class="btn btn-quiet btn-icon btn-small"
                    aria-label=words::routing_delete_name(name)
                    on:click=move |_| acts.delete.run(told.get_value())
                >
                    <Icon name="trash-2" />
                </button>
            </div>
        </li>
    }
}

/// What is wrong with a rule, in words: they change with other rules, too.
fn said(rule: &RoutingRule, rules: Memo<Vec<RoutingRule>>) -> Vec<String> {
    let trouble = |problem| rules.with_untracked(|all| routing_words::trouble(problem, all));
    rule.troubles.iter().map(trouble).collect()
}

fn row_id(id: &Id) -> String {
    format!("row-{}", id.inner())
}

/// Gives the focus back to the button that moved a row, or to its other one at the end of the list.
fn focus_again(row: &str, up: bool) {
    let ways = if up { ["up", "down"] } else { ["down", "up"] };
    let button = ways.iter().find_map(|way| {
        let selector = format!("#{row} [data-move={way}]:not([disabled])");
        document().query_selector(&selector).ok().flatten()
    });
    if let Some(button) = button.and_then(|found| found.dyn_into::<web_sys::HtmlElement>().ok()) {
        // A button that is not shown cannot take the focus, and need not.
        _ = button.focus();
    }
}

#[component]
fn Delete(
    rule: RoutingRule,
    open: RwSignal<bool>,
    #[prop(into)] on_done: Callback<()>,
) -> impl IntoView {
    let form = Form::new();
    let toaster = use_toaster();
    let name = rule.name.clone();
    let input = RoutingRuleDeleteInput {
        rule: rule.id,
        expected_version: rule.version,
    };
    let send = move |()| {
        form.send(data::delete(input.clone()), move |rule| {
            toaster.say(words::routing_deleted(rule.name));
            on_done.run(());
            open.try_set(false);
        });
    };
    view! {
        <FormView form send_word=words::routing_delete() on_send=send on_cancel=move |()| open.set(false)>
            <p>{words::routing_delete_of(name)}</p>
        </FormView>
    }
}
