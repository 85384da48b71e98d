//! Somebody else's newer change, beside one's own.

use crate::lean::*;

use super::store::use_ticket;
use crate::{components::Dialog, words};

/// Shows both values and asks which shall stand.
#[component]
pub fn ConflictDialog() -> impl IntoView {
    let store = use_ticket();
    let open = RwSignal::new(false);
    effect(move |_| open.set(store.conflict.with(Option::is_some)));
    effect(move |_| {
        if !open.get() && store.conflict.with_untracked(Option::is_some) {
            store.conflict.set(None);
        }
    });
    view! {
        <Dialog open title=words::ticket::conflict_title() close_word=words::shell::close()>
            {move || store.conflict.get().map(|conflict| {
                let change = conflict.change.clone();
                view! {
                    <p>{words::ticket::conflict_text(conflict.change.label())}</p>
                    <dl class="conflict">
                        <div><dt>{words::ticket::conflict_mine()}</dt><dd>{conflict.mine}</dd></div>
                        <div><dt>{words::ticket::conflict_theirs()}</dt><dd>{conflict.theirs}</dd></div>
                    </dl>
                    <div class="dialog-actions">
                        <button type="button" class="btn" on:click=move |_| {
                            store.conflict.set(None);
                            store.change(change.clone());
                        }>{words::ticket::conflict_save_mine()}</button>
                        <button type="button" class="btn btn-primary" on:click=move |_| {
                            store.conflict.set(None);
                            if let Some(ticket) = store.now() {
                                store.load(ticket.reference);
                            }
                        }>{words::ticket::conflict_reload()}</button>
                    </div>
                }
            })}
        </Dialog>
    }
}
