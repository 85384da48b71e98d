//! The routes.

use crate::lean::*;
use leptos_router::{
    components::{Outlet, ParentRoute, Route, Router, Routes},
    path,
};

use super::{
    banner::Banner,
    elsewhere::{Elsewhere, Face},
    frame::WorkFrame,
    guard::{Open, SignedIn, Wanted},
    keys_help::KeysHelp,
    messages::NotFound,
    navigation::{AfterNavigation, Announcer},
    palette::Palette,
};
use crate::components::{ToastRegion, provide_toaster};
use crate::pages::{admin, dashboards, desk, notifications, password, portal, search, sign_in};

/// The client proper; what lies below `/admin` and `/account` is the other face's.
#[component]
pub fn App() -> impl IntoView {
    provide_toaster();
    view! {
        <Router>
            <AfterNavigation/>
            <Banner/>
            <Routes fallback=|| view! { <NotFound/> }.into_any()>
                <Route path=path!("/sign-in") view=sign_in::SignIn/>
                <Route path=path!("/forgot-password") view=password::ForgotPassword/>
                <Route path=path!("/set-password") view=password::SetPassword/>
                <ParentRoute path=path!("") view=SignedIn>
                    <ParentRoute path=path!("") view=portal::Frame>
                        <Route path=path!("") view=portal::Home/>
                        <Route path=path!("report") view=portal::Report/>
                        <Route path=path!("ask") view=portal::Ask/>
                        <Route path=path!("ask/item/:id") view=portal::AskItem/>
                        <Route path=path!("ask/:department") view=portal::AskDepartment/>
                        <Route path=path!("requests") view=portal::Requests/>
                        <Route path=path!("requests/:reference") view=portal::Request/>
                        <Route path=path!("notifications") view=notifications::Notifications/>
                    </ParentRoute>
                    <ParentRoute path=path!("desk") view=DeskGate>
                        <Route path=path!(":view?/:reference?") view=desk::Desk/>
                    </ParentRoute>
                    <Route path=path!("search") view=SearchGate/>
                    <ParentRoute path=path!("dashboards") view=DashboardsGate>
                        <Route path=path!("") view=dashboards::Dashboards/>
                        <Route path=path!(":id") view=dashboards::Board/>
                    </ParentRoute>
                    <ParentRoute path=path!("wall") view=WallGate>
                        <Route path=path!(":id") view=dashboards::Wall/>
                    </ParentRoute>
                </ParentRoute>
                <Route path=path!("admin/*any") view=|| view! { <Elsewhere from=Face::Client/> }/>
                <Route path=path!("set-up") view=|| view! { <Elsewhere from=Face::Client/> }/>
                <Route path=path!("account/*any") view=|| view! { <Elsewhere from=Face::Client/> }/>
            </Routes>
            <KeysHelp/>
            <ToastRegion/>
            <Announcer/>
        </Router>
    }
}

/// What lies below `/admin` and `/account`; everything else is the client proper's.
#[component]
pub fn Administration() -> impl IntoView {
    provide_toaster();
    view! {
        <Router>
            <AfterNavigation/>
            <Banner/>
            <Routes fallback=|| view! { <Elsewhere from=Face::Administration/> }.into_any()>
                <Route path=path!("set-up") view=admin::SetUpPage/>
                <ParentRoute path=path!("") view=SignedIn>
                    <ParentRoute path=path!("admin") view=AdminGate>
                        <Route path=path!("*any") view=admin::Admin/>
                    </ParentRoute>
                    <Route path=path!("account/tokens") view=TokensGate/>
                </ParentRoute>
            </Routes>
            <KeysHelp/>
            <ToastRegion/>
            <Announcer/>
        </Router>
    }
}

#[component]
fn DeskGate() -> impl IntoView {
    view! { <Open wanted=Wanted::Desk><WorkFrame><Outlet/><Palette/></WorkFrame></Open> }
}

#[component]
fn SearchGate() -> impl IntoView {
    view! { <Open wanted=Wanted::Desk><WorkFrame><search::Search/><Palette/></WorkFrame></Open> }
}

#[component]
fn DashboardsGate() -> impl IntoView {
    view! { <Open wanted=Wanted::Dashboards><WorkFrame><Outlet/><Palette/></WorkFrame></Open> }
}

#[component]
fn WallGate() -> impl IntoView {
    view! { <Open wanted=Wanted::Dashboards><Outlet/></Open> }
}

#[component]
fn TokensGate() -> impl IntoView {
    view! { <WorkFrame><admin::OwnTokens/></WorkFrame> }
}

#[component]
fn AdminGate() -> impl IntoView {
    view! { <Open wanted=Wanted::Administration><WorkFrame><Outlet/></WorkFrame></Open> }
}
