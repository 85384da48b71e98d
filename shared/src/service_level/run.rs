//! A ticket's history as one target sees it.

use super::history::{Fact, HistoryEntry};
use super::{ClockTarget, OnReopen, Target};
use crate::ticket::HoldReason;
use crate::time::Timestamp;
use crate::vocabulary::vocabulary;

/// Why nothing is counted.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// A hold that pauses this clock.
    Paused(HoldReason),
    /// Resolved or closed, and reopened later.
    Finished,
}

/// A stretch in which nothing is counted.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    /// Its first instant.
    pub from: Timestamp,
    /// The first instant after it; `None` while it lasts.
    pub to: Option<Timestamp>,
    /// Why.
    pub why: Why,
}

vocabulary! {
    /// How a clock ended.
    EndReason {
        /// What was promised happened.
        Fulfilled = "fulfilled",
        /// Resolved without the response that was promised.
        NotNeeded = "not_needed",
        /// The ticket was cancelled.
        Cancelled = "cancelled",
        /// The ticket was merged into another.
        Merged = "merged",
        /// No agreement promises it any more.
        NoAgreement = "no_agreement",
    }
}

/// The end of a clock; reopening may undo it.
#[derive(Copy, Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    /// When.
    pub at: Timestamp,
    /// How.
    pub reason: EndReason,
}

/// From a clock's start to its end. Stops are in order, apart, and not before the start; only the
/// last may still last, and none does when the run has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// The contact instant, or that of the reopening that started anew.
    pub from: Timestamp,
    /// 1 for the first run, one more with each start anew.
    pub number: u32,
    /// When nothing is counted.
    pub stops: Vec<Stop>,
    /// Its end.
    pub ending: Option<Ending>,
}

impl Run {
    /// A run that starts then.
    #[must_use]
    pub const fn starting(from: Timestamp) -> Self {
        Self {
            from,
            number: 1,
            stops: Vec::new(),
            ending: None,
        }
    }

    /// The stop that lasts.
    #[must_use]
    pub fn current_stop(&self) -> Option<Stop> {
        self.stops.last().copied().filter(|stop| stop.to.is_none())
    }

    /// Begins a stop, unless one lasts for the same reason; one for another reason ends.
    pub fn stop(&mut self, at: Timestamp, why: Why) {
        if self.current_stop().is_some_and(|stop| stop.why == why) {
            return;
        }
        self.resume(at);
        let from = self.free_from(at);
        self.stops.push(Stop {
            from,
            to: None,
            why,
        });
    }

    /// Ends the stop that lasts; one without length leaves no trace.
    pub fn resume(&mut self, at: Timestamp) {
        if let Some(stop) = self.stops.last_mut().filter(|stop| stop.to.is_none()) {
            if at > stop.from {
                stop.to = Some(at);
            } else {
                self.stops.pop();
            }
        }
    }

    /// `at`, but not before the start nor before the end of the last stop.
    fn free_from(&self, at: Timestamp) -> Timestamp {
        let last_end = self.stops.last().and_then(|stop| stop.to);
        at.max(self.from).max(last_end.unwrap_or(self.from))
    }

    /// What the history up to `now` is to a target; `None` while the ticket has not begun.
    #[must_use]
    pub fn of(target: &Target, history: &[HistoryEntry], now: Timestamp) -> Option<Self> {
        if !history.is_sorted_by_key(|entry| entry.at) {
            let mut sorted = history.to_vec();
            sorted.sort_by_key(|entry| entry.at);
            return Self::of(target, &sorted, now);
        }
        let begun = history
            .iter()
            .position(|entry| matches!(entry.fact, Fact::Created { .. }))?;
        let first = history[begun];
        if first.at > now {
            return None;
        }
        let mut run = Self::starting(first.at);
        run.stops.reserve(history.len() / 2);
        if target.kind == ClockTarget::FirstResponse
            && first.fact
                == (Fact::Created {
                    recorded_by_agent: true,
                })
        {
            run.end(first.at, EndReason::Fulfilled);
            return Some(run);
        }
        for entry in &history[begun + 1..] {
            if entry.at > now || run.ending.is_some() {
                break;
            }
            run.take(target, *entry);
        }
        run.settle(target.kind);
        Some(run)
    }

    fn take(&mut self, target: &Target, HistoryEntry { at, fact }: HistoryEntry) {
        let finished = self
            .current_stop()
            .is_some_and(|stop| stop.why == Why::Finished);
        match fact {
            Fact::Created { .. } => {}
            Fact::PublicAgentMessage => {
                if target.kind == ClockTarget::FirstResponse {
                    self.end(at, EndReason::Fulfilled);
                }
            }
            Fact::RequesterMessage => {
                let waiting = Why::Paused(HoldReason::WaitingForRequester);
                if self.current_stop().is_some_and(|stop| stop.why == waiting) {
                    self.resume(at);
                }
            }
            Fact::Held { .. } | Fact::Resumed if finished => {}
            Fact::Held { reason } if target.is_paused_by(reason) => {
                self.stop(at, Why::Paused(reason));
            }
            Fact::Held { .. } | Fact::Resumed => self.resume(at),
            Fact::Resolved | Fact::Closed => self.stop(at, Why::Finished),
            Fact::Reopened if !finished => {}
            Fact::Reopened => match (target.kind, target.on_reopen) {
                (ClockTarget::Resolution, OnReopen::Anew) => {
                    *self = Self {
                        number: self.number + 1,
                        ..Self::starting(at)
                    };
                }
                _ => self.resume(at),
            },
            // A clock that resolving has finished keeps its result.
            Fact::Cancelled | Fact::Merged if finished => {}
            Fact::Cancelled => self.end(at, EndReason::Cancelled),
            Fact::Merged => self.end(at, EndReason::Merged),
        }
    }

    fn end(&mut self, at: Timestamp, reason: EndReason) {
        self.resume(at);
        self.ending = Some(Ending { at, reason });
    }

    /// A stop that began with a resolution and lasts is the end, until a reopening says otherwise.
    fn settle(&mut self, kind: ClockTarget) {
        if let Some(stop) = self.current_stop()
            && stop.why == Why::Finished
        {
            self.stops.pop();
            let reason = match kind {
                ClockTarget::FirstResponse => EndReason::NotNeeded,
                ClockTarget::Resolution => EndReason::Fulfilled,
            };
            self.ending = Some(Ending {
                at: stop.from,
                reason,
            });
        }
    }
}
