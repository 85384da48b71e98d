//! The frame of each part of administration: its heading, its list, its editor.

use crate::lean::*;

use crate::{
    components::{Dialog, Icon, Skeleton},
    words::{admin as words, components as common},
};

/// What an editor is opened for.
#[derive(Clone, Debug, PartialEq)]
pub enum Edited<T> {
    /// Something new.
    New,
    /// What is there.
    Existing(T),
}

/// An editor in a dialog: closed, or open for something.
pub struct Editor<T: Send + Sync + 'static> {
    /// Open or not.
    pub open: RwSignal<bool>,
    subject: RwSignal<Option<Edited<T>>>,
}

impl<T: Send + Sync + 'static> Clone for Editor<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Editor<T> {}

impl<T: Clone + Send + Sync + 'static> Editor<T> {
    /// Closed.
    pub fn new() -> Self {
        Self {
            open: RwSignal::new(false),
            subject: RwSignal::new(None),
        }
    }

    /// Opens it for something new.
    pub fn add(self) {
        self.subject.set(Some(Edited::New));
        self.open.set(true);
    }

    /// Opens it for what is there.
    pub fn edit(self, subject: T) {
        self.subject.set(Some(Edited::Existing(subject)));
        self.open.set(true);
    }

    /// Opens it for the one of `known` that is meant, as it was loaded last.
    pub fn edit_one(self, known: Option<Vec<T>>, is_meant: impl Fn(&T) -> bool) {
        if let Some(subject) = known.into_iter().flatten().find(is_meant) {
            self.edit(subject);
        }
    }

    /// Closes it.
    pub fn close(self) {
        // The page may have been left meanwhile.
        self.open.try_set(false);
    }

    /// What it was opened for: an existing thing, or `None` for a new one.
    pub fn existing(self) -> Option<T> {
        match self.subject.get_untracked() {
            Some(Edited::Existing(subject)) => Some(subject),
            _ => None,
        }
    }

    /// One of two titles.
    pub fn title(self, new: &'static str, existing: &'static str) -> Signal<String> {
        Signal::derive(move || {
            self.subject
                .with(|subject| match subject {
                    Some(Edited::Existing(_)) => existing,
                    _ => new,
                })
                .to_owned()
        })
    }
}

/// The dialog of an editor; its children are made anew each time it opens.
#[component]
pub fn EditorDialog<T: Clone + Send + Sync + 'static>(
    /// The editor.
    editor: Editor<T>,
    /// Its heading.
    #[prop(into)]
    title: Signal<String>,
    /// Hears that it was closed: what was edited, or found to have been changed by somebody else, is loaded anew.
    #[prop(into)]
    on_closed: Callback<()>,
    /// The form.
    children: ChildrenFn,
) -> impl IntoView {
    let children = StoredValue::new(children);
    effect(move |before: Option<bool>| {
        let open = editor.open.get();
        if before == Some(true) && !open {
            on_closed.run(());
        }
        open
    });
    view! {
        <Dialog open=editor.open title close_word=common::close() class="dialog-wide">
            {children.read_value()()}
        </Dialog>
    }
}

/// Heading of a part, with the button that adds to its list.
#[component]
pub fn SectionHead(
    /// The heading.
    title: &'static str,
    /// One sentence about it.
    lead: &'static str,
    /// Words of the button.
    #[prop(optional)]
    add_word: &'static str,
    /// Adds; no button when absent.
    #[prop(into, optional)]
    on_add: Option<Callback<()>>,
    /// Whether the viewer may add.
    #[prop(default = true)]
    may_add: bool,
) -> impl IntoView {
    view! {
        <header class="admin-head">
            <div>
                <h1>{title}</h1>
                <p class="muted">{lead}</p>
            </div>
            {on_add.filter(|_| may_add).map(|on_add| {
                view! {
                    <button type="button" class="btn btn-primary" on:click=move |_| on_add.run(())>
                        <Icon name="plus" />
                        {add_word}
                    </button>
                }
            })}
        </header>
    }
}

/// The button of a row that opens its editor.
#[component]
pub fn EditButton(
    /// Name of what is edited, for those who listen.
    #[prop(into)]
    name: String,
    /// Opens the editor.
    #[prop(into)]
    on_edit: Callback<()>,
) -> impl IntoView {
    view! {
        <button
            type="button"
            class="btn btn-small"
            aria-label=words::edit_name(name)
            on:click=move |_| on_edit.run(())
        >
            <Icon name="pencil" />
            {words::edit()}
        </button>
    }
}

/// A chip that says that something is out of use.
#[component]
pub fn OutOfUse(
    /// In use: no chip.
    active: bool,
) -> impl IntoView {
    (!active).then(|| view! { <span class="chip">{words::out_of_use()}</span> })
}

/// Bones of a list.
pub fn bones() -> AnyView {
    view! { <Skeleton lines=6 /> }.into_any()
}
