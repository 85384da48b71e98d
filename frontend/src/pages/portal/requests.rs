//! My requests, live: loaded once for the whole portal, then patched by events.

use crate::lean::*;
use leptos::leptos_dom::logging::console_log;

use super::{
    data::{MyRequestsChange, RequestSummary, fetch_my_requests, my_requests_changed},
    progress::{Progress, Stage},
};
use crate::live::{self, Entry, Heard, LiveList};

/// Where loading stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Loading {
    /// Asked, not answered.
    Waiting,
    /// The list is there.
    Ready,
    /// A sentence saying why not.
    Failed(String),
}

/// The requests that a person asked for, are for them, or that they watch.
#[derive(Clone, Copy)]
pub struct MyRequests {
    list: LiveList<RequestSummary>,
    /// Where loading stands.
    pub loading: RwSignal<Loading>,
    /// Where the list goes on; nothing at its end.
    more: RwSignal<Option<String>>,
    /// Raised to load anew.
    round: RwSignal<u32>,
}

/// Loads my requests for the pages below and keeps them live.
pub fn provide_my_requests() {
    let requests = MyRequests {
        list: LiveList::new(),
        loading: RwSignal::new(Loading::Waiting),
        more: RwSignal::new(None),
        round: RwSignal::new(0),
    };
    provide_context(requests);
    let subscription = StoredValue::new_local(None::<live::Subscription>);
    effect(move |_| {
        let mine = requests.round.get();
        subscription.set_value(None);
        leptos::task::spawn_local(async move {
            let found = fetch_my_requests(None).await;
            if requests.round.try_get_untracked() != Some(mine) {
                return;
            }
            match found {
                Ok(page) => {
                    let as_of = page.as_of;
                    requests.more.set(
                        page.page_info
                            .has_next_page
                            .then_some(page.page_info.end_cursor)
                            .flatten(),
                    );
                    requests
                        .list
                        .replace(page.edges.into_iter().map(entry).collect());
                    requests.loading.set(Loading::Ready);
                    subscription.try_set_value(Some(live::subscribe(
                        Some(as_of),
                        my_requests_changed,
                        move |event| requests.hear(event.queue_changed),
                    )));
                }
                Err(error) => requests.loading.set(Loading::Failed(error.sentence())),
            }
        });
    });
}

/// My requests.
///
/// # Panics
/// Outside of the portal's frame.
pub fn use_my_requests() -> MyRequests {
    expect_context()
}

fn entry(edge: super::data::RequestEdge) -> Entry<RequestSummary> {
    Entry {
        id: edge.node.id.inner().to_owned(),
        sort_key: edge.sort_key,
        row: edge.node,
    }
}

impl MyRequests {
    fn hear(self, change: MyRequestsChange) -> Heard {
        match change {
            MyRequestsChange::QueueUpsert(upsert) => {
                let request = upsert.ticket.0;
                let id = request.id.inner().to_owned();
                self.list.upsert(
                    Entry {
                        id,
                        sort_key: upsert.sort_key,
                        row: request,
                    },
                    false,
                );
                Heard::UpTo(upsert.sequence)
            }
            MyRequestsChange::QueueRemove(removed) => {
                self.list.remove(removed.id.inner(), false);
                Heard::UpTo(removed.sequence)
            }
            MyRequestsChange::Resync(resync) => {
                console_log(&format!("my requests are loaded anew: {}", resync.reason));
                self.again();
                Heard::Enough
            }
            MyRequestsChange::Other => Heard::Nothing,
        }
    }

    /// Loads anew.
    pub fn again(self) {
        self.round.update(|round| *round = round.wrapping_add(1));
    }

    /// What an act gave back, before the event about it comes.
    pub fn patch(self, request: RequestSummary) {
        if let Some(row) = self.list.row(request.id.inner()) {
            row.set(request);
        }
    }

    /// One request's own signal.
    pub fn row(self, id: &str) -> Option<ArcRwSignal<RequestSummary>> {
        self.list.row(id)
    }

    /// Whether there are older ones to load.
    pub fn has_more(self) -> bool {
        self.more.with(Option::is_some)
    }

    /// Loads older ones.
    pub async fn load_more(self) -> Result<(), String> {
        let Some(after) = self.more.get_untracked() else {
            return Ok(());
        };
        let page = fetch_my_requests(Some(after))
            .await
            .map_err(|error| error.sentence())?;
        self.more.set(
            page.page_info
                .has_next_page
                .then_some(page.page_info.end_cursor)
                .flatten(),
        );
        self.list
            .extend(page.edges.into_iter().map(entry).collect());
        Ok(())
    }

    /// Ids of the open ones, those first that wait for the person, then newest change first.
    pub fn open(self) -> Memo<Vec<String>> {
        memo(move |_| {
            let mut waiting = Vec::new();
            let mut others = Vec::new();
            for id in self.list.ids().get() {
                let Some(stage) = self.progress(&id) else {
                    continue;
                };
                match stage.stage {
                    Stage::WaitingForYou => waiting.push(id),
                    _ if stage.is_open() => others.push(id),
                    _ => {}
                }
            }
            waiting.append(&mut others);
            waiting
        })
    }

    /// Ids of the finished ones, newest change first.
    pub fn done(self) -> Memo<Vec<String>> {
        memo(move |_| {
            self.list
                .ids()
                .get()
                .into_iter()
                .filter(|id| {
                    self.progress(id)
                        .is_some_and(|progress| !progress.is_open())
                })
                .collect()
        })
    }

    /// Ids of those that the home page shows: open ones, and solved ones that wait for a word about it.
    pub fn current(self, most: usize) -> Memo<Vec<String>> {
        let open = self.open();
        memo(move |_| {
            let mut ids = open.get();
            ids.extend(self.list.ids().get().into_iter().filter(|id| {
                self.progress(id)
                    .is_some_and(|progress| progress.stage == Stage::Solved)
            }));
            ids.truncate(most);
            ids
        })
    }

    fn progress(self, id: &str) -> Option<Progress> {
        self.list
            .row(id)
            .map(|row| row.with(|request| Progress::of(request.state, request.hold_reason)))
    }
}
