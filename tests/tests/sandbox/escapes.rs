//! Ways out that were once open, each named after its lesson.

use std::fs;
use std::process::Command;

use sandbox2::Executor;
use sandbox2_tests::sandboxees;
use sandbox2_tests::scratch::Scratch;

use crate::{executor, output};

/// CVE-2019-5736: `/proc/self/exe` leads to the program on the mount that it was opened on.
#[test]
fn the_hosts_program_cannot_be_changed_through_proc_self_exe() {
    let Some(executor) = executor("files", &["chmod", "/own"]) else { return };
    let scratch = Scratch::new("own-program");
    let program = scratch.0.join("program");
    fs::copy(sandboxees::linked_statically("files").expect("it was there"), &program).expect("it can be copied");
    // Its own file, where it may write, it may change.
    assert_eq!(output(executor.file_rw_at(&program, "/own")), "chmod /own: done\n");

    let expected = format!("chmod /proc/self/exe: errno {}\n", libc::EROFS);
    let args = ["files", "chmod", "/proc/self/exe"];
    assert_eq!(output(Executor::new(&program, args).dir("/proc")), expected);
    let file = fs::File::open(&program).expect("it can be opened");
    assert_eq!(output(Executor::from_fd(file, args).dir("/proc")), expected);
    let other = scratch.0.join("link");
    std::os::unix::fs::symlink("program", &other).expect("a link can be made");
    assert_eq!(output(Executor::new(&other, args).dir("/proc").dir_rw_at(&scratch.0, "/rw")), expected);
}

/// A file without a name cannot be found again, and belongs to nobody but its descriptor's owner.
#[test]
fn a_program_without_a_name_can_still_be_run() {
    if executor("exit", &[]).is_none() {
        return;
    }
    let scratch = Scratch::new("nameless");
    let program = scratch.0.join("program");
    fs::copy(sandboxees::linked_statically("files").expect("it was there"), &program).expect("it can be copied");
    let file = fs::File::open(&program).expect("it can be opened");
    fs::remove_file(&program).expect("it can be removed");
    assert_eq!(output(Executor::from_fd(file, ["files", "list", "/"])), "list /: \n");
}

/// Its user may be the owner of `/proc/sys`: root is, and needs no capability to write there.
#[test]
fn a_writable_proc_has_the_processes_alone() {
    let Some(executor) = executor("files", &["write", "/proc/self/comm", "read", "/proc/sys/kernel/ostype"]) else {
        return;
    };
    let expected = format!("write /proc/self/comm: done\nread /proc/sys/kernel/ostype: errno {}\n", libc::ENOENT);
    assert_eq!(output(executor.dir_rw("/proc")), expected);
}

/// Keyrings are inherited by every child, into any user namespace.
#[test]
fn the_hosts_session_keyring_stays_outside() {
    let description = "sandbox2-test-secret";
    let Some(executor) = executor("keys", &[description]) else { return };
    let program = sandboxees::linked_statically("keys").expect("it was there");
    // A session keyring is the thread's that joins it, and its children's.
    let host = std::thread::spawn(move || {
        // SAFETY: no memory is passed.
        let joined = unsafe { libc::syscall(libc::SYS_keyctl, libc::KEYCTL_JOIN_SESSION_KEYRING, 0) };
        if joined < 0 {
            return sandbox2_tests::host::skip("this host has no keyrings");
        }
        let name = std::ffi::CString::new(description).expect("no NUL byte");
        let session = libc::KEY_SPEC_SESSION_KEYRING;
        let kind = c"user".as_ptr();
        // SAFETY: two strings, and as many bytes as said.
        let key = unsafe { libc::syscall(libc::SYS_add_key, kind, name.as_ptr(), c"secret".as_ptr(), 6, session) };
        assert!(key > 0, "{}", std::io::Error::last_os_error());
        let plain = Command::new(program).arg(description).output().expect("it runs without a sandbox");
        assert_eq!(String::from_utf8_lossy(&plain.stdout), "found\n");
        assert_eq!(output(executor), "none\n");
    });
    host.join().expect("the host's thread ends well");
}
