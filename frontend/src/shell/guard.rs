//! Who may open what. The server decides about every piece of data; this only keeps people from empty pages.

use crate::lean::*;
use leptos_router::{
    NavigateOptions,
    components::{Outlet, Redirect},
    hooks::use_location,
};
use wasm_bindgen_futures::spawn_local;

use super::messages::{Failed, Message, Splash};
use crate::{
    api::{
        ApiError,
        operations::{Viewer, fetch_viewer},
        session::{self, Session},
    },
    components::environment::{provide_viewer, use_viewer},
    words,
};

/// Pages for whoever is signed in. Others are sent to sign in and come back afterwards.
#[component]
pub fn SignedIn() -> impl IntoView {
    let viewer: RwSignal<Option<Result<Viewer, ApiError>>> = RwSignal::new(None);
    let load = move || {
        spawn_local(async move {
            let found = fetch_viewer().await;
            // The page may have gone meanwhile.
            _ = viewer.try_set(Some(found));
        });
    };
    effect(move |before: Option<Session>| {
        let now = session::state().get();
        if now == Session::SignedIn && before != Some(Session::SignedIn) {
            load();
        }
        now
    });
    let gate = memo(move |_| match session::state().get() {
        Session::Starting => Gate::Splash,
        Session::Unreachable => Gate::Unreachable,
        Session::SignedOut => Gate::SignIn,
        Session::SignedIn => viewer.with(|viewer| match viewer {
            None => Gate::Splash,
            Some(Err(_)) => Gate::Failed,
            Some(Ok(_)) => Gate::Open,
        }),
    });
    move || match gate.get() {
        Gate::Splash => view! { <Splash/> }.into_any(),
        Gate::Unreachable => view! {
            <Message title=words::shell::unreachable_title() text=words::shell::unreachable_text()/>
        }
        .into_any(),
        Gate::SignIn => view! { <ToSignIn/> }.into_any(),
        Gate::Failed => {
            let error = viewer
                .with_untracked(|viewer| viewer.clone().and_then(Result::err))
                .unwrap_or(ApiError::Network);
            view! { <Failed error on_retry=move || { viewer.set(None); load(); }/> }.into_any()
        }
        Gate::Open => match viewer.get_untracked() {
            Some(Ok(found)) => {
                provide_viewer(found);
                view! { <Outlet/> }.into_any()
            }
            _ => view! { <Splash/> }.into_any(),
        },
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Gate {
    Splash,
    Unreachable,
    SignIn,
    Failed,
    Open,
}

#[component]
fn ToSignIn() -> impl IntoView {
    let location = use_location();
    let path = location.pathname.get_untracked();
    let search = location.search.get_untracked();
    let wanted = if search.is_empty() {
        path
    } else {
        format!("{path}?{}", search.trim_start_matches('?'))
    };
    let address = if wanted == "/" {
        "/sign-in".to_owned()
    } else {
        format!(
            "/sign-in?next={}",
            String::from(js_sys::encode_uri_component(&wanted))
        )
    };
    view! { <Redirect path=address options=NavigateOptions { replace: true, ..NavigateOptions::default() }/> }
}

/// What a page needs of its viewer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    Desk,
    Dashboards,
    Administration,
}

/// Shows the page to those who may use it.
#[component]
pub fn Open(wanted: Wanted, children: ChildrenFn) -> impl IntoView {
    let viewer = use_viewer();
    let open = memo(move |_| {
        viewer.with(|viewer| match wanted {
            Wanted::Desk => viewer.can_use_desk,
            Wanted::Dashboards => viewer.can_see_dashboards,
            Wanted::Administration => viewer.can_administer,
        })
    });
    let (title, text) = if wanted == Wanted::Desk {
        (words::shell::no_desk_title(), words::shell::no_desk_text())
    } else {
        (
            words::shell::no_access_title(),
            words::shell::no_access_text(),
        )
    };
    move || {
        if open.get() {
            children().into_any()
        } else {
            view! { <Message title text/> }.into_any()
        }
    }
}
