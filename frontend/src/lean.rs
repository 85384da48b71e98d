//! Leptos' prelude, with its building blocks that cost most replaced by ones of the same use that are compiled once.
//!
//! Leptos compiles `For`, `Show`, memos and effects anew for each closure that they are given. That is fast on paper
//! and large over the wire; behind a box they cost a pointer each time they run.

use std::{
    any::Any,
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

pub use leptos::prelude::*;

/// A value that is computed once until something that it reads changes; those who read it hear of real changes only.
pub fn memo<T: PartialEq + Send + Sync + 'static>(
    compute: impl Fn(Option<&T>) -> T + Send + Sync + 'static,
) -> Memo<T> {
    type Compute<T> = Box<dyn Fn(Option<&T>) -> T + Send + Sync>;
    let compute: Compute<T> = Box::new(compute);
    Memo::new(compute)
}

/// Work to be done now and again whenever something that it reads changes; it gets what it returned the last time.
pub fn effect<T: 'static>(work: impl FnMut(Option<T>) -> T + 'static) {
    let work: Box<dyn FnMut(Option<T>) -> T> = Box::new(work);
    Effect::new(work);
}

/// Shows its children while the condition holds.
#[component(transparent)]
pub fn Show<When>(
    /// What is shown.
    children: ChildrenFn,
    /// The condition.
    when: When,
    /// What is shown otherwise; nothing by default.
    #[prop(optional, into)]
    fallback: ViewFn,
) -> impl IntoView
where
    When: Fn() -> bool + Send + Sync + 'static,
{
    show(Box::new(when), children, fallback)
}

fn show(
    when: Box<dyn Fn() -> bool + Send + Sync>,
    children: ChildrenFn,
    fallback: ViewFn,
) -> AnyView {
    let holds = memo(move |_| when());
    (move || {
        if holds.get() {
            children()
        } else {
            fallback.run()
        }
    })
    .into_any()
}

/// Shows each item of a list. Items whose key stays keep their place on screen and their state.
#[component]
pub fn For<Items, Item, View, Children, KeyOf, Key>(
    /// The items.
    each: Items,
    /// What makes an item that item.
    key: KeyOf,
    /// Shows one of them.
    children: Children,
) -> impl IntoView
where
    Items: Fn() -> Vec<Item> + Send + 'static,
    Item: Send + 'static,
    Children: Fn(Item) -> View + Send + Sync + 'static,
    View: IntoView + 'static,
    KeyOf: Fn(&Item) -> Key + Send + 'static,
    Key: Hash + Eq + Send + Sync + 'static,
{
    let children = Arc::new(children);
    let entries = move || -> Vec<Entry> {
        each()
            .into_iter()
            .map(|item| {
                let key = AnyKey(Arc::new(key(&item)));
                let children = children.clone();
                Entry {
                    key,
                    view: Box::new(move || children(item).into_any()),
                }
            })
            .collect()
    };
    for_each(Box::new(entries))
}

fn for_each(entries: Box<dyn Fn() -> Vec<Entry> + Send>) -> AnyView {
    let props = leptos::control_flow::ForProps::builder()
        .each(entries)
        .key(|entry: &Entry| entry.key.clone())
        .children(|entry: Entry| (entry.view)())
        .build();
    leptos::control_flow::For(props).into_any()
}

/// An item of whatever kind.
struct Entry {
    key: AnyKey,
    view: Box<dyn FnOnce() -> AnyView + Send>,
}

/// A key of whatever kind; all keys of a list are of one.
#[derive(Clone)]
struct AnyKey(Arc<dyn Comparable>);

trait Comparable: Any + Send + Sync {
    fn digest(&self) -> u64;
    fn same(&self, other: &dyn Any) -> bool;
    fn as_any(&self) -> &dyn Any;
}

impl<Key: Hash + Eq + Send + Sync + 'static> Comparable for Key {
    fn digest(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.hash(&mut hasher);
        hasher.finish()
    }

    fn same(&self, other: &dyn Any) -> bool {
        other
            .downcast_ref::<Self>()
            .is_some_and(|other| self == other)
    }

    fn as_any(&self) -> &dyn Any {
        self
    }
}

impl PartialEq for AnyKey {
    fn eq(&self, other: &Self) -> bool {
        self.0.same(other.0.as_any())
    }
}

impl Eq for AnyKey {}

impl Hash for AnyKey {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.0.digest());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(key: impl Hash + Eq + Send + Sync + 'static) -> AnyKey {
        AnyKey(Arc::new(key))
    }

    #[test]
    fn keys_are_equal_if_their_values_are_and_of_one_kind() {
        assert!(key("a".to_owned()) == key("a".to_owned()));
        assert!(key(("a".to_owned(), 1)) != key(("a".to_owned(), 2)));
        assert!(key(1_i32) != key(1_u32));
    }
}
