//! What runs between clone and exec.
//!
//! Two processes run here. *Init* is process 1 of the sandbox, on a copy of the host's memory; it builds the root file
//! system, makes the *sandboxee* (which shares that copy until it executes the program), locks itself up and reaps.
//!
//! Nothing here allocates, locks, panics or calls the C library: other threads of the host may have held any lock when
//! the memory was copied. Everything was prepared in [`Plan`]; the first failure is left in [`Shared`] for the host.

use core::ffi::CStr;
use core::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use core::time::Duration;

use std::os::fd::{FromRawFd, OwnedFd};

use sandbox2_client::fork_request::{self, Ended};
use sandbox2_policy::insn::Insn;

use super::abi::{
    CLONE_CLEAR_SIGHAND, CloneArgs, MOUNT_ATTR_NODEV, MOUNT_ATTR_NOEXEC, MOUNT_ATTR_NOSUID, MOUNT_ATTR_RDONLY,
    NEW_LISTENER, PR_SET_SPECULATION_CTRL, PR_SPEC_FORCE_DISABLE, PR_SPEC_INDIRECT_BRANCH, PR_SPEC_STORE_BYPASS,
    Rlimit, Rusage, WAIT_KILLABLE_RECV,
};
use super::calls::{self, Fd, FileId};
use super::region::Shared;
use super::stage::Stage;
use super::{Errno, Result, forget, raw};

/// Everything init and the sandboxee need, in the region's memory.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan<'a> {
    pub(crate) shared: &'a Shared,
    /// Whether the thread that made init supervises it, and init is to end with it.
    pub(crate) tied: bool,
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

// --- init ---

pub(super) extern "C" fn init(plan: *const ()) -> ! {
    // SAFETY: `clone_init` passes a valid plan, and nobody writes to it.
    let plan = unsafe { &*plan.cast::<Plan<'_>>() };
    let shared = plan.shared;
    let program_mount = match prepare(plan) {
        Ok(program_mount) => program_mount,
        Err(failure) => fail(shared, failure),
    };
    // The sandboxee gets ready, up to its bootstrap exec, while the file system is built here: the exec is not answered
    // before both are done.
    let main = match clone_main(plan) {
        Ok(main) => main,
        Err(errno) => fail(shared, Failure { stage: Stage::Sandboxee, detail: 0, errno }),
    };
    if let Err(failure) = build_root(plan, program_mount) {
        fail(shared, failure);
    }
    shared.rooted.store(1, Release);
    if plan.cwd.is_some() {
        calls::futex_wake(&shared.rooted);
    }
    let ended = match lock_up(plan) {
        Ok(ended) => ended,
        Err(failure) => fail(shared, failure),
    };
    shared.locked.store(1, Release);
    reap(plan, main, ended)
}

/// Everything that comes before the sandboxee is made. The mount that the program is on, if it is to become read-only.
fn prepare(plan: &Plan<'_>) -> core::result::Result<Option<Fd>, Failure> {
    if plan.tied {
        calls::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL as usize, 0).at(Stage::ParentDeath, 0)?;
    }
    // The host may have died before that: then nobody is left to read this.
    if calls::readable(plan.host, Duration::ZERO).at(Stage::ParentDeath, 0)? {
        calls::exit_group(1);
    }
    if plan.tied {
        forget::host_memory(plan.forget, &plan.shared.scratch);
    } else if plan.shared.forgotten.load(Relaxed) == 1 {
        // What the launch server still had: its stack.
        forget::unmap_all(plan.forget);
    }
    let _ = calls::prctl(libc::PR_SET_NAME, c"sandbox2-init".as_ptr().expose_provenance(), 0);
    // Were this one ignored, the sandboxee's end would be lost. The others: see `confine`.
    calls::signal_default(libc::SIGCHLD).at(Stage::Signals, libc::SIGCHLD as u32)?;
    calls::signal_mask(0).at(Stage::Signals, 0)?;
    // The host takes descriptors out of this process, which a host without privilege may do only if it is dumpable; and
    // the files below /proc/self are ours only then.
    calls::prctl(libc::PR_SET_DUMPABLE, 1, 0).at(Stage::IdMaps, 0)?;
    let proc = calls::openat(libc::AT_FDCWD, c"/proc", libc::O_PATH | libc::O_DIRECTORY).at(Stage::IdMaps, 0)?;
    plan.shared.proc_fd.store(proc, Relaxed);
    write_file(proc, c"self/setgroups", b"deny").at(Stage::IdMaps, 1)?;
    write_file(proc, c"self/uid_map", plan.uid_map).at(Stage::IdMaps, 2)?;
    write_file(proc, c"self/gid_map", plan.gid_map).at(Stage::IdMaps, 3)?;
    // The peak of the host's memory, which this is a copy of, is not the sandboxee's. No harm if that does not work.
    let _ = write_file(proc, c"self/clear_refs", b"5");
    if plan.loopback {
        calls::loopback_up().at(Stage::Loopback, 0)?;
    }
    calls::umask(0o022);
    // Whoever is in the root when it is exchanged is taken along: the sandboxee, too, is here from its first moment.
    calls::chdir(c"/").at(Stage::WorkingDirectory, 0)?;
    calls::mounts_private().at(Stage::Propagation, NO_DETAIL)?;
    // The sandboxee gets its descriptors with its first moment.
    match plan.writable_program {
        Some(program) => own_program(program).at(Stage::Program, 0).map(Some),
        None => Ok(None),
    }
}

fn write_file(dir: Fd, path: &CStr, bytes: &[u8]) -> Result<()> {
    let file = calls::openat(dir, path, libc::O_WRONLY)?;
    let written = calls::write(file, bytes);
    calls::close(file);
    written.map(drop)
}

const NO_DETAIL: u32 = u32::MAX;
const TMPFS_ATTRIBUTES: u64 = MOUNT_ATTR_NOSUID | MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC;

fn build_root(plan: &Plan<'_>, program_mount: Option<Fd>) -> Step {
    if plan.proc_sources {
        let proc = new_proc(TMPFS_ATTRIBUTES, false).at(Stage::Proc, NO_DETAIL)?;
        calls::move_mount(proc, libc::AT_FDCWD, c"/proc").at(Stage::Proc, NO_DETAIL)?;
        calls::close(proc);
    }
    let root = match plan.root {
        RootPlan::MountPoints => new_tmpfs(None).at(Stage::Root, NO_DETAIL)?,
        RootPlan::Tmpfs { size, index } => new_tmpfs(Some(size)).at(Stage::Tmpfs, index)?,
        RootPlan::Bind { source, attributes, index } => clone_source(source, attributes, true, true, index)?,
    };
    // Absolute paths still start at the old root, which has no name to hide behind a mount: sources stay reachable.
    calls::move_mount(root, libc::AT_FDCWD, c"/").at(Stage::Root, NO_DETAIL)?;
    for op in plan.mounts {
        mount(root, op)?;
    }
    if matches!(plan.root, RootPlan::MountPoints) {
        calls::mount_setattr(root, MOUNT_ATTR_RDONLY, false).at(Stage::Root, NO_DETAIL)?;
    }
    if let Some(mount) = program_mount {
        // The sandbox's own copies, which may be writable, have been made.
        calls::mount_setattr(mount, MOUNT_ATTR_RDONLY, false).at(Stage::Program, 1)?;
        calls::close(mount);
    }
    calls::fchdir(root).at(Stage::Pivot, 0)?;
    calls::pivot_root_here().at(Stage::Pivot, 1)?;
    calls::detach_here().at(Stage::Pivot, 2)?;
    calls::chdir(c"/").at(Stage::Pivot, 3)?;
    calls::close(root);
    Ok(())
}

/// Puts the program as this mount namespace has it in the place of the host's. The root of the mount that it is on.
fn own_program(program: ProgramPlan<'_>) -> Result<Fd> {
    let own = calls::openat(libc::AT_FDCWD, program.path, libc::O_PATH)?;
    let facts = calls::file_facts(own)?;
    // Another file has taken its name meanwhile, or the descriptor comes from other mounts.
    if facts.id != program.id {
        return Err(Errno(libc::ESTALE));
    }
    calls::dup3(own, program.number, true)?;
    if facts.mount_root {
        return Ok(own);
    }
    calls::close(own);
    let mut dir = calls::openat(libc::AT_FDCWD, program.dir, libc::O_PATH | libc::O_DIRECTORY)?;
    // The root of everything is the root of a mount, too, but for a host in a chroot, which cannot make namespaces.
    for _ in 0..libc::PATH_MAX {
        if calls::file_facts(dir)?.mount_root {
            return Ok(dir);
        }
        let above = calls::openat(dir, c"..", libc::O_PATH | libc::O_DIRECTORY)?;
        calls::close(dir);
        dir = above;
    }
    Err(Errno(libc::ELOOP))
}

fn new_tmpfs(size: Option<&CStr>) -> Result<Fd> {
    let fs = calls::fsopen(c"tmpfs")?;
    calls::fsconfig_set(fs, c"mode", c"0755")?;
    if let Some(size) = size {
        calls::fsconfig_set(fs, c"size", size)?;
    }
    calls::fsconfig_create(fs)?;
    let mount = calls::fsmount(fs, TMPFS_ATTRIBUTES);
    calls::close(fs);
    mount
}

/// A proc file system of the sandbox's processes; with nothing else in it if `only_processes`.
fn new_proc(attributes: u64, only_processes: bool) -> Result<Fd> {
    let fs = calls::fsopen(c"proc")?;
    if only_processes {
        calls::fsconfig_set(fs, c"subset", c"pid")?;
    }
    calls::fsconfig_create(fs)?;
    let mount = calls::fsmount(fs, attributes);
    calls::close(fs);
    mount
}

fn mount(root: Fd, op: &MountOp<'_>) -> Step {
    let index = op.index;
    match op.kind {
        MountKind::MakeDir(path) => match calls::mkdirat(root, path) {
            Ok(()) | Err(Errno(libc::EEXIST)) => Ok(()),
            Err(errno) => Err(Failure { stage: Stage::MountTarget, detail: index, errno }),
        },
        MountKind::MakeFile(path) => calls::mkfileat(root, path).at(Stage::MountTarget, index),
        MountKind::Bind { source, target, attributes, dir, follow } => {
            let tree = clone_source(source, attributes, dir, follow, index)?;
            attach(root, tree, target, index)
        }
        MountKind::Tmpfs { target, size } => {
            let tmpfs = new_tmpfs(Some(size)).at(Stage::Tmpfs, index)?;
            attach(root, tmpfs, target, index)
        }
        MountKind::Proc { target, attributes } => {
            // The host's kernel is not the sandboxee's to set, though its user may be the owner of /proc/sys.
            let only_processes = attributes & MOUNT_ATTR_RDONLY == 0;
            let proc = new_proc(attributes, only_processes).at(Stage::Proc, index)?;
            attach(root, proc, target, index)
        }
    }
}

/// A detached, restricted copy of what the host has at `source`.
fn clone_source(
    source: &CStr,
    attributes: u64,
    dir: bool,
    follow: bool,
    index: u32,
) -> core::result::Result<Fd, Failure> {
    let flags = libc::O_PATH | if dir { libc::O_DIRECTORY } else { 0 };
    // A magic link (/proc/self/fd/0, /dev/stdin) would name something of this process, not of the host's files.
    let resolve = libc::RESOLVE_NO_MAGICLINKS | if follow { 0 } else { libc::RESOLVE_NO_SYMLINKS };
    let place = calls::openat2(libc::AT_FDCWD, source, flags, resolve).at(Stage::MountSource, index)?;
    let tree = calls::open_tree_clone(place, c"", dir).at(Stage::MountSource, index)?;
    calls::close(place);
    calls::mount_setattr(tree, attributes, true).at(Stage::MountAttributes, index)?;
    Ok(tree)
}

fn attach(root: Fd, mount: Fd, target: Target<'_>, index: u32) -> Step {
    match target {
        Target::Made(path) => calls::move_mount(mount, root, path).at(Stage::Mount, index)?,
        Target::Found(path) => {
            let resolve = libc::RESOLVE_IN_ROOT | libc::RESOLVE_NO_SYMLINKS | libc::RESOLVE_NO_MAGICLINKS;
            let place = calls::openat2(root, path, libc::O_PATH, resolve).at(Stage::MountTarget, index)?;
            calls::move_mount_onto(mount, place).at(Stage::Mount, index)?;
            calls::close(place);
        }
    }
    calls::close(mount);
    Ok(())
}

/// Makes the sandboxee: it shares this memory and the dispositions of signals until it executes the program, and has a user
/// namespace of its own, so that no capability it ever has counts for the sandbox's mounts, network or processes.
fn clone_main(plan: &Plan<'_>) -> Result<i32> {
    let clone = CloneArgs {
        flags: (libc::CLONE_VM
            | libc::CLONE_SIGHAND
            | libc::CLONE_NEWUSER
            | libc::CLONE_PIDFD
            | libc::CLONE_CHILD_CLEARTID) as u64,
        // Init shares the memory, so the kernel does clear it, on exec as well as on exit.
        child_tid: plan.shared.in_launcher.as_ptr().expose_provenance() as u64,
        pidfd: plan.shared.main_pidfd.as_ptr().expose_provenance() as u64,
        exit_signal: libc::SIGCHLD as u64,
        stack: plan.stack.0,
        stack_size: plan.stack.1,
        ..CloneArgs::default()
    };
    let clone_args = core::ptr::from_ref(&clone).cast::<()>();
    let argument = core::ptr::from_ref(plan).cast::<()>();
    // SAFETY: the sandboxee has the region's second stack to itself and refers to nothing but the region, which init
    // keeps; `plan` is what `main` expects.
    let pid = unsafe { raw::clone3(clone_args, size_of::<CloneArgs>(), main, argument) }?;
    Ok(pid as i32)
}

/// Leaves init nothing but waiting and ending. The sandboxee executes nothing before `locked` is set.
///
/// Of init's descriptors stay the sandboxee's and the host's pidfds, the lifeline, and one that tells of children that have ended, which
/// is returned.
fn lock_up(plan: &Plan<'_>) -> core::result::Result<Fd, Failure> {
    const CHILD_ENDED: u64 = 1 << (libc::SIGCHLD - 1);
    calls::signal_mask(CHILD_ENDED).at(Stage::Init, 4)?;
    let ended = calls::signalfd(CHILD_ENDED).at(Stage::Init, 4)?;
    // A number twice does no harm.
    let status = if let Begin::Held { status } = plan.begin { status } else { ended };
    let mut kept =
        [plan.shared.main_pidfd.load(Relaxed), plan.lifeline, plan.host, ended, status].map(i32::cast_unsigned);
    kept.sort_unstable();
    let mut next = 0;
    for number in kept {
        if number > next {
            calls::close_range(next, number.wrapping_sub(1)).at(Stage::Init, 0)?;
        }
        next = number.wrapping_add(1).max(next);
    }
    calls::close_range(next, u32::MAX).at(Stage::Init, 0)?;
    calls::drop_capabilities().at(Stage::Init, 1)?;
    calls::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0).at(Stage::Init, 2)?;
    plan.shared.announce(FILTER_NEXT);
    calls::seccomp_filter(0, plan.init_filter).at(Stage::Init, 3)?;
    Ok(ended)
}

/// Reaps until the sandboxee has ended, or the host wants it to; then ends too, and the kernel kills whatever is left in the
/// sandbox.
fn reap(plan: &Plan<'_>, main: i32, ended: Fd) -> ! {
    // Whoever keeps the namespaces for the sandboxee may go. Which one the sandboxee is, init is told; none is reaped before.
    let (mut main, status) = if let Begin::Held { status } = plan.begin { (None, status) } else { (Some(main), -1) };
    loop {
        if let Some(main) = main {
            reap_ended(plan.shared, main, status >= 0);
        }
        let ended = if main.is_some() { ended } else { -1 };
        // The host's end by itself, too: a copy of the host may live on, and have the other end of the lifeline.
        match calls::any_readable([plan.lifeline, plan.host, status, ended]) {
            Ok([true, ..] | [_, true, ..]) => calls::exit_group(3),
            Ok([false, false, true, _]) => main = Some(born(plan.shared, status)),
            Ok([false, false, false, _]) => {
                // Several children's signals are one, so all that have ended are reaped at each.
                let mut signal = [0; size_of::<libc::signalfd_siginfo>()];
                let _ = calls::read(ended, &mut signal);
            }
            Err(Errno(libc::EINTR)) => {}
            Err(_) => calls::exit_group(2),
        }
    }
}

/// Which process the sandboxee is that was forked elsewhere; ends the sandbox if there is none, or the fork server has ended.
fn born(shared: &Shared, status: Fd) -> i32 {
    let mut record = [0; fork_request::RECORD];
    let read = calls::read(status, &mut record);
    match Ended::decode(&record) {
        Some(Ended::Born { pid }) if read == Ok(fork_request::RECORD) => return pid,
        Some(Ended::Failed { step, errno }) if read == Ok(fork_request::RECORD) => {
            shared.record(Failure { stage: Stage::Fork, detail: step as u32, errno: Errno(errno) });
        }
        // The fork server is gone, or is none.
        _ => {
            let errno = if read == Ok(0) { libc::EPIPE } else { libc::EPROTO };
            shared.record(Failure { stage: Stage::ForkServer, detail: 0, errno: Errno(errno) });
        }
    }
    calls::exit_group(0)
}

/// Reaps all that have ended; does not return if the sandboxee is among them.
///
/// `forked`: it may not be init's child yet.
fn reap_ended(shared: &Shared, main: i32, forked: bool) {
    loop {
        let mut usage = Rusage::default();
        match calls::wait_any(&mut usage) {
            Ok((0, _)) => return,
            Err(Errno(libc::ECHILD)) if forked => return,
            Ok((pid, status)) if pid == main => {
                shared.wait_status.store(status, Relaxed);
                shared.user_us.store(microseconds(usage.user), Relaxed);
                shared.system_us.store(microseconds(usage.system), Relaxed);
                shared.max_rss_kib.store(usage.max_rss_kib, Relaxed);
                shared.ended.store(1, Release);
                calls::exit_group(0);
            }
            Ok(_) | Err(Errno(libc::EINTR)) => {}
            Err(_) => calls::exit_group(2),
        }
    }
}

fn microseconds([seconds, microseconds]: [i64; 2]) -> i64 {
    seconds.wrapping_mul(1_000_000).wrapping_add(microseconds)
}

// --- the sandboxee ---

extern "C" fn main(plan: *const ()) -> ! {
    // SAFETY: `clone_main` passes the valid plan on, and nobody writes to it.
    let plan = unsafe { &*plan.cast::<Plan<'_>>() };
    let shared = plan.shared;
    if let Err(failure) = confine(plan) {
        fail(shared, failure);
    }
    match plan.begin {
        Begin::Filtered => execute_filtered(plan),
        Begin::Unfiltered => execute_unfiltered(plan),
        Begin::Held { .. } => hold(shared),
    }
}

/// Executes the program once init has locked itself up.
fn execute_unfiltered(plan: &Plan<'_>) -> ! {
    let shared = plan.shared;
    while shared.locked.load(Acquire) == 0 {
        // Init says when it is about to; nobody can say when it is. If it never is, init ends, and this with it.
        match shared.progress.load(Acquire) {
            progress if progress < FILTER_NEXT => {
                let _ = calls::futex_wait(&shared.progress, progress, Duration::from_secs(1));
            }
            _ => drop(calls::futex_wait(&shared.locked, 0, Duration::from_micros(20))),
        }
    }
    let errno = calls::execveat(plan.program, plan.argv, plan.envp);
    fail(shared, Failure { stage: Stage::Exec, detail: 0, errno })
}

/// Does nothing until the host closes the other end of descriptor 0.
fn hold(shared: &Shared) -> ! {
    shared.held.store(1, Release);
    while matches!(calls::read(0, &mut [0]), Ok(1..) | Err(Errno(libc::EINTR))) {}
    calls::exit_group(0)
}

fn execute_filtered(plan: &Plan<'_>) -> ! {
    let shared = plan.shared;
    let listener = match calls::seccomp_filter(NEW_LISTENER | WAIT_KILLABLE_RECV, plan.filter) {
        Ok(listener) => {
            shared.killable.store(1, Relaxed);
            Ok(listener)
        }
        // Linux before 5.19 does not know the flag; there is no filter yet.
        Err(Errno(libc::EINVAL)) => calls::seccomp_filter(NEW_LISTENER, plan.filter),
        Err(errno) => Err(errno),
    };
    match listener {
        Ok(listener) => shared.listener.store(listener, Release),
        Err(errno) => fail(shared, Failure { stage: Stage::Filter, detail: 0, errno }),
    }
    // Nothing but plain stores from here on: every system call is the policy's now.
    let errno = calls::execveat(plan.program, plan.argv, plan.envp);
    shared.record(Failure { stage: Stage::Exec, detail: 0, errno });
    raw::die()
}

fn confine(plan: &Plan<'_>) -> Step {
    calls::setsid().at(Stage::Session, 0)?;
    // Made here and not with init's, because the file system, which init builds meanwhile, is the longer way. Who owns them
    // is the sandboxee's own user namespace, in which it is about to give up every capability for good.
    calls::unshare(plan.late_namespaces).at(Stage::Namespaces, 1)?;
    calls::sethostname(plan.hostname).at(Stage::HostName, 0)?;
    calls::setdomainname(b"(none)").at(Stage::HostName, 1)?;
    // What the host ignores (as every Rust program does SIGPIPE) is the host's affair. Dispositions are shared with init
    // until the program is executed.
    for signal in 1..=64 {
        if signal != libc::SIGKILL && signal != libc::SIGSTOP {
            calls::signal_default(signal).at(Stage::Signals, signal as u32)?;
        }
    }
    let proc = plan.shared.proc_fd.load(Relaxed);
    write_file(proc, c"self/uid_map", plan.nested_map).at(Stage::NestedIdMaps, 0)?;
    write_file(proc, c"self/gid_map", plan.nested_map).at(Stage::NestedIdMaps, 1)?;
    for step in plan.moves {
        let detail = step.to.cast_unsigned();
        if step.from == step.to {
            calls::set_cloexec(step.to, step.cloexec).at(Stage::Descriptors, detail)?;
        } else {
            calls::dup3(step.from, step.to, step.cloexec).at(Stage::Descriptors, detail)?;
        }
    }
    for (first, last) in plan.closes {
        calls::close_range(*first, *last).at(Stage::CloseDescriptors, *first)?;
    }
    for limit in plan.limits {
        set_limit(*limit).at(Stage::Limits, limit.resource)?;
    }
    match calls::new_session_keyring() {
        // A kernel without keys.
        Ok(()) | Err(Errno(libc::ENOSYS)) => {}
        Err(errno) => return Err(Failure { stage: Stage::Session, detail: 1, errno }),
    }
    drop_privileges().at(Stage::Capabilities, 0)?;
    if let Some(cwd) = plan.cwd {
        // If the root is never built, init ends, and this with it.
        while plan.shared.rooted.load(Acquire) == 0 {
            let _ = calls::futex_wait(&plan.shared.rooted, 0, Duration::from_secs(1));
        }
        calls::chdir(cwd).at(Stage::WorkingDirectory, 0)?;
    }
    calls::prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0).at(Stage::NoNewPrivileges, 0)?;
    restrict_speculation(PR_SPEC_STORE_BYPASS).at(Stage::Speculation, 0)?;
    restrict_speculation(PR_SPEC_INDIRECT_BRANCH).at(Stage::Speculation, 1)
}

fn set_limit(limit: LimitOp) -> Result<()> {
    let wanted = Rlimit { soft: limit.value, hard: limit.value };
    match calls::set_limit(limit.resource, wanted) {
        Err(Errno(libc::EPERM)) if !limit.exact => {
            let hard = calls::get_limit(limit.resource)?.hard;
            calls::set_limit(limit.resource, Rlimit { soft: hard, hard })
        }
        result => result,
    }
}

/// No capability now, none by exec, and no way to change that.
fn drop_privileges() -> Result<()> {
    for capability in 0.. {
        match calls::drop_bounding(capability) {
            Ok(()) => {}
            // That was the last one that this kernel has.
            Err(Errno(libc::EINVAL)) if capability > 0 => break,
            Err(errno) => return Err(errno),
        }
    }
    // NOROOT, NO_SETUID_FIXUP and NO_CAP_AMBIENT_RAISE, each with its lock, and KEEP_CAPS locked off.
    const SECUREBITS: usize = 0b1110_1111;
    calls::prctl(libc::PR_SET_SECUREBITS, SECUREBITS, 0)?;
    calls::drop_capabilities()
}

/// Turns a speculation feature off for good where the processor and the kernel let a process do that.
fn restrict_speculation(feature: usize) -> Result<()> {
    match calls::prctl(PR_SET_SPECULATION_CTRL, feature, PR_SPEC_FORCE_DISABLE) {
        // Not affected, not controllable, or unknown to this kernel.
        Ok(_) | Err(Errno(libc::ENXIO | libc::ENODEV | libc::EINVAL | libc::EPERM)) => Ok(()),
        Err(errno) => Err(errno),
    }
}
