//! `?` shows all keys.

use leptos::{html, prelude::*};

use crate::{
    components::environment::{Shortcut, ShortcutGroup, shortcuts, shortcuts_are_on, turn_shortcuts, use_shortcuts},
    words,
};

/// The overview of keys, and the switch that turns them off.
#[component]
pub fn KeysHelp() -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let open = RwSignal::new(false);
    use_shortcuts(vec![Shortcut::new("?", words::shell::key_help(), ShortcutGroup::General, move || open.set(true))]);
    Effect::new(move |_| {
        if let Some(dialog) = dialog.get() {
            if open.get() {
                // Opening an open dialog is the only way in which this fails.
                drop(dialog.show_modal());
            } else {
                dialog.close();
            }
        }
    });
    view! {
        <dialog node_ref=dialog class="keys-dialog" aria-labelledby="keys-title" on:close=move |_| open.set(false)>
            <header>
                <h2 id="keys-title">{words::shell::keys_title()}</h2>
                <button class="btn btn-quiet" type="button" on:click=move |_| open.set(false)>{words::shell::close()}</button>
            </header>
            <label class="keys-switch">
                <input type="checkbox" prop:checked=shortcuts_are_on on:change=move |event| turn_shortcuts(event_target_checked(&event))/>
                {words::shell::keys_on()}
                <span class="muted">{words::shell::keys_hint()}</span>
            </label>
            <div class="keys-groups">
                {move || open.get().then(|| {
                    [ShortcutGroup::List, ShortcutGroup::Ticket, ShortcutGroup::Places, ShortcutGroup::General]
                        .into_iter().map(group).collect_view()
                })}
            </div>
        </dialog>
    }
}

fn group(group: ShortcutGroup) -> impl IntoView {
    let keys = shortcuts().into_iter().filter(|shortcut| shortcut.group == group).collect::<Vec<_>>();
    let title = match group {
        ShortcutGroup::List => words::shell::keys_list(),
        ShortcutGroup::Ticket => words::shell::keys_ticket(),
        ShortcutGroup::Places => words::shell::keys_places(),
        ShortcutGroup::General => words::shell::keys_general(),
    };
    (!keys.is_empty()).then(|| {
        view! {
            <section>
                <h3>{title}</h3>
                <dl>
                    {keys.into_iter().map(|shortcut| view! {
                        <div>
                            <dt>{shortcut.keys.split(' ').map(|key| view! { <kbd>{key}</kbd>" " }).collect_view()}</dt>
                            <dd>{shortcut.label}</dd>
                        </div>
                    }).collect_view()}
                </dl>
            </section>
        }
    })
}
