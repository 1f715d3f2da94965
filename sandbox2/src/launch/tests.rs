//! Launches of programs small enough to be written down here, byte by byte.

use std::borrow::Cow;
use std::ffi::CString;
use std::fs::{self, File};
use std::io::Read;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};
use std::path::Path;

use sandbox2_policy::insn::{Insn, offset, op, ret};
use sandbox2_policy::surroundings::{Mount, MountKind, Network};

use super::*;

/// Asks the listener about `execveat`, allows everything else.
fn filter() -> Vec<Insn> {
    vec![
        Insn::stmt(op::LD_ABS, offset::NR),
        Insn::jump(op::JEQ, libc::SYS_execveat as u32, 0, 1),
        Insn::stmt(op::RET, ret::USER_NOTIF),
        Insn::stmt(op::RET, ret::ALLOW),
    ]
}

fn spec(program: &str, args: &[&str]) -> LaunchSpec {
    let null = || OwnedFd::from(File::options().read(true).write(true).open("/dev/null").unwrap());
    let text = |text: &&str| CString::new(*text).unwrap();
    LaunchSpec {
        program: File::open(program).unwrap().into(),
        program_name: program.into(),
        argv: [program].iter().chain(args).map(text).collect(),
        envp: Vec::new(),
        cwd: None,
        fds: vec![(null(), 0), (null(), 1), (null(), 2)],
        limits: Limits::default(),
        filter: Cow::Owned(filter()),
        mounts: Vec::new(),
        hostname: "sandbox2".into(),
        network: Network::None,
    }
}

fn dir(path: &'static str) -> Mount {
    Mount { kind: MountKind::Dir { outside: path.into(), writable: false }, inside: path.into() }
}

/// Launches, lets the bootstrap exec through, and waits.
fn run(spec: LaunchSpec) -> Ended {
    let launched = launch(spec).unwrap_or_else(|error| panic!("{error:#}"));
    assert_eq!(calls::let_one_continue(launched.listener().as_raw_fd()).unwrap(), launched.main_pid());
    launched.finish()
}

/// Runs `/bin/sh -c script` with the host's /usr; its output and how it ended.
fn shell(script: &str, change: impl FnOnce(&mut LaunchSpec)) -> (String, Ended) {
    let (mut read, write) = std::io::pipe().unwrap();
    let mut spec = spec("/bin/sh", &["-c", script]);
    spec.mounts = vec![dir("/usr"), dir("/lib"), dir("/lib64"), dir("/bin")];
    let write = OwnedFd::from(write);
    spec.fds[2].0 = write.try_clone().unwrap();
    spec.fds[1].0 = write;
    change(&mut spec);
    let ended = run(spec);
    let mut output = String::new();
    read.read_to_string(&mut output).unwrap();
    (output, ended)
}

#[test]
fn a_program_runs_and_its_exit_code_comes_back() {
    let (output, ended) = shell("echo hello; exit 7", |_| {});
    assert_eq!(output, "hello\n");
    assert_eq!(ended.main_status, Some(7 << 8));
    assert_eq!(ended.setup_failure, None);
}
