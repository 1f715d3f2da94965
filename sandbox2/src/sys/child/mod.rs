//! What runs between clone and exec.
//!
//! Two processes run here. *Init* is process 1 of the sandbox, on a copy of the host's memory; it builds the root file
//! system, makes the *sandboxee* (which shares that copy until it executes the program), locks itself up and reaps.
//!
//! Nothing here allocates, locks, panics or calls the C library: other threads of the host may have held any lock when
//! the memory was copied. Everything was prepared in [`Plan`]; the first failure is left in [`Shared`] for the host.
//!
//! Here is what both go by; `init` has the one's life, `root` the file system that it builds, `sandboxee` the other's way.

mod init;
mod root;
mod sandboxee;

use core::ffi::CStr;
use core::sync::atomic::Ordering::{Acquire, Relaxed, Release};

use std::os::fd::{FromRawFd, OwnedFd};

use sandbox2_policy::insn::Insn;

use super::abi::{CLONE_CLEAR_SIGHAND, CloneArgs};
use super::calls::{self, Fd, FileId};
use super::region::Shared;
use super::stage::Stage;
use super::{Errno, Result, raw};

pub(super) use self::init::init;

/// Everything init and the sandboxee need, in the region's memory.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan<'a> {
    pub(crate) shared: &'a Shared,
    /// Whether a thread of the host's made init, and init is to end with it.
    pub(crate) tied: bool,
    /// Whether that is over once everything is set up: another thread supervises. The lifeline ties init to the host then.
    pub(crate) released: bool,
    /// The host's pidfd: readable once the host is gone.
    pub(crate) host: Fd,
    /// A pipe whose other end the host alone has: init ends the sandbox once something comes, or that end is gone. The kernel
    /// lets a host that has become another user neither kill it nor take it along when it dies.
    pub(crate) lifeline: Fd,
    /// What init can do without of the host's memory.
    pub(crate) forget: &'a [(usize, usize)],
    pub(crate) uid_map: &'a [u8],
    pub(crate) gid_map: &'a [u8],
    /// Both maps of the sandboxee's own user namespace.
    pub(crate) nested_map: &'a [u8],
    /// What the sandboxee makes of namespaces by itself.
    pub(crate) late_namespaces: u64,
    pub(crate) hostname: &'a [u8],
    pub(crate) loopback: bool,
    /// Whether something below `/proc` is mounted: then it comes from a fresh one.
    pub(crate) proc_sources: bool,
    pub(crate) root: RootPlan<'a>,
    pub(crate) mounts: &'a [MountOp<'a>],
    /// Descriptor moves, in an order in which none overwrites what a later one needs.
    pub(crate) moves: &'a [FdMove],
    /// What is neither mapped nor the program.
    pub(crate) closes: &'a [(u32, u32)],
    /// What the sandboxee does once it is ready.
    pub(crate) begin: Begin,
    pub(crate) program: Fd,
    /// Where the program is, if the sandboxee could change it: then it is run from a read-only mount.
    pub(crate) writable_program: Option<ProgramPlan<'a>>,
    pub(crate) limits: &'a [LimitOp],
    pub(crate) cwd: Option<&'a CStr>,
    pub(crate) filter: &'a [Insn],
    pub(crate) init_filter: &'a [Insn],
    pub(crate) argv: &'a [*const libc::c_char],
    pub(crate) envp: &'a [*const libc::c_char],
    /// The sandboxee's stack.
    pub(crate) stack: (u64, u64),
}

/// What the sandboxee does once it is ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Begin {
    /// It installs the filter and executes the program; the exec waits for the listener's answer.
    Filtered,
    /// It waits until it is traced, installs the filter and executes the program; both are the tracer's to see.
    Traced,
    /// It executes the program, which asks for its filter later.
    Unfiltered,
    /// It executes nothing, and keeps its namespaces for a process that is forked elsewhere, until its descriptor 0 ends. Init learns
    /// from `status` which process that is, and becomes its parent.
    Held { status: Fd },
}

/// A program that the sandboxee's user may write to, or whose mode it may change. It sees what it runs (`/proc/self/exe`)
/// on the mount that it was opened on, which is the host's own for a descriptor of the host's.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ProgramPlan<'a> {
    /// The host's descriptor, which the program of the sandbox's own mounts takes the place of.
    pub(crate) number: Fd,
    pub(crate) path: &'a CStr,
    /// The directory that it is in.
    pub(crate) dir: &'a CStr,
    pub(crate) id: FileId,
}

/// What the sandboxee's root is.
#[derive(Clone, Copy, Debug)]
pub(crate) enum RootPlan<'a> {
    /// A file system of our own that holds nothing but mount points; read-only once they are made.
    MountPoints,
    /// A tmpfs that was asked for: writable.
    Tmpfs { size: &'a CStr, index: u32 },
    /// A directory of the host's.
    Bind { source: &'a CStr, attributes: u64, index: u32 },
}

/// One step of building the file system. `index` is the mount's, for messages.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MountOp<'a> {
    pub(crate) index: u32,
    pub(crate) kind: MountKind<'a>,
}

/// What to do; targets are relative to the new root.
#[derive(Clone, Copy, Debug)]
pub(crate) enum MountKind<'a> {
    MakeDir(&'a CStr),
    MakeFile(&'a CStr),
    Bind { source: &'a CStr, target: Target<'a>, attributes: u64, dir: bool, follow: bool },
    Tmpfs { target: Target<'a>, size: &'a CStr },
    Proc { target: Target<'a>, attributes: u64 },
}

/// Where a mount is attached.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Target<'a> {
    /// Made by us on our own file system: no symbolic link can be on the way.
    Made(&'a CStr),
    /// Below something of the host's: must exist, and is reached without following any symbolic link.
    Found(&'a CStr),
}

/// One descriptor's way to its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FdMove {
    pub(crate) from: Fd,
    pub(crate) to: Fd,
    /// A way station, closed by exec; otherwise the sandboxee's.
    pub(crate) cloexec: bool,
}

/// One limit to set.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LimitOp {
    pub(crate) resource: u32,
    pub(crate) value: u64,
    /// Whether a lower hard limit of the host's is an error rather than good enough.
    pub(crate) exact: bool,
}

/// Which step failed, with what, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) stage: Stage,
    pub(crate) detail: u32,
    pub(crate) errno: Errno,
}

/// `shared.progress` once init has done all but installing its filter; the sandboxee usually waits for its exec by then.
pub(crate) const FILTER_NEXT: u32 = 1;
/// `shared.progress` once a failure was recorded.
pub(crate) const FAILED: u32 = 2;

/// Names the step of a failed call.
trait At<T> {
    fn at(self, stage: Stage, detail: u32) -> core::result::Result<T, Failure>;
}

impl<T> At<T> for Result<T> {
    fn at(self, stage: Stage, detail: u32) -> core::result::Result<T, Failure> {
        match self {
            Ok(value) => Ok(value),
            Err(errno) => Err(Failure { stage, detail, errno }),
        }
    }
}

type Step = core::result::Result<(), Failure>;

impl Shared {
    /// Records a failure unless there is one already.
    fn record(&self, failure: Failure) {
        if self.failed.compare_exchange(0, 1, Relaxed, Relaxed).is_ok() {
            self.stage.store(failure.stage as u32, Relaxed);
            self.detail.store(failure.detail, Relaxed);
            self.errno.store(failure.errno.0, Relaxed);
            self.failed.store(2, Release);
        }
    }

    /// The recorded failure.
    pub(crate) fn failure(&self) -> Option<Failure> {
        (self.failed.load(Acquire) == 2).then(|| Failure {
            stage: Stage::from_number(self.stage.load(Relaxed)),
            detail: self.detail.load(Relaxed),
            errno: Errno(self.errno.load(Relaxed)),
        })
    }

    fn announce(&self, progress: u32) {
        self.progress.store(progress, Release);
        calls::futex_wake(&self.progress);
    }
}

/// Records the failure, wakes the host and ends.
fn fail(shared: &Shared, failure: Failure) -> ! {
    shared.record(failure);
    shared.announce(FAILED);
    calls::exit_group(1)
}

/// Makes init: a new process in new namespaces that runs `plan`. Its pidfd.
///
/// # Errors
/// What `clone3` says.
pub(crate) fn clone_init(plan: &Plan<'_>, namespaces: u64, stack: (u64, u64)) -> Result<OwnedFd> {
    let mut pidfd: Fd = -1;
    let clone = CloneArgs {
        flags: namespaces | (libc::CLONE_PIDFD as u64) | CLONE_CLEAR_SIGHAND,
        pidfd: core::ptr::from_mut(&mut pidfd).expose_provenance() as u64,
        // No signal to the host when init ends, so that a host's own SIGCHLD handling is not disturbed.
        exit_signal: 0,
        stack: stack.0,
        stack_size: stack.1,
        ..CloneArgs::default()
    };
    let argument = core::ptr::from_ref(plan).cast::<()>();
    let clone_args = core::ptr::from_ref(&clone).cast::<()>();
    // SAFETY: `clone` and `pidfd` live on this frame; the stack is init's own part of the region; `plan` lies in the
    // region too, which init has as long as it lives, and it is what `init` expects.
    unsafe { raw::clone3(clone_args, size_of::<CloneArgs>(), init, argument) }?;
    // SAFETY: `clone3` wrote a new descriptor there, which nobody else owns.
    Ok(unsafe { OwnedFd::from_raw_fd(pidfd) })
}

fn write_file(dir: Fd, path: &CStr, bytes: &[u8]) -> Result<()> {
    let file = calls::openat(dir, path, libc::O_WRONLY)?;
    let written = calls::write(file, bytes);
    calls::close(file);
    written.map(drop)
}
