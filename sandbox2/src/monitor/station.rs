//! Where a thread leaves its supervision while it does something that may take long: ask a handler, tell an observer.
//!
//! What supervises is a value ([`Hub`]) that one thread owns. Before it calls foreign code it leaves the hub at its station, and takes it up
//! again afterwards. If that lasts longer than [`SLOW`], a watching thread has another one take the hub and go on with it; whoever left it
//! finds the place empty then, and sends what came of it as a message. So nobody's slow handler holds up anybody's kill, deadline or
//! call, and a quick one costs no change of threads.
//!
//! The watching thread is one for the process. It sleeps while nobody leaves anything anywhere.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::SeqCst};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};
use std::thread::Thread;
use std::time::{Duration, Instant};

use super::control::{Attention, Bell};
use super::hub::{self, Hub, Message};
use super::spare::Spares;
use crate::error::{SetupError, Stage};

/// How long a hub may be left before another thread takes it.
const SLOW: Duration = Duration::from_millis(4);

/// How often the watching thread looks.
const TICK: Duration = Duration::from_millis(2);

/// After how many looks without news it goes to sleep.
const IDLE_TICKS: u32 = 50;

/// A hub's place.
#[derive(Debug)]
pub(super) struct Station {
    pub(super) bell: Bell<Message>,
    left: Mutex<Option<Left>>,
    /// When it was left, in nanoseconds since the watch began; 0: nothing is here. Changed under the lock.
    since: AtomicU64,
    /// How often it has been.
    times: AtomicU64,
}

/// A hub, and which time it was left.
#[derive(Debug)]
struct Left {
    ticket: u64,
    hub: Box<Hub>,
}

impl Attention for Station {
    fn call(&self, key: u64) {
        self.bell.ring(Message::Request { key });
    }
}

impl Station {
    pub(super) fn new() -> Result<Arc<Station>, SetupError> {
        let station =
            Station { bell: Bell::new()?, left: Mutex::default(), since: AtomicU64::new(0), times: AtomicU64::new(0) };
        Ok(Arc::new(station))
    }

    fn left(&self) -> MutexGuard<'_, Option<Left>> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Runs `foreign`, which does not panic, while the hub is left here. Without a hub, another thread has it by now.
    ///
    /// [`watch`] must have been called for this station.
    pub(super) fn leave<T>(&self, hub: Box<Hub>, foreign: impl FnOnce() -> T) -> (Option<Box<Hub>>, T) {
        let ticket = self.times.fetch_add(1, SeqCst);
        {
            let mut left = self.left();
            *left = Some(Left { ticket, hub });
            self.since.store(now(), SeqCst);
        }
        wake_watch();
        let result = foreign();
        let mut left = self.left();
        // Another thread may have taken it, and have left it here in turn.
        if left.as_ref().is_none_or(|left| left.ticket != ticket) {
            return (None, result);
        }
        self.since.store(0, SeqCst);
        (left.take().map(|left| left.hub), result)
    }

    /// Waits until its hub is over, at most that long.
    pub(super) fn await_end(&self, patience: Duration) {
        let until = Instant::now() + patience;
        while self.bell.is_open() && Instant::now() < until {
            std::thread::sleep(Duration::from_micros(100));
        }
    }

    /// Whether it has been left for long.
    fn is_slow(&self) -> bool {
        let since = self.since.load(SeqCst);
        since != 0 && now().saturating_sub(since) >= SLOW.as_nanos() as u64
    }

    /// Takes the hub, if it has been here for long, and goes on with it.
    fn take_over(&self) {
        let taken = {
            let mut left = self.left();
            if !self.is_slow() {
                return;
            }
            self.since.store(0, SeqCst);
            left.take()
        };
        if let Some(Left { hub, .. }) = taken {
            hub::take_over(hub);
        }
    }
}

/// The watching thread, and what it watches.
struct Watch {
    /// Whose thread it is: a copy of the process has none.
    process: u32,
    thread: Thread,
    stations: Mutex<Vec<Weak<Station>>>,
    awake: AtomicBool,
    began: Instant,
}

static WATCH: OnceLock<Watch> = OnceLock::new();

/// Who takes over.
static SPARES: Spares = Spares::new();

/// Whether there is a thread that could go on with a hub that is left for a handler.
pub(super) fn can_be_taken_over() -> bool {
    SPARES.keep_one().is_ok()
}

/// Nanoseconds since the watch began, never 0.
fn now() -> u64 {
    WATCH.get().map_or(1, |watch| u64::try_from(watch.began.elapsed().as_nanos()).unwrap_or(u64::MAX).max(1))
}

/// Has `station` watched from now on.
///
/// # Errors
/// If there is no thread to be had for it.
pub(super) fn watch(station: &Arc<Station>) -> Result<(), SetupError> {
    let failed = |errno, hint: Option<&str>| {
        SetupError::new(Stage::Plan, errno).with_what("a thread that watches over handlers").with_hint(hint)
    };
    if WATCH.get().is_none() {
        let thread = std::thread::Builder::new().name("sandbox2-watch".to_owned()).spawn(|| {
            // Its watch is set right after it has begun, or another has.
            std::thread::park();
            if let Some(watch) = WATCH.get().filter(|watch| watch.thread.id() == std::thread::current().id()) {
                watch.run();
            }
        });
        let thread = thread.map_err(|error| failed(error.raw_os_error(), None))?.thread().clone();
        let watch = Watch {
            process: std::process::id(),
            thread: thread.clone(),
            stations: Mutex::default(),
            awake: AtomicBool::new(false),
            began: Instant::now(),
        };
        // If another thread was first, this one's ends.
        let _ = WATCH.set(watch);
        thread.unpark();
    }
    match WATCH.get() {
        Some(watch) if watch.process == std::process::id() => {
            SPARES.keep_one().map_err(|error| failed(error.raw_os_error(), None))?;
            let mut stations = watch.stations();
            if !stations.iter().any(|known| std::ptr::eq(known.as_ptr(), Arc::as_ptr(station))) {
                stations.retain(|known| known.strong_count() > 0);
                stations.push(Arc::downgrade(station));
            }
            Ok(())
        }
        _ => {
            Err(failed(None, Some("in a copy of a process (fork) that had handlers already, execute a program first")))
        }
    }
}

fn wake_watch() {
    if let Some(watch) = WATCH.get().filter(|watch| !watch.awake.load(SeqCst)) {
        watch.awake.store(true, SeqCst);
        watch.thread.unpark();
    }
}

impl Watch {
    fn stations(&self) -> MutexGuard<'_, Vec<Weak<Station>>> {
        self.stations.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn run(&self) {
        let mut idle = 0;
        let mut seen = 0;
        loop {
            let stations: Vec<Arc<Station>> = self.stations().iter().filter_map(Weak::upgrade).collect();
            let times = stations.iter().fold(0_u64, |sum, station| sum.wrapping_add(station.times.load(SeqCst)));
            let left = stations.iter().any(|station| station.since.load(SeqCst) != 0);
            idle = if times == seen && !left { idle + 1 } else { 0 };
            seen = times;
            for station in stations.iter().filter(|station| station.is_slow()) {
                let taken = Arc::clone(station);
                // If there is no thread now, the hub stays where it is, and the next look tries again.
                let _ = SPARES.keep_one();
                let _ = SPARES.give(Box::new(move || taken.take_over()));
            }
            drop(stations);
            if idle < IDLE_TICKS {
                std::thread::park_timeout(TICK);
                continue;
            }
            self.awake.store(false, SeqCst);
            // Whoever left a hub before that may not have woken this.
            let left = self.stations().iter().filter_map(Weak::upgrade).any(|station| station.since.load(SeqCst) != 0);
            if !left {
                std::thread::park();
            }
            self.awake.store(true, SeqCst);
            idle = 0;
        }
    }
}

impl std::fmt::Debug for Watch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Watch").field("process", &self.process).finish_non_exhaustive()
    }
}
