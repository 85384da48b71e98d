//! Files of a conversation: a chip each, images shown.

use crate::lean::*;
use shared::attachment::size_in_words;
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::spawn_local;

use crate::{
    api::{
        Id, Picture,
        operations::{FileFace, file_link, remove_file},
        picture,
    },
    components::{Icon, use_toaster},
    words::components as words,
};

/// Images larger than this are shown when somebody asks for them only, by downloading.
const SHOWN_BYTES: i32 = 8 * 1024 * 1024;

/// The files that came with a message.
#[component]
pub fn FileChips(
    /// The files.
    files: Vec<FileFace>,
    /// Whether the viewer may remove them.
    #[prop(optional, into)]
    removable: Signal<bool>,
) -> impl IntoView {
    if files.is_empty() {
        return ().into_any();
    }
    let chips = files
        .into_iter()
        .map(|file| view! { <FileChip file removable /> })
        .collect_view();
    view! { <ul class="files" aria-label=words::files()>{chips}</ul> }.into_any()
}

#[component]
fn FileChip(file: FileFace, removable: Signal<bool>) -> impl IntoView {
    let toaster = use_toaster();
    let Some(name) = file.name else {
        return view! {
            <li class="file" data-state="gone"><Icon name="paperclip" /><span class="muted">{words::file_removed()}</span></li>
        }
        .into_any();
    };
    let id = StoredValue::new(file.id.clone());
    let fetching = RwSignal::new(false);
    let fetch = move || {
        if fetching.get_untracked() {
            return;
        }
        fetching.set(true);
        spawn_local(async move {
            match file_link(id.get_value()).await {
                Ok(path) => follow(&path),
                Err(error) => toaster.warn(error.sentence()),
            }
            _ = fetching.try_set(false);
        });
    };
    let asked = RwSignal::new(false);
    let remove = move || {
        spawn_local(async move {
            if let Err(error) = remove_file(id.get_value()).await {
                toaster.warn(error.sentence());
            }
            _ = asked.try_set(false);
        });
    };
    let size = size_in_words(u64::try_from(file.bytes).unwrap_or(0));
    let shown = (file.is_image && file.bytes <= SHOWN_BYTES)
        .then(|| view! { <Shown id=file.id name=name.clone() on_open=move |()| fetch() /> });
    let wide = shown.is_some();
    let label = name.clone();
    view! {
        <li class="file" class:file-image=wide data-state="there">
            {shown}
            <button
                type="button"
                class="file-open"
                aria-busy=move || fetching.get().then_some("true")
                title=words::download(&name)
                on:click=move |_| fetch()
            >
                <Icon name="download" />
                <span class="file-name">{name.clone()}</span>
                <small>{size}</small>
            </button>
            <Show when=move || removable.get()>
                <Show
                    when=move || asked.get()
                    fallback={
                        let label = label.clone();
                        move || view! {
                            <button type="button" class="btn btn-quiet btn-icon btn-small" aria-label=words::remove_file(&label) on:click=move |_| asked.set(true)>
                                <Icon name="trash-2" />
                            </button>
                        }
                    }
                >
                    <span class="file-ask" role="group" aria-label=words::remove_file_for_good()>
                        <button type="button" class="btn btn-small btn-danger" on:click=move |_| remove()>{words::remove_file_for_good()}</button>
                        <button type="button" class="btn btn-small" autofocus on:click=move |_| asked.set(false)>{words::keep_file()}</button>
                    </span>
                </Show>
            </Show>
        </li>
    }
    .into_any()
}

/// The image itself, once it is here; until then, and if it does not come, its chip says enough.
#[component]
fn Shown(id: Id, name: String, #[prop(into)] on_open: Callback<()>) -> impl IntoView {
    let found = RwSignal::new(None::<String>);
    // The address is good until the conversation is left.
    let kept = StoredValue::new_local(None::<Picture>);
    spawn_local(async move {
        if let Ok(picture) = picture(&id).await {
            let address = picture.address();
            if kept
                .try_update_value(|kept| *kept = Some(picture))
                .is_some()
            {
                _ = found.try_set(Some(address));
            }
        }
    });
    move || {
        found.get().map(|address| {
            view! {
                <button type="button" class="file-shown" on:click=move |_| on_open.run(())>
                    <img src=address alt=name.clone() />
                </button>
            }
        })
    }
}

/// Fetches from a path as a download; the page stays.
fn follow(path: &str) {
    let anchor = document()
        .create_element("a")
        .ok()
        .and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok());
    if let Some(anchor) = anchor
        && anchor.set_attribute("href", path).is_ok()
        && anchor.set_attribute("download", "").is_ok()
    {
        anchor.click();
    }
}
