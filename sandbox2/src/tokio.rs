//! Sandboxes in a program that runs on tokio (feature `tokio`).
//!
//! [`run`] is a future of the outcome, [`start`] one of a handle with a stream of [events](Events). Launching, which blocks, is done on tokio's
//! threads for that; supervision is done where all that runs in the background is supervised, on one thread of the process. So a runtime with
//! one thread serves as many sandboxes as one with many.
//!
//! **Dropping kills**: the future of a run, that of a start, and the handle. Nothing is waited for then; the sandbox is gone soon after.
//!
//! # Examples
//! ```no_run
//! use sandbox2::tokio::{Event, run, start};
//! use sandbox2::{Executor, Policy, Sandbox2};
//!
//! # async fn example(policy: &Policy) -> Result<(), Box<dyn std::error::Error>> {
//! let tool = || Sandbox2::new(Executor::new("/bin/tool", ["tool"]), policy);
//! println!("{}", run(tool()).await);
//!
//! let mut running = start(tool()).await?;
//! while let Some(event) = running.events().next().await {
//!     if let Event::Violation(violation) = event {
//!         println!("{violation:#}");
//!     }
//! }
//! println!("{}", running.outcome().await);
//! # Ok(())
//! # }
//! ```

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use ::tokio::sync::mpsc::error::TrySendError;
use ::tokio::sync::mpsc::{self, OwnedPermit, Receiver, Sender};
use ::tokio::task::spawn_blocking;

use crate::error::{SetupError, Stage};
use crate::observer::{Observer, Returned};
use crate::outcome::{Outcome, Violation};
use crate::sandbox::{self, Sandbox2};

/// How many events wait for whoever reads them. What comes beyond that is [lost](Event::Lost).
const MOST_EVENTS: usize = 256;

/// Runs to the end. Dropping the future kills.
///
/// # Panics
/// Outside of a tokio runtime.
pub async fn run(sandbox: Sandbox2) -> Outcome {
    match launch(sandbox).await {
        Ok((_, Ok(running))) => running.outcome().await,
        Ok((mut sandbox, Err(_))) => sandbox.await_result(),
        Err(error) => Outcome::not_launched(error),
    }
}

/// Starts it, and is ready once the program runs under its policy. Dropping the future, or the handle, kills.
///
/// # Errors
/// As [`Sandbox2::run_async`].
///
/// # Panics
/// Outside of a tokio runtime.
pub async fn start(sandbox: Sandbox2) -> Result<Running, SetupError> {
    let (reporter, events) = Reporter::new();
    let (_, running) = launch(sandbox.observer(reporter)).await?;
    Ok(Running { running: running?, events: Events { events } })
}

type Launched = (Sandbox2, Result<sandbox::Running, SetupError>);

/// Starts it on a thread that may block.
async fn launch(mut sandbox: Sandbox2) -> Result<Launched, SetupError> {
    let (unwanted, wanted) =
        std::io::pipe().map_err(|error| SetupError::new(Stage::Plan, error.raw_os_error()).with_what("a pipe"))?;
    sandbox.unless(Arc::new(unwanted.into()));
    let launched = spawn_blocking(move || {
        let running = sandbox.run_async();
        if let Ok(running) = &running {
            running.drop_at_once();
        }
        (sandbox, running)
    });
    // If this is dropped here, what was launched is dropped where it is launched.
    let failed = |_| SetupError::new(Stage::Plan, None).with_what("the runtime was shut down during the launch");
    let launched = launched.await.map_err(failed);
    // Closed before that, since this is dropped, it ends a program that has not sandboxed itself yet.
    drop(wanted);
    launched
}

/// A sandboxee that was started. Dropping it kills.
#[derive(Debug)]
pub struct Running {
    running: sandbox::Running,
    events: Events,
}

impl Running {
    /// Waits for the end. Dropping the future changes nothing; asked again, it gives the same.
    pub async fn outcome(&self) -> Outcome {
        self.running.outcome().await
    }

    /// What happens to it, from its start on.
    pub fn events(&mut self) -> &mut Events {
        &mut self.events
    }

    /// Asks for its end: see [`Running::kill`](sandbox::Running::kill).
    pub fn kill(&self) {
        self.running.kill();
    }

    /// Replaces the wall time limit: see [`Running::set_walltime_limit`](sandbox::Running::set_walltime_limit).
    pub fn set_walltime_limit(&self, limit: impl Into<Option<Duration>>) {
        self.running.set_walltime_limit(limit);
    }

    /// Asks for all of its processes to be stopped: see [`Running::pause`](sandbox::Running::pause).
    pub fn pause(&self) {
        self.running.pause();
    }

    /// Asks for all of its processes to go on.
    pub fn resume(&self) {
        self.running.resume();
    }

    /// Whether it has ended, and its outcome is there.
    #[must_use]
    pub fn is_terminated(&self) -> bool {
        self.running.is_terminated()
    }

    /// Its process id in the host's numbering: see [`Running::pid`](sandbox::Running::pid).
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.running.pid()
    }

    /// A handle that any thread can use. It does not kill at its drop as long as this one is there.
    #[must_use]
    pub fn handle(&self) -> sandbox::Running {
        self.running.clone()
    }
}

/// Something that happened to a sandboxee.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Event {
    /// Its process is there.
    Started {
        /// In the host's numbering.
        pid: u32,
    },
    /// A call was denied as a violation.
    Violation(Violation),
    /// A call that was to be inspected has returned.
    Returned(Returned),
    /// A thread is about to get a signal.
    Signal {
        /// In the host's numbering.
        thread: u32,
        /// The signal's number.
        signal: i32,
    },
    /// So many events were lost here, since nobody took those before them.
    Lost(u64),
    /// It is over: the last event.
    Finished(Outcome),
}

/// What happens to a sandboxee, in order: a stream that ends when it has ended.
///
/// At most 256 events wait here. What comes while there is no room is lost, and how much that was is told in its place; the last event always
/// has room.
#[derive(Debug)]
pub struct Events {
    events: Receiver<Event>,
}

impl Events {
    /// The next event; `None` after the last. Dropping the future loses nothing.
    pub async fn next(&mut self) -> Option<Event> {
        self.events.recv().await
    }
}

impl futures_core::Stream for Events {
    type Item = Event;

    fn poll_next(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Event>> {
        self.get_mut().events.poll_recv(context)
    }
}

/// Sends events, and waits for nobody.
struct Reporter {
    state: Mutex<Reporting>,
}

struct Reporting {
    /// `None` after the last event.
    sender: Option<Sender<Event>>,
    /// Room for the last two.
    reserved: Vec<OwnedPermit<Event>>,
    lost: u64,
}

impl Reporter {
    fn new() -> (Reporter, Receiver<Event>) {
        let (sender, events) = mpsc::channel(MOST_EVENTS + 2);
        let reserved = (0..2).filter_map(|_| sender.clone().try_reserve_owned().ok()).collect();
        let state = Mutex::new(Reporting { sender: Some(sender), reserved, lost: 0 });
        (Reporter { state }, events)
    }

    fn report(&self, event: Event) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let Reporting { sender: Some(sender), lost, .. } = &mut *state else { return };
        if *lost > 0 && sender.try_send(Event::Lost(*lost)).is_ok() {
            *lost = 0;
        }
        // Whoever has dropped the other end wants to hear nothing.
        if *lost > 0 || matches!(sender.try_send(event), Err(TrySendError::Full(_))) {
            *lost = lost.saturating_add(1);
        }
    }

    fn report_last(&self, event: Event) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let lost = (state.lost > 0).then_some(Event::Lost(state.lost));
        for (event, permit) in lost.into_iter().chain([event]).zip(std::mem::take(&mut state.reserved)) {
            drop(permit.send(event));
        }
        state.reserved.clear();
        state.sender = None;
    }
}

impl Observer for Reporter {
    fn started(&self, pid: u32) -> Result<(), String> {
        self.report(Event::Started { pid });
        Ok(())
    }

    fn violation(&self, violation: &Violation) {
        self.report(Event::Violation(violation.clone()));
    }

    fn returned(&self, call: &Returned) {
        self.report(Event::Returned(call.clone()));
    }

    fn signal(&self, thread: u32, signal: i32) {
        self.report(Event::Signal { thread, signal });
    }

    fn finished(&self, outcome: &Outcome) {
        self.report_last(Event::Finished(outcome.clone()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drain(events: &mut Receiver<Event>) -> Vec<Event> {
        std::iter::from_fn(|| events.try_recv().ok()).collect()
    }

    #[test]
    fn what_is_lost_is_told_in_its_place_and_the_end_is_never_lost() {
        let (reporter, mut events) = Reporter::new();
        for thread in 0..MOST_EVENTS as u32 + 3 {
            reporter.signal(thread, 1);
        }
        let first = drain(&mut events);
        assert_eq!(first.len(), MOST_EVENTS);
        reporter.signal(1000, 1);
        for thread in 0..MOST_EVENTS as u32 {
            reporter.signal(thread, 1);
        }
        reporter.finished(&crate::monitor::lost());
        let rest = drain(&mut events);
        assert!(matches!(rest[..2], [Event::Lost(3), Event::Signal { thread: 1000, .. }]), "{:?}", &rest[..2]);
        assert!(matches!(rest[rest.len() - 2..], [Event::Lost(2), Event::Finished(_)]), "{:?}", rest.last());
        assert!(events.try_recv().is_err() && events.is_closed());
    }
}
