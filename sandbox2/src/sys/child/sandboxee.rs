//! The sandboxee, until it executes its program.

use core::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use core::time::Duration;

use super::{At, Begin, FILTER_NEXT, Failure, LimitOp, Plan, Step, fail, write_file};
use crate::sys::abi::{
    NEW_LISTENER, PR_SET_SPECULATION_CTRL, PR_SPEC_FORCE_DISABLE, PR_SPEC_INDIRECT_BRANCH, PR_SPEC_STORE_BYPASS,
    Rlimit, WAIT_KILLABLE_RECV,
};
use crate::sys::calls;
use crate::sys::region::Shared;
use crate::sys::stage::Stage;
use crate::sys::{Errno, Result, raw};

pub(super) extern "C" fn main(plan: *const ()) -> ! {
    // SAFETY: `clone_main` passes the valid plan on, and nobody writes to it.
    let plan = unsafe { &*plan.cast::<Plan<'_>>() };
    let shared = plan.shared;
    if let Err(failure) = confine(plan) {
        fail(shared, failure);
    }
    match plan.begin {
        Begin::Filtered => execute_filtered(plan),
        Begin::Traced => execute_traced(plan),
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

/// Executes the program under a filter that asks whoever traces this: nothing is asked before there is somebody.
fn execute_traced(plan: &Plan<'_>) -> ! {
    let shared = plan.shared;
    shared.traceable.store(1, Release);
    // If nobody ever does, the host ends init, and this with it.
    while shared.traced.load(Acquire) == 0 {
        let _ = calls::futex_wait(&shared.traced, 0, Duration::from_secs(1));
    }
    if let Err(errno) = calls::seccomp_filter(0, plan.filter) {
        fail(shared, Failure { stage: Stage::Filter, detail: 0, errno });
    }
    // As in `execute_filtered`.
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
            // Never more than what was to be the limit.
            let lower = calls::get_limit(limit.resource)?.hard.min(limit.value);
            calls::set_limit(limit.resource, Rlimit { soft: lower, hard: lower })
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
