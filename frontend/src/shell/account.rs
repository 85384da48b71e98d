//! The person's own menu: theme and signing out.

use leptos::prelude::*;
use wasm_bindgen_futures::spawn_local;

use crate::{
    api::session,
    components::environment::{Theme, choose_theme, theme, use_viewer},
    words,
};

/// Theme and signing out, behind the person's initials.
#[component]
pub fn AccountMenu() -> impl IntoView {
    let viewer = use_viewer();
    let failed = RwSignal::new(false);
    let leave = move |everywhere: bool| {
        spawn_local(async move {
            drop(failed.try_set(session::sign_out(everywhere).await.is_err()));
        });
    };
    view! {
        <details class="account">
            <summary aria-label=move || viewer.with(|viewer| words::shell::account(&viewer.person.name))>
                {move || viewer.with(|viewer| viewer.person.initials.clone())}
            </summary>
            <div class="account-menu">
                <strong>{move || viewer.with(|viewer| viewer.person.name.clone())}</strong>
                <fieldset>
                    <legend>{words::shell::theme()}</legend>
                    {Theme::ALL.into_iter().map(|choice| view! {
                        <label>
                            <input type="radio" name="theme" value=choice.key()
                                prop:checked=move || theme().get() == choice
                                on:change=move |_| choose_theme(choice)/>
                            {match choice {
                                Theme::System => words::shell::theme_system(),
                                Theme::Light => words::shell::theme_light(),
                                Theme::Dark => words::shell::theme_dark(),
                            }}
                        </label>
                    }).collect_view()}
                </fieldset>
                <button class="btn" type="button" on:click=move |_| leave(false)>{words::shell::sign_out()}</button>
                <button class="btn btn-quiet" type="button" on:click=move |_| leave(true)>{words::shell::sign_out_everywhere()}</button>
                <Show when=move || failed.get()><p role="alert">{words::shell::sign_out_failed()}</p></Show>
            </div>
        </details>
    }
}
