//! Something that a thread can wait for together with its children and tracees: a child of its own that ends when it is rung.
//!
//! `wait4(2)` waits for nothing but processes, and a thread that traces must wait so. It could be woken by a signal, but a library
//! has no signals of its own in somebody else's process. So there is a process that sleeps on a word of this process's memory, which
//! it shares, and whose end is what the waiting thread hears. It makes no other call, and does not outlive the thread that made it.

use core::mem::size_of;
use core::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed, Ordering::SeqCst};
use core::time::Duration;
use std::sync::Arc;

use super::abi::{CLONE_CLEAR_SIGHAND, CloneArgs, Rusage};
use super::region::Region;
use super::{Errno, Result, calls, ptrace, raw};

/// What [`Word::state`] is: nothing.
const QUIET: u32 = 0;
/// Somebody sleeps on it.
const ARMED: u32 = 1;
/// It was rung, and whoever waits need not sleep.
const RUNG: u32 = 2;

/// The longest sleep: whoever wakes up for nothing sleeps again.
const LONGEST: Duration = Duration::from_secs(3600);

/// What a bell and those who ring it have in common.
#[derive(Debug)]
struct Word {
    state: AtomicU32,
    nanoseconds: AtomicU64,
    host: u32,
}

/// A bell, of the thread that has made it.
#[derive(Debug)]
pub(crate) struct Bell {
    word: Arc<Word>,
    /// The stack of whoever sleeps.
    region: Region,
    sleeper: Option<i32>,
}

/// What rings it, from any thread.
#[derive(Clone, Debug)]
pub(crate) struct Ringer(Arc<Word>);

impl Ringer {
    /// Wakes the bell's thread if it waits, and keeps it from waiting otherwise.
    pub(crate) fn ring(&self) {
        if self.0.state.swap(RUNG, SeqCst) == ARMED {
            calls::futex_wake(&self.0.state);
        }
    }
}

impl Bell {
    pub(crate) fn new() -> Result<Bell> {
        let word = Word { state: AtomicU32::new(QUIET), nanoseconds: AtomicU64::new(0), host: std::process::id() };
        Ok(Bell { word: Arc::new(word), region: Region::new(0)?, sleeper: None })
    }

    pub(crate) fn ringer(&self) -> Ringer {
        Ringer(Arc::clone(&self.word))
    }

    /// Takes note of a ring; true if there was one.
    pub(crate) fn was_rung(&self) -> bool {
        self.word.state.compare_exchange(RUNG, QUIET, SeqCst, SeqCst).is_ok()
    }

    /// Has a wait for any child end when the bell rings, or after that time; false if it has been rung, and nothing is to be
    /// waited for.
    ///
    /// # Errors
    /// If there is no process to be had.
    pub(crate) fn arm(&mut self, limit: Option<Duration>) -> Result<bool> {
        if self.sleeper.is_some() {
            // It sleeps as long as it was told. What is due later than it thinks does no harm; what is due earlier ends it.
            let time = nanoseconds(limit);
            if time >= self.word.nanoseconds.load(Relaxed) {
                return Ok(self.word.state.load(SeqCst) != RUNG);
            }
            self.end();
        }
        self.word.nanoseconds.store(nanoseconds(limit), Relaxed);
        if self.word.state.compare_exchange(QUIET, ARMED, SeqCst, SeqCst).is_err() {
            return Ok(false);
        }
        let stack = self.region.stack(0);
        let clone = CloneArgs {
            flags: (libc::CLONE_VM | libc::CLONE_FILES | libc::CLONE_FS) as u64 | CLONE_CLEAR_SIGHAND,
            exit_signal: 0,
            stack: stack.0,
            stack_size: stack.1,
            ..CloneArgs::default()
        };
        let clone_args = core::ptr::from_ref(&clone).cast::<()>();
        let argument = Arc::as_ptr(&self.word).cast::<()>();
        // No signal of the host's is for the sleeper.
        let mask = calls::signal_mask(u64::MAX)?;
        // SAFETY: the sleeper has the region's stack to itself: the one before is reaped. `word` is what `sleep` expects, and
        // both live until it is reaped, which `end` sees to.
        let cloned = unsafe { raw::clone3(clone_args, size_of::<CloneArgs>(), sleep, argument) };
        let restored = calls::signal_mask(mask);
        match cloned {
            Ok(pid) => self.sleeper = Some(pid as i32),
            Err(errno) => {
                self.word.state.store(QUIET, SeqCst);
                return Err(errno);
            }
        }
        restored.map(|_| true)
    }

    /// Whether the child that was just reaped was the bell's; then it has rung, or its time is over.
    pub(crate) fn is_sleeper(&mut self, pid: i32) -> bool {
        let is = self.sleeper == Some(pid);
        if is {
            self.sleeper = None;
            // Rung or not: whoever asks for it looks at everything now.
            self.word.state.store(QUIET, SeqCst);
        }
        is
    }

    /// Wakes the sleeper, if there is one, and reaps it.
    fn end(&mut self) {
        let Some(pid) = self.sleeper.take() else { return };
        self.word.state.store(RUNG, SeqCst);
        calls::futex_wake(&self.word.state);
        let mut usage = Rusage::default();
        while ptrace::wait(pid, 0, &mut usage) == Err(Errno(libc::EINTR)) {}
        self.word.state.store(QUIET, SeqCst);
    }
}

impl Drop for Bell {
    fn drop(&mut self) {
        self.end();
    }
}

fn nanoseconds(limit: Option<Duration>) -> u64 {
    u64::try_from(limit.unwrap_or(LONGEST).min(LONGEST).as_nanos()).unwrap_or(u64::MAX)
}

/// The sleeper. It shares this process's memory, and neither allocates nor calls the C library, whose thread it is not.
extern "C" fn sleep(word: *const ()) -> ! {
    // SAFETY: `arm` passes a valid one, which lives until this process is reaped.
    let word = unsafe { &*word.cast::<Word>() };
    // It ends with the thread that made it, which may have ended before that, and the whole host with it.
    let tied = calls::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL as usize, 0);
    if tied.is_ok() && calls::parent() == word.host {
        let time = Duration::from_nanos(word.nanoseconds.load(Relaxed));
        // Whatever ends the wait: it was rung, or the time is over, or the thread looks once too often.
        let _ = calls::futex_wait(&word.state, ARMED, time);
    }
    calls::exit_group(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// On a thread of its own, which has no other children.
    fn alone(test: impl FnOnce(&mut Bell) + Send) {
        std::thread::scope(|scope| {
            scope.spawn(|| test(&mut Bell::new().unwrap()));
        });
    }

    fn wait(flags: i32) -> Result<(i32, i32)> {
        ptrace::wait(-1, libc::__WNOTHREAD | flags, &mut Rusage::default())
    }

    #[test]
    fn a_thread_that_waits_for_children_hears_the_bell() {
        alone(|bell| {
            let ringer = bell.ringer();
            assert_eq!(bell.arm(None), Ok(true));
            assert_eq!(wait(libc::WNOHANG), Ok((0, 0)));
            std::thread::scope(|scope| {
                scope.spawn(|| ringer.ring());
                let (pid, status) = wait(0).unwrap();
                assert!(bell.is_sleeper(pid));
                assert_eq!(status, 0);
            });
            assert!(!bell.is_sleeper(1));
        });
    }

    #[test]
    fn a_ring_before_is_not_lost() {
        alone(|bell| {
            bell.ringer().ring();
            assert_eq!(bell.arm(None), Ok(false));
            assert!(bell.was_rung());
            assert!(!bell.was_rung());
            assert_eq!(bell.arm(None), Ok(true));
        });
    }

    #[test]
    fn it_rings_by_itself_when_the_time_is_over_and_leaves_no_process() {
        alone(|bell| {
            assert_eq!(bell.arm(Some(Duration::from_secs(1000))), Ok(true));
            assert_eq!(bell.arm(Some(Duration::from_millis(1))), Ok(true));
            let (pid, _) = wait(0).unwrap();
            assert!(bell.is_sleeper(pid));
            assert_eq!(bell.arm(None), Ok(true));
            bell.end();
            assert_eq!(wait(libc::WNOHANG), Err(Errno(libc::ECHILD)));
        });
    }
}
