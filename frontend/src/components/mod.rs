//! The parts that every face is made of: native elements, dressed by `style/components.css`.
//!
//! They take plain values and signals and know nothing of the API. [`environment`] is what every page needs
//! from the browser around it.

mod account_menu;
mod avatar;
mod change_password;
mod chart;
mod chip;
mod combobox;
mod dialog;
pub mod environment;
mod field;
mod files;
mod glyphs;
mod icon;
mod menu;
mod remote;
mod remote_states;
mod steps;
mod tabs;
mod text;
mod time;
mod toast;

pub use account_menu::AccountMenu;
pub use avatar::Avatar;
pub use chart::{BarList, BarRow, LineChart, Series, Sparkline, StackPart, StackedBar};
pub use chip::{Chip, ClockChip, Tone};
pub use combobox::{Choice, PersonPicker, SearchAnswer};
pub use dialog::Dialog;
pub use field::{
    Check, FieldFrame, RadioCards, RadioOption, SelectField, TextArea, TextField, focus_first_error,
};
pub use files::{AttachButton, DropZone, FileChips, Tray, TrayList};
pub use icon::{Icon, icon_names};
pub use menu::{Menu, MenuItem};
pub use remote::Remote;
pub use remote_states::{EmptyState, ErrorState, Skeleton};
pub use steps::{PathStep, ProgressPath, ProgressSteps, StepState};
pub use tabs::{Tab, Tabs};
pub use text::{Markdown, Marked};
pub use time::RelativeTime;
pub use toast::{ToastRegion, Toaster, provide_toaster, use_toaster};
