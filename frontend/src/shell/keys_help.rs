//! `?` shows all keys.

use crate::lean::*;

use crate::{
    components::Dialog,
    components::environment::{
        Shortcut, ShortcutGroup, shortcuts, shortcuts_are_on, turn_shortcuts, use_shortcuts,
    },
    words,
};

/// The overview of keys, and the switch that turns them off.
#[component]
pub fn KeysHelp() -> impl IntoView {
    let open = RwSignal::new(false);
    use_shortcuts(vec![Shortcut::new(
        "?",
        words::shell::key_help(),
        ShortcutGroup::General,
        move || open.set(true),
    )]);
    view! {
        <Dialog open title=words::shell::keys_title() close_word=words::shell::close() class="dialog-wide keys-dialog">
            <label class="row">
                <input type="checkbox" prop:checked=shortcuts_are_on on:change=move |event| turn_shortcuts(event_target_checked(&event))/>
                {words::shell::keys_on()}
                <span class="muted">{words::shell::keys_hint()}</span>
            </label>
            <div class="keys-groups">
                {[ShortcutGroup::List, ShortcutGroup::Ticket, ShortcutGroup::Places, ShortcutGroup::General]
                    .into_iter().map(group).collect_view()}
            </div>
        </Dialog>
    }
}

fn group(group: ShortcutGroup) -> impl IntoView {
    let keys = shortcuts()
        .into_iter()
        .filter(|shortcut| shortcut.group == group)
        .collect::<Vec<_>>();
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
