//! Process 1 of a sandbox: it makes the sandboxee and the root, locks itself up, and reaps.

use core::sync::atomic::Ordering::{Relaxed, Release};
use core::time::Duration;

use sandbox2_client::fork_request::{self, Ended};

use super::root::{NO_DETAIL, build_root, own_program};
use super::sandboxee::main;
use super::{At, Begin, FILTER_NEXT, Failure, Plan, fail, write_file};
use crate::sys::abi::{CloneArgs, Rusage};
use crate::sys::calls::{self, Fd};
use crate::sys::region::Shared;
use crate::sys::stage::Stage;
use crate::sys::{Errno, Result, forget, raw};

pub(in crate::sys) extern "C" fn init(plan: *const ()) -> ! {
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
    if plan.tied && plan.released {
        calls::prctl(libc::PR_SET_PDEATHSIG, 0, 0).at(Stage::Init, 5)?;
    }
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
    let read = loop {
        match calls::read(status, &mut record) {
            Err(Errno(libc::EINTR)) => {}
            read => break read,
        }
    };
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
