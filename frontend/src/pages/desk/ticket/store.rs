//! One ticket on screen: loaded, kept current, changed.

use std::time::Duration;

use crate::lean::*;
use cynic::SubscriptionBuilder;
use leptos::leptos_dom::logging::console_log;
use wasm_bindgen_futures::spawn_local;

use super::changes::Change;
use crate::{
    api::ApiError,
    components::{Toaster, use_toaster},
    live::{self, Heard, Subscription, Talk},
    pages::desk::{
        operations::{
            Message, Outcome, Refusal, TicketChange, TicketChanged, TicketChangedVars,
            TicketDetail, fetch_earlier, fetch_ticket,
        },
        workspace::{Workspace, use_workspace},
    },
    words,
};

/// How the page stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Loading {
    Underway,
    Done,
    Missing,
    Failed(ApiError),
}

/// A change that met somebody else's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    pub change: Change,
    pub mine: String,
    pub theirs: String,
}

/// The ticket of this page.
#[derive(Clone, Copy)]
pub struct TicketStore {
    pub ticket: RwSignal<Option<TicketDetail>>,
    pub loading: RwSignal<Loading>,
    pub conflict: RwSignal<Option<Conflict>>,
    /// The property that is being saved.
    pub saving: RwSignal<Option<&'static str>>,
    /// The conversation, with the earlier parts that somebody asked for.
    pub talk: RwSignal<Talk<Message>>,
    subscription: StoredValue<Option<Subscription>>,
    workspace: Workspace,
    toaster: Toaster,
}

impl TicketStore {
    /// Loads the ticket, and makes it known to what is below.
    pub fn provide(reference: String) -> Self {
        let workspace = use_workspace();
        let kept = workspace
            .recent
            .with_value(|recent| recent.get(&reference).cloned());
        let store = Self {
            loading: RwSignal::new(if kept.is_some() {
                Loading::Done
            } else {
                Loading::Underway
            }),
            conflict: RwSignal::new(None),
            saving: RwSignal::new(None),
            talk: RwSignal::new(kept.as_ref().map_or_else(Talk::default, talk_of)),
            ticket: RwSignal::new(kept),
            subscription: StoredValue::new(None),
            workspace,
            toaster: use_toaster(),
        };
        provide_context(store);
        store.load(reference);
        store
    }

    /// Loads it again.
    pub fn load(self, reference: String) {
        spawn_local(async move {
            match fetch_ticket(reference).await {
                Ok(Some(ticket)) => {
                    let Some(()) = self.subscription.try_update_value(|_| ()) else {
                        return;
                    };
                    self.follow(&ticket);
                    self.accept(ticket);
                    self.loading.set(Loading::Done);
                }
                Ok(None) => _ = self.loading.try_set(Loading::Missing),
                Err(error) => {
                    // What is on screen from before is better than nothing.
                    if self.ticket.try_with_untracked(Option::is_none) == Some(true) {
                        self.loading.set(Loading::Failed(error));
                    } else {
                        self.toaster.warn(error.sentence());
                    }
                }
            }
        });
    }

    fn follow(self, ticket: &TicketDetail) {
        let id = ticket.id.clone();
        let reference = ticket.reference.clone();
        let subscription = live::subscribe(
            Some(ticket.as_of),
            move |since| {
                TicketChanged::build(TicketChangedVars {
                    id: id.clone(),
                    since,
                })
            },
            move |event: TicketChanged| match event.ticket_changed {
                TicketChange::TicketUpsert(upsert) => {
                    self.accept(upsert.ticket.0);
                    Heard::UpTo(upsert.sequence)
                }
                TicketChange::QueueRemove(_) => {
                    self.loading.set(Loading::Missing);
                    Heard::Enough
                }
                TicketChange::Resync(resync) => {
                    console_log(&format!("the ticket is loaded anew: {}", resync.reason));
                    let reference = reference.clone();
                    // Not from inside the subscription that is about to end.
                    set_timeout(move || self.load(reference), Duration::ZERO);
                    Heard::Enough
                }
                TicketChange::Unknown => Heard::Nothing,
            },
        );
        self.subscription.set_value(Some(subscription));
    }

    /// Shows the ticket as the server has it, unless something newer is on screen.
    pub fn accept(self, ticket: TicketDetail) {
        let older = self.ticket.try_with_untracked(|shown| {
            shown
                .as_ref()
                .is_some_and(|shown| shown.as_of > ticket.as_of)
        });
        if older != Some(false) {
            return;
        }
        self.workspace.keep(ticket.clone());
        if self
            .ticket
            .with_untracked(|shown| shown.as_ref() != Some(&ticket))
        {
            let newest = &ticket.conversation;
            let (more, start) = (
                newest.page_info.has_previous_page,
                newest.page_info.start_cursor.clone(),
            );
            self.talk
                .update(|talk| talk.newest(&newest.nodes, more, start));
            self.ticket.set(Some(ticket));
        }
    }

    /// Loads the part of the conversation before what is on screen.
    ///
    /// # Errors
    /// When it cannot be loaded.
    pub async fn load_earlier(self) -> Result<(), ApiError> {
        let Some(ticket) = self.now() else {
            return Ok(());
        };
        let start = self.talk.with_untracked(|talk| talk.start.clone());
        if let Some(part) = fetch_earlier(ticket.id, start).await? {
            let info = part.page_info;
            // The page may have gone meanwhile.
            _ = self.talk.try_update(|talk| {
                talk.earlier(part.nodes, info.has_previous_page, info.start_cursor);
            });
        }
        Ok(())
    }

    /// A part of the ticket, drawn anew only when it changes.
    pub fn part<T: PartialEq + Send + Sync + 'static>(
        self,
        part: impl Fn(&TicketDetail) -> T + Send + Sync + 'static,
    ) -> Memo<Option<T>> {
        memo(move |_| self.ticket.with(|ticket| ticket.as_ref().map(&part)))
    }

    /// The ticket as it stands.
    pub fn now(self) -> Option<TicketDetail> {
        self.ticket.get_untracked()
    }

    /// Shows a change at once and saves it. What is refused is taken back, with the reason.
    pub fn change(self, change: Change) {
        let Some(before) = self.now() else { return };
        let label = change.label();
        let mut after = before.clone();
        change.apply(&mut after);
        if after == before {
            return;
        }
        let mine = change.reading(&after);
        self.ticket.set(Some(after));
        self.saving.set(Some(label));
        spawn_local(async move {
            let outcome = change.send(&before).await;
            if self.saving.try_set(None).is_some() {
                // The page has gone; the change stands or was refused, which the next look at the ticket tells.
                return;
            }
            match outcome {
                Ok(ticket) => self.accept(*ticket),
                Err(refusal) => {
                    let conflict = refusal.is_conflict();
                    let current = refusal.current.map(|current| *current);
                    self.take_back(&before, current.clone());
                    if conflict {
                        let theirs = current
                            .or_else(|| self.now())
                            .map(|ticket| change.reading(&ticket))
                            .unwrap_or_default();
                        self.conflict.set(Some(Conflict {
                            change,
                            mine,
                            theirs,
                        }));
                    } else {
                        self.toaster
                            .warn(words::ticket::not_saved(label, refusal.error.sentence()));
                    }
                }
            }
        });
    }

    /// Shows what was before, or what the server has, unless an event already brought something newer.
    fn take_back(self, before: &TicketDetail, current: Option<TicketDetail>) {
        let shown = self
            .ticket
            .with_untracked(|shown| shown.as_ref().map(|shown| shown.as_of));
        if shown == Some(before.as_of) {
            self.ticket.set(Some(before.clone()));
        }
        if let Some(current) = current {
            self.accept(current);
        }
    }

    /// Takes what became of an act; the error's sentence is for the form that is still open.
    ///
    /// # Errors
    /// With the sentence.
    pub fn settle(self, outcome: Outcome) -> Result<(), String> {
        match outcome {
            Ok(ticket) => {
                self.accept(*ticket);
                Ok(())
            }
            Err(Refusal { error, current }) => {
                let conflict = error.has_code("VERSION_CONFLICT");
                if let Some(current) = current {
                    self.accept(*current);
                }
                Err(if conflict {
                    words::ticket::changed_meanwhile().to_owned()
                } else {
                    error.sentence()
                })
            }
        }
    }

    /// The same for acts that have no form: the sentence appears on the page.
    pub fn settle_aloud(self, outcome: Outcome) {
        if let Err(sentence) = self.settle(outcome) {
            self.toaster.warn(sentence);
        }
    }
}

fn talk_of(ticket: &TicketDetail) -> Talk<Message> {
    let mut talk = Talk::default();
    let info = &ticket.conversation.page_info;
    talk.newest(
        &ticket.conversation.nodes,
        info.has_previous_page,
        info.start_cursor.clone(),
    );
    talk
}

/// The ticket of this page.
pub fn use_ticket() -> TicketStore {
    expect_context()
}
