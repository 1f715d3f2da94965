//! Policies by hand and small sandboxees, for tests of launch and supervision.
//!
//! The sandboxees are `/bin/sh` and this very test binary, which plays the part that its arguments name.
#![allow(dead_code, reason = "each test binary uses its own part")]

use std::borrow::Cow;

use sandbox2::__private::{Origin, PolicyParts};
use sandbox2::{Executor, Outcome, Policy, Status};
use sandbox2_policy::action::Action;
use sandbox2_policy::arch::{Arch, X32_SYSCALL_BIT};
use sandbox2_policy::encoding::encode;
use sandbox2_policy::insn::{Insn, offset, op, ret};
use sandbox2_policy::meaning::{CallRules, Cond, Meaning, OriginId, Rule};
use sandbox2_policy::surroundings::{Mount, MountKind, Network};

pub(crate) const SHELL: &str = "/bin/sh";
/// The call that [`forbidding_umask`] is about.
pub(crate) const UMASK: libc::c_long = libc::SYS_umask;

/// Everything is allowed but these, and `execveat` is as said; the sandboxee sees what `binary` needs.
pub(crate) fn policy(binary: &str, exec: Action, killed: &[libc::c_long]) -> Policy {
    let inside = Cow::from(binary.to_owned());
    let libraries = Mount { kind: MountKind::Libraries { binary: inside.clone() }, inside };
    Policy::from_parts(PolicyParts { mounts: vec![libraries].leak(), ..parts(exec, killed) })
}

/// The same, but the sandboxee sees no file at all.
pub(crate) fn without_files() -> Policy {
    Policy::from_parts(parts(Action::Kill, &[]))
}

fn parts(exec: Action, killed: &[libc::c_long]) -> PolicyParts {
    let arch = Arch::native().unwrap();
    let mut notified: Vec<u32> = killed.iter().map(|nr| u32::try_from(*nr).unwrap()).collect();
    let execveat = u32::try_from(libc::SYS_execveat).unwrap();
    let rule = |action, origin| Cow::from(vec![Rule { cond: Cond::True, action, origin: OriginId(origin) }]);
    let mut calls: Vec<CallRules> =
        notified.iter().map(|nr| CallRules { nr: *nr, rules: rule(Action::Kill, 1) }).collect();
    calls.push(CallRules { nr: execveat, rules: rule(exec, 0) });
    calls.sort_by_key(|call| call.nr);
    let standalone = program(arch, &notified, ret::KILL_PROCESS);
    notified.push(execveat);
    let supervised = program(arch, &notified, ret::USER_NOTIF);
    static ORIGINS: [Origin; 2] = [
        Origin { line: 7, column: 5, text: "execveat;", group: None },
        Origin { line: 8, column: 5, text: "KILL umask;", group: None },
    ];
    PolicyParts {
        name: Some("TEST"),
        file: "tests/policy.rs",
        meaning: encode(&Meaning { arch, calls: calls.into(), default: Action::Allow }).leak(),
        symbols: &[],
        origins: &ORIGINS,
        default_origin: None,
        programs: [standalone, supervised, &[]],
        mounts: &[],
        hostname: None,
        network: Network::None,
    }
}

pub(crate) fn shell_policy() -> Policy {
    policy(SHELL, Action::Kill, &[])
}

pub(crate) fn forbidding_umask() -> Policy {
    policy(SHELL, Action::Kill, &[UMASK])
}

/// A program that gives `denied` for those calls, foreign ones and x32, and allows everything else.
fn program(arch: Arch, calls: &[u32], denied: u32) -> &'static [Insn] {
    let mut program = vec![Insn::stmt(op::LD_ABS, offset::ARCH)];
    program.push(Insn::jump(op::JEQ, arch.audit(), 1, 0));
    program.push(Insn::stmt(op::RET, denied));
    program.push(Insn::stmt(op::LD_ABS, offset::NR));
    program.push(Insn::jump(op::JGE, X32_SYSCALL_BIT, 0, 1));
    program.push(Insn::stmt(op::RET, denied));
    for nr in calls {
        program.push(Insn::jump(op::JEQ, *nr, 0, 1));
        program.push(Insn::stmt(op::RET, denied));
    }
    program.push(Insn::stmt(op::RET, ret::ALLOW));
    Vec::leak(program)
}

/// A shell that runs `script`.
pub(crate) fn shell(script: &str) -> Executor {
    Executor::new(SHELL, ["sh", "-c", script])
}

/// This test binary in the part of its ignored test `part`.
pub(crate) fn part(part: &str) -> Executor {
    Executor::new(this(), ["part", "--ignored", "--exact", part, "--test-threads=1", "--nocapture"])
        .stdout(sandbox2::Stdio::null())
}

pub(crate) fn this() -> String {
    std::env::current_exe().unwrap().to_str().unwrap().to_owned()
}

/// Says why a test is skipped, if the host cannot run sandboxes at all. With `SANDBOX2_REQUIRE=all` that is a failure.
#[must_use]
pub(crate) fn cannot_run() -> bool {
    if Arch::native().is_none() || !std::path::Path::new(SHELL).exists() {
        return skipped("no /bin/sh, or an architecture without tables");
    }
    let outcome = sandbox2::Sandbox2::new(shell("exit 0"), shell_policy()).run();
    match outcome.status {
        Status::SetupFailed(error) => skipped(&format!("{error:#}")),
        _ => false,
    }
}

pub(crate) fn skipped(reason: &str) -> bool {
    assert!(std::env::var_os("SANDBOX2_REQUIRE").is_none(), "cannot run: {reason}");
    eprintln!("skipped: {reason}");
    true
}

#[track_caller]
pub(crate) fn assert_exit(outcome: &Outcome, code: i32) {
    assert_eq!(outcome.exit_code(), Some(code), "{outcome:#}");
}
