use futures_util::future::LocalBoxFuture;

use crate::lean::*;

use super::ErrorState;

/// Something that is asked for elsewhere, and where asking stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Load<T> {
    /// Asked, not answered.
    Waiting,
    /// Here it is.
    Ready(T),
    /// A sentence saying why it is not.
    Failed(String),
}

/// An answer from elsewhere: loading, failed with a way to try again, or there.
pub struct Remote<T: Send + Sync + 'static> {
    state: RwSignal<Load<T>>,
    round: RwSignal<u32>,
}

impl<T: Send + Sync + 'static> Clone for Remote<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T: Send + Sync + 'static> Copy for Remote<T> {}

impl<T: Clone + Send + Sync + 'static> Remote<T> {
    /// Asks now, and again whenever a signal changes that `ask` read before its first wait.
    ///
    /// Answers to older questions are dropped. While asking again for the same thing ([`Self::again`]) the old answer stays.
    pub fn new<Answer>(ask: impl Fn() -> Answer + 'static) -> Self
    where
        Answer: Future<Output = Result<T, String>> + 'static,
    {
        let state = RwSignal::new(Load::Waiting);
        let round = RwSignal::new(0);
        keep_asking(
            round,
            Box::new(move |same| {
                let answer = ask();
                if !(same && state.with_untracked(|state| matches!(state, Load::Ready(_)))) {
                    state.set(Load::Waiting);
                }
                Box::pin(async move {
                    let answer = answer.await;
                    let settle = move || {
                        state.try_set(match answer {
                            Ok(found) => Load::Ready(found),
                            Err(sentence) => Load::Failed(sentence),
                        });
                    };
                    Box::new(settle) as Settle
                })
            }),
        );
        Self { state, round }
    }

    /// Asks once more.
    pub fn again(self) {
        self.round.update(|round| *round = round.wrapping_add(1));
    }

    /// Puts a newer answer in place, as an event brought it.
    pub fn put(self, found: T) {
        self.state.set(Load::Ready(found));
    }

    /// The answer, once there.
    pub fn ready(self) -> Option<T> {
        self.state.with(|state| match state {
            Load::Ready(found) => Some(found.clone()),
            _ => None,
        })
    }

    /// The answer, once there, without listening for changes.
    pub fn ready_untracked(self) -> Option<T> {
        untrack(|| self.ready())
    }

    /// Whether the last question was not answered.
    pub fn has_failed(self) -> bool {
        self.state.with(|state| matches!(state, Load::Failed(_)))
    }

    /// Shows bones while waiting, the failure with a way to try again, or what `ready` makes of the answer.
    ///
    /// `ready` is built once and keeps its place while newer answers come in through its signal.
    pub fn view(
        self,
        bones: impl Fn() -> AnyView + Send + 'static,
        ready: impl Fn(Signal<T>) -> AnyView + Send + 'static,
    ) -> impl Fn() -> AnyView + Send + 'static {
        let standing = memo(move |_| {
            self.state.with(|state| match state {
                Load::Waiting => Standing::Waiting,
                Load::Ready(_) => Standing::Ready,
                Load::Failed(sentence) => Standing::Failed(sentence.clone()),
            })
        });
        let shown = move || {
            self.ready_untracked().map(|first| {
                // Holds the last answer, so that readers inside need no case for its absence.
                let held = RwSignal::new(first);
                effect(move |before: Option<()>| {
                    let found = self.ready();
                    if before.is_some()
                        && let Some(found) = found
                    {
                        held.set(found);
                    }
                });
                ready(held.into())
            })
        };
        let again = Callback::new(move |()| self.again());
        view_of(standing, again, Box::new(bones), Box::new(shown))
    }
}

/// How asking stands, without the answer.
#[derive(Clone, PartialEq)]
enum Standing {
    Waiting,
    Ready,
    Failed(String),
}

/// Puts an answer in its place.
type Settle = Box<dyn FnOnce()>;

/// Asks now and whenever `ask` wants to; it hears whether it is asked for the same thing again.
fn keep_asking(round: RwSignal<u32>, ask: Box<dyn Fn(bool) -> LocalBoxFuture<'static, Settle>>) {
    let asked = StoredValue::new(0_u32);
    effect(move |last_round: Option<u32>| {
        let this_round = round.get();
        let mine = asked.get_value() + 1;
        asked.set_value(mine);
        let answer = ask(last_round.is_some_and(|last| last != this_round));
        leptos::task::spawn_local(async move {
            let settle = answer.await;
            // The page may have been left meanwhile.
            if asked.try_get_value() == Some(mine) {
                settle();
            }
        });
        this_round
    });
}

fn view_of(
    standing: Memo<Standing>,
    again: Callback<()>,
    bones: Box<dyn Fn() -> AnyView + Send>,
    shown: Box<dyn Fn() -> Option<AnyView> + Send>,
) -> impl Fn() -> AnyView + Send + 'static {
    // Another failure, or another answer, changes what is shown in its place.
    let kind = memo(move |_| standing.with(std::mem::discriminant));
    move || {
        // Read, not only tracked: a memo that nobody reads hears of nothing.
        kind.with(|_| ());
        match standing.get_untracked() {
            Standing::Waiting => bones(),
            Standing::Ready => shown().unwrap_or_else(&bones),
            Standing::Failed(_) => {
                let text = Signal::derive(move || {
                    standing.with(|standing| match standing {
                        Standing::Failed(sentence) => sentence.clone(),
                        _ => String::new(),
                    })
                });
                view! { <ErrorState text on_retry=again /> }.into_any()
            }
        }
    }
}
