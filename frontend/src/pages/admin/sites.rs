//! Sites: places where people work.

use crate::lean::*;
use shared::{
    organisation::check_site,
    text::{DESCRIPTION_MAX, NAME_MAX},
};

use super::{
    form::{Form, FormView, use_saved},
    frame::{Editor, EditorDialog, SectionHead, bones},
    operations::sites::{self as data, Site, SiteCreateInput, SiteEditInput},
    rows::{Cell, Row, Rows},
    zone::ZoneField,
};
use crate::{
    api::fresh_key,
    components::{Check, Remote, TextField, environment::use_viewer},
    words::admin as words,
};

/// The page.
#[component]
pub fn Sites() -> impl IntoView {
    let list =
        Remote::new(|| async { data::fetch_sites().await.map_err(|error| error.sentence()) });
    let editor = Editor::<Site>::new();
    view! {
        <SectionHead
            title=words::sites()
            lead=words::sites_lead()
            add_word=words::new_site()
            on_add=move |()| editor.add()
        />
        {list.view(bones, move |found| {
            let rows = Signal::derive(move || found.with(|found| found.iter().map(row).collect::<Vec<_>>()));
            view! {
                <Rows
                    label=words::sites()
                    heads=&[words::name, words::zone, words::used_by]
                    rows
                    empty=("map-pin", words::no_sites())
                    on_edit=move |id: String| editor.edit_one(list.ready_untracked(), |one| *one.id.inner() == id)
                />
            }
            .into_any()
        })}
        <EditorDialog editor title=editor.title(words::new_site(), words::edit_site()) on_closed=move |()| list.again()>
            <SiteForm editor />
        </EditorDialog>
    }
}

fn row(site: &Site) -> Row {
    Row {
        id: site.id.inner().to_owned(),
        name: site.name.clone(),
        about: site.address.clone(),
        retired: !site.active,
        cells: vec![
            Cell::Text(site.timezone.replace('_', " ")),
            Cell::Text(people_word(site.people_count)),
        ],
        ..Row::default()
    }
}

/// How many work there, in words.
fn people_word(count: Option<i32>) -> String {
    match count {
        Some(0) | None => words::nobody().to_owned(),
        Some(count) => words::people_count(i64::from(count)),
    }
}

#[component]
fn SiteForm(editor: Editor<Site>) -> impl IntoView {
    let before = editor.existing();
    let is_new = before.is_none();
    let form = Form::new();
    let saved = use_saved();
    let idempotency_key = fresh_key();
    let here = use_viewer().with_untracked(|viewer| viewer.person.timezone.clone());
    let text = |pick: fn(&Site) -> &String, new: String| {
        RwSignal::new(before.as_ref().map_or(new, |site| pick(site).clone()))
    };
    let name = text(|site| &site.name, String::new());
    let address = text(|site| &site.address, String::new());
    let timezone = text(|site| &site.timezone, here);
    let active = RwSignal::new(before.as_ref().is_none_or(|site| site.active));
    let people = before
        .as_ref()
        .filter(|site| site.people_count.is_some_and(|count| count > 0))
        .map(|site| people_word(site.people_count));
    let send = move |()| {
        let faults = check_site(&name.get_untracked(), &address.get_untracked())
            .err()
            .unwrap_or_default()
            .into_iter()
            .map(|problem| (problem.field, problem.message))
            .collect();
        if form.refuse(faults) {
            return;
        }
        let act = match before.clone() {
            None => data::create(SiteCreateInput {
                name: name.get_untracked(),
                address: address.get_untracked(),
                timezone: timezone.get_untracked(),
                idempotency_key: Some(idempotency_key.clone()),
            }),
            Some(before) => data::edit(SiteEditInput {
                site: before.id,
                expected_version: before.version,
                name: Some(name.get_untracked()),
                address: Some(address.get_untracked()),
                timezone: Some(timezone.get_untracked()),
                active: Some(active.get_untracked()),
            }),
        };
        form.send(act, move |_| {
            saved();
            editor.close();
        });
    };
    view! {
        <FormView form send_word=words::save() on_send=send on_cancel=move |()| editor.close()>
            <TextField label=words::name() value=name required=true most=NAME_MAX error=form.fault("name") />
            <TextField label=words::address() value=address most=DESCRIPTION_MAX error=form.fault("address") />
            <ZoneField value=timezone error=form.fault("timezone") />
            {(!is_new).then(|| view! { <Check label=words::in_use() value=active /> })}
            {people.map(|people| view! {
                <Show when=move || !active.get()>
                    <p class="notice" role="status">{words::site_keeps(people.clone())}</p>
                </Show>
            })}
        </FormView>
    }
}
