//! The list of a part of administration: one table for all parts. A part says what stands in its rows; how they are
//! drawn, found and opened is said here once.

use crate::lean::*;

use super::frame::{EditButton, OutOfUse};
use crate::{
    api::operations::PersonBadge,
    components::{Avatar, EmptyState, Icon, TextField},
    words::admin as words,
};

/// From this many rows on a list can be searched.
const SEARCHED: usize = 12;

/// What stands before a row's name.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Mark {
    /// Nothing.
    #[default]
    None,
    /// An icon.
    Icon(String),
    /// An icon on a ground of this hue.
    Tile(String, i32),
    /// Initials and hue of a person.
    Face(String, i32),
}

/// One cell after the name.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Words.
    Text(String),
    /// A key.
    Code(String),
    /// Several lines; the last one is quiet.
    Lines(Vec<String>, String),
    /// People.
    Faces(Vec<PersonBadge>),
}

/// One row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// Identity of what it is about.
    pub id: String,
    /// Its name.
    pub name: String,
    /// What stands in small letters below the name.
    pub about: String,
    /// What stands before the name.
    pub mark: Mark,
    /// Belongs to the row above.
    pub below: bool,
    /// A word that sets it apart.
    pub chip: Option<&'static str>,
    /// Not in use any longer.
    pub retired: bool,
    /// The further cells.
    pub cells: Vec<Cell>,
}

impl Row {
    fn has(&self, words: &str) -> bool {
        let texts = self.cells.iter().filter_map(|cell| match cell {
            Cell::Text(text) | Cell::Code(text) => Some(text),
            _ => None,
        });
        [&self.name, &self.about]
            .into_iter()
            .chain(texts)
            .any(|text| text.to_lowercase().contains(words))
    }
}

/// An act of a row besides editing it.
#[derive(Clone, Copy)]
pub struct Act {
    /// Its drawing.
    pub icon: &'static str,
    /// Its words.
    pub word: &'static str,
    /// Does it; hears the row's id.
    pub run: Callback<String>,
}

/// A table in a card, searched by words when it is long.
#[component]
pub fn Rows(
    /// What the table lists, for those who listen.
    label: &'static str,
    /// Words of the columns.
    heads: &'static [fn() -> &'static str],
    /// The rows.
    #[prop(into)]
    rows: Signal<Vec<Row>>,
    /// A drawing and a sentence for when there is none.
    empty: (&'static str, &'static str),
    /// The server searches; this list does not.
    #[prop(optional)]
    searched_elsewhere: bool,
    /// Opens the editor; hears the row's id.
    #[prop(into)]
    on_edit: Callback<String>,
    /// Whether there is a button for it.
    #[prop(default = true)]
    may_edit: bool,
    /// A further act.
    #[prop(into, optional)]
    act: Option<Act>,
) -> impl IntoView {
    let on_edit = may_edit.then_some(on_edit);
    let words_typed = RwSignal::new(String::new());
    let long = memo(move |_| !searched_elsewhere && rows.with(Vec::len) >= SEARCHED);
    let shown = memo(move |_| {
        let words = words_typed.get().trim().to_lowercase();
        let mut shown = rows.get();
        if long.get() && !words.is_empty() {
            shown.retain(|row| row.has(&words));
        }
        shown
    });
    let body = move || {
        if shown.with(Vec::is_empty) {
            let (icon, title) = if long.get() {
                ("search", words::nothing_found())
            } else {
                empty
            };
            return view! { <EmptyState icon title /> }.into_any();
        }
        view! {
            <div class="card admin-table-card" role="region" aria-label=label tabindex="0">
                <table class="table admin-table">
                    <thead>
                        <tr>
                            {heads.iter().map(|word| view! { <th scope="col">{word()}</th> }).collect_view()}
                            <th scope="col"><span class="sr-only">{words::actions()}</span></th>
                        </tr>
                    </thead>
                    <tbody>
                        <For each=move || shown.get() key=|row| row.id.clone() let:row>
                            <OneRow row shown heads on_edit act />
                        </For>
                    </tbody>
                </table>
            </div>
        }
        .into_any()
    };
    // The table stays while rows change, so that the focus stays on a row's button.
    let any = memo(move |_| shown.with(Vec::is_empty));
    view! {
        <Show when=move || long.get()>
            <div class="admin-search">
                <TextField label=words::search_list() kind="search" value=words_typed required=true />
            </div>
        </Show>
        {move || {
            any.get();
            untrack(body)
        }}
    }
}

/// A row; its cells are drawn anew when they change, its buttons stay.
#[component]
fn OneRow(
    row: Row,
    shown: Memo<Vec<Row>>,
    heads: &'static [fn() -> &'static str],
    on_edit: Option<Callback<String>>,
    act: Option<Act>,
) -> impl IntoView {
    let id = StoredValue::new(row.id.clone());
    let name = row.name.clone();
    let now = memo(move |before: Option<&Row>| {
        shown
            .with(|rows| id.with_value(|id| rows.iter().find(|row| row.id == *id).cloned()))
            .or_else(|| before.cloned())
            .unwrap_or_else(|| row.clone())
    });
    view! {
        <tr>
            {move || cells(now.get(), heads)}
            <td class="end">
                {act.map(|act| view! {
                    <button
                        type="button"
                        class="btn btn-small"
                        aria-label=words::act_on(act.word, name.clone())
                        on:click=move |_| act.run.run(id.get_value())
                    >
                        <Icon name=act.icon />
                        {act.word}
                    </button>
                    " "
                })}
                {on_edit.map(|on_edit| view! { <EditButton name=name on_edit=move |()| on_edit.run(id.get_value()) /> })}
            </td>
        </tr>
    }
}

fn cells(row: Row, heads: &'static [fn() -> &'static str]) -> AnyView {
    let mark = match row.mark {
        Mark::None => None,
        Mark::Icon(name) => Some(view! { <Icon name class="icon-l" /> }.into_any()),
        Mark::Tile(name, hue) => Some(
            view! { <span class="admin-hue" style:--h=hue.to_string()><Icon name /></span> }
                .into_any(),
        ),
        Mark::Face(initials, hue) => {
            Some(view! { <Avatar initials hue name=row.name.clone() size="avatar-m" /> }.into_any())
        }
    };
    let further = row
        .cells
        .into_iter()
        .zip(heads.iter().skip(1))
        .map(|(cell, head)| {
            let inner = match cell {
                Cell::Text(text) => text.into_any(),
                Cell::Code(text) => view! { <code>{text}</code> }.into_any(),
                Cell::Lines(lines, quiet) => view! {
                    {lines.into_iter().map(|line| view! { <span class="admin-line">{line}</span> }).collect_view()}
                    <small class="muted">{quiet}</small>
                }
                .into_any(),
                Cell::Faces(people) => faces(people),
            };
            view! { <td data-label=head()><div>{inner}</div></td> }
        })
        .collect_view();
    view! {
        <td class=if row.below { "admin-below" } else { "" }>
            <span class="admin-name">
                {mark}
                <span>
                    <strong>{row.name}</strong>
                    {(!row.about.is_empty()).then(|| view! { <small class="muted">{row.about}</small> })}
                </span>
                {row.chip.map(|word| view! { <span class="chip" data-tone="accent">{word}</span> })}
                <OutOfUse active=!row.retired />
            </span>
        </td>
        {further}
    }
    .into_any()
}

/// Faces of the first few.
fn faces(people: Vec<PersonBadge>) -> AnyView {
    const SHOWN: usize = 6;
    if people.is_empty() {
        return words::nobody().into_any();
    }
    let more = people.len().saturating_sub(SHOWN);
    let first = people
        .into_iter()
        .take(SHOWN)
        .map(|person| view! { <Avatar initials=person.initials hue=person.hue name=person.name size="avatar-m" alone=true /> })
        .collect_view();
    view! {
        <span class="admin-faces">
            {first}
            {(more > 0).then(|| words::and_more(more))}
        </span>
    }
    .into_any()
}
