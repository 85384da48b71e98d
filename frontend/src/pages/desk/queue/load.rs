//! Loading a list and keeping it current.

use std::{collections::HashSet, time::Duration};

use crate::lean::*;
use cynic::SubscriptionBuilder;
use gloo_timers::future::TimeoutFuture;
use leptos::leptos_dom::logging::console_log;
use wasm_bindgen_futures::spawn_local;

use crate::{
    api::{ApiError, Sequence, TicketOrder, operations::TicketRow},
    components::environment::announce,
    live::{self, Entry, Heard, LiveList, Subscription},
    pages::desk::operations::{
        PageVars, QueueChange, QueueChanged, QueueChangedVars, TicketEdge, TicketFilter, fetch_page,
    },
    words,
};

/// Rows asked for at once.
const PAGE: i32 = 100;
/// Changes are told to those who listen this often at most.
const TELL_EVERY: Duration = Duration::from_secs(10);

/// How the list stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QueueState {
    Loading,
    Ready,
    Failed(ApiError),
}

/// A list of tickets.
#[derive(Clone, Copy)]
pub struct Queue {
    pub list: LiveList<TicketRow>,
    pub state: RwSignal<QueueState>,
    /// Somebody points at the list: nothing moves.
    pub held: StoredValue<bool>,
    question: StoredValue<Option<(TicketFilter, TicketOrder)>>,
    /// Where the next page starts; none when all is loaded.
    next: RwSignal<Option<String>>,
    loading_more: RwSignal<bool>,
    /// Each question has a number; answers to earlier ones are dropped.
    number: StoredValue<u64>,
    subscription: StoredValue<Option<Subscription>>,
    /// Rows that arrived by an event and have not been drawn yet.
    arrived: StoredValue<HashSet<String>>,
    untold: StoredValue<i64>,
}

impl Queue {
    /// An empty list that waits for its question.
    pub fn new() -> Self {
        Self {
            list: LiveList::new(),
            state: RwSignal::new(QueueState::Loading),
            held: StoredValue::new(false),
            question: StoredValue::new(None),
            next: RwSignal::new(None),
            loading_more: RwSignal::new(false),
            number: StoredValue::new(0),
            subscription: StoredValue::new(None),
            arrived: StoredValue::new(HashSet::new()),
            untold: StoredValue::new(0),
        }
    }

    /// Shows the tickets that meet the filter.
    pub fn ask(&self, filter: TicketFilter, order: TicketOrder) {
        let question = (filter, order);
        if self
            .question
            .with_value(|known| known.as_ref() == Some(&question))
        {
            return;
        }
        self.question.set_value(Some(question));
        self.state.set(QueueState::Loading);
        self.reload();
    }

    /// Loads the list again. What is on screen stays until the answer is there.
    pub fn reload(&self) {
        let queue = *self;
        // The page may have gone before a late event asks for this.
        let Some((filter, order)) = self.question.try_get_value().flatten() else {
            return;
        };
        let number = self.number.get_value() + 1;
        self.number.set_value(number);
        self.subscription.set_value(None);
        spawn_local(async move {
            let wanted = i32::try_from(queue.list.ids().with_untracked(Vec::len))
                .unwrap_or(PAGE)
                .clamp(PAGE, 200);
            let first = if queue.state.get_untracked() == QueueState::Loading {
                PAGE
            } else {
                wanted
            };
            let vars = PageVars {
                filter,
                order,
                first,
                after: None,
            };
            let answer = fetch_page(vars).await;
            if queue.number.try_get_value() != Some(number) {
                return;
            }
            match answer {
                Ok(page) => {
                    queue.next.set(
                        page.page_info
                            .end_cursor
                            .filter(|_| page.page_info.has_next_page),
                    );
                    queue
                        .list
                        .replace(page.edges.into_iter().map(entry).collect());
                    queue.state.set(QueueState::Ready);
                    queue.follow(page.as_of);
                }
                Err(error) => queue.state.set(QueueState::Failed(error)),
            }
        });
    }

    /// Whether there are more rows than are loaded.
    pub fn has_more(&self) -> bool {
        self.next.with(Option::is_some)
    }

    /// Loads the rows after the last.
    pub fn load_more(&self) {
        let queue = *self;
        if self.loading_more.get_untracked() {
            return;
        }
        let (Some((filter, order)), Some(after)) =
            (self.question.get_value(), self.next.get_untracked())
        else {
            return;
        };
        let number = self.number.get_value();
        self.loading_more.set(true);
        spawn_local(async move {
            let vars = PageVars {
                filter,
                order,
                first: PAGE,
                after: Some(after),
            };
            let answer = fetch_page(vars).await;
            if queue.number.try_get_value() != Some(number) {
                _ = queue.loading_more.try_set(false);
                return;
            }
            match answer {
                Ok(page) => {
                    queue.next.set(
                        page.page_info
                            .end_cursor
                            .filter(|_| page.page_info.has_next_page),
                    );
                    queue
                        .list
                        .extend(page.edges.into_iter().map(entry).collect());
                }
                // The rows stay wanted: the next scroll asks again, after a moment.
                Err(_) => TimeoutFuture::new(2_000).await,
            }
            _ = queue.loading_more.try_set(false);
        });
    }

    /// Whether the row has just arrived, asked once by the row itself.
    pub fn take_arrival(&self, id: &str) -> bool {
        self.arrived
            .try_update_value(|arrived| arrived.remove(id))
            .unwrap_or(false)
    }

    /// Somebody points at the list, or no longer does.
    pub fn hold(&self, held: bool) {
        self.held.set_value(held);
        if !held {
            self.list.release();
        }
    }

    fn follow(&self, as_of: Sequence) {
        let queue = *self;
        let Some((filter, order)) = self.question.get_value() else {
            return;
        };
        let subscription = live::subscribe(
            Some(as_of),
            move |since| {
                QueueChanged::build(QueueChangedVars {
                    filter: filter.clone(),
                    order,
                    since,
                })
            },
            move |event: QueueChanged| queue.hear(event.queue_changed),
        );
        self.subscription.set_value(Some(subscription));
    }

    fn hear(&self, change: QueueChange) -> Heard {
        let hold = self.held.get_value();
        match change {
            QueueChange::QueueUpsert(upsert) => {
                let row = upsert.ticket.0;
                let id = row.id.inner().to_owned();
                let known = self.list.contains(&id);
                let beyond = self.next.with_untracked(Option::is_some)
                    && self
                        .list
                        .last_key()
                        .is_some_and(|last| upsert.sort_key > last);
                if beyond {
                    // It belongs to rows that are not loaded yet.
                    if known {
                        self.list.remove(&id, hold);
                    }
                } else {
                    if !known {
                        self.arrived.update_value(|arrived| {
                            arrived.insert(id.clone());
                        });
                    }
                    if self.list.upsert(
                        Entry {
                            id,
                            sort_key: upsert.sort_key,
                            row,
                        },
                        hold,
                    ) {
                        self.tell_later();
                    }
                }
                Heard::UpTo(upsert.sequence)
            }
            QueueChange::QueueRemove(remove) => {
                if self.list.contains(remove.id.inner()) {
                    self.list.remove(remove.id.inner(), hold);
                    self.tell_later();
                }
                Heard::UpTo(remove.sequence)
            }
            QueueChange::Resync(resync) => {
                let queue = *self;
                console_log(&format!("the list is loaded anew: {}", resync.reason));
                // Not from inside the subscription that is about to end.
                set_timeout(move || queue.reload(), Duration::ZERO);
                Heard::Enough
            }
            QueueChange::Unknown => Heard::Nothing,
        }
    }

    /// Changes are told in batches, not one by one.
    fn tell_later(&self) {
        let queue = *self;
        let untold = self.untold.get_value();
        self.untold.set_value(untold + 1);
        if untold == 0 {
            set_timeout(
                move || {
                    if let Some(count) = queue.untold.try_get_value() {
                        queue.untold.set_value(0);
                        announce(words::desk::list_changed(count));
                    }
                },
                TELL_EVERY,
            );
        }
    }
}

fn entry(edge: TicketEdge) -> Entry<TicketRow> {
    Entry {
        id: edge.node.id.inner().to_owned(),
        sort_key: edge.sort_key,
        row: edge.node,
    }
}
