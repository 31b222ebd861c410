//! How long each step of a conversation was on the screen, told to the desk when the conversation is over.
//!
//! Invariants: no one is named; a step that no one answered any more is not counted, since no one knows how long it was
//! read; the check-in never waits for this, and nothing else is lost for it.

use std::time::Duration;

use super::program::{Kiosk, lock};
use crate::domain::event::{Ended, KioskEvent, StepTime, StepTimes};
use crate::flow::ending::Before;
use crate::flow::step::Step;

/// Measures one conversation at a time, by a clock that only grows.
#[derive(Debug, Default)]
pub(super) struct Stopwatch {
    /// When the conversation began.
    began: Duration,
    /// Since when the present step has been on the screen.
    since: Duration,
    /// How often and how long each step was.
    steps: Vec<(&'static str, u32, Duration)>,
    /// How long it took until there was a new number.
    ticket_after: Option<Duration>,
}

impl Stopwatch {
    /// The screen shows another step than `before`.
    fn turn(&mut self, before: Before, now: Duration) {
        if before.step == Step::Welcome {
            self.begin(now);
            return;
        }
        let shown = now.saturating_sub(std::mem::replace(&mut self.since, now));
        if before.unanswered {
            return;
        }
        let name = before.step.name();
        match self.steps.iter_mut().find(|(step, ..)| *step == name) {
            Some((_, times, sum)) => (*times, *sum) = (times.saturating_add(1), sum.saturating_add(shown)),
            None => self.steps.push((name, 1, shown)),
        }
    }

    fn begin(&mut self, now: Duration) {
        *self = Self { began: now, since: now, ..Self::default() };
    }

    /// There is a new number, on this page or on one before.
    fn ticket(&mut self, now: Duration) {
        self.ticket_after.get_or_insert(now.saturating_sub(self.began));
    }

    /// What was measured of a conversation that is over, if anything; the next one begins.
    fn stop(&mut self, ended: Ended, now: Duration) -> Option<StepTimes> {
        let Self { steps, ticket_after, .. } = std::mem::take(self);
        self.begin(now);
        let steps: Vec<StepTime> = steps
            .into_iter()
            .map(|(step, shown, sum)| StepTime { step: step.to_owned(), shown, tenths: tenths(sum) })
            .collect();
        (!steps.is_empty()).then_some(StepTimes { ended, ticket_after_tenths: ticket_after.map(tenths), steps })
    }
}

/// To the nearest.
fn tenths(duration: Duration) -> u32 {
    u32::try_from(duration.as_millis().saturating_add(50) / 100).unwrap_or(u32::MAX)
}

impl Kiosk {
    /// Measures what an input came to.
    pub(super) fn time(&mut self, before: Before) {
        let now = self.parts.clock.elapsed();
        let ended = before.ended(&self.conversation);
        if ended.is_some() || before.step != self.conversation.step {
            self.stopwatch.turn(before, now);
        }
        match ended {
            Some(ended) => {
                let times = self.stopwatch.stop(ended, now);
                if let Some(times) = times.filter(|_| self.desk_takes_times) {
                    self.tell_times(times);
                }
            }
            None if self.conversation.step == Step::Done
                && self.conversation.person.at_hand.as_ref().is_some_and(|ticket| !ticket.given_before) =>
            {
                self.stopwatch.ticket(now);
            }
            None => {}
        }
    }

    /// Where there is no room left, a report does without it: what waits in memory is for what people did.
    fn tell_times(&mut self, times: StepTimes) {
        self.write_what_waits();
        if !self.unwritten.is_empty() {
            return;
        }
        let at = self.parts.clock.now();
        let written = lock(&self.parts.store).append(at, &KioskEvent::ConversationEnded(times));
        match written {
            Ok(_) => self.parts.wake.notify_one(),
            Err(error) => tracing::warn!(%error, "the duration of a check-in could not be saved; reports leave it out"),
        }
    }
}
