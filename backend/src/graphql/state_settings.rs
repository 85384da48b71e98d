//! What departments set about states: read by everybody, changed by those who set the department up.

use super::id::{id, parse};
use super::input::parts;
use super::payload::{edited, payloads};
use crate::desk::state_settings::{self, History, StateSettingsEdit};
use async_graphql::{Context, ID, InputObject, Object, Result, SimpleObject};
use shared::ticket::{HoldOffer, HoldReason, ResolutionCode};

/// A reason for which tickets may wait.
#[derive(SimpleObject)]
pub struct HoldReasonOffer {
    /// The reason.
    reason: HoldReason,
    /// How many days such a hold lasts when nobody names its wake-up date.
    wake_up_days: i32,
}

/// What a department sets about its tickets' states. It holds for what happens from then on: what was
/// resolved keeps the day on which it closes, what was closed the time in which it can be reopened.
pub struct StateSettings(pub History);

#[Object]
impl StateSettings {
    /// The department's id: each has one of these.
    async fn department_id(&self) -> ID {
        id(self.0.department)
    }
    /// Days until a resolved ticket closes by itself, when the requester says nothing.
    async fn close_after_days(&self) -> i32 {
        self.0.now().close_after_days
    }
    /// Days after closing in which a ticket can be reopened.
    async fn reopen_within_days(&self) -> i32 {
        self.0.now().reopen_within_days
    }
    /// Reasons for which a ticket may wait.
    async fn hold_reasons(&self) -> Vec<HoldReasonOffer> {
        let offers = self.0.now().hold_reasons.iter();
        offers
            .map(|offer| HoldReasonOffer {
                reason: offer.reason,
                wake_up_days: offer.wake_up_days,
            })
            .collect()
    }
    /// How a ticket may be resolved.
    async fn resolution_codes(&self) -> Vec<ResolutionCode> {
        self.0.now().resolution_codes.clone()
    }
    /// For edits.
    async fn version(&self) -> i32 {
        self.0.version()
    }
}

/// A reason for which tickets may wait.
#[derive(Clone, Debug, InputObject)]
pub struct HoldReasonOfferInput {
    /// The reason.
    reason: HoldReason,
    /// How many days such a hold lasts when nobody names its wake-up date; 1 to 365.
    #[graphql(default = 1)]
    wake_up_days: i32,
}

/// An edit of what a department sets about states; what is absent stays.
#[derive(Clone, Debug, InputObject)]
pub struct StateSettingsEditInput {
    /// Whose.
    department: ID,
    /// The version that was read.
    expected_version: i32,
    /// Days until a resolved ticket closes by itself; 1 to 90.
    close_after_days: Option<i32>,
    /// Days after closing in which a ticket can be reopened; 0 to 365.
    reopen_within_days: Option<i32>,
    /// All reasons for which a ticket may wait; at least one.
    hold_reasons: Option<Vec<HoldReasonOfferInput>>,
    /// All ways to resolve a ticket; at least one.
    resolution_codes: Option<Vec<ResolutionCode>>,
}

payloads! {
    /// Answer of an edit of what a department sets about states.
    StateSettingsPayload {
        /// The settings; after a stale edit as they are now.
        state_settings: StateSettings = History => StateSettings
    }
}

/// What can be done with the settings of states.
#[derive(Default)]
pub struct StateSettingsMutation;

#[Object]
impl StateSettingsMutation {
    /// Changes what a department sets about states, for what happens from now on.
    async fn state_settings_edit(
        &self,
        ctx: &Context<'_>,
        input: StateSettingsEditInput,
    ) -> Result<StateSettingsPayload> {
        let (acting, platform) = parts(ctx)?;
        let which = input.department;
        let version = input.expected_version;
        let edit = async {
            let department = parse(&which, "department")?;
            let offers = input.hold_reasons.map(|offers| {
                let offer = |offer: HoldReasonOfferInput| HoldOffer {
                    reason: offer.reason,
                    wake_up_days: offer.wake_up_days,
                };
                offers.into_iter().map(offer).collect()
            });
            let edit = StateSettingsEdit {
                close_after_days: input.close_after_days,
                reopen_within_days: input.reopen_within_days,
                hold_reasons: offers,
                resolution_codes: input.resolution_codes,
            };
            state_settings::edit(platform, acting, department, version, edit).await
        };
        let current = async {
            let department = parse(&which, "department")?;
            let found = state_settings::of(platform.db.reader(), department).await?;
            Ok(Some(found))
        };
        edited(ctx, edit.await, current).await
    }
}
