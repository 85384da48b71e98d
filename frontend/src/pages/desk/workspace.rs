//! What the parts of the workspace share.

use std::{collections::HashMap, time::Duration};

use crate::lean::*;
use leptos_router::{
    NavigateOptions,
    hooks::{use_navigate, use_params_map, use_query_map},
};

use wasm_bindgen_futures::spawn_local;

use super::{
    operations::{ChoicesQuery, QueueView, SiteName, TicketDetail, fetch_ticket},
    place::Place,
    queue::Queue,
};
use crate::{
    api::{ApiError, TicketOrder},
    components::environment::focus_heading,
    live::Subscription,
};

/// Tickets that are kept for going back to.
const KEPT: usize = 30;

/// After this the list has drawn itself and taken the focus, if it could.
const SETTLE: Duration = Duration::from_millis(80);

/// How the list is shown when no ticket is open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Density {
    /// A table of 34 px rows.
    Table,
    /// Items of two lines.
    Lines,
}

/// Goes to an address; the second argument replaces the present one in the history.
type Go = Box<dyn Fn(&str, bool) + Send + Sync>;

/// Where somebody is, which views there are, and the list.
#[derive(Clone, Copy)]
pub struct Workspace {
    pub place: Memo<Place>,
    pub views: RwSignal<Vec<QueueView>>,
    pub views_error: RwSignal<Option<ApiError>>,
    pub views_loaded: RwSignal<bool>,
    /// Sites in use, by name; none until the views are loaded.
    pub sites: RwSignal<Vec<SiteName>>,
    pub queue: Queue,
    pub density: RwSignal<Density>,
    /// The row under the keys.
    pub cursor: RwSignal<Option<String>>,
    /// Tickets that were loaded lately, so that going back to one is instant.
    pub recent: StoredValue<HashMap<String, TicketDetail>>,
    /// The row on which pointer or focus rests.
    pub resting: StoredValue<String>,
    /// What properties can be set to, by department.
    pub choices: RwSignal<HashMap<String, ChoicesQuery>>,
    pub counts: StoredValue<Option<Subscription>>,
    go: StoredValue<Go>,
}

impl Workspace {
    /// Reads the address; called once, inside the router.
    pub fn provide() -> Self {
        let params = use_params_map();
        let query = use_query_map();
        let navigate = use_navigate();
        let place = memo(move |_| {
            params.with(|params| {
                query.with(|query| Place::read(|name| params.get(name), |name| query.get(name)))
            })
        });
        let go = move |address: &str, replace: bool| {
            navigate(
                address,
                NavigateOptions {
                    replace,
                    scroll: false,
                    ..NavigateOptions::default()
                },
            );
        };
        let workspace = Self {
            place,
            views: RwSignal::new(Vec::new()),
            views_error: RwSignal::new(None),
            views_loaded: RwSignal::new(false),
            sites: RwSignal::new(Vec::new()),
            queue: Queue::new(),
            density: RwSignal::new(Density::Table),
            cursor: RwSignal::new(None),
            recent: StoredValue::new(HashMap::new()),
            resting: StoredValue::new(String::new()),
            choices: RwSignal::new(HashMap::new()),
            counts: StoredValue::new(None),
            go: StoredValue::new(Box::new(go)),
        };
        provide_context(workspace);
        workspace
    }

    /// The view on screen: the one of the address, else the first.
    pub fn view(&self) -> Option<String> {
        self.place.with(|place| place.view.clone()).or_else(|| {
            self.views
                .with(|views| views.first().map(|view| view.id.inner().to_owned()))
        })
    }

    /// The place with its view filled in.
    pub fn full_place(&self) -> Place {
        Place {
            view: self.view(),
            ..self.place.get()
        }
    }

    /// The order on screen.
    pub fn order(&self) -> TicketOrder {
        self.place
            .with(|place| place.order)
            .unwrap_or(TicketOrder::Due)
    }

    /// Goes somewhere in the workspace.
    pub fn go(&self, place: &Place, replace: bool) {
        let address = place.address();
        self.go.with_value(|go| go(&address, replace));
    }

    /// Keeps a ticket that was loaded, for going back to it.
    pub fn keep(&self, ticket: TicketDetail) {
        // The workspace may have gone before a late answer.
        _ = self.recent.try_update_value(|recent| {
            if recent.len() >= KEPT {
                recent.clear();
            }
            recent.insert(ticket.reference.clone(), ticket);
        });
    }

    /// Loads a ticket that will probably be asked for. It is loaded again when it is: what is kept may be old.
    pub fn fetch_ahead(&self, reference: String) {
        let workspace = *self;
        if self
            .recent
            .with_value(|recent| recent.contains_key(&reference))
        {
            return;
        }
        spawn_local(async move {
            // Only a convenience: whoever opens the ticket is told of an error then.
            if let Ok(Some(ticket)) = fetch_ticket(reference).await {
                workspace.keep(ticket);
            }
        });
    }

    /// Opens a ticket beside the list, or closes it.
    pub fn open(&self, reference: Option<&str>) {
        let shown = self.place.with_untracked(|place| place.reference.clone());
        // The keys go on from the ticket that was open.
        if let Some(wanted) = reference.map(str::to_owned).or(shown) {
            let row = self.queue.list.ids().with_untracked(|ids| {
                ids.iter()
                    .find(|id| {
                        self.queue
                            .list
                            .row(id)
                            .is_some_and(|row| row.with_untracked(|row| row.reference == wanted))
                    })
                    .cloned()
            });
            if row.is_some() {
                self.cursor.set(row);
            }
        }
        let place = untrack(|| self.full_place()).with_reference(reference);
        self.go(&place, false);
        if reference.is_none() {
            // Where the row of the ticket has left the list, the keys start from its heading.
            set_timeout(
                || {
                    if document()
                        .active_element()
                        .is_none_or(|active| active.tag_name() == "BODY")
                    {
                        focus_heading();
                    }
                },
                SETTLE,
            );
        }
    }
}

/// The workspace of this page.
pub fn use_workspace() -> Workspace {
    expect_context()
}
