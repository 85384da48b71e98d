//! Files that are to be sent along: a tray that is filled by button, drag and drop, or pasting, and uploads at once.

use std::collections::HashMap;
use std::rc::Rc;

use crate::lean::*;
use leptos::html;
use shared::attachment::{
    MESSAGE_MOST, Refused, clean_name, ending_is_taken, refuse_size, size_in_words,
};
use wasm_bindgen_futures::spawn_local;
use web_sys::{ClipboardEvent, DataTransfer, DragEvent, File, FileList};

use crate::{
    api::{Abort, ApiError, Id, operations::remove_file, upload_file},
    components::{Icon, environment::announce},
    words::components as words,
};

/// How a file on the tray stands.
#[derive(Clone, Debug, PartialEq)]
enum Stage {
    /// On its way; the part that has gone.
    Going(f64),
    /// The server has it.
    There(Id),
    /// It will not be sent, and why.
    Refused(String),
}

#[derive(Clone)]
struct Entry {
    number: u64,
    name: String,
    size: String,
    stage: RwSignal<Stage>,
}

/// Files that are to be sent along with something.
#[derive(Clone, Copy)]
pub struct Tray {
    entries: RwSignal<Vec<Entry>>,
    aborts: StoredValue<HashMap<u64, Abort>, LocalStorage>,
    next: StoredValue<u64>,
}

impl Default for Tray {
    fn default() -> Self {
        Self {
            entries: RwSignal::new(Vec::new()),
            aborts: StoredValue::new_local(HashMap::new()),
            next: StoredValue::new(0),
        }
    }
}

impl Tray {
    /// The files that the server has.
    pub fn ids(self) -> Vec<Id> {
        let stages = self.entries.get();
        let there = |entry: &Entry| match entry.stage.get() {
            Stage::There(id) => Some(id),
            _ => None,
        };
        stages.iter().filter_map(there).collect()
    }

    /// Whether something is still on its way.
    pub fn is_busy(self) -> bool {
        let going = |entry: &Entry| matches!(entry.stage.get(), Stage::Going(_));
        self.entries.get().iter().any(going)
    }

    /// Whether there is anything that can be sent, or will be in a moment.
    pub fn is_empty(self) -> bool {
        let refused = |entry: &Entry| matches!(entry.stage.get(), Stage::Refused(_));
        self.entries.get().iter().all(refused)
    }

    /// What was on it has been sent.
    pub fn sent(self) {
        _ = self.entries.try_set(Vec::new());
    }

    /// Takes everything off.
    pub fn clear(self) {
        for entry in self.entries.get_untracked() {
            self.remove(entry.number);
        }
    }

    fn add_all(self, files: &FileList) {
        for index in 0..files.length() {
            if let Some(file) = files.get(index) {
                self.add(file);
            }
        }
    }

    /// Looks at the file as the server will, and sends it on its way.
    fn add(self, file: File) {
        let number = self.next.get_value();
        self.next.set_value(number + 1);
        let name = clean_name(&file.name());
        // Sizes of files are whole numbers below 2^53.
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a size of a file"
        )]
        let bytes = file.size() as u64;
        let usable = self.entries.with_untracked(|entries| {
            let refused = |entry: &&Entry| matches!(entry.stage.get_untracked(), Stage::Refused(_));
            entries.len() - entries.iter().filter(refused).count()
        });
        let fault = if usable >= MESSAGE_MOST {
            Some(words::too_many_files(MESSAGE_MOST))
        } else if !ending_is_taken(&name) {
            Some(Refused::Ending.message(&name))
        } else {
            refuse_size(&name, bytes)
        };
        let stage = RwSignal::new(match &fault {
            Some(sentence) => Stage::Refused(sentence.clone()),
            None => Stage::Going(0.0),
        });
        let abort = Abort::default();
        self.entries.update(|entries| {
            entries.push(Entry {
                number,
                name: name.clone(),
                size: size_in_words(bytes),
                stage,
            });
        });
        if let Some(sentence) = fault {
            announce(sentence);
            return;
        }
        self.aborts
            .update_value(|aborts| _ = aborts.insert(number, abort.clone()));
        spawn_local(async move {
            let progress = Rc::new(move |part| _ = stage.try_set(Stage::Going(part)));
            let outcome = upload_file(&file, &abort, progress).await;
            _ = self
                .aborts
                .try_update_value(|aborts| aborts.remove(&number));
            let wanted = self
                .entries
                .try_with_untracked(|entries| entries.iter().any(|entry| entry.number == number));
            match outcome {
                // It was taken off, or the page left, at the very end.
                Ok(id) if wanted != Some(true) => _ = remove_file(id).await,
                Ok(id) => {
                    _ = stage.try_set(Stage::There(id));
                    announce(words::file_attached(name));
                }
                Err(error) => {
                    let sentence = match error {
                        ApiError::Network => words::file_network(name),
                        other => other.sentence(),
                    };
                    _ = stage.try_set(Stage::Refused(sentence));
                }
            }
        });
    }

    /// Takes a file off: one on its way turns back, one that is there is given back.
    fn remove(self, number: u64) {
        let mut gone = None;
        self.entries.update(|entries| {
            if let Some(place) = entries.iter().position(|entry| entry.number == number) {
                gone = Some(entries.remove(place));
            }
        });
        let Some(entry) = gone else { return };
        if let Some(abort) = self
            .aborts
            .try_update_value(|aborts| aborts.remove(&number))
            .flatten()
        {
            abort.abort();
        }
        if let Stage::There(id) = entry.stage.get_untracked() {
            // What cannot be given back now is swept away within a day.
            spawn_local(async move { _ = remove_file(id).await });
        }
    }

    fn take(self, carried: Option<DataTransfer>) -> bool {
        let files = carried.and_then(|carried| carried.files());
        let Some(files) = files.filter(|files| files.length() > 0) else {
            return false;
        };
        self.add_all(&files);
        true
    }
}

/// The button by which files are chosen.
#[component]
pub fn AttachButton(tray: Tray) -> impl IntoView {
    let input = NodeRef::<html::Input>::new();
    view! {
        <input
            node_ref=input
            type="file"
            multiple
            hidden
            tabindex="-1"
            aria-hidden="true"
            on:change=move |_| {
                if let Some(input) = input.get_untracked() {
                    if let Some(files) = input.files() {
                        tray.add_all(&files);
                    }
                    // The same file can be chosen again.
                    input.set_value("");
                }
            }
        />
        <button
            type="button"
            class="btn btn-quiet"
            on:click=move |_| {
                if let Some(input) = input.get_untracked() {
                    input.click();
                }
            }
        >
            <Icon name="paperclip" />
            {words::attach()}
        </button>
    }
}

/// Takes files that are dropped on it or pasted within it.
#[component]
pub fn DropZone(
    /// What takes them at the moment.
    #[prop(into)]
    tray: Signal<Tray>,
    /// Where they can be dropped.
    children: Children,
) -> impl IntoView {
    let over = RwSignal::new(false);
    let has_files = |event: &DragEvent| {
        event
            .data_transfer()
            .is_some_and(|carried| carried.types().includes(&"Files".into(), 0))
    };
    view! {
        <div
            class="drop-zone"
            class:over=move || over.get()
            on:dragover=move |event: DragEvent| {
                if has_files(&event) {
                    event.prevent_default();
                    over.set(true);
                }
            }
            on:dragleave=move |_| over.set(false)
            on:drop=move |event: DragEvent| {
                over.set(false);
                if tray.get_untracked().take(event.data_transfer()) {
                    event.prevent_default();
                }
            }
            on:paste=move |event: ClipboardEvent| {
                if tray.get_untracked().take(event.clipboard_data()) {
                    event.prevent_default();
                }
            }
        >
            {children()}
            <p class="drop-hint" aria-hidden="true">{words::drop_here()}</p>
        </div>
    }
}

/// What is on the tray, each with its progress and a button that takes it off.
#[component]
pub fn TrayList(tray: Tray) -> impl IntoView {
    view! {
        <Show when=move || tray.entries.with(|entries| !entries.is_empty())>
            <ul class="files" aria-label=words::files()>
                <For each=move || tray.entries.get() key=|entry| entry.number let:entry>
                    <Line tray entry />
                </For>
            </ul>
        </Show>
    }
}

#[component]
fn Line(tray: Tray, entry: Entry) -> impl IntoView {
    let (number, stage) = (entry.number, entry.stage);
    let state = memo(move |_| match stage.get() {
        Stage::Going(_) => "going",
        Stage::There(_) => "there",
        Stage::Refused(_) => "refused",
    });
    let part = move || match stage.get() {
        Stage::Going(part) => part.to_string(),
        _ => String::new(),
    };
    let fault = move || match stage.get() {
        Stage::Refused(sentence) => Some(sentence),
        _ => None,
    };
    let (name, size) = (entry.name, entry.size);
    let (going, off) = (words::uploading(&name), words::take_off(&name));
    view! {
        <li class="file" data-state=state>
            <Icon name="paperclip" />
            {move || match fault() {
                Some(sentence) => view! { <span class="file-fault" role="alert">{sentence}</span> }.into_any(),
                None => view! { <span class="file-name">{name.clone()}</span><small>{size.clone()}</small> }.into_any(),
            }}
            <Show when=move || state.get() == "going">
                <progress max="1" value=part aria-label=going.clone()></progress>
            </Show>
            <button
                type="button"
                class="btn btn-quiet btn-icon btn-small"
                aria-label=off
                on:click=move |_| tray.remove(number)
            >
                <Icon name="x" />
            </button>
        </li>
    }
}
