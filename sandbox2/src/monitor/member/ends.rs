//! How a member ends: a violation is explained, an observer told, stacks taken; then it is killed, and there is an outcome.
//!
//! None of that is done here: it can take long, so it is an [errand](super::super::errand) for whoever has the hub to leave.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::super::end::{End, Ending};
use super::super::errand::{Done, Errand, Explanation};
use super::{Member, Phase, Running};
use crate::outcome::{Outcome, Status, Usage, Violation};
use crate::policy::Decision;
use crate::sys::notify::Notification;

/// How long explaining a violation may take: after that the memory that the call points to is left out.
const EXPLAINING: Duration = Duration::from_secs(1);

/// How long telling of an end may take. Stacks take no longer by themselves.
const ERRAND_PATIENCE: Duration = Duration::from_secs(10);

/// How long the outcome of what has ended waits for an observer that is still being told of it, to tell what went wrong there.
const TELLING_PATIENCE: Duration = Duration::from_secs(1);

/// An end that something is done for first.
#[derive(Debug)]
pub(super) struct Ends {
    pub(super) end: End,
    /// The call that is denied.
    #[cfg_attr(not(feature = "symbolize"), expect(dead_code, reason = "for the stack of whoever made it"))]
    pub(super) call: Option<Notification>,
    /// Until when the errand may take; `None`: it has not begun.
    pub(super) until: Option<Instant>,
    /// Whether the errand needs the sandbox to be there: its stacks are told.
    pub(super) needed: bool,
    /// Whether this is a violation that is being explained, until that time; that comes before the errand.
    pub(super) explaining: bool,
    /// How, if that has not begun.
    pub(super) explanation: Option<Box<Explanation>>,
}

impl Member {
    /// A violation: it is explained, told, and then the end.
    pub(super) fn violation(&mut self, notification: &Notification, decision: Decision) {
        let Phase::Running(running) = &mut self.phase else { return };
        if running.ending.is_some() {
            return;
        }
        let (judge, listener) = (Arc::clone(&self.judge), Arc::clone(&running.listener));
        let explanation = Explanation { judge, listener, notification: *notification, decision };
        running.ending = Some(Ends {
            end: End::Violation(Box::new(explanation.by_registers())),
            call: Some(*notification),
            until: Some(Instant::now() + EXPLAINING),
            needed: true,
            explaining: true,
            explanation: Some(Box::new(explanation)),
        });
    }

    /// A violation that is to be explained, if that has not begun.
    pub(in crate::monitor) fn take_explanation(&mut self) -> Option<Box<Explanation>> {
        let Phase::Running(running) = &mut self.phase else { return None };
        running.ending.as_mut()?.explanation.take()
    }

    /// A violation is explained, or is not going to be.
    pub(in crate::monitor) fn explained(&mut self, violation: Option<Box<Violation>>) {
        let Phase::Running(running) = &mut self.phase else { return };
        let Some(ends) = running.ending.as_mut().filter(|ends| ends.explaining) else { return };
        (ends.until, ends.needed, ends.explaining, ends.explanation) = (None, false, false, None);
        if let Some(violation) = violation {
            ends.end = End::Violation(violation);
        }
        if let End::Violation(violation) = &ends.end {
            self.telemetry.violation(violation);
        }
        self.finish_unless_told();
    }

    /// Ends it because the host says so. What is still to be told of another end does not keep it alive.
    pub(super) fn kill(&mut self) {
        match &self.phase {
            Phase::Running(Running { ending: Some(Ends { explaining: true, .. }), .. }) => self.explained(None),
            // One that has not begun yet sees that it is killed.
            Phase::Running(Running { ending: Some(Ends { until: None, .. }), .. }) => {}
            Phase::Running(Running { ending: Some(ends), .. }) if !matches!(ends.end, End::Killed) => {
                self.finish_errand();
            }
            _ => self.end(End::Killed),
        }
    }

    /// The sandbox is gone.
    pub(in crate::monitor) fn gone(&mut self) {
        match &self.phase {
            // Whoever is told of its end takes part in it.
            Phase::Running(running) if running.ending.is_some() => {}
            Phase::Running(_) => self.end(End::Gone),
            Phase::Ending(_) | Phase::Over => {}
        }
    }

    /// Supervision cannot go on.
    pub(in crate::monitor) fn give_up(&mut self, what: String) {
        self.end(End::Broken(what));
    }

    /// Ends it, or will once an errand is done. The first end counts.
    pub(super) fn end(&mut self, end: End) {
        let Phase::Running(running) = &mut self.phase else { return };
        if running.ending.is_some() {
            return;
        }
        running.ending =
            Some(Ends { end, call: None, until: None, needed: false, explaining: false, explanation: None });
        self.finish_unless_told();
    }

    /// Ends it if nobody is to be told first.
    pub(super) fn finish_unless_told(&mut self) {
        let Phase::Running(Running { ending: Some(ends), .. }) = &self.phase else { return };
        let told = self.observer.is_some() && matches!(ends.end, End::Violation(_));
        let stacks = self.stacks.as_ref().is_some_and(|stacks| stacks.wants(&ends.end));
        if !told && !stacks {
            self.finish_errand();
        }
    }

    /// What is to be done before it ends, if that has not begun.
    pub(in crate::monitor) fn take_errand(&mut self) -> Option<Errand> {
        let Phase::Running(running) = &mut self.phase else { return None };
        let ends = running.ending.as_mut().filter(|ends| ends.until.is_none())?;
        ends.until = Some(Instant::now() + ERRAND_PATIENCE);
        let observer = match (&self.observer, &ends.end) {
            (Some(observer), End::Violation(violation)) => Some((Arc::clone(observer), violation.clone())),
            _ => None,
        };
        // Who wants it dead wants no stack first, unless that is what was asked for.
        let killed = self.control.is_killed() && !matches!(ends.end, End::Killed);
        let stacks = self.stacks.as_ref().filter(|_| !killed);
        let subject = stacks.and_then(|stacks| running.subject(stacks));
        if let Some(ends) = running.ending.as_mut() {
            ends.needed = subject.is_some();
        }
        Some(Errand { subject, observer })
    }

    /// An errand is done.
    pub(in crate::monitor) fn done(&mut self, done: Done) {
        if let Some(panic) = done.panic {
            self.failed("observer".to_owned(), panic);
        }
        self.found = done.found;
        self.awaited = None;
        self.finish_errand();
    }

    /// Another thread supervises, since an errand takes long. If nobody but an observer is told, it does not have to be waited for.
    pub(in crate::monitor) fn taken_over(&mut self) {
        if let Phase::Running(Running { ending: Some(Ends { until: Some(_), needed: false, .. }), .. }) = &self.phase {
            self.finish_errand();
            self.awaited = Some(Instant::now() + TELLING_PATIENCE);
        }
    }

    /// Kills it; whatever is still to be told of its end is not waited for.
    pub(super) fn finish_errand(&mut self) {
        match std::mem::replace(&mut self.phase, Phase::Over) {
            Phase::Running(Running { tree, listener, ending: Some(ends), .. }) => {
                self.phase = Phase::Ending(Ending::new(tree, Some(listener), ends.end));
            }
            phase => self.phase = phase,
        }
    }

    /// Whether there is an outcome.
    pub(in crate::monitor) fn is_over(&self) -> bool {
        match &self.phase {
            Phase::Running(_) => false,
            Phase::Ending(ending) => ending.is_over() && self.awaited.is_none_or(|until| until <= Instant::now()),
            Phase::Over => true,
        }
    }

    /// The outcome, once it [is over](Self::is_over); it is the caller's to tell.
    pub(in crate::monitor) fn outcome(&mut self) -> Outcome {
        match std::mem::replace(&mut self.phase, Phase::Over) {
            Phase::Ending(ending) => {
                let (status, usage) = ending.conclude();
                self.conclude(status, usage)
            }
            Phase::Running(_) | Phase::Over => {
                let what = "the sandbox was given up while it ran".to_owned();
                self.conclude(Status::InternalError { what }, Usage::default())
            }
        }
    }

    /// The outcome, with all that is known of the run.
    pub(super) fn conclude(&mut self, status: Status, usage: Usage) -> Outcome {
        let program = std::mem::take(&mut self.program);
        let outcome = Outcome::new(program, status, Usage { wall: self.started.elapsed(), ..usage });
        let outcome = outcome.with_failures(std::mem::take(&mut self.failures)).with_supervised(self.supervised);
        let outcome = std::mem::take(&mut self.found).told(outcome);
        self.telemetry.finished(&outcome);
        outcome
    }
}
