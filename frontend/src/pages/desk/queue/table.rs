//! The list itself: a scrolling box in which only what is in sight is drawn.

use std::ops::Range;

use crate::lean::*;
use leptos::html;
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{Element, HtmlElement, ResizeObserver, ScrollToOptions};

use super::{
    items::{Lines, Row},
    window::{in_sight, near_end, scroll_for},
};
use crate::{
    api::TicketOrder,
    pages::desk::workspace::use_workspace,
    words::{self, terms::Named},
};

/// Height of an item of two lines, border included.
const LINES_HEIGHT: f64 = 58.0;
/// Height of a row of the table.
const ROW_HEIGHT: f64 = 34.0;
/// The table's header stays in sight and covers this much.
const HEADER_HEIGHT: f64 = 32.0;

#[derive(Clone, Copy)]
struct Sight {
    node: NodeRef<html::Div>,
    top: RwSignal<f64>,
    height: RwSignal<f64>,
    row_height: f64,
    range: Memo<Range<usize>>,
}

fn use_sight(row_height: f64) -> Sight {
    let workspace = use_workspace();
    let node = NodeRef::<html::Div>::new();
    let top = RwSignal::new(0.0);
    let height = RwSignal::new(800.0);
    let ids = workspace.queue.list.ids();
    let range = memo(move |_| in_sight(top.get(), height.get(), row_height, ids.with(Vec::len)));

    let observer = StoredValue::new_local(None::<(ResizeObserver, Closure<dyn Fn()>)>);
    effect(move |_| {
        let Some(element) = node.get() else { return };
        let measured = element.clone();
        let measure = Closure::<dyn Fn()>::new(move || {
            _ = height.try_set(f64::from(measured.client_height()))
        });
        if let Ok(seen) = ResizeObserver::new(measure.as_ref().unchecked_ref()) {
            seen.observe(&element);
            observer.set_value(Some((seen, measure)));
        }
    });
    on_cleanup(move || {
        if let Some(Some((seen, _))) = observer.try_update_value(Option::take) {
            seen.disconnect();
        }
    });
    effect(move |_| {
        let count = ids.with(Vec::len);
        if workspace.queue.has_more() && range.with(|range| near_end(range, count)) {
            workspace.queue.load_more();
        }
    });
    // The row under the keys stays in sight and has the focus.
    let sight = Sight {
        node,
        top,
        height,
        row_height,
        range,
    };
    effect(move |before: Option<Option<String>>| {
        let cursor = workspace.cursor.get();
        if let Some(id) = &cursor {
            let index = ids.with_untracked(|ids| ids.iter().position(|known| known == id));
            match before {
                Some(before) if before.as_ref() != Some(id) => sight.reveal(id, index),
                Some(_) => {}
                // The list was just drawn, after a ticket was closed, say: the keys go on from where they were.
                None => {
                    let id = id.clone();
                    request_animation_frame(move || {
                        let nowhere = document()
                            .active_element()
                            .is_none_or(|active| active.tag_name() == "BODY");
                        if nowhere {
                            sight.reveal(&id, index);
                        }
                    });
                }
            }
        }
        cursor
    });
    sight
}

impl Sight {
    fn reveal(self, id: &str, index: Option<usize>) {
        let (Some(index), Some(element)) = (index, self.node.get_untracked()) else {
            return;
        };
        let covered = if self.row_height < LINES_HEIGHT {
            HEADER_HEIGHT
        } else {
            0.0
        };
        let visible = self.height.get_untracked() - covered;
        if let Some(top) = scroll_for(index, self.top.get_untracked(), visible, self.row_height) {
            let options = ScrollToOptions::new();
            options.set_top(top);
            element.scroll_to_with_scroll_to_options(&options);
            self.top.set(top);
        }
        let id = id.to_owned();
        // The row may only be drawn with the next frame.
        request_animation_frame(move || {
            if let Some(link) = row_link(&element, &id)
                && document().active_element().as_ref() != Some(link.as_ref())
            {
                // A row that scrolled away meanwhile needs no focus.
                _ = link.focus();
            }
        });
    }

    fn on_scroll(self) {
        if let Some(element) = self.node.get_untracked() {
            self.top.set(f64::from(element.scroll_top()));
        }
    }
}

fn row_link(list: &Element, id: &str) -> Option<HtmlElement> {
    let found = list.query_selector_all("[data-row]").ok()?;
    (0..found.length())
        .filter_map(|index| found.item(index)?.dyn_into::<HtmlElement>().ok())
        .find(|link| link.get_attribute("data-row").as_deref() == Some(id))
}

fn visible(sight: Sight) -> impl Fn() -> Vec<String> + Clone + Send + Sync + 'static {
    let ids = use_workspace().queue.list.ids();
    move || {
        let range = sight.range.get();
        ids.with(|ids| ids[range.start.min(ids.len())..range.end.min(ids.len())].to_vec())
    }
}

#[expect(clippy::cast_precision_loss, reason = "lists end at ten thousand rows")]
fn pixels(rows: usize, row_height: f64) -> String {
    format!("{}px", rows as f64 * row_height)
}

/// The list as items of two lines.
#[component]
pub fn LinesList() -> impl IntoView {
    let workspace = use_workspace();
    let sight = use_sight(LINES_HEIGHT);
    let ids = workspace.queue.list.ids();
    let each = visible(sight);
    view! {
        <div class="scroller" node_ref=sight.node on:scroll=move |_| sight.on_scroll()>
            <ul
                class="lines"
                role="list"
                style:height=move || pixels(ids.with(Vec::len), LINES_HEIGHT)
                style:padding-block-start=move || pixels(sight.range.with(|range| range.start), LINES_HEIGHT)
            >
                <For each=each key=Clone::clone let:id><Lines id/></For>
            </ul>
        </div>
    }
}

const ASCENDING: &str = "ascending";
const DESCENDING: &str = "descending";

/// An order of the list with the direction in which its column then runs.
#[derive(Clone, Copy)]
struct Sorted {
    order: TicketOrder,
    direction: &'static str,
}

fn up(order: TicketOrder) -> Sorted {
    Sorted {
        order,
        direction: ASCENDING,
    }
}

fn down(order: TicketOrder) -> Sorted {
    Sorted {
        order,
        direction: DESCENDING,
    }
}

/// The list as a table.
#[component]
pub fn RowsTable() -> impl IntoView {
    let workspace = use_workspace();
    let sight = use_sight(ROW_HEIGHT);
    let ids = workspace.queue.list.ids();
    let each = visible(sight);
    let below = move || {
        ids.with(Vec::len)
            .saturating_sub(sight.range.with(|range| range.end))
    };
    // The first press sorts as agents usually want it, the next the other way round.
    let sorter = move |usual: Sorted, reverse: Sorted, class: &'static str, text: &'static str| {
        let sort = move || {
            [usual, reverse]
                .into_iter()
                .find(|sorted| sorted.order == workspace.order())
                .map(|sorted| sorted.direction)
        };
        view! {
            <th scope="col" class=class aria-sort=sort>
                <button type="button" class="sorter" on:click=move |_| {
                    let mut place = untrack(|| workspace.full_place());
                    let now = untrack(|| workspace.order());
                    place.order = Some(if now == usual.order { reverse.order } else { usual.order });
                    workspace.go(&place, true);
                }>{text}<span aria-hidden="true" class="sorter-mark">{move || sort().map(|direction| if direction == ASCENDING { "↑" } else { "↓" })}</span></button>
            </th>
        }
    };
    view! {
        <div class="scroller" node_ref=sight.node on:scroll=move |_| sight.on_scroll()>
            <table class="rows">
                <caption class="sr-only">{words::desk::table_caption()}</caption>
                <thead>
                    <tr>
                        {sorter(down(TicketOrder::Priority), up(TicketOrder::PriorityLowest), "cell-priority", words::desk::column_priority())}
                        <th scope="col" class="cell-reference">{words::desk::column_reference()}</th>
                        <th scope="col" class="cell-title">{words::desk::column_title()}</th>
                        <th scope="col" class="cell-requester">{words::desk::column_requester()}</th>
                        <th scope="col" class="cell-state">{words::desk::column_state()}</th>
                        <th scope="col" class="cell-team">{words::desk::column_team()}</th>
                        <th scope="col" class="cell-assignee">{words::desk::column_assignee()}</th>
                        {sorter(up(TicketOrder::Due), down(TicketOrder::DueLast), "cell-due", TicketOrder::Due.word())}
                        {sorter(down(TicketOrder::Updated), up(TicketOrder::UpdatedOldest), "cell-updated", TicketOrder::Updated.word())}
                    </tr>
                </thead>
                <tbody>
                    <tr aria-hidden="true" class="filler" style:height=move || pixels(sight.range.with(|range| range.start), ROW_HEIGHT)></tr>
                    <For each=each key=Clone::clone let:id><Row id/></For>
                    <tr aria-hidden="true" class="filler" style:height=move || pixels(below(), ROW_HEIGHT)></tr>
                </tbody>
            </table>
        </div>
    }
}
