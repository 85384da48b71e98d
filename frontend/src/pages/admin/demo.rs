//! The demo's end: a hint as long as there is demo data, and what removes it.

use crate::lean::*;

use super::{
    form::{Form, FormView},
    operations::demo::{self as data, DemoData},
};
use crate::{
    components::{Dialog, Icon, Remote, TextField},
    words::{admin as words, components as common},
};

/// Says above each part of administration that this is a demo, and where it ends.
#[component]
pub fn DemoHint() -> impl IntoView {
    let found = Remote::new(|| async {
        let found = data::fetch_is_demo().await;
        found
            .map(|organisation| organisation.demo)
            .map_err(|error| error.sentence())
    });
    let nothing = || ().into_any();
    view! {
        {found.view(nothing, |demo| demo.get_untracked().then(hint).into_any())}
    }
}

fn hint() -> AnyView {
    view! {
        <p class="notice" role="note">
            <Icon name="info" />
            <span>
                {words::demo_hint()} " "
                <a href="/admin/settings#demo">{words::demo_hint_link()}</a>
            </span>
        </p>
    }
    .into_any()
}

/// The part of the settings that removes the demo; nothing where there is none.
#[component]
pub fn DemoCard() -> impl IntoView {
    let found =
        Remote::new(|| async { data::fetch_demo().await.map_err(|error| error.sentence()) });
    let nothing = || ().into_any();
    view! {
        {found.view(nothing, |found| {
            let found = found.get_untracked();
            found.map(|found| view! { <Removal found /> }).into_any()
        })}
    }
}

#[component]
fn Removal(found: DemoData) -> impl IntoView {
    let open = RwSignal::new(false);
    let found = StoredValue::new(found);
    view! {
        <section class="card card-pad admin-card" id="demo">
            <h2>{words::demo()}</h2>
            <p class="muted">{words::demo_lead()}</p>
            <p>
                <button type="button" class="btn btn-danger" on:click=move |_| open.set(true)>
                    <Icon name="trash-2" />
                    {words::demo_remove()}
                </button>
            </p>
        </section>
        <Dialog open title=words::demo_remove().to_owned() close_word=common::close() class="dialog-wide">
            <RemovalForm found=found.get_value() open />
        </Dialog>
    }
}

#[component]
fn RemovalForm(found: DemoData, open: RwSignal<bool>) -> impl IntoView {
    let form = Form::new();
    let (name, password) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let wanted = StoredValue::new(found.organisation.clone());
    let send = move |()| {
        let mut faults = Vec::new();
        if name.with_untracked(|name| wanted.with_value(|wanted| name.trim() != wanted)) {
            let fault = words::demo_not_the_name(wanted.get_value());
            faults.push(("organisation".to_owned(), fault));
        }
        if password.with_untracked(String::is_empty) {
            let fault = words::demo_password_needed().to_owned();
            faults.push(("currentPassword".to_owned(), fault));
        }
        if form.refuse(faults) {
            return;
        }
        let removal = data::remove_demo(name.get_untracked(), password.get_untracked());
        form.send(removal, move |()| {
            // Everything that this page knows is gone; a fresh one asks for the code.
            _ = window().location().set_href("/set-up");
        });
    };
    let going = [
        words::demo_people(i64::from(found.people)),
        words::demo_departments(i64::from(found.departments)),
        words::demo_tickets(i64::from(found.tickets)),
        words::demo_messages(i64::from(found.messages)),
        words::demo_files(i64::from(found.files)),
    ];
    let going = going
        .into_iter()
        .map(|line| view! { <li>{line}</li> })
        .collect_view();
    view! {
        <p>{words::demo_goes()}</p>
        <ul>{going}</ul>
        <p>{words::demo_goes_too()}</p>
        <p>{words::demo_stays()}</p>
        <p class="notice" data-tone="warn">
            <Icon name="circle-alert" />
            <span>{words::demo_then()}</span>
        </p>
        <FormView form send_word=words::demo_remove_now() danger=true on_send=send on_cancel=move |()| open.set(false)>
            <TextField label=words::demo_type_name(found.organisation) value=name required=true error=form.fault("organisation") />
            <TextField label=words::demo_password() kind="password" value=password required=true autocomplete="current-password" error=form.fault("currentPassword") />
        </FormView>
    }
}
