//! What an executor makes of what it is told.

use std::os::unix::fs::OpenOptionsExt;

use sandbox2_policy::action::Action;
use sandbox2_policy::insn::{Insn, op, ret};

use super::*;
use crate::policy::PolicyParts;
use crate::policy::testing;

fn policy() -> Policy {
    let program = || Cow::Owned(vec![Insn::stmt(op::RET, ret::ALLOW)]);
    let programs = [program(), program(), program()];
    Policy::from_parts(PolicyParts { programs, ..testing::parts(Action::Allow, vec![]) })
}

fn spec(executor: Executor) -> Result<LaunchSpec, SetupError> {
    executor.into_spec(&policy())
}

fn fails(executor: Executor, what: &str, hint: &str) {
    let error = spec(executor).unwrap_err();
    assert!(error.to_string().contains(what), "{error}");
    assert!(error.hint().is_some_and(|text| text.contains(hint)), "{:?}", error.hint());
}

fn this() -> PathBuf {
    std::env::current_exe().unwrap()
}

fn no_args() -> [&'static str; 0] {
    []
}

#[test]
fn the_first_argument_is_argv_0_and_the_path_stands_in_for_it() {
    assert_eq!(spec(Executor::new(this(), ["a", "b"]).arg("c")).unwrap().argv, [c"a", c"b", c"c"].map(CString::from));
    let argv = spec(Executor::new(this(), no_args())).unwrap().argv;
    assert_eq!(argv, [CString::new(this().into_os_string().into_vec()).unwrap()]);
}

#[test]
fn the_environment_is_empty_unless_it_is_asked_for() {
    let ours = CString::from(c"SANDBOX2=1;sandboxed");
    assert_eq!(spec(Executor::new(this(), ["x"])).unwrap().envp, std::slice::from_ref(&ours));
    let own = spec(Executor::new(this(), ["x"]).env("B", "2").envs([("A", "1")])).unwrap().envp;
    assert_eq!(own, [c"A=1".into(), c"B=2".into(), ours]);
    let all = spec(Executor::new(this(), ["x"]).inherit_env().env("PATH", "mine")).unwrap().envp;
    assert!(all.contains(&CString::from(c"PATH=mine")));
    assert_eq!(all.iter().filter(|entry| entry.as_bytes().starts_with(b"PATH=")).count(), 1);
}

#[test]
fn a_missing_program_is_named_with_a_cure() {
    fails(Executor::new("/no/such/program", ["x"]), "/no/such/program", "looked up on the host");
    fails(Executor::new("/tmp", ["x"]), "/tmp", "not of a directory");
    fails(Executor::new("/dev/null", ["x"]), "/dev/null", "regular file");
    fails(Executor::new("/proc/version", ["x"]), "/proc/version", "chmod +x");
}

#[test]
fn a_script_is_refused_before_anything_is_started() {
    let dir = std::env::temp_dir();
    let path = dir.join(format!("sandbox2-script-{}", std::process::id()));
    let options = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o755).open(&path);
    std::io::Write::write_all(&mut options.unwrap(), b"#!/bin/sh\n").unwrap();
    let error = spec(Executor::new(&path, ["x"])).unwrap_err();
    std::fs::remove_file(&path).unwrap();
    assert_eq!(error.errno(), Some(libc::ENOEXEC));
    assert!(error.hint().unwrap().contains("run its interpreter"));
}

#[test]
fn nul_bytes_and_odd_names_are_named() {
    fails(Executor::new(this(), ["x", "a\0b"]), "argument 1 contains a NUL byte", "remove it");
    fails(Executor::new(this(), ["x"]).env("A", "b\0"), "environment variable \"A\" contains a NUL byte", "remove it");
    fails(Executor::new(this(), ["x"]).env("A=B", "c"), "environment variable \"A=B\"", "must not contain");
    fails(Executor::new(this(), ["x"]).cwd("work"), "working directory work", "absolute");
    fails(Executor::new(this(), ["x"]).env("SANDBOX2", "1"), "\"SANDBOX2\"", "learns its descriptors");
}

#[test]
fn the_streams_are_there_unless_they_are_mapped() {
    let numbers = |spec: LaunchSpec| {
        let mut numbers: Vec<_> = spec.fds.iter().map(|(_, number)| *number).collect();
        numbers.sort_unstable();
        numbers
    };
    assert_eq!(numbers(spec(Executor::new(this(), ["x"])).unwrap()), [0, 1, 2]);
    let mut executor = Executor::new(this(), ["x"]);
    let _host = executor.ipc_mut().receive_fd(1).unwrap();
    let _other = executor.ipc_mut().receive_fd(7).unwrap();
    assert_eq!(numbers(spec(executor).unwrap()), [0, 1, 2, 7]);
    let mut twice = Executor::new(this(), ["x"]).stdout(Stdio::null());
    let _host = twice.ipc_mut().receive_fd(1).unwrap();
    fails(twice, "stdout is set, and descriptor 1 is mapped as well", "one or the other");
}
