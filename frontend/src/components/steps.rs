use crate::lean::*;

use super::Icon;

/// Where one step stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum StepState {
    /// Behind us.
    Done,
    /// Under way.
    Now,
    /// Stands still until the reader does something.
    Waiting,
    /// Not begun.
    Ahead,
    /// Never will be.
    Stopped,
}

impl StepState {
    /// The value of `data-step`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Now => "now",
            Self::Waiting => "waiting",
            Self::Ahead => "ahead",
            Self::Stopped => "stopped",
        }
    }
}

/// Progress as a short row of bars. Decoration: the state stands in words beside it.
#[component]
pub fn ProgressSteps(
    /// The steps, first to last.
    #[prop(into)]
    steps: Signal<Vec<StepState>>,
) -> impl IntoView {
    view! {
        <div class="steps" aria-hidden="true">
            {move || steps.get().into_iter().map(|step| view! { <i data-step=step.as_str()></i> }).collect_view()}
        </div>
    }
}

/// One step of a [`ProgressPath`].
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PathStep {
    /// Its words.
    pub text: String,
    /// Where it stands.
    pub state: StepState,
}

/// Progress as named steps; the current one is marked for those who listen.
#[component]
pub fn ProgressPath(
    /// What is progressing.
    #[prop(into)]
    label: Signal<String>,
    /// The steps, first to last.
    #[prop(into)]
    steps: Signal<Vec<PathStep>>,
) -> impl IntoView {
    view! {
        <ol class="path" aria-label=move || label.get()>
            <For each=move || steps.get() key=Clone::clone let:step>
                <li
                    data-step=step.state.as_str()
                    aria-current=matches!(step.state, StepState::Now | StepState::Waiting).then_some("step")
                >
                    <span class="path-mark">
                        {match step.state {
                            StepState::Done => Some("check"),
                            StepState::Waiting => Some("hourglass"),
                            StepState::Now => Some("ellipsis"),
                            StepState::Stopped => Some("x"),
                            StepState::Ahead => None,
                        }
                            .map(|name| view! { <Icon name /> })}
                    </span>
                    <span>{step.text}</span>
                </li>
            </For>
        </ol>
    }
}
