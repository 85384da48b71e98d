use crate::lean::*;
use gloo_timers::future::TimeoutFuture;

use super::{Icon, Tone};
use crate::words;

/// How long a toast stays, in milliseconds: time to read two lines twice.
const STAY: u32 = 8_000;

#[derive(Clone)]
struct Toast {
    id: u32,
    text: String,
    tone: Tone,
}

/// Says short things that need no answer.
#[derive(Clone, Copy)]
pub struct Toaster {
    toasts: RwSignal<Vec<Toast>>,
    next: StoredValue<u32>,
}

impl Toaster {
    /// Says a sentence.
    pub fn say(self, text: impl Into<String>) {
        self.show(text.into(), Tone::Neutral);
    }

    /// Says what went wrong.
    pub fn warn(self, text: impl Into<String>) {
        self.show(text.into(), Tone::Bad);
    }

    fn show(self, text: String, tone: Tone) {
        let id = self.next.get_value();
        self.next.set_value(id + 1);
        self.toasts.update(|toasts| {
            // The same sentence twice says no more than once.
            toasts.retain(|toast| toast.text != text);
            toasts.push(Toast { id, text, tone });
            if toasts.len() > 3 {
                toasts.remove(0);
            }
        });
        leptos::task::spawn_local(async move {
            TimeoutFuture::new(STAY).await;
            self.dismiss(id);
        });
    }

    fn dismiss(self, id: u32) {
        self.toasts
            .try_update(|toasts| toasts.retain(|toast| toast.id != id));
    }
}

/// Makes a [`Toaster`] known to everything below. Once, in the shell, beside a [`ToastRegion`].
pub fn provide_toaster() -> Toaster {
    let toaster = Toaster {
        toasts: RwSignal::new(Vec::new()),
        next: StoredValue::new(0),
    };
    provide_context(toaster);
    toaster
}

/// The toaster of the shell.
///
/// # Panics
/// Outside of the shell: a mistake of the programmer, seen at the first look at the page.
pub fn use_toaster() -> Toaster {
    expect_context()
}

/// Where toasts appear and are read out, politely.
#[component]
pub fn ToastRegion() -> impl IntoView {
    let toaster = use_toaster();
    view! {
        <div class="toasts" role="status" aria-live="polite">
            <For each=move || toaster.toasts.get() key=|toast| toast.id let:toast>
                <div class="toast">
                    {(toast.tone == Tone::Bad).then(|| view! { <Icon name="triangle-alert" /> })}
                    <span>{toast.text}</span>
                    <button
                        type="button"
                        class="btn btn-quiet btn-icon btn-small"
                        aria-label=words::components::dismiss()
                        on:click=move |_| toaster.dismiss(toast.id)
                    >
                        <Icon name="x" />
                    </button>
                </div>
            </For>
        </div>
    }
}
