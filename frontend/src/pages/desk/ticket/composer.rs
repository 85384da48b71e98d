//! Writing to the requester, or a note for colleagues.

use crate::lean::*;
use leptos::html;
use wasm_bindgen_futures::spawn_local;

use super::{draft::Draft, store::use_ticket};
use crate::{
    api::{Id, Markdown, fresh_key},
    components::{
        AttachButton, DropZone, Tab, Tabs, Tone, Tray, TrayList,
        environment::{Shortcut, ShortcutGroup, announce, focus_heading, use_shortcuts},
    },
    pages::desk::operations::{TicketAddNoteInput, TicketReplyInput, add_note, reply},
    words,
};

const REPLY: &str = "reply";
const NOTE: &str = "note";

/// The composer with its two tabs; each has a draft of its own.
#[component]
pub fn Composer() -> impl IntoView {
    let store = use_ticket();
    let Some(ticket) = store.now() else {
        return ().into_any();
    };
    let can = store.part(|ticket| (ticket.viewer_can.reply, ticket.viewer_can.add_note));
    let requester = store.part(|ticket| ticket.requester.name.clone());
    let reply_draft = Draft::open(&format!("{}.reply", ticket.id.inner()));
    let note_draft = Draft::open(&format!("{}.note", ticket.id.inner()));
    let tab = RwSignal::new(
        if reply_draft.text.with_untracked(String::is_empty)
            && !note_draft.text.with_untracked(String::is_empty)
        {
            NOTE
        } else {
            REPLY
        },
    );
    let tabs = Signal::derive(move || {
        let (reply, note) = can.get().unwrap_or_default();
        let first_name = requester
            .get()
            .map(|name| name.split(' ').next().unwrap_or_default().to_owned())
            .unwrap_or_default();
        let mut tabs = Vec::new();
        if reply {
            tabs.push(Tab {
                value: REPLY,
                text: words::ticket::reply_to(first_name),
                tone: Tone::Accent,
            });
        }
        if note {
            tabs.push(Tab {
                value: NOTE,
                text: words::ticket::internal_note_tab().to_owned(),
                tone: Tone::Note,
            });
        }
        tabs
    });
    effect(move |_| {
        let tabs = tabs.get();
        if let Some(first) = tabs.first()
            && !tabs.iter().any(|known| known.value == tab.get_untracked())
        {
            tab.set(first.value);
        }
    });
    let draft = move || {
        if tab.get() == NOTE {
            note_draft
        } else {
            reply_draft
        }
    };
    // What is meant for colleagues never goes out with a reply, so each tab has its own.
    let (reply_tray, note_tray) = (Tray::default(), Tray::default());
    let tray = move || {
        if tab.get() == NOTE {
            note_tray
        } else {
            reply_tray
        }
    };
    let area = NodeRef::<html::Textarea>::new();
    let focus = move |value: &'static str| {
        tab.set(value);
        // At once: the next letter belongs here, however fast it comes. A composer that is not shown
        // cannot take the focus, and need not.
        if let Some(area) = area.get_untracked() {
            _ = area.focus();
        }
    };
    use_shortcuts(vec![
        Shortcut::new(
            "r",
            words::ticket::key_reply(),
            ShortcutGroup::Ticket,
            move || focus(REPLY),
        ),
        Shortcut::new(
            "n",
            words::ticket::key_note(),
            ShortcutGroup::Ticket,
            move || focus(NOTE),
        ),
    ]);

    let sending = RwSignal::new(false);
    let failed = RwSignal::new(None::<String>);
    // The same text sent again after a lost answer is the same act.
    let keys = StoredValue::new(None::<((String, Vec<Id>), String)>);
    let id = StoredValue::new(ticket.id);
    let send = move || {
        let internal = tab.get_untracked() == NOTE;
        let draft = untrack(draft);
        let tray = untrack(tray);
        let text = draft.text.get_untracked();
        let files = untrack(|| tray.ids());
        let nothing = text.trim().is_empty() && files.is_empty();
        if nothing || untrack(|| tray.is_busy()) || sending.get_untracked() {
            return;
        }
        let sent = (text.clone(), files.clone());
        let key = match keys.get_value() {
            Some((known, key)) if known == sent => key,
            _ => fresh_key(),
        };
        keys.set_value(Some((sent, key.clone())));
        sending.set(true);
        failed.set(None);
        spawn_local(async move {
            let (ticket, body, idempotency_key) = (id.get_value(), Markdown(text), key);
            let outcome = if internal {
                add_note(TicketAddNoteInput {
                    ticket,
                    body,
                    attachments: files,
                    idempotency_key,
                })
                .await
            } else {
                reply(TicketReplyInput {
                    ticket,
                    body,
                    attachments: files,
                    idempotency_key,
                })
                .await
            };
            match store.settle(outcome) {
                Ok(()) => {
                    draft.clear();
                    tray.sent();
                    _ = keys.try_update_value(|keys| *keys = None);
                    announce(if internal {
                        words::ticket::note_added()
                    } else {
                        words::ticket::reply_sent()
                    });
                }
                Err(sentence) => _ = failed.try_set(Some(sentence)),
            }
            _ = sending.try_set(false);
        });
    };
    let too_long = move || {
        draft()
            .text
            .with(|text| text.chars().count() > shared::text::BODY_MAX)
    };
    view! {
        <Show when=move || can.get().is_some_and(|(reply, note)| reply || note)>
            <form
                class="composer"
                data-side=move || tab.get()
                on:submit=move |event| { event.prevent_default(); send(); }
            >
                <Tabs id="composer" label=words::ticket::composer() tabs active=tab/>
                <div id="composer-panel" role="tabpanel" aria-labelledby=move || format!("composer-{}", tab.get())>
                    <DropZone tray=Signal::derive(tray)>
                    <textarea
                        node_ref=area
                        rows="3"
                        aria-label=move || if tab.get() == NOTE { words::ticket::write_note() } else { words::ticket::write_reply() }
                        placeholder=move || if tab.get() == NOTE { words::ticket::write_note_hint() } else { words::ticket::write_reply_hint() }
                        prop:value=move || draft().text.get()
                        on:input=move |event| untrack(draft).write(event_target_value(&event))
                        on:keydown=move |event| {
                            if event.key() == "Enter" && (event.ctrl_key() || event.meta_key()) {
                                event.prevent_default();
                                send();
                            } else if event.key() == "Escape" {
                                event.stop_propagation();
                                focus_heading();
                            }
                        }
                    ></textarea>
                    {move || view! { <TrayList tray=tray() /> }}
                    </DropZone>
                    {move || failed.get().map(|sentence| view! { <p class="composer-error" role="alert">{sentence}</p> })}
                    <Show when=too_long><p class="composer-error" role="alert">{words::ticket::too_long(shared::text::BODY_MAX)}</p></Show>
                    <div class="composer-foot">
                        <button
                            type="submit"
                            class="btn btn-primary"
                            aria-busy=move || sending.get().then_some("true")
                            disabled=move || {
                                let empty = draft().text.with(|text| text.trim().is_empty()) && tray().is_empty();
                                empty || tray().is_busy() || too_long()
                            }
                        >
                            {move || if tab.get() == NOTE { words::ticket::add_note() } else { words::ticket::send() }}
                            " "<kbd>"Ctrl ↵"</kbd>
                        </button>
                        {move || view! { <AttachButton tray=tray() /> }}
                        <span class="grow"></span>
                        <span class="muted draft-state" role="status">
                            {move || draft().saved.get().then(words::ticket::draft_saved)}
                        </span>
                    </div>
                </div>
            </form>
        </Show>
    }
    .into_any()
}
