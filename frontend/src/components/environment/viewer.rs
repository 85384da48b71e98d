//! Who is looking, for every page behind the sign-in.

use crate::lean::*;

use crate::api::operations::Viewer;

/// The viewer of this page.
pub type ViewerSignal = RwSignal<Viewer>;

/// Makes the viewer known to the pages below. Called by the shell.
pub fn provide_viewer(viewer: Viewer) -> ViewerSignal {
    let signal = RwSignal::new(viewer);
    provide_context(signal);
    signal
}

/// The viewer. Only on pages behind the sign-in.
///
/// # Panics
/// On pages that anybody may see.
#[must_use]
pub fn use_viewer() -> ViewerSignal {
    use_context().expect("pages behind the sign-in have a viewer")
}
